package run

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
	"github.com/JustAJobApp/runbook/steps/engine"
	"github.com/JustAJobApp/runbook/steps/logs"
	"github.com/JustAJobApp/runbook/steps/site"
	"github.com/JustAJobApp/runbook/steps/status"
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/theme"
)

var start = time.Date(2026, 11, 23, 7, 2, 10, 0, time.UTC)

// script is a driver whose events a test writes.
type script struct {
	mu       sync.Mutex
	id       string
	proc     *steps.Procedure
	events   []steps.Event
	more     chan struct{}
	progress engine.Progress
	moved    chan struct{}
	commands []engine.Command
	refuse   error // what Do returns
	closed   bool
}

func newScript(id string, p *steps.Procedure) *script {
	return &script{id: id, proc: p, more: make(chan struct{}), moved: make(chan struct{})}
}

func (d *script) ID() string                  { return d.id }
func (d *script) Procedure() *steps.Procedure { return d.proc }
func (d *script) Close()                      { d.closed = true }

func (d *script) After(seq uint64) ([]steps.Event, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.events[min(int(seq), len(d.events)):], d.more
}

func (d *script) Watch() (engine.Progress, <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.progress, d.moved
}

func (d *script) Do(_ context.Context, c engine.Command) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.commands = append(d.commands, c)
	return d.refuse
}

// told are the commands of one type.
func told[C any](d *script) []C {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []C
	for _, c := range d.commands {
		if c, ok := c.(C); ok {
			out = append(out, c)
		}
	}
	return out
}

// clock is a cloud's clock that a test moves.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time                             { return c.now }
func (c *clock) Sleep(context.Context, time.Duration) error { return nil }

// bench is a screen with a scripted driver and clocks that stand still.
type bench struct {
	t      *testing.T
	drv    *script
	s      *Screen
	clock  *clock
	wall   time.Time
	w, h   int
	store  *logs.Store
	copies map[string]string
	sent   []tea.Msg // what commands said to the root
}

type options struct {
	production bool
	readOnly   bool
	procedure  *steps.Procedure
	ascii      bool
}

func newBench(t *testing.T, o options) *bench {
	t.Helper()
	p := o.procedure
	if p == nil {
		p = rollback()
	}
	b := &bench{t: t, drv: newScript("1123-5", p), clock: &clock{start}, wall: start, w: 80, h: 24, store: logs.NewStore(1 << 20), copies: map[string]string{}}
	frame, env := theme.Practice("bad-deploy"), site.Environment{Name: "practice", Account: "000000000000", Region: "eu-west-1", Services: services()}
	if o.production {
		frame = theme.Production()
		env = site.Environment{Name: "production", Title: "JustAJobApp", Account: "482109375510", Region: "eu-west-1", Profile: "jaja-prod", Services: services()}
	}
	set := theme.Unicode
	if o.ascii {
		set = theme.ASCII
	}
	th := theme.New(theme.Options{Frame: frame, Charset: set, Profile: colorprofile.Ascii, Fixed: true})
	d := deps.Deps{Frame: frame, Environment: env, Operator: "ana", ReadOnly: o.readOnly, Clock: b.clock,
		Logs: func(service string) (*logs.Store, *logs.Tail) {
			if service == "jaja-backend" {
				return b.store, nil
			}
			return nil, nil
		},
		Copy: func(name, text string) (string, error) {
			b.copies[name] = text
			return "copies/" + name, nil
		}}
	if !o.production {
		d.SetFactor = func(context.Context, float64) error { return nil }
	}
	b.s = New(d, th, b.drv)
	b.s.wall, b.s.timer = func() time.Time { return b.wall }, nil
	t.Cleanup(b.s.cancel)
	b.s.View(b.w, b.h)
	return b
}

func services() []site.Service {
	return []site.Service{{Name: "jaja-backend", Role: "backend"}, {Name: "jaja-frontend", Role: "frontend"}}
}

// started is a bench whose run has begun.
func started(t *testing.T, o options) *bench {
	b := newBench(t, o)
	b.event("", steps.RunStarted{Procedure: b.drv.proc.ID, Title: b.drv.proc.Title, Account: b.s.d.Environment.Account, Region: "eu-west-1", Operator: "ana",
		Params: steps.Values{"service": {Kind: steps.KindService, Text: "jaja-backend"}}, Total: len(b.drv.proc.Steps)})
	b.tick(0)
	return b
}

// event writes an event and lets the screen see it.
func (b *bench) event(step steps.Path, body any) steps.Event {
	b.drv.mu.Lock()
	e := steps.Event{Seq: uint64(len(b.drv.events) + 1), At: b.clock.now, Wall: b.clock.now, Run: b.drv.id, Step: step, Visit: 1, Type: steps.TypeOf(body), Body: body}
	b.drv.events = append(b.drv.events, e)
	b.drv.mu.Unlock()
	b.s.Update(evented{b.s, []steps.Event{e}})
	return e
}

// pass settles a step as passed, with what it saves.
func (b *bench) pass(step steps.Path, saves steps.Values) {
	b.event(step, steps.Entered{Kind: b.drv.proc.Step(step).Kind})
	b.event(step, steps.Settled{State: steps.Passed, Why: "as it should be", Saves: saves})
}

