package world_test

import (
	"errors"
	"os"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/scenario"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

var t0 = time.Date(2026, 3, 10, 14, 20, 0, 0, time.UTC)

func seeded(t *testing.T, id string) *world.State {
	t.Helper()
	s, err := scenario.New(id, 7, t0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFingerprint compares with what Python's hashlib and json say of the same environment.
func TestFingerprint(t *testing.T) {
	env := map[string]string{
		"ENV": " prod\u00a0", "COOKIE_SECRET": "a\"b\\c<&>\n\té€𝄞\x7f\x01", "GOOGLE_API_KEY": "k", "AWS_DATABASE_NAME": "jaja-db",
	}
	if got := world.Fingerprint(env); got != "2e9517b7030b35b50e2c29128518bbf8edba5417fda9368e29826bce5d70fbab" {
		t.Error(got)
	}
}

// TestDurations holds the ranges, for every seed and version.
func TestDurations(t *testing.T) {
	sum, n := time.Duration(0), 0
	for seed := range uint64(200) {
		s := &world.State{Scenario: world.Scenario{Seed: seed}}
		for version := range 10 {
			d := s.DeployFor("jaja-backend", version)
			if d < 150*time.Second || d > 300*time.Second {
				t.Fatalf("a deployment takes %s", d)
			}
			sum, n = sum+d, n+1
		}
		if d := s.UpdateFor("jaja-backend"); d < 120*time.Second || d > 240*time.Second {
			t.Errorf("enabling takes %s", d)
		}
		if d := s.DisableFor("jaja-backend"); d < 60*time.Second || d > 120*time.Second {
			t.Errorf("disabling takes %s", d)
		}
	}
	if mean := sum / time.Duration(n); mean < 175*time.Second || mean > 200*time.Second {
		t.Errorf("a deployment takes %s in the mean", mean)
	}
}

// TestLookingOftenIsLookingOnce holds that what the clock does depends on the time alone, not on who looked when.
func TestLookingOftenIsLookingOnce(t *testing.T) {
	begin := func() *world.State {
		s := seeded(t, "bad-deploy")
		v := s.Service("jaja-backend")
		d := *v.Deployment(12)
		d.Version, d.State, d.Started = 14, "ACTIVATING", false
		d.CreatedAt, d.StartsAt, d.EndsAt = t0, t0.Add(100*time.Second), t0.Add(180*time.Second)
		v.Deployments, v.Next = append(v.Deployments, &d), 14
		return s
	}
	often, once := begin(), begin()
	for at := t0; !at.After(t0.Add(10 * time.Minute)); at = at.Add(7 * time.Second) {
		often.Advance(at)
	}
	once.Advance(t0.Add(10 * time.Minute))
	a, b := often.Service("jaja-backend"), once.Service("jaja-backend")
	if a.Current != 14 || b.Current != 14 || len(a.Runs) != len(b.Runs) {
		t.Fatalf("%d and %d are live, %d and %d runs", a.Current, b.Current, len(a.Runs), len(b.Runs))
	}
	for i := range a.Runs {
		if a.Runs[i].Until != b.Runs[i].Until || a.Runs[i].Started != b.Runs[i].Started {
			t.Errorf("run %d differs", i)
		}
	}
}

func TestAMigrationRunsOnceAndKeepsOldImagesOut(t *testing.T) {
	s := seeded(t, "baseline")
	v, db := s.Service("jaja-backend"), s.Database("jaja-db")
	deploy := func(version int, revisions []string, at time.Duration) *world.Run {
		d := *v.Deployment(12)
		app := d.Apps["backend"]
		app.Revisions = revisions
		d.Apps = map[string]world.App{"backend": app}
		d.Version, d.State, d.Started = version, "ACTIVATING", false
		d.CreatedAt, d.StartsAt, d.EndsAt = t0.Add(at), t0.Add(at+100*time.Second), t0.Add(at+180*time.Second)
		v.Deployments, v.Next = append(v.Deployments, &d), version
		s.Advance(t0.Add(at + 10*time.Minute))
		return v.Runs[len(v.Runs)-1]
	}
	old := v.Deployment(12).Apps["backend"].Revisions
	newer := append(append([]string{}, old...), "c0ffee000001")
	if r := deploy(13, newer, 0); r.From != old[len(old)-1] || r.To != "c0ffee000001" || db.Revision != r.To {
		t.Errorf("migrated %s → %s, the schema is at %s", r.From, r.To, db.Revision)
	}
	if r := deploy(14, old, time.Hour); len(r.Crash) != 1 || r.Crash[0] != "FAILED: Can't locate revision identified by 'c0ffee000001'" || v.Current != 13 {
		t.Errorf("the old image: %v, live is %d", r.Crash, v.Current)
	}
}

func TestAChangeThatCannotBeKeptDidNotHappen(t *testing.T) {
	dir := t.TempDir()
	w, err := world.Open(dir, seeded(t, "baseline"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Close() }()
	refused := errors.New("no")
	scale := func(n int, err error) func(time.Time, *world.State) error {
		return func(_ time.Time, s *world.State) error {
			s.Service("jaja-backend").Scale = n
			return err
		}
	}
	now := func() (n int) {
		w.Read(func(_ time.Time, s *world.State) { n = s.Service("jaja-backend").Scale })
		return n
	}
	if err := w.Change(scale(5, refused)); !errors.Is(err, refused) || now() != 1 {
		t.Errorf("a refused change: %v, scale %d", err, now())
	}
	if err := w.Change(scale(2, nil)); err != nil || now() != 2 {
		t.Errorf("%v, scale %d", err, now())
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := w.Change(scale(9, nil)); err == nil || now() != 2 {
		t.Errorf("a change without a disk: %v, scale %d", err, now())
	}
}

func TestResumed(t *testing.T) {
	m := world.Mark{Sim: t0, Wall: t0, Factor: 20}
	if got := m.Resumed(t0.Add(time.Minute)); !got.Equal(t0.Add(time.Minute)) {
		t.Errorf("the gap: %s", got)
	}
	if got := m.Resumed(t0.Add(-time.Hour)); !got.Equal(t0) {
		t.Errorf("a wall clock that went back: %s", got)
	}
	m.Fast = true
	if got := m.Resumed(t0); got.Sub(t0) < 4*time.Second {
		t.Errorf("a fast clock: %s", got)
	}
}
