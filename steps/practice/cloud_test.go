package practice_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"

	"github.com/JustAJobApp/runbook/steps/practice"
)

func TestTheClock(t *testing.T) {
	_, a := start(t, "baseline")
	var c struct{ Factor, Speed float64 }
	call(t, "GET", a.Control+"/clock", nil, &c)
	if c.Factor != 5000 || c.Speed != 1 {
		t.Errorf("%+v", c)
	}
	if d := now(t, a).Sub(t0); d < 0 || d > 30*time.Second {
		t.Errorf("it starts %s after T0", d)
	}
	wall, before := time.Now(), now(t, a)
	after := sleep(t, a, 3600)
	if after.Sub(before) < time.Hour {
		t.Errorf("slept %s", after.Sub(before))
	}
	if gone := time.Since(wall); gone > 30*time.Second {
		t.Errorf("an hour took %s", gone)
	}
	// A slow sleeper is taken along when the factor changes.
	call(t, "PUT", a.Control+"/clock", object{"factor": 1}, nil)
	woken := make(chan error, 1)
	go func() { woken <- post(t.Context(), a.Control+"/sleep", strings.NewReader(`{"seconds":7200}`)) }()
	call(t, "PUT", a.Control+"/clock", object{"factor": 50000}, nil)
	if err := <-woken; err != nil {
		t.Error(err)
	}
	for _, bad := range []object{{"factor": 0}, {"factor": -3}, {"factor": 1e9}} {
		if status, _ := request(t, "PUT", a.Control+"/clock", bad); status != 400 {
			t.Errorf("%v: %d", bad, status)
		}
	}
	if status, _ := request(t, "POST", a.Control+"/sleep", object{"seconds": -1}); status != 400 {
		t.Errorf("a negative sleep: %d", status)
	}
}

