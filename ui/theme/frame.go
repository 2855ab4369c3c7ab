package theme

// Frame is what tells production and practice apart on every screen, in words and lines as well as in colour. It comes from the
// wiring; one process has one for its whole life.
type Frame struct {
	Word     string // PRODUCTION, PRACTICE: top left
	Scenario string // practice: the fault's id
	Note     string // bottom right: PRODUCTION, or "nothing here is real"
	Double   bool   // a double, bold outer border
	Cloud    string // what a change goes to: PRODUCTION, the practice cloud
	Title    string // what window titles, plain lines and prompts begin with
	Short    string // all that fits on one column
}

// Production is the frame of a real environment.
func Production() Frame {
	return Frame{Word: "PRODUCTION", Note: "PRODUCTION", Double: true, Cloud: "PRODUCTION", Title: "PRODUCTION", Short: "P"}
}

// Practice is the frame of the simulated cloud with a scenario, which may be "".
func Practice(scenario string) Frame {
	return Frame{Word: "PRACTICE", Scenario: scenario, Note: "nothing here is real", Cloud: "the practice cloud", Title: "practice", Short: "p"}
}

// Border is the characters of one kind of border. Inner lines that meet an outer border do it with JoinLeft and the like.
type Border struct {
	TopLeft, Top, TopRight, Left, Right, BottomLeft, Bottom, BottomRight string
	JoinLeft, JoinRight, JoinTop, JoinBottom                             string // where a single inner line ends at this border
}

// Lines are the characters of the inner lines, which are single in every frame.
type Lines struct{ Across, Down, Cross, DownHere, UpHere, RightHere, LeftHere string }

var (
	double = Border{"╔", "═", "╗", "║", "║", "╚", "═", "╝", "╟", "╢", "╤", "╧"}
	single = Border{"┌", "─", "┐", "│", "│", "└", "─", "┘", "├", "┤", "┬", "┴"}
	heavy  = Border{"┏", "━", "┓", "┃", "┃", "┗", "━", "┛", "┃", "┃", "━", "━"}
	inner  = Lines{"─", "│", "┼", "┬", "┴", "├", "┤"}

	doubleASCII = Border{"#", "=", "#", "#", "#", "#", "=", "#", "#", "#", "=", "="}
	singleASCII = Border{"+", "-", "+", "|", "|", "+", "-", "+", "+", "+", "+", "+"}
	heavyASCII  = Border{"*", "*", "*", "*", "*", "*", "*", "*", "*", "*", "*", "*"}
	innerASCII  = Lines{"-", "|", "+", "+", "+", "+", "+"}
)

// Outer is the border of the whole screen.
func (t *Theme) Outer() Border {
	switch {
	case t.Frame.Double && t.set == ASCII:
		return doubleASCII
	case t.Frame.Double:
		return double
	default:
		return t.Single()
	}
}

// Single is the border of boxes that send nothing: help, palette, forms.
func (t *Theme) Single() Border {
	if t.set == ASCII {
		return singleASCII
	}
	return single
}

// Heavy is the border of the overlay that sends, and of nothing else.
func (t *Theme) Heavy() Border {
	if t.set == ASCII {
		return heavyASCII
	}
	return heavy
}

// Inner is the lines between panels.
func (t *Theme) Inner() Lines {
	if t.set == ASCII {
		return innerASCII
	}
	return inner
}

// PaintOuter paints a piece of the outer border.
func (t *Theme) PaintOuter(s string) string {
	if t.Frame.Double {
		return t.Bold(s)
	}
	return t.Paint(RolePractice, s)
}

// Word is the environment's word as it stands in both corners of the border.
func (t *Theme) Word(s string) string {
	if t.Frame.Double {
		return t.wrap("1;7", s)
	}
	return t.Strong(RolePractice, s)
}
