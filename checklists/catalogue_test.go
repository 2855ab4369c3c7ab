package checklists

import (
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// catalogue is what procedures may use, as agreed with the operations; a test elsewhere holds the real declarations against the
// embedded procedures.
var catalogue = func() Catalogue {
	service := map[string]steps.Input{"service": {Kind: steps.KindService}}
	type kinds = map[string]steps.ValueKind
	cat := Catalogue{}
	for _, d := range []steps.Declaration{
		{Name: "identity.check", Outputs: kinds{"account": steps.KindText, "region": steps.KindText}},
		{Name: "containers.state", Inputs: service, Outputs: kinds{"state": steps.KindText, "disabled": steps.KindBool, "deployed": steps.KindBool}},
		{Name: "containers.live", Inputs: service, Outputs: kinds{"version": steps.KindInt, "image": steps.KindImage, "since": steps.KindTime, "state": steps.KindText}},
		{Name: "containers.images", Inputs: service, Chooses: true, Outputs: kinds{"choice": steps.KindImage}},
		{Name: "containers.older-image", Inputs: service, Outputs: kinds{"exists": steps.KindBool, "image": steps.KindImage, "version": steps.KindInt}},
		{Name: "containers.keys", Inputs: service, Outputs: kinds{"missing": steps.KindInt}},
		{Name: "containers.activation", Waits: true, Inputs: map[string]steps.Input{"service": {Kind: steps.KindService}, "version": {Kind: steps.KindInt}},
			Outputs: kinds{"state": steps.KindText, "version": steps.KindInt, "image": steps.KindImage}},
		{Name: "containers.running", Inputs: service, Waits: true, Outputs: kinds{"state": steps.KindText, "version": steps.KindInt}},
		{Name: "schema.migration", Inputs: service, Outputs: kinds{"migrated": steps.KindBool, "revision": steps.KindText, "known": steps.KindBool}},
		{Name: "logs.compare", Inputs: service, Outputs: kinds{"rate": steps.KindInt, "before": steps.KindInt, "worse": steps.KindBool}},
		{Name: "logs.since", Inputs: service, Outputs: kinds{"errors": steps.KindInt}},
		{Name: "logs.requests", Inputs: service, Waits: true, Outputs: kinds{"bad": steps.KindInt, "of": steps.KindInt}},
		{Name: "web.health", Inputs: service, Outputs: kinds{"code": steps.KindInt}},
		{Name: "web.probes", Inputs: service, Outputs: kinds{"failed": steps.KindInt}},
		{Name: "secrets.present", Outputs: kinds{"missing": steps.KindInt}},
		{Name: "secrets.fingerprint", Inputs: service, Outputs: kinds{"match": steps.KindBool, "live": steps.KindText, "expected": steps.KindText}},
		{Name: "database.available", Outputs: kinds{"state": steps.KindText, "restorable": steps.KindTime}},
		{Name: "schedule.clear"},
		{Name: "urls.allowed"},
		{Name: "containers.deploy-image", Inputs: map[string]steps.Input{"service": {Kind: steps.KindService}, "image": {Kind: steps.KindImage}},
			Outputs: kinds{"version": steps.KindInt, "image": steps.KindImage}, Changes: "creates one deployment", Risk: steps.RiskCompensable, Undo: "deploy the former image",
			Resolver: steps.ByContent, Settle: time.Minute},
		{Name: "containers.enable", Inputs: service, Outputs: kinds{"version": steps.KindInt}, Changes: "the service takes traffic again",
			Risk: steps.RiskReversible, Undo: "disable it", Resolver: steps.Convergent, Settle: time.Minute},
	} {
		d.Version = 1
		cat[d.Name] = d
	}
	return cat
}()
