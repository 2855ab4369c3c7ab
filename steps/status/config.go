package status

import (
	"context"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/site"
)

// The clients that a Watcher reads with; adapters satisfy them. A nil one means that its figures are never known.
type (
	// Containers reads container services.
	Containers interface {
		Services(ctx context.Context) ([]cloud.Service, error)
		Deployments(ctx context.Context, service string) ([]cloud.Deployment, error) // newest first
		Images(ctx context.Context, service string) ([]cloud.Image, error)           // newest first
		Lines(ctx context.Context, service, container string, since time.Time) ([]cloud.LogLine, error)
	}
	// Databases reads managed databases.
	Databases interface {
		Database(ctx context.Context, name string) (cloud.Database, error)
	}
	// Identity says who we are.
	Identity interface {
		Identity(ctx context.Context) (cloud.Identity, error)
	}
	// Infisical lists secrets without their values.
	Infisical interface {
		List(ctx context.Context) ([]cloud.Secret, error)
	}
	// Web looks at addresses.
	Web interface {
		Get(ctx context.Context, url string) (cloud.Answer, error)
	}
)

// Every says how often each figure is read, by the cloud's clock. Zero takes the default.
type Every struct {
	Identity    time.Duration // 5 min
	Services    time.Duration // 5 s
	Deployments time.Duration // 10 s
	Images      time.Duration // 40 s
	Health      time.Duration // 5 s
	Requests    time.Duration // 5 s
	Database    time.Duration // 40 s
	Secrets     time.Duration // 2 min
}

// Config is what a Watcher works with.
type Config struct {
	Environment site.Environment
	Containers  Containers
	Databases   Databases
	Identity    Identity
	Infisical   Infisical
	Web         Web
	Clock       steps.Clock // Now alone is used: waiting for the next look must not speed the practice clock up
	Every       Every
	History     time.Duration // of a log that is counted; zero: 30 min. Less is quicker, and what was before is then not known
	Limit       time.Duration // of one read, by the wall clock; zero: 20 s
}
