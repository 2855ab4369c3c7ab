package theme

import (
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/JustAJobApp/runbook/steps"
)

// Options are what a theme is made from.
type Options struct {
	Frame   Frame
	Charset Charset
	Profile colorprofile.Profile
	Dark    *bool          // nil: the background is not known
	Fixed   bool           // the operator chose the background, or none: the terminal's answer changes nothing
	Bare    bool           // no colours at all, whatever the terminal can do
	Zone    *time.Location // nil: UTC
}

// Theme paints by role. It is shared by pointer between all screens and changed by the root model only, between two views; Version
// changes whenever anything that was painted before would look different.
type Theme struct {
	Frame   Frame
	opts    Options
	set     Charset
	plain   [roles]string // the opening sequence of each role
	strong  [roles]string // the same in bold
	version uint64
}

// New makes a theme.
func New(o Options) *Theme {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	if o.Bare {
		o.Profile = colorprofile.ASCII
	}
	t := &Theme{Frame: o.Frame, set: o.Charset, opts: o}
	t.build()
	return t
}

// build makes the opening sequences anew.
func (t *Theme) build() {
	t.version++
	table := palette(t.opts.Profile, t.opts.Dark)
	for r := range table {
		code := table[r].of(t.opts.Profile)
		t.plain[r], t.strong[r] = sgr(code), sgr(join(strong, code))
	}
}

func sgr(code string) string {
	if code == "" {
		return ""
	}
	return "\x1b[" + code + "m"
}

func join(a, b string) string {
	switch b {
	case "", a:
		return a
	default:
		return a + ";" + b
	}
}

// SetProfile follows the terminal's colour profile.
func (t *Theme) SetProfile(p colorprofile.Profile) {
	if p != t.opts.Profile && !t.opts.Bare {
		t.opts.Profile = p
		t.build()
	}
}

// SetDark follows the terminal's background, unless the operator has chosen one.
func (t *Theme) SetDark(isDark bool) {
	if !t.opts.Fixed {
		t.opts.Dark = &isDark
		t.build()
	}
}

// SetZone chooses the zone of every time on screen.
func (t *Theme) SetZone(z *time.Location) {
	t.opts.Zone = z
	t.version++
}

// Version changes with every change of the theme: a part of cache keys.
func (t *Theme) Version() uint64 { return t.version }

// Charset says which characters may be used.
func (t *Theme) Charset() Charset { return t.set }

// Fold replaces what the terminal cannot show, a column for a column. Frames and boxes of ui/widget fold what they are given.
func (t *Theme) Fold(s string) string {
	if t.set == Unicode {
		return s
	}
	return fold(s, t.set)
}

func (t *Theme) wrap(code, s string) string { return "\x1b[" + code + "m" + s + "\x1b[m" }

// Paint paints text by role. Text that holds painted text already must not be painted again: the inner end would end the outer.
func (t *Theme) Paint(r Role, s string) string {
	if t.plain[r] == "" || s == "" {
		return s
	}
	return t.plain[r] + s + "\x1b[m"
}

// Strong paints text by role, in bold.
func (t *Theme) Strong(r Role, s string) string {
	if s == "" {
		return s
	}
	return t.strong[r] + s + "\x1b[m"
}

// Muted paints ages, units, "by hand".
func (t *Theme) Muted(s string) string { return t.Paint(RoleMuted, s) }

// Accent paints keys, links, the focused title.
func (t *Theme) Accent(s string) string { return t.Paint(RoleAccent, s) }

// OK paints what passes.
func (t *Theme) OK(s string) string { return t.Paint(RoleOK, s) }

// Warn paints what warns, is near the objective, or is stale.
func (t *Theme) Warn(s string) string { return t.Paint(RoleWarn, s) }

// Bad paints what is broken, and only that.
func (t *Theme) Bad(s string) string { return t.Paint(RoleBad, s) }

// Unknown paints what is not known.
func (t *Theme) Unknown(s string) string { return t.Paint(RoleUnknown, s) }

// Wait paints what is waiting or looking.
func (t *Theme) Wait(s string) string { return t.Paint(RoleWait, s) }

// Line paints inner borders.
func (t *Theme) Line(s string) string { return t.Paint(RoleLine, s) }

// Bold is for the label of Enter, the word after a sign, the focused title: one bold word a line at most.
func (t *Theme) Bold(s string) string { return t.Strong(RoleText, s) }

// Reverse is for the cursor row and an unknown outcome.
func (t *Theme) Reverse(s string) string { return t.wrap(reverse, s) }

// Underline is for links and what can be clicked.
func (t *Theme) Underline(s string) string { return t.wrap("4", s) }

// Sign is a sign in the terminal's characters, not painted.
func (t *Theme) Sign(s Sign) string {
	if t.set == Unicode {
		return unicodeSigns[s]
	}
	return asciiSigns[s]
}

// Sparks are the eight levels of a chart, lowest first.
func (t *Theme) Sparks() []rune {
	if t.set == Unicode {
		return []rune(unicodeSparks)
	}
	return []rune(asciiSparks)
}

// verdicts are the signs, words and roles of states.
var verdicts = map[steps.State]struct {
	sign Sign
	word string
	role Role
}{
	steps.Passed:        {Pass, "pass", RoleOK},
	steps.Warned:        {Warn, "warn", RoleWarn},
	steps.Failed:        {Fail, "fail", RoleBad},
	steps.Unknown:       {Unknown, "unknown", RoleUnknown},
	steps.Approved:      {Pass, "approved", RoleWarn},
	steps.Skipped:       {NotNow, "skipped", RoleMuted},
	steps.NotApplicable: {NotNow, "not now", RoleMuted},
	steps.Waiting:       {Wait, "waiting", RoleWait},
}

// State is a state's sign and word, neither painted. The zero state is to do.
func (t *Theme) State(s steps.State) (sign, word string) {
	v, ok := verdicts[s]
	if !ok {
		return t.Sign(Todo), "to do"
	}
	return t.Sign(v.sign), v.word
}

// StateRole is the role that a state's sign and word are painted in.
func StateRole(s steps.State) Role { return verdicts[s].role }

// RunState is the sign, word and role of where a run stands.
func (t *Theme) RunState(s steps.RunState) (sign, word string, role Role) {
	switch s {
	case steps.RunDone:
		return t.Sign(Pass), "finished", RoleOK
	case steps.RunDropped:
		return t.Sign(NotNow), "dropped", RoleMuted
	case steps.RunFailedState:
		return t.Sign(Fail), "failed", RoleBad
	case steps.RunUnsure:
		return t.Sign(Unknown), "outcome unknown", RoleUnknown
	case steps.RunHalted:
		return t.Sign(Warn), "paused", RoleWarn
	case steps.RunInterrupted:
		return t.Sign(Warn), "interrupted", RoleWarn
	default:
		return t.Sign(Wait), string(s), RoleWait
	}
}

// Clock is a time of day in the chosen zone: 07:11:20.
func (t *Theme) Clock(at time.Time) string { return at.In(t.opts.Zone).Format("15:04:05") }

// Minute is a time of day without seconds: 07:11.
func (t *Theme) Minute(at time.Time) string { return at.In(t.opts.Zone).Format("15:04") }

// Date is a day in the chosen zone: 2026-11-23.
func (t *Theme) Date(at time.Time) string { return at.In(t.opts.Zone).Format("2006-01-02") }

// Location is the chosen zone.
func (t *Theme) Location() *time.Location { return t.opts.Zone }

// Zone is the name of the chosen zone.
func (t *Theme) Zone() string {
	if t.opts.Zone == time.UTC {
		return "UTC"
	}
	return "local"
}
