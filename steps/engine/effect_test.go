package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

func sending(t *testing.T, fault string) *rig {
	r := newRig(t, procedure(nil, tickStep("tell"), doStep("deploy")))
	r.cloud.fault = fault
	r.start()
	r.ok("tell")
	r.ok("deploy")
	return r
}

// TestUnknownAbsent: absence is believed on two looks, the second after the settle time; then it is planned and confirmed anew.
func TestUnknownAbsent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := sending(t, "reset")
		r.is("deploy", "intent")
		p, _ := r.e.Watch()
		if p.Step != "deploy" || p.Doing != "sleeping" || p.Look != 1 || p.Next.IsZero() || p.Seen.Summary != "not there" {
			t.Errorf("progress %+v", p)
		}
		for _, c := range []engine.Command{engine.Back{To: "tell"}, engine.Abort{Why: "x"}, engine.Skip{Step: "deploy", Why: "x"}, engine.Retry{Step: "deploy"}, engine.Say{Step: "deploy", Is: steps.Absent}, engine.Stop{}} {
			r.do(c, steps.CodeInput)
		}
		for range 5 {
			r.do(engine.LookNow{}, "") // looks, and believes nothing before its time
		}
		if p, _ = r.e.Watch(); p.Look != 6 {
			t.Errorf("looked %d times", p.Look)
		}
		time.Sleep(55 * time.Second)
		synctest.Wait()
		r.is("deploy", "intent")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		st := r.step("deploy")
		if st.Phase != steps.PhaseAsked || st.Attempt != 1 || r.cloud.calls != 1 {
			t.Errorf("%+v after %d calls", st, r.cloud.calls)
		}
		r.ok("deploy")
		r.is("deploy", "passed")
		if st = r.step("deploy"); st.Attempt != 2 || r.cloud.ours() != 1 {
			t.Errorf("attempt %d, %d of ours", st.Attempt, r.cloud.ours())
		}
	})
}

// TestUnknownReads: that the service cannot be read says nothing about what was done; breaking the look off records nothing.
func TestUnknownReads(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		r.cloud.fault = "lost"
		r.start()
		n := 0
		r.cloud.reads = func() error {
			if n++; n > 1 { // the plan is read; then the service is silent
				return &steps.Error{Code: steps.CodeCredentials, What: "The login expired."}
			}
			return nil
		}
		r.ok("deploy")
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		r.is("deploy", "intent")
		p, _ := r.e.Watch()
		if p.Error == nil || p.Error.Code != steps.CodeCredentials || p.Look < 100 {
			t.Errorf("progress %+v", p)
		}
		r.stop()
		if err := <-r.done; steps.CodeOf(err) != steps.CodeInterrupted {
			t.Error(err)
		}
		if !strings.HasSuffix(r.types(), "intent resulted run-paused") {
			t.Error(r.types())
		}
		r.cloud.reads = nil
		r.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		r.is("deploy", "passed")
		if !strings.Contains(r.types(), "run-resumed resolved verified obliged settled run-finished") || r.cloud.calls != 1 {
			t.Error(r.types(), r.cloud.calls)
		}
	})
}

// TestOutcomes: how a call ends, and what is said of it.
func TestOutcomes(t *testing.T) {
	for fault, want := range map[string]struct {
		state   string
		outcome steps.Code
		why     string
	}{
		"":          {"passed", "", "version 14 has it"},
		"refused":   {"failed", steps.CodeRejected, "No such image."},
		"not-sent":  {"failed", steps.CodeNotSent, "Nothing was sent"},
		"lost":      {"passed", steps.CodeUnknown, "version 14 has it"},
		"throttled": {"passed", steps.CodeUnknown, "version 14 has it"},
		"late":      {"passed", steps.CodeUnknown, "version 14 has it"},
		"slow":      {"passed", "", "version 14 has it"},
		"panic":     {"passed", steps.CodeUnknown, "version 14 has it"},
		"broken":    {"failed", "", "has failed. version 14 failed"},
		"foreign":   {"failed", steps.CodeUnknown, "Somebody else's change is there"},
		"never":     {"unsure", "", ""},
	} {
		t.Run(fault, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := sending(t, fault)
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				r.is("deploy", want.state)
				if st := r.step("deploy"); st.Outcome != want.outcome || !strings.Contains(st.Why, want.why) || r.cloud.calls != 1 {
					t.Errorf("outcome %q, %q, %d calls", st.Outcome, st.Why, r.cloud.calls)
				}
				if got := len(r.fold().Obliged); (got == 1) != (want.state == "passed") {
					t.Errorf("%d obligations", got)
				}
			})
		})
	}
}

