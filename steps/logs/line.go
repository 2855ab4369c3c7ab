package logs

import (
	"strings"
	"time"
)

// Level is how loud a line is.
type Level uint8

// Levels. None is a line that says nothing of itself.
const (
	None Level = iota
	Info
	Warn
	Error
)

// String is the word of a level, "" for None.
func (l Level) String() string { return [...]string{"", "INFO", "WARN", "ERROR"}[l&3] }

// levelWords are what Python's logging, uvicorn, Node and PostgreSQL write.
var levelWords = map[string]Level{
	"DEBUG": Info, "INFO": Info, "LOG": Info, "NOTICE": Info, "WARNING": Warn, "WARN": Warn,
	"ERROR": Error, "CRITICAL": Error, "FATAL": Error, "PANIC": Error, "FAILED": Error,
}

// LevelOf reads a line's level from its first words: "INFO:", "ERROR - ", "[warn]", or after a time and a place. A traceback and
// the exception that ends it are errors.
func LevelOf(text string) Level {
	if strings.HasPrefix(text, tracebackHead) || exceptionLine(text) {
		return Error
	}
	rest := text[:min(len(text), 120)]
	for range 9 {
		rest = strings.TrimLeft(rest, " \t[(-|")
		end := strings.IndexAny(rest, " \t:])|,")
		if end < 0 {
			end = len(rest)
		}
		if l, ok := levelWords[rest[:end]]; ok {
			return l
		}
		if l, ok := levelWords[strings.ToUpper(rest[:end])]; ok && end < len(rest) && (rest[end] == ':' || rest[end] == ']') {
			return l
		}
		if end == len(rest) {
			break
		}
		rest = rest[end+1:]
	}
	if strings.HasPrefix(text, "[deployment:") && strings.Contains(text, "Took too long") {
		return Warn
	}
	return None
}

// Line is one line of a log.
type Line struct {
	At      time.Time     // as the service stamped it
	Service string        // of which it is
	Text    string        // as it came: neither masked nor escaped
	Level   Level         // None: the store reads it from the text
	Own     bool          // the program's own line (a gap, a change of state): it passes every filter
	Late    time.Duration // how far behind its neighbours it came; zero: in order
}

// Entry is one row to show: a line with all that is folded beneath it.
type Entry struct {
	Line
	Seq    uint64    // of its first line, for Store.Lines; it stays the same while the entry is kept
	Fold   int       // lines folded beneath the first; 0: none
	Note   string    // the exception that ends a traceback, or "the same KeyError, 73rd time since 07:02:10", or "health checks, 12 times"
	Kind   string    // the exception as it stands, of a traceback
	Ours   string    // the innermost place in the application's own code: routes/billing_routes.py:88 current_plan
	Repeat int       // the how manieth of its kind this is, from 1; of health checks: how many; 0: neither
	First  time.Time // when the first of its kind came
}
