package operations_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/infisical"
	"github.com/JustAJobApp/runbook/steps/lightsail"
	"github.com/JustAJobApp/runbook/steps/operations"
	"github.com/JustAJobApp/runbook/steps/practice"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/steps/web"
)

// control is the simulated cloud's clock, over its control endpoint.
type control struct {
	t   *testing.T
	url string
}

func (c control) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(out)
}

func (c control) Now() time.Time {
	var out struct{ Now time.Time }
	if err := c.call(context.Background(), http.MethodGet, "/clock", nil, &out); err != nil {
		c.t.Error(err)
	}
	return out.Now
}

func (c control) Sleep(ctx context.Context, d time.Duration) error {
	return c.call(ctx, http.MethodPost, "/sleep", map[string]any{"seconds": d.Seconds()}, &struct{}{})
}

// rehearsal is a simulated cloud with the real adapters.
func rehearsal(t *testing.T, scenario string) (operations.Clients, *status.Watcher, control) {
	t.Helper()
	at := time.Date(2026, 3, 10, 14, 5, 0, 0, time.UTC)
	p, err := practice.Start(t.Context(), practice.Options{Dir: t.TempDir(), Scenario: scenario, Seed: 4217, Factor: 5000, Start: at})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	a := p.Addresses()
	c := control{t, a.Control}
	var s struct {
		Infisical struct {
			Project      string `json:"project"`
			Environment  string `json:"environment"`
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
		}
	}
	if err := c.call(t.Context(), http.MethodGet, "/scenario", nil, &s); err != nil {
		t.Fatal(err)
	}
	aws, err := lightsail.New(lightsail.Options{Endpoint: a.Lightsail, STSEndpoint: a.STS, Region: "eu-west-1", UserAgent: "runbook/test",
		Keys: &lightsail.Keys{ID: a.Env["AWS_ACCESS_KEY_ID"], Secret: a.Env["AWS_SECRET_ACCESS_KEY"]}})
	if err != nil {
		t.Fatal(err)
	}
	vault, err := infisical.New(infisical.Options{URL: a.Infisical, Project: s.Infisical.Project, Environment: s.Infisical.Environment, ClientID: s.Infisical.ClientID, ClientSecret: s.Infisical.ClientSecret})
	if err != nil {
		t.Fatal(err)
	}
	env := site.Practice(site.Places{InfisicalURL: a.Infisical, InfisicalProject: s.Infisical.Project, InfisicalEnvironment: s.Infisical.Environment})
	pages := web.New(web.Options{})
	clients := operations.Clients{Containers: aws, Databases: aws, Identity: aws, Secrets: vault, Web: pages, Environment: env, Clock: c}
	w := status.New(status.Config{Environment: env, Containers: aws, Databases: aws, Identity: aws, Infisical: vault, Web: pages, Clock: c})
	return clients, w, c
}

