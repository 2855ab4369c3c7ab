package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps/journal"
)

// Break is a place where the record is not whole.
type Break struct {
	Run      string // "" for the file as a whole
	Seq      uint64 // the first event that does not fit; 0: not one event's
	LastGood uint64 // the last event up to which the run's chain holds
	What     string
}

// String is one line.
func (b Break) String() string {
	switch {
	case b.Run == "":
		return b.What
	case b.Seq == 0:
		return fmt.Sprintf("run %s: %s; good up to event %d", b.Run, b.What, b.LastGood)
	}
	return fmt.Sprintf("run %s, event %d: %s; good up to event %d", b.Run, b.Seq, b.What, b.LastGood)
}

// Verify checks the file and every run's chain. A chain without a key shows a change only to who holds a head that was exported
// before: whoever may write the file may also rewrite a whole chain, and a tail that was cut off together with its row is seen
// against such a head alone. Head gives it.
func (j *Journal) Verify(ctx context.Context) ([]Break, error) {
	heads := map[string]chain{}
	var breaks []Break
	if err := j.each(ctx, func(rows *sql.Rows) error {
		var id string
		var c chain
		err := rows.Scan(&id, &c.seq, &c.head)
		heads[id] = c
		return err
	}, "SELECT id, events, head FROM runs"); err != nil {
		if !corrupt(errors.Unwrap(err)) {
			return nil, err
		}
		breaks = append(breaks, Break{What: fmt.Sprintf("the list of runs cannot be read: %v", err)})
	}
	seen := map[string]*chain{}
	err := j.each(ctx, func(rows *sql.Rows) error {
		var r record
		if err := r.scan(rows); err != nil {
			return err
		}
		c := seen[r.Run]
		if c == nil {
			c = &chain{}
			seen[r.Run] = c
		}
		if b := c.link(r); b != nil {
			breaks = append(breaks, *b)
		}
		return nil
	}, "SELECT "+columns+" FROM events ORDER BY run, seq")
	if err != nil {
		if !corrupt(errors.Unwrap(err)) {
			return nil, err
		}
		breaks = append(breaks, Break{What: fmt.Sprintf("the file is damaged: %v", err)})
	}
	breaks = append(append(breaks, compare(heads, seen)...), j.pages(ctx)...)
	slices.SortStableFunc(breaks, func(a, b Break) int { return strings.Compare(a.Run, b.Run) })
	return breaks, nil
}

// chain is how far a run's records hold together.
type chain struct {
	seq    uint64
	head   string
	broken bool
}

// link takes in the next record; only the first break of a run is told, since all after it follows from it.
func (c *chain) link(r record) *Break {
	if c.broken {
		return nil
	}
	text, err := json.Marshal(r)
	what := ""
	switch {
	case r.Seq != c.seq+1:
		what = fmt.Sprintf("event %d is missing", c.seq+1)
	case r.Prev != c.head:
		what = "it does not follow the event before it"
	case err != nil:
		what = "its body is no JSON"
	case journal.Hash(r.Prev, text) != r.Hash:
		what = "it was changed after it was recorded"
	}
	if what != "" {
		c.broken = true
		return &Break{Run: r.Run, Seq: r.Seq, LastGood: c.seq, What: what}
	}
	c.seq, c.head = r.Seq, r.Hash
	return nil
}

// compare holds the rows of the runs against their events.
func compare(heads map[string]chain, seen map[string]*chain) []Break {
	var breaks []Break
	for run, c := range seen {
		if row, ok := heads[run]; !c.broken && (!ok || row.seq != c.seq || row.head != c.head) {
			breaks = append(breaks, Break{Run: run, LastGood: c.seq, What: fmt.Sprintf("the list of runs says %d events", row.seq)})
		}
	}
	for run, row := range heads {
		if seen[run] == nil {
			breaks = append(breaks, Break{Run: run, What: fmt.Sprintf("all of its %d events are missing", row.seq)})
		}
	}
	return breaks
}

// pages asks SQLite whether the file itself is whole.
func (j *Journal) pages(ctx context.Context) []Break {
	var breaks []Break
	err := j.each(ctx, func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		if err == nil && line != "ok" {
			breaks = append(breaks, Break{What: "the file is damaged: " + line})
		}
		return err
	}, "PRAGMA quick_check(20)")
	if err != nil {
		breaks = append(breaks, Break{What: fmt.Sprintf("the file cannot be checked: %v", err)})
	}
	return breaks
}
