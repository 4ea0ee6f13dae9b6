package admin

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"ringfence/internal/pbx"
)

func byID[K ~int64](kind pbx.Kind) func(pbx.Ref) (K, bool) {
	return func(r pbx.Ref) (K, bool) { return K(r.ID), r.Kind == kind && r.ID != 0 && r.Key == "" }
}

func organizationSpec() spec[pbx.OrganizationID, pbx.Organization] {
	return spec[pbx.OrganizationID, pbx.Organization]{
		kind:  pbx.KindOrganization,
		key:   func(o pbx.Organization) pbx.OrganizationID { return o.ID },
		ref:   pbx.Organization.Ref,
		keyOf: byID[pbx.OrganizationID](pbx.KindOrganization),
		org:   func(o pbx.Organization) pbx.OrganizationID { return o.ID },
		load: func(tx ReadTx, _ pbx.OrganizationID, k pbx.OrganizationID) (pbx.Organization, error) {
			return tx.Organization(k)
		},
		put: Tx.PutOrganization,
		drop: func(Tx, pbx.OrganizationID, pbx.OrganizationID) error {
			return pbx.Errorf(pbx.Forbidden, "An organization can't be deleted.")
		},
		name:    func(_ *Work, o pbx.Organization) string { return o.Name },
		version: func(o *pbx.Organization) *int64 { return &o.Version },
		times:   func(o *pbx.Organization) (a, b *time.Time) { return &o.CreatedAt, &o.UpdatedAt },
		check:   func(_ *Work, o pbx.Organization) error { return o.Validate() },
	}
}

func groupSpec() spec[pbx.GroupID, pbx.Group] {
	return spec[pbx.GroupID, pbx.Group]{
		kind:    pbx.KindGroup,
		key:     func(g pbx.Group) pbx.GroupID { return g.ID },
		ref:     pbx.Group.Ref,
		keyOf:   byID[pbx.GroupID](pbx.KindGroup),
		org:     func(g pbx.Group) pbx.OrganizationID { return g.Organization },
		load:    func(tx ReadTx, _ pbx.OrganizationID, k pbx.GroupID) (pbx.Group, error) { return tx.Group(k) },
		put:     Tx.PutGroup,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.GroupID) error { return tx.DeleteGroup(k) },
		name:    func(_ *Work, g pbx.Group) string { return g.Name },
		version: func(g *pbx.Group) *int64 { return &g.Version },
		times:   func(g *pbx.Group) (a, b *time.Time) { return &g.CreatedAt, &g.UpdatedAt },
		check:   checkGroup,
		mention: func(g pbx.Group) []pbx.Reference {
			if g.Profile == 0 {
				return nil
			}
			return []pbx.Reference{{
				Organization: g.Organization, From: g.Ref(), Field: "provisioningProfileId",
				To: pbx.ProvisioningProfile{ID: g.Profile}.Ref(),
			}}
		},
		fields: []mentioning[pbx.Group]{{
			field: "provisioningProfileId", to: pbx.KindProfile, ways: []Way{WayReroute}, back: true,
			set: func(g *pbx.Group, _, to pbx.Ref) { g.Profile = pbx.ProfileID(to.ID) },
		}},
	}
}

func locationSpec() spec[pbx.LocationID, pbx.Location] {
	return spec[pbx.LocationID, pbx.Location]{
		kind:    pbx.KindLocation,
		key:     func(l pbx.Location) pbx.LocationID { return l.ID },
		ref:     pbx.Location.Ref,
		keyOf:   byID[pbx.LocationID](pbx.KindLocation),
		org:     func(l pbx.Location) pbx.OrganizationID { return l.Organization },
		load:    func(tx ReadTx, _ pbx.OrganizationID, k pbx.LocationID) (pbx.Location, error) { return tx.Location(k) },
		put:     Tx.PutLocation,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.LocationID) error { return tx.DeleteLocation(k) },
		name:    func(_ *Work, l pbx.Location) string { return l.Name },
		version: func(l *pbx.Location) *int64 { return &l.Version },
		times:   func(l *pbx.Location) (a, b *time.Time) { return &l.CreatedAt, &l.UpdatedAt },
		check:   checkLocation,
		clone: func(l pbx.Location) pbx.Location {
			l.Networks = slices.Clone(l.Networks)
			return l
		},
	}
}

