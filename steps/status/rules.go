package status

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/site"
)

const (
	enough       = 5                // answers before a share of them says anything
	badShare     = 5                // one bad answer in so many of the last ones is a fault
	rateTimes    = 2                // and so is a rate above so many times the one before,
	rateMore     = 3                // plus so many,
	rateFault    = dense            // if it is at least this
	afterDeploy  = 30 * time.Minute // errors that begin so soon after a deployment are put down to it
	stuckAfter   = 12 * time.Minute // a deployment is live or FAILED by then
	failedCounts = 24 * time.Hour   // how long a FAILED version is worth a word
)

// broken are the states of a database that do not pass by themselves; any other counts as busy.
var broken = []string{"failed", "stopped", "stopping", "storage-full", "deleting", "inaccessible-encryption-credentials", "incompatible-restore", "incompatible-network"}

// order of severities on screen: people hurt, eyes shut, the rest.
var order = []Severity{Fault, NotSeen, Warning}

// problems names what is wrong, worst first.
func problems(s *Snapshot, e *site.Environment) []Problem {
	var out []Problem
	out = append(out, place(s, e)...)
	for i := range s.Services {
		v := &s.Services[i]
		if !v.State.Known {
			continue
		}
		found := standing(v)
		if len(found) == 0 {
			found = append(found, answers(v, s.At)...)
		}
		out = append(out, found...)
		out = append(out, deployments(v, s.At)...)
	}
	out = append(out, database(s)...)
	out = append(out, secrets(s, e)...)
	out = append(out, unseen(s)...)
	slices.SortStableFunc(out, func(a, b Problem) int { return slices.Index(order, a.Severity) - slices.Index(order, b.Severity) })
	return out
}

// place says when we are not where the configuration says.
func place(s *Snapshot, e *site.Environment) []Problem {
	if !s.Identity.Known || s.Identity.Value.Account == e.Account {
		return nil
	}
	return []Problem{{Code: "wrong-account", Severity: Fault, Summary: fmt.Sprintf("these keys belong to account %s; %s is %s", s.Identity.Value.Account, e.Title, e.Account),
		Meaning: "what is shown is not this environment; nothing may be changed"}}
}

// standing says when a service serves nobody.
func standing(v *Service) []Problem {
	c := &v.State.Value
	out := Problem{Severity: Fault, Service: v.Name, Procedure: "dr-container", Params: map[string]string{"service": v.Name}}
	switch {
	case c.Disabled || c.State == cloud.ServiceDisabled:
		out.Code, out.Summary, out.Meaning = "service-disabled", v.Role+" is disabled: it answers 503 to everybody", hurt(v.Role, true)
	case c.Current == nil && c.Next == nil:
		out.Code, out.Summary, out.Meaning = "no-deployment", fmt.Sprintf("%s is %s and has no deployment", v.Role, c.State), hurt(v.Role, true)
	default:
		return nil
	}
	return []Problem{out}
}

// hurt says what a service's failure does to people.
func hurt(role string, all bool) string {
	switch {
	case role == "frontend" && all:
		return "people cannot open the application"
	case role == "frontend":
		return "some people get error pages"
	case all:
		return "people cannot load their dashboard"
	}
	return "parts of people's dashboards do not load"
}

// answers says when a service answers badly.
func answers(v *Service, now time.Time) []Problem {
	r, c := v.Requests, &v.State.Value
	if r.Known && failing(r.Value) {
		return []Problem{errorsOf(v, now)}
	}
	h := v.Health
	if h.Err != nil && h.Err.Code == steps.CodeUnreachable && v.State.Err == nil && c.State == cloud.ServiceRunning {
		return []Problem{{Code: "health", Severity: Fault, Service: v.Name, Procedure: "dr-container", Params: map[string]string{"service": v.Name},
			Summary: v.Role + " does not answer on /, although it is RUNNING", Meaning: hurt(v.Role, true) + ", or the network between is broken"}}
	}
	if !h.Known || h.Value.Status < 400 {
		return nil
	}
	out := Problem{Code: "health", Severity: Fault, Service: v.Name, Procedure: "dr-container", Params: map[string]string{"service": v.Name},
		Summary: fmt.Sprintf("%s answers / with %d", v.Role, h.Value.Status), Meaning: hurt(v.Role, true)}
	if h.Value.Status < 500 {
		out.Severity, out.Meaning = Warning, "the health check takes it for healthy"+passes(c)
	}
	return []Problem{out}
}

