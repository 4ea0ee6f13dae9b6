package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"ringfence/internal/app/client"
)

// callCommand tells about calls.
func callCommand(e *env) *cobra.Command {
	c := &cobra.Command{Use: "call", Short: "Tell where a call would go"}
	c.AddCommand(callTryCommand(e))
	needSubcommand(c)
	for _, sub := range c.Commands() {
		clientFlags(sub)
	}
	return c
}

func callTryCommand(e *env) *cobra.Command {
	c := &cobra.Command{
		Use: "try DIALLED", Args: exactly("what is dialled"),
		Short: "Show who would ring at this moment for a number, name or address, and why; nothing rings",
		RunE: func(c *cobra.Command, args []string) error {
			query := url.Values{"dialled": {args[0]}}
			if caller, _ := c.Flags().GetInt64("caller"); caller != 0 { // it is defined below
				query.Set("caller", strconv.FormatInt(caller, 10))
			}
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodGet, "/calls/try?"+query.Encode(), nil)
				if err != nil {
					return err
				}
				return e.printTried(c, raw)
			})
		},
	}
	c.Flags().Int64("caller", 0, "`ID` of the account that calls; without it, anybody")
	return c
}

// tried is what becomes of a call that was tried, as far as it is printed.
type tried struct {
	When                     string // of those in Then
	Outcome, Reason, Feature string
	Seconds                  int
	Callee                   struct{ DisplayName string }
	Group                    struct{ Name string }
	Steps                    []struct {
		Kind, Value, Holder, SIPUsername, When string
		User                                   struct{ DisplayName string }
		Group                                  struct{ Name string }
	}
	Then []tried
}

func (e *env) printTried(c *cobra.Command, raw json.RawMessage) error {
	if asJSON, _ := c.Flags().GetBool("json"); asJSON { // every client has the flag
		_, err := fmt.Fprintf(e.std.out, "%s\n", raw)
		return err
	}
	var t tried
	if err := json.Unmarshal(raw, &t); err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	var b strings.Builder
	t.write(&b, "")
	_, err := fmt.Fprint(e.std.out, b.String())
	return err
}

// write says it in words, and what follows if the call is not taken below it.
func (t *tried) write(b *strings.Builder, indent string) {
	b.WriteString(indent)
	if t.When != "" {
		b.WriteString(triedCases()[t.When] + ": ")
	}
	callee := cmp.Or(t.Callee.DisplayName, t.Group.Name)
	switch t.Outcome {
	case "ring":
		fmt.Fprintf(b, "%s is called, for %d s.\n", callee, t.Seconds)
	case "wait":
		fmt.Fprintf(b, "The caller hears ringing for up to %d s, until a phone of %s comes back.\n", t.Seconds, callee)
	case "feature":
		fmt.Fprintf(b, "The server answers itself: %s.\n", t.Feature)
	default:
		fmt.Fprintf(b, "The call fails: %s.\n", strings.ReplaceAll(t.Reason, "_", " "))
	}
	for _, s := range t.Steps {
		kind := strings.TrimSpace(s.Kind + " " + s.Holder + s.When)
		words := cmp.Or(triedSteps()[kind], kind) // a newer server may know further ones
		text := strings.NewReplacer("VALUE", s.Value, "NAME", cmp.Or(s.User.DisplayName, s.Group.Name), "LINE", s.SIPUsername).Replace(words)
		fmt.Fprintf(b, "%s  %s\n", indent, text)
	}
	for i := range t.Then {
		t.Then[i].write(b, indent+"  ")
	}
}

// triedCases says in words in which case a call goes on.
func triedCases() map[string]string {
	return map[string]string{
		"busy": "If the callee is busy or declines", "noAnswer": "If nobody answers",
		"offline": "If no phone can be reached", "notTaken": "If nobody takes it",
	}
}

// triedSteps says each kind of step in words.
func triedSteps() map[string]string {
	return map[string]string{
		"dialled":                "dialled: VALUE",
		"foreign":                "this address does not belong to the organization",
		"barred":                 "the caller's account is disabled: no call of it goes anywhere",
		"holder extension":       "the extension of NAME",
		"holder alias":           "an alias of NAME",
		"holder username":        "the username of NAME",
		"holder former_username": "a former username of NAME",
		"holder outside":         "an outside number that leads to NAME",
		"feature":                "a feature code",
		"nobody":                 "nobody has this number or name",
		"kept auth_name":         "this name only signs in; it can't be called",
		"kept hold":              "this number is kept for a form that is open",
		"kept held":              "this number is held for a deleted account",
		"paused":                 "this outside number is paused",
		"ported":                 "this outside number went to another carrier",
		"unassigned":             "this outside number leads to nobody",
		"left":                   "NAME has left; calls go to whoever took them over",
		"disabled":               "the account of NAME is disabled",
		"rings":                  "phone LINE rings",
		"gone":                   "phone LINE has lost its connection",
		"insecure":               "phone LINE is registered without the encryption that is demanded of it",
		"switched_off":           "phone LINE may not be used",
		"no_phone":               "no phone of NAME is registered",
		"forwarded always":       "NAME has all calls sent on",
		"forwarded busy":         "NAME has calls sent on when busy",
		"forwarded noAnswer":     "NAME has calls sent on that nobody answered",
		"forwarded offline":      "NAME has calls sent on when no phone can be reached",
		"dnd":                    "NAME does not want to be disturbed",
		"ring_group":             "the ring group NAME",
		"is_caller":              "NAME is calling, and is left out",
		"on_phone":               "NAME is on the phone, and is left out",
		"group_waits":            "the call waits for a phone of a member of NAME to come back",
		"not_taken":              "nobody of NAME takes the call: it goes on",
		"circle":                 "the call was sent on too often: it goes in circles",
		"waits":                  "the call waits for a phone of NAME to come back",
	}
}
