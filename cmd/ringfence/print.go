package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// printList writes a listing as a table, or the API's JSON.
func (e *env) printList(c *cobra.Command, r resource, raw json.RawMessage) error {
	if asJSON, err := c.Flags().GetBool("json"); err != nil || asJSON {
		return e.printJSON(raw)
	}
	var page struct {
		Items []map[string]any `json:"items"`
		Total int              `json:"total"`
	}
	if err := decode(raw, &page); err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.std.out, 0, 0, 2, ' ', 0)
	var titles []string
	for _, col := range r.columns {
		titles = append(titles, col.title)
	}
	rows := []string{strings.Join(titles, "\t")}
	for _, item := range page.Items {
		var cells []string
		for _, col := range r.columns {
			cells = append(cells, cell(inside(item, col.key)))
		}
		rows = append(rows, strings.Join(cells, "\t"))
	}
	if _, err := fmt.Fprintln(w, strings.Join(rows, "\n")); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(page.Items) < page.Total {
		_, err := fmt.Fprintf(e.std.err, "%d of %d; use --page, or --limit up to 500\n", len(page.Items), page.Total)
		return err
	}
	return nil
}

// inside finds a value of a thing, or of what it holds: user.number.
func inside(thing map[string]any, key string) any {
	outer, inner, deeper := strings.Cut(key, ".")
	if held, ok := thing[outer].(map[string]any); ok && deeper {
		return inside(held, inner)
	}
	return thing[key]
}

// printOne writes one thing as lines of name and value, or the API's JSON.
func (e *env) printOne(c *cobra.Command, raw json.RawMessage) error {
	if asJSON, err := c.Flags().GetBool("json"); err != nil || asJSON {
		return e.printJSON(raw)
	}
	var thing map[string]any
	if err := decode(raw, &thing); err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.std.out, 0, 0, 2, ' ', 0)
	if err := writeFields(w, "", thing); err != nil {
		return err
	}
	return w.Flush()
}

func writeFields(w *tabwriter.Writer, before string, thing map[string]any) error {
	var names []string
	for name := range thing {
		names = append(names, name)
	}
	slices.Sort(names)
	if i := slices.Index(names, "id"); i > 0 { // the id stands first
		names = slices.Insert(slices.Delete(names, i, i+1), 0, "id")
	}
	for _, name := range names {
		if inner, ok := thing[name].(map[string]any); ok {
			if err := writeFields(w, before+name+".", inner); err != nil {
				return err
			}
			continue
		}
		if text := cell(thing[name]); text != "" {
			if _, err := fmt.Fprintf(w, "%s%s\t%s\n", before, name, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// cell is a value in a table; control characters of text from outside never reach the terminal.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case []any:
		var parts []string
		for _, p := range v {
			parts = append(parts, cell(p))
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		if name, ok := v["name"]; ok {
			return cell(name)
		}
		b, _ := json.Marshal(v) // it came from JSON
		return string(b)
	default:
		return strings.Map(func(r rune) rune {
			if r < ' ' || r >= 0x7f && r < 0xa0 {
				return ' '
			}
			return r
		}, fmt.Sprint(v))
	}
}

func (e *env) printJSON(raw json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	_, err := fmt.Fprintln(e.std.out, b.String())
	return err
}

func decode(raw json.RawMessage, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("read the server's answer: %w", err)
	}
	return nil
}
