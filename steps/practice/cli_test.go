package practice_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/JustAJobApp/runbook/steps/practice"
)

// debianCLI is where Debian puts the AWS CLI; another one may stand first on PATH.
const debianCLI = "/usr/bin/aws"

// cli runs the real AWS CLI against the cloud. A skip says so; RUNBOOK_REQUIRE=all makes it a failure.
func cli(t *testing.T, a practice.Addresses) func(args ...string) (string, error) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), debianCLI, "--version").CombinedOutput()
	if err != nil || !strings.HasPrefix(string(out), "aws-cli/2.") {
		why := "no AWS CLI 2 at " + debianCLI
		if os.Getenv("RUNBOOK_REQUIRE") == "all" {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	home := t.TempDir()
	return func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), debianCLI, append([]string{"--endpoint-url", a.Lightsail}, args...)...)
		cmd.Env = []string{"HOME=" + home, "PATH=/usr/bin:/bin", "AWS_PAGER=", "NO_PROXY=127.0.0.1"}
		for k, v := range a.Env {
			cmd.Env = append(cmd.Env, k+"="+v)
		}
		b, err := cmd.CombinedOutput()
		return strings.TrimSpace(string(b)), err
	}
}

func TestWithTheRealCLI(t *testing.T) {
	_, a := start(t, "bad-deploy")
	run := cli(t, a)
	must := func(want string, args ...string) {
		t.Helper()
		if out, err := run(args...); err != nil || out != want {
			t.Errorf("aws %s: %q, want %q: %v", strings.Join(args, " "), out, want, err)
		}
	}
	must("000000000000", "sts", "get-caller-identity", "--query", "Account", "--output", "text")
	must("RUNNING\t13\tNone", "lightsail", "get-container-services", "--service-name", "jaja-backend",
		"--query", "containerServices[0].[state,currentDeployment.version,nextDeployment]", "--output", "text")
	must(":jaja-backend.backend.13\t:jaja-backend.backend.12", "lightsail", "get-container-images", "--service-name", "jaja-backend", "--query", "containerImages[].image", "--output", "text")
	must("14\tACTIVATING", "lightsail", "create-container-service-deployment", "--service-name", "jaja-backend",
		"--containers", `{"backend":{"image":":jaja-backend.backend.12","environment":{"GOOGLE_API_KEY":"k","COOKIE_SECRET":"c"},"ports":{"8000":"HTTP"}}}`,
		"--public-endpoint", `{"containerName":"backend","containerPort":8000,"healthCheck":{"path":"/","intervalSeconds":10}}`,
		"--query", "containerService.nextDeployment.[version,state]", "--output", "text")
	out, err := run("lightsail", "update-container-service", "--service-name", "jaja-backend", "--scale", "2")
	if err == nil || !strings.Contains(out, "(InvalidInputException)") || !strings.Contains(out, `deployment 14 is in progress for service "jaja-backend"`) {
		t.Errorf("%v: %s", err, out)
	}
	must("UPDATING", "lightsail", "update-container-service", "--service-name", "jaja-frontend", "--is-disabled", "--query", "containerService.state", "--output", "text")
	out, err = run("lightsail", "get-container-log", "--service-name", "jaja-backend", "--container-name", "backend",
		"--start-time", "2026-03-10T14:10:00Z", "--end-time", "2026-03-10T14:20:00Z", "--filter-pattern", "Fingerprint", "--query", "logEvents[].message", "--output", "text")
	if err != nil || !strings.HasPrefix(out, "INFO - Configuration Fingerprint: ") || strings.Contains(out, "\n") {
		t.Errorf("%v: %s", err, out)
	}
	must("available", "lightsail", "get-relational-database", "--relational-database-name", "jaja-db", "--query", "relationalDatabase.state", "--output", "text")
	out, err = run("lightsail", "get-relational-database", "--relational-database-name", "nope")
	if err == nil || !strings.Contains(out, "(NotFoundException)") {
		t.Errorf("%v: %s", err, out)
	}
}
