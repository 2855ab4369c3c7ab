// Package infisical speaks Infisical's wire protocol over the simulated cloud, as its Go SDK and CLI use it: universal auth, and
// secrets by the v3 raw and the v4 routes. Only steps/practice imports it.
package infisical

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/faults"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

const maxBody = 1 << 20

// Server serves one Infisical project.
type Server struct {
	cloud  *world.World
	mux    *http.ServeMux
	tokens tokens
}

// failure is an error in Infisical's words.
type failure struct {
	status  int
	name    string
	message any // a string; a list where the request is not valid
}

func (f *failure) Error() string { return fmt.Sprint(f.name, ": ", f.message) }

type request struct {
	r    *http.Request
	who  string
	body map[string]any
}

func (q *request) text(name string) string {
	if v, ok := q.body[name].(string); ok {
		return v
	}
	return ""
}

// param is a query parameter under any of its spellings.
func (q *request) param(names ...string) string {
	for _, n := range names {
		if v := q.r.URL.Query().Get(n); v != "" {
			return v
		}
	}
	return ""
}

// New makes a server over a cloud.
func New(cloud *world.World) *Server {
	s := &Server{cloud: cloud, mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /api/status", func(w http.ResponseWriter, _ *http.Request) {
		write(w, 200, map[string]any{"date": cloud.Now(), "message": "Ok", "emailConfigured": true, "inviteOnlySignup": true, "redisConfigured": true, "secretScanningConfigured": false})
	})
	s.open("POST /api/v1/auth/universal-auth/login", "Login", s.login)
	s.open("POST /api/v1/auth/token/renew", "RenewToken", s.renew)
	s.open("POST /api/v1/auth/token/revoke", "RevokeToken", s.revoke)
	for _, base := range []string{"/api/v3/secrets/raw", "/api/v4/secrets"} {
		s.closed("GET "+base, "ListSecrets", s.list)
		s.closed("GET "+base+"/{name}", "GetSecret", s.get)
		s.closed("PATCH "+base+"/{name}", "UpdateSecret", s.update)
		s.closed("POST "+base+"/{name}", "CreateSecret", s.create)
		s.closed("DELETE "+base+"/{name}", "DeleteSecret", s.remove)
	}
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		write(w, 404, map[string]any{"message": "Route " + r.Method + ":" + r.URL.Path + " not found", "error": "Not Found", "statusCode": 404})
	})
	return s
}

// ServeHTTP serves /api/….
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

type handler func(q *request) (any, error)

// open adds a route that needs no token.
func (s *Server) open(route, operation string, h handler) {
	s.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, operation, "", h) })
}

// closed adds a route that needs one.
func (s *Server) closed(route, operation string, h handler) {
	s.mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
		bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		who, err := s.holder(bearer)
		if err != nil {
			s.serve(w, r, operation, "anonymous", func(*request) (any, error) { return nil, err })
			return
		}
		s.serve(w, r, operation, who, h)
	})
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, operation, who string, h handler) {
	q := &request{r: r, who: who}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil && len(b) > 0 {
		err = json.Unmarshal(b, &q.body)
	}
	if err != nil {
		fail(w, &failure{400, "BadRequest", "The body is not JSON."})
		return
	}
	target := r.PathValue("name")
	c := faults.Call{Service: "infisical", Group: "infisical", Operation: operation, Principal: who, Target: target}
	faults.Meet(s.cloud, w, r, c, dialect, func(w http.ResponseWriter, r *http.Request) {
		q.r = r
		out, err := h(q)
		effect := world.EffectRead
		if err != nil {
			effect = world.EffectRefused
		}
		if err != nil || r.Method == http.MethodGet || target == "" {
			s.cloud.Note(world.Entry{Principal: q.who, Operation: operation, Target: target, Effect: effect})
		}
		if err != nil {
			fail(w, err)
			return
		}
		write(w, 200, out)
	})
}

var dialect = faults.Dialect{
	Internal: func(w http.ResponseWriter) { fail(w, &failure{500, "InternalServerError", "Something went wrong"}) },
	Throttle: func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "7")
		fail(w, &failure{429, "RateLimitExceeded", "Rate limit exceeded. Please try again in 7 seconds"})
	},
	Expired: func(w http.ResponseWriter) {
		fail(w, &failure{403, "TokenError", "Your token has expired. Please re-authenticate."})
	},
	Refuse: func(w http.ResponseWriter) {
		fail(w, &failure{403, "PermissionDenied", "You are not allowed to edit on secrets"})
	},
}

func fail(w http.ResponseWriter, err error) {
	f, ok := err.(*failure)
	if !ok {
		f = &failure{500, "InternalServerError", "Something went wrong"}
	}
	write(w, f.status, map[string]any{"reqId": "req-" + world.Text(world.Draw(uint64(time.Now().UnixNano()), "req"), world.Mixed, 14), "statusCode": f.status, "message": f.message, "error": f.name})
}

func write(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = 500, []byte(`{"statusCode":500,"message":"Something went wrong","error":"InternalServerError"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}
