// Command ringfence is the phone system and its command line: the server itself, and clients of its API.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"ringfence/internal/app"
	"ringfence/internal/config"
)

// The exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal drains; a second one ends the process at once.
	context.AfterFunc(ctx, stop)
	code := run(ctx, os.Args[1:], streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Environ())
	stop()
	os.Exit(code)
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run carries one command line out and gives the exit code: 0 done, 1 failed, 2 wrong use.
func run(ctx context.Context, args []string, std streams, environ []string) int {
	root := newRoot(std, environ) //nolint:contextcheck // cobra hands ctx to the commands
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintf(std.err, "ringfence: %s\n", oneLine(err)) // nobody is left to tell
	var usage *config.UsageError
	if errors.As(err, &usage) {
		return exitUsage
	}
	return exitFailed
}

// oneLine keeps errors from the outside, such as a database's, on one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

func usagef(format string, args ...any) error {
	return &config.UsageError{Err: fmt.Errorf(format, args...)}
}

func newRoot(std streams, environ []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "ringfence",
		Short: "A private, secure business phone system",
		Long: "A private, secure business phone system in one program.\n\n" +
			"`ringfence serve` needs no configuration. Every flag is also an environment variable, RINGFENCE_<FLAG>.",
		SilenceUsage: true, SilenceErrors: true,
	}
	root.SetIn(std.in)
	root.SetOut(std.out)
	root.SetErr(std.err)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%w; see %s --help", err, c.CommandPath())
	})
	e := &env{std: std, environ: environ}
	root.AddCommand(
		serveCommand(e), ownerCommand(e), tokenCommand(e), doctorCommand(e), versionCommand(e), openAPICommand(e),
		demoCommand(e), settingCommand(e),
		mailCommand(e),
	)
	root.AddCommand(auditCommand(e), callCommand(e), voicemailCommand(e))
	for _, r := range resources() {
		root.AddCommand(resourceCommand(e, r))
	}
	needSubcommand(root)
	return root
}

// needSubcommand makes a command that only groups others refuse what it does not know.
func needSubcommand(c *cobra.Command) {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return c.Help()
		}
		hint := ""
		if s := c.SuggestionsFor(args[0]); len(s) > 0 {
			hint = "; did you mean " + strings.Join(s, " or ") + "?"
		}
		return usagef("unknown command %q%s", c.CommandPath()+" "+args[0], hint)
	}
	c.SuggestionsMinimumDistance = 1
}

// exactly wants n arguments, named in the complaint.
func exactly(names ...string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		return usagef("%s takes %s; see %s --help", c.CommandPath(), wanted(names), c.CommandPath())
	}
}

func wanted(names []string) string {
	if len(names) == 0 {
		return "no arguments"
	}
	return strings.Join(names, " and ")
}

func versionCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show the version", Args: exactly(),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(e.std.out, app.Version())
			return err
		},
	}
}
