package checklists

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"github.com/JustAJobApp/runbook/steps"
)

// Bounds of a file. A longer line has no use for a reader, and some take a Markdown parser minutes.
const (
	fileLimit = 256 << 10
	lineLimit = 2000
	stepLimit = 500 // of a whole run
)

// document is one file while it is read and checked.
type document struct {
	id        string // by which it was looked for
	name      string
	src       []byte
	cat       Catalogue
	scenarios func() []string // nil: not checked
	head      header
	parts     []*part
	problems  Problems
	blind     bool     // something cannot be read, so not every variable is known
	lines     []int    // offset of each line's first byte
	spoilers  []string // of a drill: words that its page must not hold
}

// part is one step as it stands in the file, before what it follows is put in.
type part struct {
	steps.Step
	own   string // its id
	at    place  // of the heading's text
	block *node  // nil where it is missing or cannot be read
	where map[string]place
	// What the checks of a whole file need to know.
	uses    []use        // references, with what must hold when they are read
	when    *condition   // nil: always
	conds   []*condition // recommend, unless and until
	with    []entry
	save    []entry
	needs   []*node
	proves  []*node
	options []option
	hand    *byHand
}

// use is a reference to a variable in a text.
type use struct {
	name  string
	at    place
	whole bool            // the text is the reference and nothing else
	as    steps.ValueKind // what it is taken as; "" for prose
	given *condition      // holds as well when the text is read; may be nil
}

type option struct {
	steps.Option
	at place
}

func (d *document) bad(at place, what, expected string) {
	d.problems = append(d.problems, &Problem{steps.Pos{File: d.name, Line: at.line, Col: at.col}, what, expected})
}

// plain refuses files that are not plain text of a sensible size. Nothing else is looked at in such a file.
func (d *document) plain() bool {
	if len(d.src) > fileLimit {
		d.bad(place{1, 1}, fmt.Sprintf("the file has %d bytes", len(d.src)), fmt.Sprintf("at most %d", fileLimit))
		return false
	}
	before := len(d.problems)
	if bytes.HasPrefix(d.src, []byte("\xef\xbb\xbf")) {
		d.bad(place{1, 1}, "the file begins with a byte order mark", "UTF-8 without one")
		return false
	}
	for i, line := range bytes.Split(d.src, []byte("\n")) {
		d.lines = append(d.lines, 0)
		if i > 0 {
			d.lines[i] = d.lines[i-1] + d.length(i-1) + 1
		}
		at := place{i + 1, 1}
		switch r := bytes.IndexByte(line, '\r'); {
		case r >= 0:
			at.col = utf8.RuneCount(line[:r]) + 1
			d.bad(at, "a carriage return", "lines that end in a line feed alone")
			return false
		case len(line) > lineLimit:
			d.bad(at, fmt.Sprintf("this line has %d bytes", len(line)), fmt.Sprintf("at most %d", lineLimit))
		}
		rest := line
		for len(rest) > 0 {
			r, n := utf8.DecodeRune(rest)
			if r == utf8.RuneError && n == 1 || r < ' ' && r != '\t' || r == 0x7f {
				at.col = utf8.RuneCount(line[:len(line)-len(rest)]) + 1
				d.bad(at, fmt.Sprintf("the byte 0x%02x", rest[0]), "UTF-8 without control characters")
				break
			}
			rest = rest[n:]
		}
	}
	return len(d.problems) == before
}

// length is the length of a line in bytes, without its end.
func (d *document) length(i int) int {
	from := d.lines[i]
	if n := bytes.IndexByte(d.src[from:], '\n'); n >= 0 {
		return n
	}
	return len(d.src) - from
}

// at is the place of a byte of the file.
func (d *document) at(offset int) place {
	i, found := slices.BinarySearch(d.lines, offset)
	if !found {
		i--
	}
	i = max(i, 0)
	return place{i + 1, utf8.RuneCount(d.src[d.lines[i]:min(offset, len(d.src))]) + 1}
}

// read reads the whole file.
func (d *document) read() {
	if !d.plain() {
		return
	}
	d.front()
	if d.head.start > 0 {
		d.body()
	}
}

// stepHeading is the one form of a step's heading. Goldmark's own attributes pass over mistakes in silence.
var (
	stepHeading = regexp.MustCompile(`^(.*\S) \{#([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\}$`)
	fenceLike   = regexp.MustCompile("(?m)^[ \t>*+-]*(?:```+|~~~+)[ \t]*(?:yaml[ \t]+step|sh[ \t]+by-hand)")
	headingLike = regexp.MustCompile(`(?m)^[ \t>*+-]*#{1,6}[ \t].*\{#.*\}[ \t]*$`)
)

// walker goes through a file's Markdown, top to bottom.
type walker struct {
	*document
	src     []byte // the file with its front matter blanked, so that offsets stay
	open    *part  // the step whose heading came last
	section string // the section whose heading came last and that no step has shown yet
	from    int    // where the prose begins that belongs to nothing yet
	prose   strings.Builder
}

func (d *document) body() {
	src := slices.Concat(bytes.Repeat([]byte("\n"), d.head.start), d.src[d.head.start:])
	w := &walker{document: d, src: src, from: d.head.start}
	root := goldmark.DefaultParser().Parse(text.NewReader(src))
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			w.heading(n)
		case *ast.FencedCodeBlock:
			if !w.fence(n) {
				return // all that follows was swallowed
			}
		default:
			w.other(n)
		}
	}
	w.keep(len(src), len(src))
	w.close()
	for _, p := range d.parts {
		if p.block == nil && p.where["block"] == (place{}) {
			d.bad(p.at, "the step `"+p.own+"` has no block", "a block ```yaml step below its heading")
		}
	}
	if len(d.parts) == 0 && len(d.problems) == 0 {
		d.bad(place{d.head.line, 1}, "the file has no step", "a heading such as ## Look {#look} and a block below it")
	}
}

