package report

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

var update = flag.Bool("update", false, "write the golden files anew")

var began = time.Date(2026, 11, 23, 7, 9, 50, 0, time.UTC)

// incident is a run with everything in it that a report tells.
func incident(t *testing.T) (*steps.Run, []steps.Event) {
	t.Helper()
	p := &steps.Procedure{ID: "rollback-image", Title: "Roll back to the previous image", Objective: steps.Objective{RTO: 5 * time.Minute}, Steps: []steps.Step{
		{ID: "who", Title: "Who am I", Kind: "check", FreshFor: time.Minute}, {ID: "image", Title: "Choose the image", Kind: "choose"},
		{ID: "deploy", Title: "Deploy the image", Kind: "do", Use: "containers.deploy-image"}, {ID: "log", Title: "Log | compared", Kind: "check"}, {ID: "team", Title: "Tell the team", Kind: "tick"}}}
	run := steps.NewRun("1123-5", p)
	var events []steps.Event
	now := began
	add := func(step steps.Path, body any) {
		now = now.Add(10 * time.Second)
		e := steps.Event{Seq: uint64(len(events) + 1), At: now, Wall: now, Run: run.ID, Step: step, Visit: 1, Type: steps.TypeOf(body), Body: body}
		if err := run.Apply(e); err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	plan := steps.Plan{Operation: "containers.deploy-image", Target: "jaja-backend", Summary: "One call, sent once: a deployment of jaja-backend.",
		Changes: []steps.Change{{Label: "image", Sign: "-", Text: ":jaja-backend.backend.13"}, {Label: "image", Sign: "+", Text: ":jaja-backend.backend.12"}, {Label: "environment", Sign: "=", Text: "19 keys", Note: "values never shown"}}}
	add("", steps.RunStarted{Procedure: p.ID, Title: p.Title, Digest: strings.Repeat("9f2c41d0", 8), Environment: "production", Account: "482109375510", Region: "eu-west-1", Operator: "ana", Host: "desk-1", Program: "runbook 1.0.0",
		Params: steps.Values{"service": {Kind: steps.KindService, Text: "jaja-backend"}}, FaultAt: began.Add(-160 * time.Second), Total: 5})
	add("who", steps.Entered{Title: "Who am I", Kind: "check", Number: 1, Total: 5})
	add("who", steps.Observed{Verdict: steps.Passed, Summary: "ana, account and region as configured", Facts: []steps.Fact{{State: steps.Passed, Label: "account", Text: "482109375510"}}})
	add("who", steps.Settled{State: steps.Passed})
	add("image", steps.Entered{Title: "Choose the image", Kind: "choose", Number: 2, Total: 5})
	add("image", steps.Asked{Form: steps.FormChoose, Prompt: "Which"})
	add("image", steps.Answered{Question: 6, Value: ":jaja-backend.backend.12", By: "ana", Via: steps.ViaScreen})
	add("image", steps.Settled{State: steps.Passed, Saves: steps.Values{"image": {Kind: steps.KindImage, Text: ":jaja-backend.backend.12"}}})
	add("deploy", steps.Entered{Title: "Deploy the image", Kind: "do", Number: 3, Total: 5})
	add("deploy", steps.Planned{Plan: plan, Digest: "d1"})
	add("deploy", steps.Asked{Form: steps.FormConfirm, Want: "jaja-backend"})
	add("deploy", steps.Answered{Question: 11, Value: "jaja-backend", By: "ana", Via: steps.ViaScreen})
	add("deploy", steps.Intent{Attempt: 1, Digest: "d1", Operation: plan.Operation, Target: plan.Target})
	add("deploy", steps.Resulted{Outcome: steps.CodeUnknown, Error: "the line was cut before an answer came"})
	add("deploy", steps.Resolved{Finding: steps.Finding{Is: steps.Landed, Why: "version 14 with backend.12 is ours"}})
	add("deploy", steps.Verified{Finding: steps.Finding{Is: steps.Landed, Why: "version 14 is ACTIVE", Receipt: steps.Receipt{"version": "14"}}, Operation: plan.Operation, Target: plan.Target})
	add("deploy", steps.Settled{State: steps.Passed})
	add("log", steps.Entered{Title: "Log | compared", Kind: "check", Number: 4, Total: 5})
	add("log", steps.Observed{Verdict: steps.Failed, Summary: "2 errors since version 14\nof <one> kind"})
	add("log", steps.Settled{State: steps.Approved, Why: "kim agrees", By: "ana"})
	add("log", steps.Noted{Text: "kim knows, `support` has posted the *banner*", By: "ana"})
	add("log", steps.Pinned{Source: "jaja-backend", Line: "FAILED: <script>alert(1)</script>", Time: began, By: "ana"})
	add("", steps.Obliged{ID: "main-holds-bad", What: "main still holds the bad commit: any push brings it back.", Closes: "a revert on main"})
	add("team", steps.Entered{Title: "Tell the team", Kind: "tick", Number: 5, Total: 5})
	add("team", steps.Settled{State: steps.Skipped, Why: "INC-90", By: "ana"})
	add("", steps.RunFinished{Worst: steps.Warned})
	return run, events
}

var about = About{Head: strings.Repeat("ab12", 16), Printed: began.Add(30 * 24 * time.Hour)}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and look at what changed\n%s", file, got)
	}
}

