package logs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

const (
	overlap   = 90 * time.Second // lines come late, and nodes interleave
	slowest   = 30 * time.Second // between attempts while reading fails
	lateAfter = 5 * time.Second  // a line that is further behind is marked late
)

// Source reads a container's log: all lines from since on, oldest first, every page of them. Reading may retry.
type Source interface {
	Lines(ctx context.Context, service, container string, since time.Time) ([]cloud.LogLine, error)
}

// Options say what a tail follows and how.
type Options struct {
	Service, Container string
	Since              time.Time     // the first line wanted
	Every              time.Duration // between reads, by Wait's clock; 0: two seconds
	Most               int           // lines that one read may add; more are counted, not kept. 0: 40,000
	Now                func() time.Time
	// Wait pauses between reads. It must be the wall clock's: waiting on a simulated cloud's clock would make it run fast for as
	// long as somebody looks at a log. nil: the wall clock.
	Wait func(ctx context.Context, d time.Duration) error
	// Why words an error for the program's own line; nil: its text.
	Why func(error) string
}

// Tail follows a container's log into a store, without gaps and without duplicates. What could not be read stands in the store as
// the program's own line.
type Tail struct {
	src   Source
	store *Store
	opt   Options

	// Of the reading goroutine alone.
	newest time.Time   // of all lines read
	seen   map[key]int // how often a line was seen, within the overlap
	failed time.Time   // since when reading fails; zero: it does not
	good   time.Time   // last good reading
	tries  int

	mu      sync.Mutex
	reading Reading
	version uint64
	changed chan struct{}
}

// key names a line: the service gives lines no ids. Equal ones are told apart by how manieth they are.
type key struct {
	at   int64
	text string
}

// Reading is how the tail is doing.
type Reading struct {
	At        time.Time // of the last good read; zero: none yet
	Err       error     // of the last read; nil when it was good
	PerSecond float64   // lines that came, over the last read's interval
	Lines     uint64    // in all
}

// NewTail makes a tail of src into store; Run starts it.
func NewTail(src Source, store *Store, opt Options) *Tail {
	if opt.Every <= 0 {
		opt.Every = 2 * time.Second
	}
	if opt.Most <= 0 {
		opt.Most = 40_000
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Wait == nil {
		opt.Wait = wait
	}
	if opt.Why == nil {
		opt.Why = error.Error
	}
	return &Tail{src: src, store: store, opt: opt, seen: map[key]int{}, changed: make(chan struct{})}
}

// Service is the service that the tail follows.
func (t *Tail) Service() string { return t.opt.Service }

// Run reads until ctx ends and returns its error. A read that fails is told in the store and tried again, ever more slowly.
func (t *Tail) Run(ctx context.Context) error {
	for {
		t.Poll(ctx)
		pause := t.opt.Every
		if t.tries > 0 {
			pause = min(slowest, t.opt.Every<<min(t.tries-1, 5))
		}
		if err := t.opt.Wait(ctx, pause); err != nil {
			return err
		}
	}
}

// Poll reads once. Run calls it; a command that does not follow calls it by itself. Only one goroutine may.
func (t *Tail) Poll(ctx context.Context) {
	start := t.start()
	lines, err := t.src.Lines(ctx, t.opt.Service, t.opt.Container, start)
	if ctx.Err() != nil {
		return
	}
	now := t.opt.Now()
	if err != nil {
		t.fail(now, err)
		return
	}
	fresh, behind := t.fresh(lines, start)
	over := max(0, len(fresh)-t.opt.Most)
	fresh = fresh[over:]
	if over > 0 {
		t.own(now, fmt.Sprintf("%s more lines came at once and were counted, not kept: %s are the most", digits(over), digits(t.opt.Most)))
	}
	if !t.failed.IsZero() {
		t.own(now, fmt.Sprintf("%s to %s could not be read (%s); read again at %s: %s came", clock(t.failed), clock(now), times(t.tries), clock(now), counted(len(fresh))))
	}
	t.store.Add(t.stored(fresh, behind)...)
	rate := 0.0
	if d := now.Sub(t.good).Seconds(); !t.good.IsZero() && d > 0 {
		rate = float64(len(fresh)) / d
	}
	quiet := len(fresh) == 0 && t.failed.IsZero()
	t.good, t.failed, t.tries = now, time.Time{}, 0
	t.note(func(r *Reading) { r.At, r.Err, r.PerSecond, r.Lines = now, nil, rate, r.Lines+uint64(len(fresh)+over) })
	if !quiet {
		t.wake()
	}
}

// start is from when to read: an overlap before the newest line, since lines come late.
func (t *Tail) start() time.Time {
	if from := t.newest.Add(-overlap); !t.newest.IsZero() && from.After(t.opt.Since) {
		return from
	}
	return t.opt.Since
}

// fresh gives the lines that no earlier read gave, by time, and the newest time before them.
func (t *Tail) fresh(lines []cloud.LogLine, start time.Time) (fresh []cloud.LogLine, behind time.Time) {
	here := map[key]int{}
	behind = t.newest
	for _, l := range lines {
		if l.At.Before(start) { // some services cut the wanted time to whole seconds
			continue
		}
		k := key{l.At.UnixNano(), l.Message}
		here[k]++
		if here[k] <= t.seen[k] {
			continue
		}
		fresh = append(fresh, l)
		if l.At.After(t.newest) {
			t.newest = l.At
		}
	}
	for k, n := range here {
		t.seen[k] = max(n, t.seen[k])
	}
	from := t.start().UnixNano()
	for k := range t.seen {
		if k.at < from {
			delete(t.seen, k)
		}
	}
	slices.SortStableFunc(fresh, func(a, b cloud.LogLine) int { return a.At.Compare(b.At) })
	return fresh, behind
}

func (t *Tail) stored(fresh []cloud.LogLine, behind time.Time) []Line {
	out := make([]Line, len(fresh))
	for i, l := range fresh {
		out[i] = Line{At: l.At, Service: t.opt.Service, Text: strings.Clone(l.Message)}
		if late := behind.Sub(l.At); !behind.IsZero() && late > lateAfter {
			out[i].Late = late
		}
	}
	return out
}

// fail notes a read that failed; the first one of a row stands in the log.
func (t *Tail) fail(now time.Time, err error) {
	if t.failed.IsZero() {
		t.failed = now
		t.own(now, fmt.Sprintf("the log could not be read at %s: %s; it is asked for again", clock(now), t.opt.Why(err)))
	}
	t.tries++
	t.note(func(r *Reading) { r.Err, r.PerSecond = err, 0 })
	t.wake()
}

func (t *Tail) own(at time.Time, text string) {
	t.store.Add(Line{At: at, Service: t.opt.Service, Text: text, Own: true})
}

// note changes the reading without waking anybody.
func (t *Tail) note(change func(*Reading)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	change(&t.reading)
}

// wake tells those who wait that there is something to see.
func (t *Tail) wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.version++
	close(t.changed)
	t.changed = make(chan struct{})
}

// Latest changes whenever lines came or reading began or ceased to fail; the channel is closed at the next change.
func (t *Tail) Latest() (version uint64, changed <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.version, t.changed
}

// Reading is how the last read went.
func (t *Tail) Reading() Reading {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.reading
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func clock(t time.Time) string { return t.UTC().Format("15:04:05") }

func times(n int) string {
	if n == 1 {
		return "one attempt"
	}
	return digits(n) + " attempts"
}

func counted(n int) string {
	if n == 1 {
		return "1 line"
	}
	return digits(n) + " lines"
}

// digits writes a number with separators.
func digits(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
