// Package lightsail speaks Lightsail's and STS's wire protocols over the simulated cloud, as the AWS SDKs and the AWS CLI expect
// them: JSON 1.1 with X-Amz-Target for Lightsail, the query protocol for STS, both on one address. Only steps/practice imports it.
package lightsail

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/faults"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

const targetPrefix = "Lightsail_20161128."

// latency is how long an answer takes at least, by the wall clock. Real services take longer. Without it an answer can overtake the
// end of its own request: the Go SDK closes a request's body as soon as the answer's head is there, smithy-go 1.28.8 then reports
// the closed body as an error of the write, and net/http tears the connection down under an answer that is still being read.
const latency = 3 * time.Millisecond

// maxBody is more than any real request: a deployment with long environments.
const maxBody = 4 << 20

// Server serves Lightsail and STS.
type Server struct {
	cloud *world.World
	url   func(service string) string // a container service's public address, ending in a slash
}

// New makes a server over a cloud.
func New(cloud *world.World, url func(service string) string) *Server {
	return &Server{cloud: cloud, url: url}
}

// call is one request.
type call struct {
	*Server
	r         *http.Request
	operation string
	body      []byte
	who       world.Principal
	signed    bool
	region    string
	target    string
}

// fault is an error in AWS's words.
type fault struct {
	kind    string // the exception's name
	message string
	status  int
}

func (f *fault) Error() string { return f.kind + ": " + f.message }

func refuse(kind, message string) *fault { return &fault{kind, message, http.StatusBadRequest} }

func input(message string) *fault { return refuse("InvalidInputException", message) }

func notFound(message string) *fault { return refuse("NotFoundException", message) }

// ServeHTTP routes by X-Amz-Target, and to STS by the form's Action.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		respond(w, nil, refuse("SerializationException", "The request could not be read."))
		return
	}
	c := &call{Server: s, r: r, body: body}
	time.Sleep(latency)
	name, isLightsail := strings.CutPrefix(r.Header.Get("X-Amz-Target"), targetPrefix)
	if !isLightsail {
		c.serveSTS(w)
		return
	}
	c.operation = name
	bad := c.authenticate("lightsail")
	c.target = c.findTarget()
	faults.Meet(s.cloud, w, r, c.fault("lightsail"), jsonDialect, func(w http.ResponseWriter, r *http.Request) {
		c.r = r
		if bad != nil {
			respond(w, nil, bad)
			return
		}
		out, err := c.run()
		respond(w, out, err)
	})
}

func (c *call) fault(service string) faults.Call {
	return faults.Call{Service: service, Group: service, Operation: c.operation, Principal: c.who.Name, Target: c.target}
}

var jsonDialect = faults.Dialect{
	Internal: func(w http.ResponseWriter) {
		respond(w, nil, &fault{"ServiceException", "An internal error occurred.", http.StatusInternalServerError})
	},
	Throttle: func(w http.ResponseWriter) { respond(w, nil, refuse("ThrottlingException", "Rate exceeded")) },
	Expired: func(w http.ResponseWriter) {
		respond(w, nil, refuse("ExpiredTokenException", "The security token included in the request is expired"))
	},
	Refuse: func(w http.ResponseWriter) {
		respond(w, nil, refuse("AccessDeniedException", "User is not authorized to perform this operation"))
	},
}

// findTarget is the name of what the request is about, for the cloud's log.
func (c *call) findTarget() string {
	var in map[string]any
	_ = json.Unmarshal(c.body, &in)
	for _, k := range []string{"serviceName", "relationalDatabaseName", "resourceName", "operationId"} {
		if s, ok := in[k].(string); ok {
			return s
		}
	}
	return ""
}

// run finds the operation and does it, and writes what came of it into the cloud's log.
func (c *call) run() (any, error) {
	op, ok := operations[c.operation]
	if !ok {
		return nil, refuse("UnknownOperationException", "The practice cloud has no operation "+c.operation+".")
	}
	if op.mutates && !c.signed {
		return nil, &fault{"MissingAuthenticationTokenException", "Missing Authentication Token", http.StatusForbidden}
	}
	var out any
	err := error(nil)
	if op.mutates && c.who.ReadOnly {
		err = refuse("AccessDeniedException", "User: "+arn(c.who)+" is not authorized to perform: lightsail:"+c.operation+" on resource: "+c.target+" because no identity-based policy allows the lightsail:"+c.operation+" action")
	} else {
		out, err = op.run(c)
	}
	switch {
	case err != nil:
		var f *fault
		errors.As(err, &f)
		note := "the cloud could not keep it"
		if f != nil {
			note = f.kind
		}
		c.cloud.Note(world.Entry{Principal: c.who.Name, Operation: c.operation, Target: c.target, Effect: world.EffectRefused, Note: note})
	case !op.mutates:
		c.cloud.Note(world.Entry{Principal: c.who.Name, Operation: c.operation, Target: c.target, Effect: world.EffectRead})
	}
	return out, err
}

