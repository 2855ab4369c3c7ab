package keys

// Ids of bindings.
const (
	Enter     = "enter"
	Help      = "help"
	Palette   = "palette"
	Next      = "next-panel"
	Previous  = "previous-panel"
	Panel1    = "panel-1"
	Panel2    = "panel-2"
	Panel3    = "panel-3"
	Panel4    = "panel-4"
	Panel5    = "panel-5"
	Panels    = "panels"
	Zoom      = "zoom"
	Narrower  = "narrower"
	Wider     = "wider"
	Shorter   = "shorter"
	Taller    = "taller"
	Reset     = "sizes"
	Back      = "back"
	Quit      = "quit"
	Interrupt = "interrupt"
	Look      = "look"
	CardID    = "card"
	Zone      = "zone"
	Suspend   = "suspend"
	Redraw    = "redraw"

	Up       = "up"
	Down     = "down"
	PageUp   = "page-up"
	PageDown = "page-down"
	Top      = "top"
	Bottom   = "bottom"
	Find     = "find"
	Move     = "move"

	Note     = "note"
	Skip     = "skip"
	Change   = "change"
	Drop     = "drop"
	StepBack = "step-back"
	StepOn   = "step-on"
	Copy     = "copy"
	Link     = "link"
	Details  = "details"
	Auto     = "auto"
	Approve  = "approve"

	Filter    = "filter"
	Mode      = "filter-mode"
	NextHit   = "next-match"
	PrevHit   = "previous-match"
	Follow    = "follow"
	ErrorPrev = "previous-error"
	ErrorNext = "next-error"
	FoldOne   = "fold"
	FoldAll   = "fold-all"
	WrapLines = "wrap"
	Shift     = "shift"
	Since     = "since"
	Service   = "service"
	Mark      = "mark"
	Yank      = "yank"
	Save      = "save"

	Slower  = "slower"
	Faster  = "faster"
	Hint    = "hint"
	Again   = "again"
	Another = "another"
	Give    = "give"

	Edit = "edit"
)

// EverywhereMap is what answers on every screen and panel. In a text field only F1, esc and ctrl keys of it do.
func EverywhereMap() Map {
	return Map{
		{ID: Help, Keys: []string{"?", "f1"}, Show: "?, F1", Mini: "?", Label: "help", Help: "this help", Where: Everywhere, Rank: 2, Right: true},
		{ID: Palette, Keys: []string{":"}, Label: "go to or do", Help: "go to or do anything", Where: Everywhere, Rank: 6},
		{ID: Next, Keys: []string{"tab"}, Label: "panel", Help: "next panel, shift+tab back", Where: Everywhere, Rank: 7},
		{ID: Previous, Keys: []string{"shift+tab"}, Label: "previous panel", Where: Everywhere, Quiet: true},
		{ID: Panel1, Keys: []string{"1"}, Show: "1 to 5", Mini: "1", Label: "steps", Help: "steps step state log drills", Where: Everywhere},
		{ID: Panel2, Keys: []string{"2"}, Label: "step", Where: Everywhere, Quiet: true},
		{ID: Panel3, Keys: []string{"3"}, Label: "state", Where: Everywhere, Quiet: true},
		{ID: Panel4, Keys: []string{"4"}, Label: "log", Where: Everywhere, Quiet: true},
		{ID: Panel5, Keys: []string{"5"}, Label: "drills", Where: Everywhere, Quiet: true},
		{ID: Zoom, Keys: []string{"z"}, Label: "large", Help: "one panel as large as it goes", Where: Everywhere},
		{ID: Narrower, Keys: []string{"<"}, Show: "< > - =", Label: "narrower", Help: "sizes, 0 as at first", Where: Everywhere},
		{ID: Wider, Keys: []string{">"}, Label: "wider", Where: Everywhere, Quiet: true},
		{ID: Shorter, Keys: []string{"-"}, Label: "shorter", Where: Everywhere, Quiet: true},
		{ID: Taller, Keys: []string{"="}, Label: "taller", Where: Everywhere, Quiet: true},
		{ID: Reset, Keys: []string{"0"}, Label: "sizes as at first", Where: Everywhere, Quiet: true},
		{ID: Look, Keys: []string{"r"}, Label: "look again", Help: "look again (reads only)", Where: Everywhere, Rank: 9},
		{ID: CardID, Keys: []string{"H"}, Label: "handover card", Short: "hand over", Help: "hand over: the state of play", Where: Everywhere, Rank: 8},
		{ID: Zone, Keys: []string{"T"}, Label: "local time", Help: "UTC or local time", Where: Everywhere, Rank: 10},
		{ID: Back, Keys: []string{"esc"}, Label: "back", Help: "one thing back, never out", Where: Everywhere},
		{ID: Quit, Keys: []string{"q"}, Label: "leave", Help: "leave; the run is kept", Where: Everywhere, Rank: 3, Right: true},
		{ID: Interrupt, Keys: []string{"ctrl+c"}, Label: "as esc", Help: "as esc; twice in 2 s as q", Where: Everywhere},
		{ID: Suspend, Keys: []string{"ctrl+z"}, Label: "to the shell", Help: "to the shell, fg comes back", Where: Everywhere},
		{ID: Redraw, Keys: []string{"ctrl+l"}, Label: "draw again", Where: Everywhere},
	}
}

