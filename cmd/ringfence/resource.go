package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"ringfence/internal/app/client"
)

// resource is one noun of the command line and the part of the API that it speaks to.
type resource struct {
	noun, path string
	columns    []column
	fields     []field // of create and update
	filters    []field // of list
	remove     []field // of delete: the resolution
	creates    bool
	query      url.Values // that every listing asks with
}

// column is one column of a listing.
type column struct{ title, key string }

type fieldKind int

const (
	text fieldKind = iota
	number
	yesNo
	list
	numbers
	reroute // answers what becomes of whoever refers to a thing that is deleted
	idsOrNames
	toUser // who gets calls
	toRingGroup
)

// field is one flag and the JSON field it sets.
type field struct {
	flag, key string
	kind      fieldKind
	help      string
}

func resources() []resource {
	return []resource{
		{
			noun: "group", path: "/groups", creates: true, fields: groupFields(),
			columns: []column{{"ID", "id"}, {"NAME", "name"}, {"ADMIN CONTACT", "itEmail"}, {"MEMBERS", "memberCount"}},
			remove: []field{
				{"accounts", "accounts", text, "what becomes of its accounts: delete or move"},
				{"move-to", "moveTo", number, "with move: the `ID` of the group that they go to"},
				{"confirm-name", "confirmName", text, "the group's name, where it must be typed"},
			},
		},
		{
			noun: "location", path: "/locations", creates: true, fields: locationFields(),
			columns: []column{{"ID", "id"}, {"NAME", "name"}, {"CITY", "city"}, {"TIME ZONE", "timeZone"}, {"USERS", "userCount"}},
			remove:  []field{{"move-to", "answers", reroute, "`ID` of the location that takes its place, 0 for none"}},
		},
		{
			noun: "profile", path: "/provisioning-profiles", creates: true,
			fields: []field{{"name", "name", text, "name"}, {"text", "text", text, "text added to what phones are sent"}},
			columns: []column{
				{"ID", "id"}, {"NAME", "name"}, {"GROUPS", "groupCount"}, {"USERS", "userCount"}, {"DEVICES", "deviceCount"},
			},
			remove: []field{{"move-to", "answers", reroute, "`ID` of the profile that takes its place"}},
		},
		{
			noun: "permission", path: "/permissions", creates: true,
			fields: []field{
				{"key", "name", text, "key, set once"},
				{"label", "label", text, "name that people see"},
				{"description", "help", text, "what it allows"},
				{"default", "default", yesNo, "whether who has no value of his own has it"},
			},
			columns: []column{{"ID", "id"}, {"KEY", "key"}, {"LABEL", "label"}, {"DEFAULT", "default"}},
		},
		{
			noun: "user", path: "/users", creates: true, fields: userFields(),
			columns: []column{
				{"ID", "id"},
				{"NUMBER", "number"},
				{"NAME", "displayName"},
				{"USERNAME", "username"},
				{"GROUP", "groupName"},
				{"ENABLED", "enabled"},
				{"ONLINE", "online"},
			},
			filters: []field{
				{"group", "group", number, "only members of the group with this `ID`"},
				{"location", "location", number, "only those at the location with this `ID`"},
				{"kind", "kind", text, "only this `KIND`: person, phantom or space"},
				{"enabled", "enabled", text, "only enabled ones (true) or disabled ones (false)"},
				{"online", "online", text, "only reachable ones (true) or others (false)"},
				{"role", "role", text, "only this `ROLE`"},
				{"signed-in", "signedIn", text, "only who ever signed in (true) or never did (false)"},
				{"managed", "managed", text, "only whom a directory keeps (true) or others (false)"},
				{"leaving", "leaving", text, "only who leaves or has left (true) or others (false)"},
			},
		},
		{
			noun: "device", path: "/devices",
			columns: []column{
				{"ID", "id"},
				{"NAME", "name"},
				{"USER", "userName"},
				{"SECURITY", "effectiveSecurity"},
				{"ENABLED", "enabled"},
				{"BINDINGS", "bindings"},
				{"NOTICE", "notice"},
			},
			fields: []field{
				{"name", "name", text, "name"},
				{"enabled", "enabled", yesNo, "whether it may register"},
				{"security", "security", text, "secure, any, or empty for inherited"},
				{"profile", "provisioningProfileId", number, "`ID` of a provisioning profile of its own, 0 for none"},
				{"emergency-location", "emergencyLocationId", number, "`ID` of the location that the emergency service is sent to"},
				{"emergency-address", "emergencyAddress", text, "private address that the emergency service is sent to"},
			},
			filters: []field{{"user", "user", number, "only devices of the user with this `ID`"}},
		},
		numberResource(),
		ringGroupResource(),
	}
}

