package practice_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lightsail"
)

// TestFaultsOfADeployment holds for each fault what the caller sees, whether it was applied, and what the history says.
func TestFaultsOfADeployment(t *testing.T) {
	for _, tc := range []struct {
		fault   object
		code    string // of the error; "" for one without
		applied bool
		effect  string
	}{
		{object{"fault": "reset"}, "", false, "dropped"},
		{object{"fault": "close"}, "", false, "dropped"},
		{object{"fault": "timeout", "seconds": 0.05}, "", false, "dropped"},
		{object{"fault": "http-500"}, "ServiceException", false, "dropped"},
		{object{"fault": "throttle"}, "ThrottlingException", false, "dropped"},
		{object{"fault": "expired"}, "ExpiredTokenException", false, "dropped"},
		{object{"fault": "refuse"}, "AccessDeniedException", false, "dropped"},
		{object{"fault": "html"}, "", false, "dropped"},
		{object{"fault": "lost"}, "", true, "applied-unanswered"},
		{object{"fault": "truncate"}, "", true, "applied-unanswered"},
		{object{"fault": "http-500", "applied": true}, "ServiceException", true, "applied-unanswered"},
		{object{"fault": "reset", "applied": true}, "", true, "applied-unanswered"},
	} {
		t.Run(tc.fault["fault"].(string), func(t *testing.T) {
			_, a := start(t, "bad-deploy")
			c := client(a)
			tc.fault["operation"], tc.fault["times"] = "CreateContainerServiceDeployment", 1
			in := withImage(state(t, c, "jaja-backend"), "backend", ":jaja-backend.backend.12")
			call(t, "POST", a.Control+"/faults", tc.fault, nil)
			_, err := c.CreateContainerServiceDeployment(t.Context(), in)
			if err == nil || tc.code != "" && code(err) != tc.code {
				t.Fatalf("%v", err)
			}
			if next := state(t, c, "jaja-backend").NextDeployment; (next != nil) != tc.applied {
				t.Errorf("applied: %v", next != nil)
			}
			h := history(t, a)
			found := false
			for _, e := range h {
				found = found || e.Operation == "CreateContainerServiceDeployment" && e.Effect == tc.effect && e.Principal == "trainee" && e.Target == "jaja-backend"
			}
			if !found {
				t.Errorf("the history does not say %s: %+v", tc.effect, h[len(h)-2:])
			}
			var left []any
			if call(t, "GET", a.Control+"/faults", nil, &left); len(left) != 0 {
				t.Errorf("%v is left", left)
			}
		})
	}
}

func TestFaultsOfServices(t *testing.T) {
	_, a := start(t, "baseline")
	c := client(a)
	url := *state(t, c, "jaja-backend").Url
	call(t, "POST", a.Control+"/faults", object{"service": "lightsail", "fault": "expired"}, nil)
	for range 2 {
		if _, err := c.GetContainerServices(t.Context(), &lightsail.GetContainerServicesInput{}); code(err) != "ExpiredTokenException" {
			t.Errorf("%v", err)
		}
	}
	call(t, "DELETE", a.Control+"/faults", nil, nil)
	state(t, c, "jaja-backend")
	call(t, "POST", a.Control+"/faults", object{"service": "jaja-backend", "fault": "down"}, nil)
	if _, err := http.Get(url); err == nil {
		t.Error("it answers while it is down")
	}
	call(t, "POST", a.Control+"/faults", object{"service": "jaja-backend", "fault": "restore"}, nil)
	if code, _ := request(t, "GET", url, nil); code != 200 {
		t.Errorf("restored: %d", code)
	}
	// A caller that gives up ends a held answer.
	call(t, "POST", a.Control+"/faults", object{"operation": "GetContainerServices", "fault": "timeout", "times": 1}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.GetContainerServices(ctx, &lightsail.GetContainerServicesInput{}); err == nil {
		t.Error("no time-out")
	}
	for _, bad := range []object{{"fault": "nope", "operation": "X"}, {"fault": "reset"}, {"fault": "down"}, {"fault": "reset", "operation": "X", "times": -1}} {
		if status, _ := request(t, "POST", a.Control+"/faults", bad); status != 400 {
			t.Errorf("%v: %d", bad, status)
		}
	}
}

func TestTheApplications(t *testing.T) {
	_, a := start(t, "bad-deploy")
	c := client(a)
	back := strings.TrimSuffix(*state(t, c, "jaja-backend").Url, "/")
	if code, body := request(t, "GET", back+"/", nil); code != 200 || string(body) != `{"message":"success"}` {
		t.Errorf("/: %d %s", code, body)
	}
	resp, err := http.DefaultTransport.RoundTrip(get(t, back+"/auth/google"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	env := state(t, c, "jaja-backend").CurrentDeployment.Containers["backend"].Environment
	if to, err := resp.Location(); err != nil || resp.StatusCode != 307 || to.Host != "accounts.google.com" || to.Query().Get("client_id") != env["GOOGLE_CLIENT_ID"] || to.Query().Get("redirect_uri") != env["GOOGLE_CLIENT_REDIRECT_URI"] {
		t.Errorf("/auth/google: %d %v", resp.StatusCode, err)
	}
	share := func(path string) (bad int) {
		for range 200 {
			if code, _ := request(t, "GET", back+path, nil); code == 500 {
				bad++
			}
		}
		return bad
	}
	if n := share("/get-emails"); n < 95 || n > 145 {
		t.Errorf("/get-emails: %d of 200 are bad, about 120 are wanted", n)
	}
	if n := share("/me"); n < 20 || n > 60 {
		t.Errorf("/me: %d of 200 are bad, about 40 are wanted", n)
	}
	for path, want := range map[string]int{"/payment/prices": 200, "/processing/status": 200, "/nothing": 404} {
		if code, _ := request(t, "GET", back+path, nil); code != want {
			t.Errorf("%s: %d", path, code)
		}
	}
	for i := range 5 {
		want := 200
		if i == 4 {
			want = 429
		}
		if code, _ := request(t, "GET", back+"/heartbeat", nil); code != want {
			t.Errorf("heartbeat %d: %d", i+1, code)
		}
	}
	if _, err := c.CreateContainerServiceDeployment(t.Context(), withImage(state(t, c, "jaja-backend"), "backend", ":jaja-backend.backend.12")); err != nil {
		t.Fatal(err)
	}
	sleep(t, a, 310)
	if n := share("/get-emails"); n != 0 {
		t.Errorf("with the good image %d of 200 are bad", n)
	}
}
