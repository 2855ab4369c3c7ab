package keys

import "time"

// Times of the guard, by the wall clock.
const (
	GuardRest    = 400 * time.Millisecond // after something changed
	GuardSilence = 250 * time.Millisecond // without a key
	GuardHeld    = 60 * time.Millisecond  // presses closer than this are one held key
)

// Guard keeps keys typed at the screen before from answering this one. Arm it whenever what Enter does has changed, an overlay
// opened, the terminal got the focus back or fg returned; then ask Take before an answering key counts. The zero Guard with Now set
// is ready and not armed.
type Guard struct {
	Now   func() time.Time // wall clock
	armed time.Time
	last  time.Time
	enter time.Time
	on    bool
	count int
}

// Arm begins to swallow answering keys.
func (g *Guard) Arm() { g.on, g.armed = true, g.Now() }

// Take reports whether an answering key counts. While the guard is armed and has not rested, keys are swallowed and counted; the
// key that comes after the rest and the silence counts and ends it.
func (g *Guard) Take() bool {
	now := g.Now()
	if g.closed(now) {
		g.count++
		g.last = now
		return false
	}
	g.on, g.count, g.last = false, 0, now
	return true
}

// TakeEnter is Take for Enter: a held Enter is one Enter. repeat is what the terminal says of the key.
func (g *Guard) TakeEnter(repeat bool) bool {
	now := g.Now()
	held := repeat || !g.enter.IsZero() && now.Sub(g.enter) < GuardHeld
	g.enter = now
	if held {
		g.last = now
		return false
	}
	return g.Take()
}

// Saw notes any other key, which breaks the silence.
func (g *Guard) Saw() { g.last = g.Now() }

// Open reports whether answering keys count now: until then no cursor shows.
func (g *Guard) Open() bool { return !g.closed(g.Now()) }

func (g *Guard) closed(now time.Time) bool {
	return g.on && (now.Sub(g.armed) < GuardRest || now.Sub(g.last) < GuardSilence)
}

// Left is how long the guard stays closed if no key comes: for the command that shows the cursor again. Zero when it is open.
func (g *Guard) Left() time.Duration {
	if !g.on {
		return 0
	}
	now := g.Now()
	return max(0, GuardRest-now.Sub(g.armed), GuardSilence-now.Sub(g.last))
}

// Swallowed is how many keys were not taken since the guard was armed.
func (g *Guard) Swallowed() int { return g.count }
