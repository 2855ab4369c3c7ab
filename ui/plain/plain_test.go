package plain

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/journal/memory"
	"github.com/JustAJobApp/runbook/steps/kinds"
	"github.com/JustAJobApp/runbook/ui/answers"
)

// quick is a clock on which waiting takes no time.
type quick struct {
	mu  sync.Mutex
	now time.Time
}

func (q *quick) Now() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.now
}

func (q *quick) Sleep(ctx context.Context, d time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.now = q.now.Add(d)
	return ctx.Err()
}

// driven is an engine in its own goroutine.
type driven struct {
	*engine.Engine
	id   string
	proc *steps.Procedure
	done chan struct{}
	err  error
}

func (d *driven) ID() string                  { return d.id }
func (d *driven) Procedure() *steps.Procedure { return d.proc }
func (d *driven) Done() <-chan struct{}       { return d.done }
func (d *driven) Err() error                  { return d.err }

// cloudOf counts what is sent to it.
type cloudOf struct {
	verdict steps.State
	sent    int
}

func (c *cloudOf) look(context.Context, steps.Values) (steps.Observed, error) {
	return steps.Observed{Verdict: c.verdict, Summary: "looked at it", Facts: []steps.Fact{{State: c.verdict, Label: "figure", Text: "is\x1b[31m odd"}}}, nil
}

func (c *cloudOf) images(context.Context, steps.Values) (steps.Observed, error) {
	return steps.Observed{Verdict: steps.Passed, Summary: "the only older image", Choices: []steps.Choice{
		{Value: ":svc.backend.12", Cells: []string{"pushed 3 days ago"}, Recommended: true}, {Value: ":svc.backend.13", Blocked: "it is what is live"}}}, nil
}

func (c *cloudOf) operation() steps.Operation {
	plan := steps.Plan{Operation: "deploy", Version: 1, Target: "svc", Summary: "One deployment of svc", Basis: map[string]string{"version": "13"},
		Changes: []steps.Change{{Label: "image", Sign: "-", Text: "backend.13"}, {Label: "image", Sign: "+", Text: "backend.12"}, {Label: "environment", Sign: "=", Text: "19 keys"}}}
	landed := steps.Finding{Is: steps.Landed, Why: "version 14 is ours"}
	return steps.Operation{Declaration: steps.Declaration{Name: "deploy", Version: 1, Resolver: steps.ByContent, Settle: time.Second},
		Prepare: func(context.Context, steps.Values) (steps.Plan, func(context.Context) (steps.Receipt, error), error) {
			return plan, func(context.Context) (steps.Receipt, error) { c.sent++; return steps.Receipt{"version": "14"}, nil }, nil
		},
		Verify:  func(context.Context, steps.Plan, steps.Receipt) (steps.Finding, error) { return landed, nil },
		Resolve: func(context.Context, steps.Plan) (steps.Finding, error) { return landed, nil }}
}

func procedure() *steps.Procedure {
	return &steps.Procedure{ID: "p", Title: "A procedure", Digest: "d", Objective: steps.Objective{RTO: 5 * time.Minute}, Steps: []steps.Step{
		{ID: "look", Title: "Look", Kind: "check", Use: "look"},
		{ID: "word", Title: "The team knows", Kind: "tick", Use: "The team knows of it"},
		{ID: "pick", Title: "Choose the image", Kind: "choose", Use: "images", Save: map[string]string{"image": "choice"}, SaveKinds: map[string]steps.ValueKind{"image": steps.KindText}},
		{ID: "form", Title: "Reason", Kind: "ask", Use: "Reason", Fields: []steps.Field{{Name: "reason", Prompt: "Type a reason", Kind: steps.KindText}}, SaveKinds: map[string]steps.ValueKind{"reason": steps.KindText}},
		{ID: "send", Title: "Deploy", Kind: "do", Use: "deploy"},
	}}
}

