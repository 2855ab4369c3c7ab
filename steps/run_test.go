package steps_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

var t0 = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

type cond struct {
	variable, text string
}

func (c cond) Eval(v steps.Values) (bool, error) { return v[c.variable].Text == c.text, nil }
func (c cond) String() string                    { return c.variable + " == " + c.text }

type tape struct {
	t   *testing.T
	run *steps.Run
}

func newTape(t *testing.T, list ...steps.Step) *tape {
	return &tape{t, steps.NewRun("r1", &steps.Procedure{ID: "p", Steps: list})}
}

// add folds bodies in, a minute apart, through JSON as a journal does.
func (x *tape) add(step steps.Path, bodies ...any) {
	x.t.Helper()
	for _, b := range bodies {
		e := steps.Event{Seq: x.run.Seq + 1, At: t0.Add(time.Duration(x.run.Seq) * time.Minute), Run: "r1", Step: step, Type: steps.TypeOf(b), Body: b}
		raw, err := json.Marshal(e)
		if err != nil {
			x.t.Fatal(err)
		}
		var back steps.Event
		if err := json.Unmarshal(raw, &back); err != nil {
			x.t.Fatal(err)
		}
		if back.Type == "" || !reflect.DeepEqual(back.Body, b) {
			x.t.Fatalf("%#v came back as %#v", b, back.Body)
		}
		if err := x.run.Apply(back); err != nil {
			x.t.Fatal(err)
		}
	}
}

func (x *tape) phase(id steps.Path, want steps.Phase) {
	x.t.Helper()
	if got := x.run.Steps[id].Phase; got != want {
		x.t.Errorf("%s is %q, wanted %q", id, got, want)
	}
}

func passed() steps.Settled { return steps.Settled{State: steps.Passed} }

// TestEffect: the phases of a step that changes something.
func TestEffect(t *testing.T) {
	finding := func(is steps.Is) steps.Finding { return steps.Finding{Is: is, Receipt: steps.Receipt{"version": "14"}} }
	plan := steps.Planned{Plan: steps.Plan{Operation: "deploy", Target: "web"}, Digest: "d"}
	sent := []any{steps.Entered{Kind: "do"}, plan, steps.Asked{Want: "web"}, steps.Answered{Question: 3, Value: "web"}, steps.Intent{Attempt: 1}}
	for _, c := range []struct {
		name string
		then []any
		want steps.Phase
		open bool
	}{
		{"intent", nil, steps.PhaseIntent, true},
		{"taken", []any{steps.Resulted{}}, steps.PhaseApplied, false},
		{"rejected", []any{steps.Resulted{Outcome: steps.CodeRejected}}, steps.PhaseRefused, false},
		{"not sent", []any{steps.Resulted{Outcome: steps.CodeNotSent}}, steps.PhaseRefused, false},
		{"unknown", []any{steps.Resulted{Outcome: steps.CodeUnknown}}, steps.PhaseIntent, true},
		{"landed", []any{steps.Resolved{Finding: finding(steps.Landed)}}, steps.PhaseApplied, false},
		{"absent", []any{steps.Resolved{Finding: finding(steps.Absent)}}, steps.PhaseEntered, false},
		{"foreign", []any{steps.Resolved{Finding: finding(steps.Foreign)}}, steps.PhaseRefused, false},
		{"unsure", []any{steps.Resolved{Finding: finding(steps.Unsure)}}, steps.PhaseUnsure, true},
		{"seen", []any{steps.Resulted{}, steps.Verified{Finding: finding(steps.Landed)}}, steps.PhaseVerified, false},
		{"taken and absent", []any{steps.Resulted{}, steps.Verified{Finding: finding(steps.Absent)}}, steps.PhaseUnsure, true},
		{"broken", []any{steps.Resulted{}, steps.Verified{Finding: finding(steps.Broken)}}, steps.PhaseRefused, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := newTape(t, steps.Step{ID: "a", Kind: "do"})
			x.add("a", append(sent, c.then...)...)
			x.phase("a", c.want)
			if x.run.Steps["a"].Open() != c.open {
				t.Errorf("open is %t", !c.open)
			}
			x.add("", steps.RunResumed{}) // an intent survives a restart
			x.phase("a", c.want)
		})
	}
	x := newTape(t, steps.Step{ID: "a", Kind: "do"}, steps.Step{ID: "b", Kind: "tick"})
	x.add("a", sent[:4]...)
	x.add("b", steps.Asked{Form: steps.FormTick})
	x.add("", steps.RunResumed{}) // a confirmation without an intent does not, a question without a plan does
	x.phase("a", steps.PhaseEntered)
	x.phase("b", steps.PhaseAsked)
	if x.run.State != steps.RunWaiting {
		t.Errorf("the run is %s", x.run.State)
	}
}

