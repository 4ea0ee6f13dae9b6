package main

import (
	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
	"ringfence/internal/app/demo"
)

func demoCommand(e *env) *cobra.Command {
	var o demo.Options
	c := &cobra.Command{
		Use: "demo --users N", Short: "Fill a system with made-up people",
		Long: "Fill a system with made-up people: groups, locations, a pool of numbers, users of eight languages with aliases and\n" +
			"the device set up by hand. The same number of users gives the same people. Nobody gets a portal password; reset one to\n" +
			"sign in as somebody. A database that has users is refused unless --add is given.",
		Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			if o.Users < 1 || o.Users > demo.MostUsers {
				return usagef("give --users from 1 to %d", demo.MostUsers)
			}
			o.Out = e.std.out
			return e.local(c, func(conn *client.Client) error { return demo.Run(c.Context(), conn, o) })
		},
	}
	configFlags(c.Flags(), "data", "database")
	c.Flags().IntVar(&o.Users, "users", 0, "how many users, `N`")
	c.Flags().BoolVar(&o.Add, "add", false, "add them although there are users already, and raise the limit of users if need be")
	return c
}
