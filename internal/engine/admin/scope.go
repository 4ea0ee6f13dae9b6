package admin

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"ringfence/internal/pbx"
)

// A group administrator (S4) sees users whose home group is his, what belongs to them, his group and the pools that
// serve it. Everything else is answered in the same words as what does not exist, and is counted nowhere.

// noGroup is a group that nobody is in.
const noGroup pbx.GroupID = -1

// Scoped reports whether the actor sees only the users of one home group.
func (a Actor) Scoped() bool { return a.Role == pbx.RoleGroupAdmin }

// scoped tells whether the actor sees only the users of one home group (S4), and which.
func (a Actor) scoped() (pbx.GroupID, bool) {
	if a.Scoped() && a.Group == 0 {
		return noGroup, true // without a home he administers nobody, not those without a home
	}
	return a.Group, a.Scoped()
}

// noSuch is the answer about a thing that is not there, and about one that the actor may not know of.
func noSuch(k pbx.Kind) error { return pbx.Errorf(pbx.NotFound, "There is no such "+words(k)+".") }

// within narrows a filter by group to what the actor sees: his group, or none.
func within(own, asked pbx.GroupID) pbx.GroupID {
	if asked == 0 || asked == own {
		return own
	}
	return noGroup
}

// sees reports whether the actor may know of a thing that is there. What is not there he does not see.
func (w *Work) sees(r pbx.Ref) (bool, error) {
	own, ok := w.actor.scoped()
	if !ok {
		return true, nil
	}
	var err error
	switch r.Kind {
	case pbx.KindGroup:
		return r.ID == int64(own), nil
	case pbx.KindUser, pbx.KindUserSecret, pbx.KindLeave, pbx.KindForwarding:
		_, err = w.visible(pbx.UserID(r.ID))
	case pbx.KindDevice:
		_, err = w.visibleDevice(pbx.DeviceID(r.ID))
	case pbx.KindLine, pbx.KindCredential:
		var l pbx.Line
		if l, err = w.lines.get(w, pbx.LineID(r.ID)); err == nil {
			_, err = w.visibleDevice(l.Device)
		}
	case pbx.KindPool:
		var p pbx.ExtensionPool
		if p, err = w.pools.get(w, pbx.PoolID(r.ID)); err == nil && !w.seesPool(p) {
			return false, nil
		}
	case pbx.KindOutsideNumber:
		_, err = w.visibleOutside(pbx.NumberID(r.ID))
	case pbx.KindDialString:
		var d pbx.DialString
		if d, err = w.dials.get(w, r.Key); err == nil {
			return w.seesDial(d)
		}
	case pbx.KindToken:
		var t pbx.Token
		if t, err = w.tokens.get(w, pbx.TokenID(r.ID)); err == nil && t.User != w.actor.User {
			return false, nil
		}
	case pbx.KindSetting:
		return w.seesSetting(r.Key)
	case pbx.KindOrganization, pbx.KindLocation, pbx.KindProfile:
		return true, nil // offices and profiles are the organization's, and anybody may be at one or have one
	default:
		return false, nil // a kind is seen once somebody says whose it is
	}
	return err == nil, ignoreMissing(err)
}

// showsGroup reports whether the actor may know of a group.
func (w *Work) showsGroup(g pbx.GroupID) bool {
	own, ok := w.actor.scoped()
	return !ok || g == own
}

// seesSetting reads the key of a setting's reference: level, owner and key.
func (w *Work) seesSetting(ref string) (bool, error) {
	level, owner, ok := pbx.SettingPlace(ref)
	if !ok {
		return false, nil
	}
	if kind := kindAt(level); kind != "" {
		return w.sees(pbx.Ref{Kind: kind, ID: owner})
	}
	return true, nil // what is set above everybody concerns everybody
}

// seesPool: a pool of his group, or one for everybody.
func (w *Work) seesPool(p pbx.ExtensionPool) bool {
	own, ok := w.actor.scoped()
	return !ok || p.Group == own || p.Group == 0 && p.Location == 0
}

// seesDial: what leads to a user of his, his own forms' holds, and feature codes.
func (w *Work) seesDial(d pbx.DialString) (bool, error) {
	if !w.actor.Scoped() || d.Kind == pbx.DialFeature {
		return true, nil
	}
	if d.Kind == pbx.DialHold {
		return d.HeldFor == w.actor.User, nil
	}
	if d.Owner.Kind != pbx.KindUser && d.Owner.Kind != pbx.KindOutsideNumber {
		return false, nil
	}
	return w.sees(d.Owner)
}

