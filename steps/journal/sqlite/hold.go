package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/JustAJobApp/runbook/steps/journal"
)

const (
	lockEnd    = ".lock"
	holderEnd  = ".holder"
	retryEvery = 5 * time.Millisecond
	// A list that looks whether a run is held takes its lock for an instant, so that one refusal is no proof.
	patience = 250 * time.Millisecond
)

func (j *Journal) locks() string { return filepath.Join(j.dir, "locks") }

// Hold is steps.Journal's. The lock is the operating system's; the holder's name stands beside it.
func (j *Journal) Hold(ctx context.Context, run, operator string) (release func(), err error) {
	if err := journal.CheckRun(run); err != nil {
		return nil, err
	}
	if err := secureFolder(j.locks()); err != nil {
		return nil, err
	}
	path := filepath.Join(j.locks(), run)
	if err := errors.Join(secureFile(path+lockEnd), secureFile(path+holderEnd)); err != nil {
		return nil, err
	}
	lock := flock.New(path+lockEnd, flock.SetPermissions(0o600))
	limit, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ok, err := lock.TryLockContext(limit, retryEvery)
	switch {
	case ctx.Err() != nil:
		if ok {
			_ = lock.Close()
		}
		return nil, ctx.Err()
	case err != nil && !errors.Is(err, context.DeadlineExceeded):
		return nil, unreadable(path+lockEnd, err)
	case !ok:
		return nil, journal.HeldRun(run, holder(path))
	}
	host, _ := os.Hostname() // without a name the process says enough
	name := fmt.Sprintf("%s (process %d on %s)", operator, os.Getpid(), host)
	if err := os.WriteFile(path+holderEnd, []byte(name+"\n"), 0o600); err != nil {
		_ = lock.Close()
		return nil, unreadable(path+holderEnd, err)
	}
	return sync.OnceFunc(func() {
		_ = os.Remove(path + holderEnd)
		_ = lock.Close()
	}), nil
}

// Held says whether a process drives a run now, and who.
func (j *Journal) Held(run string) (by string, held bool) {
	if journal.CheckRun(run) != nil {
		return "", false
	}
	path := filepath.Join(j.locks(), run)
	lock := flock.New(path+lockEnd, flock.SetFlag(os.O_RDONLY))
	ok, err := lock.TryRLock()
	_ = lock.Close()
	if ok || err != nil { // free, or nobody has ever held it
		return "", false
	}
	return holder(path), true
}

// holder reads the name beside a lock.
func holder(path string) string {
	b, err := os.ReadFile(path + holderEnd)
	if err != nil || len(b) > 1024 {
		return "another process"
	}
	return strings.TrimSpace(string(b))
}
