package sqlite

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/journal/journaltest"
)

func openDir(dir string) (steps.Journal, error) {
	j, err := Open(context.Background(), dir)
	if err != nil {
		return nil, err
	}
	return j, nil
}

func TestMain(m *testing.M) { journaltest.Main(m, openDir) }

func TestConformance(t *testing.T) {
	journaltest.Run(t, func(t *testing.T) steps.Journal { return opened(t, state(t)) })
}

func TestDurable(t *testing.T) { journaltest.Durable(t, openDir) }

// state is a folder that does not exist yet, with a name that URLs would break.
func state(t testing.TB) string { return filepath.Join(t.TempDir(), "a b", "100% #1?x=y", "state") }

func opened(t testing.TB, dir string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func noted(run string, seq uint64) steps.Event {
	return steps.Event{Seq: seq, At: journaltest.T0, Wall: journaltest.T0, Run: run, Type: "noted", Body: steps.Noted{Text: "a note", By: "ana"}}
}

// filled is a folder with a journal of two runs, closed.
func filled(t *testing.T) string {
	t.Helper()
	dir := state(t)
	j := opened(t, dir)
	for _, run := range []string{"1123-1", "1123-2"} {
		for seq := range uint64(5) {
			if err := j.Append(t.Context(), run, noted(run, seq+1)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	e, ok := errors.AsType[*steps.Error](err)
	if !ok || e.Code != steps.CodeJournal {
		t.Fatalf("got %v, want a journal error", err)
	}
	for _, w := range words {
		if !strings.Contains(e.Error(), w) {
			t.Errorf("%q does not say %q", e, w)
		}
	}
	if e.Next == "" || e.Meaning == "" {
		t.Errorf("%q does not say what it means and what to do", e)
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	dir := state(t)
	j := opened(t, dir)
	if err := j.Append(t.Context(), "1123-1", noted("1123-1", 1)); err != nil {
		t.Fatal(err)
	}
	release, err := j.Hold(t.Context(), "1123-1", "ana")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	seen := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if seen++; err == nil && info.Mode().Perm() != want {
			t.Errorf("%s is %s, want %s", path, info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil || seen < 7 { // folder, database, -wal, -shm, create.lock, locks, a lock and its holder
		t.Errorf("%d files were seen, %v", seen, err)
	}
}

func TestFoldersOfOthersAreRefused(t *testing.T) {
	t.Run("open folder", func(t *testing.T) {
		dir := filled(t)
		must(t, os.Chmod(dir, 0o750))
		_, err := Open(t.Context(), dir)
		refused(t, err, "may be entered", "chmod 700")
	})
	for _, name := range []string{File, File + "-wal", File + "-shm"} {
		t.Run("open "+name, func(t *testing.T) {
			dir := filled(t)
			must(t, os.WriteFile(filepath.Join(dir, File+"-wal"), nil, 0o600))
			must(t, os.WriteFile(filepath.Join(dir, File+"-shm"), nil, 0o600))
			must(t, os.Chmod(filepath.Join(dir, name), 0o640))
			_, err := Open(t.Context(), dir)
			refused(t, err, name, "chmod 600")
		})
	}
	t.Run("linked folder", func(t *testing.T) {
		dir, link := filled(t), filepath.Join(t.TempDir(), "link")
		must(t, os.Symlink(dir, link))
		for _, path := range []string{link, link + "/"} {
			_, err := Open(t.Context(), path)
			refused(t, err, "symbolic link")
		}
	})
	t.Run("linked file", func(t *testing.T) {
		from, dir := filled(t), filepath.Join(t.TempDir(), "state")
		must(t, os.Mkdir(dir, 0o700))
		must(t, os.Symlink(filepath.Join(from, File), filepath.Join(dir, File)))
		_, err := Open(t.Context(), dir)
		refused(t, err, "symbolic link")
	})
	t.Run("a file for a folder", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "file")
		must(t, os.WriteFile(path, nil, 0o600))
		_, err := Open(t.Context(), path)
		refused(t, err, "is not a folder")
	})
	t.Run("foreign owner", func(t *testing.T) {
		info, err := os.Lstat(filled(t))
		must(t, err)
		if ours(info, os.Geteuid()+1) || !ours(info, os.Geteuid()) {
			t.Error("owners are not told apart")
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// digest is what a folder holds.
func digest(t *testing.T, dir string) [32]byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, File))
	must(t, err)
	return sha256.Sum256(b)
}

// change writes bytes into the closed file.
func change(t *testing.T, dir string, at int64, b []byte) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(dir, File), os.O_RDWR, 0)
	must(t, err)
	_, err = f.WriteAt(b, at)
	must(t, errors.Join(err, f.Close()))
}

func TestWhatIsNotOursStaysAsItIs(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, dir string)
		words []string
	}{
		"newer schema": {func(t *testing.T, dir string) {
			change(t, dir, 60, binary.BigEndian.AppendUint32(nil, schemaVersion+1))
		}, []string{"newer version"}},
		"no database": {func(t *testing.T, dir string) {
			must(t, os.WriteFile(filepath.Join(dir, File), bytes.Repeat([]byte("text "), 100), 0o600))
		}, []string{"no journal"}},
		"torn beginning":    {func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, File), 50)) }, []string{"no journal"}},
		"damaged schema":    {func(t *testing.T, dir string) { change(t, dir, 100, bytes.Repeat([]byte{0xff}, 3000)) }, []string{"damaged", "Keep a copy"}},
		"another program's": {func(t *testing.T, dir string) { change(t, dir, 68, []byte{1, 2, 3, 4}) }, []string{"another program"}},
		"an unmarked one":   {func(t *testing.T, dir string) { change(t, dir, 60, make([]byte, 12)) }, []string{"another program"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			c.spoil(t, dir)
			before := digest(t, dir)
			_, err := Open(t.Context(), dir)
			refused(t, err, c.words...)
			if digest(t, dir) != before {
				t.Error("the file was changed")
			}
		})
	}
}

