package admintest

import (
	"maps"
	"slices"
	"strconv"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) chance(n int) bool { return r.rand.IntN(n) == 0 }

func (r *rig) word() string {
	return []string{"ada", "bo", "cy", "di", "eve", "fay", "gus"}[r.rand.IntN(7)]
}

func (r *rig) number() string { return strconv.Itoa(200 + r.rand.IntN(12)) }

// anyOf gives the key of something there is, 0 when there is nothing.
func anyOf[K ~int64, V any](r *rig, m map[K]V) K {
	keys := slices.Sorted(maps.Keys(m))
	if len(keys) == 0 {
		return 0
	}
	return keys[r.rand.IntN(len(keys))]
}

// intent does one random thing and returns its change set, 0 when it was refused or changed nothing.
func (r *rig) intent() pbx.ChangeSetID {
	r.Helper()
	s := r.state()
	intents := []func(state) (pbx.ChangeSet, error){
		r.createGroup, r.createGroup, r.updateGroup, r.deleteGroup, r.createUser, r.createUser, r.createUser, r.updateUser,
		r.updateUser, r.deleteUser, r.restore, r.setting, r.pool, r.device, r.release, r.leave, r.leave, r.comeBack, r.forward, r.forward,
		r.renumber, r.rename, r.deleteUsers, r.createProfile, r.deleteProfile, r.createPermission, r.deletePermission,
		r.createLocation, r.updateLocation, r.deleteLocation, r.addOutside,
		r.addOutside, r.changeOutside, r.deleteOutside, r.createRingGroup, r.createRingGroup, r.updateRingGroup, r.updateRingGroup,
		r.deleteRingGroup,
	}
	cs, err := intents[r.rand.IntN(len(intents))](s)
	if err != nil {
		if pbx.KindOf(err) == pbx.Internal {
			r.Fatal(err)
		}
		return 0
	}
	return cs.ID
}

func (r *rig) createGroup(state) (pbx.ChangeSet, error) {
	_, cs, err := r.CreateGroup(r.Context(), r.owner, admin.GroupPatch{Name: new(r.word())}, admin.Write{})
	return cs, err
}

func (r *rig) updateGroup(s state) (pbx.ChangeSet, error) {
	patch := admin.GroupPatch{City: new(r.word())}
	if r.chance(2) {
		patch.Position = new(1 + r.rand.IntN(4))
	}
	if r.chance(2) {
		patch.Profile = new(anyOf(r, s.Profiles))
	}
	_, cs, err := r.UpdateGroup(r.Context(), r.owner, anyOf(r, s.Groups), patch, admin.Write{})
	return cs, err
}

func (r *rig) createProfile(state) (pbx.ChangeSet, error) {
	_, cs, err := r.CreateProfile(r.Context(), r.owner, admin.ProfilePatch{Name: new(r.word())}, admin.Write{})
	return cs, err
}

func (r *rig) deleteProfile(s state) (pbx.ChangeSet, error) {
	to := int64(anyOf(r, s.Profiles))
	return r.remember(r.DeleteProfile(r.Context(), r.owner, anyOf(r, s.Profiles), &admin.Resolution{
		Answers: []admin.Answer{
			{Way: admin.WayReroute, To: to}, {Kind: pbx.KindUser, Way: admin.WayRemove}, {Kind: pbx.KindDevice, Way: admin.WayRemove},
		},
	}, admin.Write{}))
}

func (r *rig) createPermission(state) (pbx.ChangeSet, error) {
	_, cs, err := r.CreatePermission(r.Context(), r.owner, admin.PermissionPatch{
		Key: new(r.word()), Label: new(r.word()), Default: new(r.chance(2)),
	}, admin.Write{})
	return cs, err
}

func (r *rig) deletePermission(s state) (pbx.ChangeSet, error) {
	return r.remember(r.DeletePermission(r.Context(), r.owner, anyOf(r, s.Perms), admin.Write{}))
}

