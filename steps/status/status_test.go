package status_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/status"
)

var start = time.Date(2026, 11, 23, 7, 9, 41, 0, time.UTC)

// fake is a small cloud in memory, with its clock.
type fake struct {
	mu       sync.Mutex
	now      time.Time
	services []cloud.Service
	history  []cloud.Deployment
	lines    []cloud.LogLine
	db       cloud.Database
	secrets  []cloud.Secret
	id       cloud.Identity
	health   map[string]cloud.Answer
	err      error          // of every read but Get
	webErr   error          // of Get
	calls    map[string]int // reads by name
	since    []time.Time    // what logs were asked for
	hold     chan struct{}  // readings of the database wait for it
}

func newFake() *fake {
	created := start.Add(-4*time.Minute - 37*time.Second)
	live := cloud.Deployment{Version: 13, State: "ACTIVE", CreatedAt: created,
		Containers: map[string]cloud.Container{"backend": {Image: ":jaja-backend.backend.13", Environment: cloud.Environment{"DATABASE_URL": "secret-url"}}},
		Endpoint:   &cloud.Endpoint{Container: "backend", Port: 8000, Health: cloud.HealthCheck{Path: "/", SuccessCodes: "200-499"}}}
	front := cloud.Deployment{Version: 9, State: "ACTIVE", CreatedAt: start.Add(-72 * time.Hour), Containers: map[string]cloud.Container{"frontend": {Image: ":jaja-frontend.frontend.9"}}}
	f := &fake{now: start, calls: map[string]int{}, history: []cloud.Deployment{live},
		services: []cloud.Service{{Name: "jaja-backend", State: "RUNNING", URL: "http://back/", Current: &live}, {Name: "jaja-frontend", State: "RUNNING", URL: "http://front/", Current: &front}, {Name: "other"}},
		db:       cloud.Database{Name: "jaja-db", State: "available", LatestRestorableTime: start.Add(-4 * time.Minute), BackupRetention: true},
		id:       cloud.Identity{Account: "000000000000", Region: "eu-west-1"},
		health:   map[string]cloud.Answer{"http://back/": {Status: 200, Took: 31 * time.Millisecond}, "http://front/": {Status: 200, Took: 88 * time.Millisecond}}}
	for _, s := range site.Template().Infisical.Keys {
		f.secrets = append(f.secrets, cloud.Secret{Name: s.Name, UpdatedAt: start.Add(-100 * 24 * time.Hour)})
	}
	return f
}

func (f *fake) called(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[name]++
	return f.err
}

func (f *fake) count(name string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[name]
}

func (f *fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}
func (f *fake) advance(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}
func (f *fake) Sleep(context.Context, time.Duration) error {
	panic("a panel must not sleep on the cloud's clock: that speeds it up")
}
func (f *fake) Services(context.Context) ([]cloud.Service, error) {
	return f.services, f.called("services")
}
func (f *fake) Deployments(context.Context, string) ([]cloud.Deployment, error) {
	return f.history, f.called("deployments")
}
func (f *fake) Images(context.Context, string) ([]cloud.Image, error) { return nil, f.called("images") }
func (f *fake) Lines(_ context.Context, service, container string, since time.Time) ([]cloud.LogLine, error) {
	err := f.called("lines " + service + " " + container)
	f.mu.Lock()
	defer f.mu.Unlock()
	if service != "jaja-backend" {
		return nil, err
	}
	f.since = append(f.since, since)
	var out []cloud.LogLine
	for _, l := range f.lines {
		if !l.At.Before(since.Truncate(time.Second)) {
			out = append(out, l)
		}
	}
	return out, err
}
func (f *fake) Database(ctx context.Context, _ string) (cloud.Database, error) {
	if f.hold != nil {
		select {
		case <-f.hold:
		case <-ctx.Done():
			return cloud.Database{}, ctx.Err()
		}
	}
	return f.db, f.called("database")
}
func (f *fake) Identity(context.Context) (cloud.Identity, error) { return f.id, f.called("identity") }
func (f *fake) List(context.Context) ([]cloud.Secret, error)     { return f.secrets, f.called("secrets") }
func (f *fake) Get(_ context.Context, url string) (cloud.Answer, error) {
	return f.health[url], f.webErr
}

