package checklists

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// kindNames are the kinds of step, in the order of the documentation.
var kindNames = []string{"tick", "ask", "choose", "check", "do", "wait", "decide", "follow", "command"}

var common = []string{"when", "covers", "fresh_for", "needs", "undo", "on_fail"}

// kindKeys are the keys of each kind beside the common ones.
var kindKeys = map[string][]string{
	"tick": {"evidence"}, "ask": {"fields"}, "choose": {"with", "save", "empty"},
	"check": {"with", "save", "retry", "timeout", "proves"}, "do": {"with", "save", "risk"},
	"wait":   {"with", "until", "every", "timeout", "objective", "proves", "retry"},
	"decide": {"options", "save", "unattended"}, "follow": {"with", "save"}, "command": {"dir", "env", "save", "timeout", "retry"},
}

// Kinds that leave evidence, that may fail without stopping the run, that must say how it is done by hand, that may look again.
var (
	leavesEvidence = []string{"tick", "check", "wait", "command"}
	mayNote        = []string{"choose", "check", "wait", "command"}
	needsByHand    = []string{"choose", "check", "do", "wait", "command"}
	mayRetry       = []string{"check", "wait", "command"}
)

// The outputs of kinds that have no declaration.
const (
	outputOption = "option" // decide
	outputOutput = "output" // command: what it printed
	outputExit   = "exit"   // command: its exit code
)

// define reads a step's block. What concerns other steps is checked later.
func (d *document) define(p *part) {
	n := p.block
	kind, arg := d.kindOf(n)
	if kind == "" {
		return
	}
	p.Kind = kind
	d.keys(p, n)
	if kind == "command" {
		d.command(p, n)
	} else if d.want(arg, isText, "`"+kind+"`") {
		p.Use = d.text(n, kind)
	}
	p.where["use"] = arg.at
	if kind == "tick" || kind == "ask" || kind == "decide" {
		d.references(p, arg, "", nil)
	} else if kind != "command" {
		d.plainWord(arg)
	}
	p.with, p.save = d.pairs(n, "with"), d.pairs(n, "save")
	p.With = map[string]string{}
	for _, e := range p.with {
		p.With[e.key] = e.value.text
	}
	for _, e := range p.save {
		d.variable(e.key, e.at)
		d.plainWord(e.value)
		p.setSave(e.key, e.value.text)
	}
	d.shared(p, n)
	switch kind {
	case "tick":
		p.Evidence = d.word(n, "evidence", "none", "none", "note", "link")
	case "ask":
		d.fields(p, n)
	case "choose":
		p.Empty = d.text(n, "empty")
		d.plainWord(n.get("empty"))
	case "do":
		p.Risk = steps.Risk(d.word(n, "risk", "", string(steps.RiskReversible), string(steps.RiskCompensable), string(steps.RiskIrreversible)))
	case "wait":
		d.wait(p, n)
	case "decide":
		d.decide(p, n)
	}
}

func (p *part) setSave(variable, output string) {
	if p.Save == nil {
		p.Save = map[string]string{}
	}
	p.Save[variable] = output
}

// kindOf finds the one key that is a kind of step.
func (d *document) kindOf(n *node) (kind string, arg *node) {
	for _, e := range n.keys {
		if !slices.Contains(kindNames, e.key) {
			continue
		}
		if kind != "" {
			d.bad(e.at, "`"+e.key+"` is a second kind of step beside `"+kind+"`", "one kind a step")
			continue
		}
		kind, arg = e.key, e.value
	}
	if kind != "" || len(n.keys) == 0 {
		return kind, arg
	}
	for _, e := range n.keys {
		known := slices.Contains(common, e.key)
		for _, keys := range kindKeys {
			known = known || slices.Contains(keys, e.key)
		}
		if !known {
			d.bad(e.at, "`"+e.key+"` is no kind of step", oneOf(e.key, kindNames))
			return "", nil
		}
	}
	d.bad(n.keys[0].at, "no key here is a kind of step", oneOf("", kindNames))
	return "", nil
}

// keys refuses keys that the kind does not have.
func (d *document) keys(p *part, n *node) {
	mine := slices.Concat([]string{p.Kind}, kindKeys[p.Kind], common)
	for _, e := range n.keys {
		switch {
		case slices.Contains(mine, e.key) || slices.Contains(kindNames, e.key):
		case e.key == "retry":
			d.bad(e.at, "`retry` on "+a(p.Kind), "`retry` on a check, a wait or a command: they only read; nothing is sent twice")
		default:
			d.bad(e.at, "`"+e.key+"` is no key of "+a(p.Kind), oneOf(e.key, mine[1:]))
		}
	}
}

