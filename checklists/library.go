package checklists

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
)

//go:embed *.md drills/*.md
var files embed.FS

// Template is the text of a new procedure, to be written to a file of its own and changed.
//
//go:embed template.md.txt
var Template string

// Groups are the groups of procedures, in the order of the source document.
var Groups = []string{"Prepare", "Deploy", "Validate", "Roll back", "Back up", "Restore", "Recover", "Secrets", "Troubleshoot"}

// Catalogue is what there is to use: every probe and operation by name.
type Catalogue map[string]steps.Declaration

// Library is a set of procedures. Its methods may be called from several goroutines: it keeps nothing between calls.
type Library struct {
	read      func(id string) ([]byte, error)
	ids       func() ([]string, error)
	shown     func(id string) string // the name of a procedure's file, for messages
	scenarios func() []string        // what practice can play
	cat       Catalogue
}

// Embedded is the library that the program carries.
func Embedded(cat Catalogue) *Library { return folder(files, "checklists", cat) }

// Dir is a library in a folder of the file system.
func Dir(dir string, cat Catalogue) *Library { return folder(os.DirFS(dir), dir, cat) }

func folder(fsys fs.FS, name string, cat Catalogue) *Library {
	return &Library{
		read: func(id string) ([]byte, error) {
			if !idPattern.MatchString(id) {
				return nil, fs.ErrNotExist
			}
			return fs.ReadFile(fsys, id+".md")
		},
		ids: func() ([]string, error) {
			found, err := fs.Glob(fsys, "*.md")
			for i, f := range found {
				found[i] = strings.TrimSuffix(f, ".md")
			}
			return found, err
		},
		shown:     func(id string) string { return path.Join(name, id+".md") },
		scenarios: func() []string { return append(scenarioIDs(fsys), scenarioIDs(files)...) },
		cat:       cat,
	}
}

// Summary is what lists show of a procedure. It is read from the front matter alone.
type Summary struct {
	ID, Title, Group, Covers, WhenToUse string

	Objective steps.Objective
	Requires  []string
	Params    map[string]steps.Param
	Practice  steps.Practice
}

// List gives every procedure in the order of Groups, then by title. A file whose front matter has a problem fails the list.
func (l *Library) List() ([]Summary, error) {
	ids, err := l.ids()
	if err != nil {
		return nil, &steps.Error{Code: steps.CodeInput, What: "The folder of procedures cannot be read.", Next: "Look at its permissions.", Cause: err}
	}
	var all []Summary
	for _, id := range ids {
		src, err := l.Source(id)
		if err != nil {
			return nil, err
		}
		d := &document{id: id, name: l.shown(id), src: src}
		if d.plain() {
			d.front()
		}
		if len(d.problems) > 0 {
			return nil, refusal(id, d.problems.sorted())
		}
		all = append(all, Summary{d.head.ID, d.head.Title, d.head.Group, d.head.Covers, d.head.WhenToUse, d.head.Objective, d.head.Requires, d.head.Params, d.head.Practice})
	}
	slices.SortStableFunc(all, func(a, b Summary) int {
		if d := slices.Index(Groups, a.Group) - slices.Index(Groups, b.Group); d != 0 {
			return d
		}
		return strings.Compare(a.Title, b.Title)
	})
	return all, nil
}

// Source is a procedure's text as it stands.
func (l *Library) Source(id string) ([]byte, error) {
	src, err := l.read(id)
	if err == nil {
		return src, nil
	}
	ids, _ := l.ids()
	next := "runbook list shows the procedures."
	if near := closest(id, ids); near != "" {
		next = "Is " + near + " meant? " + next
	}
	return nil, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("There is no procedure %q.", id), Meaning: "nothing has changed.", Next: next, Cause: err}
}

// Load reads a procedure and all that it follows, checks them and flattens them. The error's cause is Problems.
func (l *Library) Load(id string) (*steps.Procedure, error) {
	if _, err := l.Source(id); err != nil {
		return nil, err
	}
	c := &closure{lib: l, docs: map[string]*document{}}
	root := c.document(id)
	c.check(root)
	if ps := c.problems(); len(ps) > 0 {
		return nil, refusal(id, ps)
	}
	return c.flatten(root), nil
}

// FromTexts loads the procedure root from pinned texts, by procedure id, and from nothing else.
func (l *Library) FromTexts(root string, texts map[string][]byte) (*steps.Procedure, error) {
	pinned := *l
	pinned.read = func(id string) ([]byte, error) {
		if text, ok := texts[id]; ok {
			return text, nil
		}
		return nil, fs.ErrNotExist
	}
	pinned.shown = func(id string) string { return "pinned " + id + ".md" }
	return pinned.Load(root)
}

// Lint checks one file by its name and text. What it follows is looked up in lib, which may be nil. Problems of the files that it
// follows are not repeated here.
func Lint(name string, src []byte, cat Catalogue, lib *Library) []*Problem {
	if lib == nil {
		lib = &Library{read: func(string) ([]byte, error) { return nil, fs.ErrNotExist }, ids: func() ([]string, error) { return nil, nil },
			shown: func(id string) string { return id + ".md" }, scenarios: func() []string { return scenarioIDs(files) }}
	}
	own, id := *lib, strings.TrimSuffix(path.Base(strings.ReplaceAll(name, `\`, "/")), ".md")
	own.cat = cat
	own.read = func(other string) ([]byte, error) {
		if other == id {
			return src, nil
		}
		return lib.read(other)
	}
	own.shown = func(other string) string {
		if other == id {
			return name
		}
		return lib.shown(other)
	}
	c := &closure{lib: &own, docs: map[string]*document{}}
	root := c.document(id)
	c.check(root)
	return slices.DeleteFunc(c.problems(), func(p *Problem) bool { return p.Pos.File != name })
}
