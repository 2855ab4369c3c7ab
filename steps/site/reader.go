package site

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/JustAJobApp/runbook/steps"
)

// maxBrackets bounds flow collections before the parser sees them: its time grows faster than their depth.
const maxBrackets = 400

// maxDepth bounds the indentation for the same reason; the format itself needs eight levels.
const maxDepth = 16

// reader walks a YAML tree and gathers every fault with its place. Values are the scalars' source text: a YAML library would
// make the account 012345678901 into another number.
type reader struct {
	file     string
	problems []problem
}

type problem struct {
	pos      steps.Pos
	what     string
	expected string
}

func (p problem) String() string {
	if p.expected == "" {
		return fmt.Sprintf("%s: %s", p.pos, p.what)
	}
	return fmt.Sprintf("%s: %s, expected %s", p.pos, p.what, p.expected)
}

// fields are the keys that a mapping may have, and what reads each.
type fields map[string]func(ast.Node)

// root parses src into its one mapping.
func (r *reader) root(src []byte) *ast.MappingNode {
	if line, ok := tooDeep(src); ok {
		r.problems = append(r.problems, problem{steps.Pos{File: r.file, Line: line, Col: 1}, "this is nested too deep", "at most 400 brackets and 16 levels"})
		return nil
	}
	f, err := parser.ParseBytes(src, 0)
	if err != nil {
		r.syntax(err)
		return nil
	}
	docs := slices.DeleteFunc(f.Docs, func(d *ast.DocumentNode) bool { return d.Body == nil })
	if len(docs) != 1 {
		r.problems = append(r.problems, problem{steps.Pos{File: r.file, Line: 1, Col: 1}, fmt.Sprintf("%d documents", len(docs)), "one"})
		return nil
	}
	m := r.asMapping(docs[0].Body, "environments")
	return m
}

func tooDeep(src []byte) (line int, deep bool) {
	brackets, levels := 0, []int{}
	for i, text := range strings.Split(string(src), "\n") {
		brackets += strings.Count(text, "[") + strings.Count(text, "{")
		trimmed := strings.TrimLeft(text, " -")
		if trimmed == "" || strings.HasPrefix(trimmed, "#") {
			continue
		}
		indent := len(text) - len(trimmed)
		for len(levels) > 0 && levels[len(levels)-1] >= indent {
			levels = levels[:len(levels)-1]
		}
		levels = append(levels, indent)
		if brackets > maxBrackets || len(levels) > maxDepth || strings.Count(text[:indent], "-") > maxDepth {
			return i + 1, true
		}
	}
	return 0, false
}

// placed is what goccy's errors have in common.
type placed interface {
	GetToken() *token.Token
	GetMessage() string
}

func (r *reader) syntax(err error) {
	var at placed
	if errors.As(err, &at) && at.GetToken() != nil {
		r.problems = append(r.problems, problem{r.place(at.GetToken()), strings.TrimSuffix(at.GetMessage(), "."), "YAML"})
		return
	}
	r.problems = append(r.problems, problem{steps.Pos{File: r.file, Line: 1, Col: 1}, "this cannot be read", "YAML"})
}

func (r *reader) place(t *token.Token) steps.Pos {
	p := steps.Pos{File: r.file, Line: 1, Col: 1}
	if t != nil && t.Position != nil {
		p.Line, p.Col = t.Position.Line, t.Position.Column
	}
	return p
}

func (r *reader) fault(n ast.Node, what, expected string) {
	r.problems = append(r.problems, problem{r.place(n.GetToken()), what, expected})
}

// asMapping gives n as a mapping; nil where it is none, which is then a fault.
func (r *reader) asMapping(n ast.Node, expected string) *ast.MappingNode {
	if m, ok := n.(*ast.MappingNode); ok {
		return m
	}
	r.fault(n, described(n), "keys: "+expected)
	return nil
}

// mapping reads each key of n with its reader in fs. Unknown keys and those that come twice are faults.
func (r *reader) mapping(n ast.Node, fs fields) {
	known := slices.Sorted(maps.Keys(fs))
	m := r.asMapping(n, strings.Join(known, ", "))
	if m == nil {
		return
	}
	r.each(m, func(key ast.Node, name string, value ast.Node) {
		read := fs[name]
		if read == nil {
			r.fault(key, fmt.Sprintf("%q is not known here", name), strings.Join(known, ", "))
			return
		}
		read(value)
	})
}

// each visits the entries of a mapping whose keys are plain text.
func (r *reader) each(m *ast.MappingNode, visit func(key ast.Node, name string, value ast.Node)) {
	seen := map[string]bool{}
	for _, v := range m.Values {
		if _, ok := v.Key.(*ast.StringNode); !ok {
			r.fault(v.Key, described(v.Key), "a name")
			continue
		}
		name := v.Key.GetToken().Value
		if seen[name] {
			r.fault(v.Key, fmt.Sprintf("%q stands here twice", name), "it once")
			continue
		}
		seen[name] = true
		visit(v.Key, name, v.Value)
	}
}

// list visits the items of a sequence.
func (r *reader) list(n ast.Node, visit func(ast.Node)) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		r.fault(n, described(n), "a list")
		return
	}
	for _, item := range s.Values {
		visit(item)
	}
}

// text is a scalar's source text.
func (r *reader) text(n ast.Node, expected string) string {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value
	}
	r.fault(n, described(n), expected)
	return ""
}

// fit is a scalar that ok accepts.
func (r *reader) fit(n ast.Node, ok func(string) bool, expected string) string {
	before := len(r.problems)
	t := r.text(n, expected)
	if len(r.problems) == before && !ok(t) {
		r.fault(n, fmt.Sprintf("%q", clip(t)), expected)
		return ""
	}
	return t
}

func (r *reader) number(n ast.Node, low, high int) int {
	t := r.fit(n, func(t string) bool {
		i, err := strconv.Atoi(t)
		return err == nil && i >= low && i <= high
	}, fmt.Sprintf("a whole number from %d to %d", low, high))
	i, _ := strconv.Atoi(t) // fit has seen that it is one; "" is 0 and a fault already
	return i
}

func (r *reader) truth(n ast.Node) bool {
	return r.fit(n, func(t string) bool { return t == "true" || t == "false" }, "true or false") == "true"
}

// err is every fault in one error, nil where there is none.
func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	slices.SortStableFunc(r.problems, func(a, b problem) int {
		if a.pos.Line != b.pos.Line {
			return a.pos.Line - b.pos.Line
		}
		return a.pos.Col - b.pos.Col
	})
	lines := make([]string, len(r.problems))
	for i, p := range r.problems {
		lines[i] = p.String()
	}
	return &steps.Error{Code: steps.CodeInput, What: strings.Join(lines, "\n"), Meaning: "nothing has changed; nothing was connected to.",
		Next: fmt.Sprintf("Mend %s; runbook init writes an example.", lines[0][:strings.Index(lines[0], ": ")])}
}

// described says what a node is, in words.
func described(n ast.Node) string {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys stand here"
	case *ast.SequenceNode:
		return "a list stands here"
	case *ast.NullNode:
		return "nothing stands here"
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return "anchors and aliases are not taken"
	case *ast.TagNode:
		return "tags are not taken"
	case *ast.LiteralNode:
		return "text over several lines stands here"
	}
	return "something else stands here"
}

func clip(t string) string {
	if len(t) > 60 {
		return t[:60] + "…"
	}
	return t
}
