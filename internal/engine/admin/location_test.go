package admin_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) location(name string) pbx.Location {
	r.Helper()
	l, _, err := r.CreateLocation(r.Context(), r.owner, admin.LocationPatch{Name: &name}, admin.Write{})
	r.ok(err)
	return l.Location
}

func TestALocationIsKeptAsItIsWritten(t *testing.T) {
	r := newRig(t)
	l, _, err := r.CreateLocation(t.Context(), r.owner, admin.LocationPatch{
		Name: p("  Torino "), TimeZone: p("Europe/Rome"), Networks: &[]string{" 192.0.2.77/24", "2001:db8::1", "192.0.2.0/24", "::ffff:198.51.100.0/120", ""},
		EmergencyNumber: p("+390115551"), EmergencyNote: p("second floor"),
	}, admin.Write{})
	r.ok(err)
	want := []string{"192.0.2.0/24", "198.51.100.0/24", "2001:db8::1/128"}
	if l.Name != "Torino" || !slices.Equal(l.Networks, want) || l.Version != 1 {
		t.Errorf("location %+v", l)
	}
	_, _, err = r.UpdateLocation(t.Context(), r.owner, l.ID, admin.LocationPatch{City: p("Turin")}, admin.Write{IfMatch: 1})
	r.ok(err)
	_, _, err = r.UpdateLocation(t.Context(), r.owner, l.ID, admin.LocationPatch{City: p("Torino")}, admin.Write{IfMatch: 1})
	r.refused(err, pbx.Stale, "")
	v, err := r.Location(t.Context(), r.owner, l.ID)
	r.ok(err)
	if v.City != "Turin" || !slices.Equal(v.Networks, want) {
		t.Errorf("location %+v", v)
	}
}

func TestWhatALocationIsRefused(t *testing.T) {
	r := newRig(t)
	r.location("Torino")
	for field, patch := range map[string]admin.LocationPatch{
		"name":            {Name: p("TORINO")},
		"timeZone":        {Name: p("B"), TimeZone: p("Europe/Nowhere")},
		"language":        {Name: p("B"), Language: p("not a language")},
		"networks":        {Name: p("B"), Networks: &[]string{"192.0.2.0/33"}},
		"emergencyNumber": {Name: p("B"), EmergencyNumber: p("reception")},
		"phone":           {Name: p("B"), Phone: p(strings.Repeat("1", 201))},
	} {
		_, _, err := r.CreateLocation(t.Context(), r.owner, patch, admin.Write{})
		r.onField(err, field, "")
	}
	_, _, err := r.CreateLocation(t.Context(), r.owner, admin.LocationPatch{}, admin.Write{})
	r.onField(err, "name", "needs a name")
	many := make([]string, 51)
	for i := range many {
		many[i] = "10.0." + string(rune('0'+i/10)) + "." + string(rune('0'+i%10))
	}
	_, _, err = r.CreateLocation(t.Context(), r.owner, admin.LocationPatch{Name: p("B"), Networks: &many}, admin.Write{})
	r.onField(err, "networks", "at most 50")
}

