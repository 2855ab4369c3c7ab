package world

import "time"

// Effects of an entry.
const (
	EffectRead       = "read"
	EffectApplied    = "applied"
	EffectUnanswered = "applied-unanswered" // it happened, and the caller was not told
	EffectRefused    = "refused"
	EffectDropped    = "dropped" // a fault took it before anything happened
	EffectChanged    = "changed" // the platform moved something on
)

// Entry is one line of the cloud's log. Equal reads between two changes are one entry with a count, so that a watcher that looks
// every few seconds does not bury what was done.
type Entry struct {
	Seq       uint64    `json:"seq"`
	At        time.Time `json:"at"` // by the virtual clock
	Principal string    `json:"principal"`
	Operation string    `json:"operation"`
	Target    string    `json:"target"`
	Effect    string    `json:"effect"`
	Note      string    `json:"note,omitempty"` // why it was refused, what became of it
	Count     int       `json:"count"`          // how many times, 1 or more
	Until     time.Time `json:"until,omitzero"` // of the last one, where Count is above 1
}

// Record appends an entry. Its sequence number and count are set here.
func (s *State) Record(e Entry) {
	e.At = e.At.UTC()
	if e.Effect == EffectRead {
		for i := len(s.History) - 1; i >= 0; i-- {
			h := &s.History[i]
			if h.Effect != EffectRead {
				break
			}
			if h.Principal == e.Principal && h.Operation == e.Operation && h.Target == e.Target {
				h.Count++
				h.Until = e.At
				return
			}
		}
	}
	s.Seq++
	e.Seq, e.Count = s.Seq, 1
	s.History = append(s.History, e)
}