// TestCourse: which step is next, what a new visit keeps, and how the run ends.
func TestCourse(t *testing.T) {
	x := newTape(t, steps.Step{ID: "a"}, steps.Step{ID: "b", OnFail: steps.OnFailNote}, steps.Step{ID: "c"})
	next := func(want steps.Path) {
		t.Helper()
		if s := x.run.Current(); s == nil && want != "" || s != nil && s.ID != want {
			t.Errorf("next is %v, wanted %q", s, want)
		}
	}
	x.add("", steps.RunStarted{Procedure: "p"})
	next("a")
	x.add("a", steps.Settled{State: steps.Failed})
	next("a") // it holds the run
	x.add("a", steps.Settled{State: steps.Approved})
	next("b")
	x.add("b", steps.Settled{State: steps.Failed})
	next("c")
	x.add("c", steps.Asked{Form: steps.FormTick})
	if x.run.State != steps.RunWaiting {
		t.Error(x.run.State)
	}
	x.add("", steps.RunPaused{Why: steps.CodeGate})
	if x.run.State != steps.RunHalted || x.run.Stop == nil {
		t.Error(x.run.State)
	}
	x.add("", steps.RunResumed{})
	x.add("", steps.Rewound{Steps: []steps.Path{"a", "c"}})
	next("a")
	if st := x.run.Steps["c"]; st.Visit != 2 || st.Phase != "" || st.Question != 0 {
		t.Errorf("%+v", st)
	}
	x.add("a", passed())
	x.add("c", passed(), steps.Obliged{ID: "main"}, steps.Obliged{ID: "tag"})
	x.add("", steps.Discharged{ID: "main"}, steps.Noted{Text: "x"})
	if x.run.Worst() != steps.Failed || len(x.run.Obliged) != 1 || len(x.run.Notes) != 1 {
		t.Errorf("worst %s, obliged %v, notes %v", x.run.Worst(), x.run.Obliged, x.run.Notes)
	}
	next("")
	x.add("", steps.RunFinished{Worst: steps.Failed})
	if !x.run.Over() || x.run.EndedAt.IsZero() {
		t.Error("the run is not over")
	}
}

// TestRefused: events that do not belong to the run.
func TestRefused(t *testing.T) {
	for name, e := range map[string]steps.Event{
		"a gap":          {Seq: 3, Type: "run-resumed", Body: steps.RunResumed{}},
		"again":          {Seq: 1, Type: "run-resumed", Body: steps.RunResumed{}},
		"no such step":   {Seq: 2, Step: "z", Type: "settled", Body: passed()},
		"without a step": {Seq: 2, Type: "settled", Body: passed()},
	} {
		x := newTape(t, steps.Step{ID: "a"})
		x.add("", steps.RunStarted{})
		if err := x.run.Apply(e); steps.CodeOf(err) != steps.CodeJournal {
			t.Errorf("%s: %v", name, err)
		}
	}
	var e steps.Event
	if err := json.Unmarshal([]byte(`{"seq":1,"type":"from-the-future","data":{}}`), &e); steps.CodeOf(err) != steps.CodeInput {
		t.Error(err)
	}
}