// words is the noun as people say it.
func (r resource) words() string { return strings.ReplaceAll(r.noun, "-", " ") }

func groupFields() []field {
	return []field{
		{"name", "name", text, "name"},
		{"position", "position", number, "place in the group order, 1 is the top"},
		{"provisioning-profile", "provisioningProfile", text, "provisioning profile"},
		{"street-address", "streetAddress", text, "street address"},
		{"city", "city", text, "city"},
		{"state", "state", text, "state or province"},
		{"zip-code", "zipCode", text, "ZIP code"},
		{"country", "country", text, "country"},
		{"contact-surname", "contactSurname", text, "surname of the contact"},
		{"contact-name", "contactName", text, "first name of the contact"},
		{"contact-role", "contactRole", text, "role of the contact"},
		{"phone", "phone", text, "phone number"},
		{"mobile", "mobile", text, "mobile phone number"},
		{"fax", "fax", text, "fax number"},
		{"it-email", "itEmail", text, "IT e-mail address"},
	}
}

func locationFields() []field {
	return []field{
		{"name", "name", text, "name"},
		{"street-address", "streetAddress", text, "street address"},
		{"city", "city", text, "city"},
		{"state", "state", text, "state or province"},
		{"zip-code", "zipCode", text, "ZIP code"},
		{"country", "country", text, "country"},
		{"phone", "phone", text, "phone number"},
		{"fax", "fax", text, "fax number"},
		{"language", "language", text, "language of who is there"},
		{"time-zone", "timeZone", text, "time zone"},
		{"networks", "networks", list, "networks of the office in CIDR notation, comma between"},
		{"emergency-number", "emergencyNumber", text, "number shown to the emergency service"},
		{"emergency-address", "emergencyAddress", text, "address that an emergency call carries, in one line"},
		{"emergency-note", "emergencyNote", text, "floor, entrance, who opens"},
	}
}

func userFields() []field {
	return []field{
		{"kind", "kind", text, "person, phantom or space"},
		{"group", "groupId", number, "`ID` of the home group"},
		{"groups", "groups", idsOrNames, "further `GROUPS`, by id or name, comma between; a new name makes a group"},
		{"number", "number", text, "number"},
		{"username", "username", text, "username"},
		{"first-name", "firstName", text, "first name"},
		{"last-name", "lastName", text, "last name"},
		{"display-name", "displayName", text, "display name"},
		{"email", "email", text, "e-mail address"},
		{"email-confirmed", "emailConfirmed", yesNo, "the e-mail address counts at once: you have confirmed it"},
		{"invite", "invite", yesNo, "with create: mail a link to choose the portal password"},
		{"enabled", "enabled", yesNo, "whether it is in use"},
		{"profile", "provisioningProfileId", number, "`ID` of a provisioning profile of his own, 0 for none"},
		{"location", "locationId", number, "`ID` of the location, 0 for none"},
		{"emergency-location", "emergencyLocationId", number, "`ID` of the location that the emergency service is sent to"},
		{"emergency-address", "emergencyAddress", text, "private address that the emergency service is sent to"},
		{"role", "role", text, "role"},
		{"aliases", "aliases", list, "aliases, comma between"},
		{"former-usernames", "formerUsernames", list, "former usernames that stay, comma between; the others end"},
		{"outside-numbers", "outsideNumbers", list, "outside numbers that lead to the user, comma between"},
		{"security", "security", text, "secure, any, or empty for inherited"},
		{"language", "language", text, "language"},
		{"time-zone", "timeZone", text, "time zone"},
		{"job-title", "jobTitle", text, "job title"},
		{"department", "department", text, "department"},
		{"mobile", "mobile", text, "mobile phone number"},
		{"fax", "fax", text, "fax number"},
		{"auth-account-name", "authAccountName", text, "auth account name"},
		{"external-id", "externalId", text, "external id"},
		{"custom1", "custom1", text, "custom field"},
		{"custom2", "custom2", text, "custom field"},
		{"custom3", "custom3", text, "custom field"},
		{"street-address", "streetAddress", text, "street address"},
		{"city", "city", text, "city"},
		{"state", "state", text, "state or province"},
		{"zip-code", "zipCode", text, "ZIP code"},
		{"country", "country", text, "country of the address"},
	}
}

