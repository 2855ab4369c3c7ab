package operations_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/operations"
	"github.com/JustAJobApp/runbook/steps/site"
)

var now = time.Date(2026, 11, 23, 7, 9, 41, 0, time.UTC)

func ago(d time.Duration) time.Time { return now.Add(-d) }

// fake is a small cloud in memory: version 13 is live and bad, version 12 was live before.
type fake struct {
	service  cloud.Service
	front    cloud.Service
	history  []cloud.Deployment
	images   []cloud.Image
	lines    []cloud.LogLine
	db       cloud.Database
	id       cloud.Identity
	secrets  []cloud.Secret
	value    string
	answers  map[string]cloud.Answer // by path
	err      error                   // of every read
	sent     []cloud.Deployment
	enabled  []bool
	writeErr error
}

func env(n int) cloud.Environment {
	e := cloud.Environment{}
	for _, k := range site.Template().Services[0].Keys[:n] {
		e[k] = "secret-" + strings.ToLower(k)
	}
	return e
}

func deployment(version int, state string, image int, age time.Duration) cloud.Deployment {
	return cloud.Deployment{
		Version: version, State: state, CreatedAt: ago(age),
		Containers: map[string]cloud.Container{"backend": {Image: fmt.Sprintf(":jaja-backend.backend.%d", image), Environment: env(19), Ports: map[string]string{"8000": "HTTP"}}},
		Endpoint:   &cloud.Endpoint{Container: "backend", Port: 8000, Health: cloud.HealthCheck{Path: "/", SuccessCodes: "200-499", IntervalSeconds: 10, TimeoutSeconds: 5, HealthyThreshold: 2, UnhealthyThreshold: 2}},
	}
}

func newFake() *fake {
	history := []cloud.Deployment{deployment(13, "ACTIVE", 13, 4*time.Minute+37*time.Second), deployment(12, "INACTIVE", 12, 72*time.Hour), deployment(11, "INACTIVE", 11, 200*time.Hour)}
	f := &fake{
		history: history,
		images:  []cloud.Image{{Name: ":jaja-backend.backend.13", CreatedAt: ago(9 * time.Minute)}, {Name: ":jaja-backend.backend.12", CreatedAt: ago(73 * time.Hour)}},
		db:      cloud.Database{Name: "jaja-db", State: "available", Engine: "postgres 13.18", LatestRestorableTime: ago(4 * time.Minute), BackupRetention: true},
		id:      cloud.Identity{Account: "000000000000", Region: "eu-west-1", ARN: "arn:aws:iam::000000000000:user/ana"},
		answers: map[string]cloud.Answer{},
	}
	live := history[0]
	f.service = cloud.Service{Name: "jaja-backend", State: "RUNNING", Power: "nano", Scale: 1, URL: "http://back/", Current: &live}
	f.front = cloud.Service{Name: "jaja-frontend", State: "RUNNING", URL: "http://front/", Current: &cloud.Deployment{Version: 9, State: "ACTIVE", CreatedAt: ago(72 * time.Hour),
		Containers: map[string]cloud.Container{"frontend": {Image: ":jaja-frontend.frontend.9", Environment: cloud.Environment{}}}}}
	return f
}

func (f *fake) Service(_ context.Context, name string) (cloud.Service, error) {
	switch {
	case f.err != nil:
		return cloud.Service{}, f.err
	case name == f.service.Name:
		return f.service, nil
	case name == f.front.Name:
		return f.front, nil
	}
	return cloud.Service{}, &steps.Error{Code: steps.CodeNotFound, What: name + " is not there."}
}
func (f *fake) Deployments(context.Context, string) ([]cloud.Deployment, error) {
	return slices.Clone(f.history), f.err
}
func (f *fake) Images(context.Context, string) ([]cloud.Image, error) {
	return slices.Clone(f.images), f.err
}
func (f *fake) Lines(ctx context.Context, s, c string, since time.Time) ([]cloud.LogLine, error) {
	return f.LinesBetween(ctx, s, c, since, now.Add(time.Hour))
}
func (f *fake) LinesBetween(_ context.Context, _, container string, from, to time.Time) ([]cloud.LogLine, error) {
	var out []cloud.LogLine
	for _, l := range f.lines {
		if !l.At.Before(from) && !l.At.After(to) && container == "backend" {
			out = append(out, l)
		}
	}
	return out, f.err
}
func (f *fake) Deploy(_ context.Context, _ string, d cloud.Deployment) (int, error) {
	f.sent = append(f.sent, d)
	return 14, f.writeErr
}
func (f *fake) SetDisabled(_ context.Context, _ string, disabled bool) error {
	f.enabled = append(f.enabled, disabled)
	return f.writeErr
}
func (f *fake) Database(context.Context, string) (cloud.Database, error) { return f.db, f.err }
func (f *fake) Identity(context.Context) (cloud.Identity, error)         { return f.id, f.err }
func (f *fake) List(context.Context) ([]cloud.Secret, error)             { return f.secrets, f.err }
func (f *fake) Value(_ context.Context, name string) (string, error) {
	if name != "EXPECTED_SECURITY_FINGERPRINT" {
		return "", fmt.Errorf("%s was read", name)
	}
	return f.value, f.err
}
func (f *fake) Get(_ context.Context, url string) (cloud.Answer, error) {
	_, rest, _ := strings.Cut(url, "://")
	a, ok := f.answers[rest[strings.Index(rest, "/"):]]
	if !ok {
		return cloud.Answer{}, &steps.Error{Code: steps.CodeUnreachable, What: "no answer."}
	}
	return a, nil
}

