package world

import (
	"context"
	"encoding/json"
	"path/filepath"
	"sync"
	"time"
)

// flushEvery is how often reads in the history reach the disk; changes are there before they are answered.
const flushEvery = 2 * time.Second

// World is the one owner of a state. All its methods may be called from any goroutine.
type World struct {
	dir   string
	clock *Clock

	mu    sync.Mutex
	state *State
	dirty bool // memory has something that the disk has not, and that may be lost

	disk sync.Mutex // the clock's file
	stop context.CancelFunc
	done sync.WaitGroup
}

// Open takes over a state, which came from Load or from a scenario, and puts it on disk in dir.
func Open(dir string, s *State) (*World, error) {
	if s.Clock.Factor == 0 {
		s.Clock.Factor = FactorDefault
	}
	w := &World{dir: dir, state: s, clock: NewClock(s.Clock.Resumed(time.Now()), s.Clock.Factor)}
	s.Advance(w.clock.Now())
	if err := w.save(s); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	w.stop = stop
	w.done.Add(1)
	go w.keep(ctx)
	return w, nil
}

// Close puts on disk what is not there yet.
func (w *World) Close() error {
	w.stop()
	w.done.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.save(w.state)
}

// keep writes the clock while it is fast, and now and then what was only read.
func (w *World) keep(ctx context.Context) {
	defer w.done.Done()
	t := time.NewTicker(checkpoint)
	defer t.Stop()
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		if m := w.clock.Mark(); m.Fast {
			_ = w.saveClock() // the next tick tries again; Resumed has room for two
		}
		if time.Since(last) < flushEvery {
			continue
		}
		last = time.Now()
		w.mu.Lock()
		if w.dirty {
			_ = w.save(w.state) // stays dirty
		}
		w.mu.Unlock()
	}
}

// save writes a state; w.mu is held, except in Open.
func (w *World) save(s *State) error {
	s.Clock = w.clock.Mark()
	b, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if err := Replace(filepath.Join(w.dir, stateFile), b); err != nil {
		return err
	}
	w.dirty = false
	return nil
}

// saveClock writes the clock alone, as it is.
func (w *World) saveClock() error { return w.saveMark(w.clock.Mark()) }

func (w *World) saveMark(m Mark) error {
	w.mu.Lock()
	id := w.state.ID
	w.mu.Unlock()
	w.disk.Lock()
	defer w.disk.Unlock()
	b, err := json.Marshal(struct {
		Mark
		ID string `json:"id"`
	}{m, id})
	if err != nil {
		return err
	}
	return Replace(filepath.Join(w.dir, clockFile), b)
}

// Read shows the state as it is now. What is read must not be kept or changed.
func (w *World) Read(look func(now time.Time, s *State)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	w.advance(now)
	look(now, w.state)
}

// advance lets pass what is due, and keeps it: the sequence numbers of those entries have been seen from now on.
func (w *World) advance(now time.Time) {
	if w.state.Advance(now) {
		w.dirty = true
		_ = w.save(w.state) // stays dirty: what the clock did, it does again
	}
}

// Change changes the state. It is on disk when Change returns nil; with an error of change or of the disk nothing has happened.
func (w *World) Change(change func(now time.Time, s *State) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	w.advance(now)
	next, err := w.state.clone()
	if err != nil {
		return err
	}
	if err := change(now, next); err != nil {
		return err
	}
	if err := w.save(next); err != nil {
		return err
	}
	w.state = next
	return nil
}

func (s *State) clone() (*State, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	var c State
	return &c, json.Unmarshal(b, &c)
}

// Note records something that changed nothing.
func (w *World) Note(e Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.clock.Now()
	w.advance(now)
	e.At = now
	w.state.Record(e)
	w.dirty = true
}

// Renew puts another state in place of this one; the clock shows its time. Ports stay.
func (w *World) Renew(s *State) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, factor, _ := w.clock.Reading()
	old := w.clock.Now()
	s.Ports = w.state.Ports
	w.clock.set(s.Clock.Sim)
	s.Clock.Factor = factor
	if err := w.save(s); err != nil {
		w.clock.set(old)
		return err
	}
	w.state = s
	return nil
}

// Now is the virtual time.
func (w *World) Now() time.Time { return w.clock.Now() }

// Reading is the clock with its factor and its speed just now.
func (w *World) Reading() (now time.Time, factor, speed float64) { return w.clock.Reading() }

// SetFactor changes the factor, for good.
func (w *World) SetFactor(f float64) error {
	if err := w.clock.SetFactor(f); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.save(w.state)
}

// Sleep waits until d of virtual time has passed and says what time it is then. Meanwhile the clock runs at its factor.
func (w *World) Sleep(ctx context.Context, d time.Duration) (time.Time, error) {
	m := w.clock.Mark()
	m.Fast = m.Factor > 1
	err := w.saveMark(m) // before it goes fast: see Mark.Resumed
	if err == nil {
		err = w.clock.sleep(ctx, d)
	}
	if e := w.saveClock(); err == nil {
		err = e
	}
	return w.clock.Now(), err
}
