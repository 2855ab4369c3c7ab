package engine_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

// TestVerdicts: not yet is no pass, and no verdict is not known.
func TestVerdicts(t *testing.T) {
	for verdict, want := range map[steps.State]string{steps.Waiting: "failed", "": "unknown", "fine": "unknown", steps.Passed: "passed"} {
		bubble(t, func(t *testing.T) {
			r := newRig(t, procedure(nil, checkStep("a")))
			r.see = func(string, int) (steps.Observed, error) { return steps.Observed{Verdict: verdict}, nil }
			r.start()
			r.is("a", want)
		})
	}
}

// stopped is a clock on which nobody can sleep.
type stopped struct{ clock }

func (stopped) Sleep(context.Context, time.Duration) error { return errReset }

// TestClockFails: a wait whose clock cannot be slept on goes on, at the wall's pace.
func TestClockFails(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, steps.Step{ID: "a", Kind: "wait", Use: "probe", With: map[string]string{"name": "a"}}))
		r.cfg.Clock = stopped{}
		r.see = func(_ string, n int) (steps.Observed, error) {
			v := steps.Waiting
			if n == 5 {
				v = steps.Passed
			}
			return steps.Observed{Verdict: v}, nil
		}
		began := time.Now()
		r.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		r.is("a", "passed")
		if took := r.step("a").SettledAt.Sub(began); took != 4*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// TestWait: looks until its condition holds, the probe fails it, or the deadline, which counts from the entry and over a restart.
func TestWait(t *testing.T) {
	w := steps.Step{ID: "live", Kind: "wait", Use: "probe", With: map[string]string{"name": "live"}, Until: is("out", "ACTIVE"), Every: 10 * time.Second, Timeout: 5 * time.Minute}
	sees := func(f func(n int) (steps.Observed, error)) func(*testing.T) *rig {
		return func(t *testing.T) *rig {
			r := newRig(t, procedure(nil, w))
			r.see = func(_ string, n int) (steps.Observed, error) { return f(n) }
			return r.start()
		}
	}
	coming := func(n int) (steps.Observed, error) {
		return steps.Observed{Verdict: steps.Waiting, Summary: fmt.Sprint("ACTIVATING ", n), Saves: map[string]string{"out": "ACTIVATING"}}, nil
	}
	rest := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
	bubble(t, func(t *testing.T) {
		r := sees(func(n int) (steps.Observed, error) {
			switch n {
			case 2:
				return steps.Observed{}, errReset // no finding
			case 5:
				return steps.Observed{Summary: "there", Saves: map[string]string{"out": "ACTIVE"}}, nil
			}
			return coming(n)
		})(t)
		p, moved := r.e.Watch()
		if p.Doing != "sleeping" || p.Seen.Verdict != steps.Waiting || p.Look != 1 {
			t.Errorf("%+v", p)
		}
		rest(11 * time.Second)
		<-moved
		if p, _ = r.e.Watch(); p.Error == nil || p.Seen.Summary != "ACTIVATING 1" {
			t.Errorf("%+v", p)
		}
		rest(time.Minute)
		r.is("live", "passed")
		if strings.Count(r.types(), "observed") != 1 {
			t.Error(r.types()) // progress is not journaled
		}
	})
	bubble(t, func(t *testing.T) {
		r := sees(func(n int) (steps.Observed, error) {
			if n == 3 {
				return steps.Observed{Verdict: steps.Failed, Summary: "FAILED"}, nil
			}
			return coming(n)
		})(t)
		rest(21 * time.Second)
		r.is("live", "failed")
	})
	bubble(t, func(t *testing.T) {
		r := sees(coming)(t)
		rest(4 * time.Minute)
		r.leave()
		rest(time.Minute) // the deadline passes while nobody looks
		n := lookCount(r, "live")
		r.start()
		r.is("live", "failed")
		if why := r.step("live").Why; lookCount(r, "live") != n+1 || !strings.HasPrefix(why, "Not seen within 5m0s. Last seen: ACTIVATING") {
			t.Error(lookCount(r, "live")-n, why)
		}
	})
	bubble(t, func(t *testing.T) {
		r := sees(func(n int) (steps.Observed, error) { return steps.Observed{}, errReset })(t)
		rest(6 * time.Minute)
		r.is("live", "unknown") // nobody could look
	})
}

// TestHold: a held run finishes what it has begun, and starts one step for each Go.
func TestHold(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, tickStep("a"), checkStep("b"), checkStep("c"), tickStep("d"), checkStep("e"))).start()
		r.do(engine.Hold{On: true}, "")
		if p, _ := r.e.Watch(); p.Held {
			t.Error("a step that has begun is held")
		}
		r.ok("a")
		r.is("a", "passed")
		r.is("b", "")
		if p, _ := r.e.Watch(); !p.Held || p.Step != "b" {
			t.Errorf("%+v", p)
		}
		r.do(engine.Go{}, "")
		r.is("b", "passed")
		r.is("c", "")
		r.do(engine.Back{To: "b"}, "") // asked for by name: it is looked at, and no more
		r.is("b", "passed")
		r.is("c", "")
		r.do(engine.Hold{}, "")
		r.is("c", "passed")
		r.is("d", "asked")
	})
}

