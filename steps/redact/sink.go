package redact

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Mark stands where a secret was.
const Mark = "[masked]"

// Shortest is the length in bytes below which a value is refused: masking shorter ones would shred harmless text.
const Shortest = 6

// Sink replaces known secrets, and what looks like a provider's key. It is safe for concurrent use; the zero value knows the
// patterns only. It fulfils the domain's Masker.
type Sink struct {
	mu      sync.Mutex // serialises Add and Allow
	values  map[string]bool
	allowed map[string]bool
	index   atomic.Pointer[index] // a snapshot: readers never wait
}

// New gives a sink that knows no values yet.
func New() *Sink { return &Sink{} }

// Add tells the sink values that must never be seen. A password inside a URL counts as a value of its own. It returns how many
// were refused because they are shorter than Shortest; the caller says so, since those will not be masked. Empty values are
// passed over.
func (s *Sink) Add(values ...string) (tooShort int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := false
	for _, v := range values {
		v = strings.TrimSpace(v)
		switch {
		case v == "" || s.values[v] || s.allowed[v]:
		case len(v) < Shortest:
			tooShort++
		default:
			if s.values == nil {
				s.values = map[string]bool{}
			}
			s.values[v], fresh = true, true
		}
	}
	if fresh {
		s.rebuild()
	}
	return tooShort
}

// Allow names values that are public though they stand among secrets, such as the region or a database's name in a deployment's
// environment: they are not masked, whether they are added before or after. Only whole values count.
func (s *Sink) Allow(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.allowed == nil {
		s.allowed = map[string]bool{}
	}
	fresh := false
	for _, v := range values {
		v = strings.TrimSpace(v)
		if v == "" {
			continue
		}
		s.allowed[v] = true
		if s.values[v] {
			delete(s.values, v)
			fresh = true
		}
	}
	if fresh {
		s.rebuild()
	}
}

// Known is how many values the sink masks.
func (s *Sink) Known() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.values)
}

func (s *Sink) rebuild() {
	s.index.Store(newIndex(slices.Sorted(maps.Keys(s.values)), s.allowed))
}

// Mask replaces each secret in text with Mark. Text without one comes back as it is, without a copy.
func (s *Sink) Mask(text string) string {
	found := s.find(text)
	if len(found) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	at := 0
	for _, f := range found {
		b.WriteString(text[at:f.from])
		b.WriteString(Mark)
		at = f.to
	}
	b.WriteString(text[at:])
	return b.String()
}

// Holds reports whether a machine field contains a known value, in any form, or what looks like a provider's key.
func (s *Sink) Holds(text string) bool { return len(s.find(text)) > 0 }

// String keeps values out of logs and errors.
func (s *Sink) String() string { return "a masking sink" }

// GoString keeps values out of %#v.
func (s *Sink) GoString() string { return s.String() }

// span is a piece of text, in bytes.
type span struct{ from, to int }

// find gives the pieces to be masked, in order and without overlaps.
func (s *Sink) find(text string) []span {
	if len(text) < Shortest {
		return nil
	}
	var found []span
	x := s.index.Load()
	if x == nil {
		x = &bare
	}
	found = x.scan(text, found)
	found = urls(text, found)
	if plain, back, changed := strip(text); changed {
		for _, f := range urls(plain, x.scan(plain, nil)) {
			found = append(found, span{back[f.from], back[f.to-1] + 1})
		}
	}
	return merge(found)
}

// merge sorts spans and joins those that touch each other.
func merge(found []span) []span {
	if len(found) < 2 {
		return found
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	out := found[:1]
	for _, f := range found[1:] {
		last := &out[len(out)-1]
		if f.from <= last.to {
			last.to = max(last.to, f.to)
		} else {
			out = append(out, f)
		}
	}
	return out
}
