package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/JustAJobApp/runbook/steps"
)

const (
	schemaVersion = 1
	applicationID = 0x52756e62 // "Runb", so that file(1) and we know our own
)

// schema is version 1. Events are only ever added; what stands beside them is made from them, in the same transaction.
const schema = `
CREATE TABLE events (
	run   TEXT    NOT NULL,
	seq   INTEGER NOT NULL, -- from 1, without gaps
	at    TEXT    NOT NULL, -- the cloud's clock, RFC 3339, UTC
	wall  TEXT    NOT NULL, -- this machine's
	type  TEXT    NOT NULL,
	step  TEXT    NOT NULL,
	visit INTEGER NOT NULL,
	body  TEXT    NOT NULL, -- JSON
	prev  TEXT    NOT NULL, -- hash of the record before, '' for the first
	hash  TEXT    NOT NULL, -- SHA-256 over prev and the canonical record
	PRIMARY KEY (run, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER events_stay    BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
CREATE TABLE runs (
	n           INTEGER PRIMARY KEY, -- order of beginning
	id          TEXT    NOT NULL UNIQUE,
	environment TEXT    NOT NULL,
	procedure   TEXT    NOT NULL,
	state       TEXT    NOT NULL,
	events      INTEGER NOT NULL,
	head        TEXT    NOT NULL, -- hash of the last record
	summary     TEXT    NOT NULL  -- JSON
) STRICT;
CREATE TABLE intents (
	n           INTEGER PRIMARY KEY,
	run         TEXT    NOT NULL,
	step        TEXT    NOT NULL,
	environment TEXT    NOT NULL,
	target      TEXT    NOT NULL,
	open        INTEGER NOT NULL, -- 1: the outcome is not known
	body        TEXT    NOT NULL, -- JSON
	UNIQUE (run, step)
) STRICT;
CREATE INDEX intents_open ON intents (environment, target) WHERE open = 1;
CREATE TABLE obligations (
	n           INTEGER PRIMARY KEY,
	environment TEXT    NOT NULL,
	id          TEXT    NOT NULL,
	body        TEXT    NOT NULL, -- JSON
	UNIQUE (environment, id)
) STRICT;
CREATE TABLE releases (
	n           INTEGER PRIMARY KEY,
	environment TEXT    NOT NULL,
	run         TEXT    NOT NULL,
	body        TEXT    NOT NULL  -- JSON
) STRICT;
CREATE INDEX releases_of ON releases (environment, n);
CREATE TABLE documents (
	digest TEXT NOT NULL PRIMARY KEY,
	text   BLOB NOT NULL
) STRICT, WITHOUT ROWID;
`

// header reads the version from the file's first bytes, before SQLite touches it: what is newer, damaged or somebody else's stays
// as it is. 0 means that there is nothing yet.
func header(path string) (version int, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, unreadable(path, err)
	}
	defer func() { _ = f.Close() }()
	b := make([]byte, 100)
	switch n, err := io.ReadFull(f, b); {
	case n == 0 && errors.Is(err, io.EOF):
		return 0, nil
	case err != nil, string(b[:16]) != "SQLite format 3\x00":
		return 0, &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("%s is no journal, or its beginning is damaged.", path), Meaning: "nothing has changed; the file is left as it is.",
			Next: "Keep a copy of the folder, or begin in another one with --state."}
	}
	version = int(binary.BigEndian.Uint32(b[60:]))
	id, pages := binary.BigEndian.Uint32(b[68:]), binary.BigEndian.Uint32(b[28:])
	if id != 0 && id != applicationID || version == 0 && pages > 1 {
		return 0, &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("%s is the database of another program.", path), Meaning: "nothing has changed; the file is left as it is.", Next: "Use another folder with --state."}
	}
	if version > schemaVersion {
		return 0, newer(path, version)
	}
	return version, nil
}

// migrate makes the first schema, all or nothing. Another process may have been first.
func migrate(ctx context.Context, c *sql.Conn) (err error) {
	if _, err = c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	var version int
	if err = c.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version == 0 {
		if _, err = c.ExecContext(ctx, schema+fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, schemaVersion)); err != nil {
			return err
		}
	}
	_, err = c.ExecContext(ctx, "COMMIT")
	return err
}

// statements are prepared once: an append runs several.
type statements struct {
	begin, commit, rollback, run, history, event, upsert, held, opened, outcome, oblige, discharge, release *sql.Stmt
}

func (s *statements) prepare(ctx context.Context, c *sql.Conn) error {
	for _, p := range []struct {
		to  **sql.Stmt
		sql string
	}{
		{&s.begin, "BEGIN IMMEDIATE"}, {&s.commit, "COMMIT"}, {&s.rollback, "ROLLBACK"},
		{&s.run, "SELECT events, head FROM runs WHERE id = ?"},
		{&s.history, "SELECT " + columns + " FROM events WHERE run = ? ORDER BY seq"},
		{&s.event, "INSERT INTO events (" + columns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
		{&s.upsert, `INSERT INTO runs (id, environment, procedure, state, events, head, summary) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
			environment = excluded.environment, procedure = excluded.procedure, state = excluded.state, events = excluded.events, head = excluded.head, summary = excluded.summary`},
		{&s.held, "SELECT body FROM intents WHERE open = 1 AND environment = ? AND target = ? ORDER BY n LIMIT 1"},
		{&s.opened, "INSERT OR REPLACE INTO intents (run, step, environment, target, open, body) VALUES (?, ?, ?, ?, 1, ?)"},
		{&s.outcome, "UPDATE intents SET open = ? WHERE run = ? AND step = ?"},
		{&s.oblige, "INSERT OR REPLACE INTO obligations (environment, id, body) VALUES (?, ?, ?)"},
		{&s.discharge, "DELETE FROM obligations WHERE environment = ? AND id = ?"},
		{&s.release, "INSERT INTO releases (environment, run, body) VALUES (?, ?, ?)"},
	} {
		stmt, err := c.PrepareContext(ctx, p.sql)
		if err != nil {
			return err
		}
		*p.to = stmt
	}
	return nil
}

func (s *statements) close() {
	for _, stmt := range []*sql.Stmt{s.begin, s.commit, s.rollback, s.run, s.history, s.event, s.upsert, s.held, s.opened, s.outcome, s.oblige, s.discharge, s.release} {
		if stmt != nil {
			_ = stmt.Close()
		}
	}
}
