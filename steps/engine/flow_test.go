package engine_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

func saving(s steps.Step, variable string) steps.Step {
	s.Save, s.SaveKinds = map[string]string{variable: "out"}, map[string]steps.ValueKind{variable: steps.KindInt}
	return s
}

func when(s steps.Step, c steps.Condition) steps.Step {
	s.When = c
	return s
}

func decideStep(id steps.Path, variable string, options ...steps.Option) steps.Step {
	return steps.Step{ID: id, Kind: "decide", Use: "Which way", Options: options, Save: map[string]string{variable: "option"}}
}

// TestFollow: a follow opens a scope with its parameters; what is saved in it does not leak but through save.
func TestFollow(t *testing.T) {
	follow := steps.Step{ID: "sub", Kind: "follow", Use: "other", With: map[string]string{"service": "${name}", "n": "${count}"},
		SaveKinds: map[string]steps.ValueKind{"service": steps.KindService}, Save: map[string]string{"result": "out"}}
	inner := saving(checkStep("sub/look"), "out")
	inner.With = map[string]string{"name": "${service}-${n}"}
	hidden := saving(checkStep("sub/hidden"), "own")
	after := checkStep("after")
	after.With = map[string]string{"name": "r${result}"}
	params := map[string]steps.Param{"name": {Kind: steps.KindService}, "count": {Kind: steps.KindInt}}
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(params, follow, inner, hidden, after)).start("name", "web", "count", "4")
		r.ends("run-finished")
		run := r.fold()
		if v := run.Vars("sub"); v["service"] != (steps.Value{Kind: steps.KindService, Text: "web"}) || v["n"] != (steps.Value{Kind: steps.KindInt, Text: "4"}) {
			t.Errorf("the scope has %v", v)
		}
		if v := run.Vars(""); v["result"] != (steps.Value{Kind: steps.KindInt, Text: "7"}) || v["own"].Text != "" || v["out"].Text != "" {
			t.Errorf("above it are %v", v)
		}
		if lookCount(r, "web-4") != 1 || lookCount(r, "r7") != 1 {
			t.Errorf("looked at %v", r.looks)
		}
	})
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(params, when(follow, is("name", "other")), inner, hidden, checkStep("last"))).start("name", "web", "count", "4")
		m := r.cfg.Journal.(*memory)
		for _, id := range []steps.Path{"sub", "sub/look", "sub/hidden"} {
			r.is(id, "not-applicable")
		}
		r.is("last", "passed")
		if len(m.sizes["r1"]) != 3 || m.sizes["r1"][1] != 3 {
			t.Errorf("batches %v", m.sizes["r1"])
		}
	})
}

// TestGivenToScope: what a follow hands over settles a question of the procedure that it opens.
func TestGivenToScope(t *testing.T) {
	inner := steps.Step{ID: "sub/pick", Kind: "ask", Use: "Which", Fields: []steps.Field{{Name: "name", Kind: steps.KindText}}}
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, steps.Step{ID: "sub", Kind: "follow", Use: "other", With: map[string]string{"name": "a"}}, inner)).start()
		r.is("sub/pick", "passed")
		r.ends("run-finished")
	})
}

// TestDecide: the recommendation is the first whose condition holds; going against it takes words; an option may end it all.
func TestDecide(t *testing.T) {
	ways := decideStep("way", "method",
		steps.Option{ID: "migration", Label: "by migration", Recommend: is("v", "7"), Unless: is("v", "7"), UnlessBecause: "no migration came with ${v}"},
		steps.Option{ID: "image", Label: "by image", Recommend: is("v", "7"), Because: "version ${v} brought none"},
		steps.Option{ID: "commit", Label: "by commit", Recommend: is("v", "7")},
		steps.Option{ID: "none", Label: "do not roll back", Ends: true})
	list := func() *steps.Procedure {
		return procedure(nil, saving(checkStep("state"), "v"), ways, when(tickStep("by-image"), is("method", "image")), when(tickStep("by-commit"), is("method", "commit")), tickStep("tell"))
	}
	bubble(t, func(t *testing.T) {
		r := newRig(t, list()).start()
		q := r.step("way").Asked
		if q.Because != "version 7 brought none" || !q.Choices[1].Recommended || q.Choices[2].Recommended || q.Choices[0].Blocked != "no migration came with 7" {
			t.Errorf("asked %+v", q)
		}
		if len(q.Facts) != 1 || q.Facts[0].Label != "Step state" || q.Facts[0].Text != "fine" {
			t.Errorf("facts %+v", q.Facts)
		}
		r.answer("way", steps.Answered{Value: "migration", Why: "x"}, steps.CodeInput)
		r.answer("way", steps.Answered{Value: "commit"}, steps.CodeInput)
		r.answer("way", steps.Answered{Value: "elsewhere", Why: "x"}, steps.CodeInput)
		r.answer("way", steps.Answered{Value: "commit", Why: "kim wants the revert on main"}, "")
		r.is("by-image", "not-applicable")
		r.is("by-commit", "asked")

		r.do(engine.Back{To: "way", Why: "kim changed her mind"}, "")
		r.is("by-image", "") // whether it applies is asked again
		r.is("by-commit", "")
		r.answer("way", steps.Answered{Value: "image"}, "")
		r.is("by-image", "asked")
		r.do(engine.Back{To: "way"}, "")
		r.answer("way", steps.Answered{Value: "none", Why: "it heals"}, "")
		for _, id := range []steps.Path{"by-image", "by-commit", "tell"} {
			r.is(id, "not-applicable")
		}
		if why := r.step("tell").Why; why != `ended by the decision "do not roll back"` {
			t.Error(why)
		}
		r.ends("run-finished")
	})
}

