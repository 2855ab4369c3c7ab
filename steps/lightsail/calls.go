package lightsail

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/cloud"
)

// maxPages bounds one reading of a log; a page holds at least a hundred lines.
const maxPages = 1000

// Identity asks STS who we are. The Region is the client's.
func (c *Client) Identity(ctx context.Context) (cloud.Identity, error) {
	of := call{command: "get-caller-identity", permission: "sts:GetCallerIdentity", about: "the caller"}
	_, who, err := c.clients(ctx)
	if err != nil {
		return cloud.Identity{}, c.readError(ctx, of, err)
	}
	out, err := who.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return cloud.Identity{}, c.readError(ctx, of, err)
	}
	return cloud.Identity{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn), Region: c.opt.Region}, nil
}

// Services reads every container service of the region.
func (c *Client) Services(ctx context.Context) ([]cloud.Service, error) {
	return c.services(ctx, &sdk.GetContainerServicesInput{}, "the list of services")
}

// Service reads one container service; CodeNotFound where there is none of that name.
func (c *Client) Service(ctx context.Context, name string) (cloud.Service, error) {
	list, err := c.services(ctx, &sdk.GetContainerServicesInput{ServiceName: &name}, name)
	if err != nil {
		return cloud.Service{}, err
	}
	i := slices.IndexFunc(list, func(s cloud.Service) bool { return s.Name == name })
	if i < 0 {
		return cloud.Service{}, &steps.Error{Code: steps.CodeNotFound, What: fmt.Sprintf("AWS names no container service %s in %s.", name, c.opt.Region), Meaning: nothing,
			Next: "Compare the name, the account and the region with runbook.yaml."}
	}
	return list[i], nil
}

func (c *Client) services(ctx context.Context, in *sdk.GetContainerServicesInput, about string) ([]cloud.Service, error) {
	of := call{command: "get-container-services", permission: "lightsail:GetContainerServices", about: about}
	ls, _, err := c.clients(ctx)
	if err != nil {
		return nil, c.readError(ctx, of, err)
	}
	out, err := ls.GetContainerServices(ctx, in)
	if err != nil {
		return nil, c.readError(ctx, of, err)
	}
	list := make([]cloud.Service, len(out.ContainerServices))
	for i := range out.ContainerServices {
		list[i] = service(&out.ContainerServices[i])
	}
	return list, nil
}

// Deployments reads a service's history, newest version first: the last 50. Their environments are secrets.
func (c *Client) Deployments(ctx context.Context, name string) ([]cloud.Deployment, error) {
	of := call{command: "get-container-service-deployments", permission: "lightsail:GetContainerServiceDeployments", about: name}
	ls, _, err := c.clients(ctx)
	if err != nil {
		return nil, c.readError(ctx, of, err)
	}
	out, err := ls.GetContainerServiceDeployments(ctx, &sdk.GetContainerServiceDeploymentsInput{ServiceName: &name})
	if err != nil {
		return nil, c.readError(ctx, of, err)
	}
	list := make([]cloud.Deployment, len(out.Deployments))
	for i := range out.Deployments {
		list[i] = *deployment(&out.Deployments[i])
	}
	// The order is not documented alike everywhere.
	slices.SortFunc(list, func(a, b cloud.Deployment) int { return b.Version - a.Version })
	return list, nil
}

