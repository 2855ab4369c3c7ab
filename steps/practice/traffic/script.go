package traffic

import (
	"fmt"
	"time"

	"github.com/JustAJobApp/runbook/steps/practice/world"
)

// said is something that a container says once, at an offset from its start.
type said struct {
	after time.Duration
	text  string
}

// script appends what the container says about itself in the second that begins at from: its start, its end, its crashes.
func script(lines []Line, r *world.Run, from time.Time) []Line {
	emit := func(at time.Time, text string) {
		if at = at.Truncate(time.Millisecond); !at.Before(from) && at.Before(from.Add(time.Second)) && (r.Stops.IsZero() || at.Before(r.Stops.Add(2*time.Second))) {
			lines = append(lines, Line{at, text})
		}
	}
	if len(r.Crash) > 0 && r.Crash[0] != "" {
		crashes(r, from, emit)
	} else if from.Before(r.Started.Add(30 * time.Second)) {
		for _, s := range start(r) {
			emit(r.Started.Add(s.after), s.text)
		}
	}
	if !r.Failed.IsZero() {
		emit(r.Failed, fmt.Sprintf("[deployment:%d] Took too long", r.Version))
	} else if !r.Stops.IsZero() && r.App.Kind == "backend" && len(r.Crash) == 0 {
		emit(r.Stops.Add(100*time.Millisecond), "INFO:     Shutting down")
		emit(r.Stops.Add(210*time.Millisecond), "INFO:     Waiting for application shutdown.")
		emit(r.Stops.Add(230*time.Millisecond), "INFO - Background scheduler stopped")
		emit(r.Stops.Add(240*time.Millisecond), "INFO:     Application shutdown complete.")
		emit(r.Stops.Add(250*time.Millisecond), "INFO:     Finished server process [1]")
	}
	return lines
}

func start(r *world.Run) []said {
	const ms = time.Millisecond
	switch r.App.Kind {
	case "frontend":
		return []said{
			{900 * ms, "   ▲ Next.js 14.2.26"}, {901 * ms, "   - Local:        http://localhost:3000"}, {901 * ms, "   - Network:      http://0.0.0.0:3000"},
			{950 * ms, " ✓ Starting..."}, {1362 * ms, " ✓ Ready in 412ms"},
		}
	case "backend":
	default:
		return nil
	}
	out := []said{
		{2200 * ms, "INFO  [alembic.runtime.migration] Context impl PostgresqlImpl."},
		{2201 * ms, "INFO  [alembic.runtime.migration] Will assume transactional DDL."},
	}
	if r.To != "" {
		out = append(out, said{2260 * ms, fmt.Sprintf("INFO  [alembic.runtime.migration] Running upgrade %s -> %s, schema of release %s", r.From, r.To, r.App.Commit)})
	}
	return append(out,
		said{5100 * ms, "INFO:     Started server process [1]"},
		said{5101 * ms, "INFO:     Waiting for application startup."},
		said{5110 * ms, "INFO - ================================================"},
		said{5110 * ms, "INFO - SECURITY INTEGRITY AUDIT"},
		said{5110 * ms, "INFO - Configuration Fingerprint: " + r.Fingerprint},
		said{5111 * ms, "INFO - ================================================"},
		said{5240 * ms, "INFO - Background scheduler started for Always Open email sync"},
		said{5241 * ms, "INFO:     Application startup complete."},
		said{5242 * ms, "INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)"},
	)
}

// crashes repeats the last words of a container that cannot start, every 20 to 40 s.
func crashes(r *world.Run, from time.Time, emit func(time.Time, string)) {
	rng := world.Draw(uint64(r.Version), "crash", r.Container)
	for at := r.Started; at.Before(from.Add(time.Second)); at = at.Add(time.Duration(20000+rng.IntN(20000)) * time.Millisecond) {
		if end := at.Add(2400 * time.Millisecond); !r.Stops.IsZero() && end.After(r.Stops) {
			return // its last words came with the attempt before
		}
		if r.App.Kind == "backend" {
			emit(at.Add(2200*time.Millisecond), "INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.")
			emit(at.Add(2201*time.Millisecond), "INFO  [alembic.runtime.migration] Will assume transactional DDL.")
		}
		for i, text := range r.Crash {
			emit(at.Add(2300*time.Millisecond+time.Duration(i)*time.Microsecond), text)
		}
	}
}
