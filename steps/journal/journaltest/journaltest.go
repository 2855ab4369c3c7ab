// Package journaltest is the conformance suite of journals: each implementation runs it from its own tests. Run is for all of
// them, Durable for those that outlive their process. It imports steps alone; only tests import it.
package journaltest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// T0 is when the suite's runs begin.
var T0 = time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)

// Run runs the suite; open gives an empty journal each time.
func Run(t *testing.T, open func(t *testing.T) steps.Journal) {
	for _, name := range slices.Sorted(maps.Keys(cases)) {
		t.Run(name, func(t *testing.T) { cases[name](&bench{T: t, j: open(t), last: map[string]uint64{}}) })
	}
}

var cases = map[string]func(*bench){
	"append is all or none": atomic, "gaps and repeats are held": gaps, "read gives what was appended": read, "unknown events are refused": unknown,
	"a batch of nothing": nothing, "names of runs": runNames,
	"runs: a run in the making": making, "runs: states": states, "runs: the worst verdict": worst, "runs: newest first": newest, "runs: going back": back,
	"intents: outcomes": outcomes, "intents: one a target": oneTarget, "intents: within a batch": oneBatch, "intents: refused leaves nothing": refusedIntent,
	"documents": documents, "obligations": obligations, "releases": releases, "hold": hold, "hold: interrupted runs": interrupted,
}

// bench is a journal under test, with the next sequence number of each run.
type bench struct {
	*testing.T
	j    steps.Journal
	last map[string]uint64
}

// events makes a batch that goes on from the run's last event.
func (b *bench) events(run string, step steps.Path, bodies ...any) []steps.Event {
	var out []steps.Event
	for i, body := range bodies {
		seq := b.last[run] + uint64(i) + 1
		e := steps.Event{Seq: seq, At: T0.Add(time.Duration(seq) * time.Second), Wall: T0.Add(time.Duration(seq)*time.Second + 7), Run: run, Type: steps.TypeOf(body), Body: body}
		if step != "" {
			e.Step, e.Visit = step, 1
		}
		out = append(out, e)
	}
	return out
}

// add appends bodies at a step and expects it to succeed.
func (b *bench) add(run string, step steps.Path, bodies ...any) {
	b.Helper()
	b.must(b.try(run, step, bodies...))
}

func (b *bench) try(run string, step steps.Path, bodies ...any) error {
	err := b.j.Append(b.Context(), run, b.events(run, step, bodies...)...)
	if err == nil {
		b.last[run] += uint64(len(bodies))
	}
	return err
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) code(err error, want steps.Code) {
	b.Helper()
	if steps.CodeOf(err) != want {
		b.Errorf("got %v, want an error with code %s", err, want)
	}
}

// read gives a run's events.
func (b *bench) read(run string) []steps.Event {
	b.Helper()
	var out []steps.Event
	for e, err := range b.j.Read(b.Context(), run) {
		b.must(err)
		out = append(out, e)
	}
	return out
}

func (b *bench) runs() []steps.RunSummary {
	b.Helper()
	out, err := b.j.Runs(b.Context())
	b.must(err)
	return out
}

func (b *bench) run(id string) steps.RunSummary {
	b.Helper()
	runs := b.runs()
	i := slices.IndexFunc(runs, func(s steps.RunSummary) bool { return s.ID == id })
	if i < 0 {
		b.Fatalf("run %s is not listed", id)
	}
	return runs[i]
}

func (b *bench) equal(what string, got, want any) {
	b.Helper()
	if !reflect.DeepEqual(got, want) {
		b.Errorf("%s: got\n%+v\nwant\n%+v", what, got, want)
	}
}

func started(environment string) steps.RunStarted {
	return steps.RunStarted{Procedure: "rollback-image", Title: "Roll back", Digest: "d", Pins: map[string]string{"rollback-image": "d"}, Params: steps.Values{"service": {Kind: steps.KindService, Text: "jaja-backend"}},
		Environment: environment, Account: "000000000000", Region: "eu-west-1", Operator: "ana", Host: "laptop", Program: "1.0.0", Operations: map[string]int{"containers.deploy-image": 1}, Total: 9}
}

func intent(attempt int, target string) steps.Intent {
	return steps.Intent{Attempt: attempt, Digest: "p", Operation: "containers.deploy-image", Target: target}
}

func atomic(b *bench) {
	b.add("r1", "", started("prod"))
	batch := b.events("r1", "a", steps.Entered{Title: "A", Kind: "tick", Number: 1, Total: 9}, steps.Settled{State: steps.Passed})
	batch[1].Type = "settled-elsewhere"
	b.code(b.j.Append(b.Context(), "r1", batch...), steps.CodeInput)
	if got := len(b.read("r1")); got != 1 {
		b.Errorf("%d events after a batch that was refused, want 1", got)
	}
	if s := b.run("r1"); s.Events != 1 || s.Step != "" {
		b.Errorf("the refused batch shows in the list: %+v", s)
	}
	b.add("r1", "a", steps.Entered{Title: "A", Kind: "tick", Number: 1, Total: 9}, steps.Settled{State: steps.Passed})
}

func gaps(b *bench) {
	b.add("r1", "", started("prod"))
	for name, seqs := range map[string][]uint64{"a gap": {3}, "a repeat": {1}, "zero": {0}, "a gap within": {2, 4}, "a repeat within": {2, 2}} {
		var batch []steps.Event
		for _, seq := range seqs {
			e := b.events("r1", "", steps.Noted{Text: name, By: "ana"})[0]
			e.Seq = seq
			batch = append(batch, e)
		}
		b.code(b.j.Append(b.Context(), "r1", batch...), steps.CodeHeld)
	}
	if got := len(b.read("r1")); got != 1 {
		b.Errorf("%d events, want 1", got)
	}
	b.last["r2"] = 1
	b.code(b.try("r2", "", started("prod")), steps.CodeHeld)
	if got := len(b.runs()); got != 1 {
		b.Errorf("%d runs are listed, want 1", got)
	}
	b.add("r1", "", steps.Noted{Text: "goes on", By: "ana"})
}

