package checklists

import (
	"fmt"
	"maps"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// formula says when a step is reached, for proofs over all the ways that a run can take. Its letters are variables as they are at
// a place of the file: a variable that is saved anew is another letter from there on.
type formula interface {
	holds(given map[string]string) bool
	letters(into map[string][]string) // letter → texts that it is compared with
}

type (
	always struct{}
	allOf  []formula
	anyOf  []formula
	noneOf struct{ formula }
	equals struct{ letter, text string }
)

func (always) holds(map[string]string) bool     { return true }
func (always) letters(map[string][]string)      {}
func (f noneOf) holds(g map[string]string) bool { return !f.formula.holds(g) }
func (f equals) holds(g map[string]string) bool { return g[f.letter] == f.text }

func (f allOf) holds(g map[string]string) bool {
	return !slices.ContainsFunc(f, func(o formula) bool { return !o.holds(g) })
}

func (f anyOf) holds(g map[string]string) bool {
	return slices.ContainsFunc(f, func(o formula) bool { return o.holds(g) })
}

func (f allOf) letters(into map[string][]string) {
	for _, o := range f {
		o.letters(into)
	}
}
func (f anyOf) letters(into map[string][]string) { allOf(f).letters(into) }
func (f equals) letters(into map[string][]string) {
	if !slices.Contains(into[f.letter], f.text) {
		into[f.letter] = append(into[f.letter], f.text)
	}
}

// other stands for every text that no condition names.
const other = "\x00"

// waysLimit bounds the proof by trying: beyond it a file is too entangled for its reader as well.
const waysLimit = 1 << 13

// possible reports whether f can hold; domains has the letters that can only be one of a few texts. It is unsure where there are
// too many ways to try.
func possible(f formula, domains map[string][]string) (can, sure bool) {
	texts := map[string][]string{}
	f.letters(texts)
	names, ways := slices.Sorted(maps.Keys(texts)), 1
	for _, name := range names {
		if all, closed := domains[name]; closed {
			texts[name] = all
		} else {
			texts[name] = append(texts[name], other)
		}
		if ways *= len(texts[name]); ways > waysLimit {
			return true, false
		}
	}
	given := make(map[string]string, len(names))
	for way := range ways {
		for _, name := range names {
			given[name] = texts[name][way%len(texts[name])]
			way /= len(texts[name])
		}
		if f.holds(given) {
			return true, true
		}
	}
	return false, true
}

// implied reports whether b holds wherever a does.
func (s *scope) implied(a, b formula) bool {
	can, sure := possible(allOf{a, noneOf{b}}, s.domains)
	return sure && !can
}

// formula reads a condition as it stands at this place of the file. What it cannot take apart becomes a letter of its own.
func (s *scope) formula(c *condition) formula {
	if c == nil || c.tree == nil {
		return always{}
	}
	return s.of(c, c.tree)
}

func (s *scope) of(c *condition, n ast.Node) formula {
	switch n := n.(type) {
	case *ast.BoolNode:
		if n.Value {
			return always{}
		}
		return noneOf{always{}}
	case *ast.IdentifierNode:
		return equals{s.letter(n.Value), "true"}
	case *ast.UnaryNode:
		if n.Operator != "-" {
			return noneOf{s.of(c, n.Node)}
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "and", "&&":
			return allOf{s.of(c, n.Left), s.of(c, n.Right)}
		case "or", "||":
			return anyOf{s.of(c, n.Left), s.of(c, n.Right)}
		case "!=":
			return noneOf{s.compare(n)}
		case "==", "in":
			return s.compare(n)
		case ">=":
			return noneOf{s.opaque("<", n.Left, n.Right)}
		case ">":
			return noneOf{s.opaque("<=", n.Left, n.Right)}
		default:
			return s.opaque(n.Operator, n.Left, n.Right)
		}
	}
	return s.opaque("", n)
}

// compare reads ==, and in as several of them.
func (s *scope) compare(n *ast.BinaryNode) formula {
	left, right := n.Left, n.Right
	if _, ok := left.(*ast.IdentifierNode); !ok && n.Operator != "in" {
		left, right = right, left
	}
	id, ok := left.(*ast.IdentifierNode)
	if !ok {
		return s.opaque(n.Operator, n.Left, n.Right)
	}
	letter := s.letter(id.Value)
	switch r := right.(type) {
	case *ast.StringNode:
		return equals{letter, r.Value}
	case *ast.BoolNode:
		return equals{letter, fmt.Sprint(r.Value)}
	case *ast.ArrayNode:
		var any anyOf
		for _, e := range r.Nodes {
			if text, ok := e.(*ast.StringNode); ok {
				any = append(any, equals{letter, text.Value})
			}
		}
		return any
	}
	return s.opaque("==", left, right)
}

// opaque is a letter for a part that is true or false for reasons of its own: the same part with the same variables is the same.
func (s *scope) opaque(operator string, parts ...ast.Node) formula {
	name := operator
	for _, p := range parts {
		name += "\x01" + p.String()
		ast.Find(p, func(n ast.Node) bool {
			if id, ok := n.(*ast.IdentifierNode); ok {
				name += "\x02" + s.letter(id.Value)
			}
			return false
		})
	}
	s.domains[name] = []string{"true", "false"}
	return equals{name, "true"}
}
