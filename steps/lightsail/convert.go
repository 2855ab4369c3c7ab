package lightsail

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

// SDK structs hold secrets in clear and print them: they are turned into ours here and go nowhere else.

func service(s *types.ContainerService) cloud.Service {
	out := cloud.Service{
		Name: aws.ToString(s.ContainerServiceName), State: string(s.State), Power: string(s.Power), Scale: int(aws.ToInt32(s.Scale)),
		Disabled: aws.ToBool(s.IsDisabled), URL: aws.ToString(s.Url), CreatedAt: utc(s.CreatedAt),
		Current: deployment(s.CurrentDeployment), Next: deployment(s.NextDeployment),
	}
	if s.StateDetail != nil {
		out.DetailCode, out.DetailMessage = string(s.StateDetail.Code), tidy(aws.ToString(s.StateDetail.Message))
	}
	return out
}

func deployment(d *types.ContainerServiceDeployment) *cloud.Deployment {
	if d == nil {
		return nil
	}
	out := &cloud.Deployment{Version: int(aws.ToInt32(d.Version)), State: string(d.State), CreatedAt: utc(d.CreatedAt), Containers: make(map[string]cloud.Container, len(d.Containers))}
	for name, c := range d.Containers {
		ports := make(map[string]string, len(c.Ports))
		for port, protocol := range c.Ports {
			ports[port] = string(protocol)
		}
		out.Containers[name] = cloud.Container{Image: aws.ToString(c.Image), Command: c.Command, Environment: c.Environment, Ports: ports}
	}
	if e := d.PublicEndpoint; e != nil {
		out.Endpoint = &cloud.Endpoint{Container: aws.ToString(e.ContainerName), Port: int(aws.ToInt32(e.ContainerPort))}
		if h := e.HealthCheck; h != nil {
			out.Endpoint.Health = cloud.HealthCheck{
				Path: aws.ToString(h.Path), SuccessCodes: aws.ToString(h.SuccessCodes),
				IntervalSeconds: int(aws.ToInt32(h.IntervalSeconds)), TimeoutSeconds: int(aws.ToInt32(h.TimeoutSeconds)),
				HealthyThreshold: int(aws.ToInt32(h.HealthyThreshold)), UnhealthyThreshold: int(aws.ToInt32(h.UnhealthyThreshold)),
			}
		}
	}
	return out
}

func containers(from map[string]cloud.Container) map[string]types.Container {
	out := make(map[string]types.Container, len(from))
	for name, c := range from {
		ports := make(map[string]types.ContainerServiceProtocol, len(c.Ports))
		for port, protocol := range c.Ports {
			ports[port] = types.ContainerServiceProtocol(protocol)
		}
		out[name] = types.Container{Image: &c.Image, Command: c.Command, Environment: c.Environment, Ports: ports}
	}
	return out
}

func endpoint(e *cloud.Endpoint) *types.EndpointRequest {
	if e == nil {
		return nil
	}
	h := e.Health
	return &types.EndpointRequest{
		ContainerName: &e.Container, ContainerPort: whole(e.Port),
		HealthCheck: &types.ContainerServiceHealthCheckConfig{
			Path: words(h.Path), SuccessCodes: words(h.SuccessCodes), IntervalSeconds: whole(h.IntervalSeconds), TimeoutSeconds: whole(h.TimeoutSeconds),
			HealthyThreshold: whole(h.HealthyThreshold), UnhealthyThreshold: whole(h.UnhealthyThreshold),
		},
	}
}

func database(d *types.RelationalDatabase) cloud.Database {
	out := cloud.Database{
		Name: aws.ToString(d.Name), State: aws.ToString(d.State), Bundle: aws.ToString(d.RelationalDatabaseBundleId),
		Engine:               strings.TrimSpace(aws.ToString(d.Engine) + " " + aws.ToString(d.EngineVersion)),
		LatestRestorableTime: utc(d.LatestRestorableTime), Public: aws.ToBool(d.PubliclyAccessible), BackupRetention: aws.ToBool(d.BackupRetentionEnabled),
	}
	if e := d.MasterEndpoint; e != nil { // none while it is being made
		out.Address, out.Port = aws.ToString(e.Address), int(aws.ToInt32(e.Port))
	}
	if h := d.Hardware; h != nil {
		out.DiskGB = int(aws.ToInt32(h.DiskSizeInGb))
	}
	return out
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

// whole and words leave out what is not set, so that the service's default holds.
func whole(i int) *int32 {
	if i == 0 {
		return nil
	}
	return aws.Int32(int32(i)) //nolint:gosec // ports and seconds: far below the limit
}

func words(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
