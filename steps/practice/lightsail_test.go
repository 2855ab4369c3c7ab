package practice_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return ""
}

func TestDeploymentRunsItsCourse(t *testing.T) {
	_, a := start(t, "bad-deploy")
	c := client(a)
	s := state(t, c, "jaja-backend")
	if s.State != types.ContainerServiceStateRunning || *s.CurrentDeployment.Version != 13 || *s.CurrentDeployment.Containers["backend"].Image != ":jaja-backend.backend.13" {
		t.Fatalf("start: %v %v", s.State, *s.CurrentDeployment.Version)
	}
	if n := len(s.CurrentDeployment.Containers["backend"].Environment); n != 19 {
		t.Errorf("%d environment keys, 19 are sent by the pipeline", n)
	}
	in := withImage(s, "backend", ":jaja-backend.backend.12")
	out, err := c.CreateContainerServiceDeployment(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if n := out.ContainerService.NextDeployment; *n.Version != 14 || n.State != types.ContainerServiceDeploymentStateActivating || *out.ContainerService.CurrentDeployment.Version != 13 {
		t.Fatalf("answer: %+v", n)
	}
	_, err = c.CreateContainerServiceDeployment(t.Context(), in)
	want := `Sorry, deployment 14 is in progress for service "jaja-backend". Please wait for it to complete before trying again.`
	var bad *types.InvalidInputException
	if !errors.As(err, &bad) || bad.ErrorMessage() != want {
		t.Fatalf("a second deployment: %v", err)
	}
	call(t, "PUT", a.Control+"/clock", object{"factor": 200}, nil) // single stages must not be slept over
	var seen []string
	for at := 0; at < 320; at += 5 {
		s = state(t, c, "jaja-backend")
		if d := s.StateDetail; d != nil && (len(seen) == 0 || seen[len(seen)-1] != string(d.Code)) {
			seen = append(seen, string(d.Code))
		}
		if s.State == types.ContainerServiceStateRunning {
			break
		}
		if *s.CurrentDeployment.Version != 13 {
			t.Fatal("the old version serves until the new one is ACTIVE")
		}
		sleep(t, a, 5)
	}
	if got := strings.Join(seen, " "); !strings.HasPrefix(got, "CREATING_SYSTEM_RESOURCES CREATING_NETWORK_INFRASTRUCTURE PROVISIONING_SERVICE CREATING_DEPLOYMENT EVALUATING_HEALTH_CHECK") {
		t.Errorf("details: %s", got)
	}
	if s.State != types.ContainerServiceStateRunning || *s.CurrentDeployment.Version != 14 || s.NextDeployment != nil || s.StateDetail != nil {
		t.Fatalf("end: %v %v", s.State, *s.CurrentDeployment.Version)
	}
	ds, err := c.GetContainerServiceDeployments(t.Context(), &lightsail.GetContainerServiceDeploymentsInput{ServiceName: aws.String("jaja-backend")})
	if err != nil {
		t.Fatal(err)
	}
	if len(ds.Deployments) != 12 || ds.Deployments[1].State != types.ContainerServiceDeploymentStateInactive || *ds.Deployments[11].Version != 3 {
		t.Errorf("history: %d versions", len(ds.Deployments))
	}
	// The new containers have said who they are.
	lines, _ := logs(t, c, &lightsail.GetContainerLogInput{ServiceName: aws.String("jaja-backend"), ContainerName: aws.String("backend"), StartTime: ds.Deployments[0].CreatedAt, FilterPattern: aws.String("Fingerprint")})
	if len(lines) != 1 {
		t.Errorf("%d fingerprint lines after the deployment, want 1", len(lines))
	}
}

func TestDeploymentThatCannotStart(t *testing.T) {
	_, a := start(t, "bad-deploy")
	c := client(a)
	in := withImage(state(t, c, "jaja-backend"), "backend", ":jaja-backend.backend.latest")
	k := in.Containers["backend"]
	k.Environment = map[string]string{"ENV": "prod"}
	in.Containers["backend"] = k
	in.PublicEndpoint.HealthCheck = nil
	out, err := c.CreateContainerServiceDeployment(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	next := out.ContainerService.NextDeployment
	if got := *next.Containers["backend"].Image; got != ":jaja-backend.backend.13" {
		t.Errorf(".latest became %s", got)
	}
	if h := next.PublicEndpoint.HealthCheck; *h.HealthyThreshold != 2 || *h.TimeoutSeconds != 2 || *h.IntervalSeconds != 5 || *h.Path != "/" || *h.SuccessCodes != "200-499" {
		t.Errorf("defaults: %+v", h)
	}
	call(t, "PUT", a.Control+"/clock", object{"factor": 500}, nil)
	sleep(t, a, 400)
	if s := state(t, c, "jaja-backend"); s.State != types.ContainerServiceStateDeploying || s.StateDetail.Code != types.ContainerServiceStateDetailCodeEvaluatingHealthCheck {
		t.Errorf("before the end: %v", s.State)
	}
	sleep(t, a, 85)
	s := state(t, c, "jaja-backend")
	if s.State != types.ContainerServiceStateRunning || *s.CurrentDeployment.Version != 13 || s.NextDeployment != nil {
		t.Errorf("the old version must go on serving: %v %v", s.State, *s.CurrentDeployment.Version)
	}
	lines, _ := logs(t, c, &lightsail.GetContainerLogInput{ServiceName: s.ContainerServiceName, ContainerName: aws.String("backend"), StartTime: next.CreatedAt, FilterPattern: aws.String("?Took ?ValidationError")})
	if n := len(lines); n < 3 || *lines[n-1].Message != "[deployment:14] Took too long" || !strings.Contains(*lines[0].Message, "ValidationError") {
		t.Errorf("%d lines about the failure", n)
	}
}

func TestRefusedDeployments(t *testing.T) {
	_, a := start(t, "bad-deploy")
	c := client(a)
	good := state(t, c, "jaja-backend")
	for name, tc := range map[string]struct {
		spoil func(*lightsail.CreateContainerServiceDeploymentInput)
		want  string
	}{
		"image of no form": {func(in *lightsail.CreateContainerServiceDeploymentInput) {
			*in = *withImage(good, "backend", ":jaja-backend.backend.LATEST")
		},
			`Container "backend" has invalid image ":jaja-backend.backend.LATEST". Example of valid image: ":container-service-1.frontend-ui.123".`},
		"image deleted": {func(in *lightsail.CreateContainerServiceDeploymentInput) {
			*in = *withImage(good, "backend", ":jaja-backend.backend.11")
		}, "does not exist"},
		"container name": {func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.Containers = map[string]types.Container{"backend_api": in.Containers["backend"]}
		}, `Container name "backend_api" does not match pattern: ^(?:[a-z0-9]{1,2}|[a-z0-9][a-z0-9-]+[a-z0-9])$`},
		"closed port": {func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.PublicEndpoint.ContainerPort = aws.Int32(8001)
		}, "does not open port 8001"},
		"no containers": {func(in *lightsail.CreateContainerServiceDeploymentInput) { in.Containers = nil }, "at least one container"},
		"interval": {func(in *lightsail.CreateContainerServiceDeploymentInput) {
			in.PublicEndpoint.HealthCheck = &types.ContainerServiceHealthCheckConfig{IntervalSeconds: aws.Int32(2)}
		}, "intervalSeconds"},
	} {
		t.Run(name, func(t *testing.T) {
			in := withImage(good, "backend", ":jaja-backend.backend.12")
			tc.spoil(in)
			_, err := c.CreateContainerServiceDeployment(t.Context(), in)
			var bad *types.InvalidInputException
			if !errors.As(err, &bad) || !strings.Contains(bad.ErrorMessage(), tc.want) {
				t.Errorf("%v", err)
			}
		})
	}
	if s := state(t, c, "jaja-backend"); s.NextDeployment != nil {
		t.Error("a refusal changed something")
	}
	for _, e := range history(t, a) {
		if e.Principal == "trainee" && e.Effect != "read" && e.Effect != "refused" {
			t.Errorf("%+v", e)
		}
	}
}

