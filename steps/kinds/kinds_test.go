package kinds_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/kinds"
)

type cond bool

func (c cond) Eval(steps.Values) (bool, error) { return bool(c), nil }
func (c cond) String() string                  { return fmt.Sprint(bool(c)) }

type broken struct{}

func (broken) Eval(steps.Values) (bool, error) { return false, errors.New("v has no value") }
func (broken) String() string                  { return "v > 1" }

type row struct {
	name string
	s    steps.Step
	st   steps.StepState
	want steps.Action
}

func hold(t *testing.T, kind string, rows []row) {
	t.Helper()
	for _, r := range rows {
		if got := kinds.All[kind](r.s, r.st); !reflect.DeepEqual(got, r.want) {
			t.Errorf("%s, %s:\ngot  %#v\nwant %#v", kind, r.name, got, r.want)
		}
	}
}

func text(s string) steps.Value { return steps.Value{Kind: steps.KindText, Text: s} }

func seen(v steps.State, looks int) steps.StepState {
	return steps.StepState{Phase: steps.PhaseObserved, Looks: looks, Evidence: steps.Observed{Verdict: v, Summary: "seen", Saves: map[string]string{"out": "7"}}}
}

var keeps = steps.Step{Save: map[string]string{"v": "out", "gone": "nothing"}, SaveKinds: map[string]steps.ValueKind{"v": steps.KindInt}}
var kept = steps.Values{"v": {Kind: steps.KindInt, Text: "7"}}

func TestTick(t *testing.T) {
	s := steps.Step{Use: "Tell ${who}", Evidence: "note", Save: map[string]string{"said": "word"}}
	answered := func(a steps.Answered) steps.StepState {
		a.By = "ana"
		return steps.StepState{Phase: steps.PhaseAnswered, Answer: a}
	}
	hold(t, "tick", []row{
		{"begins", s, steps.StepState{Vars: steps.Values{"who": text("kim")}}, steps.Asked{Form: steps.FormTick, Prompt: "Tell kim", Accepts: "note"}},
		{"without its variable", s, steps.StepState{}, steps.Settled{State: steps.Failed, Why: "${who} has no value yet"}},
		{"waits", s, steps.StepState{Phase: steps.PhaseAsked}, steps.Await{}},
		{"yes", s, answered(steps.Answered{Value: "yes"}), steps.Settled{State: steps.Passed, By: "ana", Saves: steps.Values{"said": text("yes")}}},
		{"a note", s, answered(steps.Answered{Value: "yes", Why: "done", Link: "https://x.example"}),
			steps.Settled{State: steps.Passed, Why: "done https://x.example", By: "ana", Saves: steps.Values{"said": text("done https://x.example")}}},
	})
}

func TestAsk(t *testing.T) {
	s := steps.Step{Use: "Which", Fields: []steps.Field{{Name: "a", Kind: steps.KindInt, Default: "${n}"}, {Name: "b", Kind: steps.KindText, Options: []string{"x", "y"}}}}
	n := steps.Values{"n": text("3")}
	asked := func(a, b string) steps.Asked {
		return steps.Asked{Form: steps.FormAsk, Prompt: "Which", Fields: []steps.Field{{Name: "a", Kind: steps.KindInt, Default: a}, {Name: "b", Kind: steps.KindText, Default: b, Options: []string{"x", "y"}}}}
	}
	hold(t, "ask", []row{
		{"begins", s, steps.StepState{Vars: n}, asked("3", "")},
		{"half is given", s, steps.StepState{Vars: n, Preset: steps.Values{"b": text("x")}}, asked("3", "x")},
		{"what is given does not fit", s, steps.StepState{Vars: n, Preset: steps.Values{"a": text("1"), "b": text("z")}}, asked("1", "z")},
		{"all is given", s, steps.StepState{Vars: n, Preset: steps.Values{"a": text("1"), "b": text("x")}},
			steps.Settled{State: steps.Passed, Why: "given at the start", Saves: steps.Values{"a": {Kind: steps.KindInt, Text: "1"}, "b": text("x")}}},
		{"no default", s, steps.StepState{}, steps.Settled{State: steps.Failed, Why: "${n} has no value yet"}},
		{"waits", s, steps.StepState{Phase: steps.PhaseAsked}, steps.Await{}},
		{"answered", s, steps.StepState{Phase: steps.PhaseAnswered, Answer: steps.Answered{Values: map[string]string{"a": "4", "b": "y"}, By: "ana"}},
			steps.Settled{State: steps.Passed, By: "ana", Saves: steps.Values{"a": {Kind: steps.KindInt, Text: "4"}, "b": text("y")}}},
	})
	if s.Fields[0].Default != "${n}" {
		t.Error("the procedure was changed")
	}
}

