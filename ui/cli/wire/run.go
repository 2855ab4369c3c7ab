package wire

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/kinds"
	"github.com/JustAJobApp/runbook/steps/operations"
	"github.com/JustAJobApp/runbook/steps/shell"
	"github.com/JustAJobApp/runbook/steps/status"
)

// config is the engine's, for this environment.
func (w *World) config() engine.Config {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return engine.Config{
		Journal: w.Journal, Kinds: kinds.All, Probes: operations.Probes(w.clients), Operations: operations.Operations(w.clients),
		Execute: shell.New().Execute, Clock: w.Clock, Masker: w.Mask, CallLimit: callLimit,
		Environment: w.Environment.Name, Account: w.Environment.Account, Region: w.Environment.Region,
		Operator: w.Operator, Host: host, Program: "runbook " + w.options.Version,
		Accept: w.accept, Permit: w.permit,
	}
}

// accept keeps an answers file from sending where the site does not allow it. It stands in the engine: a client's politeness
// would not hold.
func (w *World) accept(q steps.Asked, a steps.Answered) error {
	if q.Form == steps.FormConfirm && a.Via == steps.ViaAnswers && !w.Environment.AnswersSend {
		return &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("In %s a file cannot confirm what is sent.", w.Environment.Name), Meaning: "nothing was sent; nothing has changed.",
			Next: "A person types the name; or the site sets answers_send for this environment."}
	}
	return nil
}

// permit says whether anything may be changed. Outside practice nothing may: the check of account, region and environment that
// production needs does not exist in this version.
func (w *World) permit(_ context.Context, d steps.Declaration) error {
	switch {
	case w.options.ReadOnly:
		return &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("%s is refused: this process was started with --read-only.", d.Name), Meaning: "nothing was sent; nothing has changed.",
			Next: "Leave --read-only out, or skip the step with a reason."}
	case !w.Practice:
		return &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("%s is refused: this version changes nothing outside practice, because it cannot yet check account, region and environment before it sends.", d.Name),
			Meaning: "nothing was sent; nothing has changed.", Next: "Do this step by hand with its command, then skip it with a reason; or rehearse it with runbook practice."}
	}
	return nil
}

// Permitted says why the change of a step may not be made from here at all; nil where it may.
func (w *World) Permitted(step *steps.Step) error {
	return w.permit(context.Background(), steps.Declaration{Name: step.Use})
}

// Start begins a run. What it mends is looked up first, so that the objective's clock counts from when the fault began.
func (w *World) Start(ctx context.Context, procedure string, params steps.Values, from *steps.Origin) (*Driver, error) {
	p, err := w.library.Load(procedure)
	if err != nil {
		return nil, err
	}
	w.fill(ctx)
	id, err := w.Journal.NextRunID(ctx, w.Clock.Now())
	if err != nil {
		return nil, err
	}
	start := engine.Start{ID: id, Params: params, From: from}
	if p.Objective.RTO > 0 {
		if start.FaultAt = faultAt(w.recent(ctx)); !start.FaultAt.IsZero() && start.FaultAt.Before(w.paged) {
			start.FaultAt = w.paged // a rehearsal's fault is older than the page; it is measured from the page
		}
	}
	return w.open(ctx, p, start)
}

// recent is what is known of the environment: the panel's last snapshot, or a look now.
func (w *World) recent(ctx context.Context) status.Snapshot {
	if snap, _ := w.watcher.Latest(); !snap.At.IsZero() && w.Clock.Now().Sub(snap.At) < time.Minute {
		return snap
	}
	return w.watcher.Look(ctx)
}

// faultAt is when people began to be hurt, zero where nobody is or that is not known.
func faultAt(s status.Snapshot) time.Time {
	var first time.Time
	for _, p := range s.Problems {
		if p.Severity == status.Fault && !p.Since.IsZero() && (first.IsZero() || p.Since.Before(first)) {
			first = p.Since
		}
	}
	return first
}

// Resume goes on with a run, by the texts that it was started with.
func (w *World) Resume(ctx context.Context, id string) (*Driver, error) {
	p, err := w.Pinned(ctx, id)
	if err != nil {
		return nil, err
	}
	w.fill(ctx)
	return w.open(ctx, p, engine.Start{ID: id})
}

func (w *World) open(ctx context.Context, p *steps.Procedure, start engine.Start) (*Driver, error) {
	e, err := engine.Open(ctx, w.config(), p, start)
	if err != nil {
		return nil, err
	}
	d := drive(ctx, start.ID, w.Operator, p, e)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.drivers = append(w.drivers, d)
	return d, nil
}

// Pinned is the procedure of a run, from the texts that the record keeps.
func (w *World) Pinned(ctx context.Context, id string) (*steps.Procedure, error) {
	first, err := started(ctx, w.Journal, id)
	if err != nil {
		return nil, err
	}
	if first.Environment != w.Environment.Name {
		return nil, &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("Run %s belongs to %s; this process works with %s.", id, first.Environment, w.Environment.Name),
			Meaning: "nothing has changed.", Next: "runbook resume " + id + " in a process of its own."}
	}
	return pinned(ctx, w.Journal, w.library, first)
}

// Recorded folds a run from the record alone.
func Recorded(ctx context.Context, j steps.Journal, lib *checklists.Library, id string) (*steps.Run, []steps.Event, error) {
	first, err := started(ctx, j, id)
	if err != nil {
		return nil, nil, err
	}
	p, err := pinned(ctx, j, lib, first)
	if err != nil {
		return nil, nil, err
	}
	run := steps.NewRun(id, p)
	var events []steps.Event
	for e, err := range j.Read(ctx, id) {
		if err == nil {
			err = run.Apply(e)
		}
		if err != nil {
			return nil, nil, err
		}
		events = append(events, e)
	}
	return run, events, nil
}

// started is a run's first event.
func started(ctx context.Context, j steps.Journal, id string) (steps.RunStarted, error) {
	for e, err := range j.Read(ctx, id) {
		if err != nil {
			return steps.RunStarted{}, err
		}
		if b, ok := e.Body.(steps.RunStarted); ok {
			return b, nil
		}
		break
	}
	return steps.RunStarted{}, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("There is no run %s in this state folder.", id), Next: "runbook runs lists them; --state DIR names another folder."}
}

// pinned loads a run's procedure from the texts that its journal keeps.
func pinned(ctx context.Context, j steps.Journal, lib *checklists.Library, first steps.RunStarted) (*steps.Procedure, error) {
	texts := map[string][]byte{}
	for procedure, digest := range first.Pins {
		text, err := j.Document(ctx, digest)
		if err != nil {
			return nil, err
		}
		texts[procedure] = text
	}
	return lib.FromTexts(first.Procedure, texts)
}

// Copy keeps a text that was copied, in the state folder: not every terminal has a clipboard.
func (w *World) Copy(name, text string) (string, error) {
	dir := filepath.Join(w.dir, "copied")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	path := filepath.Join(dir, filepath.Base(name))
	return path, os.WriteFile(path, []byte(w.Mask.Mask(text)), 0o600)
}
