package checklists

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// blockLimit bounds a block before it is parsed: the parser's time grows with the square of what it is given.
const blockLimit = 8 << 10

// place is a line and a column of a file, both from 1; columns count characters.
type place struct{ line, col int }

// node is a part of a YAML block: a text as it was written, a list, or a mapping with its keys in order.
type node struct {
	at    place
	text  string
	exact bool // text stands in the file letter for letter from at on, so that places within it can be named
	list  []*node
	keys  []entry
	form  form
}

type form string

const (
	isText form = "a text"
	isList form = "a list"
	isMap  form = "a mapping"
	isNone form = "nothing" // refused already
)

type entry struct {
	key   string
	at    place
	value *node
}

// get is the value of a key, nil where there is none.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, e := range n.keys {
		if e.key == key {
			return e.value
		}
	}
	return nil
}

// yaml reads a block whose first character stands at line of the file. It gives nil where that is impossible, having said why.
func (d *document) yaml(line int, block string) (root *node) {
	at := place{line, 1}
	if len(block) > blockLimit {
		d.bad(at, fmt.Sprintf("this block has %d bytes", len(block)), fmt.Sprintf("at most %d", blockLimit))
		return nil
	}
	defer func() {
		if recover() != nil { // a defect of the parser must not end the program
			d.bad(at, "this block cannot be read as YAML", "simple keys, texts and lists")
			root = nil
		}
	}()
	f, err := parser.ParseBytes([]byte(block), 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.badYAML(line, block, err)
		return nil
	}
	if len(f.Docs) != 1 || f.Docs[0].Body == nil {
		if len(f.Docs) > 1 {
			at.line += max(f.Docs[1].Body.GetToken().Position.Line-2, 0)
			d.bad(at, "a second document begins in this block", "one")
			return nil
		}
		d.bad(at, "this block is empty", "keys with their values")
		return nil
	}
	root = d.node(line, f.Docs[0].Body, "this block", 0)
	if root.form != isMap {
		if root.form != isNone {
			d.bad(root.at, "this block is "+string(root.form), "keys with their values")
		}
		return nil
	}
	return root
}

func (d *document) badYAML(line int, block string, err error) {
	at, what := place{line, 1}, "this block is not YAML"
	var ye yaml.Error
	if asError(err, &ye) && ye.GetToken() != nil {
		p := ye.GetToken().Position
		at, what = d.in(line, p), "not YAML: "+strings.ReplaceAll(ye.GetMessage(), "invalid", "unusable")
	}
	expected := "one key and its value a line"
	if strings.Contains(block, "{") && strings.Contains(block, "${") {
		expected += `; inside { } a reference stands in quotes, "${name}"`
	}
	d.bad(at, what, expected)
}

func (d *document) in(line int, p *token.Position) place {
	return place{line + max(p.Line, 1) - 1, max(p.Column, 1)}
}

// node turns the parser's tree into ours and refuses what is not plain keys, texts and lists.
func (d *document) node(line int, n ast.Node, of string, depth int) *node {
	t := n.GetToken()
	out := &node{at: d.in(line, t.Position), form: isNone}
	refuse := func(what string) *node {
		d.bad(out.at, what, "a plain or quoted text for "+of)
		return out
	}
	if depth > 8 {
		return refuse("too deep")
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		out.form = isMap
		if len(n.Values) > 0 && t.Value != "{" {
			out.at = d.in(line, n.Values[0].Key.GetToken().Position)
		}
		for _, v := range n.Values {
			d.entry(line, out, v, depth)
		}
	case *ast.MappingValueNode:
		out.form = isMap
		out.at = d.in(line, n.Key.GetToken().Position)
		d.entry(line, out, n, depth)
	case *ast.SequenceNode:
		out.form = isList
		for _, v := range n.Values {
			out.list = append(out.list, d.node(line, v, "one of "+of, depth+1))
		}
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		out.form, out.text = isText, t.Value
		out.exact = !strings.ContainsAny(strings.TrimSpace(t.Origin), "\\\n") && !strings.Contains(t.Origin, "''")
		if t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType {
			out.at.col++ // the text begins after the quotation mark
		}
	case *ast.LiteralNode:
		out.form, out.text = isText, strings.TrimSuffix(n.Value.Value, "\n")
	case *ast.AnchorNode:
		return refuse("an anchor (&)")
	case *ast.AliasNode:
		return refuse("an alias (*)")
	case *ast.TagNode:
		return refuse("a tag (!); a text that begins with ! stands in quotes")
	case *ast.NullNode:
		return refuse("nothing stands here")
	default:
		return refuse("something else")
	}
	return out
}

