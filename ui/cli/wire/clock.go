package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// Clock is the simulated cloud's time, read and slept on over its control endpoint. Now is computed from the last reading and
// never blocks; a reading that has become old is renewed beside it.
type Clock struct {
	control string
	http    *http.Client

	mu      sync.Mutex
	reading reading
	last    time.Time // Now never goes back
	asking  bool
}

// reading is what the control endpoint said, and when by the wall clock.
type reading struct {
	Now    time.Time `json:"now"`
	Factor float64   `json:"factor"`
	Speed  float64   `json:"speed"`
	wall   time.Time
}

const (
	readingLasts = time.Second
	sleepChunk   = 30 * time.Second // simulated; a cloud that went away is noticed between two of them
)

// NewClock reads the clock once, so that Now is right from the start.
func NewClock(ctx context.Context, control string) (*Clock, error) {
	c := &Clock{control: control, http: &http.Client{}}
	return c, c.read(ctx)
}

// Now is the cloud's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.asking && time.Since(c.reading.wall) > readingLasts {
		c.asking = true
		go func() {
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			err := c.read(ctx)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.asking = false
			if err != nil { // the cloud is away: go on at ×1, and ask again in a second
				c.reading = reading{Now: c.now(), Factor: c.reading.Factor, Speed: 1, wall: time.Now()}
			}
		}()
	}
	return c.now()
}

// now is computed under the lock.
func (c *Clock) now() time.Time {
	t := c.reading.Now.Add(time.Duration(float64(time.Since(c.reading.wall)) * c.reading.Speed))
	if t.Before(c.last) {
		return c.last
	}
	c.last = t
	return t
}

// Speed is the factor of waits and how fast the clock runs just now.
func (c *Clock) Speed() (now, factor float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reading.Speed, c.reading.Factor
}

// SetFactor changes how fast waits go, for everyone who uses this cloud.
func (c *Clock) SetFactor(ctx context.Context, factor float64) error {
	if err := call(ctx, c.http, http.MethodPut, c.control+"/clock", map[string]any{"factor": factor}, nil); err != nil {
		return err
	}
	return c.read(ctx)
}

// Sleep lets simulated time pass; it is where waiting is accelerated.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	end := c.Now().Add(d)
	for left := d; left > time.Millisecond; left = end.Sub(c.Now()) {
		c.take(func(r *reading) { r.Speed = max(r.Factor, 1) })
		var reply reading
		err := call(ctx, c.http, http.MethodPost, c.control+"/sleep", map[string]any{"seconds": min(left, sleepChunk).Seconds()}, &reply)
		if err != nil {
			c.take(func(r *reading) { r.Speed = 1 })
			return err
		}
		c.take(func(r *reading) { r.Now, r.Speed = reply.Now, 1 })
	}
	return ctx.Err()
}

// take makes a new base from the present moment.
func (c *Clock) take(change func(*reading)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := reading{Now: c.now(), Factor: c.reading.Factor, Speed: c.reading.Speed, wall: time.Now()}
	change(&r)
	c.reading = r
}

func (c *Clock) read(ctx context.Context) error {
	var r reading
	if err := call(ctx, c.http, http.MethodGet, c.control+"/clock", nil, &r); err != nil {
		return err
	}
	r.wall = time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = r
	return nil
}

// Calm is the same time for who only looks: its Sleep waits for simulated time to pass and does not hurry it, or the clock would
// run fast for as long as a panel is open.
func (c *Clock) Calm() steps.Clock { return calm{c} }

type calm struct{ clock *Clock }

func (c calm) Now() time.Time { return c.clock.Now() }

func (c calm) Sleep(ctx context.Context, d time.Duration) error {
	end := c.clock.Now().Add(d)
	for {
		left := end.Sub(c.clock.Now())
		if left <= 0 {
			return ctx.Err()
		}
		speed, _ := c.clock.Speed()
		wait := min(time.Duration(float64(left)/max(speed, 1)), time.Second)
		timer := time.NewTimer(max(wait, 5*time.Millisecond))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
}

// wall is the clock outside practice.
type wall struct{}

func (wall) Now() time.Time { return time.Now() }

func (wall) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// call talks JSON with the control endpoint.
func call(ctx context.Context, client *http.Client, method, url string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &steps.Error{Code: steps.CodeUnreachable, What: "The practice cloud does not answer; the process that served it may have ended.",
			Meaning: "nothing here is real, and nothing is lost: its state is in the state folder.", Next: "runbook resume starts it again and goes on.", Cause: err}
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 300))
		return &steps.Error{Code: steps.CodeInput, What: fmt.Sprintf("The practice cloud refused: %s", bytes.TrimSpace(text))}
	}
	if out == nil {
		_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
		return err
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 32<<20)).Decode(out)
}
