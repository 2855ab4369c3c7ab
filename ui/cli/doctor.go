package cli

import (
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/JustAJobApp/runbook/steps/operations"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/cli/wire"
)

// finding is one line of doctor, and an element of doctor --json.
type finding struct {
	Subject string `json:"subject"`
	State   string `json:"state"` // pass, warn, fail, unknown
	What    string `json:"what"`
	Next    string `json:"next,omitempty"`
}

func (a *app) doctorCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "doctor", Short: "Say what works here, and how to mend the rest", Args: cobra.NoArgs,
		Long: "Looks at the state folder, tools, configuration, login, account, region, clock and services. It changes nothing.\nExit code 3 where something that runs need does not work.",
		RunE: command(func(cmd *cobra.Command, _ []string) error {
			all := append(a.here(cmd), tools()...)
			all = append(all, a.there(cmd)...)
			bad := false
			for _, f := range all {
				bad = bad || f.State == "fail"
			}
			if a.asJSON {
				if err := a.print(all); err != nil {
					return err
				}
			} else {
				for _, f := range all {
					a.say("%-7s %-14s %s", strings.ToUpper(f.State[:1])+f.State[1:], f.Subject, sentence(shown(f.What)))
					if f.Next != "" {
						a.say("%22s Next: %s", "", sentence(shown(f.Next)))
					}
				}
			}
			if bad {
				return exitStatus(3)
			}
			return nil
		}),
	}
	a.jsonFlag(cmd, "as one JSON array")
	return cmd
}

// here looks at what belongs to this machine.
func (a *app) here(cmd *cobra.Command) []finding {
	dir := wire.StateDir(a.options)
	j, err := wire.OpenJournal(cmd.Context(), a.options)
	if err != nil {
		return []finding{of("state folder", err)}
	}
	defer func() { _ = j.Close() }()
	runs, err := j.Runs(cmd.Context())
	if err != nil {
		return []finding{of("state folder", err)}
	}
	out := []finding{{"state folder", "pass", dir, ""}}
	if breaks, err := j.Verify(cmd.Context()); err != nil {
		out = append(out, of("record", err))
	} else if len(breaks) > 0 {
		out = append(out, finding{"record", "fail", "the chain of hashes breaks", "runbook audit verify says where"})
	} else {
		out = append(out, finding{"record", "pass", "whole, " + plural(len(runs), "run"), ""})
	}
	return out
}

// tools looks for the programs that by-hand commands use. None is needed by the program itself.
func tools() []finding {
	var out []finding
	for _, t := range []struct{ name, use string }{{"aws", "the by-hand commands of most steps"}, {"jq", "by-hand commands that make JSON"}, {"git", "rolling back by commit"}} {
		if path, err := exec.LookPath(t.name); err == nil {
			out = append(out, finding{t.name, "pass", path, ""})
		} else {
			out = append(out, finding{t.name, "warn", "not found; it is for " + t.use, "install " + t.name})
		}
	}
	return out
}

// there looks at the environment.
func (a *app) there(cmd *cobra.Command) []finding {
	if a.options.Environment == "" && a.options.Sim == "" {
		name, err := wire.Configured()
		if err != nil {
			return []finding{of("configuration", err)}
		}
		if name == "" {
			return []finding{{"configuration", "warn", "no production is configured", "runbook init writes a runbook.yaml; runbook doctor --env practice looks at the simulated cloud"}}
		}
	}
	w, err := a.open(cmd.Context())
	if err != nil {
		return []finding{of("configuration", err)}
	}
	out := []finding{{"configuration", "pass", strings.TrimSuffix(w.Opening(), "."), ""}}
	snap := w.Look(cmd.Context())
	switch {
	case !snap.Identity.Known && snap.Identity.Err != nil:
		out = append(out, of("login", snap.Identity.Err))
	case snap.Identity.Value.Account != w.Environment.Account:
		out = append(out, finding{"account", "fail", "these keys belong to account " + snap.Identity.Value.Account + "; " + w.Environment.Name + " is " + w.Environment.Account, "choose another profile in runbook.yaml"})
	default:
		out = append(out, finding{"login", "pass", snap.Identity.Value.ARN + ", account and region as configured", ""})
	}
	for _, s := range snap.Services {
		out = append(out, seen(s.Name, s.State, s.State.Value.State))
	}
	out = append(out, seen("database", snap.Database, snap.Database.Value.State), seen("Infisical", snap.Secrets, "secrets are listed without their values"))
	if skew := time.Until(w.Clock.Now()).Abs(); !w.Practice && skew > time.Minute {
		out = append(out, finding{"clock", "warn", "this machine's clock is off by " + skew.Round(time.Second).String(), "set it: signatures are refused from 15 minutes on"})
	} else {
		out = append(out, finding{"clock", "pass", w.Clock.Now().UTC().Format(time.RFC3339), ""})
	}
	return append(out, a.permissions(w))
}

// permissions names what the login needs; whether it has them shows in the looks above.
func (a *app) permissions(w *wire.World) finding {
	need := map[string]bool{}
	for _, d := range operations.Declarations() {
		for _, p := range d.Permissions {
			need[p] = true
		}
	}
	state, what := "pass", "everything here is allowed in practice; in production the login needs "
	if !w.Practice {
		state, what = "unknown", "reads were tried above; writes are not tried. The login needs "
	}
	return finding{"permissions", state, what + strings.Join(names(need), ", "), ""}
}

func seen[T any](subject string, f status.Figure[T], what string) finding {
	switch {
	case f.Known:
		return finding{subject, "pass", what, ""}
	case f.Err != nil:
		return of(subject, f.Err)
	}
	return finding{subject, "unknown", "not configured, or not looked at", ""}
}

// of turns an error into a line.
func of(subject string, err error) finding {
	p := problemOf(err)
	return finding{subject, "fail", p.What, p.Next}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
