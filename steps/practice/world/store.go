package world

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const (
	stateFile = "cloud.json"
	clockFile = "clock.json"
)

// Load reads the state of a folder, nil where there is none. The clock's own file may be newer than the state.
func Load(dir string) (*State, error) {
	b, err := os.ReadFile(filepath.Join(dir, stateFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var s State
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", stateFile, err)
	}
	if s.Format != Format {
		return nil, fmt.Errorf("%s has format %d, this program reads %d", stateFile, s.Format, Format)
	}
	var m struct {
		Mark
		ID string `json:"id"`
	}
	if b, err := os.ReadFile(filepath.Join(dir, clockFile)); err == nil && json.Unmarshal(b, &m) == nil && m.ID == s.ID && m.Wall.After(s.Clock.Wall) {
		s.Clock = m.Mark
	}
	return &s, nil
}

// Replace writes a file as a whole: whoever reads it finds the old text or the new one, after a power cut too.
func Replace(name string, b []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(b); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}
