package memstore

import (
	"cmp"
	"slices"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (t *tx) Organization(id pbx.OrganizationID) (pbx.Organization, error) {
	return get(t.db.organizations, id, pbx.KindOrganization)
}

func (t *tx) OrganizationByAccount(name string) (pbx.Organization, error) {
	for _, o := range t.db.organizations {
		if o.AccountName == name {
			return o, nil
		}
	}
	return pbx.Organization{}, missing(pbx.KindOrganization)
}

func (t *tx) Organizations() ([]pbx.Organization, error) {
	return where(t.db.organizations, func(pbx.Organization) bool { return true },
		func(a, b pbx.Organization) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (t *tx) PutOrganization(o pbx.Organization) error {
	for _, x := range t.db.organizations {
		if x.ID != o.ID && x.AccountName == o.AccountName {
			return conflict("Another organization has this account name.")
		}
	}
	put(t, t.db.organizations, o.ID, o)
	return nil
}

func (t *tx) Group(id pbx.GroupID) (pbx.Group, error) { return get(t.db.groups, id, pbx.KindGroup) }

func (t *tx) GroupByName(org pbx.OrganizationID, key string) (pbx.Group, error) {
	for _, g := range t.db.groups {
		if g.Organization == org && g.NameKey() == key {
			return g, nil
		}
	}
	return pbx.Group{}, missing(pbx.KindGroup)
}

func (t *tx) Groups(org pbx.OrganizationID) ([]pbx.Group, error) {
	return where(t.db.groups, func(g pbx.Group) bool { return g.Organization == org }, admin.GroupOrder), nil
}

func (t *tx) GroupsAmong(ids []pbx.GroupID) ([]pbx.Group, error) {
	return where(t.db.groups, func(g pbx.Group) bool { return slices.Contains(ids, g.ID) }, admin.GroupOrder), nil
}

func (t *tx) PutGroup(g pbx.Group) error {
	if x, err := t.GroupByName(g.Organization, g.NameKey()); err == nil && x.ID != g.ID {
		return conflict("There is already a group of this name.")
	}
	put(t, t.db.groups, g.ID, g)
	return nil
}

func (t *tx) DeleteGroup(id pbx.GroupID) error {
	for _, u := range t.db.users {
		if u.MemberOf(id) {
			return conflict("The group still has users.")
		}
	}
	return drop(t, t.db.groups, id, pbx.KindGroup)
}

func cloneUser(u pbx.User) pbx.User {
	u.Groups = slices.Clone(u.Groups)
	return u
}

func userOrder(a, b pbx.User) int { return cmp.Compare(a.ID, b.ID) }

func (t *tx) usersWhere(match func(pbx.User) bool) []pbx.User {
	out := where(t.db.users, match, userOrder)
	for i := range out {
		out[i] = cloneUser(out[i])
	}
	return out
}

func (t *tx) User(id pbx.UserID) (pbx.User, error) {
	u, err := get(t.db.users, id, pbx.KindUser)
	return cloneUser(u), err
}

func (t *tx) Users(ids []pbx.UserID) ([]pbx.User, error) {
	return t.usersWhere(func(u pbx.User) bool { return slices.Contains(ids, u.ID) }), nil
}

func (t *tx) UsersHomedIn(g pbx.GroupID) ([]pbx.User, error) {
	return t.usersWhere(func(u pbx.User) bool { return u.HomeGroup == g }), nil
}

func (t *tx) UsersFurtherIn(g pbx.GroupID) ([]pbx.User, error) {
	return t.usersWhere(func(u pbx.User) bool { return slices.Contains(u.Groups, g) }), nil
}

func (t *tx) UsersWithRole(org pbx.OrganizationID, r pbx.Role) ([]pbx.User, error) {
	return t.usersWhere(func(u pbx.User) bool { return u.Organization == org && u.Role == r }), nil
}

func (t *tx) UsersWithEmail(org pbx.OrganizationID, folded string, most int) ([]pbx.User, error) {
	out := t.usersWhere(func(u pbx.User) bool {
		return u.Organization == org && u.Email != "" && pbx.Fold(u.Email) == folded
	})
	return out[:min(most, len(out))], nil
}

func (t *tx) CountUsers(org pbx.OrganizationID) (int, error) {
	n := 0
	for _, u := range t.db.users {
		if u.Organization == org && u.Kind != pbx.Operator {
			n++
		}
	}
	return n, nil
}

func (t *tx) PutUser(u pbx.User) error {
	for _, l := range []pbx.LocationID{u.Location, u.EmergencyLocation} {
		if _, ok := t.db.locations[l]; l != 0 && !ok {
			return conflict("There is no such location.")
		}
	}
	for _, g := range u.AllGroups() {
		if _, ok := t.db.groups[g]; !ok {
			return conflict("There is no such group.")
		}
	}
	put(t, t.db.users, u.ID, cloneUser(u))
	return nil
}

func (t *tx) DeleteUser(id pbx.UserID) error { return drop(t, t.db.users, id, pbx.KindUser) }

func (t *tx) UserSecret(u pbx.UserID, n pbx.SecretName) (pbx.UserSecret, error) {
	return get(t.db.secrets, secretKey{u, n}, pbx.KindUserSecret)
}

func (t *tx) UserSecrets(u pbx.UserID) ([]pbx.UserSecret, error) {
	return where(t.db.secrets, func(s pbx.UserSecret) bool { return s.User == u },
		func(a, b pbx.UserSecret) int { return cmp.Compare(a.Name, b.Name) }), nil
}

func (t *tx) PutUserSecret(s pbx.UserSecret) error {
	put(t, t.db.secrets, secretKey{s.User, s.Name}, s)
	return nil
}

func (t *tx) DeleteUserSecret(u pbx.UserID, n pbx.SecretName) error {
	return drop(t, t.db.secrets, secretKey{u, n}, pbx.KindUserSecret)
}

func (t *tx) Device(id pbx.DeviceID) (pbx.Device, error) {
	return get(t.db.devices, id, pbx.KindDevice)
}

func (t *tx) DevicesOf(u pbx.UserID) ([]pbx.Device, error) {
	return where(t.db.devices, func(d pbx.Device) bool { return d.User == u },
		func(a, b pbx.Device) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (t *tx) PutDevice(d pbx.Device) error {
	if _, ok := t.db.locations[d.EmergencyLocation]; d.EmergencyLocation != 0 && !ok {
		return conflict("There is no such location.")
	}
	put(t, t.db.devices, d.ID, d)
	return nil
}

func (t *tx) DeleteDevice(id pbx.DeviceID) error { return drop(t, t.db.devices, id, pbx.KindDevice) }

func (t *tx) Line(id pbx.LineID) (pbx.Line, error) { return get(t.db.lines, id, pbx.KindLine) }

func (t *tx) LinesOfDevice(d pbx.DeviceID) ([]pbx.Line, error) {
	return where(t.db.lines, func(l pbx.Line) bool { return l.Device == d },
		func(a, b pbx.Line) int { return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID)) }), nil
}

func (t *tx) LinesOfUser(u pbx.UserID) ([]pbx.Line, error) {
	return where(t.db.lines, func(l pbx.Line) bool { return l.User == u },
		func(a, b pbx.Line) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (t *tx) PutLine(l pbx.Line) error { put(t, t.db.lines, l.ID, l); return nil }

func (t *tx) DeleteLine(id pbx.LineID) error { return drop(t, t.db.lines, id, pbx.KindLine) }

func (t *tx) Credential(l pbx.LineID) (pbx.Credential, error) {
	return get(t.db.credentials, l, pbx.KindCredential)
}

func (t *tx) PutCredential(c pbx.Credential) error { put(t, t.db.credentials, c.Line, c); return nil }

func (t *tx) DeleteCredential(l pbx.LineID) error {
	return drop(t, t.db.credentials, l, pbx.KindCredential)
}

func (t *tx) SIPUsername(org pbx.OrganizationID, v string) (pbx.LineID, error) {
	return get(t.db.sipNames, dialKey{org, v}, pbx.KindLine)
}

func (t *tx) ReserveSIPUsername(org pbx.OrganizationID, v string, l pbx.LineID) error {
	if has, ok := t.db.sipNames[dialKey{org, v}]; ok && has != l {
		return conflict("The SIP user name is or was another line's.")
	}
	put(t, t.db.sipNames, dialKey{org, v}, l)
	return nil
}

func (t *tx) Pool(id pbx.PoolID) (pbx.ExtensionPool, error) { return get(t.db.pools, id, pbx.KindPool) }

func (t *tx) Pools(org pbx.OrganizationID) ([]pbx.ExtensionPool, error) {
	return where(t.db.pools, func(p pbx.ExtensionPool) bool { return p.Organization == org },
		func(a, b pbx.ExtensionPool) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (t *tx) PutPool(p pbx.ExtensionPool) error { put(t, t.db.pools, p.ID, p); return nil }

func (t *tx) DeletePool(id pbx.PoolID) error { return drop(t, t.db.pools, id, pbx.KindPool) }

func (t *tx) Token(id pbx.TokenID) (pbx.Token, error) {
	k, err := get(t.db.tokens, id, pbx.KindToken)
	k.Scopes = slices.Clone(k.Scopes)
	return k, err
}

func (t *tx) TokenByHash(hash []byte) (pbx.Token, error) {
	for _, k := range t.db.tokens {
		if slices.Equal(k.Hash, hash) {
			return t.Token(k.ID)
		}
	}
	return pbx.Token{}, missing(pbx.KindToken)
}

func tokenOrder(a, b pbx.Token) int { return cmp.Compare(a.ID, b.ID) }

func (t *tx) TokensOf(u pbx.UserID) ([]pbx.Token, error) {
	return where(t.db.tokens, func(k pbx.Token) bool { return k.User == u }, tokenOrder), nil
}

func (t *tx) PutToken(k pbx.Token) error {
	if x, err := t.TokenByHash(k.Hash); err == nil && x.ID != k.ID {
		return conflict("Another token has this hash.")
	}
	if other, err := t.TokenByHash(k.Hash); err == nil && other.ID != k.ID {
		return conflict("The token exists already.")
	}
	k.Scopes = slices.Clone(k.Scopes)
	put(t, t.db.tokens, k.ID, k)
	return nil
}

func (t *tx) DeleteToken(id pbx.TokenID) error { return drop(t, t.db.tokens, id, pbx.KindToken) }
