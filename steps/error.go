package steps

import (
	"context"
	"errors"
	"strings"
)

// Code says what kind of failure an Error is. Callers branch on it, never on the text.
type Code string

// Codes. Only adapters may say rejected or not-sent: whatever nobody classified after a mutation is unknown.
const (
	CodeInput       Code = "input"       // a file, a flag, a parameter or an answer is wrong
	CodeEdited      Code = "edited"      // the procedure is not the one that the run was started with
	CodeRejected    Code = "rejected"    // the service surely refused: nothing was changed
	CodeNotSent     Code = "not-sent"    // not one byte of the request left: nothing was changed
	CodeFailed      Code = "failed"      // the run ended in a failed step
	CodeAborted     Code = "aborted"     // a person dropped the run
	CodeGate        Code = "gate"        // a person's word is missing
	CodePlace       Code = "place"       // account, region or environment are not such that anything may be changed
	CodeUnknown     Code = "unknown"     // it may or may not have been changed
	CodeUnsure      Code = "unsure"      // looked, and only a person can tell
	CodeForeign     Code = "foreign"     // somebody else's change is there
	CodeStalePlan   Code = "stale-plan"  // the facts of the plan moved before it was sent
	CodeHeld        Code = "held"        // another process drives the run, or has an open intent on the target
	CodeCredentials Code = "credentials" // the login expired, is missing or may not
	CodeThrottled   Code = "throttled"   // the service asks us to slow down
	CodeUnreachable Code = "unreachable" // no answer
	CodeNotFound    Code = "not-found"   // the service says that there is no such thing
	CodeJournal     Code = "journal"     // nothing can be recorded, so nothing more is done
	CodeInterrupted Code = "interrupted" // a signal ended the process
	CodeLate        Code = "late"        // the question is no longer open
	CodePanic       Code = "panic"       // a fault of the program itself
)

// Error is what an operator is told: what happened, what it means for production, what to do next.
type Error struct {
	Code    Code
	What    string // what happened: who said it, when
	Meaning string // for production: better, worse, the same, not known; may be empty
	Next    string // an action with its key or command; may be empty
	Cause   error  // for errors.Is; never shown by itself
}

// Error is the three sentences in one line.
func (e *Error) Error() string {
	parts := []string{e.What}
	if e.Meaning != "" {
		parts = append(parts, "For production: "+e.Meaning)
	}
	if e.Next != "" {
		parts = append(parts, "Next: "+e.Next)
	}
	return strings.Join(parts, " ")
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf is the code of err: "" for nil, CodeInterrupted for a cancelled context, CodeUnknown for one that nobody classified.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	if errors.Is(err, context.Canceled) {
		return CodeInterrupted
	}
	return CodeUnknown
}
