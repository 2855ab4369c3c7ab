package redact

import (
	"cmp"
	"slices"
	"strings"
)

// index finds many literals at once. A bitmap over four bytes says where one may begin; nearly every position of ordinary text
// is dismissed by it, so that the cost is that of one pass over the bytes.
type index struct {
	bits  [1 << 12]uint64 // 2^18 bits
	heads map[uint32][]needle
}

// needle is one literal, or the beginning of a provider's pattern.
type needle struct {
	text  string
	loose bool                            // base64: characters at its edges hold bits of the value, and go as well
	rest  func(text string, from int) int // patterns: where it ends, 0 for not there; nil: the literal is all
}

// bare is the index of the patterns alone.
var bare = *newIndex(nil, nil)

func newIndex(values []string, allowed map[string]bool) *index {
	x := &index{heads: map[uint32][]needle{}}
	for _, p := range patterns {
		x.add(p)
	}
	for _, v := range values {
		for _, n := range forms(v) {
			if len(n.text) >= Shortest && !allowed[n.text] {
				x.add(n)
			}
		}
	}
	for head, list := range x.heads { // the longest first, each once
		slices.SortFunc(list, func(a, b needle) int {
			return cmp.Or(cmp.Compare(len(b.text), len(a.text)), cmp.Compare(a.text, b.text))
		})
		x.heads[head] = slices.CompactFunc(list, func(a, b needle) bool { return a.text == b.text && a.loose == b.loose })
	}
	return x
}

func (x *index) add(n needle) {
	head := load(n.text, 0)
	x.heads[head] = append(x.heads[head], n)
	h := hash(head)
	x.bits[h>>6] |= 1 << (h & 63)
}

func load(s string, i int) uint32 {
	return uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
}

func hash(v uint32) uint32 { return v * 2654435761 >> 14 }

// scan appends what it finds in text. Secrets that overlap are all found: masking the first must not leave the rest of the next.
func (x *index) scan(text string, found []span) []span {
	if len(text) < 4 {
		return found
	}
	v := load(text, 0)
	for i := 0; ; i++ {
		h := hash(v)
		if x.bits[h>>6]&(1<<(h&63)) != 0 {
			if f, ok := x.at(text, i, v); ok {
				found = append(found, f)
			}
		}
		if i+4 >= len(text) {
			return found
		}
		v = v>>8 | uint32(text[i+4])<<24
	}
}

// at tries the needles that begin with the four bytes at i and gives the longest piece.
func (x *index) at(text string, i int, head uint32) (best span, ok bool) {
	for _, n := range x.heads[head] {
		if !strings.HasPrefix(text[i:], n.text) {
			continue
		}
		f := span{i, i + len(n.text)}
		if n.rest != nil {
			if f.to = n.rest(text, i); f.to == 0 {
				continue
			}
		}
		if n.loose {
			f = widen(text, f)
		}
		if !ok || f.to-f.from > best.to-best.from {
			best, ok = f, true
		}
	}
	return best, ok
}

// widen takes in the base64 characters beside a piece that share a byte with it, and the padding.
func widen(text string, f span) span {
	if f.from > 0 && base64Char(text[f.from-1]) {
		f.from--
	}
	if f.to < len(text) && base64Char(text[f.to]) {
		f.to++
	}
	for f.to < len(text) && text[f.to] == '=' {
		f.to++
	}
	return f
}

func base64Char(c byte) bool { return wordChar(c) || c == '+' || c == '/' || c == '-' }

func wordChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
