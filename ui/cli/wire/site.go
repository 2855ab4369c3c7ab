package wire

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/infisical"
	"github.com/JustAJobApp/runbook/steps/lightsail"
	"github.com/JustAJobApp/runbook/steps/operations"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/steps/web"
)

// Config is a configuration file that was read, with what a person has said of it.
type Config struct {
	Site    site.Site
	Trusted bool
	trust   site.Trust
}

// Trust records that a person has seen the file.
func (c *Config) Trust() error { return c.trust.Trust(c.Site.Digest, c.Site.File) }

// ReadConfig reads the named file, or the one that is found from the working directory.
func ReadConfig(o Options, name string) (*Config, error) {
	var s site.Site
	var err error
	if name == "" {
		s, err = found()
	} else {
		s, err = site.Read(name)
	}
	if err != nil {
		return nil, err
	}
	if s.File == "" {
		return nil, notConfigured()
	}
	c := &Config{Site: s, trust: site.TrustFile(StateDir(o))}
	c.Trusted, err = c.trust.Trusted(s.Digest)
	return c, err
}

func found() (site.Site, error) {
	dir, err := os.Getwd()
	if err != nil {
		return site.Site{}, &steps.Error{Code: steps.CodeInput, What: "The working directory cannot be read.", Next: "Change to another one.", Cause: err}
	}
	return site.Load(dir)
}

// Configured is the name of the default environment, "" where no configuration is found. It connects to nothing.
func Configured() (string, error) {
	s, err := found()
	if err != nil || s.File == "" {
		return "", err
	}
	return s.Default, nil
}

func notConfigured() error {
	return &steps.Error{Code: steps.CodeInput, What: "No production is configured: there is no runbook.yaml here, above, or in your configuration folder.",
		Meaning: "nothing was connected to.", Next: "runbook practice rehearses against a simulated cloud (or give --env practice); runbook init writes a runbook.yaml."}
}

// joinSite joins a configured environment. It makes clients, which connect when they are first used.
func (w *World) joinSite() error {
	c, err := ReadConfig(w.options, "")
	if err != nil {
		return err
	}
	name := w.options.Environment
	if name == "" {
		name = c.Site.Default
	}
	e, ok := c.Site.Environments[name]
	if !ok {
		var all []string
		for n := range c.Site.Environments {
			all = append(all, n)
		}
		slices.Sort(all)
		return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s has no environment %q.", c.Site.File, name), Meaning: "nothing was connected to.",
			Next: "It has " + strings.Join(all, ", ") + "; practice is always there."}
	}
	if !c.Trusted {
		return &steps.Error{Code: steps.CodePlace, What: fmt.Sprintf("%s is not trusted yet, or was edited since.", c.Site.File), Meaning: "nothing was connected to.",
			Next: "runbook trust shows what it would use, and asks."}
	}
	w.Site, w.Environment, w.Clock = c.Site, e, wall{}
	aws, err := lightsail.New(lightsail.Options{Region: e.Region, Profile: e.Profile, UserAgent: "runbook/" + w.options.Version})
	if err != nil {
		return err
	}
	var secrets operations.Secrets
	if e.Infisical.Project != "" {
		client, err := infisical.New(infisical.Options{URL: e.Infisical.URL, Project: e.Infisical.Project, Environment: e.Infisical.Environment, Path: e.Infisical.Path,
			ClientID: os.Getenv("INFISICAL_UNIVERSAL_AUTH_CLIENT_ID"), ClientSecret: os.Getenv("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"), Token: os.Getenv("INFISICAL_TOKEN"),
			UserAgent: "runbook/" + w.options.Version})
		if secrets = client; err != nil {
			secrets = absent{err} // the rest stays usable: what cannot be known is unknown
		}
	}
	w.Mask.Add(os.Getenv("INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET"), os.Getenv("INFISICAL_TOKEN"), os.Getenv("AWS_SECRET_ACCESS_KEY"), os.Getenv("AWS_SESSION_TOKEN"))
	w.use(aws, secrets, web.New(web.Options{UserAgent: "runbook/" + w.options.Version}))
	return nil
}

// absent is a service that cannot be asked; every question gets the reason.
type absent struct{ why error }

// List gives the reason.
func (a absent) List(context.Context) ([]cloud.Secret, error) { return nil, a.why }

// Value gives the reason.
func (a absent) Value(context.Context, string) (string, error) { return "", a.why }

// use makes everything that works over clients.
func (w *World) use(aws *lightsail.Client, secrets operations.Secrets, pages operations.Web) {
	w.lists = aws
	w.clients = operations.Clients{Containers: aws, Databases: aws, Identity: aws, Web: pages, Environment: w.Environment, Clock: w.Clock}
	cfg := status.Config{Environment: w.Environment, Containers: aws, Databases: aws, Identity: aws, Web: pages, Clock: w.calm(), Limit: lookLimit}
	if secrets != nil {
		w.clients.Secrets, cfg.Infisical = secrets, secrets
	}
	if w.options.Glance {
		cfg.History = glance
	}
	w.watcher = status.New(cfg)
}

// calm is the clock of who only looks.
func (w *World) calm() steps.Clock {
	if w.sim != nil {
		return w.sim.Calm()
	}
	return w.Clock
}

// fill tells the masker every value that a deployment's environment has had, before the first outside text is journaled or
// shown. Infisical is not read: what it holds is in the deployments.
func (w *World) fill(ctx context.Context) {
	w.filled.Do(func() {
		ctx, cancel := context.WithTimeout(ctx, fillLimit)
		defer cancel()
		w.Mask.Allow(w.public()...)
		var secret []string
		for _, s := range w.Environment.Services {
			history, err := w.lists.Deployments(ctx, s.Name)
			if err != nil {
				w.unfilled = err
				continue
			}
			for _, d := range history {
				for _, c := range d.Containers {
					for name, value := range c.Environment {
						if !open(name) {
							secret = append(secret, value)
						}
					}
				}
			}
		}
		w.Mask.Add(secret...) // at once: each call makes the index anew
	})
}

// filling waits for the masker, but not for ever: a screen must come up while the cloud is down. Screens mask what they draw at
// the moment of drawing.
func (w *World) filling(ctx context.Context, patience time.Duration) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.fill(ctx)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// public are names that a secret may happen to equal, and that must stay readable and usable.
func (w *World) public() []string {
	e := w.Environment
	out := []string{e.Name, e.Title, e.Account, e.Region, e.Database, e.AppURL, "production", w.Operator}
	for _, s := range e.Services {
		out = append(out, s.Name, s.Role, s.Container)
	}
	return out
}

// open reports whether an environment key holds what everybody may see: where the application is, and what it is called.
func open(key string) bool {
	switch strings.TrimPrefix(key, "NEXT_PUBLIC_") {
	case "ENV", "NODE_ENV", "APP_URL", "API_URL", "ORIGIN", "AWS_DATABASE_REGION", "GOOGLE_CLIENT_REDIRECT_URI":
		return true
	}
	return false
}
