package ui

import (
	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/keys"
)

var escape = tea.KeyPressMsg{Code: tea.KeyEscape}

// onKey routes a key.
func (m *model) onKey(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	switch key {
	case "ctrl+c":
		return m.onInterrupt()
	case "ctrl+z":
		return tea.Suspend
	case "ctrl+l":
		return tea.ClearScreen
	}
	if m.small() {
		if key == "q" && !m.top().screen.Typing() {
			return m.close("")
		}
		return nil
	}
	if m.over != nil {
		return m.overlaid(msg)
	}
	if cmd, ok := m.global(key); ok {
		return cmd
	}
	return m.top().screen.Update(msg)
}

// global takes the keys of every screen: in a text field only F1.
func (m *model) global(key string) (tea.Cmd, bool) {
	if key == "f1" {
		m.over = newHelp(m)
		return nil, true
	}
	if m.top().screen.Typing() {
		return nil, false
	}
	switch key {
	case "?":
		m.over = newHelp(m)
		return nil, true
	case ":":
		m.over = newPalette(m)
		return m.find(), true
	case "T":
		return m.toggleZone(), true
	}
	return nil, false
}

// onInterrupt is esc the first time, and leaves the second.
func (m *model) onInterrupt() tea.Cmd {
	now := m.wall()
	if !m.interrupted.IsZero() && now.Sub(m.interrupted) <= twice {
		m.over = nil
		return m.close("")
	}
	m.interrupted = now
	if m.over != nil {
		return m.overlaid(escape)
	}
	return m.top().screen.Update(escape)
}

// overlaid gives a key to the overlay.
func (m *model) overlaid(msg tea.KeyPressMsg) tea.Cmd {
	done, then := m.over.key(msg)
	if !done {
		return nil
	}
	m.over = nil
	cmd := m.top().screen.Update(deps.Focused{})
	if then != nil {
		return tea.Batch(cmd, m.act(then))
	}
	return cmd
}

// act carries out what the palette chose: what is the root's here, the rest on the screen on top.
func (m *model) act(msg tea.Msg) tea.Cmd {
	a, ok := msg.(deps.Act)
	if !ok {
		return deps.Send(msg)
	}
	switch a.ID {
	case keys.Help:
		m.over = newHelp(m)
	case keys.Zone:
		return m.toggleZone()
	case keys.Suspend:
		return tea.Suspend
	case keys.Redraw:
		return tea.ClearScreen
	case mouseID:
		m.mouse = !m.mouse
	case keys.Quit:
		return m.close("")
	default:
		return m.top().screen.Update(msg)
	}
	return nil
}

func (m *model) onPaste(msg tea.PasteMsg) tea.Cmd {
	switch {
	case m.small():
		return nil
	case m.over != nil:
		m.over.paste(msg.Content)
		return nil
	default:
		return m.top().screen.Update(msg)
	}
}

// onMouse gives the mouse to the screen on top. An overlay takes no mouse: nothing may be chosen by it that lies beneath.
func (m *model) onMouse(msg tea.MouseMsg) tea.Cmd {
	if m.small() || m.over != nil {
		return nil
	}
	return m.top().screen.Update(msg)
}
