package run

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// scene is a state of the screen, as a test sets it up.
type scene struct {
	name  string
	o     options
	build func(b *bench)
	sizes [][2]int
}

var usual = [][2]int{{80, 24}, {140, 40}}
var all = [][2]int{{60, 20}, {80, 24}, {140, 40}, {200, 60}}

func passed(b *bench, ids ...steps.Path) {
	b.tick(50 * time.Second)
	for _, id := range ids {
		b.pass(id, nil)
	}
}

// sent is a run whose change has been sent.
func sent(b *bench) {
	e := planned(b)
	b.event("deploy", steps.Answered{Question: e.Seq, Value: "jaja-backend", By: "ana", Via: steps.ViaScreen})
	b.event("deploy", steps.Intent{Attempt: 1, Target: "jaja-backend", Operation: "containers.deploy-image"})
}

// waiting is a run that waits for the cloud.
func waiting(b *bench) {
	sent(b)
	b.event("deploy", steps.Resulted{Receipt: steps.Receipt{"version": "14"}})
	b.event("deploy", steps.Verified{Finding: steps.Finding{Is: steps.Landed, Why: "version 14 is there"}, Target: "jaja-backend"})
	b.event("deploy", steps.Settled{State: steps.Passed, Why: "version 14 is there"})
	b.event("wait", steps.Entered{Kind: "wait"})
	b.tick(118 * time.Second)
	b.progress(engine.Progress{Step: "wait", Doing: "sleeping", Look: 24, SeenAt: b.clock.now.Add(-2 * time.Second), Next: b.clock.now.Add(3 * time.Second), Seen: steps.Observed{Facts: []steps.Fact{
		{State: steps.Passed, Label: "created"}, {State: steps.Passed, Label: "system"}, {State: steps.Waiting, Label: "health checks"}, {Label: "activating"}, {Label: "live"},
		{Label: "serving", Text: "version 13   backend.13   ACTIVE"}, {Label: "coming", Text: "version 14   backend.12   ACTIVATING for 01:58"}}}})
}

func evidence() []steps.Fact {
	return []steps.Fact{{State: steps.Passed, Label: "version", Text: "14 is live with backend.12, ACTIVE since 07:14:31"}, {State: steps.Passed, Label: "/ of both", Text: "backend 200 in 31 ms, frontend 200 in 88 ms, 3 of 3"},
		{State: steps.Warned, Label: "log", Text: "2 errors since version 14; 0 expected, 41/min before it"}, {State: steps.Failed, Label: "fingerprint", Text: "live 3fa9…c1 is not the expected 77d0…4e"}}
}