func TestALocationInUseIsNotDeletedAndItComesBackWithItsUsers(t *testing.T) {
	r := newRig(t)
	g, l := r.group("Sales"), r.location("Torino")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Anna"), HomeGroup: &g.ID, Location: &l.ID, EmergencyAddress: p("Via Po 3"),
	}, admin.Write{})
	r.ok(err)
	if u.User.LocationName != "Torino" {
		t.Errorf("user %+v", u.User)
	}
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.User.ID, admin.UserPatch{EmergencyLocation: &l.ID}, admin.Write{})
	r.onField(err, "emergencyAddress", "not both")
	_, _, err = r.UpdateUser(t.Context(), r.owner, u.User.ID, admin.UserPatch{Location: p(pbx.LocationID(77))}, admin.Write{})
	r.onField(err, "locationId", "no such location")
	_, _, err = r.UpdatePool(t.Context(), r.owner, 1, admin.PoolPatch{Location: &l.ID}, admin.Write{})
	r.ok(err)
	_, err = r.DeleteLocation(t.Context(), r.owner, l.ID, nil, admin.Write{})
	r.refused(err, pbx.Conflict, "refer to it")
	e, _ := errors.AsType[*pbx.Error](err)
	d, ok := e.Detail.(*admin.Deletion)
	if !ok || len(d.References) != 2 {
		t.Fatalf("detail %+v", e.Detail)
	}
	page, err := r.ListUsers(t.Context(), r.owner, admin.UserQuery{Location: l.ID})
	r.ok(err)
	if len(page.Items) != 1 || page.Items[0].LocationName != "Torino" {
		t.Errorf("at the location %+v", page.Items)
	}
	away, _, err := r.UpdateUser(t.Context(), r.owner, u.User.ID, admin.UserPatch{Location: p(pbx.LocationID(0))}, admin.Write{})
	r.ok(err)
	leaving := r.lastChange()
	if away.User.Location != 0 || away.User.LocationName != "" {
		t.Errorf("user %+v", away.User)
	}
	_, _, err = r.UpdatePool(t.Context(), r.owner, 1, admin.PoolPatch{Location: p(pbx.LocationID(0))}, admin.Write{})
	r.ok(err)
	gone, err := r.DeleteLocation(t.Context(), r.owner, l.ID, nil, admin.Write{})
	r.ok(err)
	out, _, err := r.Undo(t.Context(), r.owner, leaving.ID, nil, admin.Write{DryRun: true})
	r.ok(err)
	if len(out.Left) != 1 || !strings.Contains(out.Left[0].Reason, "location is gone") {
		t.Errorf("undo left %+v", out.Left)
	}
	r.location("torino")
	back, _, err := r.Restore(t.Context(), r.owner, gone.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	if len(back.Notes) != 1 || !strings.Contains(back.Notes[0], "Torino (2)") {
		t.Errorf("notes %q", back.Notes)
	}
	_, _, err = r.Undo(t.Context(), r.owner, leaving.ID, nil, admin.Write{})
	r.ok(err)
	if v, e := r.User(t.Context(), r.owner, u.User.ID); e != nil || v.LocationName != "Torino (2)" {
		t.Errorf("user %+v, %v", v, e)
	}
}

func TestARestoredUserLeavesALocationThatIsGone(t *testing.T) {
	r := newRig(t)
	g, l := r.group("Sales"), r.location("Torino")
	u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
		FirstName: p("Anna"), HomeGroup: &g.ID, Location: &l.ID, EmergencyLocation: &l.ID,
	}, admin.Write{})
	r.ok(err)
	gone, err := r.DeleteUser(t.Context(), r.owner, u.User.ID, nil, admin.Write{})
	r.ok(err)
	_, err = r.DeleteLocation(t.Context(), r.owner, l.ID, nil, admin.Write{})
	r.ok(err)
	back, _, err := r.Restore(t.Context(), r.owner, gone.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	if len(back.Notes) != 2 || !strings.Contains(back.Notes[0], "no longer at a location") {
		t.Errorf("notes %q", back.Notes)
	}
}

func TestANewUsersNumberComesFromTheGroupsThenTheLocationsPool(t *testing.T) {
	r := newRig(t)
	sales, lab, l := r.group("Sales"), r.group("Lab"), r.location("Torino")
	for first, patch := range map[string]admin.PoolPatch{
		"5000": {Last: p("5009"), Location: &l.ID}, "6000": {Last: p("6009"), Group: &sales.ID},
	} {
		patch.First = &first
		_, _, err := r.CreatePool(t.Context(), r.owner, patch, admin.Write{})
		r.ok(err)
	}
	for _, tt := range []struct {
		group pbx.GroupID
		at    pbx.LocationID
		want  string
	}{{sales.ID, l.ID, "6000"}, {lab.ID, l.ID, "5000"}, {lab.ID, 0, "200"}} {
		u, _, err := r.CreateUser(t.Context(), r.owner, admin.UserPatch{
			FirstName: p("A"), HomeGroup: &tt.group, Location: &tt.at,
		}, admin.Write{})
		r.ok(err)
		if u.User.Number != tt.want {
			t.Errorf("group %d at %d got %s, want %s", tt.group, tt.at, u.User.Number, tt.want)
		}
	}
}

