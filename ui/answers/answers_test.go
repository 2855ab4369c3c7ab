package answers

import (
	"strings"
	"testing"

	"github.com/JustAJobApp/runbook/steps"
)

func parse(t *testing.T, src string) *File {
	t.Helper()
	f, err := Parse("a.yaml", []byte(src))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return f
}

func TestScalarsKeepTheirSourceText(t *testing.T) {
	for src, want := range map[string]string{
		"a: 0012": "0012", "a: 0x1F": "0x1F", "a: 1e3": "1e3", "a: 1_000": "1_000", "a: ~": "~", "a: null": "null", "a: true": "true", "a: YES": "YES",
		"a: 2026-11-23": "2026-11-23", "a: .inf": ".inf", "a: 'it''s'": "it's", `a: "x\ty"`: "x\ty", "a: '# x'": "# x", "a: b81d02a": "b81d02a",
		"a: 12345678901234567890": "12345678901234567890", "a: |\n  one\n  two\n": "one\ntwo", "a: :jaja-backend.backend.12": ":jaja-backend.backend.12",
		"a: 0o14": "0o14", "a: +1": "+1", "a: 1.10": "1.10", "a: backend.12": "backend.12",
	} {
		f := parse(t, src+"\n")
		if got := f.entries["a"][0].text; got != want {
			t.Errorf("%q: got %q, want %q", src, got, want)
		}
	}
}

func TestPathsAndShapes(t *testing.T) {
	f := parse(t, "rollback-image/image: backend.12\nlist:\n- one\n- {value: two, why: because}\nform:\n  a: 01\n  b: x\n")
	if got := f.Paths(); len(got) != 3 || got[2] != "rollback-image/image" {
		t.Fatalf("paths %v", got)
	}
	if l := f.entries["list"]; len(l) != 2 || l[1].fields["why"] != "because" {
		t.Errorf("list %+v", l)
	}
	if e := f.entries["form"][0]; e.fields["a"] != "01" {
		t.Errorf("form %+v", e)
	}
}

func TestMistakesNameTheirPlace(t *testing.T) {
	for src, want := range map[string]string{
		"a: # x\n": "a.yaml:1:", "a: 1\na: 2\n": "a.yaml:2:1: mapping key", "- a\n": "no mapping", "a: &x 1\n": "no text", "a: *x\n": "no text",
		"a: !t 1\n": "no text", "a: []\n": "empty list", "a: [[1]]\n": "no text", "a: {b: {c: 1}}\n": "no text", "a: {b: 1, b: 2}\n": "a.yaml:1:11: mapping key",
		"a: 1\n---\nb: 2\n": "second document", strings.Repeat("[", 60000): "brackets", strings.Repeat("a", 70000): "at most",
	} {
		_, err := Parse("a.yaml", []byte(src))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: got %v, want %q", src, err, want)
		} else if steps.CodeOf(err) != steps.CodeInput {
			t.Errorf("%.30q: code %s", src, steps.CodeOf(err))
		}
	}
}

func TestAnUnknownPathIsRefusedBeforeTheStart(t *testing.T) {
	p := &steps.Procedure{ID: "p", Steps: []steps.Step{{ID: "pick", Kind: "choose"}, {ID: "look", Kind: "wait"}}}
	if err := parse(t, "pick: x\n").Check(p); err != nil {
		t.Errorf("a step that is there: %v", err)
	}
	for _, src := range []string{"pik: x\n", "look: x\n"} {
		err := parse(t, src).Check(p)
		if steps.CodeOf(err) != steps.CodeInput || !strings.Contains(err.Error(), "a.yaml:1") || !strings.Contains(err.Error(), "pick") {
			t.Errorf("%q: %v", src, err)
		}
	}
}

func asked(form steps.Form) *steps.StepState {
	return &steps.StepState{Visit: 1, Question: 7, Phase: steps.PhaseAsked, Asked: steps.Asked{Form: form, Want: "jaja-backend",
		Fields:  []steps.Field{{Name: "reason", Kind: steps.KindText}},
		Choices: []steps.Choice{{Value: ":jaja-backend.backend.12", Recommended: true}, {Value: ":jaja-backend.backend.13", Blocked: "it is what is live"}}}}
}