func scenes() []scene {
	plain := rollback()
	plain.Objective = steps.Objective{}
	return []scene{
		{"choose", options{}, choosing, all},
		{"plan", options{production: true}, func(b *bench) { planned(b) }, all},
		{"confirm", options{production: true}, func(b *bench) { planned(b); b.rest(); b.press("enter"); b.rest(); b.typed("jaja-back") }, all},
		{"confirm-complete", options{production: true}, func(b *bench) { planned(b); b.rest(); b.press("enter"); b.rest(); b.typed("jaja-backend") }, usual},
		{"sending", options{production: true}, func(b *bench) {
			planned(b)
			b.rest()
			b.press("enter")
			b.rest()
			b.typed("jaja-backend")
			b.press("enter")
		}, usual},
		{"unknown", options{production: true}, func(b *bench) {
			sent(b)
			b.event("deploy", steps.Resulted{Outcome: steps.CodeUnknown, Error: "the line was cut before an answer"})
			b.tick(10 * time.Second)
			b.progress(engine.Progress{Step: "deploy", Doing: "sleeping", Look: 4, SeenAt: b.clock.now.Add(-2 * time.Second), Next: b.clock.now.Add(3 * time.Second), Seen: steps.Observed{Summary: "newest is version 13; not there yet"}})
		}, all},
		{"wait", options{}, waiting, all},
		{"unreachable", options{production: true}, func(b *bench) {
			waiting(b)
			p := b.drv.progress
			p.Error = &steps.Error{Code: steps.CodeUnreachable, What: "lightsail.eu-west-1 does not answer: time-out, 5 tries"}
			b.progress(p)
		}, usual},
		{"failed", options{production: true}, func(b *bench) {
			waiting(b)
			b.event("wait", steps.Observed{Verdict: steps.Failed, Summary: "version 14 (backend.12) is FAILED: not healthy in time"})
			b.event("wait", steps.Settled{State: steps.Failed, Why: "version 14 (backend.12) is FAILED: not healthy in time"})
			b.progress(progressAt("wait"))
		}, usual},
		{"check-failed", options{production: true}, func(b *bench) {
			passed(b, "who", "live", "migration", "image", "reason", "deploy", "wait")
			b.event("validate", steps.Observed{Verdict: steps.Failed, Summary: "it works; its configuration is not the one on record", Facts: evidence()})
			b.event("validate", steps.Settled{State: steps.Failed, Why: "it works; its configuration is not the one on record"})
			b.progress(progressAt("validate"))
		}, usual},
		{"check-warned", options{}, func(b *bench) {
			passed(b, "who")
			b.event("live", steps.Observed{Verdict: steps.Warned, Summary: "2 errors since version 14", Facts: evidence()[:3]})
			b.event("live", steps.Asked{Form: steps.FormReason, Prompt: "Reason to go on"})
			b.progress(progressAt("live"))
			b.rest()
			b.press("enter")
		}, usual},
		{"checklist-passed", options{procedure: plain}, func(b *bench) {
			passed(b, "who")
			b.event("live", steps.Observed{Verdict: steps.Passed, Summary: "version 13 is live", Facts: evidence()[:2]})
			b.event("live", steps.Settled{State: steps.Passed, Why: "version 13 is live"})
			b.progress(engine.Progress{Step: "migration", Held: true})
		}, usual},
		{"decide", options{}, deciding, usual},
		{"ask", options{}, func(b *bench) { asking(b); b.typed("INC-88") }, usual},
		{"tick", options{production: true}, func(b *bench) { ticking(b); b.typed("https://jaja.slack.com/archives/C04/p17638") }, usual},
		{"expired", options{production: true}, func(b *bench) {
			planned(b)
			b.event("", steps.RunPaused{Why: steps.CodeCredentials, Text: "AWS says ExpiredToken for profile jaja-prod (SSO session)"})
		}, usual},
		{"finished", options{}, func(b *bench) {
			passed(b, "who", "live", "migration", "image", "reason", "deploy", "wait", "validate", "tell")
			b.event("", steps.RunFinished{Worst: steps.Passed})
			b.progress(engine.Progress{})
		}, usual},
		{"state", options{production: true}, func(b *bench) { planned(b); b.press("3") }, usual},
		{"log", options{production: true}, func(b *bench) { planned(b); b.press("4", "z", "up", "up") }, usual},
		{"card", options{production: true}, func(b *bench) { waiting(b); b.press("H") }, usual},
		{"ascii", options{production: true, ascii: true}, func(b *bench) { planned(b); b.rest(); b.press("enter"); b.rest(); b.typed("jaja") }, usual},
	}
}

func deciding(b *bench) {
	passed(b, "who")
	b.drv.proc.Steps[1].Kind = "decide"
	b.event("live", steps.Asked{Form: steps.FormDecide, Prompt: "Which way back", Because: "it is the quickest and the schema fits",
		Facts: []steps.Fact{{State: steps.Passed, Text: "an older image exists: backend.12, 3 days old"}, {State: steps.Warned, Text: "it takes about 4 min"}},
		Choices: []steps.Choice{{Value: "image", Cells: []string{"by image"}, Recommended: true, Note: "it is the quickest and the schema fits"}, {Value: "commit", Cells: []string{"by commit"}},
			{Value: "migration", Cells: []string{"by migration"}, Blocked: "no migration came with version 13"}, {Value: "none", Cells: []string{"do not roll back"}}}})
	b.progress(progressAt("live"))
}

func asking(b *bench) {
	passed(b, "who", "live", "migration", "image")
	s := b.drv.proc.Step("reason")
	b.event("reason", steps.Asked{Form: steps.FormAsk, Prompt: s.Use, Fields: s.Fields})
	b.progress(progressAt("reason"))
	b.exec(b.s.form.start())
}

