package app

import (
	"fmt"
	"maps"
	"testing"
)

func TestAForwardThatWasNeverSetHasNoVersion(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	sales := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	b.want(201, "POST", "/users", object{"firstName": "Anna", "groupId": sales, "number": "201"})
	ben := b.want(201, "POST", "/users", object{"firstName": "Ben", "groupId": sales, "number": "202"})
	path := fmt.Sprintf("/users/%d/forwarding", ben.num("id"))
	at := b.want(200, "GET", path, nil)
	if _, there := at.header["Etag"]; there || at.num("version") != 0 {
		t.Errorf("at first %v, %s", at.header, at.raw)
	}
	for version, body := range []object{
		1: {"busy": object{"number": "201"}, "doNotDisturb": true}, 2: {"busy": object{}, "doNotDisturb": false},
		3: {"busy": object{"number": "201"}},
	} {
		if body == nil {
			continue
		}
		// What was read is sent back with what changes.
		send := maps.Clone(b.want(200, "GET", path, nil).body)
		maps.Copy(send, body)
		var header []string
		if version > 1 {
			header = []string{"If-Match", at.header.Get("ETag")}
		}
		at = b.want(200, "PATCH", path, send, header...)
		if at.num("version") != int64(version) {
			t.Errorf("version %d: %s", version, at.raw)
		}
	}
	b.want(412, "PATCH", path, object{"paused": true}, "If-Match", `"1"`)
}
