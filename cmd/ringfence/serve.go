package main

import (
	"fmt"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ringfence/internal/app"
	"ringfence/internal/config"
	"ringfence/internal/edge/httpapi"
)

// env is what commands share.
type env struct {
	std     streams
	environ []string
}

// load reads the configuration for a command with the given flags.
func (e *env) load(flags *pflag.FlagSet) (config.Config, error) {
	src := config.Sources{Environ: e.environ, Flags: map[string]string{}, File: e.variable("config")}
	if f := flags.Lookup("config"); f != nil && f.Changed {
		src.File = f.Value.String()
	}
	for _, k := range config.Keys() {
		if f := flags.Lookup(k.Name); f != nil && f.Changed {
			src.Flags[k.Name] = f.Value.String()
		}
	}
	return config.Load(src)
}

// variable reads an environment variable of ours.
func (e *env) variable(key string) string {
	for _, kv := range e.environ {
		if name, value, ok := strings.Cut(kv, "="); ok && name == config.EnvName(key) {
			return value
		}
	}
	return ""
}

// configFlags defines the flags of the configuration: all, or only the named ones.
func configFlags(flags *pflag.FlagSet, only ...string) {
	flags.String("config", "", "read the configuration from `FILE` (TOML)")
	for _, k := range config.Keys() {
		wanted := len(only) == 0
		for _, name := range only {
			wanted = wanted || name == k.Name
		}
		if !wanted {
			continue
		}
		flags.String(k.Name, k.Default, "`"+k.Arg+"`: "+strings.TrimSuffix(k.Help, "."))
	}
}

// collectAt is by how much the heap may grow, in percent of what lives, before it is collected. Most of it is the
// directory, which stays; going through it a third as often as usual shortens the longest waits.
const collectAt = 300

func serveCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "serve", Short: "Run the phone system", Args: exactly(),
		Long: "Run the phone system. Without any flag it keeps its data in the platform's state directory, makes its keys\n" +
			"and certificates, and prints a link to set it up.",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := e.load(c.Flags())
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(e.environ, func(v string) bool { return strings.HasPrefix(v, "GOGC=") }) {
				debug.SetGCPercent(collectAt)
			}
			return app.Serve(c.Context(), cfg, app.Surroundings{Out: e.std.out, Err: e.std.err, Environ: e.environ})
		},
	}
	configFlags(c.Flags())
	return c
}

func doctorCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "doctor", Short: "Check ports, names, certificates, database and NAT, in words", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := e.load(c.Flags())
			if err != nil {
				return err
			}
			asJSON, err := c.Flags().GetBool("json")
			if err != nil {
				return err
			}
			return app.Doctor(c.Context(), cfg, e.std.out, asJSON)
		},
	}
	configFlags(c.Flags())
	c.Flags().Bool("json", false, "write the findings as JSON")
	return c
}

// openAPICommand writes the API's document; programs that are generated from it need no running server.
func openAPICommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "openapi", Short: "Write the API's OpenAPI document", Args: exactly(), Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			doc, err := httpapi.Document()
			if err == nil {
				_, err = fmt.Fprint(e.std.out, string(doc))
			}
			return err
		},
	}
}