func ticking(b *bench) {
	passed(b, "who", "live", "migration", "image", "reason", "deploy", "wait", "validate")
	b.event("tell", steps.Asked{Form: steps.FormTick, Prompt: "The team knows of the deployment", Accepts: "note"})
	b.progress(progressAt("tell"))
}

// errorsInLog are lines as the application writes them.
func errorsInLog(store *logs.Store) {
	at := start
	add := func(text string) {
		at = at.Add(640 * time.Millisecond)
		store.Add(logs.Line{At: at, Service: "jaja-backend", Text: text})
	}
	for i := range 6 {
		add(fmt.Sprintf(`INFO:     10.0.3.%d:0 - "GET /get-emails HTTP/1.1" 500 Internal Server Error`, 18+i))
		add("ERROR:    Exception in ASGI application")
		add("Traceback (most recent call last):")
		add(`  File "/usr/local/lib/python3.11/site-packages/uvicorn/protocols/http/h11_impl.py", line 403, in run_asgi`)
		add(`  File "/app/routes/billing_routes.py", line 88, in current_plan`)
		add("    return user.subscription.plan")
		add("AttributeError: 'NoneType' object has no attribute 'plan'")
		add(`INFO:     10.0.3.22:0 - "GET /me HTTP/1.1" 200 OK`)
	}
}

func stage(t *testing.T, sc scene) *bench {
	b := started(t, sc.o)
	errorsInLog(b.store)
	b.s.Update(deps.Snapshot{Snapshot: snapshot(b.clock.now)})
	sc.build(b)
	b.s.Update(deps.Snapshot{Snapshot: snapshot(b.clock.now.Add(-2 * time.Second))})
	return b
}

func TestGolden(t *testing.T) {
	for _, sc := range scenes() {
		for _, size := range sc.sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", sc.name, size[0], size[1]), func(t *testing.T) {
				b := stage(t, sc)
				b.w, b.h = size[0], size[1]
				b.view()
				b.rest()
				v := b.view()
				exact(t, v, b.w, b.h)
				golden.RequireEqual(t, v+"\n")
			})
		}
	}
}

// exact fails unless the text is h lines of w columns.
func exact(t *testing.T, v string, w, h int) {
	t.Helper()
	lines := strings.Split(v, "\n")
	if len(lines) != h {
		t.Fatalf("%dx%d has %d lines", w, h, len(lines))
	}
	for i, l := range lines {
		if got := widget.Width(l); got != w {
			t.Fatalf("%dx%d: line %d has %d columns: %q", w, h, i+1, got, l)
		}
	}
}

// TestSizes draws every state at many sizes: each row is exactly as wide as the screen, and what must never go is there.
func TestSizes(t *testing.T) {
	var sizes [][2]int
	for w := 60; w <= 300; w += 13 {
		sizes = append(sizes, [2]int{w, 16 + w%65})
	}
	for h := 16; h <= 80; h += 9 {
		sizes = append(sizes, [2]int{60, h}, [2]int{79, h}, [2]int{80, h}, [2]int{109, h}, [2]int{110, h}, [2]int{139, h}, [2]int{140, h}, [2]int{184, h}, [2]int{300, h})
	}
	for _, sc := range scenes() {
		t.Run(sc.name, func(t *testing.T) {
			b := stage(t, sc)
			for _, size := range sizes {
				b.w, b.h = size[0], size[1]
				v := b.view()
				exact(t, v, b.w, b.h)
				for _, must := range []string{b.s.t.Frame.Word, "/eu-west-1", b.s.shortPlace()[len("…"):]} {
					if !strings.Contains(v, must) {
						t.Fatalf("%dx%d lacks %q:\n%s", b.w, b.h, must, v)
					}
				}
			}
			for _, size := range [][2]int{{1, 1}, {2, 1}, {3, 3}, {10, 2}, {20, 5}, {59, 15}, {0, 0}, {60, 8}, {300, 3}} {
				b.s.View(size[0], size[1])
			}
		})
	}
}