// ListMap is what moves in lists, prose and the log.
func ListMap() Map {
	return Map{
		{ID: Move, Show: "↑↓ j k", Mini: "↑↓", Label: "move", Help: "move", Where: Lists, Rank: 4},
		{ID: Up, Keys: []string{"up", "k"}, Label: "up", Where: Lists, Quiet: true},
		{ID: Down, Keys: []string{"down", "j"}, Label: "down", Where: Lists, Quiet: true},
		{ID: PageUp, Keys: []string{"pgup", "ctrl+u"}, Show: "pgup pgdn", Label: "page", Help: "page; ctrl+u ctrl+d half of one", Where: Lists},
		{ID: PageDown, Keys: []string{"pgdown", "ctrl+d", "space"}, Label: "page down", Where: Lists, Quiet: true},
		{ID: Top, Keys: []string{"g", "home"}, Show: "g G", Label: "first, last", Help: "first, last; home and end too", Where: Lists},
		{ID: Bottom, Keys: []string{"G", "end"}, Label: "last", Where: Lists, Quiet: true},
		{ID: Find, Keys: []string{"/"}, Label: "find", Where: Lists, Rank: 5},
	}
}

// HomeMap is home's own keys.
func HomeMap() Map {
	return Map{
		{ID: Enter, Keys: []string{"enter"}, Label: "open", Help: "opens it to look; on a procedure's first page, starts the run", Where: Home, Rank: 1},
		{ID: Find, Keys: []string{"/"}, Label: "find a procedure", Short: "find", Where: Home, Rank: 5},
		{ID: Quit, Keys: []string{"q"}, Label: "quit", Help: "leave the program; runs are kept", Where: Home, Rank: 3, Right: true},
	}
}

// StepMap is the step panel's keys. Enter's label is set by what the step wants.
func StepMap() Map {
	return Map{
		{ID: Enter, Keys: []string{"enter"}, Label: "go on", Help: "what the action line says", Where: Step, Rank: 1},
		{ID: Note, Keys: []string{"n"}, Label: "note", Help: "add a note", Where: Step, Rank: 4},
		{ID: Skip, Keys: []string{"s"}, Label: "skip", Help: "skip with a reason", Where: Step, Rank: 5},
		{ID: Approve, Keys: []string{"a"}, Label: "approve", Help: "record whose approval a failed check has", Where: Step},
		{ID: Change, Keys: []string{"e"}, Label: "change", Help: "change an earlier answer, until something was sent", Where: Step, Rank: 9},
		{ID: StepBack, Keys: []string{"["}, Show: "[ ]", Label: "other steps", Help: "look at other steps", Where: Step, Rank: 8},
		{ID: StepOn, Keys: []string{"]"}, Label: "next step to look at", Where: Step, Quiet: true},
		{ID: Copy, Keys: []string{"c"}, Label: "copy command", Short: "copy", Help: "copy the command by hand", Where: Step, Rank: 6},
		{ID: Link, Keys: []string{"o"}, Label: "open the link", Where: Step},
		{ID: Details, Keys: []string{"v"}, Label: "evidence", Where: Step, Rank: 10},
		{ID: Auto, Keys: []string{"A"}, Label: "go on by itself", Help: "go on by itself after a pass", Where: Step},
		{ID: Drop, Keys: []string{"x"}, Label: "drop", Help: "drop this run: type drop", Where: Step, Danger: true},
	}
}

