package scenario

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// revisions is the history of the schema, as far as the newest images know it.
var revisions = []string{"3f1c9a7e5b20", "8d0f3b6a91c2", "rename_sub_price_cents", "b7e42d19c6f0"}

type builder struct {
	s    *world.State
	t0   time.Time
	seed uint64
}

func (b *builder) draw(words ...any) *rand.Rand { return world.Draw(b.seed, words...) }

func (b *builder) history(at time.Duration, who, op, target, effect, note string) {
	b.s.Record(world.Entry{At: b.t0.Add(at), Principal: who, Operation: op, Target: target, Effect: effect, Note: note})
}

func backendApp(commit string) world.App {
	return world.App{Kind: "backend", Commit: commit, Revisions: slices.Clone(revisions)}
}

func (b *builder) database() {
	const name = "jaja-db"
	r := b.draw("database")
	d := &world.Database{
		Name: name, ID: world.UUID(r), SupportCode: supportCode(r), CreatedAt: b.t0.Add(-411 * 24 * time.Hour), State: "available", Engine: "13.18",
		Bundle: "micro_2_0", DiskGB: 40, Zone: "eu-west-1a", Retention: true, User: "dbmasteruser", Master: "dbmaster", Port: 5432,
		Password: world.Text(r, world.Mixed, 30) + "_" + world.Text(r, world.Mixed, 5), PasswordAt: b.t0.Add(-411 * 24 * time.Hour),
		Address:      "ls-" + world.Text(r, world.Hex, 40) + "." + world.Text(r, world.Lower, 12) + ".eu-west-1.rds.amazonaws.com",
		BackupWindow: "01:10-01:40", Maintenance: "sun:04:20-sun:04:50", Revision: revisions[len(revisions)-1],
	}
	b.s.Databases = append(b.s.Databases, d)
	at := b.t0.Add(-20*time.Hour - 40*time.Minute)
	snap := world.Snapshot{
		Name: "pre-deployment-" + at.Format("20060102-150405"), ID: world.UUID(r), SupportCode: supportCode(r), CreatedAt: at, State: "available",
		SizeGB: 40, Engine: "13.18", Database: name, DatabaseID: d.ID, Bundle: "micro_2_0", RetainedRows: 47_000,
	}
	b.s.Snapshots = append(b.s.Snapshots, snap)
	for _, o := range []world.Operation{
		{Resource: snap.Name, ResourceType: "RelationalDatabaseSnapshot", Details: name, Zone: "all"},
		{Resource: name, ResourceType: "RelationalDatabase", Details: snap.Name, Zone: d.Zone},
	} {
		o.ID, o.Type, o.Status = world.UUID(r), "CreateRelationalDatabaseSnapshot", "Succeeded"
		o.CreatedAt, o.ChangedAt = at, at.Add(3*time.Minute)
		b.s.Operations = append(b.s.Operations, o)
	}
}

func supportCode(r *rand.Rand) string {
	return fmt.Sprintf("%012d/ls-%s", 400000000000+r.Int64N(100000000000), world.Text(r, world.Hex, 40))
}

func (b *builder) backend() {
	b.service("jaja-backend", "nano", 1)
	for v := 3; v <= 11; v++ {
		b.past("jaja-backend", v, -time.Duration(13-v)*9*24*time.Hour)
	}
	b.image("jaja-backend", "backend", 11, -18*24*time.Hour-4*time.Minute, backendApp("c11"))
	b.image("jaja-backend", "backend", 12, -20*time.Hour-4*time.Minute, backendApp("c12"))
}

func (b *builder) frontend() {
	b.service("jaja-frontend", "micro", 2)
	for v := 2; v <= 8; v++ {
		b.past("jaja-frontend", v, -time.Duration(10-v)*9*24*time.Hour)
	}
	b.image("jaja-frontend", "frontend", 8, -18*24*time.Hour-4*time.Minute, world.App{Kind: "frontend", Commit: "c11"})
	b.image("jaja-frontend", "frontend", 9, -20*time.Hour-4*time.Minute, world.App{Kind: "frontend", Commit: "c12"})
}

func (b *builder) service(name, power string, scale int) {
	b.s.Services = append(b.s.Services, &world.Service{
		Name: name, ID: world.UUID(b.draw("service", name)), CreatedAt: b.t0.Add(-411 * 24 * time.Hour), Power: power, Scale: scale,
	})
}

func (b *builder) image(service, label string, number int, at time.Duration, app world.App) {
	v := b.s.Service(service)
	v.Counter = max(v.Counter, number)
	v.Images = append(v.Images, world.Image{
		Name: fmt.Sprintf(":%s.%s.%d", service, label, number), Label: label, Number: number, CreatedAt: b.t0.Add(at), App: app,
		Digest: "sha256:" + world.Text(b.draw("image", service, number), world.Hex, 64),
	})
	b.history(at, "ci", "RegisterContainerImage", service, world.EffectApplied, v.Images[len(v.Images)-1].Name)
}

