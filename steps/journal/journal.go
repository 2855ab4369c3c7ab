// Package journal holds what all journals share: what may be appended, the hash chain, and the projections that are kept beside
// the events (a row per run, open intents, obligations, releases). Its folders are the journals themselves and the conformance
// suite that they pass. It imports steps alone; only its own folders import it.
package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// runID is what a run may be called: its name becomes a file's.
var runID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// CheckRun refuses names that are no run's.
func CheckRun(run string) error {
	if runID.MatchString(run) {
		return nil
	}
	return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%q is not the name of a run.", run), Next: "runbook runs lists them; a name looks like 1123-5."}
}

// Check says whether batch may follow event number last of run: same run, no gap, and only types that this version knows.
func Check(run string, last uint64, batch []steps.Event) error {
	if err := CheckRun(run); err != nil {
		return err
	}
	for i, e := range batch {
		if name := steps.TypeOf(e.Body); name == "" || name != e.Type || e.Run != run {
			return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("Event %d of run %s (%s, with a %T) is not one that this version can record.", e.Seq, run, e.Type, e.Body),
				Meaning: "nothing was recorded.", Next: "This is a fault of runbook itself; report it with the version."}
		}
		if e.Seq != last+uint64(i)+1 {
			return &steps.Error{Code: steps.CodeHeld, What: fmt.Sprintf("Event %d cannot follow event %d of run %s: another process was first.", e.Seq, last+uint64(i), run),
				Meaning: "nothing was recorded here.", Next: "Open the run again to see what the other one did."}
		}
	}
	return nil
}

// HeldTarget says that another intent on a target is open.
func HeldTarget(open steps.OpenIntent) error {
	return &steps.Error{Code: steps.CodeHeld,
		What:    fmt.Sprintf("Run %s sent a change to %s at %s UTC, and its outcome is not known yet.", open.Run, open.Intent.Target, open.At.UTC().Format("15:04:05")),
		Meaning: "nothing was sent now.", Next: fmt.Sprintf("runbook resume %s finds out what became of it.", open.Run)}
}

// HeldRun says that somebody else drives a run.
func HeldRun(run, holder string) error {
	if holder == "" {
		holder = "another process"
	}
	return &steps.Error{Code: steps.CodeHeld, What: fmt.Sprintf("Run %s is driven by %s.", run, holder), Meaning: "nothing has changed.",
		Next: "Watch it, or ask them to pause it; it is free as soon as their program ends."}
}

// Edited says that a digest is taken by another text.
func Edited(digest string) error {
	return &steps.Error{Code: steps.CodeEdited, What: fmt.Sprintf("The journal keeps another text under the digest %s.", digest), Meaning: "nothing was recorded.", Next: "runbook lint shows what the file holds."}
}

// NoDocument says that no text is kept under a digest.
func NoDocument(digest string) error {
	return &steps.Error{Code: steps.CodeNotFound, What: fmt.Sprintf("The journal keeps no text with the digest %s.", digest), Next: "runbook audit verify says whether the journal is whole."}
}

// Record is an event's canonical form, over which its hash goes: the line that run --json prints for it, without the line's end.
func Record(e steps.Event) ([]byte, error) {
	e.At, e.Wall = e.At.UTC(), e.Wall.UTC()
	return json.Marshal(e)
}

// Hash is the link of a chain: SHA-256, in hex, over the hash before it and a record. The first record's prev is "".
func Hash(prev string, record []byte) string {
	h := sha256.New()
	h.Write([]byte(prev))
	h.Write(record)
	return hex.EncodeToString(h.Sum(nil))
}

// NextRunID is the first free name of a day, MMDD-N by the clock given, where taken are names that exist.
func NextRunID(at time.Time, taken []string) string {
	prefix, most := at.UTC().Format("0102")+"-", 0
	for _, id := range taken {
		if digits, ok := strings.CutPrefix(id, prefix); ok {
			if n, err := strconv.Atoi(digits); err == nil {
				most = max(most, n)
			}
		}
	}
	return prefix + strconv.Itoa(most+1)
}

// Interrupted gives the state that a list shows: a run that is going on and that nobody holds was interrupted.
func Interrupted(s steps.RunSummary) steps.RunState {
	if !s.Held && (s.State == steps.RunRunning || s.State == steps.RunWaiting) {
		return steps.RunInterrupted
	}
	return s.State
}

// Over reports whether a run has ended for good.
func Over(s steps.RunState) bool { return s == steps.RunDone || s == steps.RunDropped }
