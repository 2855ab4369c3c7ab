package lightsail

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

type serviceInput struct {
	Service string `json:"serviceName"`
}

// service finds a container service by its name.
func service(s *world.State, name string) (*world.Service, error) {
	if v := s.Service(name); v != nil {
		return v, nil
	}
	return nil, notFound(fmt.Sprintf("The container service %q does not exist in region %s.", name, s.Region)) // the wording is ours
}

func getContainerServices(c *call) (any, error) {
	var in serviceInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.read(func(now time.Time, s *world.State) (any, error) {
		out := []containerService{}
		for _, v := range s.Services {
			if in.Service == "" || v.Name == in.Service {
				out = append(out, c.serviceShape(now, s, v))
			}
		}
		if in.Service != "" && len(out) == 0 {
			_, err := service(s, in.Service)
			return nil, err
		}
		return map[string]any{"containerServices": out}, nil
	})
}

func getContainerServiceDeployments(c *call) (any, error) {
	var in serviceInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.read(func(_ time.Time, s *world.State) (any, error) {
		v, err := service(s, in.Service)
		if err != nil {
			return nil, err
		}
		out := []*deployment{}
		for _, d := range slices.Backward(v.Deployments) {
			out = append(out, deploymentShape(d))
		}
		return map[string]any{"deployments": out}, nil
	})
}

type updateInput struct {
	Service  string  `json:"serviceName"`
	Power    *string `json:"power"`
	Scale    *int    `json:"scale"`
	Disabled *bool   `json:"isDisabled"`
}

func updateContainerService(c *call) (any, error) {
	var in updateInput
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
		if in.Power != nil && !slices.ContainsFunc(powers, func(p power) bool { return p.Name == *in.Power }) {
			return nil, "", input(fmt.Sprintf("Power %q is not one of nano, micro, small, medium, large, xlarge.", *in.Power))
		}
		if in.Scale != nil && (*in.Scale < 1 || *in.Scale > 20) {
			return nil, "", input("Scale must be between 1 and 20.")
		}
		note := update(v, in, now, s)
		return map[string]any{"containerService": c.serviceShape(now, s, v)}, note, nil
	})
}

// update begins a change, and says what it is. One that changes nothing leaves the service as it is.
func update(v *world.Service, in updateInput, now time.Time, s *world.State) (note string) {
	resized := false
	if in.Power != nil && *in.Power != v.Power {
		v.Power, resized = *in.Power, true
		note += " power=" + v.Power
	}
	if in.Scale != nil && *in.Scale != v.Scale {
		v.Scale, resized = *in.Scale, true
		note += fmt.Sprintf(" scale=%d", v.Scale)
	}
	toggled := in.Disabled != nil && *in.Disabled != v.Disabled
	if toggled {
		v.Disabled = *in.Disabled
		note += fmt.Sprintf(" isDisabled=%t", v.Disabled)
	}
	if !toggled && !resized {
		return "nothing changed"
	}
	took := s.UpdateFor(v.Name)
	if toggled && v.Disabled {
		took = s.DisableFor(v.Name)
	}
	v.Update = &world.Update{Began: now, Ends: now.Add(took), Disabling: toggled && v.Disabled}
	if !v.Disabled && v.Current != 0 {
		v.Update.StartsAt = now.Add(took * 55 / 100)
	}
	return note[1:]
}

// idle refuses a change while another is under way, in the service's words where they are known.
func idle(v *world.Service) error {
	if v.Next != 0 {
		return input(fmt.Sprintf("Sorry, deployment %d is in progress for service %q. Please wait for it to complete before trying again.", v.Next, v.Name))
	}
	if v.Update != nil {
		return input(fmt.Sprintf("Service %q is being updated. Wait for it to complete before trying again.", v.Name)) // the wording is ours
	}
	return nil
}

type power struct {
	ID     string  `json:"powerId"`
	Price  float64 `json:"price"`
	CPU    float64 `json:"cpuCount"`
	RAM    float64 `json:"ramSizeInGb"`
	Name   string  `json:"name"`
	Active bool    `json:"isActive"`
}

