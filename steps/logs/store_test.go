package logs

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var t0 = time.Date(2026, 11, 23, 7, 2, 10, 0, time.UTC)

const traceback = `ERROR:    Exception in ASGI application
Traceback (most recent call last):
  File "/usr/local/lib/python3.11/site-packages/uvicorn/protocols/http/h11_impl.py", line 403, in run_asgi
    result = await app(
             ^^^^^^^^^^
  File "/app/routes/email_routes.py", line 88, in get_emails
    tier = user["sync_tier"]
KeyError: 'sync_tier'`

func add(s *Store, at time.Time, service, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		s.Add(Line{At: at, Service: service, Text: line})
	}
}

func rows(s *Store, expr string) []string {
	f, err := ParseFilter(expr)
	if err != nil {
		panic(err)
	}
	var out []string
	for _, e := range s.View(f, 0, 1000) {
		out = append(out, fmt.Sprintf("%d|%s|%s", e.Fold, e.Text, e.Note))
	}
	return out
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestATracebackIsOneEntry(t *testing.T) {
	s := NewStore(1 << 20)
	add(s, t0, "back", `INFO:     10.0.0.7:443 - "GET /get-emails HTTP/1.1" 500 Internal Server Error`)
	add(s, t0, "back", traceback)
	add(s, t0.Add(time.Second), "back", "INFO - next")
	for range 2 {
		add(s, t0.Add(time.Minute), "back", traceback)
	}
	same(t, rows(s, ""), []string{
		`0|INFO:     10.0.0.7:443 - "GET /get-emails HTTP/1.1" 500 Internal Server Error|`,
		"7|ERROR:    Exception in ASGI application|KeyError: 'sync_tier'",
		"0|INFO - next|",
		"7|ERROR:    Exception in ASGI application|the same KeyError, 2nd time since 07:02:10",
		"7|ERROR:    Exception in ASGI application|the same KeyError, 3rd time since 07:02:10",
	})
	e := s.View(Filter{}, 1, 1)[0]
	if e.Kind != "KeyError: 'sync_tier'" || e.Ours != "routes/email_routes.py:88 get_emails" || e.Level != Error || e.Repeat != 1 || !e.First.Equal(t0) {
		t.Errorf("entry is %+v", e)
	}
	if got := s.Lines(e.Seq, 100); len(got) != 8 || got[7].Text != "KeyError: 'sync_tier'" {
		t.Errorf("the entry unfolds to %d lines: %v", len(got), got)
	}
}

func TestServicesInterleave(t *testing.T) {
	s := NewStore(1 << 20)
	for line := range strings.SplitSeq(traceback, "\n") {
		add(s, t0, "back", line)
		add(s, t0, "front", "GET /")
	}
	if got := len(s.View(Filter{}, 0, 100)); got != 9 {
		t.Errorf("%d entries, want 9", got)
	}
	if got := s.Lines(1, 100); len(got) != 8 {
		t.Errorf("the traceback unfolds to %d lines, want 8", len(got))
	}
}

func TestChainedTracebacks(t *testing.T) {
	s := NewStore(1 << 20)
	chain := "Traceback (most recent call last):\n  File \"/app/a.py\", line 1, in f\n    x\nValueError: a\n\nDuring handling of the above exception, another exception occurred:\n\n" +
		"Traceback (most recent call last):\n  File \"/app/b.py\", line 2, in g\n    y\nsqlalchemy.exc.OperationalError: (psycopg2.OperationalError) no\n\tIs the server running?\n\n[SQL: SELECT 1]\n(Background on this error at: https://sqlalche.me/e/20/e3q8)"
	add(s, t0, "back", chain)
	add(s, t0, "back", "INFO - next")
	add(s, t0, "back", "Traceback (most recent call last):\n  File \"/app/a.py\", line 1, in f\nValueError: a")
	same(t, rows(s, ""), []string{
		"14|Traceback (most recent call last):|sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) no",
		"0|INFO - next|",
		"2|Traceback (most recent call last):|ValueError: a",
	})
}

func TestFoldingEnds(t *testing.T) {
	s := NewStore(1 << 20)
	add(s, t0, "back", "ERROR:    Exception in ASGI application\nINFO - no traceback came\n  indented\nTraceback (most recent call last):\n  File \"x\"\nINFO:     10.0.0.7:443 - cut short\nKeyError: alone")
	same(t, rows(s, ""), []string{"0|ERROR:    Exception in ASGI application|", "0|INFO - no traceback came|", "0|  indented|", "1|Traceback (most recent call last):|", "0|INFO:     10.0.0.7:443 - cut short|", "0|KeyError: alone|"})
}

func TestHealthChecksAreCounted(t *testing.T) {
	s := NewStore(1 << 20)
	for i := range 20 {
		add(s, t0.Add(time.Duration(i)*10*time.Second), "back", `10.0.1.1 - "GET / HTTP/1.1" 200 "ELB-HealthChecker/2.0"`)
		add(s, t0.Add(time.Duration(i)*10*time.Second), "back", "INFO - work")
	}
	if got := len(rows(s, "-work")); got != 4 {
		t.Errorf("%d entries of health checks, want one a minute: 4", got)
	}
	if e := s.View(Filter{}, 0, 1)[0]; e.Repeat != 6 || e.Note != "health checks, 6 times" || e.Fold != 5 {
		t.Errorf("the first entry is %+v", e)
	}
	if got := len(rows(s, "-HealthChecker")); got != 20 {
		t.Errorf("%d entries without health checks, want 20", got)
	}
}

func TestFilteredViewFollowsTheStore(t *testing.T) {
	s := NewStore(1 << 20)
	f, _ := ParseFilter("keyerror -handled")
	for range 3 {
		add(s, t0, "back", "INFO - a")
		add(s, t0, "back", traceback)
		s.Add(Line{At: t0, Own: true, Text: "a gap"})
		if s.Count(f)%2 != 0 {
			t.Errorf("count is %d", s.Count(f))
		}
	}
	same(t, rows(s, "keyerror -handled"), []string{
		"7|ERROR:    Exception in ASGI application|KeyError: 'sync_tier'", "0|a gap|",
		"7|ERROR:    Exception in ASGI application|the same KeyError, 2nd time since 07:02:10", "0|a gap|",
		"7|ERROR:    Exception in ASGI application|the same KeyError, 3rd time since 07:02:10", "0|a gap|"})
	if last := s.View(f, -1, 2); len(last) != 2 || last[1].Text != "a gap" || last[0].Repeat != 3 {
		t.Errorf("the last two are %v", last)
	}
	if i := s.Find(f, s.View(f, 2, 1)[0].Seq); i != 2 {
		t.Errorf("the third entry is found at %d", i)
	}
	// A line that joins an entry later may bar it.
	add(s, t0, "back", strings.TrimSuffix(traceback, "\nKeyError: 'sync_tier'"))
	if g, _ := ParseFilter("asgi -sync_tier'"); s.Count(g) != 1+3 {
		t.Errorf("the open traceback and three own lines pass, not %d", s.Count(g))
	} else if add(s, t0, "back", "KeyError: 'sync_tier'"); s.Count(g) != 3 {
		t.Errorf("once it is barred three own lines pass, not %d", s.Count(g))
	}
}

func TestStoreIsBounded(t *testing.T) {
	s := NewStore(100_000)
	f, _ := ParseFilter("number")
	for i := range 50_000 {
		add(s, t0.Add(time.Duration(i)*time.Millisecond), "back", fmt.Sprintf("INFO number %d", i))
		if i%997 == 0 {
			s.View(f, -1, 10)
		}
	}
	if s.Kept() > 100_000 || s.Len() == 0 || s.Dropped()+uint64(s.Len()) != 50_000 {
		t.Errorf("%d bytes, %d lines, %d dropped", s.Kept(), s.Len(), s.Dropped())
	}
	if got := s.Count(f); got != s.Len() || s.Count(Filter{}) != got {
		t.Errorf("%d entries pass, %d are kept", got, s.Len())
	}
	if e := s.View(f, -1, 1)[0]; e.Text != "INFO number 49999" {
		t.Errorf("the last is %q", e.Text)
	}
	if from, to := s.Span(); !to.Equal(t0.Add(49_999*time.Millisecond)) || to.Sub(from) != time.Duration(s.Len()-1)*time.Millisecond {
		t.Errorf("the span is %s to %s", from, to)
	}
	s.Add(Line{Text: strings.Repeat("x", 50<<20)})
	if s.Kept() > 100_000 || s.Len() < 1 {
		t.Errorf("after a long line: %d bytes, %d lines", s.Kept(), s.Len())
	}
	if l, _ := s.Since(0); !strings.HasSuffix(l[len(l)-1].Text, "bytes more") {
		t.Error("the cut of a long line is not said")
	}
}

func TestSince(t *testing.T) {
	s := NewStore(1 << 20)
	if l, n := s.Since(0); len(l) != 0 || n != 0 {
		t.Errorf("an empty store gives %v, %d", l, n)
	}
	add(s, t0, "back", "a\nb")
	_, n := s.Since(0)
	add(s, t0, "back", "c")
	if l, m := s.Since(n); len(l) != 1 || l[0].Text != "c" || m != 3 {
		t.Errorf("got %v, %d", l, m)
	}
}

func TestPendingWork(t *testing.T) {
	s := NewStore(1 << 30)
	for i := range 3 * slowStep {
		s.Add(Line{At: t0, Service: "back", Text: fmt.Sprintf("line %d", i)})
	}
	f, _ := ParseFilter("/line [0-9]*7$/")
	s.View(f, 0, 10)
	if got := s.Pending(f); got != 2*slowStep {
		t.Errorf("%d lines are pending, want %d", got, 2*slowStep)
	}
	for s.Pending(f) > 0 {
		s.View(f, 0, 10)
	}
	if got := s.Count(f); got != 3*slowStep/10 {
		t.Errorf("%d entries pass, want %d", got, 3*slowStep/10)
	}
}

func TestLevels(t *testing.T) {
	for text, want := range map[string]Level{
		"INFO - x": Info, "INFO:     x": Info, "ERROR:    x": Error, "2026-11-23 07:02:10,123 - app - WARNING - x": Warn, "CRITICAL:root:x": Error,
		"KeyError: 'x'": Error, tracebackHead: Error, "an error came": None, "": None, "2026-11-23 07:02:10 UTC [12]: FATAL:  too many": Error,
		"[warn] x": Warn, "[deployment:4] Took too long": Warn, "error: x": Error, "  indented": None, "asyncio.exceptions.CancelledError": Error, "Listening: 3000": None,
	} {
		if got := LevelOf(text); got != want {
			t.Errorf("LevelOf(%q) = %q, want %q", text, got, want)
		}
	}
}

func BenchmarkView(b *testing.B) {
	s := NewStore(1 << 30)
	for i := range 200_000 {
		s.Add(Line{At: t0.Add(time.Duration(i) * time.Millisecond), Service: "back", Text: fmt.Sprintf(`INFO:     10.0.3.18:443 - "GET /get-emails HTTP/1.1" %d`, i)})
	}
	f, _ := ParseFilter("99")
	for b.Loop() {
		s.Add(Line{At: t0, Service: "back", Text: "INFO - 99"})
		s.View(f, -1, 40)
	}
}
