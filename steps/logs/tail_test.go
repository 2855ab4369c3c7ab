package logs

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

// script is a source that answers each read in turn; the last answer stays.
type script struct {
	reads []read
	since []time.Time
}

type read struct {
	lines []cloud.LogLine
	err   error
}

func (s *script) Lines(_ context.Context, _, _ string, since time.Time) ([]cloud.LogLine, error) {
	s.since = append(s.since, since)
	r := s.reads[min(len(s.since), len(s.reads))-1]
	return r.lines, r.err
}

func at(seconds float64, text string) cloud.LogLine {
	return cloud.LogLine{At: t0.Add(time.Duration(seconds * float64(time.Second))), Message: text}
}

func texts(s *Store) []string {
	lines, _ := s.Since(0)
	var out []string
	for _, l := range lines {
		out = append(out, l.Text)
	}
	return out
}

func tail(src Source, opt Options) (*Tail, *Store) {
	s := NewStore(1 << 20)
	opt.Service, opt.Container, opt.Since = "jaja-backend", "backend", t0
	now := t0
	opt.Now = func() time.Time { now = now.Add(2 * time.Second); return now }
	return NewTail(src, s, opt), s
}

func TestTailTellsLinesApart(t *testing.T) {
	src := &script{reads: []read{
		{lines: []cloud.LogLine{at(-1, "too old"), at(0, "a"), at(0, "a"), at(1, "b")}},
		{lines: []cloud.LogLine{at(0, "a"), at(0, "a"), at(1, "b"), at(1, "b"), at(200, "c")}},
		{lines: []cloud.LogLine{at(1, "b"), at(1, "b"), at(150, "late"), at(150, "late"), at(200, "c"), at(200, "c")}},
		{lines: []cloud.LogLine{at(150, "late"), at(150, "late"), at(200, "c"), at(200, "c")}},
	}}
	tl, s := tail(src, Options{})
	for range src.reads {
		tl.Poll(t.Context())
	}
	same(t, texts(s), []string{"a", "a", "b", "b", "c", "late", "late", "c"})
	want := []time.Time{t0, t0, t0.Add(110 * time.Second), t0.Add(110 * time.Second)}
	for i, w := range want {
		if !src.since[i].Equal(w) {
			t.Errorf("read %d began at %s, want %s", i+1, src.since[i], w)
		}
	}
	if lines, _ := s.Since(0); lines[5].Late != 50*time.Second || lines[7].Late != 0 {
		t.Errorf("late by %s and %s", lines[5].Late, lines[7].Late)
	}
	if r := tl.Reading(); r.Lines != 8 || r.Err != nil || r.At.IsZero() {
		t.Errorf("reading is %+v", r)
	}
}

func TestTailMarksGaps(t *testing.T) {
	broken := errors.New("throttled")
	src := &script{reads: []read{{lines: []cloud.LogLine{at(0, "a")}}, {err: broken}, {err: broken}, {lines: []cloud.LogLine{at(0, "a"), at(3, "b")}}}}
	tl, s := tail(src, Options{})
	tl.Poll(t.Context())
	v, changed := tl.Latest()
	tl.Poll(t.Context())
	<-changed
	if w, _ := tl.Latest(); w == v || tl.Reading().Err != broken {
		t.Errorf("version %d after %d, error %v", w, v, tl.Reading().Err)
	}
	tl.Poll(t.Context())
	tl.Poll(t.Context())
	same(t, texts(s), []string{"a", "the log could not be read at 07:02:14: throttled; it is asked for again",
		"07:02:14 to 07:02:18 could not be read (2 attempts); read again at 07:02:18: 1 line came", "b"})
	if lines, _ := s.Since(0); !lines[1].Own || !lines[2].Own || lines[3].Own {
		t.Error("the program's own lines are not marked")
	}
}

func TestTailCountsAFlood(t *testing.T) {
	var many []cloud.LogLine
	for i := range 30 {
		many = append(many, at(float64(i), strings.Repeat("x", i+1)))
	}
	tl, s := tail(&script{reads: []read{{lines: many}}}, Options{Most: 10})
	tl.Poll(t.Context())
	tl.Poll(t.Context())
	if got := texts(s); len(got) != 11 || got[0] != "20 more lines came at once and were counted, not kept: 10 are the most" {
		t.Errorf("got %q", got)
	}
}

func TestTailWaitsLongerWhileReadingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var waits []time.Duration
		src := &script{reads: []read{{err: errors.New("down")}}}
		ctx, cancel := context.WithCancel(t.Context())
		last := start
		tl := NewTail(sourceFunc(func() ([]cloud.LogLine, error) {
			waits = append(waits, time.Since(last))
			last = time.Now()
			if len(waits) == 8 {
				cancel()
			}
			return src.reads[0].lines, src.reads[0].err
		}), NewStore(1<<20), Options{Since: start})
		if err := tl.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("Run ended with %v", err)
		}
		for i, want := range []time.Duration{0, 2, 4, 8, 16, 30, 30, 30} {
			if waits[i] != want*time.Second {
				t.Errorf("wait %d was %s, want %ds", i, waits[i], want)
			}
		}
	})
}

type sourceFunc func() ([]cloud.LogLine, error)

func (f sourceFunc) Lines(context.Context, string, string, time.Time) ([]cloud.LogLine, error) {
	return f()
}