// TestScopes: variables of a followed procedure do not leak, but for what is handed up; conditions above count below.
func TestScopes(t *testing.T) {
	x := newTape(t,
		steps.Step{ID: "f", Kind: "follow", Save: map[string]string{"outer": "mid"}, When: cond{"on", "yes"}},
		steps.Step{ID: "f/g", Kind: "follow", Save: map[string]string{"mid": "inner"}},
		steps.Step{ID: "f/g/x"}, steps.Step{ID: "f/y"}, steps.Step{ID: "z"})
	text := func(s string) steps.Value { return steps.Value{Kind: steps.KindText, Text: s} }
	x.add("", steps.RunStarted{Params: steps.Values{"on": text("yes")}})
	applies := func(id steps.Path, want bool) {
		t.Helper()
		if ok, err := x.run.Applies(x.run.Procedure.Step(id)); ok != want || err != nil {
			t.Errorf("%s applies: %t, %v", id, ok, err)
		}
	}
	applies("f/g/x", true)
	x.add("f", steps.Settled{State: steps.Passed, Saves: steps.Values{"p": text("1")}})
	x.add("f/g", passed())
	x.add("f/g/x", steps.Settled{State: steps.Passed, Saves: steps.Values{"inner": text("2"), "own": text("3")}})
	for scope, want := range map[steps.Path]steps.Values{
		"": {"on": text("yes"), "outer": text("2")}, "f": {"p": text("1"), "mid": text("2")}, "f/g": {"inner": text("2"), "own": text("3")}, "nowhere": {},
	} {
		if got := x.run.Vars(scope); !reflect.DeepEqual(got, want) {
			t.Errorf("%q holds %v, wanted %v", scope, got, want)
		}
	}
	x.add("", steps.Rewound{Steps: []steps.Path{"f"}})
	x.add("f", steps.Settled{State: steps.Skipped})
	applies("f/y", false)
	applies("f/g/x", false)
	applies("z", true)
	if steps.Path("f/g/x").Scope() != "f/g" || steps.Path("f/g/x").Own() != "x" || !steps.Path("f/g/x").Under("f") || steps.Path("fg/x").Under("f") {
		t.Error("paths")
	}
}

// TestAge: evidence ages from the look, a tick's from the answer.
func TestAge(t *testing.T) {
	x := newTape(t, steps.Step{ID: "a", FreshFor: time.Hour}, steps.Step{ID: "b"})
	a := x.run.Procedure.Step("a")
	if _, ok := x.run.Age("a", t0); ok || !x.run.Stale(a, t0) {
		t.Error("there is no evidence yet")
	}
	x.add("a", steps.Observed{Verdict: steps.Passed}, passed())
	x.add("b", steps.Asked{Form: steps.FormTick}, steps.Answered{Value: "yes"}, passed())
	if age, _ := x.run.Age("a", t0.Add(time.Hour)); age != time.Hour || x.run.Stale(a, t0.Add(time.Hour)) || !x.run.Stale(a, t0.Add(time.Hour+time.Second)) {
		t.Errorf("age %s", age)
	}
	if age, ok := x.run.Age("b", t0.Add(4*time.Minute)); !ok || age != time.Minute || x.run.Stale(x.run.Procedure.Step("b"), t0.Add(1000*time.Hour)) {
		t.Errorf("age %s", age)
	}
	if age, _ := x.run.Age("a", t0.Add(-time.Hour)); age != 0 {
		t.Errorf("age %s", age)
	}
}

// TestRecoveredEndsWithTheLastWaitThatCounts: not with what people do afterwards, and not while one of them is open or has failed.
func TestRecoveredEndsWithTheLastWaitThatCounts(t *testing.T) {
	start := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	p := &steps.Procedure{ID: "p", Steps: []steps.Step{
		{ID: "live", Kind: "wait", Objective: true}, {ID: "other", Kind: "wait", Objective: true}, {ID: "asked", Kind: "wait", Objective: true}, {ID: "told", Kind: "tick"}}}
	r := steps.NewRun("r", p)
	minute := func(n int) time.Time { return start.Add(time.Duration(n) * time.Minute) }
	settle := func(step steps.Path, s steps.State, n int) {
		t.Helper()
		if err := r.Apply(steps.Event{Seq: r.Seq + 1, At: minute(n), Step: step, Type: "settled", Body: steps.Settled{State: s}}); err != nil {
			t.Fatal(err)
		}
	}
	settle("live", steps.Passed, 3)
	settle("other", steps.NotApplicable, 4)
	if got := r.Recovered(); !got.IsZero() {
		t.Errorf("recovered at %s with a wait to do", got)
	}
	settle("asked", steps.Failed, 5)
	if got := r.Recovered(); !got.IsZero() {
		t.Errorf("recovered at %s with a wait that failed", got)
	}
	settle("asked", steps.Passed, 6)
	settle("told", steps.Passed, 9)
	if got := r.Recovered(); !got.Equal(minute(6)) {
		t.Errorf("recovered at %s", got)
	}
}