func (f *fake) watcher() *status.Watcher {
	return status.New(status.Config{Environment: site.Practice(site.Places{}), Containers: f, Databases: f, Identity: f, Infisical: f, Web: f, Clock: f})
}

// requests adds one answer each second of [from, to), in tenths bad.
func (f *fake) requests(from, to time.Time, tenths int) {
	for at, i := from, 0; at.Before(to); at, i = at.Add(time.Second), i+1 {
		code := "200 OK"
		if i%10 < tenths {
			code = "500 Internal Server Error"
		}
		f.lines = append(f.lines, cloud.LogLine{At: at, Message: `INFO:     10.0.3.18:0 - "GET /get-emails HTTP/1.1" ` + code})
		if i%10 < tenths {
			for _, text := range []string{"ERROR:    Exception in ASGI application", "Traceback (most recent call last):", "  File \"/app/x.py\", line 1, in f", "AttributeError: no attribute 'plan'"} {
				f.lines = append(f.lines, cloud.LogLine{At: at, Message: text})
			}
		}
	}
}

func codes(s status.Snapshot) []string {
	var out []string
	for _, p := range s.Problems {
		out = append(out, string(p.Severity)+" "+p.Code)
	}
	return out
}

func TestLookWhenAllIsWell(t *testing.T) {
	f := newFake()
	f.requests(start.Add(-14*time.Minute), start, 0)
	s := f.watcher().Look(t.Context())
	if len(s.Problems) != 0 {
		t.Errorf("%+v", s.Problems)
	}
	b := s.Service("jaja-backend")
	if !b.State.Known || b.State.Value.Current.Version != 13 || !b.Health.Known || b.Health.Value.Status != 200 || !b.Deployments.Known || !b.Images.Known || !b.Requests.Known {
		t.Errorf("%+v", b)
	}
	if r := b.Requests.Value; r.Bad != 0 || r.Of != 20 || r.Before != -1 || len(r.Spark) != 8 {
		t.Errorf("%+v", r)
	}
	if !s.Secrets.Known || s.Secrets.Value.Present != 25 || !s.Database.Known || !s.Identity.Known || !s.At.Equal(start) || s.Account != "000000000000" {
		t.Errorf("%+v", s)
	}
	if b.State.Every != 5*time.Second || b.State.Stale(start.Add(15*time.Second)) || !b.State.Stale(start.Add(16*time.Second)) {
		t.Error("a figure is stale after three intervals")
	}
}

func TestErrorsAfterADeployment(t *testing.T) {
	f := newFake()
	created := f.history[0].CreatedAt
	f.requests(start.Add(-15*time.Minute), created.Add(2*time.Minute+6*time.Second), 0)
	f.lines = append(f.lines, cloud.LogLine{At: created.Add(30 * time.Second), Message: `INFO:     1.1.1.1:0 - "GET /me HTTP/1.1" 503 Service Unavailable`}) // the usual noise
	slices.SortStableFunc(f.lines, func(a, b cloud.LogLine) int { return a.At.Compare(b.At) })
	f.requests(created.Add(2*time.Minute+6*time.Second), start, 7)
	s := f.watcher().Look(t.Context())
	if len(s.Problems) != 1 {
		t.Fatalf("%+v", s.Problems)
	}
	p := s.Problems[0]
	if p.Code != "errors-after-deploy" || p.Severity != status.Fault || p.Procedure != "rollback" || p.Params["service"] != "jaja-backend" {
		t.Errorf("%+v", p)
	}
	if p.Summary != "backend answers with errors: 14 of the last 20 API requests gave 500, 41 in the last minute" || p.Meaning != "people cannot load their dashboard; the health check passes (it takes 200-499 on /)" ||
		p.Began != "2 min after version 13 (backend.13) was deployed at 07:05:04" || !p.Since.Equal(created.Add(2*time.Minute+6*time.Second)) {
		t.Errorf("%+v", p)
	}
	r := s.Service("jaja-backend").Requests.Value
	if r.Before != 0 || r.PerMinute < 40 || r.Kind != "AttributeError: no attribute 'plan'" || r.Total < 100 || r.Kinds != 1 {
		t.Errorf("%+v", r)
	}
}

