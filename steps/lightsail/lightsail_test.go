package lightsail_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/lightsail"
)

// fake answers every request with one function and keeps what was asked.
type fake struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // X-Amz-Target, or sts
	agent string
	body  []string
}

func serve(t *testing.T, answer http.HandlerFunc) *fake {
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		_, op, ok := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		if !ok {
			op = "sts"
		}
		f.mu.Lock()
		f.asked, f.agent, f.body = append(f.asked, op), r.Header.Get("User-Agent"), append(f.body, string(b))
		f.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.asked)
}

func client(t *testing.T, at string) *lightsail.Client {
	t.Helper()
	c, err := lightsail.New(lightsail.Options{Endpoint: at, Region: "eu-west-1", Keys: &lightsail.Keys{ID: "AKIDPRACTICE", Secret: "not-a-secret"}, UserAgent: "runbook/1.0.0", Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fails(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"__type":%q,"message":%q}`, code, message)
	}
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_, _ = io.WriteString(w, body)
	}
}

func cut(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.Close()
}

func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	_ = conn.Close()
}

func truncated(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.Header().Set("Content-Length", "4000")
	_, _ = io.WriteString(w, `{"containerService":{"containerServiceName":"jaja`)
}

func held(w http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-time.After(20 * time.Second):
	}
}

var wanted = cloud.Deployment{
	Containers: map[string]cloud.Container{"backend": {Image: ":jaja-backend.backend.12", Environment: cloud.Environment{"COOKIE_SECRET": "s3cr3t-value"}, Ports: map[string]string{"8000": "HTTP"}}},
	Endpoint:   &cloud.Endpoint{Container: "backend", Port: 8000, Health: cloud.HealthCheck{Path: "/", SuccessCodes: "200-499", IntervalSeconds: 10}},
}

// A write is sent once whatever comes back, and its error says no more than is sure.
func TestWritesAreSentOnce(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   steps.Code
		words  string
	}{
		"reset":            {reset, steps.CodeUnknown, "the line was cut before an answer"},
		"closed":           {cut, steps.CodeUnknown, "the line was cut before an answer"},
		"held":             {held, steps.CodeUnknown, "time-out"},
		"truncated 200":    {truncated, steps.CodeUnknown, "HTTP 200"},
		"empty 200":        {says(""), steps.CodeUnknown, "the answer was empty"},
		"page with 200":    {says("<html>log in</html>"), steps.CodeUnknown, "HTTP 200"},
		"500":              {fails(500, "ServiceException", "no"), steps.CodeUnknown, "HTTP 500, ServiceException"},
		"500 InvalidInput": {fails(500, "InvalidInputException", "no"), steps.CodeUnknown, "HTTP 500"},
		"503 page":         {fails(503, "", "x"), steps.CodeUnknown, "HTTP 503"},
		"throttled":        {fails(400, "ThrottlingException", "Rate exceeded"), steps.CodeUnknown, "ThrottlingException"},
		"operation failed": {fails(400, "OperationFailureException", "no"), steps.CodeUnknown, "HTTP 400"},
		"unknown code":     {fails(400, "NewException", "no"), steps.CodeUnknown, "HTTP 400, NewException"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, steps.CodeUnknown, "HTTP 307"},
		"input":       {fails(400, "InvalidInputException", `Container has an unusable image, near "s3cr3t-value".`), steps.CodeRejected, "unusable image"},
		"in progress": {fails(400, "InvalidInputException", `Sorry, deployment 14 is in progress for service "jaja-backend". Please wait for it.`), steps.CodeRejected, "AWS refuses: deployment 14 is in progress."},
		"denied":      {fails(400, "AccessDeniedException", "no"), steps.CodeRejected, "lightsail:CreateContainerServiceDeployment"},
		"not found":   {fails(400, "NotFoundException", "no"), steps.CodeRejected, "jaja-backend is not there"},
		"expired":     {fails(400, "ExpiredTokenException", "no"), steps.CodeRejected, "has expired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, c.answer)
			_, err := client(t, f.URL).Deploy(t.Context(), "jaja-backend", wanted)
			e, ok := errors.AsType[*steps.Error](err)
			if !ok || e.Code != c.want || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v (%s), want %s with %q", err, steps.CodeOf(err), c.want, c.words)
			}
			if f.count() != 1 {
				t.Errorf("%d requests, want 1", f.count())
			}
			for _, secret := range []string{"s3cr3t", "AKID", "127.0.0.1"} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error holds %s: %v", secret, err)
				}
			}
		})
	}
}