// Images reads the images that a service holds, newest first.
func (c *Client) Images(ctx context.Context, name string) ([]cloud.Image, error) {
	of := call{command: "get-container-images", permission: "lightsail:GetContainerImages", about: name}
	ls, _, err := c.clients(ctx)
	if err != nil {
		return nil, c.readError(ctx, of, err)
	}
	out, err := ls.GetContainerImages(ctx, &sdk.GetContainerImagesInput{ServiceName: &name})
	if err != nil {
		return nil, c.readError(ctx, of, err)
	}
	list := make([]cloud.Image, len(out.ContainerImages))
	for i, im := range out.ContainerImages {
		list[i] = cloud.Image{Name: aws.ToString(im.Image), Digest: aws.ToString(im.Digest), CreatedAt: utc(im.CreatedAt)}
	}
	slices.SortStableFunc(list, func(a, b cloud.Image) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return list, nil
}

// Lines reads a container's log since a time, oldest first, page by page to its end. Past maxPages it gives what it has read
// and an error: a part must not pass for the whole.
func (c *Client) Lines(ctx context.Context, name, container string, since time.Time) ([]cloud.LogLine, error) {
	return c.lines(ctx, &sdk.GetContainerLogInput{ServiceName: &name, ContainerName: &container, StartTime: started(since)})
}

// LinesBetween is Lines up to a time.
func (c *Client) LinesBetween(ctx context.Context, name, container string, from, to time.Time) ([]cloud.LogLine, error) {
	return c.lines(ctx, &sdk.GetContainerLogInput{ServiceName: &name, ContainerName: &container, StartTime: started(from), EndTime: &to})
}

// started is a log's start: without one the service shows old lines only.
func started(since time.Time) *time.Time {
	if since.IsZero() {
		since = time.Unix(1, 0)
	}
	return &since
}

func (c *Client) lines(ctx context.Context, in *sdk.GetContainerLogInput) ([]cloud.LogLine, error) {
	name := aws.ToString(in.ServiceName)
	of := call{command: "get-container-log", permission: "lightsail:GetContainerLog", about: name}
	ls, _, err := c.clients(ctx)
	if err != nil {
		return nil, c.readError(ctx, of, err)
	}
	var lines []cloud.LogLine
	for range maxPages {
		out, err := ls.GetContainerLog(ctx, in)
		if err != nil {
			return lines, c.readError(ctx, of, err)
		}
		for _, e := range out.LogEvents {
			lines = append(lines, cloud.LogLine{At: utc(e.CreatedAt), Message: aws.ToString(e.Message)})
		}
		if aws.ToString(out.NextPageToken) == "" || aws.ToString(out.NextPageToken) == aws.ToString(in.PageToken) {
			return lines, nil
		}
		in.PageToken = out.NextPageToken
	}
	return lines, &steps.Error{Code: steps.CodeUnreachable, What: fmt.Sprintf("The log of %s goes on after %d pages; only the first %d lines were read.", name, maxPages, len(lines)),
		Meaning: nothing, Next: "Look at a shorter time."}
}

// Database reads a database; CodeNotFound where there is none of that name.
func (c *Client) Database(ctx context.Context, name string) (cloud.Database, error) {
	of := call{command: "get-relational-database", permission: "lightsail:GetRelationalDatabase", about: name}
	ls, _, err := c.clients(ctx)
	if err != nil {
		return cloud.Database{}, c.readError(ctx, of, err)
	}
	out, err := ls.GetRelationalDatabase(ctx, &sdk.GetRelationalDatabaseInput{RelationalDatabaseName: &name})
	if err != nil {
		return cloud.Database{}, c.readError(ctx, of, err)
	}
	if out.RelationalDatabase == nil {
		return cloud.Database{}, &steps.Error{Code: steps.CodeUnreachable, What: "AWS answered without a database.", Meaning: nothing, Next: "Look again."}
	}
	return database(out.RelationalDatabase), nil
}

// Deploy sends one deployment, once. The version is the one that the reply names, 0 where it names none. Errors are rejected,
// not-sent or unknown, and hold nothing of the environment.
func (c *Client) Deploy(ctx context.Context, name string, d cloud.Deployment) (int, error) {
	of := call{command: "create-container-service-deployment", permission: "lightsail:CreateContainerServiceDeployment", about: name}
	for _, ct := range d.Containers {
		of.secrets = append(of.secrets, ct.Environment.Values()...)
	}
	ls, _, err := c.clients(ctx)
	if err != nil {
		return 0, c.writeError(of, false, err)
	}
	ctx, connected := traced(ctx)
	out, err := ls.CreateContainerServiceDeployment(ctx, &sdk.CreateContainerServiceDeploymentInput{
		ServiceName: &name, Containers: containers(d.Containers), PublicEndpoint: endpoint(d.Endpoint)}, once)
	if err != nil {
		return 0, c.writeError(of, connected.Load(), err)
	}
	if out.ContainerService == nil {
		return 0, unreadable(of)
	}
	if next := out.ContainerService.NextDeployment; next != nil {
		return int(aws.ToInt32(next.Version)), nil
	}
	return 0, nil
}

// SetDisabled switches a service's traffic, once. Power and scale are left out of the call, so they stay.
func (c *Client) SetDisabled(ctx context.Context, name string, disabled bool) error {
	of := call{command: "update-container-service", permission: "lightsail:UpdateContainerService", about: name}
	ls, _, err := c.clients(ctx)
	if err != nil {
		return c.writeError(of, false, err)
	}
	ctx, connected := traced(ctx)
	out, err := ls.UpdateContainerService(ctx, &sdk.UpdateContainerServiceInput{ServiceName: &name, IsDisabled: &disabled}, once)
	if err != nil {
		return c.writeError(of, connected.Load(), err)
	}
	if out.ContainerService == nil {
		return unreadable(of)
	}
	return nil
}

// unreadable is an accepted answer without content: a proxy's page, or one that was cut off.
func unreadable(of call) error {
	return &steps.Error{Code: steps.CodeUnknown, What: of.command + " was sent once; the answer was empty.",
		Meaning: "either as before, or the change is on its way. Nothing is sent again until this is known.", Next: "Nothing to send: look until it is known."}
}
