package logs

import (
	"regexp"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

const (
	recent   = 20 // answers that count as "the last"
	minutes  = 8  // of the spark
	lull     = 2 * time.Minute
	lookBack = 10 * time.Minute // before the live version began
)

// Traffic is what an access log says about the answers that people got. An error is an answer of 500 or more.
type Traffic struct {
	Bad, Of   int       // errors among the last answers, at most 20 of them
	PerMinute int       // errors in the minute before now
	Before    int       // errors a minute in the ten minutes before the live version began; -1 where the log does not reach back
	Spark     []int     // errors in each of the last 8 minutes, oldest first
	Since     time.Time // first error of the present stretch: no two minutes without one since; zero where there is none now
	Kind      string    // the exception named last since the live version began
	Kinds     int       // different exceptions since then
	Total     int       // errors since then
}

// access matches uvicorn's access line: INFO:     10.0.0.7:443 - "GET /get-emails HTTP/1.1" 500 Internal Server Error
var access = regexp.MustCompile(`"[A-Z]{3,10} (\S+) HTTP/[0-9.]+" ([0-9]{3})\b`)

// answer is one access line.
type answer struct {
	at  time.Time
	bad bool
}

// Requests counts the answers in lines, which are in the order of time. A load balancer's checks do not count, and neither does a
// good answer on / or /health: that is what such checks ask for. liveSince is when the live version began; zero counts all lines
// as its own.
func Requests(lines []cloud.LogLine, liveSince, now time.Time) Traffic {
	t := Traffic{Before: -1, Spark: make([]int, minutes)}
	var all []answer
	var f folder
	kinds := map[string]bool{}
	for _, l := range lines {
		if l.At.After(now) {
			continue
		}
		had := f.kind
		if f.joins(l.Message); f.kind != "" && f.kind != had && !l.At.Before(liveSince) {
			t.Kind = f.kind
			kinds[f.kind] = true
		}
		if a, ok := answered(l); ok {
			all = append(all, a)
		}
	}
	t.Kinds = len(kinds)
	for _, a := range all[max(0, len(all)-recent):] {
		t.Of++
		if a.bad {
			t.Bad++
		}
	}
	t.count(all, liveSince, now)
	if len(lines) > 0 {
		t.Before = before(all, lines[0].At, liveSince)
	}
	return t
}

// answered reads an access line; false for any other and for health checks.
func answered(l cloud.LogLine) (answer, bool) {
	if !strings.Contains(l.Message, "HTTP/") || noise(l.Message) {
		return answer{}, false
	}
	m := access.FindStringSubmatch(l.Message)
	if m == nil {
		return answer{}, false
	}
	bad := m[2][0] == '5'
	path, _, _ := strings.Cut(m[1], "?")
	return answer{l.At, bad}, bad || path != "/" && path != "/health"
}

// count fills in what goes by time.
func (t *Traffic) count(all []answer, liveSince, now time.Time) {
	var last time.Time
	for _, a := range all {
		if !a.bad {
			continue
		}
		if last.IsZero() || a.at.Sub(last) >= lull {
			t.Since = a.at
		}
		last = a.at
		age := now.Sub(a.at)
		if age < time.Minute {
			t.PerMinute++
		}
		if i := minutes - 1 - int(age/time.Minute); i >= 0 {
			t.Spark[i]++
		}
		if !a.at.Before(liveSince) {
			t.Total++
		}
	}
	if now.Sub(last) >= lull {
		t.Since = time.Time{}
	}
}

// before is the rate of errors before the live version began, -1 where the log does not reach back a minute.
func before(all []answer, first, liveSince time.Time) int {
	from := liveSince.Add(-lookBack)
	if first.After(from) {
		from = first
	}
	span := liveSince.Sub(from)
	if liveSince.IsZero() || span < time.Minute {
		return -1
	}
	n := 0
	for _, a := range all {
		if a.bad && !a.at.Before(from) && a.at.Before(liveSince) {
			n++
		}
	}
	return int(float64(n)/span.Minutes() + 0.5)
}