func profileSpec() spec[pbx.ProfileID, pbx.ProvisioningProfile] {
	return spec[pbx.ProfileID, pbx.ProvisioningProfile]{
		kind:  pbx.KindProfile,
		key:   func(p pbx.ProvisioningProfile) pbx.ProfileID { return p.ID },
		ref:   pbx.ProvisioningProfile.Ref,
		keyOf: byID[pbx.ProfileID](pbx.KindProfile),
		org:   func(p pbx.ProvisioningProfile) pbx.OrganizationID { return p.Organization },
		load: func(tx ReadTx, _ pbx.OrganizationID, k pbx.ProfileID) (pbx.ProvisioningProfile, error) {
			return tx.Profile(k)
		},
		put:     Tx.PutProfile,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.ProfileID) error { return tx.DeleteProfile(k) },
		name:    func(_ *Work, p pbx.ProvisioningProfile) string { return p.Name },
		version: func(p *pbx.ProvisioningProfile) *int64 { return &p.Version },
		times:   func(p *pbx.ProvisioningProfile) (a, b *time.Time) { return &p.CreatedAt, &p.UpdatedAt },
		check:   checkProfile,
	}
}

func permissionSpec() spec[pbx.PermissionID, pbx.CustomPermission] {
	return spec[pbx.PermissionID, pbx.CustomPermission]{
		kind:  pbx.KindPermission,
		key:   func(p pbx.CustomPermission) pbx.PermissionID { return p.ID },
		ref:   pbx.CustomPermission.Ref,
		keyOf: byID[pbx.PermissionID](pbx.KindPermission),
		org:   func(p pbx.CustomPermission) pbx.OrganizationID { return p.Organization },
		load: func(tx ReadTx, _ pbx.OrganizationID, k pbx.PermissionID) (pbx.CustomPermission, error) {
			return tx.CustomPermission(k)
		},
		put:     Tx.PutCustomPermission,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.PermissionID) error { return tx.DeleteCustomPermission(k) },
		name:    func(_ *Work, p pbx.CustomPermission) string { return p.Label },
		version: func(p *pbx.CustomPermission) *int64 { return &p.Version },
		times:   func(p *pbx.CustomPermission) (a, b *time.Time) { return &p.CreatedAt, &p.UpdatedAt },
		check:   checkPermission,
	}
}

