package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
)

// forwardCommand shows and changes where calls to an account go on.
func forwardCommand(e *env, r resource) *cobra.Command {
	cases := []struct{ flag, field, usage string }{
		{"always", "always", "who gets all calls: a `NUMBER` or name; none for nobody"},
		{"busy", "busy", "who gets calls while the account is busy or declines: a `NUMBER` or name, or none"},
		{"no-answer", "noAnswer", "who gets calls that nobody has answered: a `NUMBER` or name, or none"},
		{"offline", "offline", "who gets calls while no phone can be reached: a `NUMBER` or name, or none"},
	}
	c := &cobra.Command{
		Use: "forward ID", Short: "Show where calls to an account go on; with a flag, change it", Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			body := map[string]any{}
			for _, f := range cases {
				if v := c.Flags().Lookup(f.flag); v.Changed {
					body[f.field] = forwardTo(v.Value.String())
				}
			}
			for flag, field := range map[string]string{"do-not-disturb": "doNotDisturb", "paused": "paused"} {
				if on, _ := c.Flags().GetBool(flag); c.Flags().Changed(flag) { // it is defined below
					body[field] = on
				}
			}
			method, in := http.MethodPatch, any(body)
			if len(body) == 0 {
				method, in = http.MethodGet, nil
			}
			id, err := idOf(r, args[0])
			if err != nil {
				return err
			}
			return e.api(c, func(conn *client.Client) error {
				path := r.path + "/" + id + "/forwarding"
				if method == http.MethodPatch {
					path += dryRun(c)
				}
				raw, err := conn.Call(c.Context(), method, path, in)
				if err != nil {
					return err
				}
				return e.printForwarding(c, raw)
			})
		},
	}
	for _, f := range cases {
		c.Flags().String(f.flag, "", f.usage)
	}
	c.Flags().Bool("do-not-disturb", false, "the phones don't ring, and callers are told that the account is busy")
	c.Flags().Bool("paused", false, "what --always says does not count now, and is kept")
	c.Flags().Bool("dry-run", false, "say whether it could be done, and change nothing")
	return c
}

func forwardTo(typed string) map[string]string {
	if typed == "" || typed == "none" {
		return map[string]string{}
	}
	return map[string]string{"number": typed}
}

// forwarding is what is printed of one.
type forwarding struct {
	DoNotDisturb, Paused            bool
	Always, Busy, NoAnswer, Offline *struct{ Number, DisplayName string }
}

func (e *env) printForwarding(c *cobra.Command, raw json.RawMessage) error {
	if asJSON, _ := c.Flags().GetBool("json"); asJSON { // every client has the flag
		_, err := fmt.Fprintf(e.std.out, "%s\n", raw)
		return err
	}
	var f forwarding
	if err := json.Unmarshal(raw, &f); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	var lines []string
	for _, x := range []struct {
		words string
		to    *struct{ Number, DisplayName string }
	}{
		{"all calls", f.Always},
		{"when busy", f.Busy},
		{"when nobody answers", f.NoAnswer},
		{"when no phone can be reached", f.Offline},
	} {
		if x.to != nil {
			lines = append(lines, fmt.Sprintf("%-28s go to %s %s", x.words, x.to.DisplayName, x.to.Number))
		}
	}
	if f.Always != nil && f.Paused {
		lines[0] += " (paused)"
	}
	if f.DoNotDisturb {
		lines = slices.Insert(lines, 0, "do not disturb")
	}
	if len(lines) == 0 {
		lines = []string{"calls go nowhere else"}
	}
	_, err := fmt.Fprintln(e.std.out, strings.Join(lines, "\n"))
	return err
}
