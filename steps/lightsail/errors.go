package lightsail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/redact"
)

// Codes of answers. Lightsail's JSON and STS's XML name some things differently.
var (
	expired   = []string{"ExpiredTokenException", "ExpiredToken", "RequestExpired"}
	unknownID = []string{"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature",
		"IncompleteSignatureException", "MissingAuthenticationToken", "MissingAuthenticationTokenException", "UnauthenticatedException", "AuthFailure"}
	denied    = []string{"AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "OptInRequired"}
	throttled = []string{"ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "SlowDown", "RequestThrottled"}
	notFound  = []string{"NotFoundException"}
	refused   = []string{"InvalidInputException", "ValidationException", "ValidationError", "AccountSetupInProgressException", "RegionSetupInProgressException",
		"SerializationException", "UnknownOperationException"}
)

const nothing = "nothing has changed."

// call names a call and what it needs, for messages.
type call struct {
	command    string   // create-container-service-deployment
	permission string   // lightsail:CreateContainerServiceDeployment
	about      string   // the resource's name
	secrets    []string // values that the service may quote and nobody may see
}

// quote makes the service's words fit to be shown: without secrets, on one line, escaped, at most 300 columns.
func (of call) quote(s string) string {
	for _, v := range slices.SortedFunc(slices.Values(of.secrets), func(a, b string) int { return len(b) - len(a) }) { // longest first
		if len(v) >= 4 {
			s = strings.ReplaceAll(s, v, "(hidden)")
		}
	}
	return tidy(s)
}

// traced watches whether a connection was ever ready for the request: before that not one byte of it can have left.
func traced(ctx context.Context) (context.Context, *atomic.Bool) {
	ready := &atomic.Bool{}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { ready.Store(true) }}), ready
}

// readError classifies what a read came back with.
func (c *Client) readError(ctx context.Context, of call, err error) error {
	if err == nil {
		return nil
	}
	e := c.known(of, err)
	switch {
	case e != nil:
	case errors.Is(ctx.Err(), context.Canceled):
		e = &steps.Error{Code: steps.CodeInterrupted, What: of.command + " was broken off.", Meaning: nothing}
	default:
		e = c.silent(err)
	}
	if e.Code == steps.CodeRejected && statusOf(err) >= 500 {
		e.Code = steps.CodeUnreachable
	}
	e.Cause = err
	return e
}

// writeError classifies what the one attempt of a write came back with: rejected and not-sent where that is sure, else unknown.
// connected says whether a connection was ready for it.
func (c *Client) writeError(of call, connected bool, err error) error {
	if err == nil {
		return nil
	}
	if no, ok := errors.AsType[*noCredentials](err); ok {
		e := c.noLogin(no)
		return &steps.Error{Code: steps.CodeNotSent, What: e.What, Meaning: "nothing was sent; " + nothing, Next: e.Next, Cause: err}
	}
	e := c.known(of, err)
	status := statusOf(err)
	switch {
	case e != nil && e.Code != steps.CodeThrottled && status >= 400 && status < 500:
		return &steps.Error{Code: steps.CodeRejected, What: e.What, Meaning: e.Meaning, Next: e.Next, Cause: err}
	case status == 0 && !connected:
		return &steps.Error{Code: steps.CodeNotSent, What: fmt.Sprintf("%s could not be sent: %s.", of.command, c.why(err)), Meaning: "nothing was sent; " + nothing,
			Next: "Look again when the network is back, then plan again.", Cause: err}
	}
	what := fmt.Sprintf("%s was sent once; the line was cut before an answer (%s).", of.command, c.why(err))
	if status != 0 {
		what = fmt.Sprintf("%s was sent once; the answer does not say whether it was done (%s).", of.command, answered(err, status))
	}
	return &steps.Error{Code: steps.CodeUnknown, What: what, Meaning: "either as before, or the change is on its way. Nothing is sent again until this is known.",
		Next: "Nothing to send: look until it is known.", Cause: err}
}

