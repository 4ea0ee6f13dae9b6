package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// CreateUser makes a user with everything that belongs to one: number, names, secrets, the device Set up by hand (U2).
// What is left open is generated. Invalid with fields; Conflict at the organization's limit or when no number is free.
func (s *Service) CreateUser(ctx context.Context, a Actor, p UserPatch, wr Write) (UserResult, pbx.ChangeSet, error) {
	chosen, stretchErr := s.stretch(ctx, p, wr)
	if stretchErr != nil {
		return UserResult{}, pbx.ChangeSet{}, stretchErr
	}
	var r UserResult
	cs, err := s.Do(ctx, a, Intent{UserCreate, wr}, func(w *Work) error {
		r = UserResult{}
		if err := w.room(1); err != nil {
			return err
		}
		u, err := s.makeUser(w, p, chosen, &r.Secrets)
		if err != nil {
			return err
		}
		w.describe(u.Ref(), "Account created")
		return w.userResult(u.ID, &r)
	})
	return s.answerUser(ctx, a, r, cs, err)
}

// makeUser makes a user with everything that belongs to one, and tells its secrets.
func (s *Service) makeUser(w *Work, p UserPatch, chosen vault.Stretched, out *UserSecrets) (pbx.User, error) {
	u, err := w.newUser(p)
	if err != nil {
		return u, err
	}
	if err = w.regionUnlocked(pbx.User{}, u); err != nil {
		return u, err
	}
	if err = w.putUser(nil, u, p.Hold); err != nil {
		return u, err
	}
	if p.Invite {
		if err = w.invitable(u); err != nil {
			return u, err
		}
	}
	if err = w.setParts(u, p); err != nil {
		return u, err
	}
	if u.Kind.MayRegister() {
		if out.SIPPassword, err = s.addByHand(w, u, p.SIPPassword); err != nil {
			return u, err
		}
	} else if !p.SIPPassword.IsZero() {
		return u, fieldError("sipPassword", "Such a user has no devices.")
	}
	return u, s.firstSecrets(w, u, p, chosen, out)
}

// answerUser completes the answer to a write: a replayed one is read again, without secrets.
func (s *Service) answerUser(
	ctx context.Context, a Actor, r UserResult, cs pbx.ChangeSet, err error,
) (UserResult, pbx.ChangeSet, error) {
	if err != nil {
		return UserResult{}, cs, err
	}
	if cs.Replayed {
		r.Secrets.Shown = true
		r.User, err = s.User(ctx, a, pbx.UserID(cs.Subject.ID))
	}
	return r, cs, err
}

func (w *Work) userResult(id pbx.UserID, r *UserResult) error {
	u, err := w.User(id)
	if err != nil {
		return err
	}
	if r.Within, err = w.Organization(); err != nil {
		return err
	}
	r.User, err = w.userView(u)
	return err
}

// newUser is the user to be made: fields as given, the rest generated.
func (w *Work) newUser(p UserPatch) (pbx.User, error) {
	o, err := w.Organization()
	if err != nil {
		return pbx.User{}, err
	}
	u := pbx.User{Organization: w.org, Kind: pbx.Person, Enabled: true, Role: pbx.RoleUser}
	if p.Groups, err = w.furtherGroups(nil, p.Groups); err != nil {
		return u, err
	}
	applyUser(&u, p)
	if own, ok := w.actor.scoped(); ok && u.HomeGroup == 0 {
		u.HomeGroup = own
	}
	if u.Kind == pbx.Operator {
		return u, fieldError("kind", "Choose person, phantom or space.")
	}
	if err = w.mayGive(pbx.User{Role: pbx.RoleUser}, u); err != nil {
		return u, err
	}
	if u.HomeGroup != 0 {
		if _, err = w.Group(u.HomeGroup); err != nil {
			return u, fieldError("groupId", "There is no such group.")
		}
	}
	if u.Username == "" {
		if u.Username, err = w.newUsername(u, o.Language); err != nil {
			return u, err
		}
	}
	if u.Number == "" {
		if u.Number, err = w.number(u, p.Hold); err != nil {
			return u, err
		}
	}
	if err = u.Validate(); err != nil {
		return u, err
	}
	if err = w.numberAllowed(u); err != nil {
		return u, err
	}
	if err = w.photoKnown(p.Photo); err != nil {
		return u, err
	}
	if err = w.joinNamed(&u, p.NewGroups); err != nil {
		return u, err
	}
	id, err := w.ids(pbx.KindUser, 1)
	u.ID = pbx.UserID(id)
	return u, err
}

