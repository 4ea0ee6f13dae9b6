package admin_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func picture(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPhotoGoesThroughTheChangeSetByItsHash(t *testing.T) {
	r := newRig(t)
	anna := r.user("Anna", "Berg", r.group("Sales").ID).User.ID
	set := func(hash string) pbx.ChangeSet {
		_, cs, err := r.UpdateUser(t.Context(), r.owner, anna, admin.UserPatch{Photo: &hash}, admin.Write{})
		r.ok(err)
		return cs
	}
	_, _, err := r.Photo(t.Context(), r.owner, anna)
	r.refused(err, pbx.NotFound, "no photo")
	_, _, err = r.UpdateUser(t.Context(), r.owner, anna, admin.UserPatch{Photo: p(strings.Repeat("a", 64))}, admin.Write{})
	r.onField(err, "photo", "no such photo")
	_, err = r.StorePhoto(t.Context(), r.owner, []byte("GIF89a"))
	r.onField(err, "photo", "JPEG, PNG or WebP")
	small, err := r.StorePhoto(t.Context(), r.owner, picture(t, 20))
	r.ok(err)
	large, err := r.StorePhoto(t.Context(), r.owner, picture(t, 400))
	r.ok(err)
	set(small)
	cs := set(large)
	photo, hash, err := r.Photo(t.Context(), r.owner, anna)
	r.ok(err)
	if hash != large || !bytes.HasPrefix(photo, []byte{0xff, 0xd8}) {
		t.Errorf("photo %s of %d bytes", hash, len(photo))
	}
	if n := len(jsonText(r.lastChange())); n > 1500 {
		t.Errorf("the change set has %d bytes", n)
	}
	r.now = r.now.Add(29 * 24 * time.Hour)
	_, err = r.PurgeDue(t.Context(), r.org)
	r.ok(err)
	_, _, err = r.Undo(t.Context(), r.owner, cs.ID, nil, admin.Write{})
	r.ok(err)
	if _, hash, err = r.Photo(t.Context(), r.owner, anna); err != nil || hash != small {
		t.Errorf("after undo: %s, %v", hash, err)
	}
	r.now = r.now.Add(31 * 24 * time.Hour)
	_, err = r.PurgeDue(t.Context(), r.org)
	r.ok(err)
	_, _, err = r.UpdateUser(t.Context(), r.owner, anna, admin.UserPatch{Photo: &large}, admin.Write{})
	r.onField(err, "photo", "no such photo")
	if _, hash, err = r.Photo(t.Context(), r.owner, anna); err != nil || hash != small {
		t.Errorf("the photo in use: %s, %v", hash, err)
	}
	_, err = r.DeleteUser(t.Context(), r.owner, anna, nil, admin.Write{})
	r.ok(err)
	r.now = r.now.Add(31 * 24 * time.Hour)
	_, err = r.PurgeDue(t.Context(), r.org)
	r.ok(err)
	err = r.store.View(t.Context(), func(tx admin.ReadTx) error {
		_, err := tx.Photo(r.org, small)
		return err
	})
	r.refused(err, pbx.NotFound, "no such")
}

func TestANameTypedAmongTheGroupsBecomesOne(t *testing.T) {
	r := newRig(t)
	sales, lab := r.group("Sales"), r.group("Lab")
	u, cs, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Anna"), HomeGroup: &sales.ID, NewGroups: []string{"lab", " Night shift ", "SALES"},
	}, admin.Write{})
	r.ok(err)
	if len(u.User.FurtherGroups) != 2 || u.User.FurtherGroups[0].ID != lab.ID || u.User.FurtherGroups[1].Name != "Night shift" {
		t.Errorf("groups %+v", u.User.FurtherGroups)
	}
	kinds := map[pbx.Kind]int{}
	for _, it := range cs.Items {
		kinds[it.Ref.Kind]++
	}
	if kinds[pbx.KindGroup] != 1 || kinds[pbx.KindUser] != 1 {
		t.Errorf("one change set holds %v", kinds)
	}
	g, err := r.Group(t.Context(), r.owner, u.User.FurtherGroups[1].ID)
	r.ok(err)
	if g.Position <= lab.Position || g.Members != 1 {
		t.Errorf("the new group: %+v", g)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.User.ID, admin.UserPatch{NewGroups: []string{""}}, admin.Write{})
	r.onField(err, "groups", "name of a group")
	boss := admin.Actor{Kind: pbx.ActorUser, User: u.User.ID, Organization: r.org, Role: pbx.RoleGroupAdmin, Group: sales.ID}
	ben := r.user("Ben", "Carl", sales.ID).User.ID
	for _, name := range []string{"Lab", "Never heard of"} {
		_, _, err = r.UpdateUser(t.Context(), boss, ben, admin.UserPatch{NewGroups: []string{name}}, admin.Write{})
		r.onField(err, "groups", "you can't make one")
	}
}