func TestSetDisabledIsSentOnceAndChangesNothingElse(t *testing.T) {
	f := serve(t, fails(500, "ServiceException", "no"))
	err := client(t, f.URL).SetDisabled(t.Context(), "jaja-backend", false)
	if steps.CodeOf(err) != steps.CodeUnknown || f.count() != 1 {
		t.Errorf("%v after %d requests", err, f.count())
	}
	if f.body[0] != `{"isDisabled":false,"serviceName":"jaja-backend"}` {
		t.Errorf("sent %s", f.body[0])
	}
}

func TestWhatSurelyWasNotSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + l.Addr().String()
	_ = l.Close()
	if _, err := client(t, gone).Deploy(t.Context(), "jaja-backend", wanted); steps.CodeOf(err) != steps.CodeNotSent || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("refused: %v", err)
	}
	if _, err := client(t, "http://nowhere.invalid:1").Deploy(t.Context(), "jaja-backend", wanted); steps.CodeOf(err) != steps.CodeNotSent {
		t.Errorf("a name that is not known: %v", err)
	}
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	t.Cleanup(secure.Close)
	if _, err := client(t, secure.URL).Deploy(t.Context(), "jaja-backend", wanted); steps.CodeOf(err) != steps.CodeNotSent || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that is not trusted: %v", err)
	}
	f := serve(t, says("{}"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client(t, f.URL).Deploy(ctx, "jaja-backend", wanted); steps.CodeOf(err) != steps.CodeNotSent || f.count() != 0 {
		t.Errorf("broken off beforehand: %v, %d requests", err, f.count())
	}
}

func TestReads(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   steps.Code
		calls  int
		words  string
	}{
		"expired":     {fails(400, "ExpiredTokenException", "x"), steps.CodeCredentials, 1, "has expired"},
		"not known":   {fails(400, "UnrecognizedClientException", "x"), steps.CodeCredentials, 1, "does not know the login"},
		"denied":      {fails(400, "AccessDeniedException", "x"), steps.CodeCredentials, 1, "lightsail:GetContainerServices"},
		"not found":   {fails(400, "NotFoundException", "x"), steps.CodeNotFound, 1, "jaja-backend is not there"},
		"throttled":   {fails(400, "ThrottlingException", "x"), steps.CodeThrottled, 3, "slow down"},
		"unavailable": {fails(503, "ServiceUnavailable", "x"), steps.CodeUnreachable, 3, "HTTP 503"},
		"page":        {says("<html>"), steps.CodeUnreachable, 1, "HTTP 200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := serve(t, c.answer)
			_, err := client(t, f.URL).Service(t.Context(), "jaja-backend")
			if steps.CodeOf(err) != c.want || !strings.Contains(fmt.Sprint(err), c.words) {
				t.Errorf("got %v (%s), want %s with %q", err, steps.CodeOf(err), c.want, c.words)
			}
			if f.count() != c.calls {
				t.Errorf("%d requests, want %d", f.count(), c.calls)
			}
		})
	}
}

func TestExpiredAtSTS(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>`)
	})
	if _, err := client(t, f.URL).Identity(t.Context()); steps.CodeOf(err) != steps.CodeCredentials || f.count() != 1 {
		t.Errorf("%v after %d requests", err, f.count())
	}
}

func TestIdentity(t *testing.T) {
	f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user/trainee</Arn><UserId>A</UserId><Account>000000000000</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetCallerIdentityResponse>`)
	})
	id, err := client(t, f.URL).Identity(t.Context())
	if err != nil || id.Account != "000000000000" || id.Region != "eu-west-1" || !strings.HasSuffix(id.ARN, "trainee") {
		t.Errorf("%+v %v", id, err)
	}
	if !strings.Contains(f.agent, "runbook/1.0.0") {
		t.Errorf("user agent %q", f.agent)
	}
}