func userSpec() spec[pbx.UserID, pbx.User] {
	return spec[pbx.UserID, pbx.User]{
		kind:    pbx.KindUser,
		key:     func(u pbx.User) pbx.UserID { return u.ID },
		ref:     pbx.User.Ref,
		keyOf:   byID[pbx.UserID](pbx.KindUser),
		org:     func(u pbx.User) pbx.OrganizationID { return u.Organization },
		load:    func(tx ReadTx, _ pbx.OrganizationID, k pbx.UserID) (pbx.User, error) { return tx.User(k) },
		put:     Tx.PutUser,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.UserID) error { return tx.DeleteUser(k) },
		name:    func(_ *Work, u pbx.User) string { return u.Shown() },
		version: func(u *pbx.User) *int64 { return &u.Version },
		times:   func(u *pbx.User) (a, b *time.Time) { return &u.CreatedAt, &u.UpdatedAt },
		check:   checkUser,
		clone: func(u pbx.User) pbx.User {
			u.Groups = slices.Clone(u.Groups)
			return u
		},
		mention: func(u pbx.User) []pbx.Reference {
			var out []pbx.Reference
			add := func(field string, to pbx.Ref) {
				if to.ID != 0 {
					out = append(out, pbx.Reference{Organization: u.Organization, From: u.Ref(), Field: field, To: to})
				}
			}
			add("groupId", pbx.Group{ID: u.HomeGroup}.Ref())
			for _, g := range u.Groups {
				add("groups", pbx.Group{ID: g}.Ref())
			}
			add("provisioningProfileId", pbx.ProvisioningProfile{ID: u.Profile}.Ref())
			add("locationId", pbx.Location{ID: u.Location}.Ref())
			add("emergencyLocationId", pbx.Location{ID: u.EmergencyLocation}.Ref())
			return out
		},
		fields: []mentioning[pbx.User]{
			{
				field: "groupId", to: pbx.KindGroup, ways: []Way{WayDelete, WayReroute},
				set: func(u *pbx.User, _, to pbx.Ref) {
					u.HomeGroup = pbx.GroupID(to.ID)
					u.Groups = without(u.Groups, u.HomeGroup)
				},
				leave: func(w *Work, u pbx.User, _ pbx.Ref) error { return w.removeUser(u, holdNames) },
			},
			{
				field: "provisioningProfileId", to: pbx.KindProfile, ways: []Way{WayReroute, WayRemove}, back: true,
				set: func(u *pbx.User, _, to pbx.Ref) { u.Profile = pbx.ProfileID(to.ID) },
			},
			{
				field: "locationId", to: pbx.KindLocation, ways: []Way{WayReroute, WayRemove}, back: true,
				set: func(u *pbx.User, _, to pbx.Ref) { u.Location = pbx.LocationID(to.ID) },
			},
			{
				field: "emergencyLocationId", to: pbx.KindLocation, ways: []Way{WayReroute, WayRemove}, back: true,
				set: func(u *pbx.User, _, to pbx.Ref) { u.EmergencyLocation = pbx.LocationID(to.ID) },
			},
			{
				field: "groups", to: pbx.KindGroup, ways: []Way{WayRemove, WayReroute}, usual: WayRemove,
				set: func(u *pbx.User, gone, to pbx.Ref) {
					u.Groups = without(u.Groups, pbx.GroupID(gone.ID))
					if id := pbx.GroupID(to.ID); id != 0 && !u.MemberOf(id) {
						u.Groups = append(u.Groups, id)
						slices.Sort(u.Groups)
					}
				},
			},
		},
	}
}

func leaveSpec() spec[pbx.UserID, pbx.Leave] {
	return spec[pbx.UserID, pbx.Leave]{
		kind:  pbx.KindLeave,
		key:   func(l pbx.Leave) pbx.UserID { return l.User },
		ref:   pbx.Leave.Ref,
		keyOf: byID[pbx.UserID](pbx.KindLeave),
		org:   func(l pbx.Leave) pbx.OrganizationID { return l.Organization },
		load:  func(tx ReadTx, _ pbx.OrganizationID, k pbx.UserID) (pbx.Leave, error) { return tx.Leave(k) },
		put:   Tx.PutLeave,
		drop:  func(tx Tx, _ pbx.OrganizationID, k pbx.UserID) error { return tx.DeleteLeave(k) },
		name: func(w *Work, l pbx.Leave) string {
			u, err := w.User(l.User)
			if err != nil { // the user goes with it
				return ""
			}
			return u.Shown()
		},
		version: func(l *pbx.Leave) *int64 { return &l.Version },
		times:   func(l *pbx.Leave) (a, b *time.Time) { return &l.CreatedAt, &l.UpdatedAt },
		check:   checkLeave,
		mention: func(l pbx.Leave) []pbx.Reference {
			if l.CallsTo == 0 {
				return nil
			}
			to := pbx.User{ID: l.CallsTo}.Ref()
			return []pbx.Reference{{Organization: l.Organization, From: l.Ref(), Field: "callsTo", To: to}}
		},
		fields: []mentioning[pbx.Leave]{{
			field: "callsTo", to: pbx.KindUser, ways: []Way{WayReroute, WayRemove}, back: true,
			set: func(l *pbx.Leave, _, to pbx.Ref) { l.CallsTo = pbx.UserID(to.ID) },
		}},
		root: func(_ *Work, l pbx.Leave) pbx.Ref { return pbx.User{ID: l.User}.Ref() },
	}
}

