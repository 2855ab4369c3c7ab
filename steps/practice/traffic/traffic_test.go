package traffic_test

import (
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/scenario"
	"github.com/JustAJobApp/runbook/steps/practice/traffic"
)

var t0 = time.Date(2026, 3, 10, 14, 20, 0, 0, time.UTC)

// TestAnyMinuteAlone holds that a second's lines do not depend on what was asked before, and that a quarter of an hour is cheap.
func TestAnyMinuteAlone(t *testing.T) {
	s, err := scenario.New("bad-deploy", 7, t0)
	if err != nil {
		t.Fatal(err)
	}
	src, ok := traffic.Of(s, s.Service("jaja-backend"), "backend")
	if !ok {
		t.Fatal("no log")
	}
	begin := time.Now()
	var all []traffic.Line
	for sec := t0.Add(-15 * time.Minute).Unix(); sec < t0.Unix(); sec++ {
		all = src.Second(all, sec)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("a quarter of an hour took %s to write", took)
	}
	for i, l := range all {
		if i > 0 && l.At.Before(all[i-1].At.Truncate(time.Millisecond)) {
			t.Fatalf("line %d is older than the one before it", i)
		}
	}
	one := src.Second(nil, t0.Add(-3*time.Minute).Unix())
	found := 0
	for _, l := range all {
		if l.At.Unix() == t0.Add(-3*time.Minute).Unix() {
			if one[found] != l {
				t.Fatalf("%v is %v when it is asked alone", l, one[found])
			}
			found++
		}
	}
	if found != len(one) || found == 0 {
		t.Errorf("%d lines and %d", found, len(one))
	}
	if len(src.Second(nil, t0.Add(-25*time.Hour).Unix())) != 0 {
		t.Error("there is a log before the history begins")
	}
	if _, ok := traffic.Of(s, s.Service("jaja-backend"), "nope"); ok {
		t.Error("a container that never ran has a log")
	}
}
