package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ringfence/internal/pbx"
)

// roleLine is one operation of the role table: what each role is answered, and an example of its request.
type roleLine struct {
	name    string
	outcome map[pbx.Role]string
	public  bool
	given   map[string]string // parameters of the path and the query
	body    string
}

// roleTable reads test/structure/testdata/roles.txt, which says what its signs mean.
func roleTable(t *testing.T) map[string]roleLine {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "test", "structure", "testdata", "roles.txt"))
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]roleLine{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		l := roleLine{name: f[0], outcome: map[pbx.Role]string{}, given: map[string]string{}}
		if len(f) > 1 && f[1] == "p" {
			l.public = true
			table[l.name] = l
			continue
		}
		if len(f) <= len(pbx.Roles()) {
			t.Fatalf("%s: an answer for each of %v is missing", l.name, pbx.Roles())
		}
		for i, r := range pbx.Roles() {
			l.outcome[r] = f[i+1]
		}
		rest := f[len(pbx.Roles())+1:]
		for i, part := range rest {
			if strings.HasPrefix(part, "{") {
				l.body = strings.Join(rest[i:], " ")
				break
			}
			name, value, _ := strings.Cut(part, "=")
			l.given[name] = value
		}
		table[l.name] = l
	}
	return table
}

// apiOperation is an operation as the API itself describes it.
type apiOperation struct {
	ID, Method, Path string
	Parameters       []struct {
		Name, In string
		Required bool
	}
	Body []bodyField // what a request's body may have
}

type bodyField struct {
	name string
	text bool // it is text or yes and no: no id
}

func (o apiOperation) takes(name string) bool {
	return slices.ContainsFunc(o.Parameters, func(p struct {
		Name, In string
		Required bool
	},
	) bool {
		return p.Name == name
	})
}

// operationsOf asks the API what it offers.
func operationsOf(b *browser) []apiOperation {
	b.t.Helper()
	type schema struct {
		Ref        string                     `json:"$ref"`
		Properties map[string]json.RawMessage `json:"properties"`
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string `json:"operationId"`
			Parameters  []struct {
				Name, In string
				Required bool
			}
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
		}
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal([]byte(b.want(200, "GET", "/openapi.json", nil).raw), &doc); err != nil {
		b.t.Fatal(err)
	}
	var out []apiOperation
	for path, methods := range doc.Paths {
		for method, op := range methods {
			o := apiOperation{ID: op.OperationID, Method: strings.ToUpper(method), Path: path, Parameters: op.Parameters}
			s := op.RequestBody.Content["application/json"].Schema
			if _, name, ok := strings.Cut(s.Ref, "schemas/"); ok {
				s = doc.Components.Schemas[name]
			}
			for field, raw := range s.Properties {
				var is struct {
					Type     any
					ReadOnly bool `json:"readOnly"`
				}
				if err := json.Unmarshal(raw, &is); err != nil {
					b.t.Fatal(err)
				}
				if !is.ReadOnly {
					o.Body = append(o.Body, bodyField{field, is.Type == "string" || is.Type == "boolean"})
				}
			}
			slices.SortFunc(o.Body, func(a, b bodyField) int { return strings.Compare(a.name, b.name) })
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b apiOperation) int { return strings.Compare(a.ID, b.ID) })
	return out
}

// cast is a server with somebody of each role, all in one group, and something of everything.
type cast struct {
	*running
	owner *browser
	as    map[pbx.Role]*browser
	vars  map[string]string
}

func newCast(t *testing.T) *cast {
	t.Helper()
	r := start(t, testConfig(t, nil))
	c := &cast{running: r, owner: r.owner(), as: map[pbx.Role]*browser{}, vars: map[string]string{}}
	c.owner.want(200, "PATCH", "/extension-pools/1", object{"last": "299"})
	group := c.make("group", "/groups", object{"name": "Sales"})
	c.make("location", "/locations", object{"name": "Head office"})
	c.make("profile", "/provisioning-profiles", object{"name": "Lobby"})
	c.make("permission", "/permissions", object{"name": "door", "label": "Open the door"})
	c.make("empty", "/groups", object{"name": "Nobody"})
	for _, role := range pbx.Roles() {
		c.as[role] = c.signedIn(role, group)
	}
	user := c.make("user", "/users", object{
		"firstName": "Paula", "lastName": "Plain", "groupId": group, "email": "paula@acme.test",
	})
	// Mail is set up, with a server that nobody answers at.
	c.owner.want(200, "PUT", "/mail", object{"host": "127.0.0.1", "port": 1, "tls": "none", "sender": "pbx@acme.test"})
	c.owner.want(200, "PATCH", fmt.Sprintf("/users/%d", user), object{"email": "plain@acme.test"})
	c.owner.want(200, "PUT", fmt.Sprintf("/users/%d/leave", user), object{"on": "2099-12-31"})
	devices := c.owner.want(200, "GET", fmt.Sprintf("/devices?user=%d", user), nil)
	c.vars["device"] = fmt.Sprint(first(devices)["id"])
	c.make("pool", "/extension-pools", object{"name": "Own", "first": "400", "last": "419", "groupId": group})
	c.vars["token"] = c.vars["token.user"]
	gone := c.make("gone", "/users", object{"firstName": "Gone", "lastName": "Away", "groupId": group})
	c.vars["held"] = fmt.Sprint(c.owner.want(200, "GET", fmt.Sprintf("/users/%d", gone), nil).body["number"])
	deleted := c.owner.want(204, "DELETE", fmt.Sprintf("/users/%d", gone), nil)
	c.vars["deleted"] = deleted.header.Get("Ringfence-Change-Set")
	nora := c.make("nora", "/users", object{"firstName": "Nora", "lastName": "Number", "groupId": group})
	c.make("outside", "/numbers", object{"value": "+4533736501", "userId": nora})
	c.make("ringgroup", "/ring-groups", object{"name": "Front desk", "number": "450", "memberIds": []int64{nora}})
	changed := c.owner.want(200, "PATCH", fmt.Sprintf("/users/%d", user), object{"department": "Shop"})
	c.vars["change"] = changed.header.Get("Ringfence-Change-Set")
	return c
}