func TestTheAdministratorSwitch(t *testing.T) {
	r := newRig(t)
	sales := r.group("Sales")
	anna := r.user("Anna", "Berg", sales.ID).User.ID
	v, cs, err := r.SetAdministrator(t.Context(), r.owner, anna, true, admin.Write{})
	r.ok(err)
	if v.Role != pbx.RoleAdministrator || r.lastChange().Summary != "Made an administrator: Anna Berg" {
		t.Errorf("%s, %q", v.Role, r.lastChange().Summary)
	}
	by := admin.ActorFor(v.User, "test")
	_, _, err = r.SetAdministrator(t.Context(), by, anna, false, admin.Write{})
	r.refused(err, pbx.Conflict, "from yourself")
	_, _, err = r.SetAdministrator(t.Context(), r.owner, r.owner.User, false, admin.Write{})
	r.refused(err, pbx.Conflict, "An owner")
	_, _, err = r.SetAdministrator(t.Context(), by, r.owner.User, false, admin.Write{})
	r.refused(err, pbx.Forbidden, "owner")
	_, _, err = r.SetAdministrator(t.Context(), r.owner, anna, true, admin.Write{IfMatch: 1})
	r.refused(err, pbx.Stale, "")
	_, _, err = r.SetAdministrator(t.Context(), r.owner, anna, false, admin.Write{})
	r.ok(err)
	lobby, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		Kind: p(pbx.Space), DisplayName: p("Lobby"), HomeGroup: &sales.ID,
	}, admin.Write{})
	r.ok(err)
	_, _, err = r.SetAdministrator(t.Context(), r.owner, lobby.User.ID, true, admin.Write{})
	r.refused(err, pbx.Conflict, "Only a person")
	boss := admin.Actor{Kind: pbx.ActorUser, User: 99, Organization: r.org, Role: pbx.RoleGroupAdmin, Group: sales.ID}
	_, _, err = r.SetAdministrator(t.Context(), boss, anna, true, admin.Write{})
	r.refused(err, pbx.Forbidden, "not allowed")
	if cs.ID == 0 {
		t.Error("the switch left no change set")
	}
}

func TestWhoNeverSignedInIsFound(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	anna, ben := r.user("Anna", "Berg", g.ID).User.ID, r.user("Ben", "Carl", g.ID).User.ID
	r.store.SignedIn = map[pbx.UserID]time.Time{ben: r.now}
	page, err := r.ListUsers(t.Context(), r.owner, admin.UserQuery{SignedIn: p(false)})
	r.ok(err)
	if len(page.Items) != 1 || page.Items[0].ID != anna {
		t.Errorf("never signed in: %+v", page.Items)
	}
	u, err := r.User(t.Context(), r.owner, ben)
	r.ok(err)
	if !u.LastSignInAt.Equal(r.now) {
		t.Errorf("last sign-in %v", u.LastSignInAt)
	}
}
