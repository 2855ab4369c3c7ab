package lightsail

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// stamp is a time on the wire: epoch seconds, a JSON number with milliseconds.
type stamp time.Time

// MarshalJSON writes 1767225600.123.
func (t stamp) MarshalJSON() ([]byte, error) {
	ms := time.Time(t).UnixMilli()
	if ms%1000 == 0 {
		return strconv.AppendInt(nil, ms/1000, 10), nil
	}
	return fmt.Appendf(nil, "%d.%03d", ms/1000, ms%1000), nil
}

// UnmarshalJSON reads a number, and ISO 8601 as some clients send it.
func (t *stamp) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		return nil
	case float64:
		*t = stamp(time.UnixMilli(int64(v * 1000)).UTC())
		return nil
	case string:
		at, err := time.Parse(time.RFC3339, v)
		*t = stamp(at)
		return err
	}
	return fmt.Errorf("not a time: %s", b)
}

type location struct {
	AvailabilityZone string `json:"availabilityZone"`
	RegionName       string `json:"regionName"`
}

type tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type containerService struct {
	Name           string              `json:"containerServiceName"`
	Arn            string              `json:"arn"`
	CreatedAt      stamp               `json:"createdAt"`
	Location       location            `json:"location"`
	ResourceType   string              `json:"resourceType"`
	Tags           []tag               `json:"tags"`
	Power          string              `json:"power"`
	PowerID        string              `json:"powerId"`
	State          string              `json:"state"`
	Detail         *stateDetail        `json:"stateDetail,omitempty"`
	Scale          int                 `json:"scale"`
	Current        *deployment         `json:"currentDeployment,omitempty"`
	Next           *deployment         `json:"nextDeployment,omitempty"`
	IsDisabled     bool                `json:"isDisabled"`
	PrincipalArn   string              `json:"principalArn"`
	PrivateDomain  string              `json:"privateDomainName"`
	PublicDomains  map[string][]string `json:"publicDomainNames,omitempty"`
	URL            string              `json:"url"`
	RegistryAccess registryAccess      `json:"privateRegistryAccess"`
}

type stateDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type registryAccess struct {
	Role struct {
		IsActive     bool   `json:"isActive"`
		PrincipalArn string `json:"principalArn"`
	} `json:"ecrImagePullerRole"`
}

type deployment struct {
	Version    int                  `json:"version"`
	State      string               `json:"state"`
	Containers map[string]container `json:"containers"`
	Endpoint   *endpoint            `json:"publicEndpoint,omitempty"`
	CreatedAt  stamp                `json:"createdAt"`
}

type container struct {
	Image       string            `json:"image"`
	Command     []string          `json:"command"`
	Environment map[string]string `json:"environment"`
	Ports       map[string]string `json:"ports"`
}

type endpoint struct {
	Container string `json:"containerName"`
	Port      *int   `json:"containerPort"`
	Health    health `json:"healthCheck"`
}

// health has pointers: what is absent takes the service's default.
type health struct {
	Healthy   *int    `json:"healthyThreshold"`
	Unhealthy *int    `json:"unhealthyThreshold"`
	Timeout   *int    `json:"timeoutSeconds"`
	Interval  *int    `json:"intervalSeconds"`
	Path      *string `json:"path"`
	Codes     *string `json:"successCodes"`
}

type containerImage struct {
	Image     string `json:"image"`
	Digest    string `json:"digest"`
	CreatedAt stamp  `json:"createdAt"`
}

func imageShape(i world.Image) containerImage {
	return containerImage{i.Name, i.Digest, stamp(i.CreatedAt)}
}

func deploymentShape(d *world.Deployment) *deployment {
	if d == nil {
		return nil
	}
	out := &deployment{Version: d.Version, State: d.State, CreatedAt: stamp(d.CreatedAt), Containers: map[string]container{}}
	for name, c := range d.Containers {
		out.Containers[name] = container{c.Image, filled(c.Command), filledMap(c.Environment), filledMap(c.Ports)}
	}
	if e := d.Endpoint; e != nil {
		port, h := e.Port, e.Health
		out.Endpoint = &endpoint{Container: e.Container, Port: &port, Health: health{&h.Healthy, &h.Unhealthy, &h.Timeout, &h.Interval, &h.Path, &h.Codes}}
	}
	return out
}

func filled(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// filledMap copies: the answer is written after the state's lock is gone.
func filledMap(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = v
	}
	return out
}

func (c *call) serviceShape(now time.Time, s *world.State, v *world.Service) containerService {
	state, code := v.Status(now)
	role := world.Text(world.Draw(s.Scenario.Seed, "role", v.Name), world.Hex, 52)
	out := containerService{
		Name: v.Name, Arn: "arn:aws:lightsail:" + s.Region + ":" + s.Account + ":ContainerService/" + v.ID, CreatedAt: stamp(v.CreatedAt),
		Location: location{"all", s.Region}, ResourceType: "ContainerService", Tags: []tag{}, Power: v.Power, PowerID: v.Power + "-1",
		State: state, Scale: v.Scale, IsDisabled: v.Disabled, URL: c.url(v.Name), PrivateDomain: v.Name + ".service.local",
		PrincipalArn: "arn:aws:iam::" + s.Account + ":role/amazon/lightsail/" + s.Region + "/containers/" + v.Name + "/" + role,
		Current:      deploymentShape(v.Deployment(v.Current)), Next: deploymentShape(v.Deployment(v.Next)),
	}
	if code != "" {
		out.Detail = &stateDetail{Code: code}
	}
	return out
}
