package logview

import (
	"fmt"
	"math"
	"time"
)

type sample struct {
	at    time.Time
	lines int // new ones since the sample before
}

// Sample counts what came since the last one, once a second, for the rate in the title. A line counts by the time that it bears: what
// a first reading brings of the past is no rate.
func (m *Model) Sample(now time.Time) {
	st := m.Store()
	if st == nil {
		return
	}
	if len(m.samples) == 0 {
		_, m.counted = st.Since(math.MaxUint64 - 1)
		m.samples, m.began = append(m.samples, sample{at: now}), now
		return
	}
	lines, newest := st.Since(m.counted)
	m.counted = newest
	n := 0
	for _, l := range lines {
		if !l.At.Before(m.began) {
			n++
		}
	}
	m.samples = append(m.samples, sample{now, n})
	if len(m.samples) > 6 {
		m.samples = m.samples[1:]
	}
}

// rate is lines a second over the last samples.
func (m *Model) rate() string {
	if len(m.samples) < 2 {
		return ""
	}
	d := m.samples[len(m.samples)-1].at.Sub(m.samples[0].at).Seconds()
	if d <= 0 {
		return ""
	}
	n := 0
	for _, s := range m.samples[1:] {
		n += s.lines
	}
	return fmt.Sprintf("%d/s", int(float64(n)/d+0.5))
}
