package rows

import (
	"fmt"
	"time"
)

// Length writes how long something took or may take as 01:58, with hours as 1:01:58.
func Length(d time.Duration) string {
	s := int(max(0, d).Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// steps of ages: calm, and few bytes over a slow line.
var ages = []time.Duration{2, 5, 10, 20, 40}

// Age writes how old something is, rounded up in steps: 2 5 10 20 40 s, 1 2 4 8 … min, hours, days.
func Age(d time.Duration) string {
	for _, s := range ages {
		if d <= s*time.Second {
			return fmt.Sprintf("%d s", int(s))
		}
	}
	for m := 1; m < 60; m *= 2 {
		if d <= time.Duration(m)*time.Minute {
			return fmt.Sprintf("%d min", m)
		}
	}
	if d < 48*time.Hour {
		return fmt.Sprintf("%d h", int((d+time.Hour-1)/time.Hour))
	}
	return fmt.Sprintf("%d d", int(d/(24*time.Hour)))
}

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

// Count writes 1,048,213.
func Count(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural chooses one of two words by a number and writes both.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Spark is a chart of one column a figure; the highest fills its cell. All zero is a flat line.
func Spark(values []int) string {
	const bars = "▁▂▃▄▅▆▇█"
	top := 0
	for _, v := range values {
		top = max(top, v)
	}
	out := make([]rune, 0, len(values))
	for _, v := range values {
		i := 0
		if top > 0 {
			i = v * 7 / top
		}
		out = append(out, []rune(bars)[i])
	}
	return string(out)
}

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
