package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// Trust is the list of configuration files that a person has seen and trusted, by their digests. It lives in the state folder.
type Trust struct{ path string }

// TrustFile is the list of a state folder. The file appears with the first Trust.
func TrustFile(stateDir string) Trust { return Trust{filepath.Join(stateDir, "trusted.json")} }

// trusted is one entry; Path and At are for a person who reads the file.
type trusted struct {
	Digest string    `json:"digest"`
	Path   string    `json:"path"`
	At     time.Time `json:"at"`
}

// Trusted reports whether a file of just these bytes was trusted.
func (t Trust) Trusted(digest string) (bool, error) {
	list, err := t.read()
	if err != nil || digest == "" {
		return false, err
	}
	for _, e := range list {
		if e.Digest == digest {
			return true, nil
		}
	}
	return false, nil
}

// Trust adds a digest, with the path where the file was. Another edit of the file is another digest.
func (t Trust) Trust(digest, path string) error {
	list, err := t.read()
	if err != nil {
		return err
	}
	for _, e := range list {
		if e.Digest == digest {
			return nil
		}
	}
	text, err := json.MarshalIndent(append(list, trusted{digest, path, time.Now().UTC().Truncate(time.Second)}), "", "  ")
	if err != nil {
		return err
	}
	return t.write(append(text, '\n'))
}

func (t Trust) read() ([]trusted, error) {
	text, err := os.ReadFile(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var list []trusted
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		return nil, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("The list of trusted files, %s, cannot be read.", t.path),
			Meaning: "nothing has changed; no file is trusted.", Next: "Remove it; each file is then shown and asked about again.", Cause: err}
	}
	return list, nil
}

// write puts the list in place in one step, readable by its owner only.
func (t Trust) write(text []byte) (err error) {
	defer func() {
		if err != nil {
			err = &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("The list of trusted files, %s, cannot be written.", t.path),
				Meaning: "nothing has changed.", Next: "Free some space or give another --state DIR.", Cause: err}
		}
	}()
	if err = os.MkdirAll(filepath.Dir(t.path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(t.path), ".trusted-*") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }() // gone already where the rename worked
	if _, err = f.Write(text); err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), t.path)
}
