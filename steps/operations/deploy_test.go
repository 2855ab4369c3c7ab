package operations_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/operations"
)

const older, live = ":jaja-backend.backend.12", ":jaja-backend.backend.13"

func (f *fake) plan(t *testing.T, op, image string) (steps.Plan, func(context.Context) (steps.Receipt, error), error) {
	t.Helper()
	return operations.Operations(f.clients())[op].Prepare(t.Context(), with("service", "jaja-backend", "image", image))
}

func TestPlanOfADeployment(t *testing.T) {
	f := newFake()
	p, apply, err := f.plan(t, operations.OperationDeploy, older)
	if err != nil {
		t.Fatal(err)
	}
	noSecret(t, p)
	if p.Target != "jaja-backend" || p.Account != "000000000000" || p.Region != "eu-west-1" || p.Operation != operations.OperationDeploy || p.Version != 1 {
		t.Errorf("%+v", p)
	}
	for k, want := range map[string]string{"version": "13", "image": live, "state": "RUNNING", "disabled": "false", "next": ""} {
		if p.Basis[k] != want {
			t.Errorf("basis %s is %q", k, p.Basis[k])
		}
	}
	for k, want := range map[string]string{"service": "jaja-backend", "image": older, "environment": "deployment:jaja-backend@13", "base": "13"} {
		if p.Recipe[k] != want {
			t.Errorf("recipe %s is %q", k, p.Recipe[k])
		}
	}
	var lines []string
	for _, c := range p.Changes {
		lines = append(lines, strings.TrimSpace(c.Label+" "+c.Sign+" "+c.Text))
	}
	want := []string{"image - " + live, "image + " + older, "environment = 19 keys, none added, removed, changed", "port = 8000 HTTP",
		"public = backend:8000, GET / every 10 s, 2 up, 2 down, 200-499", "untouched  power, scale, database, secrets, frontend"}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("changes\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if p.Summary != "One call, sent once: a deployment of jaja-backend. Version 14 is expected." || len(p.Effects) != 4 || p.Effects[2].Text != "the same with backend.13 (compensable; no data is lost)" {
		t.Errorf("%s %+v", p.Summary, p.Effects)
	}
	if len(p.Obliges) != 1 || !strings.Contains(p.Obliges[0].What, "main still holds the commit of backend.13: any push brings it back") {
		t.Errorf("obliges %+v", p.Obliges)
	}
	if len(p.Changes[2].Names) != 19 {
		t.Errorf("names %v", p.Changes[2].Names)
	}
	r, err := apply(t.Context())
	if err != nil || r["version"] != "14" || len(f.sent) != 1 {
		t.Fatalf("%v %v, sent %d", r, err, len(f.sent))
	}
	sent := f.sent[0].Containers["backend"]
	if sent.Image != older || len(sent.Environment) != 19 || sent.Environment["COOKIE_SECRET"] != "secret-cookie_secret" || f.sent[0].Endpoint.Health.TimeoutSeconds != 5 {
		t.Errorf("sent %s with %v", sent.Image, sent.Environment)
	}
	if f.service.Current.Image() != live {
		t.Error("planning changed what was observed")
	}
}

func TestAPlanIsDroppedWhenItsFactsMove(t *testing.T) {
	f := newFake()
	first, _, _ := f.plan(t, operations.OperationDeploy, older)
	again, _, _ := f.plan(t, operations.OperationDeploy, older)
	if first.Digest() != again.Digest() {
		t.Error("the same facts give another plan")
	}
	moved := deployment(14, "ACTIVE", 13, time.Minute)
	f.service.Current = &moved
	f.history = append([]cloud.Deployment{moved}, f.history...)
	if after, _, err := f.plan(t, operations.OperationDeploy, older); err != nil || after.Digest() == first.Digest() {
		t.Errorf("another version serves and the plan is the same (%v)", err)
	}
}

func TestForwardObligesNothing(t *testing.T) {
	f := newFake()
	f.images = append(f.images, cloud.Image{Name: ":jaja-backend.backend.14", CreatedAt: ago(time.Minute)})
	p, _, err := f.plan(t, operations.OperationDeploy, ":jaja-backend.backend.14")
	if err != nil || len(p.Obliges) != 0 {
		t.Errorf("%v %+v", err, p.Obliges)
	}
}

