package checklists

import (
	"fmt"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// scope holds the variables of one file while its steps are gone through, top to bottom.
type scope struct {
	*document
	vars    map[string]*variable
	domains map[string][]string // letters that can only be one of a few texts
	ended   []formula           // ways that end the procedure before this step
	reached map[*part]allOf
	done    []*part
}

type variable struct {
	kind   steps.ValueKind
	param  *steps.Param
	savers []saver
}

type saver struct {
	by      *part
	tried   formula
	maybe   bool     // it may go on without having saved anything (on_fail: note)
	options []string // all that it can save; nil: anything
}

// letter is the variable as it stands at this place.
func (s *scope) letter(name string) string {
	v := s.vars[name]
	if v == nil {
		return name
	}
	letter := fmt.Sprintf("%s#%d", name, len(v.savers))
	if _, known := s.domains[letter]; known {
		return letter
	}
	if v.kind == steps.KindBool {
		s.domains[letter] = []string{"true", "false"}
		return letter
	}
	var all []string
	for _, saver := range v.savers {
		if saver.options == nil {
			return letter
		}
		all = append(all, saver.options...)
	}
	if v.param == nil && all != nil {
		s.domains[letter] = unique(all)
	}
	return letter
}

// set says when a variable surely has a value.
func (s *scope) set(v *variable, name string) formula {
	return s.ways(v, name, func(o saver) bool { return !o.maybe })
}

// tried says when some step has at least tried to give it one.
func (s *scope) tried(v *variable, name string) formula {
	return s.ways(v, name, func(saver) bool { return true })
}

func (s *scope) ways(v *variable, name string, counts func(saver) bool) formula {
	if v.param != nil && (v.param.Required || v.param.Default != "") {
		return always{}
	}
	var ways anyOf
	if v.param != nil {
		ways = append(ways, noneOf{equals{fmt.Sprintf("%s#%d", name, len(v.savers)), ""}})
	}
	for _, saver := range v.savers {
		if counts(saver) {
			ways = append(ways, saver.tried)
		}
	}
	return ways
}

// read checks that a variable exists and surely has a value wherever given holds, and gives it; nil where that was refused.
func (s *scope) read(name string, at place, shown string, given formula) *variable {
	v := s.vars[name]
	if v == nil && s.blind {
		return nil
	}
	if v == nil {
		for _, p := range s.parts {
			if slices.ContainsFunc(p.save, func(e entry) bool { return e.key == name }) {
				s.bad(at, shown+" is saved only by the step `"+p.own+"`, which comes later", "a parameter, or what an earlier step saves")
				return nil
			}
		}
		s.bad(at, shown+" is no parameter, and no step before this saves it", orElse(oneOf(name, sortedKeys(s.vars)), "a parameter, or what an earlier step saves"))
		return nil
	}
	if !s.implied(given, s.set(v, name)) {
		why, expected := "no step before this surely saves it", "a `when` that holds only after it was saved"
		switch {
		case v.param != nil:
			why, expected = "the parameter is optional", "a `default`, `required: true`, or a `when` such as "+name+` != ""`
		case s.implied(given, s.tried(v, name)):
			why, expected = "the step `"+v.savers[len(v.savers)-1].by.own+"` may fail and the run goes on (on_fail: note)", "a step that holds the run"
		case len(v.savers) > 0:
			why = "the step `" + v.savers[len(v.savers)-1].by.own + "` saves it, and does not always come first"
		}
		s.bad(at, shown+" may have no value here: "+why, expected)
		return nil
	}
	return v
}

// check goes through a file whose followed files have been read, and fills in what its steps need of each other.
func (d *document) check(c *closure) *scope {
	s := &scope{document: d, vars: map[string]*variable{}, domains: map[string][]string{}, reached: map[*part]allOf{}}
	for name, p := range d.head.Params {
		s.vars[name] = &variable{kind: p.Kind, param: &p}
		if !p.Required && p.Default == "" && (p.Kind == steps.KindInt || p.Kind == steps.KindBool) {
			d.bad(d.head.params[name], "the optional "+string(p.Kind)+" `"+name+"` has no default", "a default, or required: true")
		}
	}
	for _, p := range d.parts {
		if p.Kind != "" {
			s.part(c, p)
		}
		s.done = append(s.done, p)
	}
	for _, p := range d.parts {
		s.proven(p)
		s.choices(p)
	}
	s.outputs()
	return s
}

// part checks one step in its place.
func (s *scope) part(c *closure, p *part) {
	before, problems := allOf{always{}}, len(s.problems)
	for _, e := range s.ended {
		before = append(before, noneOf{e})
	}
	if p.when != nil && p.when.tree != nil {
		s.judge(p.when, before, nil)
	}
	said := len(s.problems) > problems
	reached := append(slices.Clone(before), s.formula(p.when))
	s.reached[p] = reached
	if can, sure := possible(reached, s.domains); sure && !can && p.when != nil && !said {
		s.bad(p.when.source.at, "this `when` can never hold here, so the step is never reached", "a condition that some way through the procedure meets")
	}
	s.use(c, p)
	for _, u := range p.uses {
		s.reference(p, u)
	}
	for _, cond := range p.conds {
		s.optionOrUntil(p, cond)
	}
	if p.hand != nil {
		s.byHand(p)
	} else if slices.Contains(needsByHand, p.Kind) && p.where["by-hand"] == (place{}) {
		s.bad(p.where["block"], "the step `"+p.own+"` does not say how it is done by hand", "a block ```sh by-hand after it")
	}
	s.needed(p)
	s.saved(c, p)
	if p.when != nil && p.when.tree != nil {
		p.When = p.when
	}
	if p.Kind == "decide" {
		s.decided(p)
	}
}

// reference checks one ${name}.
func (s *scope) reference(p *part, u use) {
	given := allOf{s.reached[p]}
	if u.given != nil {
		given = append(given, s.formula(u.given))
	}
	shown := "`${" + u.name + "}`"
	v := s.read(u.name, u.at, shown, given)
	switch {
	case v == nil || v.kind == "" || u.as == v.kind && u.whole:
	case v.kind == steps.KindSecret && u.as != asEnv:
		s.bad(u.at, shown+" is a secret", "it as a whole input or env value; a secret is never part of a text")
	case v.kind == steps.KindSecret && !u.whole:
		s.bad(u.at, shown+" is a secret and only a part of this text", "the reference alone")
	case u.as == "" || u.as == asEnv || u.as == steps.KindText:
	case !u.whole && (u.as == steps.KindPath || u.as == steps.KindURL):
	case !u.whole:
		s.bad(u.at, "a reference within a text, where "+a(string(u.as))+" is due", "one reference, or the "+string(u.as)+" itself")
	default:
		s.bad(u.at, shown+" is "+a(string(v.kind)), a(string(u.as)))
	}
}

// asEnv is what a reference in a command's environment is taken as: anything, a whole secret included.
const asEnv steps.ValueKind = "env"

// needed checks the steps whose evidence a do needs.
func (s *scope) needed(p *part) {
	for _, n := range p.needs {
		if p.Kind != "do" && p.Kind != "decide" {
			break
		}
		i := slices.IndexFunc(s.done, func(o *part) bool { return o.own == n.text })
		switch {
		case i < 0:
			s.bad(n.at, "`"+n.text+"` is no step before this one", orElse(oneOf(n.text, owns(s.done)), "a step above this one"))
			continue
		case !slices.Contains(leavesEvidence, s.done[i].Kind) && s.done[i].Kind != "":
			s.bad(n.at, "`"+n.text+"` is "+a(s.done[i].Kind)+", which leaves no evidence", a(oneOf("", leavesEvidence)))
		case s.done[i].Kind != "" && !s.implied(s.reached[p], s.reached[s.done[i]]):
			s.bad(n.at, "`"+n.text+"` does not always come before this step", "a step that does, or the same `when`")
		}
		p.Needs = append(p.Needs, steps.Path(n.text))
	}
	for _, n := range p.proves {
		i := slices.IndexFunc(s.done, func(o *part) bool { return o.own == n.text })
		if i < 0 || s.done[i].Kind != "do" {
			s.bad(n.at, "`"+n.text+"` is no do before this step", orElse(oneOf(n.text, dos(s.done)), "a do above this step"))
		}
		p.Proves = append(p.Proves, steps.Path(n.text))
	}
}

func dos(parts []*part) []string {
	return owns(slices.DeleteFunc(slices.Clone(parts), func(p *part) bool { return p.Kind != "do" }))
}

func owns(parts []*part) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p.own
	}
	return out
}