// LogMap is the log panel's keys.
func LogMap() Map {
	return Map{
		{ID: Filter, Keys: []string{"/"}, Label: "filter", Help: "filter as you type: words (all), -word, /regex/", Where: Log, Rank: 1},
		{ID: Mode, Keys: []string{"tab"}, Label: "marks only", Help: "while filtering: hide the others, or mark only", Where: Log},
		{ID: NextHit, Keys: []string{"n"}, Show: "n N", Label: "match", Help: "next, previous match while a filter is set", Where: Log, Rank: 4},
		{ID: PrevHit, Keys: []string{"N"}, Label: "previous match", Where: Log, Quiet: true},
		{ID: ErrorPrev, Keys: []string{"["}, Show: "[ ]", Label: "error", Help: "previous, next error", Where: Log, Rank: 5},
		{ID: ErrorNext, Keys: []string{"]"}, Label: "next error", Where: Log, Quiet: true},
		{ID: Follow, Keys: []string{"F", "G"}, Show: "F", Label: "follow", Help: "follow, or freeze where you are", Where: Log, Rank: 2},
		{ID: FoldOne, Keys: []string{"enter"}, Label: "fold", Help: "fold this one", Where: Log, Rank: 6},
		{ID: FoldAll, Keys: []string{"f"}, Label: "folds", Help: "fold all, none", Where: Log, Rank: 7},
		{ID: Mark, Keys: []string{"m"}, Label: "mark as evidence", Short: "mark", Help: "evidence of the current step", Where: Log, Rank: 8},
		{ID: Since, Keys: []string{"t"}, Label: "since", Help: "since: 15m, 2h, v13", Where: Log, Rank: 9},
		{ID: Service, Keys: []string{"b"}, Label: "service", Help: "backend, frontend, both", Where: Log, Rank: 10},
		{ID: WrapLines, Keys: []string{"w"}, Label: "wrap", Help: "wrap, or shift sideways with the arrows", Where: Log, Rank: 11},
		{ID: Shift, Keys: []string{"left", "right"}, Show: "← →", Label: "shift", Help: "shift sideways", Where: Log},
		{ID: Save, Keys: []string{"W"}, Label: "save", Help: "save to a file", Where: Log, Rank: 12},
		{ID: Yank, Keys: []string{"y"}, Label: "copy line", Help: "copy line, row or card", Where: Card},
	}
}

// CardMap is the handover card's keys.
func CardMap() Map {
	return Map{
		{ID: Yank, Keys: []string{"y"}, Label: "copy", Help: "copy line, row or card", Where: Card, Rank: 1},
		{ID: Give, Keys: []string{"a"}, Label: "hand over", Help: "hand the run to somebody: type a name", Where: Card, Rank: 4},
		{ID: Save, Keys: []string{"W"}, Label: "save", Help: "save to a file", Where: Card, Rank: 5},
		{ID: Look, Keys: []string{"r"}, Label: "make it new", Where: Card, Rank: 6},
		{ID: Back, Keys: []string{"esc"}, Label: "close", Where: Card, Rank: 2, Right: true},
	}
}

// PracticeMap answers in practice only.
func PracticeMap() Map {
	return Map{
		{ID: Slower, Keys: []string{","}, Show: ", .", Label: "clock", Help: "clock slower, faster", Where: Practice},
		{ID: Faster, Keys: []string{"."}, Label: "clock faster", Where: Practice, Quiet: true},
		{ID: Hint, Keys: []string{"h"}, Label: "hint", Help: "a hint; it costs 5 points", Where: Practice},
		{ID: Again, Keys: []string{"R"}, Label: "again", Help: "the drill again, same seed", Where: Practice},
		{ID: Another, Keys: []string{"N"}, Label: "another", Help: "another fault", Where: Practice},
	}
}

// FieldMap is what text fields answer to; other letters type.
func FieldMap() Map {
	return Map{
		{ID: Edit, Keys: []string{"ctrl+a", "ctrl+e", "ctrl+b", "ctrl+f", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+d", "alt+left", "alt+right"},
			Show: "ctrl+a e b f w u k d, alt+← →", Label: "edit the line", Help: "readline", Where: Fields},
	}
}