type clock struct{}

func (clock) Now() time.Time                                   { return now }
func (clock) Sleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

func (f *fake) clients() operations.Clients {
	return operations.Clients{Containers: f, Databases: f, Identity: f, Secrets: f, Web: f, Environment: site.Practice(site.Places{}), Clock: clock{}}
}

func with(pairs ...string) steps.Values {
	out := steps.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = steps.Value{Kind: steps.KindText, Text: pairs[i+1]}
	}
	return out
}

func (f *fake) look(t *testing.T, probe string, pairs ...string) steps.Observed {
	t.Helper()
	o, err := operations.Probes(f.clients())[probe].Look(t.Context(), with(pairs...))
	if err != nil {
		t.Fatalf("%s: %v", probe, err)
	}
	if o.Summary == "" || len(o.Facts) == 0 && len(o.Choices) == 0 {
		t.Errorf("%s says nothing: %+v", probe, o)
	}
	noSecret(t, o)
	outputs := operations.Declarations()[probe].Outputs
	for name, text := range o.Saves {
		if err := outputs[name].Check(name, text); outputs[name] == "" || err != nil {
			t.Errorf("%s saves %s=%q, declared as %q: %v", probe, name, text, outputs[name], err)
		}
	}
	return o
}

func noSecret(t *testing.T, v any) {
	t.Helper()
	if text := fmt.Sprintf("%+v", v); strings.Contains(text, "secret-") {
		t.Errorf("a value of the environment shows: %s", text)
	}
}

func facts(o steps.Observed) string {
	var b strings.Builder
	for _, f := range o.Facts {
		fmt.Fprintf(&b, "%s|%s|%s\n", f.State, f.Label, f.Text)
	}
	return b.String()
}

// answersAt adds n access lines a second apart from age on, the first bad ones with 500 and a traceback.
func (f *fake) answersAt(age time.Duration, n, bad int) {
	for i := range n {
		at := ago(age).Add(time.Duration(i) * time.Second)
		if i < bad {
			f.say(at, `INFO:     10.0.3.18:0 - "GET /get-emails HTTP/1.1" 500 Internal Server Error`, "ERROR:    Exception in ASGI application",
				"Traceback (most recent call last):", `  File "/app/x.py", line 1, in f`, "AttributeError: 'NoneType' object has no attribute 'plan'")
			continue
		}
		f.say(at, `INFO:     10.0.3.18:0 - "GET /me HTTP/1.1" 200 OK`, `INFO:     172.26.1.10:30001 - "GET / HTTP/1.1" 200 OK "ELB-HealthChecker/2.0"`)
	}
	slices.SortStableFunc(f.lines, func(a, b cloud.LogLine) int { return a.At.Compare(b.At) })
}

func (f *fake) say(at time.Time, texts ...string) {
	for _, text := range texts {
		f.lines = append(f.lines, cloud.LogLine{At: at, Message: text})
	}
}

func clone(d cloud.Deployment, change func(*cloud.Deployment)) cloud.Deployment {
	d.Containers = maps.Clone(d.Containers)
	if d.Endpoint != nil {
		e := *d.Endpoint
		d.Endpoint = &e
	}
	change(&d)
	return d
}

func itoa(n int) string { return strconv.Itoa(n) }
