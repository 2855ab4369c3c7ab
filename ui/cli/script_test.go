package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/JustAJobApp/runbook/ui/cli"
)

func TestMain(m *testing.M) {
	if where := os.Getenv(faulty); where != "" {
		os.Exit(breakOnScreen(where))
	}
	testscript.Main(cleaning{m}, map[string]func(){"runbook": func() { os.Exit(cli.Main(os.Args[1:])) }})
}

// cleaning removes the built program after the tests.
type cleaning struct{ m *testing.M }

func (c cleaning) Run() int {
	defer func() { _ = os.RemoveAll(built) }()
	return c.m.Run()
}

// TestScript runs every command against the real simulated cloud. The shell of each script is full of credentials that practice
// must not touch.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			for k, v := range map[string]string{"HOME": home, "XDG_STATE_HOME": "", "XDG_CONFIG_HOME": filepath.Join(home, ".config"), "RUNBOOK_STATE": filepath.Join(e.WorkDir, "state"),
				"RUNBOOK_OPERATOR": "ana", "TERM": "xterm-256color", "NO_COLOR": "", "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
				"AWS_PROFILE": "jaja-prod", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": "http://192.0.2.1:9", "HTTPS_PROXY": "http://192.0.2.1:9", "HTTP_PROXY": "http://192.0.2.1:9",
				"REQUIRE": os.Getenv("RUNBOOK_REQUIRE")} {
				e.Setenv(k, v)
			}
			return os.MkdirAll(home, 0o700)
		},
		Condition: func(cond string) (bool, error) {
			if cond == "aws2" {
				return aws2() != "", nil
			}
			if cond == "require" {
				return os.Getenv("RUNBOOK_REQUIRE") == "all", nil
			}
			return false, fmt.Errorf("unknown condition %s", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"ready": ready, "calls": calls, "jsonpath": jsonpath, "awscli": awscli, "lines": lines, "columns": columns, "control": control,
		},
	})
}

// aws2 is Debian's AWS CLI, version 2, "" where it is not installed.
func aws2() string {
	out, err := exec.Command("/usr/bin/aws", "--version").CombinedOutput()
	if err != nil || !bytes.HasPrefix(out, []byte("aws-cli/2")) {
		return ""
	}
	return "/usr/bin/aws"
}

type addressFile struct {
	Addresses struct {
		URL       string            `json:"url"`
		Lightsail string            `json:"lightsail"`
		STS       string            `json:"sts"`
		Control   string            `json:"control"`
		Env       map[string]string `json:"env"`
	} `json:"addresses"`
}

// ready waits until the simulated cloud of the state folder answers, and sets SIM and CONTROL.
func ready(ts *testscript.TestScript, neg bool, args []string) {
	a := addresses(ts)
	ts.Setenv("SIM", a.Addresses.URL)
	ts.Setenv("CONTROL", a.Addresses.Control)
}

func addresses(ts *testscript.TestScript) (a addressFile) {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		b, err := os.ReadFile(filepath.Join(ts.Getenv("RUNBOOK_STATE"), "practice", "address.json"))
		if err != nil || json.Unmarshal(b, &a) != nil {
			continue
		}
		if resp, err := http.Get(a.Addresses.Control + "/clock"); err == nil {
			_ = resp.Body.Close()
			return a
		}
	}
	ts.Fatalf("the simulated cloud did not come up")
	return a
}

// calls OPERATION N checks how often the cloud accepted an operation.
func calls(ts *testscript.TestScript, neg bool, args []string) {
	resp, err := http.Get(addresses(ts).Addresses.Control + "/history")
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	var all []struct{ Principal, Operation, Target, Effect string }
	ts.Check(json.NewDecoder(resp.Body).Decode(&all))
	n := 0
	for _, e := range all {
		if e.Operation == args[0] && e.Principal != "ci" {
			n++
		}
	}
	if fmt.Sprint(n) != args[1] {
		ts.Fatalf("%s: %d times in the cloud's history, want %s\n%+v", args[0], n, args[1], all)
	}
}

// control METHOD PATH BODY asks the simulated cloud's control endpoint.
func control(ts *testscript.TestScript, neg bool, args []string) {
	req, err := http.NewRequest(args[0], addresses(ts).Addresses.Control+args[1], strings.NewReader(args[2]))
	ts.Check(err)
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode/100 != 2 {
		ts.Fatalf("%s %s: %s", args[0], args[1], text)
	}
}

// jsonpath FILE PATH WANT compares a value in JSON: dots and indices, as services.0.name. For lines of JSON the last is taken.
func jsonpath(ts *testscript.TestScript, neg bool, args []string) {
	text := strings.TrimSpace(ts.ReadFile(args[0]))
	if all := strings.Split(text, "\n"); len(all) > 1 && strings.HasPrefix(text, "{") && strings.HasPrefix(all[len(all)-1], "{") {
		text = all[len(all)-1]
	}
	var v any
	ts.Check(json.Unmarshal([]byte(text), &v))
	for _, key := range strings.Split(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			i := 0
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(x) {
				ts.Fatalf("%s: no element %s in %s", args[1], key, text)
			}
			v = x[i]
		default:
			ts.Fatalf("%s: %s leads nowhere in %s", args[1], key, text)
		}
	}
	got := fmt.Sprint(v)
	if (got == args[2]) == neg {
		ts.Fatalf("%s is %q, want %q in %s", args[1], got, args[2], text)
	}
}

// awscli runs Debian's AWS CLI against the simulated cloud with the keys that it gave out, into the file aws.json.
func awscli(ts *testscript.TestScript, neg bool, args []string) {
	a := addresses(ts).Addresses
	cmd := exec.Command(aws2(), append([]string{"--endpoint-url", a.Lightsail, "--output", "json"}, args...)...)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=" + ts.Getenv("HOME")}
	for k, v := range a.Env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	if (err != nil) != neg {
		ts.Fatalf("aws %v: %v\n%s", args, err, out)
	}
	ts.Check(os.WriteFile(ts.MkAbs("aws.json"), out, 0o600))
}

// lines FILE checks that every line is JSON with the published keys, numbered without gaps.
func lines(ts *testscript.TestScript, neg bool, args []string) {
	for i, l := range strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n") {
		var e struct {
			Seq  int
			At   time.Time
			Run  string
			Type string
			Data map[string]any
		}
		if err := json.Unmarshal([]byte(l), &e); err != nil || e.Seq != i+1 || e.Run == "" || e.Type == "" || e.At.IsZero() {
			ts.Fatalf("line %d: %v\n%s", i+1, err, l)
		}
	}
}

// columns FILE checks that no line is longer than line mode allows, but for what cannot be broken.
func columns(ts *testscript.TestScript, neg bool, args []string) {
	for _, l := range strings.Split(ts.ReadFile(args[0]), "\n") {
		if len([]rune(l)) > 100 && strings.Contains(l, " ") {
			ts.Fatalf("%d columns: %s", len([]rune(l)), l)
		}
	}
}
