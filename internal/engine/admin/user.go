package admin

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// checkUser is what every user must satisfy in the end.
func checkUser(w *Work, u pbx.User) error {
	if err := u.Validate(); err != nil {
		return err
	}
	for _, g := range u.AllGroups() {
		if _, err := w.Group(g); err != nil {
			field := "groups"
			if g == u.HomeGroup {
				field = "groupId"
			}
			return fieldError(field, "There is no such group.")
		}
	}
	if err := w.hasProfile(u.Profile); err != nil {
		return err
	}
	if err := w.hasLocation("locationId", u.Location); err != nil {
		return err
	}
	if err := w.hasLocation("emergencyLocationId", u.EmergencyLocation); err != nil {
		return err
	}
	if u.Kind.MayRegister() {
		return nil
	}
	devices, err := w.devicesOf(u.ID)
	if err == nil && len(devices) > 0 {
		return fieldError("kind", "Such a user has no devices.")
	}
	return err
}

// visible is the user if the actor may know of him (S4): else NotFound.
func (w *Work) visible(id pbx.UserID) (pbx.User, error) {
	u, err := w.User(id)
	if err != nil {
		return u, err
	}
	if own, ok := w.actor.scoped(); ok && u.HomeGroup != own {
		return pbx.User{}, noSuch(pbx.KindUser)
	}
	return u, nil
}

// mine is the user if the actor may change him: nobody changes somebody who may do what he may not.
func (w *Work) mine(id pbx.UserID) (pbx.User, error) {
	u, err := w.visible(id)
	if err != nil {
		return u, err
	}
	return u, w.outranks(u.Role)
}

// outranks is Forbidden when the role may do something that the actor may not, or is owner and the actor is not.
func (w *Work) outranks(r pbx.Role) error {
	if r == pbx.RoleOwner && w.actor.Role != pbx.RoleOwner {
		return pbx.Errorf(pbx.Forbidden, "Only an owner can do this to an owner.")
	}
	for _, p := range r.Permissions() {
		if !w.actor.Role.May(p) {
			return pbx.Errorf(pbx.Forbidden, "You can't do this to somebody who may do more than you.")
		}
	}
	return nil
}

// ListUsers lists users with what the list shows beside them; SIPUsername is left empty.
func (s *Service) ListUsers(ctx context.Context, a Actor, q UserQuery) (Page[UserView], error) {
	var out Page[UserView]
	if err := q.normalize(q.Sorts()); err != nil {
		return out, err
	}
	if own, ok := a.scoped(); ok {
		if q.Home = within(own, q.Home); q.Group != 0 && q.Group != own {
			q.Home = noGroup // which of his users are in another group tells of that group
		}
	}
	err := s.view(ctx, a, UserList, func(w *Work) error {
		p, err := w.tx.ListUsers(w.org, q)
		if err != nil {
			return err
		}
		out = Page[UserView]{Next: p.Next, Total: p.Total, TotalMore: p.TotalMore}
		out.Items, err = w.userViews(p.Items)
		return err
	})
	return out, err
}

// User returns one user; NotFound.
func (s *Service) User(ctx context.Context, a Actor, id pbx.UserID) (UserView, error) {
	var v UserView
	err := s.view(ctx, a, UserRead, func(w *Work) error {
		u, err := w.visible(id)
		if err != nil {
			return err
		}
		v, err = w.userView(u)
		return err
	})
	return v, err
}

// userViews adds to a page of users what the list shows, with a fixed number of reads.
func (w *Work) userViews(users []pbx.User) ([]UserView, error) {
	out := make([]UserView, 0, len(users))
	if len(users) == 0 {
		return out, nil
	}
	groups, err := w.groupsOf(users...)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(users))
	for i, u := range users {
		ids[i] = int64(u.ID)
	}
	dials, err := w.tx.DialStringsOfAll(w.org, pbx.KindUser, ids)
	if err != nil {
		return nil, err
	}
	names := map[int64][]pbx.DialString{}
	for _, d := range dials {
		names[d.Owner.ID] = append(names[d.Owner.ID], d)
	}
	profiles, err := w.profileNames()
	if err != nil {
		return nil, err
	}
	led, err := w.tx.OutsideNumbersToAll(w.org, pbx.KindUser, ids)
	if err != nil {
		return nil, err
	}
	outside := map[int64][]string{}
	for _, n := range led {
		outside[n.LeadsTo.ID] = append(outside[n.LeadsTo.ID], n.Value)
	}
	layers, err := w.layeringFor(users, groups)
	if err != nil {
		return nil, err
	}
	signIns, err := w.signIns(users...)
	if err != nil {
		return nil, err
	}
	var path []pbx.Layer
	for _, u := range users {
		v := viewUser(u, groups, w.showsGroup)
		v.LastSignInAt = signIns[u.ID]
		v.LocationName, v.ProfileName = layers.places[u.Location].Name, profiles[u.Profile]
		v.called(names[int64(u.ID)])
		place := pbx.EmergencyPlaceOf(pbx.Device{}, u)
		v.Emergency = viewEmergency(place, layers.places[place.Location])
		v.OutsideNumbers = append(v.OutsideNumbers, outside[int64(u.ID)]...)
		if path, err = layers.user(path[:0], u, groups); err != nil {
			return nil, err
		}
		v.counts(path)
		out = append(out, v)
	}
	return out, nil
}

