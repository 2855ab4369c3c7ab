package status

import (
	"context"
	"slices"
	"time"

	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/steps/site"
)

const (
	glance   = 2 * time.Minute  // of a log at the first look: whether there are errors shows in it
	history  = 30 * time.Minute // of a log that is counted
	lookBack = 10 * time.Minute // before the live version was deployed, for the rate before it
	overlap  = 90 * time.Second // lines come late, and nodes interleave
	dense    = 5                // errors within a minute that are a fault, not noise
	lull     = 2 * time.Minute  // without a dense minute the stretch has ended
)

// window keeps the last part of one container's log, so that each reading asks only for what is new.
type window struct {
	version int // of the deployment that it was begun for
	stage   stage
	lines   []cloud.LogLine
	counts  map[line]int
}

// stage is how much of the log a window has.
type stage int

const (
	empty   stage = iota
	glanced       // the last two minutes, in which nothing was wrong
	whole         // all that is counted; from here on only what is new is read
)

// line names a line: equal ones at the same time are told apart by their number.
type line struct {
	at   int64
	text string
}

// requests reads what is new in a service's log and counts. The first look is a glance: a log is the largest thing that is read,
// and where nothing is wrong a single look need not wait for all of it. The rate before the live version is then not yet known.
func (w *Watcher) requests(ctx context.Context, known *site.Service, tail *window) (Requests, error) {
	snap, _ := w.Latest()
	f := snap.Service(known.Name).State
	if !f.Known || f.Value.Current == nil {
		return Requests{}, errNothing
	}
	d, now := f.Value.Current, w.cfg.Clock.Now()
	container := known.Container
	if d.Endpoint != nil {
		container = d.Endpoint.Container
	}
	oldest := now.Add(-w.cfg.History)
	if from := d.CreatedAt.Add(-lookBack); from.After(oldest) {
		oldest = from
	}
	if tail.version != d.Version {
		tail.begin(d.Version)
	}
	read := func(from time.Time) error {
		lines, err := w.cfg.Containers.Lines(ctx, known.Name, container, from)
		if err == nil {
			tail.add(lines, from, oldest)
		}
		return err
	}
	if first := now.Add(-glance); tail.stage == empty && first.After(oldest) {
		if err := read(first); err != nil {
			return Requests{}, err
		}
		if r := count(tail.lines, d.CreatedAt, now); !failing(r) {
			tail.stage = glanced
			return r, nil
		}
	}
	from := oldest
	if n := len(tail.lines); tail.stage == whole && n > 0 {
		from = tail.lines[n-1].At.Add(-overlap)
	} else {
		tail.begin(d.Version)
	}
	if err := read(from); err != nil {
		return Requests{}, err
	}
	tail.stage = whole
	return count(tail.lines, d.CreatedAt, now), nil
}

// begin empties the window for a version.
func (t *window) begin(version int) {
	*t = window{version: version, counts: map[line]int{}}
}

// add takes in the lines of one reading since from and lets go of those before oldest.
func (t *window) add(lines []cloud.LogLine, from, oldest time.Time) {
	here := map[line]int{}
	for _, l := range lines {
		if l.At.Before(from) { // some services cut the wanted time to whole seconds
			continue
		}
		k := line{l.At.UnixNano(), l.Message}
		if here[k]++; here[k] > t.counts[k] {
			t.lines = append(t.lines, l)
		}
	}
	slices.SortStableFunc(t.lines, func(a, b cloud.LogLine) int { return a.At.Compare(b.At) })
	for k, n := range here {
		t.counts[k] = max(n, t.counts[k])
	}
	cut := slices.IndexFunc(t.lines, func(l cloud.LogLine) bool { return !l.At.Before(oldest) })
	if cut < 0 {
		cut = len(t.lines)
	}
	t.lines = slices.Delete(t.lines, 0, cut)
	if n := len(t.lines); n > 0 {
		old := t.lines[n-1].At.Add(-overlap).UnixNano()
		for k := range t.counts {
			if k.at < old {
				delete(t.counts, k)
			}
		}
	}
}

// count turns a stretch of a log into figures. Errors before the version answered alone are not counted as its own.
func count(lines []cloud.LogLine, created, now time.Time) Requests {
	own := logs.Requests(lines, cloud.AnswersAlone(lines, created), now)
	whole := logs.Requests(lines, created, now)
	out := Requests{Bad: own.Bad, Of: own.Of, PerMinute: own.PerMinute, Before: whole.Before, Spark: own.Spark, Since: own.Since, Kind: own.Kind, Kinds: own.Kinds, Total: own.Total}
	if began := began(lines, now); !began.IsZero() {
		out.Since = began
	}
	return out
}

// began is when the present stretch of errors began, without the single ones that are always there: the first error of dense
// ones. Zero where the last minutes are not dense.
func began(lines []cloud.LogLine, now time.Time) time.Time {
	var times []time.Time
	for _, l := range lines {
		if bad, ok := l.Answered(); ok && bad && !l.At.After(now) {
			times = append(times, l.At)
		}
	}
	var first, last time.Time // of the stretch; last: the end of its last dense minute
	for i := 0; i+dense <= len(times); i++ {
		end := times[i+dense-1]
		if end.Sub(times[i]) > time.Minute {
			continue
		}
		if first.IsZero() || times[i].Sub(last) > lull {
			first = times[i]
		}
		last = end
	}
	if now.Sub(last) > lull {
		return time.Time{}
	}
	return first
}
