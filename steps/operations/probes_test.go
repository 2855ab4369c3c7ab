package operations_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/steps/operations"
	"github.com/JustAJobApp/runbook/steps/site"
)

// Each declaration has a binding and the reverse; each mutation says how an unknown outcome is found out, and when.
func TestDeclarationsAndBindings(t *testing.T) {
	all := operations.Declarations()
	probes, ops := operations.Probes(operations.Clients{}), operations.Operations(operations.Clients{})
	if len(all) != len(probes)+len(ops) {
		t.Errorf("%d declarations, %d probes and %d operations", len(all), len(probes), len(ops))
	}
	for name, d := range all {
		if d.Name != name || d.Summary == "" || d.Version < 1 || d.Service == "" || d.Outputs == nil {
			t.Errorf("%s: %+v", name, d)
		}
		for what, k := range d.Outputs {
			if !k.Known() {
				t.Errorf("%s: output %s is of kind %q", name, what, k)
			}
		}
		for what, in := range d.Inputs {
			if !in.Kind.Known() {
				t.Errorf("%s: input %s is of kind %q", name, what, in.Kind)
			}
		}
		if !d.Mutates() {
			if p, ok := probes[name]; !ok || p.Look == nil {
				t.Errorf("%s has no binding", name)
			}
			continue
		}
		op, ok := ops[name]
		if !ok || op.Prepare == nil || op.Verify == nil || op.Resolve == nil {
			t.Errorf("%s has no binding", name)
		}
		if d.Resolver == "" || d.Settle <= 0 || d.Risk == "" || d.Changes == "" || d.Undo == "" || len(d.Permissions) == 0 {
			t.Errorf("%s does not say what it changes and how an unknown outcome is found out: %+v", name, d)
		}
	}
}

// Without clients every probe says that it cannot look; none says that all is well.
func TestWithoutClientsNothingPasses(t *testing.T) {
	for name, p := range operations.Probes(operations.Clients{Clock: clock{}}) {
		if name == operations.ProbeSchedule {
			continue
		}
		o, err := p.Look(t.Context(), with("service", "jaja-backend", "version", "14"))
		if steps.CodeOf(err) != steps.CodeUnreachable {
			t.Errorf("%s: %+v %v", name, o, err)
		}
	}
}

// A read that fails is never a verdict.
func TestReadErrorsAreNoVerdict(t *testing.T) {
	f := newFake()
	f.err = &steps.Error{Code: steps.CodeThrottled, What: "slow down."}
	for name, p := range operations.Probes(f.clients()) {
		if name == operations.ProbeSchedule {
			continue
		}
		if o, err := p.Look(t.Context(), with("service", "jaja-backend", "version", "14")); steps.CodeOf(err) != steps.CodeThrottled {
			t.Errorf("%s: %+v %v", name, o, err)
		}
	}
}

func expect(t *testing.T, o steps.Observed, verdict steps.State, words string, saves ...string) {
	t.Helper()
	if o.Verdict != verdict || !strings.Contains(o.Summary+"\n"+facts(o), words) {
		t.Errorf("%s: %s\n%swant %s with %q", o.Verdict, o.Summary, facts(o), verdict, words)
	}
	for i := 0; i+1 < len(saves); i += 2 {
		if o.Saves[saves[i]] != saves[i+1] {
			t.Errorf("%s is %q, want %q", saves[i], o.Saves[saves[i]], saves[i+1])
		}
	}
}

func TestPlaces(t *testing.T) {
	f := newFake()
	expect(t, f.look(t, operations.ProbeIdentity), steps.Passed, "ana, account and region as configured", "account", "000000000000")
	f.id.Account = "990011223344"
	expect(t, f.look(t, operations.ProbeIdentity), steps.Failed, "These keys belong to account 990011223344")

	expect(t, f.look(t, operations.ProbeDatabase), steps.Passed, "up to 07:05:41; now it would lose 4 min", "state", "available", "restorable", "2026-11-23T07:05:41Z")
	f.db.LatestRestorableTime = time.Time{}
	if o := f.look(t, operations.ProbeDatabase); o.Saves["restorable"] != "" {
		t.Errorf("a moment that is not there: %v", o.Saves)
	}
	f.db.Public = true
	expect(t, f.look(t, operations.ProbeDatabase), steps.Warned, "open to the Internet")
	f.db.State = "frobnicating"
	expect(t, f.look(t, operations.ProbeDatabase), steps.Failed, "frobnicating")
}

