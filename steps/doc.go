// Package steps is the domain: procedures, runs, events, and the contracts that join them. A Procedure is a document that was
// loaded and checked; a Run is the fold of its events; a Kind says what comes next; a Mutation is the one way to change the
// cloud; a Journal keeps what happened.
//
// It imports the standard library only, so that everything else of ours may import it.
package steps
