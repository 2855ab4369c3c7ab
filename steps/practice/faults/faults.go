// Package faults lets injected faults happen to requests of the simulated cloud, the same way for each of its services. Only
// packages of steps/practice import it.
package faults

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// Call is what is known about a request before anything happens.
type Call struct {
	Service   string // lightsail, sts, infisical, or a container service's name
	Group     string // what it belongs to: apps for container services; otherwise as Service
	Operation string
	Principal string
	Target    string
}

// Dialect answers in a service's own words. A nil member is an internal error.
type Dialect struct {
	Internal, Throttle, Expired, Refuse func(http.ResponseWriter)
}

type key int

const (
	unanswered key = iota
	approval
)

// Unanswered reports whether the caller will not be told what happened.
func Unanswered(ctx context.Context) bool { return ctx.Value(unanswered) != nil }

// Approval reports whether a change must become a change request.
func Approval(ctx context.Context) bool { return ctx.Value(approval) != nil }

// Meet serves a request whose body has been read: by handle, or with the fault that waits for it.
func Meet(cloud *world.World, w http.ResponseWriter, r *http.Request, c Call, d Dialect, handle http.HandlerFunc) {
	f := cloud.TakeFault(c.Service, c.Group, c.Operation)
	if f == nil {
		handle(w, r)
		return
	}
	blind := r.WithContext(context.WithValue(r.Context(), unanswered, true))
	switch f.Fault {
	case world.FaultLost:
		handle(newRecorder(), blind)
		hangUp(w)
	case world.FaultTruncate:
		rec := newRecorder()
		handle(rec, blind)
		truncate(w, rec)
	case world.FaultSlow:
		wait(r.Context(), f.Seconds, 5)
		handle(w, r)
	case world.FaultApproval:
		handle(w, r.WithContext(context.WithValue(r.Context(), approval, true)))
	default:
		if f.Applied {
			handle(newRecorder(), blind)
		} else {
			cloud.Note(world.Entry{Principal: c.Principal, Operation: c.Operation, Target: c.Target, Effect: world.EffectDropped, Note: f.Fault})
		}
		spoil(w, r, f, d)
	}
}

// spoil answers as the fault wants, without the service.
func spoil(w http.ResponseWriter, r *http.Request, f *world.Fault, d Dialect) {
	say := func(fn func(http.ResponseWriter)) {
		if fn == nil {
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		fn(w)
	}
	switch f.Fault {
	case world.FaultReset, world.FaultDown:
		reset(w)
	case world.FaultTimeout:
		wait(r.Context(), f.Seconds, 60)
		hangUp(w)
	case world.FaultHTTP500:
		say(d.Internal)
	case world.FaultThrottle:
		say(d.Throttle)
	case world.FaultExpired:
		say(d.Expired)
	case world.FaultRefuse:
		say(d.Refuse)
	case world.FaultHTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<!doctype html><title>Sign in</title><p>Sign in to the network to continue.")
	default:
		hangUp(w)
	}
}

// hangUp ends the connection without an answer.
func hangUp(w http.ResponseWriter) { _ = take(w).Close() }

// reset tears the connection down.
func reset(w http.ResponseWriter) {
	c := take(w)
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = c.Close()
}

// take takes the connection away from the server.
func take(w http.ResponseWriter) net.Conn {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return c
}

func truncate(w http.ResponseWriter, rec *recorder) {
	c, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	rec.header.Set("Content-Length", strconv.Itoa(rec.body.Len()))
	_, _ = fmt.Fprintf(buf, "HTTP/1.1 %d %s\r\n", rec.status, http.StatusText(rec.status))
	_ = rec.header.Write(buf)
	_, _ = buf.WriteString("\r\n")
	_, _ = buf.Write(rec.body.Bytes()[:rec.body.Len()/2])
	_ = buf.Flush()
	_ = c.Close()
}

// wait is on the wall clock: it stands for the network.
func wait(ctx context.Context, seconds, otherwise float64) {
	if seconds == 0 {
		seconds = otherwise
	}
	t := time.NewTimer(time.Duration(seconds * float64(time.Second)))
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// recorder keeps an answer that the caller does not get, or not whole.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}, status: http.StatusOK} }

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
