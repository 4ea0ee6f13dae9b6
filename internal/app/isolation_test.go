package app

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ringfence/internal/pbx"
)

// What a parameter, or a field of a body, may name. A new one is put here before its operation passes: under the kind
// of thing outside that it is then tried with, or among those that name nothing.
var (
	naming = map[string]string{
		"q": "search", "value": "number", "number": "number",
		"user": "user", "userId": "user", "actor": "user", "owner": "user",
		"group": "group", "groupId": "group", "home": "group", "moveTo": "group", "groups": "groups",
		"ids": "user", "caller": "user", "dialled": "number", "changes": "number", "callsTo": "user", "leadsTo": "ref", "then": "ref", "memberIds": "user", "userIds": "user", "device": "device", "hold": "hold", "holdId": "hold",
		"always": "forward", "busy": "forward", "noAnswer": "forward", "offline": "forward",
		// His own calls go to whatever number he could dial.
		"updateMyForwarding.always": "forwardId", "updateMyForwarding.busy": "forwardId",
		"updateMyForwarding.noAnswer": "forwardId", "updateMyForwarding.offline": "forwardId",
		"listChanges.id": "user", "exportChanges.id": "user",
		"addGroups": "groups", "removeGroups": "groups", "changeUsers.changes": "fields", "common": "fields", "rows": "rows",
	}
	// Locations and profiles are the organization's, and everybody may know them. Settings are closed to him altogether:
	// what they name is asked after the permission.
	namingNothing = strings.Fields("doNotDisturb paused strategy ringSeconds skipBusy limit page cursor sort dryRun If-Match Idempotency-Key from to enabled online kind " +
		"role level key by intent aliases networks overwrite position resolution scopes secrets userLimit location " +
		"locationId emergencyLocationId answers deleteAfterDays formerDays numbers " +
		"outside outsideNumbers unassigned state matchDigits first last csv provisioningProfileId values users signedIn managed leaving formerUsernames photo port")
	// Further bodies, to find an operation that looks at the body before it looks whose thing it is.
	bodies = map[string][]string{
		"updateUser": {
			`{"number":"501"}`, `{"portalPassword":"short"}`, `{"role":"owner"}`, `{"enabled":false}`, `{"kind":"phantom"}`,
			`{"aliases":["*"]}`, `{"lastName":"","firstName":""}`, `{"username":"paula.plain"}`, `{}`,
		},
		"deleteUser": {
			`{"answers":[{"way":"remove"}]}`, `{"answers":[{"way":"reroute","to":1}]}`, `{"resolution":{}}`,
		},
		"planLeave":    {`{}`, `{"on":"soon"}`, `{"callsTo":1}`, `{"deleteAfterDays":0}`},
		"updateDevice": {`{"name":""}`, `{"enabled":false}`, `{"security":"any"}`, `{}`},
		"resetUser":    {`{"secrets":["portalPassword"]}`, `{"secrets":["voicemailPin","sipPassword"]}`},
	}
)

// outside holds the ids that things outside of the group are going to have, and texts that find them.
type outside map[string][]string

// probe is one request of the group administrator.
type probe struct {
	method, path string
	body         any
	header       []string
}

func (p probe) String() string {
	b, _ := json.Marshal(p.body) // it was read from JSON
	return p.method + " " + p.path + " " + string(b) + " " + strings.Join(p.header, " ")
}

// probes makes every request by which the group administrator may try to learn of something outside.
func (c *cast) probes(out outside) []probe {
	c.t.Helper()
	var list []probe
	table := roleTable(c.t)
	for _, op := range operationsOf(c.owner) {
		l, ok := table[op.ID]
		if !ok || l.public || op.ID == "streamEvents" {
			continue
		}
		if op.Method == http.MethodGet {
			path, _ := c.request(op, l)
			list = append(list, probe{method: op.Method, path: path})
		}
		for _, p := range op.Parameters {
			for _, value := range c.valuesOf(op, p.Name, p.In, out) {
				list = append(list, c.with(op, l, p.Name, value)...)
			}
		}
		for _, field := range op.Body {
			if _, named := naming[field.name]; field.text && !named {
				continue
			}
			for _, value := range c.valuesOf(op, field.name, "body", out) {
				list = append(list, c.withField(op, l, field.name, value))
			}
		}
	}
	return list
}

