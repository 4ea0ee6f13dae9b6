package admintest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// mostIDs is beyond every id that a test makes.
const mostIDs = 120

// state is everything that people can change, without what every write changes.
type state struct {
	Locations  map[pbx.LocationID]pbx.Location
	Profiles   map[pbx.ProfileID]pbx.ProvisioningProfile
	Perms      map[pbx.PermissionID]pbx.CustomPermission
	Groups     map[pbx.GroupID]pbx.Group
	Users      map[pbx.UserID]pbx.User
	Leaves     map[pbx.UserID]pbx.Leave
	Forwards   map[pbx.UserID]pbx.Forwarding
	Devices    map[pbx.DeviceID]pbx.Device
	Lines      map[pbx.LineID]pbx.Line
	Secured    map[pbx.LineID]string // the credential as it is stored
	Secrets    map[string]string     // as they are stored
	Dials      map[string]pbx.DialString
	Outside    map[pbx.NumberID]pbx.OutsideNumber
	RingGroups map[pbx.RingGroupID]pbx.RingGroup
	Pools      map[pbx.PoolID]pbx.ExtensionPool
	Settings   map[string]pbx.Setting
	References []string
}

// keep is a function that puts what it is given into a map, after forget took out what every write changes.
func keep[K comparable, V any](m map[K]V, key func(V) K, forget func(*V)) func(V) error {
	return func(v V) error {
		forget(&v)
		m[key(v)] = v
		return nil
	}
}

func (r *rig) state() state {
	r.Helper()
	s := state{
		Locations: map[pbx.LocationID]pbx.Location{}, Profiles: map[pbx.ProfileID]pbx.ProvisioningProfile{},
		Perms: map[pbx.PermissionID]pbx.CustomPermission{}, Groups: map[pbx.GroupID]pbx.Group{},
		Users: map[pbx.UserID]pbx.User{}, Leaves: map[pbx.UserID]pbx.Leave{},
		Forwards: map[pbx.UserID]pbx.Forwarding{}, Devices: map[pbx.DeviceID]pbx.Device{},
		Lines: map[pbx.LineID]pbx.Line{}, Secured: map[pbx.LineID]string{}, Secrets: map[string]string{}, Dials: map[string]pbx.DialString{},
		Outside: map[pbx.NumberID]pbx.OutsideNumber{}, RingGroups: map[pbx.RingGroupID]pbx.RingGroup{},
		Pools: map[pbx.PoolID]pbx.ExtensionPool{}, Settings: map[string]pbx.Setting{},
	}
	var never time.Time
	r.ok(r.store.View(r.Context(), func(tx admin.ReadTx) error {
		r.ok(tx.EachLocation(keep(s.Locations, func(l pbx.Location) pbx.LocationID { return l.ID },
			func(l *pbx.Location) { l.Version, l.UpdatedAt = 0, never })))
		r.ok(tx.EachGroup(keep(s.Groups, func(g pbx.Group) pbx.GroupID { return g.ID },
			func(g *pbx.Group) { g.Version, g.UpdatedAt = 0, never })))
		r.ok(tx.EachUser(keep(s.Users, func(u pbx.User) pbx.UserID { return u.ID },
			func(u *pbx.User) { u.Version, u.UpdatedAt = 0, never })))
		r.ok(tx.EachLeave(keep(s.Leaves, func(l pbx.Leave) pbx.UserID { return l.User },
			func(l *pbx.Leave) { l.Version, l.CreatedAt, l.UpdatedAt = 0, never, never })))
		r.ok(tx.EachForwarding(keep(s.Forwards, func(f pbx.Forwarding) pbx.UserID { return f.User },
			func(f *pbx.Forwarding) { f.Version, f.CreatedAt, f.UpdatedAt = 0, never, never })))
		r.ok(tx.EachDevice(keep(s.Devices, func(d pbx.Device) pbx.DeviceID { return d.ID },
			func(d *pbx.Device) { d.Version, d.UpdatedAt = 0, never })))
		r.ok(tx.EachLine(keep(s.Lines, func(l pbx.Line) pbx.LineID { return l.ID },
			func(l *pbx.Line) { l.Version = 0 })))
		r.ok(tx.EachDialString(keep(s.Dials, func(d pbx.DialString) string { return d.Value },
			func(d *pbx.DialString) {
				if d.Kind == pbx.DialHeld { // it is held anew
					d.Until = never
				}
			})))
		r.ok(tx.EachOutsideNumber(keep(s.Outside, func(n pbx.OutsideNumber) pbx.NumberID { return n.ID },
			func(n *pbx.OutsideNumber) { n.Version, n.UpdatedAt = 0, never })))
		r.ok(tx.EachRingGroup(keep(s.RingGroups, func(g pbx.RingGroup) pbx.RingGroupID { return g.ID },
			func(g *pbx.RingGroup) { g.Version, g.UpdatedAt = 0, never })))
		r.ok(tx.EachSetting(keep(s.Settings, func(x pbx.Setting) string { return x.Ref().Key },
			func(x *pbx.Setting) { x.Version = 0 })))
		r.ok(tx.EachCredential(func(c pbx.Credential) error {
			s.Secured[c.Line] = string(c.HA1MD5) + string(c.HA1SHA256) + string(c.Clear)
			return nil
		}))
		for id := range s.Users {
			secrets, err := tx.UserSecrets(id)
			r.ok(err)
			for _, x := range secrets {
				s.Secrets[x.Ref().String()] = string(x.Scheme) + string(x.Value)
			}
		}
		profiles, err := tx.Profiles(r.org)
		r.ok(err)
		for _, p := range profiles {
			p.Version, p.UpdatedAt = 0, never
			s.Profiles[p.ID] = p
		}
		perms, err := tx.CustomPermissions(r.org)
		r.ok(err)
		for _, p := range perms {
			p.Version, p.UpdatedAt = 0, never
			s.Perms[p.ID] = p
		}
		pools, err := tx.Pools(r.org)
		r.ok(err)
		for _, p := range pools {
			p.Version, p.UpdatedAt = 0, never
			s.Pools[p.ID] = p
		}
		s.References = r.references(tx, s)
		return nil
	}))
	return s
}

