package redact

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestEscape(t *testing.T) {
	for _, c := range []struct {
		in   string
		max  int
		want string
	}{
		{"plain", 0, "plain"}, {"", 3, ""}, {"grün 漢字", 0, "grün 漢字"},
		{"a\x1b[2Jb", 0, `a\x1b[2Jb`}, {"\x1b]52;c;aGk=\x07x", 0, `\x1b]52;c;aGk=\x07x`}, {"a\x1b]0;never closed", 0, `a\x1b]0;never closed`},
		{"a\rb\nc\x00\x7f", 0, `a\rb\nc\x00\x7f`}, {"\u009b31m", 0, `\x9b31m`}, {"\xff\xfe", 0, `\xff\xfe`},
		{"a\u202eb\u200bc\ufeff", 0, `a\u202eb\u200bc\ufeff`}, {"\U000e0041", 0, `\U000e0041`}, {"a\tb", 0, "a   b"}, {"abcd\tb", 0, "abcd    b"},
		{"abcdef", 4, "abcd… 2 more"}, {"abcd", 4, "abcd"}, {"üüüü", 4, "üüüü"}, {"abc\x1b", 4, `abc… 1 more`}, {strings.Repeat("x", 5000), 4, "xxxx… 4,996 more"},
		{"e\u0301\u0301\u0301\u0301\u0301", 0, "e\u0301\u0301\u0301\u0301" + `\u0301`},
	} {
		if got := Escape(c.in, c.max); got != c.want {
			t.Errorf("Escape(%q, %d) = %q, want %q", c.in, c.max, got, c.want)
		}
	}
	if got, want := EscapeLines("a\r\nb\x1b\nlonger", 4), "a\nb… 1 more\nlong… 2 more"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// harmless reports what in s could still move a terminal's cursor, hide or turn text.
func harmless(s string) string {
	if !utf8.ValidString(s) {
		return "is not UTF-8"
	}
	for _, r := range s {
		if unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 {
			return "holds " + string(r)
		}
	}
	return ""
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"plain", "\x1b[31m", "\u202e", "\xff\x80\x9b", "a\tb\r\n", "e\u0301\u0301\u0301\u0301\u0301\u0301", "\x1b]8;;x"} {
		f.Add(s, 0)
		f.Add(s, 3)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		got := Escape(s, max)
		if why := harmless(got); why != "" {
			t.Errorf("Escape(%q) %s: %q", s, why, got)
		}
		if strings.Contains(got, "\n") {
			t.Errorf("Escape(%q) is more than one line", s)
		}
		if max > 0 && max < 1<<20 && utf8.RuneCountInString(got) > max+30 {
			t.Errorf("Escape(%q, %d) is %d long", s, max, utf8.RuneCountInString(got))
		}
		if max <= 0 && Escape(got, 0) != got {
			t.Errorf("Escape is not idempotent on %q", got)
		}
		for line := range strings.SplitSeq(EscapeLines(s, max), "\n") {
			if why := harmless(line); why != "" {
				t.Errorf("EscapeLines(%q) %s", s, why)
			}
		}
	})
}

func FuzzMask(f *testing.F) {
	f.Add("hunter2hunter2", "before ", " after")
	f.Add(hostile, "\x1b[", "m\x1b")
	f.Add("пароль1", "\\u001b", "]")
	f.Add("a\nbcdefghij", "x", "y")
	f.Fuzz(func(t *testing.T, secret, before, after string) {
		if secret = strings.TrimSpace(secret); len(secret) < Shortest || !utf8.ValidString(secret) || strings.Contains(Mark, secret) || strings.Contains(secret, Mark[:2]) || strings.Contains(secret, "]") {
			return
		}
		s := sink(secret)
		for form, text := range written(secret) {
			if form == "colour" || form == "visible colour" || form == "c1 colour" || form == "zero width" {
				if strings.ContainsAny(secret, "\x1b\\[") || strings.IndexFunc(secret, func(r rune) bool { return r < ' ' || r == 0x7f || concealed(r) }) >= 0 {
					continue // cannot be told from the codes around it
				}
				before, after = "", ""
			}
			got := s.Mask(before + text + after)
			if strings.Contains(got, text) && !strings.Contains(before+after, text) {
				t.Errorf("%s of %q survived between %q and %q: %q", form, secret, before, after, got)
			}
			if strings.Contains(got, secret) && !strings.Contains(before+after, secret) {
				t.Errorf("%q survived as %s: %q", secret, form, got)
			}
		}
		_ = s.Mask(before)
		_ = s.Holds(after)
	})
}
