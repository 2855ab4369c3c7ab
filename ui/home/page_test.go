package home

import (
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
	"github.com/JustAJobApp/runbook/ui/theme"
)

func rollback() *steps.Procedure {
	return &steps.Procedure{ID: "rollback-image", Title: "Roll back to the previous image", Group: "Roll back", WhenToUse: "The new version answers with errors and an older image exists.",
		Prose:     "The pipeline deletes every image that is not live before it pushes a new one, so **at most one** older image exists. Use `rollback-commit` where there is none.",
		Objective: steps.Objective{RTO: 5 * time.Minute}, Requires: []string{"lightsail", "web"},
		Params: map[string]steps.Param{"service": {Kind: steps.KindService, Required: true}, "reason": {Kind: steps.KindText, Required: true, Prompt: "Reason"}},
		Steps: []steps.Step{{ID: "who", Title: "Who am I", Kind: "check"}, {ID: "image", Title: "Choose the image to return to", Kind: "choose"},
			{ID: "deploy", Title: "Deploy the image", Kind: "do", Use: "containers.deploy-image", Risk: steps.RiskCompensable}, {ID: "live", Title: "Wait until it is live", Kind: "wait"}}}
}

// wall is a wall clock that a test moves.
type wall struct{ at time.Time }

func (w *wall) now() time.Time { return w.at }

func newPage(t *testing.T, d deps.Deps, th *theme.Theme) *Page {
	t.Helper()
	d.Load = func(string) (*steps.Procedure, error) { return rollback(), nil }
	p := NewPage(d, th, deps.ShowProcedure{ID: "rollback-image"})
	w := &wall{at}
	p.guard = keys.Guard{Now: w.now}
	p.Update(loadedPage{id: "rollback-image", proc: rollback(), drilled: at.Add(-24 * time.Hour)})
	p.Update(deps.Tick{Now: at})
	w.at = w.at.Add(time.Second)
	return p
}

func press(p interface{ Update(tea.Msg) tea.Cmd }, key tea.KeyPressMsg) tea.Cmd { return p.Update(key) }

var (
	enter = tea.KeyPressMsg{Code: tea.KeyEnter}
	right = tea.KeyPressMsg{Code: tea.KeyRight}
	down  = tea.KeyPressMsg{Code: tea.KeyDown}
	esc   = tea.KeyPressMsg{Code: tea.KeyEscape}
)

func letters(s string) []tea.KeyPressMsg {
	var out []tea.KeyPressMsg
	for _, r := range s {
		out = append(out, tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	return out
}

func TestPageLooksAsDrawn(t *testing.T) {
	h := newHome(t, opts{theme: theme.Options{Profile: colorprofile.ASCII}})
	golden(t, "page-80x24", newPage(t, h.d, h.t).View(80, 24), 80, 24)
	golden(t, "page-140x40", newPage(t, h.d, h.t).View(140, 40), 140, 40)
}

func TestPageAsksForWhatIsWantedAndThenStarts(t *testing.T) {
	h := newHome(t, opts{theme: theme.Options{Profile: colorprofile.ASCII}})
	p := newPage(t, h.d, h.t)
	w := &wall{at.Add(time.Minute)}
	p.guard.Now = w.now
	later := func() { w.at = w.at.Add(time.Minute) }
	if !p.Typing() { // fields are in the order of their names: reason is typed
		t.Fatal("the first field does not have the keys")
	}
	press(p, enter)
	if p.form.at != 0 || p.message == "" {
		t.Fatalf("an empty field was kept, message %q", p.message)
	}
	for _, k := range letters("INC-88") {
		press(p, k)
	}
	later()
	press(p, enter)
	if p.Typing() {
		t.Fatal("the service is chosen, not typed")
	}
	later()
	press(p, enter)
	if p.form.open() == false {
		t.Fatal("a service was taken that nobody chose")
	}
	press(p, right)
	later()
	press(p, enter) // keeps the last field, and starts nothing yet
	if p.busy {
		t.Fatal("one Enter kept a field and started the run")
	}
	if cmd := press(p, enter); p.busy || cmd == nil {
		t.Fatal("an Enter typed before the action line had changed started the run")
	}
	later()
	cmd := press(p, enter)
	if cmd == nil {
		t.Fatal("the run does not start")
	}
	got, ok := cmd().(deps.OpenProcedure)
	if !ok || got.Params["service"].Text != "jaja-backend" || got.Params["reason"].Text != "INC-88" || got.Params["service"].Kind != steps.KindService {
		t.Fatalf("started with %#v", got)
	}
}

func TestPageThatCannotBeReadStartsNothing(t *testing.T) {
	h := newHome(t, opts{theme: theme.Options{Profile: colorprofile.ASCII}})
	p := newPage(t, h.d, h.t)
	p.Update(loadedPage{id: "rollback-image", err: &steps.Error{Code: steps.CodeInput, What: "checklists/rollback-image.md:31:9: `chose` is no kind of step."}})
	p.guard = keys.Guard{Now: time.Now}
	if cmd := press(p, enter); cmd != nil {
		t.Fatal("something was started")
	}
	golden(t, "page-fault-80x24", p.View(80, 24), 80, 24)
}
