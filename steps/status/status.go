// Package status makes one snapshot of an environment, with an age for every figure, and names what is wrong with it. It feeds
// the status command, home, the state panel and the facts of a decision. It imports steps, steps/cloud and steps/site.
package status

import (
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// Figure is something that was read, with the time of the reading. A figure that was never read is not Known; its Err says why.
// A later reading that fails keeps the value, and sets Err.
type Figure[T any] struct {
	Value T
	Known bool
	At    time.Time     // of the last good reading, by the cloud's clock
	Every time.Duration // how often it is read; zero: once
	Err   *steps.Error  // of the last reading, nil when it was good
}

// Age is how old the figure is at now.
func (f Figure[T]) Age(now time.Time) time.Duration { return max(0, now.Sub(f.At)) }

// Stale reports whether three readings have been missed.
func (f Figure[T]) Stale(now time.Time) bool {
	return f.Known && f.Every > 0 && f.Age(now) > 3*f.Every
}

// Snapshot is all that is known of an environment at a moment.
type Snapshot struct {
	At                           time.Time // by the cloud's clock
	Environment, Account, Region string
	Identity                     Figure[cloud.Identity]
	Services                     []Service
	Database                     Figure[cloud.Database]
	Secrets                      Figure[Secrets]
	Problems                     []Problem // worst first
}

// Service finds a service by its name, nil where there is none.
func (s *Snapshot) Service(name string) *Service {
	for i := range s.Services {
		if s.Services[i].Name == name {
			return &s.Services[i]
		}
	}
	return nil
}

// Service is what is known of one container service.
type Service struct {
	Name, Role  string
	State       Figure[cloud.Service]
	Deployments Figure[[]cloud.Deployment] // newest first
	Images      Figure[[]cloud.Image]      // newest first
	Health      Figure[cloud.Answer]       // of GET /
	Requests    Figure[Requests]           // from its access log
}

// Requests is what the access log says about the answers that people got.
type Requests struct {
	Bad, Of   int       // of the last requests, at most 20: how many were answered 5xx
	PerMinute int       // errors in the last minute
	Before    int       // errors a minute before the live version began; -1 where that is not known
	Spark     []int     // errors in each of the last minutes, oldest first, at most 8
	Since     time.Time // of the first error of the present stretch; zero where there is none
	Kind      string    // the last traceback's last line
	Kinds     int       // different ones since the live version began
	Total     int       // errors since the live version began
}

// Secrets is what is known of the secrets without reading a value.
type Secrets struct {
	Present, Wanted int
	Missing         []string
	Due             []Due // rotation is late
}

// Due is a secret whose rotation is late.
type Due struct {
	Name string
	Age  time.Duration
	Late time.Duration
}

// Severity orders problems.
type Severity string

// Severities.
const (
	Fault   Severity = "fault"   // people are hurt now
	Warning Severity = "warning" // can wait
	NotSeen Severity = "unknown" // something could not be looked at
)

// Problem is something that is wrong right now, with the procedure that mends it.
type Problem struct {
	Code      string // errors-after-deploy, service-disabled, deployment-failed, health, database, secrets-missing, secret-due, unreachable
	Severity  Severity
	Service   string // the container service's name; "" for others
	Summary   string // what happened
	Meaning   string // for production
	Began     string // in words: 2 min after version 13 went live at 07:05:04
	Since     time.Time
	Procedure string            // id of the one to open; "" where none helps
	Params    map[string]string // for it
}
