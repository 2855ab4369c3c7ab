package wire

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/practice"
	"github.com/JustAJobApp/runbook/steps/site"
)

func TestOnlyLoopback(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1:80": true, "http://[::1]:80/x": true, "http://localhost:1": true, "https://127.0.0.1": true,
		"http://127.0.0.1.example.org": false, "http://127.0.0.1@192.0.2.1": false, "http://user:pass@127.0.0.1": false, "http://192.0.2.1": false, "http://0.0.0.0": false,
		"http://169.254.169.254": false, "https://lightsail.eu-west-1.amazonaws.com": false, "": false, "127.0.0.1:80": false, "file:///etc": false, "http://127.1": false, "http://2130706433": false,
	} {
		if got := loopback(address); got != want {
			t.Errorf("loopback(%q) = %v, want %v", address, got, want)
		}
	}
	at := practice.Addresses{Lightsail: "http://127.0.0.1:1", STS: "https://sts.amazonaws.com", Infisical: "http://127.0.0.1:1", Control: "http://127.0.0.1:1"}
	if err := onlyLoopback(at); steps.CodeOf(err) != steps.CodePlace {
		t.Errorf("an address outside was taken: %v", err)
	}
}

func TestOutsidePracticeNothingMayBeChanged(t *testing.T) {
	d := steps.Declaration{Name: "containers.deploy-image"}
	w := &World{Environment: site.Environment{Name: "production"}}
	if err := w.permit(t.Context(), d); steps.CodeOf(err) != steps.CodePlace || !strings.Contains(err.Error(), "outside practice") {
		t.Errorf("production: %v", err)
	}
	w.Practice = true
	if err := w.permit(t.Context(), d); err != nil {
		t.Errorf("practice: %v", err)
	}
	w.options.ReadOnly = true
	if err := w.permit(t.Context(), d); steps.CodeOf(err) != steps.CodePlace {
		t.Errorf("read-only: %v", err)
	}
}

func TestAFileConfirmsOnlyWhereTheSiteAllowsIt(t *testing.T) {
	w := &World{Environment: site.Environment{Name: "production"}}
	confirm := steps.Asked{Form: steps.FormConfirm}
	if err := w.accept(confirm, steps.Answered{Via: steps.ViaAnswers}); steps.CodeOf(err) != steps.CodePlace {
		t.Errorf("a file confirmed: %v", err)
	}
	for _, err := range []error{w.accept(confirm, steps.Answered{Via: steps.ViaPlain}), w.accept(steps.Asked{Form: steps.FormChoose}, steps.Answered{Via: steps.ViaAnswers})} {
		if err != nil {
			t.Error(err)
		}
	}
	w.Environment.AnswersSend = true
	if err := w.accept(confirm, steps.Answered{Via: steps.ViaAnswers}); err != nil {
		t.Error(err)
	}
}

// TestAnUntrustedConfigurationConnectsToNothing: the world is refused before a client is made.
func TestAnUntrustedConfigurationConnectsToNothing(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(dir, "none"))
	if err := os.WriteFile(ConfigName, []byte(ConfigExample), 0o600); err != nil {
		t.Fatal(err)
	}
	o := Options{State: filepath.Join(dir, "state"), Version: "test"}
	if w, err := Open(t.Context(), o); steps.CodeOf(err) != steps.CodePlace || w != nil {
		t.Fatalf("untrusted: %v", err)
	}
	c, err := ReadConfig(o, "")
	if err != nil || c.Trusted {
		t.Fatalf("%+v, %v", c, err)
	}
	if err := c.Trust(); err != nil {
		t.Fatal(err)
	}
	w, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if w.Practice || w.Environment.Name != "production" {
		t.Errorf("%+v", w.Environment)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(ConfigName, []byte(ConfigExample+"\n# edited\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), o); steps.CodeOf(err) != steps.CodePlace {
		t.Errorf("an edit was not asked about again: %v", err)
	}
}

// TestThePracticeMaskerKnowsTheDeployments: no value of a deployment's environment comes through, but for addresses.
func TestThePracticeMaskerKnowsTheDeployments(t *testing.T) {
	w, err := Open(t.Context(), Options{State: filepath.Join(t.TempDir(), "state"), Environment: PracticeName, Default: Rehearsed, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	w.fill(t.Context())
	if w.unfilled != nil {
		t.Fatal(w.unfilled)
	}
	history, err := w.lists.Deployments(t.Context(), "jaja-backend")
	if err != nil || len(history) < 2 {
		t.Fatalf("%v, %v", history, err)
	}
	for _, d := range history {
		for _, c := range d.Containers {
			for name, value := range c.Environment {
				if len(value) >= 8 && !open(name) && strings.Contains(w.Mask.Mask("x "+value+" y"), value) {
					t.Errorf("%s is not masked", name)
				}
			}
		}
	}
	for _, word := range w.public() {
		if w.Mask.Holds(word) {
			t.Errorf("%q cannot be used any more", word)
		}
	}
	for _, address := range []string{w.sim.control} {
		if !loopback(address) {
			t.Errorf("%s", address)
		}
	}
}

// control is a fake control endpoint with a clock of its own.
type control struct {
	mu    sync.Mutex
	now   time.Time
	slept []float64
}

func (c *control) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.URL.Path == "/sleep" {
		var in struct{ Seconds float64 }
		_ = json.NewDecoder(r.Body).Decode(&in)
		c.slept = append(c.slept, in.Seconds)
		c.now = c.now.Add(time.Duration(in.Seconds * float64(time.Second)))
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"now": c.now, "factor": 20, "speed": 1})
}

func TestTheClockSleepsOnTheCloud(t *testing.T) {
	begin := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	c := &control{now: begin}
	s := httptest.NewServer(c)
	defer s.Close()
	clock, err := NewClock(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := clock.Sleep(t.Context(), 100*time.Second); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("slept %v of the wall clock", took)
	}
	if now := clock.Now(); now.Before(begin.Add(100*time.Second)) || now.After(begin.Add(130*time.Second)) {
		t.Errorf("now is %v", now)
	}
	if len(c.slept) != 4 || c.slept[0] != 30 {
		t.Errorf("slept %v, want pieces of 30 s", c.slept)
	}
	last := clock.Now()
	for range 1000 {
		if now := clock.Now(); now.Before(last) {
			t.Fatalf("%v after %v", now, last)
		} else {
			last = now
		}
	}
	if _, factor := clock.Speed(); factor != 20 {
		t.Errorf("factor %v", factor)
	}
}

func TestASleepEndsWithItsContextAndWithItsCloud(t *testing.T) {
	s := httptest.NewServer(&control{now: time.Unix(1e9, 0)})
	clock, err := NewClock(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := clock.Sleep(t.Context(), time.Second); steps.CodeOf(err) != steps.CodeUnreachable {
		t.Errorf("the cloud has gone: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := clock.Sleep(ctx, time.Second); err == nil {
		t.Error("slept on after the context's end")
	}
	if err := clock.Calm().Sleep(ctx, time.Hour); err == nil {
		t.Error("waited on after the context's end")
	}
}
