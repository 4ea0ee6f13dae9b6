package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
)

// auditResource is the log of changes as a listing.
func auditResource() resource {
	return resource{
		noun: "change", path: "/audit",
		columns: []column{
			{"NO", "id"},
			{"AT", "at"},
			{"WHO", "actor"},
			{"WHAT", "summary"},
			{"ABOUT", "subject"},
			{"BY", "source"},
		},
		filters: []field{
			{"actor", "actor", number, "only changes by the user with this `ID`"},
			{"kind", "kind", text, "only changes of this `KIND` of thing: user, group, device"},
			{"id", "id", number, "with --kind: only changes of the thing with this `ID`"},
			{"intent", "intent", text, "only this use case, such as user.update"},
			{"by", "by", text, "only what came by this: page, api or cli"},
			{"from", "from", text, "only changes at or after this `TIME`, such as 2026-05-03T08:00:00Z"},
			{"to", "to", text, "only changes before this `TIME`"},
		},
	}
}

// auditCommand shows who changed what, and takes changes back.
func auditCommand(e *env) *cobra.Command {
	r := auditResource()
	c := &cobra.Command{Use: "audit", Short: "List, show, export and undo changes"}
	listing := listCommand(e, r)
	listing.Short = "List changes, the newest first"
	c.AddCommand(listing, showCommand(e, r), undoCommand(e, r), auditExportCommand(e, r))
	needSubcommand(c)
	for _, sub := range c.Commands() {
		clientFlags(sub)
	}
	return c
}

func undoCommand(e *env, r resource) *cobra.Command {
	c := &cobra.Command{
		Use: "undo NO", Short: "Apply the inverse of a change; what changed since is left", Args: exactly("the number"),
		RunE: func(c *cobra.Command, args []string) error {
			if n, err := strconv.ParseInt(args[0], 10, 64); err != nil || n < 1 {
				return usagef("%q is not the number of a change", args[0])
			}
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodPost, r.path+"/"+args[0]+"/undo"+dryRun(c), nil)
				if err != nil {
					return err
				}
				return e.printOne(c, raw)
			})
		},
	}
	c.Flags().Bool("dry-run", false, "show what would be left, and undo nothing")
	return c
}

func auditExportCommand(e *env, r resource) *cobra.Command {
	c := &cobra.Command{
		Use: "export", Short: "Write changes as CSV, a line for each field that changed", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			query := url.Values{}
			for _, f := range append([]field{{"search", "q", text, ""}}, r.filters...) {
				if flag := c.Flags().Lookup(f.flag); flag.Changed {
					query.Set(f.key, flag.Value.String())
				}
			}
			return e.api(c, func(conn *client.Client) error {
				file, err := conn.Call(c.Context(), http.MethodGet, r.path+"/export?"+query.Encode(), nil)
				if err != nil {
					return err
				}
				if _, err = e.std.out.Write(file); err != nil {
					return fmt.Errorf("write: %w", err)
				}
				return nil
			})
		},
	}
	c.Flags().String("search", "", "only what matches `TEXT`")
	defineFields(c.Flags(), r.filters)
	return c
}
