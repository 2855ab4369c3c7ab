package operations

import (
	"context"
	"fmt"
	"strconv"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// enable lets a disabled service take traffic again. It converges: what became of it is told by the flag.
type enable struct{ base }

func (enable) Declaration() steps.Declaration { return declared(OperationEnable) }

// Observe reads the service.
func (o enable) Observe(ctx context.Context, with steps.Values) (cloud.Service, error) {
	return o.service(ctx, with)
}

// Plan is refused where there is nothing to enable.
func (o enable) Plan(_ steps.Values, s cloud.Service) (steps.Plan, error) {
	if !s.Disabled {
		return steps.Plan{}, &steps.Error{Code: steps.CodeRejected, What: fmt.Sprintf("%s is enabled already; it is %s.", s.Name, s.State), Meaning: nothing, Next: "Look at its state again."}
	}
	if s.State == cloud.ServiceUpdating || s.State == cloud.ServiceDeleting {
		return steps.Plan{}, &steps.Error{Code: steps.CodeRejected, What: fmt.Sprintf("%s is %s; AWS takes no change meanwhile.", s.Name, s.State), Meaning: nothing, Next: "Wait, usually 2 min, then plan again."}
	}
	version, serves := 0, "no version: it has none"
	if s.Current != nil {
		version, serves = s.Current.Version, versioned(s.Current)
	}
	return steps.Plan{
		Target: s.Name, Account: o.Environment.Account, Region: o.Environment.Region,
		Basis:   map[string]string{"disabled": "true", "state": s.State, "version": strconv.Itoa(version)},
		Recipe:  map[string]string{inputService: s.Name, "disabled": "false"},
		Summary: fmt.Sprintf("One call, sent once: %s is enabled.", s.Name),
		Changes: []steps.Change{
			{Label: "disabled", Sign: "-", Text: "yes: everybody gets 503"},
			{Label: "disabled", Sign: "+", Text: "no"},
			{Label: "version", Sign: "=", Text: serves},
			{Label: "size", Sign: "=", Text: fmt.Sprintf("%s, %s", s.Power, count(s.Scale, "node", "nodes"))},
			{Label: "untouched", Text: "image, environment, address, database, secrets"},
		},
		Effects: []steps.Fact{
			fact("", "If it works", "%s serves again in 2 to 4 min", serves),
			fact("", "If it fails", "it stays disabled, as now"),
			fact("", "To undo", "disable it again (reversible)"),
			fact("", "It cannot", "take a deployment until it is RUNNING"),
		},
	}, nil
}

// Apply sends it once. Power and scale are not in the call: naming them would resize the service.
func (o enable) Apply(ctx context.Context, _ cloud.Service, p steps.Plan) (steps.Receipt, error) {
	if err := o.Containers.SetDisabled(ctx, p.Recipe[inputService], false); err != nil {
		return nil, err
	}
	return steps.Receipt{"version": p.Basis["version"]}, nil
}

// Verify looks at the flag.
func (o enable) Verify(ctx context.Context, p steps.Plan, _ steps.Receipt) (steps.Finding, error) {
	return o.Resolve(ctx, p)
}

// Resolve looks at the flag.
func (o enable) Resolve(ctx context.Context, p steps.Plan) (steps.Finding, error) {
	s, err := o.service(ctx, steps.Values{inputService: {Kind: steps.KindService, Text: p.Recipe[inputService]}})
	if err != nil {
		return steps.Finding{}, err
	}
	if s.Disabled {
		return steps.Finding{Is: steps.Absent, Why: fmt.Sprintf("%s is still disabled (%s)", s.Name, s.State)}, nil
	}
	version := 0
	if s.Current != nil {
		version = s.Current.Version
	}
	return steps.Finding{Is: steps.Landed, Why: fmt.Sprintf("%s is enabled; it is %s", s.Name, s.State), Receipt: steps.Receipt{"version": strconv.Itoa(version)}}, nil
}
