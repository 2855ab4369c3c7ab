package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui"
	"github.com/JustAJobApp/runbook/ui/cli/wire"
	"github.com/JustAJobApp/runbook/ui/plain"
)

func (a *app) practiceCommand() *cobra.Command {
	var list bool
	cmd := &cobra.Command{
		Use: "practice [SCENARIO]", Short: "Rehearse against a simulated cloud: nothing there is real", Args: cobra.MaximumNArgs(1),
		Long: "Starts the simulated cloud on loopback and opens home. A rehearsal with an open run goes on where it was left; otherwise the\n" +
			"scenario begins anew. The cloud's clock runs with yours while you think and read, and faster while the cloud works.",
		RunE: command(func(cmd *cobra.Command, args []string) error {
			if list {
				return a.drills()
			}
			if a.options.Environment != "" && a.options.Environment != wire.PracticeName {
				return &steps.Error{Code: steps.CodeInput, What: "practice and --env " + a.options.Environment + " do not go together.", Next: "Leave --env out."}
			}
			a.options.Environment = wire.PracticeName
			if len(args) == 1 {
				a.options.Scenario = args[0]
			}
			if err := a.scenarioKnown(); err != nil {
				return err
			}
			if a.options.Scenario == "" && a.options.Sim == "" {
				a.options.Default = wire.Rehearsed
			}
			a.options.Rehearse = a.options.Sim == ""
			w, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			return a.screen(cmd.Context(), w, screenStart{})
		}),
	}
	cmd.Flags().BoolVar(&list, "list", false, "list the scenarios")
	cmd.Flags().BoolVar(&a.options.Fresh, "fresh", false, "begin the scenario anew, also where a run is open")
	a.simFlags(cmd)
	return cmd
}

// simFlags are those of a simulated cloud that this process may start.
func (a *app) simFlags(cmd *cobra.Command) {
	cmd.Flags().Float64Var(&a.options.Factor, "factor", 0, "how much faster the clock runs while the cloud works, 1 to 600 (20 at first)")
	cmd.Flags().Uint64Var(&a.options.Seed, "seed", 1, "the scenario's chance")
}

// scenarioKnown refuses a name that there is no scenario of, before a cloud is started.
func (a *app) scenarioKnown() error {
	if all := wire.Scenarios(); a.options.Scenario != "" && !slices.Contains(all, a.options.Scenario) {
		return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("There is no scenario %q.", a.options.Scenario), Meaning: "nothing was started.", Next: "There are: " + strings.Join(all, ", ") + "."}
	}
	return nil
}

func (a *app) drills() error {
	all, err := checklists.Drills()
	if err != nil {
		return err
	}
	for _, d := range all {
		a.say("%-14s %s, difficulty %d", d.ID, d.Title, d.Difficulty)
	}
	return nil
}

func (a *app) simCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "sim [SCENARIO]", Short: "Serve the simulated cloud alone, for the AWS CLI or any client", Args: cobra.MaximumNArgs(1),
		Long: "Prints one line of JSON with the addresses and the environment variables to use when it is ready, and serves until a signal.\n" +
			"Any command attaches to it with --sim and the url of that line.",
		RunE: command(func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				a.options.Scenario = args[0]
			}
			if err := a.scenarioKnown(); err != nil {
				return err
			}
			a.asJSON = true
			addresses, closing, err := wire.Serve(cmd.Context(), a.options)
			if err != nil {
				return err
			}
			if err := a.print(addresses); err != nil {
				return err
			}
			<-cmd.Context().Done()
			return closing()
		}),
	}
	a.simFlags(cmd)
	return cmd
}

// screenStart is what the screen opens with: home, a new run, or one to go on with.
type screenStart struct {
	procedure string
	params    steps.Values
	run       string
}

// home opens the home screen, or says that nothing is configured.
func (a *app) home(ctx context.Context) error {
	if a.options.Environment == "" && a.options.Sim == "" {
		name, err := wire.Configured()
		if err != nil {
			return err
		}
		if name == "" {
			a.welcome()
			return nil
		}
	}
	w, err := a.open(ctx)
	if err != nil {
		return err
	}
	return a.screen(ctx, w, screenStart{})
}

// welcome is what there is to do without a configuration. It starts nothing.
func (a *app) welcome() {
	a.say("No production is configured: there is no runbook.yaml here, above, or in your configuration folder.")
	a.say("")
	a.say("  runbook practice    rehearse against a simulated cloud; nothing there is real")
	a.say("  runbook init        write a runbook.yaml for your production")
	a.say("  runbook list        list the procedures; runbook show NAME prints one")
}

// screen runs the program's screens, or tells home line by line where there is no terminal.
func (a *app) screen(ctx context.Context, w *wire.World, start screenStart) error {
	if !a.onScreen() {
		if start.procedure == "" && start.run == "" {
			return a.plainHome(ctx, w)
		}
		return &steps.Error{Code: steps.CodeInput, What: "There is no terminal to draw on.", Next: "Give --plain."}
	}
	d := w.Deps(ctx)
	d.ASCII = d.ASCII || a.ascii
	begin := ui.Start{Background: map[string]string{"dark": "dark", "light": "light", "none": "none"}[a.theme]}
	var err error
	switch {
	case start.run != "":
		begin.Driver, err = d.Resume(ctx, start.run)
	case start.procedure != "":
		begin.Driver, err = d.Start(ctx, start.procedure, start.params, nil)
	}
	if err != nil {
		return err
	}
	leave, err := ui.Run(ctx, d, begin)
	if leave != "" {
		a.say("%s", leave)
	}
	return err
}

// plainHome is home, a thought a line: what is wrong, what can be gone on with, what to type.
func (a *app) plainHome(ctx context.Context, w *wire.World) error {
	a.say("%s", w.Opening())
	for _, l := range stateLines(w.Look(ctx), w.Clock.Now()) {
		for _, piece := range plain.Wrap(l, plain.Width) {
			a.say("%s", piece)
		}
	}
	runs, err := w.Journal.Runs(ctx)
	if err != nil {
		return err
	}
	for _, r := range runs {
		if r.Environment == w.Environment.Name && r.State != steps.RunDone && r.State != steps.RunDropped {
			a.say("Open: run %s, %s, %s. Next: runbook resume %s", r.ID, shown(r.Title), r.State, r.ID)
		}
	}
	a.say("Procedures: runbook list. To start one: runbook run PROCEDURE --env %s --plain", w.Environment.Name)
	if !w.Serving() {
		return nil
	}
	if !a.ttyIn || !a.plain {
		return nil
	}
	a.say("The practice cloud runs until you press ctrl+c here; other windows use it with --env practice.")
	<-ctx.Done()
	return nil
}
