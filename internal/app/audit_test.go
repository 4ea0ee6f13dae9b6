package app

import (
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAuditTellsFieldsByNameAndFindsThem(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	sales := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	support := b.want(201, "POST", "/groups", object{"name": "Support"}).num("id")
	began := time.Now().UTC()
	user := b.want(201, "POST", "/users", object{"firstName": "Anna", "lastName": "Berg", "groupId": sales}).num("id")
	path := fmt.Sprintf("/users/%d", user)
	moved := b.want(200, "PATCH", path, object{"groupId": support}).header.Get("Ringfence-Change-Set")
	b.want(200, "PATCH", path, object{"groupId": sales})
	b.want(204, "DELETE", fmt.Sprintf("/groups/%d", support), nil)
	reset := b.want(200, "POST", path+"/reset", object{"secrets": []string{"portalPassword"}}).header.Get("Ringfence-Change-Set")
	set := b.want(200, "PUT", fmt.Sprintf("/settings/call.security?level=user&owner=%d", user), object{"value": "any"})

	got := b.want(200, "GET", "/audit/"+moved, nil)
	names, _ := got.body["names"].(object)
	if names[fmt.Sprintf("groupId/%d", sales)] != "Sales" || names[fmt.Sprintf("groupId/%d", support)] != "Support" {
		t.Errorf("groups are not named, also the one that is gone: %s", got.raw)
	}
	if about, _ := got.body["subject"].(object); about["kind"] != "user" || about["name"] != "Anna Berg" {
		t.Errorf("what it is about: %s", got.raw)
	}
	all := b.want(200, "GET", "/audit?limit=500", nil)
	for query, want := range map[string][]string{
		fmt.Sprintf("kind=user&id=%d", user): {"setting.put", "user.reset", "user.update", "user.update", "user.create"},
		"kind=extension_pool":                {"setup.bootstrap"},
		"kind=setting":                       {"setting.put"},
		"intent=user.reset":                  {"user.reset"},
		"q=anna+berg&intent=user.create":     {"user.create"},
		"by=cli":                             {},
		"from=" + time.Now().Add(time.Hour).UTC().Format(time.RFC3339): {},
		"kind=group&to=" + began.Format(time.RFC3339Nano):              {"group.create", "group.create"},
	} {
		intents := []string{}
		for _, cs := range b.items("/audit?" + query) {
			intents = append(intents, fmt.Sprint(cs["intent"]))
		}
		if fmt.Sprint(intents) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", query, intents, want)
		}
	}
	if n := len(b.items("/audit?by=page&limit=500")); n < 6 || n > int(all.num("total")) {
		t.Errorf("%d of %d changes came by the page", n, all.num("total"))
	}
	if reset == "" || set.header.Get("Ringfence-Change-Set") == "" {
		t.Error("a write does not tell its change set")
	}
	b.want(422, "GET", "/audit?sort=at", nil)
	b.want(422, "GET", "/audit?from=yesterday", nil)
}

func TestAuditIsWrittenAsAFileWithoutFormulas(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	sales := b.want(201, "POST", "/groups", object{"name": "=1+1", "city": "\tTab", "phone": "+39 011 5550"}).num("id")
	u := b.want(201, "POST", "/users", object{
		"firstName": "-Anna", "lastName": "@Berg", "groupId": sales, "portalPassword": "a portal password of hers",
	})
	secrets, _ := u.body["secrets"].(object)
	file := b.want(200, "GET", "/audit/export", nil)
	if file.header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(file.header.Get("Content-Disposition"), ".csv") {
		t.Errorf("%v", file.header)
	}
	rows, err := csv.NewReader(strings.NewReader(file.raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) < 20 || rows[0][0] != "change" {
		t.Errorf("%d lines, the first %v", len(rows), rows[0])
	}
	seen := false
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("%q is taken for a formula", cell)
			}
			seen = seen || cell == "'=1+1"
		}
	}
	if !seen {
		t.Error("the group's name is not in the file")
	}
	find(t, "export", file.raw, []string{"a portal password of hers", fmt.Sprint(secrets["sipPassword"]), fmt.Sprint(secrets["voicemailPin"])})
	one := b.want(200, "GET", fmt.Sprintf("/audit/export?kind=group&id=%d", sales), nil)
	if strings.Contains(one.raw, "user.create") || !strings.Contains(one.raw, "group.create") {
		t.Errorf("filtered: %s", one.raw)
	}
}