func TestRules(t *testing.T) {
	lost := &steps.Error{Code: steps.CodeUnreachable, What: "no answer."}
	for name, c := range map[string]struct {
		change func(*fake)
		want   []string
		words  string
	}{
		"disabled":      {func(f *fake) { f.services[0].Disabled, f.services[0].State = true, "DISABLED" }, []string{"fault service-disabled"}, "answers 503 to everybody"},
		"no deployment": {func(f *fake) { f.services[1].Current, f.services[1].State = nil, "READY" }, []string{"fault no-deployment"}, "people cannot open the application"},
		"gone":          {func(f *fake) { f.services = f.services[1:] }, []string{"unknown unreachable"}, "names no container service jaja-backend"},
		"health 503":    {func(f *fake) { f.health["http://back/"] = cloud.Answer{Status: 503} }, []string{"fault health"}, "backend answers / with 503"},
		"health 404":    {func(f *fake) { f.health["http://back/"] = cloud.Answer{Status: 404} }, []string{"warning health"}, "takes it for healthy (it takes 200-499 on /)"},
		"no answer":     {func(f *fake) { f.webErr = lost }, []string{"fault health", "fault health"}, "does not answer on /"},
		"long errors": {func(f *fake) {
			f.services[0].Current.CreatedAt = start.Add(-5 * time.Hour)
			f.requests(start.Add(-20*time.Minute), start, 3)
		}, []string{"fault errors"}, "parts of people's dashboards do not load"},
		"a single one": {func(f *fake) {
			f.requests(start.Add(-10*time.Minute), start.Add(-time.Second), 0)
			f.requests(start.Add(-time.Second), start, 1)
		}, nil, ""},
		"failed": {func(f *fake) {
			f.history = append([]cloud.Deployment{{Version: 14, State: "FAILED", CreatedAt: start.Add(-9 * time.Minute)}}, f.history...)
			f.services[1].Current.Version = 14
		}, []string{"warning deployment-failed"}, "version 14 () is FAILED"},
		"failed long ago": {func(f *fake) {
			f.history = append([]cloud.Deployment{{Version: 14, State: "FAILED", CreatedAt: start.Add(-25 * time.Hour)}}, f.history...)
		}, nil, ""},
		"stuck": {func(f *fake) {
			f.services[0].Next = &cloud.Deployment{Version: 14, CreatedAt: start.Add(-13 * time.Minute)}
		}, []string{"warning deployment-stuck"}, "has been coming for 13 min"},
		"coming": {func(f *fake) {
			f.services[0].Next = &cloud.Deployment{Version: 14, CreatedAt: start.Add(-3 * time.Minute)}
		}, nil, ""},
		"db failed": {func(f *fake) { f.db.State = "storage-full" }, []string{"fault database"}, "jaja-db is storage-full"},
		"db busy":   {func(f *fake) { f.db.State = "frobnicating" }, []string{"warning database"}, "passes by itself"},
		"db open":   {func(f *fake) { f.db.Public = true }, []string{"warning database"}, "open to the Internet"},
		"no backup": {func(f *fake) { f.db.BackupRetention = false }, []string{"warning database"}, "backups of jaja-db are off"},
		"missing":   {func(f *fake) { f.secrets = f.secrets[2:] }, []string{"warning secrets-missing"}, "2 of 25 secrets are not in Infisical: API_URL, APP_URL"},
		"due": {func(f *fake) { f.secrets[7].UpdatedAt = start.Add(-371 * 24 * time.Hour) }, []string{"warning secret-due"},
			"COOKIE_SECRET was set 371 days ago; it is rotated yearly, so it is 6 days late"},
		"wrong account": {func(f *fake) { f.id.Account = "990011223344" }, []string{"fault wrong-account"}, "these keys belong to account 990011223344"},
		"dark":          {func(f *fake) { f.err = lost }, []string{"unknown unreachable"}, "no answer"},
		"order":         {func(f *fake) { f.secrets = f.secrets[1:]; f.db.State = "failed"; f.services = f.services[1:] }, []string{"fault database", "unknown unreachable", "warning secrets-missing"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			c.change(f)
			s := f.watcher().Look(t.Context())
			if !slices.Equal(codes(s), c.want) {
				t.Fatalf("%v, want %v: %+v", codes(s), c.want, s.Problems)
			}
			text := fmt.Sprintf("%+v", s.Problems)
			if !strings.Contains(text, c.words) || strings.Contains(text, "secret-url") {
				t.Errorf("%s", text)
			}
		})
	}
}

