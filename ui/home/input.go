package home

import (
	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/widget"
)

// findKey is a key while the line that finds procedures is open.
func (h *Home) findKey(msg tea.KeyPressMsg) tea.Cmd {
	switch key := msg.String(); key {
	case "esc":
		if h.find.Value() != "" {
			h.find.Set("")
			return nil
		}
		h.find = nil
	case "enter":
		return h.open()
	case "up", "down", "pgup", "pgdown":
		h.list.Key(key, h.places[panelProcedures].h)
		return nil
	default:
		if !h.find.Key(msg) {
			return nil
		}
	}
	h.list.Cursor = 0
	return nil
}

// onMouse focuses what is under the mouse, puts the cursor on a row, and scrolls. A click never opens: only Enter does.
func (h *Home) onMouse(msg tea.MouseMsg) tea.Cmd {
	m := msg.Mouse()
	for panel, p := range h.places {
		if m.X < p.x || m.X >= p.x+p.w || m.Y < p.y || m.Y >= p.y+p.h {
			continue
		}
		switch msg := msg.(type) {
		case tea.MouseClickMsg:
			if msg.Button == tea.MouseLeft {
				h.click(panel, p, m.X-p.x, m.Y-p.y)
			}
		case tea.MouseWheelMsg:
			key := map[tea.MouseButton]string{tea.MouseWheelUp: "up", tea.MouseWheelDown: "down"}[msg.Button]
			if panel == panelState {
				h.scroll(key)
			} else if l := map[int]*widget.List{panelNow: &h.now, panelProcedures: &h.list}[panel]; l != nil && key != "" {
				l.Key(key, p.h)
			}
		}
		return nil
	}
	return nil
}

func (h *Home) click(panel int, p place, x, y int) {
	h.message = ""
	h.focus = panel
	switch panel {
	case panelNow:
		if i := h.now.At(h.t, p.w, y); i >= 0 {
			h.now.Cursor = i
		}
	case panelProcedures:
		if i := h.procedureAt(x, y); i >= 0 {
			h.list.Cursor = i
		}
	}
}
