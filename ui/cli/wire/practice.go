package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/infisical"
	"github.com/JustAJobApp/runbook/steps/lightsail"
	"github.com/JustAJobApp/runbook/steps/practice"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/web"
)

// Rehearsed is the scenario that practice plays when none is named.
const Rehearsed = "bad-deploy"

// Scenarios are the ids that a simulated cloud plays, sorted.
func Scenarios() []string { return practice.Scenarios() }

// scenario is what the control endpoint says of the cloud.
type scenario struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Page      string    `json:"page"`
	Start     time.Time `json:"start"` // when the page reached the operator
	Account   string    `json:"account"`
	Region    string    `json:"region"`
	Infisical struct {
		Project      string `json:"project"`
		Environment  string `json:"environment"`
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
	} `json:"infisical"`
}

// joinPractice joins the simulated cloud: the named one, the one that another process serves from the state folder, or one that
// this process serves from now on. Everything is talked to at loopback addresses with the cloud's own keys.
func (w *World) joinPractice(ctx context.Context) error {
	w.Practice = true
	at, err := w.cloud(ctx)
	if err != nil {
		return err
	}
	if err := onlyLoopback(at); err != nil {
		return err
	}
	s, anew, err := w.rehearse(ctx, at)
	if err != nil {
		return err
	}
	if anew && w.own { // keys and ports are another seed's: take all of it from a new start
		if err := w.serving(); err != nil {
			return err
		}
		w.serving = func() error { return nil }
		if at, err = w.cloud(ctx); err != nil {
			return err
		}
	}
	if w.sim, err = NewClock(ctx, at.Control); err != nil {
		return err
	}
	w.Clock = w.sim
	w.Scenario, w.paged = s.ID, s.Start
	w.Environment = site.Practice(site.Places{Account: s.Account, Region: s.Region, InfisicalURL: at.Infisical,
		InfisicalProject: s.Infisical.Project, InfisicalEnvironment: s.Infisical.Environment})
	w.Site = site.Site{Name: "JustAJobApp", Environments: map[string]site.Environment{PracticeName: w.Environment}, Default: PracticeName}
	return w.joinSimulated(at, s)
}

// joinSimulated makes the clients. No credentials of the shell are looked at: a client for a real address cannot come of it.
func (w *World) joinSimulated(at practice.Addresses, s scenario) error {
	agent := "runbook/" + w.options.Version
	aws, err := lightsail.New(lightsail.Options{Endpoint: at.Lightsail, STSEndpoint: at.STS, Region: w.Environment.Region, UserAgent: agent,
		Keys: &lightsail.Keys{ID: at.Env["AWS_ACCESS_KEY_ID"], Secret: at.Env["AWS_SECRET_ACCESS_KEY"]}})
	if err != nil {
		return err
	}
	secrets, err := infisical.New(infisical.Options{URL: at.Infisical, Project: s.Infisical.Project, Environment: s.Infisical.Environment, Path: "/",
		ClientID: s.Infisical.ClientID, ClientSecret: s.Infisical.ClientSecret, UserAgent: agent})
	if err != nil {
		return err
	}
	w.Mask.Add(at.Env["AWS_SECRET_ACCESS_KEY"], s.Infisical.ClientSecret)
	w.use(aws, secrets, local{web.New(web.Options{UserAgent: agent, Now: w.Clock.Now})})
	return nil
}

// local looks at addresses of this machine and at no other: a rehearsal leaves no trace outside.
type local struct{ web *web.Client }

// Get looks at a loopback address.
func (l local) Get(ctx context.Context, address string) (cloud.Answer, error) {
	if !loopback(address) {
		return cloud.Answer{}, &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("%s is not on this machine, and practice looks at nothing else.", address), Meaning: "nothing was asked."}
	}
	return l.web.Get(ctx, address)
}

// onlyLoopback refuses a cloud that is not on this machine.
func onlyLoopback(at practice.Addresses) error {
	for _, address := range []string{at.Lightsail, at.STS, at.Infisical, at.Control} {
		if !loopback(address) {
			return &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("%q is not on this machine: a simulated cloud is at a loopback address.", address),
				Meaning: "nothing was connected to.", Next: "Give the url that runbook sim printed here."}
		}
	}
	return nil
}