func TestSchedule(t *testing.T) {
	for _, c := range []struct {
		window site.Window
		want   steps.State
	}{
		{site.Window{From: 7 * time.Hour, To: 8 * time.Hour}, steps.Warned},
		{site.Window{From: 7*time.Hour + 15*time.Minute, To: 8 * time.Hour}, steps.Warned},
		{site.Window{From: 7*time.Hour + 25*time.Minute, To: 8 * time.Hour}, steps.Passed},
		{site.Window{From: 6 * time.Hour, To: 7 * time.Hour}, steps.Passed},
	} {
		k := newFake().clients()
		k.Environment.Batches = []site.Window{c.window}
		o, err := operations.Probes(k)[operations.ProbeSchedule].Look(t.Context(), nil)
		if err != nil || o.Verdict != c.want {
			t.Errorf("%v: %+v %v", c.window, o, err)
		}
	}
}

func TestStateOfAService(t *testing.T) {
	f := newFake()
	expect(t, f.look(t, operations.ProbeState, "service", "jaja-backend"), steps.Passed, "RUNNING; version 13 (backend.13) serves", "state", "RUNNING", "disabled", "false", "deployed", "true")
	expect(t, f.look(t, operations.ProbeRunning, "service", "jaja-backend"), steps.Passed, "", "version", "13")
	expect(t, f.look(t, operations.ProbeLive, "service", "jaja-backend"), steps.Passed, "version 13 with backend.13", "version", "13", "image", live, "since", "2026-11-23T07:05:04Z")
	f.service.Disabled, f.service.State = true, "DISABLED"
	expect(t, f.look(t, operations.ProbeState, "service", "jaja-backend"), steps.Failed, "answers 503 to everybody", "disabled", "true")
	expect(t, f.look(t, operations.ProbeRunning, "service", "jaja-backend"), steps.Waiting, "DISABLED")
	expect(t, f.look(t, operations.ProbeLive, "service", "jaja-backend"), steps.Failed, "but the service is disabled")
	f.service.Disabled, f.service.State = false, "UPDATING"
	expect(t, f.look(t, operations.ProbeState, "service", "jaja-backend"), steps.Warned, "serves meanwhile")
	f.service.Current, f.service.State = nil, "READY"
	expect(t, f.look(t, operations.ProbeState, "service", "jaja-backend"), steps.Failed, "has no deployment", "deployed", "false")
	expect(t, f.look(t, operations.ProbeLive, "service", "jaja-backend"), steps.Failed, "READY means that there is none", "version", "0")
}

