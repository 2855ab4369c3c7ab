// Package control is how the simulated cloud itself is handled: its clock, its history, its scenario and its faults, as JSON over
// HTTP. Only steps/practice imports it; everybody else calls it.
package control

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/scenario"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

const (
	maxBody  = 64 << 10
	maxSleep = 7 * 24 * time.Hour
)

// IDHeader carries the ID of the process that serves, so that a stale address is not taken for it.
const IDHeader = "X-Practice-Cloud"

// Clock is what GET /clock answers.
type Clock struct {
	Now    time.Time `json:"now"`
	Factor float64   `json:"factor"` // of the speed while somebody sleeps
	Speed  float64   `json:"speed"`  // just now: 1 or the factor
}

// Scenario is what GET /scenario answers.
type Scenario struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Page      string    `json:"page"` // what the pager says; "" for none
	Seed      uint64    `json:"seed"`
	Start     time.Time `json:"start"`
	Account   string    `json:"account"`
	Region    string    `json:"region"`
	Infisical Infisical `json:"infisical"`
	Scenarios []string  `json:"scenarios"` // that may be put
}

// Infisical is where the secrets are.
type Infisical struct {
	Project      string `json:"project"`
	Environment  string `json:"environment"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

// New serves the control paths of a cloud. id names the process; addresses is what GET /addresses answers.
func New(cloud *world.World, id string, addresses func() any) http.Handler {
	s := &server{cloud}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /addresses", func(w http.ResponseWriter, _ *http.Request) { write(w, 200, addresses()) })
	mux.HandleFunc("GET /clock", s.clock)
	mux.HandleFunc("PUT /clock", s.setClock)
	mux.HandleFunc("POST /sleep", s.sleep)
	mux.HandleFunc("GET /history", s.history)
	mux.HandleFunc("GET /scenario", s.scenario)
	mux.HandleFunc("PUT /scenario", s.setScenario)
	mux.HandleFunc("GET /faults", s.faults)
	mux.HandleFunc("POST /faults", s.addFault)
	mux.HandleFunc("DELETE /faults", s.restore)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, 404, "the control has no "+r.Method+" "+r.URL.Path)
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(IDHeader, id)
		mux.ServeHTTP(w, r)
	})
}

type server struct{ cloud *world.World }

func write(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = 500, []byte(`{"error":"the answer could not be written"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}

func refuse(w http.ResponseWriter, status int, why string) {
	write(w, status, map[string]string{"error": why})
}

// read decodes the body; on false the refusal has been written.
func read(w http.ResponseWriter, r *http.Request, v any) bool {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		refuse(w, 400, "the body is not the JSON that is wanted: "+err.Error())
	}
	return err == nil
}

func (s *server) clock(w http.ResponseWriter, _ *http.Request) {
	now, factor, speed := s.cloud.Reading()
	write(w, 200, Clock{now, factor, speed})
}

func (s *server) setClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Factor float64 `json:"factor"`
	}
	if !read(w, r, &in) {
		return
	}
	if err := s.cloud.SetFactor(in.Factor); err != nil {
		refuse(w, 400, err.Error())
		return
	}
	s.cloud.Note(world.Entry{Principal: "control", Operation: "SetFactor", Effect: world.EffectApplied, Note: strconv.FormatFloat(in.Factor, 'g', -1, 64)})
	s.clock(w, r)
}

func (s *server) sleep(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Seconds float64 `json:"seconds"`
	}
	if !read(w, r, &in) {
		return
	}
	if !(in.Seconds >= 0 && in.Seconds <= maxSleep.Seconds()) {
		refuse(w, 400, "seconds go from 0 to 604800")
		return
	}
	now, err := s.cloud.Sleep(r.Context(), time.Duration(in.Seconds*float64(time.Second)))
	if err != nil {
		if context.Cause(r.Context()) == nil {
			refuse(w, 500, err.Error())
			return
		}
		refuse(w, 503, "the cloud is being closed")
		return
	}
	write(w, 200, map[string]any{"now": now})
}

// history answers all entries, or those after ?after=SEQ.
func (s *server) history(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	out := []world.Entry{}
	s.cloud.Read(func(_ time.Time, st *world.State) {
		for _, e := range st.History {
			if e.Seq > after {
				out = append(out, e)
			}
		}
	})
	write(w, 200, out)
}

func (s *server) scenario(w http.ResponseWriter, _ *http.Request) {
	var out Scenario
	s.cloud.Read(func(_ time.Time, st *world.State) {
		c, v := st.Scenario, st.Vault
		out = Scenario{c.ID, c.Title, c.Page, c.Seed, c.Start, st.Account, st.Region, Infisical{v.Project, v.Environment, v.ClientID, v.ClientSecret}, scenario.IDs()}
	})
	write(w, 200, out)
}

// setScenario starts anew: a cloud that was started at a fixed time begins there again, others now.
func (s *server) setScenario(w http.ResponseWriter, r *http.Request) {
	var in struct {
		ID   string `json:"id"`
		Seed uint64 `json:"seed"`
	}
	if !read(w, r, &in) {
		return
	}
	var old world.Scenario
	s.cloud.Read(func(_ time.Time, st *world.State) { old = st.Scenario })
	start := time.Now()
	if old.Fixed {
		start = old.Start
	}
	next, err := scenario.New(in.ID, in.Seed, start)
	if err != nil {
		refuse(w, 400, err.Error())
		return
	}
	next.Scenario.Fixed = old.Fixed
	if err := s.cloud.Renew(next); err != nil {
		refuse(w, 500, "the new cloud could not be kept: "+err.Error())
		return
	}
	s.scenario(w, r)
}

func (s *server) faults(w http.ResponseWriter, _ *http.Request) {
	out := []world.Fault{}
	s.cloud.Read(func(_ time.Time, st *world.State) { out = append(out, st.Faults...) })
	write(w, 200, out)
}

// addFault injects a fault; {"fault":"restore"} takes them away again, all or those of the service and operation it names.
func (s *server) addFault(w http.ResponseWriter, r *http.Request) {
	var f world.Fault
	if !read(w, r, &f) {
		return
	}
	if f.Fault == "restore" {
		s.without(w, r, func(x world.Fault) bool {
			return (f.Service == "" || x.Service == f.Service) && (f.Operation == "" || x.Operation == f.Operation)
		})
		return
	}
	if err := f.Check(); err != nil {
		refuse(w, 400, err.Error())
		return
	}
	err := s.cloud.Change(func(now time.Time, st *world.State) error {
		st.Faults = append(st.Faults, f)
		st.Record(world.Entry{At: now, Principal: "control", Operation: "AddFault", Target: f.Service + f.Operation, Effect: world.EffectApplied, Note: f.Fault})
		return nil
	})
	s.changed(w, r, err)
}

func (s *server) restore(w http.ResponseWriter, r *http.Request) {
	s.without(w, r, func(world.Fault) bool { return true })
}

func (s *server) without(w http.ResponseWriter, r *http.Request, gone func(world.Fault) bool) {
	err := s.cloud.Change(func(now time.Time, st *world.State) error {
		st.Faults = slices.DeleteFunc(st.Faults, gone)
		st.Record(world.Entry{At: now, Principal: "control", Operation: "Restore", Effect: world.EffectApplied})
		return nil
	})
	s.changed(w, r, err)
}

func (s *server) changed(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		refuse(w, 500, err.Error())
		return
	}
	s.faults(w, r)
}
