package admin

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/e164"
)

// sampleSize is how many accounts the dialog names.
const sampleSize = 10

// What may become of a group's accounts.
const (
	AccountsDelete = "delete"
	AccountsMove   = "move"
)

// GroupDeletion shows what deleting a group would do (G5); NotFound.
func (s *Service) GroupDeletion(ctx context.Context, a Actor, id pbx.GroupID) (Deletion, error) {
	var d Deletion
	err := s.view(ctx, a, GroupDelete, func(w *Work) error {
		g, err := w.Group(id)
		if err != nil {
			return err
		}
		home, err := w.usersHomedIn(id)
		if err != nil {
			return err
		}
		m, err := w.removing(&Resolution{Accounts: AccountsDelete}, g.Ref())
		if err != nil {
			return err
		}
		d, err = w.groupDeletion(home, m)
		return err
	})
	return d, err
}

func (w *Work) groupDeletion(home []pbx.User, m *removal) (Deletion, error) {
	d, err := w.usersGoing(home)
	if err != nil {
		return d, err
	}
	d.NameMustBeTyped = len(home) > 0
	accounts := func(x mention) bool { return x.rule.Kind == pbx.KindUser && x.rule.Field == "groupId" }
	rest := *m
	rest.mentions = slices.DeleteFunc(slices.Clone(m.mentions), accounts) // they are the sample, and asked about apart
	return d, rest.show(&d)
}

// usersGoing counts users that go, with what belongs to them.
func (w *Work) usersGoing(users []pbx.User) (Deletion, error) {
	d := Deletion{Accounts: len(users), Removed: map[pbx.Kind]int{}, Sample: []UserName{}}
	for _, u := range users[:min(len(users), sampleSize)] {
		d.Sample = append(d.Sample, userName(u))
	}
	for _, u := range users {
		parts, err := w.partsOf(u.ID)
		if err != nil {
			return d, err
		}
		d.Removed[pbx.KindUser]++
		for k, n := range parts {
			d.Removed[k] += n
		}
	}
	return d, nil
}

// nameOf is what people call a thing.
func (w *Work) nameOf(r pbx.Ref) (string, error) {
	switch r.Kind {
	case pbx.KindUser:
		u, err := w.User(pbx.UserID(r.ID))
		return u.Shown(), ignoreMissing(err)
	case pbx.KindGroup:
		g, err := w.Group(pbx.GroupID(r.ID))
		return g.Name, ignoreMissing(err)
	case pbx.KindProfile:
		p, err := w.Profile(pbx.ProfileID(r.ID))
		return p.Name, ignoreMissing(err)
	case pbx.KindPermission:
		p, err := w.perms.get(w, pbx.PermissionID(r.ID))
		return p.Label, ignoreMissing(err)
	case pbx.KindLocation:
		l, err := w.locs.get(w, pbx.LocationID(r.ID))
		return l.Name, ignoreMissing(err)
	case pbx.KindPool:
		p, err := w.pools.get(w, pbx.PoolID(r.ID))
		return p.Name, ignoreMissing(err)
	case pbx.KindOutsideNumber:
		n, err := w.OutsideNumber(pbx.NumberID(r.ID))
		return e164.Shown(n.Value), ignoreMissing(err)
	case pbx.KindRingGroup:
		g, err := w.RingGroup(pbx.RingGroupID(r.ID))
		return g.Name, ignoreMissing(err)
	case pbx.KindDevice:
		d, err := w.Device(pbx.DeviceID(r.ID))
		return d.Name, ignoreMissing(err)
	case pbx.KindLine:
		l, err := w.lines.get(w, pbx.LineID(r.ID))
		return l.SIPUsername, ignoreMissing(err)
	case pbx.KindLeave, pbx.KindForwarding:
		u, err := w.User(pbx.UserID(r.ID))
		return u.Shown(), ignoreMissing(err)
	case pbx.KindMailServer, pbx.KindMailPassword:
		return r.Key, nil
	case pbx.KindOrganization:
		o, err := w.Organization()
		return o.Name, err
	case pbx.KindCredential, pbx.KindUserSecret, pbx.KindDialString, pbx.KindSetting,
		pbx.KindToken:
		return r.Key, nil
	}
	return r.Key, nil
}

