// Package site holds what runbook.yaml says, typed: the environments, and in each the place, the services, the database and the
// secrets that belong to it. JustAJobApp's names are the embedded default. It imports steps; operations, status and the wiring
// import it.
package site

import "time"

// Site is a loaded configuration.
type Site struct {
	File         string // where it was read; "" for the embedded default
	Digest       string // SHA-256 of the file's bytes, hex: what a person trusts
	Name         string // JustAJobApp
	Environments map[string]Environment
	Default      string // the environment used when no --env is given; "" means that none is configured
}

// Environment is one place that the program may look at and, once it is safe, change. One process has one for its life.
type Environment struct {
	Name      string // production, practice
	Title     string // the account's name, for headers
	Account   string // twelve digits
	Region    string
	Profile   string // of the AWS configuration; "" is the default chain
	Services  []Service
	Database  string
	Infisical Infisical

	AnswersSend bool     // an answers file may satisfy a typed confirmation
	Batches     []Window // when the backend's batches run: no deployment then, UTC
	AppURL      string   // what people open
}

// Service is a container service and what it should be.
type Service struct {
	Name      string
	Role      string // backend, frontend: the word on screens
	Container string
	Port      int
	Keys      []string // environment keys that a deployment must have
	Probes    []WebProbe
	Migrates  bool // its start runs alembic upgrade head
}

// WebProbe is an address that can be looked at without a session, and what it should answer.
type WebProbe struct {
	Name     string
	Path     string
	Status   []int  // any of these
	Location string // for redirects: what the Location must begin with; "" for anything
	Contains string // what the body must contain
}

// Infisical says where the secrets are.
type Infisical struct {
	URL         string
	Project     string // the project's ID
	Environment string // slug: prod
	Path        string
	Keys        []Secret
}

// Secret is a secret that must be there. Every zero: it is not rotated on a schedule.
type Secret struct {
	Name  string
	Every time.Duration
}

// Window is a time of day, UTC, as offsets from midnight.
type Window struct{ From, To time.Duration }

// Service finds a service by name, nil where there is none.
func (e *Environment) Service(name string) *Service {
	for i := range e.Services {
		if e.Services[i].Name == name {
			return &e.Services[i]
		}
	}
	return nil
}
