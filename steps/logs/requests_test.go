package logs

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps/cloud"
)

func request(seconds int, path string, code int) cloud.LogLine {
	return at(float64(seconds), fmt.Sprintf(`INFO:     10.0.0.7:443 - "GET %s HTTP/1.1" %d Internal Server Error`, path, code))
}

func TestRequests(t *testing.T) {
	var lines []cloud.LogLine
	for i := range 60 { // ten minutes before: one error every two minutes
		code := 200
		if i%12 == 0 {
			code = 503
		}
		lines = append(lines, request(i*10, "/get-emails", code), at(float64(i*10), `10.0.1.1 - "GET /health HTTP/1.1" 500 "ELB-HealthChecker/2.0"`), request(i*10, "/", 200))
	}
	live := 600
	for i := range 30 { // since then: five minutes, two errors in three
		code := 500
		if i%3 == 0 {
			code = 200
		}
		lines = append(lines, request(live+i*10, "/get-emails?x=1", code))
		if code == 500 {
			for text := range strings.SplitSeq(traceback, "\n") {
				lines = append(lines, at(float64(live+i*10), text))
			}
		}
	}
	lines = append(lines, at(float64(live+299), "Traceback (most recent call last):"), at(float64(live+299), "  File \"/app/x.py\", line 1, in f"), at(float64(live+299), "ValueError: x"), request(live+9000, "/future", 500))
	got := Requests(lines, t0.Add(time.Duration(live)*time.Second), t0.Add(time.Duration(live+300)*time.Second))
	if got.Of != 20 || got.Bad != 14 || got.Total != 20 || got.PerMinute != 4 || got.Before != 1 || got.Kind != "ValueError: x" || got.Kinds != 2 {
		t.Errorf("got %+v", got)
	}
	if want := []int{1, 0, 0, 4, 4, 4, 4, 4}; !slices.Equal(got.Spark, want) {
		t.Errorf("spark is %v, want %v", got.Spark, want)
	}
	if want := t0.Add(610 * time.Second); !got.Since.Equal(want) {
		t.Errorf("since %s, want %s", got.Since, want)
	}
}

func TestRequestsOfAQuietLog(t *testing.T) {
	got := Requests(nil, t0, t0.Add(time.Hour))
	if got.Before != -1 || got.Of != 0 || !got.Since.IsZero() || len(got.Spark) != 8 {
		t.Errorf("got %+v", got)
	}
	over := Requests([]cloud.LogLine{request(0, "/a", 500), request(30, "/a", 500), request(300, "/a", 200)}, t0.Add(time.Minute), t0.Add(5*time.Minute))
	if over.Before != 2 || over.Total != 0 || !over.Since.IsZero() || over.Bad != 2 || over.Of != 3 {
		t.Errorf("after the errors have stopped: %+v", over)
	}
	if root := Requests([]cloud.LogLine{request(0, "/", 500)}, time.Time{}, t0); root.Bad != 1 || root.Total != 1 || root.Before != -1 {
		t.Errorf("an error on / counts: %+v", root)
	}
}
