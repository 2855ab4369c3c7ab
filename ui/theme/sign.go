package theme

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// Sign is a one-column mark. It always stands with its word, except in the strip of steps.
type Sign uint8

// Signs.
const (
	Pass     Sign = iota // pass, done, agree
	Warn                 // warn, stale, paused, near
	Fail                 // fail, FAILED, passed over
	Unknown              // unknown
	Wait                 // waiting, looking, a late line
	Now                  // wants something; folded; focus
	Todo                 // to do; separator
	NotNow               // not now, not to choose, and why
	Evidence             // evidence, event
	Cursor               // the cursor row
	Folded               // lines folded away
	Changes              // changes the cloud
	Open                 // unfolded; more below
	Ellipsis             // cut
	Times                // a factor
	BarFull              // progress done
	BarRest              // progress to go
	Separator
	signs
)

var unicodeSigns = [signs]string{"✓", "!", "✗", "?", "~", "▸", "·", "-", "●", "›", "≡", "◆", "▾", "…", "×", "█", "░", "·"}

// asciiSigns keep one column each but for the ellipsis, which is two dots.
var asciiSigns = [signs]string{"+", "!", "x", "?", "~", "@", ".", "-", "o", ">", "=", "*", "v", "..", "x", "#", ".", "."}

// Sparks are the eight levels of a chart; in ASCII they are digits.
const (
	unicodeSparks = "▁▂▃▄▅▆▇█"
	asciiSparks   = "01234679"
)

// Charset says which characters the terminal can show in one column each.
type Charset uint8

// Charsets.
const (
	Unicode    Charset = iota
	PlainSigns         // box lines, but the signs in ASCII: the Linux console
	ASCII
)

// Detect chooses the charset from the environment: ASCII where the locale is not UTF-8 or is one in which box lines may be two
// columns wide, plain signs on the Linux console.
func Detect(env func(string) string) Charset {
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale = env(name); locale != "" {
			break
		}
	}
	l := strings.ToLower(locale)
	utf8 := strings.Contains(l, "utf-8") || strings.Contains(l, "utf8")
	switch {
	case locale != "" && !utf8, strings.HasPrefix(l, "zh"), strings.HasPrefix(l, "ja"), strings.HasPrefix(l, "ko"):
		return ASCII
	case env("TERM") == "linux":
		return PlainSigns
	default:
		return Unicode
	}
}

// fold replaces what the charset cannot show, a column for a column. Escape sequences pass unchanged.
func fold(s string, set Charset) string {
	out := make([]byte, 0, len(s))
	printed := false // the last byte is a printed one, which can give its column to an ellipsis
	escaped := false
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			out = append(out, c)
			switch {
			case c == 0x1b:
				escaped, printed = true, false
			case escaped:
				escaped = c == '[' || c < 'A' || c > 'z'
			default:
				printed = c > ' '
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		if r == '…' && printed {
			out[len(out)-1] = '.'
			out = append(out, '.')
		} else {
			out = append(out, plain(r, set)...)
		}
		printed = false
	}
	return string(out)
}

// plain is one character's stand-in.
func plain(r rune, set Charset) string {
	if out, ok := folds[r]; ok {
		return out
	}
	if r >= 0x2500 && r <= 0x257f { // box lines
		if set == PlainSigns {
			return string(r)
		}
		if out, ok := boxFolds[r]; ok {
			return out
		}
		return "+"
	}
	if set == PlainSigns && r < 0x250 { // Latin, which the console has
		return string(r)
	}
	return strings.Repeat("?", ansi.StringWidth(string(r)))
}

var folds = map[rune]string{'✓': "+", '✗': "x", '▸': "@", '·': ".", '●': "o", '›': ">", '≡': "=", '◆': "*", '▾': "v", '…': ".", '×': "x",
	'█': "#", '░': ".", '▁': "0", '▂': "1", '▃': "2", '▄': "3", '▅': "4", '▆': "6", '▇': "7", '–': "-", '—': "-", '’': "'", '‘': "'",
	'“': `"`, '”': `"`, '↑': "^", '↓': "v", '←': "<", '→': ">", '≥': ">", '≤': "<", '\u00a0': " ", '▏': "|"}

var boxFolds = map[rune]string{'─': "-", '│': "|", '═': "=", '║': "#", '╔': "#", '╗': "#", '╚': "#", '╝': "#", '╟': "#", '╢': "#", '╧': "=", '╤': "=",
	'━': "*", '┃': "*", '┏': "*", '┓': "*", '┗': "*", '┛': "*"}
