package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"strings"
	"sync"
	"testing"
)

const hostile = `p'4$s/w"0&r<d>+ü` + "`x y"

func sink(values ...string) *Sink {
	s := New()
	s.Add(values...)
	return s
}

// written are the ways in which a secret reaches a log or a screen, made without the code under test.
func written(v string) map[string]string {
	inJSON, _ := json.Marshal(map[string]string{"k": v})
	twice, _ := json.Marshal(string(inJSON))
	b64 := base64.StdEncoding.EncodeToString
	var coloured strings.Builder
	for i, r := range v {
		if i > 0 {
			coloured.WriteString("\x1b[1;31m")
		}
		coloured.WriteRune(r)
	}
	return map[string]string{
		"raw": "a " + v + " b", "in a word": "a" + v + "b",
		"json": string(inJSON), "json in json": string(twice),
		"base64": b64([]byte(v)), "base64 after 1": b64([]byte("x" + v)), "base64 after 2": b64([]byte("xy" + v + "tail")),
		"base64 basic": "Authorization: Basic " + b64([]byte("user:"+v)),
		"base64 url":   base64.URLEncoding.EncodeToString([]byte("xy" + v)),
		"hex":          hex.EncodeToString([]byte(v)), "HEX": strings.ToUpper(hex.EncodeToString([]byte(v))),
		"query": "?k=" + url.QueryEscape(v), "path": "/" + url.PathEscape(v), "query lower": "?k=" + lowerHex(url.QueryEscape(v)),
		"html": html.EscapeString(v), "colour": coloured.String(), "visible colour": strings.ReplaceAll(coloured.String(), "\x1b", `\x1b`),
		"c1 colour": strings.ReplaceAll(coloured.String(), "\x1b[", "\u009b"), "zero width": strings.Join(strings.Split(v, ""), "\u200b"),
		"bash": `'` + strings.ReplaceAll(v, "'", `'\''`) + `'`,
	}
}

func TestMaskFindsEveryForm(t *testing.T) {
	for _, v := range []string{hostile, "hunter2hunter2", "abcdef", "correct/horse+battery==", "пароль-длинный"} {
		s := sink(v)
		for form, text := range written(v) {
			got := s.Mask(text)
			if !strings.Contains(got, Mark) || !s.Holds(text) {
				t.Errorf("%s of %q was not masked: %q", form, v, got)
			}
			for _, piece := range []string{v, base64.RawStdEncoding.EncodeToString([]byte(v))[:4], hex.EncodeToString([]byte(v))[:8]} {
				if strings.Contains(got, piece) {
					t.Errorf("%s of %q left %q in %q", form, v, piece, got)
				}
			}
		}
	}
}