// viewUser joins a user with the names of its groups, further ones as far as they are shown. Groups are given in their
// order.
func viewUser(u pbx.User, groups []pbx.Group, shown func(pbx.GroupID) bool) UserView {
	v := UserView{
		User: u, Aliases: []string{}, FormerUsernames: []string{}, Ending: []EndingName{}, OutsideNumbers: []string{},
		FurtherGroups: []GroupName{},
	}
	for _, g := range groups {
		if g.ID == u.HomeGroup {
			v.GroupName = g.Name
		}
		if slices.Contains(u.Groups, g.ID) && shown(g.ID) {
			v.FurtherGroups = append(v.FurtherGroups, GroupName{ID: g.ID, Name: g.Name})
		}
	}
	return v
}

// userView is a user with everything its form shows, the work's own writes included.
func (w *Work) userView(u pbx.User) (UserView, error) {
	groups, err := w.groupsOf(u)
	if err != nil {
		return UserView{}, err
	}
	v := viewUser(u, groups, w.showsGroup)
	l, err := w.locs.get(w, u.Location)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return v, err
	}
	v.LocationName = l.Name
	if v.Emergency, err = w.emergencyView(pbx.EmergencyPlaceOf(pbx.Device{}, u)); err != nil {
		return v, err
	}
	own, err := w.Profile(u.Profile)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return v, err
	}
	v.ProfileName = own.Name
	dials, err := w.dialStringsOf(u.Ref())
	if err != nil {
		return v, err
	}
	v.called(dials)
	if v.OutsideNumbers, err = w.outsideValues(u.ID); err != nil {
		return v, err
	}
	path, err := w.layering().user(nil, u, groups)
	if err != nil {
		return v, err
	}
	v.counts(path)
	line, err := w.lineByHand(u.ID)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return v, err
	}
	v.SIPUsername = line.SIPUsername
	signIns, err := w.signIns(u)
	v.LastSignInAt = signIns[u.ID]
	return v, err
}

// signIns tells when users signed in last; who never did is left out.
func (w *Work) signIns(users ...pbx.User) (map[pbx.UserID]time.Time, error) {
	ids := make([]pbx.UserID, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	return w.tx.SignIns(ids)
}

// counts fills in the settings that are shown with a user.
func (v *UserView) counts(path []pbx.Layer) {
	if own, ok := ownOf(path, pbx.LevelUser, int64(v.ID), pbx.SettingSecurity); ok {
		v.Security = pbx.Security(own.Value)
	}
	v.EffectiveSecurity = securityOf(path)
	v.EffectiveLanguage = effectiveOn(path, pbx.SettingLanguage)
	v.EffectiveTimeZone = effectiveOn(path, pbx.SettingTimeZone)
}

// called fills in the names that a user has beside number and username.
func (v *UserView) called(dials []pbx.DialString) {
	for _, d := range dials {
		switch d.Kind { // the others are fields of the user
		case pbx.DialAlias:
			v.Aliases = append(v.Aliases, d.Value)
		case pbx.DialFormer:
			v.FormerUsernames = append(v.FormerUsernames, d.Value)
		default:
			continue
		}
		if !d.Until.IsZero() {
			v.Ending = append(v.Ending, EndingName{Value: d.Value, Until: d.Until})
		}
	}
	slices.Sort(v.Aliases)
	slices.Sort(v.FormerUsernames)
	slices.SortFunc(v.Ending, func(a, b EndingName) int {
		return cmp.Or(a.Until.Compare(b.Until), cmp.Compare(a.Value, b.Value))
	})
}

// aliases gives a user's aliases, sorted.
func (w *Work) aliases(id pbx.UserID) ([]string, error) { return w.namesOf(id, pbx.DialAlias) }

// namesOf gives a user's names of a kind, sorted.
func (w *Work) namesOf(id pbx.UserID, kind pbx.DialKind) ([]string, error) {
	dials, err := w.dialStringsOf(pbx.User{ID: id}.Ref())
	if err != nil {
		return nil, err
	}
	out := []string{}
	for _, d := range dials {
		if d.Kind == kind {
			out = append(out, d.Value)
		}
	}
	slices.Sort(out)
	return out, nil
}

// lineByHand is the line of the user's device Set up by hand; NotFound.
func (w *Work) lineByHand(id pbx.UserID) (pbx.Line, error) {
	devices, err := w.devicesOf(id)
	if err != nil {
		return pbx.Line{}, err
	}
	slices.SortFunc(devices, func(a, b pbx.Device) int { return cmp.Compare(a.ID, b.ID) })
	for _, d := range devices {
		if d.Kind != pbx.ByHand {
			continue
		}
		lines, err := w.linesOfDevice(d.ID)
		if err != nil {
			return pbx.Line{}, err
		}
		if len(lines) > 0 {
			return lines[0], nil
		}
	}
	return pbx.Line{}, pbx.Errorf(pbx.NotFound, "The user has no device set up by hand.")
}
