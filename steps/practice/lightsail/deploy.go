package lightsail

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// keepVersions is how many deployments a service remembers.
const keepVersions = 50

const namePattern = `^(?:[a-z0-9]{1,2}|[a-z0-9][a-z0-9-]+[a-z0-9])$`

var (
	validName = regexp.MustCompile(namePattern)
	ownImage  = regexp.MustCompile(`^:([a-z0-9-]+)\.([a-z0-9-]+)\.(latest|[1-9][0-9]*)$`)
	envKey    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
)

type deployInput struct {
	Service    string               `json:"serviceName"`
	Containers map[string]container `json:"containers"`
	Endpoint   *endpoint            `json:"publicEndpoint"`
}

func createContainerServiceDeployment(c *call) (any, error) {
	var in deployInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.change(func(now time.Time, s *world.State) (any, string, error) {
		v, err := service(s, in.Service)
		if err != nil {
			return nil, "", err
		}
		if err := idle(v); err != nil {
			return nil, "", err
		}
		if v.Disabled {
			return nil, "", input(fmt.Sprintf("Service %q is disabled. Enable it before you create a deployment.", v.Name)) // the wording is ours
		}
		d, err := deploymentOf(v, in)
		if err != nil {
			return nil, "", err
		}
		begin(s, v, d, now, c.who.Name)
		return map[string]any{"containerService": c.serviceShape(now, s, v)}, "version " + strconv.Itoa(d.Version), nil
	})
}

// begin puts a checked deployment on its way.
func begin(s *world.State, v *world.Service, d *world.Deployment, now time.Time, by string) {
	for _, old := range v.Deployments {
		d.Version = max(d.Version, old.Version)
	}
	d.Version++
	took := s.DeployFor(v.Name, d.Version)
	d.State, d.By, d.CreatedAt = "ACTIVATING", by, now
	d.StartsAt, d.EndsAt = now.Add(took*55/100), now.Add(took)
	v.Next = d.Version
	v.Deployments = append(v.Deployments, d)
	if n := len(v.Deployments) - keepVersions; n > 0 {
		v.Deployments = slices.DeleteFunc(v.Deployments, func(old *world.Deployment) bool {
			return old.Version <= d.Version-keepVersions && old.Version != v.Current
		})
	}
	v.Forget(now)
}

// deploymentOf checks a request and turns it into a deployment without a version.
func deploymentOf(v *world.Service, in deployInput) (*world.Deployment, error) {
	if len(in.Containers) == 0 {
		return nil, input("A deployment needs at least one container.")
	}
	if len(in.Containers) > 10 {
		return nil, input("A deployment can have at most 10 containers.")
	}
	d := &world.Deployment{Containers: map[string]world.Container{}, Apps: map[string]world.App{}}
	for name, c := range in.Containers {
		image, app, err := checkContainer(v, name, c)
		if err != nil {
			return nil, err
		}
		d.Containers[name] = world.Container{Image: image, Command: filled(c.Command), Environment: filledMap(c.Environment), Ports: filledMap(c.Ports)}
		d.Apps[name] = app
	}
	if in.Endpoint == nil {
		return d, nil
	}
	var err error
	d.Endpoint, err = checkEndpoint(d, *in.Endpoint)
	return d, err
}

func checkContainer(v *world.Service, name string, c container) (image string, app world.App, err error) {
	if !validName.MatchString(name) || len(name) > 53 {
		return "", app, input(fmt.Sprintf("Container name %q does not match pattern: %s", name, namePattern))
	}
	for port, protocol := range c.Ports {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "", app, input(fmt.Sprintf("Container %q has port %q, which is not a number from 1 to 65535.", name, port))
		}
		if !slices.Contains([]string{"HTTP", "HTTPS", "TCP", "UDP"}, protocol) {
			return "", app, input(fmt.Sprintf("Container %q has protocol %q for port %s. It can be HTTP, HTTPS, TCP or UDP.", name, protocol, port))
		}
	}
	for k := range c.Environment {
		if !envKey.MatchString(k) {
			return "", app, input(fmt.Sprintf("Container %q has an environment variable whose name cannot be one.", name))
		}
	}
	return checkImage(v, name, c.Image)
}

// checkImage resolves .latest to its number. An image of a public registry is taken as it is: what it does is not known here.
func checkImage(v *world.Service, name, image string) (string, world.App, error) {
	if image == "" || image[0] != ':' {
		if image == "" {
			return "", world.App{}, input(fmt.Sprintf("Container %q has no image.", name))
		}
		return image, world.App{}, nil
	}
	m := ownImage.FindStringSubmatch(image)
	if m == nil || m[1] != v.Name {
		return "", world.App{}, input(fmt.Sprintf("Container %q has invalid image %q. Example of valid image: \":container-service-1.frontend-ui.123\".", name, image))
	}
	if m[3] == "latest" {
		best := 0
		for _, i := range v.Images {
			if i.Label == m[2] {
				best = max(best, i.Number)
			}
		}
		image = fmt.Sprintf(":%s.%s.%d", m[1], m[2], best)
	}
	if i := v.Image(image); i != nil {
		return i.Name, i.App, nil
	}
	return "", world.App{}, input(fmt.Sprintf("Container %q has image %q, which does not exist in service %q.", name, image, v.Name)) // the wording is ours
}

func checkEndpoint(d *world.Deployment, e endpoint) (*world.Endpoint, error) {
	c, ok := d.Containers[e.Container]
	if !ok {
		return nil, input(fmt.Sprintf("The public endpoint names container %q, which the deployment does not have.", e.Container))
	}
	if e.Port == nil {
		return nil, input("The public endpoint has no containerPort.")
	}
	if p := c.Ports[strconv.Itoa(*e.Port)]; p != "HTTP" && p != "HTTPS" {
		return nil, input(fmt.Sprintf("Container %q does not open port %d as HTTP or HTTPS.", e.Container, *e.Port))
	}
	h := world.Health{
		Healthy: or(e.Health.Healthy, 2), Unhealthy: or(e.Health.Unhealthy, 2), Timeout: or(e.Health.Timeout, 2), Interval: or(e.Health.Interval, 5),
		Path: or(e.Health.Path, "/"), Codes: or(e.Health.Codes, "200-499"),
	}
	switch {
	case h.Timeout < 2 || h.Timeout > 60:
		return nil, input("The health check's timeoutSeconds must be between 2 and 60.")
	case h.Interval < 5 || h.Interval > 300:
		return nil, input("The health check's intervalSeconds must be between 5 and 300.")
	case h.Healthy < 1 || h.Unhealthy < 1:
		return nil, input("The health check's thresholds must be 1 or more.")
	case h.Path == "" || h.Path[0] != '/':
		return nil, input("The health check's path must begin with a slash.")
	case !validCodes.MatchString(h.Codes):
		return nil, input("The health check's successCodes must be codes or ranges from 200 to 499.")
	}
	return &world.Endpoint{Container: e.Container, Port: *e.Port, Health: h}, nil
}

var validCodes = regexp.MustCompile(`^[2-4][0-9]{2}(-[2-4][0-9]{2})?(,\s*[2-4][0-9]{2}(-[2-4][0-9]{2})?)*$`)

func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