// proven refuses a do that no later check or wait proves on every way.
func (s *scope) proven(p *part) {
	if p.Kind != "do" {
		return
	}
	var shown anyOf
	for _, o := range s.parts[slices.Index(s.parts, p)+1:] {
		if slices.Contains(o.Proves, steps.Path(p.own)) {
			shown = append(shown, s.reached[o])
		}
	}
	if len(shown) == 0 {
		s.bad(p.where["use"], "no later check or wait shows that `"+p.own+"` worked", "one with proves: ["+p.own+"]")
	} else if !s.implied(s.reached[p], shown) {
		s.bad(p.where["use"], "not on every way a later check or wait shows that `"+p.own+"` worked", "proves: ["+p.own+"] with the same `when`")
	}
}

// decided notes which choices end the procedure.
func (s *scope) decided(p *part) {
	var ends anyOf
	for _, o := range p.options {
		p.Options = append(p.Options, o.Option)
		if o.Ends {
			for name := range p.Save {
				ends = append(ends, equals{s.letter(name), o.ID})
			}
		}
	}
	if ends != nil {
		s.ended = append(s.ended, allOf{s.reached[p], ends})
	}
}

// choices refuses an option that leads nowhere.
func (s *scope) choices(p *part) {
	if p.Kind != "decide" {
		return
	}
	var going []option
	for _, o := range p.options {
		if !o.Ends {
			going = append(going, o)
		}
	}
	if len(p.Save) == 0 && (len(going) > 1 || len(going) < len(p.options)) {
		s.bad(p.where["use"], "the decide keeps its answer nowhere", "save: {name: "+outputOption+"}, and a later `when` for each option")
		return
	}
	for _, o := range going {
		if len(going) > 1 && !s.met(p, o) {
			s.bad(o.at, "no later `when` is met by the option `"+o.ID+"`", "a step for it, or ends: true")
		}
	}
}

// met reports whether a later condition reads the answer and holds for o.
func (s *scope) met(p *part, o option) bool {
	for _, later := range s.parts[slices.Index(s.parts, p)+1:] {
		if later.when == nil || s.reached[later] == nil {
			continue
		}
		texts := map[string][]string{}
		s.reached[later][len(s.reached[later])-1].letters(texts)
		for name := range p.Save {
			for letter := range texts {
				if !strings.HasPrefix(letter, name+"#") {
					continue
				}
				if can, _ := possible(allOf{s.reached[later], equals{letter, o.ID}}, s.domains); can {
					return true
				}
			}
		}
	}
	return false
}

// outputs checks that what the procedure gives to those that follow it surely is there at its end.
func (s *scope) outputs() {
	end := allOf{always{}}
	for _, e := range s.ended {
		end = append(end, noneOf{e})
	}
	for _, name := range sortedKeys(s.head.Outputs) {
		for _, at := range append([]formula{end}, s.ended...) {
			if s.read(name, s.head.given[name], "the output `"+name+"`", at) == nil {
				break
			}
		}
	}
}
