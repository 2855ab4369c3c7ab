package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/journal/sqlite"
)

// The benchmarks compare processes side by side in one run: only ratios count. They run with RUNBOOK_BENCH=1, on a quiet machine.
func benched(t *testing.T) {
	t.Helper()
	if os.Getenv("RUNBOOK_BENCH") == "" {
		t.Skip("measured with .ci/bench")
	}
}

// build compiles a program that is measured against.
func build(t *testing.T, pkg string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(pkg))
	if out, err := exec.Command("go", "build", "-o", path, pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// median runs each of the commands n times, in turn, and gives each one's median duration.
func median(t *testing.T, n int, run ...func() *exec.Cmd) []time.Duration {
	t.Helper()
	all := make([][]time.Duration, len(run))
	for range n {
		for i, make := range run {
			cmd := make()
			start := time.Now()
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
			}
			all[i] = append(all[i], time.Since(start))
		}
	}
	out := make([]time.Duration, len(run))
	for i := range all {
		slices.Sort(all[i])
		out[i] = all[i][n/2]
	}
	return out
}

// simulated starts a cloud and gives its addresses.
func (p *place) simulated() addressFile {
	p.t.Helper()
	p.sim("bad-deploy")
	var a addressFile
	b, err := os.ReadFile(filepath.Join(p.state, "practice", "address.json"))
	if err == nil {
		err = json.Unmarshal(b, &a)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

// TestBenchStatus is P1: status takes at most 1/30 of Debian's aws and 1.5 times a bare SDK client.
func TestBenchStatus(t *testing.T) {
	benched(t)
	p := newPlace(t)
	a := p.simulated().Addresses
	bare := build(t, "./testdata/bare")
	env := []string{"PATH=/usr/bin:/bin", "HOME=" + filepath.Dir(p.state)}
	for k, v := range a.Env {
		env = append(env, k+"="+v)
	}
	with := func(name string, args ...string) func() *exec.Cmd {
		return func() *exec.Cmd {
			c := exec.Command(name, args...)
			c.Env = env
			return c
		}
	}
	own := func(args ...string) func() *exec.Cmd {
		return func() *exec.Cmd { return p.command(context.Background(), args...) }
	}
	runs := []func() *exec.Cmd{own("status", "--sim", a.URL), with(bare), own("version")}
	if aws2() != "" {
		runs = append(runs, with(aws2(), "--endpoint-url", a.Lightsail, "lightsail", "get-container-services"))
	}
	d := median(t, 15, runs...)
	t.Logf("P1 status %v, bare SDK client %v: ratio %.2f (target 1.5)", d[0], d[1], ratio(d[0], d[1]))
	if aws2() != "" {
		t.Logf("P1 status %v, aws lightsail get-container-services %v: 1/%.0f (target 1/30)", d[0], d[3], ratio(d[3], d[0]))
	}
	t.Logf("P1 start of the program alone (version): %v", d[2])
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// TestBenchInit names the package initialisers that cost every command the most.
func TestBenchInit(t *testing.T) {
	benched(t)
	p := newPlace(t)
	cmd := p.command(t.Context(), "version")
	cmd.Env = append(cmd.Env, "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	type cost struct {
		name string
		ms   float64
	}
	var all []cost
	total := 0.0
	for _, l := range strings.Split(string(out), "\n") {
		f := strings.Fields(l) // init NAME @0.1 ms, 0.05 ms clock, N bytes, M allocs
		if len(f) > 5 && f[0] == "init" {
			ms, _ := strconv.ParseFloat(f[4], 64)
			all = append(all, cost{f[1], ms})
			total += ms
		}
	}
	slices.SortFunc(all, func(a, b cost) int { return int(1e6 * (b.ms - a.ms)) })
	t.Logf("initialisers: %.2f ms in %d packages", total, len(all))
	for _, c := range all[:min(12, len(all))] {
		t.Logf("  %.2f ms %s", c.ms, c.name)
	}
}

// TestBenchFirstFrame is P2: the first useful frame takes at most twice a minimal Bubble Tea program, with 10,000 events recorded.
func TestBenchFirstFrame(t *testing.T) {
	benched(t)
	p := newPlace(t)
	a := p.simulated().Addresses
	p.fill(10_000)
	minimal := build(t, "./testdata/minimal")
	frame := func(bin, want string, args ...string) time.Duration {
		start := time.Now()
		tm := program(t, 140, 40, bin, []string{"RUNBOOK_STATE=" + p.state}, args...)
		tm.see(want)
		d := time.Since(start)
		tm.key("q")
		tm.end()
		return d
	}
	var own, least []time.Duration
	for range 11 {
		own = append(own, frame(p.bin, "Procedures", "--sim", a.URL))
		least = append(least, frame(minimal, "minimal program"))
	}
	slices.Sort(own)
	slices.Sort(least)
	t.Logf("P2 first frame of home %v, minimal program %v: ratio %.2f (target 2)", own[5], least[5], ratio(own[5], least[5]))
}

// fill records n events in runs of a hundred.
func (p *place) fill(n int) {
	p.t.Helper()
	ctx := context.Background()
	j, err := sqlite.Open(ctx, p.state)
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = j.Close() }()
	at := time.Now().UTC()
	for r := range n / 100 {
		id := fmt.Sprintf("0101-%d", r+1)
		batch := []steps.Event{{Seq: 1, At: at, Wall: at, Run: id, Type: "run-started", Body: steps.RunStarted{Procedure: "validate", Title: "After a deployment", Environment: "practice", Operator: "ana", Total: 3}}}
		for i := 2; i < 100; i++ {
			batch = append(batch, steps.Event{Seq: uint64(i), At: at, Wall: at, Run: id, Type: "noted", Body: steps.Noted{Text: "a note of some length, as people write them", By: "ana"}})
		}
		batch = append(batch, steps.Event{Seq: 100, At: at, Wall: at, Run: id, Type: "run-finished", Body: steps.RunFinished{Worst: steps.Passed}})
		if err := j.Append(ctx, id, batch...); err != nil {
			p.t.Fatal(err)
		}
	}
}

// TestBenchIdle is P10: at most 1 % of a core while nothing happens.
func TestBenchIdle(t *testing.T) {
	benched(t)
	p := newPlace(t)
	a := p.simulated().Addresses
	tm := program(t, 140, 40, p.bin, []string{"RUNBOOK_STATE=" + p.state}, "--sim", a.URL)
	tm.see("Procedures", "recommended")
	time.Sleep(3 * time.Second) // measured: what comes after the start
	before, start := ticks(t, tm.cmd.Process.Pid), time.Now()
	time.Sleep(15 * time.Second)
	used := float64(ticks(t, tm.cmd.Process.Pid)-before) / 100
	t.Logf("P10 idle: %.2f %% of a core at home (target 1)", 100*used/time.Since(start).Seconds())
	tm.key("q")
	tm.end()
}

// ticks is the processor time of a process, in hundredths of a second.
func ticks(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return user + system
}
