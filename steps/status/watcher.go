package status

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// tick is how often Run asks which figures are due, by the wall clock. While a wait speeds the practice clock up it is what
// bounds how often the simulated cloud is asked.
const tick = 250 * time.Millisecond

// limit is the bound of one read where the Config names none.
const limit = 20 * time.Second

// Watcher reads an environment and keeps the latest Snapshot. It is safe for concurrent use; one Run at a time.
type Watcher struct {
	cfg   Config
	tasks []*task

	mu      sync.Mutex
	snap    Snapshot
	changed chan struct{}
}

// task is one figure to be read.
type task struct {
	every time.Duration
	after *task // which must have been read once, since this one needs what it gives; nil: none
	// read gives the change that it makes to a snapshot. It is called by one goroutine at a time.
	read func(ctx context.Context) func(*Snapshot)

	reading sync.Mutex // one reading at a time, whether by Look or by Run

	// Under the Watcher's mu.
	due  time.Time // cloud clock
	busy bool      // Run has started it
	done bool      // it has been read once
	slow bool      // the service asked us to slow down
}

// New makes a Watcher; it reads nothing yet. Before the first reading no figure is Known and none has an Err.
func New(cfg Config) *Watcher {
	cfg.Every = cfg.Every.filled()
	if cfg.History <= 0 {
		cfg.History = history
	}
	if cfg.Limit <= 0 {
		cfg.Limit = limit
	}
	if cfg.History <= 0 {
		cfg.History = history
	}
	e := &cfg.Environment
	w := &Watcher{cfg: cfg, changed: make(chan struct{}), snap: Snapshot{Environment: e.Name, Account: e.Account, Region: e.Region}}
	for _, s := range e.Services {
		w.snap.Services = append(w.snap.Services, Service{Name: s.Name, Role: s.Role})
	}
	w.tasks = w.plan()
	return w
}

func (e Every) filled() Every {
	or := func(d *time.Duration, by time.Duration) {
		if *d <= 0 {
			*d = by
		}
	}
	or(&e.Identity, 5*time.Minute)
	or(&e.Services, 5*time.Second)
	or(&e.Deployments, 10*time.Second)
	or(&e.Images, 40*time.Second)
	or(&e.Health, 5*time.Second)
	or(&e.Requests, 10*time.Second)
	or(&e.Database, 40*time.Second)
	or(&e.Secrets, 2*time.Minute)
	return e
}

// Look reads every figure once, side by side, and gives the Snapshot that results. A reading that fails is in its Figure's Err.
func (w *Watcher) Look(ctx context.Context) Snapshot {
	var wg sync.WaitGroup
	faults := make(chan any, 1)
	var start func(after *task)
	start = func(after *task) {
		for _, t := range w.tasks {
			if t.after == after {
				wg.Go(func() {
					defer caught(faults)
					w.read(ctx, t)
					start(t)
				})
			}
		}
	}
	start(nil)
	wg.Wait()
	select {
	case p := <-faults:
		panic(p)
	default:
	}
	snap, _ := w.Latest()
	return snap
}

// Run reads each figure at its interval until ctx ends, and returns when no reading is under way any more. Intervals go by the
// cloud's clock, but it waits by the wall clock: sleeping on the cloud's would speed it up while somebody merely looks.
func (w *Watcher) Run(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	faults := make(chan any, 1)
	finished := make(chan struct{}, 1)
	for {
		now := w.cfg.Clock.Now()
		for _, t := range w.tasks {
			if w.begin(t, now) {
				wg.Go(func() {
					defer caught(faults)
					w.read(ctx, t)
					w.end(t)
					select {
					case finished <- struct{}{}: // what waits for this one need not wait for the next tick
					default:
					}
				})
			}
		}
		select {
		case <-ctx.Done():
			return
		case p := <-faults:
			panic(p)
		case <-ticker.C:
		case <-finished:
		}
	}
}

// caught carries a fault of a reading over to the goroutine that asked for it, where its caller can deal with it: one that ends the
// process would leave the terminal as the screen has set it.
func caught(faults chan<- any) {
	if p := recover(); p != nil {
		select {
		case faults <- fmt.Errorf("%v\n%s", p, debug.Stack()):
		default:
		}
	}
}

// begin reports whether t is to be read now, and notes that it is.
func (w *Watcher) begin(t *task, now time.Time) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.busy || t.due.After(now) || t.after != nil && !t.after.done {
		return false
	}
	t.busy = true
	return true
}

func (w *Watcher) end(t *task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	t.busy = false
	every := t.every
	if t.slow {
		every *= 4
	}
	t.due = w.cfg.Clock.Now().Add(every)
}

// read makes one reading and publishes what came of it. One that was broken off from outside changes nothing.
func (w *Watcher) read(ctx context.Context, t *task) {
	t.reading.Lock()
	defer t.reading.Unlock()
	inner, cancel := context.WithTimeout(ctx, w.cfg.Limit)
	defer cancel()
	change := t.read(inner)
	w.mu.Lock()
	defer w.mu.Unlock()
	if ctx.Err() != nil || change == nil {
		return
	}
	t.done = true
	next := w.snap
	next.Services = slices.Clone(w.snap.Services) // whoever holds the former one goes on reading it
	change(&next)
	next.At = w.cfg.Clock.Now()
	next.Problems = problems(&next, &w.cfg.Environment)
	w.snap = next
	close(w.changed)
	w.changed = make(chan struct{})
}

// Latest is the last Snapshot, and a channel that is closed at the next one. It shares memory with later ones: read only.
func (w *Watcher) Latest() (Snapshot, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.snap, w.changed
}

// seen makes a figure of a reading: a good one replaces the value, a bad one keeps it and says why.
func seen[T any](f *Figure[T], every time.Duration, at time.Time, v T, err error) {
	f.Every = every
	if err != nil {
		f.Err = worded(err)
		return
	}
	f.Value, f.Known, f.At, f.Err = v, true, at, nil
}

func worded(err error) *steps.Error {
	if e, ok := errors.AsType[*steps.Error](err); ok {
		return e
	}
	what := "The look did not work."
	if errors.Is(err, context.DeadlineExceeded) {
		what = "No answer came in time."
	}
	return &steps.Error{Code: steps.CodeUnreachable, What: what, Meaning: "it has shown nothing.", Next: "Look again.", Cause: err}
}
