package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// ProvisioningProfile is a named bundle of settings for users and phones. Its values are settings of the level profile.
type ProvisioningProfile struct {
	ID          int64  `json:"id"`
	Name        string `json:"name"`
	Text        string `json:"text" doc:"Added to what phones are sent"`
	BuiltIn     bool   `json:"builtIn" doc:"The profile that always exists"`
	GroupCount  int    `json:"groupCount"`
	UserCount   int    `json:"userCount" doc:"Users who have it themselves, not by a group"`
	DeviceCount int    `json:"deviceCount"`
	Version     int64  `json:"version"`
	CreatedAt   Time   `json:"createdAt"`
	UpdatedAt   Time   `json:"updatedAt"`
}

func profileView(p admin.ProfileRow) ProvisioningProfile {
	return ProvisioningProfile{
		ID: int64(p.ID), Name: p.Name, Text: p.Text, BuiltIn: p.IsDefault(), GroupCount: p.Groups, UserCount: p.Users,
		DeviceCount: p.Devices, Version: p.Version, CreatedAt: Time{p.CreatedAt}, UpdatedAt: Time{p.UpdatedAt},
	}
}

func (a *API) profiles() {
	add(a, operation{
		id: "listProvisioningProfiles", method: http.MethodGet, path: "/provisioning-profiles", tag: "Profiles",
		summary: "List the provisioning profiles", permission: pbx.PermGroupsRead,
	}, a.listProfiles)
	add(a, operation{
		id: "createProvisioningProfile", method: http.MethodPost, path: "/provisioning-profiles", tag: "Profiles",
		summary: "Make a provisioning profile", permission: pbx.PermSettingsWrite, status: http.StatusCreated,
	}, a.createProfile)
	add(a, operation{
		id: "getProvisioningProfile", method: http.MethodGet, path: "/provisioning-profiles/{id}", tag: "Profiles",
		summary: "Read a provisioning profile", permission: pbx.PermGroupsRead,
	}, a.getProfile)
	add(a, operation{
		id: "updateProvisioningProfile", method: http.MethodPatch, path: "/provisioning-profiles/{id}", tag: "Profiles",
		summary: "Change a provisioning profile; what is left out stays", permission: pbx.PermSettingsWrite,
	}, a.updateProfile)
	add(a, operation{
		id: "previewProvisioningProfileDeletion", method: http.MethodGet, path: "/provisioning-profiles/{id}/deletion",
		tag: "Profiles", summary: "See who has a provisioning profile", permission: pbx.PermSettingsWrite,
	}, a.previewProfileDeletion)
	add(a, operation{
		id: "deleteProvisioningProfile", method: http.MethodDelete, path: "/provisioning-profiles/{id}", tag: "Profiles",
		summary:    "Delete a provisioning profile; 409 with the deletion until another takes its place",
		permission: pbx.PermSettingsWrite, status: http.StatusNoContent,
	}, a.deleteProfile)
}

func (a *API) listProfiles(
	ctx context.Context, who caller, in *struct{ ListInput },
) (*listOutput[ProvisioningProfile], error) {
	list, err := a.cfg.Admin.ListProfiles(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return short(in.ListInput, list, profileView), nil
}

func (a *API) getProfile(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[ProvisioningProfile], error) {
	p, err := a.cfg.Admin.Profile(ctx, who.Actor, pbx.ProfileID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(p.Version, profileView(p)), nil
}

func (a *API) createProfile(ctx context.Context, who caller, in *struct {
	CreateInput
	Body ProfileInput
},
) (*writtenOutput[ProvisioningProfile], error) {
	patch := in.Body.ProfilePatch
	p, cs, err := a.cfg.Admin.CreateProfile(ctx, who.Actor, patch, in.write("provisioning-profiles", patch))
	if err != nil {
		return nil, err
	}
	return written(cs, p.Version, profileView(p)), nil
}

func (a *API) updateProfile(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body ProfileInput
},
) (*writtenOutput[ProvisioningProfile], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	p, cs, err := a.cfg.Admin.UpdateProfile(ctx, who.Actor, pbx.ProfileID(in.ID), in.Body.ProfilePatch, w)
	if err != nil {
		return nil, err
	}
	return written(cs, p.Version, profileView(p)), nil
}

func (a *API) previewProfileDeletion(
	ctx context.Context, who caller, in *struct{ IDInput },
) (*struct{ Body Deletion }, error) {
	d, err := a.cfg.Admin.ProfileDeletion(ctx, who.Actor, pbx.ProfileID(in.ID))
	if err != nil {
		return nil, err
	}
	return &struct{ Body Deletion }{deletionView(d)}, nil
}

func (a *API) deleteProfile(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body *Removal
},
) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.DeleteProfile(ctx, who.Actor, pbx.ProfileID(in.ID), in.Body.answer(), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}
