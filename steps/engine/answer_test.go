package engine_test

import (
	"errors"
	"testing"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

// TestConfirm: an answer names its question, wins once, and says so; a plan whose facts moved is dropped and asked again.
func TestConfirm(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, rollback()).start()
		tell := r.step("tell").Question
		r.do(engine.Answer{Answered: steps.Answered{Question: tell + 7, Value: "yes"}}, steps.CodeLate)
		r.do(engine.Answer{Answered: steps.Answered{Question: tell, Value: "yes"}}, "")
		r.do(engine.Answer{Answered: steps.Answered{Question: tell, Value: "yes"}}, steps.CodeLate)
		first := r.step("deploy").Question
		for _, v := range []string{"", "y", "yes", "jaja-backen", "jaja backend"} {
			r.answer("deploy", steps.Answered{Value: v}, steps.CodeInput)
		}
		r.cloud.land(deployment{image: ":b.14"}) // changed in the console while the plan was on the screen
		r.answer("deploy", steps.Answered{Value: " Jaja-Backend "}, "")
		st := r.step("deploy")
		if st.Phase != steps.PhaseAsked || st.Question == first || st.Lapsed == "" || st.Plan.Basis["version"] != "14" || r.cloud.ours() != 0 {
			t.Errorf("after a stale plan: %+v", st)
		}
		var lapsed steps.Lapsed
		evs, _ := r.e.After(0)
		for _, e := range evs {
			if l, ok := e.Body.(steps.Lapsed); ok {
				lapsed = l
			}
		}
		if want := []string{`base was "13" and is "14"`, `image was ":b.13" and is ":b.14"`, `version was "13" and is "14"`}; !equal(lapsed.Moved, want) {
			t.Errorf("moved: %q", lapsed.Moved)
		}
		r.do(engine.Answer{Answered: steps.Answered{Question: first, Value: "jaja-backend"}}, steps.CodeLate)
		r.stop()
		if err := <-r.done; steps.CodeOf(err) != steps.CodeInterrupted {
			t.Error(err)
		}
		r.ends("run-paused")
		r.ctx = t.Context()
		r.do(engine.Answer{Answered: steps.Answered{Question: st.Question, Value: "jaja-backend"}}, steps.CodeLate)
		edited := *r.proc
		edited.Digest = "d2"
		if _, err := engine.Open(t.Context(), r.cfg, &edited, engine.Start{ID: "r1"}); steps.CodeOf(err) != steps.CodeEdited {
			t.Error(err)
		}
	})
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// TestTick: what a tick takes, by the evidence that it demands.
func TestTick(t *testing.T) {
	for _, c := range []struct {
		evidence string
		a        steps.Answered
		fits     bool
		why      string
	}{
		{"", steps.Answered{}, false, ""},
		{"", steps.Answered{Value: "  "}, false, ""},
		{"none", steps.Answered{Value: "No"}, false, ""},
		{"none", steps.Answered{Value: "n"}, false, ""},
		{"none", steps.Answered{Value: "false"}, false, ""},
		{"none", steps.Answered{Value: "yes"}, true, ""},
		{"none", steps.Answered{Value: "posted in #deploys"}, true, "posted in #deploys"},
		{"note", steps.Answered{Value: "yes"}, false, ""},
		{"note", steps.Answered{Value: "yes", Why: "kim knows"}, true, "kim knows"},
		{"note", steps.Answered{Value: "kim knows"}, true, "kim knows"},
		{"note", steps.Answered{Link: "https://x.example/1"}, true, "https://x.example/1"},
		{"link", steps.Answered{Value: "kim knows"}, false, ""},
		{"link", steps.Answered{Value: "yes", Link: "not a link"}, false, ""},
		{"link", steps.Answered{Value: "https://x.example/1"}, true, "https://x.example/1"},
		{"link", steps.Answered{Value: "yes", Why: "see https://x.example/1"}, true, "see https://x.example/1 https://x.example/1"},
	} {
		bubble(t, func(t *testing.T) {
			s := tickStep("tell")
			s.Evidence = c.evidence
			r := newRig(t, procedure(nil, s)).start()
			want := steps.CodeInput
			if c.fits {
				want = ""
			}
			r.answer("tell", c.a, want)
			if st := r.step("tell"); c.fits && (st.State != steps.Passed || st.Why != c.why || st.By != "ana") {
				t.Errorf("%q %+v: %s %q by %q", c.evidence, c.a, st.State, st.Why, st.By)
			}
		})
	}
}

