package admin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
)

// ringGroup brings a ring group back, as far as its people are there: under another name where its own is taken, and
// without a number that somebody else has now.
func (b *revival) ringGroup(g pbx.RingGroup) error {
	w, base := b.w, g.Name
	for n := 2; ; n++ {
		_, err := w.ringGroupByName(g.NameKey())
		if err != nil && pbx.KindOf(err) == pbx.NotFound {
			break
		}
		if err != nil {
			return err
		}
		g.Name = base + " (" + strconv.Itoa(n) + ")"
	}
	if g.Name != base {
		b.note("There is another ring group " + base + " now: this one came back as " + g.Name + ".")
	}
	if g.Number != "" {
		by, taken, err := w.occupant(g.Number, 0)
		if err != nil {
			return err
		}
		if taken && by.Owner != g.Ref() {
			b.note("The number " + g.Number + " is taken now: " + g.Name + " came back without one.")
			g.Number = ""
		}
	}
	members := w.usersThere(g.Members)
	if len(members) < len(g.Members) {
		b.note(g.Name + " came back without members who are gone.")
		g.Members = members
	}
	if !g.Then.IsZero() && w.mustHave(g.Then) != nil {
		g.Then = pbx.Ref{}
		b.note("Calls that nobody takes at " + g.Name + " end there: who got them is gone.")
	}
	return w.ringGroups.revive(w, g)
}

// usersThere leaves out who is not there.
func (w *Work) usersThere(ids []pbx.UserID) []pbx.UserID {
	return slices.DeleteFunc(append([]pbx.UserID{}, ids...), func(id pbx.UserID) bool {
		return w.mustHave(pbx.User{ID: id}.Ref()) != nil
	})
}

// inRingGroups makes those who came back members again of the ring groups that they were in, and lets calls go on to what
// came back where they went on to it, unless somebody changed that since.
func (b *revival) inRingGroups() error {
	for _, it := range b.old.Items {
		if it.Ref.Kind != pbx.KindRingGroup || it.Action != pbx.Updated {
			continue
		}
		g, err := b.w.RingGroup(pbx.RingGroupID(it.Ref.ID))
		if err != nil {
			if pbx.KindOf(err) == pbx.NotFound {
				continue
			}
			return err
		}
		before, after, err := sides(it)
		if err != nil {
			return err
		}
		had, then, err := ringing(before)
		if err != nil {
			return err
		}
		left, since, err := ringing(after)
		if err != nil {
			return err
		}
		if before["members"] != nil {
			g.Members = b.members(g.Members, had, left)
		}
		if b.came(then) && g.Then == since {
			g.Then = then
		}
		if err := b.w.ringGroups.put(b.w, g); err != nil {
			return err
		}
	}
	return nil
}

// members gives the members of a ring group with those who came back. Where nobody changed them since they are as they
// were, else each who came back stands behind whom he stood behind.
func (b *revival) members(now, had, left []pbx.UserID) []pbx.UserID {
	if slices.Equal(now, left) {
		return b.w.usersThere(had)
	}
	now = slices.Clone(now)
	for i, id := range had {
		if !b.came(pbx.User{ID: id}.Ref()) || slices.Contains(now, id) || len(now) >= pbx.MaxRingMembers {
			continue
		}
		at := 0
		for _, before := range slices.Backward(had[:i]) {
			if at = slices.Index(now, before) + 1; at > 0 {
				break
			}
		}
		now = slices.Insert(now, at, id)
	}
	return now
}

// ringing reads out of a history who rings, and who gets calls that they don't take.
func ringing(fields map[string]json.RawMessage) ([]pbx.UserID, pbx.Ref, error) {
	var members []pbx.UserID
	if raw := fields["members"]; len(raw) > 0 {
		if err := json.Unmarshal(raw, &members); err != nil {
			return nil, pbx.Ref{}, fmt.Errorf("read members: %w", err)
		}
	}
	then, err := refIn(fields["then"])
	return members, then, err
}

// updatedRingGroups reverts changed ring groups. Those that mentioned what is not there are given back for later, unless
// this is the last time.
func (u *undoing) updatedRingGroups(items []pbx.ChangeItem, last bool) ([]pbx.ChangeItem, error) {
	var waiting []pbx.ChangeItem
	for _, it := range items {
		if it.Action != pbx.Updated || it.Ref.Kind != pbx.KindRingGroup {
			continue
		}
		before, _, err := sides(it)
		if err != nil {
			return nil, err
		}
		members, then, err := ringing(before)
		if err != nil {
			return nil, err
		}
		there := len(u.w.usersThere(members)) == len(members) && (then.IsZero() || u.w.mustHave(then) == nil)
		if !last && !there {
			waiting = append(waiting, it)
			continue
		}
		if err := u.ringGroupBack(it); err != nil {
			return nil, err
		}
	}
	return waiting, nil
}

func (u *undoing) ringGroupBack(it pbx.ChangeItem) error {
	w := u.w
	back, err := u.reverted(it)
	if err != nil || len(back) == 0 {
		return err
	}
	g, err := w.RingGroup(pbx.RingGroupID(it.Ref.ID))
	if err != nil {
		return err
	}
	was, err := w.ringGroups.merged(g, back)
	if err != nil {
		return err
	}
	if members := w.usersThere(was.Members); len(members) < len(was.Members) {
		u.left(it, "Some of its former members are gone.", "members")
		was.Members = members
	}
	if !was.Then.IsZero() && w.mustHave(was.Then) != nil {
		u.left(it, "Who got its calls is gone.", "then")
		was.Then = g.Then
	}
	if was.Number != g.Number && was.Number != "" {
		by, taken, err := w.occupant(was.Number, 0)
		if err != nil {
			return err
		}
		if taken && by.Owner != g.Ref() {
			u.left(it, was.Number+" is taken now.", "number")
			was.Number = g.Number
		}
	}
	return w.ringGroups.put(w, was)
}
