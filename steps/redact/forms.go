package redact

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"net/url"
	"strings"
	"unicode/utf16"
)

// forms are the shapes in which a value turns up: as it is, its lines, a password within it, and all of these encoded.
func forms(value string) []needle {
	var out []needle
	for _, part := range parts(value) {
		out = append(out, encodings(part)...)
	}
	return out
}

// parts are the value, its lines, and the password of a URL, raw and decoded.
func parts(value string) []string {
	out := []string{value}
	if strings.ContainsAny(value, "\n\r") {
		for _, line := range strings.FieldsFunc(value, func(r rune) bool { return r == '\n' || r == '\r' }) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") && len(line) >= Shortest {
				out = append(out, line)
			}
		}
	}
	if strings.Contains(value, `\n`) { // a PEM kept on one line
		for line := range strings.SplitSeq(value, `\n`) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") && len(line) >= Shortest && line != value {
				out = append(out, line)
			}
		}
		out = append(out, strings.ReplaceAll(value, `\n`, "\n"))
	}
	if f := passwords(value); len(f) > 0 {
		raw := value[f[0].from:f[0].to]
		if plain, err := url.PathUnescape(raw); err == nil && len(plain) >= Shortest {
			out = append(out, plain)
		}
		if len(raw) >= Shortest {
			out = append(out, raw)
		}
	}
	return out
}

// encodings are one part in every alphabet.
func encodings(part string) []needle {
	texts := []string{part}
	texts = append(texts, jsonForms(part)...)
	texts = append(texts, urlForms(part)...)
	texts = append(texts, xmlForms(part)...)
	texts = append(texts, shellForms(part)...)
	low := hex.EncodeToString([]byte(part))
	texts = append(texts, low, strings.ToUpper(low))
	var out []needle
	seen := map[string]bool{}
	for _, t := range texts {
		if len(t) >= Shortest && !seen[t] {
			seen[t] = true
			out = append(out, needle{text: t})
		}
	}
	return append(out, base64Forms(part)...)
}

// base64Forms are the characters that only the value decides, for each of the three places at which it can begin, in both
// alphabets; and the lines of an encoding that was wrapped.
func base64Forms(part string) []needle {
	var out []needle
	for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			all := enc.EncodeToString(append(make([]byte, offset), part...))
			from, to := (offset*8+5)/6, (offset+len(part))*8/6
			if to-from >= Shortest {
				out = append(out, needle{text: all[from:to], loose: true})
			}
		}
	}
	whole := base64.StdEncoding.EncodeToString([]byte(part))
	for _, width := range []int{64, 76} {
		for at := 0; len(whole) > width && at < len(whole); at += width {
			if line := whole[at:min(at+width, len(whole))]; len(line) >= Shortest {
				out = append(out, needle{text: line})
			}
		}
	}
	return out
}

// jsonForms are the inside of a JSON string as Go writes it with and without HTML escapes, and as Python writes it in ASCII.
func jsonForms(part string) []string {
	var plain bytes.Buffer
	enc := json.NewEncoder(&plain)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(part) // a string: cannot fail
	escaped, _ := json.Marshal(part)
	inner := strings.Trim(strings.TrimSpace(plain.String()), "\n")
	inner = inner[1 : len(inner)-1]
	var ascii strings.Builder
	for _, r := range inner {
		switch {
		case r < 0x80:
			ascii.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&ascii, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&ascii, `\u%04x`, r)
		}
	}
	web := string(escaped[1 : len(escaped)-1])
	return []string{inner, web, ascii.String(), strings.ReplaceAll(inner, "/", `\/`), again(inner), again(web), again(ascii.String())}
}

// again is JSON within JSON, as in a log record.
func again(inner string) string {
	b, _ := json.Marshal(inner)
	return string(b[1 : len(b)-1])
}

// urlForms are the value as a query and as a path, with hex digits of either case, and as JavaScript writes it.
func urlForms(part string) []string {
	query, path := url.QueryEscape(part), url.PathEscape(part)
	component := strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*").Replace(query)
	userinfo := url.UserPassword("u", part).String()[2:]
	form := strings.ReplaceAll(query, "+", "%20")
	out := []string{query, path, component, userinfo, form}
	for _, t := range out[:5] {
		out = append(out, lowerHex(t))
	}
	return out
}

// lowerHex writes the digits of %XX in lower case and leaves the rest.
func lowerHex(t string) string {
	b := []byte(t)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], bytes.ToLower(b[i+1:i+3]))
		}
	}
	return string(b)
}

// xmlForms are the value in XML and in HTML.
func xmlForms(part string) []string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(part)) // into memory: cannot fail
	return []string{b.String(), html.EscapeString(part),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;").Replace(part),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(part),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(part),
		strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;").Replace(part)}
}

// shellForms are the value inside single quotes, inside double quotes, with a backslash before each special character, and in
// $'…'.
func shellForms(part string) []string {
	var backslashed strings.Builder
	for _, r := range part {
		if r < 0x80 && !wordChar(byte(r)) && !strings.ContainsRune("-./:=@%+,", r) {
			backslashed.WriteByte('\\')
		}
		backslashed.WriteRune(r)
	}
	return []string{
		strings.ReplaceAll(part, "'", `'\''`), strings.ReplaceAll(part, "'", `'"'"'`),
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(part),
		strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`", "!", `\!`).Replace(part),
		backslashed.String(),
		strings.NewReplacer(`\`, `\\`, "'", `\'`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(part),
	}
}
