package pbx

import "slices"

// Role is what a user may do in the administration (S4).
type Role string

// The roles.
const (
	RoleOwner         Role = "owner"
	RoleAdministrator Role = "administrator"
	RoleGroupAdmin    Role = "group_administrator" // sees and edits users whose home group is his
	RoleReceptionist  Role = "receptionist"
	RoleBilling       Role = "billing"
	RoleAuditor       Role = "auditor"
	RoleUser          Role = "user"
)

// Roles lists the roles, the widest first.
func Roles() []Role {
	return []Role{
		RoleOwner, RoleAdministrator, RoleGroupAdmin, RoleReceptionist, RoleBilling, RoleAuditor, RoleUser,
	}
}

// Valid reports whether there is such a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Permission is the right to one kind of use case. API tokens carry them as scopes.
type Permission string

// The permissions.
const (
	PermOrganizationRead  Permission = "organization:read"
	PermOrganizationWrite Permission = "organization:write"
	PermGroupsRead        Permission = "groups:read"
	PermGroupsWrite       Permission = "groups:write"
	PermLocationsRead     Permission = "locations:read"
	PermLocationsWrite    Permission = "locations:write"
	PermUsersRead         Permission = "users:read"
	PermUsersWrite        Permission = "users:write"
	PermRolesWrite        Permission = "roles:write"
	PermDevicesRead       Permission = "devices:read"
	PermDevicesWrite      Permission = "devices:write"
	PermNumbersRead       Permission = "numbers:read"
	PermNumbersWrite      Permission = "numbers:write"
	PermPoolsWrite        Permission = "pools:write"
	PermSettingsRead      Permission = "settings:read"
	PermSettingsWrite     Permission = "settings:write"
	PermDeletedRead       Permission = "deleted:read"
	PermDeletedWrite      Permission = "deleted:write"
	PermAuditRead         Permission = "audit:read"
	PermAuditUndo         Permission = "audit:undo"
	PermTokensOwn         Permission = "tokens:own" // make, list and revoke one's own
	PermTokensAll         Permission = "tokens:all"
	PermCallsRead         Permission = "calls:read"
	PermCallsWrite        Permission = "calls:write"
	PermRecordsRead       Permission = "records:read"
	PermVoicemailRead     Permission = "voicemail:read" // how full mailboxes are; never what is in them
	PermSelf              Permission = "self"           // what everybody may see of himself
	PermSelfWrite         Permission = "self:write"     // what everybody may change about himself (P1)
)

// Permissions lists all permissions.
func Permissions() []Permission {
	return []Permission{
		PermOrganizationRead, PermOrganizationWrite, PermGroupsRead, PermGroupsWrite, PermLocationsRead, PermLocationsWrite, PermUsersRead, PermUsersWrite,
		PermRolesWrite, PermDevicesRead, PermDevicesWrite, PermNumbersRead, PermNumbersWrite, PermPoolsWrite,
		PermSettingsRead, PermSettingsWrite, PermDeletedRead, PermDeletedWrite, PermAuditRead, PermAuditUndo, PermTokensOwn,
		PermTokensAll, PermCallsRead, PermCallsWrite, PermRecordsRead, PermVoicemailRead, PermSelf, PermSelfWrite,
	}
}

// Permissions lists what a role may do.
func (r Role) Permissions() []Permission {
	switch r {
	case RoleOwner, RoleAdministrator:
		return Permissions()
	case RoleGroupAdmin:
		return []Permission{
			PermGroupsRead, PermLocationsRead, PermUsersRead, PermUsersWrite, PermDevicesRead, PermDevicesWrite, PermNumbersRead,
			PermNumbersWrite, PermVoicemailRead, PermTokensOwn, PermSelf, PermSelfWrite,
		}
	case RoleReceptionist:
		return []Permission{
			PermGroupsRead, PermLocationsRead, PermUsersRead, PermNumbersRead, PermCallsRead, PermTokensOwn, PermSelf, PermSelfWrite,
		}
	case RoleBilling:
		return []Permission{PermGroupsRead, PermLocationsRead, PermUsersRead, PermRecordsRead, PermTokensOwn, PermSelf, PermSelfWrite}
	case RoleAuditor:
		return []Permission{
			PermOrganizationRead, PermGroupsRead, PermLocationsRead, PermUsersRead, PermDevicesRead, PermNumbersRead, PermSettingsRead,
			PermDeletedRead, PermAuditRead, PermCallsRead, PermRecordsRead, PermVoicemailRead, PermTokensOwn, PermSelf, PermSelfWrite,
		}
	case RoleUser:
		return []Permission{PermTokensOwn, PermSelf, PermSelfWrite}
	}
	return nil
}

// May reports whether the role has the permission.
func (r Role) May(p Permission) bool { return slices.Contains(r.Permissions(), p) }