// TestEndsInScope: a decision ends the procedure that it stands in, not the one above.
func TestEndsInScope(t *testing.T) {
	end := decideStep("sub/way", "m", steps.Option{ID: "stop", Label: "stop", Ends: true}, steps.Option{ID: "on", Label: "go on"})
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, steps.Step{ID: "sub", Kind: "follow", Use: "other"}, end, tickStep("sub/more"), tickStep("tell"))).start()
		r.answer("sub/way", steps.Answered{Value: "stop"}, "")
		r.is("sub/more", "not-applicable")
		r.is("tell", "asked")
		r.do(engine.Back{To: "sub/way"}, "")
		r.answer("sub/way", steps.Answered{Value: "on"}, "")
		r.is("sub/more", "asked")
	})
}

// TestFreshness: evidence that got too old before the plan or before the send is looked at again by itself, a tick is asked
// again, and evidence that failed lets nothing through.
func TestFreshness(t *testing.T) {
	state, tell := checkStep("state"), tickStep("tell")
	state.FreshFor, tell.FreshFor = time.Hour, 2*time.Hour
	send := doStep("deploy")
	send.Needs = []steps.Path{"state", "tell"}
	pause := tickStep("pause")
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, state, tell, pause, send)).start()
		r.ok("tell")
		time.Sleep(90 * time.Minute)
		r.ok("pause") // before planning
		r.is("deploy", "asked")
		if n := lookCount(r, "state"); n != 2 {
			t.Errorf("%d looks", n)
		}
		time.Sleep(90 * time.Minute)
		r.ok("deploy") // before sending
		r.is("tell", "asked")
		r.is("deploy", "entered")
		if n := lookCount(r, "state"); n != 3 || r.cloud.calls != 0 || !strings.Contains(r.types(), "answered lapsed rewound") {
			t.Errorf("%d looks, %d calls: %s", n, r.cloud.calls, r.types())
		}
		r.ok("tell")
		r.is("deploy", "asked")
		r.ok("deploy")
		r.is("deploy", "passed")
	})
	bubble(t, func(t *testing.T) {
		failing := state
		failing.OnFail = steps.OnFailNote
		r := newRig(t, procedure(nil, failing, tell, send))
		r.see = func(string, int) (steps.Observed, error) {
			return steps.Observed{Verdict: steps.Failed, Summary: "it is DISABLED"}, nil
		}
		r.start()
		r.ok("tell")
		r.is("deploy", "failed")
		if why := r.step("deploy").Why; !strings.Contains(why, "it is DISABLED") {
			t.Error(why)
		}
		r.do(engine.Approve{Step: "state", Why: "known", By: "kim"}, "")
		r.do(engine.Retry{Step: "deploy"}, "")
		r.is("deploy", "asked")
	})
	bubble(t, func(t *testing.T) {
		hasty := state
		hasty.FreshFor = time.Nanosecond
		slow := checkStep("slow")
		s := doStep("deploy")
		s.Needs = []steps.Path{"state", "slow"}
		slow.FreshFor = time.Nanosecond
		r := newRig(t, procedure(nil, hasty, slow, s))
		r.see = func(string, int) (steps.Observed, error) {
			time.Sleep(time.Second)
			return steps.Observed{Verdict: steps.Passed}, nil
		}
		r.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		r.is("deploy", "failed") // and does not look for ever
		if n := lookCount(r, "state"); n > 5 {
			t.Errorf("%d looks", n)
		}
	})
}