func (r *rig) createLocation(state) (pbx.ChangeSet, error) {
	_, cs, err := r.CreateLocation(r.Context(), r.owner, admin.LocationPatch{Name: new(r.word())}, admin.Write{})
	return cs, err
}

func (r *rig) updateLocation(s state) (pbx.ChangeSet, error) {
	_, cs, err := r.UpdateLocation(r.Context(), r.owner, anyOf(r, s.Locations), admin.LocationPatch{
		City: new(r.word()), Networks: &[]string{"192.0.2." + r.number() + "/30"},
	}, admin.Write{})
	return cs, err
}

func (r *rig) deleteLocation(s state) (pbx.ChangeSet, error) {
	return r.remember(r.DeleteLocation(r.Context(), r.owner, anyOf(r, s.Locations), r.resolution(s), admin.Write{}))
}

func (r *rig) deleteGroup(s state) (pbx.ChangeSet, error) {
	id := anyOf(r, s.Groups)
	how := r.resolution(s)
	if how == nil {
		how = &admin.Resolution{}
	}
	how.Accounts, how.ConfirmName = admin.AccountsDelete, s.Groups[id].Name
	if r.chance(2) {
		how.Accounts, how.MoveTo = admin.AccountsMove, anyOf(r, s.Groups)
	}
	cs, err := r.DeleteGroup(r.Context(), r.owner, id, how, admin.Write{})
	return r.remember(cs, err)
}

// remember keeps a deletion, so that it may be restored.
func (r *rig) remember(cs pbx.ChangeSet, err error) (pbx.ChangeSet, error) {
	if err == nil {
		r.deleted = append(r.deleted, cs.ID)
	}
	return cs, err
}

func (r *rig) userPatch(s state) admin.UserPatch {
	var patch admin.UserPatch
	for _, f := range []struct {
		field **string
		value func() string
	}{
		{&patch.FirstName, r.word},
		{&patch.Number, r.number},
		{&patch.Username, r.word},
		{&patch.Department, r.word},
	} {
		if r.chance(3) {
			*f.field = new(f.value())
		}
	}
	if r.chance(4) {
		patch.AuthAccountName = new([]string{"", r.word()}[r.rand.IntN(2)])
	}
	if r.chance(3) {
		list := []string{}
		for range r.rand.IntN(3) {
			list = append(list, []string{r.word(), r.number(), r.outsideValue()}[r.rand.IntN(3)])
		}
		patch.Aliases = &list
	}
	if r.chance(3) {
		list := []string{}
		for range r.rand.IntN(3) {
			list = append(list, r.outsideValue())
		}
		patch.OutsideNumbers = &list
	}
	if r.chance(3) {
		patch.HomeGroup = new(anyOf(r, s.Groups))
	}
	if r.chance(3) {
		patch.Groups = &[]pbx.GroupID{anyOf(r, s.Groups)}
	}
	if r.chance(4) {
		patch.Profile = new(anyOf(r, s.Profiles))
	}
	if r.chance(4) {
		patch.TimeZone = new([]string{"", "Europe/Rome"}[r.rand.IntN(2)])
	}
	if r.chance(3) {
		patch.Location = new(anyOf(r, s.Locations))
	}
	if r.chance(5) {
		patch.EmergencyLocation = new(anyOf(r, s.Locations))
	}
	if r.chance(5) {
		patch.Enabled = new(r.chance(2))
	}
	if r.chance(4) {
		patch.Security = new([]pbx.Security{pbx.Secure, pbx.AnySecurity, ""}[r.rand.IntN(3)])
	}
	if r.chance(6) {
		patch.Kind, patch.DisplayName = new(pbx.UserKinds()[r.rand.IntN(3)]), new(r.word())
	}
	return patch
}

func (r *rig) createUser(s state) (pbx.ChangeSet, error) {
	patch := r.userPatch(s)
	patch.FirstName, patch.HomeGroup = new(r.word()), new(anyOf(r, s.Groups))
	_, cs, err := r.CreateUser(r.Context(), r.owner, patch, admin.Write{})
	return cs, err
}