func TestReplies(t *testing.T) {
	step := &steps.Step{ID: "s"}
	for _, c := range []struct {
		src  string
		form steps.Form
		want func(Reply) bool
	}{
		{"s: yes\n", steps.FormTick, func(r Reply) bool {
			return r.Answer.Value == "yes" && r.Answer.Via == steps.ViaAnswers && r.Answer.Question == 7
		}},
		{"s: https://example.org/x\n", steps.FormTick, func(r Reply) bool { return r.Answer.Link == "https://example.org/x" }},
		{"s: posted in deploys\n", steps.FormTick, func(r Reply) bool { return r.Answer.Why == "posted in deploys" }},
		{"s: {note: n, link: https://x}\n", steps.FormTick, func(r Reply) bool { return r.Answer.Why == "n" && r.Answer.Link == "https://x" }},
		{"s: no\n", steps.FormTick, func(r Reply) bool { return r.Gate != "" }},
		{"s: false\n", steps.FormTick, func(r Reply) bool { return r.Gate != "" }},
		{"s: ''\n", steps.FormTick, func(r Reply) bool { return r.Gate != "" }},
		{"s: backend.12\n", steps.FormChoose, func(r Reply) bool { return r.Answer.Value == ":jaja-backend.backend.12" }},
		{"s: 0012\n", steps.FormAsk, func(r Reply) bool { return r.Answer.Values["reason"] == "0012" }},
		{"s: {reason: x}\n", steps.FormAsk, func(r Reply) bool { return r.Answer.Values["reason"] == "x" }},
		{"s: {other: x}\n", steps.FormAsk, func(r Reply) bool { return r.Gate != "" }},
		{"s: ' JAJA-backend '\n", steps.FormConfirm, func(r Reply) bool { return r.Answer.Value == "JAJA-backend" }},
		{"other: x\n", steps.FormConfirm, func(r Reply) bool { return strings.Contains(r.Gate, "jaja-backend") }},
		{"other: x\n", steps.FormReason, func(r Reply) bool { return r.Gate == "" && r.Answer.Via == steps.ViaEngine && r.Answer.Why != "" }},
		{"s: {value: x, why: y}\n", steps.FormDecide, func(r Reply) bool { return r.Answer.Value == "x" && r.Answer.Why == "y" }},
	} {
		c1 := Client{File: parse(t, c.src)}
		if r := c1.Reply(step, asked(c.form)); !c.want(r) {
			t.Errorf("%q, %s: %+v", c.src, c.form, r)
		}
	}
}

func TestAListAnswersSuccessiveVisitsAndOneAnswerTheFirst(t *testing.T) {
	c := Client{File: parse(t, "s: [a, b]\n")}
	st := asked(steps.FormConfirm)
	for visit, want := range []string{"a", "b", ""} {
		st.Visit = visit + 1
		if r := c.Reply(&steps.Step{ID: "s"}, st); r.Answer.Value != want || (want == "") != (r.Gate != "") {
			t.Errorf("visit %d: %+v", visit+1, r)
		}
	}
}

func TestALapsedPlanIsConfirmedOnceMoreOnly(t *testing.T) {
	c := Client{File: parse(t, "s: jaja-backend\n")}
	st := asked(steps.FormConfirm)
	st.Lapsed = "version moved"
	if r := c.Reply(&steps.Step{ID: "s"}, st); r.Gate != "" {
		t.Errorf("first lapse: %+v", r)
	}
	if r := c.Reply(&steps.Step{ID: "s"}, st); r.Gate == "" {
		t.Error("a second lapse was confirmed without a person")
	}
}

func TestUnattendedTakesTheRecommendation(t *testing.T) {
	c := Client{}
	if r := c.Reply(&steps.Step{ID: "s", Unattend: true}, asked(steps.FormDecide)); r.Answer.Value != ":jaja-backend.backend.12" || r.Answer.Via != steps.ViaEngine {
		t.Errorf("%+v", r)
	}
	if r := c.Reply(&steps.Step{ID: "s"}, asked(steps.FormDecide)); r.Gate == "" {
		t.Error("decided without a person and without leave")
	}
}
