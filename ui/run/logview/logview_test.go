package logview

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

var at = time.Date(2026, 11, 23, 7, 2, 10, 0, time.UTC)

func add(st *logs.Store, n int) {
	for i := range n {
		at := at.Add(time.Duration(st.Len()+i) * time.Second)
		st.Add(logs.Line{At: at, Service: "jaja-backend", Text: fmt.Sprintf("INFO:     line %d of the log", st.Len()+1)})
	}
}

func model(n int) (*Model, *logs.Store) {
	st := logs.NewStore(1 << 20)
	add(st, n)
	return New(Source{"jaja-backend", "backend", st}, Source{"jaja-frontend", "frontend", logs.NewStore(1 << 20)}), st
}

func text(rs []rows.Row) string {
	var b strings.Builder
	for _, r := range rs {
		b.WriteString(strings.TrimRight(r.Plain(140), " ") + "\n")
	}
	return b.String()
}

func TestFollowShowsTheNewest(t *testing.T) {
	m, st := model(40)
	if v := text(m.View(100, 5, false)); !strings.Contains(v, "line 40 ") || strings.Contains(v, "line 35 ") {
		t.Fatalf("following shows\n%s", v)
	}
	add(st, 3)
	if v := text(m.View(100, 5, false)); !strings.Contains(v, "line 43 ") {
		t.Fatalf("following shows\n%s", v)
	}
}

func TestScrollingFreezesAndCounts(t *testing.T) {
	m, st := model(40)
	m.View(100, 5, true)
	m.Move(-1, at)
	before := text(m.View(100, 5, true))
	add(st, 7)
	if after := text(m.View(100, 5, true)); after != before {
		t.Fatalf("a frozen log moved from\n%s to\n%s", before, after)
	}
	if m.below() != 7 {
		t.Fatalf("%d lines came below, 7 were added", m.below())
	}
	m.Move(-30, at)
	if v := text(m.View(100, 5, true)); !strings.Contains(v, "› ") || !strings.Contains(v, "line 9 ") {
		t.Fatalf("30 further up shows\n%s", v)
	}
	m.Follow()
	if v := text(m.View(100, 5, false)); !strings.Contains(v, "line 47 ") {
		t.Fatalf("following again shows\n%s", v)
	}
}

func TestFrozenLinesStayWhileOldOnesGo(t *testing.T) {
	st := logs.NewStore(40 * 140)
	add(st, 30)
	m := New(Source{"jaja-backend", "backend", st})
	m.View(100, 5, true)
	m.Move(-2, at)
	add(st, 200)
	if v := m.View(100, 5, true); len(v) != 5 {
		t.Fatalf("%d rows", len(v))
	}
}

func TestFilterAsOneTypes(t *testing.T) {
	m, _ := model(40)
	m.OpenFilter()
	for _, r := range "line 3 -30" {
		m.Key(tea.KeyPressMsg{Code: r, Text: string(r)}, at, nil)
	}
	v := text(m.View(100, 12, true))
	if !strings.Contains(v, "line 39 ") || strings.Contains(v, "line 30 ") || strings.Contains(v, "line 40 ") {
		t.Fatalf("filtered:\n%s", v)
	}
	m.Key(tea.KeyPressMsg{Code: tea.KeyEnter}, at, nil)
	if m.Typing() {
		t.Fatal("enter did not close the field")
	}
	if !m.Unfilter() || m.Unfilter() {
		t.Fatal("esc takes the filter off, once")
	}
	m.OpenFilter()
	m.Paste("/[/")
	if m.problem == "" || !strings.Contains(text(m.View(100, 12, true)), "! ") {
		t.Fatal("a pattern that cannot be read is not said")
	}
}

func TestTracebackFolds(t *testing.T) {
	m, st := model(0)
	for _, line := range []string{"ERROR:    Exception in ASGI application", "Traceback (most recent call last):", `  File "/app/routes/billing_routes.py", line 88, in current_plan`,
		"    return user.subscription.plan", "AttributeError: 'NoneType' object has no attribute 'plan'"} {
		st.Add(logs.Line{At: at, Service: "jaja-backend", Text: line})
	}
	v := text(m.View(120, 8, true))
	if !strings.Contains(v, "4 lines  AttributeError: 'NoneType'") || !strings.Contains(v, "ours: routes/billing_routes.py:88") || strings.Contains(v, "user.subscription") {
		t.Fatalf("folded:\n%s", v)
	}
	m.Fold(at)
	if v := text(m.View(120, 8, true)); !strings.Contains(v, "user.subscription") {
		t.Fatalf("unfolded:\n%s", v)
	}
}

func TestLinesAreMaskedAndHarmless(t *testing.T) {
	m, st := model(0)
	m.Mask = func(s string) string { return strings.ReplaceAll(s, "hunter2hunter2", "[hidden]") }
	st.Add(logs.Line{At: at, Service: "jaja-backend", Text: "password hunter2hunter2 \x1b[2J\u202e end"})
	v := text(m.View(100, 3, true))
	if strings.Contains(v, "hunter2hunter2") || strings.ContainsAny(v, "\x1b\u202e") || !strings.Contains(v, "[hidden]") {
		t.Fatalf("shown: %q", v)
	}
}

func TestSince(t *testing.T) {
	live := func(v int) (time.Time, bool) { return at.Add(20 * time.Second), v == 13 }
	for word, want := range map[string]time.Time{"15m": at.Add(-15 * time.Minute), "v13": at.Add(20 * time.Second), "": {}, "07:02": at.Truncate(time.Minute)} {
		got, err := parseSince(word, at, live)
		if err != nil || !got.Equal(want) {
			t.Fatalf("%q gave %v, %v", word, got, err)
		}
	}
	for _, word := range []string{"v14", "soon", "-5m"} {
		if _, err := parseSince(word, at, live); err == nil {
			t.Fatalf("%q is no time, and was taken", word)
		}
	}
	m, _ := model(40)
	m.since = at.Add(60 * time.Second)
	if v := text(m.View(100, 50, false)); strings.Contains(v, "07:02:") {
		t.Fatalf("since 07:03:10 shows\n%s", v)
	}
}

func TestEveryRowCount(t *testing.T) {
	m, _ := model(40)
	m.OpenFilter()
	for h := range 20 {
		for _, w := range []int{1, 5, 40, 76, 136} {
			if rs := m.View(w, h, true); len(rs) != h {
				t.Fatalf("%d rows of %d", len(rs), h)
			}
		}
	}
}

// TestRateCountsWhatIsNew: thousands of lines of the past, read at once, are no rate.
func TestRateCountsWhatIsNew(t *testing.T) {
	store := logs.NewStore(1 << 20)
	m := New(Source{Service: "jaja-backend", Store: store})
	now := time.Date(2026, 11, 23, 7, 4, 0, 0, time.UTC)
	m.Sample(now)
	for i := range 3000 {
		store.Add(logs.Line{At: now.Add(-time.Hour + time.Duration(i)*time.Second), Service: "jaja-backend", Text: "old"})
	}
	for i := range 10 {
		store.Add(logs.Line{At: now.Add(time.Duration(i) * 100 * time.Millisecond), Service: "jaja-backend", Text: "new"})
	}
	m.Sample(now.Add(time.Second))
	if got := m.rate(); got != "10/s" {
		t.Errorf("the rate is %s", got)
	}
}
