package checklists

import (
	"crypto/sha256"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

var (
	idPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	namePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

// outside are the services that a procedure may say it cannot do without.
var outside = []string{"lightsail", "infisical", "web", "github"}

// header is a file's front matter.
type header struct {
	steps.Procedure
	params map[string]place // where each parameter stands
	given  map[string]place // where each output stands
	start  int              // offset of the first byte after it
	line   int              // and its line
}

// front reads the front matter, which begins in the first line.
func (d *document) front() {
	d.head.Params, d.head.params, d.head.given = map[string]steps.Param{}, map[string]place{}, map[string]place{}
	block, ok := d.fenced()
	if !ok {
		return
	}
	d.head.line = 3 + strings.Count(block, "\n")
	root := d.yaml(2, block)
	if root == nil {
		d.blind = true
		return
	}
	d.known(root, "the front matter", "id", "title", "group", "covers", "when_to_use", "objective", "requires", "params", "outputs", "practice")
	h := &d.head
	h.ID, h.Title, h.Group = d.text(root, "id"), d.text(root, "title"), d.text(root, "group")
	h.Covers, h.WhenToUse = d.text(root, "covers"), d.text(root, "when_to_use")
	for _, key := range []string{"id", "title", "group"} {
		if root.get(key) == nil {
			d.bad(place{1, 1}, "the front matter has no `"+key+"`", "id, title and group")
		}
	}
	if h.ID != "" && !idPattern.MatchString(h.ID) {
		d.bad(root.get("id").at, "`"+h.ID+"` is no id", "small letters and digits, joined by -")
	} else if h.ID != "" && h.ID != d.id {
		d.bad(root.get("id").at, "the id is `"+h.ID+"` and the file is "+path.Base(d.name), "id: "+d.id)
	}
	if h.Group != "" && !slices.Contains(Groups, h.Group) {
		d.bad(root.get("group").at, "`"+h.Group+"` is no group", oneOf(h.Group, Groups))
	}
	if o := root.get("objective"); o != nil && d.want(o, isMap, "`objective`") {
		d.known(o, "an objective", "rto", "rpo")
		h.Objective = steps.Objective{RTO: d.duration(o, "rto", 0), RPO: d.duration(o, "rpo", 0)}
		if o.get("rto") == nil {
			d.bad(o.at, "the objective has no `rto`", "rto: how long recovery may take")
		}
	}
	for _, r := range d.texts(root, "requires") {
		if !slices.Contains(outside, r.text) {
			d.bad(r.at, "`"+r.text+"` is no service that can be required", oneOf(r.text, outside))
		}
		h.Requires = append(h.Requires, r.text)
	}
	d.params(root)
	for i, o := range d.pairs(root, "outputs") {
		if i == 0 {
			h.Outputs = map[string]string{}
		}
		h.Outputs[o.key], h.given[o.key] = o.value.text, o.at
	}
	d.practice(root)
}

// fenced is the text between the first two lines that are ---.
func (d *document) fenced() (string, bool) {
	src := string(d.src)
	rest, ok := strings.CutPrefix(src, "---\n")
	if !ok {
		d.bad(place{1, 1}, "the front matter is missing", "--- in the first line, keys, and a second line ---")
		return "", false
	}
	if strings.HasPrefix(rest, "---\n") {
		d.head.start = len("---\n---\n")
		return "", true
	}
	block, body, closed := strings.Cut(rest, "\n---\n")
	if !closed {
		if block, closed = strings.CutSuffix(rest, "\n---"); !closed {
			d.bad(place{1, 1}, "the front matter is never closed", "a second line that is ---")
			return "", false
		}
	}
	d.head.start = len(src) - len(body)
	return block + "\n", true
}

func (d *document) params(root *node) {
	all := root.get("params")
	if all == nil || !d.want(all, isMap, "`params`") {
		return
	}
	for _, e := range all.keys {
		d.variable(e.key, e.at)
		d.head.params[e.key] = e.at
		p := steps.Param{Kind: steps.KindText}
		if d.want(e.value, isMap, "the parameter `"+e.key+"`") {
			d.known(e.value, "a parameter", "kind", "required", "default", "prompt")
			p = steps.Param{Kind: d.kind(e.value), Required: d.truth(e.value, "required"), Default: d.text(e.value, "default"), Prompt: d.text(e.value, "prompt")}
			if def := e.value.get("default"); def != nil && p.Default != "" {
				if p.Required {
					d.bad(def.at, "`"+e.key+"` is required and has a default", "one of the two")
				}
				d.literal(p.Kind, p.Default, def.at)
				d.plainWord(def)
			}
			if p.Kind == steps.KindSecret && p.Default != "" {
				d.bad(e.value.get("default").at, "a secret has a default", "no default: a secret is given as a reference when a run starts")
			}
		}
		d.head.Params[e.key] = p
	}
}

// kind is the value kind at the key kind.
func (d *document) kind(n *node) steps.ValueKind {
	words := make([]string, len(steps.ValueKinds))
	for i, k := range steps.ValueKinds {
		words[i] = string(k)
	}
	text := d.text(n, "kind")
	if n.get("kind") == nil {
		d.bad(n.at, "there is no `kind`", oneOf("", words))
	} else if text != "" && !steps.ValueKind(text).Known() {
		d.bad(n.get("kind").at, "`"+text+"` is no kind of value", oneOf(text, words))
	}
	if !steps.ValueKind(text).Known() {
		return "" // not known: nothing is said of it twice
	}
	return steps.ValueKind(text)
}

// variable refuses what cannot be the name of a variable.
func (d *document) variable(name string, at place) {
	if !namePattern.MatchString(name) {
		d.bad(at, "`"+name+"` is no name of a variable", "small letters, digits and _, beginning with a letter")
	}
}

// literal refuses a text that cannot be a value of kind k.
func (d *document) literal(k steps.ValueKind, text string, at place) {
	if text != "" && k.Check("it", text) != nil {
		d.bad(at, fmt.Sprintf("%q is no %s", text, k), "something like "+examples[k])
	}
}

// examples show what a value of a kind looks like.
var examples = map[steps.ValueKind]string{
	steps.KindText: "a line of text", steps.KindInt: "12", steps.KindBool: "true", steps.KindTime: "2026-11-23T07:00:00Z", steps.KindDuration: "5m",
	steps.KindService: "jaja-backend", steps.KindImage: ":jaja-backend.backend.12", steps.KindDatabase: "jaja-db", steps.KindSnapshot: "pre-deployment-20260309",
	steps.KindCommit: "9c41f7e", steps.KindRevision: "4f1c09e2", steps.KindPath: "a path", steps.KindURL: "https://app.justajobapp.com/", steps.KindSecret: "infisical:prod/NAME",
}

// practice reads how the procedure is rehearsed.
func (d *document) practice(root *node) {
	p := root.get("practice")
	if p == nil || !d.want(p, isMap, "`practice`") {
		return
	}
	d.known(p, "practice", "scenario", "set")
	d.head.Practice.Scenario = d.text(p, "scenario")
	if s := p.get("scenario"); s == nil {
		d.bad(p.at, "practice has no `scenario`", "scenario: the drill that it is rehearsed in")
	} else if d.scenarios != nil && !contains(d.scenarios(), s.text) && s.text != "" {
		d.bad(s.at, "`"+s.text+"` is no scenario", oneOf(s.text, unique(d.scenarios())))
	}
	for i, e := range d.pairs(p, "set") {
		if i == 0 {
			d.head.Practice.Set = map[string]string{}
		}
		d.head.Practice.Set[e.key] = e.value.text
		if param, ok := d.head.Params[e.key]; !ok {
			d.bad(e.at, "`"+e.key+"` is no parameter", oneOf(e.key, sortedKeys(d.head.Params)))
		} else {
			d.literal(param.Kind, e.value.text, e.value.at)
		}
	}
	for _, name := range sortedKeys(d.head.Params) {
		if d.head.Params[name].Required && d.head.Practice.Set[name] == "" {
			d.bad(p.at, "practice does not set `"+name+"`, which is required", "set: {"+name+": VALUE}")
		}
	}
}

func digestOf(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }
