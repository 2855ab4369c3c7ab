// Package world is the state of the simulated cloud: container services, databases, secrets, faults, the history of what was
// asked of it, and the virtual clock that all of it lives on. A change is on disk before it is answered; what only needs time to
// pass is worked out from the clock when somebody looks.
//
// Only the packages of steps/practice import it. Nobody else knows it: the cloud is talked to over HTTP.
package world

import (
	"slices"
	"time"
)

// Format is the version of the state on disk. A state of another format is not read.
const Format = 1

// State is everything the cloud knows, as it is on disk.
type State struct {
	Format     int            `json:"format"`
	ID         string         `json:"id"` // of this cloud, drawn when it was seeded
	Scenario   Scenario       `json:"scenario"`
	Clock      Mark           `json:"clock"`
	Account    string         `json:"account"`
	Region     string         `json:"region"`
	Principals []Principal    `json:"principals"`
	Services   []*Service     `json:"services"`
	Databases  []*Database    `json:"databases"`
	Snapshots  []Snapshot     `json:"snapshots"`
	Operations []Operation    `json:"operations"` // oldest first
	Vault      Vault          `json:"vault"`
	Faults     []Fault        `json:"faults"`
	History    []Entry        `json:"history"`
	Seq        uint64         `json:"seq"`
	Ports      map[string]int `json:"ports"` // last used, by listener: "main" or a container service's name
}

// Scenario says what the cloud was seeded from.
type Scenario struct {
	ID    string    `json:"id"`
	Title string    `json:"title"`
	Page  string    `json:"page"` // what the pager says
	Seed  uint64    `json:"seed"`
	Start time.Time `json:"start"` // T0 on the virtual clock
	Fixed bool      `json:"fixed"` // Start was asked for, not taken from the wall clock
}

// Principal is somebody who may call, known by an access key.
type Principal struct {
	Name     string `json:"name"` // trainee, reader, ci, maya
	KeyID    string `json:"key_id"`
	Secret   string `json:"secret"`
	Account  string `json:"account"`
	ReadOnly bool   `json:"read_only"`
}

// Service is a container service.
type Service struct {
	Name        string        `json:"name"`
	ID          string        `json:"id"`
	CreatedAt   time.Time     `json:"created_at"`
	Power       string        `json:"power"`
	Scale       int           `json:"scale"`
	Disabled    bool          `json:"disabled"`
	Current     int           `json:"current"` // version that serves; 0: none yet
	Next        int           `json:"next"`    // version that is coming; 0: none
	Update      *Update       `json:"update,omitempty"`
	Deployments []*Deployment `json:"deployments"` // oldest first, at most 50
	Images      []Image       `json:"images"`      // oldest first
	Counter     int           `json:"counter"`     // number of the last image, over all labels
	Runs        []*Run        `json:"runs"`        // oldest first
}

// Update is a change of size or of the disabled flag that is under way.
type Update struct {
	Began     time.Time `json:"began"`
	StartsAt  time.Time `json:"starts_at"` // the current deployment starts anew; zero: it does not
	Ends      time.Time `json:"ends"`
	Disabling bool      `json:"disabling"`
	Started   bool      `json:"started"`
}

// Deployment is one version of a service.
type Deployment struct {
	Version    int                  `json:"version"`
	State      string               `json:"state"` // ACTIVATING, ACTIVE, INACTIVE, FAILED
	By         string               `json:"by"`
	CreatedAt  time.Time            `json:"created_at"`
	StartsAt   time.Time            `json:"starts_at"` // its containers start
	EndsAt     time.Time            `json:"ends_at"`   // it becomes ACTIVE or FAILED
	Started    bool                 `json:"started"`
	Containers map[string]Container `json:"containers"`
	Endpoint   *Endpoint            `json:"endpoint,omitempty"`
	Apps       map[string]App       `json:"apps"` // what the containers' images do, by container
}

// Container is one container of a deployment.
type Container struct {
	Image       string            `json:"image"`
	Command     []string          `json:"command"`
	Environment map[string]string `json:"environment"`
	Ports       map[string]string `json:"ports"`
}

// Endpoint is the public endpoint of a deployment.
type Endpoint struct {
	Container string `json:"container"`
	Port      int    `json:"port"`
	Health    Health `json:"health"`
}

// Health is the load balancer's check.
type Health struct {
	Healthy   int    `json:"healthy"`
	Unhealthy int    `json:"unhealthy"`
	Timeout   int    `json:"timeout"`  // seconds
	Interval  int    `json:"interval"` // seconds
	Path      string `json:"path"`
	Codes     string `json:"codes"`
}

// Image is an image that a service holds.
type Image struct {
	Name      string    `json:"name"` // :SERVICE.LABEL.NUMBER
	Label     string    `json:"label"`
	Number    int       `json:"number"`
	Digest    string    `json:"digest"`
	CreatedAt time.Time `json:"created_at"`
	App       App       `json:"app"`
}

// App is what the program in an image does.
type App struct {
	Kind      string   `json:"kind"` // backend, frontend; "" cannot run here
	Commit    string   `json:"commit"`
	Revisions []string `json:"revisions"` // schema revisions that it knows, oldest first; the last one is its head
	Bugs      []Bug    `json:"bugs,omitempty"`
}

// Head is the schema revision that the program wants.
func (a App) Head() string {
	if len(a.Revisions) == 0 {
		return ""
	}
	return a.Revisions[len(a.Revisions)-1]
}

// Bug makes a share of a route's requests end in a 500 with a traceback.
type Bug struct {
	Route string  `json:"route"`
	Rate  float64 `json:"rate"`
	Error string  `json:"error"` // the traceback's last line
}

