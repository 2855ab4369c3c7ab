package run

import (
	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/ui/run/panel"
)

// onMouse focuses and scrolls. Nothing in the overlay reacts, and no click answers or confirms.
func (s *Screen) onMouse(msg tea.MouseMsg) tea.Cmd {
	if s.overlay != nil || s.line != nil {
		return nil
	}
	at, row, ok := s.under(msg.Mouse().X-s.box.margin, msg.Mouse().Y)
	if !ok {
		return nil
	}
	switch msg := msg.(type) {
	case tea.MouseClickMsg:
		if msg.Button == tea.MouseLeft {
			s.click(at, row)
		}
	case tea.MouseWheelMsg:
		by := 3
		if msg.Button == tea.MouseWheelUp {
			by = -3
		}
		s.wheel(at, by)
	}
	return nil
}

// under finds the panel at a place of the screen, and the row of its text.
func (s *Screen) under(x, y int) (at focus, row int, ok bool) {
	b := s.box
	top := 3
	switch {
	case y < top-1 || x <= 0 || x >= b.inner-1:
		return 0, 0, false
	case y < top+b.body:
		row = y - top
		switch {
		case b.only != 0:
			return b.only, row, true
		case b.kind <= twoColumns && x <= b.steps:
			return onSteps, row, true
		case b.kind == threeColumns && x > b.steps+1+b.step:
			return onState, row, true
		}
		return onStep, row, true
	case b.stateRow > 0 && y <= top+b.body+b.stateRow:
		return onState, y - top - b.body - 1, true
	case b.log > 0 && y < b.h-2:
		_, oy := s.origin(onLog)
		return onLog, y - oy, true
	}
	return 0, 0, false
}

// click focuses a panel and puts its cursor on a row; it never does what Enter does.
func (s *Screen) click(at focus, row int) {
	s.focusOn(at)
	s.touch()
	switch at {
	case onSteps:
		if step := s.stepOf(row); step != nil {
			s.row = row
		}
	case onStep:
		if s.card {
			return
		}
		rs, _ := panel.Fit(s.build(s.textWidth()), s.box.body, s.scroll, s.room())
		if row >= 0 && row < len(rs) && rs[row].Item > 0 {
			s.list = rs[row].Item - 1
			s.relabel()
		}
	}
}

func (s *Screen) wheel(at focus, by int) {
	s.touch()
	switch at {
	case onLog:
		s.log.Move(by, s.now)
	case onStep:
		s.scroll = max(0, s.scroll+by)
	case onState:
		s.below = max(0, s.below+by)
	case onSteps:
		s.row = max(0, min(s.row+by, len(panel.Siblings(s.run, s.shown()))-1))
	}
}