// TestRetryAndApprove: a check repeats itself as its file says; then it holds the run until somebody decides.
func TestRetryAndApprove(t *testing.T) {
	c := saving(checkStep("state"), "v")
	c.Retry = steps.Retry{Times: 2, Every: 10 * time.Second}
	failing := func(good int) func(string, int) (steps.Observed, error) {
		return func(_ string, n int) (steps.Observed, error) {
			o := steps.Observed{Verdict: steps.Failed, Summary: fmt.Sprint("look ", n), Saves: map[string]string{"out": fmt.Sprint(n)}}
			if n == good {
				o.Verdict = steps.Passed
			}
			return o, nil
		}
	}
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, c, tickStep("tell")))
		r.see = failing(3)
		r.start()
		r.is("state", "observed")
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if p, _ := r.e.Watch(); lookCount(r, "state") != 2 || p.Look != 2 || p.Doing != "sleeping" {
			t.Errorf("%d looks, %+v", lookCount(r, "state"), p)
		}
		r.do(engine.LookNow{}, "") // cuts the pause short
		r.is("state", "passed")
	})
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, c, tickStep("tell")))
		r.see = failing(5)
		r.start()
		r.do(engine.Approve{Step: "state"}, steps.CodeInput) // it has not ended
		time.Sleep(time.Minute)
		synctest.Wait()
		r.is("state", "failed")
		if n := lookCount(r, "state"); n != 3 || r.fold().Vars("")["v"].Text != "3" {
			t.Errorf("%d looks, %v", n, r.fold().Vars(""))
		}
		r.do(engine.Retry{Step: "tell"}, steps.CodeInput)
		r.do(engine.Retry{Step: "state", By: "kim"}, "")
		time.Sleep(time.Minute)
		synctest.Wait()
		r.is("state", "passed")
		if st := r.step("state"); st.Visit != 2 {
			t.Errorf("visit %d", st.Visit)
		}
		r.do(engine.Approve{Step: "state"}, steps.CodeInput)
	})
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, c, tickStep("tell")))
		r.see = failing(0)
		r.start()
		time.Sleep(time.Minute)
		synctest.Wait()
		r.do(engine.Approve{Step: "state", Why: "pull/911", By: "kim"}, "")
		st := r.step("state")
		if st.State != steps.Approved || st.By != "kim" || r.fold().Vars("")["v"].Text != "3" {
			t.Errorf("%+v", st)
		}
		r.is("tell", "asked")
	})
}

// TestNoted: a step whose file says on_fail: note does not hold the run, and the run's end tells the worst.
func TestNoted(t *testing.T) {
	c := checkStep("state")
	c.OnFail = steps.OnFailNote
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, c, tickStep("tell")))
		r.see = func(_ string, n int) (steps.Observed, error) {
			return steps.Observed{}, &steps.Error{Code: steps.CodeCredentials, What: "The login expired."}
		}
		r.start()
		r.is("state", "unknown") // could not look: never passed
		r.is("tell", "asked")
		r.do(engine.Retry{Step: "state"}, "")
		if st := r.step("tell"); st.Visit != 2 || st.Phase != steps.PhaseAsked || r.step("state").Visit != 2 {
			t.Errorf("%+v", st)
		}
		r.ok("tell")
		if w := r.fold().Stop.(steps.RunFinished).Worst; w != steps.Unknown {
			t.Errorf("worst is %s", w)
		}
	})
}