func TestActivation(t *testing.T) {
	look := func(f *fake) steps.Observed {
		return f.look(t, operations.ProbeActivation, "service", "jaja-backend", "version", "14")
	}
	f := newFake()
	expect(t, look(f), steps.Waiting, "version 14 is not there yet", "state", "", "version", "13")
	next := deployment(14, "ACTIVATING", 12, 118*time.Second)
	f.service.Next, f.service.State, f.service.DetailCode = &next, "DEPLOYING", "EVALUATING_HEALTH_CHECK"
	f.history = append([]cloud.Deployment{next}, f.history...)
	o := look(f)
	expect(t, o, steps.Waiting, "version 14   backend.12   ACTIVATING for 01:58", "state", "ACTIVATING", "version", "13", "image", live)
	if !strings.Contains(facts(o), "DEPLOYING, EVALUATING_HEALTH_CHECK") {
		t.Errorf("%s", facts(o))
	}
	f.history[0].State = "ACTIVE" // and the service does not serve it yet
	expect(t, look(f), steps.Waiting, "", "state", "ACTIVATING")
	f.service.Current, f.service.Next, f.service.State = &f.history[0], nil, "RUNNING"
	expect(t, look(f), steps.Passed, "ACTIVE and current", "state", "ACTIVE", "version", "14", "image", older)

	f = newFake()
	f.history = append([]cloud.Deployment{deployment(14, "FAILED", 12, 8*time.Minute)}, f.history...)
	f.say(ago(2*time.Minute), "FAILED: Can't locate revision identified by '8d0f3b6a91c2'", "[deployment:14] Took too long")
	o = look(f)
	expect(t, o, steps.Failed, "not healthy in time; version 13 serves", "state", "FAILED")
	if !strings.Contains(facts(o), "Can't locate revision") || !strings.Contains(facts(o), "Took too long") {
		t.Errorf("%s", facts(o))
	}
	f.history[0].State = "INACTIVE"
	expect(t, look(f), steps.Failed, "no longer serves: version 13 took its place")
}

func TestImages(t *testing.T) {
	f := newFake()
	f.answersAt(14*time.Minute, 200, 0)
	o := f.look(t, operations.ProbeImages, "service", "jaja-backend")
	if o.Verdict != steps.Passed || !slices.Equal(o.Columns, []string{"Image", "Pushed", "Last live as"}) || len(o.Choices) != 2 {
		t.Fatalf("%+v", o)
	}
	first, second := o.Choices[0], o.Choices[1]
	if first.Value != older || !first.Recommended || first.Note != "the only older image" || !slices.Equal(first.Cells, []string{older, "3 days ago", "version 12, until 07:05:04, no 500s"}) {
		t.Errorf("%+v", first)
	}
	if second.Value != live || second.Blocked != "it is what is live" || !slices.Equal(second.Cells, []string{live, "9 min ago", "version 13, now"}) {
		t.Errorf("%+v", second)
	}
	expect(t, f.look(t, operations.ProbeOlderImage, "service", "jaja-backend"), steps.Passed, "backend.12, pushed 3 days ago", "exists", "true", "image", older, "version", "12")

	f.images = f.images[:1]
	if o := f.look(t, operations.ProbeImages, "service", "jaja-backend"); o.Verdict != steps.Failed || len(o.Choices) != 0 {
		t.Errorf("nothing to choose from: %+v", o)
	}
	expect(t, f.look(t, operations.ProbeOlderImage, "service", "jaja-backend"), steps.Failed, "go back by commit", "exists", "false")
}

