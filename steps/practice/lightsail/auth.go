package lightsail

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/faults"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// maxSkew is how old a signature may be, by the wall clock.
const maxSkew = 15 * time.Minute

// authenticate finds out who calls and for which region. Signatures are looked at, not verified: the keys are worth nothing.
func (c *call) authenticate(service string) *fault {
	c.cloud.Read(func(_ time.Time, s *world.State) {
		c.who, c.region = world.Principal{Name: "anonymous", Account: s.Account}, s.Region
	})
	h := c.r.Header.Get("Authorization")
	if h == "" {
		return nil // --no-sign-request; changes are refused later
	}
	scope, ok := credential(h)
	at, err := time.Parse("20060102T150405Z", c.r.Header.Get("X-Amz-Date"))
	if !ok || err != nil {
		return refuse("IncompleteSignatureException", "Authorization header requires 'Credential', 'Signature', 'SignedHeaders' and an 'X-Amz-Date' header.")
	}
	if scope.service != service {
		return &fault{"InvalidSignatureException", fmt.Sprintf("Credential should be scoped to correct service: '%s'.", service), http.StatusForbidden}
	}
	known := false
	c.cloud.Read(func(_ time.Time, s *world.State) {
		if p, ok := s.Principal(scope.key); ok {
			c.who, c.region, c.signed, known = p, scope.region, true, true
		}
	})
	switch skew := time.Since(at); {
	case !known:
		return refuse("UnrecognizedClientException", "The security token included in the request is invalid.")
	case skew > maxSkew || skew < -maxSkew:
		return refuse("InvalidSignatureException", "Signature expired: "+at.Format("20060102T150405Z")+" is not within 15 min of the service's time.")
	}
	return nil
}

type scope struct{ key, region, service string }

func credential(h string) (scope, bool) {
	rest, ok := strings.CutPrefix(h, "AWS4-HMAC-SHA256 ")
	if !ok {
		return scope{}, false
	}
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		fields[k] = v
	}
	parts := strings.Split(fields["Credential"], "/")
	if len(parts) != 5 || parts[4] != "aws4_request" || fields["Signature"] == "" || fields["SignedHeaders"] == "" {
		return scope{}, false
	}
	return scope{parts[0], parts[2], parts[3]}, true
}

func arn(p world.Principal) string { return "arn:aws:iam::" + p.Account + ":user/" + p.Name }

func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

const stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"

type identityResponse struct {
	XMLName xml.Name `xml:"GetCallerIdentityResponse"`
	NS      string   `xml:"xmlns,attr"`
	Arn     string   `xml:"GetCallerIdentityResult>Arn"`
	UserID  string   `xml:"GetCallerIdentityResult>UserId"`
	Account string   `xml:"GetCallerIdentityResult>Account"`
	ID      string   `xml:"ResponseMetadata>RequestId"`
}

type errorResponse struct {
	XMLName xml.Name `xml:"ErrorResponse"`
	NS      string   `xml:"xmlns,attr"`
	Type    string   `xml:"Error>Type"`
	Code    string   `xml:"Error>Code"`
	Message string   `xml:"Error>Message"`
	ID      string   `xml:"RequestId"`
}

func stsError(status int, code, message string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		who := "Sender"
		if status >= 500 {
			who = "Receiver"
		}
		writeXML(w, status, errorResponse{NS: stsNamespace, Type: who, Code: code, Message: message, ID: requestID()})
	}
}

var queryDialect = faults.Dialect{
	Internal: stsError(500, "InternalFailure", "An internal error occurred."),
	Throttle: stsError(400, "Throttling", "Rate exceeded"),
	Expired:  stsError(403, "ExpiredToken", "The security token included in the request is expired"),
	Refuse:   stsError(403, "AccessDenied", "User is not authorized to perform this operation"),
}

func writeXML(w http.ResponseWriter, status int, v any) {
	b, err := xml.Marshal(v)
	if err != nil {
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// serveSTS answers GetCallerIdentity.
func (c *call) serveSTS(w http.ResponseWriter) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil || form.Get("Action") == "" {
		respond(w, nil, refuse("UnknownOperationException", "The practice cloud has Lightsail and STS at this address, and this request names an operation of neither."))
		return
	}
	c.operation = form.Get("Action")
	bad := c.authenticate("sts")
	faults.Meet(c.cloud, w, c.r, c.fault("sts"), queryDialect, func(w http.ResponseWriter, _ *http.Request) {
		effect := world.EffectRefused
		switch {
		case bad != nil && bad.kind == "UnrecognizedClientException":
			stsError(403, "InvalidClientTokenId", bad.message)(w)
		case bad != nil:
			stsError(403, strings.TrimSuffix(bad.kind, "Exception"), bad.message)(w)
		case !c.signed:
			stsError(403, "MissingAuthenticationToken", "Request is missing Authentication Token")(w)
		case c.operation != "GetCallerIdentity":
			stsError(400, "InvalidAction", "Could not find operation "+c.operation+" for version "+form.Get("Version"))(w)
		default:
			effect = world.EffectRead
			writeXML(w, http.StatusOK, identityResponse{NS: stsNamespace, Arn: arn(c.who), UserID: "AIDA" + strings.TrimPrefix(c.who.KeyID, "AKIA"), Account: c.who.Account, ID: requestID()})
		}
		c.cloud.Note(world.Entry{Principal: c.who.Name, Operation: c.operation, Effect: effect})
	})
}
