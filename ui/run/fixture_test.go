package run

import (
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
)

// when is a condition of tests: it holds by itself.
type when struct {
	text string
	ok   bool
}

func (w when) Eval(steps.Values) (bool, error) { return w.ok, nil }
func (w when) String() string                  { return w.text }

// rollback is a procedure that follows another one, as the one that rolls back does.
func rollback() *steps.Procedure {
	byHand := "aws lightsail get-container-images --service-name \"${service}\""
	return &steps.Procedure{ID: "rollback-image", Title: "Roll back to the previous image", Objective: steps.Objective{RTO: 5 * time.Minute},
		Params: map[string]steps.Param{"service": {Kind: steps.KindService, Required: true}},
		Steps: []steps.Step{
			{ID: "who", Title: "Who am I", Procedure: "rollback-image", Kind: "check", Use: "identity.check"},
			{ID: "live", Title: "What is live", Procedure: "rollback-image", Kind: "check", Use: "containers.live"},
			{ID: "migration", Title: "Was there a migration", Procedure: "rollback-image", Kind: "check", Use: "schema.migration"},
			{ID: "image", Title: "Choose the image to return to", Procedure: "rollback-image", Kind: "choose", Use: "containers.images", Save: map[string]string{"image": "choice"},
				Prose:  "The pipeline deletes every image that is not live before it pushes a new one, so at most one older image exists. Until this run is done nobody may push to main: the next push deletes backend.12.",
				ByHand: byHand},
			{ID: "reason", Title: "Reason for the record", Procedure: "rollback-image", Kind: "ask", Use: "Why are you rolling back?", Prose: "The reason stands in the record.",
				Fields: []steps.Field{{Name: "ticket", Prompt: "Ticket", Kind: steps.KindText}, {Name: "moment", Prompt: "Moment, UTC", Kind: steps.KindTime}}},
			{ID: "deploy", Title: "Deploy ${image}", Procedure: "rollback-image", Kind: "do", Use: "containers.deploy-image", Prose: "Everything but the image is taken from what is live.", ByHand: byHand},
			{ID: "wait", Title: "Wait until it is live", Procedure: "rollback-image", Kind: "wait", Use: "containers.activation", Until: when{"state == \"ACTIVE\"", false}, Timeout: 12 * time.Minute,
				Prose: "Version 13 serves until the new one is live."},
			{ID: "validate", Title: "Does the application work", Procedure: "rollback-image", Kind: "check", Use: "web.probes"},
			{ID: "tell", Title: "Tell the team", Procedure: "rollback-image", Kind: "tick", Use: "The team knows", FreshFor: 2 * time.Hour, Prose: "Say in #deploys what was done, when, and who watches it."},
		}}
}

// choosing is a run at its choice.
func choosing(b *bench) {
	b.tick(50 * time.Second)
	for _, id := range []steps.Path{"who", "live", "migration"} {
		b.pass(id, nil)
	}
	choices := []steps.Choice{
		{Value: ":jaja-backend.backend.12", Cells: []string{":jaja-backend.backend.12", "3 days ago", "version 12, until 07:00, no 500s"}, Note: "recommended: the only older image", Recommended: true},
		{Value: ":jaja-backend.backend.13", Cells: []string{":jaja-backend.backend.13", "9 min ago", "version 13, now"}, Blocked: "it is what is live"}}
	columns := []string{"Image", "Pushed", "Last live as"}
	b.event("image", steps.Observed{Verdict: steps.Passed, Summary: "two images", Columns: columns, Choices: choices})
	b.event("image", steps.Asked{Form: steps.FormChoose, Prompt: "Choose the image to return to", Columns: columns, Choices: choices})
	b.progress(progressAt("image"))
	b.tick(2 * time.Second)
}

// planned is a run whose plan waits to be confirmed.
func planned(b *bench) steps.Event {
	b.tick(50 * time.Second)
	for _, id := range []steps.Path{"who", "live", "migration", "reason"} {
		b.pass(id, nil)
	}
	b.pass("image", steps.Values{"image": {Kind: steps.KindImage, Text: ":jaja-backend.backend.12"}})
	// document order does not matter to the fold
	plan := deployPlan()
	b.event("deploy", steps.Planned{Plan: plan, Digest: plan.Digest()})
	e := b.event("deploy", steps.Asked{Form: steps.FormConfirm, Prompt: "Type jaja-backend", Want: "jaja-backend"})
	b.progress(progressAt("deploy"))
	b.tick(5 * time.Second)
	return e
}

func deployPlan() steps.Plan {
	return steps.Plan{Operation: "containers.deploy-image", Version: 1, Target: "jaja-backend", Account: "482109375510", Region: "eu-west-1",
		Basis: map[string]string{"version": "13"}, Summary: "One call, sent once: a deployment of jaja-backend. Version 14 is expected.",
		Changes: []steps.Change{{Label: "image", Sign: "-", Text: ":jaja-backend.backend.13"}, {Label: "image", Sign: "+", Text: ":jaja-backend.backend.12"},
			{Label: "environment", Sign: "=", Text: "19 keys, none added, removed, changed", Note: "values never shown", Names: []string{"API_URL", "APP_URL"}},
			{Label: "port", Sign: "=", Text: "8000 HTTP"}, {Label: "public", Sign: "=", Text: "backend:8000, GET / every 10 s, 2 up, 2 down, 200-499"},
			{Label: "untouched", Sign: "", Text: "power, scale, database, secrets, frontend"}},
		Effects: []steps.Fact{{Label: "if it works", Text: "live in 2 to 5 min; version 13 serves until then"}, {Label: "if it fails", Text: "version 13 keeps serving, as now"},
			{Label: "to undo", Text: "the same with backend.13 (compensable; no data is lost)"}, {Label: "it cannot", Text: "be cancelled once sent; a second one is refused meanwhile"}}}
}

func progressAt(step steps.Path) engine.Progress { return engine.Progress{Step: step} }
