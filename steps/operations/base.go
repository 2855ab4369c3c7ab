package operations

import (
	"context"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// base is what every binding stands on.
type base struct{ Clients }

// look is the body of a probe.
type look func(b base, ctx context.Context, with steps.Values) (steps.Observed, error)

// looks are the bindings of the declared probes.
var looks = map[string]look{
	ProbeIdentity: base.identity, ProbeState: base.state, ProbeLive: base.live, ProbeImages: base.images, ProbeOlderImage: base.olderImage, ProbeKeys: base.keys,
	ProbeActivation: base.activation, ProbeRunning: base.running, ProbeMigration: base.migration, ProbeLogsCompare: base.logsCompare, ProbeLogsSince: base.logsSince,
	ProbeRequests: base.requests, ProbeHealth: base.health, ProbeWeb: base.webProbes, ProbeSecrets: base.secretsPresent, ProbeFingerprint: base.fingerprint,
	ProbeDatabase: base.database, ProbeSchedule: base.schedule, ProbeURLs: base.urls,
}

// Probes binds every declared probe to its clients.
func Probes(c Clients) map[string]steps.Probe {
	out := make(map[string]steps.Probe, len(looks))
	for name, l := range looks {
		out[name] = steps.Probe{Declaration: declared(name), Look: func(ctx context.Context, with steps.Values) (steps.Observed, error) { return l(base{c}, ctx, with) }}
	}
	return out
}

// Operations binds every declared operation to its clients.
func Operations(c Clients) map[string]steps.Operation {
	out := map[string]steps.Operation{}
	for _, op := range []steps.Operation{steps.Bind[deployState](deployImage{base{c}}), steps.Bind[cloud.Service](enable{base{c}})} {
		out[op.Name] = op
	}
	return out
}

func (b base) now() time.Time { return b.Clock.Now() }

// service reads the container service that with names.
func (b base) service(ctx context.Context, with steps.Values) (cloud.Service, error) {
	if b.Containers == nil {
		return cloud.Service{}, missing("container services", "Name its account and region in runbook.yaml.")
	}
	return b.Containers.Service(ctx, with[inputService].Text)
}

// serving is service where a deployment serves.
func (b base) serving(ctx context.Context, with steps.Values) (cloud.Service, error) {
	s, err := b.service(ctx, with)
	if err == nil && s.Current == nil {
		err = noDeployment(s.Name)
	}
	return s, err
}

// container is the one whose log counts: the public one.
func (b base) container(s *cloud.Service) string {
	if s.Current != nil && s.Current.Endpoint != nil {
		return s.Current.Endpoint.Container
	}
	if known := b.Environment.Service(s.Name); known != nil && known.Container != "" {
		return known.Container
	}
	if s.Current != nil && len(s.Current.Containers) == 1 {
		for name := range s.Current.Containers {
			return name
		}
	}
	return s.Name
}

// migrates reports whether the service's start changes the schema.
func (b base) migrates(service string) bool {
	known := b.Environment.Service(service)
	return known == nil || known.Migrates
}