func forwardingSpec() spec[pbx.UserID, pbx.Forwarding] {
	var fields []mentioning[pbx.Forwarding]
	for _, when := range pbx.ForwardCases() {
		fields = append(fields, mentioning[pbx.Forwarding]{
			field: string(when), to: pbx.KindUser, ways: []Way{WayReroute, WayRemove}, back: true,
			set: func(f *pbx.Forwarding, _, to pbx.Ref) { *f.Named(when) = pbx.UserID(to.ID) },
		})
	}
	return spec[pbx.UserID, pbx.Forwarding]{
		kind:  pbx.KindForwarding,
		key:   func(f pbx.Forwarding) pbx.UserID { return f.User },
		ref:   pbx.Forwarding.Ref,
		keyOf: byID[pbx.UserID](pbx.KindForwarding),
		org:   func(f pbx.Forwarding) pbx.OrganizationID { return f.Organization },
		load:  func(tx ReadTx, _ pbx.OrganizationID, k pbx.UserID) (pbx.Forwarding, error) { return tx.Forwarding(k) },
		put:   Tx.PutForwarding,
		drop:  func(tx Tx, _ pbx.OrganizationID, k pbx.UserID) error { return tx.DeleteForwarding(k) },
		name: func(w *Work, f pbx.Forwarding) string {
			u, err := w.User(f.User)
			if err != nil { // the user goes with it
				return ""
			}
			return u.Shown()
		},
		version: func(f *pbx.Forwarding) *int64 { return &f.Version },
		times:   func(f *pbx.Forwarding) (a, b *time.Time) { return &f.CreatedAt, &f.UpdatedAt },
		check:   checkForwarding,
		mention: func(f pbx.Forwarding) []pbx.Reference {
			var out []pbx.Reference
			for _, when := range pbx.ForwardCases() {
				if id := *f.Named(when); id != 0 {
					out = append(out, pbx.Reference{
						Organization: f.Organization, From: f.Ref(), Field: string(when), To: pbx.User{ID: id}.Ref(),
					})
				}
			}
			return out
		},
		fields: fields,
		root:   func(_ *Work, f pbx.Forwarding) pbx.Ref { return pbx.User{ID: f.User}.Ref() },
	}
}

func userSecretSpec() spec[secretKey, pbx.UserSecret] {
	return spec[secretKey, pbx.UserSecret]{
		kind: pbx.KindUserSecret,
		key:  func(s pbx.UserSecret) secretKey { return secretKey{s.User, s.Name} },
		ref:  pbx.UserSecret.Ref,
		keyOf: func(r pbx.Ref) (secretKey, bool) {
			return secretKey{pbx.UserID(r.ID), pbx.SecretName(r.Key)}, r.Kind == pbx.KindUserSecret && r.Key != ""
		},
		org: func(s pbx.UserSecret) pbx.OrganizationID { return s.Organization },
		load: func(tx ReadTx, _ pbx.OrganizationID, k secretKey) (pbx.UserSecret, error) {
			return tx.UserSecret(k.user, k.name)
		},
		put:     Tx.PutUserSecret,
		drop:    func(tx Tx, _ pbx.OrganizationID, k secretKey) error { return tx.DeleteUserSecret(k.user, k.name) },
		name:    func(_ *Work, s pbx.UserSecret) string { return string(s.Name) },
		version: func(s *pbx.UserSecret) *int64 { return &s.Version },
		times:   func(s *pbx.UserSecret) (a, b *time.Time) { return new(time.Time), &s.ChangedAt },
		check:   func(w *Work, s pbx.UserSecret) error { return w.mustHave(pbx.User{ID: s.User}.Ref()) },
		root:    func(_ *Work, s pbx.UserSecret) pbx.Ref { return pbx.User{ID: s.User}.Ref() },
		owner:   func(s pbx.UserSecret) pbx.Ref { return pbx.User{ID: s.User}.Ref() },
		secrets: func(s *pbx.UserSecret) []*pbx.Sealed { return []*pbx.Sealed{&s.Value} },
	}
}

