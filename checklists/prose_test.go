package checklists

import (
	"reflect"
	"testing"
)

func TestProse(t *testing.T) {
	got := Prose("One **bold *both*** and `code`\nof [a link](https://x.y/) <https://z/>.  \nNext & last.\n\n- a\n- b\n  1. c\n\n3. d\n\n> q\n\n```sh\nls -l\n\npwd\n```\n\n| A | B |\n|---|---|\n| 1 | `2` |\n\n## H\n\n---\n\n<b>gone</b>\n")
	s := func(text string) []Span { return []Span{{Text: text}} }
	p := func(text string) Block { return Block{Kind: Paragraph, Spans: s(text)} }
	want := []Block{
		{Kind: Paragraph, Spans: []Span{{Text: "One "}, {Text: "bold ", Bold: true}, {Text: "both", Bold: true, Italic: true}, {Text: " and "}, {Text: "code", Code: true},
			{Text: " of "}, {Text: "a link", Link: "https://x.y/"}, {Text: " "}, {Text: "https://z/", Link: "https://z/"}, {Text: ".\nNext & last."}}},
		{Kind: List, Items: [][]Block{{p("a")}, {p("b"), {Kind: List, Ordered: true, Start: 1, Items: [][]Block{{p("c")}}}}}},
		{Kind: List, Ordered: true, Start: 3, Items: [][]Block{{p("d")}}},
		{Kind: Quote, Blocks: []Block{p("q")}},
		{Kind: Code, Language: "sh", Text: "ls -l\n\npwd"},
		{Kind: Table, Head: [][]Span{s("A"), s("B")}, Rows: [][][]Span{{s("1"), {{Text: "2", Code: true}}}}},
		{Kind: Heading, Level: 2, Spans: s("H")},
		{Kind: Rule},
		p("gone"),
	}
	if len(got) != len(want) {
		t.Fatalf("%d blocks, want %d: %+v", len(got), len(want), got)
	}
	for i := range want {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("block %d is\n%+v\nwant\n%+v", i, got[i], want[i])
		}
	}
}

// TestProseOfProcedures: nothing that is written gets lost on its way to a screen.
func TestProseOfProcedures(t *testing.T) {
	p, err := Embedded(catalogue).Load("rollback")
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	for _, s := range p.Steps {
		if s.Prose != "" && len(Prose(s.Prose)) == 0 {
			t.Errorf("%s: its prose is lost", s.ID)
		}
	}
	if blocks := Prose(p.Prose); len(blocks) < 3 || blocks[1].Kind != Table || len(blocks[1].Rows) != 3 {
		t.Errorf("the first page is %+v", blocks)
	}
}

// TestSections: what a section says is shown with the first step below it, and at the end with the last one.
func TestSections(t *testing.T) {
	text := head("x") + "Page.\n\n## Part\n\nOf all.\n\n" + step("a", "tick: a") + "After a.\n\n# Rest\n\n" + step("b", "tick: b") + "## End\n\nThat is all.\n"
	dir := t.TempDir()
	write(t, dir, "x", text)
	p, err := Dir(dir, catalogue).Load("x")
	if err != nil {
		t.Fatal(problemsOf(err))
	}
	for what, c := range map[string][2]string{"page": {p.Prose, "Page."}, "a": {p.Step("a").Prose, "**Part**\n\nOf all.\n\nAfter a."}, "b": {p.Step("b").Prose, "**End**\n\nThat is all."}} {
		if c[0] != c[1] {
			t.Errorf("%s: %q, want %q", what, c[0], c[1])
		}
	}
}
