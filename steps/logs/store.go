package logs

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

const (
	longestLine = 64 << 10 // bytes kept of one line
	lineCost    = 96       // bytes that a line takes beside its text
	kindsKept   = 1000     // different exceptions whose repetitions are counted
)

// Store keeps the newest lines, up to a number of bytes, folded into entries as they come. It is safe for concurrent use.
type Store struct {
	mu      sync.Mutex
	max     int
	bytes   int
	lines   queue[kept]
	entries queue[row]
	dropped uint64
	version uint64
	changed chan struct{}
	states  map[string]*state   // by service
	kinds   map[string]*repeats // by service and exception
	views   []*view
	last    time.Time // of the newest line that is not our own
}

// kept is a stored line. Its sequence number is its place in the queue.
type kept struct {
	Line
	entry uint64
}

// row is an entry as it is stored. Its number is its place in the queue.
type row struct {
	first, last uint64 // lines; between them may stand lines of other entries
	fold        int
	kind, ours  string
	repeat      int
	since       time.Time
	noise       bool
}

// state is what is going on in one service's log.
type state struct {
	folder
	entry uint64 // the one that lines join; 0: none
	noise uint64 // the open entry of health checks; 0: none
}

// repeats counts one exception.
type repeats struct {
	times int
	first time.Time
}

// NewStore keeps up to maxBytes, the cost of keeping included; at least one line is always kept.
func NewStore(maxBytes int) *Store {
	return &Store{max: maxBytes, changed: make(chan struct{}), states: map[string]*state{}, kinds: map[string]*repeats{},
		lines: queue[kept]{from: 1}, entries: queue[row]{from: 1}}
}

// Add appends lines, in the order in which they are to be shown. A text of several lines becomes several lines. A line longer
// than 64 KiB is cut and says so. The oldest lines go when the store is full; Dropped counts them.
func (s *Store) Add(lines ...Line) {
	if len(lines) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range lines {
		l.Text = strings.TrimRight(l.Text, "\r\n")
		if !strings.Contains(l.Text, "\n") {
			s.add(l)
			continue
		}
		for text := range strings.SplitSeq(l.Text, "\n") {
			part := l
			part.Text, part.Level = strings.TrimRight(text, "\r"), None
			s.add(part)
		}
	}
	s.version++
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Store) add(l Line) {
	if len(l.Text) > longestLine {
		l.Text = strings.Clone(strings.ToValidUTF8(l.Text[:longestLine], "")) + fmt.Sprintf("… %d bytes more", len(l.Text)-longestLine)
	}
	if l.Level == None && !l.Own {
		l.Level = LevelOf(l.Text)
	}
	if !l.Own && l.At.After(s.last) {
		s.last = l.At
	}
	seq := s.lines.push(kept{Line: l})
	s.lines.at(seq).entry = s.place(l, seq)
	s.bytes += lineCost + len(l.Text)
	for s.bytes > s.max && s.lines.len() > 1 {
		s.drop()
	}
}

// place finds the entry that a line belongs to, or begins one.
func (s *Store) place(l Line, seq uint64) uint64 {
	if l.Own {
		return s.entries.push(row{first: seq, last: seq})
	}
	st := s.states[l.Service]
	if st == nil {
		st = &state{}
		s.states[l.Service] = st
	}
	if noise(l.Text) {
		return s.placeNoise(st, l, seq)
	}
	had := st.kind
	if st.joins(l.Text) && s.entries.has(st.entry) {
		e := s.entries.at(st.entry)
		e.last, e.ours = seq, st.ours
		e.fold++
		if st.kind != had {
			s.name(e, st.kind, l)
		}
		return st.entry
	}
	st.entry = s.entries.push(row{first: seq, last: seq})
	return st.entry
}

// name notes the exception that ends an entry's traceback; of several the last counts.
func (s *Store) name(e *row, kind string, l Line) {
	if r := s.kinds[l.Service+"\x00"+e.kind]; r != nil {
		r.times-- // it only led to another
	}
	e.kind, e.repeat = kind, 0
	if kind == "" {
		return
	}
	key := l.Service + "\x00" + kind
	r := s.kinds[key]
	if r == nil {
		r = &repeats{first: l.At}
		if len(s.kinds) < kindsKept {
			s.kinds[key] = r
		}
	}
	r.times++
	e.repeat, e.since = r.times, r.first
}

func (s *Store) placeNoise(st *state, l Line, seq uint64) uint64 {
	if s.entries.has(st.noise) {
		e := s.entries.at(st.noise)
		if gap := l.At.Sub(e.since); gap >= 0 && gap < noiseSpan {
			e.last = seq
			e.fold++
			e.repeat++
			return st.noise
		}
	}
	st.noise = s.entries.push(row{first: seq, last: seq, noise: true, repeat: 1, since: l.At})
	return st.noise
}

// drop lets the oldest line go. Its entry goes with its first line: what is left of it would be a tail without a head.
func (s *Store) drop() {
	l := s.lines.pop()
	s.bytes -= lineCost + len(l.Text)
	if !l.Own {
		s.dropped++
	}
	for s.entries.len() > 0 && s.entries.at(s.entries.from).first < s.lines.from {
		s.entries.pop()
	}
}

// Len is how many lines are kept.
func (s *Store) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lines.len()
}

// Kept is how many bytes the kept lines take.
func (s *Store) Kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bytes
}

// Dropped is how many lines had to go to keep within the bound.
func (s *Store) Dropped() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// Span is the time of the oldest kept line and of the newest one; both are zero while there is none. The program's own lines do
// not count.
func (s *Store) Span() (from, to time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for seq := s.lines.from; seq < s.lines.from+uint64(s.lines.len()); seq++ {
		if l := s.lines.at(seq); !l.Own {
			return l.At, s.last
		}
	}
	return time.Time{}, time.Time{}
}

// Version changes whenever lines were added; the channel is closed at the next change.
func (s *Store) Version() (version uint64, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version, s.changed
}

// Since gives the lines added after number seq, oldest first, and the number of the newest: what to pass the next time. 0 gives
// all that are kept.
func (s *Store) Since(seq uint64) (lines []Line, newest uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := s.lines.from + uint64(s.lines.len())
	for i := max(seq+1, s.lines.from); i < end; i++ {
		lines = append(lines, s.lines.at(i).Line)
	}
	return lines, end - 1
}

// Lines gives the lines of the entry whose first line has number seq, at most n of them: the first one and those folded beneath
// it. It gives nothing where they are no longer kept.
func (s *Store) Lines(seq uint64, n int) []Line {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lines.has(seq) || !s.entries.has(s.lines.at(seq).entry) {
		return nil
	}
	id := s.lines.at(seq).entry
	var out []Line
	for i := seq; i <= s.entries.at(id).last && len(out) < n; i++ {
		if l := s.lines.at(i); l.entry == id {
			out = append(out, l.Line)
		}
	}
	return out
}
