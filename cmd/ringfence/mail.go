package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
)

// errNotSent is the verdict of a test mail that the mail server did not take.
var errNotSent = errors.New("the test mail was not sent")

func mailCommand(e *env) *cobra.Command {
	c := &cobra.Command{Use: "mail", Short: "Set up how mail goes out, test it, and see what is not sent"}
	c.AddCommand(mailShow(e), mailSet(e), mailOff(e), mailTest(e), mailOutbox(e),
		mailMend(e, "retry", "Try an unsent mail again now", http.MethodPost, "/retry"),
		mailMend(e, "drop", "Drop an unsent mail", http.MethodDelete, ""))
	needSubcommand(c)
	for _, sub := range c.Commands() {
		clientFlags(sub)
	}
	return c
}

func mailShow(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show how mail goes out; the password is never shown", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodGet, "/mail", nil)
				if err != nil {
					return err
				}
				return e.printOne(c, raw)
			})
		},
	}
}

func mailFields() []field {
	return []field{
		{"host", "host", text, "name or address of the mail server"},
		{"port", "port", number, "its port"},
		{"tls", "tls", text, "starttls (required, never only tried), implicit or none"},
		{"allow-plain", "allowPlain", yesNo, "no TLS is meant, also beyond this machine"},
		{"username", "username", text, "user name to log in with"},
		{"sender", "sender", text, "e-mail address that mail comes from"},
		{"sender-name", "senderName", text, "name that mail comes from; empty for the organization's"},
		{"reply-to", "replyTo", text, "e-mail address that answers go to"},
		{"page-url", "pageUrl", text, "where links lead to; empty for the address the server knows of itself"},
	}
}

func mailSet(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "set", Short: "Set up how mail goes out; what is not given stays", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			body, err := given(c.Flags(), mailFields())
			if err != nil {
				return err
			}
			if stdin, _ := c.Flags().GetBool("password-stdin"); stdin { // the flag is defined below
				password, err := readSecret(e.std.in)
				if err != nil {
					return err
				}
				body["password"] = password
			}
			return e.api(c, func(conn *client.Client) error { return e.mergeMail(c, conn, body) })
		},
	}
	defineFields(c.Flags(), mailFields())
	c.Flags().Bool("password-stdin", false, "read the password from standard input")
	return c
}

// mergeMail changes some of the mail settings, which the API takes as a whole.
func (e *env) mergeMail(c *cobra.Command, conn *client.Client, change map[string]any) error {
	raw, err := conn.Call(c.Context(), http.MethodGet, "/mail", nil)
	if err != nil {
		return err
	}
	var whole map[string]any
	if err = json.Unmarshal(raw, &whole); err != nil {
		return fmt.Errorf("read the mail settings: %w", err)
	}
	for k, v := range change {
		whole[k] = v
	}
	if raw, err = conn.Call(c.Context(), http.MethodPut, "/mail", whole); err != nil {
		return err
	}
	return e.printOne(c, raw)
}

func mailOff(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "off", Short: "Send no mail any more, and forget the password", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			return e.api(c, func(conn *client.Client) error {
				_, err := conn.Call(c.Context(), http.MethodDelete, "/mail", nil)
				if err == nil {
					_, err = fmt.Fprintln(e.std.out, "Mail is off")
				}
				return err
			})
		},
	}
}

func mailTest(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "test ADDRESS", Short: "Send a test mail and show what the mail server answers", Args: exactly("the address"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodPost, "/mail/test", map[string]string{"to": args[0]})
				if err != nil {
					return err
				}
				var out struct {
					Sent   bool   `json:"sent"`
					Answer string `json:"answer"`
				}
				if err = json.Unmarshal(raw, &out); err != nil {
					return fmt.Errorf("read the answer: %w", err)
				}
				if asJSON, _ := c.Flags().GetBool("json"); asJSON { // the flag is defined above
					err = e.printJSON(raw)
				} else {
					_, err = fmt.Fprintln(e.std.out, out.Answer)
				}
				if err == nil && !out.Sent {
					return errNotSent
				}
				return err
			})
		},
	}
}

func mailOutbox(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "outbox", Short: "List the mails that are not sent, with what the mail server said", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodGet, "/mail/outbox?limit=500", nil)
				if err != nil {
					return err
				}
				return e.printList(c, resource{columns: []column{
					{"ID", "id"}, {"KIND", "kind"}, {"TO", "to"}, {"STATE", "state"}, {"TRIES", "tries"}, {"ANSWER", "answer"},
				}}, raw)
			})
		},
	}
}

// mailMend is a command about one unsent mail.
func mailMend(e *env, verb, short, method, path string) *cobra.Command {
	return &cobra.Command{
		Use: verb + " ID", Short: short, Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			if n, err := strconv.ParseInt(args[0], 10, 64); err != nil || n < 1 {
				return usagef("%q is not the id of a mail", args[0])
			}
			return e.api(c, func(conn *client.Client) error {
				_, err := conn.Call(c.Context(), method, "/mail/outbox/"+args[0]+path, nil)
				return err
			})
		},
	}
}

// userInvite sends invitations.
func userInvite(e *env) *cobra.Command {
	return &cobra.Command{
		Use: "invite ID", Short: "Mail a user a one-time link to choose a password", Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			if n, err := strconv.ParseInt(args[0], 10, 64); err != nil || n < 1 {
				return usagef("%q is not the id of a user", args[0])
			}
			return e.api(c, func(conn *client.Client) error {
				_, err := conn.Call(c.Context(), http.MethodPost, "/users/"+args[0]+"/invitation", nil)
				if err == nil {
					_, err = fmt.Fprintf(e.std.out, "Invitation on its way: user %s\n", args[0])
				}
				return err
			})
		},
	}
}
