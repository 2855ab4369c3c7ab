package widget

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/ui/theme"
)

func plain() *theme.Theme {
	return theme.New(theme.Options{Frame: theme.Production(), Profile: colorprofile.ASCII})
}

func coloured() *theme.Theme {
	dark := true
	return theme.New(theme.Options{Frame: theme.Practice("bad-deploy"), Profile: colorprofile.TrueColor, Dark: &dark})
}

// grid is a small screen with every kind of joint.
func grid(t *theme.Theme) *Frame {
	return &Frame{Theme: t, W: 58, H: 13, Scenario: true, Lead: []string{"nothing here is real"}, Corner: "07:09:41 UTC", Head: []string{"head"}, Footer: " foot",
		Bands: []Band{
			{Columns: []Column{
				{W: 14, Panels: []Panel{{Title: "1 Steps", Rows: 6, Lines: []string{"one", "two"}}}},
				{W: 26, Panels: []Panel{{Title: "2 Step", Note: "check", Focused: true, Rows: 3, Lines: []string{"text"}}, {Title: "more", Rows: 2}}},
				{Panels: []Panel{{Title: "3 State", Rows: 2}, {Title: "5 Drills", Rows: 3}}},
			}},
			{Columns: []Column{{Panels: []Panel{{Title: "4 Log of the backend, long", Rows: 1, Lines: []string{"a line that is much longer than the panel is wide, so it is cut"}}}}}},
		}}
}

func TestFrameSharesItsBorders(t *testing.T) {
	want := strings.TrimPrefix(`
╔═ PRODUCTION ═ nothing here is real ═════ 07:09:41 UTC ═╗
║ head                                                   ║
╟─ 1 Steps ────┬─ ▸ 2 Step ─────── check ─┬─ 3 State ────╢
║ one          │ text                     │              ║
║ two          │                          │              ║
║              │                          ├─ 5 Drills ───╢
║              ├─ more ───────────────────┤              ║
║              │                          │              ║
║              │                          │              ║
╟─ 4 Log of the backend, long ────────────┴──────────────╢
║ a line that is much longer than the panel is wide, so… ║
╚═══════════════════════════════════════════ PRODUCTION ═╝
 foot`, "\n")
	got := strings.Split(ansi.Strip(grid(plain()).String()), "\n")
	for i, line := range strings.Split(want, "\n") {
		if got[i] != Pad(line, 58) {
			t.Errorf("line %d\n got %s\nwant %s", i+1, got[i], line)
		}
	}
}

func TestFrameIsExactAtEverySize(t *testing.T) {
	for _, th := range []*theme.Theme{plain(), coloured(), theme.New(theme.Options{Frame: theme.Practice("x"), Charset: theme.ASCII})} {
		for w := 50; w < 90; w++ {
			f := grid(th)
			f.W, f.Message = w, "saved to a file with a name that is rather long"
			lines := f.Lines()
			if len(lines) != f.H {
				t.Fatalf("%d lines on %d", len(lines), f.H)
			}
			for i, l := range lines {
				if Width(l) != w {
					t.Fatalf("line %d is %d columns on %d: %q", i+1, Width(l), w, ansi.Strip(l))
				}
			}
		}
	}
}

func TestRestFillsTheFrame(t *testing.T) {
	f := &Frame{Theme: plain(), W: 40, H: 20, Head: []string{"a"}, Footer: " f"}
	rows := f.Rest(3)
	f.Bands = []Band{{Columns: []Column{{Panels: []Panel{{Title: "a", Rows: rows}}}}}, {Columns: []Column{{Panels: []Panel{{Title: "b", Rows: 3, Lines: []string{"1", "2", "last"}}}}}}}
	lines := f.Lines()
	if got := ansi.Strip(lines[17]); !strings.Contains(got, "last") {
		t.Errorf("the last panel does not end at the border: %q", got)
	}
}

