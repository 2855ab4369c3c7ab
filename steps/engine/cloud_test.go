package engine_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// deployment is a version of a service, as the fake cloud has it.
type deployment struct {
	version int
	image   string
	env     string
	failed  bool
}

// cloud does fault to the first deploy call.
type cloud struct {
	mu    sync.Mutex
	ds    []deployment
	fault string
	calls int
	reads func() error // nil: reads work
}

func newCloud(fault string) *cloud {
	return &cloud{fault: fault, ds: []deployment{{version: 12, image: ":b.12", env: secret}, {version: 13, image: ":b.13", env: secret}}}
}

func (c *cloud) list() ([]deployment, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.reads != nil {
		if err := c.reads(); err != nil {
			return nil, err
		}
	}
	return slices.Clone(c.ds), nil
}

func (c *cloud) land(d deployment) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	d.version = len(c.ds) + 12
	c.ds = append(c.ds, d)
	return d.version
}

func (c *cloud) deploy(d deployment) (int, error) {
	c.mu.Lock()
	fault := c.fault
	c.fault = ""
	c.calls++
	c.mu.Unlock()
	switch fault {
	case "refused":
		return 0, &steps.Error{Code: steps.CodeRejected, What: "No such image."}
	case "not-sent":
		return 0, &steps.Error{Code: steps.CodeNotSent, What: "Connection refused."}
	case "reset": // it never arrived
		return 0, errors.New("connection reset by peer")
	case "lost": // it arrived, and the answer is lost
		c.land(d)
		return 0, context.DeadlineExceeded
	case "late": // it arrives after everybody has given it up
		time.AfterFunc(20*time.Second, func() { c.land(d) })
		return 0, context.DeadlineExceeded
	case "throttled": // it arrived, and an adapter says something else than rejected or not-sent
		c.land(d)
		return 0, &steps.Error{Code: steps.CodeThrottled, What: "AWS asks us to slow down."}
	case "slow": // it is taken, and reads show it only later
		time.AfterFunc(10*time.Second, func() { c.land(d) })
		return 14, nil
	case "never": // it is taken, and nothing comes of it
		return 14, nil
	case "panic":
		c.land(d)
		panic("nil map")
	case "broken":
		d.failed = true
		return c.land(d), nil
	case "foreign": // it never arrived, and somebody else was quicker
		c.land(deployment{image: ":b.99", env: d.env})
		return 0, context.DeadlineExceeded
	}
	return c.land(d), nil
}

func (c *cloud) ours() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range c.ds[2:] {
		if d.image == ":b.12" && d.env == secret {
			n++
		}
	}
	return n
}

// deploy is an operation on the fake cloud, resolved by content.
type deploy struct {
	*cloud
	version int
}

func (o deploy) Declaration() steps.Declaration {
	return steps.Declaration{Name: "deploy", Version: o.version, Resolver: steps.ByContent, Settle: time.Minute,
		Inputs: map[string]steps.Input{"service": {Kind: steps.KindService}, "image": {Kind: steps.KindText}}, Outputs: map[string]steps.ValueKind{"version": steps.KindInt}}
}

func (o deploy) Observe(context.Context, steps.Values) (deployment, error) {
	ds, err := o.list()
	if err != nil {
		return deployment{}, err
	}
	return ds[len(ds)-1], nil
}

func (o deploy) Plan(with steps.Values, d deployment) (steps.Plan, error) {
	base := strconv.Itoa(d.version)
	return steps.Plan{Target: with["service"].Text, Summary: "One deployment of " + with["service"].Text + ".",
		Basis: map[string]string{"version": base, "image": d.image}, Recipe: map[string]string{"image": with["image"].Text, "base": base},
		Obliges: []steps.Obligation{{ID: "main", What: "main still holds the bad commit", Closes: "a revert on main"}}}, nil
}

func (o deploy) Apply(_ context.Context, s deployment, p steps.Plan) (steps.Receipt, error) {
	v, err := o.deploy(deployment{image: p.Recipe["image"], env: s.env})
	return steps.Receipt{"version": strconv.Itoa(v), "operation": "op-77aa"}, err
}

func (o deploy) Verify(ctx context.Context, p steps.Plan, _ steps.Receipt) (steps.Finding, error) {
	return o.Resolve(ctx, p)
}

func (o deploy) Resolve(_ context.Context, p steps.Plan) (steps.Finding, error) {
	ds, err := o.list()
	if err != nil {
		return steps.Finding{}, err
	}
	found := steps.Finding{Is: steps.Absent, Why: "not there"}
	for _, d := range ds {
		v := strconv.Itoa(d.version)
		switch ours := d.image == p.Recipe["image"] && d.env == secret; {
		case v <= p.Recipe["base"]:
		case ours && d.failed:
			return steps.Finding{Is: steps.Broken, Why: "version " + v + " failed"}, nil
		case ours:
			return steps.Finding{Is: steps.Landed, Why: "version " + v + " has it", Receipt: steps.Receipt{"version": v}}, nil
		default:
			found = steps.Finding{Is: steps.Foreign, Why: "version " + v + " is somebody else's"}
		}
	}
	return found, nil
}
