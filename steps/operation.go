package steps

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Plan is a change to be made, as the operator sees and confirms it. It holds no secret: Recipe names where values come from.
type Plan struct {
	Operation string            `json:"operation"`
	Version   int               `json:"version"` // of the operation's code
	Target    string            `json:"target"`  // the resource's name, typed to confirm
	Account   string            `json:"account"`
	Region    string            `json:"region"`
	Basis     map[string]string `json:"basis"`  // facts it stands on: when one of them moves, the plan is stale
	Recipe    map[string]string `json:"recipe"` // what will be sent, by reference; enough for Verify and Resolve after a restart

	// For the eyes; not in the digest.
	Summary string       `json:"summary" mask:"prose"`           // one sentence: the one call that will be sent
	Changes []Change     `json:"changes,omitempty"`              // what differs, then what stays
	Effects []Fact       `json:"effects,omitempty" mask:"prose"` // if it works, if it fails, to undo, it cannot
	Obliges []Obligation `json:"obliges,omitempty"`              // what remains to be done once it has landed
}

// Change is one line of a plan's difference. A secret has a name and a word, never two sides.
type Change struct {
	Label string   `json:"label"`                        // image, environment, port, public, untouched
	Sign  string   `json:"sign"`                         // "-" goes, "+" comes, "~" another value, "=" stays
	Text  string   `json:"text" mask:"prose"`            // never a secret's value
	Note  string   `json:"note,omitempty" mask:"prose"`  // such as "values never shown"
	Names []string `json:"names,omitempty" mask:"prose"` // the keys that Text counts
}

// Obligation is something that outlives its run.
type Obligation struct {
	ID     string `json:"id"`
	What   string `json:"what" mask:"prose"`
	Closes string `json:"closes" mask:"prose"`
}

// Digest covers what is confirmed: operation, version, account, region, target, basis and recipe. SHA-256, hex.
func (p Plan) Digest() string {
	b, _ := json.Marshal([]any{p.Operation, p.Version, p.Account, p.Region, p.Target, p.Basis, p.Recipe}) // strings only: cannot fail; map keys are written in order
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// Receipt is what the service's reply named, e.g. {"version": "14"}: a hint for Verify, never proof.
type Receipt map[string]string

// Is says what a look at the real state shows of our effect.
type Is string

// What a look shows.
const (
	Landed  Is = "landed"  // it is there
	Absent  Is = "absent"  // not there, by this one look
	Foreign Is = "foreign" // somebody else's change is there
	Broken  Is = "broken"  // ours, and it has failed
	Unsure  Is = "unsure"  // only a person can tell
)

// Finding is the outcome of one look.
type Finding struct {
	Is      Is      `json:"is"`
	Why     string  `json:"why,omitempty" mask:"prose"`
	Receipt Receipt `json:"receipt,omitempty"`
}

// Declaration says what an operation or a probe is. It needs no client: the loader, lint, list, doctor and --read-only live on it.
type Declaration struct {
	Name        string // containers.deploy-image
	Version     int
	Summary     string
	Inputs      map[string]Input
	Outputs     map[string]ValueKind
	Service     string   // the outside service that it talks to: lightsail, infisical, web, github, local
	Permissions []string // such as lightsail:GetContainerServices

	// Operations only.
	Changes  string // what it changes, in words
	Risk     Risk
	Undo     string
	Resolver Resolver
	Settle   time.Duration // after this a request that was sent can no longer land

	// Probes only.
	Chooses bool // it offers choices: for choose
	Waits   bool // it may say waiting: for wait
}

// Mutates reports whether the declaration is an operation's.
func (d Declaration) Mutates() bool { return d.Resolver != "" }

// Input is an input of an operation or probe.
type Input struct {
	Kind     ValueKind
	Optional bool
	Default  string
}

// Resolver names how an unknown outcome is found out.
type Resolver string

// Resolvers.
const (
	ByContent    Resolver = "by content"
	ByUniqueName Resolver = "by unique name"
	Convergent   Resolver = "convergent"
	ByOperations Resolver = "by operation log"
	ByVersion    Resolver = "by version"
	ByHand       Resolver = "by hand"
)

// Mutation is an operation whose observed state is an S. S may hold secret values and never leaves memory. Verify and Resolve
// get only what was journaled, so they work after a restart; leaving one of them out does not compile.
type Mutation[S any] interface {
	Declaration() Declaration
	Observe(ctx context.Context, with Values) (S, error)            // reads
	Plan(with Values, s S) (Plan, error)                            // pure
	Apply(ctx context.Context, s S, p Plan) (Receipt, error)        // once; an error without rejected or not-sent is unknown
	Verify(ctx context.Context, p Plan, r Receipt) (Finding, error) // reads; one look
	Resolve(ctx context.Context, p Plan) (Finding, error)           // reads; one look
}

// Operation is a Mutation with S hidden. Prepare observes and plans; calling apply carries out just that plan.
type Operation struct {
	Declaration
	Prepare func(ctx context.Context, with Values) (p Plan, apply func(context.Context) (Receipt, error), err error)
	Verify  func(ctx context.Context, p Plan, r Receipt) (Finding, error)
	Resolve func(ctx context.Context, p Plan) (Finding, error)
}

// Bind hides S.
func Bind[S any](m Mutation[S]) Operation {
	d := m.Declaration()
	return Operation{d, func(ctx context.Context, with Values) (Plan, func(context.Context) (Receipt, error), error) {
		s, err := m.Observe(ctx, with)
		if err != nil {
			return Plan{}, nil, err
		}
		p, err := m.Plan(with, s)
		p.Operation, p.Version = d.Name, d.Version
		return p, func(ctx context.Context) (Receipt, error) { return m.Apply(ctx, s, p) }, err
	}, m.Verify, m.Resolve}
}

// Probe is a read-only look with a verdict. An error means that it could not look; it never means failed.
type Probe struct {
	Declaration
	Look func(ctx context.Context, with Values) (Observed, error)
}
