package logs

import (
	"fmt"
	"strings"
	"time"
)

const (
	tracebackHead = "Traceback (most recent call last):"
	asgiHead      = "Exception in ASGI application"
	noiseMark     = "ELB-HealthChecker"
	noiseSpan     = time.Minute // health checks within it are one entry
)

// place says where within a traceback a service's log stands.
type place uint8

const (
	outside place = iota
	headed        // an error was announced, its traceback is to come
	within        // among the frames
	after         // the exception was named; its message, or another traceback, may go on
)

// folder reads the lines of one service in order and says which belong together.
type folder struct {
	place place
	kind  string // the exception named last
	ours  string
}

// joins takes in one line and reports whether it belongs to the entry before it.
func (f *folder) joins(text string) bool {
	body := strings.TrimLeft(text, " \t|+-")
	switch {
	case f.place == within && text != "" && (text[0] == ' ' || text[0] == '\t'):
		return f.frame(text)
	case strings.HasPrefix(body, tracebackHead) || strings.HasPrefix(body, "Exception Group Traceback"):
		join := f.place == headed || f.place == after && f.kind == ""
		if !join {
			f.kind, f.ours = "", ""
		}
		f.place = within
		return join
	case strings.HasSuffix(strings.TrimRight(text, " \r"), asgiHead):
		f.place, f.kind, f.ours = headed, "", ""
		return false
	}
	switch f.place {
	case within:
		return f.frame(text)
	case after:
		return f.message(text)
	case headed:
		if strings.TrimSpace(text) == "" {
			return true
		}
	}
	f.place = outside
	return false
}

// frame takes in a line that follows a traceback's head.
func (f *folder) frame(text string) bool {
	switch {
	case strings.TrimSpace(text) == "":
		return true
	case text[0] == ' ' || text[0] == '\t':
		if w := ourPlace(text); w != "" {
			f.ours = w
		}
		return true
	case named(text):
		f.kind, f.place = strings.TrimRight(text, " \r"), after
		return true
	}
	f.place = outside
	return false
}

// message takes in what may follow the exception's name: further lines of its text, or the traceback that it caused.
func (f *folder) message(text string) bool {
	switch {
	case strings.HasPrefix(text, "During handling of the above exception"), strings.HasPrefix(text, "The above exception was the direct cause"):
		f.kind = "" // the one that counts is yet to come
		return true
	case f.kind == "" && strings.TrimSpace(text) == "":
		return true
	case text == "", text[0] == ' ', text[0] == '\t', strings.HasPrefix(text, "[SQL: "), strings.HasPrefix(text, "[parameters: "), strings.HasPrefix(text, "(Background on this error"), strings.HasPrefix(text, "DETAIL: "):
		return true
	}
	f.place = outside
	return false
}

// exceptionLine reports whether text names an exception as Python does, by a name that says so.
func exceptionLine(text string) bool {
	if !named(text) {
		return false
	}
	last := short(strings.TrimRight(text, " \r"))
	for _, end := range [...]string{"Error", "Exception", "Warning", "Exit", "Interrupt", "Group", "Timeout", "StopIteration", "NotFound", "DoesNotExist"} {
		if strings.HasSuffix(last, end) {
			return true
		}
	}
	return false
}

// named reports whether text is a dotted name that is no log level, alone or followed by ": ". After a traceback's frames that is
// its exception, whatever it is called.
func named(text string) bool {
	text = strings.TrimRight(text, " \r")
	name, rest, _ := strings.Cut(text, ":")
	if _, level := levelWords[name]; level || name == "" || len(name) > 120 || rest != "" && rest[0] != ' ' {
		return false
	}
	for i, c := range []byte(name) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c != '.' && (c < '0' || c > '9')) {
			return false
		}
	}
	return true
}

// ourPlace reads a frame of the application's own code: File "/app/routes/x.py", line 88, in f.
func ourPlace(text string) string {
	file, rest, ok := strings.Cut(strings.TrimLeft(text, " \t|"), `", line `)
	file, isFile := strings.CutPrefix(file, `File "`)
	if !ok || !isFile || strings.Contains(file, "/site-packages/") || strings.Contains(file, "/lib/python") || strings.HasPrefix(file, "<") {
		return ""
	}
	line, name, _ := strings.Cut(rest, ", in ")
	file = strings.TrimPrefix(strings.TrimPrefix(file, "/app/"), "/")
	return strings.TrimSpace(fmt.Sprintf("%s:%s %s", file, line, name))
}

// noise reports whether a line is a load balancer's health check.
func noise(text string) bool { return strings.Contains(text, noiseMark) }

// short is an exception's own name, without its package and its message.
func short(kind string) string {
	name, _, _ := strings.Cut(kind, ":")
	return name[strings.LastIndexByte(name, '.')+1:]
}

// again says that a kind came once more.
func again(kind string, nth int, first time.Time) string {
	return fmt.Sprintf("the same %s, %s time since %s", short(kind), ordinal(nth), first.UTC().Format("15:04:05"))
}

// ordinal writes 1st, 2nd, 3rd, 11th.
func ordinal(n int) string {
	end := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			end = "st"
		case 2:
			end = "nd"
		case 3:
			end = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, end)
}
