package journaltest

import (
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// held takes the run's lock for the test, so that its state is listed as it is.
func (b *bench) held(run string) {
	b.Helper()
	release, err := b.j.Hold(b.Context(), run, "ana")
	b.must(err)
	b.Cleanup(release)
}

func making(b *bench) {
	b.held("1123-1")
	b.add("1123-1", "", started("prod"))
	b.add("1123-1", "a", steps.Entered{Title: "Look", Kind: "check", Number: 1, Total: 9}, steps.Settled{State: steps.Passed})
	b.add("1123-1", "b", steps.Entered{Title: "Choose", Kind: "choose", Number: 2, Total: 9})
	b.add("1123-1", "", steps.Noted{Text: "n", By: "ana"})
	b.add("1123-1", "a", steps.Pinned{Source: "log", Line: "l"})
	got := b.run("1123-1")
	if len(got.Head) != 64 {
		b.Errorf("the head is %q", got.Head)
	}
	if got.Holder == "" {
		b.Error("the holder is not named")
	}
	got.Head, got.Holder = "", ""
	b.equal("summary", got, steps.RunSummary{ID: "1123-1", Procedure: "rollback-image", Title: "Roll back", Environment: "prod", Account: "000000000000", Region: "eu-west-1", Operator: "ana", Host: "laptop", Program: "1.0.0",
		State: steps.RunRunning, Params: steps.Values{"service": {Kind: steps.KindService, Text: "jaja-backend"}}, Started: T0.Add(time.Second), Updated: T0.Add(6 * time.Second),
		Step: "b", StepTitle: "Choose", Number: 2, Total: 9, Worst: steps.Passed, Held: true, Events: 6})
	before := b.run("1123-1").Head
	b.add("1123-1", "", steps.RunResumed{Operator: "kim", Host: "desk", Program: "1.0.1"})
	if s := b.run("1123-1"); s.Operator != "kim" || s.Host != "desk" || s.Program != "1.0.1" || s.Head == before {
		b.Errorf("after a resume: %+v", s)
	}
}

func states(b *bench) {
	b.held("r1")
	b.add("r1", "", started("prod"))
	step := func(body any, want steps.RunState) {
		b.Helper()
		b.add("r1", "a", body)
		if got := b.run("r1").State; got != want {
			b.Errorf("after %s: %s, want %s", steps.TypeOf(body), got, want)
		}
	}
	whole := func(body any, want steps.RunState) {
		b.Helper()
		b.add("r1", "", body)
		if got := b.run("r1").State; got != want {
			b.Errorf("after %s: %s, want %s", steps.TypeOf(body), got, want)
		}
	}
	step(steps.Entered{Title: "A", Kind: "tick", Number: 1}, steps.RunRunning)
	step(steps.Asked{Form: steps.FormTick}, steps.RunWaiting)
	whole(steps.Noted{Text: "n"}, steps.RunWaiting)
	whole(steps.RunPaused{Why: steps.CodeGate}, steps.RunHalted)
	whole(steps.RunResumed{}, steps.RunWaiting)
	step(steps.Answered{Question: 3, Value: "yes"}, steps.RunRunning)
	step(steps.Settled{State: steps.Passed}, steps.RunRunning)
	step(steps.Planned{Plan: steps.Plan{Operation: "o"}}, steps.RunRunning)
	step(steps.Asked{Form: steps.FormConfirm}, steps.RunWaiting)
	whole(steps.RunResumed{}, steps.RunRunning) // the confirmation is void
	whole(steps.RunFailed{Step: "a"}, steps.RunFailedState)
	whole(steps.RunResumed{}, steps.RunRunning)
	whole(steps.RunUnknown{Step: "a"}, steps.RunUnsure)
	whole(steps.RunResumed{}, steps.RunRunning)
	if s := b.run("r1"); !s.Finished.IsZero() {
		b.Errorf("it ended at %s before it ended", s.Finished)
	}
	whole(steps.RunAborted{Why: "w", By: "ana"}, steps.RunDropped)
	if s := b.run("r1"); !s.Finished.Equal(s.Updated) || s.Finished.IsZero() {
		b.Errorf("it ended at %s", s.Finished)
	}
}

func worst(b *bench) {
	b.add("r1", "", started("prod"))
	if got := b.run("r1").Worst; got != "" {
		b.Errorf("before anything settled: %q", got)
	}
	for _, c := range []struct {
		step  steps.Path
		state steps.State
		want  steps.State
	}{{"a", steps.Passed, steps.Passed}, {"b", steps.Warned, steps.Warned}, {"c", steps.Passed, steps.Warned}, {"d", steps.Failed, steps.Failed}} {
		b.add("r1", c.step, steps.Entered{Title: string(c.step)}, steps.Settled{State: c.state})
		if got := b.run("r1").Worst; got != c.want {
			b.Errorf("after %s: %s, want %s", c.state, got, c.want)
		}
	}
	b.add("r1", "d", steps.Rewound{Steps: []steps.Path{"d"}})
	if got := b.run("r1").Worst; got != steps.Warned {
		b.Errorf("after going back: %s", got)
	}
	b.add("r1", "", steps.RunFinished{Worst: steps.Failed})
	if s := b.run("r1"); s.Worst != steps.Failed || s.State != steps.RunDone || s.Finished.IsZero() {
		b.Errorf("finished: %+v", s)
	}
}

func newest(b *bench) {
	for _, id := range []string{"1123-2", "1123-1", "0101-1"} {
		b.add(id, "", started("prod"))
	}
	b.add("1123-2", "", steps.Noted{Text: "n"})
	var got []string
	for _, s := range b.runs() {
		got = append(got, s.ID)
	}
	b.equal("order", got, []string{"0101-1", "1123-1", "1123-2"})
}

func back(b *bench) {
	b.add("r1", "", started("prod"))
	b.add("r1", "a", steps.Entered{Title: "A", Number: 1}, steps.Settled{State: steps.Passed})
	b.add("r1", "b", steps.Entered{Title: "B", Number: 2}, steps.Settled{State: steps.Passed})
	b.add("r1", "", steps.Rewound{Steps: []steps.Path{"a", "b", "never"}})
	if s := b.run("r1"); s.Worst != "" {
		b.Errorf("nothing is settled any more, yet the worst is %q", s.Worst)
	}
	b.add("r1", "a", steps.Entered{Title: "A", Number: 1})
	if s := b.run("r1"); s.Step != "a" || s.StepTitle != "A" || s.Number != 1 {
		b.Errorf("got %+v", s)
	}
}

func (b *bench) open(environment, target string) []string {
	b.Helper()
	all, err := b.j.Intents(b.Context(), environment, target)
	b.must(err)
	out := []string{}
	for _, i := range all {
		out = append(out, i.Run+" "+string(i.Step)+" "+i.Intent.Target)
	}
	return out
}

func outcomes(b *bench) {
	finding := func(is steps.Is) steps.Finding { return steps.Finding{Is: is} }
	for name, c := range map[string]struct {
		bodies []any
		open   bool
	}{
		"nothing yet": {nil, true}, "taken": {[]any{steps.Resulted{}}, false}, "rejected": {[]any{steps.Resulted{Outcome: steps.CodeRejected}}, false},
		"not-sent": {[]any{steps.Resulted{Outcome: steps.CodeNotSent}}, false}, "unknown": {[]any{steps.Resulted{Outcome: steps.CodeUnknown}}, true},
		"landed": {[]any{steps.Resulted{Outcome: steps.CodeUnknown}, steps.Resolved{Finding: finding(steps.Landed)}}, false}, "absent": {[]any{steps.Resolved{Finding: finding(steps.Absent)}}, false},
		"foreign": {[]any{steps.Resolved{Finding: finding(steps.Foreign)}}, false}, "broken": {[]any{steps.Resolved{Finding: finding(steps.Broken)}}, false},
		"unsure": {[]any{steps.Resolved{Finding: finding(steps.Unsure)}}, true}, "unsure-then-said": {[]any{steps.Resolved{Finding: finding(steps.Unsure)}, steps.Resolved{Finding: finding(steps.Absent), By: "ana"}}, false},
		"verified":           {[]any{steps.Resulted{}, steps.Verified{Finding: finding(steps.Landed)}}, false},
		"not-to-be-verified": {[]any{steps.Resulted{}, steps.Verified{Finding: finding(steps.Unsure)}}, true},
	} {
		run := "of-" + strings.ReplaceAll(name, " ", "-")
		b.add(run, "", started(name))
		b.add(run, "deploy", steps.Planned{Plan: steps.Plan{Operation: "o"}}, intent(1, "jaja-backend"))
		for _, body := range c.bodies {
			b.add(run, "deploy", body)
		}
		want := []string{}
		if c.open {
			want = []string{run + " deploy jaja-backend"}
		}
		b.equal(name, b.open(name, "jaja-backend"), want)
		b.equal(name+", any target", b.open(name, ""), want)
		b.equal(name+", another target", b.open(name, "jaja-frontend"), []string{})
	}
}

func oneTarget(b *bench) {
	for _, run := range []string{"r1", "r2"} {
		b.add(run, "", started("prod"))
	}
	b.add("r3", "", started("practice"))
	b.add("r1", "deploy", intent(1, "jaja-backend"))
	b.code(b.try("r2", "deploy", intent(1, "jaja-backend")), steps.CodeHeld)
	b.code(b.try("r1", "deploy", intent(2, "jaja-backend")), steps.CodeHeld)
	b.add("r2", "deploy", intent(1, "jaja-frontend"))
	b.add("r3", "deploy", intent(1, "jaja-backend"))
	b.add("r1", "deploy", steps.Resolved{Finding: steps.Finding{Is: steps.Absent}})
	b.add("r1", "deploy", intent(2, "jaja-backend"))
	b.equal("prod", b.open("prod", ""), []string{"r2 deploy jaja-frontend", "r1 deploy jaja-backend"})
	all, err := b.j.Intents(b.Context(), "prod", "jaja-backend")
	b.must(err)
	b.equal("the open one", all, []steps.OpenIntent{{Run: "r1", Environment: "prod", Step: "deploy", At: T0.Add(4 * time.Second), Intent: intent(2, "jaja-backend")}})
	b.add("r1", "deploy", steps.Resulted{})
	b.add("r1", "second", intent(1, "jaja-backend"))
}

func oneBatch(b *bench) {
	b.add("r1", "", started("prod"))
	b.code(b.try("r1", "deploy", intent(1, "jaja-backend"), intent(2, "jaja-backend")), steps.CodeHeld)
	b.equal("after the refusal", b.open("prod", ""), []string{})
	b.add("r1", "deploy", intent(1, "jaja-backend"), steps.Resulted{Outcome: steps.CodeNotSent}, intent(2, "jaja-backend"))
	b.equal("after the batch", b.open("prod", ""), []string{"r1 deploy jaja-backend"})
}

func refusedIntent(b *bench) {
	for _, run := range []string{"r1", "r2"} {
		b.add(run, "", started("prod"))
	}
	b.add("r1", "deploy", intent(1, "jaja-backend"))
	before := b.run("r2")
	b.code(b.try("r2", "deploy", steps.Entered{Title: "D", Number: 1}, steps.Obliged{ID: "o"}, intent(1, "jaja-backend")), steps.CodeHeld)
	b.equal("the run", b.run("r2"), before)
	if got := len(b.read("r2")); got != 1 {
		b.Errorf("%d events, want 1", got)
	}
	if got, err := b.j.Obligations(b.Context(), "prod"); err != nil || len(got) != 0 {
		b.Errorf("a refused batch left %v, %v", got, err)
	}
	b.add("r2", "", steps.RunPaused{Why: steps.CodeHeld}) // the journal goes on
}

func obligations(b *bench) {
	for _, run := range []string{"r1", "r2"} {
		b.add(run, "", started("prod"))
	}
	b.add("r3", "", started("practice"))
	b.add("r1", "deploy", steps.Obliged{ID: "push", What: "main holds the bad commit", Closes: "revert it"}, steps.Obliged{ID: "tell", What: "tell people"})
	b.add("r3", "deploy", steps.Obliged{ID: "push", What: "another world"})
	list := func(environment string) []string {
		got, err := b.j.Obligations(b.Context(), environment)
		b.must(err)
		out := []string{}
		for _, o := range got {
			out = append(out, o.Run+" "+o.ID+" "+o.What)
		}
		return out
	}
	b.equal("prod", list("prod"), []string{"r1 push main holds the bad commit", "r1 tell tell people"})
	b.add("r2", "", steps.Discharged{ID: "push", How: "reverted"}, steps.Discharged{ID: "never was"})
	b.equal("prod, later", list("prod"), []string{"r1 tell tell people"})
	b.equal("practice", list("practice"), []string{"r3 push another world"})
	b.add("r2", "deploy", steps.Obliged{ID: "tell", What: "tell them again"})
	b.equal("prod, again", list("prod"), []string{"r2 tell tell them again"})
	b.equal("nowhere", list("nowhere"), []string{})
}

func releases(b *bench) {
	b.add("r1", "", started("prod"))
	b.add("r2", "", started("practice"))
	landed := steps.Verified{Finding: steps.Finding{Is: steps.Landed, Receipt: steps.Receipt{"version": "14"}}, Operation: "containers.deploy-image", Target: "jaja-backend"}
	broken := landed
	broken.Finding.Is = steps.Broken
	b.add("r1", "a", landed)
	b.add("r1", "b", broken)
	b.add("r1", "c", landed)
	b.add("r2", "a", landed)
	got, err := b.j.Releases(b.Context(), "prod")
	b.must(err)
	b.equal("prod", got, []steps.Release{{Run: "r1", At: T0.Add(4 * time.Second), Verified: landed}, {Run: "r1", At: T0.Add(2 * time.Second), Verified: landed}})
}