func TestChoose(t *testing.T) {
	s := steps.Step{Title: "Choose", Save: map[string]string{"image": "choice", "v": "out"}, Empty: "none left of ${service}"}
	vars := steps.Values{"service": text("web")}
	at := func(phase steps.Phase, preset string, choices ...steps.Choice) steps.StepState {
		st := steps.StepState{Phase: phase, Vars: vars, Evidence: steps.Observed{Verdict: steps.Passed, Summary: "two", Saves: map[string]string{"out": "7"}, Choices: choices}}
		if preset != "" {
			st.Preset = steps.Values{"image": text(preset)}
		}
		return st
	}
	list := []steps.Choice{{Value: "a"}, {Value: "b", Blocked: "it is live"}}
	asked := steps.Asked{Form: steps.FormChoose, Prompt: "Choose", Choices: list, Because: "two"}
	answered := at(steps.PhaseAnswered, "", list...)
	answered.Answer = steps.Answered{Value: "a", By: "ana"}
	hold(t, "choose", []row{
		{"begins", s, steps.StepState{}, steps.Look{}},
		{"nothing", s, at(steps.PhaseObserved, ""), steps.Settled{State: steps.Failed, Why: "none left of web"}},
		{"nothing, and no words for it", steps.Step{}, at(steps.PhaseObserved, ""), steps.Settled{State: steps.Failed, Why: "two"}},
		{"could not look", s, seen(steps.Unknown, 1), steps.Settled{State: steps.Unknown, Why: "seen"}},
		{"asks", s, at(steps.PhaseObserved, "", list...), asked},
		{"given", s, at(steps.PhaseObserved, "a", list...), steps.Settled{State: steps.Passed, Why: "given at the start", Saves: steps.Values{"image": text("a"), "v": text("7")}}},
		{"given, blocked", s, at(steps.PhaseObserved, "b", list...), asked},
		{"given, gone", s, at(steps.PhaseObserved, "c", list...), asked},
		{"waits", s, at(steps.PhaseAsked, "", list...), steps.Await{}},
		{"answered", s, answered, steps.Settled{State: steps.Passed, By: "ana", Saves: steps.Values{"image": text("a"), "v": text("7")}}},
	})
}

