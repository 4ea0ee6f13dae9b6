package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
)

// revival brings the things of one deletion back.
type revival struct {
	w       *Work
	old     pbx.ChangeSet
	trash   []pbx.Trash
	subject pbx.Ref
	name    string
	notes   []string
	users   []pbx.User
	ask     bool // propose other numbers instead of giving them
	taken   []TakenNumber
}

func newRevival(w *Work, old pbx.ChangeSet, trash []pbx.Trash) *revival {
	b := &revival{w: w, old: old, trash: trash, notes: []string{}, subject: old.Subject}
	for _, k := range []pbx.Kind{
		pbx.KindLocation, pbx.KindProfile, pbx.KindPermission, pbx.KindGroup, pbx.KindUser, pbx.KindPool, pbx.KindDevice, pbx.KindRingGroup, pbx.KindOutsideNumber,
	} {
		i := slices.IndexFunc(trash, func(t pbx.Trash) bool { return t.Ref.Kind == k })
		if i >= 0 {
			b.subject, b.name = trash[i].Ref, trash[i].Name
			break
		}
	}
	return b
}

func (b *revival) note(text string) { b.notes = append(b.notes, text) }

// things brings every row back, what is referred to first.
func (b *revival) things() error {
	if err := b.roomForUsers(); err != nil {
		return err
	}
	for _, kind := range pbx.Kinds() {
		t := b.w.table(kind)
		for _, row := range b.trash {
			if row.Ref.Kind != kind {
				continue
			}
			as, err := b.asBefore(row)
			if err != nil {
				return err
			}
			v, ref, err := t.unpack(row.Row, as)
			if err != nil {
				return err
			}
			if ref != row.Ref {
				return fmt.Errorf("trash of %s holds %s", row.Ref, ref)
			}
			if err := b.thing(v); err != nil {
				return err
			}
		}
		if kind == pbx.KindUser {
			if err := b.names(); err != nil {
				return err
			}
		}
	}
	return nil
}

// asBefore gives how a thing was when this change set deleted it, if it lies in the trash of a later deletion.
func (b *revival) asBefore(row pbx.Trash) (map[string]json.RawMessage, error) {
	if row.ChangeSet == b.old.ID {
		return nil, nil
	}
	for _, it := range b.old.Items {
		if it.Ref == row.Ref && it.Action == pbx.Deleted {
			before, _, err := sides(it)
			return before, err
		}
	}
	return nil, nil
}

