// Package logview is the log panel of the run screen: it follows or freezes, filters as one types, folds tracebacks and health
// checks, and marks evidence. Lines come from steps/logs; what they hold is masked and made harmless here, where it is shown. It
// imports steps/logs, ui/theme, ui/widget and ui/run/rows; ui/run imports it.
package logview

import (
	"fmt"
	"sort"
	"time"

	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/ui/run/rows"
	"github.com/JustAJobApp/runbook/ui/theme"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// Source is one service's log.
type Source struct {
	Service string
	Role    string // the word on screens
	Store   *logs.Store
}

// Model is the panel. It is used from one goroutine.
type Model struct {
	Mask func(string) string // takes secrets out; nil: nothing is masked
	Zone *time.Location

	sources []Source
	at      int // of sources

	follow   bool
	frozenAt time.Time
	top      uint64 // sequence number of the first entry that shows, while frozen
	cursor   uint64 // of the cursor's entry, while frozen
	seen     uint64 // lines there were when it froze

	field     widget.Input
	typing    bool
	sinceOn   bool // the field takes a time and not a filter
	filter    logs.Filter
	problem   string
	marksOnly bool
	since     time.Time
	sinceWord string

	open    map[uint64]bool // entries that are unfolded
	openAll bool
	marked  map[uint64]bool
	wrap    bool
	shift   int
	height  int // of the last View

	samples []sample
	began   time.Time // of the first sample: lines from before it are the past
	counted uint64    // number of the newest line that a sample has counted
	version uint64
}

// New is a panel that follows the first source.
func New(sources ...Source) *Model {
	return &Model{sources: sources, follow: true, open: map[uint64]bool{}, marked: map[uint64]bool{}, Zone: time.UTC}
}

// Store is the store on show, nil where there is none.
func (m *Model) Store() *logs.Store {
	if m.at >= len(m.sources) {
		return nil
	}
	return m.sources[m.at].Store
}

// Service is the service on show.
func (m *Model) Service() string {
	if m.at >= len(m.sources) {
		return ""
	}
	return m.sources[m.at].Service
}

// role is the word for the service on show.
func (m *Model) role() string {
	if m.at >= len(m.sources) {
		return "none"
	}
	if r := m.sources[m.at].Role; r != "" {
		return r
	}
	return m.sources[m.at].Service
}

// Version changes whenever the panel would look different, but for the lines of the store.
func (m *Model) Version() uint64 { return m.version }

// Typing reports whether the filter's field has the keys.
func (m *Model) Typing() bool { return m.typing }

// Following reports whether new lines move the panel.
func (m *Model) Following() bool { return m.follow }

// Filtered reports whether a filter is set.
func (m *Model) Filtered() bool { return !m.filter.Empty() }

// Pending reports whether the filter has lines to look at yet.
func (m *Model) Pending() bool {
	st := m.Store()
	return st != nil && st.Pending(m.filter) > 0
}

// hides is the filter by which entries are left out.
func (m *Model) hides() logs.Filter {
	if m.marksOnly {
		return logs.Filter{}
	}
	return m.filter
}

// Show switches to a service.
func (m *Model) Show(service string) {
	for i, s := range m.sources {
		if s.Service == service && m.at != i {
			m.at = i
			m.reset()
		}
	}
}

// NextService switches to the next service and comes around.
func (m *Model) NextService() {
	if len(m.sources) > 1 {
		m.at = (m.at + 1) % len(m.sources)
		m.reset()
	}
}

func (m *Model) reset() {
	m.follow, m.top, m.cursor, m.samples = true, 0, 0, nil
	clear(m.open)
	m.version++
}

// Freeze stops the panel where it is.
func (m *Model) Freeze(now time.Time) {
	st := m.Store()
	if !m.follow || st == nil {
		return
	}
	m.follow, m.frozenAt, m.seen = false, now, uint64(st.Len())+st.Dropped()
	entries := st.View(m.hides(), -1, max(1, m.height))
	if len(entries) > 0 {
		m.top, m.cursor = entries[0].Seq, entries[len(entries)-1].Seq
	}
	m.version++
}

// Follow lets new lines move the panel again.
func (m *Model) Follow() {
	m.follow = true
	m.version++
}

// FreezeOrFollow switches between the two.
func (m *Model) FreezeOrFollow(now time.Time) {
	if m.follow {
		m.Freeze(now)
		return
	}
	m.Follow()
}

// below is how many lines came since the panel froze.
func (m *Model) below() int {
	st := m.Store()
	if m.follow || st == nil {
		return 0
	}
	return int(uint64(st.Len()) + st.Dropped() - m.seen)
}

// Move moves the cursor by entries; it freezes the panel.
func (m *Model) Move(n int, now time.Time) {
	m.Freeze(now)
	st := m.Store()
	if st == nil {
		return
	}
	f := m.hides()
	total, base := st.Count(f), m.base()
	at := st.Find(f, m.cursor)
	if at < 0 {
		at = total - 1
	}
	m.put(min(max(base, at+n), total-1))
	m.version++
}

// put puts the cursor on an entry by its number.
func (m *Model) put(i int) {
	if e := m.Store().View(m.hides(), max(0, i), 1); i >= 0 && len(e) == 1 {
		m.cursor = e[0].Seq
	}
}

// Top puts the cursor on the oldest entry.
func (m *Model) Top(now time.Time) {
	m.Freeze(now)
	if m.Store() != nil {
		m.put(m.base())
		m.version++
	}
}

// Page is how far a page moves.
func (m *Model) Page() int { return max(1, m.height-1) }

// base is the number of the first entry that is not before since.
func (m *Model) base() int {
	st := m.Store()
	if st == nil || m.since.IsZero() {
		return 0
	}
	f := m.hides()
	return sort.Search(st.Count(f), func(i int) bool {
		e := st.View(f, i, 1)
		return len(e) == 0 || !e[0].At.Before(m.since)
	})
}

// Seek moves to the next entry in a direction that fits, and reports whether there was one.
func (m *Model) Seek(step int, now time.Time, fits func(logs.Entry) bool) bool {
	m.Freeze(now)
	st := m.Store()
	if st == nil {
		return false
	}
	f := m.hides()
	at, total, base := st.Find(f, m.cursor), st.Count(f), m.base()
	for i := at + step; i >= base && i < total; i += step {
		if e := st.View(f, i, 1); len(e) == 1 && fits(e[0]) {
			m.cursor = e[0].Seq
			m.version++
			return true
		}
	}
	return false
}

// Errors fits entries that are errors.
func Errors(e logs.Entry) bool { return e.Level == logs.Error }

// Matches fits entries that the filter is looking for.
func (m *Model) Matches(e logs.Entry) bool { return !m.filter.Empty() && m.filter.Match(e.Text) }

// Fold folds or unfolds the cursor's entry; while following, the last one that can be folded.
func (m *Model) Fold(now time.Time) {
	m.Freeze(now)
	if m.open[m.cursor] {
		delete(m.open, m.cursor)
	} else {
		m.open[m.cursor] = true
	}
	m.version++
}

// FoldAll unfolds all, or folds all again.
func (m *Model) FoldAll() {
	m.openAll = !m.openAll
	clear(m.open)
	m.version++
}

// Wrap switches between wrapped lines and lines that are cut off.
func (m *Model) Wrap() {
	m.wrap, m.shift = !m.wrap, 0
	m.version++
}

// Shift moves long lines sideways.
func (m *Model) Shift(by int) {
	m.shift = max(0, m.shift+by)
	m.version++
}

// Cursor is the entry under the cursor, or the newest while following; false where there is none.
func (m *Model) Cursor() (logs.Entry, bool) {
	st := m.Store()
	if st == nil {
		return logs.Entry{}, false
	}
	f := m.hides()
	i := st.Count(f) - 1
	if !m.follow {
		i = st.Find(f, m.cursor)
	}
	if i < 0 {
		return logs.Entry{}, false
	}
	e := st.View(f, i, 1)
	if len(e) == 0 {
		return logs.Entry{}, false
	}
	return e[0], true
}

// Mark remembers that the entry is evidence.
func (m *Model) Mark(seq uint64) {
	m.marked[seq] = true
	m.version++
}

// Clean is a line's text as it may be shown: masked, then made harmless.
func (m *Model) Clean(text string) string {
	if m.Mask != nil {
		text = m.Mask(text)
	}
	return rows.Clean(text)
}

// wideFrom is the width from which the title says what the filter is, and its right end how many lines there are.
const wideFrom = 100

// Title is the panel's title and what stands at its right end, for w columns.
func (m *Model) Title(t *theme.Theme, w int) (title, note string) {
	how := "following"
	if !m.follow {
		how = "FROZEN at " + m.frozenAt.In(m.zone()).Format("15:04:05")
		if n := m.below(); n > 0 {
			how += fmt.Sprintf(" · %s new below", widget.Number(n))
		}
	} else if r := m.rate(); r != "" {
		how += " · " + r
	}
	title = "4 Log · " + m.role() + " · " + how
	filter := "no filter"
	if !m.filter.Empty() {
		filter = "filter / " + m.filter.String()
		if m.marksOnly {
			filter = "marks / " + m.filter.String()
		}
	}
	since := ""
	if m.sinceWord != "" {
		since = "since " + m.sinceWord
	}
	if w < wideFrom {
		if m.sinceWord != "" {
			filter += " · " + since
		}
		return title, filter
	}
	if since != "" {
		title += " · " + since
	}
	title += " · " + filter
	if st := m.Store(); st != nil {
		note = widget.Number(st.Len()) + " lines, times " + t.Zone()
	}
	return title, note
}

func (m *Model) zone() *time.Location {
	if m.Zone == nil {
		return time.UTC
	}
	return m.Zone
}

// Services are the services whose logs can be shown.
func (m *Model) Services() []Source { return m.sources }
