package roster

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unique"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// touched is what of the directory a change set may have changed.
type touched struct {
	users  map[pbx.UserID]bool
	lines  map[pbx.LineID]bool
	dials  map[string]bool
	groups map[pbx.RingGroupID]bool
	layers bool
	org    bool
}

// Apply puts a change set in force: it reads again what the change set touched, and replaces those shards. It may be
// applied twice. When it fails nothing has changed.
func (d *Directory) Apply(ctx context.Context, cs pbx.ChangeSet) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.org == 0 || d.org == cs.Organization {
		err := d.store.View(ctx, func(tx admin.ReadTx) error {
			if d.org == 0 {
				return d.loadLocked(tx)
			}
			t, err := d.touchedLocked(tx, cs.Items)
			if err != nil {
				return err
			}
			return d.refreshLocked(tx, t)
		})
		if err != nil {
			return fmt.Errorf("apply change set %d: %w", cs.ID, err)
		}
	}
	d.applied.reached(cs.ID)
	return nil
}

// touchedLocked finds out whom the items are about.
func (d *Directory) touchedLocked(tx admin.ReadTx, items []pbx.ChangeItem) (touched, error) {
	t := touched{users: map[pbx.UserID]bool{}, lines: map[pbx.LineID]bool{}, dials: map[string]bool{}, groups: map[pbx.RingGroupID]bool{}}
	for _, it := range items {
		var err error
		switch it.Ref.Kind {
		case pbx.KindOrganization:
			t.org = true
		case pbx.KindGroup, pbx.KindLocation, pbx.KindProfile, pbx.KindPermission:
			t.layers = true
		case pbx.KindUser:
			t.users[pbx.UserID(it.Ref.ID)] = true
		case pbx.KindDevice:
			err = d.touchDeviceLocked(tx, &t, pbx.DeviceID(it.Ref.ID), it)
		case pbx.KindLine, pbx.KindCredential:
			err = d.touchLineLocked(tx, &t, pbx.LineID(it.Ref.ID), it)
		case pbx.KindDialString:
			t.dials[it.Ref.Key] = true
			for _, owner := range owners(it) {
				t.users[owner] = true
			}
		case pbx.KindOutsideNumber:
			touchOutside(&t, it)
		case pbx.KindSetting:
			err = d.touchSettingLocked(tx, &t, it)
		case pbx.KindMailServer, pbx.KindMailPassword:
		case pbx.KindLeave, pbx.KindForwarding:
			t.users[pbx.UserID(it.Ref.ID)] = true
		case pbx.KindRingGroup:
			t.groups[pbx.RingGroupID(it.Ref.ID)] = true
		case pbx.KindUserSecret, pbx.KindPool, pbx.KindToken:
		}
		if err != nil {
			return t, err
		}
	}
	return t, nil
}

// touchOutside notes the place in the plan of an outside number; each item about one tells its value.
func touchOutside(t *touched, it pbx.ChangeItem) {
	for _, side := range []json.RawMessage{it.Before, it.After} {
		var v struct {
			Value string `json:"value"`
		}
		if len(side) > 0 && json.Unmarshal(side, &v) == nil && v.Value != "" {
			t.dials[v.Value] = true
		}
	}
}

// owners gives the users that an item's thing belonged or belongs to, as far as the item tells.
func owners(it pbx.ChangeItem) []pbx.UserID {
	var out []pbx.UserID
	for _, side := range []json.RawMessage{it.Before, it.After} {
		var v struct {
			User  pbx.UserID `json:"userId"`
			Owner pbx.Ref    `json:"owner"`
		}
		if len(side) == 0 || json.Unmarshal(side, &v) != nil {
			continue
		}
		if v.User != 0 {
			out = append(out, v.User)
		}
		if v.Owner.Kind == pbx.KindUser {
			out = append(out, pbx.UserID(v.Owner.ID))
		}
	}
	return out
}

