package operations

import (
	"context"
	"fmt"
	"strconv"

	"github.com/JustAJobApp/runbook/steps"
)

// requests says how many of the live version's answers in the last minute were bad, or of its last 20 where those are more. While
// it is more than one in twenty it is waiting: a check counts that as failed.
func (b base) requests(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.serving(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	lines, alone, err := b.history(ctx, &s)
	if err != nil {
		return steps.Observed{}, err
	}
	now := b.now()
	t := tallied(lines, alone, now)
	o := steps.Observed{Verdict: steps.Waiting, Saves: saves("bad", strconv.Itoa(t.lastBad), "of", strconv.Itoa(t.last))}
	o.Summary = fmt.Sprintf("%d of the last %s gave 500", t.lastBad, count(t.last, "API request", "API requests"))
	switch {
	case t.last == 0:
		o.Saves["bad"] = "-1" // not known: a wait for 0 must not end here
		o.Verdict, o.Summary = steps.Unknown, fmt.Sprintf("the log of %s holds no answers of %s", s.Name, versioned(s.Current))
	case t.lastBad == 0:
		o.Verdict, o.Summary = steps.Passed, fmt.Sprintf("none of the last %s gave 500", count(t.last, "API request", "API requests"))
	case t.lastBad*usualShare <= t.last:
		o.Verdict = steps.Passed
		o.Summary += ", which is as usual"
	case t.lastBad*strangeness <= t.last:
		o.Verdict = steps.Warned
	}
	o.Facts = append(o.Facts, fact(worded(o.Verdict), "API", "%s", o.Summary))
	if t.kind != "" && t.lastBad > 0 {
		o.Facts = append(o.Facts, fact("", "error", "%s", clip(t.kind)))
	}
	if t.bad > 0 {
		o.Facts = append(o.Facts, fact("", "rate", "%d a minute now, the first at %s", t.perMinute, at(t.firstBad, now)))
	}
	return o, nil
}

// worded is a verdict as the state of a fact: not yet is no good.
func worded(v steps.State) steps.State {
	if v == steps.Waiting {
		return steps.Failed
	}
	return v
}

// logsSince counts errors since the live version answers alone. Under one answer in a hundred is what the Internet does.
func (b base) logsSince(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.serving(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	lines, alone, err := b.history(ctx, &s)
	if err != nil {
		return steps.Observed{}, err
	}
	now := b.now()
	t := tallied(lines, alone, now)
	n := t.errors()
	o := steps.Observed{Verdict: steps.Failed, Saves: saves("errors", strconv.Itoa(n))}
	o.Summary = fmt.Sprintf("%s since %s (%s)", count(n, "error", "errors"), at(alone, now), versioned(s.Current))
	switch {
	case n == 0 || t.kind == "" && t.loud == 0 && n*usualShare <= t.answers:
		o.Verdict = steps.Passed
	case n*strangeness <= t.answers:
		o.Verdict = steps.Warned
	}
	o.Facts = append(o.Facts, fact(o.Verdict, "log", "%s", o.Summary), fact("", "answers", "%d of %d gave 500", t.bad, t.answers))
	if t.loud > 0 {
		o.Facts = append(o.Facts, fact("", "ERROR", "%s beside those", count(t.loud, "line", "lines")))
	}
	if t.kind != "" {
		o.Facts = append(o.Facts, fact("", "error", "%s", clip(t.kind)))
	}
	if alone.After(s.Current.CreatedAt) {
		o.Facts = append(o.Facts, fact("", "counted", "from %s on: before it the version before answered too, or it is more than an hour ago", at(alone, now)))
	}
	return o, nil
}

// logsCompare sets the rate of errors now against the one before the live version was deployed.
func (b base) logsCompare(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.serving(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	lines, alone, err := b.history(ctx, &s)
	if err != nil {
		return steps.Observed{}, err
	}
	before, err := b.before(ctx, &s)
	if err != nil {
		return steps.Observed{}, err
	}
	now := b.now()
	t := tallied(lines, alone, now) // the mistakes of the version before are not this one's
	rate, said := t.perMinute, count(t.perMinute, "error", "errors")+" a minute now"
	if counted := now.Sub(alone); counted < aMinute && counted > 0 {
		rate = int(float64(t.perMinute)*float64(aMinute)/float64(counted) + 0.5)
		said = fmt.Sprintf("%s in the %s that %s answers alone", count(t.perMinute, "error", "errors"), span(counted), versioned(s.Current))
	}
	worse := rate > 2*max(before, 0)+tolerated
	o := steps.Observed{Verdict: steps.Passed, Saves: saves("rate", strconv.Itoa(rate), "before", strconv.Itoa(before), "worse", strconv.FormatBool(worse))}
	was := fmt.Sprintf("%d a minute before %s", before, versioned(s.Current))
	if before < 0 {
		was = fmt.Sprintf("not known before %s", versioned(s.Current))
	}
	o.Summary = said + ", " + was
	switch {
	case worse:
		o.Verdict = steps.Failed
	case t.lastBad*strangeness > t.last: // no worse than a bad version is not well
		o.Verdict = steps.Warned
		o.Summary += fmt.Sprintf("; %d of the last %s gave 500 all the same", t.lastBad, count(t.last, "API request", "API requests"))
	}
	o.Facts = append(o.Facts, fact(o.Verdict, "errors", "%s", o.Summary))
	if worse && !t.firstBad.IsZero() {
		o.Facts = append(o.Facts, fact("", "began", "%s after %s was deployed at %s", span(t.firstBad.Sub(s.Current.CreatedAt)), versioned(s.Current), at(s.Current.CreatedAt, now)))
	}
	if t.kind != "" {
		o.Facts = append(o.Facts, fact("", "error", "%s", clip(t.kind)))
	}
	return o, nil
}

// migration reads from the live version's own start whether it changed the schema.
func (b base) migration(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.serving(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	if !b.migrates(s.Name) {
		o := steps.Observed{Verdict: steps.Passed, Summary: fmt.Sprintf("%s changes no schema when it starts", s.Name), Saves: saves("migrated", "false", "revision", "", "known", "true")}
		o.Facts = append(o.Facts, fact(steps.Passed, "schema", "%s", o.Summary))
		return o, nil
	}
	lines, err := b.beginning(ctx, &s)
	if err != nil {
		return steps.Observed{}, err
	}
	from, to, looked := "", "", false
	for _, l := range lines {
		if m := upgrade.FindStringSubmatch(l.Message); m != nil {
			if to == "" {
				from = m[1]
			}
			to = m[2]
		}
		looked = looked || isAlembic(l.Message)
	}
	o := steps.Observed{Verdict: steps.Passed, Saves: saves("migrated", strconv.FormatBool(to != ""), "revision", to, "known", strconv.FormatBool(looked || to != ""))}
	switch {
	case to != "":
		o.Verdict, o.Summary = steps.Failed, fmt.Sprintf("%s took the schema from %s to %s when it started: an older image cannot start by itself", versioned(s.Current), from, to)
		if from == "" {
			o.Summary = fmt.Sprintf("%s made the schema, up to %s, when it started: an older image cannot start by itself", versioned(s.Current), to)
		}
	case looked:
		o.Summary = fmt.Sprintf("%s brought no migration: its start found the schema as it wants it", versioned(s.Current))
	default:
		o.Verdict, o.Summary = steps.Unknown, fmt.Sprintf("the log does not hold the start of %s, deployed at %s", versioned(s.Current), at(s.Current.CreatedAt, b.now()))
	}
	o.Facts = append(o.Facts, fact(o.Verdict, "schema", "%s", o.Summary))
	return o, nil
}
