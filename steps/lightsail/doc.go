// Package lightsail is the adapter for Amazon Lightsail and AWS STS: calls, error classes, paging. It knows nothing about
// safety beyond two things: a write is sent once, and a client for a given endpoint can reach no other.
//
// It imports steps, steps/cloud and steps/redact; the wiring alone imports it.
package lightsail
