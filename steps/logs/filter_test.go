package logs

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFilter(t *testing.T) {
	const line = `ERROR KeyError: 'sync_tier' at GET /get-emails`
	for expr, want := range map[string]bool{
		"": true, "keyerror": true, "KeyError": true, "Keyerror": false, "error get": true, "error missing": false, "error -missing": true, "error -SYNC": true, "error -sync": false,
		"/key.*tier/": true, "/Key.*tier/": true, "/KEY.*tier/": false, `/\W'SYNC/`: false, `/\W'sync/`: true, `/get\/?-?emails/`: true, `/ \/get-emails$/`: true, "-/get .get/": false,
		`"at get"`: true, `"at  get"`: false, "-": true, `"`: false, "//": true, "zzz": false, "é": false, "s": true, "emails": true, "emailss": false,
	} {
		f, err := ParseFilter(expr)
		if err != nil {
			t.Errorf("%q: %v", expr, err)
			continue
		}
		if got := f.Match(line); got != want {
			t.Errorf("%q matches: %v, want %v", expr, got, want)
		}
	}
	for expr, want := range map[string]string{
		"/a(b/": "the pattern /a(b/ cannot be read: missing closing ): `(?i)a(b`", "/open": "the pattern /open has no closing slash", strings.Repeat("a", 1001): "the filter is 1001 characters long; 1000 are the most",
	} {
		if _, err := ParseFilter(expr); err == nil || err.Error() != want {
			t.Errorf("%.20q: got %v, want %s", expr, err, want)
		}
	}
}

func FuzzFilter(f *testing.F) {
	for _, s := range []string{"a -b /c/", `"x y"`, "-/", `/\/`, "ÄÖ ä", "- -- ---"} {
		f.Add(s, "some Text")
	}
	f.Fuzz(func(t *testing.T, expr, text string) {
		got, err := ParseFilter(expr)
		if err != nil {
			return
		}
		got.Match(text)
	})
}

func FuzzContainsFold(f *testing.F) {
	f.Add("some Text WITH case", "text with")
	f.Add("aAaAab", "aab")
	f.Fuzz(func(t *testing.T, text, word string) {
		word = strings.ToLower(word)
		if word == "" || hasUpper(word) || !utf8.ValidString(text) || !utf8.ValidString(word) || len(strings.ToLower(text)) != len(text) {
			return
		}
		ascii := !strings.ContainsFunc(text+word, func(r rune) bool { return r >= utf8.RuneSelf })
		if got, want := containsFold(text, word), strings.Contains(strings.ToLower(text), word); ascii && got != want {
			t.Errorf("containsFold(%q, %q) = %v", text, word, got)
		}
	})
}
