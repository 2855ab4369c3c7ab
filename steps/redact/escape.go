package redact

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Columns between tab stops.
const tabStop = 4

// marksKept is how many combining marks one character may carry before the rest are shown by number.
const marksKept = 4

// Escape gives s on one line, safe for a terminal: controls, C1, bidirectional overrides, characters without width and bytes
// that are not UTF-8 become visible as \x1b, \u202e, \xff; tabs become spaces. What is longer than max characters is cut, and the
// cut says how many more there were. max ≤ 0 means no limit.
func Escape(s string, max int) string { return escapeText(s, max) }

// EscapeLines is Escape that keeps line ends; each line is cut on its own.
func EscapeLines(s string, max int) string {
	if !strings.Contains(s, "\n") {
		return Escape(s, max)
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = Escape(strings.TrimSuffix(line, "\r"), max)
	}
	return strings.Join(lines, "\n")
}

func escapeText(s string, max int) string {
	if clean(s) && (max <= 0 || len(s) <= max) {
		return s
	}
	var b strings.Builder
	b.Grow(min(len(s), 4096))
	shown, marks := 0, 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.Mn, r) {
			marks++
		} else {
			marks = 0
		}
		piece := form(s[i:i+n], r, n, shown, marks > marksKept)
		width := utf8.RuneCountInString(piece)
		if max > 0 && shown+width > max {
			return b.String() + "… " + thousands(utf8.RuneCountInString(s[i:])) + " more"
		}
		b.WriteString(piece)
		shown += width
		i += n
	}
	return b.String()
}

// form is how one character is shown at a column.
func form(raw string, r rune, n, column int, pile bool) string {
	switch {
	case r == utf8.RuneError && n == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case r == '\t':
		return strings.Repeat(" ", tabStop-column%tabStop)
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r < ' ' || r >= 0x7f && r <= 0x9f:
		return fmt.Sprintf(`\x%02x`, r)
	case pile || concealed(r):
		if r > 0xffff {
			return fmt.Sprintf(`\U%08x`, r)
		}
		return fmt.Sprintf(`\u%04x`, r)
	}
	return raw
}

// clean reports whether s holds printable ASCII only.
func clean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// concealed reports whether a character takes no room, changes the direction of others, or ends a line where none should end.
func concealed(r rune) bool {
	switch {
	case r < 0x80:
		return false
	case r <= 0x9f, r == 0xad, r == 0x34f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x2028, r == 0x2029, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0x180b && r <= 0x180f, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return unicode.Is(unicode.Cf, r)
}

// thousands writes a number with separators.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
