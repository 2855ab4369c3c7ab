package operations

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// state says how a service stands. It fails where nobody is served.
func (b base) state(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.service(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	o := steps.Observed{Verdict: steps.Warned, Saves: saves("state", s.State, "disabled", strconv.FormatBool(s.Disabled), "deployed", strconv.FormatBool(s.Current != nil))}
	switch {
	case s.Disabled || s.State == cloud.ServiceDisabled:
		o.Verdict, o.Summary = steps.Failed, fmt.Sprintf("%s is disabled: it answers 503 to everybody and still costs", s.Name)
	case s.Current == nil:
		o.Verdict, o.Summary = steps.Failed, fmt.Sprintf("%s is %s and has no deployment", s.Name, s.State)
	case s.State == cloud.ServiceRunning:
		o.Verdict, o.Summary = steps.Passed, fmt.Sprintf("%s is RUNNING; %s serves", s.Name, versioned(s.Current))
	case s.State == cloud.ServiceDeleting:
		o.Verdict, o.Summary = steps.Failed, fmt.Sprintf("%s is being deleted", s.Name)
	default:
		o.Summary = fmt.Sprintf("%s is %s; %s serves meanwhile", s.Name, s.State, versioned(s.Current))
	}
	o.Facts = b.standing(&s, o.Verdict)
	return o, nil
}

// standing are the rows that say how a service stands: its state, what serves, what is coming.
func (b base) standing(s *cloud.Service, verdict steps.State) []steps.Fact {
	now := b.now()
	word := s.State
	if s.DetailCode != "" {
		word += ", " + s.DetailCode
	}
	if s.Disabled {
		word += ", disabled"
	}
	facts := []steps.Fact{fact(verdict, "service", "%s", word)}
	if d := s.Current; d != nil {
		facts = append(facts, fact("", "serving", "version %d   %s   %s, deployed %s", d.Version, short(d.Image()), d.State, at(d.CreatedAt, now)))
	} else {
		facts = append(facts, fact("", "serving", "nothing"))
	}
	if d := s.Next; d != nil {
		facts = append(facts, fact("", "coming", "version %d   %s   %s for %s", d.Version, short(d.Image()), d.State, lasted(now.Sub(d.CreatedAt))))
	}
	return facts
}

// live says which version serves.
func (b base) live(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.service(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	d := s.Current
	if d == nil {
		return steps.Observed{Verdict: steps.Failed, Summary: fmt.Sprintf("%s has no deployment: READY means that there is none", s.Name),
			Facts: b.standing(&s, steps.Failed), Saves: saves("version", "0", "state", s.State)}, nil
	}
	o := steps.Observed{Verdict: steps.Passed, Summary: fmt.Sprintf("version %d with %s, deployed at %s", d.Version, short(d.Image()), at(d.CreatedAt, b.now()))}
	o.Saves = withTime(withImage(saves("version", strconv.Itoa(d.Version), "state", s.State), d.Image()), "since", d.CreatedAt)
	if s.Disabled {
		o.Verdict, o.Summary = steps.Failed, o.Summary+"; but the service is disabled"
	}
	o.Facts = b.standing(&s, o.Verdict)
	return o, nil
}

// running waits until a service is RUNNING with a version that serves.
func (b base) running(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.service(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	version := 0
	if s.Current != nil {
		version = s.Current.Version
	}
	o := steps.Observed{Verdict: steps.Waiting, Saves: saves("state", s.State, "version", strconv.Itoa(version)), Summary: fmt.Sprintf("%s is %s", s.Name, s.State)}
	if s.State == cloud.ServiceRunning && !s.Disabled && version > 0 {
		o.Verdict, o.Summary = steps.Passed, fmt.Sprintf("%s is RUNNING; %s serves", s.Name, versioned(s.Current))
	}
	o.Facts = b.standing(&s, o.Verdict)
	return o, nil
}

// activation waits until a version serves. RUNNING is no proof of that: a version that failed leaves the one before it RUNNING.
// The state it saves is that of the version asked for, ACTIVE only once it is also the one that serves; version and image are
// what serves.
func (b base) activation(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.service(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	wanted, err := strconv.Atoi(with[inputVersion].Text)
	if err != nil {
		return steps.Observed{}, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%q is no version.", with[inputVersion].Text), Meaning: nothing}
	}
	list, err := b.Containers.Deployments(ctx, s.Name)
	if err != nil {
		return steps.Observed{}, err
	}
	d := find(list, wanted)
	serves := 0
	if s.Current != nil {
		serves = s.Current.Version
	}
	o := steps.Observed{Verdict: steps.Waiting, Saves: withImage(saves("state", "", "version", strconv.Itoa(serves)), s.Current.Image())}
	switch {
	case d == nil:
		o.Summary = fmt.Sprintf("version %d is not there yet", wanted)
	case d.State == cloud.DeploymentFailed:
		o.Verdict, o.Saves["state"] = steps.Failed, d.State
		o.Summary = fmt.Sprintf("%s is FAILED: not healthy in time; version %d serves", versioned(d), serves)
	case serves == wanted && !s.Disabled:
		o.Verdict, o.Saves["state"] = steps.Passed, cloud.DeploymentActive
		o.Summary = fmt.Sprintf("%s is ACTIVE and current", versioned(d))
	case d.State == cloud.DeploymentInactive:
		o.Verdict, o.Saves["state"] = steps.Failed, d.State
		o.Summary = fmt.Sprintf("%s no longer serves: version %d took its place", versioned(d), serves)
	default:
		o.Saves["state"] = cloud.DeploymentActivating
		o.Summary = fmt.Sprintf("%s is %s for %s; version %d serves", versioned(d), d.State, lasted(b.now().Sub(d.CreatedAt)), serves)
	}
	o.Facts = b.standing(&s, o.Verdict)
	if d != nil && d.State == cloud.DeploymentFailed {
		o.Facts = append(o.Facts, b.lastWords(ctx, &s, d)...)
	}
	return o, nil
}

// lastWords are what the log says of a version that failed: the platform's own line and the last exception.
func (b base) lastWords(ctx context.Context, s *cloud.Service, d *cloud.Deployment) []steps.Fact {
	lines, err := b.Containers.LinesBetween(ctx, s.Name, b.container(s), d.CreatedAt, d.CreatedAt.Add(startSpan))
	if err != nil {
		return []steps.Fact{fact(steps.Unknown, "log", "not known: %v", err)}
	}
	var out []steps.Fact
	platform := fmt.Sprintf("[deployment:%d]", d.Version)
	words := map[string]string{} // label → the last line of its sort
	for _, l := range lines {
		switch {
		case strings.HasPrefix(l.Message, platform):
			words["Lightsail"] = at(l.At, b.now()) + " " + l.Message
		case strings.Contains(l.Message, "Can't locate revision"), strings.Contains(l.Message, "OperationalError"), loud.MatchString(l.Message) && !strings.HasSuffix(l.Message, asgi):
			words["log"] = at(l.At, b.now()) + " " + l.Message
		}
	}
	for _, label := range []string{"Lightsail", "log"} {
		if words[label] != "" {
			out = append(out, fact("", label, "%s", clip(words[label])))
		}
	}
	return out
}

func find(list []cloud.Deployment, version int) *cloud.Deployment {
	for i := range list {
		if list[i].Version == version {
			return &list[i]
		}
	}
	return nil
}

// keys compares the live deployment's environment with the keys that it must have. Values are never looked at but for emptiness.
func (b base) keys(ctx context.Context, with steps.Values) (steps.Observed, error) {
	s, err := b.serving(ctx, with)
	if err != nil {
		return steps.Observed{}, err
	}
	known := b.Environment.Service(s.Name)
	if known == nil || len(known.Keys) == 0 {
		return steps.Observed{}, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("runbook.yaml names no environment keys for %s.", s.Name), Meaning: nothing, Next: "Add them under services."}
	}
	env := s.Current.Public().Environment
	var absent, extra []string
	for _, k := range known.Keys {
		if env[k] == "" {
			absent = append(absent, k)
		}
	}
	must := map[string]bool{}
	for _, k := range known.Keys {
		must[k] = true
	}
	for _, k := range env.Keys() {
		if !must[k] {
			extra = append(extra, k)
		}
	}
	o := steps.Observed{Verdict: steps.Passed, Saves: saves("missing", strconv.Itoa(len(absent)))}
	o.Summary = fmt.Sprintf("all %d environment keys are there (%s)", len(known.Keys), versioned(s.Current))
	if len(absent) > 0 {
		o.Verdict, o.Summary = steps.Failed, fmt.Sprintf("%d of %d environment keys are missing or empty in %s", len(absent), len(known.Keys), versioned(s.Current))
	}
	o.Facts = append(o.Facts, fact(o.Verdict, "keys", "%s", o.Summary))
	if len(absent) > 0 {
		o.Facts = append(o.Facts, fact("", "missing", "%s", strings.Join(absent, ", ")))
	}
	if len(extra) > 0 {
		o.Facts = append(o.Facts, fact("", "more", "%s: not in runbook.yaml", strings.Join(extra, ", ")))
	}
	return o, nil
}
