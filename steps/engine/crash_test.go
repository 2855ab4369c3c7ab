package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

var errKilled = errors.New("killed")

// mortal is a journal whose process dies at the n-th append: before it is durable, or after it but before anybody hears.
type mortal struct {
	*memory
	n     int
	after bool
}

func (m *mortal) Append(ctx context.Context, run string, evs ...steps.Event) error {
	if m.n--; m.n > 0 {
		return m.memory.Append(ctx, run, evs...)
	}
	if m.n == 0 && m.after {
		_ = m.memory.Append(ctx, run, evs...)
	}
	return errKilled
}

// rollback is a procedure with a tick, a check, a choice of ways, the one effect, and a wait for it.
func rollback() *steps.Procedure {
	fresh := checkStep("state")
	fresh.FreshFor = time.Hour
	send := doStep("deploy")
	send.Needs = []steps.Path{"state"}
	live := steps.Step{ID: "live", Kind: "wait", Use: "probe", With: map[string]string{"name": "v${version}"}, Every: 5 * time.Second, Timeout: time.Hour}
	return procedure(nil, tickStep("tell"), fresh, send, live)
}

// live is one process: an engine, and a client that answers each question and retries what failed. It returns what the client
// was told until the run ended or the process was killed.
func (r *rig) live() (told []steps.Event, err error) {
	e, err := engine.Open(r.t.Context(), r.cfg, r.proc, engine.Start{ID: "r1"})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(r.t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		run := steps.NewRun("r1", r.proc) // the client folds the same events into the same state
		for ctx.Err() == nil {
			evs, more := e.After(run.Seq)
			for _, ev := range evs {
				if told = append(told, ev); run.Apply(ev) != nil {
					r.t.Error("the client cannot follow", ev)
				}
			}
			if s := run.Current(); s != nil {
				switch st := run.Steps[s.ID]; {
				case st.Phase == steps.PhaseAsked:
					v := "yes"
					if st.Asked.Want != "" {
						v = st.Asked.Want
					}
					_ = e.Do(ctx, engine.Answer{Answered: steps.Answered{Question: st.Question, Value: v, By: "t"}})
				case run.Holds(s):
					_ = e.Do(ctx, engine.Retry{Step: s.ID, Why: "again", By: "t"})
				}
			}
			select {
			case <-more:
			case <-ctx.Done():
			}
		}
	})
	err = e.Run(ctx)
	cancel()
	wg.Wait()
	return told, err
}

// lives runs processes until the run ends; the i-th is killed at its ns[i]-th append. It returns how many were killed.
func lives(t *testing.T, fault string, bits int, ns ...int) (killed int) {
	r := newRig(t, rollback())
	r.cloud.fault = fault
	m := &memory{}
	for i, n := range append(ns, 1<<30) {
		before := len(journaled(t, m))
		r.cfg.Journal = &mortal{m, n, bits>>i&1 == 1}
		told, err := r.live()
		kept := journaled(t, m)
		if len(told) > len(kept) || !slices.EqualFunc(told, kept[:len(told)], func(a, b steps.Event) bool { return a.Seq == b.Seq && a.Type == b.Type }) {
			t.Fatalf("told %d events, kept %d", len(told), len(kept))
		}
		for k, confirmed := before, false; k < len(kept); k++ {
			if confirmed = confirmed || kept[k].Type == "answered" && kept[k].Step == "deploy"; kept[k].Type == "intent" && !confirmed {
				t.Fatalf("event %d was not confirmed in this process", k+1)
			}
		}
		if m.held["r1"] {
			t.Fatal("a process that ended still holds the run")
		}
		if err == nil {
			break
		}
		if killed++; !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Hour) // whatever is still on its way arrives
	evs := journaled(t, m)
	text, _ := json.Marshal(evs)
	if strings.Contains(string(text), "hunter2") {
		t.Error("a secret is in the journal")
	}
	run := steps.NewRun("r1", r.proc)
	for _, ev := range evs {
		if err := run.Apply(ev); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Count(string(text), "run-finished") != 1 || run.State != steps.RunDone || r.cloud.ours() != 1 || len(run.Obliged) != 1 || run.Vars("")["version"].Text == "" {
		t.Fatalf("killed at %v (%b): %s, %d deployments of ours, obligations %v\n%s", ns, bits, run.State, r.cloud.ours(), run.Obliged, text)
	}
	return killed
}

// TestKilledBetweenEveryTwoWrites kills the process at each append, before and after it is durable, and the process that resumes
// at each of its own; the third one finishes. The effect must be there exactly once.
func TestKilledBetweenEveryTwoWrites(t *testing.T) {
	for _, fault := range []string{"", "refused", "reset", "lost", "late", "slow", "panic", "foreign"} {
		t.Run(fault, func(t *testing.T) {
			total := 0
			for first, most := 1, 2; most > 0; first++ {
				most = 2
				for second := 1; most == 2; second++ {
					most = 0
					for bits := range 4 {
						synctest.Test(t, func(t *testing.T) {
							n := lives(t, fault, bits, first, second)
							most, total = max(most, n), total+n
						})
					}
				}
			}
			if total < 50 {
				t.Errorf("only %d crashes: the journal is written to less often than thought", total)
			}
			t.Log(total, "crashes")
		})
	}
}

// TestCommits: a mutating step is written in at most five commits.
func TestCommits(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		m := r.cfg.Journal.(*memory)
		r.start()
		r.ok("deploy")
		if n := len(m.sizes["r1"]) - 1; n != 5 {
			t.Errorf("%d commits: %v\n%s", n, m.sizes["r1"], r.types())
		}
		if p := r.step("deploy").Plan; p.Account != "000000000000" || p.Region != "eu-west-1" {
			t.Errorf("planned for %s %s", p.Account, p.Region)
		}
		if want := "run-started entered planned asked answered intent resulted verified obliged settled run-finished"; r.types() != want {
			t.Errorf("got  %s\nwant %s", r.types(), want)
		}
	})
}