// references reads the rows of who mentions whom, for everything that can be mentioned.
func (r *rig) references(tx admin.ReadTx, s state) []string {
	r.Helper()
	var all []pbx.Ref
	for _, k := range []pbx.Kind{pbx.KindLocation, pbx.KindProfile, pbx.KindGroup, pbx.KindUser, pbx.KindDevice, pbx.KindRingGroup} {
		for id := int64(1); id < mostIDs; id++ {
			all = append(all, pbx.Ref{Kind: k, ID: id})
		}
	}
	for value := range s.Dials {
		all = append(all, pbx.DialString{Value: value}.Ref())
	}
	var rows []string
	for _, to := range all {
		refs, err := tx.ReferencesTo(r.org, to)
		r.ok(err)
		for _, x := range refs {
			rows = append(rows, fmt.Sprintf("%s.%s -> %s", x.From, x.Field, x.To))
		}
	}
	slices.Sort(rows)
	return rows
}

// sound checks what must hold whatever was done.
func (r *rig) sound(s state) {
	r.Helper()
	r.soundPlan(s)
	r.soundDevices(s)
	for key, x := range s.Settings {
		if x.Key == pbx.SettingShownNumber && x.Value[0] == '+' {
			n := s.Outside[pbx.NumberID(s.Dials[x.Value].Owner.ID)]
			if n.Value != x.Value || x.Level == pbx.LevelUser && n.LeadsTo.ID != x.Owner {
				r.Fatalf("setting %s shows %s, which leads to %s", key, x.Value, n.LeadsTo)
			}
		}
		if !r.ownerThere(s, x) {
			r.Fatalf("setting %s is of nothing", key)
		}
		if name, custom := x.Key.Custom(); custom && !slices.ContainsFunc(slices.Collect(maps.Values(s.Perms)),
			func(p pbx.CustomPermission) bool { return p.Key == name }) {
			r.Fatalf("setting %s is of no permission", key)
		}
	}
	if d := cmp.Diff(mentions(s), s.References); d != "" {
		r.Fatalf("references differ (-fields +rows):\n%s", d)
	}
}