// TestSay: what only a person can tell is told by a person, after the settle time.
func TestSay(t *testing.T) {
	for _, is := range []steps.Is{steps.Landed, steps.Absent} {
		bubble(t, func(t *testing.T) {
			r := sending(t, "never")
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			r.is("deploy", "unsure")
			if p, _ := r.e.Watch(); p.Doing != "" {
				t.Errorf("progress %+v", p)
			}
			r.do(engine.Abort{}, steps.CodeInput)
			r.do(engine.Say{Step: "deploy", Is: steps.Foreign}, steps.CodeInput)
			r.do(engine.Say{Step: "tell", Is: is}, steps.CodeInput)
			r.do(engine.Say{Step: "deploy", Is: is, Why: "seen in the console", By: "kim"}, "")
			if is == steps.Landed {
				r.is("deploy", "passed")
				if len(r.fold().Obliged) != 1 || !strings.Contains(r.types(), "resolved verified obliged settled") {
					t.Error(r.types())
				}
				return
			}
			r.is("deploy", "asked")
		})
	}
}

// TestStop: a headless run ends in run-unknown where only a person can tell, in run-failed where a step failed.
func TestStop(t *testing.T) {
	for fault, want := range map[string]string{"never": "run-unknown", "foreign": "run-unknown", "refused": "run-failed"} {
		bubble(t, func(t *testing.T) {
			r := sending(t, fault)
			time.Sleep(5 * time.Minute)
			synctest.Wait()
			r.do(engine.Stop{}, "")
			if err := <-r.done; err != nil {
				t.Error(err)
			}
			r.ends(want)
			before := r.types()
			r.start() // such a run may be resumed
			if r.types() != before+" run-resumed" {
				t.Error(r.types())
			}
		})
	}
}

// TestOtherVersion: what another version of an operation planned is never resolved by a machine.
func TestOtherVersion(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		r.cloud.fault = "reset"
		r.start()
		r.ok("deploy")
		r.leave()
		r.operate(2)
		r.start()
		r.is("deploy", "unsure")
		r.do(engine.Say{Step: "deploy", Is: steps.Absent}, steps.CodeInput)
		time.Sleep(10 * time.Minute)
		r.do(engine.Say{Step: "deploy", Is: steps.Absent, By: "kim"}, "")
		r.is("deploy", "asked")
	})
}

// TestPermit: without a permission nothing is planned; one that is withdrawn before the send sends nothing.
func TestPermit(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		r.cfg.Permit = nil
		r.start()
		r.is("deploy", "failed")
	})
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		allowed := true
		r.cfg.Permit = func(_ context.Context, d steps.Declaration) error {
			if !allowed || d.Name != "deploy" {
				return &steps.Error{Code: steps.CodePlace, What: "These keys belong to account 990011223344."}
			}
			return nil
		}
		r.start()
		allowed = false
		r.ok("deploy")
		r.is("deploy", "failed")
		if st := r.step("deploy"); !strings.Contains(st.Why, "990011223344") || r.cloud.calls != 0 || strings.Contains(r.types(), "intent") {
			t.Errorf("%q, %d calls: %s", st.Why, r.cloud.calls, r.types())
		}
		allowed = true
		r.do(engine.Retry{Step: "deploy"}, "")
		r.ok("deploy")
		r.is("deploy", "passed")
	})
}

// TestOpenIntent: while another run's change to the same target is unknown, nothing is sent.
func TestOpenIntent(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		r.cfg.Journal.(*memory).open = []steps.OpenIntent{{Run: "r0", Intent: steps.Intent{Target: "jaja-backend"}}}
		r.start()
		r.ok("deploy")
		r.is("deploy", "failed")
		if st := r.step("deploy"); !strings.Contains(st.Why, "r0") || r.cloud.calls != 0 {
			t.Errorf("%q, %d calls", st.Why, r.cloud.calls)
		}
	})
}

// TestPrepareFails: a plan that cannot be made fails the step with its sentences; what passes by itself is tried again first.
func TestPrepareFails(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{&steps.Error{Code: steps.CodeCredentials, What: "The login expired.", Meaning: "nothing has changed.", Next: "aws sso login"}, "failed"},
		{&steps.Error{Code: steps.CodeThrottled, What: "AWS asks us to slow down."}, "asked"},
		{errReset, "failed"},
	} {
		bubble(t, func(t *testing.T) {
			r := newRig(t, procedure(nil, doStep("deploy")))
			n := 0
			r.cloud.reads = func() error {
				if n++; n < 3 {
					return c.err
				}
				return nil
			}
			r.start()
			time.Sleep(time.Minute)
			synctest.Wait()
			r.is("deploy", c.want)
			if st := r.step("deploy"); c.want == "failed" && st.Why != c.err.Error() {
				t.Error(st.Why)
			}
		})
	}
}

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
			<-r.done
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
			<-r.done
			if r.types() != "run-started noted run-paused" {
				t.Fatal(r.types())
			}
		})
	}
}