// valuesOf gives what a parameter is tried with; it complains about one that nobody has thought about.
func (c *cast) valuesOf(op apiOperation, name, where string, out outside) []string {
	c.t.Helper()
	if where == "path" && name == "id" {
		for _, thing := range things {
			if strings.HasPrefix(op.Path, thing.prefix) {
				return out[thing.name]
			}
		}
		return []string{"1"} // calls and records
	}
	kind, ok := naming[op.ID+"."+name]
	if !ok {
		kind, ok = naming[name]
	}
	if !ok && !slices.Contains(namingNothing, name) {
		c.t.Errorf("%s: say in isolation_test.go what %s may name", op.ID, name)
	}
	return out[kind]
}

// with is a line's example with another value of one parameter: as it is, with every header that could be looked at too
// early, with other bodies, and for what is named in the path also for good.
func (c *cast) with(op apiOperation, l roleLine, name, value string) []probe {
	c.t.Helper()
	l.given = maps.Clone(l.given)
	l.given[name] = value
	path, body := c.request(op, l)
	list := []probe{{op.Method, path, body, nil}}
	if op.Method == http.MethodGet {
		return list
	}
	for _, more := range bodies[op.ID] {
		list = append(list, probe{op.Method, path, json.RawMessage(more), nil})
	}
	for header, values := range map[string][]string{"If-Match": {`"1"`, `"99"`, "nonsense"}, "Idempotency-Key": {"k"}} {
		if op.takes(header) {
			for _, v := range values {
				list = append(list, probe{op.Method, path, body, []string{header, v}})
			}
		}
	}
	if strings.Contains(op.Path, "{"+name+"}") && op.takes("dryRun") {
		u, err := url.Parse(path)
		if err != nil {
			c.t.Fatal(err)
		}
		q := u.Query()
		q.Del("dryRun")
		u.RawQuery = q.Encode()
		list = append(list, probe{op.Method, u.String(), body, nil})
	}
	slices.SortStableFunc(list, func(a, b probe) int { return strings.Compare(a.String(), b.String()) })
	return list
}

// withField is a line's example with another value of one field of its body.
func (c *cast) withField(op apiOperation, l roleLine, field, value string) probe {
	c.t.Helper()
	path, body := c.request(op, l)
	fields := object{}
	if raw, ok := body.(json.RawMessage); ok {
		if err := json.Unmarshal(raw, &fields); err != nil {
			c.t.Fatalf("roles.txt: %s: %v", op.ID, err)
		}
	}
	switch field {
	case "number", "value":
		fields[field] = value
	case "changes":
		if op.ID == "changeUsers" {
			fields[field] = json.RawMessage(value)
			break
		}
		fields[field] = []object{{"old": value, "new": "290"}}
	case "groups", "ids", "addGroups", "removeGroups", "memberIds", "userIds":
		fields[field] = []json.RawMessage{json.RawMessage(value)}
	default:
		fields[field] = json.RawMessage(value)
	}
	return probe{op.Method, path, fields, nil}
}

// passing is what differs between two answers to the same: the request's id, and the time at which a dry run pretends to
// write.
var passing = regexp.MustCompile(`"requestId":"[^"]*"|"(createdAt|updatedAt)":"[^"]*"`)

// answers is what each probe is answered, byte for byte but for what passes.
func (b *browser) answers(probes []probe) []string {
	b.t.Helper()
	list := make([]string, 0, len(probes))
	for _, p := range probes {
		a := b.do(p.method, p.path, p.body, p.header...)
		a.header.Del("X-Request-Id")
		a.header.Del("Date")
		var lines strings.Builder
		if err := a.header.Write(&lines); err != nil {
			b.t.Fatal(err)
		}
		raw := a.raw
		if p.method != http.MethodGet || a.status != http.StatusOK {
			raw = passing.ReplaceAllString(raw, "")
		}
		list = append(list, fmt.Sprint(a.status, "\n", lines.String(), "\n", raw))
	}
	return list
}

// next is the id that the next thing of a list gets.
func (c *cast) next(name string, path string, body object) string {
	c.t.Helper()
	return fmt.Sprint(c.make(name, path, body) + 1)
}

