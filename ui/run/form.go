package run

import (
	"image/color"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
	"charm.land/lipgloss/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/run/panel"
	"github.com/JustAJobApp/runbook/ui/run/rows"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// form is the form of an ask. Its fields are a library's; labels stand at the left, its own help is off and esc is not its.
type form struct {
	question uint64
	fields   []steps.Field
	values   map[string]*string
	form     *huh.Form
	on       bool // it has the keys
	width    int
}

// newForm is a form for a question, with drafts in place of defaults.
func newForm(question uint64, asked steps.Asked, drafts map[string]string) *form {
	f := &form{question: question, fields: asked.Fields, values: map[string]*string{}, on: true, width: 76}
	for _, field := range f.fields {
		text := field.Default
		if d, ok := drafts[field.Name]; ok {
			text = d
		}
		f.values[field.Name] = &text
	}
	f.build()
	return f
}

// build makes the library's form; one that was completed cannot be used again.
func (f *form) build() {
	column := 0
	for _, field := range f.fields {
		column = max(column, min(24, rows.Width(field.Prompt)))
	}
	var fields []huh.Field
	for _, field := range f.fields {
		label := "  " + rows.Pad(rows.Clean(field.Prompt), column+3)
		value := f.values[field.Name]
		if len(field.Options) > 0 {
			fields = append(fields, huh.NewSelect[string]().Key(field.Name).Title(label).Inline(true).Options(huh.NewOptions(field.Options...)...).Value(value))
			continue
		}
		fields = append(fields, huh.NewInput().Key(field.Name).Title(label).Inline(true).Prompt("").Value(value).Validate(checker(field)))
	}
	keymap := huh.NewDefaultKeyMap()
	keymap.Quit = key.NewBinding(key.WithDisabled())
	f.form = huh.NewForm(huh.NewGroup(fields...)).WithShowHelp(false).WithShowErrors(false).WithTheme(huh.ThemeFunc(bareTheme)).
		WithKeyMap(keymap).WithWidth(f.width)
}

// checker is a field's validation: by the kind of its value.
func checker(field steps.Field) func(string) error {
	return func(text string) error {
		text = strings.TrimSpace(text)
		if text == "" {
			if field.Default != "" {
				return nil
			}
			return &steps.Error{Code: steps.CodeInput, What: "it has no value yet"}
		}
		return field.Kind.Check(field.Name, text)
	}
}

// bareTheme keeps the terminal's own colours: signs and words say what is to be said.
func bareTheme(bool) *huh.Styles {
	st := huh.ThemeBase(true)
	var none color.Color = lipgloss.NoColor{}
	plain := lipgloss.NewStyle()
	st.FieldSeparator = plain.SetString("\n")
	st.Focused.Base, st.Blurred.Base = plain, plain
	st.Focused.Title, st.Blurred.Title = plain.Bold(true), plain
	st.Focused.TextInput.Placeholder = plain.Foreground(none)
	st.Blurred.TextInput.Placeholder = plain.Foreground(none)
	st.Focused.SelectSelector, st.Blurred.SelectSelector = plain, plain
	return st
}

// start begins the form, at the first field.
func (f *form) start() tea.Cmd { return f.form.Init() }

// reopen makes the form anew after the engine did not take what it held.
func (f *form) reopen() {
	f.build()
	f.on = true
}

// update gives the form a message and reports whether it is complete.
func (f *form) update(msg tea.Msg) (cmd tea.Cmd, complete bool) {
	if f.form.State != huh.StateNormal {
		return nil, false
	}
	m, cmd := f.form.Update(msg)
	if got, ok := m.(*huh.Form); ok {
		f.form = got
	}
	return cmd, f.form.State == huh.StateCompleted
}

// resize fits the form into w columns.
func (f *form) resize(w int) {
	if w != f.width && w > 0 {
		f.width = w
		f.form = f.form.WithWidth(w)
	}
}

// answers are the values as they stand.
func (f *form) answers() map[string]string {
	out := map[string]string{}
	for name, v := range f.values {
		out[name] = strings.TrimSpace(*v)
	}
	return out
}

// at is the field in focus.
func (f *form) at() int {
	if focused := f.form.GetFocusedField(); focused != nil {
		for i := range f.fields {
			if f.fields[i].Name == focused.GetKey() {
				return i
			}
		}
	}
	return 0
}

// entries are the fields for the panel: what is wrong with them, and as plain text where the form does not draw itself.
func (f *form) entries() []panel.Entry {
	out := make([]panel.Entry, 0, len(f.fields))
	at := f.at()
	for i, field := range f.fields {
		e := panel.Entry{Name: field.Name, Prompt: field.Prompt, Text: *f.values[field.Name], Kind: field.Kind}
		if err := checker(field)(e.Text); err != nil && i <= at && e.Text != "" {
			e.Problem = problemOf(err)
		}
		out = append(out, e)
	}
	return out
}

func problemOf(err error) string {
	if e, ok := err.(*steps.Error); ok {
		return strings.TrimSuffix(e.What, ".")
	}
	return err.Error()
}

// draw is the form as the library draws it: a line a field.
func (f *form) draw(t *theme.Theme) []string {
	view := strings.Split(strings.TrimRight(f.form.View(), "\n"), "\n")
	for i := range view {
		view[i] = t.Fold(strings.TrimRight(view[i], " "))
	}
	return view
}

// answeredForm is the answer that the form holds.
func answeredForm(f *form) steps.Answered {
	return steps.Answered{Question: f.question, Values: f.answers()}
}
