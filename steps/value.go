package steps

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// ValueKind is the type of a variable, parameter, input or output.
type ValueKind string

// Kinds of value. A secret's text is a reference to where it is kept; no type of this program's domain can hold its value.
const (
	KindText     ValueKind = "text"
	KindInt      ValueKind = "int"
	KindBool     ValueKind = "bool" // "true" or "false"
	KindTime     ValueKind = "time" // RFC 3339, UTC
	KindDuration ValueKind = "duration"
	KindService  ValueKind = "service"
	KindImage    ValueKind = "image" // Lightsail's name of it, :SERVICE.LABEL.NUMBER
	KindDatabase ValueKind = "database"
	KindSnapshot ValueKind = "snapshot"
	KindCommit   ValueKind = "commit"
	KindRevision ValueKind = "revision"
	KindPath     ValueKind = "path"
	KindURL      ValueKind = "url"
	KindSecret   ValueKind = "secret"
)

// ValueKinds lists them all, for messages.
var ValueKinds = []ValueKind{KindText, KindInt, KindBool, KindTime, KindDuration, KindService, KindImage, KindDatabase, KindSnapshot, KindCommit, KindRevision, KindPath, KindURL, KindSecret}

// Known reports whether k is one of ValueKinds.
func (k ValueKind) Known() bool { return slices.Contains(ValueKinds, k) }

// shapes are what a value's text must look like before it goes into a call, a path or an argv. They are allow-lists.
var shapes = map[ValueKind]func() *regexp.Regexp{
	KindInt:      lazily(`^-?[0-9]{1,18}$`),
	KindBool:     lazily(`^(true|false)$`),
	KindService:  lazily(`^[a-z0-9][a-z0-9-]{0,62}$`),
	KindImage:    lazily(`^:[a-z0-9][a-z0-9-]{0,62}\.[a-z0-9][a-z0-9-]{0,52}\.([0-9]{1,9}|latest)$`),
	KindDatabase: lazily(`^[A-Za-z0-9][A-Za-z0-9-]{1,254}$`),
	KindSnapshot: lazily(`^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$`),
	KindCommit:   lazily(`^[0-9a-f]{7,64}$`),
	KindRevision: lazily(`^[A-Za-z0-9_]{1,64}$`),
	KindURL:      lazily(`^https?://[^\s"'<>\\]{1,1000}$`),
	KindTime:     lazily(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z$`),
	KindDuration: lazily(`^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`),
}

// examples show a person what fits.
var examples = map[ValueKind]string{
	KindInt: "14", KindBool: "true or false", KindService: "jaja-backend", KindImage: ":jaja-backend.backend.12", KindDatabase: "jaja-db", KindSnapshot: "pre-deployment-20261123-071120",
	KindCommit: "9c41f7e", KindRevision: "4f1c09e2", KindURL: "https://justajobapp.com/", KindTime: "2026-11-23T07:11:20Z", KindDuration: "5m",
}

// lazily compiles at the first use: all of them together would cost every command 3 ms.
func lazily(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// Check says whether text may be a value of kind k. name is the parameter's, for the message.
func (k ValueKind) Check(name, text string) error {
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return &Error{Code: CodeInput, What: fmt.Sprintf("%s holds a control character; expected %s", name, k), Next: "Type it by hand."}
	}
	if shape := shapes[k]; shape != nil && !shape().MatchString(text) {
		return &Error{Code: CodeInput, What: fmt.Sprintf("%s: %q is not %s %s.", name, text, article(k), k), Next: "Type something like " + examples[k] + "."}
	}
	return nil
}

func article(k ValueKind) string {
	if k == KindImage || k == KindInt {
		return "an"
	}
	return "a"
}

// Value is a variable's value. For KindSecret Text is a reference, such as deployment:jaja-backend@13#backend/DATABASE_URL.
type Value struct {
	Kind ValueKind `json:"kind"`
	Text string    `json:"text"`
}

// Values are variables by name.
type Values map[string]Value

// Reference matches the only interpolation there is, ${name}. $${ writes ${ and is no reference: see Expand.
var Reference = regexp.MustCompile(`\$?\$\{([a-z][a-z0-9_]*)\}`)

// Expand replaces each ${name} in text. A variable without a value is an error that names it.
func (vs Values) Expand(text string) (string, error) {
	missing := ""
	out := Reference.ReplaceAllStringFunc(text, func(m string) string {
		if strings.HasPrefix(m, "$$") {
			return m[1:]
		}
		v, ok := vs[m[2:len(m)-1]]
		if !ok {
			missing = m
		}
		return v.Text
	})
	if missing != "" {
		return "", &Error{Code: CodeInput, What: missing + " has no value yet"}
	}
	return out, nil
}

// ExpandAll expands every text of with.
func (vs Values) ExpandAll(with map[string]string) (map[string]string, error) {
	out := make(map[string]string, len(with))
	for k, text := range with {
		t, err := vs.Expand(text)
		if err != nil {
			return nil, err
		}
		out[k] = t
	}
	return out, nil
}
