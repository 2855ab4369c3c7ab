// Package checklists holds the procedures and reads them. A procedure is one Markdown file that can be read on its own: a heading
// a step, prose for why, a block for what the program does, a block with what to type by hand. The package loads such files,
// refuses what would go wrong at run time with the very place where it stands, and flattens what a procedure follows into one
// list of steps.
//
// It imports steps, goldmark, go-yaml, expr and a shell parser, and is told which probes and operations exist, so that a file can
// be checked without building a client. Screens, commands and the wiring import it.
package checklists
