package report

import (
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/redact"
)

// JSON is a report for scripts, indented, with a newline at its end.
func JSON(run *steps.Run, events []steps.Event, about About) ([]byte, error) {
	b, err := json.MarshalIndent(New(run, events, about), "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

const day = "2006-01-02 15:04:05"

// clock is a time in UTC.
func clock(at time.Time) string { return at.UTC().Format("15:04:05") }

// length is a number of seconds as people read it.
func length(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	s := int(d / time.Second)
	switch {
	case s >= 48*3600:
		return fmt.Sprintf("%d d", s/86400)
	case s >= 3600:
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	default:
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
}

// word is a state as people read it.
func word(s steps.State) string {
	if s == "" {
		return "to do"
	}
	return strings.ReplaceAll(string(s), "-", " ")
}

// markdown takes from a text what Markdown would read as markup.
var markdown = strings.NewReplacer("|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "<", "&lt;", "[", `\[`, "]", `\]`, "#", `\#`)

// clean is a text for a cell of a Markdown table, or a line of a list: on one line, nothing in it is markup or moves a terminal.
func clean(s string) string {
	return markdown.Replace(redact.Escape(strings.ReplaceAll(s, "\n", " "), 0))
}

// Markdown is a report for people.
func Markdown(run *steps.Run, events []steps.Event, about About) string {
	r := New(run, events, about)
	var b strings.Builder
	fmt.Fprintf(&b, "# Run %s: %s\n\n", r.Run, clean(r.Title))
	for _, row := range r.facts() {
		fmt.Fprintf(&b, "- **%s**: %s\n", row[0], clean(row[1]))
	}
	b.WriteString("\n## Steps\n\n| # | Step | State | At | Took | Who | Evidence |\n|---|---|---|---|---|---|---|\n")
	for i := range r.Steps {
		s := &r.Steps[i]
		row := r.row(s)
		for k := range row {
			row[k] = clean(row[k])
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
	}
	for i := range r.Steps {
		r.details(&b, &r.Steps[i])
	}
	b.WriteString("\n## What was sent\n\n")
	if len(r.Sends) == 0 {
		b.WriteString("Nothing was sent.\n")
	}
	for i := range r.Sends {
		fmt.Fprintf(&b, "- %s\n", clean(r.Sends[i].text()))
	}
	section(&b, "Notes", r.noteLines())
	section(&b, "Still to be done because of this run", r.openLines())
	b.WriteString("\n## Timeline\n\n| Time (UTC) | Step | What |\n|---|---|---|\n")
	for _, l := range r.Timeline {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", clock(l.At), clean(string(l.Step)), clean(l.Text))
	}
	return b.String()
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s\n\n", title)
	for _, l := range lines {
		fmt.Fprintf(b, "- %s\n", clean(l))
	}
}

// facts are the lines at the top.
func (r *Report) facts() [][2]string {
	out := [][2]string{{"Procedure", r.Procedure + " (" + short(r.Digest) + ")"}, {"Where", fmt.Sprintf("%s, account %s, region %s", r.Environment, r.Account, r.Region)},
		{"Who", fmt.Sprintf("%s on %s, %s", r.Operator, r.Host, r.Program)}}
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		out = append(out, [2]string{"With", name + " = " + r.Params[name]})
	}
	state := string(r.State)
	if r.Why != "" {
		state += ": " + r.Why
	}
	out = append(out, [2]string{"State", state}, [2]string{"Worst outcome of a step", word(r.Worst)}, [2]string{"Started", r.Started.UTC().Format(day) + " UTC"})
	if r.Ended != nil {
		out = append(out, [2]string{"Ended", fmt.Sprintf("%s UTC, after %s", r.Ended.UTC().Format(day), length(r.Ended.Sub(r.Started).Seconds()))})
	}
	if o := r.Objective; o != nil {
		out = append(out, [2]string{"Objective", o.text()})
		if r.Ended == nil {
			out[len(out)-1][1] += "; the run is not over"
		}
	}
	if r.Head != "" {
		out = append(out, [2]string{"Record", fmt.Sprintf("%d events, head %s", r.Events, r.Head)})
	} else {
		out = append(out, [2]string{"Record", fmt.Sprintf("%d events", r.Events)})
	}
	return append(out, [2]string{"Printed", r.Printed.UTC().Format(day) + " UTC"})
}

func (o *Objective) text() string {
	from := "from the moment the fault began (in a rehearsal: from its page)"
	if o.Basis == "start" {
		from = "from the run's start, because when the fault began is not known"
	}
	text := fmt.Sprintf("RTO %s of %s used, %s", length(o.Used), length(o.RTO), from)
	switch {
	case o.Back != nil:
		text = fmt.Sprintf("back at %s, after %s of %s, %s", clock(*o.Back), length(o.Used), length(o.RTO), from)
		if o.Passed {
			text = fmt.Sprintf("back at %s, after %s: the RTO of %s passed by %s, %s", clock(*o.Back), length(o.Used), length(o.RTO), length(o.Used-o.RTO), from)
		}
	case o.Passed:
		text = fmt.Sprintf("RTO of %s passed by %s, %s", length(o.RTO), length(o.Used-o.RTO), from)
	}
	return text
}

func short(digest string) string {
	if len(digest) > 12 {
		return digest[:12]
	}
	return digest
}

// row is a step in the table's columns.
func (r *Report) row(s *Step) []string {
	at, took, evidence := "", "", ""
	if s.Settled != nil {
		at, took = clock(*s.Settled), length(s.Took)
	}
	if e := s.Evidence; e != nil {
		evidence = length(e.Age) + " old"
		if e.Stale {
			evidence += ", stale"
		}
	}
	by := s.By
	if by == "" && s.Answer != nil {
		by = s.Answer.By
	}
	return []string{fmt.Sprint(s.Number), s.Title, word(s.State), at, took, by, evidence}
}

// details are what a step rests on, where there is something to say.
func (r *Report) details(b *strings.Builder, s *Step) {
	lines := s.lines()
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %d. %s\n\n", s.Number, clean(s.Title))
	for _, l := range lines {
		fmt.Fprintf(b, "- %s\n", clean(l))
	}
	if s.Plan != nil && len(s.Plan.Changes) > 0 {
		b.WriteString("\n```diff\n")
		for _, c := range s.Plan.Changes {
			fmt.Fprintf(b, "%s\n", strings.ReplaceAll(redact.Escape(change(c), 0), "```", "` ` `"))
		}
		b.WriteString("```\n")
	}
}

func change(c steps.Change) string {
	text := fmt.Sprintf("%s %s: %s", c.Sign, c.Label, strings.ReplaceAll(c.Text, "\n", " "))
	if c.Note != "" {
		text += " (" + strings.ReplaceAll(c.Note, "\n", " ") + ")"
	}
	return text
}

// lines are a step's details in sentences.
func (s *Step) lines() []string {
	var out []string
	add := func(name, text string) {
		if text != "" {
			out = append(out, name+": "+text)
		}
	}
	add("Why", s.Why)
	if e := s.Evidence; e != nil {
		add("Seen at "+clock(e.At), e.Summary)
		for _, f := range e.Facts {
			add(strings.TrimSpace(string(f.State)+" "+f.Label), f.Text)
		}
	}
	if s.Answer != nil {
		out = append(out, answered(steps.Answered{Value: s.Answer.Value, Values: s.Answer.Values, Why: s.Answer.Why, Link: s.Answer.Link, By: s.Answer.By, Via: s.Answer.Via}))
	}
	if s.Plan != nil {
		add("Plan", s.Plan.Summary)
	}
	add("The call said", s.Error)
	return out
}

func (s *Send) text() string {
	text := fmt.Sprintf("%s: %s on %s, at step %s, attempt %d. The call: %s", clock(s.At), s.Operation, s.Target, s.Step, s.Attempt, s.Outcome)
	if s.Error != "" {
		text += " (" + strings.TrimSuffix(s.Error, ".") + ")"
	}
	if s.Finding.Is != "" {
		text += fmt.Sprintf(". Seen at %s%s: %s", clock(*s.Seen), said(s.By), s.Finding.Is)
		if s.Finding.Why != "" {
			text += ", " + strings.TrimSuffix(s.Finding.Why, ".")
		}
	} else if s.Outcome == string(steps.CodeUnknown) {
		text += ". What became of it is not known"
	}
	return text + "."
}

func (r *Report) noteLines() []string {
	out := make([]string, len(r.Notes))
	for i, n := range r.Notes {
		out[i] = fmt.Sprintf("%s %s: %s", clock(n.At), n.By, n.Text)
		if n.From != "" {
			out[i] += " (kept from " + n.From + ")"
		}
	}
	return out
}

func (r *Report) openLines() []string {
	out := make([]string, len(r.Open))
	for i, o := range r.Open {
		out[i] = strings.TrimSuffix(o.What, ".") + ". Closed by: " + strings.TrimSuffix(o.Closes, ".") + "."
	}
	return out
}

// HTML is a report for people as one page that needs nothing else.
func HTML(run *steps.Run, events []steps.Event, about About) (string, error) {
	var b strings.Builder
	err := page().Execute(&b, New(run, events, about))
	return b.String(), err
}

// page is made once, when it is wanted: no other command pays for it.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("report").Funcs(template.FuncMap{"clock": clock, "word": word, "change": change,
		"facts": (*Report).facts, "row": (*Report).row, "lines": (*Step).lines, "text": (*Send).text, "notes": (*Report).noteLines, "open": (*Report).openLines,
		"at": func(s []Step, i int) *Step { return &s[i] }, "sent": func(s []Send, i int) *Send { return &s[i] }}).Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Run {{.Run}}: {{.Title}}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #d5dae1 }
dt { font-weight: 600 } dd { margin: 0 0 .4rem 0 }
pre { background: #f3f5f7; padding: .75rem; overflow-x: auto }
.passed { color: #1b6530 } .failed { color: #a8201a } .unknown { color: #6f2a95 } .warned { color: #784d00 }
@media print { body { margin: 0 } }
</style>
</head>
<body>
<h1>Run {{.Run}}: {{.Title}}</h1>
<dl>
{{- range facts .}}
<dt>{{index . 0}}</dt><dd>{{index . 1}}</dd>
{{- end}}
</dl>
<h2>Steps</h2>
<table>
<tr><th>#</th><th>Step</th><th>State</th><th>At</th><th>Took</th><th>Who</th><th>Evidence</th></tr>
{{- range $i, $s := .Steps}}
<tr>{{range $k, $c := row $ (at $.Steps $i)}}<td{{if eq $k 2}} class="{{$s.State}}"{{end}}>{{$c}}</td>{{end}}</tr>
{{- end}}
</table>
{{- range $i, $s := .Steps}}{{with lines (at $.Steps $i)}}
<h3>{{$s.Number}}. {{$s.Title}}</h3>
<ul>
{{- range .}}
<li>{{.}}</li>
{{- end}}
</ul>
{{- if $s.Plan}}
<pre>{{range $s.Plan.Changes}}{{change .}}
{{end}}</pre>
{{- end}}
{{- end}}{{end}}
<h2>What was sent</h2>
{{- if .Sends}}
<ul>
{{- range $i, $s := .Sends}}
<li>{{text (sent $.Sends $i)}}</li>
{{- end}}
</ul>
{{- else}}
<p>Nothing was sent.</p>
{{- end}}
{{- with notes .}}
<h2>Notes</h2>
<ul>
{{- range .}}
<li>{{.}}</li>
{{- end}}
</ul>
{{- end}}
{{- with open .}}
<h2>Still to be done because of this run</h2>
<ul>
{{- range .}}
<li>{{.}}</li>
{{- end}}
</ul>
{{- end}}
<h2>Timeline</h2>
<table>
<tr><th>Time (UTC)</th><th>Step</th><th>What</th></tr>
{{- range .Timeline}}
<tr><td>{{clock .At}}</td><td>{{.Step}}</td><td>{{.Text}}</td></tr>
{{- end}}
</table>
</body>
</html>
`))
})
