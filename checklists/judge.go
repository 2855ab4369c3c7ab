package checklists

import (
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/JustAJobApp/runbook/steps"
)

// judge checks the variables of a condition and compiles it. Within it, what stands after an `and` is judged only where the part
// before it holds, so a variable may be tested first and read then.
func (s *scope) judge(c *condition, given formula, outputs map[string]steps.ValueKind) {
	if c.tree == nil {
		return
	}
	c.kinds, c.unset = map[string]steps.ValueKind{}, map[string]bool{}
	before := len(s.problems)
	s.walk(c, c.tree, given, outputs)
	if len(s.problems) == before && !slices.Contains(slices.Collect(maps.Values(c.kinds)), "") {
		s.compile(c)
	}
}

func (s *scope) walk(c *condition, n ast.Node, given formula, outputs map[string]steps.ValueKind) {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		s.name(c, n, given, outputs)
	case *ast.UnaryNode:
		s.walk(c, n.Node, given, outputs)
	case *ast.BuiltinNode:
		s.walk(c, n.Arguments[0], given, outputs)
	case *ast.BinaryNode:
		s.walk(c, n.Left, given, outputs)
		right := given
		switch n.Operator {
		case "and", "&&":
			right = allOf{given, s.of(c, n.Left)}
		case "or", "||":
			right = allOf{given, noneOf{s.of(c, n.Left)}}
		case "==", "!=", "in":
			s.options(c, n.Left, n.Right, outputs)
			s.options(c, n.Right, n.Left, outputs)
		}
		s.walk(c, n.Right, right, outputs)
	}
}

func (s *scope) name(c *condition, n *ast.IdentifierNode, given formula, outputs map[string]steps.ValueKind) {
	at, shown := c.source.rune(n.Location().From), "`"+n.Value+"`"
	kind, isOutput := outputs[n.Value]
	v := s.vars[n.Value]
	switch {
	case isOutput && v != nil:
		s.bad(at, shown+" is a variable and also what the probe sees", "another name for the variable")
		return
	case isOutput:
		c.kinds[n.Value] = kind
		return
	case v == nil && outputs != nil:
		s.bad(at, shown+" is no variable, and the probe does not see it", oneOf(n.Value, unique(append(sortedKeys(outputs), sortedKeys(s.vars)...))))
		return
	case v != nil && v.kind == steps.KindSecret:
		s.bad(at, shown+" is a secret", "no secret in a condition")
		return
	case v != nil && v.param != nil && !v.param.Required && v.param.Default == "":
		c.kinds[n.Value], c.unset[n.Value] = v.kind, true // it may be tested for being empty
		return
	case v != nil && v.kind != steps.KindBool && s.implied(given, s.tried(v, n.Value)) && !s.implied(given, s.set(v, n.Value)):
		c.kinds[n.Value], c.unset[n.Value] = v.kind, true // nothing was seen: empty, or 0. A truth that was not seen is not false
		return
	}
	if v = s.read(n.Value, at, shown, given); v == nil {
		return
	}
	c.kinds[n.Value] = v.kind
	for _, saver := range v.savers { // a person may let the run go on where the look was not possible
		c.unset[n.Value] = c.unset[n.Value] || saver.by.OnFail == steps.OnFailFact && v.kind != steps.KindBool
	}
}

// options refuses a comparison with what a decide or a field does not offer.
func (s *scope) options(c *condition, name, with ast.Node, outputs map[string]steps.ValueKind) {
	id, ok := name.(*ast.IdentifierNode)
	if !ok || s.vars[id.Value] == nil || s.vars[id.Value].kind == steps.KindBool {
		return
	}
	if _, isOutput := outputs[id.Value]; isOutput {
		return
	}
	all, closed := s.domains[s.letter(id.Value)]
	if !closed {
		return
	}
	list := []ast.Node{with}
	if a, ok := with.(*ast.ArrayNode); ok {
		list = a.Nodes
	}
	for _, n := range list {
		if text, ok := n.(*ast.StringNode); ok && !slices.Contains(all, text.Value) {
			s.bad(c.source.rune(n.Location().From), "`"+text.Value+"` is none of the options of `"+id.Value+"`", oneOf(text.Value, all))
		}
	}
}

// optionOrUntil checks the conditions of options, and of what a wait waits for.
func (s *scope) optionOrUntil(p *part, c *condition) {
	if c.role != roleUntil {
		s.judge(c, s.reached[p], nil)
		return
	}
	decl, ok := s.cat[p.Use]
	if !ok {
		return
	}
	outputs := decl.Outputs
	if outputs == nil {
		outputs = map[string]steps.ValueKind{}
	}
	s.judge(c, s.reached[p], outputs)
	p.Until = c
}
