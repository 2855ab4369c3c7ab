package keys

import (
	"slices"
	"strings"
)

// Binding is one thing that keys do.
type Binding struct {
	ID    string   // names it in code and in the palette
	Keys  []string // as tea.KeyPressMsg.String() writes them; any of them
	Show  string   // the keys as people read them; "" joins Keys
	Mini  string   // the keys as the footer shows them; "" is Show
	Label string   // two or three words, for the footer
	Short string   // the label where room is scarce; "" is Label
	Help  string   // a few more words, for help and the README; "" is Label
	Where string   // where it answers: one of the constants below
	Rank  int      // place in the footer: low ranks stay longest where room is scarce; 0 keeps it out
	Quiet bool     // another row of help and of the README names it
	Right bool     // stands at the footer's right end
	Why   string   // why it does nothing just now; "" while it answers
	// Danger marks what may lead to a change of the cloud. It is only ever a way to a question, never the change itself.
	Danger bool
}

// Places where keys answer.
const (
	Everywhere = "Everywhere"
	Lists      = "Lists, prose, log"
	Step       = "Step"
	Log        = "Log"
	Card       = "Log, state, card"
	Practice   = "Practice"
	Fields     = "Text fields"
	Home       = "Home"
)

// Shown is the keys as people read them.
func (b Binding) Shown() string {
	if b.Show != "" {
		return b.Show
	}
	return strings.Join(b.Keys, " ")
}

// Foot is the keys as the footer shows them.
func (b Binding) Foot() string {
	if b.Mini != "" {
		return b.Mini
	}
	return b.Shown()
}

// Long is the words for help.
func (b Binding) Long() string {
	if b.Help != "" {
		return b.Help
	}
	return b.Label
}

// Brief is the shortest label.
func (b Binding) Brief() string {
	if b.Short != "" {
		return b.Short
	}
	return b.Label
}

// On reports whether it answers.
func (b Binding) On() bool { return b.Why == "" }

// Map is the bindings of one panel or screen, in the order in which help shows them.
type Map []Binding

// Find gives the first binding that holds a key, whether it answers now or not; false where no binding does.
func (m Map) Find(key string) (Binding, bool) {
	for i := range m {
		if slices.Contains(m[i].Keys, key) {
			return m[i], true
		}
	}
	return Binding{}, false
}

// Get gives a binding by its id, the zero Binding where there is none.
func (m Map) Get(id string) Binding {
	for i := range m {
		if m[i].ID == id {
			return m[i]
		}
	}
	return Binding{}
}

// Off is a copy in which a binding does nothing, and why.
func (m Map) Off(id, why string) Map { return m.edit(id, func(b *Binding) { b.Why = why }) }

// Labelled is a copy in which a binding has another label: Enter's changes with the state of the step.
func (m Map) Labelled(id, label string) Map {
	return m.edit(id, func(b *Binding) { b.Label, b.Short, b.Help = label, "", "" })
}

// Without is a copy that lacks some bindings.
func (m Map) Without(ids ...string) Map {
	return slices.DeleteFunc(slices.Clone(m), func(b Binding) bool { return slices.Contains(ids, b.ID) })
}

// Only is a copy with just these bindings, in this order.
func (m Map) Only(ids ...string) Map {
	out := make(Map, 0, len(ids))
	for _, id := range ids {
		if b := m.Get(id); b.ID != "" {
			out = append(out, b)
		}
	}
	return out
}

func (m Map) edit(id string, change func(*Binding)) Map {
	out := slices.Clone(m)
	for i := range out {
		if out[i].ID == id {
			change(&out[i])
		}
	}
	return out
}

// Join is several maps as one; of two bindings with one id the first stays.
func Join(maps ...Map) Map {
	var out Map
	for _, m := range maps {
		for _, b := range m {
			if out.Get(b.ID).ID == "" {
				out = append(out, b)
			}
		}
	}
	return out
}
