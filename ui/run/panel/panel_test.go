package panel

import (
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/ui/run/rows"
)

var begun = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// run folds events of one step into a run of a one-step procedure, followed by another step.
func run(t *testing.T, kind string, bodies ...any) In {
	t.Helper()
	p := &steps.Procedure{ID: "p", Title: "P", Objective: steps.Objective{RTO: 5 * time.Minute}, Steps: []steps.Step{{ID: "a", Title: "A", Procedure: "p", Kind: kind, Argv: []string{"git", "status"}}, {ID: "b", Title: "B", Procedure: "p", Kind: "tick"}}}
	r := steps.NewRun("1", p)
	for i, body := range append([]any{steps.RunStarted{Procedure: "p"}}, bodies...) {
		e := steps.Event{Seq: uint64(i + 1), At: begun.Add(time.Duration(i) * time.Second), Body: body, Type: steps.TypeOf(body), Step: "a"}
		switch body.(type) {
		case steps.RunStarted, steps.RunPaused, steps.RunFinished, steps.RunAborted:
			e.Step = ""
		}
		if err := r.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	return In{Run: r, Step: &p.Steps[0], Now: begun.Add(time.Minute), Width: 76, Operator: "ana", Progress: engine.Progress{Step: "a"}}
}

// TestWhatEnterDoes is the table of the specification.
func TestWhatEnterDoes(t *testing.T) {
	settled := func(s steps.State) steps.Settled { return steps.Settled{State: s, Why: "because"} }
	plan := steps.Planned{Plan: steps.Plan{Operation: "containers.deploy-image", Target: "x"}}
	choices := []steps.Choice{{Value: "one", Recommended: true}, {Value: "two"}, {Value: "three", Blocked: "no"}}
	for name, c := range map[string]struct {
		kind   string
		bodies []any
		in     func(*In)
		want   Do
	}{
		"check not begun, held": {"check", nil, func(in *In) { in.Progress.Held = true }, GoOn},
		"check running":         {"check", nil, func(in *In) { in.Progress.Doing = "looking" }, Nothing},
		"check warned":          {"check", []any{steps.Observed{Verdict: steps.Warned}, steps.Asked{Form: steps.FormReason}}, nil, Reason},
		"check failed":          {"check", []any{settled(steps.Failed)}, nil, LookAgain},
		"check could not look":  {"check", []any{settled(steps.Unknown)}, nil, LookAgain},
		"tick":                  {"tick", []any{steps.Asked{Form: steps.FormTick}}, nil, Keep},
		"ask":                   {"ask", []any{steps.Asked{Form: steps.FormAsk}}, nil, Keep},
		"choose":                {"choose", []any{steps.Asked{Form: steps.FormChoose, Choices: choices}}, nil, Choose},
		"choose a blocked row":  {"choose", []any{steps.Asked{Form: steps.FormChoose, Choices: choices}}, func(in *In) { in.Cursor = 2 }, Nothing},
		"decide":                {"decide", []any{steps.Asked{Form: steps.FormDecide, Choices: choices}}, nil, Choose},
		"decide otherwise":      {"decide", []any{steps.Asked{Form: steps.FormDecide, Choices: choices}}, func(in *In) { in.Cursor = 1 }, Reason},
		"decide without cursor": {"decide", []any{steps.Asked{Form: steps.FormDecide, Choices: choices[1:]}}, func(in *In) { in.Cursor = -1 }, Nothing},
		"do before the plan":    {"do", nil, func(in *In) { in.Progress.Held = true }, GoOn},
		"do at the plan":        {"do", []any{plan, steps.Asked{Form: steps.FormConfirm}}, nil, Overlay},
		"do, reading only":      {"do", []any{plan, steps.Asked{Form: steps.FormConfirm}}, func(in *In) { in.ReadOnly = true }, Nothing},
		"do confirmed":          {"do", []any{plan, steps.Asked{Form: steps.FormConfirm}, steps.Answered{}}, nil, Nothing},
		"do sending":            {"do", []any{plan, steps.Intent{}}, func(in *In) { in.Progress.Doing = "sending" }, Nothing},
		"do unknown":            {"do", []any{plan, steps.Intent{}}, nil, LookNow},
		"do unsure":             {"do", []any{plan, steps.Intent{}, steps.Resolved{Finding: steps.Finding{Is: steps.Unsure}}}, nil, LookNow},
		"do verifying":          {"do", []any{plan, steps.Intent{}, steps.Resulted{}}, func(in *In) { in.Progress.Doing = "verifying" }, Nothing},
		"do refused":            {"do", []any{plan, steps.Intent{}, steps.Resulted{Outcome: steps.CodeRejected}, settled(steps.Failed)}, nil, LookAgain},
		"wait":                  {"wait", []any{steps.Entered{}}, func(in *In) { in.Progress.Doing = "sleeping" }, Nothing},
		"wait without sight": {"wait", []any{steps.Entered{}}, func(in *In) {
			in.Progress.Doing, in.Progress.Error = "sleeping", &steps.Error{Code: steps.CodeUnreachable, What: "no answer"}
		}, LookNow},
		"follow":       {"follow", nil, func(in *In) { in.Progress.Held = true }, GoOn},
		"command":      {"command", nil, func(in *In) { in.Progress.Held = true }, GoOn},
		"paused":       {"check", []any{steps.RunPaused{Why: steps.CodeCredentials}}, nil, Resume},
		"watching":     {"check", nil, func(in *In) { in.Watching = "kim" }, Nothing},
		"another step": {"check", nil, func(in *In) { in.Step = &in.Run.Procedure.Steps[1] }, Present},
		"dropped":      {"check", []any{steps.RunAborted{By: "ana"}}, func(in *In) { in.Step = &in.Run.Procedure.Steps[1] }, Leave},
	} {
		t.Run(name, func(t *testing.T) {
			in := run(t, c.kind, c.bodies...)
			if c.in != nil {
				c.in(&in)
			}
			p := Build(in)
			if p.Enter.Do != c.want {
				t.Fatalf("enter does %d, %d is wanted; the action line says %q", p.Enter.Do, c.want, p.Action)
			}
			if p.Action == "" || len(p.State.Left) == 0 {
				t.Fatalf("state line %v, action line %q", p.State.Left, p.Action)
			}
		})
	}
}

func TestFirstOpen(t *testing.T) {
	for name, c := range map[string]struct {
		form    steps.Form
		choices []steps.Choice
		want    int
	}{
		"recommended":       {steps.FormDecide, []steps.Choice{{Value: "a"}, {Value: "b", Recommended: true}}, 1},
		"no recommendation": {steps.FormDecide, []steps.Choice{{Value: "a"}, {Value: "b"}}, -1},
		"choose":            {steps.FormChoose, []steps.Choice{{Value: "a", Blocked: "no"}, {Value: "b", Recommended: true}}, 1},
		"choose, none":      {steps.FormChoose, []steps.Choice{{Value: "a"}, {Value: "b"}}, -1},
	} {
		in := run(t, string(c.form), steps.Asked{Form: c.form, Choices: c.choices})
		in.Cursor = -1
		if got := FirstOpen(Build(in)); got != c.want {
			t.Errorf("%s: the cursor begins at %d, wanted %d", name, got, c.want)
		}
	}
}

// TestPanelsNeverOffersToSendAgain holds that no text of an unknown outcome offers another send.
func TestUnknownNeverOffersToSendAgain(t *testing.T) {
	in := run(t, "do", steps.Planned{Plan: steps.Plan{Target: "x"}}, steps.Intent{}, steps.Resulted{Outcome: steps.CodeUnknown})
	for _, it := range Build(in).Items {
		if text := strings.ToLower(strings.Join(it.Cells, " ")); strings.Contains(text, "send") || it.Act.Do == Overlay || it.Act.Do == LookAgain {
			t.Fatalf("an unknown outcome offers %q", text)
		}
	}
}

func TestObjective(t *testing.T) {
	in := run(t, "check")
	for after, want := range map[time.Duration]string{118 * time.Second: "RTO 01:58 of 05:00", 271 * time.Second: "! RTO 04:31 of 05:00 · 29 s left", 441 * time.Second: "✗ RTO passed by 02:21 (05:00)"} {
		if got, ok := Objective(in.Run, begun.Add(after)); !ok || got.Text != want {
			t.Errorf("after %v: %q, wanted %q", after, got.Text, want)
		}
	}
	in.Run.Started.FaultAt = begun.Add(-time.Minute)
	if got := Used(in.Run, begun); got != time.Minute {
		t.Errorf("from the fault on %v have gone, wanted a minute", got)
	}
	in.Run.Procedure.Objective = steps.Objective{}
	if _, ok := Objective(in.Run, begun); ok {
		t.Error("a procedure without an objective has a clock")
	}
}

// TestRowsNeverTooWide builds the panels with long words in every text, at several widths.
func TestRowsNeverTooWide(t *testing.T) {
	long := strings.Repeat("word ", 40) + strings.Repeat("x", 300)
	plan := steps.Plan{Target: long, Summary: long, Changes: []steps.Change{{Label: "image", Sign: "+", Text: long, Note: long}}, Effects: []steps.Fact{{Label: "if it works", Text: long}}}
	facts := []steps.Fact{{State: steps.Failed, Label: long, Text: long}, {Text: long}}
	for _, bodies := range [][]any{{steps.Observed{Verdict: steps.Failed, Facts: facts, Summary: long}, steps.Settled{State: steps.Failed, Why: long}}, {steps.Planned{Plan: plan}, steps.Asked{Form: steps.FormConfirm}},
		{steps.Planned{Plan: plan}, steps.Intent{}, steps.Resulted{Outcome: steps.CodeUnknown, Error: long}}, {steps.Asked{Form: steps.FormDecide, Because: long, Facts: facts, Choices: []steps.Choice{{Value: long, Note: long}, {Value: "b", Blocked: long}}}}, {steps.RunPaused{Text: long}}} {
		for _, w := range []int{20, 56, 76, 100} {
			in := run(t, "do", bodies...)
			in.Width, in.ByHand, in.More = w, long, true
			p := Build(in)
			for _, h := range []int{1, 2, 3, 13, 60} {
				rs, _ := Fit(p, h, 0, Full)
				if len(rs) != h {
					t.Fatalf("%d rows of %d", len(rs), h)
				}
				for _, r := range rs {
					if got := rows.Width(r.Plain(w)); got != w {
						t.Fatalf("a row has %d columns of %d: %q", got, w, r.Plain(w))
					}
				}
			}
		}
	}
}

// TestObjectiveStopsWhenItIsBack: what people do once production is back counts no more.
func TestObjectiveStopsWhenItIsBack(t *testing.T) {
	began := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	p := &steps.Procedure{ID: "p", Objective: steps.Objective{RTO: 5 * time.Minute}, Steps: []steps.Step{{ID: "live", Kind: "wait", Objective: true}}}
	for _, c := range []struct {
		minutes int
		want    string
	}{{4, "✓ back after 04:00 of 05:00"}, {7, "✗ RTO 05:00, back after 07:00"}} {
		run := steps.NewRun("1", p)
		run.StartedAt = began
		if err := run.Apply(steps.Event{Seq: 1, At: began.Add(time.Duration(c.minutes) * time.Minute), Step: "live", Type: "settled", Body: steps.Settled{State: steps.Passed}}); err != nil {
			t.Fatal(err)
		}
		if got, ok := Objective(run, began.Add(time.Hour)); !ok || got.Text != c.want {
			t.Errorf("%q, wanted %q", got.Text, c.want)
		}
	}
}
