package app

import (
	"bytes"
	"database/sql"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// send posts bytes as they are.
func (b *browser) send(path string, data []byte) answer {
	b.t.Helper()
	rq, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.ready.HTTP+"/api/v1"+path, bytes.NewReader(data))
	if err != nil {
		b.t.Fatal(err)
	}
	rq.Header.Set("Content-Type", "application/octet-stream")
	return b.carry(rq)
}

func TestAPhotoIsStoredGivenAndServed(t *testing.T) {
	b := start(t, testConfig(t, nil)).owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 600, 400))); err != nil {
		t.Fatal(err)
	}
	if got := b.send("/photos", []byte("<svg/>")); got.status != 422 || !strings.Contains(got.raw, `"field":"photo"`) {
		t.Errorf("no picture: %d %s", got.status, got.raw)
	}
	stored := b.send("/photos", file.Bytes())
	photo := stored.str("photo")
	if stored.status != 201 || len(photo) != 64 {
		t.Fatalf("stored: %d %s", stored.status, stored.raw)
	}
	user := b.want(201, "POST", "/users", object{"firstName": "Anna", "groupId": group, "photo": photo})
	path := fmt.Sprintf("/users/%d/photo", user.num("id"))
	got := b.want(200, "GET", path+"?photo="+photo, nil)
	if got.header.Get("Content-Type") != "image/jpeg" || got.header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(got.raw, "\xff\xd8") || !strings.HasPrefix(got.header.Get("Cache-Control"), "private") {
		t.Errorf("served: %v", got.header)
	}
	if got := b.want(200, "GET", path, nil); got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("kept without its name: %v", got.header)
	}
	b.want(200, "PATCH", fmt.Sprintf("/users/%d", user.num("id")), object{"photo": ""})
	b.want(404, "GET", path, nil)
}

func TestTheAdministratorSwitchAsksForTheOwnPassword(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	id := b.want(201, "POST", "/users", object{"firstName": "Anna", "groupId": group}).num("id")
	path := fmt.Sprintf("/users/%d/administrator", id)
	if got := b.want(403, "PUT", path, object{"administrator": true}); !strings.Contains(got.raw, "password_needed") {
		t.Errorf("it does not ask: %s", got.raw)
	}
	got := b.want(422, "PUT", path, object{"administrator": true, "password": "not this one"})
	if !strings.Contains(got.raw, `"field":"password"`) {
		t.Error(got.raw)
	}
	if got := b.want(200, "PUT", path, object{"administrator": true, "password": ownerPassword}); got.str("role") != "administrator" {
		t.Error(got.raw)
	}
	if got := b.want(200, "GET", "/audit", nil); !strings.Contains(got.raw, "Made an administrator: Anna") {
		t.Error(got.raw)
	}
	// Another role, once the password was given long ago.
	db, err := sql.Open("sqlite", filepath.Join(r.cfg.Data, "live.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "UPDATE session SET authenticated_at = 0"); err != nil {
		t.Fatal(err)
	}
	user := fmt.Sprintf("/users/%d", id)
	b.want(200, "PATCH", user, object{"jobTitle": "Boss", "role": "administrator"})
	b.want(403, "PATCH", user, object{"role": "auditor"})
	b.want(403, "POST", "/users/bulk", object{"ids": []int64{id}, "changes": object{"role": "auditor"}})
	b.want(422, "POST", "/session/password", object{"password": "not this one"})
	b.want(204, "POST", "/session/password", object{"password": ownerPassword})
	b.want(200, "PATCH", user, object{"role": "auditor"})
}

func TestManyAreMadeAndChangedAtOnce(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	in := object{
		"text":   "Anna Berg anna@example.org\nBerg, Ben; ben@example.org\n",
		"common": object{"groupId": group, "groups": []any{object{"name": "Ground floor"}}},
	}
	dry := b.want(200, "POST", "/users/several?dryRun=true", in)
	if dry.num("refused") != 0 || strings.Contains(dry.raw, "sipPassword") || !strings.Contains(dry.raw, `"username":"ben.berg"`) {
		t.Errorf("dry run: %s", dry.raw)
	}
	made := b.want(200, "POST", "/users/several", in, "Idempotency-Key", "one")
	if strings.Count(made.raw, `"sipPassword":"`) != 2 || made.header.Get("Ringfence-Change-Set") == "" {
		t.Errorf("made: %s", made.raw)
	}
	if again := b.want(200, "POST", "/users/several", in, "Idempotency-Key", "one"); again.body["secretsShown"] != true {
		t.Errorf("again: %s", again.raw)
	}
	listed := b.want(200, "GET", "/users?signedIn=false", nil)
	if listed.num("total") != 2 {
		t.Fatalf("list: %s", listed.raw)
	}
	var ids []any
	for _, u := range listed.body["items"].([]any) {
		ids = append(ids, u.(object)["id"])
	}
	bulk := object{"ids": ids, "changes": object{"enabled": false}, "addGroups": []any{object{"name": "Away"}}}
	preview := b.want(200, "POST", "/users/bulk?dryRun=true", bulk)
	if preview.num("changed") != 2 || !strings.Contains(preview.raw, `"to":"Away, Ground floor"`) {
		t.Errorf("preview: %s", preview.raw)
	}
	changed := b.want(200, "POST", "/users/bulk", bulk)
	b.want(200, "POST", "/audit/"+changed.header.Get("Ringfence-Change-Set")+"/undo", object{})
	if got := b.want(200, "GET", "/users?enabled=true", nil); got.num("total") != 2 {
		t.Errorf("after undo: %s", got.raw)
	}
	if got := b.want(200, "GET", "/users?role=owner", nil); !strings.Contains(got.raw, "lastSignInAt") {
		t.Errorf("the owner never signed in: %s", got.raw)
	}
}