// start and end give the whole lines of a block.
func (w *walker) lineOf(offset int) int { return bytes.LastIndexByte(w.src[:offset], '\n') + 1 }

func (w *walker) nextLine(offset int) int {
	if i := bytes.IndexByte(w.src[min(offset, len(w.src)):], '\n'); i >= 0 {
		return offset + i + 1
	}
	return len(w.src)
}

// keep adds the text up to offset to the prose and goes on reading at next.
func (w *walker) keep(offset, next int) {
	if offset > w.from {
		w.prose.Write(w.src[w.from:offset])
		w.prose.WriteByte('\n')
	}
	w.from = next
}

// close hands the prose over to the step that is open, or before the first step to the procedure.
func (w *walker) close() {
	prose := strings.TrimSpace(w.prose.String())
	switch {
	case w.section != "":
		if prose != "" {
			prose = "**" + w.section + "**\n\n" + prose
		}
		if last := len(w.parts) - 1; prose != "" && last >= 0 {
			w.parts[last].Prose = strings.TrimSpace(w.parts[last].Prose + "\n\n" + prose)
		} else if prose != "" {
			w.head.Prose = strings.TrimSpace(w.head.Prose + "\n\n" + prose)
		}
	case w.open != nil:
		w.open.Prose = strings.TrimSpace(w.open.Prose + "\n\n" + prose)
	case len(w.parts) == 0:
		w.head.Prose = prose
	}
	w.prose.Reset()
	w.section, w.open = "", nil
}

// heading begins a step if it has an id, and a section if it has none.
func (w *walker) heading(n *ast.Heading) {
	if n.Lines().Len() == 0 {
		return
	}
	first, last := n.Lines().At(0), n.Lines().At(n.Lines().Len()-1)
	line := w.lineOf(first.Start)
	title, at := string(n.Lines().Value(w.src)), w.at(first.Start)
	next := w.nextLine(last.Stop)
	marked := w.src[line] == '#'
	if !marked && next < len(w.src) && last.Stop >= next-1 { // underlined: the line of = or - belongs to it
		next = w.nextLine(next)
	}
	w.keep(line, next)
	m, lead := stepHeading.FindStringSubmatch(strings.TrimRight(title, " \t")), ""
	if m != nil && w.section != "" {
		lead = w.lead()
	} else {
		w.close()
	}
	switch {
	case m == nil && strings.HasSuffix(strings.TrimRight(title, " \t#"), "}"):
		w.bad(at, "this heading ends in }, which readers of Markdown take in different ways", "## Title {#small-words} for a step, no } for a section")
	case m == nil:
		w.section = title
	case !marked || n.Level != 2 && n.Level != 3:
		w.bad(at, "the heading of a step is of another level", "## or ###")
	default:
		w.step(m[1], m[2], at, lead)
	}
}

// lead takes what a section says before its first step: it is shown with that step.
func (w *walker) lead() string {
	said := strings.TrimSpace(w.prose.String())
	if said != "" {
		said = "**" + w.section + "**\n\n" + said
	}
	w.prose.Reset()
	w.section = ""
	return said
}

func (w *walker) step(title, id string, at place, lead string) {
	if i := slices.IndexFunc(w.parts, func(p *part) bool { return p.own == id }); i >= 0 {
		w.bad(at, "a second step `"+id+"`", "an id of its own; the first stands in line "+fmt.Sprint(w.parts[i].at.line))
	}
	p := &part{own: id, at: at, where: map[string]place{}}
	p.Step = steps.Step{ID: steps.Path(id), Title: title, Procedure: w.head.ID, Prose: lead, Pos: steps.Pos{File: w.name, Line: at.line, Col: at.col}}
	w.parts = append(w.parts, p)
	w.open = p
}

// other looks at what is neither heading nor block: nothing that belongs to a step may hide in it.
func (w *walker) other(n ast.Node) {
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock:
			if n.Lines().Len() > 0 {
				w.bad(w.at(n.Lines().At(0).Start), "HTML, which is not shown and hides what follows", "Markdown")
			}
		case *ast.Text:
			if i := steps.Reference.FindIndex(n.Segment.Value(w.src)); i != nil && n.Parent().Kind() != ast.KindCodeSpan {
				w.bad(w.at(n.Segment.Start+i[0]), "a reference to a variable in prose, which is shown as it stands", "words, or the reference in `code`")
			}
		case *ast.RawHTML:
			w.bad(w.at(n.Segments.At(0).Start), "HTML, which is not shown", "Markdown; `<` stands in `code`")
		case *ast.Heading:
			if n.Lines().Len() > 0 && headingLike.Match(w.src[w.lineOf(n.Lines().At(0).Start):n.Lines().At(0).Stop]) {
				w.bad(w.at(n.Lines().At(0).Start), "a step's heading in a list or quotation", "one that begins in the first column")
			}
		case *ast.FencedCodeBlock:
			if n.Info != nil && fenceLike.Match(w.src[w.lineOf(n.Info.Segment.Start):n.Info.Segment.Stop]) {
				w.bad(w.at(w.lineOf(n.Info.Segment.Start)), "a block in a list or quotation", "one that begins in the first column")
			}
		case *ast.CodeBlock:
			for i := range n.Lines().Len() {
				if s := n.Lines().At(i); fenceLike.Match(s.Value(w.src)) || headingLike.Match(s.Value(w.src)) {
					w.bad(w.at(w.lineOf(s.Start)), "an indented block or heading, which is read as code", "one that begins in the first column")
				}
			}
		}
		return ast.WalkContinue, nil
	})
}
