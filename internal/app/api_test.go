package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringfence/internal/app/client"
)

func TestSetUpByLink(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.browser()
	if got := b.want(200, "GET", "/setup", nil); got.body["needed"] != true {
		t.Errorf("set-up is not needed: %s", got.raw)
	}
	form := object{"token": "guessed", "lastName": "Owner", "username": "olga", "password": ownerPassword}
	if got := b.do("POST", "/setup", form); got.status/100 != 4 {
		t.Errorf("a guessed token: %d %s", got.status, got.raw)
	}
	form["token"] = r.link
	form["password"] = "short"
	if got := b.want(422, "POST", "/setup", form); !strings.Contains(got.raw, `"field":"password"`) {
		t.Errorf("a weak password is not complained about beside its field: %s", got.raw)
	}
	form["password"] = ownerPassword
	got := b.want(201, "POST", "/setup", form)
	cookie := got.header.Get("Set-Cookie")
	for _, attribute := range []string{"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, attribute) {
			t.Errorf("cookie without %s: %s", attribute, cookie)
		}
	}
	me := b.want(200, "GET", "/me", nil)
	if me.str("username") != "olga" || me.str("role") != "owner" {
		t.Error(me.raw)
	}
	if got := r.browser().do("POST", "/setup", form); got.status/100 != 4 {
		t.Errorf("the link works twice: %d", got.status)
	}
	if got := b.want(200, "GET", "/setup", nil); got.body["needed"] != false {
		t.Error(got.raw)
	}
	if me.str("language") != "en" || me.str("timeZone") == "" {
		t.Errorf("nothing is inherited: %s", me.raw)
	}
	me.body["language"] = "it"
	if got := b.want(200, "PATCH", "/me", me.body); got.str("language") != "it" || got.str("lastName") != "Owner" {
		t.Errorf("one's own language: %s", got.raw)
	}
	b.want(204, "DELETE", "/session", nil)
	b.want(401, "GET", "/me", nil)
	b.want(200, "POST", "/session", object{"login": "olga", "password": ownerPassword})
	b.want(200, "GET", "/me", nil)
}

func TestFromGroupToAccountAndBack(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	created := b.want(201, "POST", "/groups", object{"name": "Sales"})
	group := created.num("id")
	if created.header.Get("Ringfence-Change-Set") == "" || created.header.Get("ETag") != `"1"` {
		t.Errorf("headers %v", created.header)
	}
	b.want(422, "POST", "/groups", object{"name": "  sales "})

	user := b.want(201, "POST", "/users", object{"firstName": "Anna", "lastName": "Berg", "groupId": group})
	secrets, _ := user.body["secrets"].(object)
	client, _ := user.body["client"].(object)
	if len(fmt.Sprint(secrets["sipPassword"])) < 16 || secrets["portalPassword"] == nil || secrets["voicemailPin"] == nil ||
		user.str("username") != "anna.berg" || user.str("sipUsername") != user.str("number") || client["transport"] != "tls" {
		t.Errorf("the rest is not generated: %s", user.raw)
	}
	id := user.num("id")
	path := fmt.Sprintf("/users/%d", id)
	if got := b.want(200, "GET", path, nil); strings.Contains(got.raw, fmt.Sprint(secrets["sipPassword"])) {
		t.Error("a secret is shown again")
	}

	groupPath := fmt.Sprintf("/groups/%d", group)
	refused := b.want(409, "DELETE", groupPath, nil)
	deletion, _ := refused.body["deletion"].(object)
	if deletion["accounts"] != 1.0 || deletion["nameMustBeTyped"] != true {
		t.Errorf("the refusal does not say what would go: %s", refused.raw)
	}
	b.want(409, "DELETE", groupPath, object{"accounts": "delete", "confirmName": "Wrong"})
	b.want(204, "DELETE", groupPath, object{"resolution": object{"accounts": "delete", "confirmName": "Sales"}})
	b.want(404, "GET", path, nil)

	deleted := b.want(200, "GET", "/deleted", nil)
	items, _ := deleted.body["items"].([]any)
	if len(items) != 1 {
		t.Fatalf("recently deleted: %s", deleted.raw)
	}
	item, _ := items[0].(object)
	b.want(200, "POST", fmt.Sprintf("/deleted/%.0f/restore", item["id"]), nil)
	back := b.want(200, "GET", path, nil)
	if back.str("number") != user.str("number") || back.num("groupId") != group {
		t.Errorf("it came back otherwise: %s", back.raw)
	}
}

