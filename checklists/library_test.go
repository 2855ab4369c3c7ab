package checklists

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

var update = flag.Bool("update", false, "write golden files anew")

// TestList holds what lists show of the embedded procedures.
func TestList(t *testing.T) {
	all, err := Embedded(catalogue).List()
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	var out strings.Builder
	for _, s := range all {
		fmt.Fprintf(&out, "%s\n  %s · %s\n  covers %s\n  when %s\n  objective %s %s, requires %s, practice %s %v\n", s.ID, s.Group, s.Title, s.Covers, s.WhenToUse,
			s.Objective.RTO, s.Objective.RPO, s.Requires, s.Practice.Scenario, s.Practice.Set)
		for _, name := range slices.Sorted(maps.Keys(s.Params)) {
			p := s.Params[name]
			fmt.Fprintf(&out, "  %s %s required=%v default=%q %s\n", name, p.Kind, p.Required, p.Default, p.Prompt)
		}
	}
	golden := filepath.Join("testdata", "list.golden")
	if *update {
		if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if out.String() != string(want) {
		t.Errorf("the list is\n%s\nwant\n%s", out.String(), want)
	}
}

// TestFlatten follows one procedure into two others and holds what the engine lives on.
func TestFlatten(t *testing.T) {
	p, err := Embedded(catalogue).Load("rollback")
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	var paths []string
	for _, s := range p.Steps {
		paths = append(paths, string(s.ID)+" "+s.Kind)
	}
	want := []string{"live check", "errors check", "older check", "schema check", "method decide", "bad ask", "revert tick", "revert-live tick", "target ask", "downgrade tick", "rollback-image follow",
		"rollback-image/identity check", "rollback-image/live check", "rollback-image/migration check", "rollback-image/image choose", "rollback-image/reason ask", "rollback-image/deploy do",
		"rollback-image/live-wait wait", "rollback-image/validate follow", "rollback-image/validate/live-backend check"}
	if !slices.Equal(paths[:len(want)], want) {
		t.Errorf("paths\n%s\nwant\n%s", strings.Join(paths[:len(want)], "\n"), strings.Join(want, "\n"))
	}
	for _, last := range []string{"rollback-image/told tick", "rollback-image/validate/coach tick", "validated tick", "incident tick"} {
		if !slices.Contains(paths, last) {
			t.Errorf("%s is missing", last)
		}
	}
	deploy, wait, follow, choose := p.Step("rollback-image/deploy"), p.Step("rollback-image/live-wait"), p.Step("rollback-image/validate"), p.Step("rollback-image/image")
	for what, ok := range map[string]bool{
		"needs":          slices.Equal(deploy.Needs, []steps.Path{"rollback-image/identity", "rollback-image/migration"}),
		"proves":         slices.Equal(wait.Proves, []steps.Path{"rollback-image/deploy"}),
		"file":           deploy.Procedure == "rollback-image" && deploy.Pos.File == "checklists/rollback-image.md" && deploy.Pos.Line > 1,
		"risk":           deploy.Risk == steps.RiskCompensable,
		"kinds of do":    deploy.SaveKinds["coming"] == steps.KindInt,
		"kinds of ask":   p.Step("rollback-image/reason").SaveKinds["reason"] == steps.KindText && p.Step("bad").SaveKinds["bad_commit"] == steps.KindCommit,
		"kinds of one":   choose.SaveKinds["image"] == steps.KindImage && choose.Save["image"] == "choice",
		"kinds of way":   p.Step("method").SaveKinds["method"] == steps.KindText && p.Step("method").Save["method"] == "option",
		"kinds followed": follow.SaveKinds["service"] == steps.KindService && follow.SaveKinds["backend"] == steps.KindService,
		"defaults":       follow.With["backend"] == "jaja-backend" && follow.With["service"] == "${service}",
		"times":          wait.Timeout == 12*time.Minute && wait.Every == 5*time.Second && wait.Objective,
		"conditions":     wait.Until.String() == `state == "ACTIVE" and version == coming` && p.Step("revert").When.String() == `method == "commit"`,
		"options":        len(p.Step("method").Options) == 4 && p.Step("method").Options[3].Ends && p.Step("method").Options[0].Unless != nil,
		"by hand":        deploy.ByHandRun && !p.Step("revert").ByHandRun,
		"prose":          strings.HasPrefix(deploy.Prose, "The base is the deployment") && !strings.Contains(deploy.Prose, "```") && strings.Contains(p.Prose, "Roll back first"),
		"texts":          len(p.Texts) == 3 && len(p.Pins) == 3 && string(p.Texts[p.Pins["validate"]][:3]) == "---",
	} {
		if !ok {
			t.Errorf("%s: not as the file says", what)
		}
	}
}

// TestPinned loads a procedure from pinned texts alone, and finds it edited after one byte.
func TestPinned(t *testing.T) {
	lib := Embedded(catalogue)
	p, err := lib.Load("rollback")
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	texts := map[string][]byte{}
	for id, digest := range p.Pins {
		texts[id] = p.Texts[digest]
	}
	again, err := lib.FromTexts("rollback", texts)
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	if again.Digest != p.Digest || len(again.Steps) != len(p.Steps) {
		t.Errorf("from its own texts the digest is %s with %d steps, not %s with %d", again.Digest, len(again.Steps), p.Digest, len(p.Steps))
	}
	texts["validate"] = append(slices.Clone(texts["validate"]), '\n')
	if changed, err := lib.FromTexts("rollback", texts); err != nil || changed.Digest == p.Digest {
		t.Errorf("a byte more in a followed file: digest %v, error %v", changed, err)
	}
	delete(texts, "validate")
	if _, err := lib.FromTexts("rollback", texts); err == nil || !strings.Contains(err.Error(), "there is no procedure `validate`") {
		t.Errorf("without a text that it follows: %v", err)
	}
}

// TestUnknownProcedure is told which one is meant.
func TestUnknownProcedure(t *testing.T) {
	_, err := Embedded(catalogue).Load("rolback")
	if err == nil || steps.CodeOf(err) != steps.CodeInput || !strings.Contains(err.Error(), "Is rollback meant?") {
		t.Errorf("got %v", err)
	}
	if _, err := Embedded(catalogue).Load("../checklists/rollback"); err == nil {
		t.Error("a path was taken for an id")
	}
}

// TestTemplate is a procedure that has no problem.
func TestTemplate(t *testing.T) {
	if ps := Lint("checklists/new-procedure.md", []byte(Template), catalogue, Embedded(catalogue)); len(ps) > 0 {
		t.Error(Problems(ps).Error())
	}
	if ps := Lint("new-procedure.md", []byte(Template), catalogue, nil); len(ps) > 0 {
		t.Error(Problems(ps).Error())
	}
}

// TestListsAreQuick: a list reads front matter only, so a broken step does not fail it.
func TestListReadsFrontMatter(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "x", head("x")+"## A {#a}\n\n```yaml step\nbroken: [\n```\n")
	all, err := Dir(dir, catalogue).List()
	if err != nil || len(all) != 1 || all[0].ID != "x" {
		t.Errorf("%v, %v", all, err)
	}
	write(t, dir, "y", "id: y\n")
	if _, err := Dir(dir, catalogue).List(); err == nil || !strings.Contains(err.Error(), "y.md:1:1: the front matter is missing") {
		t.Errorf("got %v", err)
	}
}

func write(t *testing.T, dir, id, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, id+".md"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// head is the front matter of a procedure, with more lines in it.
func head(id string, more ...string) string {
	return "---\nid: " + id + "\ntitle: T\ngroup: Prepare\n" + strings.Join(append(more, ""), "\n") + "---\n\n"
}
