package memstore

import (
	"cmp"

	"ringfence/internal/pbx"
)

func (t *tx) Profile(id pbx.ProfileID) (pbx.ProvisioningProfile, error) {
	return get(t.db.profiles, id, pbx.KindProfile)
}

func (t *tx) Profiles(org pbx.OrganizationID) ([]pbx.ProvisioningProfile, error) {
	return where(t.db.profiles, func(p pbx.ProvisioningProfile) bool { return p.Organization == org },
		func(a, b pbx.ProvisioningProfile) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (t *tx) PutProfile(p pbx.ProvisioningProfile) error {
	for _, x := range t.db.profiles {
		if x.ID != p.ID && x.Organization == p.Organization && x.NameKey() == p.NameKey() {
			return conflict("There is already a profile of this name.")
		}
	}
	put(t, t.db.profiles, p.ID, p)
	return nil
}

func (t *tx) DeleteProfile(id pbx.ProfileID) error {
	return drop(t, t.db.profiles, id, pbx.KindProfile)
}

func (t *tx) CustomPermission(id pbx.PermissionID) (pbx.CustomPermission, error) {
	return get(t.db.permissions, id, pbx.KindPermission)
}

func (t *tx) CustomPermissions(org pbx.OrganizationID) ([]pbx.CustomPermission, error) {
	return where(t.db.permissions, func(p pbx.CustomPermission) bool { return p.Organization == org },
		func(a, b pbx.CustomPermission) int { return cmp.Compare(a.ID, b.ID) }), nil
}

func (t *tx) PutCustomPermission(p pbx.CustomPermission) error {
	for _, x := range t.db.permissions {
		if x.ID != p.ID && x.Organization == p.Organization && x.Key == p.Key {
			return conflict("There is already a permission with this key.")
		}
	}
	put(t, t.db.permissions, p.ID, p)
	return nil
}

func (t *tx) DeleteCustomPermission(id pbx.PermissionID) error {
	return drop(t, t.db.permissions, id, pbx.KindPermission)
}
