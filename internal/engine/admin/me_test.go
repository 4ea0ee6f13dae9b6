package admin_test

import (
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func TestEverybodyChangesHisOwnNameAndLanguage(t *testing.T) {
	for _, role := range pbx.Roles() {
		t.Run(string(role), func(t *testing.T) {
			r := newRig(t)
			u := r.user("Anna", "Berg", r.group("Sales").ID).User
			u.Role = role
			me := admin.ActorFor(u.User, "page")
			v, cs, err := r.UpdateMe(t.Context(), me, admin.MePatch{
				FirstName: p(" Hanna "), Language: p("it"), TimeZone: p("Europe/Rome"),
			}, admin.Write{IfMatch: u.Version})
			r.ok(err)
			if v.FirstName != "Hanna" || v.LastName != "Berg" || v.Language != "it" || v.TimeZone != "Europe/Rome" {
				t.Errorf("is now %+v", v.User)
			}
			if cs.Intent != "me.update" || cs.Items[0].Ref != u.Ref() {
				t.Errorf("the audit says %s of %s", cs.Intent, cs.Items[0].Ref)
			}
			_, _, err = r.UpdateMe(t.Context(), me, admin.MePatch{Language: p("")}, admin.Write{IfMatch: u.Version})
			r.refused(err, pbx.Stale, "meanwhile")
			v, _, err = r.UpdateMe(t.Context(), me, admin.MePatch{Language: p("")}, admin.Write{})
			r.ok(err)
			if v.Language != "" {
				t.Errorf("still speaks %q", v.Language)
			}
		})
	}
}

func TestNobodyBecomesNamelessOrSpeaksNothing(t *testing.T) {
	r := newRig(t)
	me := admin.ActorFor(r.user("Anna", "Berg", r.group("Sales").ID).User.User, "page")
	_, _, err := r.UpdateMe(t.Context(), me, admin.MePatch{FirstName: p(""), LastName: p(" ")}, admin.Write{})
	r.onField(err, "lastName", "needed")
	_, _, err = r.UpdateMe(t.Context(), me, admin.MePatch{Language: p("klingon!")}, admin.Write{})
	r.onField(err, "language", "language")
	_, _, err = r.UpdateMe(t.Context(), me, admin.MePatch{TimeZone: p("Mars/Olympus")}, admin.Write{})
	r.onField(err, "timeZone", "")
}

func TestATokenChangesItsUserOnlyWithTheScope(t *testing.T) {
	r := newRig(t)
	me := admin.ActorFor(r.user("Anna", "Berg", r.group("Sales").ID).User.User, "api")
	me.Scopes = []pbx.Permission{pbx.PermUsersRead}
	_, _, err := r.UpdateMe(t.Context(), me, admin.MePatch{Language: p("it")}, admin.Write{})
	r.refused(err, pbx.Forbidden, "")
	me.Scopes = []pbx.Permission{pbx.PermSelfWrite}
	_, _, err = r.UpdateMe(t.Context(), me, admin.MePatch{Language: p("it")}, admin.Write{})
	r.ok(err)
	_, _, err = r.UpdateMe(t.Context(), admin.System(r.owner.Organization, "cli"), admin.MePatch{Language: p("it")}, admin.Write{})
	r.refused(err, pbx.NotFound, "")
}

func TestEverybodyChoosesWhereTheEmergencyServiceIsSent(t *testing.T) {
	r := newRig(t)
	torino := r.location("Torino")
	r.location("Roma")
	u := r.user("Anna", "Berg", r.group("Sales").ID).User
	me := admin.ActorFor(u.User, "page")
	offices, err := r.Offices(t.Context(), me)
	r.ok(err)
	if len(offices) != 2 || offices[0].Name != "Roma" || offices[1].ID != torino.ID {
		t.Errorf("to choose from are %+v", offices)
	}
	v, _, err := r.UpdateMe(t.Context(), me, admin.MePatch{EmergencyLocation: &torino.ID}, admin.Write{})
	r.ok(err)
	if v.Emergency.From != pbx.LevelUser || v.Emergency.LocationName != "Torino" {
		t.Errorf("sent to %+v", v.Emergency)
	}
	_, _, err = r.UpdateMe(t.Context(), me, admin.MePatch{EmergencyAddress: p("Via Po 3")}, admin.Write{})
	r.onField(err, "emergencyAddress", "not both")
	_, _, err = r.UpdateMe(t.Context(), me, admin.MePatch{EmergencyLocation: p(pbx.LocationID(77))}, admin.Write{})
	r.onField(err, "emergencyLocationId", "no such location")
	v, _, err = r.UpdateMe(t.Context(), me, admin.MePatch{
		EmergencyLocation: p(pbx.LocationID(0)), EmergencyAddress: p(" Via Po 3 "),
	}, admin.Write{})
	r.ok(err)
	if v.Emergency.Address != "Via Po 3" {
		t.Errorf("sent to %+v", v.Emergency)
	}
}
