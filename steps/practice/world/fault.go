package world

import "fmt"

// Kinds of fault.
const (
	FaultReset    = "reset"    // the connection is reset, nothing happens
	FaultClose    = "close"    // the connection ends without an answer, nothing happens
	FaultTimeout  = "timeout"  // no answer comes until the caller gives up or Seconds have passed, nothing happens
	FaultHTTP500  = "http-500" // an internal error, nothing happens
	FaultThrottle = "throttle" // the caller is told to slow down, nothing happens
	FaultExpired  = "expired"  // the caller's login has expired, nothing happens
	FaultRefuse   = "refuse"   // the caller may not, nothing happens
	FaultLost     = "lost"     // it happens, and the connection ends without an answer
	FaultTruncate = "truncate" // it happens, and half of the answer arrives
	FaultSlow     = "slow"     // it happens after Seconds
	FaultHTML     = "html"     // a proxy's page arrives with status 200, nothing happens
	FaultApproval = "approval" // Infisical opens a change request instead of changing the secret
	FaultDown     = "down"     // every connection to Service is dropped
)

// Fault is something that goes wrong, until it has done so Times times.
type Fault struct {
	Operation string  `json:"operation,omitempty"` // "" is any
	Service   string  `json:"service,omitempty"`   // lightsail, sts, infisical, apps, or a container service's name; "" is any
	Fault     string  `json:"fault"`
	Times     int     `json:"times,omitempty"`   // 0: until it is restored
	Seconds   float64 `json:"seconds,omitempty"` // of the wall clock, for timeout (60) and slow (5)
	Applied   bool    `json:"applied,omitempty"` // reset, close, timeout and http-500 come after it has happened
}

// Check says what is wrong with a fault.
func (f Fault) Check() error {
	switch f.Fault {
	case FaultDown:
		if f.Service == "" {
			return fmt.Errorf("down needs a service: lightsail, infisical, apps or a container service's name")
		}
	case FaultReset, FaultClose, FaultTimeout, FaultHTTP500, FaultThrottle, FaultExpired, FaultRefuse, FaultLost, FaultTruncate, FaultSlow, FaultHTML, FaultApproval:
		if f.Operation == "" && f.Service == "" {
			return fmt.Errorf("%s needs an operation or a service", f.Fault)
		}
	default:
		return fmt.Errorf("no fault has the name %q", f.Fault)
	}
	if f.Times < 0 || f.Seconds < 0 {
		return fmt.Errorf("times and seconds count from 0")
	}
	return nil
}

// TakeFault is the fault that meets this call, nil for none. Taking one uses it up.
func (w *World) TakeFault(service, group, operation string) *Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := range w.state.Faults {
		f := w.state.Faults[i]
		if f.Operation != "" && f.Operation != operation || f.Service != "" && f.Service != service && f.Service != group {
			continue
		}
		if f.Times > 0 {
			w.state.Faults[i].Times--
			if w.state.Faults[i].Times == 0 {
				w.state.Faults = append(w.state.Faults[:i:i], w.state.Faults[i+1:]...)
			}
			w.dirty = true
		}
		return &f
	}
	return nil
}