func (b *bench) progress(p engine.Progress) {
	b.drv.mu.Lock()
	b.drv.progress = p
	b.drv.mu.Unlock()
	b.s.Update(progressed{b.s, p, nil})
}

// tick moves the cloud's clock, and the wall's with it.
func (b *bench) tick(d time.Duration) {
	b.clock.now, b.wall = b.clock.now.Add(d), b.wall.Add(d)
	speed, factor := 0.0, 0.0
	if !b.s.t.Frame.Double {
		speed, factor = 1, 20
	}
	b.s.Update(deps.Tick{Now: b.clock.now, Speed: speed, Factor: factor})
}

// rest lets the guard open.
func (b *bench) rest() { b.wall = b.wall.Add(time.Second) }

// press gives the screen a key, runs what it asks for, and lets a little time pass.
func (b *bench) press(names ...string) {
	for _, name := range names {
		b.wall = b.wall.Add(100 * time.Millisecond)
		b.exec(b.s.Update(keyOf(name)))
	}
}

// typed types text, a letter every 100 ms. Letters ask for nothing but a field's blinking cursor.
func (b *bench) typed(text string) {
	for _, r := range text {
		b.wall = b.wall.Add(100 * time.Millisecond)
		b.s.Update(keyOf(string(r)))
	}
}

// exec runs what keys ask for. Commands that wait for the driver come of other messages, and are not run.
func (b *bench) exec(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	msg := cmd()
	switch msg := msg.(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			b.exec(c)
		}
	case did, copied, progressed, tookLong:
		b.exec(b.s.Update(msg))
	case deps.Leave, deps.OpenRun, deps.ShowProcedure, deps.Snapshot:
		b.sent = append(b.sent, msg)
	default:
		if strings.Contains(reflect.TypeOf(msg).String(), "huh.") {
			b.exec(b.s.Update(msg))
		}
	}
}

var named = map[string]rune{"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "up": tea.KeyUp, "down": tea.KeyDown, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"backspace": tea.KeyBackspace, "home": tea.KeyHome, "end": tea.KeyEnd, "left": tea.KeyLeft, "right": tea.KeyRight}

func keyOf(name string) tea.KeyPressMsg {
	switch {
	case named[name] != 0:
		return tea.KeyPressMsg{Code: named[name]}
	case name == "shift+tab":
		return tea.KeyPressMsg{Code: tea.KeyTab, Mod: tea.ModShift}
	case strings.HasPrefix(name, "ctrl+"):
		return tea.KeyPressMsg{Code: rune(name[5]), Mod: tea.ModCtrl}
	}
	r := []rune(name)[0]
	return tea.KeyPressMsg{Code: r, Text: name}
}

// view is the screen without paint.
func (b *bench) view() string { return stripped(b.s.View(b.w, b.h)) }

// wants fails unless every text is on the screen.
func (b *bench) wants(texts ...string) {
	b.t.Helper()
	v := b.view()
	for _, text := range texts {
		if !strings.Contains(v, text) {
			b.t.Fatalf("%q is not on the screen:\n%s", text, v)
		}
	}
}

// never fails if a text is on the screen.
func (b *bench) never(texts ...string) {
	b.t.Helper()
	v := b.view()
	for _, text := range texts {
		if strings.Contains(v, text) {
			b.t.Fatalf("%q is on the screen:\n%s", text, v)
		}
	}
}

// snapshot is the environment as it stands in the frames of the specification.
func snapshot(at time.Time) status.Snapshot {
	endpoint := &cloud.Endpoint{Container: "app", Port: 8000}
	deployment := func(v int, image string, since time.Time) *cloud.Deployment {
		return &cloud.Deployment{Version: v, State: cloud.DeploymentActive, CreatedAt: since, Endpoint: endpoint, Containers: map[string]cloud.Container{"app": {Image: image}}}
	}
	svc := func(name, role string, v int, label string, took time.Duration) status.Service {
		return status.Service{Name: name, Role: role,
			State:  status.Figure[cloud.Service]{Known: true, At: at, Every: 5 * time.Second, Value: cloud.Service{Name: name, State: cloud.ServiceRunning, Power: "nano", Scale: 1, Current: deployment(v, fmt.Sprintf(":%s.%s.%d", name, label, v), start.Add(-2*time.Minute))}},
			Health: status.Figure[cloud.Answer]{Known: true, At: at, Every: 5 * time.Second, Value: cloud.Answer{Status: 200, Took: took}}}
	}
	s := status.Snapshot{At: at, Services: []status.Service{svc("jaja-backend", "backend", 13, "backend", 31*time.Millisecond), svc("jaja-frontend", "frontend", 9, "frontend", 88*time.Millisecond)}}
	s.Services[0].Requests = status.Figure[status.Requests]{Known: true, At: at, Every: 5 * time.Second, Value: status.Requests{Bad: 17, Of: 20, PerMinute: 41, Spark: []int{0, 0, 0, 0, 38, 41, 37, 41}}}
	s.Database = status.Figure[cloud.Database]{Known: true, At: at, Every: 40 * time.Second, Value: cloud.Database{Name: "jaja-db", State: "available", Engine: "postgres 13.18", LatestRestorableTime: start.Add(-2 * time.Minute)}}
	s.Secrets = status.Figure[status.Secrets]{Known: true, At: at, Every: time.Minute, Value: status.Secrets{Present: 21, Wanted: 21}}
	return s
}
