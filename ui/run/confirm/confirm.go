// Package confirm is the overlay that sends: the only place of the program from which a change of the cloud is confirmed. It sees
// each key itself, takes no paste and no mouse, and lets Enter act only when the whole name stands there, typed by hand. It imports
// the domain, ui/keys, ui/theme, ui/widget, ui/run/rows and ui/run/panel; ui/run imports it.
package confirm

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/run/panel"
	"github.com/JustAJobApp/runbook/ui/run/rows"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// Place is where a change goes, as the overlay says it.
type Place struct {
	Cloud      string // PRODUCTION, the practice cloud
	Production bool
	Account    string // twelve digits, with the account's name
	Region     string
	As         string // who sends
}

// Outcome is what a key led to.
type Outcome uint8

// Outcomes.
const (
	Stay  Outcome = iota // nothing that concerns anybody else
	Close                // back to the plan; nothing was sent
	Send                 // the answer goes to the engine, once
	Leave                // leave the screen; what was sent goes on
)

// Model is the overlay over one question.
type Model struct {
	Question uint64
	Want     string // the name
	Plan     steps.Plan
	Place    Place
	Message  string // in the bottom border, until the next key

	field  widget.Input
	guard  *keys.Guard
	sentAt time.Time // by the cloud's clock; zero: not sent
	stale  string    // why the plan is old
}

// New opens the overlay over a plan. wall is this machine's clock, by which keys typed too early are told.
func New(question uint64, want string, plan steps.Plan, place Place, wall func() time.Time) *Model {
	m := &Model{Question: question, Want: strings.TrimSpace(want), Plan: plan, Place: place, guard: &keys.Guard{Now: wall}}
	m.guard.Arm()
	return m
}

// Arm swallows answering keys again for a moment: the terminal got its focus back, or fg returned.
func (m *Model) Arm() { m.guard.Arm() }

// Rest is how long until keys count, zero when they do.
func (m *Model) Rest() time.Duration { return m.guard.Left() }

// Sent reports whether the answer has been handed over.
func (m *Model) Sent() bool { return !m.sentAt.IsZero() }

// Text is what was typed.
func (m *Model) Text() string { return m.field.Value() }

// Stale says that the plan is old: nothing can be sent from here any more.
func (m *Model) Stale(why string) { m.stale = why }

// Refused takes an answer back that the engine did not take: nothing was sent.
func (m *Model) Refused(why string) {
	m.sentAt, m.Message = time.Time{}, why
	m.guard.Arm()
}

// Complete reports whether the whole name stands there, trimmed and whatever its case.
func (m *Model) Complete() bool {
	return m.Want != "" && strings.EqualFold(strings.TrimSpace(m.field.Value()), m.Want)
}

// Key gives the overlay a key; now is the cloud's time.
func (m *Model) Key(k tea.KeyPressMsg, now time.Time) Outcome {
	m.Message = ""
	name := k.String()
	switch {
	case m.Sent():
		if name == "q" || name == "ctrl+c" {
			return Leave
		}
		return Stay
	case name == "esc" || name == "ctrl+c":
		return Close
	case name == "enter":
		return m.enter(k, now)
	case k.Text != "" && k.Mod&^tea.ModShift == 0:
		if !m.guard.Take() {
			m.count()
			return Stay
		}
	case m.guard.Open():
		m.guard.Take() // it has rested: a key that edits delays no answer any more
	default:
		m.guard.Saw()
	}
	m.field.Key(k)
	return Stay
}

func (m *Model) enter(k tea.KeyPressMsg, now time.Time) Outcome {
	if !m.guard.TakeEnter(k.IsRepeat) {
		m.count()
		return Stay
	}
	if !m.Complete() || m.stale != "" {
		return Stay
	}
	m.sentAt = now
	return Send
}

func (m *Model) count() {
	if n := m.guard.Swallowed(); n > 0 {
		m.Message = widget.Count(n, "key was not taken", "keys were not taken")
	}
}

// Paste refuses a pasted name: reading it is the point.
func (m *Model) Paste() { m.Message = "type it, a pasted name is not read" }

// part is some of the overlay's rows; those with a low rank go first where room is scarce, rank 0 never.
type part struct {
	rank int
	rows []rows.Row
}

// View is the overlay's rows of w columns, at most h of them where that can be, and where the cursor stands: -1, -1 where it does
// not show. What goes and comes, the name and what Enter does never give way.
func (m *Model) View(w, h int, clock func(time.Time) string) (out []rows.Row, x, y int) {
	c := newColumns(w)
	gap := part{1, []rows.Row{rows.Blank()}}
	field, caret := m.ask(c)
	parts := append(m.what(c), gap, part{3, rows.Paragraph(panel.Summarise(m.Plan).Closing, 0, w)}, gap, part{0, field}, gap, part{0, []rows.Row{m.action(clock)}})
	for rank := 1; size(parts) > h && rank <= 4; rank++ {
		for i := len(parts) - 1; i >= 0 && size(parts) > h; i-- {
			if parts[i].rank == rank {
				parts[i].rows = nil
			}
		}
	}
	for _, p := range parts {
		out = append(out, p.rows...)
	}
	x, y = -1, -1
	for i := range out {
		if caret >= 0 && out[i].Caret >= 0 {
			x, y = out[i].Caret, i
		}
	}
	return out, x, y
}

