package operations

import (
	"maps"
	"slices"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

// replaced is a deployment with another image in its public container. It shares nothing with d that anybody changes.
func replaced(d *cloud.Deployment, image string) cloud.Deployment {
	out := *d
	out.Containers = maps.Clone(d.Containers)
	name := ""
	if d.Endpoint != nil {
		name = d.Endpoint.Container
	} else if len(d.Containers) == 1 {
		for only := range d.Containers {
			name = only
		}
	}
	if c, ok := out.Containers[name]; ok {
		c.Image = image
		out.Containers[name] = c
	}
	return out
}

// equal compares what was sent with what the service shows: contents alone, after filling in what the service fills in. The
// values of the environments are compared in memory and go nowhere.
func equal(a, b cloud.Deployment) bool {
	if (a.Endpoint == nil) != (b.Endpoint == nil) {
		return false
	}
	if a.Endpoint != nil {
		x, y := *a.Endpoint, *b.Endpoint
		x.Health, y.Health = filled(x.Health), filled(y.Health)
		if x != y {
			return false
		}
	}
	return maps.EqualFunc(a.Containers, b.Containers, func(x, y cloud.Container) bool {
		return x.Image == y.Image && slices.Equal(x.Command, y.Command) && maps.Equal(x.Environment, y.Environment) && maps.Equal(x.Ports, y.Ports)
	})
}

// filled is a health check with Lightsail's defaults where nothing is set.
func filled(h cloud.HealthCheck) cloud.HealthCheck {
	orInt := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	orInt(&h.HealthyThreshold, 2)
	orInt(&h.UnhealthyThreshold, 2)
	orInt(&h.TimeoutSeconds, 2)
	orInt(&h.IntervalSeconds, 5)
	if h.Path == "" {
		h.Path = "/"
	}
	if h.SuccessCodes == "" {
		h.SuccessCodes = "200-499"
	}
	return h
}
