package lightsail_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/lightsail"
)

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

// A client for a given address is refused unless it brings keys of its own and no profile.
func TestAnAddressNeedsItsOwnKeys(t *testing.T) {
	keys := &lightsail.Keys{ID: "a", Secret: "b"}
	for name, o := range map[string]lightsail.Options{
		"no keys":     {Endpoint: "http://127.0.0.1:1", Region: "eu-west-1"},
		"empty keys":  {Endpoint: "http://127.0.0.1:1", Region: "eu-west-1", Keys: &lightsail.Keys{}},
		"a profile":   {Endpoint: "http://127.0.0.1:1", Region: "eu-west-1", Keys: keys, Profile: "jaja-prod"},
		"sts alone":   {STSEndpoint: "http://127.0.0.1:1", Region: "eu-west-1", Keys: keys},
		"no region":   {Endpoint: "http://127.0.0.1:1", Keys: keys},
		"not a place": {Endpoint: "127.0.0.1:1", Region: "eu-west-1", Keys: keys},
	} {
		if _, err := lightsail.New(o); steps.CodeOf(err) != steps.CodeInput {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", keys, *keys, lightsail.Options{Keys: keys}); strings.Contains(s, `"b"`) {
		t.Errorf("keys print as %s", s)
	}
}

// Whatever the shell holds, the requests of a client with an address go there, signed with its own keys.
func TestTheShellsLoginStaysAtHome(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"config":      "[default]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:9\n[profile jaja-prod]\nregion = us-east-1\n",
		"credentials": "[default]\naws_access_key_id = AKIDREAL\naws_secret_access_key = real\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for k, v := range map[string]string{
		"AWS_CONFIG_FILE": filepath.Join(dir, "config"), "AWS_SHARED_CREDENTIALS_FILE": filepath.Join(dir, "credentials"), "AWS_PROFILE": "jaja-prod",
		"AWS_ACCESS_KEY_ID": "AKIDREAL", "AWS_SECRET_ACCESS_KEY": "real", "AWS_SESSION_TOKEN": "real", "AWS_REGION": "us-east-1",
		"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_LIGHTSAIL": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9",
		"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9",
	} {
		t.Setenv(k, v)
	}
	var signed []string
	f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		signed = append(signed, r.Header.Get("Authorization")+" "+r.Header.Get("X-Amz-Security-Token"))
		says(`{"containerServices":[]}`)(w, r)
	})
	c := client(t, f.URL)
	if _, err := c.Services(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, _ = c.Identity(t.Context()) // the answer is not STS's; the request counts
	if len(signed) < 2 {
		t.Fatalf("%d requests came, want both", len(signed))
	}
	for _, s := range signed {
		if strings.Contains(s, "REAL") || strings.Contains(s, "real") || strings.Contains(s, "us-east-1") || !strings.Contains(s, "AKIDPRACTICE") {
			t.Errorf("signed %s", s)
		}
	}
}
