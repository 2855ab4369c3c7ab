package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/cli/wire"
	"github.com/JustAJobApp/runbook/ui/report"
)

// runJSON is the published shape of runs --json.
type runJSON struct {
	ID          string    `json:"id"`
	Procedure   string    `json:"procedure"`
	Title       string    `json:"title"`
	Environment string    `json:"environment"`
	State       string    `json:"state"`
	Worst       string    `json:"worst,omitempty"`
	Operator    string    `json:"operator"`
	Started     time.Time `json:"started"`
	Finished    time.Time `json:"finished,omitzero"`
	Step        string    `json:"step,omitempty"`
	Held        bool      `json:"held"`
	Holder      string    `json:"holder,omitempty"`
}

func (a *app) runsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "runs", Short: "List the runs of this state folder, newest first", Args: cobra.NoArgs,
		RunE: command(func(cmd *cobra.Command, _ []string) error {
			j, err := wire.OpenJournal(cmd.Context(), a.options)
			if err != nil {
				return err
			}
			defer func() { _ = j.Close() }()
			runs, err := j.Runs(cmd.Context())
			if err != nil {
				return err
			}
			if a.options.Environment != "" {
				runs = slices.DeleteFunc(runs, func(r steps.RunSummary) bool { return r.Environment != a.options.Environment })
			}
			if a.asJSON {
				out := make([]runJSON, 0, len(runs))
				for _, r := range runs {
					out = append(out, runJSON{r.ID, r.Procedure, r.Title, r.Environment, string(r.State), string(r.Worst), r.Operator, r.Started, r.Finished, string(r.Step), r.Held, r.Holder})
				}
				return a.print(out)
			}
			if len(runs) == 0 {
				a.say("No runs yet. runbook practice starts a rehearsal.")
			}
			for _, r := range runs {
				a.say("%s", shown(runLine(r)))
			}
			return nil
		}),
	}
	a.jsonFlag(cmd, "as one JSON array")
	return cmd
}

// runLine says where a run stands.
func runLine(r steps.RunSummary) string {
	line := fmt.Sprintf("%-8s %-11s %-16s %-11s %s, started %s", r.ID, r.State, r.Procedure, r.Environment, r.Operator, r.Started.UTC().Format("2006-01-02 15:04:05"))
	switch {
	case r.State == steps.RunDone:
		line += fmt.Sprintf(", ended %s, %s", r.Finished.UTC().Format("15:04:05"), r.Worst)
	case r.StepTitle != "":
		line += fmt.Sprintf(", at step %d of %d, %s", r.Number, r.Total, r.StepTitle)
	}
	if r.Held {
		line += ", held by " + r.Holder
	}
	return line
}

func (a *app) reportCommand() *cobra.Command {
	format, out := "md", ""
	cmd := &cobra.Command{
		Use: "report RUN", Short: "Write a run's timeline and evidence", Args: cobra.ExactArgs(1),
		RunE: command(func(cmd *cobra.Command, args []string) error {
			text, err := a.reportText(cmd, args[0], format)
			if err != nil {
				return err
			}
			if out == "" || out == "-" {
				_, err = a.out.Write(text)
				return err
			}
			if err := os.WriteFile(out, text, 0o600); err != nil {
				return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("The report cannot be written to %s.", out), Next: "Give another path with -o.", Cause: err}
			}
			a.say("Written to %s.", out)
			return nil
		}),
	}
	cmd.Flags().StringVar(&format, "format", "md", "md, json or html")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to this file, readable by you only; without it to the output")
	return cmd
}

func (a *app) reportText(cmd *cobra.Command, id, format string) ([]byte, error) {
	if !slices.Contains([]string{"md", "json", "html"}, format) {
		return nil, &steps.Error{Code: steps.CodeInput, What: "--format " + format + " is no format.", Next: "Give md, json or html."}
	}
	j, err := wire.OpenJournal(cmd.Context(), a.options)
	if err != nil {
		return nil, err
	}
	defer func() { _ = j.Close() }()
	run, events, err := wire.Recorded(cmd.Context(), j, library(), id)
	if err != nil {
		return nil, err
	}
	about := report.About{Printed: time.Now()}
	if run.Started.Environment == wire.PracticeName && len(events) > 0 { // its clock is not this machine's
		about.Printed = events[len(events)-1].At
	}
	runs, err := j.Runs(cmd.Context())
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(runs, func(r steps.RunSummary) bool { return r.ID == id }); i >= 0 {
		about.Head = runs[i].Head
	}
	switch format {
	case "json":
		return report.JSON(run, events, about)
	case "html":
		text, err := report.HTML(run, events, about)
		return []byte(text), err
	}
	return []byte(report.Markdown(run, events, about)), nil
}

