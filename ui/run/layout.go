package run

// layout says which panels show, where, and how large. Rows and columns count from 0; widths are between borders.
type layout struct {
	w, h     int
	margin   int // columns left free at each side of a very wide terminal
	inner    int // width of the frame
	kind     kind
	steps    int // width of the steps panel, 0 where the strip stands for it
	step     int // width of the middle or only column
	state    int // width of the state panel at the right, 0 where it is a row
	body     int // rows of the main band
	stateRow int // rows of the state below the step, 0 where it does not show
	log      int // rows of the log, 0 where it does not show
	roomy    bool
	only     focus // the one panel that has all the room, 0 where there are several
}

// kind is the arrangement by columns.
type kind uint8

const (
	threeColumns kind = iota // steps, step, state side by side
	twoColumns               // steps above state at the left
	stacked                  // one below the other
	bare                     // stacked, no log
)

// adjust is what < > - = have changed.
type adjust struct{ steps, state, log int }

// measure lays the screen out by its columns and rows, as screens are specified. alone is the panel that was made large, or 0.
func measure(w, h int, at, alone focus, a adjust) layout {
	l := layout{w: w, h: h, inner: w, roomy: h >= 36, only: alone}
	switch {
	case w >= 140:
		l.kind = threeColumns
	case w >= 110:
		l.kind = twoColumns
	case w >= 80:
		l.kind = stacked
	default:
		l.kind = bare
	}
	head, foot := 2, 2 // top border and one line; bottom border and keys
	rest := h - head - foot
	switch {
	case h >= 40:
		l.log = 12 + (h-40)/3
	case h >= 36:
		l.log = 12
	case h >= 28:
		l.log = 5
	case h >= 24:
		l.log = 3
	}
	if l.kind == bare {
		l.log = 0
	}
	if l.log > 0 {
		l.log = max(3, min(l.log+a.log, rest-14))
	}
	l.columns(w, a)
	if l.kind >= stacked {
		if h >= 20 {
			l.stateRow = 1
		}
		if h >= 36 {
			l.stateRow = 2
		}
		if at != onStep {
			l.only = at
		}
	}
	if l.only != 0 {
		l.hide()
	}
	l.body = rest - 1 // its own title
	if l.log > 0 {
		l.body -= l.log + 1
	}
	if l.stateRow > 0 {
		l.body -= l.stateRow + 1
	}
	l.body = max(l.body, 0)
	return l
}

// hide gives a panel that is alone the room of those that it stands for.
func (l *layout) hide() {
	l.steps, l.state, l.step = 0, 0, l.inner-2
	switch {
	case l.kind < stacked, l.only == onLog:
		l.log, l.stateRow = 0, 0
	case l.only == onState:
		l.stateRow = 0
	}
}

// columns are the widths. The step's text is 76 columns from 80 on; beyond 140 it grows to 100, then state to 40, then steps to 36.
func (l *layout) columns(w int, a adjust) {
	switch l.kind {
	case threeColumns:
		const most = 1 + 38 + 1 + 102 + 1 + 42 + 1
		if w > most {
			l.margin, l.inner = (w-most)/2, most
		}
		extra := l.inner - 140
		grow := func(base, limit int) int {
			n := min(extra, limit-base)
			extra -= n
			return base + n
		}
		l.step = grow(78, 102)
		l.state = grow(31, 42)
		l.steps = grow(27, 38)
		l.steps = max(16, min(l.steps+a.steps, l.steps+20))
		l.state = max(20, min(l.state+a.state, 60))
		l.step = l.inner - 4 - l.steps - l.state
		for l.step < 60 && l.state > 20 { // the step keeps what it needs
			l.state--
			l.step++
		}
		for l.step < 60 && l.steps > 16 {
			l.steps--
			l.step++
		}
	case twoColumns:
		l.steps = max(20, min(w-3-78+a.steps, 40))
		l.step = w - 3 - l.steps
	default:
		l.step = w - 2
	}
}
