package journaltest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// Open opens the journal that a folder holds, or makes one.
type Open func(dir string) (steps.Journal, error)

const (
	role   = "RUNBOOK_JOURNALTEST_ROLE"
	folder = "RUNBOOK_JOURNALTEST_DIR"
	run    = "1123-1"
	rounds = 12
)

// Main is TestMain's body for a journal that outlives its process: the suite starts the test binary again in other roles.
func Main(m *testing.M, open Open) {
	var err error
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "writer":
		err = writer(open)
	case "holder":
		err = holder(open)
	}
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Durable runs what needs other processes: kills while writing, and holds that end with their process.
func Durable(t *testing.T, open Open) {
	t.Run("nothing acknowledged is lost", func(t *testing.T) { crash(t, open) })
	t.Run("a hold ends with its process", func(t *testing.T) { holds(t, open) })
	t.Run("the other writer is shut out", func(t *testing.T) { fence(t, open) })
	t.Run("what was appended is there again", func(t *testing.T) { again(t, open) })
}

// start runs the test binary in a role; its lines come from the scanner.
func start(t *testing.T, name, dir string) (*exec.Cmd, io.WriteCloser, *bufio.Scanner) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), role+"="+name, folder+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd, in, bufio.NewScanner(out)
}

// line waits for the next line of another process.
func line(t *testing.T, out *bufio.Scanner) string {
	t.Helper()
	if !out.Scan() {
		t.Fatalf("the other process ended: %v", out.Err())
	}
	if strings.HasPrefix(out.Text(), "failed:") {
		t.Fatal(out.Text())
	}
	return out.Text()
}

// writer appends batches of one to four events and says the last number of each once it is durable.
func writer(open Open) error {
	j, err := open(os.Getenv(folder))
	if err != nil {
		return err
	}
	ctx := context.Background()
	var last uint64
	for e, err := range j.Read(ctx, run) {
		if err != nil {
			return err
		}
		last = e.Seq
	}
	if last == 0 {
		if err := j.Append(ctx, run, event(1, started("prod"))); err != nil {
			return err
		}
		last = 1
	}
	for n := 0; ; n++ {
		size := n%4 + 1
		var batch []steps.Event
		for i := range size {
			batch = append(batch, event(last+uint64(i)+1, steps.Noted{Text: fmt.Sprintf("%d of %d %s", i+1, size, strings.Repeat("x", n%700)), By: "ana"}))
		}
		if err := j.Append(ctx, run, batch...); err != nil {
			return err
		}
		last += uint64(size)
		fmt.Println(last) // not buffered
	}
}

func event(seq uint64, body any) steps.Event {
	at := T0.Add(time.Duration(seq) * time.Second)
	return steps.Event{Seq: seq, At: at, Wall: at, Run: run, Type: steps.TypeOf(body), Body: body}
}

// crash kills a writer at random points, again and again on one journal.
func crash(t *testing.T, open Open) {
	dir := t.TempDir() + "/state"
	random := rand.New(rand.NewPCG(4217, 1))
	for round := range rounds {
		cmd, _, out := start(t, "writer", dir)
		var told uint64
		for range random.IntN(40) + 1 {
			told = number(t, line(t, out))
		}
		if err := cmd.Process.Kill(); err != nil { // SIGKILL, wherever it is just now
			t.Fatal(err)
		}
		for out.Scan() { // what it had still acknowledged
			told = number(t, out.Text())
		}
		_ = cmd.Wait()
		whole(t, open, dir, told, round)
	}
}

func number(t *testing.T, text string) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("the writer said %q", text)
	}
	return n
}

// whole expects every acknowledged event, whole batches only, and a list that agrees.
func whole(t *testing.T, open Open, dir string, told uint64, round int) {
	t.Helper()
	j, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer done(t, j)
	var seq uint64
	left := 0
	for e, err := range j.Read(t.Context(), run) {
		if err != nil {
			t.Fatal(err)
		}
		if seq++; e.Seq != seq {
			t.Fatalf("round %d: event %d stands where %d belongs", round, e.Seq, seq)
		}
		if n, ok := e.Body.(steps.Noted); ok {
			var i, size int
			if _, err := fmt.Sscanf(n.Text, "%d of %d", &i, &size); err != nil || left == 0 && i != 1 || left > 0 && size-i+1 != left {
				t.Fatalf("round %d: a batch is torn at event %d: %q", round, seq, n.Text)
			}
			left = size - i
		}
	}
	if seq < told || left != 0 {
		t.Fatalf("round %d: %d events are there, %d were acknowledged, %d of the last batch are missing", round, seq, told, left)
	}
	runs, err := j.Runs(t.Context())
	if err != nil || len(runs) != 1 || runs[0].Events != seq {
		t.Fatalf("round %d: the list says %+v, %v; there are %d events", round, runs, err, seq)
	}
}

