package cli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/ui"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// faulty names the variable that makes this test's program a screen with a fault in it.
const faulty = "RUNBOOK_TEST_FAULT"

type wallClock struct{}

func (wallClock) Now() time.Time                             { return time.Now() }
func (wallClock) Sleep(context.Context, time.Duration) error { return nil }

// breakOnScreen shows home and fails: in a command of the screen, in drawing, or in what reads beside it.
func breakOnScreen(where string) int {
	d := deps.Deps{Frame: theme.Practice("fault"), Environment: site.Environment{Name: "practice", Account: "000000000000", Region: "eu-west-1"}, Clock: wallClock{},
		List: func() ([]checklists.Summary, error) { return nil, nil }}
	switch where {
	case "command":
		d.List = func() ([]checklists.Summary, error) { panic("a fault in a command") }
	case "drawing":
		d.Speed = func() (float64, float64, bool) { panic("a fault in the screen") }
	case "beside":
		faults := make(chan error, 1)
		faults <- errors.New("a fault beside the screen")
		d.Faults = faults
	}
	_, err := ui.Run(context.Background(), d, ui.Start{})
	if steps.CodeOf(err) == steps.CodePanic {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestAFaultGivesTheTerminalBack: wherever the program itself fails, the shell gets its terminal as it was and a word about it.
func TestAFaultGivesTheTerminalBack(t *testing.T) {
	for _, where := range []string{"command", "drawing", "beside"} {
		t.Run(where, func(t *testing.T) {
			tm := program(t, 80, 24, os.Args[0], []string{faulty + "=" + where})
			if code := tm.end(); code != 1 {
				t.Fatalf("exit %d\n%s", code, tm.screen())
			}
			if !strings.Contains(tm.screen(), "ended by a fault") {
				t.Errorf("no word about it:\n%s", tm.screen())
			}
		})
	}
}