func resourceCommand(e *env, r resource) *cobra.Command {
	c := &cobra.Command{Use: r.noun, Short: "List, show and change " + r.words() + "s"}
	c.AddCommand(listCommand(e, r), showCommand(e, r), updateCommand(e, r))
	if r.creates {
		c.AddCommand(createCommand(e, r), deleteCommand(e, r))
	}
	switch r.noun {
	case "number":
		c.AddCommand(numberBlockCommand(e), numberImportCommand(e))
	case "user":
		c.AddCommand(userCommands(e)...)
		c.AddCommand(changeCommands(e, r)...)
		c.AddCommand(userInvite(e))
	}
	needSubcommand(c)
	for _, sub := range c.Commands() {
		clientFlags(sub)
	}
	return c
}

// clientFlags are the flags of every command that speaks to the API.
func clientFlags(c *cobra.Command) {
	configFlags(c.Flags(), "data", "database")
	c.Flags().String("server", "", "speak to the server at `URL` instead of the one on this machine, with the token in "+
		"RINGFENCE_TOKEN")
	c.Flags().String("ca", "", "trust the certificate authority in `FILE` when speaking to --server")
	c.Flags().Bool("json", false, "write the API's JSON")
}

// api runs do against the server that the flags name.
func (e *env) api(c *cobra.Command, do func(*client.Client) error) error {
	server, err := c.Flags().GetString("server")
	if err != nil {
		return err
	}
	if server == "" {
		server = e.variable("server")
	}
	if server == "" {
		return e.local(c, do)
	}
	token := e.variable("token")
	if token == "" {
		return usagef("--server needs an API token in RINGFENCE_TOKEN; ringfence token create makes one")
	}
	var authority []byte
	if file, _ := c.Flags().GetString("ca"); file != "" { // the flag is defined above
		if authority, err = os.ReadFile(file); err != nil {
			return fmt.Errorf("read --ca: %w", err)
		}
	}
	conn, err := client.Remote(server, token, authority)
	if err != nil {
		return usagef("%w", err)
	}
	return do(conn)
}

func listCommand(e *env, r resource) *cobra.Command {
	c := &cobra.Command{
		Use: "list", Short: "List " + r.words() + "s", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			query := maps.Clone(r.query)
			if query == nil {
				query = url.Values{}
			}
			paging := []field{{"search", "q", text, ""}, {"sort", "sort", text, ""}, {"limit", "limit", text, ""}, {"page", "page", text, ""}}
			for _, f := range append(paging, r.filters...) {
				if flag := c.Flags().Lookup(f.flag); flag.Changed {
					query.Set(f.key, flag.Value.String())
				}
			}
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodGet, r.path+"?"+query.Encode(), nil)
				if err != nil {
					return err
				}
				return e.printList(c, r, raw)
			})
		},
	}
	c.Flags().String("search", "", "only what matches `TEXT`")
	c.Flags().String("sort", "", "sort by `FIELD`; a minus before it turns the order round")
	c.Flags().String("limit", "", "at most `N` on a page")
	c.Flags().String("page", "", "the page with the number `N`, from 1")
	defineFields(c.Flags(), r.filters)
	return c
}

func showCommand(e *env, r resource) *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Show a " + r.words(), Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			return e.one(c, http.MethodGet, r, args[0], nil)
		},
	}
}

func createCommand(e *env, r resource) *cobra.Command {
	c := &cobra.Command{
		Use: "create", Short: "Make a " + r.words(), Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			body, err := given(c.Flags(), r.fields)
			if err != nil {
				return err
			}
			return e.api(c, func(conn *client.Client) error {
				raw, err := conn.Call(c.Context(), http.MethodPost, r.path+dryRun(c), body)
				if err != nil {
					return err
				}
				return e.printOne(c, raw)
			})
		},
	}
	defineFields(c.Flags(), r.fields)
	c.Flags().Bool("dry-run", false, "show what would be made, and make nothing")
	return c
}

func updateCommand(e *env, r resource) *cobra.Command {
	c := &cobra.Command{
		Use: "update ID", Short: "Change a " + r.words() + "; what is not given stays", Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := given(c.Flags(), r.fields)
			if err == nil && len(body) == 0 {
				err = usagef("say what to change; see %s --help", c.CommandPath())
			}
			if err != nil {
				return err
			}
			return e.one(c, http.MethodPatch, r, args[0], body)
		},
	}
	defineFields(c.Flags(), r.fields)
	c.Flags().Bool("dry-run", false, "show what would be changed, and change nothing")
	return c
}