var powers = []power{
	{"nano-1", 7, 0.25, 0.5, "nano", true}, {"micro-1", 10, 0.25, 1, "micro", true}, {"small-1", 15, 0.5, 2, "small", true},
	{"medium-1", 40, 1, 4, "medium", true}, {"large-1", 80, 2, 8, "large", true}, {"xlarge-1", 160, 4, 16, "xlarge", true},
}

func getContainerServicePowers(*call) (any, error) { return map[string]any{"powers": powers}, nil }

func getContainerAPIMetadata(*call) (any, error) {
	return map[string]any{"metadata": []map[string]string{{"name": "lightsailctlVersion", "value": "1.0.8"}}}, nil
}

// createContainerServiceRegistryLogin answers with this cloud's own address: nothing may reach a real registry from here.
func createContainerServiceRegistryLogin(c *call) (any, error) {
	return c.change(func(now time.Time, s *world.State) (any, string, error) {
		if len(s.Services) == 0 {
			return nil, "", input("You must create a container service before retrieving container registry login credentials")
		}
		password := world.Text(world.Draw(s.Scenario.Seed, "registry", s.Seq), world.Mixed, 120)
		return map[string]any{"registryLogin": map[string]any{
			"username": "AWS", "password": password, "expiresAt": stamp(now.Add(12 * time.Hour)), "registry": c.r.Host,
		}}, "", nil
	})
}

type metricInput struct {
	Service    string   `json:"serviceName"`
	Metric     string   `json:"metricName"`
	Start      stamp    `json:"startTime"`
	End        stamp    `json:"endTime"`
	Period     int      `json:"period"`
	Statistics []string `json:"statistics"`
}

func getContainerServiceMetricData(c *call) (any, error) {
	var in metricInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	base, ok := map[string]float64{"CPUUtilization": 14, "MemoryUtilization": 41}[in.Metric]
	from, to := time.Time(in.Start), time.Time(in.End)
	if !ok || in.Period < 60 || in.Period > 86400 || len(in.Statistics) == 0 || !from.Before(to) {
		return nil, input("The metric, its period, its statistics and its times must be given as the operation takes them.")
	}
	return c.read(func(now time.Time, s *world.State) (any, error) {
		v, err := service(s, in.Service)
		if err != nil {
			return nil, err
		}
		step := time.Duration(max(300, in.Period/300*300)) * time.Second
		if to.After(now) {
			to = now
		}
		points := []map[string]any{}
		for at := from.Truncate(step); at.Before(to) && len(points) < 1440; at = at.Add(step) {
			if at.Before(since(v)) {
				continue // the graphs of earlier deployments are gone
			}
			points = append(points, point(s.Scenario.Seed, in, base, at))
		}
		slices.Reverse(points) // in no order that a client may count on
		return map[string]any{"metricName": in.Metric, "metricData": points}, nil
	})
}

// since is when the live deployment's first container began.
func since(v *world.Service) time.Time {
	for _, r := range v.Runs {
		if r.Version == v.Current {
			return r.Started
		}
	}
	return time.Time{}
}

func point(seed uint64, in metricInput, base float64, at time.Time) map[string]any {
	r := world.Draw(seed, in.Metric, in.Service, at.Unix())
	mean := round(base + 6*r.Float64())
	all := map[string]float64{"Average": mean, "Minimum": round(mean * 0.6), "Maximum": round(mean * 1.7), "SampleCount": 5, "Sum": round(mean * 5)}
	names := map[string]string{"Average": "average", "Minimum": "minimum", "Maximum": "maximum", "SampleCount": "sampleCount", "Sum": "sum"}
	out := map[string]any{"timestamp": stamp(at), "unit": "Percent"}
	for _, s := range in.Statistics {
		if n, ok := names[s]; ok {
			out[n] = all[s]
		}
	}
	return out
}

func round(x float64) float64 { return math.Round(x*100) / 100 }