// room is Conflict when so many more users would pass the organization's limit; only making users asks it (G3).
func (w *Work) room(more int) error {
	o, err := w.Organization()
	if err != nil {
		return err
	}
	n, err := w.countUsers()
	if err != nil {
		return err
	}
	if n+more > o.UserLimit && w.actor.Scoped() {
		return pbx.Errorf(pbx.Conflict, "The organization's limit of users is reached. Delete some, or ask for a higher one.")
	}
	if n+more > o.UserLimit {
		return pbx.Errorf(pbx.Conflict, "The limit of "+strconv.Itoa(o.UserLimit)+" users is reached ("+
			strconv.Itoa(n)+" exist). Delete some, or raise the limit of the organization.")
	}
	return nil
}

// number is the one the form held, else the next free one.
func (w *Work) number(u pbx.User, hold pbx.HoldID) (string, error) {
	if hold != 0 {
		d, err := w.tx.Hold(w.org, hold)
		switch {
		case err == nil && d.HeldFor == w.actor.User:
			return d.Value, nil
		case err != nil && pbx.KindOf(err) != pbx.NotFound:
			return "", err
		}
	}
	n, _, err := w.nextFree(u.HomeGroup, u.Location)
	return n, err
}

// numberAllowed refuses reserved numbers (X5), and to a group administrator those outside his group's pools (S4).
func (w *Work) numberAllowed(u pbx.User) error {
	if reason := w.reserved(u.Number); reason != "" {
		return fieldError("number", reason)
	}
	reason, err := w.unusable(u.Number)
	if err == nil && reason != "" {
		return fieldError("number", reason)
	}
	return err
}

// mayGive refuses what the actor may not give or take: roles, and for a group administrator other groups.
func (w *Work) mayGive(before, after pbx.User) error {
	if own, ok := w.actor.scoped(); ok && after.HomeGroup != own {
		return fieldError("groupId", "You can only have users in your own group.")
	}
	if before.Role == after.Role {
		return nil
	}
	if !w.actor.May(pbx.PermRolesWrite) {
		return pbx.Errorf(pbx.Forbidden, "You are not allowed to give roles.")
	}
	return w.outranks(after.Role)
}

// UpdateUser changes a user and its parts, all or nothing; NotFound, Invalid, Stale, Forbidden.
func (s *Service) UpdateUser(
	ctx context.Context, a Actor, id pbx.UserID, p UserPatch, wr Write,
) (UserResult, pbx.ChangeSet, error) {
	chosen, stretchErr := s.stretch(ctx, p, wr)
	if stretchErr != nil {
		return UserResult{}, pbx.ChangeSet{}, stretchErr
	}
	var r UserResult
	cs, err := s.Do(ctx, a, Intent{UserUpdate, wr}, func(w *Work) error {
		r = UserResult{}
		before, err := w.mine(id)
		if err != nil {
			return err
		}
		if p.Invite {
			return fieldError("invite", "Only a new user is invited on the way; send this one an invitation by itself.")
		}
		if err = w.fresh(before.Ref(), before.Version, wr.IfMatch, p); err != nil {
			return err
		}
		u := before
		if p.Groups, err = w.furtherGroups(before.Groups, p.Groups); err != nil {
			return err
		}
		applyUser(&u, p)
		if err := w.photoKnown(p.Photo); err != nil {
			return err
		}
		if err := w.joinNamed(&u, p.NewGroups); err != nil {
			return err
		}
		if err := w.checkChange(before, &u); err != nil {
			return err
		}
		if err := w.regionUnlocked(before, u); err != nil {
			return err
		}
		if err := w.pendEmail(before, &u, p.EmailConfirmed); err != nil {
			return err
		}
		w.describe(u.Ref(), w.changedInWords(before, u, p.EmailConfirmed))
		if u.Kind != before.Kind {
			if err := s.changeKind(w, u, &r.Secrets, p); err != nil {
				return err
			}
		}
		if err := w.putUser(&before, u, p.Hold); err != nil {
			return err
		}
		if u.Enabled && !before.Enabled {
			if err := w.cameBack(id); err != nil {
				return err
			}
		}
		if err := w.setParts(u, p); err != nil {
			return err
		}
		if err := s.givenSecrets(w, u, p, chosen, &r.Secrets); err != nil {
			return err
		}
		return w.userResult(id, &r)
	})
	return s.answerUser(ctx, a, r, cs, err)
}

