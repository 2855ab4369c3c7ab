package operations

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// kept is an image that the service holds, with what is known of its past.
type kept struct {
	cloud.Image
	last   *cloud.Deployment // the newest version that served with it; nil: none
	until  time.Time         // when the version after that was deployed; zero: it serves
	failed *cloud.Deployment // the newest version with it where that one failed
	live   bool
}

// pasts joins images with the history, newest image first.
func pasts(s *cloud.Service, images []cloud.Image, history []cloud.Deployment) []kept {
	live := ""
	if s.Current != nil {
		live = s.Current.Image()
	}
	out := make([]kept, 0, len(images))
	for _, im := range images {
		k := kept{Image: im, live: im.Name == live}
		for i := range history { // newest first
			d := &history[i]
			if d.Image() != im.Name {
				continue
			}
			switch d.State {
			case cloud.DeploymentActive, cloud.DeploymentInactive:
				if k.last == nil {
					k.last = d
				}
			case cloud.DeploymentFailed:
				if k.last == nil && k.failed == nil {
					k.failed = d
				}
			}
		}
		for i := range history {
			if d := &history[i]; k.last != nil && d.Version > k.last.Version && d.State != cloud.DeploymentFailed {
				k.until = d.CreatedAt // ends with the one right after it
			}
		}
		out = append(out, k)
	}
	return out
}

// back is the image to go back to: of those that have served, the one whose version was live last before the present one. nil
// where there is none; a single image that never served is none either.
func back(all []kept) *kept {
	var best *kept
	for i := range all {
		k := &all[i]
		if k.live || k.last == nil || k.failed != nil {
			continue
		}
		if best == nil || k.last.Version > best.last.Version {
			best = k
		}
	}
	return best
}

func others(all []kept) int {
	n := 0
	for _, k := range all {
		if !k.live {
			n++
		}
	}
	return n
}

// held reads a service with its images and their past.
func (b base) held(ctx context.Context, with steps.Values) (cloud.Service, []kept, error) {
	s, err := b.service(ctx, with)
	if err != nil {
		return s, nil, err
	}
	images, err := b.Containers.Images(ctx, s.Name)
	if err != nil {
		return s, nil, err
	}
	history, err := b.Containers.Deployments(ctx, s.Name)
	if err != nil {
		return s, nil, err
	}
	return s, pasts(&s, images, history), nil
}

// images offers the images to choose from: those that can be chosen first, then what is live.
func (b base) images(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, all, err := b.held(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	recommended := "" // by name: the list is sorted below
	if k := back(all); k != nil {
		recommended = k.Name
	}
	n := others(all)
	o := steps.Observed{Verdict: steps.Passed, Columns: []string{"Image", "Pushed", "Last live as"}}
	slices.SortStableFunc(all, func(x, y kept) int { return place(&x, recommended) - place(&y, recommended) })
	for i := range all {
		k := &all[i]
		c := steps.Choice{Value: k.Name, Cells: []string{k.Name, span(b.now().Sub(k.CreatedAt)) + " ago", b.past(ctx, &s, k)}}
		switch {
		case k.live:
			c.Blocked = "it is what is live"
		case k.Name == recommended:
			c.Recommended, c.Note = true, "the only older image"
			if n > 1 {
				c.Note = "it was live before the present one"
			}
		}
		o.Choices = append(o.Choices, c)
	}
	o.Summary = "at most one older image exists: the pipeline deletes the others before it pushes"
	if n == 0 {
		o.Verdict, o.Summary = steps.Failed, "no older image is left: the pipeline deletes every image that is not live before it pushes"
		o.Choices, o.Facts = nil, []steps.Fact{fact(steps.Failed, "images", "%s", o.Summary)}
	}
	return o, nil
}

// place orders choices: the recommended one, others, what is live.
func place(k *kept, recommended string) int {
	switch {
	case k.live:
		return 2
	case k.Name == recommended:
		return 0
	}
	return 1
}

// past is an image's past in words.
func (b base) past(ctx context.Context, s *cloud.Service, k *kept) string {
	now := b.now()
	switch {
	case k.live && k.last != nil:
		return fmt.Sprintf("version %d, now", k.last.Version)
	case k.live:
		return "now"
	case k.last == nil && k.failed != nil:
		return fmt.Sprintf("version %d, FAILED", k.failed.Version)
	case k.last == nil:
		return "never"
	}
	text := fmt.Sprintf("version %d", k.last.Version)
	if !k.until.IsZero() {
		text += ", until " + at(k.until, now)
	}
	if s.Current == nil || k.until.IsZero() || !k.until.Equal(s.Current.CreatedAt) {
		return text
	}
	switch rate, err := b.before(ctx, s); { // its last ten minutes
	case err != nil || rate < 0:
	case rate == 0:
		text += ", no 500s"
	case rate == 1:
		text += ", one 500 a minute"
	default:
		text += fmt.Sprintf(", %d 500s a minute", rate)
	}
	return text
}

// olderImage says whether the way back by image is open.
func (b base) olderImage(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, all, err := b.held(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	k := back(all)
	if k == nil {
		o := steps.Observed{Verdict: steps.Failed, Saves: saves("exists", "false", "version", "0")}
		o.Summary = "no older image is left to go back to: go back by commit"
		o.Facts = []steps.Fact{fact(steps.Failed, "older image", "%s", o.Summary)}
		for i := range all {
			o.Facts = append(o.Facts, fact("", short(all[i].Name), "%s", b.past(ctx, &s, &all[i])))
		}
		return o, nil
	}
	o := steps.Observed{Verdict: steps.Passed, Saves: withImage(saves("exists", "true", "version", strconv.Itoa(k.last.Version)), k.Name)}
	o.Summary = fmt.Sprintf("an older image exists: %s, pushed %s ago, %s", short(k.Name), span(b.now().Sub(k.CreatedAt)), b.past(ctx, &s, k))
	o.Facts = []steps.Fact{fact(steps.Passed, "older image", "%s", o.Summary), fact("", "until", "the next push to main, which deletes it")}
	return o, nil
}
