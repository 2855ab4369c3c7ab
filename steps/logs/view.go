package logs

import (
	"fmt"
	"slices"
)

const (
	viewsKept = 4       // filters whose matches are remembered
	fastStep  = 200_000 // lines that one call looks at for a filter of words
	slowStep  = 5_000   // the same for one with a pattern
)

// view remembers which entries pass a filter, and goes on from where it was.
type view struct {
	expr   string
	filter Filter
	seen   uint64          // lines up to this number were looked at
	hits   []uint64        // entries, rising; those before gone are no longer kept
	gone   int             // of hits
	barred map[uint64]bool // entries with a line that must not be there
}

// View gives at most n entries that pass the filter, beginning with number from (0 is the oldest kept); a negative from gives the
// last n. The matches are remembered, so that a screen may ask for each frame. A filter that is new to a large store is worked
// off in pieces: Pending says how many lines have yet to be looked at.
func (s *Store) View(filter Filter, from, n int) []Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := s.matches(filter)
	if from < 0 {
		from = max(0, total-n)
	}
	if n <= 0 || from >= total {
		return nil
	}
	n = min(n, total-from)
	out := make([]Entry, 0, n)
	for i := from; i < from+n; i++ {
		id := s.entries.from + uint64(i)
		if !filter.Empty() {
			v := s.views[0]
			id = v.hits[v.gone+i]
		}
		out = append(out, s.entry(id))
	}
	return out
}

// Count is how many entries pass the filter, of those looked at so far.
func (s *Store) Count(filter Filter) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.matches(filter)
}

// Pending is how many lines have yet to be looked at for the filter; each View or Count works some off.
func (s *Store) Pending(filter Filter) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.views {
		if v.expr == filter.expr {
			return int(s.lines.from + uint64(s.lines.len()) - 1 - max(v.seen, s.lines.from-1))
		}
	}
	return 0
}

// Find gives the number, as View counts, of the entry that the line with number seq belongs to; -1 where it does not pass the
// filter or is no longer kept. A screen keeps its place by it while lines come and go.
func (s *Store) Find(filter Filter, seq uint64) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.matches(filter)
	if !s.lines.has(seq) {
		return -1
	}
	id := s.lines.at(seq).entry
	if filter.Empty() {
		if !s.entries.has(id) {
			return -1
		}
		return int(id - s.entries.from)
	}
	v := s.views[0]
	i, ok := slices.BinarySearch(v.hits[v.gone:], id)
	if !ok {
		return -1
	}
	return i
}

// matches brings the filter's view up to date, puts it first and gives the number of entries in it.
func (s *Store) matches(f Filter) int {
	if f.Empty() {
		return s.entries.len()
	}
	at := slices.IndexFunc(s.views, func(v *view) bool { return v.expr == f.expr })
	var v *view
	if at < 0 {
		v = &view{expr: f.expr, filter: f, barred: map[uint64]bool{}}
		s.views = slices.Insert(s.views, 0, v)
		s.views = s.views[:min(len(s.views), viewsKept)]
	} else {
		v = s.views[at]
		copy(s.views[1:at+1], s.views[:at])
		s.views[0] = v
	}
	s.advance(v)
	for v.gone < len(v.hits) && v.hits[v.gone] < s.entries.from {
		v.gone++
	}
	if v.gone > 1024 && v.gone > len(v.hits)/2 {
		v.hits, v.gone = slices.Clone(v.hits[v.gone:]), 0
		for id := range v.barred {
			if id < s.entries.from {
				delete(v.barred, id)
			}
		}
	}
	return len(v.hits) - v.gone
}

// advance looks at lines that the view has not seen, as many as one call may.
func (s *Store) advance(v *view) {
	end := s.lines.from + uint64(s.lines.len())
	step := uint64(fastStep)
	if v.filter.slow() {
		step = slowStep
	}
	start := max(v.seen+1, s.lines.from)
	for seq := start; seq < min(end, start+step); seq++ {
		v.look(s.lines.at(seq))
		v.seen = seq
	}
}

// look takes in one line. An entry passes when one of its lines has all that is wanted and none has what is barred.
func (v *view) look(l *kept) {
	switch {
	case v.barred[l.entry]:
	case l.Own || v.filter.Match(l.Text):
		if i, ok := slices.BinarySearch(v.hits, l.entry); !ok {
			v.hits = slices.Insert(v.hits, i, l.entry)
		}
	case v.filter.bars(l.Text):
		v.barred[l.entry] = true
		if i, ok := slices.BinarySearch(v.hits, l.entry); ok {
			v.hits = slices.Delete(v.hits, i, i+1)
		}
	}
}

// entry is what is shown of one entry.
func (s *Store) entry(id uint64) Entry {
	r := s.entries.at(id)
	e := Entry{Line: s.lines.at(r.first).Line, Seq: r.first, Fold: r.fold, Kind: r.kind, Ours: r.ours, Repeat: r.repeat, First: r.since}
	switch {
	case r.noise && r.repeat == 1:
		e.Note = "health check"
	case r.noise:
		e.Note = fmt.Sprintf("health checks, %d times", r.repeat)
	case r.kind != "" && r.repeat > 1:
		e.Note = again(r.kind, r.repeat, r.since)
	default:
		e.Note = r.kind
	}
	if r.kind != "" {
		e.Level = Error
	}
	return e
}
