package sqlite

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/JustAJobApp/runbook/steps"
)

// BenchmarkAppend is one event, durable; compare it with BenchmarkRawAppend, the least that durability costs.
func BenchmarkAppend(b *testing.B) {
	j := opened(b, state(b))
	var seq uint64
	for b.Loop() {
		seq++
		must(b, j.Append(b.Context(), "1123-1", noted("1123-1", seq)))
	}
}

func BenchmarkRawAppend(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "raw"))
	must(b, err)
	defer func() { _ = f.Close() }()
	line := make([]byte, 300)
	for b.Loop() {
		_, err := f.Write(line)
		must(b, err)
		must(b, datasync(f))
	}
}

// BenchmarkOpen is what a start costs with 10,000 events in the journal.
func BenchmarkOpen(b *testing.B) {
	dir := state(b)
	j := opened(b, dir)
	for run := range 50 {
		id := fmt.Sprintf("1123-%d", run+1)
		var batch []steps.Event
		for seq := range uint64(200) {
			batch = append(batch, noted(id, seq+1))
		}
		must(b, j.Append(b.Context(), id, batch...))
	}
	must(b, j.Close())
	for b.Loop() {
		j, err := Open(b.Context(), dir)
		must(b, err)
		if runs, err := j.Runs(b.Context()); err != nil || len(runs) != 50 {
			b.Fatalf("%d runs, %v", len(runs), err)
		}
		must(b, j.Close())
	}
}
