// Package edit is the one-line editor of the run screen: readline's keys, no history, no I/O. Every line that a person types on
// that screen is one: the name that sends, a reason, a note, a tick, a filter, the fields of a form.
package edit

import (
	"strings"
	"unicode"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/run/rows"
)

// maxRunes bounds what one line may hold.
const maxRunes = 2000

// Line is a line of text and the place of its cursor. The zero Line is empty.
type Line struct {
	text []rune
	at   int
}

// New is a line that holds text, its cursor at the end.
func New(text string) Line {
	l := Line{}
	l.Insert(text)
	return l
}

// String is the text as typed.
func (l *Line) String() string { return string(l.text) }

// Trimmed is the text without spaces around it.
func (l *Line) Trimmed() string { return strings.TrimSpace(string(l.text)) }

// Empty reports whether nothing but spaces was typed.
func (l *Line) Empty() bool { return l.Trimmed() == "" }

// Clear empties the line.
func (l *Line) Clear() { l.text, l.at = nil, 0 }

// Insert puts text at the cursor. Line feeds and tabs become spaces, other controls are dropped.
func (l *Line) Insert(text string) {
	var add []rune
	for _, r := range strings.ReplaceAll(text, "\r\n", "\n") {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			add = append(add, ' ')
		case unicode.IsControl(r):
		default:
			add = append(add, r)
		}
	}
	add = add[:min(len(add), max(0, maxRunes-len(l.text)))]
	rest := append([]rune{}, l.text[l.at:]...)
	l.text = append(append(l.text[:l.at], add...), rest...)
	l.at += len(add)
}

// Key takes a key and reports whether it was one of the editor's.
func (l *Line) Key(k tea.KeyPressMsg) bool {
	if act := acts[k.String()]; act != nil {
		act(l)
		return true
	}
	if k.Text != "" && k.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		l.Insert(k.Text)
		return true
	}
	return false
}

var acts = map[string]func(*Line){
	"left": func(l *Line) { l.at = max(0, l.at-1) }, "ctrl+b": func(l *Line) { l.at = max(0, l.at-1) },
	"right": func(l *Line) { l.at = min(len(l.text), l.at+1) }, "ctrl+f": func(l *Line) { l.at = min(len(l.text), l.at+1) },
	"home": func(l *Line) { l.at = 0 }, "ctrl+a": func(l *Line) { l.at = 0 },
	"end": func(l *Line) { l.at = len(l.text) }, "ctrl+e": func(l *Line) { l.at = len(l.text) },
	"alt+left": func(l *Line) { l.at = l.wordLeft() }, "alt+right": func(l *Line) { l.at = l.wordRight() },
	"backspace": func(l *Line) { l.cut(max(0, l.at-1), l.at) },
	"delete":    func(l *Line) { l.cut(l.at, min(len(l.text), l.at+1)) },
	"ctrl+d":    func(l *Line) { l.cut(l.at, min(len(l.text), l.at+1)) },
	"ctrl+w":    func(l *Line) { l.cut(l.wordLeft(), l.at) },
	"ctrl+u":    func(l *Line) { l.cut(0, l.at) },
	"ctrl+k":    func(l *Line) { l.cut(l.at, len(l.text)) },
}

func (l *Line) cut(from, to int) {
	l.text = append(l.text[:from:from], l.text[to:]...)
	l.at = from
}

func (l *Line) wordLeft() int {
	i := l.at
	for i > 0 && l.text[i-1] == ' ' {
		i--
	}
	for i > 0 && l.text[i-1] != ' ' {
		i--
	}
	return i
}

func (l *Line) wordRight() int {
	i := l.at
	for i < len(l.text) && l.text[i] == ' ' {
		i++
	}
	for i < len(l.text) && l.text[i] != ' ' {
		i++
	}
	return i
}

// View is what fits into w columns, and the column of the cursor in it. The cursor always shows.
func (l *Line) View(w int) (text string, caret int) {
	if w <= 0 {
		return "", 0
	}
	from := 0
	for from < l.at && rows.Width(string(l.text[from:l.at])) >= w {
		from++
	}
	to := from
	for to < len(l.text) && rows.Width(string(l.text[from:to+1])) <= w {
		to++
	}
	return string(l.text[from:to]), rows.Width(string(l.text[from:l.at]))
}
