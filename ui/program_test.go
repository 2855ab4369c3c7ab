package ui

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// gate is an input that says nothing until it is closed.
type gate struct{ done chan struct{} }

func (g gate) Read([]byte) (int, error) { <-g.done; return 0, io.EOF }

func TestTheEndOfTheContextPausesTheRunAndGivesTheTerminalBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	g := gate{make(chan struct{})}
	defer close(g.done)
	var out syncBuffer
	drv := &driver{id: "1123-5"}
	d := deps.Deps{Frame: theme.Production(), Environment: site.Environment{Name: "production", Account: "482109375510", Region: "eu-west-1"}, Clock: still{}}
	result := make(chan error, 1)
	var leave string
	go func() {
		var err error
		leave, err = Run(ctx, d, Start{Driver: drv, Background: "dark", Options: []tea.ProgramOption{tea.WithInput(g), tea.WithOutput(&out), tea.WithWindowSize(80, 24),
			tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"})}})
		result <- err
	}()
	deadline := time.After(10 * time.Second)
	for !out.contains("PRODUCTION") {
		select {
		case <-deadline:
			t.Fatal("nothing was drawn")
		case <-out.changed():
		}
	}
	cancel()
	select {
	case err := <-result:
		if steps.CodeOf(err) != steps.CodeInterrupted {
			t.Errorf("ended with %v", err)
		}
	case <-deadline:
		t.Fatal("the program goes on")
	}
	if drv.closes() != 1 || drv.paused != steps.CodeInterrupted {
		t.Errorf("closed %d times, paused for %q", drv.closes(), drv.paused)
	}
	if !out.contains("\x1b[?1049l") || !strings.Contains(leave, "runbook resume 1123-5") {
		t.Errorf("the alternate screen stays, or nothing is said: %q", leave)
	}
}

func TestOutcome(t *testing.T) {
	if err := outcome(nil, "", nil); err != nil {
		t.Error(err)
	}
	if err := outcome(tea.ErrProgramPanic, "", nil); steps.CodeOf(err) != steps.CodePanic {
		t.Error(err)
	}
	if err := outcome(errors.New("could not open TTY"), "", nil); steps.CodeOf(err) != steps.CodeInput {
		t.Error(err)
	}
}

// syncBuffer is an output that can be waited for.
type syncBuffer struct {
	mu   sync.Mutex
	b    strings.Builder
	wake chan struct{}
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake != nil {
		close(s.wake)
		s.wake = nil
	}
	return s.b.Write(p)
}

func (s *syncBuffer) contains(text string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.b.String(), text)
}

func (s *syncBuffer) changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.wake == nil {
		s.wake = make(chan struct{})
	}
	return s.wake
}
