package cloud

import (
	"strings"
	"time"
)

// Answered reads an access line of uvicorn, such as INFO: 10.0.0.7:443 - "GET /me HTTP/1.1" 200 OK. bad is an answer of 500 or
// more. ok is false for any other line, for what the load balancer asks, and for a good answer on / or /health, which is what it
// asks for. It is called for each line of a log, so it looks for marks rather than patterns.
func (l LogLine) Answered() (bad, ok bool) {
	head, rest, found := strings.Cut(l.Message, " HTTP/")
	if !found || strings.Contains(rest, "ELB-HealthChecker") {
		return false, false
	}
	_, rest, found = strings.Cut(rest, "\" ")
	if !found || len(rest) < 3 || !digits(rest[:3]) || len(rest) > 3 && rest[3] != ' ' {
		return false, false
	}
	quote := strings.LastIndexByte(head, '"')
	method, path, found := strings.Cut(head[quote+1:], " ")
	if quote < 0 || !found || method == "" || path == "" || strings.Contains(path, " ") {
		return false, false
	}
	path, _, _ = strings.Cut(path, "?")
	bad = rest[0] == '5'
	return bad, bad || path != "/" && path != "/health"
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// changeover is how long after its creation a deployment may take to answer alone, or to be FAILED.
const changeover = 20 * time.Minute

// AnswersAlone is from when the version deployed at created answered everything itself. Until then the version before it
// answers as well, and its mistakes are not the new one's. The old container says in the log that it has shut down; where it
// does not, it is when the new one had started, else created.
func AnswersAlone(lines []LogLine, created time.Time) time.Time {
	var started, alone time.Time
	for _, l := range lines {
		if l.At.Before(created) || l.At.Sub(created) > changeover {
			continue
		}
		switch {
		case strings.Contains(l.Message, "Application startup complete"):
			started = l.At
		case strings.Contains(l.Message, "Finished server process"), strings.Contains(l.Message, "Application shutdown complete"):
			alone = l.At
		}
	}
	switch {
	case !alone.IsZero() && !alone.Before(started):
		return alone
	case !started.IsZero():
		return started
	}
	return created
}
