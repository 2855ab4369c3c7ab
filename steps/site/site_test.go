package site_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/site"
)

func TestExampleLoads(t *testing.T) {
	s, err := site.Parse("runbook.yaml", []byte(site.Example))
	if err != nil {
		t.Fatal(err)
	}
	e := s.Environments["production"]
	if s.Default != "production" || e.Account != "123456789012" || e.Profile != "jaja-prod" || e.AnswersSend {
		t.Errorf("place: %+v", e)
	}
	back := e.Service("jaja-backend")
	if back == nil || len(back.Keys) != 19 || !back.Migrates || len(back.Probes) != 3 {
		t.Errorf("a service that the template has keeps its settings: %+v", back)
	}
	if front := e.Service("jaja-frontend"); len(front.Keys) != 7 || len(front.Probes) != 1 || front.Port != 3000 {
		t.Errorf("frontend: %+v", front)
	}
	every := 0
	for _, k := range e.Infisical.Keys {
		if k.Every == 365*24*time.Hour {
			every++
		}
	}
	if every != 2 {
		t.Errorf("%d secrets are rotated yearly, want COOKIE_SECRET and GH_PRIVATE_KEY", every)
	}
	if s.Digest != site.Digest([]byte(site.Example)) || s.File != "runbook.yaml" {
		t.Error("the file and its digest are not kept")
	}
	text := strings.Join(s.Describe(), "\n")
	for _, want := range []string{"123456789012", "eu-west-1", "jaja-prod", "jaja-backend", "jaja-db", "https://app.infisical.com", "02:45-03:30"} {
		if !strings.Contains(text, want) {
			t.Errorf("what the file would use does not name %s:\n%s", want, text)
		}
	}
}