func TestLooks(t *testing.T) {
	retried := keeps
	retried.Retry = steps.Retry{Times: 2, Every: time.Minute}
	plain := keeps
	plain.Retry = steps.Retry{Times: 1}
	answered := seen(steps.Warned, 1)
	answered.Phase, answered.Answer = steps.PhaseAnswered, steps.Answered{Why: "old ones", By: "ana"}
	bad := keeps
	bad.SaveKinds = map[string]steps.ValueKind{"v": steps.KindBool}
	verdicts := []row{
		{"passed", keeps, seen(steps.Passed, 1), steps.Settled{State: steps.Passed, Why: "seen", Saves: kept}},
		{"failed", keeps, seen(steps.Failed, 1), steps.Settled{State: steps.Failed, Why: "seen", Saves: kept}},
		{"unknown", keeps, seen(steps.Unknown, 1), steps.Settled{State: steps.Unknown, Why: "seen", Saves: kept}},
		{"warned", keeps, seen(steps.Warned, 1), steps.Asked{Form: steps.FormReason, Prompt: "Reason to go on", Because: "seen"}},
		{"waits", keeps, steps.StepState{Phase: steps.PhaseAsked}, steps.Await{}},
		{"reason given", keeps, answered, steps.Settled{State: steps.Warned, Why: "old ones", By: "ana", Saves: kept}},
		{"an output of another shape", bad, seen(steps.Passed, 1), steps.Settled{State: steps.Failed, Why: steps.KindBool.Check("v", "7").Error()}},
	}
	for kind, first := range map[string]steps.Action{"check": steps.Look{}, "wait": steps.Watch{}, "command": steps.Execute{}} {
		hold(t, kind, append(verdicts, row{"begins", keeps, steps.StepState{}, first}, row{"is done anew", keeps, steps.StepState{Phase: steps.PhaseEntered}, first}))
	}
	hold(t, "check", []row{
		{"fails once", retried, seen(steps.Failed, 1), steps.Pause{For: time.Minute}},
		{"fails twice", retried, seen(steps.Failed, 2), steps.Pause{For: time.Minute}},
		{"fails for good", retried, seen(steps.Failed, 3), steps.Settled{State: steps.Failed, Why: "seen", Saves: kept}},
		{"passes at last", retried, seen(steps.Passed, 2), steps.Settled{State: steps.Passed, Why: "seen", Saves: kept}},
		{"without a pause of its own", plain, seen(steps.Failed, 1), steps.Pause{For: 5 * time.Second}},
	})
}

func TestDo(t *testing.T) {
	s := steps.Step{Save: map[string]string{"v": "version"}, SaveKinds: map[string]steps.ValueKind{"v": steps.KindInt}}
	at := func(p steps.Phase) steps.StepState {
		return steps.StepState{Phase: p, Plan: steps.Plan{Target: "web", Summary: "One call.", Effects: []steps.Fact{{Label: "undo"}}}, Receipt: steps.Receipt{"version": "14"}}
	}
	lapsed := at(steps.PhasePlanned)
	lapsed.Lapsed = "It moved."
	ended := func(outcome steps.Code, is steps.Is) steps.StepState {
		st := at(steps.PhaseRefused)
		st.Outcome, st.Finding, st.Error = outcome, steps.Finding{Is: is, Why: "version 14"}, "said so"
		return st
	}
	verified := at(steps.PhaseVerified)
	verified.Finding.Why = "there"
	ask := steps.Asked{Form: steps.FormConfirm, Prompt: "Type web to send it once; anything else sends nothing.", Want: "web", Because: "One call.", Facts: []steps.Fact{{Label: "undo"}}}
	again := ask
	again.Because = "It moved. One call."
	hold(t, "do", []row{
		{"begins", s, steps.StepState{}, steps.Prepare{}},
		{"is planned anew", s, at(steps.PhaseEntered), steps.Prepare{}},
		{"asks", s, at(steps.PhasePlanned), ask},
		{"asks again", s, lapsed, again},
		{"waits", s, at(steps.PhaseAsked), steps.Await{}},
		{"sends", s, at(steps.PhaseAnswered), steps.Send{}},
		{"does not know", s, at(steps.PhaseIntent), steps.Resolve{}},
		{"cannot tell", s, at(steps.PhaseUnsure), steps.Await{}},
		{"was taken", s, at(steps.PhaseApplied), steps.Verify{}},
		{"was seen", s, verified, steps.Settled{State: steps.Passed, Why: "there", Saves: steps.Values{"v": {Kind: steps.KindInt, Text: "14"}}}},
		{"rejected", s, ended(steps.CodeRejected, ""), steps.Settled{State: steps.Failed, Why: "The service refused; nothing has changed. said so"}},
		{"rejected at the second attempt", s, ended(steps.CodeRejected, steps.Absent), steps.Settled{State: steps.Failed, Why: "The service refused; nothing has changed. said so"}},
		{"not sent", s, ended(steps.CodeNotSent, ""), steps.Settled{State: steps.Failed, Why: "Nothing was sent; nothing has changed. said so"}},
		{"foreign", s, ended(steps.CodeUnknown, steps.Foreign), steps.Settled{State: steps.Failed, Why: "Somebody else's change is there. version 14"}},
		{"broken", s, ended("", steps.Broken), steps.Settled{State: steps.Failed, Why: "What was sent is there and has failed. version 14"}},
	})
}

