package scenario_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/scenario"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

var t0 = time.Date(2026, 3, 10, 14, 20, 0, 0, time.UTC)

func seeded(t *testing.T, id string, seed uint64) *world.State {
	t.Helper()
	s, err := scenario.New(id, seed, t0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheSameSeedIsTheSameCloud(t *testing.T) {
	for _, id := range scenario.IDs() {
		text := func(seed uint64) string {
			s := seeded(t, id, seed)
			s.ID, s.Clock.Wall = "", time.Time{}
			b, err := json.Marshal(s)
			if err != nil {
				t.Fatal(err)
			}
			return string(b)
		}
		if first, second := text(7), text(7); first != second {
			t.Errorf("%s: the same seed made another cloud", id)
		}
		if text(7) == text(8) {
			t.Errorf("%s: another seed made the same cloud", id)
		}
	}
}

// TestWhatScenariosShare holds what the procedures count on, for many seeds.
func TestWhatScenariosShare(t *testing.T) {
	for _, id := range scenario.IDs() {
		for seed := range uint64(20) {
			s := seeded(t, id, seed)
			values := map[string]string{}
			for _, x := range s.Vault.Secrets {
				values[x.Key] = x.Latest().Value
			}
			expected := s.Vault.Value("EXPECTED_SECURITY_FINGERPRINT")
			back := s.Service("jaja-backend")
			env := back.Deployment(back.Current).Containers["backend"].Environment
			if expected != world.Fingerprint(values) || expected != world.Fingerprint(env) {
				t.Errorf("%s, seed %d: the three fingerprints differ", id, seed)
			}
			for _, v := range s.Services {
				d := v.Deployment(v.Current)
				for name, c := range d.Containers {
					if v.Image(c.Image) == nil || len(v.Images) != 2 {
						t.Errorf("%s: %s runs %s, and holds %d images", id, name, c.Image, len(v.Images))
					}
					for k, x := range c.Environment {
						if x == "" {
							t.Errorf("%s: %s has no %s", id, v.Name, k)
						}
					}
				}
			}
			if at := s.Vault.Secret("COOKIE_SECRET").Latest().At; t0.Sub(at) > 300*24*time.Hour {
				t.Errorf("%s: COOKIE_SECRET is due", id)
			}
			if s.Advance(t0) {
				t.Errorf("%s: something was due at the start", id)
			}
		}
	}
}

func TestAScenarioThatIsNotThere(t *testing.T) {
	if _, err := scenario.New("nope", 1, t0); err == nil {
		t.Error("no error")
	}
}
