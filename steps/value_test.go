package steps_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/JustAJobApp/runbook/steps"
)

// TestShapes: what may become part of a call, a path or an argv.
func TestShapes(t *testing.T) {
	for _, c := range []struct {
		kind steps.ValueKind
		text string
		fits bool
	}{
		{steps.KindText, "a; rm -rf / $(x)", true}, // never near a shell
		{steps.KindText, "a\nb", false},
		{steps.KindText, "a\x1b[2J", false},
		{steps.KindInt, "0012", true}, {steps.KindInt, "1e3", false}, {steps.KindInt, "", false}, {steps.KindInt, "12345678901234567890", false},
		{steps.KindBool, "true", true}, {steps.KindBool, "yes", false},
		{steps.KindService, "jaja-backend", true}, {steps.KindService, "-rf", false}, {steps.KindService, "../x", false}, {steps.KindService, "a b", false},
		{steps.KindImage, ":jaja-backend.backend.12", true}, {steps.KindImage, "jaja-backend.backend.12", false}, {steps.KindImage, ":a.b.latest", true},
		{steps.KindCommit, "9c41f7e", true}, {steps.KindCommit, "9C41F7E", false}, {steps.KindCommit, "main", false},
		{steps.KindRevision, "8d0f3b6a91c2", true}, {steps.KindRevision, "-1", false},
		{steps.KindURL, "https://x.example/a?b=c", true}, {steps.KindURL, "file:///etc/passwd", false}, {steps.KindURL, "https://x.example/ b", false},
		{steps.KindTime, "2026-11-23T07:00:00Z", true}, {steps.KindTime, "2026-11-23 07:00", false},
		{steps.KindDuration, "1h30m", true}, {steps.KindDuration, "90", false},
		{steps.KindSnapshot, "pre-deploy_1.2", true}, {steps.KindSnapshot, "-x", false}, {steps.KindDatabase, "jaja-db", true}, {steps.KindDatabase, "a/b", false},
	} {
		if err := c.kind.Check("x", c.text); (err == nil) != c.fits || err != nil && steps.CodeOf(err) != steps.CodeInput {
			t.Errorf("%s %q: %v", c.kind, c.text, err)
		}
	}
	if steps.ValueKind("word").Known() || !steps.KindSecret.Known() {
		t.Error("kinds")
	}
}

// TestExpand: one interpolation, whose result is not read again.
func TestExpand(t *testing.T) {
	vs := steps.Values{"a": {Text: "${b}"}, "b": {Text: "2"}}
	for text, want := range map[string]string{"": "", "x": "x", "${a}-${b}": "${b}-2", "$${b}": "${b}", "$b ${B} ${}": "$b ${B} ${}"} {
		if got, err := vs.Expand(text); got != want || err != nil {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	}
	if _, err := vs.Expand("${a} ${c}"); err == nil || err.Error() != "${c} has no value yet" {
		t.Error(err)
	}
	if got, err := vs.ExpandAll(map[string]string{"k": "${b}"}); err != nil || !reflect.DeepEqual(got, map[string]string{"k": "2"}) {
		t.Error(got, err)
	}
	if _, err := vs.ExpandAll(map[string]string{"k": "${c}"}); err == nil {
		t.Error("a variable without a value was expanded")
	}
}

// TestCodes: what nobody classified is unknown.
func TestCodes(t *testing.T) {
	rejected := &steps.Error{Code: steps.CodeRejected, What: "No.", Meaning: "nothing has changed.", Next: "Ask.", Cause: context.DeadlineExceeded}
	for want, err := range map[steps.Code]error{
		"": nil, steps.CodeUnknown: errors.New("x"), steps.CodeInterrupted: fmt.Errorf("x: %w", context.Canceled), steps.CodeRejected: fmt.Errorf("x: %w", rejected),
	} {
		if got := steps.CodeOf(err); got != want {
			t.Errorf("%v is %q, wanted %q", err, got, want)
		}
	}
	if rejected.Error() != "No. For production: nothing has changed. Next: Ask." || !errors.Is(rejected, context.DeadlineExceeded) {
		t.Error(rejected)
	}
}

// TestDigest: what is confirmed is covered, what is only for the eyes is not.
func TestDigest(t *testing.T) {
	base := func() steps.Plan {
		return steps.Plan{Operation: "o", Version: 1, Target: "t", Account: "a", Region: "r", Basis: map[string]string{"x": "1"}, Recipe: map[string]string{"y": "2"}}
	}
	first := base().Digest()
	for name, change := range map[string]func(*steps.Plan){
		"operation": func(p *steps.Plan) { p.Operation = "p" }, "version": func(p *steps.Plan) { p.Version = 2 }, "target": func(p *steps.Plan) { p.Target = "u" },
		"account": func(p *steps.Plan) { p.Account = "b" }, "region": func(p *steps.Plan) { p.Region = "s" },
		"basis": func(p *steps.Plan) { p.Basis["x"] = "2" }, "recipe": func(p *steps.Plan) { p.Recipe["z"] = "3" },
	} {
		p := base()
		if change(&p); p.Digest() == first {
			t.Errorf("%s is not covered", name)
		}
	}
	p := base()
	p.Summary, p.Effects, p.Changes = "s", []steps.Fact{{}}, []steps.Change{{}}
	if p.Digest() != first {
		t.Error("the digest covers what is only shown")
	}
}

// TestExamplesFit: what a refusal tells a person to type must itself be taken.
func TestExamplesFit(t *testing.T) {
	for _, k := range steps.ValueKinds {
		err := k.Check("name", "§")
		if err == nil {
			continue // free text
		}
		var e *steps.Error
		if !errors.As(err, &e) {
			t.Fatalf("%s: %v", k, err)
		}
		for _, example := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(e.Next, "Type something like "), "."), " or ") {
			if err := k.Check("name", example); err != nil {
				t.Errorf("%s: %v", k, err)
			}
		}
	}
}
