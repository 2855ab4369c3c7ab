package infisical

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"

	sdk "github.com/infisical/go-sdk"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/redact"
)

const nothing = "nothing has changed."

// errExpired is the cause of an error that a new login may mend.
var errExpired = errors.New("the token has expired")

// sdkError classifies what a call of the SDK came back with.
func (c *Client) sdkError(ctx context.Context, what string, err error) error {
	if api, ok := errors.AsType[*sdk.APIError](err); ok {
		return c.answered(what, api.StatusCode, api.ErrorMessage)
	}
	return c.silent(ctx, err)
}

// answered gives the words for an answer by its status and message. A 403 is either a spent token or a missing permission.
func (c *Client) answered(what string, status int, message string) error {
	low := strings.ToLower(message)
	spent := strings.Contains(low, "expired") || strings.Contains(low, "tokenerror") || strings.Contains(low, "re-authenticate") || strings.Contains(low, "jwt")
	switch {
	case status == http.StatusUnauthorized && strings.Contains(low, "locked"):
		return &steps.Error{Code: steps.CodeCredentials, What: "Infisical has locked this login for a while, after too many that were refused.", Meaning: nothing,
			Next: "Wait some minutes, mend the client's ID and secret, then look again."}
	case status == http.StatusUnauthorized && what == "the login":
		return &steps.Error{Code: steps.CodeCredentials, What: "Infisical refused the login: it does not take this client ID and secret.", Meaning: nothing,
			Next: "Mend INFISICAL_UNIVERSAL_AUTH_CLIENT_ID and INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET, then start again."}
	case status == http.StatusUnauthorized, status == http.StatusForbidden && spent:
		return &steps.Error{Code: steps.CodeCredentials, What: "Infisical says that the login has expired.", Meaning: nothing, Next: "Log in again, then look again.", Cause: errExpired}
	case status == http.StatusForbidden:
		return &steps.Error{Code: steps.CodeCredentials, What: fmt.Sprintf("Infisical refused %s: this login may not.", what), Meaning: nothing,
			Next: "Give the identity the permission describeSecret (and readValue for the fingerprint)."}
	case status == http.StatusNotFound:
		return &steps.Error{Code: steps.CodeNotFound, What: fmt.Sprintf("Infisical says that %s is not there (environment %s, folder %s).", what, c.opt.Environment, c.opt.Path), Meaning: nothing,
			Next: "Compare project, environment and folder with runbook.yaml."}
	case status == http.StatusTooManyRequests:
		return &steps.Error{Code: steps.CodeThrottled, What: "Infisical asks us to slow down.", Meaning: "nothing has changed; figures are as old as they say.", Next: "It goes on by itself."}
	case status == http.StatusBadRequest:
		return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("Infisical refused %s: %s", what, redact.Escape(message, 200)), Meaning: nothing, Next: "Compare project, environment and folder with runbook.yaml."}
	}
	return &steps.Error{Code: steps.CodeUnreachable, What: fmt.Sprintf("Infisical gave no usable answer to %s (HTTP %d).", what, status), Meaning: nothing, Next: "Look again."}
}

// silent gives the words for a call that nobody answered. The SDK's errors cannot be unwrapped, so its text is looked at, and
// not shown: it holds addresses.
func (c *Client) silent(ctx context.Context, err error) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &steps.Error{Code: steps.CodeInterrupted, What: "The look at Infisical was broken off.", Meaning: nothing, Cause: err}
	}
	why, text := "the connection was cut", err.Error()
	var timeout net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		why = "time-out"
	case errors.Is(err, syscall.ECONNREFUSED), strings.Contains(text, "connection refused"):
		why = "connection refused"
	case strings.Contains(text, "no such host"):
		why = "its name is not known"
	case strings.Contains(text, "certificate"):
		why = "its certificate is not trusted"
	}
	return &steps.Error{Code: steps.CodeUnreachable, What: fmt.Sprintf("Infisical has not answered: %s.", why), Meaning: nothing, Next: "Look again; what does not need Infisical goes on.", Cause: err}
}
