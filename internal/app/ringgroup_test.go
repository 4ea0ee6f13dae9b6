package app

import (
	"fmt"
	"strings"
	"testing"
)

func TestRingGroupsOverHTTP(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	sales := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna := b.want(201, "POST", "/users", object{"firstName": "Anna", "groupId": sales, "number": "201"}).num("id")
	ben := b.want(201, "POST", "/users", object{"firstName": "Ben", "groupId": sales, "number": "202"}).num("id")
	body := object{"name": "Front desk", "number": "210", "memberIds": []int64{ben, anna}, "then": object{"id": anna}}
	made := b.want(201, "POST", "/ring-groups", body, "Idempotency-Key", "k")
	path := fmt.Sprintf("/ring-groups/%d", made.num("id"))
	for _, want := range []string{
		fmt.Sprintf(`"memberIds":[%d,%d]`, ben, anna), `"name":"Ben","number":"202","enabled":true`, `"strategy":"all"`,
		fmt.Sprintf(`"then":{"kind":"user","id":%d,"name":"Anna","number":"201"}`, anna), `"outsideNumbers":[]`,
	} {
		if !strings.Contains(made.raw, want) {
			t.Errorf("%s is not in %s", want, made.raw)
		}
	}
	if again := b.want(201, "POST", "/ring-groups", body, "Idempotency-Key", "k"); again.num("id") != made.num("id") {
		t.Errorf("made twice: %s", again.raw)
	}
	b.want(200, "PATCH", path, b.want(200, "GET", path, nil).body) // what was read can be sent back
	refused := b.want(422, "PATCH", path, object{"memberIds": []int64{anna, 4711}})
	if !strings.Contains(refused.raw, `memberIds`) {
		t.Errorf("refused %s", refused.raw)
	}
	b.want(200, "PATCH", path, object{"then": object{}, "strategy": "longestIdle"}, "If-Match", made.header.Get("ETag"))
	b.want(412, "PATCH", path, object{"skipBusy": false}, "If-Match", made.header.Get("ETag"))
	number := b.want(201, "POST", "/numbers", object{
		"value": "+4533736501", "leadsTo": object{"kind": "ring_group", "id": made.num("id")},
	})
	if number.str("extension") != "210" || !strings.Contains(number.raw, `"name":"Front desk"`) {
		t.Errorf("outside number %s", number.raw)
	}
	if got := b.want(200, "GET", path, nil); strings.Contains(got.raw, `"then"`) || !strings.Contains(got.raw, `["+4533736501"]`) {
		t.Errorf("ring group %s", got.raw)
	}
	if got := b.want(200, "GET", fmt.Sprintf("/users/%d/forwarding", ben), nil); !strings.Contains(got.raw, `"name":"Front desk","number":"210"`) {
		t.Errorf("forwarding %s", got.raw)
	}
	if got := b.want(200, "GET", "/numbers?kind=ring_group", nil); got.num("total") != 1 || !strings.Contains(got.raw, `"Front desk"`) {
		t.Errorf("numbers %s", got.raw)
	}
	if got := b.want(200, "GET", "/ring-groups?q=front&sort=-number&limit=1", nil); got.num("total") != 1 {
		t.Errorf("list %s", got.raw)
	}
	d := b.want(409, "DELETE", path, nil)
	if deletion, _ := d.body["deletion"].(object); !strings.Contains(fmt.Sprint(deletion["references"]), "+45 33 73 65 01") {
		t.Errorf("the refusal does not say what leads to it: %s", d.raw)
	}
	b.want(204, "DELETE", path, object{"answers": []object{{"way": "remove"}}})
	b.want(404, "GET", path, nil)
}