// ignoreMissing makes a thing that is not there no error, where only its name was wanted.
func ignoreMissing(err error) error {
	if err != nil && pbx.KindOf(err) == pbx.NotFound {
		return nil
	}
	return err
}

// DeleteGroup deletes a group. With accounts in it and without a resolution, or without the group's name typed, it is
// Conflict with Detail *Deletion; NotFound, Stale.
func (s *Service) DeleteGroup(
	ctx context.Context, a Actor, id pbx.GroupID, r *Resolution, wr Write,
) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{GroupDelete, wr}, func(w *Work) error {
		g, err := w.Group(id)
		if err != nil {
			return err
		}
		if err = w.fresh(g.Ref(), g.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		home, err := w.usersHomedIn(id)
		if err != nil {
			return err
		}
		m, err := w.removing(r, g.Ref())
		if err != nil {
			return err
		}
		summary := "Group deleted: " + g.Name
		if len(home) > 0 {
			if summary, err = w.confirmed(g, home, r); err != nil {
				return err
			}
		}
		err = m.decide(func() (Deletion, error) { return w.groupDeletion(home, m) })
		if err != nil {
			return err
		}
		w.describe(g.Ref(), summary)
		if err := w.dropSettings(pbx.LevelGroup, int64(id)); err != nil {
			return err
		}
		return w.groups.delete(w, id)
	})
}

// confirmed asks for what a group with accounts needs (G5): what becomes of them, and the group's name typed.
func (w *Work) confirmed(g pbx.Group, home []pbx.User, r *Resolution) (string, error) {
	ask := func(text string, fields ...pbx.FieldError) error {
		m, err := w.removing(&Resolution{Accounts: AccountsDelete}, g.Ref())
		if err != nil {
			return err
		}
		d, err := w.groupDeletion(home, m)
		if err != nil {
			return err
		}
		return &pbx.Error{Kind: pbx.Conflict, Text: text, Fields: fields, Detail: &d}
	}
	n := strconv.Itoa(len(home))
	switch {
	case r == nil:
		return "", ask("The group has accounts: say whether they are deleted with it or moved to another group.")
	case pbx.Fold(r.ConfirmName) != g.NameKey():
		return "", ask("Type the group's name to confirm.",
			pbx.FieldError{Field: "confirmName", Message: "Type " + g.Name + "."})
	case r.Accounts == AccountsDelete:
		return "Group deleted: " + g.Name + ", with " + n + " accounts", nil
	case r.Accounts == AccountsMove:
		to, err := w.Group(r.MoveTo)
		if err != nil || to.ID == g.ID {
			return "", ask("Choose another group for the accounts.",
				pbx.FieldError{Field: "moveTo", Message: "There is no such group."})
		}
		return fmt.Sprintf("Group deleted: %s, its %s accounts moved to %s", g.Name, n, to.Name), nil
	case r.Accounts == "" && slices.ContainsFunc(r.Answers, func(a Answer) bool { return a.Way != WayRemove }):
		return "Group deleted: " + g.Name, nil // each account has an answer of its own
	}
	return "", ask("Say whether the accounts are deleted or moved.",
		pbx.FieldError{Field: "accounts", Message: "Choose delete or move."})
}

// dropSettings deletes what is set at a level of something that goes.
func (w *Work) dropSettings(level pbx.Level, owner int64) error {
	sets, err := w.settingsAt(level, owner)
	if err != nil {
		return err
	}
	for _, set := range sets {
		if err := w.settings.delete(w, settingKey{set.Level, set.Owner, set.Key}); err != nil {
			return err
		}
	}
	return nil
}

// without takes a group out of a list; none is nil, so that it compares alike wherever it comes from.
func without(ids []pbx.GroupID, id pbx.GroupID) []pbx.GroupID {
	out := slices.DeleteFunc(slices.Clone(ids), func(g pbx.GroupID) bool { return g == id })
	if len(out) == 0 {
		return nil
	}
	return out
}

func userName(u pbx.User) UserName {
	return UserName{ID: u.ID, Number: u.Number, DisplayName: u.Shown()}
}
