package web_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/web"
)

func TestGet(t *testing.T) {
	var paths []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths = append(paths, r.URL.Path)
		switch r.URL.Path {
		case "/long":
			_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
		case "/auth/google":
			w.Header().Set("Location", "https://accounts.google.com/o/oauth2?x=1")
			w.WriteHeader(http.StatusFound)
		case "/500":
			w.WriteHeader(http.StatusInternalServerError)
		default:
			_, _ = io.WriteString(w, r.Header.Get("User-Agent"))
		}
	}))
	t.Cleanup(s.Close)
	at := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	c := web.New(web.Options{UserAgent: "runbook/1.0.0", Now: func() time.Time { return at }})
	a, err := c.Get(t.Context(), s.URL+"/")
	if err != nil || a.Status != 200 || a.Body != "runbook/1.0.0" || !a.At.Equal(at) || a.Took <= 0 {
		t.Errorf("%+v %v", a, err)
	}
	if a, err = c.Get(t.Context(), s.URL+"/500"); err != nil || a.Status != 500 {
		t.Errorf("an answer of 500 is an answer: %+v %v", a, err)
	}
	if a, err = c.Get(t.Context(), s.URL+"/long"); err != nil || len(a.Body) != 64<<10 {
		t.Errorf("%d bytes kept, %v", len(a.Body), err)
	}
	if a, err = c.Get(t.Context(), s.URL+"/auth/google"); err != nil || a.Status != 302 || !strings.HasPrefix(a.Header["Location"], "https://accounts.google.com/") {
		t.Errorf("%+v %v", a, err)
	}
	if len(paths) != 4 {
		t.Errorf("asked %v: a redirect is not followed", paths)
	}
}

func TestDenied(t *testing.T) {
	c := web.New(web.Options{Timeout: time.Second})
	for _, u := range []string{
		"http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/", "http://[fe80::1]/",
		"http://metadata.google.internal/", "http://METADATA/", "http://instance-data/", "http://0.0.0.0/", "http://metadata.google.internal./", "http://[64:ff9b::a9fe:a9fe]/",
		"http://user:pw@example.com/", "file:///etc/passwd", "x", "",
	} {
		if _, err := c.Get(t.Context(), u); steps.CodeOf(err) != steps.CodeInput {
			t.Errorf("%s: %v", u, err)
		}
	}
}

func TestARedirectToTheMetadataIsDenied(t *testing.T) {
	s := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/latest/", http.StatusFound))
	t.Cleanup(s.Close)
	if a, err := web.New(web.Options{}).Get(t.Context(), s.URL); steps.CodeOf(err) != steps.CodeInput {
		t.Errorf("%+v %v", a, err)
	}
}

func TestNobodyAnswers(t *testing.T) {
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(func() { close(release); slow.Close() })
	c := web.New(web.Options{Timeout: 50 * time.Millisecond})
	if _, err := c.Get(t.Context(), slow.URL); steps.CodeOf(err) != steps.CodeUnreachable || !strings.Contains(err.Error(), "time-out") {
		t.Errorf("held: %v", err)
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if _, err := c.Get(t.Context(), gone.URL); steps.CodeOf(err) != steps.CodeUnreachable || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("gone: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Get(ctx, slow.URL); steps.CodeOf(err) != steps.CodeInterrupted {
		t.Errorf("broken off: %v", err)
	}
}
