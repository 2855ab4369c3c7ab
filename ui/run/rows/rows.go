// Package rows holds the text of the run screen before it is painted: rows of spans, each with a role, that are cut to an exact
// number of columns. It knows nothing of runs; ui/run and its panels import it.
package rows

import (
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/JustAJobApp/runbook/steps/redact"
	"github.com/JustAJobApp/runbook/ui/widget"
)

// Role says what a span means; the painter chooses how that looks.
type Role uint8

// Roles. Plain keeps the terminal's own foreground.
const (
	Plain Role = iota
	Muted
	Accent
	OK
	Warn
	Bad
	Unknown
	Wait
	Bold
	Reverse
)

// Span is text in one role.
type Span struct {
	Text string
	Role Role
}

// Row is one line of a panel: spans from the left and spans that end at the right edge. Cursor marks the row that Enter acts on;
// Item names the list item that it belongs to, counted from 1, 0 where it belongs to none. Caret is the column of the real
// cursor, -1 where it stands elsewhere.
type Row struct {
	Left, Right []Span
	Cursor      bool
	Item        int
	Caret       int
	Raw         string // painted text in place of Left, for what another library draws
}

// Painter turns a role into what the terminal shows. Sign translates a sign that the terminal cannot show.
type Painter interface {
	Paint(role Role, text string) string
	Sign(text string) string
}

// Line is a row of spans.
func Line(spans ...Span) Row { return Row{Left: spans, Caret: -1} }

// Text is a row of one span.
func Text(text string) Row { return Line(Span{Text: text}) }

// In is a row of one span in a role.
func In(role Role, text string) Row { return Line(Span{text, role}) }

// Blank is an empty row.
func Blank() Row { return Row{Caret: -1} }

// S is a plain span.
func S(text string) Span { return Span{Text: text} }

// R is a span in a role.
func R(role Role, text string) Span { return Span{text, role} }

// With sets what ends at the right edge.
func (r Row) With(right ...Span) Row {
	r.Right = right
	return r
}

// Of marks the row as part of item number i, counted from 0.
func (r Row) Of(i int) Row {
	r.Item = i + 1
	return r
}

// Width is the number of columns that text takes.
func Width(text string) int { return widget.Width(text) }

// width is the number of columns of spans.
func width(spans []Span) int {
	n := 0
	for _, s := range spans {
		n += Width(s.Text)
	}
	return n
}

// Render paints the row in exactly w columns.
func (r Row) Render(w int, p Painter) string {
	if w <= 0 {
		return ""
	}
	if r.Raw != "" {
		return widget.Fit(r.Raw, w)
	}
	left, right := translate(r.Left, p), translate(r.Right, p)
	rw := width(right)
	if rw > w {
		right = Cut(right, w, p.Sign("…"))
		rw = width(right)
	}
	room := w
	if rw > 0 {
		room = max(0, w-rw-1)
	}
	left = Cut(left, room, p.Sign("…"))
	gap := max(0, w-width(left)-rw)
	if r.Cursor {
		return p.Paint(Reverse, flat(left)+strings.Repeat(" ", gap)+flat(right))
	}
	var b strings.Builder
	paint(&b, left, p)
	b.WriteString(strings.Repeat(" ", gap))
	paint(&b, right, p)
	return b.String()
}

// Plain is the row's text in exactly w columns, for files, cards and tests.
func (r Row) Plain(w int) string { return r.Render(w, bare{}) }

type bare struct{}

func (bare) Paint(_ Role, text string) string { return text }
func (bare) Sign(text string) string          { return text }

func flat(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}

func paint(b *strings.Builder, spans []Span, p Painter) {
	for _, s := range spans {
		if s.Role == Plain || s.Text == "" {
			b.WriteString(s.Text)
			continue
		}
		b.WriteString(p.Paint(s.Role, s.Text))
	}
}

// translate makes every span safe to show: no controls, and signs that the terminal has.
func translate(spans []Span, p Painter) []Span {
	out := make([]Span, 0, len(spans))
	for _, s := range spans {
		out = append(out, Span{p.Sign(Clean(s.Text)), s.Role})
	}
	return out
}

// Cut shortens spans to at most w columns, ending in the ellipsis where something was cut off.
func Cut(spans []Span, w int, ellipsis string) []Span {
	if width(spans) <= w {
		return spans
	}
	if e := Width(ellipsis); w < e {
		ellipsis = ""
	}
	room := w - Width(ellipsis)
	var out []Span
	for _, s := range spans {
		if n := Width(s.Text); n <= room {
			out, room = append(out, s), room-n
			continue
		}
		out = append(out, Span{ansi.Truncate(s.Text, room, "") + ellipsis, s.Role})
		break
	}
	return out
}

// Clean makes controls, direction marks and broken bytes visible, so that no outside text can move the cursor. Text that is
// already clean comes back as it is.
func Clean(text string) string {
	if !strings.ContainsFunc(text, unsafeRune) && utf8.ValidString(text) {
		return text
	}
	return redact.Escape(text, 0)
}

func unsafeRune(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0xad || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e ||
		r >= 0x2060 && r <= 0x206f || r == 0xfeff || r == utf8.RuneError
}
