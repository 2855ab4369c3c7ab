//go:build unix

package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// ours reports whether a file belongs to a user.
func ours(info fs.FileInfo, uid int) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == uid
}

// open reports whether group or others may do anything with it.
func open(info fs.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }

// syncFolder makes the names of new files durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
