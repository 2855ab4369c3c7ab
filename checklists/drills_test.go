package checklists

import (
	"os"
	"strings"
	"testing"
	"time"
)

func TestDrills(t *testing.T) {
	all, err := Drills()
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	if len(all) != 2 || all[0].ID != "bad-deploy" || all[1].ID != "service-disabled" {
		t.Fatalf("the drills are %v", all)
	}
	d := all[0]
	if d.Difficulty != 1 || d.Objective.RTO != 5*time.Minute || d.Par != 270*time.Second || d.Params["service"] != "jaja-backend" || len(d.Hints) != 3 ||
		!strings.HasPrefix(d.Page, "HIGH api.justajobapp.com: 41 errors/min") || strings.Contains(d.Page, "\n") || !strings.HasPrefix(d.Debrief, "Roll back before") || strings.Contains(d.Recovered, "R0") {
		t.Errorf("bad-deploy is %+v", d)
	}
	lib := Embedded(catalogue)
	for _, d := range all {
		for _, id := range d.Exercises {
			if _, err := lib.Source(id); err != nil {
				t.Errorf("%s: %v", d.ID, err)
			}
		}
	}
}

func TestDrillMistakes(t *testing.T) {
	src, err := os.ReadFile("drills/bad-deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"", "", ""},
		{"difficulty: 1", "difficultly: 1", "bad-deploy.md:4:1: `difficultly` is no key of a drill; expected id, title, difficulty"},
		{"difficulty: 1", "difficulty: 6", "bad-deploy.md:4:13: `difficulty` is \"6\"; expected a whole number from 1 to 5"},
		{"id: bad-deploy", "id: good-deploy", "bad-deploy.md:2:5: the id is `good-deploy` and the file is bad-deploy.md; expected id: bad-deploy"},
		{"limit: 20m\n", "", "bad-deploy.md:1:1: the drill has no `limit`"},
		{"cloud: 180s", "cloud: 280s", "bad-deploy.md:6:6: par is longer than the objective"},
		{"exercises: [rollback,", "exercises: [rolback,", "bad-deploy.md:9:13: there is no procedure `rolback`"},
		{"the dashboard does not load", "the rollback does not load", "bad-deploy.md:17:4: the page gives `rollback` away"},
		{"2. An older image is still there, and no migration came between.\n", "", "bad-deploy.md:47:4: the drill has another number of hints; expected three"},
		{"{#page}", "{#pages}", "bad-deploy.md:17:4: `pages` is no section of a drill"},
		{"## Debrief {#debrief}", "## Debrief", "bad-deploy.md:53:4: this heading names no section"},
	} {
		ps := LintDrill("bad-deploy.md", []byte(strings.Replace(string(src), c.old, c.new, 1)))
		said := Problems(ps).Error()
		if c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%q for %q:\n got %s\nwant %s", c.new, c.old, said, c.want)
		}
	}
}