func TestConflictingEditsAreShownFieldByField(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	g := b.want(201, "POST", "/groups", object{"name": "Sales"})
	path := fmt.Sprintf("/groups/%d", g.num("id"))
	tag := g.header.Get("ETag")
	first := b.want(200, "PATCH", path, object{"city": "Roma"}, "If-Match", tag)
	if first.header.Get("ETag") == tag || first.str("name") != "Sales" {
		t.Errorf("PATCH does not merge: %s", first.raw)
	}
	second := b.want(412, "PATCH", path, object{"city": "Milano"}, "If-Match", tag)
	fields, _ := second.body["fields"].([]any)
	if len(fields) != 1 {
		t.Fatalf("%s", second.raw)
	}
	if f, _ := fields[0].(object); f["field"] != "city" || f["theirs"] != "Roma" || f["yours"] != "Milano" ||
		f["changedBy"] != "Olga Owner" {
		t.Errorf("%v", fields[0])
	}
	b.want(422, "PATCH", path, object{"city": "Milano"}, "If-Match", "nonsense")
	b.want(200, "PATCH", path, object{"city": "Milano"}, "If-Match", "*")
}

func TestDryRunChangesNothing(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	dry := b.want(201, "POST", "/groups?dryRun=true", object{"name": "Sales"})
	if dry.header.Get("Ringfence-Change-Set") != "" {
		t.Error("a dry run has a change set")
	}
	if got := b.want(200, "GET", "/groups", nil); got.num("total") != 0 {
		t.Errorf("a dry run made something: %s", got.raw)
	}
	b.want(422, "POST", "/groups?dryRun=true", object{"name": ""})
}

func TestSameKeyIsCarriedOutOnce(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}, "Idempotency-Key", "g1").num("id")
	if again := b.want(201, "POST", "/groups", object{"name": "Sales"}, "Idempotency-Key", "g1"); again.num("id") != group {
		t.Errorf("made twice: %s", again.raw)
	}
	b.want(409, "POST", "/groups", object{"name": "Other"}, "Idempotency-Key", "g1")
	in := object{"firstName": "Anna", "lastName": "Berg", "groupId": group}
	u := b.want(201, "POST", "/users", in, "Idempotency-Key", "u1")
	again := b.want(201, "POST", "/users", in, "Idempotency-Key", "u1")
	secrets, _ := again.body["secrets"].(object)
	if again.num("id") != u.num("id") || len(secrets) != 0 || again.body["secretsShown"] != true {
		t.Errorf("%s", again.raw)
	}
}

func TestOtherSitesCannotWriteWithACookie(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	in := object{"name": "Sales"}
	b.want(403, "POST", "/groups", in, "Origin", "https://evil.example")
	b.want(403, "POST", "/groups", in, "Sec-Fetch-Site", "cross-site")
	b.want(403, "DELETE", "/groups/1", nil, "Sec-Fetch-Site", "same-site")
	b.want(403, "POST", "/session", object{"login": "x", "password": "y"}, "Origin", "null")
	b.want(201, "POST", "/groups", in, "Origin", r.ready.HTTP)
	b.want(201, "POST", "/groups", object{"name": "Two"}, "Sec-Fetch-Site", "same-origin")
}