// known gives the words for an answer that says what it means; nil where none does.
func (c *Client) known(of call, err error) *steps.Error {
	if no, ok := errors.AsType[*noCredentials](err); ok {
		return c.noLogin(no)
	}
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return nil
	}
	code, says := api.ErrorCode(), of.quote(api.ErrorMessage())
	switch {
	case slices.Contains(expired, code):
		return &steps.Error{Code: steps.CodeCredentials, What: fmt.Sprintf("AWS says that the login of %s has expired (%s).", c.profile(), code), Meaning: nothing, Next: c.login()}
	case slices.Contains(unknownID, code):
		return &steps.Error{Code: steps.CodeCredentials, What: fmt.Sprintf("AWS does not know the login of %s (%s).", c.profile(), code), Meaning: nothing, Next: c.login()}
	case slices.Contains(denied, code):
		return &steps.Error{Code: steps.CodeCredentials, What: fmt.Sprintf("AWS refused %s: the login of %s may not.", of.command, c.profile()), Meaning: nothing,
			Next: fmt.Sprintf("Use a role with %s; runbook doctor lists all.", of.permission)}
	case slices.Contains(throttled, code) || statusOf(err) == 429:
		return &steps.Error{Code: steps.CodeThrottled, What: "AWS asks us to slow down.", Meaning: "nothing has changed; figures are as old as they say.", Next: "It goes on by itself."}
	case slices.Contains(notFound, code):
		return &steps.Error{Code: steps.CodeNotFound, What: fmt.Sprintf("AWS says that %s is not there (%s, %s).", of.about, of.command, c.opt.Region), Meaning: nothing,
			Next: "Compare the name, the account and the region with runbook.yaml."}
	case inProgress.MatchString(api.ErrorMessage()):
		n := inProgress.FindStringSubmatch(api.ErrorMessage())[1]
		return &steps.Error{Code: steps.CodeRejected, What: fmt.Sprintf("AWS refuses: deployment %s is in progress.", n),
			Meaning: fmt.Sprintf("the version before it serves meanwhile; %s cannot be cancelled.", n), Next: fmt.Sprintf("Wait for %s (usually 3 min), then plan again.", n)}
	case slices.Contains(refused, code):
		return &steps.Error{Code: steps.CodeRejected, What: fmt.Sprintf("AWS refused %s: %s", of.command, says), Meaning: nothing, Next: "Mend what it names, then plan again."}
	}
	return nil
}

var inProgress = regexp.MustCompile(`deployment (\d{1,9}) is in progress`)

// silent gives the words for a read that nobody answered, or whose answer says nothing.
func (c *Client) silent(err error) *steps.Error {
	what := fmt.Sprintf("%s has not answered: %s.", c.host(), c.why(err))
	if s := statusOf(err); s != 0 {
		what = fmt.Sprintf("%s gave no usable answer (%s).", c.host(), answered(err, s))
	}
	return &steps.Error{Code: steps.CodeUnreachable, What: what, Meaning: "what was sent goes on without us.", Next: "Look again; or work by hand."}
}

func (c *Client) noLogin(err error) *steps.Error {
	what := fmt.Sprintf("There is no usable AWS login for %s.", c.profile())
	if text := err.Error(); strings.Contains(text, "SSO session has expired") || strings.Contains(text, "InvalidTokenError") || strings.Contains(text, "refresh cached SSO token") {
		what = fmt.Sprintf("The SSO session of %s has expired.", c.profile())
	}
	return &steps.Error{Code: steps.CodeCredentials, What: what, Meaning: nothing, Next: c.login()}
}

func (c *Client) login() string {
	switch {
	case c.opt.Endpoint != "":
		return "Start the simulated cloud again."
	case c.opt.Profile == "":
		return "Log in with the AWS CLI, for example aws sso login, then look again."
	}
	return fmt.Sprintf("aws sso login --profile %s, then look again.", c.opt.Profile)
}

func (c *Client) profile() string {
	switch {
	case c.opt.Endpoint != "":
		return "the simulated cloud"
	case c.opt.Profile == "":
		return "the default profile"
	}
	return "profile " + c.opt.Profile
}

func (c *Client) host() string {
	if c.opt.Endpoint != "" {
		return "The simulated cloud"
	}
	return "lightsail." + c.opt.Region
}

// why says in words why there was no answer. It never quotes an address: URLs and hosts belong to the configuration.
func (c *Client) why(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return "its name " + tidy(dns.Name) + " is not known"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "its certificate is not trusted"
	}
	var timeout net.Error
	switch {
	case errors.Is(err, errElsewhere):
		return errElsewhere.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET):
		return "connection reset"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "time-out"
	case errors.Is(err, context.Canceled):
		return "broken off"
	}
	return "the connection was cut"
}

// statusOf is the HTTP status of the answer that err is about; 0 where there was none.
func statusOf(err error) int {
	if r, ok := errors.AsType[*awshttp.ResponseError](err); ok {
		return r.HTTPStatusCode()
	}
	return 0
}

// answered describes an answer by its status and, where it names one, its code.
func answered(err error, status int) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != "" {
		return fmt.Sprintf("HTTP %d, %s", status, tidy(api.ErrorCode()))
	}
	return fmt.Sprintf("HTTP %d, not readable", status)
}

// tidy makes the service's words fit to be shown: one line, escaped, at most 300 columns.
func tidy(s string) string { return redact.Escape(strings.TrimSpace(s), 300) }
