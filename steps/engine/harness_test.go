package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/kinds"
)

const secret = "postgresql://u:hunter2hunter2@h/db"

// memory is a journal for these tests. It encodes and decodes each event, as a real one does.
type memory struct {
	mu    sync.Mutex
	runs  map[string][][]byte
	sizes map[string][]int // of batches
	kept  map[string][]byte
	open  []steps.OpenIntent
	held  map[string]bool
}

func (m *memory) Append(_ context.Context, run string, batch ...steps.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if batch[0].Seq != uint64(len(m.runs[run]))+1 {
		return &steps.Error{Code: steps.CodeHeld, What: "Another writer was first."}
	}
	if m.runs == nil {
		m.runs, m.sizes = map[string][][]byte{}, map[string][]int{}
	}
	for _, e := range batch {
		b, err := json.Marshal(e)
		if err != nil {
			return err
		}
		m.runs[run] = append(m.runs[run], b)
	}
	m.sizes[run] = append(m.sizes[run], len(batch))
	return nil
}

func (m *memory) Read(_ context.Context, run string) iter.Seq2[steps.Event, error] {
	m.mu.Lock()
	lines := slices.Clone(m.runs[run])
	m.mu.Unlock()
	return func(yield func(steps.Event, error) bool) {
		for _, b := range lines {
			var e steps.Event
			err := json.Unmarshal(b, &e)
			if !yield(e, err) {
				return
			}
		}
	}
}

func (m *memory) Intents(_ context.Context, _, target string) (out []steps.OpenIntent, _ error) {
	for _, o := range m.open {
		if target == "" || o.Intent.Target == target {
			out = append(out, o)
		}
	}
	return out, nil
}

func (m *memory) Keep(_ context.Context, digest string, text []byte) error {
	if m.kept == nil {
		m.kept = map[string][]byte{}
	}
	m.kept[digest] = text
	return nil
}

func (m *memory) Hold(_ context.Context, run, _ string) (func(), error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.held == nil {
		m.held = map[string]bool{}
	}
	m.held[run] = true
	return func() { m.mu.Lock(); m.held[run] = false; m.mu.Unlock() }, nil
}

func (m *memory) Runs(context.Context) ([]steps.RunSummary, error)          { return nil, nil }
func (m *memory) Document(_ context.Context, d string) ([]byte, error)      { return m.kept[d], nil }
func (m *memory) Releases(context.Context, string) ([]steps.Release, error) { return nil, nil }
func (m *memory) Obligations(context.Context, string) ([]steps.OpenObligation, error) {
	return nil, nil
}

func journaled(t *testing.T, j steps.Journal) (evs []steps.Event) {
	t.Helper()
	for ev, err := range j.Read(context.Background(), "r1") {
		if err != nil {
			t.Fatal(err)
		}
		evs = append(evs, ev)
	}
	return evs
}

type clock struct{}

func (clock) Now() time.Time { return time.Now() }
func (clock) Sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// cond is a condition in a line of Go.
type cond struct {
	text string
	eval func(steps.Values) (bool, error)
}

func (c cond) Eval(v steps.Values) (bool, error) { return c.eval(v) }
func (c cond) String() string                    { return c.text }

func is(name, text string) steps.Condition {
	return cond{fmt.Sprintf("%s == %q", name, text), func(v steps.Values) (bool, error) {
		if _, ok := v[name]; !ok {
			return false, errors.New(name + " has no value")
		}
		return v[name].Text == text, nil
	}}
}

// procedure makes one of steps whose paths are their ids. It gets what every loader sets.
func procedure(params map[string]steps.Param, list ...steps.Step) *steps.Procedure {
	for i := range list {
		if list[i].Title == "" {
			list[i].Title = "Step " + string(list[i].ID)
		}
	}
	return &steps.Procedure{ID: "p", Title: "P", Digest: "d1", Params: params, Steps: list, Pins: map[string]string{"p": "d1"}, Texts: map[string][]byte{"d1": []byte("text")}}
}

func tickStep(id steps.Path) steps.Step { return steps.Step{ID: id, Kind: "tick", Use: "It is done"} }
func checkStep(id steps.Path) steps.Step {
	return steps.Step{ID: id, Kind: "check", Use: "probe", With: map[string]string{"name": string(id)}}
}
func doStep(id steps.Path) steps.Step {
	return steps.Step{ID: id, Kind: "do", Use: "deploy", With: map[string]string{"service": "jaja-backend", "image": ":b.12"},
		Save: map[string]string{"version": "version"}, SaveKinds: map[string]steps.ValueKind{"version": steps.KindInt}}
}

// rig is one process with a run: an engine, the fake cloud behind it, and looks that a test scripts.
type rig struct {
	t     *testing.T
	cfg   engine.Config
	proc  *steps.Procedure
	cloud *cloud
	e     *engine.Engine
	ctx   context.Context
	stop  context.CancelFunc
	done  chan error
	said  error // by the last command

	mu    sync.Mutex
	looks map[string]int                                   // by the probe's input name
	see   func(name string, n int) (steps.Observed, error) // n counts from 1
}

