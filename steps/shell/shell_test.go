package shell_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/shell"
)

func run(t *testing.T, s *shell.Shell, argv ...string) steps.Observed {
	t.Helper()
	o, err := s.Execute(t.Context(), argv, t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestExitCodeIsTheVerdict(t *testing.T) {
	s := shell.New()
	if o := run(t, s, "sh", "-c", "echo one; echo two >&2"); o.Verdict != steps.Passed || o.Saves["exit"] != "0" || o.Saves["output"] != "one" || len(o.Facts) != 2 || o.Facts[1].Label != "errors" {
		t.Errorf("%+v", o)
	}
	if o := run(t, s, "sh", "-c", "exit 3"); o.Verdict != steps.Failed || o.Saves["exit"] != "3" || !strings.Contains(o.Summary, "code 3") {
		t.Errorf("%+v", o)
	}
}

func TestArgumentsAreNotReadByAShell(t *testing.T) {
	hostile := `$(touch x); echo "a" | b && -c *`
	if o := run(t, shell.New(), "printf", "%s", hostile); o.Saves["output"] != hostile {
		t.Errorf("%q", o.Saves["output"])
	}
}

func TestTheEnvironmentIsClean(t *testing.T) {
	s := shell.With(shell.Options{Environ: []string{"PATH=/usr/bin:/bin", "AWS_SECRET_ACCESS_KEY=real", "INFISICAL_TOKEN=real", "KEPT=yes", "LANG=C"}, Keep: []string{"KEPT"}})
	o, err := s.Execute(t.Context(), []string{"env"}, "", map[string]string{"GIVEN": "x", "LANG": "de"})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"PATH=", "KEPT=yes", "GIVEN=x", "LANG=de"} {
		if !strings.Contains(o.Saves["output"], want) {
			t.Errorf("%s is missing in %s", want, o.Saves["output"])
		}
	}
	if strings.Contains(o.Saves["output"], "real") || strings.Contains(o.Saves["output"], "LANG=C") {
		t.Errorf("passed on: %s", o.Saves["output"])
	}
}

func TestWhatCannotBeRun(t *testing.T) {
	s := shell.New()
	for name, c := range map[string]struct {
		argv []string
		dir  string
		want string
	}{
		"missing":   {[]string{"no-such-program-here"}, "", "no-such-program-here is not installed here."},
		"no folder": {[]string{"true"}, "/no/such/folder", "There is no folder"},
		"nothing":   {nil, "", "No program is named."},
		"nul":       {[]string{"echo", "a\x00b"}, "", "NUL"},
		"a folder":  {[]string{"/"}, "", "/ "},
	} {
		_, err := s.Execute(t.Context(), c.argv, c.dir, nil)
		if steps.CodeOf(err) != steps.CodeInput || !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTimeOutEndsTheWholeGroup(t *testing.T) {
	s := shell.With(shell.Options{Timeout: 100 * time.Millisecond})
	began := time.Now()
	o := run(t, s, "sh", "-c", "sleep 60 & echo started; sleep 60")
	if o.Verdict != steps.Failed || !strings.Contains(o.Summary, "was stopped after") || o.Saves["output"] != "started" {
		t.Errorf("%+v", o)
	}
	if time.Since(began) > 10*time.Second {
		t.Error("it waited for what the program had started")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Execute(ctx, []string{"sleep", "60"}, "", nil); steps.CodeOf(err) != steps.CodeInterrupted {
		t.Errorf("broken off: %v", err)
	}
}

func TestOutputIsBoundedAndVisible(t *testing.T) {
	s := shell.New()
	o := run(t, s, "sh", "-c", `i=0; while [ $i -lt 200 ]; do echo "line $i"; i=$((i+1)); done; printf '\033[2Jhidden\n'`)
	if len(o.Facts) != 41 || o.Facts[0].Text != "161 lines before these are left out" || !strings.Contains(o.Facts[40].Text, `\x1b[2J`) {
		t.Errorf("%d facts, first %+v, last %+v", len(o.Facts), o.Facts[0], o.Facts[len(o.Facts)-1])
	}
	o = run(t, s, "sh", "-c", "head -c 5000000 /dev/zero | tr '\\0' x; echo; yes | head -n 1000000")
	total := 0
	for _, f := range o.Facts {
		total += len(f.Text)
	}
	if total > 20_000 || len(o.Saves["output"]) > 4<<10 {
		t.Errorf("%d bytes of evidence, %d saved", total, len(o.Saves["output"]))
	}
}