// The way back by image, over the wire: what is wrong, what there is to go back to, one deployment, and that it helped.
func TestRollbackInPractice(t *testing.T) {
	clients, w, clock := rehearsal(t, "bad-deploy")
	snap := w.Look(t.Context())
	if len(snap.Problems) != 1 || snap.Problems[0].Code != "errors-after-deploy" || snap.Problems[0].Procedure != "rollback" {
		t.Fatalf("%+v\n%+v", snap.Problems, snap.Service("jaja-backend").Requests)
	}
	t.Log(snap.Problems[0].Summary, "|", snap.Problems[0].Meaning, "|", snap.Problems[0].Began)
	probes := operations.Probes(clients)
	look := func(name string, pairs ...string) steps.Observed {
		t.Helper()
		o, err := probes[name].Look(t.Context(), with(pairs...))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		t.Log(name, o.Verdict, "|", o.Summary)
		return o
	}
	back := []string{"service", "jaja-backend"}
	for _, c := range []struct {
		probe string
		want  steps.State
		saves string // name=value
	}{
		{operations.ProbeIdentity, steps.Passed, "account=000000000000"},
		{operations.ProbeState, steps.Passed, "state=RUNNING"},
		{operations.ProbeLive, steps.Passed, "version=13"},
		{operations.ProbeRequests, steps.Waiting, ""},
		{operations.ProbeLogsCompare, steps.Failed, "worse=true"},
		{operations.ProbeLogsSince, steps.Failed, ""},
		{operations.ProbeMigration, steps.Passed, "known=true"},
		{operations.ProbeOlderImage, steps.Passed, "image=:jaja-backend.backend.12"},
		{operations.ProbeKeys, steps.Passed, "missing=0"},
		{operations.ProbeHealth, steps.Passed, "code=200"},
		{operations.ProbeWeb, steps.Passed, "failed=0"},
		{operations.ProbeFingerprint, steps.Passed, "match=true"},
		{operations.ProbeSecrets, steps.Passed, "missing=0"},
		{operations.ProbeDatabase, steps.Passed, "state=available"},
		{operations.ProbeURLs, steps.Passed, ""},
	} {
		o := look(c.probe, back...)
		name, value, _ := strings.Cut(c.saves, "=")
		if o.Verdict != c.want || o.Saves[name] != value {
			t.Errorf("%s: %s %v\n%s", c.probe, o.Verdict, o.Saves, facts(o))
		}
	}
	images := look(operations.ProbeImages, back...)
	i := slices.IndexFunc(images.Choices, func(c steps.Choice) bool { return c.Recommended })
	if i != 0 || images.Choices[0].Value != ":jaja-backend.backend.12" || len(images.Choices) != 2 {
		t.Fatalf("%+v", images.Choices)
	}
	t.Log(images.Choices[0].Cells, images.Choices[1].Cells)

	op := operations.Operations(clients)[operations.OperationDeploy]
	with12 := with("service", "jaja-backend", "image", images.Choices[0].Value)
	plan, apply, err := op.Prepare(t.Context(), with12)
	if err != nil {
		t.Fatal(err)
	}
	if f, err := op.Resolve(t.Context(), plan); err != nil || f.Is != steps.Absent {
		t.Fatalf("before it was sent: %+v %v", f, err)
	}
	receipt, err := apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for what, see := range map[string]func() (steps.Finding, error){
		"verify": func() (steps.Finding, error) { return op.Verify(t.Context(), plan, receipt) }, "resolve": func() (steps.Finding, error) { return op.Resolve(t.Context(), plan) },
	} {
		if f, err := see(); err != nil || f.Is != steps.Landed || f.Receipt["version"] != "14" {
			t.Errorf("%s: %+v %v", what, f, err)
		}
	}
	if _, _, err := op.Prepare(t.Context(), with12); steps.CodeOf(err) != steps.CodeRejected || !strings.Contains(err.Error(), "in progress") {
		t.Errorf("a second one meanwhile: %v", err)
	}
	until(t, clock, probes, operations.ProbeActivation, "service", "jaja-backend", "version", "14")
	until(t, clock, probes, operations.ProbeRequests, back...)
	if err := clock.Sleep(t.Context(), 3*time.Minute); err != nil {
		t.Fatal(err)
	}
	if o := look(operations.ProbeLogsSince, back...); o.Verdict != steps.Passed && o.Verdict != steps.Warned {
		t.Errorf("%s\n%s", o.Summary, facts(o))
	}
	if snap := w.Look(t.Context()); len(snap.Problems) != 0 {
		t.Errorf("afterwards: %+v", snap.Problems)
	}
}

// until looks every ten simulated seconds until a probe that waits has passed.
func until(t *testing.T, clock control, probes map[string]steps.Probe, name string, pairs ...string) {
	t.Helper()
	for range 100 {
		o, err := probes[name].Look(t.Context(), with(pairs...))
		if err != nil {
			t.Fatal(err)
		}
		if o.Verdict == steps.Passed {
			t.Log(name, "|", o.Summary)
			return
		}
		if o.Verdict == steps.Failed {
			t.Fatalf("%s: %s\n%s", name, o.Summary, facts(o))
		}
		if err := clock.Sleep(t.Context(), 10*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("%s never passed", name)
}
