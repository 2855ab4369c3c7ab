package operations

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// deployImage deploys an image, another one or the live one anew, with everything else as it is. What became of an unknown outcome is told by content: ours is
// a newer version that equals the base version of the history with the image replaced. Secrets are therefore kept nowhere.
type deployImage struct{ base }

// deployState is what is observed; the service's environment is a secret.
type deployState struct {
	service cloud.Service
	images  []kept
	newest  int // version in the history
}

func (deployImage) Declaration() steps.Declaration { return declared(OperationDeploy) }

// Observe reads the service, its images and the history.
func (o deployImage) Observe(ctx context.Context, with steps.Values) (deployState, error) {
	s, err := o.service(ctx, with)
	if err != nil {
		return deployState{}, err
	}
	images, err := o.Containers.Images(ctx, s.Name)
	if err != nil {
		return deployState{}, err
	}
	history, err := o.Containers.Deployments(ctx, s.Name)
	if err != nil {
		return deployState{}, err
	}
	out := deployState{service: s, images: pasts(&s, images, history)}
	for _, d := range history {
		out.newest = max(out.newest, d.Version)
	}
	return out, nil
}

// Plan names the deployment that everything but the image comes from, never its values.
func (o deployImage) Plan(with steps.Values, st deployState) (steps.Plan, error) {
	s, image := &st.service, with[inputImage].Text
	if err := o.refused(&st, image); err != nil {
		return steps.Plan{}, err
	}
	d := s.Current
	v := strconv.Itoa(d.Version)
	p := steps.Plan{
		Target: s.Name, Account: o.Environment.Account, Region: o.Environment.Region,
		Basis:   map[string]string{"version": v, "image": d.Image(), "state": s.State, "disabled": strconv.FormatBool(s.Disabled), "next": ""},
		Recipe:  map[string]string{inputService: s.Name, inputImage: image, environmentRecipe: "deployment:" + s.Name + "@" + v, "base": v},
		Summary: fmt.Sprintf("One call, sent once: a deployment of %s. Version %d is expected.", s.Name, max(st.newest, d.Version)+1),
		Changes: o.changes(s, image),
		Effects: []steps.Fact{
			fact("", "If it works", "live in 2 to 5 min; version %d serves until then", d.Version),
			fact("", "If it fails", "version %d keeps serving, as now", d.Version),
			fact("", "To undo", "the same with %s (compensable; no data is lost)", short(d.Image())),
			fact("", "It cannot", "be cancelled once sent; a second one is refused meanwhile"),
		},
	}
	if older(st.images, image) {
		p.Obliges = []steps.Obligation{{
			ID:     fmt.Sprintf("main-holds:%s@%s", s.Name, v),
			What:   fmt.Sprintf("main still holds the commit of %s: any push brings it back and deletes %s.", short(d.Image()), short(image)),
			Closes: "a revert of that commit on main, deployed by the pipeline",
		}}
	}
	return p, nil
}

// refused says why no such deployment may be planned.
func (o deployImage) refused(st *deployState, image string) error {
	s := &st.service
	no := func(what, meaning, next string) error {
		return &steps.Error{Code: steps.CodeRejected, What: what, Meaning: meaning, Next: next}
	}
	switch {
	case s.Current == nil:
		return noDeployment(s.Name)
	case s.Disabled || s.State == cloud.ServiceDisabled:
		return no(fmt.Sprintf("%s is disabled; AWS takes no deployment for it.", s.Name), nothing, "Enable it first: dr-container.")
	case s.Next != nil:
		return no(fmt.Sprintf("A deployment of %s is in progress: version %d (%s).", s.Name, s.Next.Version, short(s.Next.Image())),
			fmt.Sprintf("version %d serves meanwhile; %d cannot be cancelled.", s.Current.Version, s.Next.Version), fmt.Sprintf("Wait for %d (usually 3 min), then plan again.", s.Next.Version))
	case s.State != cloud.ServiceRunning:
		return no(fmt.Sprintf("%s is %s; AWS takes no deployment meanwhile.", s.Name, s.State), nothing, "Wait until it is RUNNING, then plan again.")
	case s.Current.Image() == "":
		return no(fmt.Sprintf("Version %d of %s has several containers and no public one: which image to replace cannot be told.", s.Current.Version, s.Name), nothing, "Deploy it by the pipeline.")
	case !strings.HasPrefix(image, ":"+s.Name+"."):
		return no(fmt.Sprintf("%s is no image of %s.", image, s.Name), nothing, "Choose one that the service holds.")
	case strings.HasSuffix(image, ".latest"):
		return no(fmt.Sprintf("%s says latest, which is another image after the next push.", image), nothing, "Name the image by its number.")
	case !slices.ContainsFunc(st.images, func(k kept) bool { return k.Name == image }):
		left := "No older image is left."
		if n := others(st.images); n > 0 {
			left = fmt.Sprintf("%s left.", count(n, "other image is", "other images are"))
		}
		return no(fmt.Sprintf("%s no longer exists; the pipeline deletes every image that is not live before it pushes.", short(image)), nothing+" "+left, "Go back by commit: rollback-commit, about 11 min.")
	}
	return nil
}

// older reports whether image was pushed before what is live: main then holds a newer commit.
func older(images []kept, image string) bool {
	var live, wanted *kept
	for i := range images {
		switch {
		case images[i].live:
			live = &images[i]
		case images[i].Name == image:
			wanted = &images[i]
		}
	}
	if wanted == nil {
		return false
	}
	if live == nil { // what is live was deleted from the list: the number is what is left
		return true
	}
	if wanted.CreatedAt.Equal(live.CreatedAt) {
		return number(wanted.Name) < number(live.Name)
	}
	return wanted.CreatedAt.Before(live.CreatedAt)
}

