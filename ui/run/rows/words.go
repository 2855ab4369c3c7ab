package rows

import (
	"fmt"
	"time"

	"github.com/JustAJobApp/runbook/ui/widget"
)

// Length writes how long something took or may take as 01:58, with hours as 1:01:58.
func Length(d time.Duration) string { return widget.Clock(d.Round(time.Second)) }

// Age writes how old something is, rounded up in steps.
func Age(d time.Duration) string { return widget.Age(max(0, d)) }

// Ago is an age with its word.
func Ago(d time.Duration) string { return Age(d) + " ago" }

// About writes a length for prose: 40 s, 4 min, 2 h.
func About(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(max(0, d).Round(time.Second)/time.Second))
	case d < 2*time.Hour:
		if d%time.Minute >= time.Second && d < 10*time.Minute {
			return fmt.Sprintf("%d min %d s", int(d/time.Minute), int(d%time.Minute/time.Second))
		}
		return fmt.Sprintf("%d min", int(d.Round(time.Minute)/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Round(time.Hour)/time.Hour))
	}
	return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
}

// Plural is a number with its noun.
func Plural(n int, one, many string) string { return widget.Count(n, one, many) }

// Bar is a progress bar of w columns.
func Bar(part, whole time.Duration, w int) string {
	full := 0
	if whole > 0 {
		full = int(min(int64(w), int64(w)*int64(max(0, part))/int64(whole)))
	}
	out := make([]rune, 0, w)
	for i := range w {
		if i < full {
			out = append(out, '█')
			continue
		}
		out = append(out, '░')
	}
	return string(out)
}
