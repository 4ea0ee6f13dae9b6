package store

import "ringfence/internal/pbx"

const (
	profileColumns    = "id, organization_id, name, text, version, created_at, updated_at"
	permissionColumns = "id, organization_id, key, label, help, allowed, version, created_at, updated_at"
)

var (
	putProfile    = upsert("provisioning_profile", "id", profileColumns+", name_key")
	putPermission = upsert("permission", "id", permissionColumns)
)

// Profile reads one provisioning profile.
func (t *tx) Profile(id pbx.ProfileID) (pbx.ProvisioningProfile, error) {
	return find(t, pbx.Ref{Kind: pbx.KindProfile, ID: int64(id)}, profileFields,
		"SELECT "+profileColumns+" FROM provisioning_profile WHERE id = $1", int64(id))
}

// Profiles reads all provisioning profiles of an organization, by id.
func (t *tx) Profiles(org pbx.OrganizationID) ([]pbx.ProvisioningProfile, error) {
	return collect(t, profileFields,
		"SELECT "+profileColumns+" FROM provisioning_profile WHERE organization_id = $1 ORDER BY id", int64(org))
}

// PutProfile stores a provisioning profile; Conflict if another has its name.
func (t *tx) PutProfile(p pbx.ProvisioningProfile) error {
	return t.put(putProfile, p.ID, int64(p.ID), int64(p.Organization), p.Name, p.Text, p.Version, millis(p.CreatedAt),
		millis(p.UpdatedAt), p.NameKey())
}

// DeleteProfile deletes a provisioning profile; Conflict while somebody has it.
func (t *tx) DeleteProfile(id pbx.ProfileID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindProfile, ID: int64(id)}, "DELETE FROM provisioning_profile WHERE id = $1",
		int64(id))
}

// CustomPermission reads one custom permission.
func (t *tx) CustomPermission(id pbx.PermissionID) (pbx.CustomPermission, error) {
	return find(t, pbx.Ref{Kind: pbx.KindPermission, ID: int64(id)}, permissionFields,
		"SELECT "+permissionColumns+" FROM permission WHERE id = $1", int64(id))
}

// CustomPermissions reads all custom permissions of an organization, by id.
func (t *tx) CustomPermissions(org pbx.OrganizationID) ([]pbx.CustomPermission, error) {
	return collect(t, permissionFields,
		"SELECT "+permissionColumns+" FROM permission WHERE organization_id = $1 ORDER BY id", int64(org))
}

// PutCustomPermission stores a custom permission; Conflict if another has its key.
func (t *tx) PutCustomPermission(p pbx.CustomPermission) error {
	return t.put(putPermission, p.ID, int64(p.ID), int64(p.Organization), p.Key, p.Label, p.Help, p.Default, p.Version,
		millis(p.CreatedAt), millis(p.UpdatedAt))
}

// DeleteCustomPermission deletes a custom permission.
func (t *tx) DeleteCustomPermission(id pbx.PermissionID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindPermission, ID: int64(id)}, "DELETE FROM permission WHERE id = $1", int64(id))
}

func profileFields(p *pbx.ProvisioningProfile) []any {
	return []any{&p.ID, &p.Organization, &p.Name, &p.Text, &p.Version, moment{&p.CreatedAt}, moment{&p.UpdatedAt}}
}

func permissionFields(p *pbx.CustomPermission) []any {
	return []any{
		&p.ID, &p.Organization, &p.Key, &p.Label, &p.Help, &p.Default, &p.Version,
		moment{&p.CreatedAt},
		moment{&p.UpdatedAt},
	}
}
