package operations

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

const nothing = "nothing has changed."

// short is an image without its service: :jaja-backend.backend.12 is backend.12.
func short(image string) string {
	if i := strings.IndexByte(image, '.'); strings.HasPrefix(image, ":") && i > 0 {
		return image[i+1:]
	}
	return image
}

// number is the last part of an image's name, -1 where there is none.
func number(image string) int {
	n, err := strconv.Atoi(image[strings.LastIndexByte(image, '.')+1:])
	if err != nil {
		return -1
	}
	return n
}

// at is a moment in words: the time where it is of the same day as now, else the date before it.
func at(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.Year() == now.Year() && t.YearDay() == now.YearDay() {
		return t.Format("15:04:05")
	}
	return t.Format("2006-01-02 15:04")
}

// span is a length in words, in its largest unit.
func span(d time.Duration) string {
	switch d = max(d, 0); {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// lasted is a length as 01:58.
func lasted(d time.Duration) string {
	s := int(max(d, 0).Seconds())
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// count is a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// versioned is a deployment in words: version 13, backend.13.
func versioned(d *cloud.Deployment) string {
	return fmt.Sprintf("version %d (%s)", d.Version, short(d.Image()))
}

// saves are outputs; an image or time that is not there is left out, since no text stands for it.
func saves(pairs ...string) map[string]string {
	out := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

func withImage(out map[string]string, image string) map[string]string {
	if image != "" && steps.KindImage.Check("image", image) == nil {
		out["image"] = image
	}
	return out
}

func withTime(out map[string]string, name string, t time.Time) map[string]string {
	if !t.IsZero() {
		out[name] = t.UTC().Format(time.RFC3339)
	}
	return out
}

func fact(state steps.State, label, format string, args ...any) steps.Fact {
	return steps.Fact{State: state, Label: label, Text: fmt.Sprintf(format, args...)}
}

// missing says that the environment has no client of a kind.
func missing(what, next string) error {
	return &steps.Error{Code: steps.CodeUnreachable, What: fmt.Sprintf("This environment has no %s.", what), Meaning: nothing, Next: next}
}

func noDeployment(service string) error {
	return &steps.Error{Code: steps.CodeRejected, What: fmt.Sprintf("%s has no deployment.", service), Meaning: "nobody is served by it; " + nothing,
		Next: "Deploy it by the pipeline: push to main."}
}