// failing reports whether answers are bad often enough to be a fault: by their share, or by their rate, which shows a defect that
// only some requests meet. Single errors are always there.
func failing(r Requests) bool { return many(r) || worse(r) }

func many(r Requests) bool { return r.Of >= enough && r.Bad*badShare >= r.Of }

func worse(r Requests) bool {
	return r.PerMinute >= rateFault && r.PerMinute > rateTimes*max(r.Before, 0)+rateMore
}

// errorsOf is the problem of a service that answers with errors, put down to a deployment where they began with one.
func errorsOf(v *Service, now time.Time) Problem {
	r, c := v.Requests.Value, &v.State.Value
	all := r.Bad*2 >= r.Of
	p := Problem{Code: "errors", Severity: Fault, Service: v.Name, Since: r.Since, Params: map[string]string{"service": v.Name},
		Summary: fmt.Sprintf("%s answers with errors: %d API requests gave 500 in the last minute", v.Role, r.PerMinute), Meaning: hurt(v.Role, all), Procedure: "validate"}
	if many(r) {
		p.Summary = fmt.Sprintf("%s answers with errors: %d of the last %d API requests gave 500, %d in the last minute", v.Role, r.Bad, r.Of, r.PerMinute)
	}
	if h := v.Health; h.Known && h.Value.Status < 500 {
		p.Meaning += "; the health check passes" + passes(c)
	}
	d := c.Current
	if d == nil {
		return p
	}
	deployed := d.CreatedAt
	soon := !r.Since.IsZero() && r.Since.Sub(deployed) < afterDeploy && !r.Since.Before(deployed)
	if soon && (r.Before < 0 || worse(r)) {
		p.Code, p.Procedure = "errors-after-deploy", "rollback"
		p.Began = fmt.Sprintf("%s after version %d (%s) was deployed at %s", span(r.Since.Sub(deployed)), d.Version, short(d.Image()), moment(deployed, now))
	} else if !r.Since.IsZero() {
		p.Began = fmt.Sprintf("%s; version %d (%s) was deployed at %s", moment(r.Since, now), d.Version, short(d.Image()), moment(deployed, now))
	}
	return p
}

// passes says what the load balancer takes for healthy.
func passes(c *cloud.Service) string {
	if c.Current == nil || c.Current.Endpoint == nil {
		return ""
	}
	h := c.Current.Endpoint.Health
	if h.SuccessCodes == "" || h.Path == "" {
		return ""
	}
	return fmt.Sprintf(" (it takes %s on %s)", h.SuccessCodes, h.Path)
}

// deployments says when one failed, or does not come to an end.
func deployments(v *Service, now time.Time) []Problem {
	c := &v.State.Value
	serves := "nothing serves"
	if c.Current != nil {
		serves = fmt.Sprintf("version %d keeps serving", c.Current.Version)
	}
	if n := c.Next; n != nil && now.Sub(n.CreatedAt) > stuckAfter {
		return []Problem{{Code: "deployment-stuck", Severity: Warning, Service: v.Name, Since: n.CreatedAt, Params: map[string]string{"service": v.Name},
			Summary: fmt.Sprintf("%s: version %d (%s) has been coming for %s", v.Role, n.Version, short(n.Image()), span(now.Sub(n.CreatedAt))), Meaning: serves + "; it cannot be cancelled"}}
	}
	if !v.Deployments.Known || len(v.Deployments.Value) == 0 {
		return nil
	}
	d := &v.Deployments.Value[0]
	if d.State != cloud.DeploymentFailed || now.Sub(d.CreatedAt) > failedCounts || c.Current != nil && d.Version <= c.Current.Version {
		return nil
	}
	return []Problem{{Code: "deployment-failed", Severity: Warning, Service: v.Name, Since: d.CreatedAt, Params: map[string]string{"service": v.Name},
		Summary: fmt.Sprintf("%s: version %d (%s) is FAILED", v.Role, d.Version, short(d.Image())), Meaning: serves,
		Began: fmt.Sprintf("it was deployed at %s", moment(d.CreatedAt, now))}}
}