// Run is one life of a container: what its log and its answers are made from.
type Run struct {
	Container   string    `json:"container"`
	Version     int       `json:"version"`
	App         App       `json:"app"`
	Public      bool      `json:"public"` // the load balancer asks it
	Path        string    `json:"path"`   // of the health check
	Nodes       int       `json:"nodes"`
	Fingerprint string    `json:"fingerprint,omitempty"`
	From        string    `json:"from,omitempty"` // schema revision before a migration; "" with To: none ran
	To          string    `json:"to,omitempty"`
	Started     time.Time `json:"started"`
	Serves      time.Time `json:"serves"`          // zero: never has
	Until       time.Time `json:"until"`           // stops serving; zero: not yet
	Stops       time.Time `json:"stops"`           // last line; zero: runs
	Crash       []string  `json:"crash,omitempty"` // it cannot start: what it says each time
	Failed      time.Time `json:"failed"`          // zero: it did not end in Took too long
}

// Database is a managed database.
type Database struct {
	Name         string    `json:"name"`
	ID           string    `json:"id"`
	SupportCode  string    `json:"support_code"`
	CreatedAt    time.Time `json:"created_at"`
	State        string    `json:"state"`
	Engine       string    `json:"engine_version"`
	Bundle       string    `json:"bundle"`
	DiskGB       int       `json:"disk_gb"`
	Zone         string    `json:"zone"`
	Public       bool      `json:"public"`
	Retention    bool      `json:"retention"`
	User         string    `json:"user"`
	Password     string    `json:"password"`
	PasswordAt   time.Time `json:"password_at"`
	Master       string    `json:"master"` // database name
	Address      string    `json:"address"`
	Port         int       `json:"port"`
	BackupWindow string    `json:"backup_window"`
	Maintenance  string    `json:"maintenance"`
	Revision     string    `json:"revision"` // of the schema
}

// Restorable is the newest moment that the database can be restored to: the last five-minute mark that is two minutes old.
func (d *Database) Restorable(now time.Time) time.Time {
	return now.Add(-2 * time.Minute).Truncate(5 * time.Minute)
}

// Snapshot is a manual backup of a database.
type Snapshot struct {
	Name         string    `json:"name"`
	ID           string    `json:"id"`
	SupportCode  string    `json:"support_code"`
	CreatedAt    time.Time `json:"created_at"`
	State        string    `json:"state"`
	SizeGB       int       `json:"size_gb"`
	Engine       string    `json:"engine_version"`
	Database     string    `json:"database"`
	DatabaseID   string    `json:"database_id"`
	Bundle       string    `json:"bundle"`
	RetainedRows int       `json:"retained_rows"`
}

// Operation is what Lightsail says about a database operation.
type Operation struct {
	ID           string    `json:"id"`
	Resource     string    `json:"resource"`
	ResourceType string    `json:"resource_type"`
	Type         string    `json:"type"`
	Details      string    `json:"details"`
	Zone         string    `json:"zone"`
	Status       string    `json:"status"`
	CreatedAt    time.Time `json:"created_at"`
	ChangedAt    time.Time `json:"changed_at"`
}

// Vault is the Infisical project.
type Vault struct {
	Organisation string    `json:"organisation"`
	Project      string    `json:"project"`
	Slug         string    `json:"slug"`
	Environment  string    `json:"environment"`
	ClientID     string    `json:"client_id"`
	ClientSecret string    `json:"client_secret"`
	Identity     string    `json:"identity"`
	SigningKey   string    `json:"signing_key"`
	Secrets      []*Secret `json:"secrets"` // by name
}

// Secret is a secret with all its versions.
type Secret struct {
	ID        string          `json:"id"`
	Key       string          `json:"key"`
	CreatedAt time.Time       `json:"created_at"`
	Versions  []SecretVersion `json:"versions"` // oldest first, never empty
	Comment   string          `json:"comment"`
}

// Latest is the version that counts.
func (s *Secret) Latest() SecretVersion { return s.Versions[len(s.Versions)-1] }

// SecretVersion is one value of a secret.
type SecretVersion struct {
	Version int       `json:"version"`
	Value   string    `json:"value"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
}

// Secret finds a secret by its name, nil where there is none.
func (v *Vault) Secret(key string) *Secret {
	for _, s := range v.Secrets {
		if s.Key == key {
			return s
		}
	}
	return nil
}

// Value is a secret's value, "" where there is none.
func (v *Vault) Value(key string) string {
	if s := v.Secret(key); s != nil {
		return s.Latest().Value
	}
	return ""
}

// Service finds a service by its name, nil where there is none.
func (s *State) Service(name string) *Service {
	for _, v := range s.Services {
		if v.Name == name {
			return v
		}
	}
	return nil
}

// Database finds a database by its name, nil where there is none.
func (s *State) Database(name string) *Database {
	for _, d := range s.Databases {
		if d.Name == name {
			return d
		}
	}
	return nil
}

// Principal finds who an access key belongs to.
func (s *State) Principal(keyID string) (Principal, bool) {
	i := slices.IndexFunc(s.Principals, func(p Principal) bool { return p.KeyID == keyID })
	if i < 0 {
		return Principal{}, false
	}
	return s.Principals[i], true
}

// Deployment finds a version, nil where there is none.
func (v *Service) Deployment(version int) *Deployment {
	for _, d := range v.Deployments {
		if d.Version == version {
			return d
		}
	}
	return nil
}

// Image finds an image by its full name, nil where there is none.
func (v *Service) Image(name string) *Image {
	for i := range v.Images {
		if v.Images[i].Name == name {
			return &v.Images[i]
		}
	}
	return nil
}