func deviceSpec() spec[pbx.DeviceID, pbx.Device] {
	return spec[pbx.DeviceID, pbx.Device]{
		kind:    pbx.KindDevice,
		key:     func(d pbx.Device) pbx.DeviceID { return d.ID },
		ref:     pbx.Device.Ref,
		keyOf:   byID[pbx.DeviceID](pbx.KindDevice),
		org:     func(d pbx.Device) pbx.OrganizationID { return d.Organization },
		load:    func(tx ReadTx, _ pbx.OrganizationID, k pbx.DeviceID) (pbx.Device, error) { return tx.Device(k) },
		put:     Tx.PutDevice,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.DeviceID) error { return tx.DeleteDevice(k) },
		name:    func(_ *Work, d pbx.Device) string { return d.Name },
		version: func(d *pbx.Device) *int64 { return &d.Version },
		times:   func(d *pbx.Device) (a, b *time.Time) { return &d.CreatedAt, &d.UpdatedAt },
		check:   checkDevice,
		owner:   func(d pbx.Device) pbx.Ref { return pbx.User{ID: d.User}.Ref() },
		mention: func(d pbx.Device) []pbx.Reference {
			var out []pbx.Reference
			add := func(field string, to pbx.Ref) {
				if to.ID != 0 {
					out = append(out, pbx.Reference{Organization: d.Organization, From: d.Ref(), Field: field, To: to})
				}
			}
			add("userId", pbx.User{ID: d.User}.Ref())
			add("provisioningProfileId", pbx.ProvisioningProfile{ID: d.Profile}.Ref())
			add("emergencyLocationId", pbx.Location{ID: d.EmergencyLocation}.Ref())
			return out
		},
		fields: []mentioning[pbx.Device]{
			part[pbx.Device]("userId", pbx.KindUser),
			{
				field: "provisioningProfileId", to: pbx.KindProfile, ways: []Way{WayReroute, WayRemove}, back: true,
				set: func(d *pbx.Device, _, to pbx.Ref) { d.Profile = pbx.ProfileID(to.ID) },
			},
			{
				field: "emergencyLocationId", to: pbx.KindLocation, ways: []Way{WayReroute, WayRemove}, back: true,
				set: func(d *pbx.Device, _, to pbx.Ref) { d.EmergencyLocation = pbx.LocationID(to.ID) },
			},
		},
		root: func(_ *Work, d pbx.Device) pbx.Ref {
			if d.User != 0 {
				return pbx.User{ID: d.User}.Ref()
			}
			return d.Ref()
		},
	}
}

func lineSpec() spec[pbx.LineID, pbx.Line] {
	return spec[pbx.LineID, pbx.Line]{
		kind:    pbx.KindLine,
		key:     func(l pbx.Line) pbx.LineID { return l.ID },
		ref:     pbx.Line.Ref,
		keyOf:   byID[pbx.LineID](pbx.KindLine),
		org:     func(l pbx.Line) pbx.OrganizationID { return l.Organization },
		load:    func(tx ReadTx, _ pbx.OrganizationID, k pbx.LineID) (pbx.Line, error) { return tx.Line(k) },
		put:     Tx.PutLine,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.LineID) error { return tx.DeleteLine(k) },
		name:    func(_ *Work, l pbx.Line) string { return l.SIPUsername },
		owner:   func(l pbx.Line) pbx.Ref { return pbx.Device{ID: l.Device}.Ref() },
		version: func(l *pbx.Line) *int64 { return &l.Version },
		mention: func(l pbx.Line) []pbx.Reference {
			out := []pbx.Reference{{
				Organization: l.Organization, From: l.Ref(), Field: "deviceId", To: pbx.Device{ID: l.Device}.Ref(),
			}}
			if l.User != 0 {
				out = append(out, pbx.Reference{
					Organization: l.Organization, From: l.Ref(), Field: "userId", To: pbx.User{ID: l.User}.Ref(),
				})
			}
			return out
		},
		fields: []mentioning[pbx.Line]{
			part[pbx.Line]("deviceId", pbx.KindDevice), part[pbx.Line]("userId", pbx.KindUser),
		},
		root: func(w *Work, l pbx.Line) pbx.Ref {
			if l.User != 0 {
				return pbx.User{ID: l.User}.Ref()
			}
			return pbx.Device{ID: l.Device}.Ref()
		},
	}
}

