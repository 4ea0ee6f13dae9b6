package admin_test

import (
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func to(when pbx.ForwardWhen, x admin.ForwardTo) admin.ForwardingPatch {
	return admin.ForwardingPatch{To: map[pbx.ForwardWhen]admin.ForwardTo{when: x}}
}

func TestCallsGoOnToWhoeverIsNamed(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	anna, ben := r.user("Anna", "Berg", g.ID).User, r.user("Ben", "Carlsen", g.ID).User
	forward := func(p admin.ForwardingPatch, wr admin.Write) (admin.ForwardingView, error) {
		v, _, err := r.SetForwarding(t.Context(), r.owner, anna.ID, p, wr)
		return v, err
	}
	empty, err := r.Forwarding(t.Context(), r.owner, anna.ID)
	r.ok(err)
	if empty.Version != 0 || len(empty.To) != 0 {
		t.Errorf("at first %+v", empty)
	}
	for name, x := range map[string]admin.ForwardTo{
		"by id": {ID: ben.ID}, "by number": {Number: ben.Number}, "by username": {Number: "Ben.Carlsen"},
	} {
		v, err := forward(to(pbx.ForwardNoAnswer, x), admin.Write{})
		r.ok(err)
		if v.NoAnswer != ben.ID || v.To[pbx.ForwardNoAnswer].DisplayName != "Ben Carlsen" {
			t.Errorf("%s: %+v", name, v)
		}
	}
	v, err := forward(admin.ForwardingPatch{DoNotDisturb: new(true), Paused: new(true)}, admin.Write{})
	r.ok(err)
	if !v.DoNotDisturb || v.Paused || v.NoAnswer != ben.ID { // there is nothing to pause
		t.Errorf("not disturbed: %+v", v)
	}
	_, err = forward(to(pbx.ForwardBusy, admin.ForwardTo{ID: anna.ID}), admin.Write{})
	r.onField(err, "busy", "the one who is called")
	for _, x := range []admin.ForwardTo{{ID: 4711}, {Number: "999"}, {Number: "*43"}, {ID: r.owner.User}} {
		_, err = forward(to(pbx.ForwardOffline, x), admin.Write{})
		r.onField(err, "offline", "no such account")
	}
	_, err = forward(to(pbx.ForwardBusy, admin.ForwardTo{ID: ben.ID}), admin.Write{IfMatch: v.Version + 7})
	r.refused(err, pbx.Stale, "")
	dry, err := forward(to(pbx.ForwardBusy, admin.ForwardTo{ID: ben.ID}), admin.Write{DryRun: true})
	r.ok(err)
	if now, err := r.Forwarding(t.Context(), r.owner, anna.ID); err != nil || now.Busy != 0 || dry.Busy != ben.ID {
		t.Errorf("rehearsed %+v, stored %+v, %v", dry, now, err)
	}
}

func TestEverybodyForwardsHisOwnCallsToAnybody(t *testing.T) {
	r := newRig(t)
	sales, lab := r.group("Sales"), r.group("Lab")
	anna, ben := r.user("Anna", "Berg", sales.ID).User, r.user("Ben", "Carlsen", lab.ID).User
	self := admin.ActorFor(anna.User, "page")
	v, _, err := r.SetMyForwarding(t.Context(), self, to(pbx.ForwardAlways, admin.ForwardTo{Number: ben.Number}), admin.Write{})
	r.ok(err)
	if v.Always != ben.ID || v.To[pbx.ForwardAlways].Number != ben.Number {
		t.Errorf("forwarded %+v", v)
	}
	_, _, err = r.SetForwarding(t.Context(), self, ben.ID, admin.ForwardingPatch{DoNotDisturb: new(true)}, admin.Write{})
	r.refused(err, pbx.Forbidden, "")
	// Whoever administers Sales does not know Ben, and takes nothing away that he does not see.
	head := self
	head.Role, head.User = pbx.RoleGroupAdmin, 4711
	seen, _, err := r.SetForwarding(t.Context(), head, anna.ID, admin.ForwardingPatch{DoNotDisturb: new(true)}, admin.Write{})
	r.ok(err)
	if seen.Always != ben.ID || len(seen.To) != 0 || len(seen.Hidden) != 1 || seen.Hidden[0] != pbx.ForwardAlways {
		t.Errorf("seen by the group's administrator %+v", seen)
	}
	_, _, err = r.SetForwarding(t.Context(), head, anna.ID, to(pbx.ForwardBusy, admin.ForwardTo{Number: ben.Number}), admin.Write{})
	r.onField(err, "busy", "no such account")
	_, _, err = r.SetForwarding(t.Context(), head, ben.ID, admin.ForwardingPatch{}, admin.Write{})
	r.refused(err, pbx.NotFound, "")
	// By phone: switched off, it keeps whom it names; switched on, it goes there again.
	for _, off := range []bool{true, false} {
		r.ok(r.ForwardByPhone(t.Context(), anna.Organization, anna.ID, admin.ForwardingPatch{Paused: &off}))
		v, err = r.MyForwarding(t.Context(), self)
		r.ok(err)
		if v.Paused != off || v.Always != ben.ID {
			t.Errorf("by phone, off %t: %+v", off, v)
		}
	}
}

func TestForwardsEndWithAUserAndComeBackWithHim(t *testing.T) {
	r := newRig(t)
	g := r.group("Sales")
	anna, ben := r.user("Anna", "Berg", g.ID).User, r.user("Ben", "Carlsen", g.ID).User
	set := func(from, dest pbx.UserID) {
		t.Helper()
		_, _, err := r.SetForwarding(t.Context(), r.owner, from, to(pbx.ForwardBusy, admin.ForwardTo{ID: dest}), admin.Write{})
		r.ok(err)
	}
	set(anna.ID, ben.ID)
	set(ben.ID, anna.ID)
	busy := func(id pbx.UserID) pbx.UserID {
		t.Helper()
		v, err := r.Forwarding(t.Context(), r.owner, id)
		r.ok(err)
		return v.Busy
	}
	cs, err := r.DeleteUser(t.Context(), r.owner, ben.ID, &admin.Resolution{
		Answers: []admin.Answer{{Kind: pbx.KindForwarding, Field: "busy", Way: admin.WayRemove}},
	}, admin.Write{})
	r.ok(err)
	if busy(anna.ID) != 0 {
		t.Error("calls still go to one who is deleted")
	}
	_, _, err = r.Restore(t.Context(), r.owner, cs.ID, admin.NextNumbers, admin.Write{})
	r.ok(err)
	if busy(anna.ID) != ben.ID || busy(ben.ID) != anna.ID {
		t.Errorf("restored, calls go to %d and %d", busy(anna.ID), busy(ben.ID))
	}
	// U8, U14: with another person on the extension, or when somebody leaves, his own forwards are gone.
	_, _, err = r.PlanLeave(t.Context(), r.owner, ben.ID, admin.LeavePatch{On: new(r.now.Add(-time.Hour))}, admin.Write{})
	r.ok(err)
	if busy(ben.ID) != 0 || busy(anna.ID) != ben.ID {
		t.Errorf("after he left, calls go to %d and %d", busy(ben.ID), busy(anna.ID))
	}
	_, _, err = r.HandOver(t.Context(), r.owner, anna.ID, admin.HandOverInput{FirstName: "Cleo"}, admin.Write{})
	r.ok(err)
	if busy(anna.ID) != 0 {
		t.Error("who took over has somebody else's forwards")
	}
}
