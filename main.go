// Command runbook walks an operator through JustAJobApp's procedures, step by step. It calls ui/cli and does nothing else.
package main

import (
	"os"

	"github.com/JustAJobApp/runbook/ui/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:])) }
