package checklists

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"github.com/JustAJobApp/runbook/steps"
)

const (
	conditionLimit = 500     // characters
	memoryBudget   = 1 << 12 // of one evaluation, in the units of the virtual machine
)

// roleUntil marks the condition of a wait, which sees what the probe has seen beside the variables.
const roleUntil = "until"

// condition is an expression over variables: comparisons of texts, numbers and truths, joined by and, or, not. It implements
// steps.Condition once it is compiled.
type condition struct {
	source  *node
	tree    ast.Node // nil: it could not be read, and that was said
	role    string
	program *vm.Program
	kinds   map[string]steps.ValueKind // of the variables that it reads
	unset   map[string]bool            // those that read as empty where they have no value
}

// String is the condition as it stands in the file.
func (c *condition) String() string { return c.source.text }

// Eval tells whether the condition holds. A variable without a value is an error that names it.
func (c *condition) Eval(vs steps.Values) (bool, error) {
	env := make(map[string]any, len(c.kinds))
	for name, kind := range c.kinds {
		v, ok := vs[name]
		if !ok && !c.unset[name] {
			return false, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("The condition %q cannot be judged: %s has no value yet.", c.source.text, name)}
		}
		switch kind {
		case steps.KindInt:
			n, err := strconv.Atoi(v.Text)
			if !ok {
				n, err = 0, nil
			}
			if err != nil {
				return false, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("The condition %q cannot be judged: %s is %q, which is no number.", c.source.text, name, v.Text)}
			}
			env[name] = n
		case steps.KindBool:
			env[name] = v.Text == "true"
		default:
			env[name] = v.Text
		}
	}
	machine := vm.VM{MemoryBudget: memoryBudget}
	got, err := machine.Run(c.program, env)
	holds, isBool := got.(bool)
	if err != nil || !isBool {
		return false, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("The condition %q cannot be judged.", c.source.text), Cause: err}
	}
	return holds, nil
}

// condition reads a condition; of names it for messages. What it reads is checked later, with the variables.
func (d *document) condition(v *node, of string) *condition {
	c := &condition{source: v}
	if !d.want(v, isText, of) {
		return c
	}
	if strings.Contains(v.text, "${") {
		d.bad(v.within(strings.Index(v.text, "${")), "${ } in a condition", "the bare name of the variable")
		return c
	}
	if len(v.text) > conditionLimit {
		d.bad(v.at, "this condition is too long", fmt.Sprintf("at most %d characters", conditionLimit))
		return c
	}
	tree, err := parser.Parse(v.text)
	if err != nil {
		var fe *file.Error
		at := v.at
		if asError(err, &fe) && v.exact {
			at = v.rune(fe.From)
		}
		d.bad(at, "this cannot be read as a condition", "comparisons such as way == \"image\", joined by and, or, not")
		return c
	}
	if d.allowed(v, tree.Node) {
		c.tree = tree.Node
	}
	return c
}

// rune is the place of the n-th character of a text.
func (n *node) rune(i int) place {
	if !n.exact {
		return n.at
	}
	return place{n.at.line, n.at.col + i}
}

var operators = []string{"and", "&&", "or", "||", "==", "!=", "<", "<=", ">", ">=", "in", "contains", "startsWith", "endsWith", "+", "-", "*"}

// allowed refuses all of the language that a condition has no use for, $env and let among it.
func (d *document) allowed(v *node, n ast.Node) bool {
	at := v.rune(n.Location().From)
	refuse := func(what string) bool {
		d.bad(at, what, "comparisons joined by and, or, not")
		return false
	}
	both := func(ns ...ast.Node) bool {
		ok := true
		for _, n := range ns {
			ok = d.allowed(v, n) && ok
		}
		return ok
	}
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if !namePattern.MatchString(n.Value) {
			return refuse("`" + n.Value + "` is no name of a variable")
		}
		return true
	case *ast.IntegerNode, *ast.BoolNode, *ast.StringNode:
		return true
	case *ast.UnaryNode:
		if n.Operator != "not" && n.Operator != "!" && n.Operator != "-" {
			return refuse("`" + n.Operator + "` in a condition")
		}
		return both(n.Node)
	case *ast.BinaryNode:
		if !slices.Contains(operators, n.Operator) {
			return refuse("`" + n.Operator + "` in a condition")
		}
		return both(n.Left, n.Right)
	case *ast.ArrayNode:
		return both(n.Nodes...)
	case *ast.BuiltinNode:
		if n.Name != "len" || len(n.Arguments) != 1 {
			return refuse("`" + n.Name + "` in a condition")
		}
		return both(n.Arguments...)
	case *ast.NilNode:
		return refuse("`nil` in a condition")
	case *ast.VariableDeclaratorNode:
		return refuse("`let` in a condition")
	case *ast.CallNode:
		return refuse("a call in a condition")
	}
	return refuse("more than a condition needs")
}

