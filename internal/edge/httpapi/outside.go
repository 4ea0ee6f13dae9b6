package httpapi

import (
	"cmp"
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// OutsideNumber is a number of the public network that belongs to the organization.
type OutsideNumber struct {
	ID           int64   `json:"id"`
	Value        string  `json:"value" doc:"E.164: + and digits"`
	Shown        string  `json:"shown" doc:"With the spaces of its country"`
	LeadsTo      *Holder `json:"leadsTo,omitempty" doc:"Whom a call to it reaches; left out: nobody"`
	Extension    string  `json:"extension" doc:"Of the user or ring group it leads to"`
	LocationID   int64   `json:"locationId" doc:"0: none"`
	LocationName string  `json:"locationName"`
	State        string  `json:"state" enum:"active,paused,ported"`
	Note         string  `json:"note"`
	Version      int64   `json:"version"`
	CreatedAt    Time    `json:"createdAt"`
	UpdatedAt    Time    `json:"updatedAt"`
}

func outsideView(n admin.OutsideView) OutsideNumber {
	v := OutsideNumber{
		ID: int64(n.ID), Value: n.Value, Shown: n.Shown, Extension: n.Extension, LocationID: int64(n.Location), LocationName: n.LocationName, State: string(n.State), Note: n.Note,
		Version: n.Version, CreatedAt: Time{n.CreatedAt}, UpdatedAt: Time{n.UpdatedAt},
	}
	if n.Assigned() {
		v.LeadsTo = &Holder{Kind: string(n.LeadsTo.Kind), ID: n.LeadsTo.ID, Name: n.LeadsToName}
	}
	return v
}

// OutsideInput adds or changes an outside number.
type OutsideInput struct {
	Value      *string      `json:"value,omitempty" maxLength:"64" doc:"In any notation; given once"`
	LeadsTo    *HolderInput `json:"leadsTo,omitempty" doc:"Whom a call to it reaches"`
	UserID     *int64       `json:"userId,omitempty" doc:"The same in short for a user; 0: nobody"`
	LocationID *int64       `json:"locationId,omitempty" doc:"0: none"`
	State      *string      `json:"state,omitempty" enum:"active,paused,ported"`
	Note       *string      `json:"note,omitempty" maxLength:"1000"`

	Fixed
	Shown        any `json:"shown,omitempty" readOnly:"true"`
	Extension    any `json:"extension,omitempty" readOnly:"true"`
	LocationName any `json:"locationName,omitempty" readOnly:"true"`
}

// HolderInput names a thing; without an id nothing.
type HolderInput struct {
	Kind   string `json:"kind,omitempty" doc:"user, which it is unless told, or ring_group"`
	ID     int64  `json:"id,omitempty" doc:"0: nothing"`
	Name   any    `json:"name,omitempty" readOnly:"true"`
	Number any    `json:"number,omitempty" readOnly:"true"`
}

func (in OutsideInput) patch() admin.OutsidePatch {
	p := admin.OutsidePatch{
		Value: in.Value, Location: (*pbx.LocationID)(in.LocationID), State: (*pbx.OutsideState)(in.State), Note: in.Note,
	}
	switch {
	case in.LeadsTo != nil:
		p.LeadsTo = in.LeadsTo.ref()
	case in.UserID != nil:
		p.LeadsTo = &pbx.Ref{Kind: pbx.KindUser, ID: *in.UserID}
	}
	return p
}

func (in *HolderInput) ref() *pbx.Ref {
	return &pbx.Ref{Kind: cmp.Or(pbx.Kind(in.Kind), pbx.KindUser), ID: in.ID}
}

func (a *API) outsideNumbers() {
	add(a, operation{
		id: "createNumber", method: http.MethodPost, path: "/numbers", tag: "Numbers",
		summary: "Add an outside number", permission: pbx.PermPoolsWrite, status: http.StatusCreated,
	}, a.createOutside)
	add(a, operation{
		id: "createNumberBlock", method: http.MethodPost, path: "/numbers/block", tag: "Numbers",
		summary:    "Add a range of outside numbers; their last digits may be the extensions they lead to",
		permission: pbx.PermPoolsWrite,
	}, a.createOutsideBlock)
	add(a, operation{
		id: "importNumbers", method: http.MethodPost, path: "/numbers/import", tag: "Numbers",
		summary:    "Add and change outside numbers as a CSV file says",
		permission: pbx.PermPoolsWrite,
	}, a.importOutside)
	add(a, operation{
		id: "getNumber", method: http.MethodGet, path: "/numbers/{id}", tag: "Numbers",
		summary: "Read an outside number", permission: pbx.PermNumbersRead,
	}, a.getOutside)
	add(a, operation{
		id: "updateNumber", method: http.MethodPatch, path: "/numbers/{id}", tag: "Numbers",
		summary: "Change an outside number; what is left out stays", permission: pbx.PermPoolsWrite,
	}, a.updateOutside)
	add(a, operation{
		id: "previewNumberDeletion", method: http.MethodGet, path: "/numbers/{id}/deletion", tag: "Numbers",
		summary: "See where an outside number is shown that would go", permission: pbx.PermPoolsWrite,
	}, a.previewOutsideDeletion)
	add(a, operation{
		id: "deleteNumber", method: http.MethodDelete, path: "/numbers/{id}", tag: "Numbers",
		summary:    "Delete an outside number; it can come back for 30 days. 409 with the deletion until what refers to it is resolved",
		permission: pbx.PermPoolsWrite, status: http.StatusNoContent,
	}, a.deleteOutside)
}

func (a *API) listOutside(ctx context.Context, who caller, in *numbersInput) (*listOutput[OutsideNumber], error) {
	q := admin.OutsideQuery{
		Query: in.query(), Unassigned: choice(in.Unassigned), State: pbx.OutsideState(in.State),
	}
	if in.User != 0 {
		q.LeadsTo = pbx.User{ID: pbx.UserID(in.User)}.Ref()
	}
	p, err := a.cfg.Admin.ListOutsideNumbers(ctx, who.Actor, q)
	if err != nil {
		return nil, err
	}
	return page(p, outsideView), nil
}

func (a *API) getOutside(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[OutsideNumber], error) {
	n, err := a.cfg.Admin.OutsideNumber(ctx, who.Actor, pbx.NumberID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(n.Version, outsideView(n)), nil
}

func (a *API) createOutside(ctx context.Context, who caller, in *struct {
	CreateInput
	Body OutsideInput
},
) (*writtenOutput[OutsideNumber], error) {
	p := in.Body.patch()
	n, cs, err := a.cfg.Admin.CreateOutsideNumber(ctx, who.Actor, p, in.write("numbers", p))
	if err != nil {
		return nil, err
	}
	return written(cs, n.Version, outsideView(n)), nil
}

func (a *API) updateOutside(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body OutsideInput
},
) (*writtenOutput[OutsideNumber], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	n, cs, err := a.cfg.Admin.UpdateOutsideNumber(ctx, who.Actor, pbx.NumberID(in.ID), in.Body.patch(), w)
	if err != nil {
		return nil, err
	}
	return written(cs, n.Version, outsideView(n)), nil
}

func (a *API) previewOutsideDeletion(
	ctx context.Context, who caller, in *struct{ IDInput },
) (*struct{ Body Deletion }, error) {
	d, err := a.cfg.Admin.OutsideDeletion(ctx, who.Actor, pbx.NumberID(in.ID))
	if err != nil {
		return nil, err
	}
	return &struct{ Body Deletion }{deletionView(d)}, nil
}

func (a *API) deleteOutside(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body *Removal
},
) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.DeleteOutsideNumber(ctx, who.Actor, pbx.NumberID(in.ID), in.Body.answer(), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}
