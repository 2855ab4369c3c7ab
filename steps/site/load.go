package site

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/JustAJobApp/runbook/steps"
)

// FileName is what the configuration is called, wherever it is.
const FileName = "runbook.yaml"

// maxFile bounds a configuration file: a page of text is 3 KB.
const maxFile = 64 << 10

// Find looks for runbook.yaml in dir and upward, then as runbook/runbook.yaml in the user's configuration folder. It gives ""
// where there is none; it reads nothing.
func Find(dir, configDir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := abs; ; at = filepath.Dir(at) {
		if isFile(filepath.Join(at, FileName)) {
			return filepath.Join(at, FileName), nil
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	if configDir == "" {
		return "", nil
	}
	if own := filepath.Join(configDir, "runbook", FileName); isFile(own) {
		return own, nil
	}
	return "", nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// Load finds and reads the configuration, with dir as the place to start. Where there is no file the Site has no environment
// and its Default is "": production is then not configured.
func Load(dir string) (Site, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		config = "" // no home: the working directory alone counts
	}
	path, err := Find(dir, config)
	if err != nil || path == "" {
		return Site{Name: defaultName, Environments: map[string]Environment{}}, err
	}
	return Read(path)
}

// Read reads one file. Errors are CodeInput with file:line:col.
func Read(path string) (Site, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Site{}, notRead(path, err)
	}
	if info.Size() > maxFile {
		return Site{}, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s is %d bytes long; expected at most %d.", path, info.Size(), maxFile),
			Meaning: "nothing has changed.", Next: "Leave out what is not configuration."}
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return Site{}, notRead(path, err)
	}
	return Parse(path, src)
}

func notRead(path string, err error) error {
	why := "it cannot be read"
	switch {
	case errors.Is(err, fs.ErrNotExist):
		why = "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		why = "you may not read it"
	}
	return &steps.Error{Code: steps.CodeInput, What: path + ": " + why + ".", Meaning: "nothing has changed.", Next: "Give the path of a runbook.yaml, or run runbook init.", Cause: err}
}

// Parse reads the text of a file; name is for messages.
func Parse(name string, src []byte) (Site, error) {
	s, err := parse(name, src)
	if err != nil {
		return Site{}, err
	}
	s.File, s.Digest = name, Digest(src)
	return s, nil
}

// Digest is what a person trusts of a file: SHA-256 of its bytes, hex.
func Digest(src []byte) string { return fmt.Sprintf("%x", sha256.Sum256(src)) }
