package main_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/JustAJobApp/runbook"

// A rule says what the packages in a folder may import of ours. The first rule whose folder holds a package is its rule.
type rule struct {
	folder string   // "steps/practice" stands for itself and all below
	may    []string // folders; a trailing "!" means that folder alone, not what is below it
	why    string
}

var adapters = []string{"steps/lightsail", "steps/infisical", "steps/web", "steps/shell", "steps/github", "steps/registry"}

var screens = []string{"steps!", "steps/cloud", "steps/site", "steps/engine", "steps/status", "steps/logs", "steps/redact", "checklists", "ui"}

var rules = []rule{
	{"steps/cloud", nil, "the nouns of the outside services are plain data, so that anything may import them"},
	{"steps/redact", nil, "masking is a leaf: whatever may hold a secret must be able to import it"},
	{"steps/practice", []string{"steps/practice"}, "the simulated cloud is talked to over HTTP only; sharing types with the program would let both be wrong in the same way"},
	{"steps/kinds", []string{"steps!"}, "a kind is a pure function of what the journal says"},
	{"steps/engine", []string{"steps!", "steps/engine"}, "the engine gets kinds, operations, journal and clock by injection"},
	{"steps/journal", []string{"steps!", "steps/journal"}, "the journal knows events and nothing about who writes them"},
	{"steps/site", []string{"steps!"}, "configuration is typed data"},
	{"steps/logs", []string{"steps/cloud"}, "the store of lines is used by commands and screens alike"},
	{"steps/operations", []string{"steps!", "steps/cloud", "steps/site"}, "an operation declares the small clients that it needs; adapters come from the wiring"},
	{"steps/status", []string{"steps!", "steps/cloud", "steps/site", "steps/logs", "steps/status"}, "a snapshot is made from small clients; adapters come from the wiring"},
	{"steps/lightsail", []string{"steps!", "steps/cloud", "steps/redact"}, "an adapter is thin and knows no other adapter"},
	{"steps/infisical", []string{"steps!", "steps/cloud", "steps/redact"}, "an adapter is thin and knows no other adapter"},
	{"steps/web", []string{"steps!", "steps/cloud", "steps/redact"}, "an adapter is thin and knows no other adapter"},
	{"steps/shell", []string{"steps!", "steps/cloud", "steps/redact"}, "an adapter is thin and knows no other adapter"},
	{"steps", nil, "the domain imports the standard library only, so that everything else may import it"},
	{"checklists", []string{"steps!", "checklists"}, "a document is told which operations exist; loading one builds no client"},
	{"ui/cli/wire", []string{"steps", "checklists", "ui"}, "the wiring is the one place that knows everything"},
	{"ui/cli", []string{"steps!", "steps/cloud", "steps/site", "steps/engine", "steps/status", "steps/logs", "steps/redact", "steps/journal", "steps/kinds", "steps/operations", "checklists", "ui"},
		"commands get their clients from the wiring: practice is an endpoint, never a branch"},
	{"ui", screens, "a screen draws what it is given; it knows no adapter, no simulator and no command"},
	{"", []string{"ui/cli!"}, "main calls ui/cli and does nothing else"},
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImportDirections(t *testing.T) {
	for _, p := range packages(t) {
		own := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		at := slices.IndexFunc(rules, func(r rule) bool { return under(own, r.folder) })
		if at < 0 {
			t.Errorf("%s stands in a folder that has no rule: the top level is fixed", own)
			continue
		}
		r := rules[at]
		for _, path := range p.Imports {
			if path == "C" || !strings.HasPrefix(path, module) {
				if own == "steps" && strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
					t.Errorf("steps imports %s: %s", path, r.why)
				}
				continue
			}
			to := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
			if !allowed(r, own, to) {
				t.Errorf("%s imports %s: %s", own, to, r.why)
			}
		}
	}
}

func TestOnlyTheWiringKnowsAdapters(t *testing.T) {
	for _, p := range packages(t) {
		own := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		for _, path := range p.Imports {
			to := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
			for _, a := range append(adapters, "steps/practice") {
				if under(to, a) && to != own && own != "ui/cli/wire" && !under(own, a) {
					t.Errorf("%s imports %s: only ui/cli/wire may choose what the program talks to", own, to)
				}
			}
			for _, heavy := range []string{"charm.land/glamour", "github.com/charmbracelet/glamour", "github.com/alecthomas/chroma"} {
				if strings.HasPrefix(path, heavy) {
					t.Errorf("%s imports %s: its package initialisers cost every command 30 ms", own, path)
				}
			}
			if strings.HasPrefix(path, "github.com/charmbracelet/bubbletea") || strings.HasPrefix(path, "github.com/charmbracelet/lipgloss") || strings.HasPrefix(path, "github.com/charmbracelet/bubbles") {
				t.Errorf("%s imports %s: the types of version 1 do not fit those of charm.land/…/v2", own, path)
			}
		}
	}
}

func allowed(r rule, own, to string) bool {
	return slices.ContainsFunc(r.may, func(m string) bool {
		if exact, ok := strings.CutSuffix(m, "!"); ok {
			return to == exact
		}
		if m == "ui" && !under(own, "ui/cli") && under(to, "ui/cli") {
			return false
		}
		return under(to, m)
	})
}

func under(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list names %d packages, expected the whole program", len(all))
	}
	return all
}
