package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/pbx"
)

// Role is what a user may do in the administration.
type Role struct {
	Name        string   `json:"name"`
	Permissions []string `json:"permissions" nullable:"false"`
}

// Scope is the right to one kind of operation; tokens carry them.
type Scope struct {
	Name string `json:"name"`
	Mine bool   `json:"mine" doc:"The caller has it"`
}

func (a *API) roles() {
	add(a, operation{
		id: "listRoles", method: http.MethodGet, path: "/roles", tag: "Settings",
		summary: "List the roles, the widest first", permission: pbx.PermSelf,
	}, a.listRoles)
	add(a, operation{
		id: "listScopes", method: http.MethodGet, path: "/tokens/scopes", tag: "Settings",
		summary: "List what roles and tokens may be allowed", permission: pbx.PermSelf,
	}, a.listScopes)
}

func (a *API) listRoles(_ context.Context, _ caller, in *struct{ ListInput }) (*listOutput[Role], error) {
	var out []Role
	for _, r := range pbx.Roles() {
		v := Role{Name: string(r), Permissions: []string{}}
		for _, p := range r.Permissions() {
			v.Permissions = append(v.Permissions, string(p))
		}
		out = append(out, v)
	}
	return short(in.ListInput, out, itself), nil
}

func (a *API) listScopes(_ context.Context, who caller, in *struct{ ListInput }) (*listOutput[Scope], error) {
	var out []Scope
	for _, p := range pbx.Permissions() {
		out = append(out, Scope{Name: string(p), Mine: who.May(p)})
	}
	return short(in.ListInput, out, itself), nil
}
