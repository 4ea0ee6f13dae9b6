package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// UserPermission is a permission that users can have. Who has it is the setting of the same key.
type UserPermission struct {
	ID        int64  `json:"id,omitempty" doc:"Of a permission that was added; those of the catalogue have none"`
	Key       string `json:"key" doc:"Of the setting that grants it"`
	Name      string `json:"name,omitempty" doc:"Of a permission that was added: its own key"`
	Label     string `json:"label"`
	Help      string `json:"help"`
	Default   bool   `json:"default" doc:"Who has no value of his own has it"`
	Version   int64  `json:"version,omitempty"`
	CreatedAt Time   `json:"createdAt,omitzero"`
	UpdatedAt Time   `json:"updatedAt,omitzero"`
}

func permissionView(v admin.PermissionView) UserPermission {
	if v.Custom != nil {
		return customView(*v.Custom)
	}
	return UserPermission{
		Key: string(v.Spec.Key), Label: v.Spec.Label, Help: v.Spec.Help, Default: v.Spec.Default == "true",
	}
}

func customView(p pbx.CustomPermission) UserPermission {
	return UserPermission{
		ID: int64(p.ID), Key: string(p.Setting()), Name: p.Key, Label: p.Label, Help: p.Help, Default: p.Default,
		Version: p.Version, CreatedAt: Time{p.CreatedAt}, UpdatedAt: Time{p.UpdatedAt},
	}
}

// PermissionInput makes or changes a permission of the organization's own.
type PermissionInput struct {
	Name    *string `json:"name,omitempty" maxLength:"40" doc:"Its key: letters and digits, set once"`
	Label   *string `json:"label,omitempty" maxLength:"200"`
	Help    *string `json:"help,omitempty" maxLength:"1000"`
	Default *bool   `json:"default,omitempty"`
	Fixed
	Key any `json:"key,omitempty" readOnly:"true"`
}

func (in PermissionInput) patch() admin.PermissionPatch {
	return admin.PermissionPatch{Key: in.Name, Label: in.Label, Help: in.Help, Default: in.Default}
}

func (a *API) permissions() {
	add(a, operation{
		id: "listPermissions", method: http.MethodGet, path: "/permissions", tag: "Permissions",
		summary: "List the permissions that users can have", permission: pbx.PermSettingsRead,
	}, a.listPermissions)
	add(a, operation{
		id: "createPermission", method: http.MethodPost, path: "/permissions", tag: "Permissions",
		summary: "Add a permission", permission: pbx.PermSettingsWrite, status: http.StatusCreated,
	}, a.createPermission)
	add(a, operation{
		id: "getPermission", method: http.MethodGet, path: "/permissions/{id}", tag: "Permissions",
		summary: "Read a permission that was added", permission: pbx.PermSettingsRead,
	}, a.getPermission)
	add(a, operation{
		id: "updatePermission", method: http.MethodPatch, path: "/permissions/{id}", tag: "Permissions",
		summary: "Change a permission that was added, but for its key", permission: pbx.PermSettingsWrite,
	}, a.updatePermission)
	add(a, operation{
		id: "deletePermission", method: http.MethodDelete, path: "/permissions/{id}", tag: "Permissions",
		summary: "Delete a permission that was added, and where it is granted", permission: pbx.PermSettingsWrite,
		status: http.StatusNoContent,
	}, a.deletePermission)
}

func (a *API) listPermissions(
	ctx context.Context, who caller, in *struct{ ListInput },
) (*listOutput[UserPermission], error) {
	list, err := a.cfg.Admin.ListPermissions(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return short(in.ListInput, list, permissionView), nil
}

func (a *API) getPermission(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[UserPermission], error) {
	p, err := a.cfg.Admin.Permission(ctx, who.Actor, pbx.PermissionID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(p.Version, customView(p)), nil
}

func (a *API) createPermission(ctx context.Context, who caller, in *struct {
	CreateInput
	Body PermissionInput
},
) (*writtenOutput[UserPermission], error) {
	patch := in.Body.patch()
	p, cs, err := a.cfg.Admin.CreatePermission(ctx, who.Actor, patch, in.write("permissions", patch))
	if err != nil {
		return nil, err
	}
	return written(cs, p.Version, customView(p)), nil
}

func (a *API) updatePermission(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body PermissionInput
},
) (*writtenOutput[UserPermission], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	p, cs, err := a.cfg.Admin.UpdatePermission(ctx, who.Actor, pbx.PermissionID(in.ID), in.Body.patch(), w)
	if err != nil {
		return nil, err
	}
	return written(cs, p.Version, customView(p)), nil
}

func (a *API) deletePermission(ctx context.Context, who caller, in *struct{ ChangeInput }) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.DeletePermission(ctx, who.Actor, pbx.PermissionID(in.ID), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}
