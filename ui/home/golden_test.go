package home

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a screen with its file. Every line must be exactly w columns.
func golden(t *testing.T, name, screen string, w, h int) {
	t.Helper()
	lines := strings.Split(screen, "\n")
	if len(lines) != h {
		t.Errorf("%s: %d lines, want %d", name, len(lines), h)
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n != w {
			t.Errorf("%s: line %d is %d columns, want %d: %q", name, i+1, n, w, ansi.Strip(l))
		}
	}
	file := filepath.Join("testdata", name+".golden")
	got := strings.ReplaceAll(screen, "\x1b", "␛") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is not as in %s; run with -update and look at what changed\n%s", name, file, ansi.Strip(screen))
	}
}

var at = time.Date(2026, 11, 23, 7, 9, 41, 0, time.UTC)

// journal is what home reads of a journal.
type journal struct {
	steps.Journal
	runs    []steps.RunSummary
	obliged []steps.OpenObligation
}

func (j *journal) Runs(context.Context) ([]steps.RunSummary, error) { return j.runs, nil }
func (j *journal) Obligations(context.Context, string) ([]steps.OpenObligation, error) {
	return j.obliged, nil
}
func (j *journal) Read(context.Context, string) iter.Seq2[steps.Event, error] { return nil }

type clock struct{}

func (clock) Now() time.Time                             { return at }
func (clock) Sleep(context.Context, time.Duration) error { return nil }

func procedures() []checklists.Summary {
	var out []checklists.Summary
	add := func(group, id, title string, rto time.Duration) {
		out = append(out, checklists.Summary{ID: id, Title: title, Group: group, Objective: steps.Objective{RTO: rto},
			Params: map[string]steps.Param{"service": {Kind: steps.KindService, Required: true}}})
	}
	add("Prepare", "pre-deploy", "Pre-deploy checklist", 0)
	add("Deploy", "deploy", "Automated: push to main", 0)
	add("Deploy", "deploy-backend", "Manual: backend", 0)
	add("Deploy", "deploy-frontend", "Manual: frontend", 0)
	add("Validate", "validate", "After a deployment", 0)
	add("Roll back", "rollback", "Roll back: decide the way back", 5*time.Minute)
	add("Roll back", "rollback-commit", "By commit", 0)
	add("Roll back", "rollback-image", "By image", 0)
	add("Roll back", "rollback-migration", "By migration", 0)
	add("Back up", "snapshot", "Snapshot", 0)
	add("Back up", "export", "Export with pg_dump", 0)
	add("Restore", "restore-snapshot", "From a snapshot", 30*time.Minute)
	add("Restore", "restore-point-in-time", "To a point in time", 30*time.Minute)
	add("Recover", "dr-container", "Container service fails", 5*time.Minute)
	add("Recover", "dr-region", "Region fails", 4*time.Hour)
	add("Secrets", "inventory", "Inventory and age", 0)
	add("Secrets", "rotate", "Rotate one secret", 0)
	add("Troubleshoot", "stuck", "Stuck in DEPLOYING", 0)
	return out
}

func snapshot() status.Snapshot {
	s := status.Snapshot{At: at.Add(-2 * time.Second), Account: "482109375510", Region: "eu-west-1"}
	figureAt := at.Add(-2 * time.Second)
	service := func(role string, version int, bad int) status.Service {
		image := fmt.Sprintf(":jaja-%s.%s.%d", role, role, version)
		d := cloud.Deployment{Version: version, State: cloud.DeploymentActive, Containers: map[string]cloud.Container{"app": {Image: image}}}
		v := status.Service{Name: "jaja-" + role, Role: role}
		v.State = status.Figure[cloud.Service]{Value: cloud.Service{State: cloud.ServiceRunning, Current: &d}, Known: true, At: figureAt, Every: 5 * time.Second}
		v.Health = status.Figure[cloud.Answer]{Value: cloud.Answer{Status: 200, Took: 31 * time.Millisecond}, Known: true, At: figureAt, Every: 5 * time.Second}
		if bad > 0 {
			v.Requests = status.Figure[status.Requests]{Value: status.Requests{Bad: bad, Of: 20, PerMinute: 41, Spark: []int{0, 0, 0, 0, 36, 41, 35, 41}}, Known: true, At: figureAt, Every: 5 * time.Second}
		}
		return v
	}
	s.Services = []status.Service{service("backend", 13, 17), service("frontend", 9, 0)}
	s.Database = status.Figure[cloud.Database]{Value: cloud.Database{State: "available", LatestRestorableTime: at.Add(-5 * time.Minute)}, Known: true, At: at.Add(-38 * time.Second), Every: time.Minute}
	s.Secrets = status.Figure[status.Secrets]{Value: status.Secrets{Present: 21, Wanted: 21, Due: []status.Due{{Name: "COOKIE_SECRET"}}}, Known: true, At: at.Add(-55 * time.Second), Every: 5 * time.Minute}
	s.Problems = []status.Problem{
		{Code: "errors-after-deploy", Severity: status.Fault, Service: "jaja-backend", Summary: "backend answers with errors: 17 of the last 20 API requests gave 500",
			Meaning: "people cannot load their dashboard; the health check passes (it takes 200-499 on /)",
			Began:   "2 min after version 13 (backend.13) went live at 07:05:04", Since: at.Add(-151 * time.Second), Procedure: "rollback", Params: map[string]string{"service": "jaja-backend"}},
		{Code: "secret-due", Severity: status.Warning, Summary: "COOKIE_SECRET was set 371 days ago; it is rotated yearly, so it is 6 days late", Procedure: "rotate"},
	}
	return s
}

