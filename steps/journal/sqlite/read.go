package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/journal"
)

// Read is steps.Journal's. The events are those of one moment; what is appended while they are consumed is not among them.
func (j *Journal) Read(ctx context.Context, run string) iter.Seq2[steps.Event, error] {
	return func(yield func(steps.Event, error) bool) {
		records, err := j.records(ctx, run)
		for i := range records {
			e, err := records[i].event()
			if !yield(e, err) || err != nil {
				return
			}
		}
		if err != nil {
			yield(steps.Event{}, err)
		}
	}
}

// records gives a run's records, as far as they can be read.
func (j *Journal) records(ctx context.Context, run string) (out []record, err error) {
	err = j.each(ctx, func(rows *sql.Rows) error {
		var r record
		if err := r.scan(rows); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	}, "SELECT "+columns+" FROM events WHERE run = ? ORDER BY seq", run)
	return out, err
}

// each runs a query and hands over its rows.
func (j *Journal) each(ctx context.Context, take func(*sql.Rows) error, query string, args ...any) error {
	rows, err := j.db.QueryContext(ctx, query, args...)
	if err != nil {
		return unread(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := take(rows); err != nil {
			return unread(err)
		}
	}
	return unread(rows.Err())
}

func unread(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if e, ok := errors.AsType[*steps.Error](err); ok {
		return e
	}
	return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("The journal could not be read: %v.", err), Meaning: "nothing has changed.", Next: "runbook audit verify says where the record breaks.", Cause: err}
}

// list decodes a column of JSON.
func list[T any](ctx context.Context, j *Journal, query string, args ...any) ([]T, error) {
	var out []T
	err := j.each(ctx, func(rows *sql.Rows) error {
		var body string
		var v T
		if err := rows.Scan(&body); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return err
		}
		out = append(out, v)
		return nil
	}, query, args...)
	return out, err
}

// Runs is steps.Journal's. It costs a row per run, and a look at the lock of each that has not ended.
func (j *Journal) Runs(ctx context.Context) ([]steps.RunSummary, error) {
	out, err := list[steps.RunSummary](ctx, j, "SELECT summary FROM runs ORDER BY n DESC")
	for i := range out {
		s := &out[i]
		if !journal.Over(s.State) {
			s.Holder, s.Held = j.Held(s.ID)
			s.State = journal.Interrupted(*s)
		}
	}
	return out, err
}

// Intents is steps.Journal's.
func (j *Journal) Intents(ctx context.Context, environment, target string) ([]steps.OpenIntent, error) {
	return list[steps.OpenIntent](ctx, j, "SELECT body FROM intents WHERE open = 1 AND environment = ?1 AND (?2 = '' OR target = ?2) ORDER BY n", environment, target)
}

// Obligations is steps.Journal's.
func (j *Journal) Obligations(ctx context.Context, environment string) ([]steps.OpenObligation, error) {
	return list[steps.OpenObligation](ctx, j, "SELECT body FROM obligations WHERE environment = ? ORDER BY n", environment)
}

// Releases is steps.Journal's.
func (j *Journal) Releases(ctx context.Context, environment string) ([]steps.Release, error) {
	return list[steps.Release](ctx, j, "SELECT body FROM releases WHERE environment = ? ORDER BY n DESC", environment)
}

// Document is steps.Journal's.
func (j *Journal) Document(ctx context.Context, digest string) ([]byte, error) {
	var text []byte
	err := j.db.QueryRowContext(ctx, "SELECT text FROM documents WHERE digest = ?", digest).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, journal.NoDocument(digest)
	}
	return text, unread(err)
}

// Head is the hash of a run's last record: whoever keeps it elsewhere can see later that nothing was changed or cut off. "" where
// the run has no events.
func (j *Journal) Head(ctx context.Context, run string) (string, error) {
	var head string
	err := j.db.QueryRowContext(ctx, "SELECT head FROM runs WHERE id = ?", run).Scan(&head)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return head, unread(err)
}

// NextRunID is the first free name of the day of at: MMDD-N. Hold it before the first append, so that nobody else gets it.
func (j *Journal) NextRunID(ctx context.Context, at time.Time) (string, error) {
	var taken []string
	err := j.each(ctx, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		taken = append(taken, id)
		return err
	}, "SELECT id FROM runs WHERE id LIKE ?", at.UTC().Format("0102")+"-%")
	locks, _ := filepath.Glob(filepath.Join(globSafe(j.locks()), "*"+lockEnd)) // the pattern is ours: cannot fail
	for _, l := range locks {
		taken = append(taken, strings.TrimSuffix(filepath.Base(l), lockEnd))
	}
	return journal.NextRunID(at, taken), err
}

// globSafe takes the meaning from a path's own characters.
func globSafe(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}
