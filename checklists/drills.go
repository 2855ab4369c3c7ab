package checklists

import (
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// Drill is a fault that practice mode can play. Only Page is shown before its end; hints one by one; Debrief after it.
type Drill struct {
	ID, Title  string
	Difficulty int               // 1 to 5
	Objective  steps.Objective   // the source document's, always reported
	Row        string            // which of its objectives: container, database, region, rebuild
	Par        time.Duration     // a person's time and the cloud's along the right way
	Limit      time.Duration     // after this the drill is over
	Exercises  []string          // procedures
	Params     map[string]string // what those are started with
	Covers     []string
	Intro      string // Markdown
	Page       string // what reaches the operator, plain text
	Recovered  string // what counts as recovered, in words
	Hints      []string
	Debrief    string // Markdown
}

// Drills are all drills that the program carries, easiest first.
func Drills() ([]Drill, error) {
	sub, err := fs.Sub(files, "drills")
	if err != nil {
		return nil, err
	}
	var out []Drill
	for _, id := range scenarioIDs(files) {
		src, err := fs.ReadFile(sub, id+".md")
		if err != nil {
			return nil, err
		}
		drill, problems := readDrill(id, "checklists/drills/"+id+".md", src)
		if len(problems) > 0 {
			return nil, refusal("drill "+id, problems)
		}
		out = append(out, drill)
	}
	slices.SortStableFunc(out, func(a, b Drill) int { return a.Difficulty - b.Difficulty })
	return out, nil
}

// scenarioIDs are the drills in a folder of procedures.
func scenarioIDs(fsys fs.FS) []string {
	found, _ := fs.Glob(fsys, "drills/*.md")
	for i, f := range found {
		found[i] = strings.TrimSuffix(strings.TrimPrefix(f, "drills/"), ".md")
	}
	return found
}

// LintDrill checks one drill file by its name and text.
func LintDrill(name string, src []byte) []*Problem {
	id := strings.TrimSuffix(name[strings.LastIndexAny(name, `/\`)+1:], ".md")
	_, problems := readDrill(id, name, src)
	return problems
}

// drillSections are the headings that a drill may have, by id, and whether it must.
var drillSections = map[string]bool{"page": true, "start": false, "timeline": false, "recovered": true, "hazards": false, "hints": true, "debrief": true, "plays": false}

func readDrill(id, name string, src []byte) (Drill, Problems) {
	d := &document{id: id, name: name, src: src}
	if !d.plain() {
		return Drill{}, d.problems
	}
	drill := d.drillFront()
	if d.head.start > 0 {
		d.drillBody(&drill)
	}
	return drill, d.problems.sorted()
}

func (d *document) drillFront() Drill {
	block, ok := d.fenced()
	if !ok {
		return Drill{}
	}
	root := d.yaml(2, block)
	if root == nil {
		return Drill{}
	}
	d.known(root, "a drill", "id", "title", "difficulty", "objective", "par", "limit", "twins", "exercises", "params", "covers", "spoilers", "variants")
	for _, key := range []string{"id", "title", "difficulty", "objective", "par", "limit", "exercises", "spoilers"} {
		if root.get(key) == nil {
			d.bad(place{1, 1}, "the drill has no `"+key+"`", "it in the front matter")
		}
	}
	out := Drill{ID: d.text(root, "id"), Title: d.text(root, "title"), Difficulty: d.number(root, "difficulty", 1, 5), Limit: d.duration(root, "limit", time.Minute)}
	if v := root.get("id"); v != nil && v.text != d.id {
		d.bad(v.at, "the id is `"+v.text+"` and the file is "+d.id+".md", "id: "+d.id)
	}
	if o := root.get("objective"); o != nil && d.want(o, isMap, "`objective`") {
		d.known(o, "an objective", "row", "rto", "rpo", "target", "because")
		out.Row = d.word(o, "row", "", "container", "database", "region", "rebuild", "none")
		out.Objective = steps.Objective{RTO: d.duration(o, "rto", 0), RPO: d.duration(o, "rpo", 0)}
	}
	if p := root.get("par"); p != nil && d.want(p, isMap, "`par`") {
		d.known(p, "a par", "human", "cloud")
		out.Par = d.duration(p, "human", time.Second) + d.duration(p, "cloud", time.Second)
		if out.Objective.RTO > 0 && out.Par > out.Objective.RTO {
			d.bad(p.at, "par is longer than the objective", "a target that can be met")
		}
	}
	if v := root.get("variants"); v != nil && d.want(v, isMap, "`variants`") {
		d.known(v, "variants", "pool", "vary")
	}
	for _, e := range d.texts(root, "exercises") {
		out.Exercises = append(out.Exercises, e.text)
		if _, err := files.Open(e.text + ".md"); err != nil {
			d.bad(e.at, "there is no procedure `"+e.text+"`", "one that exists")
		}
	}
	for i, e := range d.pairs(root, "params") {
		if i == 0 {
			out.Params = map[string]string{}
		}
		out.Params[e.key] = e.value.text
	}
	for _, e := range d.texts(root, "covers") {
		out.Covers = append(out.Covers, e.text)
	}
	for _, s := range d.texts(root, "spoilers") {
		d.spoilers = append(d.spoilers, s.text)
	}
	return out
}

// drillBody reads the sections by their headings. Blocks for the simulated cloud are left to it.
func (d *document) drillBody(out *Drill) {
	parts := map[string]string{}
	at := map[string]place{}
	section, line, fenced := "", d.head.start, false
	for line < len(d.src) {
		end := len(d.src)
		if i := strings.IndexByte(string(d.src[line:]), '\n'); i >= 0 {
			end = line + i + 1
		}
		text := string(d.src[line:end])
		if strings.HasPrefix(text, "```") {
			fenced = !fenced
		}
		if title, ok := strings.CutPrefix(strings.TrimRight(text, "\n"), "## "); ok && !fenced {
			m := stepHeading.FindStringSubmatch(title)
			if m == nil {
				d.bad(d.at(line+3), "this heading names no section", "## Title {#"+strings.Join(sortedKeys(drillSections), "|")+"}")
				section = ""
			} else if _, known := drillSections[m[2]]; !known {
				d.bad(d.at(line+3), "`"+m[2]+"` is no section of a drill", oneOf(m[2], sortedKeys(drillSections)))
			} else if _, again := at[m[2]]; again {
				d.bad(d.at(line+3), "a second section `"+m[2]+"`", "one")
			} else {
				section = m[2]
				at[section] = d.at(line + 3)
			}
		} else {
			parts[section] += text
		}
		line = end
	}
	for _, id := range sortedKeys(drillSections) {
		if drillSections[id] && strings.TrimSpace(parts[id]) == "" {
			d.bad(place{1, 1}, "the drill has no section `"+id+"`", "## Title {#"+id+"} and its text")
		}
	}
	out.Intro, out.Debrief = strings.TrimSpace(parts[""]), strings.TrimSpace(parts["debrief"])
	out.Page, out.Recovered = plainText(parts["page"]), plainText(parts["recovered"])
	for _, b := range Prose(parts["hints"]) {
		for _, item := range b.Items {
			out.Hints = append(out.Hints, textOf(item))
		}
	}
	if len(out.Hints) != 3 && strings.TrimSpace(parts["hints"]) != "" {
		d.bad(at["hints"], "the drill has another number of hints", "three: a nudge, a pointer, the answer")
	}
	for _, word := range d.spoilers {
		if strings.Contains(strings.ToLower(out.Page), strings.ToLower(word)) {
			d.bad(at["page"], "the page gives `"+word+"` away", "only what an alarm and support would say")
		}
	}
}

// plainText is the text of Markdown in one line a paragraph, without its blocks of code.
func plainText(markdown string) string { return textOf(Prose(markdown)) }

func textOf(blocks []Block) string {
	var lines []string
	for _, b := range blocks {
		line := ""
		for _, s := range b.Spans {
			line += s.Text
		}
		if b.Kind == Quote {
			line = textOf(b.Blocks)
		}
		for _, item := range b.Items {
			line = strings.TrimSpace(line + "\n" + textOf(item))
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
