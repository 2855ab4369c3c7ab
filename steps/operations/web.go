package operations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/site"
)

// health says what a service answers on /. The load balancer takes 200-499 for healthy; here 400 and more is not.
func (b base) health(ctx context.Context, with steps.Values) (steps.Observed, error) {
	a, s, err := b.ask(ctx, with, "/")
	if err != nil {
		return steps.Observed{}, err
	}
	o := steps.Observed{Verdict: steps.Passed, Saves: saves("code", strconv.Itoa(a.Status)), Summary: fmt.Sprintf("%s answers / with %d in %d ms", s.Name, a.Status, millis(a.Took))}
	if a.Status >= 400 {
		o.Verdict = steps.Failed
		o.Summary += "; the load balancer takes 200-499 for healthy"
	}
	o.Facts = []steps.Fact{fact(o.Verdict, "/", "%d in %d ms", a.Status, millis(a.Took))}
	return o, nil
}

// millis is a length in whole milliseconds, at least one.
func millis(d time.Duration) int64 { return max(1, d.Milliseconds()) }

func (b base) ask(ctx context.Context, with steps.Values, path string) (cloud.Answer, cloud.Service, error) {
	s, err := b.service(ctx, with)
	if err != nil {
		return cloud.Answer{}, s, err
	}
	a, err := b.get(ctx, &s, path)
	return a, s, err
}

func (b base) get(ctx context.Context, s *cloud.Service, path string) (cloud.Answer, error) {
	if b.Web == nil {
		return cloud.Answer{}, missing("way to look at addresses", "Look by hand.")
	}
	if s.URL == "" {
		return cloud.Answer{}, &steps.Error{Code: steps.CodeNotFound, What: s.Name + " has no public address.", Meaning: nothing, Next: "Deploy it with a public endpoint."}
	}
	return b.Web.Get(ctx, strings.TrimRight(s.URL, "/")+path)
}

// webProbes looks at each address that the site names for a service.
func (b base) webProbes(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.service(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	known := b.Environment.Service(s.Name)
	if known == nil || len(known.Probes) == 0 {
		return steps.Observed{}, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("runbook.yaml names no addresses of %s to look at.", s.Name), Meaning: nothing, Next: "Add them under services."}
	}
	o := steps.Observed{Verdict: steps.Passed}
	failed, unseen := 0, 0
	for _, p := range known.Probes {
		a, err := b.get(ctx, &s, p.Path)
		switch e, ok := errors.AsType[*steps.Error](err); {
		case ok:
			unseen++
			o.Facts = append(o.Facts, fact(steps.Unknown, p.Name, "%s", e.What))
		case err != nil:
			return steps.Observed{}, err
		default:
			why := wrong(p, a)
			state := steps.Passed
			text := fmt.Sprintf("%s gave %d in %d ms", p.Path, a.Status, millis(a.Took))
			if why != "" {
				state, text = steps.Failed, text+": "+why
				failed++
			}
			o.Facts = append(o.Facts, fact(state, p.Name, "%s", text))
		}
	}
	o.Saves = saves("failed", strconv.Itoa(failed))
	o.Summary = fmt.Sprintf("%d of %d addresses of %s answer as they should", len(known.Probes)-failed-unseen, len(known.Probes), s.Name)
	switch {
	case failed > 0:
		o.Verdict = steps.Failed
	case unseen > 0:
		o.Verdict = steps.Unknown
	}
	return o, nil
}

// wrong says what is wrong with an answer, "" where it is as the site wants it. The answer itself is not quoted.
func wrong(p site.WebProbe, a cloud.Answer) string {
	if !slices.Contains(p.Status, a.Status) {
		return "expected " + strings.Trim(strings.ReplaceAll(fmt.Sprint(p.Status), " ", " or "), "[]")
	}
	if p.Location != "" && !strings.HasPrefix(a.Header["Location"], p.Location) {
		return "it leads elsewhere than to " + p.Location
	}
	if p.Contains != "" && !strings.Contains(a.Body, p.Contains) {
		return "the answer does not hold what it should"
	}
	return ""
}

