// Package scenario seeds a simulated cloud: JustAJobApp's services, database and secrets with a day of plausible past, and then
// what is wrong in each drill. The words of the drills are written elsewhere; here are their facts. Only steps/practice and its
// control endpoint import it.
package scenario

import (
	"fmt"
	"slices"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// Default is the scenario of a cloud that nobody chose one for.
const Default = "baseline"

// Who calls, by access key. The keys are the same in every simulated cloud, so that a new scenario signs nobody out.
const (
	TraineeKey  = "AKIAPRACTICE2TRAINEE"
	ReaderKey   = "AKIAPRACTICE2READERX"
	PipelineKey = "AKIAPRACTICE2PIPELIN"
	MayaKey     = "AKIAPRACTICE2MAYAXXX"
	StrangerKey = "AKIAPRACTICE2STRANGE"
)

// Place of the simulated cloud. The stranger's account is another one, and empty.
const (
	Account         = "000000000000"
	StrangerAccount = "990011223344"
	Region          = "eu-west-1"
)

// keySeed draws what must not change with the scenario's seed: access keys and the Infisical login.
const keySeed = 2016_11_28

type definition struct {
	title, page string
	seed        func(*builder)
}

var definitions = map[string]definition{
	"baseline": {"Nothing is wrong", "", func(b *builder) { b.healthy() }},
	"bad-deploy": {
		"Errors right after a release",
		"HIGH api.justajobapp.com: 41 errors/min (usual: 1), first seen 6 min ago. Support: 'dashboard says something went wrong'. All health checks are green.",
		badDeploy,
	},
	"service-disabled": {
		"503 everywhere",
		"CRIT app.justajobapp.com answers 503 to everybody, since 3 min.",
		func(b *builder) { disabled(b, "jaja-frontend") },
	},
	"service-disabled-backend": {
		"503 everywhere",
		"CRIT api.justajobapp.com answers 503 to everybody, since 3 min.",
		func(b *builder) { disabled(b, "jaja-backend") },
	},
}

// IDs are the scenarios there are, sorted.
func IDs() []string {
	out := make([]string, 0, len(definitions))
	for id := range definitions {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// New seeds a cloud whose T0 is start, in whole seconds. The same id, seed and start give the same cloud, but for its ID.
func New(id string, seed uint64, start time.Time) (*world.State, error) {
	d, ok := definitions[id]
	if !ok {
		return nil, fmt.Errorf("there is no scenario %q; there are %v", id, IDs())
	}
	b := &builder{t0: start.UTC().Truncate(time.Second), seed: seed, s: &world.State{
		Format: world.Format, Account: Account, Region: Region, Principals: principals(), Ports: map[string]int{},
		Scenario: world.Scenario{ID: id, Title: d.title, Page: d.page, Seed: seed, Start: start.UTC().Truncate(time.Second)},
	}}
	b.s.ID = world.UUID(world.Draw(uint64(time.Now().UnixNano()), id, seed))
	b.s.Clock = world.Mark{Sim: b.t0, Wall: time.Now().UTC().Round(0), Factor: world.FactorDefault}
	b.database()
	b.vault()
	d.seed(b)
	slices.SortStableFunc(b.s.History, func(x, y world.Entry) int { return x.At.Compare(y.At) })
	for i := range b.s.History {
		b.s.History[i].Seq = uint64(i + 1)
	}
	return b.s, nil
}

func principals() []world.Principal {
	out := []world.Principal{
		{Name: "trainee", KeyID: TraineeKey, Account: Account},
		{Name: "reader", KeyID: ReaderKey, Account: Account, ReadOnly: true},
		{Name: "ci", KeyID: PipelineKey, Account: Account},
		{Name: "maya", KeyID: MayaKey, Account: Account},
		{Name: "stranger", KeyID: StrangerKey, Account: StrangerAccount},
	}
	for i := range out {
		out[i].Secret = world.Text(world.Draw(keySeed, "access key", out[i].Name), world.Mixed, 40)
	}
	return out
}

// healthy is the baseline: backend v12 and frontend v9 since yesterday.
func (b *builder) healthy() {
	b.backend()
	b.frontend()
	b.deployed("jaja-backend", 12, -20*time.Hour)
	b.deployed("jaja-frontend", 9, -20*time.Hour)
}

// badDeploy: the pipeline made v13 live six minutes ago, with a defect in two routes and no migration.
func badDeploy(b *builder) {
	b.backend()
	b.frontend()
	b.deployed("jaja-backend", 12, -20*time.Hour)
	b.deployed("jaja-frontend", 9, -20*time.Hour)
	app := backendApp("c13")
	app.Bugs = []world.Bug{{Route: "/get-emails", Rate: 0.6, Error: "KeyError: 'sync_tier'"}, {Route: "/me", Rate: 0.2, Error: "KeyError: 'sync_tier'"}}
	b.image("jaja-backend", "backend", 13, -9*time.Minute-45*time.Second, app)
	b.drop("jaja-backend", 11)
	b.deployed("jaja-backend", 13, -6*time.Minute)
}

// disabled: somebody switched a service off; it has answered 503 for three minutes.
func disabled(b *builder, name string) {
	b.healthy()
	v, at := b.s.Service(name), b.t0.Add(-3*time.Minute)
	v.Disabled = true
	for _, r := range v.Runs {
		if r.Stops.IsZero() {
			r.Until, r.Stops = at, at
		}
	}
	b.history(-4*time.Minute-15*time.Second, "maya", "UpdateContainerService", name, world.EffectApplied, "isDisabled=true")
	b.history(-3*time.Minute, world.Platform, "Update", name, world.EffectChanged, "DISABLED")
}
