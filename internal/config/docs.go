package config

//go:generate sh -c "go run ringfence/tools/configref > ../../docs/operations/configuration.md"

import (
	"fmt"
	"io"
	"strings"
)

// WriteReference writes the reference page of docs/operations from the struct's tags.
func WriteReference(w io.Writer) error {
	var b strings.Builder
	b.WriteString("<!-- Generated from internal/config by `make generate`; edit the tags there. -->\n")
	b.WriteString("# Configuration\n\n")
	b.WriteString("`ringfence serve` needs none. Every value is a flag, an environment variable, and a key of the TOML file\n")
	b.WriteString("given by `--config FILE` (or `RINGFENCE_CONFIG`). A flag wins over the environment, the environment over the\n")
	b.WriteString("file. Unknown keys are errors. An address is `host:port`; port 0 takes a free one; `off` closes the listener.\n\n")
	b.WriteString("| flag | environment | default | meaning |\n|---|---|---|---|\n")
	for _, k := range Keys() {
		def := k.Default
		if def != "" {
			def = "`" + def + "`"
		}
		fmt.Fprintf(&b, "| `--%s %s` | `%s` | %s | %s |\n", k.Name, k.Arg, EnvName(k.Name), def, k.Help)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
