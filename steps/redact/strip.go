package redact

import (
	"strings"
	"unicode/utf8"
)

// strip takes out what a terminal would not show, so that a value broken up by colour codes is found. back gives for each byte
// of plain its place in text. Codes that were already made visible, such as \x1b[31m, count as well.
func strip(text string) (plain string, back []int, changed bool) {
	if !suspect(text) {
		return text, nil, false
	}
	b := make([]byte, 0, len(text))
	back = make([]int, 0, len(text))
	for i := 0; i < len(text); {
		if n := hidden(text[i:]); n > 0 {
			i += n
			changed = true
			continue
		}
		b = append(b, text[i])
		back = append(back, i)
		i++
	}
	return string(b), back, changed
}

// suspect dismisses ordinary text at the price of one look at each byte.
func suspect(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c == 0xc2 || c == 0xd8 || c == 0xe1 || c == 0xe2 || c == 0xef {
			return true
		}
	}
	return strings.Contains(text, `[`) && strings.Contains(text, `\`)
}

// hidden is the length of what begins text and is not shown: an escape sequence, a control or a character without width.
func hidden(text string) int {
	switch c := text[0]; {
	case c == 0x1b:
		return escape(text)
	case c == '\\':
		return visible(text)
	case c < ' ' && c != '\n' && c != '\t', c == 0x7f:
		return 1
	case c < 0x80:
		return 0
	}
	r, n := utf8.DecodeRuneInString(text)
	switch {
	case r == 0x9b:
		return n + control(text[n:])
	case r == utf8.RuneError && n == 1:
		return 0
	case concealed(r):
		return n
	}
	return 0
}

// escape is the length of the sequence that ESC begins: CSI to its final byte, a string command to its end, else two bytes.
func escape(text string) int {
	if len(text) == 1 {
		return 1
	}
	switch text[1] {
	case '[':
		return 2 + control(text[2:])
	case ']', 'P', 'X', '^', '_':
		for i := 2; i < len(text); i++ {
			switch {
			case text[i] == 0x07:
				return i + 1
			case text[i] == 0x1b && i+1 < len(text) && text[i+1] == '\\':
				return i + 2
			case text[i] == '\n':
				return 2
			}
		}
		return 2 // never closed: what follows is text
	}
	i := 1
	for i < len(text) && text[i] >= 0x20 && text[i] <= 0x2f { // intermediate bytes, as in ESC ( B
		i++
	}
	if i < len(text) && text[i] >= 0x30 && text[i] <= 0x7e {
		return i + 1
	}
	return i
}

// control is the length of a CSI's parameters and final byte; 0 where none ends it.
func control(text string) int {
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 0x40 && c <= 0x7e:
			return i + 1
		case c < 0x20 || c > 0x3f:
			return i
		}
	}
	return 0
}

// visible is the length of a colour code that somebody wrote out.
func visible(text string) int {
	for _, intro := range [...]string{`\x1b[`, `\x1B[`, `\u001b[`, `\u001B[`, `\033[`, `\e[`} {
		if !strings.HasPrefix(text, intro) {
			continue
		}
		n := control(text[len(intro):])
		if n > 0 && text[len(intro)+n-1] == 'm' {
			return len(intro) + n
		}
	}
	return 0
}
