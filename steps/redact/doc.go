// Package redact keeps secrets and control characters out of what is shown and written. A Sink is told the values that must not
// be seen and replaces them, in every form in which they usually turn up, with a fixed mark; beneath the known values lies a net
// of patterns for the keys of well-known providers. Escape makes control characters visible, so that nothing that comes from
// outside is ever interpreted by a terminal.
//
// Mask first, escape afterwards: a secret that is broken up by colour codes is found as it came, not as it is shown.
//
// It is a leaf: it imports nothing of ours, and everything that touches the outside may import it.
package redact
