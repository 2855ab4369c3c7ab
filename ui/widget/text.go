package widget

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Width is how many columns a text takes, painted or not.
func Width(s string) int {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return ansi.StringWidth(s)
		}
	}
	return len(s)
}

// Clip cuts a text to at most w columns; what was cut ends in an ellipsis.
func Clip(s string, w int) string {
	switch {
	case w <= 0:
		return ""
	case len(s) <= w || Width(s) <= w:
		return s
	default:
		return ansi.Truncate(s, w, "…")
	}
}

// Pad fills a text up to w columns at its right; a wider one stays as it is.
func Pad(s string, w int) string {
	if n := w - Width(s); n > 0 {
		return s + spaces(n)
	}
	return s
}

// Fit is exactly w columns: clipped or padded.
func Fit(s string, w int) string { return Pad(Clip(s, w), max(w, 0)) }

// Right is exactly w columns with the text at the right end.
func Right(s string, w int) string {
	s = Clip(s, w)
	return spaces(w-Width(s)) + s
}

// Ends is exactly w columns with left at the left end and right at the right end. Where both do not fit, left is clipped.
func Ends(left, right string, w int) string {
	right = Clip(right, w)
	room := w - Width(right)
	if right != "" {
		room--
	}
	return Fit(left, max(room, 0)) + spaces(w-max(room, 0)-Width(right)) + right
}

// Wrap breaks a text at words into lines of at most w columns; a word that is longer is broken. Line breaks of the text stay.
func Wrap(s string, w int) []string {
	if w <= 0 {
		return nil
	}
	lines := strings.Split(ansi.Wrap(s, w, ""), "\n")
	open := ""
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
		lines[i], open = carry(lines[i], open)
	}
	return lines
}

// carry closes at a line's end what is painted there, and opens it again at the next one's beginning: a line must not run over into
// the padding and the border after it.
func carry(line, open string) (closed, next string) {
	if open == "" && !strings.Contains(line, "\x1b") {
		return line, ""
	}
	next = open
	for rest := line; ; {
		i := strings.Index(rest, "\x1b[")
		if i < 0 {
			break
		}
		rest = rest[i:]
		end := strings.IndexByte(rest, 'm')
		if end < 0 {
			break
		}
		if code := rest[:end+1]; code == "\x1b[m" || code == "\x1b[0m" {
			next = ""
		} else {
			next += code
		}
		rest = rest[end+1:]
	}
	closed = open + line
	if next != "" {
		closed += "\x1b[m"
	}
	return closed, next
}

// Hang is Wrap with a label before the first line; further lines are indented by the label's width, or by indent where that is not
// negative.
func Hang(label, s string, w, indent int) []string {
	by := Width(label)
	if indent >= 0 {
		by = indent
	}
	first := w - Width(label)
	if first < 8 || w-by < 8 {
		return Wrap(label+s, w)
	}
	if Width(label) != by { // the first line has another width: wrap a stand-in of that width and replace it
		lines := Wrap(strings.Repeat("_", max(0, Width(label)-by))+s, w-by)
		lines[0] = label + strings.TrimPrefix(lines[0], strings.Repeat("_", max(0, Width(label)-by)))
		return indentRest(lines, by)
	}
	lines := Wrap(s, first)
	lines[0] = label + lines[0]
	return indentRest(lines, by)
}

func indentRest(lines []string, by int) []string {
	for i := 1; i < len(lines); i++ {
		lines[i] = spaces(by) + lines[i]
	}
	return lines
}

const blanks = "                                                                                                                                "

func spaces(n int) string {
	switch {
	case n <= 0:
		return ""
	case n <= len(blanks):
		return blanks[:n]
	default:
		return strings.Repeat(" ", n)
	}
}

// strip takes the paint off.
func strip(s string) string { return ansi.Strip(s) }

// Window is n lines of lines beginning at from, filled with empty ones.
func Window(lines []string, from, n int) []string {
	out := make([]string, max(n, 0))
	if from = max(from, 0); from < len(lines) {
		copy(out, lines[from:])
	}
	return out
}
