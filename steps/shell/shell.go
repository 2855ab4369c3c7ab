// Package shell runs local programs that only read: by argv and never through a shell, in a cleaned environment, for a limited
// time. What a program prints is cut to size and made visible; masking is the engine's business.
//
// It imports steps and steps/redact; the wiring alone imports it.
package shell

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/redact"
)

// The bounds of what is kept of a program's output.
const (
	maxOutput = 256 << 10 // bytes of each stream, the last ones
	maxLines  = 40        // shown as evidence, the last ones
	maxLine   = 300       // characters
	maxSaved  = 4 << 10   // bytes of the output that a variable takes
)

// Options say what a program gets.
type Options struct {
	Timeout time.Duration // wall clock, where the caller's context has no nearer end; zero: 10 min
	Keep    []string      // names of environment variables passed on, beside those that every program needs
	Environ []string      // nil: this process's
}

// Shell runs programs.
type Shell struct{ opt Options }

// New makes a Shell with the usual options.
func New() *Shell { return With(Options{}) }

// With makes a Shell with options.
func With(o Options) *Shell {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	return &Shell{o}
}

// always are the variables without which programs do not find themselves. No credential is among them.
var always = []string{"PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TERM", "SSL_CERT_FILE", "SSL_CERT_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"}

// Execute runs argv in dir with env on top of the cleaned environment. An exit code other than 0 is the verdict failed; an error
// means that the program could not be run. Outputs are exit (the code) and output (its standard output, trimmed, on one line).
func (s *Shell) Execute(ctx context.Context, argv []string, dir string, env map[string]string) (steps.Observed, error) {
	if len(argv) == 0 || argv[0] == "" {
		return steps.Observed{}, &steps.Error{Code: steps.CodeInput, What: "No program is named.", Meaning: nothing}
	}
	for _, a := range argv {
		if strings.ContainsRune(a, 0) {
			return steps.Observed{}, &steps.Error{Code: steps.CodeInput, What: "An argument holds a NUL character.", Meaning: nothing}
		}
	}
	inner, cancel := context.WithTimeout(ctx, s.opt.Timeout)
	defer cancel()
	out, errs := &tail{max: maxOutput}, &tail{max: maxOutput}
	cmd := exec.CommandContext(inner, argv[0], argv[1:]...) //nolint:gosec // argv comes from a procedure that was checked; no shell reads it
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, s.environ(env), out, errs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // what it started ends with it, and ctrl+c here is not its own
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 3 * time.Second
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began).Round(10 * time.Millisecond)
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // whatever is left of its group; none is the usual case
	}
	switch exit, ok := errors.AsType[*exec.ExitError](err); {
	case errors.Is(ctx.Err(), context.Canceled):
		return steps.Observed{}, ctx.Err()
	case inner.Err() != nil:
		return observed(argv[0], steps.Failed, fmt.Sprintf("%s was stopped after %s: it had not ended.", argv[0], took), -1, out, errs), nil
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return observed(argv[0], steps.Passed, fmt.Sprintf("%s ended well in %s.", argv[0], took), 0, out, errs), nil
	case ok:
		return observed(argv[0], steps.Failed, fmt.Sprintf("%s ended with code %d after %s.", argv[0], exit.ExitCode(), took), exit.ExitCode(), out, errs), nil
	}
	return steps.Observed{}, notRun(argv[0], dir, err)
}

const nothing = "nothing has changed."

func notRun(program, dir string, err error) error {
	e := &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s could not be run.", program), Meaning: nothing, Next: "Run it by hand, or skip the step with a reason.", Cause: err}
	if info, statErr := os.Stat(dir); dir != "" && (statErr != nil || !info.IsDir()) {
		e.What, e.Next = fmt.Sprintf("There is no folder %s to run %s in.", redact.Escape(dir, maxLine), program), "Give the folder of a checkout."
		return e
	}
	switch {
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		e.What, e.Next = fmt.Sprintf("%s is not installed here.", program), fmt.Sprintf("Install %s, or skip the step with a reason.", program)
	case errors.Is(err, exec.ErrDot):
		e.What = fmt.Sprintf("%s would be taken from the current folder; that is not done.", program)
	case errors.Is(err, fs.ErrPermission):
		e.What = fmt.Sprintf("%s may not be run by you.", program)
	}
	return e
}

// environ is what the program gets: what every program needs, what the options keep, and env.
func (s *Shell) environ(env map[string]string) []string {
	out := make([]string, 0, len(always)+len(env))
	for _, kv := range s.opt.Environ {
		name, _, _ := strings.Cut(kv, "=")
		if _, set := env[name]; !set && (slices.Contains(always, name) || slices.Contains(s.opt.Keep, name)) {
			out = append(out, kv)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out = append(out, name+"="+env[name])
	}
	return out
}

func observed(program string, verdict steps.State, summary string, code int, out, errs *tail) steps.Observed {
	o := steps.Observed{Verdict: verdict, Summary: summary, Saves: map[string]string{"exit": strconv.Itoa(code), "output": saved(out)}}
	for _, stream := range []struct {
		label string
		from  *tail
	}{{"output", out}, {"errors", errs}} {
		lines, left := stream.from.lines()
		if left > 0 {
			o.Facts = append(o.Facts, steps.Fact{Label: stream.label, Text: fmt.Sprintf("%d lines before these are left out", left)})
		}
		for _, l := range lines {
			o.Facts = append(o.Facts, steps.Fact{Label: stream.label, Text: redact.Escape(l, maxLine)})
		}
	}
	return o
}

// saved is the output as a variable's value: one line, trimmed, without characters that nobody sees.
func saved(out *tail) string {
	text := strings.Join(strings.Fields(string(bytes.ToValidUTF8(out.kept, nil))), " ")
	if len(text) > maxSaved {
		text = text[:maxSaved]
	}
	return redact.Escape(text, 0)
}

// tail keeps the last bytes that are written to it and counts the lines that it lets go.
type tail struct {
	max  int
	kept []byte
	gone int
}

// Write never fails: a program that prints without end must not be held up, nor fill the memory.
func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - t.max; over > t.max { // cut now and then, not at each write
		t.gone += bytes.Count(t.kept[:over], []byte("\n"))
		t.kept = append(t.kept[:0], t.kept[over:]...)
	}
	return len(p), nil
}

// lines are the last ones, and how many came before them.
func (t *tail) lines() (last []string, left int) {
	text := strings.TrimRight(string(t.kept), "\n")
	if text == "" {
		return nil, t.gone
	}
	all := strings.Split(text, "\n")
	if len(all) > maxLines {
		return all[len(all)-maxLines:], t.gone + len(all) - maxLines
	}
	return all, t.gone
}
