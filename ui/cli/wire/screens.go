package wire

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// logBytes bounds what is kept of one service's log.
const logBytes = 32 << 20

// tailing is a service's log that is being read.
type tailing struct {
	store *logs.Store
	tail  *logs.Tail
}

// Deps is what the screens get. Reading of the environment begins with it and ends with Close.
func (w *World) Deps(ctx context.Context) deps.Deps {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	w.mu.Lock()
	w.closing = append(w.closing, cancel)
	w.mu.Unlock()
	w.beside(func() {
		w.filling(ctx, patience)
		w.watcher.Run(ctx)
	})
	d := deps.Deps{
		Faults: w.faults,
		Frame:  theme.Production(), Site: w.Site, Environment: w.Environment, Operator: w.Operator, Version: w.options.Version, ReadOnly: w.options.ReadOnly,
		List: w.library.List, Load: w.library.Load, Journal: w.Journal, Status: w.watcher, Clock: w.Clock, Speed: w.Speed,
		Logs: func(service string) (*logs.Store, *logs.Tail) { return w.tail(ctx, service) },
		Copy: w.Copy, Mask: w.Mask,
		Start: func(ctx context.Context, procedure string, params steps.Values, from *steps.Origin) (deps.Driver, error) {
			return driver(w.Start(ctx, procedure, params, from))
		},
		Resume: func(ctx context.Context, run string) (deps.Driver, error) { return driver(w.Resume(ctx, run)) },
	}
	if w.Practice {
		d.Frame, d.SetFactor = theme.Practice(w.Scenario), w.SetFactor
	}
	return d
}

// driver keeps a nil pointer from becoming an interface that is not nil.
func driver(d *Driver, err error) (deps.Driver, error) {
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Speed is how fast the simulated clock runs, false where the clock is real.
func (w *World) Speed() (now, factor float64, ok bool) {
	if w.sim == nil {
		return 1, 1, false
	}
	now, factor = w.sim.Speed()
	return now, factor, true
}

// SetFactor changes how fast the simulated clock runs while the cloud works.
func (w *World) SetFactor(ctx context.Context, factor float64) error {
	if w.sim == nil {
		return &steps.Error{Code: steps.CodeInput, What: "This clock is real: it has no factor."}
	}
	return w.sim.SetFactor(ctx, factor)
}

// tail gives a service's log, read from its live version's beginning or the last quarter of an hour, whichever is earlier. Reading
// begins with the first call.
func (w *World) tail(ctx context.Context, service string) (*logs.Store, *logs.Tail) {
	s := w.Environment.Service(service)
	if s == nil {
		return logs.NewStore(1 << 10), nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if t := w.tails[service]; t != nil {
		return t.store, t.tail
	}
	t := &tailing{store: logs.NewStore(logBytes)}
	t.tail = logs.NewTail(w.lists, t.store, logs.Options{Service: service, Container: s.Container, Since: w.Clock.Now().Add(-15 * time.Minute), Now: w.Clock.Now, Why: why})
	w.tails[service] = t
	w.beside(func() {
		w.fill(ctx)
		_ = t.tail.Run(ctx) // its error is that ctx has ended
	})
	return t.store, t.tail
}

// beside runs f beside the screen. A fault of the program in it ends the screen and not the process, so that the terminal is put
// back as it was.
func (w *World) beside(f func()) {
	go func() {
		defer func() {
			if p := recover(); p != nil {
				select {
				case w.faults <- fmt.Errorf("%v\n%s", p, debug.Stack()):
				default: // one is enough
				}
			}
		}()
		f()
	}()
}

// why words an error for the log's own lines: what happened, without the rest.
func why(err error) string {
	if e, ok := err.(*steps.Error); ok {
		return e.What
	}
	return err.Error()
}

// LogQuery says which lines of a log are wanted.
type LogQuery struct {
	Service string // a name, or a role
	Since   time.Duration
	Follow  bool
	Filter  logs.Filter
}

// PrintLog gives each line that matches to print, masked and escaped. Following ends with ctx, and is no error then.
func (w *World) PrintLog(ctx context.Context, q LogQuery, print func(string)) error {
	service, container, err := w.service(q.Service)
	if err != nil {
		return err
	}
	w.fill(ctx)
	store := logs.NewStore(logBytes)
	tail := logs.NewTail(w.lists, store, logs.Options{Service: service, Container: container, Since: w.Clock.Now().Add(-q.Since), Now: w.Clock.Now, Why: why})
	seq := uint64(0)
	flush := func() {
		lines, newest := store.Since(seq)
		seq = newest
		for _, l := range lines {
			if l.Own || q.Filter.Match(l.Text) {
				print(l.At.UTC().Format("15:04:05") + " " + w.Shown(l.Text))
			}
		}
	}
	tail.Poll(ctx)
	if err := tail.Reading().Err; err != nil {
		return err
	}
	flush()
	if !q.Follow {
		return ctx.Err()
	}
	go func() { _ = tail.Run(ctx) }()
	for {
		_, changed := tail.Latest()
		flush()
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		}
	}
}

// LastLines gives the last n lines of the first service's log that match, for line mode.
func (w *World) LastLines(expr string, n int) []string {
	filter, err := logs.ParseFilter(expr)
	if err != nil {
		return []string{err.Error()}
	}
	if len(w.Environment.Services) == 0 {
		return []string{"There is no service whose log could be read."}
	}
	s := w.Environment.Services[0]
	ctx, cancel := context.WithTimeout(context.Background(), lookLimit)
	defer cancel()
	store := logs.NewStore(logBytes)
	tail := logs.NewTail(w.lists, store, logs.Options{Service: s.Name, Container: s.Container, Since: w.Clock.Now().Add(-15 * time.Minute), Now: w.Clock.Now, Why: why})
	tail.Poll(ctx)
	if err := tail.Reading().Err; err != nil {
		return []string{err.Error()}
	}
	lines, _ := store.Since(0)
	var out []string
	for _, l := range lines {
		if filter.Match(l.Text) {
			out = append(out, fmt.Sprintf("%s %s %s", s.Role, l.At.UTC().Format("15:04:05"), w.Shown(l.Text)))
		}
	}
	if len(out) == 0 {
		return []string{"No line of the last 15 minutes of " + s.Name + " matches."}
	}
	return out[max(0, len(out)-n):]
}

// service finds a service by its name or role.
func (w *World) service(name string) (service, container string, err error) {
	var all []string
	for _, s := range w.Environment.Services {
		if s.Name == name || s.Role == name {
			return s.Name, s.Container, nil
		}
		all = append(all, s.Name)
	}
	return "", "", &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s has no service %q.", w.Environment.Name, name), Next: "It has " + strings.Join(all, " and ") + "."}
}
