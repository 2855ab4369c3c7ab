package sqlite

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/JustAJobApp/runbook/steps/journal"
)

func TestVerify(t *testing.T) {
	for name, c := range map[string]struct{ sql, want string }{
		"whole":           {"SELECT 1", ""},
		"a changed body":  {`UPDATE events SET body = replace(body, 'note', 'lie') WHERE run = '1123-1' AND seq = 3`, "run 1123-1, event 3: it was changed after it was recorded; good up to event 2"},
		"a changed time":  {`UPDATE events SET at = '2026-11-23T07:00:01Z' WHERE run = '1123-1' AND seq = 3`, "run 1123-1, event 3: it was changed after it was recorded; good up to event 2"},
		"a removed event": {`DELETE FROM events WHERE run = '1123-1' AND seq = 3`, "run 1123-1, event 4: event 3 is missing; good up to event 2"},
		"a cut tail":      {`DELETE FROM events WHERE run = '1123-2' AND seq > 3`, "run 1123-2: the list of runs says 5 events; good up to event 3"},
		"a removed run":   {`DELETE FROM events WHERE run = '1123-2'`, "run 1123-2: all of its 5 events are missing; good up to event 0"},
		"a hidden run":    {`DELETE FROM runs WHERE id = '1123-2'`, "run 1123-2: the list of runs says 0 events; good up to event 5"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filled(t)
			db, err := sql.Open("sqlite", source(filepath.Join(dir, File), ""))
			must(t, err)
			if name != "whole" && strings.Contains(c.sql, "events ") {
				_, err = db.Exec(c.sql)
				if err == nil || !strings.Contains(err.Error(), "only ever added") {
					t.Errorf("events can be changed: %v", err)
				}
			}
			_, err = db.Exec("DROP TRIGGER events_stay; DROP TRIGGER events_are_kept; " + c.sql)
			must(t, errors.Join(err, db.Close()))
			breaks, err := opened(t, dir).Verify(t.Context())
			must(t, err)
			got := []string{}
			for _, b := range breaks {
				got = append(got, b.String())
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestChainIsOverThePublishedForm(t *testing.T) {
	j := opened(t, state(t))
	for seq := range uint64(3) {
		must(t, j.Append(t.Context(), "1123-1", noted("1123-1", seq+1)))
	}
	head := ""
	for e, err := range j.Read(t.Context(), "1123-1") {
		must(t, err)
		rec, err := journal.Record(e)
		must(t, err)
		line, err := json.Marshal(e)
		must(t, err)
		if !bytes.Equal(rec, line) {
			t.Errorf("the record %s is not the line %s", rec, line)
		}
		head = journal.Hash(head, rec)
	}
	if got, err := j.Head(t.Context(), "1123-1"); err != nil || got != head {
		t.Errorf("the head is %s, %v; computed from the lines it is %s", got, err, head)
	}
}

func TestVerifyFindsARecordThatWasMadeAnew(t *testing.T) {
	dir := filled(t)
	j := opened(t, dir)
	records, err := j.records(t.Context(), "1123-1")
	must(t, err)
	r := records[2]
	r.Body = json.RawMessage(`{"text":"a lie","by":"ana"}`)
	text, err := json.Marshal(r)
	must(t, err)
	_, err = j.w.ExecContext(t.Context(), "DROP TRIGGER events_stay")
	must(t, err)
	_, err = j.w.ExecContext(t.Context(), "UPDATE events SET body = ?, hash = ? WHERE run = ? AND seq = 3", string(r.Body), journal.Hash(r.Prev, text), r.Run)
	must(t, err)
	breaks, err := j.Verify(t.Context())
	if err != nil || len(breaks) != 1 || breaks[0].String() != "run 1123-1, event 4: it does not follow the event before it; good up to event 3" {
		t.Errorf("got %v, %v", breaks, err)
	}
}