func (r *rig) updateUser(s state) (pbx.ChangeSet, error) {
	_, cs, err := r.UpdateUser(r.Context(), r.owner, anyOf(r, s.Users), r.userPatch(s), admin.Write{})
	return cs, err
}

func (r *rig) deleteUser(s state) (pbx.ChangeSet, error) {
	return r.remember(r.DeleteUser(r.Context(), r.owner, anyOf(r, s.Users), r.resolution(s), admin.Write{}))
}

func (r *rig) deleteUsers(s state) (pbx.ChangeSet, error) {
	ids := []pbx.UserID{anyOf(r, s.Users), anyOf(r, s.Users)}
	return r.remember(r.DeleteUsers(r.Context(), r.owner, ids, r.resolution(s), admin.Write{}))
}

// resolution answers, or not, whatever a deletion asks.
func (r *rig) resolution(s state) *admin.Resolution {
	switch r.rand.IntN(3) {
	case 0:
		return nil
	case 1:
		return &admin.Resolution{Answers: []admin.Answer{{Way: admin.WayRemove}}}
	}
	return &admin.Resolution{Answers: []admin.Answer{
		{Way: admin.WayRemove},
		{Kind: pbx.KindLeave, Way: admin.WayReroute, To: int64(anyOf(r, s.Users))},
		{Kind: pbx.KindRingGroup, Field: "members", Way: admin.WayReroute, To: int64(anyOf(r, s.Users))},
		{Kind: pbx.KindOutsideNumber, Field: "leadsTo", Way: admin.WayReroute, To: int64(anyOf(r, s.RingGroups))},
	}}
}

func (r *rig) leave(s state) (pbx.ChangeSet, error) {
	patch := admin.LeavePatch{On: new(r.now.AddDate(0, 0, r.rand.IntN(2))), DeleteAfter: new(r.rand.IntN(3))}
	if r.chance(2) {
		patch.CallsTo = new(anyOf(r, s.Users))
	}
	_, cs, err := r.PlanLeave(r.Context(), r.owner, anyOf(r, s.Users), patch, admin.Write{})
	return cs, err
}

func (r *rig) forward(s state) (pbx.ChangeSet, error) {
	cases := pbx.ForwardCases()
	patch := admin.ForwardingPatch{To: map[pbx.ForwardWhen]admin.ForwardTo{}}
	for range 1 + r.rand.IntN(3) {
		to := admin.ForwardTo{}
		if !r.chance(4) {
			to.ID = anyOf(r, s.Users)
		}
		patch.To[cases[r.rand.IntN(len(cases))]] = to
	}
	if r.chance(3) {
		patch.DoNotDisturb = new(r.chance(2))
	}
	if r.chance(3) {
		patch.Paused = new(r.chance(2))
	}
	_, cs, err := r.SetForwarding(r.Context(), r.owner, anyOf(r, s.Users), patch, admin.Write{})
	return cs, err
}

func (r *rig) comeBack(s state) (pbx.ChangeSet, error) {
	_, cs, err := r.ComeBack(r.Context(), r.owner, anyOf(r, s.Leaves), admin.Write{})
	return cs, err
}

func (r *rig) restore(state) (pbx.ChangeSet, error) {
	if len(r.deleted) == 0 {
		return pbx.ChangeSet{}, nil
	}
	_, cs, err := r.Restore(r.Context(), r.owner, r.deleted[r.rand.IntN(len(r.deleted))], admin.NextNumbers, admin.Write{})
	return cs, err
}

