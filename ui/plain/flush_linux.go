package plain

import (
	"os"

	"golang.org/x/sys/unix"
)

// flush drops what the terminal has received and nobody has read.
func flush(f *os.File) error {
	return unix.IoctlSetInt(int(f.Fd()), unix.TCFLSH, unix.TCIFLUSH)
}