// TestAsk: each field by its kind and its options; what a parameter holds already is not asked; a secret is a reference.
func TestAsk(t *testing.T) {
	form := steps.Step{ID: "form", Kind: "ask", Use: "What about ${service}", Fields: []steps.Field{
		{Name: "commit", Kind: steps.KindCommit, Prompt: "Which"}, {Name: "size", Kind: steps.KindText, Options: []string{"nano", "micro"}, Default: "nano"},
		{Name: "key", Kind: steps.KindSecret, Default: "keyring:${service}"},
	}}
	params := map[string]steps.Param{"service": {Kind: steps.KindService, Required: true}, "commit": {Kind: steps.KindCommit}, "size": {Kind: steps.KindText}, "key": {Kind: steps.KindSecret}}
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(params, form)).start("service", "web")
		q := r.step("form").Asked
		if q.Prompt != "What about web" || q.Fields[2].Default != "keyring:web" {
			t.Errorf("asked %+v", q)
		}
		for _, v := range []map[string]string{
			nil, {"commit": "xyz"}, {"commit": "0012abc", "size": "huge"}, {"commit": "0012abc", "more": "x"}, {"commit": "0012abc", "key": "hunter2hunter2"},
		} {
			r.answer("form", steps.Answered{Values: v}, steps.CodeInput)
		}
		r.answer("form", steps.Answered{Values: map[string]string{"commit": " 0012abc "}}, "")
		vars := r.fold().Vars("")
		if vars["commit"] != (steps.Value{Kind: steps.KindCommit, Text: "0012abc"}) || vars["size"].Text != "nano" || vars["key"] != (steps.Value{Kind: steps.KindSecret, Text: "keyring:web"}) {
			t.Errorf("kept %v", vars)
		}
		r.ends("run-finished")
	})
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(params, form)).start("service", "web", "commit", "0012abc", "size", "micro", "key", "keyring:k")
		r.is("form", "passed")
		r.ends("run-finished")
	})
}

// TestChoose: only what is there and not blocked can be chosen; a parameter chooses if it names such a thing.
func TestChoose(t *testing.T) {
	pick := steps.Step{ID: "pick", Kind: "choose", Use: "probe", Save: map[string]string{"image": "choice"}, SaveKinds: map[string]steps.ValueKind{"image": steps.KindText}, Empty: "no older image is left"}
	params := map[string]steps.Param{"image": {Kind: steps.KindText}}
	choices := []steps.Choice{{Value: "a"}, {Value: "b", Blocked: "it is what is live"}}
	rigged := func(t *testing.T, list []steps.Choice) *rig {
		r := newRig(t, procedure(params, pick))
		r.see = func(string, int) (steps.Observed, error) { return steps.Observed{Summary: "seen", Choices: list}, nil }
		return r
	}
	bubble(t, func(t *testing.T) {
		r := rigged(t, choices).start()
		r.answer("pick", steps.Answered{Value: "c"}, steps.CodeInput)
		r.answer("pick", steps.Answered{Value: "b"}, steps.CodeInput)
		r.answer("pick", steps.Answered{Value: "a"}, "")
		if got := r.fold().Vars("")["image"].Text; got != "a" {
			t.Errorf("kept %q", got)
		}
	})
	for given, want := range map[string]string{"a": "passed", "b": "asked", "c": "asked"} {
		bubble(t, func(t *testing.T) {
			r := rigged(t, choices).start("image", given)
			r.is("pick", want)
		})
	}
	bubble(t, func(t *testing.T) {
		r := rigged(t, nil).start()
		r.is("pick", "failed")
		if why := r.step("pick").Why; why != "no older image is left" {
			t.Error(why)
		}
	})
}