func first(list answer) object {
	items, _ := list.body["items"].([]any)
	if len(items) == 0 {
		return object{}
	}
	o, _ := items[0].(object)
	return o
}

// make makes a thing and remembers its id under a name.
func (c *cast) make(name, path string, body object) int64 {
	c.t.Helper()
	id := c.owner.want(201, "POST", path, body).num("id")
	c.vars[name] = fmt.Sprint(id)
	return id
}

// signedIn is somebody of a role with a token for everything that the role may do.
func (c *cast) signedIn(role pbx.Role, group int64) *browser {
	c.t.Helper()
	b := c.browser()
	in := object{"name": "all"}
	if role != pbx.RoleOwner {
		in["userId"] = c.owner.want(201, "POST", "/users", object{
			"firstName": "Some", "lastName": string(role), "groupId": group, "role": string(role),
		}).num("id")
	}
	made := c.owner.want(201, "POST", "/tokens", in)
	b.token = made.str("token")
	c.vars["token."+string(role)] = fmt.Sprint(made.num("id"))
	return b
}

var variable = regexp.MustCompile(`\$[a-z]+`)

func (c *cast) fill(text string) string {
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		v, ok := c.vars[name[1:]]
		if !ok {
			c.t.Fatalf("roles.txt: there is no %s", name)
		}
		return v
	})
}

// things says what {id} stands for, by how the path begins.
var things = []struct{ prefix, name string }{
	{"/extension-pools", "pool"},
	{"/users", "user"},
	{"/groups", "group"},
	{"/devices", "device"},
	{"/audit", "change"},
	{"/deleted", "deleted"},
	{"/tokens", "token"},
	{"/locations", "location"},
	{"/numbers", "outside"},
	{"/ring-groups", "ringgroup"},
	{"/provisioning-profiles", "profile"},
	{"/permissions", "permission"},
}

// request makes the example of a line: its address, and its body, nil for none. What can be a dry run is one.
func (c *cast) request(op apiOperation, l roleLine) (string, any) {
	c.t.Helper()
	given := map[string]string{}
	for name, value := range l.given {
		given[name] = c.fill(value)
	}
	for _, thing := range things {
		if _, ok := given["id"]; !ok && strings.HasPrefix(op.Path, thing.prefix) {
			given["id"] = c.vars[thing.name]
		}
	}
	path, query := op.Path, url.Values{}
	for _, p := range op.Parameters {
		if p.In == "path" {
			if given[p.Name] == "" {
				c.t.Fatalf("roles.txt: %s needs %s=", op.ID, p.Name)
			}
			path = strings.Replace(path, "{"+p.Name+"}", url.PathEscape(given[p.Name]), 1)
		} else if v := given[p.Name]; v != "" {
			query.Set(p.Name, v)
		}
	}
	if op.takes("dryRun") {
		query.Set("dryRun", "true")
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	if l.body == "" {
		return path, nil
	}
	return path, json.RawMessage(c.fill(l.body))
}

// outcome is what the table says of an answer.
func outcome(status int) string {
	switch {
	case status/100 == 2:
		return "+"
	case status == http.StatusForbidden:
		return "-"
	case status == http.StatusNotFound:
		return "0"
	}
	return fmt.Sprint(status)
}

// TestRoles asks for every operation as every role (S4): over the real handlers, with a real store.
func TestRoles(t *testing.T) {
	c := newCast(t)
	table := roleTable(t)
	for _, op := range operationsOf(c.owner) {
		l, ok := table[op.ID]
		if !ok {
			t.Errorf("%s stands in no line of test/structure/testdata/roles.txt", op.ID)
			continue
		}
		if l.public {
			continue
		}
		path, body := c.request(op, l)
		for _, role := range pbx.Roles() {
			got := c.as[role].ask(op, path, body)
			if outcome(got.status) != l.outcome[role] {
				t.Errorf("%s as %s: %d instead of %q: %s %s: %.300s",
					op.ID, role, got.status, l.outcome[role], op.Method, path, got.raw)
			}
		}
		stranger := c.browser().ask(op, path, body)
		if stranger.status != http.StatusUnauthorized {
			t.Errorf("%s as a stranger: %d", op.ID, stranger.status)
		}
	}
}

// ask does one request; of a stream of events it takes the status only.
func (b *browser) ask(op apiOperation, path string, body any) answer {
	b.t.Helper()
	if op.ID != "streamEvents" {
		return b.do(op.Method, path, body)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	rq, err := http.NewRequestWithContext(ctx, http.MethodGet, b.ready.HTTP+"/api/v1"+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.token != "" {
		rq.Header.Set("Authorization", "Bearer "+b.token)
	}
	rs, err := b.http.Do(rq)
	if err != nil {
		b.t.Fatal(err)
	}
	defer rs.Body.Close()
	return answer{status: rs.StatusCode, header: rs.Header}
}