// What parts of a condition are, as its writer calls them.
const (
	aText  = "a text"
	aInt   = "a number"
	aBool  = "true or false"
	aList  = "a list of texts"
	aGuess = "" // said already
)

// typeOf finds what a part of a condition is and refuses what does not fit together.
func (d *document) typeOf(c *condition, n ast.Node) string {
	refuse := func(what, expected string) string {
		d.bad(c.source.rune(n.Location().From), what, expected)
		return aGuess
	}
	switch n := n.(type) {
	case *ast.StringNode:
		return aText
	case *ast.IntegerNode:
		return aInt
	case *ast.BoolNode:
		return aBool
	case *ast.IdentifierNode:
		switch c.kinds[n.Value] {
		case steps.KindInt:
			return aInt
		case steps.KindBool:
			return aBool
		case "":
			return aGuess
		}
		return aText
	case *ast.ArrayNode:
		for _, e := range n.Nodes {
			if _, ok := e.(*ast.StringNode); !ok {
				return refuse("a list with something other than texts", `a list such as ["a", "b"]`)
			}
		}
		return aList
	case *ast.BuiltinNode:
		if t := d.typeOf(c, n.Arguments[0]); t != aText && t != aGuess {
			return refuse("len of "+t, "len of a text")
		}
		return aInt
	case *ast.UnaryNode:
		want := aBool
		if n.Operator == "-" {
			want = aInt
		}
		if t := d.typeOf(c, n.Node); t != want && t != aGuess {
			return refuse("`"+n.Operator+"` before "+t, want)
		}
		return want
	case *ast.BinaryNode:
		return d.typeOfBinary(c, n, refuse)
	}
	return aGuess
}

func (d *document) typeOfBinary(c *condition, n *ast.BinaryNode, refuse func(what, expected string) string) string {
	left, right := d.typeOf(c, n.Left), d.typeOf(c, n.Right)
	if left == aGuess || right == aGuess {
		return aBool
	}
	fits, expected := false, "two of a kind"
	switch n.Operator {
	case "+", "-", "*":
		if left != aInt || right != aInt {
			return refuse(fmt.Sprintf("`%s` between %s and %s", n.Operator, left, right), "numbers on both sides")
		}
		return aInt
	case "and", "&&", "or", "||":
		fits, expected = left == aBool && right == aBool, "true or false on both sides"
	case "==", "!=":
		fits = left == right && left != aList
	case "<", "<=", ">", ">=":
		fits, expected = left == aInt && right == aInt, "numbers on both sides"
	case "in":
		fits, expected = left == aText && right == aList, `a text on the left and a list such as ["a", "b"] on the right`
	default:
		fits, expected = left == aText && right == aText, "texts on both sides"
	}
	if !fits {
		refuse(fmt.Sprintf("`%s` between %s and %s", n.Operator, left, right), expected)
	}
	return aBool
}

// compile makes the condition ready for Eval. Its variables must be known by then.
func (d *document) compile(c *condition) {
	before := len(d.problems)
	if t := d.typeOf(c, c.tree); t != aBool && t != aGuess {
		d.bad(c.source.at, "the condition is "+t, "true or false")
	}
	if len(d.problems) > before {
		return
	}
	env := map[string]any{}
	for name, kind := range c.kinds {
		switch kind {
		case steps.KindInt:
			env[name] = 0
		case steps.KindBool:
			env[name] = false
		default:
			env[name] = ""
		}
	}
	program, err := expr.Compile(c.source.text, expr.Env(env), expr.AsBool(), expr.DisableAllBuiltins(), expr.EnableBuiltin("len"), expr.MaxNodes(conditionLimit))
	if err != nil {
		d.bad(c.source.at, "this cannot be used as a condition", "comparisons joined by and, or, not")
		return
	}
	c.program = program
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