func database(s *Snapshot) []Problem {
	d := s.Database
	if !d.Known {
		return nil
	}
	p := Problem{Code: "database", Procedure: "dr-database"}
	switch {
	case slices.Contains(broken, d.Value.State):
		p.Severity, p.Summary, p.Meaning = Fault, fmt.Sprintf("database %s is %s", d.Value.Name, d.Value.State), "people cannot load their dashboard"
	case d.Value.State != "available":
		p.Severity, p.Summary, p.Meaning = Warning, fmt.Sprintf("database %s is %s", d.Value.Name, d.Value.State), "it usually passes by itself; the application may fail meanwhile"
	case d.Value.Public:
		p.Severity, p.Summary, p.Meaning = Warning, fmt.Sprintf("database %s is open to the Internet", d.Value.Name), "its password is all that protects it"
		p.Procedure = ""
	case !d.Value.BackupRetention:
		p.Severity, p.Summary, p.Meaning = Warning, fmt.Sprintf("automatic backups of %s are off", d.Value.Name), "there is no moment to restore to"
		p.Procedure = ""
	default:
		return nil
	}
	return []Problem{p}
}

func secrets(s *Snapshot, e *site.Environment) []Problem {
	if !s.Secrets.Known {
		return nil
	}
	var out []Problem
	if m := s.Secrets.Value.Missing; len(m) > 0 {
		out = append(out, Problem{Code: "secrets-missing", Severity: Warning, Summary: fmt.Sprintf("%d of %d secrets are not in Infisical: %s", len(m), s.Secrets.Value.Wanted, listed(m)),
			Meaning: "what runs keeps running; the next deployment starts without them"})
	}
	for _, d := range s.Secrets.Value.Due {
		every := "on a schedule"
		if i := slices.IndexFunc(e.Infisical.Keys, func(k site.Secret) bool { return k.Name == d.Name }); i >= 0 {
			every = often(e.Infisical.Keys[i].Every)
		}
		out = append(out, Problem{Code: "secret-due", Severity: Warning, Procedure: "rotate-secret", Params: map[string]string{"secret": d.Name},
			Summary: fmt.Sprintf("%s was set %d days ago; it is rotated %s, so it is %s late", d.Name, days(d.Age), every, counts(days(d.Late), "day"))})
	}
	return out
}

// unseen says what could not be looked at: one problem for each reason.
func unseen(s *Snapshot) []Problem {
	var out []Problem
	told := map[string]bool{}
	add := func(what string, known, stale bool, err *steps.Error) {
		if err == nil || known && !stale || told[err.What] {
			return
		}
		told[err.What] = true
		out = append(out, Problem{Code: "unreachable", Severity: NotSeen, Summary: strings.TrimSuffix(err.What, "."), Meaning: what + " cannot be seen; what runs is not touched by that"})
	}
	add("who we are", s.Identity.Known, s.Identity.Stale(s.At), s.Identity.Err)
	for i := range s.Services {
		v := &s.Services[i]
		add("the state of "+v.Role, v.State.Known, v.State.Stale(s.At), v.State.Err)
		add("the log of "+v.Role, v.Requests.Known, v.Requests.Stale(s.At), v.Requests.Err)
	}
	add("the database", s.Database.Known, s.Database.Stale(s.At), s.Database.Err)
	add("the secrets", s.Secrets.Known, s.Secrets.Stale(s.At), s.Secrets.Err)
	return out
}