func TestAccountKeepsItsZero(t *testing.T) {
	s, err := site.Parse("f", []byte("environments:\n  production:\n    account: 012345678901\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Environments["production"].Account; got != "012345678901" {
		t.Errorf("account %s", got)
	}
	if s.Default != "production" {
		t.Error("the only environment is the default")
	}
}

func TestFaults(t *testing.T) {
	head := "environments:\n  production:\n    account: \"482109375510\"\n"
	for name, c := range map[string]struct{ src, want string }{
		"unknown key":        {head + "    acount: x\n", `f.yaml:4:5: "acount" is not known here, expected account, answers_send`},
		"unknown at the top": {"nam: x\n" + head, `f.yaml:1:1: "nam" is not known here, expected default, environments, name`},
		"twice":              {head + "    region: eu-west-1\n    region: eu-west-2\n", "f.yaml:5:5"},
		"account":            {"environments:\n  production:\n    account: 12345\n", `f.yaml:3:14: "12345", expected an account of twelve digits`},
		"account of zeros":   {"environments:\n  production:\n    account: \"000000000000\"\n", "f.yaml:2:3: 000000000000 is the simulated"},
		"no account":         {"environments:\n  production:\n    region: eu-west-1\n", "f.yaml:2:3: production names no account"},
		"practice":           {"environments:\n  practice:\n    account: \"482109375510\"\n", "f.yaml:2:3: \"practice\" is"},
		"type":               {head + "    services: jaja\n", "f.yaml:4:15: something else stands here, expected a list"},
		"null":               {head + "    region:\n", "expected a region such as eu-west-1"},
		"default":            {"default: staging\n" + head, `f.yaml:1:10: "staging" is no environment of this file, expected production`},
		"status":             {head + "    services:\n      - name: a\n        probes:\n          - {path: /, status: [99]}\n", `f.yaml:7:32: "99", expected a whole number from 100 to 599`},
		"heartbeat":          {head + "    services:\n      - name: a\n        probes: [{path: /heartbeat}]\n", "/heartbeat takes 4 requests an hour"},
		"window":             {head + "    batches: [\"2:45-03:30\"]\n", "expected a time of day"},
		"http":               {head + "    infisical: {url: \"http://example.com\"}\n", "expected an https address"},
		"anchor":             {head + "    title: &a x\n", "anchors and aliases are not taken"},
		"tag":                {head + "    title: !!str x\n", "tags are not taken"},
		"syntax":             {"environments:\n  production: [\n", "f.yaml:"},
		"documents":          {head + "---\n" + head, "2 documents, expected one"},
		"nothing":            {"", "documents, expected one"},
		"list":               {"- a\n", "f.yaml:1:1: a list stands here, expected keys"},
		"no environment":     {"name: x\n", "no environment is named"},
		"brackets":           {strings.Repeat("[", 50000), "nested too deep"},
		"indents":            {deep(60), "nested too deep"},
		"dashes":             {strings.Repeat("- ", 20000) + "a", "nested too deep"},
		"service twice":      {head + "    services:\n      - name: a\n      - name: a\n", "a stands here twice"},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := site.Parse("f.yaml", []byte(c.src))
			if steps.CodeOf(err) != steps.CodeInput || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestEveryFaultIsNamed(t *testing.T) {
	_, err := site.Parse("f", []byte("environments:\n  production:\n    account: 1\n    region: 2\n    colour: red\n"))
	for _, want := range []string{"f:3:14", "f:4:13", "f:5:5"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not named in %v", want, err)
		}
	}
}

func TestFind(t *testing.T) {
	root := t.TempDir()
	deepDir := filepath.Join(root, "a", "b")
	config := filepath.Join(root, "config")
	for _, d := range []string{deepDir, filepath.Join(config, "runbook")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	touch := func(p string) string {
		if err := os.WriteFile(p, []byte(site.Example), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	expect := func(want string) {
		t.Helper()
		if got, err := site.Find(deepDir, config); err != nil || got != want {
			t.Errorf("found %q (%v), want %q", got, err, want)
		}
	}
	expect("")
	own := touch(filepath.Join(config, "runbook", site.FileName))
	expect(own)
	above := touch(filepath.Join(root, site.FileName))
	expect(above)
	near := touch(filepath.Join(deepDir, site.FileName))
	expect(near)
	if _, err := site.Read(near); err != nil {
		t.Error(err)
	}
	if _, err := site.Read(filepath.Join(root, "none.yaml")); steps.CodeOf(err) != steps.CodeInput {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestTrustIsForTheBytes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	a, b := site.Digest([]byte("a")), site.Digest([]byte("b"))
	tr := site.TrustFile(dir)
	if ok, err := tr.Trusted(a); ok || err != nil {
		t.Fatalf("nothing is trusted at first: %v %v", ok, err)
	}
	for _, d := range []string{a, a} {
		if err := tr.Trust(d, "/x/runbook.yaml"); err != nil {
			t.Fatal(err)
		}
	}
	again := site.TrustFile(dir)
	if ok, _ := again.Trusted(a); !ok {
		t.Error("a trusted digest is forgotten")
	}
	if ok, _ := again.Trusted(b); ok {
		t.Error("an edited file is trusted")
	}
	if ok, _ := again.Trusted(""); ok {
		t.Error("no digest is trusted")
	}
	info, err := os.Stat(filepath.Join(dir, "trusted.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "trusted.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ok, err := again.Trusted(a); ok || err == nil {
		t.Error("a broken list trusts nothing and says so")
	}
}

func TestWindow(t *testing.T) {
	day := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	over := site.Window{From: 23 * time.Hour, To: time.Hour}
	noon := site.Window{From: 12 * time.Hour, To: 13 * time.Hour}
	for _, c := range []struct {
		w    site.Window
		at   time.Duration
		want bool
	}{
		{noon, 12 * time.Hour, true}, {noon, 13 * time.Hour, false}, {noon, 11*time.Hour + 59*time.Minute, false},
		{over, 23 * time.Hour, true}, {over, 30 * time.Minute, true}, {over, 2 * time.Hour, false},
	} {
		if got := c.w.Holds(day.Add(c.at)); got != c.want {
			t.Errorf("%v at %v: %v", c.w, c.at, got)
		}
	}
	if noon.String() != "12:00-13:00" {
		t.Error(noon.String())
	}
}

func TestPractice(t *testing.T) {
	e := site.Practice(site.Places{InfisicalURL: "http://127.0.0.1:1", InfisicalProject: "p"})
	if e.Name != "practice" || e.Account != "000000000000" || e.Region != "eu-west-1" || e.Profile != "" || e.Infisical.Environment != "prod" {
		t.Errorf("%+v", e)
	}
	e.Services[0].Keys[0] = "CHANGED"
	if site.Template().Services[0].Keys[0] == "CHANGED" {
		t.Error("environments share their lists")
	}
}
