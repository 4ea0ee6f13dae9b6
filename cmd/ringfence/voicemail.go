package main

import "github.com/spf13/cobra"

// mailboxResource is the mailboxes as a listing.
func mailboxResource() resource {
	return resource{
		noun: "mailbox", path: "/voicemail",
		columns: []column{
			{"ID", "user.id"},
			{"NUMBER", "user.number"},
			{"NAME", "user.displayName"},
			{"NEW", "new"},
			{"SAVED", "saved"},
			{"DELETED", "deleted"},
			{"BYTES", "size"},
			{"NEWEST", "newestAt"},
			{"FULL", "full"},
		},
		filters: []field{{"group", "group", number, "only accounts of the group with this `ID`"}},
	}
}

// voicemailCommand tells how full mailboxes are.
func voicemailCommand(e *env) *cobra.Command {
	c := &cobra.Command{Use: "voicemail", Short: "Tell how full mailboxes are"}
	listing := listCommand(e, mailboxResource())
	listing.Short = "List how many messages are in the accounts' mailboxes, never what is in them"
	c.AddCommand(listing)
	needSubcommand(c)
	for _, sub := range c.Commands() {
		clientFlags(sub)
	}
	return c
}
