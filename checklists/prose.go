package checklists

import (
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// BlockKind is what a block of prose is.
type BlockKind string

// Kinds of block.
const (
	Paragraph BlockKind = "paragraph" // Spans
	Heading   BlockKind = "heading"   // Spans, Level
	List      BlockKind = "list"      // Items, Ordered, Start
	Code      BlockKind = "code"      // Text, Language
	Quote     BlockKind = "quote"     // Blocks
	Table     BlockKind = "table"     // Head, Rows
	Rule      BlockKind = "rule"
)

// Block is one block of prose, for whoever draws it.
type Block struct {
	Kind     BlockKind
	Spans    []Span
	Level    int // heading: 1 to 6
	Ordered  bool
	Start    int       // an ordered list's first number
	Items    [][]Block // list
	Blocks   []Block   // quote
	Text     string    // code, as it stands, without the last line's end
	Language string    // code: the word after ```, may be ""
	Head     [][]Span  // table: a cell a column
	Rows     [][][]Span
}

// Span is a run of text in one style. Text holds no line ends but those that the writer forced.
type Span struct {
	Text               string
	Bold, Italic, Code bool
	Link               string // where it leads, "" for no link
}

// Prose reads Markdown into blocks. HTML is left out; anything that it does not know becomes a paragraph of its text.
func Prose(markdown string) []Block {
	src := []byte(markdown)
	root := goldmark.New(goldmark.WithExtensions(extension.Table)).Parser().Parse(text.NewReader(src))
	return blocks(root, src)
}

func blocks(parent ast.Node, src []byte) []Block {
	var out []Block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			out = append(out, Block{Kind: Heading, Level: n.Level, Spans: spans(n, src)})
		case *ast.List:
			b := Block{Kind: List, Ordered: n.IsOrdered(), Start: n.Start}
			for i := n.FirstChild(); i != nil; i = i.NextSibling() {
				b.Items = append(b.Items, blocks(i, src))
			}
			out = append(out, b)
		case *ast.FencedCodeBlock:
			out = append(out, Block{Kind: Code, Text: strings.TrimSuffix(string(n.Lines().Value(src)), "\n"), Language: string(n.Language(src))})
		case *ast.CodeBlock:
			out = append(out, Block{Kind: Code, Text: strings.TrimSuffix(string(n.Lines().Value(src)), "\n")})
		case *ast.Blockquote:
			out = append(out, Block{Kind: Quote, Blocks: blocks(n, src)})
		case *ast.ThematicBreak:
			out = append(out, Block{Kind: Rule})
		case *ast.HTMLBlock:
		case *east.Table:
			out = append(out, table(n, src))
		default:
			if s := spans(n, src); len(s) > 0 {
				out = append(out, Block{Kind: Paragraph, Spans: s})
			}
		}
	}
	return out
}

func table(t *east.Table, src []byte) Block {
	b := Block{Kind: Table}
	for r := t.FirstChild(); r != nil; r = r.NextSibling() {
		var cells [][]Span
		for c := r.FirstChild(); c != nil; c = c.NextSibling() {
			cells = append(cells, spans(c, src))
		}
		if r.Kind() == east.KindTableHeader {
			b.Head = cells
		} else {
			b.Rows = append(b.Rows, cells)
		}
	}
	return b
}

func spans(n ast.Node, src []byte) []Span {
	var out []Span
	inline(n, src, Span{}, &out)
	return out
}

// inline gathers the text below n; style is what stands around it.
func inline(n ast.Node, src []byte, style Span, out *[]Span) {
	add := func(text string) {
		if text == "" {
			return
		}
		s := style
		s.Text = text
		if k := len(*out) - 1; k >= 0 && sameStyle((*out)[k], s) {
			(*out)[k].Text += text
			return
		}
		*out = append(*out, s)
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		inner := style
		switch c := c.(type) {
		case *ast.Text:
			add(string(c.Segment.Value(src)))
			if c.HardLineBreak() {
				add("\n")
			} else if c.SoftLineBreak() {
				add(" ")
			}
			continue
		case *ast.String:
			add(string(c.Value))
			continue
		case *ast.AutoLink:
			style := style
			style.Text, style.Link = string(c.Label(src)), string(c.URL(src))
			*out = append(*out, style)
			continue
		case *ast.RawHTML:
			continue
		case *ast.CodeSpan:
			inner.Code = true
		case *ast.Emphasis:
			inner.Italic, inner.Bold = inner.Italic || c.Level == 1, inner.Bold || c.Level == 2
		case *ast.Link:
			inner.Link = string(c.Destination)
		}
		inline(c, src, inner, out)
	}
}

func sameStyle(a, b Span) bool {
	return a.Bold == b.Bold && a.Italic == b.Italic && a.Code == b.Code && a.Link == b.Link
}
