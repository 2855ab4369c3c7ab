// Package traffic writes the logs of the simulated containers. A log is a pure function of the seed, the moment and which
// container lived when: nothing is stored, any minute of the last days can be asked for, and the same question has the same
// answer for ever. Only packages of steps/practice import it.
package traffic

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// Line is one event of a container's log.
type Line struct {
	At   time.Time // UTC, in milliseconds
	Text string
}

// Source is one container's log.
type Source struct {
	service string
	runs    []*world.Run
	base    uint64
	history time.Time // nothing is older
}

// Of is the log of a container of a service. ok is false where no container of that name ever ran.
func Of(s *world.State, service *world.Service, container string) (src Source, ok bool) {
	src = Source{service: service.Name, history: s.Scenario.Start.Add(-24 * time.Hour), base: world.Draw(s.Scenario.Seed, "traffic", service.Name, container).Uint64()}
	for _, r := range service.Runs {
		if r.Container == container {
			src.runs = append(src.runs, r)
		}
	}
	for _, d := range service.Deployments {
		if _, has := d.Containers[container]; has {
			return src, true
		}
	}
	return src, false
}

// Begin is the first moment of which there is a log.
func (s Source) Begin() time.Time { return s.history }

// Second appends the lines of the second that begins at unix time sec, oldest first.
func (s Source) Second(lines []Line, sec int64) []Line {
	from := time.Unix(sec, 0).UTC()
	if from.Before(s.history) {
		return lines
	}
	start := len(lines)
	for _, r := range s.runs {
		if !r.Stops.IsZero() && r.Stops.Before(from.Add(-2*time.Second)) || r.Started.After(from.Add(time.Second)) {
			continue
		}
		lines = script(lines, r, from)
		lines = s.healthChecks(lines, r, from)
	}
	lines = s.requests(lines, from)
	slices.SortStableFunc(lines[start:], func(a, b Line) int { return cmp.Compare(a.At.UnixMilli(), b.At.UnixMilli()) })
	return lines
}

type route struct {
	method, path string
	share        int // percent
}

var backendRoutes = []route{
	{"GET", "/me", 40}, {"GET", "/processing/status", 25}, {"GET", "/get-emails", 15}, {"POST", "/job-applications", 5},
	{"GET", "/payment/prices", 5}, {"POST", "/stripe/webhook", 5}, {"GET", "/auth/google", 5},
}

var frontendRoutes = []route{{"GET", "/", 30}, {"GET", "/dashboard", 40}, {"GET", "/login", 10}, {"GET", "/pricing", 10}, {"GET", "/settings", 10}}

func pick(routes []route, n int) route {
	for _, r := range routes {
		if n -= r.share; n < 0 {
			return r
		}
	}
	return routes[0]
}

// requests are what users ask in one second: 240 a minute of the backend, 120 of the frontend. What is asked does not depend on
// who answers.
func (s Source) requests(lines []Line, from time.Time) []Line {
	serving := false
	for _, r := range s.runs {
		serving = serving || serves(r, from) || serves(r, from.Add(time.Second-time.Millisecond))
	}
	if !serving {
		return lines
	}
	rng := rand.New(rand.NewPCG(s.base, uint64(from.Unix())))
	n, routes := 2+rng.IntN(5), backendRoutes
	if s.runs[0].App.Kind == "frontend" {
		n, routes = rng.IntN(5), frontendRoutes
	}
	for range n {
		at := from.Add(time.Duration(rng.IntN(1000)) * time.Millisecond)
		rt := pick(routes, rng.IntN(100))
		fate, straggler, host := rng.Float64(), rng.Float64(), rng.IntN(50)
		if r := s.answering(at, straggler); r != nil {
			lines = answer(lines, r, at, rt, fate, host)
		}
	}
	return lines
}

func serves(r *world.Run, at time.Time) bool {
	return r.Public && !r.Serves.IsZero() && !r.Serves.After(at) && (r.Until.IsZero() || r.Until.After(at))
}

// answering is the run that takes a request. While an old container drains, one request in seven still meets it.
func (s Source) answering(at time.Time, straggler float64) *world.Run {
	var now, old *world.Run
	for _, r := range s.runs {
		switch {
		case serves(r, at):
			now = r
		case r.Public && !r.Until.IsZero() && !r.Until.After(at) && r.Stops.After(at):
			old = r
		}
	}
	if now != nil && old != nil && straggler < 1./7 {
		return old
	}
	return now
}

func answer(lines []Line, r *world.Run, at time.Time, rt route, fate float64, host int) []Line {
	if r.App.Kind == "frontend" {
		return append(lines, Line{at, " " + rt.method + " " + rt.path + " 200 in " + strconv.Itoa(8+int(fate*40)) + "ms"})
	}
	peer := "INFO:     10.0.3." + strconv.Itoa(10+host) + ":0 - \"" + rt.method + " " + rt.path + " HTTP/1.1\" "
	for _, b := range r.App.Bugs {
		if b.Route == rt.path && fate < b.Rate {
			lines = append(lines, Line{at, peer + "500 Internal Server Error"})
			for _, t := range traceback(b) {
				lines = append(lines, Line{at, t})
			}
			return lines
		}
	}
	status := "200 OK"
	switch {
	case fate > 0.998:
		status = "503 Service Unavailable"
	case rt.path == "/auth/google":
		status = "307 Temporary Redirect"
	case rt.path == "/job-applications":
		status = "201 Created"
	}
	return append(lines, Line{at, peer + status})
}

// balancers is how many nodes of the load balancer ask each container, every ten seconds each.
const balancers = 3

func (s Source) healthChecks(lines []Line, r *world.Run, from time.Time) []Line {
	if !r.Public || len(r.Crash) > 0 && r.Crash[0] != "" || from.Before(r.Started.Add(8*time.Second)) || !r.Stops.IsZero() && !from.Before(r.Stops) {
		return lines
	}
	status := world.HealthAnswer(r.App.Kind, r.Path)
	for node := range r.Nodes {
		for lb := range balancers {
			phase := (s.base>>7 + uint64(r.Version)*7919 + uint64(node)*3571 + uint64(lb)*2713) % 10000
			if uint64(from.Unix())%10 != phase/1000 {
				continue
			}
			at := from.Add(time.Duration(phase%1000) * time.Millisecond)
			port := 30000 + (uint64(from.Unix())*31+phase)%30000
			text := fmt.Sprintf(` GET %s %d in 2ms ELB-HealthChecker/2.0`, r.Path, status)
			if r.App.Kind == "backend" {
				text = fmt.Sprintf(`INFO:     172.26.%d.%d:%d - "GET %s HTTP/1.1" %d %s "ELB-HealthChecker/2.0"`, lb+1, 10+node, port, r.Path, status, word(status))
			}
			lines = append(lines, Line{at, text})
		}
	}
	return lines
}

func word(status int) string {
	if status == 200 {
		return "OK"
	}
	return "Not Found"
}

// Clone is a copy that does not change with the state it came from.
func (s Source) Clone() Source {
	runs := make([]*world.Run, len(s.runs))
	for i, r := range s.runs {
		c := *r
		runs[i] = &c
	}
	s.runs = runs
	return s
}
