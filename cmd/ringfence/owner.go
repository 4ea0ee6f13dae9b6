package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"ringfence/internal/app"
	"ringfence/internal/app/client"
)

// maxPassword bounds what is read from standard input.
const maxPassword = 4096

// local runs do against the running server's socket, or without a server inside this process.
func (e *env) local(c *cobra.Command, do func(*client.Client) error) error {
	cfg, err := e.load(c.Flags())
	if err != nil {
		return err
	}
	conn, closing, err := app.Connect(c.Context(), cfg, e.environ)
	if err != nil {
		return err
	}
	return errors.Join(do(conn), closing())
}

func ownerCommand(e *env) *cobra.Command {
	c := &cobra.Command{Use: "owner", Short: "Make the first owner, or another set-up link"}
	c.AddCommand(ownerCreate(e), ownerLink(e))
	needSubcommand(c)
	return c
}

func ownerCreate(e *env) *cobra.Command {
	var in struct {
		Username  string `json:"username"`
		Password  string `json:"password"`
		FirstName string `json:"firstName,omitempty"`
		LastName  string `json:"lastName,omitempty"`
		Email     string `json:"email,omitempty"`
	}
	c := &cobra.Command{
		Use: "create --username U --password-stdin", Short: "Make the first owner without the page", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			if stdin, err := c.Flags().GetBool("password-stdin"); err != nil || !stdin || in.Username == "" {
				return usagef("give --username and --password-stdin, with the password on standard input")
			}
			password, err := readSecret(e.std.in)
			if err != nil {
				return err
			}
			in.Password = password
			return e.local(c, func(conn *client.Client) error {
				var out struct {
					Username string `json:"username"`
				}
				if err := conn.Local(c.Context(), http.MethodPost, "/owner", in, &out); err != nil {
					return err
				}
				_, err := fmt.Fprintf(e.std.out, "Owner created: %s\n", out.Username)
				return err
			})
		},
	}
	configFlags(c.Flags(), "data", "database")
	c.Flags().StringVar(&in.Username, "username", "", "`NAME` to sign in with")
	c.Flags().Bool("password-stdin", false, "read the password from standard input")
	c.Flags().StringVar(&in.FirstName, "first-name", "", "first `NAME`")
	c.Flags().StringVar(&in.LastName, "last-name", "", "last `NAME`")
	c.Flags().StringVar(&in.Email, "email", "", "e-mail `ADDRESS`")
	return c
}

// readSecret takes one line; the end of the line is not part of the secret.
func readSecret(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxPassword)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", usagef("no password came on standard input")
	}
	return line, nil
}

func ownerLink(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "link", Short: "Print another set-up link, while no owner exists", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := e.load(c.Flags())
			if err != nil {
				return err
			}
			return e.local(c, func(conn *client.Client) error {
				var out struct {
					Token string `json:"token"`
				}
				if err := conn.Local(c.Context(), http.MethodPost, "/owner/link", nil, &out); err != nil {
					return err
				}
				_, err := fmt.Fprintln(e.std.out, app.SetupLink(c.Context(), cfg, out.Token))
				return err
			})
		},
	}
	configFlags(c.Flags(), "data", "database", "http", "domain")
	return c
}

func tokenCommand(e *env) *cobra.Command {
	c := &cobra.Command{Use: "token", Short: "Make API tokens"}
	c.AddCommand(tokenCreate(e))
	needSubcommand(c)
	return c
}

func tokenCreate(e *env) *cobra.Command {
	var in struct {
		Username string   `json:"username"`
		Name     string   `json:"name,omitempty"`
		Scopes   []string `json:"scopes,omitempty"`
	}
	c := &cobra.Command{
		Use: "create --username U [--scope S]...", Short: "Print a new API token, once", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			if in.Username == "" {
				return usagef("give --username: whom the token acts for")
			}
			return e.local(c, func(conn *client.Client) error {
				var out struct {
					Token string `json:"token"`
				}
				if err := conn.Local(c.Context(), http.MethodPost, "/token", in, &out); err != nil {
					return err
				}
				_, err := fmt.Fprintln(e.std.out, out.Token)
				return err
			})
		},
	}
	configFlags(c.Flags(), "data", "database")
	c.Flags().StringVar(&in.Username, "username", "", "`NAME` of the user that the token acts for")
	c.Flags().StringVar(&in.Name, "name", "", "`NAME` of the token, to know it again")
	c.Flags().StringArrayVar(&in.Scopes, "scope", nil, "`PERMISSION` that the token has, repeatable; all of the user's unless given")
	return c
}
