// Package apps answers for the applications in the simulated containers, at the address of their service: as the program in the
// live image would, with its defects. Only steps/practice imports it.
package apps

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/faults"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// heartbeats is how often an address may ask for /heartbeat in an hour.
const heartbeats = 4

// Server serves the public address of one container service.
type Server struct {
	cloud   *world.World
	service string

	mu    sync.Mutex
	asked int         // answers so far: each draws its own fate
	beats []time.Time // of /heartbeat, on the virtual clock
}

// New makes the server of a service.
func New(cloud *world.World, service string) *Server { return &Server{cloud: cloud, service: service} }

// live is what answers just now.
type live struct {
	now  time.Time
	seed uint64
	off  bool // disabled
	run  *world.Run
	env  map[string]string
}

func (s *Server) live() (l live) {
	s.cloud.Read(func(now time.Time, st *world.State) {
		l.now, l.seed = now, st.Scenario.Seed
		v := st.Service(s.service)
		if v == nil {
			return
		}
		state, _ := v.Status(now)
		l.off = state == "DISABLED" || v.Current != 0 && v.Serving(now) == nil
		if r := v.Serving(now); r != nil {
			c := *r
			l.run = &c
			if d := v.Deployment(r.Version); d != nil {
				l.env = d.Containers[r.Container].Environment // never changed in place
			}
		}
	})
	return l
}

// ServeHTTP answers a user's request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := faults.Call{Service: s.service, Group: "apps", Operation: r.Method + " " + r.URL.Path, Principal: "user", Target: s.service}
	faults.Meet(s.cloud, w, r, c, faults.Dialect{}, func(w http.ResponseWriter, r *http.Request) {
		l := s.live()
		switch {
		case l.off:
			answer(w, http.StatusServiceUnavailable, "text/html", "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>")
		case l.run == nil:
			answer(w, http.StatusNotFound, "text/html", "<html><body><h1>404 Not Found</h1></body></html>")
		case l.run.App.Kind == "frontend":
			s.frontend(w, r, l)
		default:
			s.backend(w, r, l)
		}
	})
}

func answer(w http.ResponseWriter, status int, kind, body string) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func reply(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = 500, nil
	}
	answer(w, status, "application/json", string(b))
}

// fate draws a number from 0 to 1 for one answer.
func (s *Server) fate(seed uint64) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return world.Draw(seed, "fate", s.service, s.asked).Float64()
}

func (s *Server) backend(w http.ResponseWriter, r *http.Request, l live) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cache-Control", "no-cache, no-store, must-revalidate")
	h.Set("Server", "uvicorn")
	for _, b := range l.run.App.Bugs {
		if b.Route == r.URL.Path && s.fate(l.seed) < b.Rate {
			answer(w, http.StatusInternalServerError, "text/plain; charset=utf-8", "Internal Server Error")
			return
		}
	}
	switch r.URL.Path {
	case "/":
		reply(w, 200, map[string]string{"message": "success"})
	case "/auth/google":
		q := url.Values{"response_type": {"code"}, "client_id": {l.env["GOOGLE_CLIENT_ID"]}, "redirect_uri": {l.env["GOOGLE_CLIENT_REDIRECT_URI"]},
			"scope": {"openid https://www.googleapis.com/auth/userinfo.email"}, "access_type": {"offline"}, "prompt": {"consent"}}
		w.Header().Set("Location", "https://accounts.google.com/o/oauth2/auth?"+q.Encode())
		w.WriteHeader(http.StatusTemporaryRedirect)
	case "/payment/prices":
		if l.env["STRIPE_SECRET_KEY"] == "" || l.env["STRIPE_MONTHLY_PRICE_ID"] == "" || l.env["STRIPE_YEARLY_PRICE_ID"] == "" {
			reply(w, 503, map[string]string{"detail": "Payments are not configured"})
			return
		}
		reply(w, 200, map[string]any{"monthly": map[string]any{"amount": 900, "currency": "usd"}, "yearly": map[string]any{"amount": 9000, "currency": "usd"}})
	case "/me":
		reply(w, 200, map[string]any{"user_id": "practice-user", "is_active": true, "plan": "premium"})
	case "/processing/status":
		reply(w, 200, map[string]any{"status": "complete", "processed_emails": 128, "total_emails": 128})
	case "/get-emails":
		reply(w, 200, []any{})
	case "/heartbeat":
		s.heartbeat(w, l.now)
	case "/robots.txt":
		answer(w, 200, "text/plain; charset=utf-8", "User-agent: *\nDisallow: /")
	default:
		reply(w, 404, map[string]string{"detail": "Not Found"})
	}
}

func (s *Server) heartbeat(w http.ResponseWriter, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.beats[:0]
	for _, b := range s.beats {
		if now.Sub(b) < time.Hour {
			kept = append(kept, b)
		}
	}
	s.beats = kept
	if len(s.beats) >= heartbeats {
		reply(w, 429, map[string]string{"detail": "Too many requests. Please try again later."}) // the application's words
		return
	}
	s.beats = append(s.beats, now)
	reply(w, 200, map[string]string{"status": "alive", "timestamp": now.Format("2006-01-02T15:04:05.000000")})
}

func (s *Server) frontend(w http.ResponseWriter, r *http.Request, l live) {
	if world.HealthAnswer("frontend", r.URL.Path) != 200 {
		answer(w, 404, "text/html; charset=utf-8", "<!doctype html><title>404: This page could not be found</title>")
		return
	}
	w.Header().Set("X-Powered-By", "Next.js")
	api := html.EscapeString(l.env["NEXT_PUBLIC_API_URL"])
	answer(w, 200, "text/html; charset=utf-8", fmt.Sprintf(`<!doctype html><html lang="en"><head><title>JustAJobApp</title><link rel="preconnect" href="%s"></head><body><div id="__next"></div><script>self.__ENV={"NEXT_PUBLIC_API_URL":"%s","NEXT_PUBLIC_APP_URL":"%s"}</script></body></html>`,
		api, api, html.EscapeString(l.env["NEXT_PUBLIC_APP_URL"])))
}
