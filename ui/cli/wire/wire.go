// Package wire joins everything: the site and the flags become clients, these become probes and operations, and these an engine
// and what the screens need. It is the only importer of adapters and of the simulated cloud, and the only place that knows
// whether this is practice: beyond it practice is an endpoint. ui/cli alone imports it.
package wire

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/JustAJobApp/runbook/checklists"
	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/journal/sqlite"
	"github.com/JustAJobApp/runbook/steps/operations"
	"github.com/JustAJobApp/runbook/steps/redact"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/status"
)

// PracticeName is the environment that the simulated cloud is.
const PracticeName = "practice"

// ConfigName and ConfigExample are what init writes.
const (
	ConfigName    = site.FileName
	ConfigExample = site.Example
)

// Options are the flags that say what a command works with.
type Options struct {
	State       string // folder; "" takes RUNBOOK_STATE, then the user's
	Environment string // "" takes the site's default
	Sim         string // url of a running simulated cloud
	ReadOnly    bool
	Version     string

	Scenario string  // of a cloud that begins anew; "" leaves one that is there as it is
	Default  string  // the scenario of a cloud that does not exist yet, where Scenario is ""
	Seed     uint64  // of the same
	Factor   float64 // how fast its clock runs while it works; 0 keeps what it is, or takes 20
	Glance   bool    // look once, quickly: the record is not opened, and only the last minutes of logs are counted
	Rehearse bool    // begin anew unless a practice run is open
	Fresh    bool    // begin anew in any case
}

// World is one environment, joined to its clients, for the life of a process.
type World struct {
	Site        site.Site
	Environment site.Environment
	Operator    string
	Practice    bool
	Scenario    string // of the simulated cloud
	Clock       steps.Clock
	Journal     *sqlite.Journal // nil for a glance
	Mask        *redact.Sink

	options Options
	dir     string
	sim     *Clock    // practice only
	fresh   bool      // the simulated cloud was made by this process
	paged   time.Time // when a rehearsal began: nobody could act before. Zero outside practice
	own     bool      // this process serves the simulated cloud
	serving func() error
	clients operations.Clients
	lists   lister
	watcher *status.Watcher
	library *checklists.Library

	filled   sync.Once
	unfilled error // why the masker does not know all secrets; nil when it does

	faults chan error // of the program, in what reads beside the screen

	mu      sync.Mutex
	tails   map[string]*tailing
	drivers []*Driver
	closing []context.CancelFunc
}

// lister is what the wiring needs of an adapter beyond what operations do.
type lister interface {
	operations.Containers
	Services(ctx context.Context) ([]cloud.Service, error)
}

// Open joins what the options name. Nothing outside is changed by it; outside practice nothing is connected to before a person
// has trusted the configuration.
func Open(ctx context.Context, o Options) (*World, error) {
	w := &World{options: o, dir: StateDir(o), Operator: operator(), Mask: redact.New(), tails: map[string]*tailing{}, faults: make(chan error, 1),
		library: checklists.Embedded(operations.Declarations()), serving: func() error { return nil }}
	var err error
	if !o.Glance {
		if w.Journal, err = sqlite.Open(ctx, w.dir); err != nil {
			return nil, err
		}
	}
	if err := w.join(ctx); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return w, nil
}

// join chooses practice or a configured environment.
func (w *World) join(ctx context.Context) error {
	if w.options.Sim != "" || w.options.Environment == PracticeName {
		if w.options.Sim != "" && w.options.Environment != "" && w.options.Environment != PracticeName {
			return &steps.Error{Code: steps.CodePlace, What: "--sim and --env " + w.options.Environment + " do not go together: a simulated cloud is practice.",
				Meaning: "nothing was connected to.", Next: "Leave one of them out."}
		}
		return w.joinPractice(ctx)
	}
	return w.joinSite()
}

// Close pauses the runs that this process drives, ends its readers and the simulated cloud that it serves, and closes the journal.
func (w *World) Close() error {
	w.mu.Lock()
	drivers, closing := w.drivers, w.closing
	w.drivers, w.closing = nil, nil
	w.mu.Unlock()
	for _, d := range drivers {
		d.Close()
	}
	for _, end := range closing {
		end()
	}
	var first error
	if w.Journal != nil {
		first = w.Journal.Close()
	}
	if w.serving != nil {
		if err := w.serving(); first == nil {
			first = err
		}
	}
	return first
}

// StateDir is the state folder that the options name.
func StateDir(o Options) string {
	if o.State != "" {
		return o.State
	}
	if dir := os.Getenv("RUNBOOK_STATE"); dir != "" {
		return dir
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "runbook")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ".runbook"
	}
	return filepath.Join(home, ".local", "state", "runbook")
}

// OpenJournal opens the record of the state folder, without any environment.
func OpenJournal(ctx context.Context, o Options) (*sqlite.Journal, error) {
	return sqlite.Open(ctx, StateDir(o))
}

// operator is who is at work: $RUNBOOK_OPERATOR, or the user of this machine.
func operator() string {
	if name := strings.TrimSpace(os.Getenv("RUNBOOK_OPERATOR")); name != "" {
		return redact.Escape(name, 64)
	}
	if u, err := user.Current(); err == nil && u.Username != "" {
		return redact.Escape(u.Username, 64)
	}
	return "unknown"
}

// Place is the environment's word: practice, or PRODUCTION and the like.
func (w *World) Place() string {
	if w.Practice {
		return PracticeName
	}
	return strings.ToUpper(w.Environment.Name)
}

// Opening is the first line of everything that is told without a screen.
func (w *World) Opening() string {
	if w.Practice {
		return strings.TrimSpace(PracticeName+" "+w.Scenario) + ". Nothing here is real. Account " + w.Environment.Account + ", region " + w.Environment.Region + "."
	}
	return w.Place() + ". " + w.Site.Name + ", account " + w.Environment.Account + ", region " + w.Environment.Region + ". Changes are refused in this version."
}

// Serving reports whether this process is the simulated cloud.
func (w *World) Serving() bool { return w.own }

// Look reads every figure once, and beside that tells the masker what must not be shown of it.
func (w *World) Look(ctx context.Context) status.Snapshot {
	filled := make(chan struct{})
	go func() {
		defer close(filled)
		w.fill(ctx)
	}()
	snap := w.watcher.Look(ctx)
	<-filled
	return snap
}

// Shown masks an outside text and makes its control characters visible.
func (w *World) Shown(text string) string { return redact.Escape(w.Mask.Mask(text), 4000) }

// loopback reports whether an address leads to this machine and nowhere else.
func loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	host := u.Hostname()
	return host == "::1" || host == "127.0.0.1" || host == "localhost"
}

const (
	lookLimit = 20 * time.Second // of one read, wall clock
	fillLimit = 30 * time.Second // of reading the deployments whose values are masked
	glance    = 2 * time.Minute  // of a log, cloud clock: the last twenty answers and the rate
	patience  = 3 * time.Second  // of a screen with the masker
	callLimit = 60 * time.Second // of one change, wall clock
)