// Scenario 1 starts the live image anew: by content that is told apart from the version before by its number.
func TestTheLiveImageAnew(t *testing.T) {
	f := newFake()
	p, apply, err := f.plan(t, operations.OperationDeploy, live)
	if err != nil || p.Changes[0].Sign != "=" || p.Changes[1].Label != "environment" || len(p.Obliges) != 0 {
		t.Fatalf("%v %+v", err, p)
	}
	op := operations.Operations(f.clients())[operations.OperationDeploy]
	if got, err := op.Resolve(t.Context(), p); err != nil || got.Is != steps.Absent {
		t.Errorf("before it was sent: %+v %v", got, err)
	}
	if _, err := apply(t.Context()); err != nil || f.sent[0].Containers["backend"].Image != live {
		t.Errorf("%v %+v", err, f.sent)
	}
	f.history = append([]cloud.Deployment{deployment(14, "ACTIVATING", 13, 0)}, f.history...)
	if got, err := op.Resolve(t.Context(), p); err != nil || got.Is != steps.Landed || got.Receipt["version"] != "14" {
		t.Errorf("afterwards: %+v %v", got, err)
	}
}

func TestRefusedPlans(t *testing.T) {
	next := deployment(14, "ACTIVATING", 13, time.Minute)
	for name, c := range map[string]struct {
		image  string
		change func(*fake)
		want   string
	}{
		"in progress": {older, func(f *fake) { f.service.Next, f.service.State = &next, "DEPLOYING" }, "is in progress: version 14 (backend.13)"},
		"updating":    {older, func(f *fake) { f.service.State = "UPDATING" }, "is UPDATING"},
		"disabled":    {older, func(f *fake) { f.service.Disabled = true }, "is disabled"},
		"nothing":     {older, func(f *fake) { f.service.Current, f.service.State = nil, "READY" }, "has no deployment"},
		"gone":        {older, func(f *fake) { f.images = f.images[:1] }, "backend.12 no longer exists"},
		"never was":   {":jaja-backend.backend.99", func(*fake) {}, "backend.99 no longer exists"},
		"latest":      {":jaja-backend.backend.latest", func(*fake) {}, "says latest"},
		"other's":     {":jaja-frontend.frontend.9", func(*fake) {}, "is no image of jaja-backend"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			c.change(f)
			_, _, err := f.plan(t, operations.OperationDeploy, c.image)
			if steps.CodeOf(err) != steps.CodeRejected || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "Next: ") {
				t.Errorf("%v (%s)", err, steps.CodeOf(err))
			}
			if len(f.sent) != 0 {
				t.Error("something was sent")
			}
		})
	}
}