func (r *rig) setting(s state) (pbx.ChangeSet, error) {
	places := []pbx.Place{
		{Level: pbx.LevelUser, Owner: int64(anyOf(r, s.Users))},
		{Level: pbx.LevelGroup, Owner: int64(anyOf(r, s.Groups))},
		{Level: pbx.LevelOrganization, Owner: int64(r.org)},
		{Level: pbx.LevelDevice, Owner: int64(anyOf(r, s.Devices))},
		{Level: pbx.LevelLocation, Owner: int64(anyOf(r, s.Locations))},
		{Level: pbx.LevelProfile, Owner: int64(anyOf(r, s.Profiles))},
	}
	at := places[r.rand.IntN(len(places))]
	key, value := pbx.SettingZRTP, strconv.FormatBool(r.chance(2))
	switch id := anyOf(r, s.Perms); {
	case r.chance(4):
		key, value = pbx.SettingTimeZone, "Europe/Berlin"
	case r.chance(4) && id != 0:
		key = s.Perms[id].Setting()
	case r.chance(2):
		key, value = pbx.SettingShownNumber, []string{pbx.ShownWithheld, r.outsideValue(), r.outsideValue()}[r.rand.IntN(3)]
		if n := s.Outside[anyOf(r, s.Outside)]; n.Value != "" && r.chance(2) { // one that may be shown
			value, at = n.Value, pbx.Place{Level: pbx.LevelUser, Owner: n.LeadsTo.ID}
		}
	}
	if r.chance(6) {
		_, cs, err := r.ResetBelow(r.Context(), r.owner, at.Level, at.Owner, key, nil, admin.Write{})
		return cs, err
	}
	if r.chance(3) {
		return r.ResetSetting(r.Context(), r.owner, at.Level, at.Owner, key, admin.Write{})
	}
	_, cs, err := r.PutSetting(r.Context(), r.owner, pbx.Setting{
		Level: at.Level, Owner: at.Owner, Key: key, Value: value, Locked: r.chance(4),
	}, admin.Write{})
	return cs, err
}

func (r *rig) pool(s state) (pbx.ChangeSet, error) {
	if r.chance(2) {
		return r.remember(r.DeletePool(r.Context(), r.owner, anyOf(r, s.Pools), admin.Write{}))
	}
	first := 300 + 10*r.rand.IntN(5)
	_, cs, err := r.CreatePool(r.Context(), r.owner, admin.PoolPatch{
		First: new(strconv.Itoa(first)), Last: new(strconv.Itoa(first + 5)), Group: new(anyOf(r, s.Groups)),
		Location: new(anyOf(r, s.Locations)),
	}, admin.Write{})
	return cs, err
}

func (r *rig) device(s state) (pbx.ChangeSet, error) {
	patch := admin.DevicePatch{
		Enabled: new(r.chance(2)), Security: new([]pbx.Security{pbx.AnySecurity, ""}[r.rand.IntN(2)]),
	}
	if r.chance(2) {
		patch.EmergencyLocation = new(anyOf(r, s.Locations))
	}
	_, cs, err := r.UpdateDevice(r.Context(), r.owner, anyOf(r, s.Devices), patch, admin.Write{})
	return cs, err
}

func (r *rig) release(s state) (pbx.ChangeSet, error) {
	for _, v := range slices.Sorted(maps.Keys(s.Dials)) {
		if s.Dials[v].Kind == pbx.DialHeld && r.chance(2) {
			return r.ReleaseNumber(r.Context(), r.owner, v, admin.Write{})
		}
	}
	return pbx.ChangeSet{}, nil
}

func (r *rig) renumber(s state) (pbx.ChangeSet, error) {
	in := admin.RenumberInput{}
	if r.chance(2) {
		in.KeepUntil = r.now.AddDate(1, 0, 0)
	}
	for range 1 + r.rand.IntN(3) {
		in.Changes = append(in.Changes, admin.NumberChange{Old: s.Users[anyOf(r, s.Users)].Number, New: r.number()})
	}
	_, cs, err := r.Renumber(r.Context(), r.owner, in, admin.Write{})
	return cs, err
}

