package roster

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Load reads everything there is. The directory is complete when it returns.
func (d *Directory) Load(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var last pbx.ChangeSetID
	err := d.store.View(ctx, func(tx admin.ReadTx) error {
		var err error
		if last, err = tx.LastChangeSet(); err != nil {
			return err
		}
		return d.loadLocked(tx)
	})
	if err != nil {
		return fmt.Errorf("load the directory: %w", err)
	}
	d.applied.reached(last)
	return nil
}

// Applied is the last change set in force.
func (d *Directory) Applied() pbx.ChangeSetID {
	d.applied.mu.Lock()
	defer d.applied.mu.Unlock()
	return d.applied.last
}

// Wait returns when the change set is in force.
func (d *Directory) Wait(ctx context.Context, id pbx.ChangeSetID) error {
	return d.applied.wait(ctx, id)
}

// everything is what a full load gathers before it is put in force.
type everything struct {
	users   map[pbx.UserID]*userEntry
	devices map[pbx.DeviceID]pbx.Device
	lines   map[pbx.LineID]*lineEntry
	atLevel map[pbx.DeviceID][]pbx.Setting
	outside map[pbx.NumberID]pbx.OutsideNumber
	groups  *edit[pbx.RingGroupID, *pbx.RingGroup]
}

func (d *Directory) loadLocked(tx admin.ReadTx) error {
	orgs, err := tx.Organizations()
	if err != nil || len(orgs) == 0 {
		return err
	}
	d.org = orgs[0].ID
	if err = d.loadLayersLocked(tx); err != nil {
		return err
	}
	all := &everything{
		users: map[pbx.UserID]*userEntry{}, devices: map[pbx.DeviceID]pbx.Device{},
		lines: map[pbx.LineID]*lineEntry{}, atLevel: map[pbx.DeviceID][]pbx.Setting{},
		outside: map[pbx.NumberID]pbx.OutsideNumber{}, groups: newEdit[pbx.RingGroupID, *pbx.RingGroup](hashRingGroup),
	}
	if err = d.gatherLocked(tx, all); err != nil {
		return err
	}
	dials := newEdit[string, Target](hashString)
	err = tx.EachDialString(func(s pbx.DialString) error {
		if s.Organization != d.org {
			return nil
		}
		if s.Reaches() {
			t := targetOf(s, all.outside[pbx.NumberID(s.Owner.ID)])
			dials.set(s.Value, &t)
		}
		if u := all.users[pbx.UserID(s.Owner.ID)]; s.Kind == pbx.DialAlias && s.Owner.Kind == pbx.KindUser && u != nil {
			u.aliases = append(u.aliases, s.Value)
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.putInForceLocked(all, dials)
	return d.loadOrganizationLocked(tx)
}

// gatherForwards reads to whom calls go: of those who have left, of those who have them sent on, and of ring groups.
func gatherForwards(tx admin.ReadTx, org pbx.OrganizationID, all *everything) error {
	err := tx.EachLeave(func(l pbx.Leave) error {
		if u := all.users[l.User]; u != nil && l.Gone() {
			u.callsTo = l.CallsTo
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.EachForwarding(func(f pbx.Forwarding) error {
		if u := all.users[f.User]; u != nil && !f.Idle() {
			u.forwards = &f
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.EachRingGroup(func(g pbx.RingGroup) error {
		if g.Organization == org {
			kept := &g
			all.groups.set(g.ID, &kept)
		}
		return nil
	})
}

// gatherLocked reads users, forwards, outside numbers, devices, lines, credentials and the settings at users and devices.
func (d *Directory) gatherLocked(tx admin.ReadTx, all *everything) error {
	err := tx.EachUser(func(u pbx.User) error {
		if u.Organization == d.org {
			all.users[u.ID] = newUserEntry(u)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err = gatherForwards(tx, d.org, all); err != nil {
		return err
	}
	err = tx.EachSetting(func(s pbx.Setting) error {
		switch {
		case s.Organization != d.org:
		case s.Level == pbx.LevelUser && all.users[pbx.UserID(s.Owner)] != nil:
			u := all.users[pbx.UserID(s.Owner)]
			u.settings = append(u.settings, s)
		case s.Level == pbx.LevelDevice:
			all.atLevel[pbx.DeviceID(s.Owner)] = append(all.atLevel[pbx.DeviceID(s.Owner)], s)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.EachOutsideNumber(func(n pbx.OutsideNumber) error {
		if n.Organization == d.org {
			all.outside[n.ID] = n
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.EachDevice(func(v pbx.Device) error {
		if v.Organization == d.org {
			all.devices[v.ID] = v
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = tx.EachLine(func(l pbx.Line) error {
		if l.Organization != d.org {
			return nil
		}
		e := newLineEntry(l, all.devices[l.Device])
		e.settings = all.atLevel[l.Device]
		all.lines[l.ID] = e
		if u := all.users[l.User]; u != nil {
			u.lines = append(u.lines, l.SIPUsername)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return tx.EachCredential(func(c pbx.Credential) error {
		if e := all.lines[c.Line]; e != nil {
			d.openLocked(e, c)
		}
		return nil
	})
}

// openLocked decrypts a credential; one that can't be leaves the line without, and says so.
func (d *Directory) openLocked(e *lineEntry, c pbx.Credential) {
	var err error
	if e.ha1MD5, e.ha1SHA256, err = d.vault.OpenCredential(c); err != nil {
		d.log.Error("a credential can't be opened: its phone can't register", "line", c.Line, "error", err)
		return
	}
	e.hasHA1 = true
}

// putInForceLocked replaces every shard.
func (d *Directory) putInForceLocked(all *everything, dials *edit[string, Target]) {
	users := newEdit[pbx.UserID, *userEntry](hashUser)
	lines := newEdit[string, *lineEntry](hashString)
	d.lineName = make(map[pbx.LineID]string, len(all.lines))
	for id, e := range all.lines {
		lines.set(e.name, &e)
		d.lineName[id] = e.name
	}
	for id, u := range all.users {
		slices.Sort(u.lines)
		slices.Sort(u.aliases)
		users.set(id, &u)
	}
	d.lines.clear()
	d.users.clear()
	d.dials.clear()
	d.ringGroups.clear()
	lines.apply(&d.lines)
	users.apply(&d.users)
	dials.apply(&d.dials)
	all.groups.apply(&d.ringGroups)
}

// clear empties the shards; only a full load does it.
func (s *shards[K, V]) clear() {
	for i := range s.parts {
		s.parts[i].Store(nil)
	}
}

func (d *Directory) loadOrganizationLocked(tx admin.ReadTx) error {
	o, err := tx.Organization(d.org)
	if err != nil {
		return err
	}
	layers := d.layers.Load()
	with := &Organization{
		ID: o.ID, SIPDomain: o.SIPDomain, Realm: o.Realm, Names: d.names, Country: o.Country,
		Digest:  layers.value(pbx.SettingDigest, layers.wider),
		Outside: layers.value(pbx.SettingOutsidePrefix, layers.wider),
	}
	if with.Outside == pbx.NoPrefix {
		with.Outside = ""
	}
	d.organization.Store(with)
	return nil
}

// targetOf says what a dial string reaches. n is the outside number that owns it, if it is one's.
func targetOf(s pbx.DialString, n pbx.OutsideNumber) Target {
	t := Target{Kind: once(s.Kind), Feature: once(s.Feature)}
	owner := s.Owner
	if s.Kind == pbx.DialOutside {
		owner, t.State = n.LeadsTo, once(n.State)
	}
	switch owner.Kind {
	case pbx.KindUser:
		t.User = pbx.UserID(owner.ID)
	case pbx.KindRingGroup:
		t.RingGroup = pbx.RingGroupID(owner.ID)
	default:
	}
	return t
}

func byUserAndName(a, b pbx.Line) int {
	return cmp.Or(cmp.Compare(a.User, b.User), strings.Compare(a.SIPUsername, b.SIPUsername))
}
