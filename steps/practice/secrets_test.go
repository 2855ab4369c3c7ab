package practice_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	infisical "github.com/infisical/go-sdk"

	"github.com/JustAJobApp/runbook/steps/practice"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

const (
	clientID     = "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"
	clientSecret = "INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"
	projectID    = "INFISICAL_PROJECT_ID"
)

func vault(t *testing.T, a practice.Addresses) infisical.InfisicalClientInterface {
	t.Helper()
	return infisical.NewInfisicalClient(t.Context(), infisical.Config{
		SiteUrl: a.Infisical, SilentMode: true, LogWriter: io.Discard, AutoTokenRefresh: infisical.BoolPtr(false),
		RetryRequestsConfig: &infisical.RetryRequestsConfig{ExponentialBackoff: &infisical.ExponentialBackoffStrategy{MaxRetries: 0}},
	})
}

func signedIn(t *testing.T, a practice.Addresses) infisical.InfisicalClientInterface {
	t.Helper()
	c := vault(t, a)
	if _, err := c.Auth().UniversalAuthLogin(a.Env[clientID], a.Env[clientSecret]); err != nil {
		t.Fatal(err)
	}
	return c
}

func status(err error) int {
	var e *infisical.APIError
	if errors.As(err, &e) {
		return e.StatusCode
	}
	return 0
}

func TestSecretsWithTheSDK(t *testing.T) {
	_, a := start(t, "bad-deploy")
	if _, err := vault(t, a).Auth().UniversalAuthLogin(a.Env[clientID], "wrong"); status(err) != 401 || !strings.Contains(err.Error(), "Invalid credentials") {
		t.Errorf("%v", err)
	}
	c := signedIn(t, a)
	all, err := c.Secrets().ListSecrets(infisical.ListSecretsOptions{ProjectID: a.Env[projectID], Environment: "prod", SecretPath: "/"})
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{}
	for _, s := range all.Secrets {
		values[s.SecretKey] = s.SecretValue
	}
	live := state(t, client(a), "jaja-backend").CurrentDeployment.Containers["backend"].Environment
	for k, v := range live {
		if values[k] != v {
			t.Errorf("%s is deployed with another value", k)
		}
	}
	if f := values["EXPECTED_SECURITY_FINGERPRINT"]; f != world.Fingerprint(values) || f != world.Fingerprint(live) {
		t.Error("expected, pipeline and live fingerprint must agree")
	}
	lines, _ := logs(t, client(a), logQuery(-15*time.Minute, 0, "Fingerprint"))
	if len(lines) != 1 || !strings.HasSuffix(*lines[0].Message, ": "+values["EXPECTED_SECURITY_FINGERPRINT"]) {
		t.Error("the log's fingerprint is another one")
	}

	up := infisical.UpdateSecretOptions{ProjectID: a.Env[projectID], Environment: "prod", SecretPath: "/", SecretKey: "COOKIE_SECRET", NewSecretValue: "  new value \n\n"}
	got, err := c.Secrets().Update(up)
	if err != nil || got.SecretKey != "COOKIE_SECRET" || got.Version != 4 || got.SecretValue != "new value\n" {
		t.Fatalf("version %d, %q: %v", got.Version, got.SecretValue, err)
	}
	old, err := c.Secrets().Retrieve(infisical.RetrieveSecretOptions{ProjectID: a.Env[projectID], Environment: "prod", SecretPath: "/", SecretKey: "COOKIE_SECRET", Version: 3})
	if err != nil || old.SecretValue != values["COOKIE_SECRET"] {
		t.Errorf("version 3: %v", err)
	}
	up.SecretKey = "NOT_THERE"
	if _, err := c.Secrets().Update(up); status(err) != 404 {
		t.Errorf("%v", err)
	}
	if _, err := c.Secrets().ListSecrets(infisical.ListSecretsOptions{ProjectID: a.Env[projectID], Environment: "dev"}); status(err) != 404 {
		t.Errorf("%v", err)
	}
	if err := c.Auth().RevokeAccessToken(); err != nil {
		t.Error(err)
	}
}

// raw reads a list without values, as the program does.
func raw(t *testing.T, a practice.Addresses, path, token string) (int, map[string]any) {
	t.Helper()
	code, body := bearer(t, a.Infisical+path, token)
	var out map[string]any
	if err := json.Unmarshal(body, &out); err != nil {
		t.Fatal(err)
	}
	return code, out
}