func TestOverLaysABoxExactly(t *testing.T) {
	f := grid(coloured())
	screen := f.Lines()
	b := Box{Theme: f.Theme, Border: f.Theme.Heavy(), W: 30, Title: "Send this?", Foot: "esc back", Lines: []string{"a", "b", f.Theme.Bad("c")}}
	box := b.Render()
	for _, l := range box {
		if Width(l) != 30 {
			t.Fatalf("box line of %d columns: %q", Width(l), l)
		}
	}
	Over(screen, box, 15, 3)
	for i, l := range screen {
		if Width(l) != f.W {
			t.Errorf("line %d is %d columns", i+1, Width(l))
		}
	}
	if got := ansi.Strip(screen[3]); !strings.Contains(got, "┏━ Send this? ━") {
		t.Errorf("the box is not there: %q", got)
	}
	if before, after := ansi.Strip(f.Lines()[4]), ansi.Strip(screen[4]); ansi.Cut(before, 0, 15) != ansi.Cut(after, 0, 15) || ansi.Cut(before, 45, 60) != ansi.Cut(after, 45, 60) {
		t.Errorf("what is beside the box changed: %q", after)
	}
}

func TestWrapClosesItsPaintOnEveryLine(t *testing.T) {
	th := coloured()
	lines := Wrap("plain "+th.Bad("painted over the end of a line")+" plain", 14)
	if len(lines) < 3 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		if Width(l) > 14 {
			t.Errorf("%q is too wide", l)
		}
		if i := strings.LastIndex(l, "\x1b["); i >= 0 && !strings.HasPrefix(l[i:], "\x1b[m") {
			t.Errorf("%q ends painted", l)
		}
	}
	if !strings.HasPrefix(lines[1], "\x1b[38") {
		t.Errorf("the second line lost its paint: %q", lines[1])
	}
}

func TestHang(t *testing.T) {
	got := Hang("label  ", "some words that go over two lines", 24, -1)
	want := []string{"label  some words that", "       go over two lines"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q", got)
	}
	got = Hang("! ", "some words that go over", 14, 2)
	if strings.Join(got, "|") != "! some words|  that go over" {
		t.Errorf("%q", got)
	}
	for _, l := range Hang("a long label ", "and then words enough for three lines at least", 24, 4) {
		if Width(l) > 24 {
			t.Errorf("%q is too wide", l)
		}
	}
}

func TestFitting(t *testing.T) {
	if got := Clip("abcdef", 4); got != "abc…" {
		t.Errorf("Clip %q", got)
	}
	if got := Fit("名前", 3); Width(got) != 3 {
		t.Errorf("Fit of wide characters is %d columns", Width(got))
	}
	if got := Ends("left side", "right", 12); Width(got) != 12 || !strings.HasSuffix(got, " right") {
		t.Errorf("Ends %q", got)
	}
	if got := Right("12", 5); got != "   12" {
		t.Errorf("Right %q", got)
	}
}