// regionUnlocked refuses a language or time zone that something wider locks (S1).
func (w *Work) regionUnlocked(before, u pbx.User) error {
	for _, f := range []struct {
		key      pbx.SettingKey
		was, set string
		field    string
	}{
		{pbx.SettingLanguage, before.Language, u.Language, "language"},
		{pbx.SettingTimeZone, before.TimeZone, u.TimeZone, "timeZone"},
	} {
		if f.set == "" || f.set == f.was {
			continue
		}
		path, err := w.layering().userOf(u)
		if err != nil {
			return err
		}
		spec, err := pbx.Spec(f.key)
		if err != nil {
			return err
		}
		err = w.notLocked(spec, withoutOwn(path, pbx.LevelUser, int64(u.ID), f.key))
		if err != nil && pbx.KindOf(err) == pbx.Conflict {
			return fieldError(f.field, err.Error())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkChange refuses what can't become of a user, and fills in what follows from a change.
func (w *Work) checkChange(before pbx.User, u *pbx.User) error {
	if err := w.mayGive(before, *u); err != nil {
		return err
	}
	if u.ID == w.actor.User && before.Enabled && !u.Enabled {
		return fieldError("enabled", "You can't disable yourself.")
	}
	switch {
	case before.Enabled && !u.Enabled:
		u.DisabledAt = w.now
	case u.Enabled:
		u.DisabledAt = before.DisabledAt
		if !before.Enabled {
			u.DisabledAt = pbx.User{}.DisabledAt
		}
	}
	if u.Kind != before.Kind && u.Kind == pbx.Operator {
		return fieldError("kind", "Choose person, phantom or space.")
	}
	if before.Kind == pbx.Operator && u.Kind != before.Kind && u.Number == "" {
		n, _, err := w.nextFree(u.HomeGroup, u.Location)
		if err != nil {
			return err
		}
		u.Number = n
	}
	if err := u.Validate(); err != nil {
		return err
	}
	if u.Number != before.Number {
		return w.numberAllowed(*u)
	}
	return nil
}

// putUser writes a user and keeps its number and names in the plan.
func (w *Work) putUser(before *pbx.User, u pbx.User, hold pbx.HoldID) error {
	old := pbx.User{}
	if before != nil {
		old = *before
	}
	ref := u.Ref()
	names := []struct {
		field     string
		kind      pbx.DialKind
		was, will string
	}{
		{"number", pbx.DialExtension, old.Number, u.Number},
		{"username", pbx.DialUsername, old.Username, u.Username},
		{"authAccountName", pbx.DialAuthName, old.AuthAccountName, u.AuthAccountName},
	}
	for _, n := range names {
		if n.was != "" && pbx.Fold(n.was) != pbx.Fold(n.will) {
			if err := w.release(pbx.Fold(n.was), n.kind, ref); err != nil {
				return err
			}
		}
	}
	if err := w.users.put(w, u); err != nil {
		return err
	}
	for _, n := range names {
		if n.will == "" || before != nil && pbx.Fold(n.was) == pbx.Fold(n.will) {
			continue
		}
		d := pbx.DialString{Value: pbx.Fold(n.will), Kind: n.kind, Owner: ref}
		if n.field != "number" {
			hold = 0
		}
		if err := w.claimOrExplain(n.field, d, hold, u); err != nil {
			return err
		}
	}
	return nil
}

// claimOrExplain claims a value; when the form's hold lapsed meanwhile it says so and offers the next number (X1).
func (w *Work) claimOrExplain(field string, d pbx.DialString, hold pbx.HoldID, u pbx.User) error {
	err := w.claim(field, d, hold)
	if err == nil || hold == 0 || pbx.KindOf(err) != pbx.Invalid {
		return err
	}
	taken, ok, e := w.occupant(d.Value, hold)
	if e != nil || !ok {
		return err
	}
	return w.holdLapsed(d.Value, taken, u)
}

// setParts writes what belongs to a user and is stored elsewhere: aliases, outside numbers and its own security.
func (w *Work) setParts(u pbx.User, p UserPatch) error {
	if err := w.setNumbers(u, p); err != nil {
		return err
	}
	if p.FormerUsernames != nil {
		if err := w.keepFormer(u, *p.FormerUsernames); err != nil {
			return err
		}
	}
	if p.Security == nil {
		return nil
	}
	return w.setSecurity(pbx.LevelUser, int64(u.ID), *p.Security, func(from, to any) error {
		return w.users.touch(w, u.ID, "security", from, to)
	})
}

// setNumbers writes aliases and outside numbers. One typed with + as an alias is an outside number (X3): it is added to
// those there are.
func (w *Work) setNumbers(u pbx.User, p UserPatch) error {
	outside, field := p.OutsideNumbers, "outsideNumbers"
	if p.Aliases != nil {
		var names, numbers []string
		for _, v := range *p.Aliases {
			if strings.HasPrefix(clean(v), "+") {
				numbers = append(numbers, v)
			} else {
				names = append(names, v)
			}
		}
		if err := w.setAliases(u, names); err != nil {
			return err
		}
		if len(numbers) > 0 {
			have, err := w.outsideValues(u.ID)
			if err != nil {
				return err
			}
			if outside != nil {
				have = *outside
			} else {
				field = "aliases"
			}
			all := append(slices.Clone(have), numbers...)
			outside = &all
		}
	}
	if outside == nil {
		return nil
	}
	return w.setOutside(u, field, *outside)
}

// maxAliases is how many aliases a user may have.
const maxAliases = 50

func (w *Work) setAliases(u pbx.User, given []string) error {
	before, err := w.aliases(u.ID)
	if err != nil {
		return err
	}
	want := make([]string, 0, len(given))
	for _, v := range given {
		v = pbx.Fold(clean(v))
		if m := pbx.AliasProblem(v); m != "" {
			return fieldError("aliases", v+": "+m)
		}
		reason := w.reserved(v)
		if reason == "" && !slices.Contains(before, v) {
			if reason, err = w.unusable(v); err != nil {
				return err
			}
		}
		if reason != "" {
			return fieldError("aliases", v+": "+reason)
		}
		if !slices.Contains(want, v) {
			want = append(want, v)
		}
	}
	if len(want) > maxAliases {
		return fieldError("aliases", "A user has at most "+strconv.Itoa(maxAliases)+" aliases.")
	}
	slices.Sort(want)
	for _, v := range before {
		if !slices.Contains(want, v) {
			if err := w.release(v, pbx.DialAlias, u.Ref()); err != nil {
				return err
			}
		}
	}
	for _, v := range want {
		if !slices.Contains(before, v) {
			d := pbx.DialString{Value: v, Kind: pbx.DialAlias, Owner: u.Ref()}
			if err := w.claim("aliases", d, 0); err != nil {
				return err
			}
		}
	}
	if slices.Equal(before, want) {
		return nil
	}
	return w.users.touch(w, u.ID, "aliases", before, want)
}

// tidyGroups keeps further groups ascending, once each and without the home group; none is nil.
func tidyGroups(u *pbx.User) {
	u.Groups = without(u.Groups, u.HomeGroup)
	slices.Sort(u.Groups)
	u.Groups = slices.Compact(u.Groups)
	if len(u.Groups) == 0 {
		u.Groups = nil
	}
}

func applyUser(u *pbx.User, p UserPatch) {
	set(&u.Kind, p.Kind)
	set(&u.HomeGroup, p.HomeGroup)
	set(&u.Enabled, p.Enabled)
	set(&u.Role, p.Role)
	set(&u.Profile, p.Profile)
	set(&u.Location, p.Location)
	set(&u.EmergencyLocation, p.EmergencyLocation)
	if p.Groups != nil {
		u.Groups = *p.Groups
	}
	tidyGroups(u)
	for _, f := range []struct {
		field *string
		given *string
	}{
		{&u.Number, p.Number},
		{&u.Username, p.Username},
		{&u.FirstName, p.FirstName},
		{&u.LastName, p.LastName},
		{&u.DisplayName, p.DisplayName},
		{&u.Email, p.Email},
		{&u.AuthAccountName, p.AuthAccountName},
		{&u.ExternalID, p.ExternalID},
		{&u.EmergencyAddress, p.EmergencyAddress},
		{&u.Language, p.Language},
		{&u.TimeZone, p.TimeZone},
		{&u.JobTitle, p.JobTitle},
		{&u.Department, p.Department},
		{&u.Mobile, p.Mobile},
		{&u.Fax, p.Fax},
		{&u.Custom1, p.Custom1},
		{&u.Custom2, p.Custom2},
		{&u.Custom3, p.Custom3},
		{&u.StreetAddress, p.StreetAddress},
		{&u.City, p.City},
		{&u.State, p.State},
		{&u.ZIPCode, p.ZIPCode},
		{&u.Country, p.Country},
		{&u.Photo, p.Photo},
	} {
		set(f.field, f.given)
		*f.field = clean(*f.field)
	}
	u.Username = strings.ToLower(u.Username)
}
