package engine_test

import (
	"context"
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

// TestSkipConfirmed: from the confirmation on, a change is not skipped; while it is being seen, the run may be dropped.
func TestSkipConfirmed(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		slow := false
		r.cloud.fault = "slow"
		r.cloud.reads = func() error {
			if slow {
				slow = false
				time.Sleep(time.Minute)
			}
			return nil
		}
		r.start()
		slow = true
		r.ok("deploy")
		r.is("deploy", "answered")
		r.do(engine.Skip{Step: "deploy", Why: "x"}, steps.CodeInput)
		time.Sleep(61 * time.Second)
		synctest.Wait()
		r.is("deploy", "applied")
		r.do(engine.Skip{Step: "deploy", Why: "x"}, steps.CodeInput)
		r.do(engine.Back{To: "deploy"}, steps.CodeInput)
		r.do(engine.Abort{Why: "x"}, "")
		r.ends("run-aborted")
	})
}
