package status

import "context"

// Watcher reads an environment and keeps the latest Snapshot.
type Watcher struct{ cfg Config }

// New makes a Watcher; it reads nothing yet.
func New(cfg Config) *Watcher { return &Watcher{cfg: cfg} }

// Look reads every figure once, side by side. A reading that fails is in its Figure's Err.
func (w *Watcher) Look(ctx context.Context) Snapshot { return Snapshot{} }

// Run reads each figure at its interval until ctx ends. One Run at a time.
func (w *Watcher) Run(ctx context.Context) {}

// Latest is the last Snapshot, and a channel that is closed at the next one. It shares memory with later ones: read only.
func (w *Watcher) Latest() (Snapshot, <-chan struct{}) { return Snapshot{}, nil }
