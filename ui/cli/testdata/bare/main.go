// Command bare is what status is measured against: one SDK client, one call.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
)

func main() {
	endpoint := os.Getenv("AWS_ENDPOINT_URL_LIGHTSAIL")
	c := lightsail.New(lightsail.Options{Region: os.Getenv("AWS_REGION"), BaseEndpoint: &endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), "")})
	out, err := c.GetContainerServices(context.Background(), &lightsail.GetContainerServicesInput{})
	if err != nil {
		panic(err)
	}
	for _, s := range out.ContainerServices {
		fmt.Println(*s.ContainerServiceName, s.State)
	}
}
