package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Location is an office as the API shows it.
type Location struct {
	ID               int64    `json:"id"`
	Name             string   `json:"name"`
	StreetAddress    string   `json:"streetAddress"`
	City             string   `json:"city"`
	State            string   `json:"state"`
	ZIPCode          string   `json:"zipCode"`
	Country          string   `json:"country"`
	Phone            string   `json:"phone"`
	Fax              string   `json:"fax"`
	Language         string   `json:"language" doc:"Of who is there; empty: the organization's"`
	TimeZone         string   `json:"timeZone" doc:"Of who is there; empty: the organization's"`
	Networks         []string `json:"networks" nullable:"false" doc:"Networks of the office, in CIDR notation"`
	EmergencyNumber  string   `json:"emergencyNumber" doc:"Shown to the emergency service, which calls it back"`
	EmergencyAddress string   `json:"emergencyAddress" doc:"One line; empty: the address above"`
	EmergencyNote    string   `json:"emergencyNote" doc:"Floor, entrance, who opens"`
	UserCount        int      `json:"userCount" doc:"Users who are there"`
	Version          int64    `json:"version"`
	CreatedAt        Time     `json:"createdAt"`
	UpdatedAt        Time     `json:"updatedAt"`
}

// EmergencyPlace is where the emergency service is sent, and whose choice it is.
type EmergencyPlace struct {
	From         string `json:"from" enum:"device,user,location,none" doc:"location: the one that the user is at; none: nobody knows"`
	LocationID   int64  `json:"locationId" doc:"0: a private address"`
	LocationName string `json:"locationName"`
	Address      string `json:"address"`
}

func emergencyPlace(e admin.EmergencyView) EmergencyPlace {
	v := EmergencyPlace{
		From: string(e.From), LocationID: int64(e.Location), LocationName: e.LocationName, Address: e.Address,
	}
	if v.From == "" {
		v.From = "none"
	}
	return v
}

func locationView(l admin.LocationRow) Location {
	return Location{
		ID: int64(l.ID), Name: l.Name, StreetAddress: l.StreetAddress, City: l.City, State: l.State, ZIPCode: l.ZIPCode,
		Country: l.Country, Phone: l.Phone, Fax: l.Fax, Language: l.Language, TimeZone: l.TimeZone,
		Networks: append([]string{}, l.Networks...), EmergencyNumber: l.EmergencyNumber,
		EmergencyAddress: l.EmergencyAddress, EmergencyNote: l.EmergencyNote, UserCount: l.Users,
		Version: l.Version, CreatedAt: Time{l.CreatedAt}, UpdatedAt: Time{l.UpdatedAt},
	}
}

func (a *API) locations() {
	add(a, operation{
		id: "listLocations", method: http.MethodGet, path: "/locations", tag: "Locations",
		summary: "List the locations", permission: pbx.PermLocationsRead,
	}, a.listLocations)
	add(a, operation{
		id: "createLocation", method: http.MethodPost, path: "/locations", tag: "Locations",
		summary: "Make a location", permission: pbx.PermLocationsWrite, status: http.StatusCreated,
	}, a.createLocation)
	add(a, operation{
		id: "getLocation", method: http.MethodGet, path: "/locations/{id}", tag: "Locations",
		summary: "Read a location", permission: pbx.PermLocationsRead,
	}, a.getLocation)
	add(a, operation{
		id: "updateLocation", method: http.MethodPatch, path: "/locations/{id}", tag: "Locations",
		summary: "Change a location; what is left out stays", permission: pbx.PermLocationsWrite,
	}, a.updateLocation)
	add(a, operation{
		id: "previewLocationDeletion", method: http.MethodGet, path: "/locations/{id}/deletion", tag: "Locations",
		summary: "See what mentions a location", permission: pbx.PermLocationsWrite,
	}, a.previewLocationDeletion)
	add(a, operation{
		id: "deleteLocation", method: http.MethodDelete, path: "/locations/{id}", tag: "Locations",
		summary:    "Delete a location; 409 with the deletion until what refers to it is resolved",
		permission: pbx.PermLocationsWrite, status: http.StatusNoContent,
	}, a.deleteLocation)
}

func (a *API) listLocations(ctx context.Context, who caller, in *struct{ ListInput }) (*listOutput[Location], error) {
	p, err := a.cfg.Admin.ListLocations(ctx, who.Actor, in.query())
	if err != nil {
		return nil, err
	}
	return page(p, locationView), nil
}

func (a *API) getLocation(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[Location], error) {
	l, err := a.cfg.Admin.Location(ctx, who.Actor, pbx.LocationID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(l.Version, locationView(l)), nil
}

func (a *API) createLocation(ctx context.Context, who caller, in *struct {
	CreateInput
	Body LocationInput
},
) (*writtenOutput[Location], error) {
	p := in.Body.LocationPatch
	l, cs, err := a.cfg.Admin.CreateLocation(ctx, who.Actor, p, in.write("locations", p))
	if err != nil {
		return nil, err
	}
	return written(cs, l.Version, locationView(l)), nil
}

func (a *API) updateLocation(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body LocationInput
},
) (*writtenOutput[Location], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	l, cs, err := a.cfg.Admin.UpdateLocation(ctx, who.Actor, pbx.LocationID(in.ID), in.Body.LocationPatch, w)
	if err != nil {
		return nil, err
	}
	return written(cs, l.Version, locationView(l)), nil
}

func (a *API) previewLocationDeletion(
	ctx context.Context, who caller, in *struct{ IDInput },
) (*struct{ Body Deletion }, error) {
	d, err := a.cfg.Admin.LocationDeletion(ctx, who.Actor, pbx.LocationID(in.ID))
	if err != nil {
		return nil, err
	}
	return &struct{ Body Deletion }{deletionView(d)}, nil
}

func (a *API) deleteLocation(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body *Removal
},
) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.DeleteLocation(ctx, who.Actor, pbx.LocationID(in.ID), in.Body.answer(), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}
