package operations

import (
	"time"

	"github.com/JustAJobApp/runbook/steps"
)

// The outside services that declarations talk to.
const (
	lightsail = "lightsail"
	infisical = "infisical"
	overWeb   = "web"
)

// Permissions by what they allow.
const (
	mayReadServices    = "lightsail:GetContainerServices"
	mayReadDeployments = "lightsail:GetContainerServiceDeployments"
	mayReadImages      = "lightsail:GetContainerImages"
	mayReadLog         = "lightsail:GetContainerLog"
	mayReadDatabase    = "lightsail:GetRelationalDatabase"
	mayDeploy          = "lightsail:CreateContainerServiceDeployment"
	mayUpdate          = "lightsail:UpdateContainerService"
	mayIdentify        = "sts:GetCallerIdentity"
	mayDescribe        = "infisical:secrets describeSecret"
	mayReadValue       = "infisical:secrets readValue"
)

// settle is how long a signed write may still land after it was sent: no service says; a minute is the time after which two
// equal looks are believed.
const settle = time.Minute

// Names of the probes and operations.
const (
	ProbeIdentity     = "identity.check"
	ProbeState        = "containers.state"
	ProbeLive         = "containers.live"
	ProbeImages       = "containers.images"
	ProbeOlderImage   = "containers.older-image"
	ProbeKeys         = "containers.keys"
	ProbeActivation   = "containers.activation"
	ProbeRunning      = "containers.running"
	ProbeMigration    = "schema.migration"
	ProbeLogsCompare  = "logs.compare"
	ProbeLogsSince    = "logs.since"
	ProbeRequests     = "logs.requests"
	ProbeHealth       = "web.health"
	ProbeWeb          = "web.probes"
	ProbeSecrets      = "secrets.present"
	ProbeFingerprint  = "secrets.fingerprint"
	ProbeDatabase     = "database.available"
	ProbeSchedule     = "schedule.clear"
	ProbeURLs         = "urls.allowed"
	OperationDeploy   = "containers.deploy-image"
	OperationEnable   = "containers.enable"
	expectedSecret    = "EXPECTED_SECURITY_FINGERPRINT"
	inputService      = "service"
	inputImage        = "image"
	inputVersion      = "version"
	environmentRecipe = "environment"
)

var ofService = map[string]steps.Input{inputService: {Kind: steps.KindService}}

// outputs shortens the table below.
type outputs = map[string]steps.ValueKind

