package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/cli/wire"
	"github.com/JustAJobApp/runbook/ui/plain"
)

// The published shape of status --json. A value that could not be read is absent or null, and its error says why.
type (
	statusJSON struct {
		At          time.Time     `json:"at"`
		Environment string        `json:"environment"`
		Account     string        `json:"account"`
		Region      string        `json:"region"`
		Services    []serviceJSON `json:"services"`
		Database    *databaseJSON `json:"database"`
		Secrets     *secretsJSON  `json:"secrets"`
		Problems    []problemJSON `json:"problems"`
	}
	serviceJSON struct {
		Name     string          `json:"name"`
		State    string          `json:"state"`
		Disabled bool            `json:"disabled"`
		Current  *deploymentJSON `json:"current"`
		Next     *deploymentJSON `json:"next"`
		URL      string          `json:"url"`
		Health   *healthJSON     `json:"health"`
		Error    string          `json:"error,omitempty"`
	}
	deploymentJSON struct {
		Version int    `json:"version"`
		State   string `json:"state"`
		Image   string `json:"image"`
	}
	healthJSON struct {
		Code    int     `json:"code"`
		Seconds float64 `json:"seconds"`
	}
	databaseJSON struct {
		Name                 string    `json:"name"`
		State                string    `json:"state"`
		LatestRestorableTime time.Time `json:"latest_restorable_time,omitzero"`
		Error                string    `json:"error,omitempty"`
	}
	secretsJSON struct {
		Present int      `json:"present"`
		Wanted  int      `json:"wanted"`
		Missing []string `json:"missing"`
	}
	problemJSON struct {
		Code      string `json:"code"`
		Severity  string `json:"severity"`
		Service   string `json:"service,omitempty"`
		Summary   string `json:"summary"`
		Procedure string `json:"procedure"`
	}
)

func (a *app) statusCommand() *cobra.Command {
	watch := false
	cmd := &cobra.Command{
		Use: "status", Short: "Look at an environment once and say what is wrong", Args: cobra.NoArgs,
		Long: "Looks at every figure once, side by side. What could not be read is said to be unknown. Exit code 0 also where something\nis wrong: the look itself worked. It is 1 when nothing could be read.",
		RunE: command(func(cmd *cobra.Command, _ []string) error {
			a.options.Glance = !watch
			w, err := a.world(cmd)
			if err != nil {
				return err
			}
			if watch {
				return a.watch(cmd.Context(), w)
			}
			return a.look(cmd.Context(), w)
		}),
	}
	a.jsonFlag(cmd, "as one JSON object")
	cmd.Flags().BoolVar(&watch, "watch", false, "look again every few seconds until interrupted")
	return cmd
}

