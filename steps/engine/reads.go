package engine

import (
	"maps"
	"regexp"
	"slices"

	"github.com/JustAJobApp/runbook/steps"
)

// name is a variable in its scope.
type name struct {
	scope    steps.Path
	variable string
}

var (
	words  = regexp.MustCompile(`[a-zA-Z_][a-zA-Z0-9_]*`)
	quoted = regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`")
)

// saved are the variables that a step sets in its own scope, sorted. A follow step sets none there: its steps do.
func saved(s *steps.Step) []string {
	out := map[string]bool{}
	if s.Kind != "follow" {
		for v := range s.Save {
			out[v] = true
		}
	}
	if s.Kind == "ask" {
		for _, f := range s.Fields {
			out[f.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(out))
}

// sets are all variables that change with a step: its own, and those that follow steps above hand up. A follow step changes its
// procedure's parameters and all that it saves.
func sets(p *steps.Procedure, s *steps.Step) []name {
	var out []name
	for _, v := range saved(s) {
		out = append(out, handedUp(p, name{s.ID.Scope(), v})...)
	}
	if s.Kind == "follow" {
		for param := range s.With {
			out = append(out, name{s.ID, param})
		}
		for v := range s.Save {
			out = append(out, handedUp(p, name{s.ID.Scope(), v})...)
		}
	}
	return out
}

// handedUp is a variable and those above that it becomes.
func handedUp(p *steps.Procedure, n name) []name {
	out := []name{n}
	if follow := p.Step(n.scope); n.scope != "" && follow != nil {
		for v, output := range follow.Save {
			if output == n.variable {
				out = append(out, handedUp(p, name{n.scope.Scope(), v})...)
			}
		}
	}
	return out
}

// reads are the variables that a step may read. Words of a condition that name none do no harm.
func reads(s *steps.Step) map[string]bool {
	out := map[string]bool{}
	texts := []string{s.Use, s.Dir, s.Empty}
	texts = append(texts, s.Argv...)
	for _, m := range []map[string]string{s.With, s.Env} {
		texts = slices.AppendSeq(texts, maps.Values(m))
	}
	for _, f := range s.Fields {
		texts = append(texts, f.Prompt, f.Default)
	}
	conditions := []steps.Condition{s.When, s.Until}
	for _, o := range s.Options {
		texts = append(texts, o.Because, o.UnlessBecause)
		conditions = append(conditions, o.Recommend, o.Unless)
	}
	for _, t := range texts {
		for _, m := range steps.Reference.FindAllStringSubmatch(t, -1) {
			out[m[1]] = true
		}
	}
	for _, c := range conditions {
		if c != nil {
			for _, w := range words.FindAllString(quoted.ReplaceAllString(c.String(), `""`), -1) {
				out[w] = true
			}
		}
	}
	return out
}

// dependents are a step and all after it that read, through with, when, needs or save, what it saves; those that stand under a
// follow step among them; and those that did not apply or are not done yet: whether they apply is asked again. Steps without an
// event are left out.
func dependents(r *steps.Run, to steps.Path) []steps.Path {
	changed := map[name]bool{}
	in := map[steps.Path]bool{}
	var out []steps.Path
	for i := range r.Procedure.Steps {
		s := &r.Procedure.Steps[i]
		st := r.Steps[s.ID]
		hit := s.ID == to
		if len(in) > 0 && !hit {
			hit = in[s.ID.Scope()] || st.State == steps.NotApplicable || st.Phase != "" && st.Phase != steps.PhaseSettled
			for v := range reads(s) {
				hit = hit || changed[name{s.ID.Scope(), v}]
			}
			for _, n := range s.Needs {
				hit = hit || in[n]
			}
		}
		if !hit {
			continue
		}
		in[s.ID] = true
		for _, n := range sets(r.Procedure, s) {
			changed[n] = true
		}
		if st.Phase != "" {
			out = append(out, s.ID)
		}
	}
	return out
}

// readers are the steps after s that read what it saves and that nothing else gives them.
func readers(r *steps.Run, s *steps.Step) []steps.Path {
	var out []steps.Path
	changed := map[name]bool{}
	for _, n := range sets(r.Procedure, s) {
		if n.scope == s.ID { // a skipped follow takes its steps with it
			continue
		}
		if _, given := r.Vars(n.scope)[n.variable]; !given {
			changed[n] = true
		}
	}
	after := false
	for i := range r.Procedure.Steps {
		o := &r.Procedure.Steps[i]
		if after && r.Steps[o.ID].Phase != steps.PhaseSettled && !o.ID.Under(s.ID) {
			for v := range reads(o) {
				if changed[name{o.ID.Scope(), v}] {
					out = append(out, o.ID)
					break
				}
			}
		}
		after = after || o.ID == s.ID
	}
	return out
}