// TestGroupAdministratorIsToldNothingOfOthers asks everything about things outside of the group before they exist, and
// again when they do: the answers are the same bytes (S4).
func TestGroupAdministratorIsToldNothingOfOthers(t *testing.T) {
	c := newCast(t)
	gina := c.as[pbx.RoleGroupAdmin]
	out := c.predict()
	events := gina.listen()
	probes := c.probes(out)
	if len(probes) < 150 {
		t.Errorf("only %d probes", len(probes))
	}
	before := gina.answers(probes)
	c.makeOutside(out)
	after := gina.answers(probes)
	for i, p := range probes {
		if before[i] != after[i] {
			t.Errorf("%s tells of what is outside:\n%s\ninstead of\n%s", p, after[i], before[i])
		}
	}
	c.disturbOutside(out)
	for i, now := range gina.answers(probes) {
		if now != before[i] {
			t.Errorf("%s tells of what was changed outside:\n%s\ninstead of\n%s", probes[i], now, before[i])
		}
	}
	c.owner.want(200, "PATCH", "/users/"+c.vars["user"], object{"jobTitle": "Told"})
	name, data := events()
	if name != "change" || !strings.Contains(data, `"kinds":["user"]`) || strings.Contains(data, "Olga") {
		t.Errorf("the first event of the group's own is %s %s", name, data)
	}
}

// predict says which ids the things outside will have, and what might find them.
func (c *cast) predict() outside {
	c.t.Helper()
	c.vars["here"] = c.vars["group"]
	out := outside{"search": {"Quist", "501", "xenia", "xenia@lagos.example", "xeni", "Lagos", "Ringers"}, "number": {"501", "505", "503", "509", "+390669820001", "06 6982 0001"}}
	out["group"] = []string{c.next("extra", "/groups", object{"name": "Extra"})}
	out["groups"] = out["group"]
	out["fields"] = []string{
		`{"groupId":` + out["group"][0] + `}`, `{"groups":[` + out["group"][0] + `]}`, `{"groups":[{"name":"Lagos"}]}`,
	}
	out["rows"] = []string{`[{"firstName":"Ann","number":"501"}]`}
	user := c.next("extrauser", "/users", object{"firstName": "Extra", "groupId": json.RawMessage(c.vars["here"])})
	out["user"] = []string{user}
	device := first(c.owner.want(200, "GET", "/devices?user="+c.vars["extrauser"], nil))["id"]
	out["device"] = []string{fmt.Sprint(device.(float64) + 1)}
	out["pool"] = []string{c.next("extrapool", "/extension-pools", object{
		"name": "Extra", "first": "600", "last": "601", "groupId": json.RawMessage(c.vars["extra"]),
	})}
	out["outside"] = []string{c.next("extraoutside", "/numbers", object{"value": "+390669820000"})}
	out["ringgroup"] = []string{c.next("extraringgroup", "/ring-groups", object{"name": "Extra"})}
	out["ref"] = []string{`{"kind":"user","id":` + user + `}`, `{"kind":"ring_group","id":` + out["ringgroup"][0] + `}`}
	out["forwardId"] = []string{`{"id":` + user + `}`}
	out["forward"] = []string{out["forwardId"][0], `{"number":"501"}`, `{"number":"xenia"}`}
	token := c.owner.want(201, "POST", "/tokens", object{"name": "extra"})
	out["token"] = []string{fmt.Sprint(token.num("id") + 1)}
	set := token.header.Get("Ringfence-Change-Set")
	out["change"], out["deleted"] = []string{set, "99"}, []string{set, "99"}
	hold := c.owner.want(201, "POST", "/extension-pools/holds", object{"groupId": json.RawMessage(c.vars["extra"])})
	out["hold"] = []string{fmt.Sprint(hold.num("holdId") + 1)}
	return out
}

