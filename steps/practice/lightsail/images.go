package lightsail

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// maxImages is how many images a service may hold.
const maxImages = 150

var validDigest = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

func getContainerImages(c *call) (any, error) {
	var in serviceInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.read(func(_ time.Time, s *world.State) (any, error) {
		v, err := service(s, in.Service)
		if err != nil {
			return nil, err
		}
		out := []containerImage{}
		for _, i := range slices.Backward(v.Images) {
			out = append(out, imageShape(i))
		}
		return map[string]any{"containerImages": out}, nil
	})
}

// registerContainerImage gives a pushed image a number: one counter for all labels. Without a registry only what a service
// holds already counts as pushed.
func registerContainerImage(c *call) (any, error) {
	var in struct {
		Service string `json:"serviceName"`
		Label   string `json:"label"`
		Digest  string `json:"digest"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.change(func(now time.Time, s *world.State) (any, string, error) {
		v, err := service(s, in.Service)
		if err != nil {
			return nil, "", err
		}
		switch {
		case !validName.MatchString(in.Label) || len(in.Label) > 53:
			return nil, "", input(fmt.Sprintf("Label %q does not match pattern: %s", in.Label, namePattern))
		case !validDigest.MatchString(in.Digest):
			return nil, "", input("The digest must be sha256: and 64 hexadecimal digits.")
		case len(v.Images) >= maxImages:
			return nil, "", input(fmt.Sprintf("Service %q holds %d images already. Delete some before you register another.", v.Name, maxImages))
		}
		app, ok := pushed(s, in.Digest)
		if !ok {
			return nil, "", notFound(fmt.Sprintf("No image with digest %s has been pushed.", in.Digest))
		}
		v.Counter++
		i := world.Image{Name: fmt.Sprintf(":%s.%s.%d", v.Name, in.Label, v.Counter), Label: in.Label, Number: v.Counter, Digest: in.Digest, CreatedAt: now, App: app}
		v.Images = append(v.Images, i)
		return map[string]any{"containerImage": imageShape(i)}, i.Name, nil
	})
}

func pushed(s *world.State, digest string) (world.App, bool) {
	for _, v := range s.Services {
		for _, i := range v.Images {
			if i.Digest == digest {
				return i.App, true
			}
		}
	}
	return world.App{}, false
}

func deleteContainerImage(c *call) (any, error) {
	var in struct {
		Service string `json:"serviceName"`
		Image   string `json:"image"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	return c.change(func(_ time.Time, s *world.State) (any, string, error) {
		v, err := service(s, in.Service)
		if err != nil {
			return nil, "", err
		}
		if v.Image(in.Image) == nil {
			return nil, "", notFound(fmt.Sprintf("Image %q does not exist in service %q.", in.Image, v.Name))
		}
		// Lightsail says that the current deployment's images cannot go; one that is coming is not spoken of, and can.
		if d := v.Deployment(v.Current); d != nil {
			for name, k := range d.Containers {
				if k.Image == in.Image {
					return nil, "", input(fmt.Sprintf("Image %q is in use by container %q of the current deployment of service %q.", in.Image, name, v.Name))
				}
			}
		}
		v.Images = slices.DeleteFunc(v.Images, func(i world.Image) bool { return i.Name == in.Image })
		return struct{}{}, in.Image, nil
	})
}