func TestAReadingThatFailsKeepsTheValue(t *testing.T) {
	f := newFake()
	w := f.watcher()
	w.Look(t.Context())
	f.err = &steps.Error{Code: steps.CodeThrottled, What: "AWS asks us to slow down."}
	f.advance(4 * time.Second)
	s := w.Look(t.Context())
	b := s.Service("jaja-backend").State
	if !b.Known || b.Value.Current.Version != 13 || b.Err == nil || b.Err.Code != steps.CodeThrottled || !b.At.Equal(start) {
		t.Errorf("%+v", b)
	}
	if len(s.Problems) != 0 {
		t.Errorf("four seconds without sight are no problem: %+v", s.Problems)
	}
	f.advance(20 * time.Second)
	if s = w.Look(t.Context()); !slices.Contains(codes(s), "unknown unreachable") {
		t.Errorf("what is stale is said: %v", codes(s))
	}
}

func TestTheLogIsReadOnlyOnce(t *testing.T) {
	f := newFake()
	f.requests(start.Add(-3*time.Minute), start, 5)
	w := f.watcher()
	look := func() status.Requests {
		s := w.Look(t.Context())
		return s.Service("jaja-backend").Requests.Value
	}
	first, again := look(), look()
	if first.Total == 0 || first.Total != again.Total || first.PerMinute != again.PerMinute {
		t.Errorf("lines are counted twice: %+v then %+v", first, again)
	}
	if len(f.since) != 3 || !f.since[0].Equal(start.Add(-2*time.Minute)) || !f.since[1].Equal(f.history[0].CreatedAt.Add(-10*time.Minute)) || f.since[2].Before(start.Add(-95*time.Second)) {
		t.Errorf("asked since %v", f.since)
	}
	f.requests(start, start.Add(time.Minute), 5)
	f.advance(time.Minute)
	if third := look(); third.Total != first.Total+30 {
		t.Errorf("%d errors after 30 more, %d before", third.Total, first.Total)
	}
}

// Where nothing is wrong the first look reads little; the second reads the rest, the third only what is new.
func TestAGlanceFirst(t *testing.T) {
	f := newFake()
	f.requests(start.Add(-15*time.Minute), start.Add(-5*time.Minute), 3)
	f.requests(start.Add(-4*time.Minute), start, 0)
	w := f.watcher()
	for i, want := range []struct {
		since  time.Time
		before int
	}{{start.Add(-2 * time.Minute), -1}, {f.history[0].CreatedAt.Add(-10 * time.Minute), 17}, {start.Add(-91 * time.Second), 17}} {
		s := w.Look(t.Context())
		if r := s.Service("jaja-backend").Requests.Value; r.Before != want.before || r.Bad != 0 || len(s.Problems) != 0 {
			t.Errorf("look %d: %+v %+v", i, r, s.Problems)
		}
		if len(f.since) != i+1 || !f.since[i].Equal(want.since) {
			t.Errorf("look %d asked since %v, want %v", i, f.since, want.since)
		}
	}
}