func size(parts []part) int {
	n := 0
	for _, p := range parts {
		n += len(p.rows)
	}
	return n
}

// columns are the widths of the overlay's labels: full at 76 columns, short below.
type columns struct {
	w, label int
	short    bool
}

func newColumns(w int) columns {
	if w < 70 {
		return columns{w, 15, true}
	}
	return columns{w, 27, false}
}

// what says what will be created, changed and kept, where and by whom.
func (m *Model) what(c columns) []part {
	s := panel.Summarise(m.Plan)
	line := func(rank int, label string, role rows.Role, text string) part {
		return part{rank, rows.Labelled(label, c.label, role, text, c.w)}
	}
	out := []part{line(0, verb(m.Plan, c.short), rows.Bold, s.Target), line(0, "in account", rows.Plain, m.Place.Account+", "+m.Place.Region),
		line(4, "as", rows.Plain, m.Place.As)}
	var changes []rows.Row
	before := ""
	for i, ch := range s.Changes {
		label, name := "", rows.Pad(ch.Label, 7)
		if i == 0 {
			label = "changes"
		}
		if ch.Label == before {
			name = strings.Repeat(" ", 7)
		}
		before = ch.Label
		role := map[string]rows.Role{"-": rows.Bad, "+": rows.OK, "~": rows.Warn}[ch.Sign]
		for k, text := range rows.Wrap(ch.Text, max(8, c.w-c.label-9)) {
			if k > 0 {
				changes = append(changes, rows.In(role, strings.Repeat(" ", c.label+9)+text))
				continue
			}
			changes = append(changes, rows.Line(rows.S(rows.Pad(label, c.label)), rows.S(name), rows.R(role, ch.Sign+" "+text)))
		}
	}
	out = append(out, part{0, changes})
	if s.Keeps != "" {
		out = append(out, line(2, "keeps", rows.Plain, s.Keeps))
	}
	return out
}

// verb is what the one call does, by the operation's name.
func verb(p steps.Plan, short bool) string {
	switch {
	case strings.Contains(p.Operation, "deploy") && short:
		return "Deployment of"
	case strings.Contains(p.Operation, "deploy"):
		return "Create one deployment of"
	case strings.Contains(p.Operation, "enable"):
		return "Enable"
	}
	return "Change"
}

// ask is the field and what is to be said about what stands in it.
func (m *Model) ask(c columns) (out []rows.Row, caret int) {
	if m.Sent() {
		return []rows.Row{rows.Line(rows.S(rows.Pad("Typed:", c.label)), rows.S(strings.TrimSpace(m.field.Value())))}, -1
	}
	label := "Type the " + thing(m.Plan) + "'s name:"
	if c.short {
		label = "Type its name:"
	}
	text, at := m.field.View(max(8, c.w-c.label-1))
	field := rows.Line(rows.S(rows.Pad(label, c.label)), rows.S(text))
	caret = -1
	if m.guard.Open() {
		caret = c.label + at
	}
	field.Caret = caret
	role, hint := m.hint()
	return []rows.Row{field, rows.Line(rows.S(strings.Repeat(" ", c.label)), rows.R(role, hint))}, caret
}

// thing is what the name is the name of.
func thing(p steps.Plan) string {
	switch {
	case strings.HasPrefix(p.Operation, "containers."):
		return "service"
	case strings.HasPrefix(p.Operation, "database."):
		return "database"
	}
	return "target"
}

func (m *Model) hint() (rows.Role, string) {
	typed := strings.TrimSpace(m.field.Value())
	n := utf8.RuneCountInString(m.Want)
	switch {
	case m.stale != "":
		return rows.Warn, "! the plan is old: " + m.stale
	case m.Complete():
		return rows.OK, "✓ this is the name"
	case typed == "":
		return rows.Muted, widget.Count(n, "letter", "letters")
	case len(typed) < len(m.Want) && strings.EqualFold(typed, m.Want[:len(typed)]):
		left := n - utf8.RuneCountInString(typed)
		return rows.Muted, widget.Count(left, "letter", "letters") + " to go"
	}
	return rows.Bad, fmt.Sprintf("✗ %s is not how %s begins", typed, m.Want)
}

func (m *Model) action(clock func(time.Time) string) rows.Row {
	enter := func(text string) rows.Row {
		return rows.Line(rows.R(rows.Accent, "enter"), rows.S("  "), rows.R(rows.Bold, text))
	}
	switch {
	case m.Sent():
		return rows.Line(rows.R(rows.Wait, "~ "), rows.R(rows.Bold, "sent "+clock(m.sentAt)+", waiting for an answer"))
	case m.stale != "":
		return enter("nothing: esc goes back to the plan, which is made anew")
	case m.Complete():
		return enter("send it, once")
	}
	return enter("does nothing until the name is complete")
}

// Title is the overlay's title.
func (m *Model) Title() string { return "Send this to " + m.Place.Cloud + "?" }

// Foot is what stands in the overlay's bottom border.
func (m *Model) Foot() string {
	switch {
	case m.Message != "":
		return m.Message
	case m.Sent():
		return "q  leave; what was sent goes on"
	}
	return "esc  back to the plan; nothing has been sent"
}