func TestWrongPasswordsSlowTheirSourceOnly(t *testing.T) {
	r := start(t, testConfig(t, map[string]string{"http": "[::]:0"}))
	r.owner()
	wrong := object{"login": "olga", "password": "wrong wrong wrong"}
	b := r.browser()
	for range 3 {
		b.want(401, "POST", "/session", wrong)
	}
	slowed := b.want(429, "POST", "/session", object{"login": "olga", "password": ownerPassword})
	if slowed.header.Get("Retry-After") == "" {
		t.Error("429 does not say when to try again")
	}
	other := r.browser()
	other.ready.HTTP = strings.Replace(other.ready.HTTP, "127.0.0.1", "[::1]", 1)
	clone := *other.running
	clone.ready = other.ready
	other.running = &clone
	other.want(200, "POST", "/session", object{"login": "olga", "password": ownerPassword})
}

func TestWhatIsNotThereLooksTheSame(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	for _, path := range []string{"/groups/99", "/users/99", "/devices/99", "/extension-pools/99", "/audit/99", "/call-records/99"} {
		got := b.want(404, "GET", path, nil)
		if got.header.Get("Content-Type") != "application/problem+json" || got.str("requestId") == "" {
			t.Errorf("%s: %s %s", path, got.header.Get("Content-Type"), got.raw)
		}
	}
	b.want(404, "GET", "/nothing", nil)
	b.want(404, "DELETE", "/calls/77", nil)
	b.want(422, "GET", "/users?grup=3", nil)
	b.want(422, "POST", "/groups", object{"name": "x", "colour": "y"})
	b.want(422, "GET", "/groups/0", nil)
	if got := b.do("GET", "/users?sort=password", nil); got.status != 422 {
		t.Errorf("%d %s", got.status, got.raw)
	}
}

func TestTokensCarryScopes(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	made := b.want(201, "POST", "/tokens", object{"name": "reader", "scopes": []string{"groups:read"}})
	p := r.browser()
	p.token = made.str("token")
	p.want(200, "GET", "/groups", nil)
	p.want(403, "POST", "/groups", object{"name": "x"})
	p.want(403, "GET", "/users", nil)
	if got := b.want(200, "GET", "/tokens", nil); strings.Contains(got.raw, made.str("token")) {
		t.Error("a token is shown again")
	}
	b.want(204, "DELETE", fmt.Sprintf("/tokens/%d", made.num("id")), nil)
	p.want(401, "GET", "/groups", nil)
	p.token = "rf_guessed"
	p.want(401, "GET", "/groups", nil)
}

func TestPagesHearWhatChanges(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	rq, err := http.NewRequestWithContext(ctx, "GET", r.ready.HTTP+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := b.http.Do(rq)
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Body.Close()
	if rs.StatusCode != 200 || rs.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatal(rs.Status, rs.Header)
	}
	lines := bufio.NewScanner(rs.Body)
	if !lines.Scan() { // the stream is open before the change is made
		t.Fatal(lines.Err())
	}
	b.want(201, "POST", "/groups", object{"name": "Sales"})
	// The stream may still tell of the owner, who was made a moment before it opened.
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && strings.Contains(data, `"kinds":["group"`) {
			return
		}
	}
	t.Errorf("the new group was not told: %v", lines.Err())
}

func TestHealthAndWhatStandsBesideTheAPI(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.browser()
	b.want(200, "GET", "/healthz", nil)
	b.want(200, "GET", "/readyz", nil)
	if got := b.want(200, "GET", "/metrics", nil); !strings.Contains(got.raw, "ringfence_http_requests_total") {
		t.Error("no metrics")
	}
	if got := b.want(200, "GET", "/ca.pem", nil); !strings.Contains(got.raw, "BEGIN CERTIFICATE") {
		t.Error("no authority")
	}
	b.want(200, "GET", "/openapi.json", nil)
	page := b.do("GET", "/docs", nil)
	if page.status != 200 || page.header.Get("X-Content-Type-Options") != "nosniff" || page.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("%d %v", page.status, page.header)
	}
}

