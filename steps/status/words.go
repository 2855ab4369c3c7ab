package status

import (
	"fmt"
	"strings"
	"time"
)

// short is an image without its service: :jaja-backend.backend.12 is backend.12.
func short(image string) string {
	if i := strings.IndexByte(image, '.'); strings.HasPrefix(image, ":") && i > 0 {
		return image[i+1:]
	}
	return image
}

// moment is a time in words: the time alone where it is of the same day as now.
func moment(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

// span is a length in words, in its largest unit.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return counts(days(d), "day")
}

func days(d time.Duration) int { return int(d.Hours() / 24) }

func counts(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// often is an interval in words.
func often(d time.Duration) string {
	switch n := days(d); n {
	case 365, 366:
		return "yearly"
	case 0:
		return "on a schedule"
	default:
		return "every " + counts(n, "day")
	}
}

// listed is a list of names that stays short.
func listed(names []string) string {
	if len(names) > 4 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
	}
	return strings.Join(names, ", ")
}