func (d *Directory) touchDeviceLocked(tx admin.ReadTx, t *touched, id pbx.DeviceID, it pbx.ChangeItem) error {
	for _, u := range owners(it) {
		t.users[u] = true
	}
	lines, err := tx.LinesOfDevice(id)
	if err != nil {
		return err
	}
	for _, l := range lines {
		t.lines[l.ID] = true
		t.users[l.User] = true
	}
	return nil
}

func (d *Directory) touchLineLocked(tx admin.ReadTx, t *touched, id pbx.LineID, it pbx.ChangeItem) error {
	t.lines[id] = true
	for _, u := range owners(it) {
		t.users[u] = true
	}
	l, err := tx.Line(id)
	switch {
	case err == nil:
		t.users[l.User] = true
		return nil
	case pbx.KindOf(err) == pbx.NotFound:
		return nil
	}
	return err
}

func (d *Directory) touchSettingLocked(tx admin.ReadTx, t *touched, it pbx.ChangeItem) error {
	parts := strings.SplitN(it.Ref.Key, "/", 3)
	if len(parts) != 3 {
		return fmt.Errorf("setting %q", it.Ref.Key)
	}
	owner, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return fmt.Errorf("setting %q: %w", it.Ref.Key, err)
	}
	switch pbx.Level(parts[0]) {
	case pbx.LevelUser:
		t.users[pbx.UserID(owner)] = true
	case pbx.LevelDevice:
		return d.touchDeviceLocked(tx, t, pbx.DeviceID(owner), pbx.ChangeItem{})
	case pbx.LevelGroup, pbx.LevelLocation, pbx.LevelOrganization, pbx.LevelSystem, pbx.LevelProfile, pbx.LevelKind, pbx.LevelDefault:
		t.layers = true
	}
	return nil
}

// refreshLocked reads what was touched and puts it in force. Everything is read before anything is replaced.
func (d *Directory) refreshLocked(tx admin.ReadTx, t touched) error {
	users := newEdit[pbx.UserID, *userEntry](hashUser)
	lines := newEdit[string, *lineEntry](hashString)
	gone, there := map[pbx.LineID]bool{}, map[pbx.LineID]string{}
	for id := range t.lines {
		gone[id] = true // unless a user turns out to have it
	}
	for id := range t.users {
		if id == 0 {
			continue
		}
		if old, ok := d.users.get(hashUser(id), id); ok {
			for _, name := range old.lines {
				if e, ok := d.lines.get(hashString(name), name); ok {
					gone[e.id] = true
				}
			}
		}
		u, own, err := d.readUserLocked(tx, id)
		if err != nil {
			return err
		}
		if u == nil {
			users.set(id, nil)
			continue
		}
		users.set(id, &u)
		for _, e := range own {
			lines.set(e.name, &e)
			there[e.id] = e.name
		}
	}
	dials, err := d.readDialsLocked(tx, t.dials)
	if err != nil {
		return err
	}
	groups, err := readRingGroups(tx, t.groups)
	if err != nil {
		return err
	}
	if t.layers || t.org {
		if err := d.loadLayersLocked(tx); err != nil {
			return err
		}
		if err := d.loadOrganizationLocked(tx); err != nil {
			return err
		}
	}
	for id := range gone {
		if _, ok := there[id]; ok {
			continue
		}
		if name, ok := d.lineName[id]; ok {
			lines.set(name, nil)
			delete(d.lineName, id)
		}
	}
	for id, name := range there {
		d.lineName[id] = name
	}
	lines.apply(&d.lines)
	users.apply(&d.users)
	dials.apply(&d.dials)
	groups.apply(&d.ringGroups)
	return nil
}

func readRingGroups(tx admin.ReadTx, ids map[pbx.RingGroupID]bool) (*edit[pbx.RingGroupID, *pbx.RingGroup], error) {
	groups := newEdit[pbx.RingGroupID, *pbx.RingGroup](hashRingGroup)
	for id := range ids {
		g, err := tx.RingGroup(id)
		switch {
		case err == nil:
			kept := &g
			groups.set(id, &kept)
		case pbx.KindOf(err) == pbx.NotFound:
			groups.set(id, nil)
		default:
			return nil, err
		}
	}
	return groups, nil
}