func TestADeviceHasItsOwnEmergencyLocation(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	office, branch := r.location("Rome"), r.location("Milan")
	_, _, err := r.UpdateLocation(t.Context(), r.owner, branch.ID, admin.LocationPatch{
		StreetAddress: p("Via Po 3"), ZIPCode: p("20121"), City: p("Milano"),
	}, admin.Write{})
	r.ok(err)
	u := r.user("Anna", "Berg", g.ID).User
	devices, err := r.ListDevices(t.Context(), r.owner, admin.DeviceQuery{User: u.ID})
	r.ok(err)
	id := devices.Items[0].ID
	sent := func() string {
		t.Helper()
		d, err := r.Device(t.Context(), r.owner, id)
		r.ok(err)
		return string(d.Emergency.From) + " " + d.Emergency.LocationName + " " + d.Emergency.Address
	}
	user := func(patch admin.UserPatch) {
		t.Helper()
		_, _, err := r.UpdateUser(t.Context(), r.owner, u.ID, patch, admin.Write{})
		r.ok(err)
	}
	device := func(patch admin.DevicePatch) error {
		_, _, err := r.UpdateDevice(t.Context(), r.owner, id, patch, admin.Write{})
		return err
	}
	if got := sent(); got != "  " {
		t.Errorf("nobody knows: %q", got)
	}
	user(admin.UserPatch{Location: &office.ID})
	if got := sent(); got != "location Rome " {
		t.Errorf("at the office: %q", got)
	}
	user(admin.UserPatch{EmergencyAddress: p("Corso 7, Roma")})
	if got := sent(); got != "user  Corso 7, Roma" {
		t.Errorf("where the user is: %q", got)
	}
	if v := r.userNow(u.ID); v.Emergency.From != pbx.LevelUser || v.Emergency.Address != "Corso 7, Roma" {
		t.Errorf("the user's own: %+v", v.Emergency)
	}
	r.ok(device(admin.DevicePatch{EmergencyLocation: &branch.ID}))
	moved := r.lastChange()
	if got := sent(); got != "device Milan Via Po 3, 20121 Milano" {
		t.Errorf("where the device is: %q", got)
	}
	r.onField(device(admin.DevicePatch{EmergencyAddress: p("Via Po 4")}), "emergencyAddress", "not both")
	r.onField(device(admin.DevicePatch{EmergencyLocation: p(pbx.LocationID(77))}), "emergencyLocationId", "no such location")

	// Deleting the location asks what becomes of the device, which then follows its user again.
	_, err = r.DeleteLocation(t.Context(), r.owner, branch.ID, nil, admin.Write{})
	d := r.deletion(err)
	if len(d.Questions) != 1 || d.Questions[0].Kind != pbx.KindDevice || d.Questions[0].Field != "emergencyLocationId" {
		t.Errorf("asked %+v", d.Questions)
	}
	gone, err := r.DeleteLocation(t.Context(), r.owner, branch.ID, &admin.Resolution{
		Answers: []admin.Answer{{Kind: pbx.KindDevice, Way: admin.WayReroute, To: int64(office.ID)}},
	}, admin.Write{})
	r.ok(err)
	if got := sent(); got != "device Rome " {
		t.Errorf("re-routed: %q", got)
	}
	_, _, err = r.Undo(t.Context(), r.owner, gone.ID, nil, admin.Write{})
	r.ok(err)
	if got := sent(); got != "device Milan Via Po 3, 20121 Milano" {
		t.Errorf("after undo: %q", got)
	}
	r.ok(device(admin.DevicePatch{EmergencyLocation: p(pbx.LocationID(0))}))
	cleared := r.lastChange()
	_, err = r.DeleteLocation(t.Context(), r.owner, branch.ID, nil, admin.Write{})
	r.ok(err)
	out, _, err := r.Undo(t.Context(), r.owner, cleared.ID, nil, admin.Write{})
	r.ok(err)
	if len(out.Left) != 1 || sent() != "user  Corso 7, Roma" {
		t.Errorf("undone after the location went: %+v, %q, made by %d", out.Left, sent(), moved.ID)
	}
}