func runs(environment string) []steps.RunSummary {
	day := 24 * time.Hour
	done := func(id, procedure, env string, ago time.Duration) steps.RunSummary {
		return steps.RunSummary{ID: id, Procedure: procedure, Environment: env, State: steps.RunDone, Started: at.Add(-ago), Updated: at.Add(-ago), Finished: at.Add(-ago)}
	}
	return []steps.RunSummary{
		{ID: "1121-4", Procedure: "rotate", Title: "Rotate one secret", Environment: environment, State: steps.RunUnsure, Operator: "ana", Updated: at.Add(-2 * day), Number: 3, Total: 5, StepTitle: "GOOGLE_API_KEY"},
		{ID: "1123-1", Procedure: "pre-deploy", Title: "Pre-deploy checklist", Environment: environment, State: steps.RunInterrupted, Operator: "kim", Updated: at.Add(-21 * time.Minute), Number: 15, Total: 16,
			StepTitle: "Rollback plan is ready", Params: steps.Values{"commit": {Kind: steps.KindCommit, Text: "9c41f7e"}}},
		done("1111-1", "rollback", "practice", 12*day), done("1023-2", "restore-snapshot", "practice", 97*day), done("1111-2", "validate", environment, 12*day),
		done("1110-1", "dr-container", "practice", 13*day),
	}
}

// opts say what a test's home looks like.
type opts struct {
	practice bool
	calm     bool
	theme    theme.Options
}

func newHome(t *testing.T, o opts) *Home {
	t.Helper()
	o.theme.Frame = theme.Production()
	env := site.Environment{Name: "production", Title: "JustAJobApp", Account: "482109375510", Region: "eu-west-1",
		Services: []site.Service{{Name: "jaja-backend", Role: "backend"}, {Name: "jaja-frontend", Role: "frontend"}}, Database: "jaja-db"}
	tick := deps.Tick{Now: at}
	if o.practice {
		o.theme.Frame = theme.Practice("bad-deploy")
		env.Name, env.Title, env.Account = "practice", "", "000000000000"
		tick.Speed, tick.Factor = 1, 20
	}
	d := deps.Deps{Frame: o.theme.Frame, Environment: env, Operator: "ana", Version: "1.0.0", Clock: clock{}, Status: status.New(status.Config{}),
		List: func() ([]checklists.Summary, error) { return procedures(), nil }, Journal: &journal{runs: runs(env.Name)}}
	if o.calm {
		d.Journal = &journal{}
	}
	h := New(d, theme.New(o.theme))
	h.Update(h.Init()())
	h.Update(tick)
	s := snapshot()
	if o.calm {
		s.Problems = nil
	}
	h.Update(deps.Snapshot{Snapshot: s})
	return h
}

func colours(profile colorprofile.Profile, isDark bool) theme.Options {
	return theme.Options{Profile: profile, Dark: &isDark}
}

func TestHomeLooksAsDrawn(t *testing.T) {
	none := theme.Options{Profile: colorprofile.ASCII}
	ascii := theme.Options{Profile: colorprofile.ASCII, Charset: theme.ASCII}
	for _, c := range []struct {
		name string
		w, h int
		o    opts
	}{
		{"home-140x40", 140, 40, opts{theme: none}},
		{"home-80x24", 80, 24, opts{theme: none}},
		{"home-practice-80x24", 80, 24, opts{theme: none, practice: true}},
		{"home-60x20", 60, 20, opts{theme: none, practice: true}},
		{"home-60x16", 60, 16, opts{theme: none}},
		{"home-200x60", 200, 60, opts{theme: none}},
		{"home-110x30", 110, 30, opts{theme: none}},
		{"home-ascii-140x40", 140, 40, opts{theme: ascii}},
		{"home-ascii-80x24", 80, 24, opts{theme: ascii, practice: true}},
		{"home-dark-140x40", 140, 40, opts{theme: colours(colorprofile.TrueColor, true)}},
		{"home-light256-80x24", 80, 24, opts{theme: colours(colorprofile.ANSI256, false)}},
		{"home-dark16-80x24", 80, 24, opts{theme: colours(colorprofile.ANSI, true), practice: true}},
		{"home-calm-80x24", 80, 24, opts{theme: none, calm: true}},
	} {
		t.Run(c.name, func(t *testing.T) { golden(t, c.name, newHome(t, c.o).View(c.w, c.h), c.w, c.h) })
	}
}

// Every size between the smallest and a large one must be drawn to the column.
func TestEverySizeIsExact(t *testing.T) {
	h := newHome(t, opts{theme: colours(colorprofile.TrueColor, true)})
	p := newPage(t, h.d, h.t)
	for w := 60; w <= 210; w += 7 {
		for height := 16; height <= 64; height += 5 {
			for name, screen := range map[string]string{"home": h.View(w, height), "page": p.View(w, height)} {
				lines := strings.Split(screen, "\n")
				if len(lines) != height {
					t.Fatalf("%s at %dx%d has %d lines", name, w, height, len(lines))
				}
				for i, l := range lines {
					if n := widget.Width(l); n != w {
						t.Fatalf("%s at %dx%d: line %d is %d columns: %q", name, w, height, i+1, n, ansi.Strip(l))
					}
				}
			}
		}
	}
}

func BenchmarkView(b *testing.B) {
	h := newHome(&testing.T{}, opts{theme: colours(colorprofile.TrueColor, true)})
	b.ReportAllocs()
	for b.Loop() {
		h.View(200, 60)
	}
}
