package operations

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/site"
)

// identity compares the account and region that we are in with the configured ones.
func (b base) identity(ctx context.Context, _ steps.Values) (steps.Observed, error) {
	if b.Identity == nil {
		return steps.Observed{}, missing("AWS login", "Name its account and region in runbook.yaml.")
	}
	id, err := b.Identity.Identity(ctx)
	if err != nil {
		return steps.Observed{}, err
	}
	e := &b.Environment
	who := id.ARN[strings.LastIndexByte(id.ARN, '/')+1:]
	o := steps.Observed{Verdict: steps.Passed, Summary: fmt.Sprintf("%s, account and region as configured", who), Saves: saves("account", id.Account, "region", id.Region)}
	same := func(label, got, want string) {
		if got == want {
			o.Facts = append(o.Facts, fact(steps.Passed, label, "%s", got))
			return
		}
		o.Verdict = steps.Failed
		o.Facts = append(o.Facts, fact(steps.Failed, label, "%s; %s is %s", got, e.Title, want))
	}
	o.Facts = append(o.Facts, fact("", "who", "%s", id.ARN))
	same("account", id.Account, e.Account)
	same("region", id.Region, e.Region)
	if o.Verdict == steps.Failed {
		o.Summary = fmt.Sprintf("These keys belong to account %s, region %s; %s is %s, %s", id.Account, id.Region, e.Title, e.Account, e.Region)
	}
	return o, nil
}

// database says whether the database is available. A state that is not known counts as busy.
func (b base) database(ctx context.Context, _ steps.Values) (steps.Observed, error) {
	if b.Databases == nil || b.Environment.Database == "" {
		return steps.Observed{}, missing("database", "Name it in runbook.yaml.")
	}
	db, err := b.Databases.Database(ctx, b.Environment.Database)
	if err != nil {
		return steps.Observed{}, err
	}
	now := b.now()
	o := steps.Observed{Verdict: steps.Passed, Saves: withTime(saves("state", db.State), "restorable", db.LatestRestorableTime)}
	o.Summary = fmt.Sprintf("%s is %s (%s)", db.Name, db.State, db.Engine)
	if db.State != "available" {
		o.Verdict = steps.Failed
	}
	o.Facts = append(o.Facts, fact(o.Verdict, "state", "%s, %s", db.State, db.Engine))
	switch {
	case db.LatestRestorableTime.IsZero():
		o.Facts = append(o.Facts, fact(steps.Warned, "restore", "there is no moment yet to restore to"))
	default:
		o.Facts = append(o.Facts, fact(steps.Passed, "restore", "up to %s; now it would lose %s", at(db.LatestRestorableTime, now), span(now.Sub(db.LatestRestorableTime))))
	}
	if !db.BackupRetention {
		o.Verdict = steps.Worse(o.Verdict, steps.Warned)
		o.Facts = append(o.Facts, fact(steps.Warned, "backups", "automatic backups are off"))
	}
	if db.Public {
		o.Verdict = steps.Worse(o.Verdict, steps.Warned)
		o.Facts = append(o.Facts, fact(steps.Warned, "access", "it is open to the Internet"))
	}
	return o, nil
}

// soon is how far before a batch a deployment should not begin: one that fails takes up to ten minutes.
const soon = 10 * time.Minute

// schedule says whether a batch runs now. A deployment then would cut it off; that is a warning, since an incident may not wait.
func (b base) schedule(context.Context, steps.Values) (steps.Observed, error) {
	now := b.now().UTC()
	o := steps.Observed{Verdict: steps.Passed, Summary: "no batch runs now: " + now.Format("15:04") + " UTC"}
	words := make([]string, len(b.Environment.Batches))
	for i, w := range b.Environment.Batches {
		words[i] = w.String()
		switch {
		case w.Holds(now):
			o.Verdict, o.Summary = steps.Warned, fmt.Sprintf("a batch runs now, %s UTC: a deployment cuts it off", w)
		case w.Holds(now.Add(soon)) && o.Verdict == steps.Passed:
			o.Verdict, o.Summary = steps.Warned, fmt.Sprintf("a batch begins soon, %s UTC: a deployment would run into it", w)
		}
	}
	o.Facts = append(o.Facts, fact(o.Verdict, "batch", "%s", o.Summary))
	if len(words) > 0 {
		o.Facts = append(o.Facts, fact("", "batches", "%s UTC", strings.Join(words, ", ")))
	}
	return o, nil
}

// urls compares the addresses that the two live deployments were given. Only whether they agree is said, never what they are.
func (b base) urls(ctx context.Context, _ steps.Values) (steps.Observed, error) {
	if b.Containers == nil {
		return steps.Observed{}, missing("container services", "Name its account and region in runbook.yaml.")
	}
	env := map[string]cloud.Environment{}
	for _, role := range []string{"backend", "frontend"} {
		known := withRole(&b.Environment, role)
		if known == nil {
			return steps.Observed{}, missing("service of the role "+role, "Name it in runbook.yaml.")
		}
		s, err := b.Containers.Service(ctx, known.Name)
		if err != nil {
			return steps.Observed{}, err
		}
		if s.Current == nil {
			return steps.Observed{}, noDeployment(s.Name)
		}
		env[role] = s.Current.Public().Environment
	}
	back, front := env["backend"], env["frontend"]
	o := steps.Observed{Verdict: steps.Passed, Summary: "the addresses of backend and frontend agree"}
	agree := func(label string, ok bool, why string) {
		if ok {
			o.Facts = append(o.Facts, fact(steps.Passed, label, "agree"))
			return
		}
		o.Verdict, o.Summary = steps.Failed, "the addresses of backend and frontend do not agree"
		o.Facts = append(o.Facts, fact(steps.Failed, label, "%s", why))
	}
	same := func(x, y string) bool { return x != "" && strings.TrimRight(x, "/") == strings.TrimRight(y, "/") }
	agree("API", same(back["API_URL"], front["NEXT_PUBLIC_API_URL"]), "API_URL of the backend is not NEXT_PUBLIC_API_URL of the frontend: browsers ask another API")
	agree("APP", same(back["APP_URL"], front["NEXT_PUBLIC_APP_URL"]) && same(back["APP_URL"], front["APP_URL"]), "APP_URL differs between backend and frontend: signing in leads elsewhere")
	agree("ORIGIN", origin(back["ORIGIN"], back["APP_URL"]), "ORIGIN is not the host of APP_URL: cookies and CORS refuse the frontend")
	return o, nil
}

// origin reports whether ORIGIN names the application: its address, its host, or the domain above it.
func origin(origin, app string) bool {
	u, err := url.Parse(app)
	if err != nil || u.Hostname() == "" || origin == "" {
		return false
	}
	o := strings.TrimPrefix(strings.TrimRight(origin, "/"), ".")
	return o == strings.TrimRight(app, "/") || o == u.Hostname() || strings.HasSuffix(u.Hostname(), "."+o)
}

func withRole(e *site.Environment, role string) *site.Service {
	for i := range e.Services {
		if e.Services[i].Role == role {
			return &e.Services[i]
		}
	}
	return nil
}