func newRig(t *testing.T, p *steps.Procedure) *rig {
	r := &rig{t: t, proc: p, cloud: newCloud(""), looks: map[string]int{}}
	r.see = func(string, int) (steps.Observed, error) {
		return steps.Observed{Verdict: steps.Passed, Summary: "fine", Saves: map[string]string{"out": "7"}}, nil
	}
	look := func(_ context.Context, with steps.Values) (steps.Observed, error) {
		r.mu.Lock()
		name := with["name"].Text
		r.looks[name]++
		n, see := r.looks[name], r.see
		r.mu.Unlock()
		return see(name, n)
	}
	r.cfg = engine.Config{
		Journal: &memory{}, Kinds: kinds.All, Clock: clock{}, CallLimit: 10 * time.Second, Environment: "practice", Account: "000000000000", Region: "eu-west-1",
		Operator: "ana", Host: "h", Program: "test",
		Permit: func(context.Context, steps.Declaration) error { return nil },
		Probes: map[string]steps.Probe{"probe": {Declaration: steps.Declaration{Name: "probe", Inputs: map[string]steps.Input{"name": {Optional: true}}, Outputs: map[string]steps.ValueKind{"out": steps.KindInt}}, Look: look}},
	}
	r.operate(1)
	return r
}

func (r *rig) operate(version int) {
	r.cfg.Operations = map[string]steps.Operation{"deploy": steps.Bind(deploy{r.cloud, version})}
}

// start opens the run and drives it until it waits for something.
func (r *rig) start(params ...string) *rig {
	r.t.Helper()
	given := steps.Values{}
	for i := 0; i+1 < len(params); i += 2 {
		given[params[i]] = steps.Value{Kind: steps.KindText, Text: params[i+1]}
	}
	e, err := engine.Open(r.t.Context(), r.cfg, r.proc, engine.Start{ID: "r1", Params: given})
	if err != nil {
		r.t.Fatal(err)
	}
	r.e = e
	r.ctx, r.stop = context.WithCancel(r.t.Context())
	r.done = make(chan error, 1)
	go func() { r.done <- e.Run(r.ctx) }()
	synctest.Wait()
	return r
}

// leave ends the process on purpose.
func (r *rig) leave() {
	r.t.Helper()
	r.stop()
	if err := <-r.done; steps.CodeOf(err) != steps.CodeInterrupted {
		r.t.Error(err)
	}
}

// do gives a command and holds its code against the expected one.
func (r *rig) do(c engine.Command, want steps.Code) {
	r.t.Helper()
	err := r.e.Do(r.ctx, c)
	if steps.CodeOf(err) != want {
		r.t.Errorf("%T %+v: %v, wanted code %q", c, c, err, want)
	}
	r.said = err
	synctest.Wait()
}

// fold is the run as any reader sees it.
func (r *rig) fold() *steps.Run {
	r.t.Helper()
	run := steps.NewRun("r1", r.proc)
	evs, _ := r.e.After(0)
	for _, ev := range evs {
		if err := run.Apply(ev); err != nil {
			r.t.Fatal(err)
		}
	}
	return run
}

func (r *rig) step(id steps.Path) *steps.StepState { return r.fold().Steps[id] }

// answer answers the open question of a step.
func (r *rig) answer(id steps.Path, a steps.Answered, want steps.Code) {
	r.t.Helper()
	a.Question = r.step(id).Question
	r.do(engine.Answer{Answered: a}, want)
}

// ok answers a step's question with what it wants.
func (r *rig) ok(id steps.Path) {
	r.t.Helper()
	v := "yes"
	if q := r.step(id).Asked; q.Want != "" {
		v = q.Want
	}
	r.answer(id, steps.Answered{Value: v, Why: "seen"}, "")
}

// is holds a step's phase or, once it is settled, its state against what is expected.
func (r *rig) is(id steps.Path, want string) {
	r.t.Helper()
	st := r.step(id)
	got := string(st.Phase)
	if st.Phase == steps.PhaseSettled {
		got = string(st.State)
	}
	if got != want {
		r.t.Errorf("%s is %q (%s), wanted %q", id, got, st.Why, want)
	}
}

// types lists the types of a run's events.
func (r *rig) types() string {
	evs, _ := r.e.After(0)
	var out []string
	for _, e := range evs {
		out = append(out, e.Type)
	}
	return strings.Join(out, " ")
}

func (r *rig) ends(want string) {
	r.t.Helper()
	if all := r.types(); all[strings.LastIndexByte(all, ' ')+1:] != want {
		r.t.Errorf("ends with %s, wanted %s", all, want)
	}
}

// bubble runs f with fake time.
func bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t) })
}

func lookCount(r *rig, name string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.looks[name]
}

func maskerOf(words ...string) steps.Masker { return masker(words) }

type masker []string

func (m masker) Mask(s string) string {
	for _, w := range m {
		s = strings.ReplaceAll(s, w, "•••")
	}
	return s
}

func (m masker) Holds(s string) bool {
	return slices.ContainsFunc(m, func(w string) bool { return strings.Contains(s, w) })
}