// TestPause: a look is broken off and leaves nothing; the run goes on from there.
func TestPause(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, checkStep("a"), tickStep("b")))
		r.see = func(string, int) (steps.Observed, error) {
			time.Sleep(time.Minute) // a probe that does not listen
			return steps.Observed{Verdict: steps.Passed}, nil
		}
		r.start()
		r.do(engine.Note{Step: "a", Text: "slow today"}, "")
		r.do(engine.Note{Step: "nowhere", Text: "x"}, steps.CodeInput)
		r.do(engine.Note{Text: " "}, steps.CodeInput)
		r.do(engine.Pin{Step: "a", Line: steps.Pinned{Source: "backend", Line: "ERROR"}}, "")
		r.do(engine.Discharge{ID: "main", How: "reverted"}, "")
		r.do(engine.Mark{Drill: steps.Drill{What: "acknowledged"}}, "")
		r.do(engine.Stop{}, steps.CodeInput)
		r.do("unheard of", steps.CodeInput)
		r.do(engine.Pause{Why: steps.CodeGate, Text: "home", By: "kim"}, "")
		if err := <-r.done; err != nil {
			t.Error(err)
		}
		if want := "run-started noted pinned discharged drill run-paused"; r.types() != want {
			t.Errorf("got %s, wanted %s", r.types(), want)
		}
		r.start()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		r.is("a", "passed")
		r.e.Close()
		r.e.Close()
		if err := <-r.done; steps.CodeOf(err) != steps.CodeInterrupted {
			t.Error(err)
		}
	})
}

// TestCommand: a program's verdict settles its step; argv is expanded argument by argument.
func TestCommand(t *testing.T) {
	s := steps.Step{ID: "run", Kind: "command", Use: "git", Argv: []string{"git", "log", "${branch}"}, Dir: "/src/${branch}", Env: map[string]string{"B": "${branch}"},
		Save: map[string]string{"code": "code"}, SaveKinds: map[string]steps.ValueKind{"code": steps.KindInt}}
	params := map[string]steps.Param{"branch": {Kind: steps.KindText}}
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(params, s))
		var got string
		r.cfg.Execute = func(_ context.Context, argv []string, dir string, env map[string]string) (steps.Observed, error) {
			got = fmt.Sprintf("%q %s %s", argv, dir, env["B"])
			return steps.Observed{Verdict: steps.Passed, Saves: map[string]string{"code": "0"}}, nil
		}
		r.start("branch", "a; rm -rf /")
		if got != `["git" "log" "a; rm -rf /"] /src/a; rm -rf / a; rm -rf /` || r.fold().Vars("")["code"].Text != "0" {
			t.Error(got, r.fold().Vars(""))
		}
	})
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(params, s))
		r.start("branch", "x")
		r.is("run", "failed") // no way to run programs here
	})
}

// TestFaults: what is not there, and what panics, fails its step and nothing else.
func TestFaults(t *testing.T) {
	for name, s := range map[string]steps.Step{
		"kind":             {ID: "a", Kind: "dance"},
		"probe":            {ID: "a", Kind: "check", Use: "nothing"},
		"operation":        {ID: "a", Kind: "do", Use: "nothing"},
		"variable":         {ID: "a", Kind: "check", Use: "probe", With: map[string]string{"name": "${nowhere}"}},
		"input":            {ID: "a", Kind: "do", Use: "deploy", With: map[string]string{"image": "x"}},
		"shape":            {ID: "a", Kind: "do", Use: "deploy", With: map[string]string{"image": "x", "service": "-rf"}},
		"condition":        {ID: "a", Kind: "tick", When: is("nowhere", "x")},
		"broken condition": {ID: "a", Kind: "tick", When: cond{"x", func(steps.Values) (bool, error) { panic("nil map") }}},
		"saved shape":      {ID: "a", Kind: "check", Use: "probe", Save: map[string]string{"v": "out"}, SaveKinds: map[string]steps.ValueKind{"v": steps.KindBool}},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				r := newRig(t, procedure(nil, s, tickStep("b"))).start()
				r.is("a", "failed")
				r.do(engine.Skip{Step: "a", Why: "by hand"}, "")
				r.is("b", "asked")
			})
		})
	}
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, checkStep("a")))
		r.see = func(string, int) (steps.Observed, error) { panic("index out of range") }
		r.start()
		r.is("a", "unknown")
		if st := r.step("a"); !strings.Contains(st.Why, "index out of range") || strings.Contains(st.Why, "goroutine") {
			t.Error(st.Why)
		}
	})
}
