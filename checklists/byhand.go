package checklists

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/JustAJobApp/runbook/steps"
)

// byHand is what a person types when the program cannot run. It is never substituted into: what is copied is a line name='value'
// for each variable, then the text as it stands.
type byHand struct {
	uses []mention // variables, in the order of their first mention
}

type mention struct {
	name string
	at   place
}

var environmentName = regexp.MustCompile(`^[A-Z_][A-Z0-9_]*$`)

// readByHand reads a block and refuses what would not survive being copied. The variables are checked later.
func (d *document) readByHand(line int, text string) *byHand {
	in := func(p syntax.Pos) place {
		return place{line + int(p.Line()) - 1, 1 + len([]rune(lineOfText(text, int(p.Line()))[:max(int(p.Col())-1, 0)]))}
	}
	f, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(text), "")
	if err != nil {
		at, what := place{line, 1}, err.Error()
		var pe syntax.ParseError
		var le syntax.LangError
		switch {
		case asError(err, &pe):
			at, what = in(pe.Pos), pe.Text
		case asError(err, &le):
			at, what = in(le.Pos), le.Feature+": not for every shell"
		}
		d.bad(at, "not sh: "+strings.ReplaceAll(what, "invalid", "unusable"), "commands that any sh takes")
		return nil
	}
	r := &shellReader{document: d, in: in, own: map[string]bool{}, quoted: map[*syntax.ParamExp]bool{}}
	syntax.Walk(f, r.assigned)
	syntax.Walk(f, r.quotes)
	syntax.Walk(f, r.references)
	if len(f.Stmts) == 0 {
		d.bad(place{line, 1}, "this block holds no command", "what to type")
	}
	return &byHand{r.uses}
}

func lineOfText(text string, n int) string {
	lines := strings.Split(text, "\n")
	if n < 1 || n > len(lines) {
		return ""
	}
	return lines[n-1] + strings.Repeat(" ", 8)
}

// shellReader goes through a block three times: what it sets itself, what stands in double quotes, what it reads.
type shellReader struct {
	*document
	in     func(syntax.Pos) place
	own    map[string]bool
	quoted map[*syntax.ParamExp]bool
	uses   []mention
}

func (r *shellReader) assigned(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.Assign:
		if n.Name != nil {
			r.own[n.Name.Value] = true
		}
	case *syntax.WordIter:
		r.own[n.Name.Value] = true
	case *syntax.CallExpr:
		if len(n.Args) > 1 && n.Args[0].Lit() == "read" {
			for _, a := range n.Args[1:] {
				r.own[a.Lit()] = true
			}
		}
	}
	return true
}

func (r *shellReader) quotes(n syntax.Node) bool {
	mark := func(parts []syntax.WordPart) {
		for _, p := range parts {
			if e, ok := p.(*syntax.ParamExp); ok {
				r.quoted[e] = true
			}
		}
	}
	switch n := n.(type) {
	case *syntax.DblQuoted:
		mark(n.Parts)
	case *syntax.Redirect:
		if n.Hdoc != nil {
			mark(n.Hdoc.Parts)
		}
	}
	return true
}

func (r *shellReader) references(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.SglQuoted:
		if i := strings.Index(n.Value, "${"); i >= 0 {
			r.bad(r.in(n.Pos()), "${ } between single quotes stays as it is", "double quotes; JSON is built with jq --arg")
		}
	case *syntax.Lit:
		if n.Value == "..." || n.Value == "…" {
			r.bad(r.in(n.Pos()), "a placeholder", "a command that can be run as it stands")
		}
	case *syntax.ParamExp:
		r.reference(n)
	}
	return true
}

func (r *shellReader) reference(n *syntax.ParamExp) {
	if n.Param == nil {
		return
	}
	name, at := n.Param.Value, r.in(n.Pos())
	switch {
	case len(name) == 1 && !namePattern.MatchString(name) && !environmentName.MatchString(name), strings.Trim(name, "0123456789") == "":
		return // $? $# $1 and the like
	case !r.quoted[n]:
		r.bad(at, "${"+name+"} outside double quotes", `"${`+name+`}"`)
	}
	switch {
	case r.own[name], environmentName.MatchString(name):
	case !namePattern.MatchString(name):
		r.bad(at, "${"+name+"} is neither a variable nor of the environment", "small letters for a variable, capitals for the operator's environment")
	case !slices.ContainsFunc(r.uses, func(m mention) bool { return m.name == name }):
		r.uses = append(r.uses, mention{name, at})
	}
}

// byHand checks that the variables of a block surely have values there.
func (s *scope) byHand(p *part) {
	for _, m := range p.hand.uses {
		if v := s.read(m.name, m.at, "${"+m.name+"}", s.reached[p]); v != nil && v.kind == steps.KindSecret {
			s.bad(m.at, "${"+m.name+"} is a secret", "a name in capitals, which the operator's environment holds")
		}
	}
}

// ByHand is what a person types for a step when the program cannot run, ready to be copied: a line name='value' for each variable
// that the block reads, quoted for any sh, then the block as it stands. A variable that has no value yet stops the shell with its
// name. It is "" where the step has no block.
func ByHand(step *steps.Step, vars steps.Values) string {
	if step.ByHand == "" {
		return ""
	}
	var out strings.Builder
	scratch := &document{}
	if read := scratch.readByHand(1, step.ByHand); read != nil {
		for _, m := range read.uses {
			v, ok := vars[m.name]
			if !ok || v.Kind == steps.KindSecret {
				fmt.Fprintf(&out, ": \"${%s:?has no value yet}\"\n", m.name)
				continue
			}
			fmt.Fprintf(&out, "%s=%s\n", m.name, quote(v.Text))
		}
	}
	out.WriteString(step.ByHand)
	return out.String()
}

// quote writes a text as one word of any sh.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