// changes are the lines of the difference, what stays included.
func (o deployImage) changes(s *cloud.Service, image string) []steps.Change {
	d := s.Current
	c := d.Public()
	ports := make([]string, 0, len(c.Ports))
	for _, port := range slices.Sorted(maps.Keys(c.Ports)) {
		ports = append(ports, port+" "+c.Ports[port])
	}
	out := []steps.Change{{Label: "image", Sign: "-", Text: d.Image()}, {Label: "image", Sign: "+", Text: image}}
	if image == d.Image() {
		out = []steps.Change{{Label: "image", Sign: "=", Text: image, Note: "what is live; its containers start anew"}}
	}
	out = append(out, []steps.Change{
		{Label: "environment", Sign: "=", Text: fmt.Sprintf("%s, none added, removed, changed", count(len(c.Environment), "key", "keys")), Note: "values never shown", Names: c.Environment.Keys()},
		{Label: "port", Sign: "=", Text: strings.Join(ports, ", ")},
	}...)
	if len(c.Command) > 0 {
		out = append(out, steps.Change{Label: "command", Sign: "=", Text: fmt.Sprintf("%d words of its own, instead of the image's", len(c.Command))})
	}
	if others := len(d.Containers) - 1; others > 0 {
		out = append(out, steps.Change{Label: "containers", Sign: "=", Text: count(others, "other container", "other containers")})
	}
	if e := d.Endpoint; e != nil {
		h := filled(e.Health)
		out = append(out, steps.Change{Label: "public", Sign: "=", Text: fmt.Sprintf("%s:%d, GET %s every %d s, %d up, %d down, %s",
			e.Container, e.Port, h.Path, h.IntervalSeconds, h.HealthyThreshold, h.UnhealthyThreshold, h.SuccessCodes)})
	}
	untouched := []string{"power", "scale", "database", "secrets"}
	for i := range o.Environment.Services {
		if other := &o.Environment.Services[i]; other.Name != s.Name {
			untouched = append(untouched, other.Role)
		}
	}
	return append(out, steps.Change{Label: "untouched", Text: strings.Join(untouched, ", ")})
}

// Apply sends it once.
func (o deployImage) Apply(ctx context.Context, st deployState, p steps.Plan) (steps.Receipt, error) {
	version, err := o.Containers.Deploy(ctx, p.Recipe[inputService], replaced(st.service.Current, p.Recipe[inputImage]))
	if err != nil {
		return nil, err
	}
	r := steps.Receipt{"image": p.Recipe[inputImage]}
	if version > 0 {
		r["version"] = strconv.Itoa(version)
	}
	return r, nil
}

// Verify looks for our version in the history. What the reply named is a hint; the history is what counts.
func (o deployImage) Verify(ctx context.Context, p steps.Plan, _ steps.Receipt) (steps.Finding, error) {
	return o.Resolve(ctx, p)
}

// Resolve compares every newer version with the base one, which the history still holds.
func (o deployImage) Resolve(ctx context.Context, p steps.Plan) (steps.Finding, error) {
	service, image := p.Recipe[inputService], p.Recipe[inputImage]
	if o.Containers == nil {
		return steps.Finding{}, missing("container services", "")
	}
	history, err := o.Containers.Deployments(ctx, service)
	if err != nil {
		return steps.Finding{}, err
	}
	wanted, err := strconv.Atoi(p.Recipe["base"])
	from := find(history, wanted)
	if err != nil || from == nil {
		return steps.Finding{Is: steps.Unsure, Why: fmt.Sprintf("the history no longer holds version %s, from which the plan was made", p.Recipe["base"])}, nil
	}
	ours := replaced(from, image)
	var own, failed, foreign []cloud.Deployment // newest first
	for _, d := range history {
		switch {
		case d.Version <= from.Version:
		case !equal(ours, d):
			foreign = append(foreign, d)
		case d.State == cloud.DeploymentFailed:
			failed = append(failed, d)
		default:
			own = append(own, d)
		}
	}
	also := ""
	if len(foreign) > 0 {
		also = fmt.Sprintf("; %s is somebody else's", versioned(&foreign[0]))
	}
	switch {
	case len(own) > 0:
		d := own[len(own)-1] // the first one after the base
		return steps.Finding{Is: steps.Landed, Why: fmt.Sprintf("%s is there, %s%s", versioned(&d), d.State, also), Receipt: receipt(&d, image)}, nil
	case len(failed) > 0:
		d := failed[0]
		return steps.Finding{Is: steps.Broken, Why: fmt.Sprintf("%s is FAILED; version %d keeps serving%s", versioned(&d), from.Version, also), Receipt: receipt(&d, image)}, nil
	case len(foreign) > 0:
		d := foreign[0]
		return steps.Finding{Is: steps.Foreign, Why: fmt.Sprintf("%s appeared and is not what was sent: somebody else deploys", versioned(&d))}, nil
	}
	return steps.Finding{Is: steps.Absent, Why: fmt.Sprintf("newest is version %d; not there yet", from.Version)}, nil
}

func receipt(d *cloud.Deployment, image string) steps.Receipt {
	return steps.Receipt{"version": strconv.Itoa(d.Version), "image": image}
}
