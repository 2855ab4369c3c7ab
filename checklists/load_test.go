package checklists

import (
	"errors"
	"strings"
	"testing"
)

func TestEmbedded(t *testing.T) {
	lib := Embedded(catalogue)
	all, err := lib.List()
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	if len(all) < 5 {
		t.Errorf("%d procedures are listed", len(all))
	}
	for _, s := range all {
		p, err := lib.Load(s.ID)
		if err != nil {
			t.Errorf("%s:\n%s", s.ID, problemsOf(err))
			continue
		}
		for _, step := range p.Steps {
			t.Logf("%-40s %-8s %s", s.ID+": "+string(step.ID), step.Kind, step.Title)
		}
	}
}

func problemsOf(err error) string {
	var ps Problems
	if errors.As(err, &ps) {
		return ps.Error()
	}
	if err == nil {
		return ""
	}
	return strings.TrimSpace(err.Error())
}