var declarations = []steps.Declaration{
	{Name: ProbeIdentity, Version: 1, Service: lightsail, Summary: "Who we are: the account and region are the configured ones.",
		Outputs: outputs{"account": steps.KindText, "region": steps.KindText}, Permissions: []string{mayIdentify}},
	{Name: ProbeState, Version: 1, Service: lightsail, Summary: "The state of a container service, and whether it is disabled.",
		Inputs: ofService, Outputs: outputs{"state": steps.KindText, "disabled": steps.KindBool, "deployed": steps.KindBool}, Permissions: []string{mayReadServices}},
	{Name: ProbeLive, Version: 1, Service: lightsail, Summary: "The version that serves, its image and since when.",
		Inputs: ofService, Outputs: outputs{"version": steps.KindInt, "image": steps.KindImage, "since": steps.KindTime, "state": steps.KindText}, Permissions: []string{mayReadServices}},
	{Name: ProbeImages, Version: 1, Service: lightsail, Summary: "The images that a service holds, to choose one from.", Chooses: true,
		Inputs: ofService, Outputs: outputs{"choice": steps.KindImage}, Permissions: []string{mayReadServices, mayReadImages, mayReadDeployments, mayReadLog}},
	{Name: ProbeOlderImage, Version: 1, Service: lightsail, Summary: "An older image exists, so that the way back by image is open.",
		Inputs: ofService, Outputs: outputs{"exists": steps.KindBool, "image": steps.KindImage, "version": steps.KindInt}, Permissions: []string{mayReadServices, mayReadImages, mayReadDeployments}},
	{Name: ProbeKeys, Version: 1, Service: lightsail, Summary: "The live deployment has every environment key that it must have.",
		Inputs: ofService, Outputs: outputs{"missing": steps.KindInt}, Permissions: []string{mayReadServices}},
	{Name: ProbeActivation, Version: 1, Service: lightsail, Summary: "A version becomes the one that serves.", Waits: true,
		Inputs:  map[string]steps.Input{inputService: {Kind: steps.KindService}, inputVersion: {Kind: steps.KindInt}},
		Outputs: outputs{"state": steps.KindText, "version": steps.KindInt, "image": steps.KindImage}, Permissions: []string{mayReadServices, mayReadDeployments, mayReadLog}},
	{Name: ProbeRunning, Version: 1, Service: lightsail, Summary: "A service is RUNNING with a version that serves.", Waits: true,
		Inputs: ofService, Outputs: outputs{"state": steps.KindText, "version": steps.KindInt}, Permissions: []string{mayReadServices}},
	{Name: ProbeMigration, Version: 1, Service: lightsail, Summary: "Whether the live version has migrated the schema, by its own log.",
		Inputs: ofService, Outputs: outputs{"migrated": steps.KindBool, "revision": steps.KindText, "known": steps.KindBool}, Permissions: []string{mayReadServices, mayReadLog}},
	{Name: ProbeLogsCompare, Version: 1, Service: lightsail, Summary: "Errors a minute now, against those before the live version began.",
		Inputs: ofService, Outputs: outputs{"rate": steps.KindInt, "before": steps.KindInt, "worse": steps.KindBool}, Permissions: []string{mayReadServices, mayReadLog}},
	{Name: ProbeLogsSince, Version: 1, Service: lightsail, Summary: "Errors in the log since the live version began.",
		Inputs: ofService, Outputs: outputs{"errors": steps.KindInt}, Permissions: []string{mayReadServices, mayReadLog}},
	{Name: ProbeRequests, Version: 1, Service: lightsail, Summary: "How many API requests of the last minute (or the last 20) were answered with 5xx.", Waits: true,
		Inputs: ofService, Outputs: outputs{"bad": steps.KindInt, "of": steps.KindInt}, Permissions: []string{mayReadServices, mayReadLog}},
	{Name: ProbeHealth, Version: 1, Service: overWeb, Summary: "What a service answers on /.",
		Inputs: ofService, Outputs: outputs{"code": steps.KindInt}, Permissions: []string{mayReadServices}},
	{Name: ProbeWeb, Version: 1, Service: overWeb, Summary: "What a service answers on each address that the site names.",
		Inputs: ofService, Outputs: outputs{"failed": steps.KindInt}, Permissions: []string{mayReadServices}},
	{Name: ProbeSecrets, Version: 1, Service: infisical, Summary: "Every secret that the site names is in Infisical; no value is read.",
		Outputs: outputs{"missing": steps.KindInt}, Permissions: []string{mayDescribe}},
	{Name: ProbeFingerprint, Version: 1, Service: infisical, Summary: "The live configuration's fingerprint is the expected one.",
		Inputs: ofService, Outputs: outputs{"match": steps.KindBool, "live": steps.KindText, "expected": steps.KindText}, Permissions: []string{mayReadServices, mayReadLog, mayReadValue}},
	{Name: ProbeDatabase, Version: 1, Service: lightsail, Summary: "The database is available, and up to when it can be restored.",
		Outputs: outputs{"state": steps.KindText, "restorable": steps.KindTime}, Permissions: []string{mayReadDatabase}},
	{Name: ProbeSchedule, Version: 1, Service: "local", Summary: "No batch runs now, so that a deployment cuts none off.", Outputs: outputs{}},
	{Name: ProbeURLs, Version: 1, Service: lightsail, Summary: "The addresses in the two live deployments agree with each other; none is shown.",
		Outputs: outputs{}, Permissions: []string{mayReadServices}},

	{Name: OperationDeploy, Version: 1, Service: lightsail, Summary: "Deploy an image of a service with everything else as it is.",
		Inputs:  map[string]steps.Input{inputService: {Kind: steps.KindService}, inputImage: {Kind: steps.KindImage}},
		Outputs: outputs{"version": steps.KindInt, "image": steps.KindImage},
		Changes: "creates one deployment of the service: its image, nothing else", Risk: steps.RiskCompensable, Undo: "deploy the former image",
		Resolver: steps.ByContent, Settle: settle, Permissions: []string{mayReadServices, mayReadDeployments, mayReadImages, mayDeploy}},
	{Name: OperationEnable, Version: 1, Service: lightsail, Summary: "Enable a disabled service; its last version serves again.",
		Inputs: ofService, Outputs: outputs{"version": steps.KindInt},
		Changes: "the service takes traffic again; power and scale stay", Risk: steps.RiskReversible, Undo: "disable the service",
		Resolver: steps.Convergent, Settle: settle, Permissions: []string{mayReadServices, mayUpdate}},
}

// Declarations are all probes and operations by name. They need no client.
func Declarations() map[string]steps.Declaration {
	out := make(map[string]steps.Declaration, len(declarations))
	for _, d := range declarations {
		out[d.Name] = d
	}
	return out
}

// declared is the declaration of a name of this package.
func declared(name string) steps.Declaration {
	for _, d := range declarations {
		if d.Name == name {
			return d
		}
	}
	panic("operations: " + name + " is not declared")
}
