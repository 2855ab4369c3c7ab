package checklists

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

// Problem is one thing that is wrong with a file, and where. What says what stands there, Expected what should.
type Problem struct {
	Pos            steps.Pos
	What, Expected string
}

// String is file:line:col: what; expected what.
func (p *Problem) String() string {
	if p.Expected == "" {
		return p.Pos.String() + ": " + p.What
	}
	return p.Pos.String() + ": " + p.What + "; expected " + p.Expected
}

// Problems are all that is wrong, in the order of the files. As an error it is one problem a line.
type Problems []*Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted puts problems in order of place and drops those said twice.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return slices.CompactFunc(ps, func(a, b *Problem) bool { return *a == *b })
}

// refusal is what a caller gets when a procedure cannot be used.
func refusal(id string, ps Problems) error {
	what := ps[0].String()
	if n := len(ps) - 1; n > 0 {
		what += fmt.Sprintf(" (and %d more)", n)
	}
	return &steps.Error{Code: steps.CodeInput, What: "The procedure " + id + " cannot be used: " + what + ".",
		Meaning: "nothing has changed.", Next: "runbook lint lists every problem with its place.", Cause: ps}
}

// oneOf lists words as a sentence does: a, b or c. Where bad is close to one of them, that one is offered.
func oneOf(bad string, words []string) string {
	list := strings.Join(words, ", ")
	if n := len(words); n > 1 {
		list = strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	if near := closest(bad, words); near != "" {
		list += " (`" + near + "`?)"
	}
	return list
}

// a puts the article before a word.
func a(word string) string {
	if word != "" && strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

// orElse is text, or instead where text is empty.
func orElse(text, instead string) string {
	if text == "" {
		return instead
	}
	return text
}

// closest is the word that bad was likely meant to be, "" where none is near.
func closest(bad string, words []string) string {
	best, at := 3, ""
	for _, w := range words {
		if d := distance(strings.ToLower(bad), w); d < best && d < max(len(w), 2) {
			best, at = d, w
		}
	}
	return at
}

// distance counts the letters to change, add, drop or swap.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return len(a) + len(b)
	}
	older, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], older[j-2]+1)
			}
		}
		older, last = last, row
	}
	return last[len(b)]
}
