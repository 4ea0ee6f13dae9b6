//go:build !race

package app

import (
	"fmt"
	"strings"
	"testing"
)

func TestLargeChangeSetsAreReadPageByPage(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	sales := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	const users = 170
	for i := range users {
		b.want(201, "POST", "/users", object{"firstName": fmt.Sprintf("A%d", i), "groupId": sales})
	}
	gone := b.want(204, "DELETE", fmt.Sprintf("/groups/%d", sales), object{"accounts": "delete", "confirmName": "Sales"})
	id := gone.header.Get("Ringfence-Change-Set")
	cs := b.want(200, "GET", "/audit/"+id, nil)
	items, _ := cs.body["items"].([]any)
	count := int(cs.num("count"))
	if len(items) != 1000 || count < users*6 {
		t.Fatalf("%d items of %d", len(items), count)
	}
	seen := map[string]bool{}
	for page := 1; ; page++ {
		part := b.items(fmt.Sprintf("/audit/%s/items?limit=500&page=%d", id, page))
		if len(part) == 0 {
			break
		}
		for _, it := range part {
			seen[fmt.Sprint(it["kind"], it["id"], it["key"])] = true
		}
	}
	if len(seen) != count {
		t.Errorf("%d things on all pages, want %d", len(seen), count)
	}
	listed := b.items("/audit?limit=1")[0]
	if short, _ := listed["items"].([]any); len(short) != 100 {
		t.Errorf("%d items in the list", len(short))
	}
	file := b.want(200, "GET", "/audit/export?intent=group.delete", nil)
	if n := strings.Count(file.raw, ",deleted,"); n < count {
		t.Errorf("%d lines of %d things", n, count)
	}
	undone := b.want(200, "POST", "/audit/"+id+"/undo", nil)
	if left, _ := undone.body["left"].([]any); len(left) != 0 || len(b.items("/users?limit=500")) != users {
		t.Errorf("%s, %d users", undone.raw, len(b.items("/users?limit=500")))
	}
}
