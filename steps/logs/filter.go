package logs

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is how long an expression may be: whoever types it waits for it.
const longest = 1000

// Filter is a parsed expression. The zero Filter passes everything.
type Filter struct {
	expr  string
	terms []term
}

// term is one word or pattern.
type term struct {
	not  bool
	word string // in lower case where fold is set
	fold bool
	re   *regexp.Regexp
}

// ParseFilter reads an expression: words that must all be there, "several words", -word for what must not be there and /regex/
// (RE2). A word or pattern without a capital letter ignores case. The error is one sentence to show in place.
func ParseFilter(expr string) (Filter, error) {
	f := Filter{expr: strings.TrimSpace(expr)}
	if len(f.expr) > longest {
		return Filter{}, fmt.Errorf("the filter is %d characters long; %d are the most", len(f.expr), longest)
	}
	for rest := f.expr; rest != ""; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		var t term
		if len(rest) > 1 && rest[0] == '-' && !strings.HasPrefix(rest, "- ") {
			t.not, rest = true, rest[1:]
		}
		var err error
		switch {
		case rest[0] == '/':
			rest, err = t.pattern(rest[1:])
		case rest[0] == '"' && strings.Contains(rest[1:], `"`):
			end := strings.IndexByte(rest[1:], '"') + 1
			t.set(rest[1:end])
			rest = rest[end+1:]
		default:
			end := strings.IndexFunc(rest, unicode.IsSpace)
			if end < 0 {
				end = len(rest)
			}
			t.set(rest[:end])
			rest = rest[end:]
		}
		if err != nil {
			return Filter{}, err
		}
		if t.word != "" || t.re != nil {
			f.terms = append(f.terms, t)
		}
	}
	return f, nil
}

func (t *term) set(word string) {
	t.fold = !hasUpper(word)
	t.word = word
}

// pattern reads up to the closing slash; \/ is a slash within.
func (t *term) pattern(rest string) (string, error) {
	end := 0
	for end < len(rest) && rest[end] != '/' {
		if rest[end] == '\\' {
			end++
		}
		end++
	}
	if end >= len(rest) {
		return "", fmt.Errorf("the pattern /%s has no closing slash", rest)
	}
	source := strings.ReplaceAll(rest[:end], `\/`, "/")
	if source == "" {
		return rest[end+1:], nil
	}
	flags := ""
	if !hasUpper(plainLetters.ReplaceAllString(source, "")) {
		flags = "(?i)"
	}
	re, err := regexp.Compile(flags + source)
	if err != nil {
		return "", fmt.Errorf("the pattern /%s/ cannot be read: %s", source, strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	t.re = re
	return rest[end+1:], nil
}

// plainLetters are a pattern's classes, such as \W, whose capitals are no wish for case.
var plainLetters = regexp.MustCompile(`\\(p\{\^?\w+\}|.)`)

func hasUpper(s string) bool { return strings.ContainsFunc(s, unicode.IsUpper) }

// String is the expression as it was typed.
func (f Filter) String() string { return f.expr }

// Empty reports whether the filter passes everything.
func (f Filter) Empty() bool { return len(f.terms) == 0 }

// Match reports whether one line's text passes.
func (f Filter) Match(text string) bool { return f.wants(text) && !f.bars(text) }

// wants reports whether all that must be there is there.
func (f Filter) wants(text string) bool {
	for i := range f.terms {
		if t := &f.terms[i]; !t.not && !t.in(text) {
			return false
		}
	}
	return true
}

// bars reports whether something is there that must not be.
func (f Filter) bars(text string) bool {
	for i := range f.terms {
		if t := &f.terms[i]; t.not && t.in(text) {
			return true
		}
	}
	return false
}

// slow reports whether a pattern has to be run over every line.
func (f Filter) slow() bool {
	for i := range f.terms {
		if f.terms[i].re != nil {
			return true
		}
	}
	return false
}

func (t *term) in(text string) bool {
	switch {
	case t.re != nil:
		return t.re.MatchString(text)
	case t.fold:
		return containsFold(text, t.word)
	}
	return strings.Contains(text, t.word)
}

// containsFold looks for a word that has no capitals, whatever the case of text. ASCII needs no copy.
func containsFold(text, word string) bool {
	c := word[0]
	if c >= utf8.RuneSelf || strings.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return strings.Contains(strings.ToLower(text), word)
	}
	up := c
	if c >= 'a' && c <= 'z' {
		up = c - 'a' + 'A'
	}
	for i := 0; i+len(word) <= len(text); i++ {
		low := strings.IndexByte(text[i:], c)
		high := -1
		if up != c {
			end := len(text)
			if low >= 0 {
				end = i + low
			}
			high = strings.IndexByte(text[i:end], up)
		}
		switch {
		case high >= 0:
			i += high
		case low >= 0:
			i += low
		default:
			return false
		}
		if i+len(word) <= len(text) && equalFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}

// equalFold compares ASCII; word has no capitals.
func equalFold(text, word string) bool {
	for i := range len(word) {
		c := text[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}