// decode reads the request's body.
func (c *call) decode(in any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, in); err != nil {
		return refuse("SerializationException", "The request is not what the operation takes.")
	}
	return nil
}

// elsewhere reports whether the caller looks at another region or account, where there is nothing.
func (c *call) elsewhere(s *world.State) bool {
	return c.region != s.Region || c.who.Account != s.Account
}

func (c *call) seen(s *world.State) *world.State {
	if c.elsewhere(s) {
		return &world.State{Account: c.who.Account, Region: c.region, Scenario: s.Scenario}
	}
	return s
}

// read answers from the state.
func (c *call) read(look func(now time.Time, s *world.State) (any, error)) (out any, err error) {
	c.cloud.Read(func(now time.Time, s *world.State) { out, err = look(now, c.seen(s)) })
	return out, err
}

// change changes the state; note is written with it.
func (c *call) change(do func(now time.Time, s *world.State) (out any, note string, err error)) (out any, err error) {
	err = c.cloud.Change(func(now time.Time, s *world.State) error {
		var note string
		var err error
		if out, note, err = do(now, c.seen(s)); err != nil {
			return err
		}
		effect := world.EffectApplied
		if faults.Unanswered(c.r.Context()) {
			effect = world.EffectUnanswered
		}
		s.Record(world.Entry{At: now, Principal: c.who.Name, Operation: c.operation, Target: c.target, Effect: effect, Note: note})
		return nil
	})
	return out, err
}

// respond writes an answer in JSON 1.1. The HTTP Date is the wall clock's: the SDKs take their clock skew from it.
func respond(w http.ResponseWriter, out any, err error) {
	h := w.Header()
	h.Set("Content-Type", "application/x-amz-json-1.1")
	h.Set("X-Amzn-Requestid", requestID())
	status := http.StatusOK
	if err != nil {
		var f *fault
		if !errors.As(err, &f) {
			f = &fault{"ServiceException", "An internal error occurred.", http.StatusInternalServerError}
		}
		h.Set("X-Amzn-Errortype", f.kind)
		status = f.status
		out = map[string]string{"__type": f.kind, "message": f.message}
	}
	b, e := json.Marshal(out)
	if e != nil {
		status, b = http.StatusInternalServerError, []byte(`{"__type":"ServiceException","message":"An internal error occurred."}`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

type operation struct {
	mutates bool
	run     func(*call) (any, error)
}

// operations are what the practice cloud can do.
var operations = map[string]operation{
	"GetContainerServices":                    {false, getContainerServices},
	"GetContainerServiceDeployments":          {false, getContainerServiceDeployments},
	"CreateContainerServiceDeployment":        {true, createContainerServiceDeployment},
	"UpdateContainerService":                  {true, updateContainerService},
	"GetContainerImages":                      {false, getContainerImages},
	"RegisterContainerImage":                  {true, registerContainerImage},
	"DeleteContainerImage":                    {true, deleteContainerImage},
	"GetContainerLog":                         {false, getContainerLog},
	"GetContainerServiceMetricData":           {false, getContainerServiceMetricData},
	"GetContainerServicePowers":               {false, getContainerServicePowers},
	"GetContainerAPIMetadata":                 {false, getContainerAPIMetadata},
	"CreateContainerServiceRegistryLogin":     {true, createContainerServiceRegistryLogin},
	"GetRelationalDatabase":                   {false, getRelationalDatabase},
	"GetRelationalDatabases":                  {false, getRelationalDatabases},
	"GetRelationalDatabaseSnapshot":           {false, getRelationalDatabaseSnapshot},
	"GetRelationalDatabaseSnapshots":          {false, getRelationalDatabaseSnapshots},
	"GetRelationalDatabaseMasterUserPassword": {false, getRelationalDatabaseMasterUserPassword},
	"GetRelationalDatabaseEvents":             {false, getRelationalDatabaseEvents},
	"GetOperation":                            {false, getOperation},
	"GetOperations":                           {false, getOperations},
	"GetOperationsForResource":                {false, getOperationsForResource},
}

// Operations are the names of the operations that are served, sorted.
func Operations() []string {
	out := make([]string, 0, len(operations))
	for name := range operations {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
