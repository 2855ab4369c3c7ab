package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// built is the folder of the built program.
var built string

// binary builds the program once.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "runbook-test-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "runbook")
	cmd := exec.Command("go", "build", "-o", path, "github.com/JustAJobApp/runbook")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", &buildError{string(out), err}
	}
	return path, nil
})

type buildError struct {
	out string
	err error
}

func (e *buildError) Error() string { return e.err.Error() + "\n" + e.out }

// place is a state folder with an answers file.
type place struct {
	t     *testing.T
	bin   string
	state string
	file  string
}

const answersFile = `image: backend.12
reason: INC-88
deploy: jaja-backend
validate/login: seen in a browser
validate/email-sync: seen in a browser
validate/payment: seen in a browser
validate/coach: seen in a browser
told: posted in deploys
`

func newPlace(t *testing.T) *place {
	t.Helper()
	bin, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	p := &place{t: t, bin: bin, state: filepath.Join(dir, "state"), file: filepath.Join(dir, "answers.yaml")}
	if err := os.WriteFile(p.file, []byte(answersFile), 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *place) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.bin, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Dir(p.state), "RUNBOOK_STATE=" + p.state, "RUNBOOK_OPERATOR=ana", "TERM=dumb", "LANG=C.UTF-8"}
	return cmd
}

// event is one line of --json.
type event struct {
	Seq  int    `json:"seq"`
	Step string `json:"step"`
	Type string `json:"type"`
}

// run starts a command and kills it with -9 once its events have come to kill's point, after the delay. It gives the exit code,
// -1 for a kill, and all events.
func (p *place) run(kill func(event) bool, delay time.Duration, args ...string) (int, []event) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 90*time.Second)
	defer cancel()
	cmd := p.command(ctx, args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	var all []event
	killed := false
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			p.t.Fatalf("no JSON: %s", lines.Text())
		}
		all = append(all, e)
		if !killed && kill != nil && kill(e) {
			killed = true
			time.AfterFunc(delay, func() { _ = cmd.Process.Signal(syscall.SIGKILL) })
		}
	}
	err = cmd.Wait()
	if ctx.Err() != nil {
		p.t.Fatalf("%v did not end; last events %+v", args, all[max(0, len(all)-5):])
	}
	if err != nil && cmd.ProcessState.ExitCode() > 0 && errs.Len() > 0 {
		p.t.Logf("%v: exit %d: %s", args, cmd.ProcessState.ExitCode(), errs.String())
	}
	return cmd.ProcessState.ExitCode(), all
}

// sim serves the cloud of the state folder until the test ends.
func (p *place) sim(args ...string) (stop func()) {
	p.t.Helper()
	cmd := p.command(context.Background(), append([]string{"sim"}, args...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		p.t.Fatalf("sim is not ready: %v", err)
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			_ = cmd.Process.Signal(syscall.SIGINT)
			_ = cmd.Wait()
		})
	}
	p.t.Cleanup(stop)
	return stop
}

// deployments counts what the cloud was asked to deploy by anybody but the pipeline.
func (p *place) deployments() int {
	p.t.Helper()
	b, err := os.ReadFile(filepath.Join(p.state, "practice", "address.json"))
	if err != nil {
		p.t.Fatal(err)
	}
	var a addressFile
	if err := json.Unmarshal(b, &a); err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.Get(a.Addresses.Control + "/history")
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var all []struct{ Principal, Operation string }
	if err := json.NewDecoder(resp.Body).Decode(&all); err != nil {
		p.t.Fatal(err)
	}
	n := 0
	for _, e := range all {
		if e.Operation == "CreateContainerServiceDeployment" && e.Principal != "ci" {
			n++
		}
	}
	return n
}

func at(kind, step string) func(event) bool {
	return func(e event) bool { return e.Type == kind && e.Step == step }
}

