// Package cli is the commands: flags, exit codes, what is printed for people and for scripts. Clients come from ui/cli/wire;
// nothing here knows an adapter or the simulator. main alone imports it.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/redact"
	"github.com/JustAJobApp/runbook/ui/cli/wire"
)

// Version is this build's; a release sets it with -ldflags.
var Version = "0.1.0-dev"

// app is one invocation.
type app struct {
	in       io.Reader
	out, err io.Writer
	tty      bool // stdin and stdout are a terminal
	ttyIn    bool // stdin is one

	options wire.Options
	plain   bool
	ascii   bool
	theme   string
	asJSON  bool // of the command that runs: its failure is JSON too

	worlds []*wire.World
}

// Main carries out one command line and gives the exit code.
func Main(args []string) int {
	a := &app{in: os.Stdin, out: os.Stdout, err: os.Stderr}
	a.ttyIn = term.IsTerminal(int(os.Stdin.Fd()))
	a.tty = a.ttyIn && term.IsTerminal(int(os.Stdout.Fd())) && os.Getenv("TERM") != "dumb"
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	return a.run(ctx, args)
}

// run is Main with everything injected.
func (a *app) run(ctx context.Context, args []string) int {
	defer a.close()
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	return a.fail(root.ExecuteContext(ctx))
}

// close ends what the command opened: the journal, and the practice cloud that this process serves.
func (a *app) close() {
	for _, w := range a.worlds {
		if err := w.Close(); err != nil {
			a.report(err)
		}
	}
	a.worlds = nil
}

// open builds the world that the flags name. It is closed when the command ends.
func (a *app) open(ctx context.Context) (*wire.World, error) {
	w, err := wire.Open(ctx, a.options)
	if err != nil {
		return nil, err
	}
	a.worlds = append(a.worlds, w)
	return w, nil
}

// exitStatus is an exit code whose reason has been told already.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit %d", int(s)) }

// fault is an error that came out of a command, as against one of cobra's about its words.
type fault struct{ err error }

func (f fault) Error() string { return f.err.Error() }
func (f fault) Unwrap() error { return f.err }

// command wraps a command's body, so that its errors are told from cobra's.
func command(body func(cmd *cobra.Command, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		err := body(cmd, args)
		if s := exitStatus(0); err == nil || errors.As(err, &s) {
			return err
		}
		return fault{err}
	}
}

// fail tells an error and gives its exit code.
func (a *app) fail(err error) int {
	if err == nil {
		return 0
	}
	var s exitStatus
	if errors.As(err, &s) {
		return int(s)
	}
	var f fault
	if !errors.As(err, &f) { // cobra's: an unknown command or flag, a missing argument
		err = &steps.Error{Code: steps.CodeInput, What: sentence(err.Error()), Next: "runbook --help lists the commands, runbook COMMAND --help what one takes."}
	}
	a.report(err)
	return exitOf(err)
}

// exits are the codes that scripts rely on.
var exits = map[steps.Code]int{
	steps.CodeInput: 2, steps.CodeEdited: 2,
	steps.CodeRejected: 3, steps.CodeNotSent: 3, steps.CodeFailed: 3, steps.CodeAborted: 3,
	steps.CodeGate: 4, steps.CodePlace: 4, steps.CodeStalePlan: 4,
	steps.CodeUnknown: 5, steps.CodeUnsure: 5, steps.CodeForeign: 5,
	steps.CodeHeld: 6, steps.CodeInterrupted: 130,
}

func exitOf(err error) int {
	if e, ok := errors.AsType[*steps.Error](err); ok {
		return exitOfCode(e.Code)
	}
	if errors.Is(err, context.Canceled) {
		return 130
	}
	return 1
}

func exitOfCode(c steps.Code) int {
	if n, ok := exits[c]; ok {
		return n
	}
	return 1
}

// problem is the JSON of a failure.
type problem struct {
	Code    string `json:"code"`
	What    string `json:"what"`
	Meaning string `json:"meaning,omitempty"`
	Next    string `json:"next,omitempty"`
}

func problemOf(err error) problem {
	if e, ok := errors.AsType[*steps.Error](err); ok {
		return problem{string(e.Code), shown(e.What), shown(e.Meaning), shown(e.Next)}
	}
	if errors.Is(err, context.Canceled) {
		return problem{Code: string(steps.CodeInterrupted), What: "Stopped by a signal."}
	}
	return problem{Code: "error", What: shown(sentence(err.Error()))}
}

// report tells a failure: three sentences on the error output, or one JSON object on the output of a command with --json.
func (a *app) report(err error) {
	p := problemOf(err)
	if a.asJSON {
		_ = json.NewEncoder(a.out).Encode(map[string]problem{"error": p}) // the output is gone when this fails: nothing is left to tell
		return
	}
	text := "runbook: " + p.What + "\n"
	if p.Meaning != "" {
		text += "For production: " + p.Meaning + "\n"
	}
	if p.Next != "" {
		text += "Next: " + p.Next + "\n"
	}
	_, _ = io.WriteString(a.err, text)
}

// shown makes control characters of outside texts visible; lines stay lines.
func shown(text string) string { return redact.EscapeLines(text, 8000) }

// sentence ends a text with a full stop.
func sentence(s string) string {
	if s == "" || s[len(s)-1] == '.' || s[len(s)-1] == '\n' {
		return s
	}
	return s + "."
}

// print writes JSON, a value a line.
func (a *app) print(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// say writes lines for people.
func (a *app) say(format string, args ...any) { _, _ = fmt.Fprintf(a.out, format+"\n", args...) }