func (a *app) auditCommand() *cobra.Command {
	audit := &cobra.Command{Use: "audit", Short: "Look after the record", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	audit.AddCommand(&cobra.Command{
		Use: "verify", Short: "Check that no record was changed", Args: cobra.NoArgs,
		Long: "Follows the chain of hashes through every run. A chain without a key shows a change only to who has kept a head from before;\na tail that was cut off is seen only against one. The heads are printed: keep them elsewhere.",
		RunE: command(func(cmd *cobra.Command, _ []string) error {
			j, err := wire.OpenJournal(cmd.Context(), a.options)
			if err != nil {
				return err
			}
			defer func() { _ = j.Close() }()
			breaks, err := j.Verify(cmd.Context())
			if err != nil {
				return err
			}
			for _, b := range breaks {
				a.say("%s", shown(fmt.Sprint(b)))
			}
			if len(breaks) > 0 {
				return &steps.Error{Code: steps.CodeJournal, What: fmt.Sprintf("The record breaks in %d places.", len(breaks)), Meaning: "what it says of those runs cannot be relied on.",
					Next: "Keep a copy of the state folder and find out who changed it."}
			}
			runs, err := j.Runs(cmd.Context())
			if err != nil {
				return err
			}
			for _, r := range runs {
				a.say("%s  %d events, head %s", r.ID, r.Events, r.Head)
			}
			a.say("The record is whole: %d runs.", len(runs))
			return nil
		}),
	})
	return audit
}

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use: "init", Short: "Write a commented runbook.yaml into this folder", Args: cobra.NoArgs,
		Long: "Writes the configuration of JustAJobApp's production as a file to be completed. It never overwrites one. The file connects to\nnothing until runbook trust has shown it and a person has trusted it.",
		RunE: command(func(*cobra.Command, []string) error {
			name := wire.ConfigName
			f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if os.IsExist(err) {
				return &steps.Error{Code: steps.CodeInput, What: name + " exists already in this folder.", Meaning: "nothing has changed.", Next: "Edit it, then run runbook trust."}
			}
			if err == nil {
				_, err = io.WriteString(f, wire.ConfigExample)
				if e := f.Close(); err == nil {
					err = e
				}
			}
			if err != nil {
				return &steps.Error{Code: steps.CodeInput, What: name + " cannot be written into this folder.", Next: "Change to a folder that you may write to.", Cause: err}
			}
			a.say("Written: %s. Complete account and profile in it, then:", name)
			a.say("  runbook trust    shows what it would use, and asks")
			a.say("  runbook doctor   says what works and how to mend the rest")
			return nil
		}),
	}
}

func (a *app) trustCommand() *cobra.Command {
	return &cobra.Command{
		Use: "trust [FILE]", Short: "Show what a runbook.yaml would use, and trust it", Args: cobra.MaximumNArgs(1),
		Long: "A runbook.yaml connects to nothing until a person has seen what it would use. Trust belongs to the file's bytes: an edit asks\nagain. The name is read from a terminal only.",
		RunE: command(func(cmd *cobra.Command, args []string) error {
			name := ""
			if len(args) == 1 {
				name = args[0]
			}
			c, err := wire.ReadConfig(a.options, name)
			if err != nil {
				return err
			}
			a.say("%s would use:", c.Site.File)
			for _, l := range c.Site.Describe() {
				a.say("  %s", shown(l))
			}
			a.say("  digest     %s", c.Site.Digest)
			if c.Trusted {
				a.say("It is trusted already.")
				return nil
			}
			if !a.ttyIn {
				return &steps.Error{Code: steps.CodeGate, What: "Trust is given at a terminal only.", Meaning: "nothing has changed.", Next: "Run runbook trust in a terminal."}
			}
			typed, err := a.readLine(fmt.Sprintf("Type %s to trust this file; anything else trusts nothing > ", c.Site.Name))
			if err != nil {
				return err
			}
			if !strings.EqualFold(strings.TrimSpace(typed), c.Site.Name) {
				return &steps.Error{Code: steps.CodeGate, What: "Not trusted: the name was not typed.", Meaning: "nothing has changed.", Next: "Run runbook trust again."}
			}
			if err := c.Trust(); err != nil {
				return err
			}
			a.say("Trusted. runbook doctor says what works.")
			return nil
		}),
	}
}

// readLine reads one line without taking what follows.
func (a *app) readLine(prompt string) (string, error) {
	_, _ = io.WriteString(a.out, prompt)
	var line []byte
	one := make([]byte, 1)
	for {
		n, err := a.in.Read(one)
		if n == 1 && one[0] != '\n' {
			line = append(line, one[0])
			continue
		}
		if n == 1 || err == io.EOF {
			return string(bytes.TrimRight(line, "\r")), nil
		}
		if err != nil {
			return "", err
		}
	}
}