// drop deletes an image, as the pipeline does before it pushes.
func (b *builder) drop(service string, number int) {
	v := b.s.Service(service)
	v.Images = slices.DeleteFunc(v.Images, func(i world.Image) bool { return i.Number == number })
}

// past puts an old version into the history. Its log is long gone.
func (b *builder) past(service string, version int, at time.Duration) {
	b.deployment(service, version, b.t0.Add(at), "INACTIVE")
}

func (b *builder) deployment(service string, version int, active time.Time, state string) *world.Deployment {
	v := b.s.Service(service)
	container, port := "backend", 8000
	if service == "jaja-frontend" {
		container, port = "frontend", 3000
	}
	image := fmt.Sprintf(":%s.%s.%d", service, container, version)
	took := b.s.DeployFor(service, version)
	d := &world.Deployment{
		Version: version, State: state, By: "ci", CreatedAt: active.Add(-took), StartsAt: active.Add(-took * 45 / 100), EndsAt: active, Started: true,
		Containers: map[string]world.Container{container: {
			Image: image, Command: []string{}, Environment: b.environment(container), Ports: map[string]string{fmt.Sprint(port): "HTTP"},
		}},
		Endpoint: &world.Endpoint{Container: container, Port: port, Health: world.Health{Healthy: 2, Unhealthy: 2, Timeout: 5, Interval: 10, Path: "/", Codes: "200-499"}},
		Apps:     map[string]world.App{container: {Kind: container}},
	}
	if i := v.Image(image); i != nil {
		d.Apps[container] = i.App
	}
	v.Deployments = append(v.Deployments, d)
	return d
}

// deployed makes a version live at an offset from T0, over the one before it.
func (b *builder) deployed(service string, version int, at time.Duration) {
	v, active := b.s.Service(service), b.t0.Add(at)
	d := b.deployment(service, version, active, "ACTIVE")
	if old := v.Deployment(version - 1); old != nil {
		old.State = "INACTIVE"
		if v.Current == 0 {
			// What ran before it left a log too: the day before T0 has no gap.
			v.Runs = append(v.Runs, b.run(v, old, old.StartsAt, old.EndsAt))
		}
	}
	for _, r := range v.Runs {
		if r.Until.IsZero() {
			r.Until, r.Stops = active, active.Add(20*time.Second)
		}
	}
	v.Runs = append(v.Runs, b.run(v, d, d.StartsAt, active))
	v.Current = version
	b.history(d.CreatedAt.Sub(b.t0), "ci", "CreateContainerServiceDeployment", service, world.EffectApplied, fmt.Sprintf("version %d", version))
	b.history(at, world.Platform, "Deployment", service, world.EffectChanged, fmt.Sprintf("version %d is ACTIVE", version))
}

func (b *builder) run(v *world.Service, d *world.Deployment, started, serves time.Time) *world.Run {
	for name, c := range d.Containers {
		r := &world.Run{Container: name, Version: d.Version, App: d.Apps[name], Public: true, Path: "/", Nodes: v.Scale, Started: started, Serves: serves}
		if r.App.Kind == "backend" {
			r.Fingerprint = world.Fingerprint(c.Environment)
		}
		return r
	}
	return nil
}

var backendKeys = strings.Fields(`GOOGLE_CLIENT_REDIRECT_URI GOOGLE_API_KEY GOOGLE_CLIENT_ID GOOGLE_CLIENT_SECRET IPINFO_TOKEN COOKIE_SECRET STRIPE_SECRET_KEY
	STRIPE_WEBHOOK_SECRET STRIPE_MONTHLY_PRICE_ID STRIPE_YEARLY_PRICE_ID APP_URL API_URL ENV DATABASE_URL ORIGIN AWS_KMS_ACCESS_KEY_ID
	AWS_KMS_SECRET_ACCESS_KEY AWS_KMS_KEY_ARN AWS_DATABASE_REGION`)

var frontendKeys = strings.Fields(`NODE_ENV NEXT_PUBLIC_APP_URL NEXT_PUBLIC_API_URL APP_URL GH_APP_ID GH_PRIVATE_KEY GH_INSTALLATION_ID`)

// environment is what the pipeline sends for a container. It flattens the newlines of the private key.
func (b *builder) environment(container string) map[string]string {
	keys := backendKeys
	if container == "frontend" {
		keys = frontendKeys
	}
	env := make(map[string]string, len(keys))
	for _, k := range keys {
		env[k] = strings.ReplaceAll(b.s.Vault.Value(k), "\n", " ")
	}
	return env
}
