package checklists

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// The info lines of the blocks that mean something. A block whose info has one word or none is an illustration.
const (
	infoStep   = "yaml step"
	infoByHand = "sh by-hand"
	infoParse  = "sh by-hand=parse"
)

// fence reads a block between ``` lines. It reports false where the block is never closed.
func (w *walker) fence(n *ast.FencedCodeBlock) bool {
	line := w.lineOf(n.Pos())
	start := w.nextLine(line)
	end := start
	if k := n.Lines().Len(); k > 0 {
		end = w.nextLine(w.lineOf(n.Lines().At(k - 1).Start))
	}
	info, infoAt := "", w.at(n.Pos())
	if n.Info != nil {
		info, infoAt = string(n.Info.Value(w.src)), w.at(n.Info.Segment.Start)
	}
	mark := w.src[n.Pos()]
	if closing := bytes.TrimSpace(w.src[end:w.nextLine(end)]); len(closing) < 3 || closing[0] != mark || len(bytes.Trim(closing, string(mark))) > 0 || opensWithin(w.src[n.Pos():end], mark) {
		w.bad(w.at(line), "this block is never closed: all that follows is taken for a part of it", "a line ``` where it ends")
		return false
	}
	if !strings.ContainsAny(info, " \t") {
		return true // prose, with its fences
	}
	w.keep(line, w.nextLine(end))
	content := string(w.src[start:end])
	switch {
	case info != infoStep && info != infoByHand && info != infoParse:
		w.bad(infoAt, "a block `"+info+"`", "`yaml step`, `sh by-hand` or `sh by-hand=parse`, or one word for an illustration")
	case w.src[line] != mark:
		w.bad(w.at(line), "an indented block", "one that begins in the first column")
	case mark != '`':
		w.bad(w.at(line), "a block between ~~~", "```")
	case w.open == nil:
		w.bad(infoAt, "a block `"+info+"` below no step", "a heading such as ## Look {#look} above it")
	case info == infoStep:
		w.stepBlock(infoAt, start, content)
	default:
		w.handBlock(infoAt, start, content, info == infoByHand)
	}
	return true
}

func (w *walker) stepBlock(at place, start int, content string) {
	p := w.open
	if _, again := p.where["block"]; again {
		w.bad(at, "a second block `"+infoStep+"` in the step `"+p.own+"`", "one")
		return
	}
	p.where["block"] = at
	if p.block = w.yaml(w.at(start).line, content); p.block == nil {
		w.blind = true
		return
	}
	w.define(p)
}

func (w *walker) handBlock(at place, start int, content string, run bool) {
	p := w.open
	_, block := p.where["block"]
	_, again := p.where["by-hand"]
	switch {
	case again:
		w.bad(at, "a second block `"+infoByHand+"` in the step `"+p.own+"`", "one")
		return
	case !block:
		w.bad(at, "the block `"+infoByHand+"` stands before the step's own", "`"+infoStep+"` first")
	}
	p.where["by-hand"] = at
	p.ByHand, p.ByHandRun = content, run
	if len(content) > blockLimit {
		w.bad(at, fmt.Sprintf("this block has %d bytes", len(content)), fmt.Sprintf("at most %d", blockLimit))
		return
	}
	p.hand = w.readByHand(w.at(start).line, content)
}

// opensWithin reports whether a block holds a line that would open one like it: then its own closing line is missing.
func opensWithin(block []byte, mark byte) bool {
	fence := len(block) - len(bytes.TrimLeft(block, string(mark)))
	for _, line := range bytes.Split(block, []byte("\n"))[1:] {
		if len(line)-len(bytes.TrimLeft(line, string(mark))) >= fence {
			return true
		}
	}
	return false
}
