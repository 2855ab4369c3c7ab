package practice_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/JustAJobApp/runbook/steps/practice"
)

// childEnv makes this test binary serve a cloud in the folder that it names, until it is killed.
const childEnv = "PRACTICE_TEST_SERVE"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if _, err := practice.Start(context.Background(), practice.Options{Dir: dir, Scenario: "bad-deploy", Seed: 7, Factor: 5000}); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		select {}
	}
	// A proxy that nobody serves: nothing here may go through it.
	for _, k := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		_ = os.Setenv(k, "http://127.0.0.1:9")
	}
	os.Exit(m.Run())
}

// t0 is a fixed start, so that a seed gives the same cloud in every run.
var t0 = time.Date(2026, 3, 10, 14, 20, 0, 0, time.UTC)

func start(t *testing.T, scenario string) (*practice.Cloud, practice.Addresses) {
	t.Helper()
	return startIn(t, practice.Options{Dir: t.TempDir(), Scenario: scenario, Seed: 7, Factor: 5000, Start: t0})
}

func startIn(t *testing.T, o practice.Options) (*practice.Cloud, practice.Addresses) {
	t.Helper()
	c, err := practice.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c, c.Addresses()
}

func client(a practice.Addresses, keyID ...string) *lightsail.Client {
	return clientIn(a, "eu-west-1", append(keyID, a.Env["AWS_ACCESS_KEY_ID"])[0])
}

func clientIn(a practice.Addresses, region, keyID string) *lightsail.Client {
	return lightsail.New(lightsail.Options{
		Region: region, BaseEndpoint: aws.String(a.Lightsail), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(keyID, a.Env["AWS_SECRET_ACCESS_KEY"], ""),
	})
}

// call speaks JSON with the control and fails the test unless the status is 200.
func call(t *testing.T, method, url string, in, out any) {
	t.Helper()
	if status, body := request(t, method, url, in); status != 200 {
		t.Fatalf("%s %s: %d %s", method, url, status, body)
	} else if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			t.Fatal(err)
		}
	}
}

func request(t *testing.T, method, url string, in any) (int, []byte) {
	t.Helper()
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), method, url, &body)
	if err != nil {
		t.Fatal(err)
	}
	noRedirect := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := noRedirect.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b
}

type object = map[string]any

func sleep(t *testing.T, a practice.Addresses, seconds float64) time.Time {
	t.Helper()
	var out struct{ Now time.Time }
	call(t, "POST", a.Control+"/sleep", object{"seconds": seconds}, &out)
	return out.Now
}

func now(t *testing.T, a practice.Addresses) time.Time {
	t.Helper()
	var out struct{ Now time.Time }
	call(t, "GET", a.Control+"/clock", nil, &out)
	return out.Now
}

type entry struct {
	Seq                                        uint64
	Principal, Operation, Target, Effect, Note string
	Count                                      int
}

func history(t *testing.T, a practice.Addresses) (out []entry) {
	t.Helper()
	call(t, "GET", a.Control+"/history", nil, &out)
	return out
}

func state(t *testing.T, c *lightsail.Client, name string) types.ContainerService {
	t.Helper()
	out, err := c.GetContainerServices(t.Context(), &lightsail.GetContainerServicesInput{ServiceName: &name})
	if err != nil {
		t.Fatal(err)
	}
	return out.ContainerServices[0]
}

// withImage is a service's live deployment with another image.
func withImage(s types.ContainerService, container, image string) *lightsail.CreateContainerServiceDeploymentInput {
	d := s.CurrentDeployment
	k := d.Containers[container]
	k.Image = &image
	return &lightsail.CreateContainerServiceDeploymentInput{
		ServiceName: s.ContainerServiceName, Containers: map[string]types.Container{container: k},
		PublicEndpoint: &types.EndpointRequest{ContainerName: d.PublicEndpoint.ContainerName, ContainerPort: d.PublicEndpoint.ContainerPort, HealthCheck: d.PublicEndpoint.HealthCheck},
	}
}

func logs(t *testing.T, c *lightsail.Client, in *lightsail.GetContainerLogInput) (out []types.ContainerServiceLogEvent, pages int) {
	t.Helper()
	for {
		r, err := c.GetContainerLog(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		out, pages = append(out, r.LogEvents...), pages+1
		if r.NextPageToken == nil {
			return out, pages
		}
		in.PageToken = r.NextPageToken
	}
}

func post(ctx context.Context, url string, body io.Reader) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, body)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func statusAs(t *testing.T, url, host string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func get(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func bearer(t *testing.T, url, token string) (int, []byte) {
	t.Helper()
	req := get(t, url)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, b
}
