package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/journal"
)

const columns = "run, seq, at, wall, type, step, visit, body, prev, hash"

// record is an event as it is stored. Its JSON is the event's canonical form: what journal.Record gives.
type record struct {
	Seq   uint64          `json:"seq"`
	At    string          `json:"at"`
	Wall  string          `json:"wall"`
	Run   string          `json:"run"`
	Step  string          `json:"step,omitempty"`
	Visit int             `json:"visit,omitempty"`
	Type  string          `json:"type"`
	Body  json.RawMessage `json:"data"`

	Prev string `json:"-"`
	Hash string `json:"-"`
}

func newRecord(e steps.Event, prev string) (record, error) {
	body, err := json.Marshal(e.Body)
	r := record{Seq: e.Seq, At: e.At.UTC().Format(time.RFC3339Nano), Wall: e.Wall.UTC().Format(time.RFC3339Nano), Run: e.Run, Step: string(e.Step), Visit: e.Visit, Type: e.Type, Body: body, Prev: prev}
	if err != nil {
		return r, err
	}
	text, err := json.Marshal(r)
	r.Hash = journal.Hash(prev, text)
	return r, err
}

func (r *record) args() []any {
	return []any{r.Run, r.Seq, r.At, r.Wall, r.Type, r.Step, r.Visit, string(r.Body), r.Prev, r.Hash}
}

func (r *record) scan(rows *sql.Rows) error {
	var body string
	err := rows.Scan(&r.Run, &r.Seq, &r.At, &r.Wall, &r.Type, &r.Step, &r.Visit, &body, &r.Prev, &r.Hash)
	r.Body = json.RawMessage(body)
	return err
}

// event decodes it; a type that this version does not know is refused.
func (r *record) event() (steps.Event, error) {
	var e steps.Event
	text, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(text, &e)
	}
	return e, err
}

// Append is steps.Journal's. The context counts until the transaction begins; what has begun is finished.
func (j *Journal) Append(ctx context.Context, run string, batch ...steps.Event) error {
	if err := ctx.Err(); err != nil || len(batch) == 0 {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.writable(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	if _, err := j.stmts.begin.ExecContext(ctx); err != nil {
		return unwritten(err)
	}
	err := j.append(ctx, run, batch)
	if err == nil {
		if _, err = j.stmts.commit.ExecContext(ctx); err == nil {
			return nil
		}
	}
	delete(j.folds, run)
	_, undone := j.stmts.rollback.ExecContext(ctx)
	if _, refused := errors.AsType[*steps.Error](err); refused && undone == nil {
		return err
	}
	j.broken = err
	return unwritten(err)
}

// writable says why nothing can be appended.
func (j *Journal) writable() error {
	switch {
	case j.readOnly:
		return &steps.Error{Code: steps.CodeJournal, What: "The journal was opened to be read only.", Meaning: "nothing was recorded, so nothing more is done.", Next: "Begin in another folder with --state."}
	case j.broken != nil:
		return unwritten(j.broken)
	}
	return nil
}

// unwritten says that an append failed. Whether its events are there is only known once the journal is opened anew.
func unwritten(err error) error {
	return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("The journal could not be written: %v.", err), Meaning: "nothing more is done, since it could not be recorded.",
		Next: "See that the disk has room, then runbook resume.", Cause: err}
}

// append writes a batch within the transaction that is open.
func (j *Journal) append(ctx context.Context, run string, batch []steps.Event) error {
	var last uint64
	var head string
	if err := j.stmts.run.QueryRowContext(ctx, run).Scan(&last, &head); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if err := journal.Check(run, last, batch); err != nil {
		return err
	}
	fold, err := j.fold(ctx, run, last, head)
	if err != nil {
		return err
	}
	for _, e := range batch {
		r, err := newRecord(e, head)
		if err != nil {
			return err
		}
		if _, err := j.stmts.event.ExecContext(ctx, r.args()...); err != nil {
			return err
		}
		head = r.Hash
		effects, err := fold.Apply(e, head)
		if err != nil {
			return err
		}
		if err := j.apply(ctx, e, effects); err != nil {
			return err
		}
	}
	s := fold.Summary
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = j.stmts.upsert.ExecContext(ctx, run, s.Environment, s.Procedure, string(s.State), s.Events, s.Head, string(text))
	return err
}

// fold gives the run's fold: the one this process keeps, or one made anew where it is new or another process has written.
func (j *Journal) fold(ctx context.Context, run string, last uint64, head string) (*journal.Fold, error) {
	if f := j.folds[run]; f != nil && f.Summary.Events == last && f.Summary.Head == head {
		return f, nil
	}
	f := journal.NewFold(run)
	if last > 0 {
		rows, err := j.stmts.history.QueryContext(ctx, run)
		if err != nil {
			return nil, err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var r record
			if err := r.scan(rows); err != nil {
				return nil, err
			}
			e, err := r.event()
			if err != nil {
				return nil, err
			}
			if _, err := f.Apply(e, r.Hash); err != nil {
				return nil, err
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	j.folds[run] = f
	return f, nil
}

// apply writes what an event changes beside its run.
func (j *Journal) apply(ctx context.Context, e steps.Event, x journal.Effects) error {
	var errs []error
	exec := func(s *sql.Stmt, args ...any) {
		_, err := s.ExecContext(ctx, args...)
		errs = append(errs, err)
	}
	if o := x.Opened; o != nil {
		var body string
		err := j.stmts.held.QueryRowContext(ctx, o.Environment, o.Intent.Target).Scan(&body)
		if err == nil {
			var held steps.OpenIntent
			if err := json.Unmarshal([]byte(body), &held); err != nil {
				return err
			}
			return journal.HeldTarget(held)
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		exec(j.stmts.opened, o.Run, string(o.Step), o.Environment, o.Intent.Target, text(o))
	}
	if x.Known || x.Unknown {
		exec(j.stmts.outcome, x.Unknown, e.Run, string(e.Step))
	}
	if x.Obliged != nil {
		exec(j.stmts.oblige, x.Environment, x.Obliged.ID, text(x.Obliged))
	}
	if x.Discharged != "" {
		exec(j.stmts.discharge, x.Environment, x.Discharged)
	}
	if x.Release != nil {
		exec(j.stmts.release, x.Environment, e.Run, text(x.Release))
	}
	return errors.Join(errs...)
}

// text is the JSON of a projection: plain data, which cannot fail.
func text(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

// Keep is steps.Journal's.
func (j *Journal) Keep(ctx context.Context, digest string, document []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.writable(); err != nil {
		return err
	}
	if document == nil {
		document = []byte{}
	}
	if _, err := j.w.ExecContext(ctx, "INSERT OR IGNORE INTO documents (digest, text) VALUES (?, ?)", digest, document); err != nil {
		return unwritten(err)
	}
	var kept []byte
	if err := j.w.QueryRowContext(ctx, "SELECT text FROM documents WHERE digest = ?", digest).Scan(&kept); err != nil {
		return unwritten(err)
	}
	if string(kept) != string(document) {
		return journal.Edited(digest)
	}
	return nil
}
