package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/answers"
	"github.com/JustAJobApp/runbook/ui/cli/wire"
	"github.com/JustAJobApp/runbook/ui/plain"
)

// runFlags are what run and resume share.
type runFlags struct {
	answers string
	set     []string
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use: "run PROCEDURE", Short: "Start a run of a procedure", Args: cobra.ExactArgs(1),
		Long: "Starts a run. On a terminal it opens the run's screen; with --plain it asks line by line; with --answers or --json nobody is\n" +
			"asked, and a question without an answer stops the run where it can be resumed, with exit code 4.\n\n" +
			"An answers file is YAML: the path of a step, a colon, the answer. A tick takes yes or a note, a choose the value, a decide the\n" +
			"option's id, an ask a mapping of its fields, a do the name that is typed to send. A list answers successive visits.",
		Example: "  runbook run rollback --env practice\n  runbook run rollback-image --env practice --set service=jaja-backend --answers answers.yaml",
		RunE:    command(func(cmd *cobra.Command, args []string) error { return a.start(cmd.Context(), args[0], f) }),
	}
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "a parameter, name=value; may be repeated")
	a.runFlags(cmd, &f)
	return cmd
}

func (a *app) resumeCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use: "resume [RUN]", Short: "Go on with a run, by default the newest that is open", Args: cobra.MaximumNArgs(1),
		Long: "Goes on with a run on the step where it stopped, in the environment that it was started in.\n" +
			"A change whose outcome is not known is looked up first; nothing is sent twice.",
		RunE: command(func(cmd *cobra.Command, args []string) error {
			id := ""
			if len(args) == 1 {
				id = args[0]
			}
			return a.resume(cmd.Context(), id, f)
		}),
	}
	a.runFlags(cmd, &f)
	return cmd
}

func (a *app) runFlags(cmd *cobra.Command, f *runFlags) {
	cmd.Flags().StringVar(&f.answers, "answers", "", "answer questions from this file and ask nobody")
	a.jsonFlag(cmd, "print each event as a JSON line and ask nobody")
}

// start begins a run.
func (a *app) start(ctx context.Context, procedure string, f runFlags) error {
	p, err := library().Load(procedure)
	if err != nil {
		return err
	}
	params, err := parameters(p, f.set)
	if err != nil {
		return err
	}
	file, err := answersOf(f, p)
	if err != nil {
		return err
	}
	if a.options.Environment == "" && a.options.Sim == "" {
		if err := a.environmentNeeded(); err != nil {
			return err
		}
	}
	a.options.Default = p.Practice.Scenario // of a practice cloud that does not exist yet
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	if !a.headless(f) && a.onScreen() {
		return a.screen(ctx, w, screenStart{procedure: procedure, params: params})
	}
	d, err := w.Start(ctx, procedure, params, nil)
	if err != nil {
		return err
	}
	return a.follow(ctx, w, d, file, f, 0)
}

// resume goes on with a run, in the environment of its record.
func (a *app) resume(ctx context.Context, id string, f runFlags) error {
	found, err := a.record(ctx, id)
	if err != nil {
		return err
	}
	if a.options.Environment != "" && a.options.Environment != found.Environment {
		return &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("Run %s belongs to %s, and --env says %s.", found.ID, found.Environment, a.options.Environment),
			Meaning: "nothing has changed.", Next: "Leave --env out: a run goes on where it was started."}
	}
	a.options.Environment = found.Environment
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	if !a.headless(f) && a.onScreen() {
		return a.screen(ctx, w, screenStart{run: found.ID})
	}
	p, err := w.Pinned(ctx, found.ID)
	if err != nil {
		return err
	}
	file, err := answersOf(f, p)
	if err != nil {
		return err
	}
	d, err := w.Resume(ctx, found.ID)
	if err != nil {
		return err
	}
	return a.follow(ctx, w, d, file, f, found.Events)
}

// record finds a run, or the newest that is open.
func (a *app) record(ctx context.Context, id string) (steps.RunSummary, error) {
	j, err := wire.OpenJournal(ctx, a.options)
	if err != nil {
		return steps.RunSummary{}, err
	}
	defer func() { _ = j.Close() }()
	runs, err := j.Runs(ctx)
	if err != nil {
		return steps.RunSummary{}, err
	}
	for _, r := range runs {
		if r.ID == id || id == "" && r.State != steps.RunDone && r.State != steps.RunDropped {
			return r, nil
		}
	}
	if id == "" {
		return steps.RunSummary{}, &steps.Error{Code: steps.CodeInput, What: "No run is open.", Next: "runbook runs lists those that have ended, runbook run PROCEDURE starts one."}
	}
	return steps.RunSummary{}, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("There is no run %s in this state folder.", id), Next: "runbook runs lists them; --state DIR names another folder."}
}

// headless reports whether nobody is asked.
func (a *app) headless(f runFlags) bool { return a.asJSON || f.answers != "" }

// onScreen reports whether a screen can be drawn.
func (a *app) onScreen() bool { return a.tty && !a.plain }

