package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Group is a group as the API shows it.
type Group struct {
	ID                    int64  `json:"id"`
	Name                  string `json:"name"`
	Position              int    `json:"position" doc:"place in the group order, 1 is the top"`
	ProvisioningProfile   string `json:"provisioningProfile" doc:"Its name"`
	ProvisioningProfileID int64  `json:"provisioningProfileId"`
	StreetAddress         string `json:"streetAddress"`
	City                  string `json:"city"`
	State                 string `json:"state"`
	ZIPCode               string `json:"zipCode"`
	Country               string `json:"country"`
	ContactSurname        string `json:"contactSurname"`
	ContactName           string `json:"contactName"`
	ContactRole           string `json:"contactRole"`
	Phone                 string `json:"phone"`
	Mobile                string `json:"mobile"`
	Fax                   string `json:"fax"`
	ITEmail               string `json:"itEmail"`
	MemberCount           int    `json:"memberCount" doc:"Users whose home or further group it is"`
	Version               int64  `json:"version"`
	CreatedAt             Time   `json:"createdAt"`
	UpdatedAt             Time   `json:"updatedAt"`
}

func groupView(g admin.GroupRow) Group {
	return Group{
		ID: int64(g.ID), Name: g.Name, Position: g.Position, ProvisioningProfile: g.ProfileName,
		ProvisioningProfileID: int64(g.Profile),
		StreetAddress:         g.StreetAddress, City: g.City, State: g.State, ZIPCode: g.ZIPCode, Country: g.Country,
		ContactSurname: g.ContactSurname, ContactName: g.ContactName, ContactRole: g.ContactRole,
		Phone: g.Phone, Mobile: g.Mobile, Fax: g.Fax, ITEmail: g.ITEmail, MemberCount: g.Members,
		Version: g.Version, CreatedAt: Time{g.CreatedAt}, UpdatedAt: Time{g.UpdatedAt},
	}
}

func (a *API) groups() {
	add(a, operation{
		id: "listGroups", method: http.MethodGet, path: "/groups", tag: "Groups",
		summary: "List the groups", permission: pbx.PermGroupsRead,
	}, a.listGroups)
	add(a, operation{
		id: "createGroup", method: http.MethodPost, path: "/groups", tag: "Groups",
		summary: "Make a group", permission: pbx.PermGroupsWrite, status: http.StatusCreated,
	}, a.createGroup)
	add(a, operation{
		id: "getGroup", method: http.MethodGet, path: "/groups/{id}", tag: "Groups",
		summary: "Read a group", permission: pbx.PermGroupsRead,
	}, a.getGroup)
	add(a, operation{
		id: "updateGroup", method: http.MethodPatch, path: "/groups/{id}", tag: "Groups",
		summary: "Change a group; what is left out stays", permission: pbx.PermGroupsWrite,
	}, a.updateGroup)
	add(a, operation{
		id: "previewGroupDeletion", method: http.MethodGet, path: "/groups/{id}/deletion", tag: "Groups",
		summary: "See what deleting a group would do", permission: pbx.PermGroupsWrite,
	}, a.previewGroupDeletion)
	add(a, operation{
		id: "deleteGroup", method: http.MethodDelete, path: "/groups/{id}", tag: "Groups",
		summary:    "Delete a group; 409 with the deletion until its accounts are resolved",
		permission: pbx.PermGroupsWrite, status: http.StatusNoContent,
	}, a.deleteGroup)
}

func (a *API) listGroups(ctx context.Context, who caller, in *struct{ ListInput }) (*listOutput[Group], error) {
	p, err := a.cfg.Admin.ListGroups(ctx, who.Actor, admin.GroupQuery{Query: in.query()})
	if err != nil {
		return nil, err
	}
	return page(p, groupView), nil
}

func (a *API) getGroup(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[Group], error) {
	g, err := a.cfg.Admin.Group(ctx, who.Actor, pbx.GroupID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(g.Version, groupView(g)), nil
}

func (a *API) createGroup(ctx context.Context, who caller, in *struct {
	CreateInput
	Body GroupInput
},
) (*writtenOutput[Group], error) {
	g, cs, err := a.cfg.Admin.CreateGroup(ctx, who.Actor, in.Body.GroupPatch, in.write("groups", in.Body.GroupPatch))
	if err != nil {
		return nil, err
	}
	return written(cs, g.Version, groupView(g)), nil
}

func (a *API) updateGroup(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body GroupInput
},
) (*writtenOutput[Group], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	g, cs, err := a.cfg.Admin.UpdateGroup(ctx, who.Actor, pbx.GroupID(in.ID), in.Body.GroupPatch, w)
	if err != nil {
		return nil, err
	}
	return written(cs, g.Version, groupView(g)), nil
}

func (a *API) previewGroupDeletion(
	ctx context.Context, who caller, in *struct{ IDInput },
) (*struct{ Body Deletion }, error) {
	d, err := a.cfg.Admin.GroupDeletion(ctx, who.Actor, pbx.GroupID(in.ID))
	if err != nil {
		return nil, err
	}
	return &struct{ Body Deletion }{deletionView(d)}, nil
}

func (a *API) deleteGroup(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body *Removal
},
) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.DeleteGroup(ctx, who.Actor, pbx.GroupID(in.ID), in.Body.answer(), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}
