package redact

import "strings"

// patterns are keys of well-known providers: the net beneath the known values.
var patterns = func() []needle {
	out := []needle{
		{text: "AKIA", rest: exactly(16, upper)}, {text: "ASIA", rest: exactly(16, upper)},
		key("whsec_", 16, base64Char),
		key("AIza", 30, keyChar),
		key("github_pat_", 20, wordChar),
		{text: "-----BEGIN ", rest: privateKey},
		{text: "eyJ", rest: token},
	}
	for _, p := range []string{"sk_live_", "sk_test_", "rk_live_", "rk_test_"} {
		out = append(out, key(p, 10, wordChar))
	}
	for _, p := range []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_"} {
		out = append(out, key(p, 20, wordChar))
	}
	// Four bytes decide where a needle may begin, and a token's fourth depends on what it says.
	var whole []needle
	for _, n := range out {
		if n.text != "eyJ" {
			whole = append(whole, n)
			continue
		}
		for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-" {
			whole = append(whole, needle{text: "eyJ" + string(c), rest: n.rest})
		}
	}
	return whole
}()

func upper(c byte) bool   { return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' }
func keyChar(c byte) bool { return wordChar(c) || c == '-' }

// exactly wants four letters, then n of a class and no more, not within a word.
func exactly(n int, class func(byte) bool) func(string, int) int {
	return func(text string, from int) int {
		to := run(text, from+4, class)
		if to != from+4+n || from > 0 && wordChar(text[from-1]) {
			return 0
		}
		return to
	}
}

// key wants a prefix that does not stand within a word, then at least n characters of a class; it takes all there are.
func key(prefix string, n int, class func(byte) bool) needle {
	return needle{text: prefix, rest: func(text string, from int) int {
		to := run(text, from+len(prefix), class)
		if to-from < len(prefix)+n || from > 0 && wordChar(text[from-1]) {
			return 0
		}
		return to
	}}
}

// run is where the characters of a class end.
func run(text string, from int, class func(byte) bool) int {
	for from < len(text) && class(text[from]) {
		from++
	}
	return from
}

// privateKey spans from BEGIN … PRIVATE KEY to its END, or to the end of the text where that is missing.
func privateKey(text string, from int) int {
	const begin, end = "-----BEGIN ", "-----END "
	kind, _, ok := strings.Cut(text[from+len(begin):min(len(text), from+len(begin)+60)], "-----")
	if !ok || !strings.HasSuffix(kind, "PRIVATE KEY") {
		return 0
	}
	body := from + len(begin)
	at := strings.Index(text[body:], end+kind+"-----")
	if at < 0 {
		return len(text)
	}
	return body + at + len(end) + len(kind) + len("-----")
}

// token spans a JSON web token: three parts with points between.
func token(text string, from int) int {
	if from > 0 && (wordChar(text[from-1]) || text[from-1] == '-') {
		return 0
	}
	to := from
	for part := range 3 {
		start := to
		to = run(text, start, keyChar)
		if part < 2 && (to-start < 8 || to >= len(text) || text[to] != '.') {
			return 0
		}
		if part < 2 {
			to++
		}
	}
	return to
}

// urls appends the passwords that stand in URLs.
func urls(text string, found []span) []span { return append(found, passwords(text)...) }

// passwords finds scheme://user:password@ and gives the passwords' places.
func passwords(text string) []span {
	var found []span
	for at := 0; ; {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			return found
		}
		start := at + i + 3
		at = start
		end := start
		for end < len(text) && text[end] > ' ' && text[end] != '"' && text[end] != '<' && text[end] != '>' && text[end] != 0x7f && end-start < 4096 {
			end++
		}
		host := text[start:end]
		if slash := strings.IndexByte(host, '/'); slash >= 0 && (strings.Contains(host[:slash], "@") || port(host[:slash])) {
			host = host[:slash] // else a password with a slash that nobody encoded: it ends at the last @ before the next blank
		}
		sign := strings.LastIndexByte(host, '@')
		colon := strings.IndexByte(host, ':')
		if sign < 0 || colon < 0 || colon+1 >= sign {
			continue
		}
		found = append(found, span{start + colon + 1, start + sign})
	}
}

// port reports whether host is without a colon, or ends in one and digits.
func port(host string) bool {
	_, digits, found := strings.Cut(host, ":")
	return !found || strings.Trim(digits, "0123456789") == ""
}
