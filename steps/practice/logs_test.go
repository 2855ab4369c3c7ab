package practice_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lightsail"
	"github.com/aws/aws-sdk-go-v2/service/lightsail/types"
)

func logQuery(from, to time.Duration, filter string) *lightsail.GetContainerLogInput {
	return &lightsail.GetContainerLogInput{ServiceName: aws.String("jaja-backend"), ContainerName: aws.String("backend"),
		StartTime: aws.Time(t0.Add(from)), EndTime: aws.Time(t0.Add(to)), FilterPattern: aws.String(filter)}
}

func text(events []types.ContainerServiceLogEvent) string {
	var b strings.Builder
	for _, e := range events {
		b.WriteString(e.CreatedAt.Format("15:04:05.000 ") + *e.Message + "\n")
	}
	return b.String()
}

func count(events []types.ContainerServiceLogEvent, part string) (n int) {
	for _, e := range events {
		if strings.Contains(*e.Message, part) {
			n++
		}
	}
	return n
}

func TestTheLogOfABadRelease(t *testing.T) {
	_, a := start(t, "bad-deploy")
	c := client(a)
	lines, pages := logs(t, c, logQuery(-15*time.Minute, 0, ""))
	if pages < 2 {
		t.Errorf("%d lines came on one page", len(lines))
	}
	for i := 1; i < len(lines); i++ {
		if lines[i].CreatedAt.Before(*lines[i-1].CreatedAt) {
			t.Fatalf("line %d is older than the one before it", i)
		}
	}
	if n := count(lines, "10.0.3.") / 15; n < 220 || n > 260 {
		t.Errorf("%d requests a minute, about 240 are wanted", n)
	}
	bad := count(lines, "500 Internal Server Error")
	if n := bad / 6; n < 34 || n > 48 {
		t.Errorf("%d errors a minute, about 41 are wanted", n)
	}
	if n := count(lines, "KeyError: 'sync_tier'"); n != bad {
		t.Errorf("%d tracebacks for %d errors", n, bad)
	}
	old := lines[:0:0]
	for _, e := range lines {
		if e.CreatedAt.Before(t0.Add(-6 * time.Minute)) {
			old = append(old, e)
		}
	}
	if count(old, "Traceback") != 0 || count(old, "ELB-HealthChecker") == 0 {
		t.Error("before the release there were health checks and no tracebacks")
	}
	if count(lines, "SECURITY INTEGRITY AUDIT") != 1 || count(lines, "Context impl PostgresqlImpl.") != 1 || count(lines, "Running upgrade") != 0 {
		t.Error("the release started once, without a migration")
	}
	shape := text(lines)
	i := strings.Index(shape, "Exception in ASGI application")
	block := strings.Split(shape[i:], "\n")[:45]
	if !strings.HasSuffix(block[1], "Traceback (most recent call last):") || !strings.Contains(block[2], `  File "/usr/local/lib/python3.11/`) || !strings.HasSuffix(block[44], "KeyError: 'sync_tier'") {
		t.Errorf("a traceback:\n%s", strings.Join(block, "\n"))
	}
}