func TestDisableAndEnable(t *testing.T) {
	_, a := start(t, "service-disabled")
	c := client(a)
	s := state(t, c, "jaja-frontend")
	if s.State != types.ContainerServiceStateDisabled || !*s.IsDisabled || *s.CurrentDeployment.Version != 9 || *s.Scale != 2 {
		t.Fatalf("%v", s.State)
	}
	if got, _ := request(t, "GET", *s.Url, nil); got != 503 {
		t.Errorf("a disabled service answers %d", got)
	}
	if _, err := c.CreateContainerServiceDeployment(t.Context(), withImage(s, "frontend", ":jaja-frontend.frontend.9")); code(err) != "InvalidInputException" {
		t.Errorf("a deployment of a disabled service: %v", err)
	}
	enable := &lightsail.UpdateContainerServiceInput{ServiceName: s.ContainerServiceName, IsDisabled: aws.Bool(false)}
	out, err := c.UpdateContainerService(t.Context(), enable)
	if err != nil {
		t.Fatal(err)
	}
	if out.ContainerService.State != types.ContainerServiceStateUpdating || *out.ContainerService.CurrentDeployment.Version != 9 {
		t.Errorf("answer: %v", out.ContainerService.State)
	}
	if got, _ := request(t, "GET", *s.Url, nil); got != 503 {
		t.Errorf("while it comes up it answers %d", got)
	}
	sleep(t, a, 245)
	s = state(t, c, "jaja-frontend")
	if s.State != types.ContainerServiceStateRunning || *s.IsDisabled || s.Power != types.ContainerServicePowerNameMicro || *s.Scale != 2 {
		t.Errorf("enabled: %v", s.State)
	}
	if got, body := request(t, "GET", *s.Url, nil); got != 200 || !strings.Contains(string(body), "https://api.justajobapp.com") {
		t.Errorf("enabled: %d %s", got, body)
	}
	if out, err = c.UpdateContainerService(t.Context(), enable); err != nil || out.ContainerService.State != types.ContainerServiceStateRunning {
		t.Errorf("enabling what is enabled: %v", err)
	}
	if _, err = c.UpdateContainerService(t.Context(), &lightsail.UpdateContainerServiceInput{ServiceName: s.ContainerServiceName, IsDisabled: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	sleep(t, a, 125)
	if s = state(t, c, "jaja-frontend"); s.State != types.ContainerServiceStateDisabled {
		t.Errorf("disabled again: %v", s.State)
	}
}

func TestImages(t *testing.T) {
	_, a := start(t, "bad-deploy")
	c, svc := client(a), aws.String("jaja-backend")
	images := func() []types.ContainerImage {
		out, err := c.GetContainerImages(t.Context(), &lightsail.GetContainerImagesInput{ServiceName: svc})
		if err != nil {
			t.Fatal(err)
		}
		return out.ContainerImages
	}
	all := images()
	if len(all) != 2 || *all[0].Image != ":jaja-backend.backend.13" || *all[1].Image != ":jaja-backend.backend.12" {
		t.Fatalf("%d images", len(all))
	}
	if _, err := c.DeleteContainerImage(t.Context(), &lightsail.DeleteContainerImageInput{ServiceName: svc, Image: all[0].Image}); code(err) != "InvalidInputException" {
		t.Errorf("deleting what is live: %v", err)
	}
	reg, err := c.RegisterContainerImage(t.Context(), &lightsail.RegisterContainerImageInput{ServiceName: svc, Label: aws.String("hotfix"), Digest: all[1].Digest})
	if err != nil || *reg.ContainerImage.Image != ":jaja-backend.hotfix.14" {
		t.Fatalf("%v", err)
	}
	if _, err := c.RegisterContainerImage(t.Context(), &lightsail.RegisterContainerImageInput{ServiceName: svc, Label: aws.String("hotfix"), Digest: aws.String("sha256:" + strings.Repeat("0", 64))}); code(err) != "NotFoundException" {
		t.Errorf("a digest that nobody pushed: %v", err)
	}
	if _, err := c.DeleteContainerImage(t.Context(), &lightsail.DeleteContainerImageInput{ServiceName: svc, Image: all[1].Image}); err != nil {
		t.Error(err)
	}
	if n := len(images()); n != 2 {
		t.Errorf("%d images are left", n)
	}
}

func TestDatabaseSide(t *testing.T) {
	_, a := start(t, "baseline")
	c, db := client(a), aws.String("jaja-db")
	out, err := c.GetRelationalDatabase(t.Context(), &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: db})
	if err != nil {
		t.Fatal(err)
	}
	d := out.RelationalDatabase
	lag := now(t, a).Sub(*d.LatestRestorableTime)
	if *d.State != "available" || *d.PubliclyAccessible || lag < 2*time.Minute || lag > 8*time.Minute || d.LatestRestorableTime.Unix()%300 != 0 {
		t.Errorf("%s, restorable %s ago", *d.State, lag)
	}
	if _, err := c.GetRelationalDatabase(t.Context(), &lightsail.GetRelationalDatabaseInput{RelationalDatabaseName: aws.String("nope")}); code(err) != "NotFoundException" {
		t.Errorf("%v", err)
	}
	pw, err := c.GetRelationalDatabaseMasterUserPassword(t.Context(), &lightsail.GetRelationalDatabaseMasterUserPasswordInput{RelationalDatabaseName: db})
	if err != nil || !strings.Contains(state(t, c, "jaja-backend").CurrentDeployment.Containers["backend"].Environment["DATABASE_URL"], ":"+*pw.MasterUserPassword+"@"+*d.MasterEndpoint.Address+":5432/") {
		t.Errorf("the password is not the one that is deployed: %v", err)
	}
	snaps, err := c.GetRelationalDatabaseSnapshots(t.Context(), &lightsail.GetRelationalDatabaseSnapshotsInput{})
	if err != nil || len(snaps.RelationalDatabaseSnapshots) != 1 {
		t.Errorf("snapshots: %v", err)
	}
	ops, err := c.GetOperationsForResource(t.Context(), &lightsail.GetOperationsForResourceInput{ResourceName: db})
	if err != nil || len(ops.Operations) != 1 || !*ops.Operations[0].IsTerminal {
		t.Fatalf("operations: %v", err)
	}
	if one, err := c.GetOperation(t.Context(), &lightsail.GetOperationInput{OperationId: ops.Operations[0].Id}); err != nil || *one.Operation.ResourceName != "jaja-db" {
		t.Errorf("operation: %v", err)
	}
	ev, err := c.GetRelationalDatabaseEvents(t.Context(), &lightsail.GetRelationalDatabaseEventsInput{RelationalDatabaseName: db, DurationInMinutes: aws.Int32(1440)})
	if err != nil || len(ev.RelationalDatabaseEvents) != 2 {
		t.Errorf("events: %v", err)
	}
	m, err := c.GetContainerServiceMetricData(t.Context(), &lightsail.GetContainerServiceMetricDataInput{ServiceName: aws.String("jaja-backend"), MetricName: types.ContainerServiceMetricNameCPUUtilization,
		StartTime: aws.Time(t0.Add(-time.Hour)), EndTime: aws.Time(t0), Period: aws.Int32(300), Statistics: []types.MetricStatistic{types.MetricStatisticAverage}})
	if err != nil || len(m.MetricData) != 12 || m.MetricData[0].Average == nil || m.MetricData[0].Maximum != nil {
		t.Errorf("metric: %v", err)
	}
	if p, err := c.GetContainerServicePowers(t.Context(), &lightsail.GetContainerServicePowersInput{}); err != nil || len(p.Powers) != 6 {
		t.Errorf("powers: %v", err)
	}
	if p, err := c.GetContainerAPIMetadata(t.Context(), &lightsail.GetContainerAPIMetadataInput{}); err != nil || p.Metadata[0]["name"] != "lightsailctlVersion" {
		t.Errorf("metadata: %v", err)
	}
	if l, err := c.CreateContainerServiceRegistryLogin(t.Context(), &lightsail.CreateContainerServiceRegistryLoginInput{}); err != nil || !strings.HasPrefix(*l.RegistryLogin.Registry, "127.0.0.1:") {
		t.Errorf("registry login: %v", err)
	}
	if _, err := c.GetDisks(t.Context(), &lightsail.GetDisksInput{}); code(err) != "UnknownOperationException" {
		t.Errorf("an operation that is not there: %v", err)
	}
}

func TestWhoCalls(t *testing.T) {
	_, a := start(t, "baseline")
	identity := func(key string) (*sts.GetCallerIdentityOutput, error) {
		c := sts.New(sts.Options{Region: "eu-west-1", BaseEndpoint: aws.String(a.STS), RetryMaxAttempts: 1, Credentials: credentials.NewStaticCredentialsProvider(key, "x", "")})
		return c.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	}
	if id, err := identity(a.Env["AWS_ACCESS_KEY_ID"]); err != nil || *id.Account != "000000000000" || *id.Arn != "arn:aws:iam::000000000000:user/trainee" {
		t.Errorf("%v", err)
	}
	if _, err := identity("AKIANOBODYNOBODYNOBO"); code(err) != "InvalidClientTokenId" {
		t.Errorf("%v", err)
	}
	if id, err := identity("AKIAPRACTICE2STRANGE"); err != nil || *id.Account != "990011223344" {
		t.Errorf("%v", err)
	}
	list := &lightsail.GetContainerServicesInput{}
	if _, err := client(a, "AKIANOBODYNOBODYNOBO").GetContainerServices(t.Context(), list); code(err) != "UnrecognizedClientException" {
		t.Errorf("%v", err)
	}
	for what, c := range map[string]*lightsail.Client{"another region": clientIn(a, "us-east-1", a.Env["AWS_ACCESS_KEY_ID"]), "another account": client(a, "AKIAPRACTICE2STRANGE")} {
		if out, err := c.GetContainerServices(t.Context(), list); err != nil || len(out.ContainerServices) != 0 {
			t.Errorf("%s: %v", what, err)
		}
	}
	reader, del := client(a, "AKIAPRACTICE2READERX"), &lightsail.DeleteContainerImageInput{ServiceName: aws.String("jaja-backend"), Image: aws.String(":jaja-backend.backend.11")}
	if _, err := reader.GetContainerServices(t.Context(), list); err != nil {
		t.Error(err)
	}
	if _, err := reader.DeleteContainerImage(t.Context(), del); code(err) != "AccessDeniedException" {
		t.Errorf("%v", err)
	}
	open := lightsail.New(lightsail.Options{Region: "eu-west-1", BaseEndpoint: aws.String(a.Lightsail), RetryMaxAttempts: 1, Credentials: aws.AnonymousCredentials{}})
	if _, err := open.GetContainerServices(t.Context(), list); err != nil {
		t.Errorf("an unsigned read: %v", err)
	}
	if _, err := open.DeleteContainerImage(t.Context(), del); code(err) != "MissingAuthenticationTokenException" {
		t.Errorf("an unsigned change: %v", err)
	}
}
