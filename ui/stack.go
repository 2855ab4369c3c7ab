package ui

import (
	"context"
	"fmt"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/deps"
)

// Messages of the root to itself.
type (
	ticked deps.Tick
	looked struct {
		snapshot status.Snapshot
		changed  <-chan struct{}
	}
	opened struct {
		driver deps.Driver
		err    error
		number uint64
	}
	closed struct {
		driver deps.Driver
		text   string
	}
	stopped struct { // a signal, a fault beside the screen, or the context's end
		code  steps.Code
		fault error
	}
	// farewell is what is said of a run once the program has ended, unless the run was opened again.
	farewell struct{ run, text string }
)

// interval is how long the next tick waits: shorter while the simulated clock runs ahead of the wall's.
func interval(t ticked) time.Duration {
	if t.Speed > 1 {
		return 250 * time.Millisecond
	}
	return time.Second
}

// tick reads the cloud's clock after a while. It does so in a command, because in practice that may be a request.
func (m *model) tick(after time.Duration) tea.Cmd {
	return func() tea.Msg {
		if after > 0 {
			timer := time.NewTimer(after)
			defer timer.Stop()
			select {
			case <-m.ctx.Done():
				return nil
			case <-timer.C:
			}
		}
		t := ticked{Now: m.d.Clock.Now()}
		if m.d.Speed != nil {
			if now, factor, ok := m.d.Speed(); ok {
				t.Speed, t.Factor = now, factor
			}
		}
		return t
	}
}

// watch waits for the next look at the environment: changed is what the last one said would be closed by it, nil at first.
func (m *model) watch(changed <-chan struct{}) tea.Cmd {
	if m.d.Status == nil {
		return nil
	}
	return func() tea.Msg {
		if changed != nil {
			select {
			case <-m.ctx.Done():
				return nil
			case <-changed:
			}
		}
		s, next := m.d.Status.Latest()
		return looked{s, next}
	}
}

// push puts a screen on top.
func (m *model) push(l layer) tea.Cmd {
	m.over = nil
	m.stack = append(m.stack, l)
	return tea.Batch(l.screen.Init(), l.screen.Update(tea.WindowSizeMsg{Width: m.w, Height: m.h}), l.screen.Update(m.time), l.screen.Update(m.seen))
}

// open opens a run in a command. An answer that comes after another one was asked for is closed again.
func (m *model) open(start func(context.Context) (deps.Driver, error)) tea.Cmd {
	m.opened++
	number := m.opened
	return func() tea.Msg {
		drv, err := start(m.ctx)
		return opened{drv, err, number}
	}
}

func (m *model) onOpened(msg opened) tea.Cmd {
	switch {
	case msg.err != nil:
		return m.top().screen.Update(deps.Refused{Err: msg.err})
	case msg.number != m.opened:
		return func() tea.Msg { msg.driver.Close(); return nil }
	}
	m.leave = slices.DeleteFunc(m.leave, func(f farewell) bool { return f.run == msg.driver.ID() })
	if len(m.stack) > 1 && m.top().driver == nil { // the first page that it was started from
		m.stack = m.stack[:len(m.stack)-1]
	}
	return m.push(layer{screen: m.run(m.d, m.t, msg.driver), driver: msg.driver})
}

// close leaves the screen on top. Its run is paused first, which waits for the work under way.
func (m *model) close(text string) tea.Cmd {
	l := m.top()
	if l.closing {
		return nil
	}
	l.closing = true
	drv := l.driver
	if drv == nil {
		return deps.Send(closed{nil, text})
	}
	if text == "" {
		text = kept(drv)
	}
	return func() tea.Msg {
		drv.Close()
		return closed{drv, text}
	}
}

func runOf(drv deps.Driver) string {
	if drv == nil {
		return ""
	}
	return drv.ID()
}

// kept says how to go on with a run.
func kept(drv deps.Driver) string {
	p, _ := drv.Watch()
	at := ""
	if s := drv.Procedure().Step(p.Step); s != nil {
		for i := range drv.Procedure().Steps {
			if drv.Procedure().Steps[i].ID == p.Step {
				at = fmt.Sprintf(" at step %d, %s", i+1, s.Title)
			}
		}
	}
	return fmt.Sprintf("Run %s is kept%s. What was sent goes on. Back with: runbook resume %s", drv.ID(), at, drv.ID())
}

// onClosed takes the screen off the stack and ends the program with the last one.
func (m *model) onClosed(msg closed) tea.Cmd {
	if msg.text != "" {
		m.leave = append(m.leave, farewell{runOf(msg.driver), msg.text})
	}
	for i := range m.stack {
		if m.stack[i].closing && m.stack[i].driver == msg.driver {
			m.stack = append(m.stack[:i:i], m.stack[i+1:]...)
			break
		}
	}
	if len(m.stack) == 0 || m.cause != "" {
		return tea.Quit
	}
	return tea.Batch(m.find(), m.top().screen.Update(deps.Returned{Text: msg.text}), m.top().screen.Update(deps.Focused{}))
}

// stop ends the program from outside: every run is paused first.
func (m *model) stop(msg stopped) tea.Cmd {
	if m.cause != "" {
		return tea.Quit // the second time it does not wait
	}
	m.cause, m.fault = msg.code, msg.fault
	var drivers []deps.Driver
	for i := range m.stack {
		m.stack[i].closing = true
		if drv := m.stack[i].driver; drv != nil {
			drivers = append(drivers, drv)
			m.leave = append(m.leave, farewell{drv.ID(), kept(drv)})
		}
	}
	return func() tea.Msg {
		for _, drv := range drivers {
			_ = drv.Do(context.WithoutCancel(m.ctx), engine.Pause{Why: steps.CodeInterrupted}) // Close pauses it anyway
			drv.Close()
		}
		return tea.QuitMsg{}
	}
}
