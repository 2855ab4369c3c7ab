package world

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Mark is the clock as it is on disk: at Wall it was Sim.
type Mark struct {
	Sim    time.Time `json:"sim"`
	Wall   time.Time `json:"wall"`
	Factor float64   `json:"factor"`
	Fast   bool      `json:"fast"` // somebody was sleeping
}

// Limits of the factor.
const (
	FactorDefault = 20
	FactorMax     = 100000
)

// checkpoint is how often the clock is put on disk while it runs fast.
const checkpoint = 200 * time.Millisecond

// Resumed is the time to go on from at wall. It adds the wall time of the gap. A clock that was fast when it was last written has
// gone further than the file says, so it is taken ahead by what may have passed since: time never goes back for somebody who
// attaches again.
func (m Mark) Resumed(wall time.Time) time.Time {
	sim := m.Sim.Add(max(0, wall.Sub(m.Wall)))
	if m.Fast {
		sim = sim.Add(time.Duration(float64(2*checkpoint) * m.Factor))
	}
	return sim.UTC()
}

// Clock is the virtual clock: ×1, and × the factor while somebody sleeps on it.
type Clock struct {
	mu       sync.Mutex
	sim      time.Time // at wall
	wall     time.Time // with its monotonic reading
	factor   float64
	sleepers int
	changed  chan struct{} // closed when the speed changes or the clock is set
	settings int           // how often it was set
}

// NewClock starts a clock that shows sim now.
func NewClock(sim time.Time, factor float64) *Clock {
	return &Clock{sim: sim.UTC(), wall: time.Now(), factor: factor, changed: make(chan struct{})}
}

func (c *Clock) speed() float64 {
	if c.sleepers > 0 {
		return c.factor
	}
	return 1
}

func (c *Clock) now() time.Time {
	gone := time.Since(c.wall)
	return c.sim.Add(time.Duration(float64(gone) * c.speed()))
}

// rebase makes this moment the one that the clock counts from; call it before the speed changes.
func (c *Clock) rebase() {
	c.sim, c.wall = c.now(), time.Now()
	close(c.changed)
	c.changed = make(chan struct{})
}

// Now is the virtual time, UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

// Reading is the clock with its factor and its speed just now.
func (c *Clock) Reading() (now time.Time, factor, speed float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now(), c.factor, c.speed()
}

// Mark is the clock for the disk.
func (c *Clock) Mark() Mark {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Mark{Sim: c.now(), Wall: time.Now().UTC().Round(0), Factor: c.factor, Fast: c.sleepers > 0 && c.factor > 1}
}

// SetFactor changes the factor, for those who sleep already too.
func (c *Clock) SetFactor(f float64) error {
	if !(f >= 1 && f <= FactorMax) {
		return fmt.Errorf("the factor goes from 1 to %d", FactorMax)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase()
	c.factor = f
	return nil
}

// set makes the clock show sim. Whoever sleeps is woken.
func (c *Clock) set(sim time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase()
	c.sim = sim.UTC()
	c.settings++
}

func (c *Clock) enter() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase()
	c.sleepers++
}

func (c *Clock) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rebase()
	c.sleepers--
}

// sleep makes the clock fast until d of virtual time has passed, the clock is set, or ctx ends.
func (c *Clock) sleep(ctx context.Context, d time.Duration) error {
	c.enter()
	defer c.leave()
	c.mu.Lock()
	target, settings := c.now().Add(d), c.settings
	c.mu.Unlock()
	for {
		c.mu.Lock()
		left, speed, changed := target.Sub(c.now()), c.speed(), c.changed
		reset := c.settings != settings
		c.mu.Unlock()
		if left <= 0 || reset {
			return nil
		}
		t := time.NewTimer(time.Duration(float64(left)/speed) + time.Microsecond)
		select {
		case <-t.C:
		case <-changed:
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		}
		t.Stop()
	}
}