// soundPlan compares the plan with the users.
func (r *rig) soundPlan(s state) {
	r.Helper()
	want := map[string]pbx.DialString{}
	for _, u := range s.Users {
		for value, kind := range map[string]pbx.DialKind{
			u.Number: pbx.DialExtension, u.Username: pbx.DialUsername, u.AuthAccountName: pbx.DialAuthName,
		} {
			if value != "" {
				want[value] = pbx.DialString{Organization: r.org, Value: value, Kind: kind, Owner: u.Ref()}
			}
		}
		for _, g := range u.AllGroups() {
			if _, ok := s.Groups[g]; !ok {
				r.Fatalf("%s is in a group %d that is gone", u.Ref(), g)
			}
		}
	}
	r.soundOutside(s, want)
	r.soundRingGroups(s, want)
	for v, d := range s.Dials {
		_, there := s.Users[pbx.UserID(d.Owner.ID)]
		switch d.Kind {
		case pbx.DialExtension, pbx.DialUsername, pbx.DialAuthName, pbx.DialOutside, pbx.DialRingGroup:
			if want[v] != d {
				r.Fatalf("the plan has %+v, the users say %+v", d, want[v])
			}
		case pbx.DialAlias, pbx.DialFormer:
			if !there {
				r.Fatalf("alias %s is nobody's", v)
			}
		case pbx.DialHeld:
			if there {
				r.Fatalf("%s is held for somebody who is there", v)
			}
		case pbx.DialFeature, pbx.DialHold:
		}
	}
	for v := range want {
		if _, ok := s.Dials[v]; !ok {
			r.Fatalf("%s is missing in the plan", v)
		}
	}
}

// soundOutside looks whom outside numbers lead to, and adds them to the plan.
func (r *rig) soundOutside(s state, plan map[string]pbx.DialString) {
	r.Helper()
	for _, n := range s.Outside {
		plan[n.Value] = n.DialString()
		_, user := s.Users[pbx.UserID(n.LeadsTo.ID)]
		_, ring := s.RingGroups[pbx.RingGroupID(n.LeadsTo.ID)]
		if n.LeadsTo.Kind == pbx.KindUser && !user || n.LeadsTo.Kind == pbx.KindRingGroup && !ring {
			r.Fatalf("%s leads to somebody who is gone", n.Value)
		}
	}
}

// soundRingGroups looks who rings, and adds to the plan what ring groups hold in it.
func (r *rig) soundRingGroups(s state, plan map[string]pbx.DialString) {
	r.Helper()
	names := map[string]bool{}
	for _, g := range s.RingGroups {
		if names[g.NameKey()] {
			r.Fatalf("two ring groups %s", g.Name)
		}
		names[g.NameKey()] = true
		if g.Number != "" {
			plan[g.Number] = g.DialString()
		}
		for _, id := range g.Members {
			if u, ok := s.Users[id]; !ok || u.Kind == pbx.Operator {
				r.Fatalf("%s has a member %d who is gone", g.Ref(), id)
			}
		}
		if err := g.Validate(); err != nil {
			r.Fatalf("%s: %v", g.Ref(), err)
		}
	}
}

func (r *rig) soundDevices(s state) {
	r.Helper()
	for _, d := range s.Devices {
		if !s.Users[d.User].Kind.MayRegister() {
			r.Fatalf("%s is of somebody who may have none", d.Ref())
		}
	}
	names := map[string]pbx.LineID{}
	for _, l := range s.Lines {
		if other, ok := names[l.SIPUsername]; ok {
			r.Fatalf("SIP user name %s is of lines %d and %d", l.SIPUsername, other, l.ID)
		}
		names[l.SIPUsername] = l.ID
		if _, ok := s.Devices[l.Device]; !ok || s.Secured[l.ID] == "" {
			r.Fatalf("line %d lacks its device or credential", l.ID)
		}
	}
}