func TestSecretsWithoutTheirValues(t *testing.T) {
	_, a := start(t, "baseline")
	c := signedIn(t, a)
	token := c.Auth().GetAccessToken()
	where := "?environment=prod&secretPath=%2F&viewSecretValue=false&workspaceId=" + a.Env[projectID]
	for _, path := range []string{"/api/v3/secrets/raw" + where, "/api/v4/secrets" + strings.Replace(where, "workspaceId", "projectId", 1)} {
		code, out := raw(t, a, path, token)
		list, _ := out["secrets"].([]any)
		if code != 200 || len(list) != 30 {
			t.Fatalf("%d, %d secrets", code, len(list))
		}
		for _, x := range list {
			s := x.(map[string]any)
			at, err := time.Parse(time.RFC3339, s["updatedAt"].(string))
			if s["secretValue"] != "<hidden-by-infisical>" || s["secretValueHidden"] != true || s["_id"] == "" || err != nil || t0.Sub(at) > 500*24*time.Hour {
				t.Errorf("%v", s["secretKey"])
			}
		}
	}
	if code, out := raw(t, a, "/api/v3/secrets/raw/GH_PRIVATE_KEY"+where, token); code != 200 || out["secret"].(map[string]any)["secretValue"] != "<hidden-by-infisical>" {
		t.Errorf("%d", code)
	}
	if code, out := raw(t, a, "/api/v3/secrets/raw"+where, ""); code != 401 || out["error"] != "Unauthorized" {
		t.Errorf("without a token: %d", code)
	}
	if code, out := raw(t, a, "/api/v3/secrets/raw"+where, token+"x"); code != 403 || out["error"] != "TokenError" {
		t.Errorf("with another token: %d", code)
	}
	if err := c.Auth().RevokeAccessToken(); err != nil {
		t.Fatal(err)
	}
	if code, _ := raw(t, a, "/api/v3/secrets/raw"+where, token); code != 403 {
		t.Errorf("with a revoked token: %d", code)
	}
	if code, _ := request(t, "GET", a.Infisical+"/api/status", nil); code != 200 {
		t.Errorf("status: %d", code)
	}
}

func TestInfisicalFaults(t *testing.T) {
	_, a := start(t, "baseline")
	c := signedIn(t, a)
	up := infisical.UpdateSecretOptions{ProjectID: a.Env[projectID], Environment: "prod", SecretPath: "/", SecretKey: "COOKIE_SECRET", NewSecretValue: "v"}
	inject := func(f object) { call(t, "POST", a.Control+"/faults", f, nil) }
	inject(object{"operation": "UpdateSecret", "fault": "approval", "times": 1})
	if got, err := c.Secrets().Update(up); err != nil || got.SecretKey != "" {
		t.Errorf("a change request: %v", err)
	}
	inject(object{"operation": "UpdateSecret", "fault": "expired", "times": 1})
	if _, err := c.Secrets().Update(up); status(err) != 403 || !strings.Contains(err.Error(), "Your token has expired") {
		t.Errorf("%v", err)
	}
	inject(object{"service": "infisical", "fault": "throttle", "times": 1})
	if _, err := c.Secrets().Update(up); status(err) != 429 {
		t.Errorf("%v", err)
	}
	inject(object{"service": "infisical", "fault": "down"})
	if _, err := c.Secrets().Update(up); err == nil {
		t.Error("it answers while it is down")
	}
	if _, err := client(a).GetContainerServices(t.Context(), nil); err != nil {
		t.Errorf("Lightsail is not down: %v", err)
	}
	inject(object{"fault": "restore"})
	inject(object{"operation": "UpdateSecret", "fault": "lost", "times": 1})
	if _, err := c.Secrets().Update(up); err == nil {
		t.Error("the answer is not lost")
	}
	got, err := c.Secrets().Retrieve(infisical.RetrieveSecretOptions{ProjectID: a.Env[projectID], Environment: "prod", SecretPath: "/", SecretKey: "COOKIE_SECRET"})
	if err != nil || got.Version != 4 {
		t.Errorf("version %d, only the lost one was applied: %v", got.Version, err)
	}
}