func (r *rig) rename(s state) (pbx.ChangeSet, error) {
	in := admin.RenameInput{FirstName: new(r.word()), Username: new(r.word())}
	if r.chance(3) {
		in.Alias = new(r.word())
	}
	_, cs, err := r.Rename(r.Context(), r.owner, anyOf(r, s.Users), in, admin.Write{})
	return cs, err
}

// handOver changes secrets for good, so no undo gives the start again.
func (r *rig) handOver(s state) {
	in := admin.HandOverInput{FirstName: r.word()}
	_, _, err := r.HandOver(r.Context(), r.owner, anyOf(r, s.Users), in, admin.Write{})
	if err != nil && pbx.KindOf(err) == pbx.Internal {
		r.Fatal(err)
	}
}

func (r *rig) outsideValue() string { return "+453373650" + strconv.Itoa(r.rand.IntN(8)) }

func (r *rig) leadsTo(s state) *pbx.Ref {
	if r.chance(3) {
		return new(pbx.Ref{})
	}
	if r.chance(3) {
		return new(pbx.RingGroup{ID: anyOf(r, s.RingGroups)}.Ref())
	}
	return new(pbx.User{ID: anyOf(r, s.Users)}.Ref())
}

func (r *rig) ringGroup(s state) admin.RingGroupPatch {
	members := []pbx.UserID{}
	for range r.rand.IntN(4) {
		if id := anyOf(r, s.Users); !slices.Contains(members, id) {
			members = append(members, id)
		}
	}
	patch := admin.RingGroupPatch{Members: &members}
	if r.chance(2) {
		patch.Number = new([]string{"", r.number(), r.number()}[r.rand.IntN(3)])
	}
	if r.chance(2) {
		patch.Strategy = new(pbx.RingStrategies()[r.rand.IntN(3)])
	}
	if r.chance(2) {
		patch.Then = r.leadsTo(s)
	}
	return patch
}

func (r *rig) createRingGroup(s state) (pbx.ChangeSet, error) {
	patch := r.ringGroup(s)
	patch.Name = new(r.word())
	_, cs, err := r.CreateRingGroup(r.Context(), r.owner, patch, admin.Write{})
	return cs, err
}

func (r *rig) updateRingGroup(s state) (pbx.ChangeSet, error) {
	patch := r.ringGroup(s)
	if r.chance(4) {
		patch.Name = new(r.word())
	}
	_, cs, err := r.UpdateRingGroup(r.Context(), r.owner, anyOf(r, s.RingGroups), patch, admin.Write{})
	return cs, err
}

func (r *rig) deleteRingGroup(s state) (pbx.ChangeSet, error) {
	return r.remember(r.DeleteRingGroup(r.Context(), r.owner, anyOf(r, s.RingGroups), r.resolution(s), admin.Write{}))
}

func (r *rig) addOutside(s state) (pbx.ChangeSet, error) {
	patch := admin.OutsidePatch{Value: new(r.outsideValue()), Note: new(r.word())}
	if r.chance(2) {
		patch.LeadsTo = r.leadsTo(s)
	}
	_, cs, err := r.CreateOutsideNumber(r.Context(), r.owner, patch, admin.Write{})
	return cs, err
}

func (r *rig) changeOutside(s state) (pbx.ChangeSet, error) {
	patch := admin.OutsidePatch{LeadsTo: r.leadsTo(s)}
	if r.chance(2) {
		patch.State = new(pbx.OutsideStates()[r.rand.IntN(3)])
	}
	if r.chance(3) {
		patch.Location = new(anyOf(r, s.Locations))
	}
	_, cs, err := r.UpdateOutsideNumber(r.Context(), r.owner, anyOf(r, s.Outside), patch, admin.Write{})
	return cs, err
}

func (r *rig) deleteOutside(s state) (pbx.ChangeSet, error) {
	return r.remember(r.DeleteOutsideNumber(r.Context(), r.owner, anyOf(r, s.Outside), r.resolution(s), admin.Write{}))
}