func TestImagesThatFailedAreNotRecommended(t *testing.T) {
	f := newFake()
	f.images = append(f.images, cloud.Image{Name: ":jaja-backend.backend.11", CreatedAt: ago(220 * time.Hour)}, cloud.Image{Name: ":jaja-backend.backend.10", CreatedAt: ago(400 * time.Hour)})
	f.history = append([]cloud.Deployment{deployment(14, "FAILED", 12, time.Minute)}, f.history...)
	o := f.look(t, operations.ProbeImages, "service", "jaja-backend")
	var got []string
	for _, c := range o.Choices {
		got = append(got, c.Cells[0][len(":jaja-backend."):]+" "+c.Cells[2])
	}
	if want := []string{"backend.11 version 11, until 2026-11-20 07:09", "backend.12 version 12, until 07:05:04", "backend.10 never", "backend.13 version 13, now"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if !o.Choices[0].Recommended || o.Choices[1].Recommended {
		t.Errorf("%+v", o.Choices)
	}
}

func TestRequests(t *testing.T) {
	look := func(f *fake) steps.Observed { return f.look(t, operations.ProbeRequests, "service", "jaja-backend") }
	f := newFake()
	expect(t, look(f), steps.Unknown, "holds no answers", "bad", "-1", "of", "0")
	f.answersAt(30*time.Second, 20, 17)
	expect(t, look(f), steps.Waiting, "17 of the last 20 API requests gave 500", "bad", "17", "of", "20")
	f.answersAt(9*time.Second, 9, 0)
	expect(t, look(f), steps.Waiting, "17 of the last 29 API requests", "bad", "17", "of", "29")

	f = newFake() // an error a minute ago is behind us where there are enough answers since
	f.answersAt(90*time.Second, 10, 10)
	f.answersAt(50*time.Second, 40, 0)
	expect(t, look(f), steps.Passed, "none of the last 40 API requests", "bad", "0")
	f = newFake() // and it is not where there are few
	f.answersAt(90*time.Second, 10, 10)
	f.answersAt(50*time.Second, 5, 0)
	expect(t, look(f), steps.Waiting, "10 of the last 15", "bad", "10")

	f = newFake()
	f.answersAt(50*time.Second, 49, 1)
	expect(t, look(f), steps.Warned, "1 of the last 49", "bad", "1")
	for i := range 3 {
		f.answersAt(time.Duration(45-i)*time.Second, 40, 0)
	}
	expect(t, look(f), steps.Passed, "as usual", "bad", "1")

	f = newFake() // what the version before answered does not count
	f.answersAt(50*time.Second, 20, 20)
	f.service.Current.CreatedAt = ago(3 * time.Minute)
	f.say(ago(29*time.Second), "INFO:     Finished server process [1]")
	f.answersAt(20*time.Second, 19, 0)
	expect(t, look(f), steps.Passed, "none of the last 19", "bad", "0")
}

func TestLogs(t *testing.T) {
	f := newFake()
	f.answersAt(14*time.Minute, 300, 1) // before version 13
	f.answersAt(50*time.Second, 45, 41)
	expect(t, f.look(t, operations.ProbeLogsCompare, "service", "jaja-backend"), steps.Failed, "41 errors a minute now, 0 a minute before version 13 (backend.13)", "rate", "41", "before", "0", "worse", "true")
	expect(t, f.look(t, operations.ProbeLogsSince, "service", "jaja-backend"), steps.Failed, "41 errors since 07:05:04", "errors", "41")

	// The version before still answers while the new one starts: what it does wrong is not the new one's fault.
	f = newFake()
	f.answersAt(14*time.Minute, 300, 200)
	created := f.service.Current.CreatedAt
	f.say(created.Add(80*time.Second), "INFO:     Application startup complete.")
	f.answersAt(4*time.Minute, 100, 60)
	f.say(created.Add(170*time.Second), "INFO:     Finished server process [1]")
	f.answersAt(30*time.Second, 25, 0)
	o := f.look(t, operations.ProbeLogsSince, "service", "jaja-backend")
	expect(t, o, steps.Passed, "0 errors since 07:07:54", "errors", "0")
	expect(t, f.look(t, operations.ProbeLogsCompare, "service", "jaja-backend"), steps.Passed, "0 errors a minute now, 21 a minute before", "before", "21", "worse", "false")

	f.say(ago(3*time.Second), "ERROR - could not send mail")
	expect(t, f.look(t, operations.ProbeLogsSince, "service", "jaja-backend"), steps.Warned, "1 error since", "errors", "1")
}

func TestMigration(t *testing.T) {
	look := func(f *fake, service string) steps.Observed {
		return f.look(t, operations.ProbeMigration, "service", service)
	}
	f := newFake()
	created := f.service.Current.CreatedAt
	expect(t, look(f, "jaja-backend"), steps.Unknown, "the log does not hold the start", "known", "false", "migrated", "false")
	f.say(created.Add(2*time.Second), "INFO  [alembic.runtime.migration] Will assume transactional DDL.")
	expect(t, look(f, "jaja-backend"), steps.Passed, "brought no migration", "known", "true", "migrated", "false")
	f.say(created.Add(3*time.Second), "INFO  [alembic.runtime.migration] Running upgrade 4f1c09e2 -> 8d0f3b6a91c2, drop plan", "INFO  [alembic.runtime.migration] Running upgrade 8d0f3b6a91c2 -> aa11, more")
	expect(t, look(f, "jaja-backend"), steps.Failed, "took the schema from 4f1c09e2 to aa11", "known", "true", "migrated", "true", "revision", "aa11")
	expect(t, look(f, "jaja-frontend"), steps.Passed, "changes no schema", "known", "true", "migrated", "false")
}

func TestKeys(t *testing.T) {
	f := newFake()
	expect(t, f.look(t, operations.ProbeKeys, "service", "jaja-backend"), steps.Passed, "all 19 environment keys", "missing", "0")
	e := f.service.Current.Containers["backend"].Environment
	delete(e, "IPINFO_TOKEN")
	e["APP_URL"] = ""
	e["OLD_KEY"] = "secret-x"
	o := f.look(t, operations.ProbeKeys, "service", "jaja-backend")
	expect(t, o, steps.Failed, "APP_URL, IPINFO_TOKEN", "missing", "2")
	if !strings.Contains(facts(o), "OLD_KEY: not in runbook.yaml") {
		t.Errorf("%s", facts(o))
	}
}

func TestURLs(t *testing.T) {
	f := newFake()
	back, front := f.service.Current.Containers["backend"].Environment, f.front.Current.Containers["frontend"].Environment
	back["API_URL"], back["APP_URL"], back["ORIGIN"] = "https://api.secret-x.com", "https://secret-x.com/", "secret-x.com"
	front["NEXT_PUBLIC_API_URL"], front["NEXT_PUBLIC_APP_URL"], front["APP_URL"] = "https://api.secret-x.com/", "https://secret-x.com", "https://secret-x.com"
	expect(t, f.look(t, operations.ProbeURLs), steps.Passed, "agree")
	for _, origin := range []string{"https://secret-x.com", ".secret-x.com"} {
		back["ORIGIN"] = origin
		expect(t, f.look(t, operations.ProbeURLs), steps.Passed, "agree")
	}
	back["ORIGIN"] = "evil-secret-x.com"
	expect(t, f.look(t, operations.ProbeURLs), steps.Failed, "failed|ORIGIN")
	front["NEXT_PUBLIC_API_URL"] = "https://api.other.com"
	expect(t, f.look(t, operations.ProbeURLs), steps.Failed, "failed|API")
}

func TestWeb(t *testing.T) {
	f := newFake()
	f.answers["/"] = cloud.Answer{Status: 200, Took: 31 * time.Millisecond, Body: `{"message":"success"}`}
	f.answers["/auth/google"] = cloud.Answer{Status: 307, Header: map[string]string{"Location": "https://accounts.google.com/o/oauth2/auth"}}
	f.answers["/payment/prices"] = cloud.Answer{Status: 200}
	expect(t, f.look(t, operations.ProbeHealth, "service", "jaja-backend"), steps.Passed, "answers / with 200 in 31 ms", "code", "200")
	expect(t, f.look(t, operations.ProbeWeb, "service", "jaja-backend"), steps.Passed, "3 of 3 addresses", "failed", "0")
	delete(f.answers, "/payment/prices")
	expect(t, f.look(t, operations.ProbeWeb, "service", "jaja-backend"), steps.Unknown, "2 of 3", "failed", "0")
	f.answers["/auth/google"] = cloud.Answer{Status: 307, Header: map[string]string{"Location": "https://elsewhere.example/"}}
	expect(t, f.look(t, operations.ProbeWeb, "service", "jaja-backend"), steps.Failed, "it leads elsewhere", "failed", "1")
	f.answers["/"] = cloud.Answer{Status: 404}
	expect(t, f.look(t, operations.ProbeHealth, "service", "jaja-backend"), steps.Failed, "200-499", "code", "404")
}

func TestSecrets(t *testing.T) {
	f := newFake()
	for _, s := range site.Template().Infisical.Keys {
		f.secrets = append(f.secrets, cloud.Secret{Name: s.Name, Version: 3, UpdatedAt: ago(371 * 24 * time.Hour)})
	}
	n := len(f.secrets)
	o := f.look(t, operations.ProbeSecrets)
	expect(t, o, steps.Passed, "warned|COOKIE_SECRET|set 371 days ago, rotated every 365 days: 6 days late", "missing", "0")
	f.secrets = f.secrets[1:]
	expect(t, f.look(t, operations.ProbeSecrets), steps.Failed, "API_URL", "missing", "1")
	if n != 25 {
		t.Errorf("%d secrets are named", n)
	}
}

func TestFingerprint(t *testing.T) {
	f := newFake()
	look := func() steps.Observed { return f.look(t, operations.ProbeFingerprint, "service", "jaja-backend") }
	expected := strings.Repeat("77d0", 16)
	f.value = strings.ToUpper(expected)
	expect(t, look(), steps.Unknown, "does not hold the start", "match", "false", "live", "")
	created := f.service.Current.CreatedAt
	f.say(created.Add(5*time.Second), "INFO - Configuration Fingerprint: "+expected)
	expect(t, look(), steps.Passed, "live and expected agree", "match", "true", "live", expected, "expected", expected)
	f.say(created.Add(6*time.Second), "INFO - Configuration Fingerprint: "+strings.Repeat("3fa9", 16))
	f.secrets = []cloud.Secret{{Name: "STRIPE_WEBHOOK_SECRET", Version: 8, UpdatedAt: ago(time.Minute)}}
	o := look()
	expect(t, o, steps.Failed, "live 3fa9…a9 is not the expected 77d0…d0", "match", "false")
	if !strings.Contains(facts(o), "STRIPE_WEBHOOK_SECRET, version 8, 60 s ago, after version 13 was deployed") {
		t.Errorf("%s", facts(o))
	}
}

// A check and the state panel must not count differently.
func TestCountsAgreeWithTheStatePanel(t *testing.T) {
	f := newFake()
	f.answersAt(14*time.Minute, 300, 40)
	f.answersAt(70*time.Second, 65, 12)
	f.say(ago(2*time.Second), `INFO:     10.0.3.18:0 - "GET / HTTP/1.1" 200 OK`, `INFO:     10.0.3.18:0 - "GET /?x=1 HTTP/1.1" 503 Service Unavailable`, `INFO:     1.1.1.1:1 - "GET / HTTP/1.1" 500 "ELB-HealthChecker/2.0"`)
	want := logs.Requests(f.lines, f.service.Current.CreatedAt, now)
	o := f.look(t, operations.ProbeLogsCompare, "service", "jaja-backend")
	if o.Saves["rate"] != itoa(want.PerMinute) || o.Saves["before"] != itoa(want.Before) {
		t.Errorf("%v, the panel has %d and %d", o.Saves, want.PerMinute, want.Before)
	}
}

// TestARollbackIsNotBlamedForWhatItMended: right after it, the last minute still holds the mistakes of the version before.
func TestARollbackIsNotBlamedForWhatItMended(t *testing.T) {
	f := newFake()
	f.answersAt(8*time.Minute, 300, 200) // of the bad version, before and while the new one comes
	f.answersAt(60*time.Second, 25, 25)
	good := clone(f.history[0], func(d *cloud.Deployment) { d.CreatedAt = ago(80 * time.Second) })
	f.history[0] = good
	f.service.Current = &good
	f.say(ago(35*time.Second), "INFO:     Application startup complete.")
	f.say(ago(30*time.Second), "INFO:     Finished server process [1]")
	f.answersAt(25*time.Second, 20, 0)
	expect(t, f.look(t, operations.ProbeLogsCompare, "service", "jaja-backend"), steps.Passed, "0 errors in the 30 s that version 13 (backend.13) answers alone", "rate", "0", "worse", "false")
	f.answersAt(5*time.Second, 4, 4) // no worse than before, and not well
	expect(t, f.look(t, operations.ProbeLogsCompare, "service", "jaja-backend"), steps.Warned, "gave 500 all the same", "worse", "false")
}