func TestNoSecretIsWrittenAnywhere(t *testing.T) {
	cfg := testConfig(t, nil)
	r := start(t, cfg)
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	u := b.want(201, "POST", "/users", object{
		"firstName": "Anna", "lastName": "Berg", "groupId": group, "portalPassword": "a portal password of hers",
		"voicemailPin": "739154", "sipPassword": "kQ7vTz4mXw9pLr2bNf8d",
	})
	secrets := []string{"a portal password of hers", "kQ7vTz4mXw9pLr2bNf8d", ownerPassword, r.link}
	given, _ := u.body["secrets"].(object)
	reset := b.want(200, "POST", fmt.Sprintf("/users/%d/reset", u.num("id")), object{"secrets": []string{"sipPassword"}})
	again, _ := reset.body["secrets"].(object)
	secrets = append(secrets, fmt.Sprint(given["sipPassword"]), fmt.Sprint(again["sipPassword"]),
		b.want(201, "POST", "/tokens", object{"name": "t"}).str("token"))
	// A body that is refused must not be quoted either.
	b.do("POST", "/users", object{"firstName": "X", "groupId": "no", "portalPassword": "a portal password of hers"})
	for _, where := range []string{"/audit?limit=500", "/users", "/deleted", "/devices"} {
		find(t, where, b.want(200, "GET", where, nil).raw, secrets)
	}
	r.stop()
	find(t, "log", r.log.String(), secrets)
	err := filepath.WalkDir(cfg.Data, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		find(t, path, string(text), secrets)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func find(t *testing.T, where, text string, secrets []string) {
	t.Helper()
	for i, s := range secrets {
		if s == "" || s == "<nil>" {
			t.Errorf("secret %d is empty", i)
		} else if strings.Contains(text, s) {
			t.Errorf("secret %d is in %s", i, where)
		}
	}
}

func TestWhatWasReadCanBeSentBack(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"})
	further := b.want(201, "POST", "/groups", object{"name": "Support"}).num("id")
	u := b.want(201, "POST", "/users", object{
		"firstName": "Anna", "lastName": "Berg", "groupId": group.num("id"), "groups": []int64{further},
	})
	for _, path := range []string{
		fmt.Sprintf("/groups/%d", group.num("id")), fmt.Sprintf("/users/%d", u.num("id")), "/devices/1",
		"/extension-pools/1", "/organization",
	} {
		read := b.want(200, "GET", path, nil)
		back := b.want(200, "PATCH", path, read.body)
		if back.header.Get("Ringfence-Change-Set") != "" || back.num("version") != read.num("version") {
			t.Errorf("%s: sending back what was read changes it: %s\n%s", path, read.raw, back.raw)
		}
	}
	fresh := b.want(200, "GET", fmt.Sprintf("/users/%d", u.num("id")), nil)
	if groups, _ := fresh.body["groups"].([]any); len(groups) != 1 {
		t.Errorf("further groups: %s", fresh.raw)
	}
}

func TestCommandLineSpeaksToAServerElsewhere(t *testing.T) {
	r := start(t, testConfig(t, nil))
	token := r.owner().want(201, "POST", "/tokens", object{"name": "cli"}).str("token")
	pem, err := os.ReadFile(dataDir{r.cfg.Data}.caCert())
	if err != nil {
		t.Fatal(err)
	}
	c, err := client.Remote(r.ready.HTTP, token, pem)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = c.Call(t.Context(), "POST", "/groups", object{"name": "Sales"}); err != nil {
		t.Error(err)
	}
	_, err = c.Call(t.Context(), "POST", "/groups", object{"name": ""})
	var refused *client.Error
	if !errors.As(err, &refused) || refused.Status != 422 || !strings.Contains(err.Error(), "name: ") {
		t.Errorf("%v", err)
	}
	stranger, err := client.Remote(r.ready.HTTP, token, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = stranger.Call(t.Context(), "GET", "/groups", nil); err == nil {
		t.Error("a certificate of an unknown authority was trusted")
	}
	if err := c.Local(t.Context(), "POST", "/token", object{"username": "olga"}, nil); err == nil {
		t.Error("what only the local socket offers is served to the network")
	}
}

func TestLocationsOverHTTP(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	l := b.want(201, "POST", "/locations", object{
		"name": "Torino", "timeZone": "Europe/Rome", "networks": []string{"192.0.2.7/24"}, "emergencyNote": "second floor",
	})
	path := fmt.Sprintf("/locations/%d", l.num("id"))
	if !strings.Contains(l.raw, `"192.0.2.0/24"`) || l.header.Get("ETag") != `"1"` {
		t.Errorf("created %s", l.raw)
	}
	b.want(422, "POST", "/locations", object{"name": "TORINO"})
	sent := b.want(200, "GET", path, nil)
	b.want(200, "PATCH", path, sent.body) // what was read can be sent back
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	user := b.want(201, "POST", "/users", object{"firstName": "Anna", "groupId": group, "locationId": l.num("id")})
	if user.str("locationName") != "Torino" {
		t.Errorf("user %s", user.raw)
	}
	if got := b.want(200, "GET", "/locations", nil); !strings.Contains(got.raw, `"userCount":1`) {
		t.Errorf("list %s", got.raw)
	}
	refused := b.want(409, "DELETE", path, nil)
	if deletion, _ := refused.body["deletion"].(object); !strings.Contains(fmt.Sprint(deletion["references"]), "Anna") {
		t.Errorf("the refusal does not say who is there: %s", refused.raw)
	}
	b.want(200, "PATCH", fmt.Sprintf("/users/%d", user.num("id")), object{"locationId": 0})
	b.want(204, "DELETE", path, nil)
	b.want(404, "GET", path, nil)
}

// Language and time zone come from the account, its groups, its location, the organization, in this order (S1); the page of
// whoever is signed in goes by them.
func TestThePageSpeaksAsTheLocationDoes(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	location := b.want(201, "POST", "/locations", object{"name": "Torino", "timeZone": "Europe/Rome", "language": "it"}).num("id")
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	user := b.want(201, "POST", "/users", object{
		"firstName": "Anna", "groupId": group, "locationId": location, "portalPassword": "a sentence of Anna",
	}).num("id")
	anna := r.browser()
	anna.want(200, "POST", "/session", object{"login": "anna", "password": "a sentence of Anna"})
	is := func(language, zone string) {
		t.Helper()
		me := anna.want(200, "GET", "/me", nil)
		seen := b.want(200, "GET", fmt.Sprintf("/users/%d", user), nil)
		if me.str("language") != language || me.str("timeZone") != zone ||
			seen.str("effectiveLanguage") != language || seen.str("effectiveTimeZone") != zone {
			t.Errorf("she has %s, %s and is shown with %s, %s; want %s, %s", me.str("language"), me.str("timeZone"),
				seen.str("effectiveLanguage"), seen.str("effectiveTimeZone"), language, zone)
		}
	}
	is("it", "Europe/Rome")
	at := fmt.Sprintf("?level=group&owner=%d", group)
	b.want(200, "PUT", "/settings/region.timeZone"+at, object{"value": "Europe/Berlin"})
	is("it", "Europe/Berlin")
	anna.want(200, "PATCH", "/me", object{"timeZone": "America/New_York", "language": "de"})
	is("de", "America/New_York")
	anna.want(200, "PATCH", "/me", object{"timeZone": "", "language": ""})
	b.want(204, "DELETE", "/settings/region.timeZone"+at, nil)
	b.want(200, "PATCH", fmt.Sprintf("/locations/%d", location), object{"timeZone": "", "language": "de"})
	zone := b.want(200, "GET", "/organization", nil).str("timeZone")
	is("de", zone)
}

func TestSettingsOverHTTP(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"})
	if group.str("provisioningProfile") != "default" {
		t.Errorf("group %s", group.raw)
	}
	at := fmt.Sprintf("?level=group&owner=%d", group.num("id"))
	anna := b.want(201, "POST", "/users", object{"firstName": "Anna", "groupId": group.num("id")})
	bruno := b.want(201, "POST", "/users", object{"firstName": "Bruno", "groupId": group.num("id")})
	own := fmt.Sprintf("?level=user&owner=%d", bruno.num("id"))
	b.want(200, "PUT", "/settings/call.ringTime"+own, object{"value": "45s"})
	change := object{"values": []object{{"key": "call.ringTime", "value": "30s"}, {"key": "call.zrtp", "value": "false", "locked": true}}}
	preview := b.want(200, "PATCH", "/settings"+at+"&dryRun=true", change)
	effects, _ := preview.body["effects"].(object)
	if effects["under"] != 2.0 || effects["users"] != 2.0 || len(effects["changes"].([]any)) != 3 {
		t.Errorf("preview %s", preview.raw)
	}
	b.want(200, "PATCH", "/settings"+at, change)
	reach := b.want(200, "GET", "/settings/call.ringTime/reach"+at, nil)
	if reach.body["users"] != 2.0 || reach.body["applies"] != 1.0 || !strings.Contains(reach.raw, `"displayName":"Bruno"`) {
		t.Errorf("reach %s", reach.raw)
	}
	list := b.want(200, "GET", fmt.Sprintf("/settings?level=user&owner=%d", anna.num("id")), nil)
	if !strings.Contains(list.raw, `"from":{"level":"group","id":1,"name":"Sales"}`) || !strings.Contains(list.raw, `"bound":true`) {
		t.Errorf("list %s", list.raw)
	}
	refused := b.want(409, "PUT", "/settings/call.zrtp"+own, object{"value": "true"})
	if !strings.Contains(refused.raw, "locked at the group Sales") {
		t.Errorf("refused %s", refused.raw)
	}
	if got := b.want(200, "POST", "/settings/call.ringTime/reset-below"+at, nil); got.body["reset"] != 1.0 {
		t.Errorf("reset %s", got.raw)
	}
	if got := b.want(200, "GET", "/settings/call.ringTime/reach"+at, nil); got.body["applies"] != 2.0 {
		t.Errorf("reach %s", got.raw)
	}
	b.want(200, "PATCH", "/settings"+at, object{"values": []object{{"key": "call.ringTime", "value": nil}}})

	profile := b.want(201, "POST", "/provisioning-profiles", object{"name": "Lobby"})
	b.want(200, "PATCH", fmt.Sprintf("/groups/%d", group.num("id")), object{"provisioningProfileId": profile.num("id")})
	path := fmt.Sprintf("/provisioning-profiles/%d", profile.num("id"))
	b.want(409, "DELETE", path, nil)
	b.want(204, "DELETE", path, object{"answers": []object{{"way": "reroute", "to": 1}}})
	b.want(409, "DELETE", "/provisioning-profiles/1", nil)

	door := b.want(201, "POST", "/permissions", object{"name": "door", "label": "Open the door"})
	b.want(200, "PUT", "/settings/permission.custom.door"+at, object{"value": "true"})
	if got := b.want(200, "GET", "/permissions", nil); !strings.Contains(got.raw, "permission.call.premium") || !strings.Contains(got.raw, "Open the door") {
		t.Errorf("permissions %s", got.raw)
	}
	b.want(204, "DELETE", fmt.Sprintf("/permissions/%d", door.num("id")), nil)
	b.want(404, "PUT", "/settings/permission.custom.door"+at, object{"value": "true"})
}