func TestAShortHistory(t *testing.T) {
	f := newFake()
	f.requests(start.Add(-3*time.Minute), start, 5)
	w := status.New(status.Config{Environment: site.Practice(site.Places{}), Containers: f, Clock: f, History: 90 * time.Second})
	s := w.Look(t.Context())
	if r := s.Service("jaja-backend").Requests.Value; r.Bad != 10 || r.Total != 45 || len(f.since) != 1 || !f.since[0].Equal(start.Add(-90*time.Second)) {
		t.Errorf("%+v since %v", r, f.since)
	}
}

// wait looks at the latest snapshot until ok.
func wait(t *testing.T, w *status.Watcher, what string, ok func(status.Snapshot) bool) status.Snapshot {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		s, changed := w.Latest()
		if ok(s) {
			return s
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%s: never seen", what)
		}
	}
}

func TestRun(t *testing.T) {
	f := newFake()
	f.hold = make(chan struct{})
	w := f.watcher()
	if s, _ := w.Latest(); len(s.Services) != 2 || s.Services[0].State.Known || s.Services[0].State.Err != nil {
		t.Errorf("before the first reading: %+v", s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.Run(ctx); close(done) }()
	first := wait(t, w, "all but the database", func(s status.Snapshot) bool {
		b := s.Service("jaja-backend")
		return b.State.Known && b.Health.Known && b.Requests.Known && s.Identity.Known && s.Secrets.Known
	})
	if first.Database.Known {
		t.Error("a reading that takes long must not hold the others up, nor be known before it ends")
	}
	if n := f.count("services"); n != 1 {
		t.Errorf("the clock stands still and services were read %d times", n)
	}
	f.advance(6 * time.Second)
	wait(t, w, "the next reading", func(s status.Snapshot) bool { return s.Service("jaja-backend").State.At.After(start) })
	if n := f.count("identity"); n != 1 {
		t.Errorf("identity was read %d times", n)
	}
	if !first.Service("jaja-backend").State.At.Equal(start) {
		t.Error("a snapshot changed after it was handed out")
	}
	close(f.hold)
	wait(t, w, "the database", func(s status.Snapshot) bool { return s.Database.Known })
	cancel()
	<-done
}

func TestJSON(t *testing.T) {
	f := newFake()
	f.services[0].Next = &cloud.Deployment{Version: 14, State: "ACTIVATING", CreatedAt: start}
	f.secrets = f.secrets[1:]
	s := f.watcher().Look(t.Context())
	text, err := s.JSON()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"at":"2026-11-23T07:09:41Z","environment":"practice","account":"000000000000","region":"eu-west-1","services":[` +
		`{"name":"jaja-backend","state":"RUNNING","disabled":false,"current":{"version":13,"state":"ACTIVE","image":":jaja-backend.backend.13"},"next":{"version":14,"state":"ACTIVATING","image":""},"url":"http://back/","health":{"code":200,"seconds":0.031}},` +
		`{"name":"jaja-frontend","state":"RUNNING","disabled":false,"current":{"version":9,"state":"ACTIVE","image":":jaja-frontend.frontend.9"},"next":null,"url":"http://front/","health":{"code":200,"seconds":0.088}}],` +
		`"database":{"name":"jaja-db","state":"available","latest_restorable_time":"2026-11-23T07:05:41Z"},` +
		`"problems":[{"code":"secrets-missing","summary":"1 of 25 secrets are not in Infisical: API_URL","procedure":""}]}`
	if string(text) != want {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	var empty status.Snapshot
	if text, err := empty.JSON(); err != nil || !json.Valid(text) || !strings.Contains(string(text), `"services":[]`) {
		t.Errorf("%s %v", text, err)
	}
}
