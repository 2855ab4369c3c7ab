package checklists

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// FuzzLint: no text makes the loader panic or think for long, and whatever has no problem can be loaded.
func FuzzLint(f *testing.F) {
	files, err := filepath.Glob("*.md")
	if err != nil || len(files) == 0 {
		f.Fatal(err)
	}
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.Replace(string(src), "id: "+strings.TrimSuffix(name, ".md"), "id: x", 1))
	}
	for _, c := range append(fileMistakes, stepMistakes...) {
		f.Add(head("x", service) + step("a", strings.Split(c.new, "\n")...))
	}
	for _, text := range []string{"", "---\n---\n", "---\nid: x\n---", head("x") + "## {#a}\n", head("x") + "```", "---\n? [a]\n---\n", head("x") + step("a", "tick: {", "- x"),
		head("x") + step("a", "when: ((((((((((", "tick: x"), head("x") + "## A {#a}\n```yaml step\ntick: x\n```\n```sh by-hand\n$((\n```\n", head("x") + "\t```yaml step\n"} {
		f.Add(text)
	}
	lib := Dir("testdata", catalogue)
	f.Fuzz(func(t *testing.T, text string) {
		began := time.Now()
		ps := Lint("x.md", []byte(text), catalogue, lib)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %s", took)
		}
		for _, p := range ps {
			if p.Pos.Line < 1 || p.Pos.Col < 1 || p.What == "" {
				t.Errorf("a problem without a place: %s", p)
			}
		}
		if len(ps) == 0 {
			texts := map[string][]byte{"x": []byte(text)}
			for _, id := range []string{"validate", "rollback", "rollback-image", "pre-deploy", "dr-container"} {
				texts[id], _ = lib.Source(id)
			}
			if _, err := lib.FromTexts("x", texts); err != nil {
				t.Errorf("no problem, and yet it cannot be loaded: %s", problemsOf(err))
			}
		}
	})
}

// TestBounded: texts that take other parsers minutes are refused or read quickly. The bound is wide: it tells seconds from minutes.
func TestBounded(t *testing.T) {
	line := func(unit string) string { return strings.Repeat(unit, lineLimit/len(unit)) + "\n" }
	for name, text := range map[string]string{
		"brackets":    head("x") + strings.Repeat(line("["), 100),
		"emphasis":    head("x") + strings.Repeat(line("*a "), 100),
		"quotations":  head("x") + strings.Repeat(line("> "), 60),
		"lists":       head("x") + strings.Repeat(line("- "), 60),
		"backticks":   head("x") + strings.Repeat(line("`a``b"), 100),
		"links":       head("x") + strings.Repeat(line("[a]("), 100),
		"front":       "---\n" + strings.Repeat("[", 60000) + "\n---\n",
		"yaml":        head("x") + "## A {#a}\n\n```yaml step\n" + strings.Repeat(strings.Repeat("[", 1000)+"\n", 8) + "```\n",
		"mappings":    head("x") + "## A {#a}\n\n```yaml step\n" + strings.Repeat("a: {", 2000) + "\n```\n",
		"conditions":  head("x") + step("a", "tick: x", "when: "+strings.Repeat("(", 400)+"true"),
		"ways":        head("x", "params: {a: {kind: text}}") + step("a", "tick: x", "when: "+strings.TrimSuffix(strings.Repeat(`a == "x" or `, 40), " or ")),
		"parentheses": head("x") + "## A {#a}\n```yaml step\ntick: x\n```\n```sh by-hand\n" + strings.Repeat("$(", 900) + "\n```\n",
	} {
		began := time.Now()
		_ = Lint("x.md", []byte(text), catalogue, nil)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s took %s", name, took)
		} else {
			t.Logf("%s: %s", name, took.Round(time.Millisecond))
		}
	}
}