func TestDecide(t *testing.T) {
	s := steps.Step{Use: "Which way", Save: map[string]string{"m": "option"}, Options: []steps.Option{
		{ID: "a", Label: "A", Recommend: cond(true), Unless: cond(true)},
		{ID: "b", Label: "B", Recommend: cond(false), Because: "no"},
		{ID: "c", Label: "C", Recommend: cond(true), Because: "v is ${v}"},
		{ID: "d", Label: "D", Recommend: cond(true), Because: "late"},
	}}
	vars := steps.Values{"v": text("7")}
	blocked := steps.Step{Options: []steps.Option{{ID: "a", Unless: cond(true)}}}
	hold(t, "decide", []row{
		{"begins", s, steps.StepState{Vars: vars, Evidence: steps.Observed{Facts: []steps.Fact{{Label: "state"}}}}, steps.Asked{Form: steps.FormDecide, Prompt: "Which way", Because: "v is 7",
			Facts: []steps.Fact{{Label: "state"}}, Choices: []steps.Choice{
				{Value: "a", Cells: []string{"A"}, Blocked: "not while true"}, {Value: "b", Cells: []string{"B"}},
				{Value: "c", Cells: []string{"C"}, Note: "v is 7", Recommended: true}, {Value: "d", Cells: []string{"D"}}}}},
		{"without its variable", s, steps.StepState{}, steps.Settled{State: steps.Failed, Why: "${v} has no value yet"}},
		{"a condition that cannot be told", steps.Step{Options: []steps.Option{{ID: "a", Recommend: broken{}}}}, steps.StepState{}, steps.Settled{State: steps.Failed, Why: "v has no value"}},
		{"nothing can be chosen", blocked, steps.StepState{}, steps.Settled{State: steps.Failed,
			Why: "None of the options can be chosen now. For production: nothing has changed. Next: Look again at what they depend on."}},
		{"waits", s, steps.StepState{Phase: steps.PhaseAsked}, steps.Await{}},
		{"answered", s, steps.StepState{Phase: steps.PhaseAnswered, Answer: steps.Answered{Value: "b", Why: "kim", By: "ana"}},
			steps.Settled{State: steps.Passed, Why: "kim", By: "ana", Saves: steps.Values{"m": text("b")}}},
	})
}

func TestFollow(t *testing.T) {
	s := steps.Step{With: map[string]string{"service": "${name}", "n": "${count}", "note": "$${x} ${name}"}, SaveKinds: map[string]steps.ValueKind{"service": steps.KindService}}
	vars := steps.Values{"name": text("web"), "count": {Kind: steps.KindInt, Text: "4"}}
	hold(t, "follow", []row{
		{"opens", s, steps.StepState{Vars: vars}, steps.Settled{State: steps.Passed, Saves: steps.Values{
			"service": {Kind: steps.KindService, Text: "web"}, "n": {Kind: steps.KindInt, Text: "4"}, "note": text("${x} web")}}},
		{"without its variable", steps.Step{With: map[string]string{"n": "${gone}"}}, steps.StepState{}, steps.Settled{State: steps.Failed, Why: "${gone} has no value yet"}},
		{"another shape", steps.Step{With: map[string]string{"service": "-rf"}, SaveKinds: s.SaveKinds}, steps.StepState{},
			steps.Settled{State: steps.Failed, Why: steps.KindService.Check("service", "-rf").Error()}},
	})
}

// TestAll: every kind that a file may name is here, and none more.
func TestAll(t *testing.T) {
	for _, k := range []string{"tick", "ask", "choose", "check", "do", "wait", "decide", "follow", "command"} {
		if kinds.All[k] == nil {
			t.Errorf("no kind %s", k)
		}
	}
	if len(kinds.All) != 9 {
		t.Errorf("%d kinds", len(kinds.All))
	}
}
