package lightsail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"

	"github.com/JustAJobApp/runbook/steps"
)

// Keys are static credentials.
type Keys struct{ ID, Secret string }

// Format keeps the keys out of every print verb.
func (Keys) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("keys")) }

// Options say which account and place a Client talks to. There are two sorts. With Endpoint everything goes to that address:
// Keys are then required, no configuration, environment variable or metadata service is read, and no other host can be dialled.
// Without it the AWS configuration's profile is used, and the endpoints are the region's own.
type Options struct {
	Endpoint    string // http://127.0.0.1:PORT
	STSEndpoint string // "" takes Endpoint
	Region      string
	Profile     string // "" is the default chain
	Keys        *Keys
	UserAgent   string        // runbook/1.0.0
	Timeout     time.Duration // of one attempt, wall clock; zero: 30 s
}

// Client calls Lightsail and STS. It is safe for concurrent use; credentials are looked for at the first call, so that making
// one costs nothing.
type Client struct {
	opt  Options
	once sync.Once
	made struct {
		lightsail *sdk.Client
		sts       *sts.Client
		err       error
	}
}

// New checks the options and makes a Client; it connects to nothing and reads nothing.
func New(o Options) (*Client, error) {
	wrong := func(what, next string) error {
		return &steps.Error{Code: steps.CodeInput, What: what, Meaning: "nothing has changed; nothing was connected to.", Next: next}
	}
	if o.Region == "" {
		return nil, wrong("No AWS region is named.", "Set region in runbook.yaml.")
	}
	if o.Endpoint == "" {
		if o.STSEndpoint != "" {
			return nil, wrong("An STS address is given without one for Lightsail: the two would be different accounts.", "Give both, or neither.")
		}
		return &Client{opt: o}, nil
	}
	if o.Keys == nil || o.Keys.ID == "" || o.Keys.Secret == "" {
		return nil, wrong("An address is given without keys of its own: your AWS login must not go there.", "Give the keys that belong to it.")
	}
	if o.Profile != "" {
		return nil, wrong("An address is given together with profile "+o.Profile+": a real login must not go there.", "Leave the profile out.")
	}
	if o.STSEndpoint == "" {
		o.STSEndpoint = o.Endpoint
	}
	for _, a := range []string{o.Endpoint, o.STSEndpoint} {
		if u, err := url.Parse(a); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, wrong(fmt.Sprintf("%q is no address.", a), "Give one such as http://127.0.0.1:8400.")
		}
	}
	return &Client{opt: o}, nil
}

// clients makes the SDK's clients, once. An error is about credentials or the AWS configuration.
func (c *Client) clients(ctx context.Context) (*sdk.Client, *sts.Client, error) {
	c.once.Do(func() {
		if c.opt.Endpoint != "" {
			c.pinned()
		} else {
			c.chained(ctx)
		}
	})
	return c.made.lightsail, c.made.sts, c.made.err
}

// pinned makes clients that can reach their own endpoint only. The SDK's default chain is not loaded at all.
func (c *Client) pinned() {
	tr := awshttp.NewBuildableClient().GetTransport()
	tr.Proxy = nil
	tr.DialContext = onlyTo(c.opt.Endpoint, c.opt.STSEndpoint)
	keys := credentials.NewStaticCredentialsProvider(c.opt.Keys.ID, c.opt.Keys.Secret, "")
	c.build(tr, keys, &c.opt.Endpoint, &c.opt.STSEndpoint)
}

// chained makes clients from the AWS configuration. Endpoints from the environment (AWS_ENDPOINT_URL) are not taken over: a
// shell prepared for practice must not turn production into something else.
func (c *Client) chained(ctx context.Context) {
	load := []func(*config.LoadOptions) error{config.WithRegion(c.opt.Region)}
	if c.opt.Profile != "" {
		load = append(load, config.WithSharedConfigProfile(c.opt.Profile))
	}
	cfg, err := config.LoadDefaultConfig(context.WithoutCancel(ctx), load...)
	if err != nil {
		c.made.err = &noCredentials{err}
		return
	}
	base, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		base = awshttp.NewBuildableClient()
	}
	c.build(base.GetTransport(), cfg.Credentials, nil, nil)
}

func (c *Client) build(tr *http.Transport, keys aws.CredentialsProvider, lightsailAt, stsAt *string) {
	timeout := c.opt.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	// A redirect would send a write a second time, to somewhere else.
	client := &http.Client{Transport: tr, Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	reads := retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 3, 5*time.Second })
	named := []func(*middleware.Stack) error{}
	if name, version, _ := strings.Cut(c.opt.UserAgent, "/"); name != "" {
		named = append(named, awsmiddleware.AddUserAgentKeyValue(name, version))
	}
	known := &provider{aws.NewCredentialsCache(keys)}
	c.made.lightsail = sdk.New(sdk.Options{Region: c.opt.Region, BaseEndpoint: lightsailAt, Credentials: known, HTTPClient: client, Retryer: reads, APIOptions: named})
	c.made.sts = sts.New(sts.Options{Region: c.opt.Region, BaseEndpoint: stsAt, Credentials: known, HTTPClient: client, Retryer: reads, APIOptions: named})
}

// once is for writes: one attempt, whatever happens. The client is the same as for reads, so that clock skew learnt by a read
// is applied.
func once(o *sdk.Options) { o.Retryer = aws.NopRetryer{} }

// noCredentials marks an error that came up before any request was made.
type noCredentials struct{ error }

func (e *noCredentials) Unwrap() error { return e.error }

// provider marks what goes wrong with credentials, so that it is not taken for the service's answer.
type provider struct{ aws.CredentialsProvider }

func (p *provider) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := p.CredentialsProvider.Retrieve(ctx)
	if err != nil && ctx.Err() == nil {
		return c, &noCredentials{err}
	}
	return c, err
}

// onlyTo dials the hosts of the given addresses and refuses every other.
func onlyTo(addresses ...string) func(ctx context.Context, network, addr string) (net.Conn, error) {
	hosts := map[string]bool{}
	for _, a := range addresses {
		u, err := url.Parse(a)
		if err != nil {
			continue // New has refused it
		}
		port := u.Port()
		if port == "" {
			port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
		}
		hosts[net.JoinHostPort(u.Hostname(), port)] = true
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		if !hosts[addr] {
			return nil, errElsewhere
		}
		return dialer.DialContext(ctx, network, addr)
	}
}

var errElsewhere = errors.New("only the given address may be reached")
