// Package operations holds what procedures can look at and do, one file a probe or operation. A declaration needs no client, so
// that lint, list and docs build none; a binding works over the small client interfaces here, which adapters satisfy. The
// wiring builds the Clients and hands the bound probes and operations to the engine.
//
// It imports steps, steps/cloud and steps/site. The wiring, the checklists' tests and nothing else import it.
package operations

import (
	"context"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/site"
)

// Containers is what operations need of container services. Errors are *steps.Error; an unknown service is CodeNotFound.
type Containers interface {
	Service(ctx context.Context, name string) (cloud.Service, error)
	Deployments(ctx context.Context, service string) ([]cloud.Deployment, error) // newest first
	Images(ctx context.Context, service string) ([]cloud.Image, error)           // newest first
	// Lines reads a container's log since a time, oldest first, to its end.
	Lines(ctx context.Context, service, container string, since time.Time) ([]cloud.LogLine, error)
	LinesBetween(ctx context.Context, service, container string, from, to time.Time) ([]cloud.LogLine, error)

	// Deploy sends one deployment of d's containers and endpoint, once, and gives the version that the reply names; 0 where it
	// names none. The environment is a secret.
	Deploy(ctx context.Context, service string, d cloud.Deployment) (version int, err error)
	// SetDisabled switches a service's traffic off or on, once, and changes nothing else.
	SetDisabled(ctx context.Context, service string, disabled bool) error
}

// Databases is what operations need of managed databases.
type Databases interface {
	Database(ctx context.Context, name string) (cloud.Database, error)
}

// Identity says who we are.
type Identity interface {
	Identity(ctx context.Context) (cloud.Identity, error)
}

// Secrets is what operations need of Infisical.
type Secrets interface {
	// List names the secrets with versions and dates; no value is read.
	List(ctx context.Context) ([]cloud.Secret, error)
	// Value reads one value. Operations read EXPECTED_SECURITY_FINGERPRINT, which is public, and nothing else.
	Value(ctx context.Context, name string) (string, error)
}

// Web looks at addresses.
type Web interface {
	// Get asks once and follows no redirect. An answer of any status is no error.
	Get(ctx context.Context, url string) (cloud.Answer, error)
}

// Clients are what bindings work with. A nil client means that the environment has none: the probes that need it say so.
type Clients struct {
	Containers  Containers
	Databases   Databases
	Identity    Identity
	Secrets     Secrets
	Web         Web
	Environment site.Environment
	Clock       steps.Clock
}
