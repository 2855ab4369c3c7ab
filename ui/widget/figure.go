package widget

import (
	"fmt"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/ui/theme"
)

// ages are the steps to which the age of a figure is rounded up: calm to read, and few bytes over SSH.
var ages = []time.Duration{2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second, 40 * time.Second,
	time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute,
	time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour}

// Age is the age of a figure, rounded up in steps: 2 s, 40 s, 4 min.
func Age(d time.Duration) string {
	for _, step := range ages {
		if d <= step {
			return Span(step)
		}
	}
	return Span(d)
}

// Ago is how long ago something was done, in one unit, rounded down: 21 min, 3 h, 12 d.
func Ago(d time.Duration) string { return Span(max(0, d)) }

// Span is a length in its largest fitting unit, rounded down: 58 s, 5 min, 3 h, 12 d.
func Span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < 2*time.Hour && d%time.Hour != 0 || d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", d/time.Hour)
	default:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	}
}

// Clock is a length as a clock shows it: 04:31, or 1:04:31 from an hour on.
func Clock(d time.Duration) string {
	s := int(max(0, d) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// Objective is the clock of an objective: used of limit. From 80 % on it warns, past the limit it says by how much. "" without one.
func Objective(t *theme.Theme, used, limit time.Duration) string {
	switch {
	case limit <= 0:
		return ""
	case used > limit:
		return t.Strong(theme.RoleBad, t.Sign(theme.Fail)+" RTO passed by "+Clock(used-limit)) + " (" + Clock(limit) + ")"
	case used*5 >= limit*4:
		return t.Strong(theme.RoleWarn, t.Sign(theme.Warn)+" RTO "+Clock(used)+" of "+Clock(limit)) + " · " + left(limit-used) + " left"
	default:
		return "RTO " + Clock(used) + " of " + Clock(limit)
	}
}

func left(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return Clock(d)
}

// Spark is a chart of one column a value, by the largest of them.
func Spark(t *theme.Theme, values []int) string {
	levels := t.Sparks()
	top := 0
	for _, v := range values {
		top = max(top, v)
	}
	var b strings.Builder
	for _, v := range values {
		level := 0
		if top > 0 && v > 0 {
			level = min(len(levels)-1, 1+v*(len(levels)-2)/top)
		}
		b.WriteRune(levels[level])
	}
	return b.String()
}

// Progress is a bar of w columns, done of total; full where total is not positive.
func Progress(t *theme.Theme, done, total float64, w int) string {
	n := w
	if total > 0 {
		n = min(w, max(0, int(done/total*float64(w))))
	}
	return t.Wait(strings.Repeat(t.Sign(theme.BarFull), n)) + t.Line(strings.Repeat(t.Sign(theme.BarRest), max(0, w-n)))
}

// Count is a number with its noun: 1 problem, 2 problems. plural is what the noun becomes.
func Count(n int, one, plural string) string {
	if n == 1 {
		return "1 " + one
	}
	return Number(n) + " " + plural
}

// Number is a number with its thousands apart: 49,812.
func Number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
