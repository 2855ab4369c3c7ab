package operations

import (
	"context"
	"regexp"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

const (
	recent      = 20               // answers that count as the last ones, at least
	longest     = time.Hour        // of a log that is counted
	lookBack    = 10 * time.Minute // before a version was deployed
	startSpan   = 20 * time.Minute // in which a version has started, or FAILED
	aMinute     = time.Minute
	tolerated   = 3   // errors a minute above twice the rate before: up to there it is no worse
	usualShare  = 100 // one bad answer in so many is what the Internet does
	strangeness = 20  // one bad answer in so many is worth a warning; more are a failure
)

var (
	loud        = regexp.MustCompile(`^\s*\[?(ERROR|CRITICAL|FATAL|PANIC)\b`)
	upgrade     = regexp.MustCompile(`Running upgrade\s+(\S*)\s*->\s*([A-Za-z0-9_]{1,64})`)
	fingerprint = regexp.MustCompile(`Configuration Fingerprint:\s*([0-9a-f]{64})\b`)
)

const (
	asgi      = "Exception in ASGI application"
	traceHead = "Traceback (most recent call last):"
)

// tally is what a stretch of a log says. An error is an answer of 500 or more, or a loud line that belongs to none.
type tally struct {
	answers, bad     int // all of the stretch
	last, lastBad    int // those of the last minute, or the last recent ones where these are more
	perMinute        int // bad answers in the last minute
	loud             int // ERROR lines beside those that announce a traceback
	kind             string
	since            time.Time // of what is counted
	firstBad, newest time.Time
}

func (t tally) errors() int { return t.bad + t.loud }

// tallied counts the lines of [from, now], in the order of time. Answers to the load balancer do not count, nor do good ones on /:
// that is what it asks for.
func tallied(lines []cloud.LogLine, from, now time.Time) tally {
	t := tally{since: from}
	var all []bool
	minute := 0 // answers in the last minute
	within := false
	for _, l := range lines {
		if l.At.Before(from) || l.At.After(now) {
			continue
		}
		t.newest = l.At
		if bad, ok := l.Answered(); ok {
			all = append(all, bad)
			if now.Sub(l.At) < aMinute {
				minute++
			}
			if bad {
				t.bad++
				if t.firstBad.IsZero() {
					t.firstBad = l.At
				}
				if now.Sub(l.At) < aMinute {
					t.perMinute++
				}
			}
		}
		switch text := strings.TrimRight(l.Message, " \r"); {
		case strings.HasPrefix(text, traceHead):
			within = true
		case within && text != "" && text[0] != ' ' && text[0] != '\t':
			t.kind, within = text, false
		case loud.MatchString(text) && !strings.HasSuffix(text, asgi):
			t.loud++
		}
	}
	t.answers = len(all)
	for _, bad := range all[max(0, len(all)-max(recent, minute)):] {
		t.last++
		if bad {
			t.lastBad++
		}
	}
	return t
}

// history reads the log since the live version was deployed, at most an hour of it, and says since when it answers alone.
func (b base) history(ctx context.Context, s *cloud.Service) (lines []cloud.LogLine, alone time.Time, err error) {
	now, created := b.now(), s.Current.CreatedAt
	from := created
	if now.Sub(from) > longest {
		from = now.Add(-longest)
	}
	lines, err = b.Containers.Lines(ctx, s.Name, b.container(s), from)
	if err != nil {
		return nil, from, err
	}
	if from.After(created) {
		return lines, from, nil
	}
	return lines, cloud.AnswersAlone(lines, created), nil
}

// before is the rate of bad answers, a minute, before the live version was deployed; -1 where the log does not reach back.
func (b base) before(ctx context.Context, s *cloud.Service) (int, error) {
	created := s.Current.CreatedAt
	lines, err := b.Containers.LinesBetween(ctx, s.Name, b.container(s), created.Add(-lookBack), created)
	if err != nil {
		return -1, err
	}
	return rateBefore(lines, created), nil
}

func rateBefore(lines []cloud.LogLine, created time.Time) int {
	if len(lines) == 0 || created.Sub(lines[0].At) < aMinute {
		return -1
	}
	from := created.Add(-lookBack)
	if lines[0].At.After(from) {
		from = lines[0].At
	}
	t := tallied(lines, from, created)
	return int(float64(t.bad)/created.Sub(from).Minutes() + 0.5)
}

// beginning reads what the live version said when it started.
func (b base) beginning(ctx context.Context, s *cloud.Service) ([]cloud.LogLine, error) {
	created := s.Current.CreatedAt
	to := created.Add(startSpan)
	if now := b.now(); to.After(now) {
		to = now
	}
	return b.Containers.LinesBetween(ctx, s.Name, b.container(s), created, to)
}

func isAlembic(text string) bool { return strings.Contains(text, "[alembic.runtime.migration]") }

// clip keeps a line of a log short enough for a row of evidence.
func clip(text string) string {
	if r := []rune(text); len(r) > 160 {
		return string(r[:160]) + "…"
	}
	return text
}
