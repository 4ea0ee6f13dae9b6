package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Organization is the organization as the API shows it.
type Organization struct {
	ID          int64          `json:"id"`
	Name        string         `json:"name"`
	AccountName string         `json:"accountName"`
	SIPDomain   string         `json:"sipDomain"`
	Realm       string         `json:"realm"`
	Country     string         `json:"country"`
	Language    string         `json:"language"`
	TimeZone    string         `json:"timeZone"`
	UserLimit   int            `json:"userLimit"`
	UserCount   int            `json:"userCount"`
	Client      ClientSettings `json:"client" doc:"What works in a phone"`
	Version     int64          `json:"version"`
	CreatedAt   Time           `json:"createdAt"`
	UpdatedAt   Time           `json:"updatedAt"`
}

func (a *API) organizationView(o admin.OrganizationView) Organization {
	return Organization{
		ID: int64(o.ID), Name: o.Name, AccountName: o.AccountName, SIPDomain: o.SIPDomain, Realm: o.Realm,
		Country: o.Country, Language: o.Language, TimeZone: o.TimeZone, UserLimit: o.UserLimit, UserCount: o.UserCount,
		Client: a.cfg.Machine.Client(o.Organization), Version: o.Version,
		CreatedAt: Time{o.CreatedAt}, UpdatedAt: Time{o.UpdatedAt},
	}
}

func (a *API) organization() {
	add(a, operation{
		id: "getOrganization", method: http.MethodGet, path: "/organization", tag: "Organization",
		summary: "Read the organization", permission: pbx.PermOrganizationRead,
	}, a.getOrganization)
	add(a, operation{
		id: "updateOrganization", method: http.MethodPatch, path: "/organization", tag: "Organization",
		summary:    "Change the organization; what is left out stays",
		permission: pbx.PermOrganizationWrite,
	}, a.updateOrganization)
}

func (a *API) getOrganization(ctx context.Context, who caller, _ *struct{}) (*oneOutput[Organization], error) {
	o, err := a.cfg.Admin.Organization(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return one(o.Version, a.organizationView(o)), nil
}

func (a *API) updateOrganization(ctx context.Context, who caller, in *struct {
	WriteInput
	IfMatch string `header:"If-Match" maxLength:"50"`
	Body    OrganizationInput
},
) (*writtenOutput[Organization], error) {
	v, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	o, cs, err := a.cfg.Admin.UpdateOrganization(ctx, who.Actor, in.Body.OrganizationPatch, admin.Write{DryRun: in.DryRun, IfMatch: v})
	if err != nil {
		return nil, err
	}
	return written(cs, o.Version, a.organizationView(o)), nil
}