func credentialSpec() spec[pbx.LineID, pbx.Credential] {
	return spec[pbx.LineID, pbx.Credential]{
		kind:    pbx.KindCredential,
		key:     func(c pbx.Credential) pbx.LineID { return c.Line },
		ref:     pbx.Credential.Ref,
		keyOf:   byID[pbx.LineID](pbx.KindCredential),
		org:     func(c pbx.Credential) pbx.OrganizationID { return c.Organization },
		load:    func(tx ReadTx, _ pbx.OrganizationID, k pbx.LineID) (pbx.Credential, error) { return tx.Credential(k) },
		put:     Tx.PutCredential,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.LineID) error { return tx.DeleteCredential(k) },
		name:    func(*Work, pbx.Credential) string { return "sipPassword" },
		version: func(c *pbx.Credential) *int64 { return &c.Version },
		times:   func(c *pbx.Credential) (a, b *time.Time) { return new(time.Time), &c.ChangedAt },
		check:   func(w *Work, c pbx.Credential) error { return w.mustHave(pbx.Line{ID: c.Line}.Ref()) },
		root: func(w *Work, c pbx.Credential) pbx.Ref {
			r, err := w.lines.rootOf(w, pbx.Line{ID: c.Line}.Ref())
			if err != nil { // the line is gone: the credential stands for itself
				return c.Ref()
			}
			return r
		},
		secrets: func(c *pbx.Credential) []*pbx.Sealed {
			return []*pbx.Sealed{&c.HA1MD5, &c.HA1SHA256, &c.Clear}
		},
	}
}

func poolSpec() spec[pbx.PoolID, pbx.ExtensionPool] {
	return spec[pbx.PoolID, pbx.ExtensionPool]{
		kind:    pbx.KindPool,
		key:     func(p pbx.ExtensionPool) pbx.PoolID { return p.ID },
		ref:     pbx.ExtensionPool.Ref,
		keyOf:   byID[pbx.PoolID](pbx.KindPool),
		org:     func(p pbx.ExtensionPool) pbx.OrganizationID { return p.Organization },
		load:    func(tx ReadTx, _ pbx.OrganizationID, k pbx.PoolID) (pbx.ExtensionPool, error) { return tx.Pool(k) },
		put:     Tx.PutPool,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.PoolID) error { return tx.DeletePool(k) },
		name:    func(_ *Work, p pbx.ExtensionPool) string { return p.Name },
		version: func(p *pbx.ExtensionPool) *int64 { return &p.Version },
		times:   func(p *pbx.ExtensionPool) (a, b *time.Time) { return &p.CreatedAt, &p.UpdatedAt },
		check:   checkPool,
		mention: func(p pbx.ExtensionPool) []pbx.Reference {
			var out []pbx.Reference
			add := func(field string, to pbx.Ref) {
				if to.ID != 0 {
					out = append(out, pbx.Reference{Organization: p.Organization, From: p.Ref(), Field: field, To: to})
				}
			}
			add("groupId", pbx.Group{ID: p.Group}.Ref())
			add("locationId", pbx.Location{ID: p.Location}.Ref())
			return out
		},
		fields: []mentioning[pbx.ExtensionPool]{
			{
				field: "groupId", to: pbx.KindGroup, ways: []Way{WayRemove, WayReroute}, usual: WayRemove,
				set: func(p *pbx.ExtensionPool, _, to pbx.Ref) {
					p.Group = pbx.GroupID(to.ID)
					p.Enabled = p.Enabled && p.Group != 0 // its numbers were meant for that group only
				},
			},
			{
				field: "locationId", to: pbx.KindLocation, ways: []Way{WayRemove, WayReroute}, usual: WayRemove, back: true,
				set: func(p *pbx.ExtensionPool, _, to pbx.Ref) { p.Location = pbx.LocationID(to.ID) },
			},
		},
	}
}

