// Package memory is a journal in memory, for tests. It passes the conformance suite of the ones that last. It imports steps and
// steps/journal.
package memory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/journal"
)

// Journal is a steps.Journal; its zero value is ready.
type Journal struct {
	mu          sync.Mutex
	runs        []*run // in the order in which they began
	intents     []*intent
	obligations []obligation
	releases    []release
	documents   map[string][]byte
	holders     map[string]string
}

type run struct {
	id      string
	records [][]byte
	head    string
	fold    *journal.Fold
}

type intent struct {
	steps.OpenIntent
	open bool
}

type obligation struct {
	steps.OpenObligation
	environment string
}

type release struct {
	steps.Release
	environment string
}

// New gives an empty journal.
func New() *Journal { return &Journal{} }

var _ steps.Journal = (*Journal)(nil)

func (j *Journal) find(id string) *run {
	for _, r := range j.runs {
		if r.id == id {
			return r
		}
	}
	return nil
}

// Append is steps.Journal's.
func (j *Journal) Append(ctx context.Context, id string, batch ...steps.Event) error {
	if err := ctx.Err(); err != nil || len(batch) == 0 {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	r := j.find(id)
	var last uint64
	if r != nil {
		last = uint64(len(r.records))
	}
	if err := journal.Check(id, last, batch); err != nil {
		return err
	}
	if r == nil {
		r = &run{id: id, fold: journal.NewFold(id)}
	}
	effects, err := j.take(r, batch)
	if err != nil {
		if broken := r.restore(int(last)); broken != nil {
			return errors.Join(err, broken)
		}
		return err
	}
	if last == 0 {
		j.runs = append(j.runs, r)
	}
	for i, e := range effects {
		j.apply(batch[i], e)
	}
	return nil
}

// take folds a batch into its run. After an error the run must be restored; the projections beside it are as they were.
func (j *Journal) take(r *run, batch []steps.Event) ([]journal.Effects, error) {
	open := map[string]steps.OpenIntent{}
	for _, i := range j.intents {
		if i.open {
			open[i.Environment+"\x00"+i.Intent.Target] = i.OpenIntent
		}
	}
	var all []journal.Effects
	for _, e := range batch {
		rec, err := journal.Record(e)
		if err != nil {
			return nil, err
		}
		effects, err := r.take(rec)
		if err != nil {
			return nil, err
		}
		all = append(all, effects)
		if o := effects.Opened; o != nil {
			key := o.Environment + "\x00" + o.Intent.Target
			if held, found := open[key]; found {
				return nil, journal.HeldTarget(held)
			}
			open[key] = *o
		}
		if effects.Known {
			maps.DeleteFunc(open, func(_ string, o steps.OpenIntent) bool { return o.Run == r.id && o.Step == e.Step })
		}
	}
	return all, nil
}

// take folds one record in and keeps it.
func (r *run) take(rec []byte) (journal.Effects, error) {
	var e steps.Event
	if err := json.Unmarshal(rec, &e); err != nil {
		return journal.Effects{}, err
	}
	r.head = journal.Hash(r.head, rec)
	r.records = append(r.records, rec)
	return r.fold.Apply(e, r.head)
}

// restore brings the run back to its first n records.
func (r *run) restore(n int) error {
	records := r.records[:n]
	r.records, r.head, r.fold = nil, "", journal.NewFold(r.id)
	for _, rec := range records {
		if _, err := r.take(rec); err != nil {
			return err
		}
	}
	return nil
}

func (j *Journal) apply(e steps.Event, x journal.Effects) {
	if x.Opened != nil {
		j.intents = slices.DeleteFunc(j.intents, func(i *intent) bool { return i.Run == e.Run && i.Step == e.Step })
		j.intents = append(j.intents, &intent{*x.Opened, true})
	}
	for _, i := range j.intents {
		if i.Run == e.Run && i.Step == e.Step && (x.Known || x.Unknown) {
			i.open = x.Unknown
		}
	}
	gone := x.Discharged
	if x.Obliged != nil {
		gone = x.Obliged.ID
	}
	j.obligations = slices.DeleteFunc(j.obligations, func(o obligation) bool { return o.ID == gone && o.environment == x.Environment })
	if x.Obliged != nil {
		j.obligations = append(j.obligations, obligation{*x.Obliged, x.Environment})
	}
	if x.Release != nil {
		j.releases = append(j.releases, release{*x.Release, x.Environment})
	}
}

// Read is steps.Journal's.
func (j *Journal) Read(_ context.Context, id string) iter.Seq2[steps.Event, error] {
	return func(yield func(steps.Event, error) bool) {
		j.mu.Lock()
		var records [][]byte
		if r := j.find(id); r != nil {
			records = slices.Clone(r.records)
		}
		j.mu.Unlock()
		for _, rec := range records {
			var e steps.Event
			err := json.Unmarshal(rec, &e)
			if !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// Runs is steps.Journal's.
func (j *Journal) Runs(context.Context) ([]steps.RunSummary, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []steps.RunSummary
	for _, r := range slices.Backward(j.runs) {
		s := r.fold.Summary
		s.Holder, s.Held = j.holders[s.ID], j.holders[s.ID] != ""
		s.State = journal.Interrupted(s)
		out = append(out, s)
	}
	return out, nil
}

// Intents is steps.Journal's.
func (j *Journal) Intents(_ context.Context, environment, target string) ([]steps.OpenIntent, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []steps.OpenIntent
	for _, i := range j.intents {
		if i.open && i.Environment == environment && (target == "" || i.Intent.Target == target) {
			out = append(out, i.OpenIntent)
		}
	}
	return out, nil
}

// Keep is steps.Journal's.
func (j *Journal) Keep(_ context.Context, digest string, text []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if old, ok := j.documents[digest]; ok && string(old) != string(text) {
		return journal.Edited(digest)
	}
	if j.documents == nil {
		j.documents = map[string][]byte{}
	}
	j.documents[digest] = slices.Clone(text)
	return nil
}

// Document is steps.Journal's.
func (j *Journal) Document(_ context.Context, digest string) ([]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	text, ok := j.documents[digest]
	if !ok {
		return nil, journal.NoDocument(digest)
	}
	return slices.Clone(text), nil
}

// Obligations is steps.Journal's.
func (j *Journal) Obligations(_ context.Context, environment string) ([]steps.OpenObligation, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []steps.OpenObligation
	for _, o := range j.obligations {
		if o.environment == environment {
			out = append(out, o.OpenObligation)
		}
	}
	return out, nil
}

// Releases is steps.Journal's.
func (j *Journal) Releases(_ context.Context, environment string) ([]steps.Release, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []steps.Release
	for _, r := range slices.Backward(j.releases) {
		if r.environment == environment {
			out = append(out, r.Release)
		}
	}
	return out, nil
}

// Hold is steps.Journal's.
func (j *Journal) Hold(_ context.Context, id, operator string) (release func(), err error) {
	if err := journal.CheckRun(id); err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if by, held := j.holders[id]; held {
		return nil, journal.HeldRun(id, by)
	}
	if j.holders == nil {
		j.holders = map[string]string{}
	}
	j.holders[id] = fmt.Sprintf("%s in this process", operator)
	return sync.OnceFunc(func() {
		j.mu.Lock()
		defer j.mu.Unlock()
		delete(j.holders, id)
	}), nil
}

// NextRunID is the first free name of a day.
func (j *Journal) NextRunID(_ context.Context, at time.Time) (string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var taken []string
	for _, r := range j.runs {
		taken = append(taken, r.id)
	}
	for id := range j.holders {
		taken = append(taken, id)
	}
	return journal.NextRunID(at, taken), nil
}
