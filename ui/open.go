package ui

import (
	"github.com/JustAJobApp/runbook/ui/deps"
	"github.com/JustAJobApp/runbook/ui/run"
	"github.com/JustAJobApp/runbook/ui/theme"
)

// openRun makes the screen of a run.
func openRun(d deps.Deps, t *theme.Theme, driver deps.Driver) Screen { return run.New(d, t, driver) }
