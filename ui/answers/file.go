// Package answers is what a headless run has instead of a person: a file of answers, by the paths of the steps that ask. It
// imports steps alone; line mode and the commands import it.
package answers

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/JustAJobApp/runbook/steps"
)

// File holds the answers by path. An entry's list answers successive visits of its step.
type File struct {
	name    string
	entries map[steps.Path][]entry
}

// entry is one answer: a text, or named texts.
type entry struct {
	text   string
	fields map[string]string
	named  bool
	pos    steps.Pos
}

// place is how the parser writes where a mistake is.
var place = regexp.MustCompile(`^\[([0-9]+):([0-9]+)\] `)

const (
	maxBytes = 64 << 10
	maxDepth = 16
)

// Read reads an answers file. Its error is CodeInput, with the place.
func Read(name string) (*File, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("The answers file %s cannot be read: %v.", name, cause(err)),
			Next: "Give the path of a file that you may read.", Cause: err}
	}
	return Parse(name, src)
}

// Parse reads answers from src. Scalars keep the text of the source: 0012 stays 0012. name stands in messages.
func Parse(name string, src []byte) (*File, error) {
	f := &File{name: name, entries: map[steps.Path][]entry{}}
	if err := f.harmless(src); err != nil {
		return nil, err
	}
	tree, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s:%s, expected YAML.", name, place.ReplaceAllString(firstLine(err.Error()), "$1:$2: ")),
			Next: "Write one line a step: its path, a colon, the answer.", Cause: err}
	}
	if len(tree.Docs) > 1 && tree.Docs[1].Body != nil {
		return nil, f.wrong(tree.Docs[1].Body, "a second document", "one document")
	}
	if len(tree.Docs) == 0 || tree.Docs[0].Body == nil {
		return f, nil
	}
	pairs, ok := mapping(tree.Docs[0].Body)
	if !ok {
		return nil, f.wrong(tree.Docs[0].Body, "no mapping", "lines such as choose-image: backend.12")
	}
	for _, p := range pairs {
		path, err := f.key(p)
		if err != nil {
			return nil, err
		}
		if _, twice := f.entries[steps.Path(path)]; twice {
			return nil, f.wrong(p.Key, path+" a second time", "each step once; a list answers successive visits")
		}
		if f.entries[steps.Path(path)], err = f.values(p.Value); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// harmless refuses what the parser would chew on for long, before it is parsed.
func (f *File) harmless(src []byte) error {
	if len(src) > maxBytes {
		return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s has %d bytes; expected at most %d.", f.name, len(src), maxBytes), Next: "Keep answers short."}
	}
	for i, line := range bytes.Split(src, []byte("\n")) {
		if bytes.Count(line, []byte("["))+bytes.Count(line, []byte("{")) > maxDepth {
			return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s:%d:1: more than %d brackets in a line, expected a step's path, a colon and the answer.", f.name, i+1, maxDepth)}
		}
	}
	return nil
}

// Paths lists the keys, sorted.
func (f *File) Paths() []steps.Path { return slices.Sorted(maps.Keys(f.entries)) }

// Check refuses answers to steps that the procedure does not have, or that ask nothing.
func (f *File) Check(p *steps.Procedure) error {
	for _, path := range f.Paths() {
		step := p.Step(path)
		if step == nil {
			return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s: %s has no step %s.", f.entries[path][0].pos, p.ID, path),
				Meaning: "nothing was started.", Next: "Its steps that ask: " + asking(p) + "."}
		}
		if step.Kind == "follow" || step.Kind == "wait" {
			return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s: step %s is a %s and asks nothing.", f.entries[path][0].pos, path, step.Kind),
				Meaning: "nothing was started.", Next: "Take the line out. Steps that ask: " + asking(p) + "."}
		}
	}
	return nil
}

// asking lists the paths that a file may answer.
func asking(p *steps.Procedure) string {
	var out []string
	for i := range p.Steps {
		switch p.Steps[i].Kind {
		case "tick", "ask", "choose", "decide", "do":
			out = append(out, string(p.Steps[i].ID))
		}
	}
	if len(out) == 0 {
		return "none"
	}
	return strings.Join(out, ", ")
}

// key reads a key, which is a path.
func (f *File) key(p *ast.MappingValueNode) (string, error) {
	text, err := f.scalar(p.Key)
	if err != nil || text == "" {
		return "", f.wrong(p.Key, "a key that is no text", "a step's path")
	}
	return text, nil
}

// values reads one answer, or a list of them.
func (f *File) values(n ast.Node) ([]entry, error) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		e, err := f.entry(n)
		return []entry{e}, err
	}
	var out []entry
	for _, item := range seq.Values {
		e, err := f.entry(item)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, f.wrong(n, "an empty list", "an answer for each visit")
	}
	return out, nil
}

func (f *File) entry(n ast.Node) (entry, error) {
	pairs, ok := mapping(n)
	if !ok {
		text, err := f.scalar(n)
		return entry{text: text, pos: f.pos(n)}, err
	}
	e := entry{fields: map[string]string{}, named: true, pos: f.pos(n)}
	for _, p := range pairs {
		name, err := f.key(p)
		if err != nil {
			return e, err
		}
		if _, twice := e.fields[name]; twice {
			return e, f.wrong(p.Key, name+" a second time", "each name once")
		}
		if e.fields[name], err = f.scalar(p.Value); err != nil {
			return e, err
		}
	}
	return e, nil
}

// scalar gives a scalar's text as the file has it. Types that YAML would see in it do not matter here.
func (f *File) scalar(n ast.Node) (string, error) {
	switch v := n.(type) {
	case *ast.LiteralNode:
		return strings.TrimRight(v.Value.Value, "\n"), nil
	case *ast.StringNode:
		return v.Value, nil
	case *ast.NullNode:
		if t := v.GetToken(); t != nil && t.Type == token.NullType && t.Value != "" && strings.TrimSpace(t.Origin) != "" {
			return t.Value, nil
		}
		return "", f.wrong(n, "no answer", "a text; one that begins with # stands in quotes")
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, nil
	}
	return "", f.wrong(n, "what is no text", "a plain or quoted text, without anchors, aliases, tags or nested lists")
}

func (f *File) wrong(n ast.Node, what, expected string) error {
	return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s: %s, expected %s.", f.pos(n), what, expected)}
}

func (f *File) pos(n ast.Node) steps.Pos {
	p := steps.Pos{File: f.name, Line: 1, Col: 1}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return p
	}
	p.Line, p.Col = n.GetToken().Position.Line, n.GetToken().Position.Column
	return p
}

// mapping gives a mapping's pairs, of either shape that the parser makes.
func mapping(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch v := n.(type) {
	case *ast.MappingNode:
		return v.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{v}, true
	}
	return nil, false
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// cause is an operating system's reason without the path, which the message has already.
func cause(err error) error {
	if p, ok := err.(*os.PathError); ok {
		return p.Err
	}
	return err
}