// follow takes a driven run to its stop, in line mode or as JSON lines.
func (a *app) follow(ctx context.Context, w *wire.World, d *wire.Driver, file *answers.File, f runFlags, from uint64) error {
	defer d.Close()
	s := &plain.Session{Driver: d, Out: a.out, Operator: w.Operator, Clock: w.Clock, Place: w.Place(), Opening: w.Opening(), From: from,
		State: func() []string { return stateLines(w.Look(ctx), w.Clock.Now()) }, Log: func(filter string) []string { return w.LastLines(filter, 20) },
		ByHand: byHand, Prose: proseLines, Copy: w.Copy, Speed: w.Speed, Permit: w.Permitted}
	if w.Practice {
		s.Factor = w.SetFactor
	}
	if a.headless(f) {
		s.Answers = &answers.Client{File: file, By: w.Operator}
	} else if a.ttyIn {
		s.Input = plain.NewTerminal(a.in)
	} else {
		s.Input = plain.NewPipe(a.in)
	}
	if a.asJSON {
		s.Out, s.Opening = io.Discard, ""
		return a.followJSON(ctx, s, d, from)
	}
	run, err := s.Run(ctx)
	if err != nil {
		return err
	}
	return ended(run)
}

// ended gives the exit code of a run that stopped with a record.
func ended(run *steps.Run) error {
	code := 0
	switch b := run.Stop.(type) {
	case steps.RunFinished:
		if b.Worst == steps.Failed || b.Worst == steps.Unknown {
			code = 3
		}
	case steps.RunAborted, steps.RunFailed:
		code = 3
	case steps.RunUnknown:
		code = 5
	case steps.RunPaused:
		code = exitOfCode(b.Why)
	default:
		code = 1
	}
	if code == 0 {
		return nil
	}
	return exitStatus(code)
}

// followJSON prints every event of this driving as it becomes known.
func (a *app) followJSON(ctx context.Context, s *plain.Session, d *wire.Driver, from uint64) error {
	printed := make(chan error, 1)
	go func() { printed <- a.events(d, from) }()
	run, err := s.Run(ctx)
	d.Close()
	if e := <-printed; err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return ended(run)
}

// events prints until the run is no longer driven.
func (a *app) events(d *wire.Driver, seq uint64) error {
	for {
		batch, changed := d.After(seq)
		for _, e := range batch {
			if err := a.print(e); err != nil {
				return err
			}
			seq = e.Seq
		}
		select {
		case <-changed:
		case <-d.Done():
			rest, _ := d.After(seq)
			for _, e := range rest {
				if err := a.print(e); err != nil {
					return err
				}
			}
			return nil
		}
	}
}

// answersOf reads the answers file and holds it against the procedure, before anything starts.
func answersOf(f runFlags, p *steps.Procedure) (*answers.File, error) {
	if f.answers == "" {
		return nil, nil
	}
	file, err := answers.Read(f.answers)
	if err != nil {
		return nil, err
	}
	return file, file.Check(p)
}

// parameters reads --set against the procedure's parameters.
func parameters(p *steps.Procedure, set []string) (steps.Values, error) {
	out := steps.Values{}
	for _, text := range set {
		name, value, ok := strings.Cut(text, "=")
		param, known := p.Params[name]
		if !ok || !known {
			return nil, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("--set %s names no parameter of %s.", text, p.ID), Meaning: "nothing was started.", Next: takes(p)}
		}
		if err := param.Kind.Check(name, value); err != nil {
			return nil, err
		}
		out[name] = steps.Value{Kind: param.Kind, Text: value}
	}
	var missing []string
	for _, name := range names(p.Params) {
		param := p.Params[name]
		if _, given := out[name]; given {
			continue
		}
		switch {
		case param.Default != "":
			out[name] = steps.Value{Kind: param.Kind, Text: param.Default}
		case param.Required:
			missing = append(missing, fmt.Sprintf("--set %s=…, a %s", name, param.Kind))
		}
	}
	if len(missing) > 0 {
		return nil, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s needs %s.", p.ID, strings.Join(missing, " and ")), Meaning: "nothing was started.", Next: takes(p)}
	}
	return out, nil
}

func takes(p *steps.Procedure) string {
	if len(p.Params) == 0 {
		return p.ID + " takes no parameters."
	}
	return "It takes " + strings.Join(names(p.Params), ", ") + "."
}

// environmentNeeded explains why a run cannot start without an environment, where none is configured.
func (a *app) environmentNeeded() error {
	name, err := wire.Configured()
	if err != nil || name != "" {
		return err
	}
	return notConfigured()
}

// notConfigured is the error of a command that needs an environment.
func notConfigured() error {
	return &steps.Error{Code: steps.CodeInput, What: "No production is configured: there is no runbook.yaml here, above, or in your configuration folder.",
		Meaning: "nothing was connected to.", Next: "runbook practice rehearses against a simulated cloud (or give --env practice); runbook init writes a runbook.yaml."}
}