func (d *document) entry(line int, into *node, v *ast.MappingValueNode, depth int) {
	t := v.Key.GetToken()
	at := d.in(line, t.Position)
	switch v.Key.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode:
	case *ast.MergeKeyNode:
		d.bad(at, "a merge key (<<)", "the keys themselves")
		return
	default:
		d.bad(at, "a key that is no plain word", "a plain word")
		return
	}
	if into.get(t.Value) != nil {
		d.bad(at, "`"+t.Value+"` stands here a second time", "each key once")
		return
	}
	into.keys = append(into.keys, entry{t.Value, at, d.node(line, v.Value, "`"+t.Value+"`", depth+1)})
}

// known refuses the keys of n that are not in keys. of says what n is, with its article.
func (d *document) known(n *node, of string, keys ...string) {
	for _, e := range n.keys {
		if !contains(keys, e.key) {
			d.bad(e.at, "`"+e.key+"` is no key of "+of, oneOf(e.key, keys))
		}
	}
}

// text is the text at a key, "" where there is none; it refuses anything but one line of text.
func (d *document) text(n *node, key string) string {
	v := n.get(key)
	if v == nil || !d.want(v, isText, "`"+key+"`") {
		return ""
	}
	if v.text == "" {
		d.bad(v.at, "`"+key+"` is empty", "a text")
	}
	if strings.ContainsFunc(v.text, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r == utf8.RuneError }) {
		d.bad(v.at, "`"+key+"` holds a control character", "plain text")
	}
	return v.text
}

// want refuses a value that has another form.
func (d *document) want(v *node, f form, of string) bool {
	if v.form != f && v.form != isNone {
		d.bad(v.at, of+" is "+string(v.form), string(f))
	}
	return v.form == f
}

// texts are the texts of a list or, by key, of a mapping.
func (d *document) texts(n *node, key string) []*node {
	v := n.get(key)
	if v == nil || !d.want(v, isList, "`"+key+"`") {
		return nil
	}
	var out []*node
	for _, e := range v.list {
		if d.want(e, isText, "an entry of `"+key+"`") {
			out = append(out, e)
		}
	}
	return out
}

// pairs are the entries of a mapping from words to texts.
func (d *document) pairs(n *node, key string) []entry {
	v := n.get(key)
	if v == nil || !d.want(v, isMap, "`"+key+"`") {
		return nil
	}
	var out []entry
	for _, e := range v.keys {
		if d.want(e.value, isText, "`"+e.key+"`") {
			out = append(out, e)
		}
	}
	return out
}

// duration reads a length of time; 0 where there is none.
func (d *document) duration(n *node, key string, least time.Duration) time.Duration {
	text := d.text(n, key)
	if text == "" {
		return 0
	}
	got, err := time.ParseDuration(text)
	if err != nil || got < 0 {
		d.bad(n.get(key).at, fmt.Sprintf("`%s` is %q", key, text), "a length of time such as 30s, 5m or 2h")
		return 0
	}
	if got < least || got > 30*24*time.Hour {
		d.bad(n.get(key).at, fmt.Sprintf("`%s` is %s", key, text), fmt.Sprintf("%s to 720h", least))
		return 0
	}
	return got
}

// number reads a small whole number; 0 where there is none.
func (d *document) number(n *node, key string, least, most int) int {
	text := d.text(n, key)
	if text == "" {
		return 0
	}
	got, err := strconv.Atoi(text)
	if err != nil || got < least || got > most {
		d.bad(n.get(key).at, fmt.Sprintf("`%s` is %q", key, text), fmt.Sprintf("a whole number from %d to %d", least, most))
		return 0
	}
	return got
}

// truth reads true or false; false where there is none.
func (d *document) truth(n *node, key string) bool {
	text := d.text(n, key)
	if text != "" && text != "true" && text != "false" {
		d.bad(n.get(key).at, fmt.Sprintf("`%s` is %q", key, text), "true or false")
	}
	return text == "true"
}
