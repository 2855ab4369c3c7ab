package practice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/JustAJobApp/runbook/steps/practice/scenario"
	"github.com/JustAJobApp/runbook/steps/practice/world"
)

const lockFile = "lock"

// Options say which cloud is wanted.
type Options struct {
	Dir      string    // its state; made with 0700 where it is missing
	Scenario string    // "" goes on with what Dir holds, or takes baseline; another one than Dir holds starts anew
	Seed     uint64    // draws secrets, durations and traffic of a new cloud
	Factor   float64   // how fast the clock goes while somebody sleeps; 0 keeps what Dir holds, or takes 20
	Start    time.Time // the virtual clock's start of a new cloud; zero: the wall clock's, in whole seconds
}

// ErrHeld means that another process serves the folder: Attach finds it.
var ErrHeld = errors.New("another process serves this practice cloud")

// Cloud is a simulated cloud that is being served.
type Cloud struct {
	dir   string
	lock  *flock.Flock
	world *world.World
	net   *network
	addr  Addresses

	once   sync.Once
	closed error
}

// Scenarios are the ids that Options.Scenario takes, sorted.
func Scenarios() []string { return scenario.IDs() }

// Start serves the cloud of a folder: what the folder holds, with the wall time that has passed since, or a new one. It holds a
// lock on the folder until Close. ctx bounds the start, not the cloud's life.
func Start(ctx context.Context, o Options) (*Cloud, error) {
	if o.Dir == "" {
		return nil, errors.New("a practice cloud needs a folder")
	}
	if o.Factor != 0 && !(o.Factor >= 1 && o.Factor <= world.FactorMax) {
		return nil, fmt.Errorf("the factor goes from 1 to %d", world.FactorMax)
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	c := &Cloud{dir: o.Dir, lock: flock.New(filepath.Join(o.Dir, lockFile), flock.SetPermissions(0o600))}
	ok, err := c.lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrHeld
	}
	if err := c.start(ctx, o); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// start opens everything behind the lock; Close takes down what there is.
func (c *Cloud) start(ctx context.Context, o Options) error {
	state, err := stateFor(o)
	if err != nil {
		return err
	}
	if c.world, err = world.Open(o.Dir, state); err != nil {
		return err
	}
	id := world.UUID(world.Draw(uint64(time.Now().UnixNano()), "process", os.Getpid()))
	if c.net, err = serve(ctx, c.world, id, c.Addresses); err != nil {
		return err
	}
	c.addr = c.addresses()
	c.net.run()
	b, err := json.MarshalIndent(addressDoc{id, c.addr}, "", "  ")
	if err != nil {
		return err
	}
	return world.Replace(filepath.Join(o.Dir, addressFile), b)
}

// stateFor is what the folder holds, or a new state.
func stateFor(o Options) (*world.State, error) {
	state, err := world.Load(o.Dir)
	if err != nil {
		return nil, err
	}
	if state == nil || o.Scenario != "" && o.Scenario != state.Scenario.ID {
		id, start := o.Scenario, o.Start
		if id == "" {
			id = scenario.Default
		}
		if start.IsZero() {
			start = time.Now()
		}
		var ports map[string]int
		if state != nil {
			ports = state.Ports
		}
		if state, err = scenario.New(id, o.Seed, start); err != nil {
			return nil, err
		}
		state.Scenario.Fixed = !o.Start.IsZero()
		if ports != nil {
			state.Ports = ports
		}
	}
	if o.Factor != 0 {
		state.Clock.Factor = o.Factor
	}
	return state, nil
}

// Addresses says where the cloud is served.
func (c *Cloud) Addresses() Addresses { return c.addr }

// Close ends the serving, keeps the state and lets go of the folder.
func (c *Cloud) Close() error {
	c.once.Do(func() {
		if c.addr.URL != "" {
			_ = os.Remove(filepath.Join(c.dir, addressFile))
		}
		if c.net != nil {
			c.net.close()
		}
		if c.world != nil {
			c.closed = c.world.Close()
		}
		if err := c.lock.Unlock(); c.closed == nil {
			c.closed = err
		}
	})
	return c.closed
}

func (c *Cloud) addresses() Addresses {
	a := Addresses{URL: c.net.url}
	a.Lightsail, a.STS, a.Infisical, a.Control = a.URL, a.URL, a.URL, a.URL+controlPath
	c.world.Read(func(_ time.Time, s *world.State) {
		p, _ := s.Principal(scenario.TraineeKey)
		a.Env = map[string]string{
			"AWS_ACCESS_KEY_ID": p.KeyID, "AWS_SECRET_ACCESS_KEY": p.Secret, "AWS_REGION": s.Region, "AWS_DEFAULT_REGION": s.Region,
			"AWS_ENDPOINT_URL_LIGHTSAIL": a.Lightsail, "AWS_ENDPOINT_URL_STS": a.STS, "AWS_EC2_METADATA_DISABLED": "true",
			"INFISICAL_API_URL": a.Infisical, "INFISICAL_UNIVERSAL_AUTH_CLIENT_ID": s.Vault.ClientID,
			"INFISICAL_UNIVERSAL_AUTH_CLIENT_SECRET": s.Vault.ClientSecret, "INFISICAL_PROJECT_ID": s.Vault.Project,
			"INFISICAL_DISABLE_UPDATE_CHECK": "true",
		}
	})
	return a
}
