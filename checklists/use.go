package checklists

import (
	"errors"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// use checks what a step uses: its probe or operation, or the procedure that it follows, and what is handed to it.
func (s *scope) use(c *closure, p *part) {
	if p.Use == "" {
		return
	}
	switch p.Kind {
	case "choose", "check", "do", "wait":
		s.declared(p)
	case "follow":
		s.followed(c, p)
	}
}

func (s *scope) declared(p *part) {
	at := p.where["use"]
	decl, ok := s.cat[p.Use]
	if !ok {
		s.bad(at, "there is no "+thing(p.Kind)+" `"+p.Use+"`", oneOf(p.Use, s.fitting(p.Kind)))
		return
	}
	if !fits(p.Kind, decl) {
		s.bad(at, "`"+p.Use+"` is not for `"+p.Kind+"`", suited(p.Kind, decl, s.fitting(p.Kind)))
		return
	}
	for _, e := range p.with {
		input, known := decl.Inputs[e.key]
		if !known {
			s.bad(e.at, "`"+p.Use+"` takes no `"+e.key+"`", orElse(oneOf(e.key, sortedKeys(decl.Inputs)), "no `with`"))
			continue
		}
		s.hand(p, e, input.Kind)
	}
	for _, name := range sortedKeys(decl.Inputs) {
		if in := decl.Inputs[name]; !in.Optional && in.Default == "" && p.given(name) == nil {
			s.bad(at, "`"+p.Use+"` is not given its `"+name+"`", "with: {"+name+": "+a(string(in.Kind))+"}")
		}
	}
	if p.Kind == "do" {
		rising := []steps.Risk{steps.RiskReversible, steps.RiskCompensable, steps.RiskIrreversible}
		if p.Risk == "" {
			p.Risk = decl.Risk
		} else if slices.Index(rising, p.Risk) < slices.Index(rising, decl.Risk) {
			s.bad(p.block.get("risk").at, "`risk` is lowered: `"+p.Use+"` is "+string(decl.Risk), "the same or a higher one")
		}
		if p.Undo == "" {
			p.Undo = decl.Undo
		}
	}
}

func thing(kind string) string {
	if kind == "do" {
		return "operation"
	}
	return "probe"
}

// fits reports whether a declaration is for a kind of step.
func fits(kind string, d steps.Declaration) bool {
	switch kind {
	case "do":
		return d.Mutates()
	case "choose":
		return d.Chooses
	case "wait":
		return d.Waits
	}
	return !d.Mutates() && !d.Chooses
}

// suited says what a declaration is for, or what would do in its place.
func suited(kind string, d steps.Declaration, others []string) string {
	switch {
	case d.Mutates():
		return "it under `do`"
	case d.Chooses:
		return "it under `choose`"
	case kind == "do":
		return "it under `check`, or " + oneOf("", others)
	}
	return oneOf("", others)
}

func (s *scope) fitting(kind string) []string {
	var out []string
	for _, name := range sortedKeys(s.cat) {
		if fits(kind, s.cat[name]) {
			out = append(out, name)
		}
	}
	return out
}

// given is what the file hands over under a name, nil for nothing.
func (p *part) given(name string) *node { return p.block.get("with").get(name) }

// hand checks a value that is handed over as a kind.
func (s *scope) hand(p *part, e entry, as steps.ValueKind) {
	s.references(p, e.value, as, nil)
	if !strings.Contains(e.value.text, "${") {
		s.literal(as, e.value.text, e.value.at)
		if as == steps.KindSecret && !strings.Contains(e.value.text, ":") {
			s.bad(e.value.at, "a secret's value stands in the file", "a reference such as infisical:prod/NAME")
		}
	}
}

// followed checks a follow against the procedure that it names.
func (s *scope) followed(c *closure, p *part) {
	target := c.docs[p.Use]
	if target == nil || target.head.ID == "" {
		return // said where it was looked for
	}
	for _, e := range p.with {
		param, known := target.head.Params[e.key]
		if !known {
			s.bad(e.at, "`"+p.Use+"` has no parameter `"+e.key+"`", oneOf(e.key, sortedKeys(target.head.Params)))
			continue
		}
		s.hand(p, e, param.Kind)
	}
	p.SaveKinds = map[string]steps.ValueKind{}
	for _, name := range sortedKeys(target.head.Params) {
		param := target.head.Params[name]
		p.SaveKinds[name] = param.Kind
		switch {
		case p.given(name) != nil:
		case param.Required:
			s.bad(p.where["use"], "`"+p.Use+"` is not given its `"+name+"`", "with: {"+name+": "+a(string(param.Kind))+"}")
		case param.Default != "":
			p.With[name] = param.Default // scopes do not leak, and its own parameters are filled by this step alone
		}
	}
}

// saved notes what a step saves and refuses what it cannot.
func (s *scope) saved(c *closure, p *part) {
	outputs, of := s.outputsOf(c, p)
	kinds := map[string]steps.ValueKind{}
	for _, e := range p.save {
		kind, known := outputs[e.value.text]
		if !known {
			if outputs != nil {
				s.bad(e.value.at, of+" has no output `"+e.value.text+"`", orElse(oneOf(e.value.text, sortedKeys(outputs)), "no `save`"))
			}
			kind = "" // not known: nothing is said of it twice
		}
		kinds[e.key] = kind
		s.save(p, e, kind)
	}
	if p.Kind != "follow" && len(kinds) > 0 {
		p.SaveKinds = kinds
	}
}

func (s *scope) save(p *part, e entry, kind steps.ValueKind) {
	v := s.vars[e.key]
	if v == nil {
		v = &variable{kind: kind}
		s.vars[e.key] = v
	}
	switch {
	case v.param != nil && (v.param.Required || v.param.Default != ""):
		s.bad(e.at, "`"+e.key+"` is a parameter that always has a value", "another name; only an optional parameter without a default may be saved into")
		return
	case v.kind != kind && v.kind != "" && kind != "":
		s.bad(e.at, "`"+e.key+"` is "+a(string(v.kind))+" already and would become "+a(string(kind)), "another name")
		return
	}
	v.savers = append(v.savers, saver{p, s.reached[p], p.OnFail == steps.OnFailNote, p.domain(e.key)})
}

// domain is all that a step can save into a variable, nil for anything.
func (p *part) domain(name string) []string {
	var out []string
	if p.Kind == "decide" {
		for _, o := range p.options {
			out = append(out, o.ID)
		}
	}
	for _, f := range p.Fields {
		if f.Name == name && len(f.Options) > 0 {
			out = f.Options
		}
	}
	return out
}

// outputsOf gives what can be saved of a step; nil where that is not known.
func (s *scope) outputsOf(c *closure, p *part) (outputs map[string]steps.ValueKind, of string) {
	switch p.Kind {
	case "decide":
		return map[string]steps.ValueKind{outputOption: steps.KindText}, "a decide"
	case "command":
		return map[string]steps.ValueKind{outputOutput: steps.KindText, outputExit: steps.KindInt}, "a command"
	case "ask":
		out := map[string]steps.ValueKind{}
		for _, f := range p.Fields {
			out[f.Name] = f.Kind
		}
		return out, "an ask"
	case "follow":
		if c.scopes[p.Use] == nil {
			return nil, ""
		}
		out := map[string]steps.ValueKind{}
		for name := range c.docs[p.Use].head.Outputs {
			if v := c.scopes[p.Use].vars[name]; v != nil {
				out[name] = v.kind
			}
		}
		return out, "`" + p.Use + "`"
	}
	decl, ok := s.cat[p.Use]
	if !ok {
		return nil, ""
	}
	if decl.Outputs == nil {
		return map[string]steps.ValueKind{}, "`" + p.Use + "`"
	}
	return decl.Outputs, "`" + p.Use + "`"
}

func unique(texts []string) []string {
	out := slices.Clone(texts)
	slices.Sort(out)
	return slices.Compact(out)
}

func contains(words []string, w string) bool { return slices.Contains(words, w) }

func asError[E error](err error, into *E) bool { return errors.As(err, into) }
