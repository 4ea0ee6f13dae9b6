package storetest

import (
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func profiles(f fixture) {
	p := pbx.ProvisioningProfile{
		ID: 1, Organization: org, Name: "default", Text: "line one\nline two", Version: 2, CreatedAt: start(), UpdatedAt: start(),
	}
	other := p
	other.ID, other.Name, other.Text = 2, "Lobby", ""
	g, u, d := group(1, "Sales"), user(1, 1, "Ada", "Rossi"), device(1, 1, "phone")
	g.Profile, u.Profile, d.Profile = 1, 2, 2
	f.put(p, other, g, u, d)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "one", got[pbx.ProvisioningProfile](f.t)(tx.Profile(1)), p)
		same(f.t, "all", got[[]pbx.ProvisioningProfile](f.t)(tx.Profiles(org)), []pbx.ProvisioningProfile{p, other})
		same(f.t, "elsewhere", got[[]pbx.ProvisioningProfile](f.t)(tx.Profiles(2)), nil)
		same(f.t, "group", got[pbx.Group](f.t)(tx.Group(1)), g)
		same(f.t, "user", got[pbx.User](f.t)(tx.User(1)), u)
		same(f.t, "device", got[pbx.Device](f.t)(tx.Device(1)), d)
		_, err := tx.Profile(3)
		wantKind(f.t, "profile 3", err, pbx.NotFound)
	})
	again := other
	again.ID, again.Name = 3, "LOBBY"
	wantKind(f.t, "a name twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.PutProfile(again) }),
		pbx.Conflict)
	u.Profile, d.Profile = 0, 0
	f.update(func(tx admin.Tx) error {
		must(f.t, tx.DeleteProfile(2))
		must(f.t, tx.PutUser(u)) // who has it is given another in the same transaction
		return tx.PutDevice(d)
	})
	f.view(func(tx admin.ReadTx) {
		same(f.t, "user without", got[pbx.User](f.t)(tx.User(1)), u)
		same(f.t, "device without", got[pbx.Device](f.t)(tx.Device(1)), d)
	})
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error { return tx.DeleteProfile(2) }),
		pbx.NotFound)
}

func permissions(f fixture) {
	p := pbx.CustomPermission{
		ID: 1, Organization: org, Key: "door", Label: "Open the door", Help: "By code", Default: true, Version: 2,
		CreatedAt: start(), UpdatedAt: start(),
	}
	other := p
	other.ID, other.Key, other.Default = 2, "Door", false
	f.put(other, p)
	f.view(func(tx admin.ReadTx) {
		same(f.t, "one", got[pbx.CustomPermission](f.t)(tx.CustomPermission(1)), p)
		same(f.t, "all", got[[]pbx.CustomPermission](f.t)(tx.CustomPermissions(org)), []pbx.CustomPermission{p, other})
		same(f.t, "elsewhere", got[[]pbx.CustomPermission](f.t)(tx.CustomPermissions(2)), nil)
	})
	again := p
	again.ID = 3
	wantKind(f.t, "a key twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.PutCustomPermission(again)
	}), pbx.Conflict)
	f.update(func(tx admin.Tx) error { return tx.DeleteCustomPermission(2) })
	wantKind(f.t, "deleted twice", f.s.Update(f.t.Context(), org, func(tx admin.Tx) error {
		return tx.DeleteCustomPermission(2)
	}), pbx.NotFound)
}