func TestCloseWakesSleepers(t *testing.T) {
	c, a := start(t, "baseline")
	call(t, "PUT", a.Control+"/clock", object{"factor": 2}, nil)
	woken := make(chan struct{})
	go func() {
		defer close(woken)
		req := strings.NewReader(`{"seconds":600000}`)
		_ = post(t.Context(), a.Control+"/sleep", req) // any end will do
	}()
	for {
		var clock struct{ Speed float64 }
		call(t, "GET", a.Control+"/clock", nil, &clock)
		if clock.Speed == 2 {
			break
		}
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	<-woken
}

func TestStateOutlivesAClose(t *testing.T) {
	dir := t.TempDir()
	o := practice.Options{Dir: dir, Scenario: "bad-deploy", Seed: 7, Factor: 5000, Start: t0}
	c, a := startIn(t, o)
	if _, err := practice.Start(t.Context(), o); !errors.Is(err, practice.ErrHeld) {
		t.Errorf("a second one on the same folder: %v", err)
	}
	if got, ok := practice.Attach(dir); !ok || got.URL != a.URL || got.Env["AWS_ACCESS_KEY_ID"] == "" {
		t.Errorf("attach: %v", ok)
	}
	if _, err := client(a).CreateContainerServiceDeployment(t.Context(), withImage(state(t, client(a), "jaja-backend"), "backend", ":jaja-backend.backend.12")); err != nil {
		t.Fatal(err)
	}
	last := sleep(t, a, 60)
	before := history(t, a)
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := practice.Attach(dir); ok {
		t.Error("attached to a closed cloud")
	}
	modes(t, dir)
	_, b := startIn(t, practice.Options{Dir: dir})
	if b.URL != a.URL {
		t.Errorf("it moved from %s to %s", a.URL, b.URL)
	}
	if at := now(t, b); at.Before(last) || at.Sub(last) > 5*time.Minute {
		t.Errorf("the clock went from %s to %s", last, at)
	}
	if s := state(t, client(b), "jaja-backend"); s.NextDeployment == nil || *s.NextDeployment.Version != 14 {
		t.Error("the deployment is gone")
	}
	after := history(t, b)
	if len(after) < len(before) || after[len(before)-1] != before[len(before)-1] {
		t.Error("the history is another one")
	}
}

func modes(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s is %v", d.Name(), info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestKilledRightAfterAnAnswer kills the serving process the moment a change has been answered: the change must be there.
func TestKilledRightAfterAnAnswer(t *testing.T) {
	dir := t.TempDir()
	version := int32(13)
	var last time.Time
	for round := range 3 {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"="+dir)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		a := await(t, dir)
		if at := now(t, a); at.Before(last) {
			t.Errorf("round %d: the clock went back from %s to %s", round, last, at)
		}
		c := client(a)
		s := state(t, c, "jaja-backend")
		if *s.CurrentDeployment.Version != version {
			t.Errorf("round %d: version %d is live, want %d", round, *s.CurrentDeployment.Version, version)
		}
		out, err := c.CreateContainerServiceDeployment(t.Context(), withImage(s, "backend", ":jaja-backend.backend.12"))
		killed := cmd.Process.Kill()
		_ = cmd.Wait()
		if err != nil || killed != nil {
			t.Fatal(err, killed)
		}
		version = *out.ContainerService.NextDeployment.Version
		again, b := startIn(t, practice.Options{Dir: dir})
		s = state(t, client(b), "jaja-backend")
		if s.NextDeployment == nil || *s.NextDeployment.Version != version {
			t.Fatalf("round %d: version %d was answered and is gone", round, version)
		}
		if e := history(t, b); len(e) == 0 || !applied(e, "CreateContainerServiceDeployment", round+1) {
			t.Errorf("round %d: the history has not kept it", round)
		}
		last = sleep(t, b, 310)
		if err := again.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func applied(h []entry, operation string, n int) bool {
	for _, e := range h {
		if e.Operation == operation && e.Principal == "trainee" && e.Effect == "applied" {
			n--
		}
	}
	return n == 0
}

// TestKilledWhileTheClockIsFast holds that nobody who attaches again sees an earlier time.
func TestKilledWhileTheClockIsFast(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+dir)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	a := await(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = post(ctx, a.Control+"/sleep", strings.NewReader(`{"seconds":600000}`))
	}()
	begin := now(t, a)
	last := begin
	for last.Sub(begin) < time.Hour {
		last = now(t, a)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	cancel()
	<-ended
	_, b := startIn(t, practice.Options{Dir: dir})
	if at := now(t, b); at.Before(last) {
		t.Errorf("the clock went back by %s", last.Sub(at))
	}
}

func TestTheScenarioCanBeChanged(t *testing.T) {
	_, a := start(t, "bad-deploy")
	var s struct {
		ID, Title, Page, Account, Region string
		Infisical                        map[string]string
		Scenarios                        []string
	}
	call(t, "GET", a.Control+"/scenario", nil, &s)
	if s.ID != "bad-deploy" || s.Account != "000000000000" || s.Region != "eu-west-1" || s.Infisical["client_secret"] != a.Env["INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"] {
		t.Errorf("%+v", s)
	}
	sleep(t, a, 60)
	call(t, "PUT", a.Control+"/scenario", object{"id": "service-disabled-backend", "seed": 11}, &s)
	if s.ID != "service-disabled-backend" || s.Infisical["client_secret"] != a.Env["INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"] {
		t.Errorf("%+v", s)
	}
	if v := state(t, client(a), "jaja-backend"); v.State != "DISABLED" || *v.CurrentDeployment.Version != 12 {
		t.Errorf("%v", v.State)
	}
	if d := now(t, a).Sub(t0); d < 0 || d > 30*time.Second {
		t.Errorf("the new one starts %s after T0", d)
	}
	if status, _ := request(t, "PUT", a.Control+"/scenario", object{"id": "nope"}); status != 400 {
		t.Errorf("a scenario that is not there: %d", status)
	}
}

func TestOtherWordsForTheAddressAreRefused(t *testing.T) {
	_, a := start(t, "baseline")
	var got practice.Addresses
	call(t, "GET", a.Control+"/addresses", nil, &got)
	if got.Control != a.Control || got.GitHub != "" {
		t.Errorf("%+v", got)
	}
	if status := statusAs(t, a.Control+"/clock", "evil.example"); status != 403 {
		t.Errorf("a foreign name: %d", status)
	}
}

func await(t *testing.T, dir string) practice.Addresses {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		if a, ok := practice.Attach(dir); ok {
			return a
		}
	}
	t.Fatal("no cloud serves the folder")
	return practice.Addresses{}
}

func TestReadsAreCountedBetweenChanges(t *testing.T) {
	_, a := start(t, "baseline")
	c := client(a)
	for range 5 {
		state(t, c, "jaja-backend")
	}
	if _, err := c.UpdateContainerService(t.Context(), &lightsail.UpdateContainerServiceInput{ServiceName: aws.String("jaja-backend"), Scale: aws.Int32(2)}); err != nil {
		t.Fatal(err)
	}
	state(t, c, "jaja-backend")
	h := history(t, a)
	var got []string
	for _, e := range h {
		if e.Principal == "trainee" {
			b, _ := json.Marshal(e.Count)
			got = append(got, e.Operation+" "+e.Effect+" "+string(b))
		}
	}
	want := "GetContainerServices read 5|UpdateContainerService applied 1|GetContainerServices read 1"
	if strings.Join(got, "|") != want {
		t.Errorf("%s", strings.Join(got, "|"))
	}
}
