package cli

import (
	"runtime"

	"github.com/spf13/cobra"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/cli/wire"
)

// root is the tree of commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "runbook",
		Short: "Walk through JustAJobApp's procedures, step by step, beside what production really does",
		Long: "Runbook walks an operator through JustAJobApp's procedures: it looks before it acts, shows what a change will change,\n" +
			"sends it once, and reports what was seen afterwards. Without a command it opens the home screen.\n\n" +
			"Exit codes: 0 done, 1 error, 2 usage, 3 the run ended in failure, 4 stopped at a human gate, 5 outcome unknown,\n" +
			"6 held by another operator, 130 interrupted.",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          command(func(cmd *cobra.Command, _ []string) error { return a.home(cmd.Context()) }),
	}
	f := root.PersistentFlags()
	f.StringVar(&a.options.State, "state", "", "state folder (RUNBOOK_STATE; default: runbook in the user's state folder)")
	f.StringVar(&a.options.Environment, "env", "", "environment: practice, or one of runbook.yaml")
	f.StringVar(&a.options.Sim, "sim", "", "address of a running runbook sim; everything is then practice")
	f.BoolVar(&a.options.ReadOnly, "read-only", false, "look only: every change is refused")
	f.BoolVar(&a.plain, "plain", false, "line mode: one thought a line, no screen")
	f.BoolVar(&a.ascii, "ascii", false, "signs and borders in ASCII")
	f.StringVar(&a.theme, "theme", "auto", "colours for a background: auto, dark, light, none (NO_COLOR counts as well)")
	root.PersistentPreRunE = command(func(*cobra.Command, []string) error { return a.checkFlags() })
	root.AddCommand(a.practiceCommand(), a.runCommand(), a.resumeCommand(), a.runsCommand(), a.reportCommand(), a.listCommand(), a.showCommand(),
		a.lintCommand(), a.statusCommand(), a.logsCommand(), a.simCommand(), a.doctorCommand(), a.initCommand(), a.trustCommand(), a.versionCommand(), a.auditCommand())
	return root
}

func (a *app) checkFlags() error {
	switch a.theme {
	case "auto", "dark", "light", "none":
	default:
		return &steps.Error{Code: steps.CodeInput, What: "--theme " + a.theme + " is no theme.", Next: "Give auto, dark, light or none."}
	}
	a.options.Version = Version
	return nil
}

func (a *app) versionCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: command(func(*cobra.Command, []string) error {
			if a.asJSON {
				return a.print(map[string]string{"version": Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH})
			}
			a.say("runbook %s, %s %s/%s", Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		}),
	}
	a.jsonFlag(cmd, "as one JSON object")
	return cmd
}

// jsonFlag gives a command --json; its failures are JSON then as well.
func (a *app) jsonFlag(cmd *cobra.Command, usage string) {
	cmd.Flags().BoolVar(&a.asJSON, "json", false, usage)
}

// world opens what the flags name and closes it with the command.
func (a *app) world(cmd *cobra.Command) (*wire.World, error) { return a.open(cmd.Context()) }
