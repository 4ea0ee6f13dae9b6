package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
)

// userCommands are what one does to users besides listing and changing one.
func userCommands(e *env) []*cobra.Command {
	return []*cobra.Command{severalCommand(e), bulkCommand(e), administratorCommand(e), photoCommand(e)}
}

// shared are the fields that many users can be given at once.
func shared() []field {
	own := []string{
		"number", "username", "first-name", "last-name", "display-name", "email", "aliases", "former-usernames",
		"auth-account-name", "external-id",
		"kind",
	}
	return slices.DeleteFunc(userFields(), func(f field) bool { return slices.Contains(own, f.flag) })
}

func severalCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "several FILE", Args: exactly("the file, - for standard input"),
		Short: "Make several users from lines: first name, last name, e-mail, number; all or none",
		RunE: func(c *cobra.Command, args []string) error {
			common, err := given(c.Flags(), shared())
			if err != nil {
				return err
			}
			text, err := e.read(args[0])
			if err != nil {
				return err
			}
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodPost, "/users/several"+dryRun(c),
					map[string]any{"text": string(text), "common": common})
				if err != nil {
					return err
				}
				return e.printSeveral(c, raw)
			})
		},
	}
	defineFields(c.Flags(), shared())
	c.Flags().Bool("dry-run", false, "show what would be made, and make nothing")
	return c
}

// read gives a file, or standard input for "-".
func (e *env) read(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(e.std.in)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the lines: %w", err)
	}
	return b, nil
}

func (e *env) printSeveral(c *cobra.Command, raw json.RawMessage) error {
	if asJSON, _ := c.Flags().GetBool("json"); asJSON { // every command of a resource has the flag
		_, err := fmt.Fprintf(e.std.out, "%s\n", raw)
		return err
	}
	var answer struct {
		Rows []struct {
			FirstName, LastName, Email, Number, Username string
			Problems                                     []struct{ Field, Message string }
			Card                                         struct {
				SIPUsername string
				Secrets     struct{ PortalPassword, VoicemailPIN, SIPPassword string }
			}
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	w := tabwriter.NewWriter(e.std.out, 0, 0, 2, ' ', 0) // Flush tells what could not be written
	_, _ = fmt.Fprintln(w, "NUMBER\tNAME\tUSERNAME\tE-MAIL\tSIP PASSWORD\tPORTAL PASSWORD\tPIN\tPROBLEM")
	for _, r := range answer.Rows {
		var problems []string
		for _, p := range r.Problems {
			problems = append(problems, p.Message)
		}
		s := r.Card.Secrets
		_, _ = fmt.Fprintln(w, strings.Join([]string{
			r.Number, strings.TrimSpace(r.FirstName + " " + r.LastName), r.Username, r.Email, s.SIPPassword, s.PortalPassword,
			s.VoicemailPIN, strings.Join(problems, " "),
		}, "\t"))
	}
	return w.Flush()
}

func bulkCommand(e *env) *cobra.Command {
	fields := append(shared(),
		field{"add-groups", "addGroups", idsOrNames, "further `GROUPS` that they get, by id or name, comma between"},
		field{"remove-groups", "removeGroups", numbers, "`IDs` of further groups that they leave, comma between"})
	c := &cobra.Command{
		Use: "bulk ID...", Short: "Change many users in one change set, all or none", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			changes, err := given(c.Flags(), fields)
			if err == nil && len(changes) == 0 {
				err = usagef("say what to change; see %s --help", c.CommandPath())
			}
			if err != nil {
				return err
			}
			body := map[string]any{"changes": changes}
			for _, key := range []string{"addGroups", "removeGroups"} {
				if v, ok := changes[key]; ok {
					body[key] = v
					delete(changes, key)
				}
			}
			ids := make([]int64, len(args))
			for i, arg := range args {
				if ids[i], err = strconv.ParseInt(arg, 10, 64); err != nil || ids[i] < 1 {
					return usagef("%q is not the id of a user", arg)
				}
			}
			body["ids"] = ids
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodPost, "/users/bulk"+dryRun(c), body)
				if err != nil {
					return err
				}
				return e.printBulk(c, raw)
			})
		},
	}
	defineFields(c.Flags(), fields)
	c.Flags().Bool("dry-run", false, "show what would be changed, and change nothing")
	return c
}

func (e *env) printBulk(c *cobra.Command, raw json.RawMessage) error {
	if asJSON, _ := c.Flags().GetBool("json"); asJSON { // every command of a resource has the flag
		_, err := fmt.Fprintf(e.std.out, "%s\n", raw)
		return err
	}
	var answer struct {
		Chosen, Changed, Refused int
		Users                    []struct {
			Number, DisplayName, Problem string
			Changes                      []struct {
				Field    string
				From, To any
			}
		}
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	w := tabwriter.NewWriter(e.std.out, 0, 0, 2, ' ', 0) // Flush tells what could not be written
	for _, u := range answer.Users {
		what := []string{}
		for _, f := range u.Changes {
			what = append(what, fmt.Sprintf("%s: %v -> %v", f.Field, f.From, f.To))
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\n", u.Number, u.DisplayName, strings.Join(what, "; ")+u.Problem)
	}
	_, _ = fmt.Fprintf(w, "%d of %d changed, %d refused\n", answer.Changed, answer.Chosen, answer.Refused)
	return w.Flush()
}

func administratorCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "administrator ID on|off", Short: "Give somebody the administration, or take it",
		Args: exactly("the id", "on or off"),
		RunE: func(c *cobra.Command, args []string) error {
			if args[1] != "on" && args[1] != "off" {
				return usagef("say on or off")
			}
			r := resource{noun: "user", path: "/users"}
			return e.one(c, http.MethodPut, r, args[0]+"/administrator", map[string]any{"administrator": args[1] == "on"})
		},
	}
}

func photoCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "photo ID FILE", Short: "Give a user a photo: JPEG, PNG or WebP; \"\" takes it away",
		Args: exactly("the id", "the file"),
		RunE: func(c *cobra.Command, args []string) error {
			r := resource{noun: "user", path: "/users"}
			if args[1] == "" {
				return e.one(c, http.MethodPatch, r, args[0], map[string]any{"photo": ""})
			}
			picture, err := e.read(args[1])
			if err != nil {
				return err
			}
			var stored struct{ Photo string }
			err = e.api(c, func(conn *client.Client) error {
				raw, e := conn.Send(c.Context(), http.MethodPost, "/photos", picture)
				if e != nil {
					return e
				}
				return json.Unmarshal(raw, &stored)
			})
			if err != nil {
				return err
			}
			return e.one(c, http.MethodPatch, r, args[0], map[string]any{"photo": stored.Photo})
		},
	}
}
