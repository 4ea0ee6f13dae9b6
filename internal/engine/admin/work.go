package admin

import (
	"maps"
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// Work is what the function of a change set reads and writes: the snapshot, overlaid with its own writes. Nothing
// reaches the store before the function has returned and the result was found valid; in a dry run nothing ever does.
type Work struct {
	tx    ReadTx
	ids   func(kind pbx.Kind, n int) (int64, error)
	org   pbx.OrganizationID
	now   time.Time
	actor Actor
	dry   bool

	orgs       *table[pbx.OrganizationID, pbx.Organization]
	locs       *table[pbx.LocationID, pbx.Location]
	profiles   *table[pbx.ProfileID, pbx.ProvisioningProfile]
	perms      *table[pbx.PermissionID, pbx.CustomPermission]
	groups     *table[pbx.GroupID, pbx.Group]
	users      *table[pbx.UserID, pbx.User]
	leaves     *table[pbx.UserID, pbx.Leave]
	forwards   *table[pbx.UserID, pbx.Forwarding]
	secrets    *table[secretKey, pbx.UserSecret]
	devices    *table[pbx.DeviceID, pbx.Device]
	lines      *table[pbx.LineID, pbx.Line]
	creds      *table[pbx.LineID, pbx.Credential]
	pools      *table[pbx.PoolID, pbx.ExtensionPool]
	ringGroups *table[pbx.RingGroupID, pbx.RingGroup]
	outside    *table[pbx.NumberID, pbx.OutsideNumber]
	dials      *table[string, pbx.DialString]
	settings   *table[settingKey, pbx.Setting]
	tokens     *table[pbx.TokenID, pbx.Token]
	mails      *table[pbx.OrganizationID, pbx.MailServer]
	mailKeys   *table[pbx.OrganizationID, pbx.MailPassword]

	sipNames map[string]pbx.LineID // reserved by this work

	emergency   []string // the numbers of emergencyIn
	emergencyIn string

	emptied []pbx.ChangeSetID // trash that was restored
	subject pbx.Ref
	summary string
	undoes  pbx.ChangeSetID
}

type secretKey struct {
	user pbx.UserID
	name pbx.SecretName
}

type settingKey struct {
	level pbx.Level
	owner int64
	key   pbx.SettingKey
}

func newWork(tx ReadTx, org pbx.OrganizationID, a Actor, now time.Time) *Work {
	return &Work{
		tx: tx, org: org, actor: a, now: now,
		orgs: newTable(organizationSpec()), locs: newTable(locationSpec()), profiles: newTable(profileSpec()),
		perms: newTable(permissionSpec()), groups: newTable(groupSpec()), users: newTable(userSpec()),
		leaves:   newTable(leaveSpec()),
		forwards: newTable(forwardingSpec()),
		secrets:  newTable(userSecretSpec()), devices: newTable(deviceSpec()), lines: newTable(lineSpec()),
		creds: newTable(credentialSpec()), pools: newTable(poolSpec()), dials: newTable(dialStringSpec()),
		ringGroups: newTable(ringGroupSpec()),
		outside:    newTable(outsideSpec()), settings: newTable(settingSpec()), tokens: newTable(tokenSpec()),
		mails: newTable(mailServerSpec()), mailKeys: newTable(mailPasswordSpec()),
		sipNames: map[string]pbx.LineID{},
	}
}

// tables gives every table, in the order of pbx.Kinds: what is referred to comes first.
func (w *Work) tables() []anyTable {
	return []anyTable{
		w.orgs, w.locs, w.profiles, w.perms, w.groups, w.users, w.leaves, w.forwards, w.secrets, w.devices, w.lines, w.creds, w.pools,
		w.ringGroups, w.outside, w.dials,
		w.settings, w.tokens,
		w.mails, w.mailKeys,
	}
}

// table finds the table of a kind; nil for a kind that has none.
func (w *Work) table(k pbx.Kind) anyTable {
	for _, t := range w.tables() {
		if t.kind() == k {
			return t
		}
	}
	return nil
}

// describe names what the change set is about and says it in a sentence.
func (w *Work) describe(subject pbx.Ref, summary string) { w.subject, w.summary = subject, summary }

// Dry reports whether nothing will be written, so that nothing need be hashed.
func (w *Work) Dry() bool { return w.dry }

// Organization returns the organization the work belongs to.
func (w *Work) Organization() (pbx.Organization, error) {
	return w.orgs.get(w, w.org)
}

// Group returns a group; NotFound.
func (w *Work) Group(id pbx.GroupID) (pbx.Group, error) { return w.groups.get(w, id) }

// Groups returns all groups in their order.
func (w *Work) Groups() ([]pbx.Group, error) {
	base, err := w.tx.Groups(w.org)
	if err != nil {
		return nil, err
	}
	out := w.groups.overlay(w, base, func(pbx.Group) bool { return true })
	slices.SortStableFunc(out, GroupOrder)
	return out, nil
}

// groupsOf returns the groups that some users are in, in the group order, with one read.
func (w *Work) groupsOf(users ...pbx.User) ([]pbx.Group, error) {
	among := map[pbx.GroupID]bool{}
	for _, u := range users {
		for _, id := range u.AllGroups() {
			among[id] = true
		}
	}
	base, err := w.tx.GroupsAmong(slices.Sorted(maps.Keys(among)))
	if err != nil {
		return nil, err
	}
	if len(users) == 1 { // who changes him looks at them again, one by one
		w.groups.saw(w, base)
	}
	out := w.groups.overlay(w, base, func(g pbx.Group) bool { return among[g.ID] })
	slices.SortFunc(out, GroupOrder)
	return out, nil
}

// GroupOrder compares groups by their place in the group order.
func GroupOrder(a, b pbx.Group) int {
	if a.Position != b.Position {
		return a.Position - b.Position
	}
	return int(a.ID - b.ID)
}

// groupByName finds a group by its folded name; NotFound.
func (w *Work) groupByName(key string) (pbx.Group, error) {
	var base []pbx.Group
	g, err := w.tx.GroupByName(w.org, key)
	switch {
	case err == nil:
		base = []pbx.Group{g}
	case pbx.KindOf(err) != pbx.NotFound:
		return pbx.Group{}, err
	}
	found := w.groups.overlay(w, base, func(g pbx.Group) bool { return g.NameKey() == key })
	if len(found) == 0 {
		return pbx.Group{}, pbx.Errorf(pbx.NotFound, "There is no such group.")
	}
	return found[0], nil
}

// User returns a user; NotFound.
func (w *Work) User(id pbx.UserID) (pbx.User, error) { return w.users.get(w, id) }

func (w *Work) usersHomedIn(g pbx.GroupID) ([]pbx.User, error) {
	base, err := w.tx.UsersHomedIn(g)
	if err != nil {
		return nil, err
	}
	return w.users.overlay(w, base, func(u pbx.User) bool { return u.HomeGroup == g }), nil
}

func (w *Work) usersFurtherIn(g pbx.GroupID) ([]pbx.User, error) {
	base, err := w.tx.UsersFurtherIn(g)
	if err != nil {
		return nil, err
	}
	return w.users.overlay(w, base, func(u pbx.User) bool { return slices.Contains(u.Groups, g) }), nil
}

func (w *Work) usersWithRole(r pbx.Role) ([]pbx.User, error) {
	base, err := w.tx.UsersWithRole(w.org, r)
	if err != nil {
		return nil, err
	}
	return w.users.overlay(w, base, func(u pbx.User) bool { return u.Role == r }), nil
}

// countUsers counts users other than operators.
func (w *Work) countUsers() (int, error) {
	n, err := w.tx.CountUsers(w.org)
	if err != nil {
		return 0, err
	}
	return n + w.usersAdded(), nil
}

// usersAdded is how many more users than before there are by this work.
func (w *Work) usersAdded() int {
	n := 0
	_ = w.users.written(func(before, now *pbx.User) error { // the function never fails
		if before != nil && before.Kind != pbx.Operator {
			n--
		}
		if now != nil && now.Kind != pbx.Operator {
			n++
		}
		return nil
	})
	return n
}

func (w *Work) userSecrets(u pbx.UserID) ([]pbx.UserSecret, error) {
	base, err := w.tx.UserSecrets(u)
	if err != nil {
		return nil, err
	}
	return w.secrets.overlayOf(w, base, pbx.User{ID: u}.Ref()), nil
}

// Device returns a device; NotFound.
func (w *Work) Device(id pbx.DeviceID) (pbx.Device, error) { return w.devices.get(w, id) }

func (w *Work) devicesOf(u pbx.UserID) ([]pbx.Device, error) {
	base, err := w.tx.DevicesOf(u)
	if err != nil {
		return nil, err
	}
	return w.devices.overlayOf(w, base, pbx.User{ID: u}.Ref()), nil
}

func (w *Work) linesOfDevice(d pbx.DeviceID) ([]pbx.Line, error) {
	base, err := w.tx.LinesOfDevice(d)
	if err != nil {
		return nil, err
	}
	return w.lines.overlayOf(w, base, pbx.Device{ID: d}.Ref()), nil
}

func (w *Work) dialStringsOf(owner pbx.Ref) ([]pbx.DialString, error) {
	base, err := w.tx.DialStringsOf(w.org, owner)
	if err != nil {
		return nil, err
	}
	return w.dials.overlayOf(w, base, owner), nil
}

func (w *Work) poolsAll() ([]pbx.ExtensionPool, error) {
	base, err := w.tx.Pools(w.org)
	if err != nil {
		return nil, err
	}
	return w.pools.overlay(w, base, func(pbx.ExtensionPool) bool { return true }), nil
}

func (w *Work) settingsAt(level pbx.Level, owner int64) ([]pbx.Setting, error) {
	base, err := w.tx.SettingsAt(w.org, level, owner)
	if err != nil {
		return nil, err
	}
	return w.settings.overlayOf(w, base, placeRef(level, owner)), nil
}

func (w *Work) tokensOf(u pbx.UserID) ([]pbx.Token, error) {
	base, err := w.tx.TokensOf(u)
	if err != nil {
		return nil, err
	}
	return w.tokens.overlayOf(w, base, pbx.User{ID: u}.Ref()), nil
}
