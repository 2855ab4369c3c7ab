package home

import (
	"strings"
	"unicode/utf8"
)

// Match reports whether every word of query is in text, in any order, each as a whole or at least with its letters in order, and
// how well: a higher score is better. An empty query matches everything alike.
func Match(query, text string) (score int, ok bool) {
	text = strings.ToLower(text)
	for _, word := range strings.Fields(strings.ToLower(query)) {
		n, ok := matchWord(word, text)
		if !ok {
			return 0, false
		}
		score += n
	}
	return score, true
}

// matchWord scores one word: best at the beginning, then at the beginning of a word, then inside one, then by its letters in order.
func matchWord(word, text string) (int, bool) {
	switch i := strings.Index(text, word); {
	case i == 0:
		return 100, true
	case i > 0 && strings.Contains(text, " "+word):
		return 80, true
	case i > 0:
		return 60, true
	}
	if utf8.RuneCountInString(word) < 3 {
		return 0, false // two letters in order are in nearly every text
	}
	score, at, last := 40, 0, -1
	for _, r := range word {
		i := strings.IndexRune(text[at:], r)
		if i < 0 || last >= 0 && i > 8 {
			return 0, false
		}
		if last >= 0 {
			score -= min(i, 5)
		}
		last = at + i
		at = last + utf8.RuneLen(r)
	}
	return max(1, score), true
}