// crashes are the moments of a kill: around the confirmation, around the send, and in the middle of the wait.
var crashes = []struct {
	name  string
	kill  func(event) bool
	delay time.Duration
}{
	{"planned", at("planned", "deploy"), 0},
	{"asked", at("asked", "deploy"), 0},
	{"answered", at("answered", "deploy"), 0},
	{"intent", at("intent", "deploy"), 0},
	{"a moment after the intent", at("intent", "deploy"), 3 * time.Millisecond},
	{"resulted", at("resulted", "deploy"), 0},
	{"verified", at("verified", "deploy"), 0},
	{"in the wait", at("entered", "live-wait"), 300 * time.Millisecond},
}

// TestKillAndResume kills the program with -9, goes on, and counts what the cloud saw: one deployment, whatever the moment. The
// cloud is a process of its own, which lives on as the real one does.
func TestKillAndResume(t *testing.T) {
	for _, c := range crashes {
		t.Run(c.name, func(t *testing.T) {
			p := newPlace(t)
			p.sim("bad-deploy", "--factor", "100")
			code, events := p.run(c.kill, c.delay, "run", "rollback-image", "--env", "practice", "--set", "service=jaja-backend", "--answers", p.file, "--json")
			if code != -1 {
				t.Fatalf("not killed: exit %d, events %+v", code, events)
			}
			p.goOn(events)
			if n := p.deployments(); n != 1 {
				t.Errorf("%d deployments in the cloud's history, want 1", n)
			}
		})
	}
}

// TestKillWithItsCloud kills the process that also serves the simulated cloud, as practice does.
func TestKillWithItsCloud(t *testing.T) {
	for _, c := range []int{3, 5, 7} {
		t.Run(crashes[c].name, func(t *testing.T) {
			p := newPlace(t)
			code, events := p.run(crashes[c].kill, crashes[c].delay, "run", "rollback-image", "--env", "practice", "--set", "service=jaja-backend", "--answers", p.file, "--json")
			if code != -1 {
				t.Fatalf("not killed: exit %d, events %+v", code, events)
			}
			p.goOn(events)
			p.sim()
			if n := p.deployments(); n != 1 {
				t.Errorf("%d deployments in the cloud's history, want 1", n)
			}
		})
	}
}

// goOn resumes to the end, and checks that no event that was told is lost.
func (p *place) goOn(told []event) {
	p.t.Helper()
	code, rest := p.run(nil, 0, "resume", "--answers", p.file, "--json")
	if code != 0 {
		p.t.Fatalf("resume: exit %d, events %+v", code, rest)
	}
	if len(rest) == 0 || rest[len(rest)-1].Type != "run-finished" {
		p.t.Fatalf("the run has not finished: %+v", rest)
	}
	if len(told) > 0 && rest[0].Seq <= told[len(told)-1].Seq {
		p.t.Errorf("event %d was told before the kill, and resume goes on at %d", told[len(told)-1].Seq, rest[0].Seq)
	}
}

// TestASignalPausesAndASecondProcessIsHeld: what holds the run holds it alone; a signal lets go of it in order.
func TestASignalPausesAndASecondProcessIsHeld(t *testing.T) {
	p := newPlace(t)
	p.sim("bad-deploy", "--factor", "1")
	cmd := p.command(t.Context(), "run", "rollback-image", "--env", "practice", "--set", "service=jaja-backend", "--answers", p.file, "--json")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 4<<20)
	last := event{}
	for lines.Scan() {
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			t.Fatal(err)
		}
		if last.Type == "entered" && last.Step == "live-wait" {
			second := p.command(t.Context(), "resume", "--answers", p.file, "--json")
			text, err := second.Output()
			if second.ProcessState.ExitCode() != 6 || !strings.Contains(string(text), `"code":"held"`) {
				t.Errorf("a second driver: %v, %s", err, text)
			}
			_ = cmd.Process.Signal(syscall.SIGTERM)
		}
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 || last.Type != "run-paused" {
		t.Errorf("exit %d, last event %+v", code, last)
	}
	if n := p.deployments(); n != 1 {
		t.Errorf("%d deployments, want 1", n)
	}
}
