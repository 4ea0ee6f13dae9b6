package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
)

// changeCommands are what is done to an account now and then: renumber, rename, hand over, leave, come back, forward.
func changeCommands(e *env, r resource) []*cobra.Command {
	return []*cobra.Command{
		renumberCommand(e), renameCommand(e, r), handOverCommand(e, r), leaveCommand(e, r), leavesCommand(e),
		comeBackCommand(e, r), forwardCommand(e, r),
	}
}

func renumberCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "renumber [OLD NEW]", Short: "Give accounts other numbers, all or none; SIP user names stay",
		Args: cobra.MatchAll(cobra.MaximumNArgs(2)),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := renumbering(c, args)
			if err != nil {
				return err
			}
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodPost, "/users/renumber"+dryRun(c), body)
				if err != nil {
					return err
				}
				return e.printList(c, resource{columns: []column{
					{"OLD", "old"}, {"NEW", "new"}, {"KEPT UNTIL", "keptUntil"}, {"NOTE", "note"}, {"PROBLEM", "problem"},
				}}, raw)
			})
		},
	}
	c.Flags().String("rule", "", "by a `RULE` such as \"2xx -> 52xx\": the x are taken over")
	c.Flags().String("file", "", "by a `FILE` with an old and a new number in each line, comma between")
	c.Flags().String("keep-until", "", "until this `DAY`, such as 2030-01-31, the old numbers reach the accounts too")
	c.Flags().Bool("dry-run", false, "show what would become of each number, and change nothing")
	return c
}

// renumbering makes the request from exactly one of a pair of numbers, a rule and a file.
func renumbering(c *cobra.Command, args []string) (map[string]any, error) {
	body := map[string]any{}
	given := 0
	if len(args) == 2 {
		given++
		body["changes"] = []map[string]string{{"old": args[0], "new": args[1]}}
	}
	if f := c.Flags().Lookup("rule"); f.Changed {
		given++
		body["rule"] = f.Value.String()
	}
	if f := c.Flags().Lookup("file"); f.Changed {
		given++
		text, err := os.ReadFile(f.Value.String())
		if err != nil {
			return nil, fmt.Errorf("read --file: %w", err)
		}
		body["file"] = string(text)
	}
	if given != 1 || len(args) == 1 {
		return nil, usagef("give an old and a new number, or --rule, or --file")
	}
	if f := c.Flags().Lookup("keep-until"); f.Changed {
		body["keepUntil"] = f.Value.String()
	}
	return body, nil
}

func renameCommand(e *env, r resource) *cobra.Command {
	fields := []field{
		{"first-name", "firstName", text, "first name"},
		{"last-name", "lastName", text, "last name"},
		{"display-name", "displayName", text, "display name"},
		{"username", "username", text, "new username; the old one signs in for a time"},
		{"former-days", "formerDays", number, "how many `DAYS` the old username signs in; 90 unless told"},
		{"email", "email", text, "e-mail address"},
		{"alias", "alias", text, "one more alias"},
	}
	c := &cobra.Command{
		Use: "rename ID", Short: "Give an account another name; a dry run tells what follows and what is offered",
		Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := given(c.Flags(), fields)
			if err == nil && len(body) == 0 {
				err = usagef("say the new name; see %s --help", c.CommandPath())
			}
			if err != nil {
				return err
			}
			return e.part(c, http.MethodPost, r, args[0], "rename", body)
		},
	}
	defineFields(c.Flags(), fields)
	c.Flags().Bool("dry-run", false, "tell what would follow, and change nothing")
	return c
}

func handOverCommand(e *env, r resource) *cobra.Command {
	fields := []field{
		{"first-name", "firstName", text, "first name"},
		{"last-name", "lastName", text, "last name"},
		{"display-name", "displayName", text, "display name"},
		{"username", "username", text, "username; made from the name unless told"},
		{"email", "email", text, "e-mail address"},
	}
	c := &cobra.Command{
		Use: "hand-over ID", Short: "Give an account and its number to another person; all secrets are made anew",
		Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := given(c.Flags(), fields)
			if err != nil {
				return err
			}
			return e.part(c, http.MethodPost, r, args[0], "hand-over", body)
		},
	}
	defineFields(c.Flags(), fields)
	c.Flags().Bool("dry-run", false, "say whether it could be done, and change nothing")
	return c
}

func leaveCommand(e *env, r resource) *cobra.Command {
	fields := []field{
		{"on", "on", text, "the `DAY`, such as 2030-05-31; today unless told"},
		{"calls-to", "callsTo", number, "the `ID` of the account that gets the calls; 0 for nobody"},
		{"delete-after", "deleteAfterDays", number, "after how many `DAYS` the account is deleted; 90 unless told, 0 for never"},
	}
	c := &cobra.Command{
		Use: "leave ID", Short: "Say when somebody leaves, who gets the calls, and when the account goes",
		Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := given(c.Flags(), fields)
			if err != nil {
				return err
			}
			return e.part(c, http.MethodPut, r, args[0], "leave", body)
		},
	}
	defineFields(c.Flags(), fields)
	c.Flags().Bool("dry-run", false, "say whether it could be done, and change nothing")
	return c
}

func leavesCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "leaves", Short: "List who leaves or has left, by day", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodGet, "/leaves", nil)
				if err != nil {
					return err
				}
				return e.printList(c, resource{columns: []column{
					{"USER", "userId"}, {"ON", "on"}, {"LEFT", "goneAt"}, {"DELETED", "deleteAt"},
				}}, raw)
			})
		},
	}
}

func comeBackCommand(e *env, r resource) *cobra.Command {
	c := &cobra.Command{
		Use: "come-back ID", Short: "Somebody stays after all, or comes back: the account is enabled again",
		Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.part(c, http.MethodDelete, r, args[0], "leave", nil)
		},
	}
	c.Flags().Bool("dry-run", false, "say whether it could be done, and change nothing")
	return c
}

// idOf is the id of a thing as typed.
func idOf(r resource, typed string) (string, error) {
	if n, err := strconv.ParseInt(typed, 10, 64); err != nil || n < 1 {
		return "", usagef("%q is not the id of a %s", typed, r.noun)
	}
	return typed, nil
}

// part sends a request about a part of one thing and prints the answer.
func (e *env) part(c *cobra.Command, method string, r resource, id, part string, body map[string]any) error {
	id, err := idOf(r, id)
	if err != nil {
		return err
	}
	return e.api(c, func(conn *client.Client) error {
		var in any
		if body != nil {
			in = body
		}
		raw, err := conn.Call(c.Context(), method, r.path+"/"+id+"/"+part+dryRun(c), in)
		if err != nil {
			return err
		}
		if method == http.MethodDelete {
			_, err = fmt.Fprintf(e.std.out, "Back: %s %s\n", r.noun, id)
			return err
		}
		return e.printOne(c, raw)
	})
}
