package admin

import (
	"slices"

	"ringfence/internal/pbx"
)

// Actor is who asks: a signed-in user, an API token acting for one, or the server itself.
type Actor struct {
	Kind         pbx.ActorKind
	User         pbx.UserID
	Organization pbx.OrganizationID
	Name         string
	Role         pbx.Role
	Group        pbx.GroupID      // the home group: what a group administrator administers
	Scopes       []pbx.Permission // of a token; nil is all that the role may do
	Source       string           // what the change came by: page, api, cli, and from which address
}

// System is the server itself, or whoever sits at its own machine, acting for an organization.
func System(org pbx.OrganizationID, name string) Actor {
	return Actor{Kind: pbx.ActorSystem, Organization: org, Name: name, Role: pbx.RoleOwner, Source: name}
}

// ActorFor is the user signed in to the portal.
func ActorFor(u pbx.User, source string) Actor {
	return Actor{
		Kind: pbx.ActorUser, User: u.ID, Organization: u.Organization, Name: u.Shown(), Role: u.Role,
		Group: u.HomeGroup, Source: source,
	}
}

// May reports whether the actor has the permission: its role and, for a token, its scopes.
func (a Actor) May(p pbx.Permission) bool {
	if !a.Role.May(p) {
		return false
	}
	return a.Scopes == nil || p == pbx.PermSelf || slices.Contains(a.Scopes, p)
}

// Permissions lists what the actor may do.
func (a Actor) Permissions() []pbx.Permission {
	var out []pbx.Permission
	for _, p := range pbx.Permissions() {
		if a.May(p) {
			out = append(out, p)
		}
	}
	return out
}