// unusable says why a group administrator can't give a value to anybody: a number outside the pools of his group.
// Nobody is told who has such a number, nor whether anybody has.
func (w *Work) unusable(value string) (string, error) {
	if !w.actor.Scoped() || strings.Trim(value, "+*#0123456789") != "" {
		return "", nil
	}
	pools, err := w.poolsAll()
	usable := func(p pbx.ExtensionPool) bool { return p.Enabled && w.seesPool(p) && p.Contains(value) }
	if err != nil || slices.ContainsFunc(pools, usable) {
		return "", err
	}
	return "This number is not in a pool of your group.", nil
}

// furtherGroups are the further groups that a patch leads to. A group administrator is shown none beside his own, so
// he takes none away and gives none.
func (w *Work) furtherGroups(before []pbx.GroupID, given *[]pbx.GroupID) (*[]pbx.GroupID, error) {
	own, ok := w.actor.scoped()
	if !ok || given == nil {
		return given, nil
	}
	for _, g := range *given {
		if g != own {
			return nil, fieldError("groups", "There is no such group.")
		}
	}
	return &before, nil
}

// changedBy is who made a change, as far as the actor may know of him.
func (w *Work) changedBy(cs pbx.ChangeSet) string {
	if w.actor.Scoped() && cs.ActorUser != 0 {
		if _, err := w.visible(cs.ActorUser); err != nil {
			return "an administrator"
		}
	}
	return cs.ActorName
}

// SeenUsers names those of some users that the actor sees; without ids, a group administrator's own. It is for edges
// that have asked Allow for what they show.
func (s *Service) SeenUsers(ctx context.Context, a Actor, ids ...pbx.UserID) (map[pbx.UserID]UserName, error) {
	out := map[pbx.UserID]UserName{}
	err := s.view(ctx, a, Self, func(w *Work) error {
		own, scoped := a.scoped()
		users, err := w.tx.Users(ids)
		if scoped && len(ids) == 0 {
			users, err = w.tx.UsersHomedIn(own)
		}
		for _, u := range users {
			if u.Organization == w.org && (!scoped || u.HomeGroup == own) {
				out[u.ID] = userName(u)
			}
		}
		return err
	})
	return out, err
}

// SeenItems gives the items of a committed change set that concern what the actor sees.
func (s *Service) SeenItems(ctx context.Context, a Actor, items []pbx.ChangeItem) ([]pbx.ChangeItem, error) {
	if !a.Scoped() {
		return items, nil
	}
	var out []pbx.ChangeItem
	err := s.view(ctx, a, Self, func(w *Work) error {
		own, _ := a.scoped()
		his := map[pbx.Ref]bool{} // users that came, went or were deleted: their rows no longer tell
		for _, it := range items {
			if it.Ref.Kind == pbx.KindUser && slices.Contains(homesIn(it), own) {
				his[it.Ref] = true
			}
		}
		for _, it := range items {
			seen, err := w.sees(it.Ref)
			if err != nil {
				return err
			}
			if seen || his[it.Ref] || it.Action == pbx.Deleted && his[ownerIn(it)] {
				out = append(out, it)
			}
		}
		return nil
	})
	return out, err
}

// homesIn gives the home groups that a user's item mentions.
func homesIn(it pbx.ChangeItem) []pbx.GroupID {
	var out []pbx.GroupID
	for _, side := range []json.RawMessage{it.Before, it.After} {
		var v struct {
			Home pbx.GroupID `json:"groupId"`
		}
		if len(side) > 0 && json.Unmarshal(side, &v) == nil && v.Home != 0 {
			out = append(out, v.Home)
		}
	}
	return out
}

// ownerIn is the user to whom a deleted thing belonged.
func ownerIn(it pbx.ChangeItem) pbx.Ref {
	var v struct {
		User  pbx.UserID `json:"userId"`
		Owner pbx.Ref    `json:"owner"`
	}
	if it.Ref.Kind == pbx.KindUserSecret {
		return pbx.User{ID: pbx.UserID(it.Ref.ID)}.Ref()
	}
	if len(it.Before) == 0 || json.Unmarshal(it.Before, &v) != nil {
		return pbx.Ref{}
	}
	if v.User != 0 {
		return pbx.User{ID: v.User}.Ref()
	}
	return v.Owner
}