func TestServiceAndDeploy(t *testing.T) {
	body := `{"containerService":{"containerServiceName":"jaja-backend","state":"DEPLOYING","url":"https://x/","isDisabled":false,"scale":1,"power":"nano","createdAt":1.767225600123E9,
		"currentDeployment":{"version":13,"state":"ACTIVE","createdAt":1767225600,"containers":{"backend":{"image":":jaja-backend.backend.13","command":[],"environment":{"K":"v"},"ports":{"8000":"HTTP"}}},
			"publicEndpoint":{"containerName":"backend","containerPort":8000,"healthCheck":{"healthyThreshold":2,"unhealthyThreshold":2,"timeoutSeconds":2,"intervalSeconds":10,"path":"/","successCodes":"200-499"}}},
		"nextDeployment":{"version":14,"state":"ACTIVATING","createdAt":1767225700,"containers":{}}}}`
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "GetContainerServices") {
			says(strings.Replace(strings.TrimSuffix(body, "}"), `{"containerService":`, `{"containerServices":[`, 1)+"]}")(w, r)
			return
		}
		says(body)(w, r)
	})
	c := client(t, f.URL)
	s, err := c.Service(t.Context(), "jaja-backend")
	if err != nil {
		t.Fatal(err)
	}
	if s.Current.Image() != ":jaja-backend.backend.13" || s.Current.Endpoint.Health.SuccessCodes != "200-499" || s.Next.Version != 14 || s.Power != "nano" || s.Scale != 1 || s.Current.Public().Environment["K"] != "v" {
		t.Errorf("%+v", s)
	}
	if v, err := c.Deploy(t.Context(), "jaja-backend", *s.Current); v != 14 || err != nil {
		t.Errorf("version %d, %v", v, err)
	}
	want := `{"containers":{"backend":{"command":[],"environment":{"K":"v"},"image":":jaja-backend.backend.13","ports":{"8000":"HTTP"}}},"publicEndpoint":{"containerName":"backend","containerPort":8000,"healthCheck":{"healthyThreshold":2,"intervalSeconds":10,"path":"/","successCodes":"200-499","timeoutSeconds":2,"unhealthyThreshold":2}},"serviceName":"jaja-backend"}`
	if got := f.body[len(f.body)-1]; !sameJSON(t, got, want) {
		t.Errorf("sent %s", got)
	}
	if _, err := c.Service(t.Context(), "other"); steps.CodeOf(err) != steps.CodeNotFound {
		t.Errorf("a service that the answer does not name: %v", err)
	}
}

func TestLogPagesAreFollowed(t *testing.T) {
	pages := 0
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		pages++
		token := fmt.Sprintf(`,"nextPageToken":"t%d"`, pages)
		if pages == 3 {
			token = ""
		}
		says(fmt.Sprintf(`{"logEvents":[{"createdAt":%d,"message":"line %d"}]%s}`, 1767225600+pages, pages, token))(w, r)
	})
	lines, err := client(t, f.URL).Lines(t.Context(), "jaja-backend", "backend", time.Unix(1767225600, 0))
	if err != nil || len(lines) != 3 || lines[2].Message != "line 3" || lines[0].At.Location() != time.UTC {
		t.Errorf("%v %v", lines, err)
	}
	if !strings.Contains(f.body[0], `"startTime":1767225600`) || !strings.Contains(f.body[1], `"pageToken":"t1"`) {
		t.Errorf("asked %v", f.body)
	}
}

func TestALogWithoutEnd(t *testing.T) {
	n := 0
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n++
		says(fmt.Sprintf(`{"logEvents":[{"createdAt":1,"message":"m"}],"nextPageToken":"%d"}`, n))(w, r)
	})
	lines, err := client(t, f.URL).Lines(t.Context(), "jaja-backend", "backend", time.Unix(1, 0))
	if err == nil || len(lines) != 1000 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
}

func TestDatabaseInTheMaking(t *testing.T) {
	f := serve(t, says(`{"relationalDatabase":{"name":"jaja-db","state":"creating","engine":"postgres","engineVersion":"13.18"}}`))
	db, err := client(t, f.URL).Database(t.Context(), "jaja-db")
	if err != nil || db.State != "creating" || db.Engine != "postgres 13.18" || !db.LatestRestorableTime.IsZero() || db.Address != "" {
		t.Errorf("%+v %v", db, err)
	}
}
