package status

import (
	"encoding/json"
	"time"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

// The published shape of status --json. What is not known is null or empty.
type (
	published struct {
		At          time.Time          `json:"at"`
		Environment string             `json:"environment"`
		Account     string             `json:"account"`
		Region      string             `json:"region"`
		Services    []publishedService `json:"services"`
		Database    *publishedDatabase `json:"database"`
		Problems    []publishedProblem `json:"problems"`
	}
	publishedService struct {
		Name     string            `json:"name"`
		State    string            `json:"state"`
		Disabled bool              `json:"disabled"`
		Current  *publishedVersion `json:"current"`
		Next     *publishedVersion `json:"next"`
		URL      string            `json:"url"`
		Health   *publishedHealth  `json:"health"`
	}
	publishedVersion struct {
		Version int    `json:"version"`
		State   string `json:"state"`
		Image   string `json:"image"`
	}
	publishedHealth struct {
		Code    int     `json:"code"`
		Seconds float64 `json:"seconds"`
	}
	publishedDatabase struct {
		Name       string     `json:"name"`
		State      string     `json:"state"`
		Restorable *time.Time `json:"latest_restorable_time"`
	}
	publishedProblem struct {
		Code      string `json:"code"`
		Summary   string `json:"summary"`
		Procedure string `json:"procedure"`
	}
)

// JSON is the Snapshot in the shape that status --json publishes: one object, keys in snake case, times in RFC 3339, durations in
// seconds.
func (s *Snapshot) JSON() ([]byte, error) {
	out := published{At: s.At.UTC(), Environment: s.Environment, Account: s.Account, Region: s.Region, Services: []publishedService{}, Problems: []publishedProblem{}}
	for i := range s.Services {
		v := &s.Services[i]
		c := &v.State.Value
		p := publishedService{Name: v.Name, State: c.State, Disabled: c.Disabled, Current: version(c.Current), Next: version(c.Next), URL: c.URL}
		if h := v.Health; h.Known {
			p.Health = &publishedHealth{h.Value.Status, h.Value.Took.Seconds()}
		}
		out.Services = append(out.Services, p)
	}
	if d := s.Database; d.Known {
		out.Database = &publishedDatabase{Name: d.Value.Name, State: d.Value.State}
		if t := d.Value.LatestRestorableTime.UTC(); !t.IsZero() {
			out.Database.Restorable = &t
		}
	}
	for _, p := range s.Problems {
		out.Problems = append(out.Problems, publishedProblem{p.Code, p.Summary, p.Procedure})
	}
	return json.Marshal(out)
}

func version(d *cloud.Deployment) *publishedVersion {
	if d == nil {
		return nil
	}
	return &publishedVersion{d.Version, d.State, d.Image()}
}
