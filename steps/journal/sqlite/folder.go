package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/JustAJobApp/runbook/steps"
)

// secureFolder makes the folder for its owner alone, or refuses one that others may enter.
func secureFolder(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
			return unreadable(dir, err)
		}
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return unreadable(dir, err)
		}
		info, err = os.Lstat(dir)
	}
	if err != nil {
		return unreadable(dir, err)
	}
	if info.Mode()&fs.ModeSymlink == 0 && !info.IsDir() {
		return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("%s is not a folder.", dir), Meaning: "nothing has changed.", Next: "Name a folder with --state."}
	}
	return private(dir, info, "chmod 700")
}

// secureFiles refuses a journal, or one of the files beside it, that others may read.
func secureFiles(path string) error {
	for _, p := range []string{path, path + "-wal", path + "-shm"} {
		if err := secureFile(p); err != nil {
			return err
		}
	}
	return nil
}

func secureFile(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unreadable(path, err)
	}
	if info.Mode()&fs.ModeSymlink == 0 && !info.Mode().IsRegular() {
		return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("%s is not a regular file.", path), Meaning: "nothing has changed.", Next: "Move it away, or name another folder with --state."}
	}
	return private(path, info, "chmod 600")
}

// private refuses symbolic links, foreign owners and what is open to others: the journal says who changed what in production.
func private(path string, info fs.FileInfo, mend string) error {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("%s is a symbolic link; the journal is kept in a real place only.", path), Meaning: "nothing has changed.",
			Next: "Name the folder itself with --state."}
	case !ours(info, os.Geteuid()):
		return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("%s belongs to another user.", path), Meaning: "nothing has changed.", Next: "Name a folder of your own with --state."}
	case open(info):
		return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("%s may be entered or read by others (%s).", path, info.Mode().Perm()), Meaning: "nothing has changed.",
			Next: fmt.Sprintf("%s %s", mend, path)}
	}
	return nil
}