func TestNewerVersionInTheLog(t *testing.T) {
	dir := filled(t)
	db, err := sql.Open("sqlite", source(filepath.Join(dir, File), ""))
	must(t, err)
	defer func() { _ = db.Close() }()
	_, err = db.Exec(fmt.Sprintf("PRAGMA user_version = %d", schemaVersion+1)) // stays in the -wal while db is open
	must(t, err)
	_, err = Open(t.Context(), dir)
	refused(t, err, "newer version")
}

func TestDamagedFileIsReadOnly(t *testing.T) {
	dir := filled(t)
	for range 2 { // enough events for pages of their own
		j := opened(t, dir)
		for run := range 4 {
			id := fmt.Sprintf("0101-%d", run+1)
			head, err := j.Head(t.Context(), id)
			must(t, err)
			if head == "" {
				for seq := range uint64(100) {
					must(t, j.Append(t.Context(), id, noted(id, seq+1)))
				}
			}
		}
		must(t, j.Close())
	}
	info, err := os.Stat(filepath.Join(dir, File))
	must(t, err)
	change(t, dir, info.Size()-3*4096, bytes.Repeat([]byte{0xff}, 4096))
	before := digest(t, dir)
	j, err := OpenReadOnly(t.Context(), dir)
	must(t, err)
	defer func() { _ = j.Close() }()
	refused(t, j.Append(t.Context(), "1123-1", noted("1123-1", 6)), "read only")
	refused(t, j.Keep(t.Context(), "d", nil), "read only")
	breaks, err := j.Verify(t.Context())
	if err != nil || len(breaks) == 0 {
		t.Errorf("the damage is not found: %v, %v", breaks, err)
	}
	if runs, err := j.Runs(t.Context()); err != nil || len(runs) != 6 {
		t.Errorf("%d runs can be read, %v", len(runs), err)
	}
	if digest(t, dir) != before {
		t.Error("the file was changed")
	}
}

func TestReadOnlyMakesNothing(t *testing.T) {
	dir := t.TempDir()
	_, err := OpenReadOnly(t.Context(), dir)
	refused(t, err)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("it made %v, %v", left, err)
	}
}

func TestUnknownEventIsRefusedWhenRead(t *testing.T) {
	dir := filled(t)
	db, err := sql.Open("sqlite", source(filepath.Join(dir, File), ""))
	must(t, err)
	_, err = db.Exec("INSERT INTO events SELECT run, 6, at, wall, 'from-tomorrow', step, visit, body, hash, 'h' FROM events WHERE run = '1123-1' AND seq = 5")
	must(t, errors.Join(err, db.Close()))
	n := 0
	for _, err = range opened(t, dir).Read(t.Context(), "1123-1") {
		n++
	}
	if n != 6 || steps.CodeOf(err) != steps.CodeInput {
		t.Errorf("%d events, then %v", n, err)
	}
}

func TestNextRunID(t *testing.T) {
	j := opened(t, filled(t))
	at := time.Date(2026, 11, 23, 23, 30, 0, 0, time.FixedZone("west", -3600)) // already the 24th in UTC
	for want, when := range map[string]time.Time{"1123-3": journaltest.T0, "1124-1": at} {
		if id, err := j.NextRunID(t.Context(), when); err != nil || id != want {
			t.Errorf("got %s, %v; want %s", id, err, want)
		}
	}
	release, err := j.Hold(t.Context(), "1123-3", "ana")
	must(t, err)
	defer release()
	if id, err := j.NextRunID(t.Context(), journaltest.T0); err != nil || id != "1123-4" {
		t.Errorf("a name that is held was given again: %s, %v", id, err)
	}
}

func TestManyOpenAtOnce(t *testing.T) {
	dir := state(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			j, err := Open(t.Context(), dir)
			if err != nil {
				t.Error(err)
				return
			}
			defer func() { _ = j.Close() }()
			run := fmt.Sprintf("1123-%d", i+1)
			for seq := range uint64(5) {
				if err := j.Append(t.Context(), run, noted(run, seq+1)); err != nil {
					t.Error(err)
				}
				if _, err := j.Runs(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if breaks, err := opened(t, dir).Verify(t.Context()); err != nil || len(breaks) != 0 {
		t.Errorf("%v, %v", breaks, err)
	}
}

func TestFailedAppendEndsWriting(t *testing.T) {
	dir := filled(t)
	j := opened(t, dir)
	_, err := j.w.ExecContext(t.Context(), "PRAGMA max_page_count = 1") // a full disk
	must(t, err)
	big := noted("1123-3", 1)
	big.Body = steps.Noted{Text: strings.Repeat("x", 1<<20)}
	refused(t, j.Append(t.Context(), "1123-3", big), "could not be written")
	refused(t, j.Append(t.Context(), "1123-1", noted("1123-1", 6)), "could not be written")
	must(t, j.Close())
	again := opened(t, dir)
	must(t, again.Append(t.Context(), "1123-1", noted("1123-1", 6)))
	if breaks, err := again.Verify(t.Context()); err != nil || len(breaks) != 0 {
		t.Errorf("%v, %v", breaks, err)
	}
}

func TestSynced(t *testing.T) {
	j := opened(t, state(t))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "application_id": fmt.Sprint(applicationID)} {
		var got string
		must(t, j.w.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
}