// TestBackAndSkip: what reads an answer is done again with it, what does not stays; there is no way back over a send.
func TestBackAndSkip(t *testing.T) {
	pick := steps.Step{ID: "pick", Kind: "ask", Use: "Which", Fields: []steps.Field{{Name: "name", Kind: steps.KindText}}}
	reader := checkStep("reader")
	reader.With = map[string]string{"name": "${name}"}
	needing := tickStep("needing")
	needing.Needs = []steps.Path{"reader"}
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, pick, checkStep("other"), reader, needing, doStep("deploy"), tickStep("tell"))).start()
		r.do(engine.Back{To: "other"}, steps.CodeInput)
		r.do(engine.Back{To: "nowhere"}, steps.CodeInput)
		r.do(engine.Skip{Step: "pick", Why: "no need"}, steps.CodeInput) // reader reads it
		r.do(engine.Skip{Step: "reader", Why: "no need"}, steps.CodeInput)
		r.answer("pick", steps.Answered{Values: map[string]string{"name": "a"}}, "")
		r.do(engine.Skip{Step: "needing"}, steps.CodeInput) // no reason
		r.do(engine.Skip{Step: "needing", Why: "kim knows", By: "kim"}, "")
		r.is("needing", "skipped")
		r.is("deploy", "asked")

		r.do(engine.Back{To: "pick", Why: "the other one"}, "")
		for id, visit := range map[steps.Path]int{"pick": 2, "other": 1, "reader": 2, "needing": 2, "deploy": 2, "tell": 1} {
			if st := r.step(id); st.Visit != visit {
				t.Errorf("%s: visit %d, wanted %d", id, st.Visit, visit)
			}
		}
		r.answer("pick", steps.Answered{Values: map[string]string{"name": "b"}}, "")
		r.ok("needing")
		r.ok("deploy")
		r.is("deploy", "passed")
		r.do(engine.Back{To: "pick"}, steps.CodeInput)
		r.do(engine.Back{To: "deploy"}, steps.CodeInput)
		r.do(engine.Back{To: "tell"}, "")
		if lookCount(r, "a") != 1 || lookCount(r, "b") != 1 {
			t.Errorf("looked at %v", r.looks)
		}
		r.do(engine.Abort{Why: "enough", By: "kim"}, "")
		if err := <-r.done; err != nil {
			t.Error(err)
		}
		r.ends("run-aborted")
		r.do(engine.Note{Text: "late"}, steps.CodeLate)
		before := r.types()
		r.start() // it has ended: nothing is written
		if err := <-r.done; err != nil || r.types() != before || r.cfg.Journal.(*memory).held["r1"] {
			t.Error(err, r.types())
		}
	})
}

// TestBackThroughScopes: what a followed procedure hands up is an answer of the steps in it.
func TestBackThroughScopes(t *testing.T) {
	follow := steps.Step{ID: "sub", Kind: "follow", Use: "other", Save: map[string]string{"result": "name"}}
	inner := steps.Step{ID: "sub/pick", Kind: "ask", Use: "Which", Fields: []steps.Field{{Name: "name", Kind: steps.KindText}}}
	reader := checkStep("reader")
	reader.With = map[string]string{"name": "${result}"}
	list := procedure(nil, follow, inner, checkStep("sub/more"), checkStep("other"), reader, tickStep("tell"))
	bubble(t, func(t *testing.T) {
		r := newRig(t, list).start()
		r.do(engine.Skip{Step: "sub/pick", Why: "x"}, steps.CodeInput) // reader reads what it hands up
		r.answer("sub/pick", steps.Answered{Values: map[string]string{"name": "a"}}, "")
		r.do(engine.Back{To: "sub/pick"}, "")
		r.is("sub/more", "passed")
		r.is("other", "passed")
		r.is("reader", "")
		r.answer("sub/pick", steps.Answered{Values: map[string]string{"name": "b"}}, "")
		r.is("tell", "asked")
		r.do(engine.Back{To: "sub"}, "") // all of it
		r.is("sub/pick", "asked")
		r.is("sub/more", "")
		r.is("other", "passed")
		r.is("reader", "")
	})
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, tickStep("first"), follow, inner, checkStep("last"))).start()
		r.do(engine.Hold{On: true}, "")
		r.ok("first")
		r.do(engine.Skip{Step: "sub", Why: "done yesterday"}, "")
		r.is("sub/pick", "not-applicable")
		if why := r.step("sub/pick").Why; why != "the procedure was skipped" {
			t.Error(why)
		}
		r.do(engine.Go{}, "")
		r.ends("run-finished")
	})
}

// TestStaleDecision: an answer that rests on evidence which has got too old is not taken; the question is asked anew.
func TestStaleDecision(t *testing.T) {
	state := saving(checkStep("state"), "v")
	state.FreshFor = time.Hour
	way := decideStep("way", "m", steps.Option{ID: "a", Label: "A"}, steps.Option{ID: "b", Label: "B"})
	way.Needs = []steps.Path{"state"}
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, state, way)).start()
		time.Sleep(2 * time.Hour)
		before := r.step("way").Question
		r.answer("way", steps.Answered{Value: "a"}, steps.CodeStalePlan)
		if q := r.step("way").Question; q == before || lookCount(r, "state") != 2 {
			t.Errorf("question %d after %d, %d looks", q, before, lookCount(r, "state"))
		}
		r.answer("way", steps.Answered{Value: "a"}, "")
		r.ends("run-finished")
	})
}