func TestWhatBecameOfADeployment(t *testing.T) {
	plan, _, err := newFake().plan(t, operations.OperationDeploy, older)
	if err != nil {
		t.Fatal(err)
	}
	ours := deployment(14, "ACTIVATING", 12, time.Minute)
	for name, c := range map[string]struct {
		newer   []cloud.Deployment // newest first
		base    bool               // the history still holds version 13
		want    steps.Is
		version string
		why     string
	}{
		"nothing yet": {nil, true, steps.Absent, "", "newest is version 13"},
		"ours":        {[]cloud.Deployment{ours}, true, steps.Landed, "14", "version 14 (backend.12) is there"},
		"ours, live":  {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) { d.State = "ACTIVE" })}, true, steps.Landed, "14", "ACTIVE"},
		"ours, with defaults": {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) {
			c := d.Containers["backend"]
			c.Command = []string{}
			d.Containers["backend"] = c
		})}, true, steps.Landed, "14", ""},
		"ours, failed":  {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) { d.State = "FAILED" })}, true, steps.Broken, "14", "is FAILED; version 13 keeps serving"},
		"another image": {[]cloud.Deployment{deployment(14, "ACTIVATING", 13, time.Minute)}, true, steps.Foreign, "", "somebody else deploys"},
		"another value": {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) {
			c := d.Containers["backend"]
			c.Environment = env(19)
			c.Environment["COOKIE_SECRET"] = "secret-new"
			d.Containers["backend"] = c
		})}, true, steps.Foreign, "", ""},
		"fewer keys": {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) {
			c := d.Containers["backend"]
			c.Environment = env(13)
			d.Containers["backend"] = c
		})}, true, steps.Foreign, "", ""},
		"another health check":    {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) { d.Endpoint.Health.Path = "/x" })}, true, steps.Foreign, "", ""},
		"another port":            {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) { d.Endpoint.Port = 80 })}, true, steps.Foreign, "", ""},
		"private":                 {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) { d.Endpoint = nil })}, true, steps.Foreign, "", ""},
		"one more container":      {[]cloud.Deployment{clone(ours, func(d *cloud.Deployment) { d.Containers["x"] = cloud.Container{} })}, true, steps.Foreign, "", ""},
		"ours and a later one":    {[]cloud.Deployment{deployment(15, "ACTIVATING", 13, time.Second), ours}, true, steps.Landed, "14", "version 15 (backend.13) is somebody else's"},
		"ours after theirs":       {[]cloud.Deployment{deployment(15, "ACTIVATING", 12, time.Second), deployment(14, "FAILED", 13, time.Minute)}, true, steps.Landed, "15", ""},
		"failed, then done again": {[]cloud.Deployment{deployment(15, "ACTIVE", 12, time.Second), deployment(14, "FAILED", 12, time.Minute)}, true, steps.Landed, "15", ""},
		"no base":                 {[]cloud.Deployment{ours}, false, steps.Unsure, "", "no longer holds version 13"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake()
			if !c.base {
				f.history = f.history[1:]
			}
			f.history = append(c.newer, f.history...)
			op := operations.Operations(f.clients())[operations.OperationDeploy]
			for what, see := range map[string]func() (steps.Finding, error){
				"resolve": func() (steps.Finding, error) { return op.Resolve(t.Context(), plan) },
				"verify":  func() (steps.Finding, error) { return op.Verify(t.Context(), plan, steps.Receipt{"version": "14"}) },
			} {
				got, err := see()
				if err != nil || got.Is != c.want || got.Receipt["version"] != c.version || !strings.Contains(got.Why, c.why) {
					t.Errorf("%s: %+v %v, want %s %s", what, got, err, c.want, c.version)
				}
				noSecret(t, got)
			}
		})
	}
	f := newFake()
	f.err = &steps.Error{Code: steps.CodeUnreachable, What: "no answer."}
	if _, err := operations.Operations(f.clients())[operations.OperationDeploy].Resolve(t.Context(), plan); steps.CodeOf(err) != steps.CodeUnreachable {
		t.Errorf("a look that does not work is no finding: %v", err)
	}
}

func TestEnable(t *testing.T) {
	f := newFake()
	if _, _, err := f.plan(t, operations.OperationEnable, ""); steps.CodeOf(err) != steps.CodeRejected {
		t.Errorf("there is nothing to enable: %v", err)
	}
	f.service.Disabled, f.service.State = true, "DISABLED"
	p, apply, err := f.plan(t, operations.OperationEnable, "")
	if err != nil {
		t.Fatal(err)
	}
	noSecret(t, p)
	op := operations.Operations(f.clients())[operations.OperationEnable]
	if got, _ := op.Resolve(t.Context(), p); got.Is != steps.Absent {
		t.Errorf("before it was sent: %+v", got)
	}
	if _, err := apply(t.Context()); err != nil || fmt.Sprint(f.enabled) != "[false]" {
		t.Errorf("sent %v, %v", f.enabled, err)
	}
	f.service.Disabled, f.service.State = false, "UPDATING"
	if got, _ := op.Verify(t.Context(), p, nil); got.Is != steps.Landed || got.Receipt["version"] != "13" {
		t.Errorf("afterwards: %+v", got)
	}
}

func TestErrorsOfTheCallAreNotReworded(t *testing.T) {
	f := newFake()
	f.writeErr = &steps.Error{Code: steps.CodeNotSent, What: "x"}
	_, apply, err := f.plan(t, operations.OperationDeploy, older)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := apply(t.Context()); steps.CodeOf(err) != steps.CodeNotSent || r != nil {
		t.Errorf("%v %v", r, err)
	}
}
