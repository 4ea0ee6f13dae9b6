// Command configref writes the reference of the static configuration to standard output; `make generate` keeps it in
// docs/operations/configuration.md.
package main

import (
	"fmt"
	"os"

	"ringfence/internal/config"
)

func main() {
	if err := config.WriteReference(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "configref:", err)
		os.Exit(1)
	}
}
