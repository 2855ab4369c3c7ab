package plain

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/redact"
)

// Width is the longest line of line mode, in characters.
const Width = 100

// Words says a length of time as people do: 58 seconds, 4 minutes 52, 2 hours 5.
func Words(d time.Duration) string {
	d = max(0, d).Round(time.Second)
	s, m, h := int(d/time.Second)%60, int(d/time.Minute)%60, int(d/time.Hour)
	switch {
	case h >= 48:
		return fmt.Sprintf("%d days", h/24)
	case h > 0 && m > 0:
		return fmt.Sprintf("%s %d", count(h, "hour"), m)
	case h > 0:
		return count(h, "hour")
	case m > 0 && s > 0:
		return fmt.Sprintf("%s %d", count(m, "minute"), s)
	case m > 0:
		return count(m, "minute")
	}
	return count(s, "second")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// clockTime is a time of day, in UTC.
func clockTime(t time.Time) string { return t.UTC().Format("15:04:05") }

// Wrap breaks text into lines of at most width characters, between words. A word that is longer stands alone and keeps its
// length, so that an address can still be copied.
func Wrap(text string, width int) []string {
	var out []string
	for _, line := range strings.Split(text, "\n") {
		at := ""
		for _, word := range strings.Fields(line) {
			switch {
			case at == "":
				at = word
			case utf8.RuneCountInString(at)+1+utf8.RuneCountInString(word) > width:
				out = append(out, at)
				at = word
			default:
				at += " " + word
			}
		}
		if at != "" {
			out = append(out, at)
		}
	}
	return out
}

// safe makes an outside text one line without control characters.
func safe(text string) string { return redact.Escape(strings.TrimSpace(text), 4000) }

// stop ends a sentence with a full stop.
func stop(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") || strings.HasSuffix(text, ":") {
		return text
	}
	return text + "."
}

// verdicts are the words that lines begin with.
var verdicts = map[steps.State]string{
	steps.Passed: "Pass", steps.Warned: "Warn", steps.Failed: "Fail", steps.Unknown: "Unknown", steps.Approved: "Pass, by approval",
	steps.Skipped: "Skipped", steps.NotApplicable: "Not needed", steps.Waiting: "Waiting",
}

// signs are a plan's, in words.
var signs = map[string]string{"-": "goes", "+": "comes", "~": "changes", "=": "stays"}

// PlanLines says a plan: what will be sent, what differs, what stays, what follows.
func PlanLines(p steps.Plan) []string {
	out := []string{stop(safe(p.Summary))}
	for _, c := range p.Changes {
		line := fmt.Sprintf("%s %s: %s", title(c.Label), signs[c.Sign], stop(safe(c.Text)))
		if signs[c.Sign] == "" {
			line = fmt.Sprintf("%s: %s", title(c.Label), stop(safe(c.Text)))
		}
		if c.Note != "" {
			line += " " + title(stop(safe(c.Note)))
		}
		out = append(out, line)
	}
	for _, f := range p.Effects {
		out = append(out, title(safe(f.Label))+": "+stop(safe(f.Text)))
	}
	for _, o := range p.Obliges {
		out = append(out, "Afterwards still to do: "+stop(safe(o.What))+" Closed by: "+stop(safe(o.Closes)))
	}
	return out
}

// title makes the first letter a capital.
func title(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return s
	}
	return strings.ToUpper(string(r)) + s[n:]
}
