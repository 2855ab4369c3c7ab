package infisical_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/infisical"
)

// fake is an Infisical of a few answers.
type fake struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []string
	queries []string
	logins  int
	token   string // the one that counts now
	answer  func(path string) (status int, body string)
}

func serve(t *testing.T) *fake {
	f := &fake{token: "t1"}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asked, f.queries = append(f.asked, r.Method+" "+r.URL.Path), append(f.queries, r.URL.RawQuery)
		w.Header().Set("Content-Type", "application/json")
		if f.answer != nil {
			if status, body := f.answer(r.URL.Path); status != 0 {
				w.WriteHeader(status)
				_, _ = io.WriteString(w, body)
				return
			}
		}
		switch {
		case r.URL.Path == "/api/v1/auth/universal-auth/login":
			f.logins++
			var in struct{ ClientID, ClientSecret string }
			_ = json.NewDecoder(r.Body).Decode(&in)
			if in.ClientSecret != "right" {
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"statusCode":401,"message":"Invalid credentials","error":"UnauthorizedError"}`)
				return
			}
			_, _ = fmt.Fprintf(w, `{"accessToken":%q,"expiresIn":3600,"accessTokenMaxTTL":7200,"tokenType":"Bearer"}`, f.token)
		case r.Header.Get("Authorization") != "Bearer "+f.token:
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, `{"statusCode":403,"message":"Your token has expired. Please re-authenticate.","error":"TokenError"}`)
		case r.URL.Path == "/api/v3/secrets/raw":
			_, _ = io.WriteString(w, `{"secrets":[
				{"secretKey":"DATABASE_URL","secretValue":"<hidden-by-infisical>","version":4,"createdAt":"2025-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:05.678Z","secretPath":"/"},
				{"secretKey":"COOKIE_SECRET","version":2,"createdAt":"2025-01-02T03:04:05Z","updatedAt":"2025-11-17T03:04:05Z","secretPath":"/"}],"imports":[]}`)
		case strings.HasPrefix(r.URL.Path, "/api/v3/secrets/raw/"):
			_, _ = fmt.Fprintf(w, `{"secret":{"secretKey":%q,"secretValue":" 77d04e\n","version":1}}`, strings.TrimPrefix(r.URL.Path, "/api/v3/secrets/raw/"))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

func options(f *fake) infisical.Options {
	return infisical.Options{URL: f.URL + "/", Project: "p1", Environment: "prod", ClientID: "id", ClientSecret: "right", UserAgent: "runbook/1.0.0", Timeout: 2 * time.Second}
}

func client(t *testing.T, o infisical.Options) *infisical.Client {
	t.Helper()
	c, err := infisical.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestList(t *testing.T) {
	f := serve(t)
	c := client(t, options(f))
	for range 2 {
		list, err := c.List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 2 || list[0].Name != "COOKIE_SECRET" || list[1].Version != 4 || list[1].UpdatedAt.Year() != 2026 {
			t.Errorf("%+v", list)
		}
	}
	if f.logins != 1 {
		t.Errorf("%d logins for two lists", f.logins)
	}
	if q := f.queries[len(f.queries)-1]; !strings.Contains(q, "viewSecretValue=false") || !strings.Contains(q, "workspaceId=p1") || !strings.Contains(q, "secretPath=%2F") {
		t.Errorf("asked %s", q)
	}
}

func TestValue(t *testing.T) {
	f := serve(t)
	c := client(t, options(f))
	if v, err := c.Value(t.Context(), "EXPECTED_SECURITY_FINGERPRINT"); err != nil || v != "77d04e" {
		t.Errorf("%q %v", v, err)
	}
	before := len(f.asked)
	for _, name := range []string{"", "a/b", "a?x=1", "a#f", "../../v1/folders", "a%zz"} {
		if _, err := c.Value(t.Context(), name); steps.CodeOf(err) != steps.CodeInput {
			t.Errorf("%q: %v", name, err)
		}
	}
	if len(f.asked) != before {
		t.Error("a name that is none was asked for")
	}
}

func TestAnExpiredTokenIsRenewedOnce(t *testing.T) {
	f := serve(t)
	c := client(t, options(f))
	if _, err := c.List(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.mu.Lock()
	f.token = "t2"
	f.mu.Unlock()
	if _, err := c.List(t.Context()); err != nil || f.logins != 2 {
		t.Errorf("%v after %d logins", err, f.logins)
	}
	o := options(f)
	o.Token, o.ClientID, o.ClientSecret = "spent", "", ""
	if _, err := client(t, o).List(t.Context()); steps.CodeOf(err) != steps.CodeCredentials || f.logins != 2 {
		t.Errorf("a token of one's own is not renewed: %v", err)
	}
}

func TestARefusedLoginIsNotRepeatedForEver(t *testing.T) {
	f := serve(t)
	o := options(f)
	o.ClientSecret = "wrong"
	c := client(t, o)
	for range 5 {
		_, err := c.List(t.Context())
		if steps.CodeOf(err) != steps.CodeCredentials || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%v", err)
		}
	}
	if f.logins != 2 {
		t.Errorf("%d logins, want 2: more lock the identity out", f.logins)
	}
}

func TestAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   steps.Code
	}{
		"may not":   {403, `{"statusCode":403,"message":"You are not allowed to describeSecret on secrets","error":"PermissionDenied"}`, steps.CodeCredentials},
		"not there": {404, `{"statusCode":404,"message":"Project not found","error":"NotFound"}`, steps.CodeNotFound},
		"slow down": {429, `{"statusCode":429,"message":"Rate limit exceeded. Please try again in 12 seconds"}`, steps.CodeThrottled},
		"input":     {400, `{"statusCode":400,"message":"bad\u001b[2J","error":"BadRequest"}`, steps.CodeInput},
		"list":      {422, `{"statusCode":422,"message":[{"code":"x"}],"error":"ValidationFailure"}`, steps.CodeUnreachable},
		"broken":    {500, `{"statusCode":500,"message":"no"}`, steps.CodeUnreachable},
		"page":      {200, `<html>sign in</html>`, steps.CodeUnreachable},
		"approval":  {200, `{"approval":{"id":"x"}}`, steps.CodeUnreachable},
		"hidden":    {200, `{"secret":{"secretKey":"K","secretValue":"<hidden-by-infisical>"}}`, steps.CodeCredentials},
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t)
			f.answer = func(path string) (int, string) {
				if strings.Contains(path, "/secrets/") {
					return c.status, c.body
				}
				return 0, ""
			}
			k := client(t, options(f))
			_, err := k.Value(t.Context(), "K")
			if steps.CodeOf(err) != c.want {
				t.Errorf("value: %v (%s), want %s", err, steps.CodeOf(err), c.want)
			}
			if n := len(f.asked); n != 2 {
				t.Errorf("%d requests, want the login and one more", n)
			}
			if name == "hidden" {
				return
			}
			_, err = k.List(t.Context())
			if steps.CodeOf(err) != c.want || strings.Contains(fmt.Sprint(err), "\x1b") {
				t.Errorf("list: %v (%s), want %s", err, steps.CodeOf(err), c.want)
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(func() { close(release); slow.Close() })
	o := infisical.Options{URL: slow.URL, Project: "p", Environment: "prod", ClientID: "i", ClientSecret: "s", Timeout: 50 * time.Millisecond}
	if _, err := client(t, o).Value(t.Context(), "K"); steps.CodeOf(err) != steps.CodeUnreachable || !strings.Contains(err.Error(), "time-out") {
		t.Errorf("held: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client(t, o).List(ctx); steps.CodeOf(err) != steps.CodeInterrupted {
		t.Errorf("broken off: %v", err)
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	o.URL = gone.URL
	_, err := client(t, o).List(t.Context())
	if steps.CodeOf(err) != steps.CodeUnreachable || !strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "127.0.0.1") {
		t.Errorf("gone: %v", err)
	}
}

// The SDK takes what is missing from the shell: then it must not get that far.
func TestNothingIsTakenFromTheShell(t *testing.T) {
	t.Setenv("INFISICAL_UNIVERSAL_AUTH_CLIENT_ID", "real")
	t.Setenv("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET", "real")
	for _, o := range []infisical.Options{
		{URL: "http://127.0.0.1:1", Project: "p", Environment: "prod"},
		{URL: "http://127.0.0.1:1", Project: "p", Environment: "prod", ClientID: "a"},
		{URL: "http://127.0.0.1:1", Project: "p", Environment: "prod", ClientSecret: "a"},
	} {
		if _, err := infisical.New(o); steps.CodeOf(err) != steps.CodeCredentials {
			t.Errorf("%v", err)
		}
	}
	for _, o := range []infisical.Options{{URL: "x", Project: "p", Environment: "e", Token: "t"}, {URL: "http://h", Token: "t"}, {URL: "http://u:p@h", Project: "p", Environment: "e", Token: "t"}} {
		if _, err := infisical.New(o); steps.CodeOf(err) != steps.CodeInput {
			t.Errorf("%v", err)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", infisical.Options{Token: "t0ken"}, infisical.Options{ClientSecret: "t0ken"}, infisical.Options{Token: "t0ken"}); strings.Contains(s, "t0ken") {
		t.Errorf("options print as %s", s)
	}
}