func (r *rig) ownerThere(s state, x pbx.Setting) bool {
	there := true
	switch x.Level {
	case pbx.LevelUser:
		_, there = s.Users[pbx.UserID(x.Owner)]
	case pbx.LevelDevice:
		_, there = s.Devices[pbx.DeviceID(x.Owner)]
	case pbx.LevelGroup:
		_, there = s.Groups[pbx.GroupID(x.Owner)]
	case pbx.LevelOrganization:
		there = pbx.OrganizationID(x.Owner) == r.org
	case pbx.LevelLocation:
		_, there = s.Locations[pbx.LocationID(x.Owner)]
	case pbx.LevelProfile:
		_, there = s.Profiles[pbx.ProfileID(x.Owner)]
	case pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	return there
}

// mentions lists every field that mentions another thing.
func mentions(s state) []string {
	var refs []string
	add := func(from pbx.Ref, field string, to pbx.Ref) {
		if to.ID == 0 && to.Key == "" {
			return
		}
		refs = append(refs, fmt.Sprintf("%s.%s -> %s", from, field, to))
	}
	for _, u := range s.Users {
		add(u.Ref(), "groupId", pbx.Group{ID: u.HomeGroup}.Ref())
		for _, g := range u.Groups {
			add(u.Ref(), "groups", pbx.Group{ID: g}.Ref())
		}
		add(u.Ref(), "provisioningProfileId", pbx.ProvisioningProfile{ID: u.Profile}.Ref())
		add(u.Ref(), "locationId", pbx.Location{ID: u.Location}.Ref())
		add(u.Ref(), "emergencyLocationId", pbx.Location{ID: u.EmergencyLocation}.Ref())
	}
	for _, l := range s.Leaves {
		add(l.Ref(), "callsTo", pbx.User{ID: l.CallsTo}.Ref())
	}
	for _, f := range s.Forwards {
		for _, when := range pbx.ForwardCases() {
			add(f.Ref(), string(when), pbx.User{ID: *f.Named(when)}.Ref())
		}
	}
	for _, d := range s.Devices {
		add(d.Ref(), "userId", pbx.User{ID: d.User}.Ref())
		add(d.Ref(), "provisioningProfileId", pbx.ProvisioningProfile{ID: d.Profile}.Ref())
		add(d.Ref(), "emergencyLocationId", pbx.Location{ID: d.EmergencyLocation}.Ref())
	}
	for _, g := range s.Groups {
		add(g.Ref(), "provisioningProfileId", pbx.ProvisioningProfile{ID: g.Profile}.Ref())
	}
	for _, l := range s.Lines {
		add(l.Ref(), "deviceId", pbx.Device{ID: l.Device}.Ref())
		add(l.Ref(), "userId", pbx.User{ID: l.User}.Ref())
	}
	for _, p := range s.Pools {
		add(p.Ref(), "groupId", pbx.Group{ID: p.Group}.Ref())
		add(p.Ref(), "locationId", pbx.Location{ID: p.Location}.Ref())
	}
	for _, n := range s.Outside {
		add(n.Ref(), "leadsTo", n.LeadsTo)
		add(n.Ref(), "locationId", pbx.Location{ID: n.Location}.Ref())
	}
	for _, g := range s.RingGroups {
		for _, id := range g.Members {
			add(g.Ref(), "members", pbx.User{ID: id}.Ref())
		}
		add(g.Ref(), "then", g.Then)
	}
	for _, x := range s.Settings {
		if x.Key == pbx.SettingShownNumber && x.Value[0] == '+' {
			add(x.Ref(), "value", pbx.DialString{Value: x.Value}.Ref())
		}
	}
	slices.Sort(refs)
	return refs
}
