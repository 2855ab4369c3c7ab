package world

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// fingerprintKeys are what the application's fingerprint covers, with the defaults of its settings. AWS_DATABASE_NAME is not a
// declared setting and never reaches the environment, so it counts as "".
var fingerprintKeys = map[string]string{
	"ENV": "dev", "GOOGLE_API_KEY": "", "GOOGLE_CLIENT_ID": "default-for-local", "GOOGLE_CLIENT_SECRET": "default-for-local",
	"GOOGLE_CLIENT_REDIRECT_URI": "http://localhost:8000/auth/google", "COOKIE_SECRET": "", "DATABASE_URL": "default-for-local",
	"APP_URL": "http://localhost:3000", "API_URL": "http://localhost:8000", "ORIGIN": "localhost",
	"STRIPE_WEBHOOK_SECRET": "whsec_placeholder_for_dev", "STRIPE_SECRET_KEY": "sk_test_placeholder_for_dev", "IPINFO_TOKEN": "default-for-local",
	"AWS_DATABASE_NAME": "", "AWS_DATABASE_REGION": "default-for-local", "AWS_KMS_ACCESS_KEY_ID": "default-for-local",
	"AWS_KMS_SECRET_ACCESS_KEY": "default-for-local", "AWS_KMS_KEY_ARN": "default-for-local",
}

// Fingerprint is what the backend logs at its start for an environment: SHA-256, hex, of Python's json.dumps(…, sort_keys=True).
func Fingerprint(env map[string]string) string {
	keys := make([]string, 0, len(fingerprintKeys))
	for k := range fingerprintKeys {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	for i, k := range keys {
		v, ok := env[k]
		if k == "AWS_DATABASE_NAME" || !ok {
			v = fingerprintKeys[k]
		}
		b.WriteString([]string{"{", ", "}[min(i, 1)])
		pyString(&b, k)
		b.WriteString(": ")
		pyString(&b, strings.TrimFunc(v, pySpace))
	}
	b.WriteString("}")
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// pySpace is what Python's str.strip() strips: Unicode white space and the four separators of ASCII.
func pySpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

func pyString(b *strings.Builder, s string) {
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strings.ContainsRune("\b\f\n\r\t", r):
			b.WriteByte('\\')
			b.WriteByte("btn.fr"[r-'\b'])
		case r < 0x20 || r >= 0x7f && r <= 0xffff:
			_, _ = fmt.Fprintf(b, `\u%04x`, r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			_, _ = fmt.Fprintf(b, `\u%04x\u%04x`, hi, lo)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
}