// roomForUsers refuses to restore past the limit (G7).
func (b *revival) roomForUsers() error {
	n := 0
	for _, row := range b.trash {
		if row.Ref.Kind == pbx.KindUser {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return b.w.room(n)
}

func (b *revival) thing(v any) error {
	w := b.w
	switch v := v.(type) {
	case pbx.Location:
		return b.location(v)
	case pbx.ProvisioningProfile:
		return b.profile(v)
	case pbx.CustomPermission:
		return b.permission(v)
	case pbx.Group:
		return b.group(v)
	case pbx.User:
		return b.user(v)
	case pbx.Leave:
		return b.leave(v)
	case pbx.Forwarding:
		return b.forwarding(v)
	case pbx.UserSecret:
		return w.secrets.revive(w, v)
	case pbx.Device:
		if v.User != 0 && w.mustHave(pbx.User{ID: v.User}.Ref()) != nil {
			return pbx.Errorf(pbx.Conflict, "The device "+v.Name+" belonged to a user who is gone: restore the user first.")
		}
		b.userProfile(&v.Profile, v.Name)
		b.leaveLocation(&v.EmergencyLocation, v.Name)
		return w.devices.revive(w, v)
	case pbx.Line:
		return w.lines.revive(w, v)
	case pbx.Credential:
		return w.creds.revive(w, v)
	case pbx.ExtensionPool:
		return b.pool(v)
	case pbx.RingGroup:
		return b.ringGroup(v)
	case pbx.OutsideNumber:
		return b.outsideNumber(v)
	case pbx.Setting:
		return b.setting(v)
	case pbx.Token:
		return w.tokens.revive(w, v)
	case pbx.DialString:
		return b.dialString(v)
	}
	return fmt.Errorf("restore %T", v)
}

// pool brings an extension pool back, without the group or location that is gone.
func (b *revival) pool(v pbx.ExtensionPool) error {
	if v.Group != 0 && b.w.mustHave(pbx.Group{ID: v.Group}.Ref()) != nil {
		v.Group, v.Enabled = 0, false
		b.note("The pool " + v.Name + " is switched off: the group it was for is gone.")
	}
	if v.Location != 0 && b.w.mustHave(pbx.Location{ID: v.Location}.Ref()) != nil {
		v.Location = 0
		b.note("The pool " + v.Name + " is no longer for a location that is gone.")
	}
	return b.w.pools.revive(b.w, v)
}

// profile brings a provisioning profile back, under another name where its own is taken.
func (b *revival) profile(p pbx.ProvisioningProfile) error {
	base := p.Name
	for n := 2; ; n++ {
		_, err := b.w.profileByName(p.NameKey())
		if err != nil && pbx.KindOf(err) == pbx.NotFound {
			break
		}
		if err != nil {
			return err
		}
		p.Name = base + " (" + strconv.Itoa(n) + ")"
	}
	if p.Name != base {
		b.note("There is another profile " + base + " now: this one came back as " + p.Name + ".")
	}
	return b.w.profiles.revive(b.w, p)
}

// permission brings a custom permission back unless another has its key.
func (b *revival) permission(p pbx.CustomPermission) error {
	_, err := b.w.permissionByKey(p.Key)
	switch {
	case err == nil:
		return pbx.Errorf(pbx.Conflict, "There is another permission with the key "+p.Key+" now.")
	case pbx.KindOf(err) != pbx.NotFound:
		return err
	}
	return b.w.perms.revive(b.w, p)
}

// setting brings a value back if there still is what it is for and of.
func (b *revival) setting(s pbx.Setting) error {
	_, err := b.w.spec(s.Key)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return err
	}
	owner, ok := settingOwner(s.Level, s.Owner)
	if err != nil || !ok || b.w.mustHave(owner) != nil {
		b.note("A value of the setting " + string(s.Key) + " was left out: what it was for is gone.")
		return nil
	}
	if _, err = b.w.settings.get(b.w, settingKey{s.Level, s.Owner, s.Key}); err == nil {
		return nil // somebody set it since, where what it was for never went
	}
	return b.w.settings.revive(b.w, s)
}

// userProfile clears a profile that is gone, and notes it.
func (b *revival) userProfile(id *pbx.ProfileID, name string) {
	if *id != 0 && b.w.mustHave(pbx.ProvisioningProfile{ID: *id}.Ref()) != nil {
		*id = 0
		b.note(name + " no longer has a provisioning profile that is gone.")
	}
}

func (b *revival) group(g pbx.Group) error {
	b.userProfile(&g.Profile, g.Name)
	if g.Profile == 0 {
		d, err := b.w.defaultProfile()
		if err != nil && pbx.KindOf(err) != pbx.NotFound {
			return err
		}
		g.Profile = d.ID
	}
	return b.namedGroup(g)
}

// namedGroup brings a group back, under another name where its own is taken.
func (b *revival) namedGroup(g pbx.Group) error {
	base := g.Name
	for n := 2; ; n++ {
		_, err := b.w.groupByName(g.NameKey())
		if err != nil && pbx.KindOf(err) == pbx.NotFound {
			break
		}
		if err != nil {
			return err
		}
		g.Name = base + " (" + strconv.Itoa(n) + ")"
	}
	if g.Name != base {
		b.note("There is another group " + base + " now: this one came back as " + g.Name + ".")
	}
	return b.w.groups.revive(b.w, g)
}

// location brings a location back, under another name where its own is taken.
func (b *revival) location(l pbx.Location) error {
	base := l.Name
	for n := 2; ; n++ {
		_, err := b.w.locationByName(l.NameKey())
		if err != nil && pbx.KindOf(err) == pbx.NotFound {
			break
		}
		if err != nil {
			return err
		}
		l.Name = base + " (" + strconv.Itoa(n) + ")"
	}
	if l.Name != base {
		b.note("There is another location " + base + " now: this one came back as " + l.Name + ".")
	}
	return b.w.locs.revive(b.w, l)
}

// userLocations clears the locations of a user that are gone, and notes it.
func (b *revival) userLocations(u *pbx.User) {
	for _, id := range []*pbx.LocationID{&u.Location, &u.EmergencyLocation} {
		b.leaveLocation(id, u.Shown())
	}
}

func (b *revival) leaveLocation(id *pbx.LocationID, name string) {
	if *id != 0 && b.w.mustHave(pbx.Location{ID: *id}.Ref()) != nil {
		*id = 0
		b.note(name + " is no longer at a location that is gone.")
	}
}

func (b *revival) user(u pbx.User) error {
	b.userLocations(&u)
	b.userProfile(&u.Profile, u.Shown())
	if u.HomeGroup != 0 && b.w.mustHave(pbx.Group{ID: u.HomeGroup}.Ref()) != nil {
		return pbx.Errorf(pbx.Conflict, "The group of "+u.Shown()+" is gone: restore the group first.")
	}
	u.Groups = slices.DeleteFunc(u.Groups, func(g pbx.GroupID) bool {
		gone := b.w.mustHave(pbx.Group{ID: g}.Ref()) != nil
		if gone {
			b.note(u.Shown() + " is no longer in a group that is gone.")
		}
		return gone
	})
	if len(u.Groups) == 0 {
		u.Groups = nil
	}
	b.users = append(b.users, u)
	return b.w.users.revive(b.w, u)
}

// names gives the users that came back their numbers and names; what somebody else has now is replaced and noted.
func (b *revival) names() error {
	aliases, err := b.formerAliases()
	if err != nil {
		return err
	}
	for _, u := range b.users {
		if err = b.userNames(u); err != nil {
			return err
		}
		if err = b.aliases(u, aliases[u.Ref()]); err != nil {
			return err
		}
	}
	return nil
}

func (b *revival) userNames(u pbx.User) error {
	w, ref, was := b.w, u.Ref(), u
	if u.Number != "" {
		ok, err := b.reclaim(u.Number, pbx.DialExtension, ref)
		if err != nil {
			return err
		}
		if !ok {
			next, _, err := w.nextFree(u.HomeGroup, u.Location)
			if err != nil {
				return err
			}
			b.taken = append(b.taken, TakenNumber{User: userName(u), Number: u.Number, By: b.holder(u.Number), Next: next})
			b.note("The number " + u.Number + " is taken now: " + u.Shown() + " has " + next + ".")
			u.Number = next
			if _, err := b.reclaim(next, pbx.DialExtension, ref); err != nil {
				return err
			}
		}
	}
	ok, err := b.reclaim(u.Username, pbx.DialUsername, ref)
	if err != nil {
		return err
	}
	if !ok {
		o, err := w.Organization()
		if err != nil {
			return err
		}
		if u.Username, err = w.newUsername(u, o.Language); err != nil {
			return err
		}
		b.note("The username " + was.Username + " is taken now: " + u.Shown() + " has " + u.Username + ".")
		if _, err := b.reclaim(u.Username, pbx.DialUsername, ref); err != nil {
			return err
		}
	}
	if u.AuthAccountName != "" {
		ok, err := b.reclaim(pbx.Fold(u.AuthAccountName), pbx.DialAuthName, ref)
		if err != nil {
			return err
		}
		if !ok {
			b.note("The auth account name " + u.AuthAccountName + " is taken now and was left out.")
			u.AuthAccountName = ""
		}
	}
	if u.Number != was.Number || u.Username != was.Username || u.AuthAccountName != was.AuthAccountName {
		u.Version-- // it was raised when the row came back
		if err := w.users.revive(w, u); err != nil {
			return err
		}
	}
	return nil
}

// holder says in words who has a number.
func (b *revival) holder(number string) string {
	o, err := b.w.occupancy(number, 0)
	if err != nil {
		return ""
	}
	return o.Reason
}

// proposal is Conflict with what is proposed instead of numbers that are taken, where somebody wants to be asked.
func (b *revival) proposal() error {
	if !b.ask || len(b.taken) == 0 {
		return nil
	}
	text := "The number " + b.taken[0].Number + " is taken now."
	if len(b.taken) > 1 {
		text = strconv.Itoa(len(b.taken)) + " numbers are taken now."
	}
	return &pbx.Error{
		Kind: pbx.Conflict, Text: text + " Restore with the next free one?", Detail: &RestoreProposal{Taken: b.taken},
	}
}

// reclaim gives a value back to its owner if it is held for it or free.
func (b *revival) reclaim(value string, kind pbx.DialKind, owner pbx.Ref) (bool, error) {
	taken, ok, err := b.w.occupant(value, 0)
	if err != nil {
		return false, err
	}
	if ok && (taken.Owner != owner || taken.Kind != pbx.DialHeld) {
		return false, nil
	}
	return true, b.w.dials.put(b.w, pbx.DialString{Organization: b.w.org, Value: value, Kind: kind, Owner: owner})
}

// formerAliases gives, by owner, the aliases and former usernames that the deletion took or held.
func (b *revival) formerAliases() (map[pbx.Ref][]pbx.DialString, error) {
	out := map[pbx.Ref][]pbx.DialString{}
	for _, it := range b.old.Items {
		if it.Ref.Kind != pbx.KindDialString || len(it.Before) == 0 {
			continue
		}
		d := pbx.DialString{Value: it.Ref.Key}
		if err := json.Unmarshal(it.Before, &d); err != nil {
			return nil, fmt.Errorf("read change set %d: %w", b.old.ID, err)
		}
		if keptAside(d.Kind) {
			out[d.Owner] = append(out[d.Owner], d)
		}
	}
	return out, nil
}

// aliases brings back a user's aliases and former usernames, those that are held and those that were released and are
// free; what was kept for a time that is over stays away.
func (b *revival) aliases(u pbx.User, former []pbx.DialString) error {
	for _, d := range former {
		if !d.Until.IsZero() && !d.Until.After(b.w.now) {
			if err := b.w.release(d.Value, pbx.DialHeld, u.Ref()); err != nil {
				return err
			}
			continue
		}
		ok, err := b.reclaim(d.Value, d.Kind, u.Ref())
		if err != nil {
			return err
		}
		if !ok {
			b.note("The alias " + d.Value + " is taken now and was left out.")
			continue
		}
		if d.Until.IsZero() {
			continue
		}
		now, err := b.w.dials.get(b.w, d.Value)
		if err != nil {
			return err
		}
		now.Until = d.Until
		if err := b.w.dials.put(b.w, now); err != nil {
			return err
		}
	}
	return nil
}

// leave brings back that somebody leaves. Who was deleted because his time was over is not deleted again.
func (b *revival) leave(l pbx.Leave) error {
	w := b.w
	if end := l.DeleteAt(); l.Gone() && !end.IsZero() && !end.After(w.now) {
		l.DeleteAfter = 0
		b.note("The account is still disabled, since its user has left; it is not deleted again by itself.")
	}
	if l.CallsTo != 0 && w.mustHave(pbx.User{ID: l.CallsTo}.Ref()) != nil {
		l.CallsTo = 0
		b.note("Whom calls went to is gone: callers hear that the account is not available.")
	}
	return w.leaves.revive(w, l)
}

// forwarding brings back where calls go on, as far as those who get them are there.
func (b *revival) forwarding(f pbx.Forwarding) error {
	for _, when := range pbx.ForwardCases() {
		if id := f.Named(when); *id != 0 && b.w.mustHave(pbx.User{ID: *id}.Ref()) != nil {
			*id = 0
			b.note("Somebody to whom calls went on is gone: they end with the one who is called.")
		}
	}
	return b.w.forwards.revive(b.w, f)
}

// dialString brings back what is nobody's name, such as a feature code; names come back with their user or
// ring group.
func (b *revival) dialString(d pbx.DialString) error {
	if d.Owner.Kind == pbx.KindUser || d.Owner.Kind == pbx.KindRingGroup {
		return nil
	}
	_, taken, err := b.w.occupant(d.Value, 0)
	if err != nil {
		return err
	}
	if taken {
		b.note(d.Value + " is taken now and was left out.")
		return nil
	}
	return b.w.dials.put(b.w, d)
}

// mentionsBack gives fields back that mentioned what comes back and were given another answer when it went, where nobody
// changed them since.
func (b *revival) mentionsBack() error {
	came := map[pbx.Ref]bool{}
	for _, row := range b.trash {
		came[row.Ref] = true
	}
	for _, it := range b.old.Items {
		if it.Action != pbx.Updated {
			continue
		}
		t := b.w.table(it.Ref.Kind)
		before, after, err := sides(it)
		if err != nil {
			return err
		}
		now, err := t.fields(b.w, it.Ref)
		if err != nil {
			if pbx.KindOf(err) == pbx.NotFound {
				continue
			}
			return err
		}
		back := map[string]json.RawMessage{}
		for _, r := range t.rules() {
			var id int64
			if !t.comesBack(r.Field, r.To) || json.Unmarshal(before[r.Field], &id) != nil ||
				!came[pbx.Ref{Kind: r.To, ID: id}] || !bytes.Equal(now[r.Field], after[r.Field]) {
				continue
			}
			back[r.Field] = before[r.Field]
		}
		if len(back) == 0 {
			continue
		}
		if err := t.merge(b.w, it.Ref, back); err != nil {
			return err
		}
	}
	return nil
}

// memberships puts those who were further members of a deleted group back into it.
func (b *revival) memberships() error {
	for _, it := range b.old.Items {
		if it.Ref.Kind != pbx.KindUser || it.Action != pbx.Updated {
			continue
		}
		var before struct {
			Groups []pbx.GroupID `json:"groups"`
		}
		if err := json.Unmarshal(it.Before, &before); err != nil {
			return fmt.Errorf("read change set %d: %w", b.old.ID, err)
		}
		u, err := b.w.User(pbx.UserID(it.Ref.ID))
		if err != nil {
			if pbx.KindOf(err) == pbx.NotFound {
				continue
			}
			return err
		}
		for _, g := range before.Groups {
			came := slices.ContainsFunc(b.trash, func(t pbx.Trash) bool { return t.Ref == pbx.Group{ID: g}.Ref() })
			if came && !u.MemberOf(g) {
				u.Groups = append(slices.Clone(u.Groups), g)
			}
		}
		slices.Sort(u.Groups)
		if err := b.w.users.put(b.w, u); err != nil {
			return err
		}
	}
	return nil
}
