package logview

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// Versions finds when a version of the service on show went live.
type Versions func(version int) (time.Time, bool)

// OpenFilter gives the keys to the filter's field; what was typed before stands in it.
func (m *Model) OpenFilter() {
	m.typing, m.sinceOn, m.problem = true, false, ""
	m.field = widget.Input{}
	m.field.Set(m.filter.String())
	m.version++
}

// OpenSince gives the keys to a field for a time.
func (m *Model) OpenSince() {
	m.typing, m.sinceOn, m.problem = true, true, ""
	m.field = widget.Input{}
	m.version++
}

// Key gives the open field a key. It filters as one types; enter and esc close the field, esc of an empty one takes the filter off.
func (m *Model) Key(k tea.KeyPressMsg, now time.Time, versions Versions) {
	m.version++
	switch k.String() {
	case "enter":
		if m.sinceOn {
			m.setSince(now, versions)
			return
		}
		m.typing = m.problem != ""
	case "esc":
		m.typing, m.problem = false, ""
	case "tab":
		if !m.sinceOn {
			m.marksOnly = !m.marksOnly
		}
	default:
		if m.field.Key(k) {
			m.apply()
		}
	}
}

// Paste puts text into the open field.
func (m *Model) Paste(text string) {
	m.field.Paste(text)
	m.apply()
	m.version++
}

func (m *Model) apply() {
	if m.sinceOn {
		return
	}
	f, err := logs.ParseFilter(m.field.Value())
	m.problem = ""
	if err != nil {
		m.problem = err.Error()
		return
	}
	m.filter = f
}

// Unfilter takes the filter off and reports whether there was one.
func (m *Model) Unfilter() bool {
	if m.filter.Empty() && m.since.IsZero() && m.problem == "" {
		return false
	}
	m.filter, m.problem, m.since, m.sinceWord = logs.Filter{}, "", time.Time{}, ""
	m.version++
	return true
}

func (m *Model) setSince(now time.Time, versions Versions) {
	word := strings.TrimSpace(m.field.Value())
	at, err := parseSince(word, now, versions)
	if err != nil {
		m.problem = err.Error()
		return
	}
	m.since, m.sinceWord, m.typing, m.problem = at, word, false, ""
}

// parseSince reads 15m, 2h, v13, 07:04 or nothing, which is all that is kept.
func parseSince(word string, now time.Time, versions Versions) (time.Time, error) {
	if word == "" {
		return time.Time{}, nil
	}
	if v, err := strconv.Atoi(strings.TrimPrefix(word, "v")); err == nil && strings.HasPrefix(word, "v") && versions != nil {
		if at, ok := versions(v); ok {
			return at, nil
		}
		return time.Time{}, fmt.Errorf("no version %d is known", v)
	}
	if d, err := time.ParseDuration(word); err == nil && d > 0 {
		return now.Add(-d), nil
	}
	if c, err := time.Parse("15:04", word); err == nil {
		y, mo, day := now.UTC().Date()
		return time.Date(y, mo, day, c.Hour(), c.Minute(), 0, 0, time.UTC), nil
	}
	return time.Time{}, fmt.Errorf("%q is no time; 15m, 2h, v13 or 07:04 are", word)
}