// makeOutside makes another group with everything, under the ids that were predicted.
func (c *cast) makeOutside(out outside) {
	c.t.Helper()
	is := func(kind string, id any) {
		c.t.Helper()
		if fmt.Sprint(id) != out[kind][0] {
			c.t.Fatalf("the %s outside is %v, not %s as the probes have it", kind, id, out[kind][0])
		}
	}
	group := c.make("lagos", "/groups", object{"name": "Lagos", "itEmail": "it@lagos.example"})
	is("group", group)
	is("pool", c.make("lagospool", "/extension-pools", object{
		"name": "Lagos", "first": "500", "last": "509", "groupId": group,
	}))
	xenia := c.owner.account(group, "Xenia", object{
		"lastName": "Quist", "number": "501", "email": "xenia@lagos.example", "aliases": []string{"xeni", "505"},
		"security": "secure",
	})
	is("user", xenia.id)
	is("device", first(c.owner.want(200, "GET", "/devices?user="+fmt.Sprint(xenia.id), nil))["id"])
	is("token", c.owner.want(201, "POST", "/tokens", object{"name": "x", "userId": xenia.id}).num("id"))
	is("outside", c.make("lagosoutside", "/numbers", object{"value": "+390669820001", "userId": xenia.id}))
	is("ringgroup", c.make("lagosringgroup", "/ring-groups", object{
		"name": "Ringers", "number": "509", "memberIds": []json.RawMessage{json.RawMessage(c.vars["user"]), json.RawMessage(out["user"][0])},
		"then": object{"id": xenia.id},
	}))
	is("hold", c.owner.want(201, "POST", "/extension-pools/holds", object{"groupId": group}).num("holdId"))
	c.owner.want(200, "PUT", fmt.Sprintf("/settings/call.security?level=user&owner=%d", xenia.id), object{"value": "any"})
	// Somebody outside who is in the address book of the group, and somebody who was deleted.
	c.make("yuri", "/users", object{
		"firstName": "Yuri", "lastName": "Quist", "groupId": group, "groups": []json.RawMessage{json.RawMessage(c.vars["group"])},
	})
	zora := c.make("zora", "/users", object{"firstName": "Zora", "lastName": "Quist", "groupId": group, "number": "503"})
	c.owner.want(204, "DELETE", fmt.Sprintf("/users/%d", zora), nil)
	c.owner.phone(xenia).Register()
	if regs := c.owner.items("/registrations"); len(regs) != 1 {
		c.t.Errorf("%d phones are registered", len(regs))
	}
}

// disturbOutside changes what is outside, deletes it and brings it back.
func (c *cast) disturbOutside(out outside) {
	c.t.Helper()
	user := "/users/" + out["user"][0]
	c.owner.want(200, "PATCH", user, object{"jobTitle": "Clerk", "role": "auditor"})
	c.owner.want(200, "PATCH", "/groups/"+out["group"][0], object{"city": "Ibadan"})
	c.owner.want(200, "PATCH", "/devices/"+out["device"][0], object{"name": "Desk"})
	c.owner.want(200, "PATCH", "/numbers/"+out["outside"][0], object{"note": "Desk"})
	ring := "/ring-groups/" + out["ringgroup"][0]
	c.owner.want(200, "PATCH", ring, object{"ringSeconds": 30})
	c.owner.want(200, "PATCH", "/numbers/"+out["outside"][0], object{"leadsTo": object{"kind": "ring_group", "id": json.RawMessage(out["ringgroup"][0])}})
	gone := c.owner.want(204, "DELETE", user, object{"answers": []object{{"way": "remove"}}}).header.Get("Ringfence-Change-Set")
	c.owner.want(200, "POST", "/deleted/"+gone+"/restore", nil)
	renamed := c.owner.want(200, "PATCH", user, object{"lastName": "Quist-Okoro"}).header.Get("Ringfence-Change-Set")
	c.owner.want(200, "POST", "/audit/"+renamed+"/undo", nil)
}

// listen opens the event stream; the function gives the next event's name and data.
func (b *browser) listen() func() (name, data string) {
	b.t.Helper()
	rq, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.ready.HTTP+"/api/v1/events", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	rq.Header.Set("Authorization", "Bearer "+b.token)
	client := *b.http
	client.Timeout = 0
	rs, err := client.Do(rq) //nolint:bodyclose // closed when the test ends
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = rs.Body.Close() })
	lines := bufio.NewScanner(rs.Body)
	if !lines.Scan() {
		b.t.Fatal("the stream does not open")
	}
	return func() (name, data string) {
		for lines.Scan() {
			if v, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				name = v
			}
			if v, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return name, v
			}
		}
		b.t.Fatal("the stream ended")
		return "", ""
	}
}