func TestTheLogIsAlwaysTheSame(t *testing.T) {
	_, a := start(t, "bad-deploy")
	first, _ := logs(t, client(a), logQuery(-10*time.Minute, 0, ""))
	in := withImage(state(t, client(a), "jaja-backend"), "backend", ":jaja-backend.backend.12")
	if _, err := client(a).CreateContainerServiceDeployment(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	sleep(t, a, 330)
	again, _ := logs(t, client(a), logQuery(-10*time.Minute, 0, ""))
	if text(first) != text(again) {
		t.Error("the past changed")
	}
	_, b := start(t, "bad-deploy")
	other, _ := logs(t, client(b), logQuery(-10*time.Minute, 0, ""))
	if text(first) != text(other) {
		t.Error("the same seed wrote another log")
	}
	calm, _ := logs(t, client(a), logQuery(310*time.Second, 330*time.Second, "Traceback"))
	if len(calm) != 0 {
		t.Error("errors go on after the good image is live")
	}
	day, _ := logs(t, client(a), logQuery(-30*time.Hour, -20*time.Hour, "Fingerprint"))
	if len(day) != 1 {
		t.Errorf("%d starts of version 12 in the log, want 1", len(day))
	}
}

func TestTheLogWhileTwoVersionsRun(t *testing.T) {
	_, a := start(t, "bad-deploy")
	c := client(a)
	out, err := c.CreateContainerServiceDeployment(t.Context(), withImage(state(t, c, "jaja-backend"), "backend", ":jaja-backend.backend.12"))
	if err != nil {
		t.Fatal(err)
	}
	began := out.ContainerService.NextDeployment.CreatedAt
	for state(t, c, "jaja-backend").NextDeployment != nil {
		sleep(t, a, 2)
	}
	sleep(t, a, 30)
	lines, _ := logs(t, c, &lightsail.GetContainerLogInput{ServiceName: aws.String("jaja-backend"), ContainerName: aws.String("backend"), StartTime: began})
	all := text(lines)
	started, stopped := strings.Index(all, "SECURITY INTEGRITY AUDIT"), strings.Index(all, "Shutting down")
	if started < 0 || stopped < started {
		t.Fatalf("started at %d, the old one stopped at %d", started, stopped)
	}
	if between := all[started:stopped]; !strings.Contains(between, "KeyError") || !strings.Contains(between, "GET /get-emails HTTP/1.1\" 200") {
		t.Error("both versions speak while one takes over from the other")
	}
	if strings.Contains(all[stopped:], "Traceback") {
		t.Error("the old version speaks after its end")
	}
}

func TestFilterPatterns(t *testing.T) {
	_, a := start(t, "bad-deploy")
	c := client(a)
	all, _ := logs(t, c, logQuery(-2*time.Minute, 0, ""))
	for filter, want := range map[string]func(string) bool{
		"ERROR":              func(s string) bool { return strings.Contains(s, "ERROR") },
		"-HTTP/1.1 -File":    func(s string) bool { return !strings.Contains(s, "HTTP/1.1") && !strings.Contains(s, "File") },
		"GET 500":            func(s string) bool { return strings.Contains(s, "GET") && strings.Contains(s, "500") },
		"?KeyError ?ERROR":   func(s string) bool { return strings.Contains(s, "KeyError") || strings.Contains(s, "ERROR") },
		"error":              func(s string) bool { return strings.Contains(s, "error") },
		"GET -HealthChecker": func(s string) bool { return strings.Contains(s, "GET") && !strings.Contains(s, "HealthChecker") },
	} {
		got, _ := logs(t, c, logQuery(-2*time.Minute, 0, filter))
		var expected []types.ContainerServiceLogEvent
		for _, e := range all {
			if want(*e.Message) {
				expected = append(expected, e)
			}
		}
		if text(got) != text(expected) {
			t.Errorf("%q: %d lines, want %d", filter, len(got), len(expected))
		}
	}
	if _, err := c.GetContainerLog(t.Context(), &lightsail.GetContainerLogInput{ServiceName: aws.String("jaja-backend"), ContainerName: aws.String("frontend")}); code(err) != "NotFoundException" {
		t.Errorf("a container that never ran: %v", err)
	}
	in := logQuery(-2*time.Minute, 0, "")
	in.PageToken = aws.String("bm8")
	if _, err := c.GetContainerLog(t.Context(), in); code(err) != "InvalidInputException" {
		t.Errorf("a token of no request: %v", err)
	}
}

func TestTheFrontendsLog(t *testing.T) {
	_, a := start(t, "baseline")
	in := &lightsail.GetContainerLogInput{ServiceName: aws.String("jaja-frontend"), ContainerName: aws.String("frontend")}
	lines, _ := logs(t, client(a), &lightsail.GetContainerLogInput{ServiceName: in.ServiceName, ContainerName: in.ContainerName, StartTime: aws.Time(t0.Add(-10 * time.Minute))})
	if n := count(lines, "ms") / 10; n < 100 || n > 160 {
		t.Errorf("%d lines a minute", n)
	}
	first, err := client(a).GetContainerLog(t.Context(), in)
	if err != nil || first.NextPageToken == nil || len(first.LogEvents) == 0 || first.LogEvents[0].CreatedAt.After(t0.Add(-23*time.Hour)) {
		t.Errorf("without a start time it begins at the oldest line: %v", err)
	}
}
