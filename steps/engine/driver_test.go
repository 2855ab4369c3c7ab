package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

// TestTakenOver: when a second process takes the run up, the first can no longer do anything, not even with an answer in hand.
func TestTakenOver(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, tickStep("tell"), doStep("deploy"))).start()
		r.ok("tell")
		if _, err := engine.Open(t.Context(), r.cfg, r.proc, engine.Start{ID: "r1"}); err != nil {
			t.Fatal(err)
		}
		r.answer("deploy", steps.Answered{Value: "jaja-backend"}, steps.CodeHeld)
		if end := <-r.done; steps.CodeOf(end) != steps.CodeHeld || r.cloud.calls != 0 {
			t.Errorf("run: %v; %d calls", end, r.cloud.calls)
		}
	})
}

// failing fails the append of one type of event.
type failing struct {
	*memory
	kind string
}

func (f *failing) Append(ctx context.Context, run string, evs ...steps.Event) error {
	for _, e := range evs {
		if e.Type == f.kind {
			return errors.New("no space left on device")
		}
	}
	return f.memory.Append(ctx, run, evs...)
}

// TestDiskFull: without a record nothing is sent; what was sent and cannot be recorded is said.
func TestDiskFull(t *testing.T) {
	for kind, calls := range map[string]int{"intent": 0, "resulted": 1} {
		bubble(t, func(t *testing.T) {
			r := newRig(t, procedure(nil, doStep("deploy")))
			m := r.cfg.Journal.(*memory)
			r.cfg.Journal = &failing{m, kind}
			r.start()
			r.ok("deploy")
			err := <-r.done
			if steps.CodeOf(err) != steps.CodeJournal || r.cloud.calls != calls {
				t.Errorf("%s: %v, %d calls", kind, err, r.cloud.calls)
			}
			if calls == 1 && !strings.Contains(err.Error(), "A change was sent to jaja-backend") {
				t.Error(err)
			}
			r.cfg.Journal = m
			r.start()
			if calls == 0 {
				r.is("deploy", "asked")
				return
			}
			r.is("deploy", "passed")
			if r.cloud.calls != 1 {
				t.Errorf("%d calls", r.cloud.calls)
			}
		})
	}
}

// TestPauseDuringCall: a call that is under way ends and is recorded before the run pauses.
func TestPauseDuringCall(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		op := r.cfg.Operations["deploy"]
		prepare := op.Prepare
		op.Prepare = func(ctx context.Context, with steps.Values) (steps.Plan, func(context.Context) (steps.Receipt, error), error) {
			p, apply, err := prepare(ctx, with)
			return p, func(ctx context.Context) (steps.Receipt, error) {
				select {
				case <-time.After(5 * time.Second):
				case <-ctx.Done():
					return nil, ctx.Err()
				}
				return apply(ctx)
			}, err
		}
		r.cfg.Operations["deploy"] = op
		r.start()
		r.ok("deploy")
		if p, _ := r.e.Watch(); p.Doing != "sending" {
			t.Errorf("progress %+v", p)
		}
		r.do(engine.Note{Text: "on its way"}, "")
		r.stop()
		r.e.Close()
		if err := <-r.done; steps.CodeOf(err) != steps.CodeInterrupted {
			t.Error(err)
		}
		if !strings.HasSuffix(r.types(), "intent noted resulted run-paused") || r.cloud.ours() != 1 {
			t.Error(r.types())
		}
		r.start()
		r.is("deploy", "passed")
		if r.cloud.calls != 1 {
			t.Errorf("%d calls", r.cloud.calls)
		}
	})
}

// refusing is a journal that somebody else holds; panicking is one with a fault.
type refusing struct{ *memory }

func (refusing) Hold(context.Context, string, string) (func(), error) {
	return nil, &steps.Error{Code: steps.CodeHeld, What: "kim holds run r1."}
}

type panicking struct {
	*memory
	on string
}

func (p *panicking) Append(ctx context.Context, run string, evs ...steps.Event) error {
	if evs[0].Type == p.on {
		panic("nil map")
	}
	return p.memory.Append(ctx, run, evs...)
}

// TestHolds: one driver a run; it lets go when it ends, also when it ends by a fault.
func TestHolds(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, tickStep("tell")))
		m := r.cfg.Journal.(*memory)
		r.cfg.Journal = refusing{m}
		if _, err := engine.Open(t.Context(), r.cfg, r.proc, engine.Start{ID: "r1"}); steps.CodeOf(err) != steps.CodeHeld || len(journaled(t, m)) != 0 {
			t.Error(err)
		}
		r.cfg.Journal = &panicking{m, "answered"}
		r.start()
		if !m.held["r1"] {
			t.Error("a driven run is not held")
		}
		r.answer("tell", steps.Answered{Value: "yes"}, steps.CodeLate)
		if err := <-r.done; steps.CodeOf(err) != steps.CodePanic || m.held["r1"] {
			t.Error(err)
		}
	})
}

// hooked calls a function before it appends an event of a type.
type hooked struct {
	*memory
	on   string
	hook func()
}

func (h *hooked) Append(ctx context.Context, run string, evs ...steps.Event) error {
	if evs[0].Type == h.on {
		h.hook()
	}
	return h.memory.Append(ctx, run, evs...)
}

// TestStopBeatsWork: work that ends while the run is being stopped starts nothing and leaves nothing, whichever is noticed first.
func TestStopBeatsWork(t *testing.T) {
	for range 20 {
		bubble(t, func(t *testing.T) {
			r := newRig(t, procedure(nil, doStep("deploy")))
			slow := false
			r.cloud.reads = func() error {
				if slow {
					time.Sleep(time.Second)
				}
				return nil
			}
			r.cfg.Journal = &hooked{r.cfg.Journal.(*memory), "noted", func() {
				r.stop()
				time.Sleep(time.Minute) // the confirmed plan is made meanwhile
			}}
			r.start()
			slow = true
			r.ok("deploy")
			if err := r.e.Do(t.Context(), engine.Note{Text: "x"}); err != nil {
				t.Error(err)
			}
			if err := <-r.done; steps.CodeOf(err) != steps.CodeInterrupted {
				t.Error(err)
			}
			if r.cloud.calls != 0 || strings.Contains(r.types(), "intent") {
				t.Fatal(r.types())
			}
		})
		bubble(t, func(t *testing.T) {
			r := newRig(t, procedure(nil, doStep("deploy")))
			op := r.cfg.Operations["deploy"]
			op.Prepare = func(ctx context.Context, _ steps.Values) (steps.Plan, func(context.Context) (steps.Receipt, error), error) {
				<-ctx.Done()
				return steps.Plan{}, nil, ctx.Err()
			}
			r.cfg.Operations["deploy"] = op
			r.cfg.Journal = &hooked{r.cfg.Journal.(*memory), "noted", func() { r.stop(); time.Sleep(time.Minute) }}
			r.start()
			if err := r.e.Do(t.Context(), engine.Note{Text: "x"}); err != nil {
				t.Error(err)
			}
			if err := <-r.done; steps.CodeOf(err) != steps.CodeInterrupted {
				t.Error(err)
			}
			if r.types() != "run-started noted run-paused" {
				t.Fatal(r.types())
			}
		})
	}
}