func TestMaskLeavesTheRest(t *testing.T) {
	s := sink("hunter2hunter2")
	for _, text := range []string{"", "a", "INFO:     10.0.0.7:443 - \"GET / HTTP/1.1\" 200 OK", "hunter2", "http://localhost:8000/users/a@b.com", "sk_live_", "AKIA", "the eyJ of it",
		"-----BEGIN CERTIFICATE-----", "https://jaja.example/login?next=a:b@c", ":jaja-backend.backend.12", strings.Repeat("0123456789abcdef", 4)} {
		if got := s.Mask(text); got != text || s.Holds(text) {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got, want := s.Mask("x hunter2hunter2 y hunter2hunter2"), "x [masked] y [masked]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLinesOfAValue(t *testing.T) {
	pem := "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA1234567890\nqwertyuiopasdfghjklzxcvbnm\nshort\n-----END RSA PRIVATE KEY-----\n"
	for _, v := range []string{pem, strings.ReplaceAll(pem, "\n", `\n`)} {
		s := sink(v)
		for _, line := range []string{"x qwertyuiopasdfghjklzxcvbnm y", "MIIEowIBAAKCAQEA1234567890", base64.StdEncoding.EncodeToString([]byte(pem))} {
			if got := s.Mask(line); !strings.Contains(got, Mark) || strings.Contains(got, "qwerty") {
				t.Errorf("a line of a value was left: %q", got)
			}
		}
		if got := s.Mask("-----BEGIN CERTIFICATE-----"); got != "-----BEGIN CERTIFICATE-----" {
			t.Errorf("the frame of a PEM is no secret: %q", got)
		}
	}
	wrapped := strings.Repeat("0123456789 secret value ", 8)
	enc := base64.StdEncoding.EncodeToString([]byte(wrapped))
	if got := sink(wrapped).Mask(enc[:76] + "\n" + enc[76:152] + "\n"); strings.Contains(got, enc[4:20]) || strings.Contains(got, enc[80:96]) {
		t.Errorf("a wrapped encoding was left: %q", got)
	}
}

func TestPasswordWithinAURL(t *testing.T) {
	s := sink("postgresql://app:p%40ssw0rd-9@db.example:5432/jaja")
	for _, text := range []string{"password p@ssw0rd-9", "p%40ssw0rd-9", "postgresql://app:p%40ssw0rd-9@db.example:5432/jaja"} {
		if got := s.Mask(text); !strings.Contains(got, Mark) || strings.Contains(got, "ssw0rd") {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestProviderPatterns(t *testing.T) {
	s := New()
	for _, key := range []string{
		"AKIA" + "ABCDEFGHIJ234567", "ASIA" + "ABCDEFGHIJ234567", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc", "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc", "rk_live_" + "4eC39HqLyjWDarjtT1",
		"whsec_" + "Zm9vYmFyYmF6cXV4MTIzNDU2", "AIza" + "SyA1234567890abcdefghijklmnopqrstuv", "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789", "github_pat_" + "11ABCDEFG0abcdefghij_klmnopqrstuvwxyz",
		"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlLWhlcmU",
		"-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----",
	} {
		if got, want := s.Mask("x "+key+" y"), "x [masked] y"; got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
		if !s.Holds(key) {
			t.Errorf("%s is not held", key)
		}
	}
	for text, want := range map[string]string{
		"to postgresql://app:s3cret@db:5432/x now": "to postgresql://app:[masked]@db:5432/x now",
		"https://u:a/b@h/x":                        "https://u:[masked]@h/x",
		"-----BEGIN RSA PRIVATE KEY-----\nMIIE":    "[masked]",
	} {
		if got := s.Mask(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestOverlapsAreMaskedWhole(t *testing.T) {
	if got, want := sink("abcdefgh", "efghijklm").Mask("-abcdefghijklm-"), "-[masked]-"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestShortValuesAreCounted(t *testing.T) {
	s := New()
	if n := s.Add("", "true", "8000", "long enough"); n != 2 {
		t.Errorf("%d were refused, want 2", n)
	}
	if got := s.Mask("true on 8000"); got != "true on 8000" {
		t.Errorf("a short value was masked: %q", got)
	}
	if s.Known() != 1 {
		t.Errorf("%d values are known, want 1", s.Known())
	}
}

func TestAllowedValuesStay(t *testing.T) {
	s := sink("eu-west-1", "a real secret")
	s.Allow("eu-west-1", "jaja-db")
	s.Add("eu-west-1", "jaja-db")
	if got, want := s.Mask("eu-west-1 jaja-db a real secret"), "eu-west-1 jaja-db [masked]"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestValuesAreNotPrinted(t *testing.T) {
	s := sink("hunter2hunter2")
	if strings.Contains(s.String()+s.GoString(), "hunter2") {
		t.Error("a sink prints its values")
	}
}

func TestConcurrentUse(t *testing.T) {
	s := New()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 50 {
				v := strings.Repeat(string(rune('a'+i)), 12)
				s.Add(v)
				if got := s.Mask(v); got != Mark {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkMask(b *testing.B) {
	s := New()
	for i := range 100 {
		s.Add(strings.Repeat(string(rune('A'+i%26)), 3) + hex.EncodeToString([]byte{byte(i), byte(i * 7), byte(i * 13), 9, 8, 7}))
	}
	line := `INFO:     10.0.3.18:443 - "GET /get-emails?page=2&size=50 HTTP/1.1" 500 Internal Server Error`
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		_ = s.Mask(line)
	}
}
