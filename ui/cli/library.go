package cli

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/operations"
	"github.com/JustAJobApp/runbook/ui/plain"
)

// library is the procedures that the program carries. It builds no client.
func library() *checklists.Library { return checklists.Embedded(operations.Declarations()) }

// listed is the published shape of list --json.
type listed struct {
	ID     string       `json:"id"`
	Title  string       `json:"title"`
	Group  string       `json:"group"`
	Covers string       `json:"covers"`
	Steps  []listedStep `json:"steps"`
}

type listedStep struct {
	ID    steps.Path `json:"id"`
	Kind  string     `json:"kind"`
	Title string     `json:"title"`
}

func (a *app) listCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "list", Short: "List the procedures", Args: cobra.NoArgs,
		RunE: command(func(*cobra.Command, []string) error {
			if a.asJSON {
				return a.listJSON()
			}
			all, err := library().List()
			if err != nil {
				return err
			}
			group := ""
			for _, p := range all {
				if p.Group != group {
					group = p.Group
					a.say("%s", group)
				}
				line := fmt.Sprintf("  %-16s %s", p.ID, p.Title)
				if p.Objective.RTO > 0 {
					line += ", RTO " + plain.Words(p.Objective.RTO)
				}
				a.say("%s", line)
			}
			return nil
		}),
	}
	a.jsonFlag(cmd, "with every procedure's own steps, as one JSON array")
	return cmd
}

// listJSON gives a procedure's own steps, not those that it follows.
func (a *app) listJSON() error {
	lib := library()
	all, err := lib.List()
	if err != nil {
		return err
	}
	out := make([]listed, 0, len(all))
	for _, s := range all {
		p, err := lib.Load(s.ID)
		if err != nil {
			return err
		}
		l := listed{ID: p.ID, Title: p.Title, Group: p.Group, Covers: p.Covers, Steps: []listedStep{}}
		for _, step := range p.Steps {
			if step.ID.Scope() == "" {
				l.Steps = append(l.Steps, listedStep{step.ID, step.Kind, step.Title})
			}
		}
		out = append(out, l)
	}
	return a.print(out)
}

func (a *app) showCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show PROCEDURE", Short: "Print a procedure's document", Args: cobra.ExactArgs(1),
		Long: "Prints the document as it stands. It can be followed by hand where the program cannot run.",
		RunE: command(func(_ *cobra.Command, args []string) error {
			src, err := library().Source(args[0])
			if err != nil {
				return err
			}
			_, err = a.out.Write(src)
			return err
		}),
	}
}

func (a *app) lintCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "lint [FILE…]", Short: "Check procedure files; without a name, those that the program carries",
		Long: "Names every mistake as file:line:col: what is wrong, what was expected. Exit code 2 where there is one.\n" +
			"What a file follows is looked up beside it, then among the procedures that the program carries.",
		RunE: command(func(_ *cobra.Command, args []string) error {
			var problems []*checklists.Problem
			var err error
			if len(args) == 0 {
				problems, err = lintEmbedded()
			}
			for _, name := range args {
				found, e := lintFile(name)
				if e != nil {
					return e
				}
				problems = append(problems, found...)
			}
			if err != nil {
				return err
			}
			return a.problems(problems, max(len(args), 0))
		}),
	}
	a.jsonFlag(cmd, "problems as one JSON array")
	return cmd
}

// lintProblem is the published shape of lint --json.
type lintProblem struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	What     string `json:"what"`
	Expected string `json:"expected,omitempty"`
}

func (a *app) problems(problems []*checklists.Problem, files int) error {
	if a.asJSON {
		out := make([]lintProblem, 0, len(problems))
		for _, p := range problems {
			out = append(out, lintProblem{p.Pos.File, p.Pos.Line, p.Pos.Col, p.What, p.Expected})
		}
		if err := a.print(out); err != nil {
			return err
		}
	} else {
		for _, p := range problems {
			a.say("%s", shown(p.String()))
		}
	}
	if len(problems) > 0 {
		return exitStatus(2)
	}
	if !a.asJSON {
		if files == 0 {
			a.say("The procedures of this program have no mistakes.")
		} else {
			a.say("No mistakes.")
		}
	}
	return nil
}

func lintEmbedded() ([]*checklists.Problem, error) {
	lib := library()
	all, err := lib.List()
	if err != nil {
		return nil, err
	}
	var out []*checklists.Problem
	for _, s := range all {
		src, err := lib.Source(s.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, checklists.Lint("checklists/"+s.ID+".md", src, operations.Declarations(), lib)...)
	}
	return out, nil
}

func lintFile(name string) ([]*checklists.Problem, error) {
	f, err := os.Open(name)
	if err == nil {
		defer func() { _ = f.Close() }()
		var src []byte
		if src, err = io.ReadAll(io.LimitReader(f, 1<<20)); err == nil {
			return checklists.Lint(name, src, operations.Declarations(), beside(name)), nil
		}
	}
	return nil, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s cannot be read.", name), Next: "Give the path of a procedure file.", Cause: err}
}

// beside is where a file's follows are looked up: its own folder when that holds procedures, else the program's.
func beside(name string) *checklists.Library {
	dir := filepath.Dir(name)
	if lib := checklists.Dir(dir, operations.Declarations()); folderHas(lib) {
		return lib
	}
	return library()
}

// folderHas reports whether a folder is a library by itself: it has the procedures that others follow.
func folderHas(lib *checklists.Library) bool {
	_, err := lib.Source("validate")
	return err == nil
}

// byHand is what a person types instead of a step.
func byHand(step *steps.Step, vars steps.Values) string { return checklists.ByHand(step, vars) }

// proseLines is a step's document, for line mode.
func proseLines(step *steps.Step) []string {
	var out []string
	for _, l := range strings.Split(step.Prose, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// names are the keys of a map, sorted.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