func dialStringSpec() spec[string, pbx.DialString] {
	return spec[string, pbx.DialString]{
		kind:  pbx.KindDialString,
		key:   func(d pbx.DialString) string { return d.Value },
		ref:   pbx.DialString.Ref,
		keyOf: func(r pbx.Ref) (string, bool) { return r.Key, r.Kind == pbx.KindDialString && r.Key != "" },
		org:   func(d pbx.DialString) pbx.OrganizationID { return d.Organization },
		load: func(tx ReadTx, org pbx.OrganizationID, k string) (pbx.DialString, error) {
			d, err := tx.DialString(org, k)
			if err == nil && d.Kind == pbx.DialHold {
				// The hold of a form is no part of any change set; occupant knows it.
				return pbx.DialString{}, pbx.ErrNotFound
			}
			return d, err
		},
		put:    Tx.PutDialString,
		drop:   func(tx Tx, org pbx.OrganizationID, k string) error { return tx.DeleteDialString(org, k) },
		name:   func(_ *Work, d pbx.DialString) string { return d.Value },
		always: []string{"owner"},
		owner:  func(d pbx.DialString) pbx.Ref { return d.Owner },
		check: func(w *Work, d pbx.DialString) error {
			if d.Owner.IsZero() || d.Kind == pbx.DialHeld { // a held one's owner is in the trash
				return nil
			}
			return w.mustHave(d.Owner)
		},
		root: func(_ *Work, d pbx.DialString) pbx.Ref {
			if d.Owner.IsZero() {
				return d.Ref()
			}
			return d.Owner
		},
	}
}

func settingSpec() spec[settingKey, pbx.Setting] {
	return spec[settingKey, pbx.Setting]{
		kind:  pbx.KindSetting,
		key:   func(s pbx.Setting) settingKey { return settingKey{s.Level, s.Owner, s.Key} },
		ref:   pbx.Setting.Ref,
		keyOf: settingKeyOf,
		org:   func(s pbx.Setting) pbx.OrganizationID { return s.Organization },
		load: func(tx ReadTx, org pbx.OrganizationID, k settingKey) (pbx.Setting, error) {
			return tx.Setting(org, k.level, k.owner, k.key)
		},
		put: Tx.PutSetting,
		drop: func(tx Tx, org pbx.OrganizationID, k settingKey) error {
			return tx.DeleteSetting(org, k.level, k.owner, k.key)
		},
		name:    func(_ *Work, s pbx.Setting) string { return string(s.Key) },
		owner:   func(s pbx.Setting) pbx.Ref { return placeRef(s.Level, s.Owner) },
		version: func(s *pbx.Setting) *int64 { return &s.Version },
		check:   checkSetting,
		mention: showsNumber,
		fields: []mentioning[pbx.Setting]{{
			field: "value", to: pbx.KindDialString, ways: []Way{WayReroute, WayRemove}, drop: true,
			set: func(s *pbx.Setting, _, to pbx.Ref) { s.Value = to.Key },
		}},
		root: func(w *Work, s pbx.Setting) pbx.Ref {
			owner, ok := settingOwner(s.Level, s.Owner)
			if !ok {
				return s.Ref()
			}
			if owner.Kind == pbx.KindDevice {
				if r, err := w.devices.rootOf(w, owner); err == nil {
					return r
				}
			}
			return owner
		},
	}
}