func done(t *testing.T, j steps.Journal) {
	t.Helper()
	if c, ok := j.(io.Closer); ok {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}

// holder holds the run until it is told to let go.
func holder(open Open) error {
	j, err := open(os.Getenv(folder))
	if err != nil {
		return err
	}
	release, err := j.Hold(context.Background(), run, "kim")
	if err != nil {
		return err
	}
	fmt.Println("held")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	release()
	fmt.Println("released")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	return nil
}

func holds(t *testing.T, open Open) {
	dir := t.TempDir() + "/state"
	j, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer done(t, j)
	if err := j.Append(t.Context(), run, event(1, started("prod"))); err != nil {
		t.Fatal(err)
	}
	cmd, in, out := start(t, "holder", dir)
	line(t, out)
	_, err = j.Hold(t.Context(), run, "ana")
	if steps.CodeOf(err) != steps.CodeHeld || !strings.Contains(err.Error(), "kim") {
		t.Errorf("a run that another process holds gives %v", err)
	}
	if runs, err := j.Runs(t.Context()); err != nil || !runs[0].Held || !strings.Contains(runs[0].Holder, "kim") || runs[0].State != steps.RunRunning {
		t.Errorf("it is listed as %+v, %v", runs, err)
	}
	if _, err := fmt.Fprintln(in); err != nil {
		t.Fatal(err)
	}
	line(t, out)
	free(t, j)
	_ = cmd.Process.Kill()
	_ = cmd.Wait()

	cmd, _, out = start(t, "holder", dir)
	line(t, out)
	if _, err := j.Hold(t.Context(), run, "ana"); steps.CodeOf(err) != steps.CodeHeld {
		t.Errorf("it can be held twice: %v", err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if runs, err := j.Runs(t.Context()); err != nil || runs[0].Held || runs[0].State != steps.RunInterrupted {
		t.Errorf("after the kill it is listed as %+v, %v", runs, err)
	}
	free(t, j)
}

func free(t *testing.T, j steps.Journal) {
	t.Helper()
	release, err := j.Hold(t.Context(), run, "ana")
	if err != nil {
		t.Fatal(err)
	}
	release()
}

// fence has two processes' worth of journals write one run: the later one loses, and sees what the other did.
func fence(t *testing.T, open Open) {
	dir := t.TempDir() + "/state"
	var js []steps.Journal
	for range 2 {
		j, err := open(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer done(t, j)
		js = append(js, j)
	}
	for i, seq := range []uint64{1, 2, 3, 4} { // each sees what the other wrote
		body := any(steps.Noted{Text: "n"})
		if seq == 1 {
			body = started("prod")
		}
		if err := js[i/2%2].Append(t.Context(), run, event(seq, body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := js[0].Append(t.Context(), run, event(5, steps.RunPaused{Why: steps.CodeGate})); err != nil {
		t.Fatal(err)
	}
	for seq := uint64(5); seq < 10; seq++ {
		body := steps.Noted{Text: "n"}
		first, second := js[seq%2], js[1-seq%2]
		if err := first.Append(t.Context(), run, event(seq+1, body)); err != nil {
			t.Fatal(err)
		}
		if err := second.Append(t.Context(), run, event(seq+1, body)); steps.CodeOf(err) != steps.CodeHeld {
			t.Errorf("event %d can be written twice: %v", seq+1, err)
		}
	}
}

// again opens the journal anew: all that outlives a process is as it was, and the next append goes on.
func again(t *testing.T, open Open) {
	dir := t.TempDir() + "/state"
	b := &bench{T: t, last: map[string]uint64{}}
	var err error
	b.j, err = open(dir)
	b.must(err)
	b.add("r1", "", started("prod"))
	b.add("r1", "a", steps.Entered{Title: "A", Number: 1}, steps.Asked{Form: steps.FormTick}, steps.Obliged{ID: "o", What: "w"}, steps.Verified{Finding: steps.Finding{Is: steps.Landed}}, intent(1, "jaja-backend"))
	b.must(b.j.Keep(t.Context(), "d", []byte("text")))
	before := b.all()
	done(t, b.j)
	b.j, err = open(dir)
	b.must(err)
	defer func() { done(t, b.j) }()
	b.equal("after opening anew", b.all(), before)
	b.code(b.try("r1", "b", intent(1, "jaja-backend")), steps.CodeHeld)
	b.add("r1", "a", steps.Resulted{}, steps.Settled{State: steps.Warned})
	if s := b.run("r1"); s.Worst != steps.Warned || s.StepTitle != "A" {
		t.Errorf("it goes on as %+v", s)
	}
}

// all is everything that a journal tells.
func (b *bench) all() []any {
	b.Helper()
	intents, err := b.j.Intents(b.Context(), "prod", "")
	b.must(err)
	obligations, err := b.j.Obligations(b.Context(), "prod")
	b.must(err)
	releases, err := b.j.Releases(b.Context(), "prod")
	b.must(err)
	text, err := b.j.Document(b.Context(), "d")
	b.must(err)
	return []any{b.runs(), b.read("r1"), intents, obligations, releases, text}
}