// secretsPresent says whether every secret that the site names is in Infisical. No value is read.
func (b base) secretsPresent(ctx context.Context, _ steps.Values) (steps.Observed, error) {
	if b.Secrets == nil {
		return steps.Observed{}, missing("Infisical project", "Name it in runbook.yaml and log in.")
	}
	list, err := b.Secrets.List(ctx)
	if err != nil {
		return steps.Observed{}, err
	}
	have := map[string]cloud.Secret{}
	for _, s := range list {
		have[s.Name] = s
	}
	var absent []string
	var due []steps.Fact
	for _, want := range b.Environment.Infisical.Keys {
		s, ok := have[want.Name]
		if !ok {
			absent = append(absent, want.Name)
			continue
		}
		if age := b.now().Sub(s.UpdatedAt); want.Every > 0 && age > want.Every {
			due = append(due, fact(steps.Warned, want.Name, "set %d days ago, rotated every %d days: %d days late", days(age), days(want.Every), days(age-want.Every)))
		}
	}
	n := len(b.Environment.Infisical.Keys)
	o := steps.Observed{Verdict: steps.Passed, Summary: fmt.Sprintf("%d of %d secrets are there", n-len(absent), n), Saves: saves("missing", strconv.Itoa(len(absent)))}
	if len(absent) > 0 {
		o.Verdict = steps.Failed
	}
	o.Facts = append(o.Facts, fact(o.Verdict, "secrets", "%s", o.Summary))
	if len(absent) > 0 {
		o.Facts = append(o.Facts, fact(steps.Failed, "missing", "%s", strings.Join(absent, ", ")))
	}
	o.Facts = append(o.Facts, due...)
	return o, nil
}

func days(d time.Duration) int { return int(d.Hours() / 24) }

// fingerprint compares what the live version logged of its configuration with the one on record.
func (b base) fingerprint(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.serving(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	if b.Secrets == nil {
		return steps.Observed{}, missing("Infisical project", "Name it in runbook.yaml and log in.")
	}
	expected, err := b.Secrets.Value(ctx, expectedSecret)
	if err != nil {
		return steps.Observed{}, err
	}
	lines, err := b.beginning(ctx, &s)
	if err != nil {
		return steps.Observed{}, err
	}
	live := ""
	for _, l := range lines { // the last one: before it the version before may still have started anew
		if m := fingerprint.FindStringSubmatch(l.Message); m != nil {
			live = m[1]
		}
	}
	expected = strings.ToLower(expected)
	o := steps.Observed{Verdict: steps.Passed, Saves: saves("match", strconv.FormatBool(live != "" && live == expected), "live", live, "expected", expected)}
	switch live {
	case "":
		o.Verdict, o.Summary = steps.Unknown, fmt.Sprintf("the log does not hold the start of %s, which names its fingerprint", versioned(s.Current))
	case expected:
		o.Summary = fmt.Sprintf("live and expected agree: %s", abridged(live))
	default:
		o.Verdict, o.Summary = steps.Failed, fmt.Sprintf("live %s is not the expected %s", abridged(live), abridged(expected))
	}
	o.Facts = append(o.Facts, fact(o.Verdict, "fingerprint", "%s", o.Summary))
	if o.Verdict == steps.Failed {
		o.Facts = append(o.Facts, b.changedSince(ctx, s.Current)...)
	}
	return o, nil
}

// changedSince names the secrets that were changed since a version was deployed, or shortly before. It is help, not evidence:
// where the list cannot be read it says so.
func (b base) changedSince(ctx context.Context, d *cloud.Deployment) []steps.Fact {
	list, err := b.Secrets.List(ctx)
	if err != nil {
		return []steps.Fact{fact(steps.Unknown, "changed", "not known: Infisical's list cannot be read")}
	}
	slices.SortFunc(list, func(x, y cloud.Secret) int { return y.UpdatedAt.Compare(x.UpdatedAt) })
	var out []steps.Fact
	for _, s := range list[:min(len(list), 3)] {
		when := "before"
		if s.UpdatedAt.After(d.CreatedAt) {
			when = "after"
		}
		out = append(out, fact("", "changed", "%s, version %d, %s ago, %s version %d was deployed", s.Name, s.Version, span(b.now().Sub(s.UpdatedAt)), when, d.Version))
	}
	return out
}

// abridged is a fingerprint short enough for a row.
func abridged(f string) string {
	if len(f) < 10 {
		return fmt.Sprintf("%q", f)
	}
	return f[:4] + "…" + f[len(f)-2:]
}
