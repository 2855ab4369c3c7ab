package engine_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

// TestProse: texts for people are masked wherever they stand, also where nothing is journaled.
func TestProse(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := checkStep("state")
		s.Title = "About hunter2"
		r := newRig(t, procedure(nil, s, tickStep("tell")))
		r.cfg.Masker = maskerOf("hunter2")
		facts := []steps.Fact{{Label: "log", Text: "it says hunter2"}}
		r.see = func(string, int) (steps.Observed, error) {
			return steps.Observed{Verdict: steps.Warned, Summary: "hunter2 leaked", Facts: facts, Columns: []string{"hunter2"}, Saves: map[string]string{"out": "7"}}, nil
		}
		r.start()
		r.do(engine.Note{Text: "hunter2!"}, "")
		r.answer("state", steps.Answered{Why: "hunter2 is old"}, "")
		text, _ := json.Marshal(journaled(t, r.cfg.Journal))
		if strings.Contains(string(text), "hunter2") || strings.Count(string(text), "•••") < 8 {
			t.Errorf("%s", text)
		}
		if facts[0].Text != "it says hunter2" {
			t.Error("the probe's own value was changed")
		}
		p, _ := r.e.Watch()
		if b, _ := json.Marshal(p); strings.Contains(string(b), "hunter2") {
			t.Errorf("progress %s", b)
		}
	})
}

// TestMachine: a machine field that holds a secret stops the event before an effect, and is marked after one.
func TestMachine(t *testing.T) {
	leak := func(o steps.Observed) *rig {
		r := newRig(t, procedure(nil, saving(checkStep("state"), "v"), doStep("deploy")))
		r.cfg.Masker = maskerOf("hunter2")
		r.see = func(string, int) (steps.Observed, error) { return o, nil }
		return r
	}
	for _, o := range []steps.Observed{
		{Verdict: steps.Passed, Saves: map[string]string{"out": "hunter2"}},
		{Verdict: steps.Passed, Saves: map[string]string{"hunter2": "7"}},
		{Verdict: steps.Passed, Choices: []steps.Choice{{Value: "hunter2"}}},
	} {
		bubble(t, func(t *testing.T) {
			r := leak(o)
			r.t = t
			r.start()
			r.is("state", "failed")
			if st := r.step("state"); !strings.Contains(st.Why, "observed.") || strings.Contains(st.Why, "hunter2") || st.Looks != 0 {
				t.Errorf("%q after %d looks", st.Why, st.Looks)
			}
		})
	}
	bubble(t, func(t *testing.T) { // a plan
		r := newRig(t, procedure(nil, doStep("deploy")))
		r.cfg.Masker = maskerOf(":b.12")
		r.start()
		r.is("deploy", "failed")
		if strings.Contains(r.types(), "planned") || !strings.Contains(r.step("deploy").Why, "planned.plan.recipe[image]") {
			t.Error(r.step("deploy").Why)
		}
	})
	bubble(t, func(t *testing.T) { // an answer
		r := newRig(t, procedure(nil, steps.Step{ID: "form", Kind: "ask", Fields: []steps.Field{{Name: "a", Kind: steps.KindText}}}))
		r.cfg.Masker = maskerOf("hunter2")
		r.start()
		r.answer("form", steps.Answered{Values: map[string]string{"a": "hunter2"}}, steps.CodeJournal)
		if err := r.said; strings.Contains(err.Error(), "hunter2") {
			t.Error(err)
		}
		r.is("form", "asked")
	})
	bubble(t, func(t *testing.T) { // a parameter
		r := newRig(t, procedure(map[string]steps.Param{"a": {Kind: steps.KindText}}, tickStep("tell")))
		r.cfg.Masker = maskerOf("hunter2")
		_, err := engine.Open(t.Context(), r.cfg, r.proc, engine.Start{ID: "r1", Params: steps.Values{"a": {Text: "hunter2"}}})
		if steps.CodeOf(err) != steps.CodeJournal || len(journaled(t, r.cfg.Journal)) != 0 || r.cfg.Journal.(*memory).held["r1"] {
			t.Error(err)
		}
	})
	bubble(t, func(t *testing.T) { // a receipt: what happened is recorded all the same
		r := newRig(t, procedure(nil, doStep("deploy")))
		r.cfg.Masker = maskerOf("op-77aa")
		r.start()
		r.ok("deploy")
		evs := journaled(t, r.cfg.Journal)
		for _, e := range evs {
			if b, ok := e.Body.(steps.Resulted); ok && b.Receipt["operation"] != "[masked]" {
				t.Errorf("receipt %v", b.Receipt)
			}
		}
		if r.cloud.ours() != 1 || !strings.Contains(r.types(), "intent resulted verified") {
			t.Error(r.types())
		}
	})
}

// TestClosedVocabularies: a password that happens to be a word of this program's own does not stop runs.
func TestClosedVocabularies(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t, procedure(nil, checkStep("state")))
		r.cfg.Masker = maskerOf("passed", "failed", "state")
		r.start()
		r.is("state", "passed")
		r.ends("run-finished")
	})
}

// learner holds a word from its n-th look on: a secret that became known while the run went on.
type learner struct {
	word string
	n    int
}

func (l *learner) Mask(s string) string { return s }
func (l *learner) Holds(s string) bool {
	if s == l.word {
		l.n--
	}
	return s == l.word && l.n < 0
}

// TestLearnt: what is told after an effect is recorded, whatever has become a secret since.
func TestLearnt(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := doStep("deploy")
		s.SaveKinds = nil
		r := newRig(t, procedure(nil, s))
		r.cfg.Masker = &learner{"14", 3} // of the reply, of the look as shown and as recorded; not of what is saved
		r.start()
		r.ok("deploy")
		if st := r.step("deploy"); st.State != steps.Passed || st.Saves["version"].Text != "[masked]" {
			t.Errorf("%+v", st)
		}
	})
}
