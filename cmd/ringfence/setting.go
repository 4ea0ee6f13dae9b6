package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
)

// settingCommand lists and changes the settings of the organization, a location, group, profile, user or device.
func settingCommand(e *env) *cobra.Command {
	c := &cobra.Command{Use: "setting", Short: "List, set and reset settings, permissions among them"}
	c.AddCommand(settingList(e), settingSet(e), settingReset(e), settingReach(e))
	needSubcommand(c)
	for _, sub := range c.Commands() {
		clientFlags(sub)
		sub.Flags().String("level", "organization", "where: organization, location, group, profile, user or device")
		sub.Flags().String("owner", "", "`ID` of the location, group, profile, user or device")
	}
	return c
}

// settingPath is the address of a setting, or of all without a key, at the place that the flags name.
func settingPath(c *cobra.Command, key string) string {
	query := url.Values{}
	for _, name := range []string{"level", "owner"} {
		if v := c.Flags().Lookup(name).Value.String(); v != "" {
			query.Set(name, v)
		}
	}
	path := "/settings"
	if key != "" {
		path += "/" + key
	}
	return path + "?" + query.Encode()
}

func settingList(e *env) *cobra.Command {
	r := resource{noun: "setting", columns: []column{
		{"KEY", "key"},
		{"VALUE", "value"},
		{"FROM", "origin"},
		{"OWN", "own"},
		{"LOCKED", "locked"},
	}}
	return &cobra.Command{
		Use: "list", Short: "List the settings with where each value comes from", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodGet, settingPath(c, ""), nil)
				if err != nil {
					return err
				}
				return e.printList(c, r, raw)
			})
		},
	}
}

func settingSet(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "set KEY VALUE", Short: "Set a value", Args: exactly("the key", "the value"),
		RunE: func(c *cobra.Command, args []string) error {
			lock, err := c.Flags().GetBool("lock")
			if err != nil {
				return err
			}
			path := settingPath(c, url.PathEscape(args[0]))
			if dryRun(c) != "" {
				path += "&dryRun=true"
			}
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodPut, path, map[string]any{"value": args[1], "locked": lock})
				if err != nil {
					return err
				}
				return e.printOne(c, raw)
			})
		},
	}
	c.Flags().Bool("lock", false, "bind everything below to it")
	c.Flags().Bool("dry-run", false, "say whether it could be set, and set nothing")
	return c
}

func settingReset(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "reset KEY", Short: "Return to the inherited value", Args: exactly("the key"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.api(c, func(conn *client.Client) error {
				_, err := conn.Call(c.Context(), http.MethodDelete, settingPath(c, url.PathEscape(args[0])), nil)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintf(e.std.out, "Inherited: %s\n", args[0])
				return err
			})
		},
	}
}

func settingReach(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "reach KEY", Short: "Tell for whom a value counts, and who has his own", Args: exactly("the key"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodGet, settingPath(c, url.PathEscape(args[0])+"/reach"), nil)
				if err != nil {
					return err
				}
				return e.printOne(c, raw)
			})
		},
	}
}