func deleteCommand(e *env, r resource) *cobra.Command {
	c := &cobra.Command{
		Use: "delete ID", Short: "Delete a " + r.words() + "; it can come back for 30 days", Args: exactly("the id"),
		RunE: func(c *cobra.Command, args []string) error {
			body, err := given(c.Flags(), r.remove)
			if err != nil {
				return err
			}
			if answers := answers(c.Flags()); len(answers) > 0 {
				body["answers"] = answers
			}
			if len(body) == 0 {
				return e.one(c, http.MethodDelete, r, args[0], nil)
			}
			return e.one(c, http.MethodDelete, r, args[0], body)
		},
	}
	defineFields(c.Flags(), r.remove)
	c.Flags().Bool("take-away", false, "take it away from whatever refers to it")
	c.Flags().Int64("reroute-to", 0, "let whatever refers to it refer to the "+r.words()+" with this `ID` instead")
	c.Flags().Bool("dry-run", false, "say whether it could be deleted, and delete nothing")
	return c
}

// answers says what becomes of whatever refers to what is deleted; re-routing counts before taking away.
func answers(flags *pflag.FlagSet) []map[string]any {
	var out []map[string]any
	if flags.Lookup("take-away").Value.String() == "true" {
		out = append(out, map[string]any{"way": "remove"})
	}
	if f := flags.Lookup("reroute-to"); f.Changed {
		out = append([]map[string]any{{"way": "reroute", "to": json.Number(f.Value.String())}}, out...)
	}
	return out
}

// one sends a request about one thing and prints the answer.
func (e *env) one(c *cobra.Command, method string, r resource, id string, body map[string]any) error {
	number, _, _ := strings.Cut(id, "/")
	if n, err := strconv.ParseInt(number, 10, 64); err != nil || n < 1 {
		return usagef("%q is not the id of a %s", number, r.words())
	}
	return e.api(c, func(conn *client.Client) error {
		var in any
		if body != nil {
			in = body
		}
		raw, err := conn.Call(c.Context(), method, r.path+"/"+id+dryRun(c), in)
		if err != nil {
			return err
		}
		if method == http.MethodDelete {
			_, err = fmt.Fprintf(e.std.out, "Deleted: %s %s\n", r.words(), id)
			return err
		}
		return e.printOne(c, raw)
	})
}

func dryRun(c *cobra.Command) string {
	if f := c.Flags().Lookup("dry-run"); f != nil && f.Value.String() == "true" {
		return "?dryRun=true"
	}
	return ""
}

func defineFields(flags *pflag.FlagSet, fields []field) {
	for _, f := range fields {
		switch f.kind {
		case yesNo:
			flags.Bool(f.flag, false, f.help)
		case list, numbers, idsOrNames:
			flags.StringSlice(f.flag, nil, f.help)
		case number, reroute, toUser, toRingGroup:
			flags.Int64(f.flag, 0, f.help)
		case text:
			flags.String(f.flag, "", f.help)
		}
	}
}

// given makes the body of a request from the flags that were set.
func given(flags *pflag.FlagSet, fields []field) (map[string]any, error) {
	body := map[string]any{}
	for _, f := range fields {
		flag := flags.Lookup(f.flag)
		if !flag.Changed {
			continue
		}
		v, err := f.value(flag.Value)
		if err != nil {
			return nil, usagef("--%s: %w", f.flag, err)
		}
		if _, twice := body[f.key]; twice {
			return nil, usagef("--%s: something else that sets the same is given too", f.flag)
		}
		body[f.key] = v
	}
	return body, nil
}

func (f field) value(v pflag.Value) (any, error) {
	switch f.kind {
	case yesNo:
		return v.String() == "true", nil
	case number:
		return json.Number(v.String()), nil
	case toUser:
		return map[string]any{"kind": "user", "id": json.Number(v.String())}, nil
	case toRingGroup:
		return map[string]any{"kind": "ring_group", "id": json.Number(v.String())}, nil
	case reroute:
		if v.String() == "0" {
			return []map[string]any{{"way": "remove"}}, nil
		}
		return []map[string]any{{"way": "reroute", "to": json.Number(v.String())}}, nil
	case list, numbers, idsOrNames:
		s, ok := v.(pflag.SliceValue)
		if !ok {
			return nil, errors.New("not a list")
		}
		if f.kind == list {
			return s.GetSlice(), nil
		}
		out := []any{}
		for _, n := range s.GetSlice() {
			switch {
			case strings.Trim(n, "0123456789") == "" && n != "":
				out = append(out, json.Number(n))
			case f.kind == idsOrNames && n != "":
				out = append(out, map[string]string{"name": n})
			default:
				return nil, fmt.Errorf("%q is not a number", n)
			}
		}
		return out, nil
	case text:
		return v.String(), nil
	}
	return v.String(), nil
}
