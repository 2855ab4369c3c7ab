package keys

import (
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/ui/theme"
)

func plain() *theme.Theme {
	return theme.New(theme.Options{Frame: theme.Production(), Profile: colorprofile.ASCII})
}

func TestFooterIsExactAndGivesWayByRank(t *testing.T) {
	m := Join(HomeMap(), ListMap().Without(Find), EverywhereMap())
	wide := ansi.Strip(Footer(plain(), m, 140))
	for _, want := range []string{" enter open · ", "/ find a procedure", ": go to or do", "tab panel", "H handover card", "r look again", "T local time", "? help · q quit"} {
		if !strings.Contains(wide, want) {
			t.Errorf("140 columns lack %q: %q", want, wide)
		}
	}
	narrow := ansi.Strip(Footer(plain(), m, 60))
	for _, want := range []string{"enter open", "? help", "q quit"} {
		if !strings.Contains(narrow, want) {
			t.Errorf("60 columns lack %q: %q", want, narrow)
		}
	}
	if strings.Contains(narrow, "local time") {
		t.Errorf("what matters least stayed: %q", narrow)
	}
	for w := 1; w < 200; w++ {
		if got := ansi.StringWidth(Footer(plain(), m, w)); got != w {
			t.Fatalf("%d columns drawn on %d", got, w)
		}
	}
}

func TestWhatDoesNothingIsNotInTheFooterAndSaysWhyInHelp(t *testing.T) {
	m := StepMap().Off(Skip, "close the plan first")
	if got := Footer(plain(), m, 140); strings.Contains(got, "skip") {
		t.Errorf("the footer offers it: %q", got)
	}
	found := false
	for _, r := range Rows(m) {
		found = found || r.Off && r.Keys == "s" && r.Text == "skip: close the plan first"
	}
	if !found {
		t.Error("help does not say why")
	}
}

// One key has one meaning on a panel, and keys that habit presses elsewhere do nothing.
func TestKeysDoNotClash(t *testing.T) {
	for name, m := range map[string]Map{"home": Join(HomeMap(), ListMap(), EverywhereMap()), "step": Join(StepMap(), EverywhereMap()), "card": CardMap()} {
		seen := map[string]string{}
		for _, b := range m {
			for _, k := range b.Keys {
				if seen[k] != "" && seen[k] != b.ID {
					t.Errorf("%s: %s is %s and %s", name, k, seen[k], b.ID)
				}
				seen[k] = b.ID
			}
		}
	}
	for _, b := range All() {
		if b.Where == Fields {
			continue
		}
		for _, k := range b.Keys {
			switch k {
			case "ctrl+s", "ctrl+q", "ctrl+a", "ctrl+b", "d", "D", "p", "P":
				t.Errorf("%s is bound to %s", k, b.ID)
			}
		}
	}
}

func TestMarkdownNamesEveryKey(t *testing.T) {
	table := Markdown()
	for _, want := range []string{"| `?, F1` | this help | Everywhere |", "| `enter` | opens it to look", "| `n` | add a note | Step |", "| `, .` | clock slower, faster | Practice |"} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	for line := range strings.Lines(table) {
		if n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|"); n != 4 {
			t.Errorf("a row has %d bars: %s", n, line)
		}
	}
}

// wall is a clock that a test moves.
type wall struct{ at time.Time }

func (w *wall) now() time.Time { return w.at }

func (w *wall) after(d time.Duration) { w.at = w.at.Add(d) }

func newGuard() (*Guard, *wall) {
	w := &wall{time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}
	return &Guard{Now: w.now}, w
}

func TestGuardSwallowsUntilRestAndSilence(t *testing.T) {
	g, w := newGuard()
	if !g.Take() {
		t.Fatal("a guard that was never armed swallows")
	}
	w.after(time.Second)
	g.Arm()
	w.after(399 * time.Millisecond)
	if g.Take() {
		t.Fatal("a key counted before the rest was over")
	}
	w.after(200 * time.Millisecond) // rested, but a key came 200 ms ago
	if g.Take() {
		t.Fatal("a key counted without silence before it")
	}
	if g.Swallowed() != 2 || g.Open() {
		t.Fatalf("%d swallowed, open %v", g.Swallowed(), g.Open())
	}
	if got := g.Left(); got != GuardSilence {
		t.Fatalf("%v left", got)
	}
	w.after(GuardSilence)
	if !g.Open() || !g.Take() || g.Swallowed() != 0 {
		t.Fatal("the key after rest and silence does not count")
	}
	w.after(10 * time.Millisecond)
	if !g.Take() {
		t.Fatal("an open guard swallows")
	}
}

func TestHeldEnterIsOneEnter(t *testing.T) {
	g, w := newGuard()
	if !g.TakeEnter(false) {
		t.Fatal("the first Enter does not count")
	}
	for range 20 {
		w.after(33 * time.Millisecond)
		if g.TakeEnter(false) {
			t.Fatal("a held Enter counted twice")
		}
	}
	w.after(time.Second)
	if g.TakeEnter(true) {
		t.Fatal("what the terminal calls a repeat counted")
	}
	w.after(time.Second)
	if !g.TakeEnter(false) {
		t.Fatal("a new Enter does not count")
	}
}
