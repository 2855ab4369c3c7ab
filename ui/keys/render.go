package keys

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/ui/theme"
)

const between = " · "

// Footer is one line of exactly w columns: the bindings with a rank that answer now, those at the right end apart. Where room is
// scarce labels become short, then the highest ranks go.
func Footer(t *theme.Theme, m Map, w int) string {
	var left, right []Binding
	for _, b := range m {
		switch {
		case b.Rank == 0 || !b.On():
		case b.Right:
			right = append(right, b)
		default:
			left = append(left, b)
		}
	}
	byRank := func(a, b Binding) int { return a.Rank - b.Rank }
	slices.SortStableFunc(right, byRank)
	slices.SortStableFunc(left, byRank)
	for _, label := range []func(Binding) string{Binding.label, Binding.Brief} {
		if fits(left, right, label, w) {
			return assemble(t, left, right, label, w)
		}
	}
	for !fits(left, right, Binding.Brief, w) {
		switch {
		case len(left) > 1:
			left = left[:len(left)-1]
		case len(right) > 1:
			right = right[:len(right)-1]
		case len(left) == 1:
			left = nil
		default:
			return strings.Repeat(" ", w)
		}
	}
	return assemble(t, left, right, Binding.Brief, w)
}

// fits reports whether both ends have room on w columns.
func fits(left, right []Binding, label func(Binding) string, w int) bool {
	need := 1 + measure(left, label) + measure(right, label)
	if len(left) > 0 && len(right) > 0 {
		need += len(between)
	}
	return need <= w
}

func (b Binding) label() string { return b.Label }

func measure(bs []Binding, label func(Binding) string) int {
	w := 0
	for i, b := range bs {
		if i > 0 {
			w += len(between) - 1 // the separator takes two bytes and one column
		}
		w += ansi.StringWidth(b.Foot()) + 1 + ansi.StringWidth(label(b))
	}
	return w
}

func assemble(t *theme.Theme, left, right []Binding, label func(Binding) string, w int) string {
	draw := func(bs []Binding) string {
		parts := make([]string, len(bs))
		for i, b := range bs {
			text := label(b)
			if b.ID == Enter {
				text = t.Bold(text)
			}
			parts[i] = t.Accent(b.Foot()) + " " + text
		}
		return strings.Join(parts, between)
	}
	gap := max(0, w-1-measure(left, label)-measure(right, label))
	return t.Fold(" " + draw(left) + strings.Repeat(" ", gap) + draw(right))
}

// Row is one line of help: a heading where Keys is "".
type Row struct {
	Keys, Text string
	Off        bool // it does nothing just now, and Text says why
}

// Rows are help's lines for bindings, with a heading whenever the place changes. What does nothing now says why.
func Rows(m Map) []Row {
	var out []Row
	where := ""
	for _, b := range m {
		if b.Quiet {
			continue
		}
		if b.Where != where {
			where = b.Where
			out = append(out, Row{Text: where})
		}
		row := Row{Keys: b.Shown(), Text: b.Long()}
		if !b.On() {
			row.Text, row.Off = b.Label+": "+b.Why, true
		}
		out = append(out, row)
	}
	return out
}

// All is every binding of the program, place by place.
func All() Map {
	var out Map
	for _, m := range []Map{EverywhereMap(), HomeMap(), ListMap(), StepMap(), LogMap(), CardMap().Only(Give), PracticeMap(), FieldMap()} {
		out = append(out, m...)
	}
	return out
}

// Markdown is the README's table of keys.
func Markdown() string {
	var b strings.Builder
	b.WriteString("| Key | Does | Where |\n|---|---|---|\n")
	for _, k := range All() {
		if k.Quiet {
			continue
		}
		shown := "`" + strings.ReplaceAll(k.Shown(), "|", `\|`) + "`"
		if k.Show == "" {
			quoted := make([]string, len(k.Keys))
			for i, key := range k.Keys {
				quoted[i] = "`" + key + "`"
			}
			shown = strings.Join(quoted, " ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", shown, k.Long(), k.Where)
	}
	return b.String()
}
