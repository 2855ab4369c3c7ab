package steps

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// Event is one fact about a run. Facts are only ever added.
type Event struct {
	Seq   uint64    `json:"seq"`  // from 1, without gaps within a run
	At    time.Time `json:"at"`   // the cloud's clock, UTC
	Wall  time.Time `json:"wall"` // this machine's clock, UTC
	Run   string    `json:"run"`
	Step  Path      `json:"step,omitempty"`  // empty for facts about the whole run
	Visit int       `json:"visit,omitempty"` // 1 the first time at a step; retry and back begin another
	Type  string    `json:"type"`
	Body  any       `json:"data"` // one of the body types, by Type
}

// types is the published list of event types; bodies.go says what each holds.
var types = map[string]reflect.Type{
	"run-started": reflect.TypeFor[RunStarted](), "run-resumed": reflect.TypeFor[RunResumed](),
	"entered": reflect.TypeFor[Entered](), "observed": reflect.TypeFor[Observed](), "asked": reflect.TypeFor[Asked](),
	"answered": reflect.TypeFor[Answered](), "planned": reflect.TypeFor[Planned](), "lapsed": reflect.TypeFor[Lapsed](),
	"intent": reflect.TypeFor[Intent](), "resulted": reflect.TypeFor[Resulted](), "resolved": reflect.TypeFor[Resolved](),
	"verified": reflect.TypeFor[Verified](), "settled": reflect.TypeFor[Settled](), "rewound": reflect.TypeFor[Rewound](),
	"obliged": reflect.TypeFor[Obliged](), "discharged": reflect.TypeFor[Discharged](), "drill": reflect.TypeFor[Drill](),
	"noted": reflect.TypeFor[Noted](), "pinned": reflect.TypeFor[Pinned](), "run-paused": reflect.TypeFor[RunPaused](),
	"run-failed": reflect.TypeFor[RunFailed](), "run-unknown": reflect.TypeFor[RunUnknown](),
	"run-finished": reflect.TypeFor[RunFinished](), "run-aborted": reflect.TypeFor[RunAborted](),
}

var names = func() map[reflect.Type]string {
	out := make(map[reflect.Type]string, len(types))
	for name, t := range types {
		out[t] = name
	}
	return out
}()

// TypeOf is the published name of a body's type, "" for anything that is no event's body.
func TypeOf(body any) string { return names[reflect.TypeOf(body)] }

// UnmarshalJSON refuses types that it does not know: an older program must not resume a newer run.
func (e *Event) UnmarshalJSON(b []byte) error {
	type plain Event
	w := struct {
		*plain
		Body json.RawMessage `json:"data"`
	}{plain: (*plain)(e)}
	if err := json.Unmarshal(b, &w); err != nil {
		return err
	}
	t := types[e.Type]
	if t == nil {
		return &Error{Code: CodeInput, What: fmt.Sprintf("Event %d of run %s is of type %q, which this version does not know.", e.Seq, e.Run, e.Type),
			Meaning: "nothing has changed; the record is left as it is.", Next: "Use the version of runbook that wrote it, or a newer one."}
	}
	v := reflect.New(t)
	if len(w.Body) > 0 {
		if err := json.Unmarshal(w.Body, v.Interface()); err != nil {
			return err
		}
	}
	e.Body = v.Elem().Interface()
	return nil
}