func read(b *bench) {
	var want []steps.Event
	for run := range 2 {
		id := fmt.Sprintf("r%d", run)
		first := b.events(id, "", started("prod"))
		b.must(b.j.Append(b.Context(), id, first...))
		b.last[id] = 1
		rest := b.events(id, "follow/a", steps.Entered{Title: "Ä \"quoted\" <b>\u2028\x00", Kind: "check", Number: 2, Total: 9},
			steps.Observed{Verdict: steps.Warned, Summary: "s", Facts: []steps.Fact{{State: steps.Passed, Label: "l", Text: "t"}}, Saves: map[string]string{"k": "v", "a": "b"}},
			steps.Asked{Form: steps.FormChoose, Prompt: "p", Choices: []steps.Choice{{Value: "v", Cells: []string{"c"}}}},
			steps.Answered{Question: 4, Value: "v", By: "ana", Via: steps.ViaScreen},
			steps.Planned{Plan: steps.Plan{Operation: "o", Version: 1, Target: "t", Basis: map[string]string{"b": "1"}, Recipe: map[string]string{"r": "2"}}, Digest: "x"})
		b.must(b.j.Append(b.Context(), id, rest...))
		b.last[id] += uint64(len(rest))
		if run == 0 {
			want = append(first, rest...)
		}
	}
	got := b.read("r0")
	b.equal("events", got, want)
	for _, err := range b.j.Read(b.Context(), "r0") { // a reader may append, and may stop
		b.must(err)
		b.add("r0", "", steps.Noted{Text: "n", By: "ana"})
		break
	}
	b.add("r0", "", steps.Noted{Text: "n", By: "ana"})
	if got := b.read("nobody"); len(got) != 0 {
		b.Errorf("a run without events gives %v", got)
	}
}

func unknown(b *bench) {
	b.add("r1", "", started("prod"))
	for _, body := range []any{struct{ X int }{1}, nil, "text", &steps.Noted{Text: "a pointer"}} {
		e := b.events("r1", "", steps.Noted{})[0]
		e.Body = body
		b.code(b.j.Append(b.Context(), "r1", e), steps.CodeInput)
	}
	e := b.events("r1", "", steps.Noted{})[0]
	e.Run = "r2"
	b.code(b.j.Append(b.Context(), "r1", e), steps.CodeInput)
	if got := len(b.read("r1")); got != 1 {
		b.Errorf("%d events, want 1", got)
	}
}

func nothing(b *bench) {
	b.must(b.j.Append(b.Context(), "r1"))
	if got := b.runs(); len(got) != 0 {
		b.Errorf("an empty batch made a run: %v", got)
	}
}

func runNames(b *bench) {
	for _, id := range []string{"", "../x", "a/b", ".hidden", "a b", "-x", "\x1b"} {
		b.code(b.try(id, "", started("prod")), steps.CodeInput)
		if _, err := b.j.Hold(b.Context(), id, "ana"); steps.CodeOf(err) != steps.CodeInput {
			b.Errorf("%q may be held: %v", id, err)
		}
	}
}

func documents(b *bench) {
	b.must(b.j.Keep(b.Context(), "d1", []byte("text\x00\xff")))
	b.must(b.j.Keep(b.Context(), "d1", []byte("text\x00\xff")))
	b.must(b.j.Keep(b.Context(), "empty", nil))
	b.code(b.j.Keep(b.Context(), "d1", []byte("other")), steps.CodeEdited)
	got, err := b.j.Document(b.Context(), "d1")
	b.must(err)
	if string(got) != "text\x00\xff" {
		b.Errorf("got %q", got)
	}
	if got, err := b.j.Document(b.Context(), "empty"); err != nil || len(got) != 0 {
		b.Errorf("the empty text is %q, %v", got, err)
	}
	_, err = b.j.Document(b.Context(), "d2")
	b.code(err, steps.CodeNotFound)
}

func hold(b *bench) {
	b.add("r1", "", started("prod"))
	release, err := b.j.Hold(b.Context(), "r1", "ana")
	b.must(err)
	_, err = b.j.Hold(b.Context(), "r1", "kim")
	b.code(err, steps.CodeHeld)
	if s := b.run("r1"); !s.Held || s.Holder == "" || s.State != steps.RunRunning {
		b.Errorf("a held run is listed as %+v", s)
	}
	other, err := b.j.Hold(b.Context(), "r2", "kim")
	b.must(err)
	other()
	release()
	release() // twice does no harm
	again, err := b.j.Hold(b.Context(), "r1", "kim")
	b.must(err)
	release() // nor does the former holder
	if _, err := b.j.Hold(b.Context(), "r1", "ana"); steps.CodeOf(err) != steps.CodeHeld {
		b.Errorf("the former holder freed the present one's run: %v", err)
	}
	again()
}

func interrupted(b *bench) {
	b.add("r1", "", started("prod"))
	if s := b.run("r1"); s.Held || s.State != steps.RunInterrupted {
		b.Errorf("a run that nobody drives is listed as %+v", s)
	}
	b.add("r1", "", steps.RunPaused{Why: steps.CodeGate})
	if s := b.run("r1"); s.State != steps.RunHalted {
		b.Errorf("a paused run is listed as %s", s.State)
	}
}
