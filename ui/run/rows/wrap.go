package rows

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Wrap breaks text at spaces into lines of at most w columns; a word that is longer is broken where it must be. Line feeds of
// the text are kept.
func Wrap(text string, w int) []string {
	if w <= 0 {
		return nil
	}
	var out []string
	for para := range strings.SplitSeq(text, "\n") {
		out = append(out, wrapOne(para, w)...)
	}
	return out
}

func wrapOne(text string, w int) []string {
	text = strings.TrimRight(Clean(text), " ")
	if Width(text) <= w {
		return []string{text} // as it stands: its own columns are kept
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return []string{""}
	}
	var out []string
	line, used := "", 0
	flush := func() {
		if used > 0 {
			out = append(out, line)
		}
		line, used = "", 0
	}
	for _, word := range words {
		n := Width(word)
		if used > 0 && used+1+n <= w {
			line, used = line+" "+word, used+1+n
			continue
		}
		flush()
		for n > w {
			head := ansi.Truncate(word, w, "")
			if head == "" {
				head = word
			}
			out = append(out, head)
			word = word[len(head):]
			n = Width(word)
		}
		line, used = word, n
	}
	flush()
	return out
}

// Labelled is a label and its text, wrapped beside it: the label takes column columns of the first row.
func Labelled(label string, column int, role Role, text string, w int) []Row {
	lines := Wrap(text, max(8, w-column))
	out := make([]Row, 0, len(lines))
	for i, line := range lines {
		head := strings.Repeat(" ", column)
		if i == 0 {
			head = Pad(label, column)
		}
		out = append(out, Line(S(head), R(role, line)))
	}
	return out
}

// Paragraph is wrapped text with every line indented.
func Paragraph(text string, indent, w int) []Row {
	var out []Row
	for _, line := range Wrap(text, max(8, w-indent)) {
		out = append(out, Text(strings.Repeat(" ", indent)+line))
	}
	return out
}

// Pad fills text with spaces up to w columns, leaving at least one behind it; longer text is cut.
func Pad(text string, w int) string {
	n := Width(text)
	switch {
	case w <= 0:
		return ""
	case n < w:
		return text + strings.Repeat(" ", w-n)
	}
	return ansi.Truncate(text, max(0, w-1), "…") + " "
}

// PadLeft right-aligns text in w columns.
func PadLeft(text string, w int) string { return strings.Repeat(" ", max(0, w-Width(text))) + text }

// Cells lays out cells in columns of the given widths, two columns apart; the last takes what is left of w.
func Cells(cells []string, widths []int, w int) string {
	var b strings.Builder
	for i, cell := range cells {
		switch {
		case i == len(cells)-1:
			b.WriteString(cell)
		case i < len(widths):
			b.WriteString(Pad(Clean(cell), widths[i]))
		}
	}
	return ansi.Truncate(b.String(), max(0, w), "…")
}

// Columns finds the widths of columns, their gap of two included, for a table of texts; together they take at most w columns.
func Columns(table [][]string, w int) []int {
	var widths []int
	for _, cells := range table {
		for i, cell := range cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], Width(Clean(cell))+2)
		}
	}
	total := 0
	for _, n := range widths {
		total += n
	}
	for total > w && len(widths) > 0 {
		widest := 0
		for i, n := range widths {
			if n > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= 6 {
			break
		}
		widths[widest]--
		total--
	}
	return widths
}