// look prints one snapshot.
func (a *app) look(ctx context.Context, w *wire.World) error {
	snap := w.Look(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if a.asJSON {
		if err := a.print(statusOf(snap, w)); err != nil {
			return err
		}
	} else {
		a.say("%s", w.Opening())
		for _, l := range stateLines(snap, w.Clock.Now()) {
			for _, piece := range plain.Wrap(l, plain.Width) {
				a.say("%s", piece)
			}
		}
	}
	if err := nothingKnown(snap); err != nil {
		if !a.asJSON {
			a.report(err)
		}
		return exitStatus(1)
	}
	return nil
}

// nothingKnown gives the reason when no figure at all could be read.
func nothingKnown(snap status.Snapshot) error {
	var first *steps.Error
	for _, s := range snap.Services {
		if s.State.Known {
			return nil
		}
		if first == nil {
			first = s.State.Err
		}
	}
	if snap.Database.Known || first == nil {
		return nil
	}
	return first
}

// watch prints a snapshot after the other until the signal, which is how it is meant to end.
func (a *app) watch(ctx context.Context, w *wire.World) error {
	for {
		if err := a.look(ctx, w); err != nil && ctx.Err() == nil {
			var s exitStatus
			if !errors.As(err, &s) {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(5 * time.Second):
		}
	}
}

// statusOf puts a snapshot into its published shape.
func statusOf(s status.Snapshot, w *wire.World) statusJSON {
	out := statusJSON{At: s.At, Environment: s.Environment, Account: s.Account, Region: s.Region, Services: []serviceJSON{}, Problems: []problemJSON{}}
	for _, v := range s.Services {
		j := serviceJSON{Name: v.Name, State: v.State.Value.State, Disabled: v.State.Value.Disabled, URL: v.State.Value.URL,
			Current: deployment(v.State.Value.Current), Next: deployment(v.State.Value.Next)}
		if v.State.Err != nil {
			j.Error = w.Shown(v.State.Err.What)
		}
		if v.Health.Known {
			j.Health = &healthJSON{v.Health.Value.Status, v.Health.Value.Took.Seconds()}
		}
		out.Services = append(out.Services, j)
	}
	if s.Database.Known || s.Database.Err != nil {
		d := s.Database.Value
		out.Database = &databaseJSON{Name: d.Name, State: d.State, LatestRestorableTime: d.LatestRestorableTime}
		if s.Database.Err != nil {
			out.Database.Error = w.Shown(s.Database.Err.What)
		}
	}
	if s.Secrets.Known {
		out.Secrets = &secretsJSON{s.Secrets.Value.Present, s.Secrets.Value.Wanted, append([]string{}, s.Secrets.Value.Missing...)}
	}
	for _, p := range s.Problems {
		out.Problems = append(out.Problems, problemJSON{p.Code, string(p.Severity), p.Service, w.Shown(p.Summary), p.Procedure})
	}
	return out
}

func deployment(d *cloud.Deployment) *deploymentJSON {
	if d == nil {
		return nil
	}
	return &deploymentJSON{d.Version, d.State, d.Image()}
}

// stateLines says a snapshot, a thought a line: problems first.
func stateLines(s status.Snapshot, now time.Time) []string {
	var out []string
	for _, p := range s.Problems {
		word := map[status.Severity]string{status.Fault: "Fail", status.Warning: "Warn", status.NotSeen: "Unknown"}[p.Severity]
		line := word + ": " + sentence(shown(p.Summary))
		if p.Meaning != "" {
			line += " For production: " + sentence(shown(p.Meaning))
		}
		out = append(out, line)
		if p.Procedure != "" { // a line of its own: it is there to be copied
			next := "Next: runbook run " + p.Procedure
			for _, k := range names(p.Params) {
				next += fmt.Sprintf(" --set %s=%s", k, p.Params[k])
			}
			if s.Environment != "" {
				next += " --env " + s.Environment
			}
			out = append(out, next)
		}
	}
	if len(s.Problems) == 0 {
		out = append(out, "Pass: nothing is wrong that can be seen.")
	}
	for _, v := range s.Services {
		out = append(out, serviceLine(v, now))
	}
	out = append(out, figure("database", s.Database.Known, s.Database.Err, s.Database.Age(now), func() string {
		d := s.Database.Value
		text := d.Name + " " + d.State
		if !d.LatestRestorableTime.IsZero() {
			text += ", restorable to " + d.LatestRestorableTime.UTC().Format("15:04:05")
		}
		return text
	}))
	if s.Secrets.Known || s.Secrets.Err != nil {
		out = append(out, figure("secrets", s.Secrets.Known, s.Secrets.Err, s.Secrets.Age(now), func() string {
			text := fmt.Sprintf("%d of %d present", s.Secrets.Value.Present, s.Secrets.Value.Wanted)
			if len(s.Secrets.Value.Missing) > 0 {
				text += ", missing " + strings.Join(s.Secrets.Value.Missing, ", ")
			}
			return text
		}))
	}
	return out
}

// figure says one figure with its age, or why it is not known.
func figure(label string, known bool, err *steps.Error, age time.Duration, text func() string) string {
	switch {
	case known && err != nil:
		return fmt.Sprintf("%s: (%s), stale: %s, %s ago.", label, text(), strings.TrimSuffix(shown(err.What), "."), plain.Words(age))
	case known:
		return fmt.Sprintf("%s: %s, %s ago.", label, text(), plain.Words(age))
	case err != nil:
		return fmt.Sprintf("%s: not known: %s", label, sentence(shown(err.What)))
	}
	return label + ": not known yet."
}

func serviceLine(v status.Service, now time.Time) string {
	label := v.Role
	if label == "" {
		label = v.Name
	}
	return figure(label, v.State.Known, v.State.Err, v.State.Age(now), func() string {
		s := v.State.Value
		text := fmt.Sprintf("%s %s", v.Name, s.State)
		if s.Disabled {
			text += " disabled"
		}
		if s.Current != nil {
			text += fmt.Sprintf(" version %d with %s", s.Current.Version, s.Current.Image())
		}
		if s.Next != nil {
			text += fmt.Sprintf(", coming: version %d with %s %s", s.Next.Version, s.Next.Image(), s.Next.State)
		}
		if v.Health.Known {
			text += fmt.Sprintf(", GET / %d in %d ms", v.Health.Value.Status, v.Health.Value.Took.Milliseconds())
		} else if v.Health.Err != nil {
			text += ", GET / not known"
		}
		if v.Requests.Known {
			text += fmt.Sprintf(", API 5xx on %d of %d", v.Requests.Value.Bad, v.Requests.Value.Of)
		}
		return text
	})
}

func (a *app) logsCommand() *cobra.Command {
	var follow bool
	var since time.Duration
	var grep string
	cmd := &cobra.Command{
		Use: "logs SERVICE", Short: "Print a service's log, masked and escaped", Args: cobra.ExactArgs(1),
		Long: "Prints the log of a service's container: secrets masked, control characters made visible. SERVICE is a name or a role, such as\nbackend. --grep takes words (all of them, upper case counts when it is used), -word, or /regular expression/.",
		RunE: command(func(cmd *cobra.Command, args []string) error {
			filter, err := logs.ParseFilter(grep)
			if err != nil {
				return &steps.Error{Code: steps.CodeInput, What: sentence("--grep: " + err.Error()), Next: "Give words, -word, or /regular expression/."}
			}
			w, err := a.world(cmd)
			if err != nil {
				return err
			}
			return w.PrintLog(cmd.Context(), wire.LogQuery{Service: args[0], Since: since, Follow: follow, Filter: filter}, func(line string) { a.say("%s", line) })
		}),
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on until interrupted")
	cmd.Flags().DurationVar(&since, "since", time.Hour, "how far back")
	cmd.Flags().StringVar(&grep, "grep", "", "only lines that match")
	return cmd
}
