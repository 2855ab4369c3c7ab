// Package cloud holds the nouns of the outside services, as plain data: container services and their deployments, images, logs,
// databases, identities, secrets without their values, answers of web servers. Adapters fill them, operations and status read
// them. It imports the standard library only; any package of ours but practice may import it.
//
// Names are Lightsail's and Infisical's.
package cloud

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Identity is who we are, as AWS STS says it.
type Identity struct {
	Account string // twelve digits
	ARN     string
	Region  string // of the client's configuration; STS does not say it
}

// States of a container service. READY means that there is no deployment, not that there is one.
const (
	ServicePending   = "PENDING"
	ServiceReady     = "READY"
	ServiceDeploying = "DEPLOYING"
	ServiceRunning   = "RUNNING"
	ServiceUpdating  = "UPDATING"
	ServiceDisabled  = "DISABLED"
	ServiceDeleting  = "DELETING"
)

// States of a deployment.
const (
	DeploymentActivating = "ACTIVATING"
	DeploymentActive     = "ACTIVE"
	DeploymentInactive   = "INACTIVE"
	DeploymentFailed     = "FAILED"
)

// Service is a container service.
type Service struct {
	Name          string
	State         string
	DetailCode    string // only while PENDING, DEPLOYING or UPDATING
	DetailMessage string
	Power         string
	Scale         int
	Disabled      bool
	URL           string // ends in a slash
	CreatedAt     time.Time
	Current       *Deployment // what serves; nil before the first success
	Next          *Deployment // what is coming; nil when nothing is
}

// Deployment is one version of a container service.
type Deployment struct {
	Version    int
	State      string
	CreatedAt  time.Time
	Containers map[string]Container
	Endpoint   *Endpoint // nil: private only
}

// Image is the image of the deployment's public container, or of its only one; "" where that cannot be told.
func (d *Deployment) Image() string { return d.Public().Image }

// Public is the container that the endpoint names, or the only one.
func (d *Deployment) Public() Container {
	if d == nil {
		return Container{}
	}
	if d.Endpoint != nil {
		return d.Containers[d.Endpoint.Container]
	}
	if len(d.Containers) == 1 {
		for _, c := range d.Containers {
			return c
		}
	}
	return Container{}
}

// Container is one container of a deployment.
type Container struct {
	Image       string
	Command     []string
	Environment Environment
	Ports       map[string]string // "8000" → HTTP
}

// Endpoint is a deployment's public endpoint, with its health check.
type Endpoint struct {
	Container string
	Port      int
	Health    HealthCheck
}

// HealthCheck is the load balancer's; seconds are whole.
type HealthCheck struct {
	Path                                 string
	SuccessCodes                         string // 200-499
	IntervalSeconds, TimeoutSeconds      int
	HealthyThreshold, UnhealthyThreshold int
}

// Environment is a container's environment. Its values are secrets in clear: it prints, formats and marshals as a count.
type Environment map[string]string

// Keys are the names, sorted.
func (e Environment) Keys() []string { return slices.Sorted(maps.Keys(e)) }

// Values are the values, for the masker only.
func (e Environment) Values() []string { return slices.Collect(maps.Values(e)) }

// String keeps values out of logs and errors.
func (e Environment) String() string { return fmt.Sprintf("%d keys", len(e)) }

// GoString keeps values out of %#v.
func (e Environment) GoString() string { return e.String() }

// Format keeps values out of every verb.
func (e Environment) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(e.String())) }

// MarshalJSON writes the names only.
func (e Environment) MarshalJSON() ([]byte, error) { return json.Marshal(e.Keys()) }

// Image is an image that a container service holds.
type Image struct {
	Name      string // :SERVICE.LABEL.NUMBER
	Digest    string
	CreatedAt time.Time
}

// LogLine is one line of a container's log, as the service keeps it: not masked, not escaped.
type LogLine struct {
	At      time.Time
	Message string
}

// Database is a managed PostgreSQL database. States are lower case and an open set: one that is not known counts as busy.
type Database struct {
	Name                 string
	State                string
	Engine               string // postgres 13.18
	Bundle               string
	LatestRestorableTime time.Time // zero: none yet
	Public               bool
	BackupRetention      bool
	Address              string // "" while it is being made
	Port                 int
	DiskGB               int
}

// Secret is what Infisical says of a secret without its value.
type Secret struct {
	Name      string
	Version   int
	CreatedAt time.Time
	UpdatedAt time.Time // moves with any edit, so an age from it is a lower bound
	Path      string
}

// Answer is what a web server answered.
type Answer struct {
	URL    string
	Status int
	Took   time.Duration // wall clock
	Header map[string]string
	Body   string // at most the first 64 KiB
	At     time.Time
}
