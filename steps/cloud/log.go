package cloud

import (
	"regexp"
	"strings"
	"time"
)

var access = regexp.MustCompile(`"[A-Z]{3,10} (\S+) HTTP/[0-9.]+" ([0-9]{3})\b`)

// Answered reads an access line of uvicorn: bad is an answer of 500 or more. ok is false for any other line, for what the load
// balancer asks, and for a good answer on / or /health, which is what it asks for.
func (l LogLine) Answered() (bad, ok bool) {
	if !strings.Contains(l.Message, "HTTP/") || strings.Contains(l.Message, "ELB-HealthChecker") {
		return false, false
	}
	m := access.FindStringSubmatch(l.Message)
	if m == nil {
		return false, false
	}
	path, _, _ := strings.Cut(m[1], "?")
	bad = m[2][0] == '5'
	return bad, bad || path != "/" && path != "/health"
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
