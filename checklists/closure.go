package checklists

import (
	"fmt"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// closure is a procedure with all that it follows, while they are read.
type closure struct {
	lib    *Library
	docs   map[string]*document
	scopes map[string]*scope
	way    []string            // the ids that lead to the one that is being read
	by     []func(what string) // for each of them, says something at the follow that leads on
}

// document reads a file, once; nil where there is none.
func (c *closure) document(id string) *document {
	if d, ok := c.docs[id]; ok {
		return d
	}
	src, err := c.lib.read(id)
	if err != nil {
		c.docs[id] = nil
		return nil
	}
	d := &document{id: id, name: c.lib.shown(id), src: src, cat: c.lib.cat, scenarios: c.lib.scenarios}
	c.docs[id] = d
	d.read()
	return d
}

// check checks a file after those that it follows. Cycles end where they close.
func (c *closure) check(d *document) {
	id := d.id
	c.way = append(c.way, id)
	defer func() { c.way = c.way[:len(c.way)-1] }()
	for _, p := range d.parts {
		if p.Kind != "follow" || p.Use == "" || strings.Contains(p.Use, "${") {
			continue
		}
		if i := slices.Index(c.way, p.Use); i >= 0 {
			circle := "this leads in a circle: " + strings.Join(append(slices.Clone(c.way[i:]), p.Use), " → ")
			for _, say := range append(c.by[i:len(c.way)-1:len(c.way)-1], d.follows(p)) {
				say(circle)
			}
			continue
		}
		target := c.document(p.Use)
		if target == nil {
			ids, _ := c.lib.ids()
			d.bad(p.where["use"], "there is no procedure `"+p.Use+"`", orElse(oneOf(p.Use, ids), "the id of one"))
			continue
		}
		if c.scopes[p.Use] == nil {
			c.by = append(c.by, d.follows(p))
			c.check(target)
			c.by = c.by[:len(c.by)-1]
		}
	}
	if c.scopes == nil {
		c.scopes = map[string]*scope{}
	}
	c.scopes[id] = d.check(c)
	if n := c.steps(d, map[*document]int{}); n > stepLimit {
		d.bad(place{1, 1}, fmt.Sprintf("with all that it follows this has %d steps", n), fmt.Sprintf("at most %d", stepLimit))
	}
}

// follows says something at a follow.
func (d *document) follows(p *part) func(what string) {
	return func(what string) { d.bad(p.where["use"], what, "a procedure that does not lead back here") }
}

// steps counts a procedure's steps, those followed included.
func (c *closure) steps(d *document, known map[*document]int) int {
	if n, ok := known[d]; ok {
		return n
	}
	known[d] = 0 // a circle was said already
	n := len(d.parts)
	for _, p := range d.parts {
		if t := c.docs[p.Use]; p.Kind == "follow" && t != nil {
			n = min(n+c.steps(t, known), 1<<30)
		}
	}
	known[d] = n
	return n
}

// problems are those of all files read.
func (c *closure) problems() Problems {
	var all Problems
	for _, id := range sortedKeys(c.docs) {
		if d := c.docs[id]; d != nil {
			all = append(all, d.problems...)
		}
	}
	return all.sorted()
}

// flatten makes the procedure of a checked file.
func (c *closure) flatten(root *document) *steps.Procedure {
	p := root.head.Procedure
	p.Pins, p.Texts = map[string]string{}, map[string][]byte{}
	c.into(&p, root, "")
	var lines strings.Builder
	for _, id := range sortedKeys(p.Pins) {
		fmt.Fprintf(&lines, "%s %s\n", id, p.Pins[id])
	}
	p.Digest = digestOf([]byte(p.ID + "\n" + lines.String()))
	return &p
}

func (c *closure) into(p *steps.Procedure, d *document, under steps.Path) {
	digest := digestOf(d.src)
	p.Pins[d.head.ID], p.Texts[digest] = digest, d.src
	join := func(ids []steps.Path) []steps.Path {
		out := make([]steps.Path, len(ids))
		for i, id := range ids {
			out[i] = below(under, string(id))
		}
		return out
	}
	for _, part := range d.parts {
		s := part.Step
		s.ID = below(under, part.own)
		if s.Needs != nil {
			s.Needs = join(s.Needs)
		}
		if s.Proves != nil {
			s.Proves = join(s.Proves)
		}
		p.Steps = append(p.Steps, s)
		if s.Kind == "follow" {
			c.into(p, c.docs[s.Use], s.ID)
		}
	}
}

func below(under steps.Path, own string) steps.Path {
	if under == "" {
		return steps.Path(own)
	}
	return under + "/" + steps.Path(own)
}