// session runs the procedure with input and gives what was told.
func session(t *testing.T, c *cloudOf, in *Input, file *answers.Client) (string, *steps.Run, error) {
	t.Helper()
	p := procedure()
	clock := &quick{now: time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)}
	e, err := engine.Open(t.Context(), engine.Config{Journal: memory.New(), Kinds: kinds.All, Clock: clock, Operator: "ana", Environment: "practice",
		Probes:     map[string]steps.Probe{"look": {Look: c.look}, "images": {Look: c.images}},
		Operations: map[string]steps.Operation{"deploy": c.operation()},
		Permit:     func(context.Context, steps.Declaration) error { return nil }}, p, engine.Start{ID: "1123-1"})
	if err != nil {
		t.Fatal(err)
	}
	d := &driven{Engine: e, id: "1123-1", proc: p, done: make(chan struct{})}
	go func() { defer close(d.done); d.err = e.Run(context.Background()) }()
	t.Cleanup(func() { e.Close(); <-d.done })
	var out bytes.Buffer
	s := &Session{Driver: d, Out: &out, Input: in, Answers: file, Operator: "ana", Clock: clock, Place: "practice", Opening: "practice. Nothing here is real.",
		State: func() []string { return []string{"backend: RUNNING."} }, Log: func(string) []string { return []string{"a line"} }}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	run, err := s.Run(ctx)
	return out.String(), run, err
}

func typed(lines ...string) *Input {
	in := NewTerminal(strings.NewReader(strings.Join(lines, "\n") + "\n"))
	in.drop = func() error { return nil }
	return in
}

// keep is an Input that is a terminal and does not forget: the lines of a test come all at once.
func keep(in *Input) *Input { in.keeps = true; return in }

func TestAWholeRunLineByLine(t *testing.T) {
	c := &cloudOf{verdict: steps.Passed}
	out, run, err := session(t, c, keep(typed("", ":state", ":nonsense", "posted in deploys", "1", "INC-88", "wrong", "SVC ")), nil)
	if err != nil || run.State != steps.RunDone || c.sent != 1 {
		t.Fatalf("err %v, state %s, sent %d\n%s", err, run.State, c.sent, out)
	}
	for _, want := range []string{"practice. Nothing here is real.", "Run 1123-1. A procedure. 5 steps. RTO 5 minutes", "Commands begin with a colon",
		"Step 1 of 5, check, Look. Pass: looked at it.", "backend: RUNNING.", ":nonsense is no command", "Done: posted in deploys.",
		"1: :svc.backend.12: pushed 3 days ago. Recommended: the only older image.", "Not to choose: :svc.backend.13. It is what is live.",
		"Kept: :svc.backend.12. Nothing was sent.", "Image goes: backend.13.", "Image comes: backend.12.", "Environment stays: 19 keys.",
		"Type svc to send it once; anything else sends nothing >", "Not sent: wrong is not svc. Nothing has changed.", "Sent once, 07:00:00.", "Done: version 14 is ours.",
		"Done: 5 of 5 steps", "Record: runbook report 1123-1"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("a control character came through")
	}
	for _, l := range strings.Split(out, "\n") {
		if len([]rune(l)) > Width && !strings.Contains(l, " > ") { // nothing echoes what is typed here
			t.Errorf("%d columns: %s", len([]rune(l)), l)
		}
	}
}

func TestTheEndOfInputIsAGate(t *testing.T) {
	out, run, err := session(t, &cloudOf{verdict: steps.Passed}, NewPipe(strings.NewReader("")), nil)
	b, _ := run.Stop.(steps.RunPaused)
	if err != nil || b.Why != steps.CodeGate || !strings.Contains(out, "Left at step 2 of 5") || !strings.Contains(out, "runbook resume 1123-1") {
		t.Fatalf("err %v, stop %+v\n%s", err, run.Stop, out)
	}
}

func TestANameThatSendsIsNeverReadFromAPipe(t *testing.T) {
	c := &cloudOf{verdict: steps.Passed}
	out, run, err := session(t, c, NewPipe(strings.NewReader("yes\n1\nINC-88\nsvc\n")), nil)
	b, _ := run.Stop.(steps.RunPaused)
	if err != nil || b.Why != steps.CodeGate || c.sent != 0 || !strings.Contains(b.Text, "terminal") {
		t.Fatalf("err %v, stop %+v, sent %d\n%s", err, run.Stop, c.sent, out)
	}
}