// shared reads the keys that several kinds have.
func (d *document) shared(p *part, n *node) {
	p.Covers, p.Undo = d.text(n, "covers"), d.text(n, "undo")
	p.FreshFor = d.duration(n, "fresh_for", time.Second)
	if v := n.get("fresh_for"); v != nil && !slices.Contains(leavesEvidence, p.Kind) {
		d.bad(v.at, "`fresh_for` on "+a(p.Kind)+", which leaves no evidence", "it on a "+oneOf("", leavesEvidence))
	}
	p.OnFail = steps.OnFail(d.word(n, "on_fail", "", string(steps.OnFailNote), string(steps.OnFailFact)))
	if v := n.get("on_fail"); v != nil && !slices.Contains(mayNote, p.Kind) {
		d.bad(v.at, "`on_fail` on "+a(p.Kind), "it on a "+oneOf("", mayNote))
	} else if p.OnFail == steps.OnFailFact && p.Kind != "check" {
		d.bad(v.at, "`on_fail: fact` on "+a(p.Kind), "it on a check, whose result a later decision reads")
	}
	p.needs, p.proves = d.texts(n, "needs"), d.texts(n, "proves")
	if v := n.get("undo"); v != nil && p.Kind != "do" {
		d.bad(v.at, "`undo` on "+a(p.Kind), "it on a do")
	}
	if v := n.get("needs"); v != nil && p.Kind != "do" && p.Kind != "decide" {
		d.bad(v.at, "`needs` on "+a(p.Kind), "it on a do or a decide")
	}
	p.Timeout = d.duration(n, "timeout", time.Second)
	if r := n.get("retry"); r != nil && slices.Contains(mayRetry, p.Kind) && d.want(r, isMap, "`retry`") {
		d.known(r, "retry", "times", "every")
		p.Retry = steps.Retry{Times: d.number(r, "times", 1, 100), Every: d.duration(r, "every", time.Second)}
		if r.get("times") == nil {
			d.bad(r.at, "`retry` has no `times`", "times: how often to look again")
		}
	}
	for _, key := range []string{"covers", "undo"} {
		d.plainWord(n.get(key))
	}
	if v := n.get("when"); v != nil {
		p.when = d.condition(v, "`when`")
	}
}

// word reads one of a few words; instead where there is none.
func (d *document) word(n *node, key, instead string, words ...string) string {
	v := n.get(key)
	if v == nil {
		return instead
	}
	text := d.text(n, key)
	if text != "" && !slices.Contains(words, text) {
		d.bad(v.at, "`"+key+"` is `"+text+"`", oneOf(text, words))
		return instead
	}
	return text
}

func (d *document) command(p *part, n *node) {
	for i, a := range d.texts(n, "command") {
		p.Argv = append(p.Argv, a.text)
		if i > 0 {
			d.references(p, a, steps.KindText, nil)
			continue
		}
		d.plainWord(a)
		if slices.Contains([]string{"sh", "bash", "dash", "zsh", "env", "sudo", "xargs", "python3", "eval", "exec"}, a.text[strings.LastIndexByte(a.text, '/')+1:]) {
			d.bad(a.at, "`"+a.text+"` would run whatever it is given", "the program itself, with its arguments one by one")
		}
	}
	if len(p.Argv) == 0 {
		d.bad(n.get("command").at, "`command` has no program", "a list: the program, then its arguments")
	}
	p.Use, p.Dir = strings.Join(p.Argv, " "), d.text(n, "dir")
	if v := n.get("dir"); v != nil {
		d.references(p, v, steps.KindPath, nil)
	}
	for i, e := range d.pairs(n, "env") {
		if i == 0 {
			p.Env = map[string]string{}
		}
		p.Env[e.key] = e.value.text
		d.references(p, e.value, asEnv, nil)
	}
}

func (d *document) fields(p *part, n *node) {
	all := n.get("fields")
	if all == nil {
		d.bad(p.where["use"], "the ask has no `fields`", "fields: {name: {kind: text, prompt: ...}}")
		return
	}
	if !d.want(all, isMap, "`fields`") {
		return
	}
	for _, e := range all.keys {
		d.variable(e.key, e.at)
		f := steps.Field{Name: e.key, Kind: steps.KindText}
		if d.want(e.value, isMap, "the field `"+e.key+"`") {
			d.known(e.value, "a field", "kind", "prompt", "options", "default")
			f.Kind, f.Prompt, f.Default = d.kind(e.value), d.text(e.value, "prompt"), d.text(e.value, "default")
			for _, key := range []string{"prompt", "default"} {
				if v := e.value.get(key); v != nil {
					d.references(p, v, "", nil)
				}
			}
			for _, o := range d.texts(e.value, "options") {
				f.Options = append(f.Options, o.text)
				d.literal(f.Kind, o.text, o.at)
			}
			if v := e.value.get("default"); v != nil && len(f.Options) > 0 && !slices.Contains(f.Options, f.Default) {
				d.bad(v.at, "the default is none of the options", oneOf(f.Default, f.Options))
			}
		}
		p.Fields = append(p.Fields, f)
		p.setSave(e.key, e.key)
		p.save = append(p.save, entry{e.key, e.at, &node{at: e.at, text: e.key, form: isText}})
	}
}