// cloud finds or starts the simulated cloud.
func (w *World) cloud(ctx context.Context) (practice.Addresses, error) {
	if w.options.Sim != "" {
		return attach(ctx, w.options.Sim)
	}
	dir := filepath.Join(w.dir, "practice")
	o := practice.Options{Dir: dir, Seed: w.options.Seed, Factor: w.options.Factor}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) { // a scenario given later would make an older cloud begin anew
		if o.Scenario = w.options.Scenario; o.Scenario == "" {
			o.Scenario = w.options.Default
		}
		w.fresh = true
	}
	for wait := time.Now().Add(5 * time.Second); ; {
		if at, ok := practice.Attach(dir); ok {
			return at, nil
		}
		c, err := practice.Start(ctx, o)
		if err == nil {
			w.serving = c.Close
			w.own = true
			return c.Addresses(), nil
		}
		if time.Now().After(wait) || ctx.Err() != nil {
			return practice.Addresses{}, cannotServe(err)
		}
		time.Sleep(50 * time.Millisecond) // another process holds the folder and has not told its addresses yet
	}
}

func cannotServe(err error) error {
	if errors.Is(err, practice.ErrHeld) {
		return &steps.Error{Code: steps.CodeHeld, What: "Another process serves the practice cloud of this state folder and does not answer.", Meaning: "nothing here is real; nothing has changed.",
			Next: "End that process, or give another --state DIR.", Cause: err}
	}
	return &steps.Error{Code: steps.CodeInput, What: "The practice cloud cannot be started: " + err.Error() + ".", Meaning: "nothing has changed.",
		Next: "End the other process that serves it, or give another --state DIR.", Cause: err}
}

// attach asks a running cloud for its addresses.
func attach(ctx context.Context, url string) (at practice.Addresses, err error) {
	if !loopback(url) {
		return at, &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("--sim %s is not on this machine: a simulated cloud is at a loopback address.", url),
			Meaning: "nothing was connected to.", Next: "Give the url that runbook sim printed here."}
	}
	err = call(ctx, http.DefaultClient, http.MethodGet, url, nil, &at)
	return at, err
}

// rehearse begins the scenario anew where that is wanted, and gives what the cloud plays then.
func (w *World) rehearse(ctx context.Context, at practice.Addresses) (s scenario, anew bool, err error) {
	if err = call(ctx, http.DefaultClient, http.MethodGet, at.Control+"/scenario", nil, &s); err != nil || !w.options.Rehearse || w.fresh {
		return s, false, err
	}
	id := w.options.Scenario
	if !w.options.Fresh {
		run, err := w.openRun(ctx)
		switch {
		case err != nil:
			return s, false, err
		case run == "" && w.own: // nothing is lost by beginning anew
		case id == "" || id == s.ID:
			return s, false, nil // the run goes on, or another window plays it
		default:
			return s, false, &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("The practice cloud plays %s, and it is in use%s.", s.ID, ofRun(run)), Meaning: "nothing here is real; nothing has changed.",
				Next: "runbook practice goes on with it; --fresh begins " + id + " anew."}
		}
	}
	if id == "" {
		id = Rehearsed
	}
	s = scenario{}
	err = call(ctx, http.DefaultClient, http.MethodPut, at.Control+"/scenario", map[string]any{"id": id, "seed": w.options.Seed}, &s)
	return s, true, err
}

func ofRun(run string) string {
	if run == "" {
		return ""
	}
	return " by run " + run
}

// openRun names a practice run that may be gone on with, "" where there is none.
func (w *World) openRun(ctx context.Context) (string, error) {
	runs, err := w.Journal.Runs(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range runs {
		if r.Environment == PracticeName && r.State != steps.RunDone && r.State != steps.RunDropped {
			return r.ID, nil
		}
	}
	return "", nil
}

// Serve starts the simulated cloud of the state folder and gives its addresses and what ends it.
func Serve(ctx context.Context, o Options) (practice.Addresses, func() error, error) {
	c, err := practice.Start(ctx, practice.Options{Dir: filepath.Join(StateDir(o), "practice"), Scenario: o.Scenario, Seed: o.Seed, Factor: o.Factor})
	if err != nil {
		return practice.Addresses{}, nil, cannotServe(err)
	}
	return c.Addresses(), c.Close, nil
}
