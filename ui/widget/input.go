package widget

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"
)

// Input is one line of text that sees each key and knows the readline keys. The zero Input is ready and empty.
type Input struct {
	Limit  int // runes; 0 means 500
	text   []rune
	at     int // the cursor stands before this rune
	offset int // first rune shown
	killed []rune
}

// Value is what was typed.
func (in *Input) Value() string { return string(in.text) }

// Set replaces the text and puts the cursor at its end.
func (in *Input) Set(s string) {
	in.text = []rune(oneLine(s))
	in.at, in.offset = len(in.text), 0
}

// Paste inserts a text with newlines as spaces.
func (in *Input) Paste(s string) { in.insert([]rune(oneLine(s))) }

// oneLine turns what would break or move a line into spaces, and drops what cannot be seen.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		default:
			return r
		}
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

func (in *Input) insert(rs []rune) {
	limit := in.Limit
	if limit == 0 {
		limit = 500
	}
	rs = rs[:max(0, min(len(rs), limit-len(in.text)))]
	tail := append([]rune(nil), in.text[in.at:]...)
	in.text = append(append(in.text[:in.at], rs...), tail...)
	in.at += len(rs)
}

// Key gives the input a key and reports whether it took it: enter, esc, tab and everything that edits nothing are left to others.
func (in *Input) Key(msg tea.KeyPressMsg) bool {
	switch msg.String() {
	case "left", "ctrl+b":
		in.at = max(0, in.at-1)
	case "right", "ctrl+f":
		in.at = min(len(in.text), in.at+1)
	case "home", "ctrl+a":
		in.at = 0
	case "end", "ctrl+e":
		in.at = len(in.text)
	case "alt+left", "alt+b", "ctrl+left":
		in.at = in.word(-1)
	case "alt+right", "alt+f", "ctrl+right":
		in.at = in.word(1)
	case "backspace", "ctrl+h":
		in.cut(max(0, in.at-1), in.at)
	case "delete", "ctrl+d":
		in.cut(in.at, min(len(in.text), in.at+1))
	case "ctrl+w", "alt+backspace":
		in.kill(in.word(-1), in.at)
	case "alt+d":
		in.kill(in.at, in.word(1))
	case "ctrl+u":
		in.kill(0, in.at)
	case "ctrl+k":
		in.kill(in.at, len(in.text))
	case "ctrl+y":
		in.insert(in.killed)
	default:
		if msg.Text == "" || msg.Mod&^tea.ModShift != 0 {
			return false
		}
		in.insert([]rune(oneLine(msg.Text)))
	}
	return true
}

func (in *Input) cut(from, to int) {
	in.text = append(in.text[:from], in.text[to:]...)
	in.at = from
}

func (in *Input) kill(from, to int) {
	in.killed = append([]rune(nil), in.text[from:to]...)
	in.cut(from, to)
}

// word is where the next word begins or ends in a direction.
func (in *Input) word(step int) int {
	at := in.at
	char := func() rune {
		if step < 0 {
			return in.text[at-1]
		}
		return in.text[at]
	}
	inside := func() bool { return step < 0 && at > 0 || step > 0 && at < len(in.text) }
	for inside() && unicode.IsSpace(char()) {
		at += step
	}
	for inside() && !unicode.IsSpace(char()) {
		at += step
	}
	return at
}

// View is the text in at most w columns, with the column of the cursor. A longer text is shown around the cursor.
func (in *Input) View(w int) (text string, cursor int) {
	if w <= 1 {
		return "", 0
	}
	if in.at <= in.offset { // keep something before the cursor in sight
		in.offset = max(0, in.at-w/2)
	}
	for Width(string(in.text[in.offset:in.at])) > w-1 {
		in.offset++
	}
	for in.offset > 0 && Width(string(in.text[in.offset-1:])) <= w-1 { // a wider field shows what a narrower one had to hide
		in.offset--
	}
	return clipEnd(string(in.text[in.offset:]), w), Width(string(in.text[in.offset:in.at]))
}

// clipEnd cuts without an ellipsis: a field shows exactly what is there.
func clipEnd(s string, w int) string {
	out, used := make([]rune, 0, len(s)), 0
	for _, r := range s {
		n := Width(string(r))
		if used+n > w {
			break
		}
		used += n
		out = append(out, r)
	}
	return string(out)
}