// TestAccept: the site's word counts for each answer, and the question stays open where it says no.
func TestAccept(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, doStep("deploy")))
		r.cfg.Accept = func(q steps.Asked, a steps.Answered) error {
			if q.Form == steps.FormConfirm && a.Via == steps.ViaAnswers {
				return &steps.Error{Code: steps.CodeGate, What: "Answers files send nothing here."}
			}
			return nil
		}
		r.start()
		r.answer("deploy", steps.Answered{Value: "jaja-backend", Via: steps.ViaAnswers}, steps.CodeGate)
		r.is("deploy", "asked")
		r.answer("deploy", steps.Answered{Value: "jaja-backend", Via: steps.ViaScreen}, "")
		r.is("deploy", "passed")
	})
}

// TestParameters: what was given is held against what the procedure declares, before anything is written.
func TestParameters(t *testing.T) {
	p := procedure(map[string]steps.Param{"service": {Kind: steps.KindService, Required: true}, "n": {Kind: steps.KindInt, Default: "3"}}, tickStep("tell"))
	for _, c := range []struct {
		given steps.Values
		want  steps.Code
	}{
		{steps.Values{}, steps.CodeInput},
		{steps.Values{"service": {Text: "Web;rm"}}, steps.CodeInput},
		{steps.Values{"service": {Text: "web"}, "n": {Text: "three"}}, steps.CodeInput},
		{steps.Values{"service": {Text: "web"}, "m": {Text: "3"}}, steps.CodeInput},
		{steps.Values{"service": {Text: "web"}}, ""},
	} {
		r := newRig(t, p)
		e, err := engine.Open(t.Context(), r.cfg, p, engine.Start{ID: "r1", Params: c.given})
		if steps.CodeOf(err) != c.want {
			t.Errorf("%v: %v", c.given, err)
		}
		if n := len(journaled(t, r.cfg.Journal)); err != nil && n != 0 || err == nil && n != 1 {
			t.Errorf("%v: %d events", c.given, n)
		}
		if err == nil {
			b := journaled(t, r.cfg.Journal)[0].Body.(steps.RunStarted)
			if b.Params["n"] != (steps.Value{Kind: steps.KindInt, Text: "3"}) || b.Params["service"].Kind != steps.KindService || b.Pins["p"] != "d1" || b.Total != 1 {
				t.Errorf("started with %+v", b)
			}
			if string(r.cfg.Journal.(*memory).kept["d1"]) != "text" {
				t.Error("the text was not kept")
			}
			e.Close()
			if err := e.Run(t.Context()); steps.CodeOf(err) != steps.CodeLate {
				t.Error(err)
			}
		}
		if r.cfg.Journal.(*memory).held["r1"] {
			t.Errorf("%v: the run is still held", c.given)
		}
	}
}

// TestReason: a warning takes words before the run goes on.
func TestReason(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, checkStep("state"), tickStep("tell")))
		r.see = func(string, int) (steps.Observed, error) {
			return steps.Observed{Verdict: steps.Warned, Summary: "2 errors", Facts: []steps.Fact{{Label: "log", Text: "2"}}}, nil
		}
		r.start()
		if q := r.step("state").Asked; q.Form != steps.FormReason || q.Because != "2 errors" || len(q.Facts) != 1 {
			t.Errorf("asked %+v", q)
		}
		r.answer("state", steps.Answered{Value: " "}, steps.CodeInput)
		r.answer("state", steps.Answered{Why: "both are old"}, "")
		r.is("state", "warned")
		r.is("tell", "asked")
		r.ok("tell")
		if w := r.fold().Stop.(steps.RunFinished).Worst; w != steps.Warned {
			t.Errorf("worst is %s", w)
		}
	})
}

var errReset = errors.New("connection reset by peer")
