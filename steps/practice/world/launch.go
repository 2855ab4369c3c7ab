package world

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Lengths of what the cloud does, in virtual time.
const (
	FailAfter = 480 * time.Second // from the call to FAILED
	keepRuns  = 96 * time.Hour    // Lightsail keeps a container's log for four days
)

// DeployFor is how long a deployment takes that succeeds: 150 to 300 s, mostly about 180.
func (s *State) DeployFor(service string, version int) time.Duration {
	x := Draw(s.Scenario.Seed, "deploy", service, version).Float64()
	return time.Duration(150+150*x*x*x) * time.Second
}

// UpdateFor is how long a change of size or an enabling takes: 120 to 240 s.
func (s *State) UpdateFor(service string) time.Duration {
	return time.Duration(120+120*Draw(s.Scenario.Seed, "update", service, s.Seq).Float64()) * time.Second
}

// DisableFor is how long a disabling takes: 60 to 120 s.
func (s *State) DisableFor(service string) time.Duration { return s.UpdateFor(service) / 2 }

// launch makes the run of one container, and lets its start change the schema of the database that it reaches.
func (s *State) launch(v *Service, d *Deployment, name string, at time.Time) *Run {
	c, app := d.Containers[name], d.Apps[name]
	r := &Run{Container: name, Version: d.Version, App: app, Nodes: v.Scale, Started: at.UTC()}
	if d.Endpoint != nil && d.Endpoint.Container == name {
		r.Public, r.Path = true, d.Endpoint.Health.Path
	}
	r.Crash = s.doom(d, name)
	if app.Kind != "backend" {
		return r
	}
	r.Fingerprint = Fingerprint(c.Environment)
	if len(r.Crash) > 0 || !migrates(c) {
		return r
	}
	if db := s.databaseOf(c.Environment["DATABASE_URL"]); db != nil && db.Revision != app.Head() {
		r.From, r.To, db.Revision = db.Revision, app.Head(), app.Head()
	}
	return r
}

// migrates reports whether the container's start runs alembic first: the image's own start line does.
func migrates(c Container) bool {
	return len(c.Command) == 0 || strings.Contains(strings.Join(c.Command, " "), "alembic upgrade")
}

// doom is what a container says that cannot start, nil for one that can.
func (s *State) doom(d *Deployment, name string) []string {
	c, app := d.Containers[name], d.Apps[name]
	var why []string
	port := 3000
	switch app.Kind {
	case "":
		return []string{""} // it says nothing: the image is not known here
	case "backend":
		port = 8000
		why = s.backendDoom(c, app)
	}
	if e := d.Endpoint; why == nil && e != nil && e.Container == name && (e.Port != port || !accepts(e.Health.Codes, HealthAnswer(app.Kind, e.Health.Path))) {
		return []string{""} // it starts and says so, and the health check never passes
	}
	return why
}

func (s *State) backendDoom(c Container, app App) []string {
	for _, k := range []string{"GOOGLE_API_KEY", "COOKIE_SECRET"} {
		if c.Environment[k] == "" {
			return []string{
				"Traceback (most recent call last):",
				`  File "/app/config.py", line 97, in <module>`,
				`    settings = ConfigSettings(_env_file=".env", _env_file_encoding="utf-8")`,
				"pydantic_core._pydantic_core.ValidationError: 1 validation error for ConfigSettings",
				k,
				"  Field required [type=missing, input_value={}, input_type=dict]",
			}
		}
	}
	if !migrates(c) {
		return nil
	}
	dsn := c.Environment["DATABASE_URL"]
	host, _, _, ok := splitDSN(dsn)
	if !ok {
		return []string{"sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from string"}
	}
	db := s.databaseOf(dsn)
	if db == nil || db.State != "available" {
		return []string{fmt.Sprintf("sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) could not translate host name %q to address: Name or service not known", host)}
	}
	if _, user, pass, _ := splitDSN(dsn); pass != db.Password || user != db.User {
		return []string{fmt.Sprintf("sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at %q, port %d failed: FATAL:  password authentication failed for user %q", host, db.Port, user)}
	}
	if db.Revision != "" && !slices.Contains(app.Revisions, db.Revision) {
		return []string{fmt.Sprintf("FAILED: Can't locate revision identified by '%s'", db.Revision)}
	}
	return nil
}

// DSN is the connection string that the pipeline builds: nothing in it is escaped.
func (d *Database) DSN() string {
	return fmt.Sprintf("postgresql://%s:%s@%s:%d/%s?sslmode=require", d.User, d.Password, d.Address, d.Port, d.Master)
}

// splitDSN reads a connection string as libpq does with what the pipeline writes: the last @ ends the password.
func splitDSN(dsn string) (host, user, pass string, ok bool) {
	rest, ok := strings.CutPrefix(dsn, "postgresql://")
	at := strings.LastIndex(rest, "@")
	if !ok || at < 0 {
		return "", "", "", false
	}
	user, pass, _ = strings.Cut(rest[:at], ":")
	if p, err := url.PathUnescape(pass); err == nil {
		pass = p
	}
	host, _, _ = strings.Cut(rest[at+1:], "/")
	host, _, _ = strings.Cut(host, ":")
	return host, user, pass, host != ""
}

func (s *State) databaseOf(dsn string) *Database {
	host, _, _, _ := splitDSN(dsn)
	for _, d := range s.Databases {
		if d.Address == host {
			return d
		}
	}
	return nil
}

// HealthAnswer is the status that a healthy program gives to its load balancer.
func HealthAnswer(kind, path string) int {
	path, _, _ = strings.Cut(path, "?")
	known := []string{"/", "/heartbeat", "/robots.txt", "/payment/prices"}
	if kind == "frontend" {
		known = []string{"/", "/login", "/dashboard", "/pricing"}
	}
	if slices.Contains(known, path) {
		return 200
	}
	return 404
}

// accepts reads successCodes: 200, 200-499 or 200,204.
func accepts(codes string, status int) bool {
	for part := range strings.SplitSeq(codes, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		a, errA := strconv.Atoi(from)
		b := a
		var errB error
		if isRange {
			b, errB = strconv.Atoi(to)
		}
		if errA == nil && errB == nil && a <= status && status <= b {
			return true
		}
	}
	return false
}

func sortRuns(runs []*Run) {
	slices.SortStableFunc(runs, func(a, b *Run) int {
		return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.Container, b.Container))
	})
}

// Forget drops the runs whose log Lightsail no longer keeps.
func (v *Service) Forget(now time.Time) {
	v.Runs = slices.DeleteFunc(v.Runs, func(r *Run) bool { return !r.Stops.IsZero() && now.Sub(r.Stops) > keepRuns })
}