func TestAges(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "2 s", 3 * time.Second: "5 s", 38 * time.Second: "40 s", 41 * time.Second: "1 min", 3 * time.Minute: "4 min", 17 * time.Minute: "32 min",
		33 * time.Minute: "1 h", 3 * time.Hour: "4 h", 50 * time.Hour: "2 d"} {
		if got := Age(d); got != want {
			t.Errorf("Age(%v) = %s, want %s", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{58 * time.Second: "58 s", 21 * time.Minute: "21 min", 90 * time.Minute: "90 min", 5 * time.Hour: "5 h", 97 * 24 * time.Hour: "97 d"} {
		if got := Ago(d); got != want {
			t.Errorf("Ago(%v) = %s, want %s", d, got, want)
		}
	}
	if got := Clock(3*time.Hour + 4*time.Second); got != "3:00:04" {
		t.Errorf("Clock %s", got)
	}
}

func TestObjectiveIsHonest(t *testing.T) {
	th := plain()
	limit := 5 * time.Minute
	for used, want := range map[time.Duration]string{118 * time.Second: "RTO 01:58 of 05:00", 271 * time.Second: "! RTO 04:31 of 05:00 · 29 s left", 441 * time.Second: "✗ RTO passed by 02:21 (05:00)"} {
		if got := ansi.Strip(Objective(th, used, limit)); got != want {
			t.Errorf("%v: %q, want %q", used, got, want)
		}
	}
	if got := Objective(th, time.Minute, 0); got != "" {
		t.Errorf("a clock without an objective: %q", got)
	}
}

func TestCharts(t *testing.T) {
	th := plain()
	if got := Spark(th, []int{0, 0, 1, 20, 41}); got != "▁▁▂▄█" {
		t.Errorf("spark %s", got)
	}
	if got := ansi.Strip(Progress(th, 1, 2, 10)); got != "█████░░░░░" {
		t.Errorf("progress %s", got)
	}
	if got := Number(1048213); got != "1,048,213" {
		t.Errorf("number %s", got)
	}
}

func rows(ids ...string) []Row {
	var out []Row
	for _, id := range ids {
		r := Row{ID: id, Text: id}
		if strings.HasPrefix(id, "#") {
			r.Heading = true
		}
		out = append(out, r)
	}
	return out
}

func TestListMovesOverHeadingsAndStops(t *testing.T) {
	l := List{}
	l.Set(rows("#a", "1", "#b", "2", "3"))
	l.Key("g", 3)
	if l.Current() == nil || l.Current().ID != "1" {
		t.Fatalf("the first row is %v", l.Current())
	}
	l.Key("up", 3)
	if l.Current().ID != "1" {
		t.Error("the cursor went onto a heading")
	}
	l.Key("down", 3)
	if l.Current().ID != "2" {
		t.Errorf("after down: %s", l.Current().ID)
	}
	l.Key("G", 3)
	l.Key("down", 3)
	if l.Current().ID != "3" {
		t.Error("the cursor went past the end")
	}
	l.Set(rows("#a", "3", "9"))
	if l.Current().ID != "3" {
		t.Error("the cursor did not stay on its row")
	}
}

func TestListKeepsTheCursorInSight(t *testing.T) {
	th := plain()
	l := List{}
	var ids []string
	for i := range 40 {
		ids = append(ids, "row"+string(rune('A'+i)))
	}
	l.Set(rows(ids...))
	for range 39 {
		l.Key("j", 5)
		if got := strings.Join(l.View(th, 20, 5), "\n"); !strings.Contains(got, "› "+l.Current().ID) {
			t.Fatalf("%s is out of sight:\n%s", l.Current().ID, got)
		}
	}
	for range 39 {
		l.Key("k", 5)
		if got := strings.Join(l.View(th, 20, 5), "\n"); !strings.Contains(got, "› "+l.Current().ID) {
			t.Fatalf("%s is out of sight:\n%s", l.Current().ID, got)
		}
	}
	if i := l.At(th, 20, 2); i != 2 {
		t.Errorf("line 2 is row %d", i)
	}
}

func TestListSaysWhatCannotBeChosen(t *testing.T) {
	l := List{Cursor: -1, Rows: []Row{{ID: "a", Text: "one"}, {ID: "b", Text: "two", Blocked: "it is live", More: []string{"  not to choose: it is live"}}}}
	got := l.View(plain(), 40, 4)
	if got[0] != "  one" || ansi.Strip(got[1]) != "- two" || got[2] != "  not to choose: it is live" {
		t.Errorf("%q", got)
	}
	if l.Current() != nil {
		t.Error("a row has the cursor that nobody put there")
	}
}

func key(s string) tea.KeyPressMsg {
	switch s {
	case "left":
		return tea.KeyPressMsg{Code: tea.KeyLeft}
	case "backspace":
		return tea.KeyPressMsg{Code: tea.KeyBackspace}
	case "alt+left":
		return tea.KeyPressMsg{Code: tea.KeyLeft, Mod: tea.ModAlt}
	}
	if c, ok := strings.CutPrefix(s, "ctrl+"); ok {
		return tea.KeyPressMsg{Code: rune(c[0]), Mod: tea.ModCtrl}
	}
	return tea.KeyPressMsg{Code: []rune(s)[0], Text: s}
}

// TestInputFillsItsField: what a narrow field hid is shown again in a wide one.
func TestInputFillsItsField(t *testing.T) {
	in := Input{}
	in.Set("posted in deploys")
	if text, _ := in.View(8); text != "deploys" {
		t.Errorf("in 8 columns %q", text)
	}
	if text, x := in.View(40); text != "posted in deploys" || x != 17 {
		t.Errorf("in 40 columns %q, cursor at %d", text, x)
	}
}

func TestInputKnowsReadline(t *testing.T) {
	in := Input{}
	for _, r := range "roll back now" {
		in.Key(key(string(r)))
	}
	in.Key(key("ctrl+w"))
	if in.Value() != "roll back " {
		t.Errorf("ctrl+w leaves %q", in.Value())
	}
	in.Key(key("alt+left"))
	in.Key(key("ctrl+k"))
	if in.Value() != "roll " {
		t.Errorf("ctrl+k leaves %q", in.Value())
	}
	in.Key(key("ctrl+a"))
	in.Key(key("x"))
	in.Key(key("ctrl+e"))
	in.Key(key("backspace"))
	if in.Value() != "xroll" {
		t.Errorf("%q", in.Value())
	}
	if in.Key(tea.KeyPressMsg{Code: tea.KeyEnter}) || in.Key(tea.KeyPressMsg{Code: tea.KeyEscape}) || in.Key(tea.KeyPressMsg{Code: tea.KeyTab}) {
		t.Error("it takes keys that edit nothing")
	}
	in.Set("")
	in.Paste("two\nlines\x1b[2J\u202e")
	if in.Value() != "two lines[2J" {
		t.Errorf("pasted %q", in.Value())
	}
	in.Set("日本語 text that is longer than the field")
	text, x := in.View(10)
	if Width(text) > 10 || x > 9 {
		t.Errorf("shown %q, cursor at %d", text, x)
	}
	in.Key(key("ctrl+a"))
	in.Key(key("ctrl+f"))
	if _, x := in.View(10); x != 2 {
		t.Errorf("after one wide character the cursor is at %d", x)
	}
}

func TestProse(t *testing.T) {
	th := plain()
	text := "Roll back **first**, then `understand`.\n\n- one\n- two is longer than the line is wide\n\n1. a\n2. b\n\n```sh\naws x\n```\n\n| Way | Takes |\n|---|---|\n| image | 4 min |\n"
	got := Markdown(th, text, 24)
	joined := ansi.Strip(strings.Join(got, "\n"))
	want := "Roll back first, then\nunderstand.\n\n· one\n· two is longer than the\n  line is wide\n\n1. a\n2. b\n\n  aws x\n\nWay    Takes\nimage  4 min"
	if joined != want {
		t.Errorf("got\n%s\nwant\n%s", joined, want)
	}
	for w := 4; w < 60; w++ {
		for _, l := range Markdown(coloured(), text, w) {
			if Width(l) > w {
				t.Fatalf("%d columns on %d: %q", Width(l), w, l)
			}
		}
	}
}

func TestTableGivesWay(t *testing.T) {
	for _, l := range Table([][]string{{"a long first cell", "b", "a long last cell"}, {"x", "y", "z"}}, 20) {
		if Width(l) > 20 {
			t.Errorf("%q", l)
		}
	}
}

func BenchmarkFrame(b *testing.B) {
	f := grid(coloured())
	f.W, f.H = 140, 40
	f.Bands[0].Columns[0].Panels[0].Rows, f.Bands[0].Columns[1].Panels[0].Rows = 20, 20
	b.ReportAllocs()
	for b.Loop() {
		_ = f.String()
	}
}