func TestWithAnswersNobodyIsAsked(t *testing.T) {
	file, err := answers.Parse("a.yaml", []byte("word: yes\npick: backend.12\nform: INC-88\nsend: svc\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := &cloudOf{verdict: steps.Warned}
	out, run, err := session(t, c, nil, &answers.Client{File: file, By: "ana"})
	if err != nil || run.State != steps.RunDone || c.sent != 1 || strings.Contains(out, " > ") {
		t.Fatalf("err %v, state %s, stop %+v, sent %d\n%s", err, run.State, run.Stop, c.sent, out)
	}
	if !strings.Contains(out, "Warn: looked at it.") || !strings.Contains(out, `figure: is\x1b[31m odd`) {
		t.Errorf("no warning in\n%s", out)
	}
}

func TestWithoutTheConfirmationNothingIsSent(t *testing.T) {
	file, err := answers.Parse("a.yaml", []byte("word: yes\npick: backend.12\nform: INC-88\n"))
	if err != nil {
		t.Fatal(err)
	}
	c := &cloudOf{verdict: steps.Passed}
	out, run, err := session(t, c, nil, &answers.Client{File: file, By: "ana"})
	b, _ := run.Stop.(steps.RunPaused)
	if err != nil || b.Why != steps.CodeGate || c.sent != 0 {
		t.Fatalf("err %v, stop %+v, sent %d\n%s", err, run.Stop, c.sent, out)
	}
}

func TestAFailedStep(t *testing.T) {
	out, run, err := session(t, &cloudOf{verdict: steps.Failed}, nil, &answers.Client{By: "ana"})
	if _, ok := run.Stop.(steps.RunFailed); err != nil || !ok {
		t.Fatalf("headless: err %v, stop %+v\n%s", err, run.Stop, out)
	}
	out, run, err = session(t, &cloudOf{verdict: steps.Failed}, keep(typed("9", "2", "kim, https://example.org/911", ":quit")), nil)
	if err != nil || run.Steps["look"].State != steps.Approved || !strings.Contains(out, "9 is none of 1 to 4") || !strings.Contains(out, "Pass, by approval") {
		t.Fatalf("by a person: err %v, state %s\n%s", err, run.Steps["look"].State, out)
	}
}

func TestASignalPausesTheRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	defer func() { _ = w.Close() }()
	p := procedure()
	clock := &quick{now: time.Unix(0, 0)}
	e, err := engine.Open(ctx, engine.Config{Journal: memory.New(), Kinds: kinds.All, Clock: clock, Operator: "ana",
		Probes: map[string]steps.Probe{"look": {Look: (&cloudOf{verdict: steps.Passed}).look}}}, p, engine.Start{ID: "1123-1"})
	if err != nil {
		t.Fatal(err)
	}
	d := &driven{Engine: e, id: "1123-1", proc: p, done: make(chan struct{})}
	go func() { defer close(d.done); d.err = e.Run(context.Background()) }()
	out := &waiting{want: " > ", then: cancel}
	run, err := (&Session{Driver: d, Out: out, Input: NewTerminal(r), Operator: "ana", Clock: clock}).Run(ctx)
	b, _ := run.Stop.(steps.RunPaused)
	if err != nil || b.Why != steps.CodeInterrupted {
		t.Fatalf("err %v, stop %+v\n%s", err, run.Stop, out.b.String())
	}
}

// waiting calls then when want is written.
type waiting struct {
	b    bytes.Buffer
	want string
	then func()
}

func (w *waiting) Write(p []byte) (int, error) {
	n, err := w.b.Write(p)
	if strings.Contains(w.b.String(), w.want) {
		w.then()
	}
	return n, err
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{58 * time.Second: "58 seconds", time.Second: "1 second", 5 * time.Minute: "5 minutes", 292 * time.Second: "4 minutes 52",
		time.Hour: "1 hour", 125 * time.Minute: "2 hours 5", 72 * time.Hour: "3 days", -time.Second: "0 seconds"} {
		if got := Words(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	long := "https://example.org/" + strings.Repeat("x", 120)
	if got := Wrap("see "+long+" there", 100); fmt.Sprint(got) != fmt.Sprint([]string{"see", long, "there"}) {
		t.Errorf("Wrap: %q", got)
	}
}
