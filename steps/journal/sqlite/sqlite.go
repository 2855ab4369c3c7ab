// Package sqlite is the journal on disk: one SQLite file in a folder that only its owner may enter, written ahead and synced
// before an append returns. It imports steps and steps/journal; the wiring and the tests of others import it.
//
// Projections (a row per run, open intents, obligations, releases) are kept in the same transaction as the events, so that no
// list folds events. A run's driver is held by a lock of the operating system, which a kill frees.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
	driver "modernc.org/sqlite" // registers the driver
	lib "modernc.org/sqlite/lib"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/journal"
)

// File is the journal's name within its folder.
const File = "runbook.db"

// Journal is a steps.Journal. It is safe for concurrent use, by several processes too.
type Journal struct {
	dir      string
	readOnly bool
	db       *sql.DB

	mu     sync.Mutex // one writer in this process; the file's own lock sees to the others
	w      *sql.Conn
	stmts  statements
	folds  map[string]*journal.Fold // of the runs that this process writes
	broken error                    // the first failure; nobody knows what followed it
}

var _ steps.Journal = (*Journal)(nil)

// Open opens the journal in dir, or makes both. It refuses, changing nothing, a folder or file that others may enter, that is not
// ours or that is a symbolic link; a journal of a newer version; and a file that is damaged, which OpenReadOnly may still read.
func Open(ctx context.Context, dir string) (*Journal, error) {
	dir = filepath.Clean(dir)
	if err := secureFolder(dir); err != nil {
		return nil, err
	}
	path := filepath.Join(dir, File)
	if err := secureFiles(path); err != nil {
		return nil, err
	}
	version, err := header(path)
	if err != nil {
		return nil, err
	}
	if version == 0 {
		unlock, err := creating(ctx, dir)
		if err != nil {
			return nil, err
		}
		defer unlock()
		if err := create(path); err != nil {
			return nil, err
		}
	}
	j := &Journal{dir: dir, folds: map[string]*journal.Fold{}}
	j.db, err = sql.Open("sqlite", source(path, "_pragma=busy_timeout(5000)&_pragma=journal_mode(wal)&_pragma=synchronous(full)"))
	if err != nil {
		return nil, unreadable(path, err)
	}
	j.db.SetMaxOpenConns(4)
	err = j.begin(ctx, path)
	if err == nil && version == 0 {
		err = syncFolder(dir)
	}
	if err != nil {
		_ = j.Close()
		return nil, unreadable(path, err)
	}
	return j, nil
}

// begin takes the writer's connection, makes the schema where there is none and prepares what is often used.
func (j *Journal) begin(ctx context.Context, path string) error {
	var err error
	if j.w, err = j.db.Conn(ctx); err != nil {
		return err
	}
	var version int
	if err := j.w.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > schemaVersion {
		return newer(path, version)
	}
	if version == 0 {
		if err := migrate(ctx, j.w); err != nil {
			return err
		}
	}
	return j.stmts.prepare(ctx, j.w)
}

// OpenReadOnly opens a journal without writing a byte, for one that is damaged: what can be read is read, and every append is
// refused.
func OpenReadOnly(ctx context.Context, dir string) (*Journal, error) {
	dir = filepath.Clean(dir)
	path := filepath.Join(dir, File)
	if err := secureFiles(path); err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, unreadable(path, err)
	}
	var err error
	for _, how := range []string{"mode=ro&_pragma=query_only(1)", "mode=ro&immutable=1&_pragma=query_only(1)"} {
		j := &Journal{dir: dir, readOnly: true, folds: map[string]*journal.Fold{}}
		if j.db, err = sql.Open("sqlite", source(path, how)); err != nil {
			return nil, unreadable(path, err)
		}
		var n int
		if err = j.db.QueryRowContext(ctx, "SELECT count(*) FROM runs").Scan(&n); err == nil {
			return j, nil
		}
		_ = j.db.Close()
	}
	return nil, unreadable(path, err)
}

// source is a data source name; the path may hold any character.
func source(path, query string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() + "?" + query
}

// creating keeps two processes from making the journal at once.
func creating(ctx context.Context, dir string) (unlock func(), err error) {
	path := filepath.Join(dir, "create.lock")
	if err := secureFile(path); err != nil {
		return nil, err
	}
	lock := flock.New(path, flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, retryEvery); err != nil {
		return nil, unreadable(filepath.Join(dir, File), err)
	}
	return func() { _ = lock.Close() }, nil
}

func create(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return unreadable(path, err)
	}
	if err := f.Close(); err != nil {
		return unreadable(path, err)
	}
	return nil
}

// Close gives the file back. Runs that are held stay held until they are released.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var errs []error
	if j.w != nil {
		j.stmts.close()
		errs = append(errs, j.w.Close())
		j.w = nil
	}
	if j.broken == nil {
		j.broken = errors.New("the journal was closed")
	}
	return errors.Join(append(errs, j.db.Close())...)
}

// newer refuses the journal of a newer version.
func newer(path string, version int) error {
	return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("%s was written by a newer version of runbook (its schema is %d; this version knows %d).", path, version, schemaVersion),
		Meaning: "nothing has changed; the file is left as it is.", Next: "Use the newer version, or another folder with --state."}
}

// unreadable says that a file cannot be used, and why.
func unreadable(path string, err error) error {
	if e, ok := errors.AsType[*steps.Error](err); ok {
		return e
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	what := fmt.Sprintf("The journal %s could not be opened: %v.", path, err)
	next := "See that the disk has room and that the folder may be written."
	if corrupt(err) {
		what = fmt.Sprintf("The journal %s is damaged: %v.", path, err)
		next = "Keep a copy of the folder. runbook audit verify reads it without writing and names the last good record; --state begins in another folder."
	}
	return &steps.Error{Code: steps.CodeJournal, What: what, Meaning: "nothing has changed; the file is left as it is.", Next: next, Cause: err}
}

// corrupt reports whether SQLite says that the file is damaged.
func corrupt(err error) bool {
	e, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return false
	}
	code := e.Code() & 0xff
	return code == lib.SQLITE_CORRUPT || code == lib.SQLITE_NOTADB || code == lib.SQLITE_FORMAT
}
