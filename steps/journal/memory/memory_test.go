package memory_test

import (
	"testing"
	"time"

	"github.com/JustAJobApp/runbook/steps"
	"github.com/JustAJobApp/runbook/steps/journal/journaltest"
	"github.com/JustAJobApp/runbook/steps/journal/memory"
)

func TestConformance(t *testing.T) {
	journaltest.Run(t, func(*testing.T) steps.Journal { return memory.New() })
}

func TestNextRunID(t *testing.T) {
	j := memory.New()
	at := time.Date(2026, 11, 23, 23, 59, 0, 0, time.UTC)
	for _, want := range []string{"1123-1", "1123-2"} {
		id, err := j.NextRunID(t.Context(), at)
		if err != nil || id != want {
			t.Errorf("got %s, %v; want %s", id, err, want)
		}
		if err := j.Append(t.Context(), id, steps.Event{Seq: 1, Run: id, Type: "run-started", Body: steps.RunStarted{}}); err != nil {
			t.Error(err)
		}
	}
}
