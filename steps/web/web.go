// Package web is the adapter that looks at addresses: one GET, no redirect followed, no more than the first 64 KiB. Addresses
// that only a machine in a cloud can reach, such as its metadata service, are denied whatever name leads there.
//
// It imports steps and steps/cloud; the wiring alone imports it.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// maxBody is how much of an answer is kept.
const maxBody = 64 << 10

// Options say how to look.
type Options struct {
	UserAgent string
	Timeout   time.Duration    // of one look, wall clock; zero: 10 s
	Now       func() time.Time // stamps answers; nil: the wall clock
}

// Client looks at addresses. It is safe for concurrent use.
type Client struct {
	opt  Options
	http *http.Client
}

// New makes a Client; it connects to nothing.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	dialer := &net.Dialer{Timeout: 5 * time.Second, Control: control}
	tr := &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: o.Timeout,
		MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 64 << 10,
	}
	return &Client{opt: o, http: &http.Client{Transport: tr, Timeout: o.Timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Get asks once. An answer of any status is no error; one that redirects to a denied address is.
func (c *Client) Get(ctx context.Context, address string) (cloud.Answer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return cloud.Answer{}, &steps.Error{Code: steps.CodeInput, What: "This is no web address that may be looked at.", Meaning: nothing, Next: "Mend it in runbook.yaml."}
	}
	if denied(u.Hostname()) {
		return cloud.Answer{}, refusal(u.Hostname())
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return cloud.Answer{}, &steps.Error{Code: steps.CodeInput, What: "This is no web address that may be looked at.", Meaning: nothing, Cause: err}
	}
	if c.opt.UserAgent != "" {
		req.Header.Set("User-Agent", c.opt.UserAgent)
	}
	began := time.Now()
	res, err := c.http.Do(req)
	if err != nil {
		return cloud.Answer{}, classify(ctx, u.Hostname(), err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil {
		return cloud.Answer{}, classify(ctx, u.Hostname(), err)
	}
	if to, err := res.Location(); err == nil && denied(to.Hostname()) {
		return cloud.Answer{}, refusal(to.Hostname())
	}
	header := make(map[string]string, len(res.Header))
	for k := range res.Header {
		header[k] = res.Header.Get(k)
	}
	return cloud.Answer{URL: address, Status: res.StatusCode, Took: time.Since(began), Header: header, Body: string(body), At: c.opt.Now().UTC()}, nil
}

const nothing = "nothing has changed."

var errDenied = errors.New("the address is denied")

// metadata are names under which clouds serve credentials.
var metadata = []string{"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal"}

// denied reports whether a host, by its name or as an address, must not be looked at.
func denied(host string) bool {
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	for _, m := range metadata {
		if name == m {
			return true
		}
	}
	ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && deniedIP(ip)
}

var (
	ec2v6 = netip.MustParseAddr("fd00:ec2::254")
	nat64 = netip.MustParsePrefix("64:ff9b::/96") // the last four bytes are an IPv4 address
)

// deniedIP covers link-local addresses, the clouds' metadata services among them, also when they are written as IPv6.
func deniedIP(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if nat64.Contains(ip) {
		raw := ip.As16()
		return deniedIP(netip.AddrFrom4([4]byte(raw[12:])))
	}
	return ip.IsLinkLocalUnicast() || ip.IsLinkLocalMulticast() || ip.IsMulticast() || ip.IsUnspecified() || ip == ec2v6
}

// control refuses an address after its name was looked up, so that no name can lead there.
func control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || deniedIP(at.Addr()) {
		return errDenied
	}
	return nil
}

func refusal(host string) error {
	return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("%s is denied: it leads to a machine's own metadata or to its own network.", host), Meaning: nothing,
		Next: "Name the address that people use, in runbook.yaml.", Cause: errDenied}
}

// classify gives the words for a look that nobody answered. The error's own text is not shown: it quotes the address.
func classify(ctx context.Context, host string, err error) error {
	if errors.Is(err, errDenied) {
		return refusal(host)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return &steps.Error{Code: steps.CodeInterrupted, What: "The look was broken off.", Meaning: nothing, Cause: err}
	}
	why := "the connection was cut"
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		why = "its name is not known"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		why = "time-out"
	case errors.Is(err, syscall.ECONNREFUSED):
		why = "connection refused"
	case strings.Contains(err.Error(), "certificate"):
		why = "its certificate is not trusted"
	}
	return &steps.Error{Code: steps.CodeUnreachable, What: fmt.Sprintf("%s has not answered: %s.", host, why), Meaning: nothing, Next: "Look again.", Cause: err}
}