// TestOneNamespaceTellsThatAValueIsTakenAndNotByWhom: what cannot be kept from whoever gives names and numbers is told
// in the same words whoever has them.
func TestOneNamespaceTellsThatAValueIsTakenAndNotByWhom(t *testing.T) {
	c := newCast(t)
	gina := c.as[pbx.RoleGroupAdmin]
	group := c.make("lagos", "/groups", object{"name": "Lagos"})
	c.make("xenia", "/users", object{
		"firstName": "Xenia", "lastName": "Quist", "groupId": group, "number": "250", "aliases": []string{"xeni"},
	})
	held := c.make("zora", "/users", object{"firstName": "Zora", "lastName": "Quist", "groupId": group, "number": "251"})
	c.owner.want(204, "DELETE", fmt.Sprintf("/users/%d", held), nil)
	for _, value := range []string{"250", "251", "xenia.quist", "xeni", "zora.quist", "olga"} {
		got := gina.want(200, "GET", "/numbers?value="+value, nil).raw
		if want := fmt.Sprintf(`{"value":%q,"state":"taken","reason":"\"%s\" is taken."}`, value, value); strings.TrimSpace(got) != want {
			t.Errorf("%s: %s, want %s", value, got, want)
		}
	}
	in := object{"firstName": "Ann", "groupId": json.RawMessage(c.vars["group"])}
	for field, value := range map[string]any{
		"number": "250", "username": "xenia.quist", "authAccountName": "zora.quist", "aliases": []string{"xeni"},
	} {
		body := maps.Clone(in)
		body[field] = value
		got := gina.want(422, "POST", "/users?dryRun=true", body)
		if !strings.Contains(got.raw, `is taken.`) || strings.Contains(got.raw, "Quist") {
			t.Errorf("%s: %s", field, got.raw)
		}
	}
	// Numbers outside his pools say nothing at all.
	for _, value := range []string{"501", "999", "+390110001"} {
		got := gina.want(200, "GET", "/numbers?value="+url.QueryEscape(value), nil)
		if got.str("state") != "reserved" || !strings.Contains(got.str("reason"), "not in a pool of your group") {
			t.Errorf("%s: %s", value, got.raw)
		}
	}
	body := maps.Clone(in)
	body["aliases"] = []string{"999"}
	gina.want(422, "POST", "/users?dryRun=true", body)
}

// TestGroupAdministratorLeavesWhatHeDoesNotSee: saving a user as he sees him takes nothing away.
func TestGroupAdministratorLeavesWhatHeDoesNotSee(t *testing.T) {
	c := newCast(t)
	gina, path := c.as[pbx.RoleGroupAdmin], "/users/"+c.vars["user"]
	extra := c.make("extra", "/groups", object{"name": "Extra"})
	c.owner.want(200, "PATCH", path, object{"groups": []int64{extra}})
	seen := gina.want(200, "GET", path, nil)
	if strings.Contains(seen.raw, "Extra") {
		t.Errorf("a further group is shown: %s", seen.raw)
	}
	seen.body["jobTitle"] = "Clerk"
	gina.want(200, "PATCH", path, seen.body)
	if now := c.owner.want(200, "GET", path, nil); !strings.Contains(now.raw, `"name":"Extra"`) || now.str("jobTitle") != "Clerk" {
		t.Errorf("after the group administrator saved: %s", now.raw)
	}
	gina.want(422, "PATCH", path, object{"groups": []int64{extra}})
	gina.want(422, "PATCH", path, object{"groupId": extra})
	gina.want(403, "PATCH", path, object{"role": "administrator"})
	gina.want(403, "POST", "/users", object{"firstName": "A", "groupId": json.RawMessage(c.vars["group"]), "role": "auditor"})
	stale := c.owner.want(200, "PATCH", path, object{"groups": []int64{}, "department": "New"})
	conflict := gina.want(412, "PATCH", path, object{"department": "Mine"}, "If-Match", fmt.Sprintf(`"%d"`, stale.num("version")-1))
	if strings.Contains(conflict.raw, "Olga") || strings.Contains(conflict.raw, `"groups"`) || !strings.Contains(conflict.raw, `"New"`) {
		t.Errorf("%s", conflict.raw)
	}
}
