package home

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

func backgroundContext() context.Context { return context.Background() }

// field is a parameter that is wanted and not given.
type field struct {
	name    string
	param   steps.Param
	options []string // to choose from; nil is typed
	choice  int      // -1: none yet
	input   widget.Input
	wrong   string
}

// form asks for the parameters that a procedure wants. The zero form wants nothing.
type form struct {
	given  steps.Values
	fields []field
	at     int // the field in focus; len(fields) once all are kept
}

// newForm wants what is required and not given. What is optional takes its default. Of one thing to choose from, that one is kept.
func newForm(params map[string]steps.Param, given steps.Values, env site.Environment) form {
	f := form{given: maps.Clone(given)}
	if f.given == nil {
		f.given = steps.Values{}
	}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		p := params[name]
		if _, ok := f.given[name]; ok {
			continue
		}
		if !p.Required {
			if p.Default != "" {
				f.given[name] = steps.Value{Kind: p.Kind, Text: p.Default}
			}
			continue
		}
		x := field{name: name, param: p, choice: -1, options: options(p.Kind, env)}
		x.input.Set(p.Default)
		if i := slices.Index(x.options, p.Default); i >= 0 {
			x.choice = i
		}
		if len(x.options) == 1 {
			f.given[name] = steps.Value{Kind: p.Kind, Text: x.options[0]}
			continue
		}
		f.fields = append(f.fields, x)
	}
	return f
}

// options are what the site has of a kind.
func options(kind steps.ValueKind, env site.Environment) []string {
	switch kind {
	case steps.KindService:
		var out []string
		for _, s := range env.Services {
			out = append(out, s.Name)
		}
		return out
	case steps.KindDatabase:
		if env.Database != "" {
			return []string{env.Database}
		}
	case steps.KindBool:
		return []string{"true", "false"}
	}
	return nil
}

func (f *form) wanted() int { return len(f.fields) }

// open reports whether a field is in focus.
func (f *form) open() bool { return f.at < len(f.fields) }

// typing reports whether a text field has the keys.
func (f *form) typing() bool { return f.open() && f.fields[f.at].options == nil }

func (f *form) paste(text string) {
	if f.typing() {
		f.fields[f.at].input.Paste(text)
	}
}

// key gives the field in focus a key and reports whether it took it.
func (f *form) key(msg tea.KeyPressMsg) bool {
	if !f.open() {
		return false
	}
	x := &f.fields[f.at]
	switch key := msg.String(); {
	case key == "shift+tab":
		f.at = max(0, f.at-1)
	case key == "tab":
		_ = f.next() // what is wrong with it stands at the field
	case x.options == nil && x.input.Key(msg):
		x.wrong = ""
	case x.options != nil && key == "right":
		x.choice = min(len(x.options)-1, x.choice+1)
	case x.options != nil && key == "left":
		x.choice = max(0, x.choice-1)
	default:
		return false
	}
	return true
}

// next keeps the field in focus and goes to the one after it; it says why it does not.
func (f *form) next() string {
	x := &f.fields[f.at]
	x.wrong = ""
	value := x.value()
	switch {
	case value == "" && x.options != nil:
		x.wrong = "choose with ← →"
	case value == "":
		x.wrong = "it is wanted; type it"
	default:
		if err := x.param.Kind.Check(x.name, value); err != nil {
			x.wrong = fmt.Sprintf("not a %s yet", x.param.Kind)
		}
	}
	if x.wrong != "" {
		return x.name + ": " + x.wrong
	}
	f.at++
	return ""
}

// leave gives the keys back where a field has them, and reports whether one had.
func (f *form) leave() bool {
	if f.typing() && f.fields[f.at].input.Value() != "" {
		f.fields[f.at].input.Set("")
		return true
	}
	return false
}

func (x *field) value() string {
	if x.options == nil {
		return strings.TrimSpace(x.input.Value())
	}
	if x.choice < 0 {
		return ""
	}
	return x.options[x.choice]
}

// values are what was given and what was kept.
func (f *form) values() steps.Values {
	out := maps.Clone(f.given)
	for i := range f.fields {
		out[f.fields[i].name] = steps.Value{Kind: f.fields[i].param.Kind, Text: f.fields[i].value()}
	}
	return out
}

// lines draw the fields, a line each, and say where the cursor stands in them; row is -1 where it does not.
func (f *form) lines(t *theme.Theme, w int) (out []string, row, col int) {
	row = -1
	wide := 0
	for i := range f.fields {
		wide = max(wide, widget.Width(f.fields[i].label()))
	}
	wide = min(wide, w/2)
	for i := range f.fields {
		x := &f.fields[i]
		mark := "  "
		if i == f.at {
			mark = t.Accent(t.Sign(theme.Cursor)) + " "
		}
		head := mark + widget.Fit(x.label(), wide) + "   "
		text, at := x.draw(t, w-wide-5, i == f.at)
		if i == f.at && x.options == nil {
			row, col = len(out), wide+5+at
		}
		out = append(out, head+text)
		if x.wrong != "" {
			out = append(out, strings.Repeat(" ", wide+5)+t.Warn(t.Sign(theme.Warn))+" "+x.wrong)
		}
	}
	return out, row, col
}

func (x *field) label() string {
	if x.param.Prompt != "" {
		return x.param.Prompt
	}
	return strings.ToUpper(x.name[:1]) + strings.ReplaceAll(x.name[1:], "_", " ")
}

func (x *field) draw(t *theme.Theme, w int, here bool) (string, int) {
	if x.options == nil {
		return x.input.View(w)
	}
	parts := make([]string, len(x.options))
	for i, o := range x.options {
		switch {
		case i == x.choice && here:
			parts[i] = t.Reverse(" " + o + " ")
		case i == x.choice:
			parts[i] = t.Bold(o)
		default:
			parts[i] = o
		}
	}
	text := strings.Join(parts, "   ")
	if x.choice < 0 {
		text += "   " + t.Muted("← → choose")
	}
	return widget.Clip(text, w), 0
}
