package answers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// Client answers a run's questions from a file, and where a headless run may go on without a person. The zero Client has no
// answers: every question but a warning's is a gate.
type Client struct {
	File *File
	By   string

	lapsed map[steps.Path]int // confirmations that lapsed, by step
}

// Reply is what becomes of a question: an answer to send, or a gate with the reason in words.
type Reply struct {
	Answer steps.Answered
	Gate   string // why the run stops here; "" where Answer holds
}

// Reply answers the open question of step. A confirmation is answered again after one lapsed plan, not after two.
func (c *Client) Reply(step *steps.Step, st *steps.StepState) Reply {
	a := steps.Answered{Question: st.Question, By: c.By, Via: steps.ViaAnswers}
	e, ok := c.find(step, st)
	switch {
	case !ok && st.Asked.Form == steps.FormReason:
		a.Via, a.Why = steps.ViaEngine, "no person is here: the warning is recorded and the run goes on"
		return Reply{Answer: a}
	case !ok && st.Asked.Form == steps.FormDecide && step.Unattend:
		return c.recommended(a, st)
	case !ok:
		return Reply{Gate: fmt.Sprintf("Step %s asks, and no answer is given: %s", step.ID, want(st.Asked))}
	}
	if st.Lapsed != "" && st.Asked.Form == steps.FormConfirm {
		if c.lapsed == nil {
			c.lapsed = map[steps.Path]int{}
		}
		if c.lapsed[step.ID]++; c.lapsed[step.ID] > 1 {
			return Reply{Gate: fmt.Sprintf("The plan of step %s has lapsed twice; a person looks first: %s", step.ID, st.Lapsed)}
		}
	}
	return c.fill(a, st.Asked, e)
}

// recommended takes a decide step's recommendation, for the steps that allow it.
func (c *Client) recommended(a steps.Answered, st *steps.StepState) Reply {
	at := slices.IndexFunc(st.Asked.Choices, func(c steps.Choice) bool { return c.Recommended && c.Blocked == "" })
	if at < 0 {
		return Reply{Gate: fmt.Sprintf("Nothing is recommended for %q, so a person decides.", st.Asked.Prompt)}
	}
	a.Value, a.Via = st.Asked.Choices[at].Value, steps.ViaEngine
	return Reply{Answer: a}
}

// find gives the answer for the present visit. A list answers successive visits, a single answer the first.
func (c *Client) find(step *steps.Step, st *steps.StepState) (entry, bool) {
	if c.File == nil {
		return entry{}, false
	}
	list := c.File.entries[step.ID]
	if st.Visit < 1 || st.Visit > len(list) {
		return entry{}, false
	}
	return list[st.Visit-1], true
}

// fill puts an entry into the shape that the form takes.
func (c *Client) fill(a steps.Answered, q steps.Asked, e entry) Reply {
	at := func(format string, args ...any) Reply {
		return Reply{Gate: fmt.Sprintf("%s: %s", e.pos, fmt.Sprintf(format, args...))}
	}
	switch q.Form {
	case steps.FormTick:
		return tick(a, e, at)
	case steps.FormAsk:
		return ask(a, q, e, at)
	case steps.FormReason:
		a.Why = strings.TrimSpace(e.text)
		if e.named {
			a.Why = strings.TrimSpace(e.fields["why"])
		}
		if a.Why == "" {
			return at("an empty reason; expected a sentence.")
		}
	default:
		a.Value = strings.TrimSpace(e.text)
		if e.named {
			if bad := other(e, "value", "why"); bad != "" {
				return at("%s is not a part of this answer; expected value and why.", bad)
			}
			a.Value, a.Why = strings.TrimSpace(e.fields["value"]), strings.TrimSpace(e.fields["why"])
		}
		if a.Value == "" {
			return at("an empty answer; expected %s", want(q))
		}
		a.Value = short(q, a.Value)
	}
	return Reply{Answer: a}
}

// tick reads yes, a sentence, or {note:, link:}. A no stops the run.
func tick(a steps.Answered, e entry, at func(string, ...any) Reply) Reply {
	text := strings.TrimSpace(e.text)
	if e.named {
		if bad := other(e, "note", "link"); bad != "" {
			return at("%s is not a part of a tick; expected note and link.", bad)
		}
		a.Why, a.Link = strings.TrimSpace(e.fields["note"]), strings.TrimSpace(e.fields["link"])
		text = a.Why + a.Link
	}
	switch strings.ToLower(text) {
	case "", "no", "n", "false":
		return at("the answer is no, so the run stops at this step.")
	case "yes", "y", "true":
		a.Value, a.Why = "yes", ""
		return Reply{Answer: a}
	}
	if !e.named {
		a.Value, a.Why, a.Link = Word(text)
	}
	return Reply{Answer: a}
}

// Word reads what a person typed for a tick: yes, a link, or a note.
func Word(text string) (value, note, link string) {
	text = strings.TrimSpace(text)
	switch {
	case slices.Contains([]string{"yes", "y", "true"}, strings.ToLower(text)):
		return "yes", "", ""
	case !strings.ContainsAny(text, " \t") && (strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "http://")):
		return "", "", text
	}
	return "", text, ""
}

// ask reads a mapping of the form's fields; one field may stand as a bare text.
func ask(a steps.Answered, q steps.Asked, e entry, at func(string, ...any) Reply) Reply {
	if !e.named {
		if len(q.Fields) != 1 {
			return at("one text for %d fields; expected a mapping of %s.", len(q.Fields), fields(q))
		}
		a.Values = map[string]string{q.Fields[0].Name: e.text}
		return Reply{Answer: a}
	}
	a.Values = map[string]string{}
	for _, f := range q.Fields {
		v, ok := e.fields[f.Name]
		if !ok {
			v = f.Default
		}
		a.Values[f.Name] = v
	}
	for name := range e.fields {
		if !slices.ContainsFunc(q.Fields, func(f steps.Field) bool { return f.Name == name }) {
			return at("%s is no field here; expected %s.", name, fields(q))
		}
	}
	return Reply{Answer: a}
}

func fields(q steps.Asked) string {
	var out []string
	for _, f := range q.Fields {
		out = append(out, f.Name)
	}
	return strings.Join(out, ", ")
}

// other names a key that does not belong, "" where all do.
func other(e entry, known ...string) string {
	for name := range e.fields {
		if !slices.Contains(known, name) {
			return name
		}
	}
	return ""
}

// short lets an image be named as people say it: backend.12 for :jaja-backend.backend.12, where only one choice ends so.
func short(q steps.Asked, value string) string {
	if q.Form != steps.FormChoose || slices.ContainsFunc(q.Choices, func(c steps.Choice) bool { return c.Value == value }) {
		return value
	}
	found := ""
	for _, c := range q.Choices {
		if strings.HasSuffix(c.Value, "."+value) {
			if found != "" {
				return value
			}
			found = c.Value
		}
	}
	if found == "" {
		return value
	}
	return found
}

// Short is what a choice may be called by, see the answers' choose.
func Short(q steps.Asked, value string) string { return short(q, value) }

// want says what a question takes.
func want(q steps.Asked) string {
	var values []string
	for _, c := range q.Choices {
		if c.Blocked == "" {
			values = append(values, c.Value)
		}
	}
	switch q.Form {
	case steps.FormTick:
		return "yes, a note, or a link."
	case steps.FormAsk:
		return "the fields " + fields(q) + "."
	case steps.FormConfirm:
		return "the name " + q.Want + "."
	case steps.FormChoose, steps.FormDecide:
		return "one of " + strings.Join(values, ", ") + "."
	}
	return "a reason."
}