func TestReports(t *testing.T) {
	run, events := incident(t)
	golden(t, "incident.md", Markdown(run, events, about))
	page, err := HTML(run, events, about)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "incident.html", page)
	js, err := JSON(run, events, about)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "incident.json", string(js))
}

// The age of evidence is that at the run's end, however late the report is printed.
func TestAgesStopAtTheRunsEnd(t *testing.T) {
	run, events := incident(t)
	r := New(run, events, about)
	if e := r.Steps[0].Evidence; e == nil || e.Age != 230 || !e.Stale {
		t.Errorf("evidence of the first step: %+v", e)
	}
	if o := r.Objective; o == nil || o.Used != 420 || !o.Passed || o.Basis != "fault" {
		t.Errorf("objective: %+v", r.Objective)
	}
}

// The clock stops when what the objective counts is back, however long the run goes on afterwards.
func TestObjectiveStopsWhenItIsBack(t *testing.T) {
	began := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	p := &steps.Procedure{ID: "p", Objective: steps.Objective{RTO: 5 * time.Minute}, Steps: []steps.Step{{ID: "live", Kind: "wait", Objective: true}, {ID: "told", Kind: "tick"}}}
	for _, c := range []struct {
		minute int
		want   string
	}{{4, "back at 07:04:00, after 04:00 of 05:00"}, {7, "back at 07:07:00, after 07:00: the RTO of 05:00 passed by 02:00"}} {
		run := steps.NewRun("1", p)
		at := began.Add(time.Duration(c.minute) * time.Minute)
		for i, e := range []steps.Event{
			{At: began, Type: "run-started", Body: steps.RunStarted{Procedure: "p"}},
			{At: at, Step: "live", Type: "settled", Body: steps.Settled{State: steps.Passed}},
			{At: at.Add(time.Hour), Step: "told", Type: "settled", Body: steps.Settled{State: steps.Passed}},
			{At: at.Add(time.Hour), Type: "run-finished", Body: steps.RunFinished{Worst: steps.Passed}},
		} {
			e.Seq = uint64(i + 1)
			if err := run.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
		if o := New(run, nil, About{Printed: at.Add(2 * time.Hour)}).Objective; o == nil || !strings.HasPrefix(o.text(), c.want) {
			t.Errorf("%+v, wanted %q", o, c.want)
		}
	}
}

func TestWhatWasSentSaysWhatBecameOfIt(t *testing.T) {
	run, events := incident(t)
	r := New(run, events, about)
	if len(r.Sends) != 1 || r.Sends[0].Outcome != "unknown" || r.Sends[0].Finding.Is != steps.Landed {
		t.Fatalf("%+v", r.Sends)
	}
	// an intent without anything after it: the process died there
	run2 := steps.NewRun("1", run.Procedure)
	cut := events[:13]
	for _, e := range cut {
		if err := run2.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	text := Markdown(run2, cut, About{Printed: began.Add(time.Hour)})
	if !strings.Contains(text, "What became of it is not known") || !strings.Contains(text, "the run is not over") {
		t.Errorf("an open intent is not told:\n%s", text)
	}
}

// Texts from outside must stay texts.
func TestNothingInATextIsMarkup(t *testing.T) {
	run, events := incident(t)
	page, _ := HTML(run, events, about)
	if strings.Contains(page, "<script>") {
		t.Error("a kept line became a script")
	}
	md := Markdown(run, events, about)
	for line := range strings.Lines(md) {
		if strings.HasPrefix(line, "| ") && strings.Contains(line, "compared") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 8 && strings.Contains(line, "approved |") {
			t.Errorf("a bar in a title broke the table: %s", line)
		}
	}
	if strings.Contains(md, "<one>") || strings.Contains(md, "*banner*") && !strings.Contains(md, `\*banner\*`) {
		t.Error("a text is markup")
	}
}

func TestJSONKeepsItsShape(t *testing.T) {
	run, events := incident(t)
	js, _ := JSON(run, events, about)
	var got map[string]any
	if err := json.Unmarshal(js, &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"version", "run", "procedure", "environment", "account", "region", "operator", "state", "worst", "started", "ended", "steps", "sends", "notes", "obligations", "timeline", "events", "head", "printed"} {
		if _, ok := got[key]; !ok {
			t.Errorf("no %q", key)
		}
	}
	empty, _ := JSON(steps.NewRun("1", &steps.Procedure{}), nil, About{})
	if strings.Contains(string(empty), "null,\n  \"steps\"") == false && strings.Contains(string(empty), `"steps": null`) {
		t.Error("an empty run has null for a list")
	}
}