func settingKeyOf(r pbx.Ref) (settingKey, bool) {
	parts := strings.SplitN(r.Key, "/", 3)
	if r.Kind != pbx.KindSetting || len(parts) != 3 {
		return settingKey{}, false
	}
	owner, err := strconv.ParseInt(parts[1], 10, 64)
	return settingKey{pbx.Level(parts[0]), owner, pbx.SettingKey(parts[2])}, err == nil
}

// placeRef names a level and what stands there, also where that is no thing.
func placeRef(level pbx.Level, owner int64) pbx.Ref { return pbx.Ref{Kind: pbx.Kind(level), ID: owner} }

// settingOwner names the thing whose setting it is; false for levels that are not a thing.
func settingOwner(level pbx.Level, owner int64) (pbx.Ref, bool) {
	switch level {
	case pbx.LevelDevice:
		return pbx.Ref{Kind: pbx.KindDevice, ID: owner}, true
	case pbx.LevelUser:
		return pbx.Ref{Kind: pbx.KindUser, ID: owner}, true
	case pbx.LevelGroup:
		return pbx.Ref{Kind: pbx.KindGroup, ID: owner}, true
	case pbx.LevelOrganization:
		return pbx.Ref{Kind: pbx.KindOrganization, ID: owner}, true
	case pbx.LevelLocation:
		return pbx.Ref{Kind: pbx.KindLocation, ID: owner}, true
	case pbx.LevelProfile:
		return pbx.Ref{Kind: pbx.KindProfile, ID: owner}, true
	case pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
		return pbx.Ref{}, false
	}
	return pbx.Ref{}, false
}

func tokenSpec() spec[pbx.TokenID, pbx.Token] {
	return spec[pbx.TokenID, pbx.Token]{
		kind:    pbx.KindToken,
		key:     func(t pbx.Token) pbx.TokenID { return t.ID },
		ref:     pbx.Token.Ref,
		keyOf:   byID[pbx.TokenID](pbx.KindToken),
		org:     func(t pbx.Token) pbx.OrganizationID { return t.Organization },
		load:    func(tx ReadTx, _ pbx.OrganizationID, k pbx.TokenID) (pbx.Token, error) { return tx.Token(k) },
		put:     Tx.PutToken,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.TokenID) error { return tx.DeleteToken(k) },
		name:    func(_ *Work, t pbx.Token) string { return t.Name },
		version: func(t *pbx.Token) *int64 { return &t.Version },
		times:   func(t *pbx.Token) (a, b *time.Time) { return &t.CreatedAt, nil },
		mention: func(t pbx.Token) []pbx.Reference {
			return []pbx.Reference{{
				Organization: t.Organization, From: t.Ref(), Field: "userId", To: pbx.User{ID: t.User}.Ref(),
			}}
		},
		fields:  []mentioning[pbx.Token]{part[pbx.Token]("userId", pbx.KindUser)},
		root:    func(_ *Work, t pbx.Token) pbx.Ref { return pbx.User{ID: t.User}.Ref() },
		owner:   func(t pbx.Token) pbx.Ref { return pbx.User{ID: t.User}.Ref() },
		secrets: func(t *pbx.Token) []*pbx.Sealed { return []*pbx.Sealed{&t.Hash} },
	}
}

// mustHave is a Conflict when the thing is not there in the end.
func (w *Work) mustHave(ref pbx.Ref) error {
	t := w.table(ref.Kind)
	if t == nil {
		return pbx.Missing(ref)
	}
	ok, err := t.has(w, ref)
	if err != nil {
		return err
	}
	if !ok {
		return pbx.Errorf(pbx.Conflict, "There is no "+ref.String()+" any more.")
	}
	return nil
}