// newUserEntry begins with the settings that are fields of the user.
func newUserEntry(u pbx.User) *userEntry {
	return &userEntry{
		id: u.ID, org: u.Organization, number: u.Number, shown: u.Shown(), enabled: u.Enabled,
		kind: once(u.Kind), profile: u.Profile, location: u.Location, groups: u.AllGroups(), settings: admin.UserRegion(u),
	}
}

// once gives the one copy there is of a word that very many have.
func once[S ~string](s S) S { return S(unique.Make(string(s)).Value()) }

func newLineEntry(l pbx.Line, d pbx.Device) *lineEntry {
	return &lineEntry{
		id: l.ID, org: l.Organization, device: l.Device, user: l.User, name: l.SIPUsername, enabled: d.Enabled,
		profile: d.Profile, most: d.Kind.MaxBindings(),
	}
}

// readUserLocked reads one user with all that the directory keeps of it; nil when it is gone.
func (d *Directory) readUserLocked(tx admin.ReadTx, id pbx.UserID) (*userEntry, []*lineEntry, error) {
	user, err := tx.User(id)
	if err != nil {
		if pbx.KindOf(err) == pbx.NotFound {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	u := newUserEntry(user)
	sets, err := tx.SettingsAt(d.org, pbx.LevelUser, int64(id))
	if err != nil {
		return nil, nil, err
	}
	u.settings = append(u.settings, sets...)
	l, err := tx.Leave(id)
	if err != nil && pbx.KindOf(err) != pbx.NotFound {
		return nil, nil, err
	}
	if l.Gone() {
		u.callsTo = l.CallsTo
	}
	f, err := tx.Forwarding(id)
	switch {
	case err == nil && !f.Idle():
		u.forwards = &f
	case err == nil:
	case pbx.KindOf(err) != pbx.NotFound:
		return nil, nil, err
	}
	dials, err := tx.DialStringsOf(d.org, user.Ref())
	if err != nil {
		return nil, nil, err
	}
	for _, s := range dials {
		if s.Kind == pbx.DialAlias {
			u.aliases = append(u.aliases, s.Value)
		}
	}
	slices.Sort(u.aliases)
	rows, err := tx.LinesOfUser(id)
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(rows, byUserAndName)
	var lines []*lineEntry
	for _, l := range rows {
		e, err := d.readLineLocked(tx, l)
		if err != nil {
			return nil, nil, err
		}
		lines = append(lines, e)
		u.lines = append(u.lines, l.SIPUsername)
	}
	return u, lines, nil
}

func (d *Directory) readLineLocked(tx admin.ReadTx, l pbx.Line) (*lineEntry, error) {
	device, err := tx.Device(l.Device)
	if err != nil {
		return nil, err
	}
	e := newLineEntry(l, device)
	if e.settings, err = tx.SettingsAt(d.org, pbx.LevelDevice, int64(l.Device)); err != nil {
		return nil, err
	}
	c, err := tx.Credential(l.ID)
	switch {
	case err == nil:
		d.openLocked(e, c)
	case pbx.KindOf(err) != pbx.NotFound:
		return nil, err
	}
	return e, nil
}

func (d *Directory) readDialsLocked(tx admin.ReadTx, values map[string]bool) (*edit[string, Target], error) {
	dials := newEdit[string, Target](hashString)
	for v := range values {
		s, err := tx.DialString(d.org, v)
		if err != nil && pbx.KindOf(err) != pbx.NotFound {
			return nil, err
		}
		if err != nil || !s.Reaches() {
			dials.set(v, nil)
			continue
		}
		var n pbx.OutsideNumber
		if s.Kind == pbx.DialOutside {
			if n, err = tx.OutsideNumber(pbx.NumberID(s.Owner.ID)); err != nil {
				return nil, err
			}
		}
		t := targetOf(s, n)
		dials.set(v, &t)
	}
	return dials, nil
}
