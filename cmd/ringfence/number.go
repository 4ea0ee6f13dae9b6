package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"

	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
)

// maxNumberFile bounds what is sent at once.
const maxNumberFile = 900_000

// numberResource is the outside numbers; the path lists the whole plan unless told otherwise.
func numberResource() resource {
	return resource{
		noun: "number", path: "/numbers", creates: true, query: url.Values{"kind": {"outside"}},
		columns: []column{
			{"ID", "id"},
			{"NUMBER", "value"},
			{"LEADS TO", "leadsTo"},
			{"EXTENSION", "extension"},
			{"LOCATION", "locationName"},
			{"STATE", "state"},
			{"NOTE", "note"},
		},
		fields: []field{
			{"value", "value", text, "the number with its country, or as it is dialled in the organization's; given once"},
			{"user", "leadsTo", toUser, "`ID` of the user it leads to, 0 for nobody"},
			{"ring-group", "leadsTo", toRingGroup, "`ID` of the ring group it leads to, 0 for none"},
			{"location", "locationId", number, "`ID` of the location, 0 for none"},
			{"state", "state", text, "active, paused or ported"},
			{"note", "note", text, "note"},
		},
		filters: []field{
			{"unassigned", "unassigned", text, "only those that lead nowhere (true) or somewhere (false)"},
			{"user", "user", number, "only those that lead to the user with this `ID`"},
			{"state", "state", text, "only those in this `STATE`: active, paused or ported"},
		},
	}
}

// numberBlockCommand adds a range of outside numbers.
func numberBlockCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "block FIRST LAST", Short: "Add a block of outside numbers; LAST may be only the digits in which it differs",
		Args: exactly("the first number", "the last number"),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := given(c.Flags(), blockFields())
			if err != nil {
				return err
			}
			body["first"], body["last"] = args[0], args[1]
			return e.manyNumbers(c, "/numbers/block", body)
		},
	}
	defineFields(c.Flags(), blockFields())
	c.Flags().Bool("dry-run", false, "show what would be added, and add nothing")
	return c
}

func blockFields() []field {
	return []field{
		{"match-digits", "matchDigits", number, "how many last `DIGITS` are the extension of whom a number leads to"},
		{"note", "note", text, "note"},
		{"location", "locationId", number, "`ID` of the location that they are at"},
	}
}

// numberImportCommand adds and changes outside numbers as a file says.
func numberImportCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "import FILE", Short: "Add and change outside numbers from a CSV file with number, user, note, state, location; - is stdin",
		Args: exactly("the file"),
		RunE: func(c *cobra.Command, args []string) error {
			in := io.Reader(e.std.in)
			if args[0] != "-" {
				f, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("read the file: %w", err)
				}
				defer func() { _ = f.Close() }() // it was only read
				in = f
			}
			file, err := io.ReadAll(io.LimitReader(in, maxNumberFile+1))
			if err != nil {
				return fmt.Errorf("read the file: %w", err)
			}
			if len(file) > maxNumberFile {
				return usagef("the file is too large: at most %d bytes", maxNumberFile)
			}
			return e.manyNumbers(c, "/numbers/import", map[string]any{"csv": string(file)})
		},
	}
	c.Flags().Bool("dry-run", false, "show what would change, and change nothing")
	return c
}

// manyNumbers sends a block or file and prints, line by line, what it does.
func (e *env) manyNumbers(c *cobra.Command, path string, body map[string]any) error {
	return e.api(c, func(conn *client.Client) error {
		raw, err := conn.Call(c.Context(), http.MethodPost, path+dryRun(c), body)
		if err != nil {
			return err
		}
		if asJSON, _ := c.Flags().GetBool("json"); asJSON { // every subcommand has the flag
			return e.printJSON(raw)
		}
		var result struct {
			Rows                         json.RawMessage
			Added, Changed, Same, Errors int
		}
		if err = decode(raw, &result); err != nil {
			return err
		}
		list, err := json.Marshal(map[string]any{"items": result.Rows})
		if err != nil {
			return fmt.Errorf("print lines: %w", err)
		}
		columns := []column{{"LINE", "line"}, {"NUMBER", "shown"}, {"DOES", "action"}, {"LEADS TO", "leadsTo"}, {"PROBLEM", "problem"}}
		if err = e.printList(c, resource{columns: columns}, list); err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.std.out, "%d new, %d changed, %d as they are, %d wrong\n",
			result.Added, result.Changed, result.Same, result.Errors)
		return err
	})
}
