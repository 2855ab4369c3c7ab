// Package infisical is the adapter for Infisical. The SDK logs in and reads the one value that operations may read; lists come
// from a request of our own, because the SDK can neither leave the values out nor tell when a secret was changed. Nothing here
// writes.
//
// It imports steps, steps/cloud and steps/redact; the wiring alone imports it.
package infisical

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	sdk "github.com/infisical/go-sdk"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// Options say which project's secrets a Client reads, and as whom: with ClientID and ClientSecret (universal auth), or with a
// Token. They hold secrets and print none.
type Options struct {
	URL          string // https://app.infisical.com
	Project      string // its ID
	Environment  string // slug: prod
	Path         string // "" is /
	ClientID     string
	ClientSecret string
	Token        string // used as it is, never renewed
	UserAgent    string
	Timeout      time.Duration // of one request, wall clock; zero: 15 s
}

// Format keeps the credentials out of every print verb.
func (o Options) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "infisical %s project %s", o.URL, o.Project)
}

// Client reads secrets. It is safe for concurrent use and logs in at the first call.
type Client struct {
	opt  Options
	http *http.Client

	mu      sync.Mutex
	token   string
	renew   time.Time // wall clock: log in anew from here on
	refused int       // logins refused in a row
	last    error     // what the last of them said
}

// maxRefused is how many refused logins there may be: more would lock the identity out.
const maxRefused = 2

// New checks the options and makes a Client; it connects to nothing.
func New(o Options) (*Client, error) {
	o.URL = strings.TrimSuffix(strings.TrimRight(o.URL, "/"), "/api")
	u, err := url.Parse(o.URL)
	wrong := func(what, next string) error {
		return &steps.Error{Code: steps.CodeInput, What: what, Meaning: "nothing has changed; nothing was connected to.", Next: next}
	}
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil:
		return nil, wrong("Infisical's address is not usable.", "Set infisical.url in runbook.yaml, such as https://app.infisical.com.")
	case o.Project == "" || o.Environment == "":
		return nil, wrong("No Infisical project and environment are named.", "Set infisical.project (its ID) and infisical.environment in runbook.yaml.")
	case o.Token == "" && (o.ClientID == "" || o.ClientSecret == ""): // the SDK would look into the shell's variables
		return nil, &steps.Error{Code: steps.CodeCredentials, What: "There is no Infisical login.", Meaning: nothing, Next: "Set INFISICAL_UNIVERSAL_AUTH_CLIENT_ID and INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET, or INFISICAL_TOKEN."}
	}
	if o.Path == "" {
		o.Path = "/"
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	client := &http.Client{Timeout: o.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &Client{opt: o, http: client, token: o.Token}, nil
}

// List names the secrets with their versions and dates. No value is asked for and none is kept.
func (c *Client) List(ctx context.Context) ([]cloud.Secret, error) {
	var out []cloud.Secret
	err := c.authorised(ctx, func(token string) (err error) {
		out, err = c.list(ctx, token)
		return err
	})
	return out, err
}

// keyShape is what a secret's name must look like: the SDK puts it into the URL as it is.
var keyShape = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// hiddenValue is what Infisical writes where the caller may not read a value.
const hiddenValue = "<hidden-by-infisical>"

// Value reads one secret's value.
func (c *Client) Value(ctx context.Context, name string) (string, error) {
	if !keyShape.MatchString(name) {
		return "", &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%q is no secret's name.", name), Meaning: nothing, Next: "Mend the name in runbook.yaml."}
	}
	var value string
	err := c.authorised(ctx, func(token string) error {
		got, err := worker(ctx, c.opt.Timeout, func() (sdk.Secret, error) {
			client := c.sdk()
			client.Auth().SetAccessToken(token)
			return client.Secrets().Retrieve(sdk.RetrieveSecretOptions{
				SecretKey: name, ProjectID: c.opt.Project, Environment: c.opt.Environment, SecretPath: c.opt.Path})
		})
		switch {
		case err != nil:
			return c.sdkError(ctx, "the secret "+name, err)
		case got.SecretKey != name: // a page instead of an answer: the SDK makes it an empty secret
			return &steps.Error{Code: steps.CodeUnreachable, What: "Infisical's answer names no secret; something between may have answered.", Meaning: nothing, Next: "Look again."}
		case got.SecretValue == hiddenValue:
			return &steps.Error{Code: steps.CodeCredentials, What: fmt.Sprintf("Infisical does not show the value of %s to this login.", name), Meaning: nothing,
				Next: "Give the identity the permission readValue for it."}
		}
		value = strings.TrimSpace(got.SecretValue)
		return nil
	})
	return value, err
}

// authorised calls with a token and, where that turns out to have expired, once more with a new one.
func (c *Client) authorised(ctx context.Context, call func(token string) error) error {
	token, err := c.login(ctx, "")
	if err != nil {
		return err
	}
	err = call(token)
	if errors.Is(err, errExpired) && c.opt.Token == "" {
		if token, err = c.login(ctx, token); err != nil {
			return err
		}
		err = call(token)
	}
	return err
}

// login gives a token that is not the spent one.
func (c *Client) login(ctx context.Context, spent string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.opt.Token != "" {
		return c.opt.Token, nil
	}
	if c.token != "" && c.token != spent && time.Now().Before(c.renew) {
		return c.token, nil
	}
	if c.refused >= maxRefused {
		return "", c.last
	}
	got, err := worker(ctx, c.opt.Timeout, func() (sdk.MachineIdentityCredential, error) {
		return c.sdk().Auth().UniversalAuthLogin(c.opt.ClientID, c.opt.ClientSecret)
	})
	if err != nil {
		err = c.sdkError(ctx, "the login", err)
		if steps.CodeOf(err) == steps.CodeCredentials {
			c.refused, c.last = c.refused+1, err
		}
		return "", err
	}
	if got.AccessToken == "" {
		return "", &steps.Error{Code: steps.CodeUnreachable, What: "Infisical's answer to the login holds no token; something between may have answered.", Meaning: nothing, Next: "Look again."}
	}
	c.token, c.refused = got.AccessToken, 0
	c.renew = time.Now().Add(time.Duration(got.ExpiresIn) * time.Second * 4 / 5)
	if got.ExpiresIn == 0 {
		c.renew = time.Now().Add(365 * 24 * time.Hour) // it does not expire
	}
	return c.token, nil
}

// sdk makes a client of the SDK: quiet, without renewing goroutine and without retries, which would repeat what they should not
// and print to the terminal. One for each call, so that a call that hangs holds nothing up.
func (c *Client) sdk() sdk.InfisicalClientInterface {
	return sdk.NewInfisicalClient(context.Background(), sdk.Config{
		SiteUrl: c.opt.URL, UserAgent: c.opt.UserAgent, SilentMode: true, LogWriter: io.Discard, AutoTokenRefresh: sdk.BoolPtr(false),
		RetryRequestsConfig: &sdk.RetryRequestsConfig{ExponentialBackoff: &sdk.ExponentialBackoffStrategy{MaxRetries: 0}},
	})
}

// worker runs a call of the SDK, which knows neither contexts nor time-outs and may panic. One that is late is left behind; its
// answer goes nowhere.
func worker[T any](ctx context.Context, limit time.Duration, call func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				r.err = fmt.Errorf("the Infisical SDK failed: %v", p)
			}
			done <- r
		}()
		r.value, r.err = call()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	var none T
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		return none, ctx.Err()
	case <-timer.C:
		return none, context.DeadlineExceeded
	}
}