func (d *document) wait(p *part, n *node) {
	if p.Timeout == 0 && n.get("timeout") == nil {
		d.bad(p.where["use"], "the wait has no `timeout`", "timeout: after how long it stops waiting")
	}
	if p.Every = d.duration(n, "every", time.Second); p.Every == 0 {
		p.Every = 5 * time.Second
	}
	p.Objective = d.truth(n, "objective")
	if v := n.get("until"); v != nil {
		c := d.condition(v, "`until`")
		p.conds = append(p.conds, c)
		c.role = roleUntil
	}
}

func (d *document) decide(p *part, n *node) {
	all := n.get("options")
	p.Unattend = d.truth(n, "unattended")
	if all == nil {
		d.bad(p.where["use"], "the decide has no `options`", "options: a list of {id, label, …}")
		return
	}
	if !d.want(all, isList, "`options`") {
		return
	}
	for _, o := range all.list {
		if !d.want(o, isMap, "an option") {
			continue
		}
		d.known(o, "an option", "id", "label", "recommend", "because", "unless", "unless_because", "ends")
		opt := option{steps.Option{ID: d.text(o, "id"), Label: d.text(o, "label"), Because: d.text(o, "because"),
			UnlessBecause: d.text(o, "unless_because"), Ends: d.truth(o, "ends")}, o.at}
		if v := o.get("id"); v != nil {
			opt.at = v.at
		}
		d.optionID(p, opt)
		if opt.Label == "" && o.get("label") == nil {
			d.bad(opt.at, "the option `"+opt.ID+"` has no `label`", "label: what the operator reads")
		}
		d.plainWord(o.get("label"))
		recommend := d.optionCondition(p, o, "recommend", "because")
		if recommend != nil {
			opt.Recommend = recommend
		}
		if unless := d.optionCondition(p, o, "unless", "unless_because"); unless != nil {
			opt.Unless = unless
		}
		p.options = append(p.options, opt)
	}
	if len(p.options) < 2 {
		d.bad(all.at, fmt.Sprintf("the decide has %d options", len(p.options)), "two or more")
	}
}

func (d *document) optionID(p *part, opt option) {
	if !idPattern.MatchString(opt.ID) {
		d.bad(opt.at, "`"+opt.ID+"` is no id of an option", "small letters and digits, joined by -")
	}
	if slices.ContainsFunc(p.options, func(o option) bool { return o.ID == opt.ID }) {
		d.bad(opt.at, "a second option `"+opt.ID+"`", "an id of its own")
	}
}

// optionCondition reads one of the two conditions of an option, with its reason.
func (d *document) optionCondition(p *part, o *node, key, reason string) *condition {
	v, why := o.get(key), o.get(reason)
	if v == nil {
		if why != nil && key == "unless" {
			d.bad(why.at, "`"+reason+"` without `"+key+"`", "both or neither")
		}
		if why != nil {
			d.references(p, why, "", nil)
		}
		return nil
	}
	c := d.condition(v, "`"+key+"`")
	p.conds = append(p.conds, c)
	if why == nil {
		d.bad(v.at, "`"+key+"` without `"+reason+"`", "both: the operator is told why")
	} else {
		d.references(p, why, "", c)
	}
	return c
}

// references notes each ${name} of a text. as is what the text is taken as, "" for prose.
func (d *document) references(p *part, n *node, as steps.ValueKind, given *condition) {
	if n == nil || n.form != isText {
		return
	}
	rest := steps.Reference.ReplaceAllStringFunc(n.text, func(m string) string { return strings.Repeat(" ", len(m)) })
	if i := strings.Index(rest, "${"); i >= 0 {
		d.bad(n.within(i), "`${` begins no reference here", "${name} with small letters, or $${ for the two characters")
	}
	for _, m := range steps.Reference.FindAllStringSubmatchIndex(n.text, -1) {
		if strings.HasPrefix(n.text[m[0]:], "$$") {
			continue
		}
		p.uses = append(p.uses, use{name: n.text[m[2]:m[3]], at: n.within(m[0]), whole: m[0] == 0 && m[1] == len(n.text), as: as, given: given})
	}
}

// plainWord refuses references where a text is taken as it stands.
func (d *document) plainWord(n *node) {
	if n == nil || n.form != isText {
		return
	}
	if i := strings.Index(n.text, "${"); i >= 0 {
		d.bad(n.within(i), "a reference to a variable, which is not filled in here", "a text as it is; references stand in with, because, prompts and env")
	}
}

// within is the place of a byte of a text.
func (n *node) within(offset int) place {
	if !n.exact {
		return n.at
	}
	return place{n.at.line, n.at.col + len([]rune(n.text[:min(offset, len(n.text))]))}
}
