package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// ExtensionPool is a range from which the next free number is offered.
type ExtensionPool struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	First        string `json:"first"`
	Last         string `json:"last"`
	Enabled      bool   `json:"enabled"`
	GroupID      int64  `json:"groupId" doc:"0: for everybody"`
	GroupName    string `json:"groupName"`
	LocationID   int64  `json:"locationId" doc:"0: for everywhere"`
	LocationName string `json:"locationName"`
	Free         int    `json:"free" doc:"How many numbers in it nobody holds"`
	Version      int64  `json:"version"`
	CreatedAt    Time   `json:"createdAt"`
	UpdatedAt    Time   `json:"updatedAt"`
}

func poolView(p admin.PoolView) ExtensionPool {
	return ExtensionPool{
		ID: int64(p.ID), Name: p.Name, First: p.First, Last: p.Last, Enabled: p.Enabled, GroupID: int64(p.Group),
		GroupName: p.GroupName, LocationID: int64(p.Location), LocationName: p.LocationName, Free: p.Free, Version: p.Version,
		CreatedAt: Time{p.CreatedAt}, UpdatedAt: Time{p.UpdatedAt},
	}
}

// Hold is a number kept for one form.
type Hold struct {
	HoldID      int64  `json:"holdId"`
	Number      string `json:"number"`
	ExpiresAt   Time   `json:"expiresAt"`
	KeptSeconds int64  `json:"keptSeconds" doc:"How long it is kept, for clients whose clock is another"`
	Pool        string `json:"pool" doc:"The pool's name"`
	PoolID      int64  `json:"poolId"`
}

// Occupancy says who holds a value of the numbering plan.
type Occupancy struct {
	Value  string  `json:"value"`
	State  string  `json:"state" enum:"free,taken,held,reserved,unfit"`
	Kind   string  `json:"kind,omitempty"`
	Holder *Holder `json:"holder,omitempty"`
	Number int64   `json:"number,omitempty" doc:"Id of an outside number"`
	Reason string  `json:"reason,omitempty"`
	Until  Time    `json:"until,omitzero"`
	Shown  string  `json:"shown,omitempty" doc:"An outside number with the spaces of its country"`
	InPool bool    `json:"inPool,omitempty" doc:"It lies in an extension pool"`

	ReadAs      string `json:"readAs,omitempty" doc:"The outside number that it would be, dialled in the organization's country"`
	ReadAsShown string `json:"readAsShown,omitempty"`
}

// Holder is who holds a value.
type Holder struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

func occupancyView(o admin.Occupancy) Occupancy {
	v := Occupancy{
		Value: o.Value, State: string(o.State), Kind: string(o.Kind), Reason: o.Reason, Until: Time{o.Until},
		Shown: o.Shown, InPool: o.InPool, ReadAs: o.ReadAs, ReadAsShown: o.ReadAsShown,
	}
	if !o.Holder.IsZero() {
		v.Holder = &Holder{Kind: string(o.Holder.Kind), ID: o.Holder.ID, Name: o.HolderName}
	}
	v.Number = int64(o.Number)
	return v
}

func (a *API) numbers() {
	a.outsideNumbers()
	add(a, operation{
		id: "listNumbers", method: http.MethodGet, path: "/numbers", tag: "Numbers",
		summary:    "List the numbering plan, or the outside numbers, or with value tell who holds that one",
		permission: pbx.PermNumbersRead,
	}, a.listNumbers)
	add(a, operation{
		id: "releaseNumber", method: http.MethodPost, path: "/numbers/{value}/release", tag: "Numbers",
		summary:    "Free a value that is held for somebody deleted",
		permission: pbx.PermDeletedWrite, status: http.StatusNoContent,
	}, a.releaseNumber)
	add(a, operation{
		id: "listExtensionPools", method: http.MethodGet, path: "/extension-pools", tag: "Numbers",
		summary: "List the extension pools", permission: pbx.PermNumbersRead,
	}, a.listPools)
	add(a, operation{
		id: "createExtensionPool", method: http.MethodPost, path: "/extension-pools", tag: "Numbers",
		summary: "Make an extension pool", permission: pbx.PermPoolsWrite, status: http.StatusCreated,
	}, a.createPool)
	add(a, operation{
		id: "getExtensionPool", method: http.MethodGet, path: "/extension-pools/{id}", tag: "Numbers",
		summary: "Read an extension pool", permission: pbx.PermNumbersRead,
	}, a.getPool)
	add(a, operation{
		id: "updateExtensionPool", method: http.MethodPatch, path: "/extension-pools/{id}", tag: "Numbers",
		summary: "Change an extension pool; what is left out stays", permission: pbx.PermPoolsWrite,
	}, a.updatePool)
	add(a, operation{
		id: "deleteExtensionPool", method: http.MethodDelete, path: "/extension-pools/{id}",
		tag: "Numbers", summary: "Delete an extension pool; its numbers stay with whoever has them",
		permission: pbx.PermPoolsWrite, status: http.StatusNoContent,
	}, a.deletePool)
	add(a, operation{
		id: "holdNumber", method: http.MethodPost, path: "/extension-pools/holds", tag: "Numbers",
		summary:    "Keep the next free number for a form, for ten minutes",
		permission: pbx.PermNumbersWrite, status: http.StatusCreated,
	}, a.holdNumber)
	add(a, operation{
		id: "releaseHold", method: http.MethodDelete, path: "/extension-pools/holds/{id}", tag: "Numbers",
		summary: "Give a hold up", permission: pbx.PermNumbersWrite, status: http.StatusNoContent,
	}, a.releaseHold)
}

// NumbersAnswer is one page of the plan or of the outside numbers, or who holds the value that was asked for.
type NumbersAnswer struct {
	list    *List[Occupancy]
	outside *List[OutsideNumber]
	one     *Occupancy
}

// Schema describes the three forms.
func (NumbersAnswer) Schema(r huma.Registry) *huma.Schema {
	return &huma.Schema{OneOf: []*huma.Schema{
		r.Schema(typeOf[List[Occupancy]](), true, "NumbersList"),
		r.Schema(typeOf[List[OutsideNumber]](), true, "OutsideNumbersList"), r.Schema(typeOf[Occupancy](), true, "Occupancy"),
	}}
}

// MarshalJSON writes the form that was asked for.
func (n NumbersAnswer) MarshalJSON() ([]byte, error) {
	switch {
	case n.one != nil:
		return json.Marshal(n.one)
	case n.outside != nil:
		return json.Marshal(n.outside)
	}
	return json.Marshal(n.list)
}

type numbersInput struct {
	ListInput
	Value   string `query:"value" maxLength:"64" doc:"Tell who holds this value instead of listing"`
	Hold    int64  `query:"hold" doc:"With value: the asking form's own hold, which counts as free"`
	Outside bool   `query:"outside" doc:"With value: read it as an outside number"`
	Kind    string `query:"kind" enum:"extension,alias,username,auth_name,outside,ring_group,feature,hold,held" doc:"outside lists the outside numbers whole"`

	Unassigned string `query:"unassigned" enum:"true,false" doc:"Only outside numbers that lead nowhere, or that lead somewhere"`
	User       int64  `query:"user" doc:"Only outside numbers that lead to this user"`
	State      string `query:"state" enum:"active,paused,ported" doc:"Only outside numbers in this state"`
}

func (a *API) listNumbers(ctx context.Context, who caller, in *numbersInput) (*struct{ Body NumbersAnswer }, error) {
	if in.Value != "" {
		var o admin.Occupancy
		var err error
		if in.Outside {
			o, err = a.cfg.Admin.OutsideOccupancy(ctx, who.Actor, in.Value)
		} else {
			o, err = a.cfg.Admin.Occupancy(ctx, who.Actor, in.Value, pbx.HoldID(in.Hold))
		}
		if err != nil {
			return nil, err
		}
		v := occupancyView(o)
		return &struct{ Body NumbersAnswer }{NumbersAnswer{one: &v}}, nil
	}
	if in.Kind == string(pbx.DialOutside) || in.Kind == "" && (in.Unassigned != "" || in.User != 0 || in.State != "") {
		p, err := a.listOutside(ctx, who, in)
		if err != nil {
			return nil, err
		}
		return &struct{ Body NumbersAnswer }{NumbersAnswer{outside: &p.Body}}, nil
	}
	q := admin.DialQuery{Query: in.query()}
	if in.Kind != "" {
		q.Kinds = []pbx.DialKind{pbx.DialKind(in.Kind)}
	}
	p, err := a.cfg.Admin.ListNumbers(ctx, who.Actor, q)
	if err != nil {
		return nil, err
	}
	return &struct{ Body NumbersAnswer }{NumbersAnswer{list: &page(p, occupancyView).Body}}, nil
}

func (a *API) releaseNumber(ctx context.Context, who caller, in *struct {
	WriteInput
	Value string `path:"value" maxLength:"64"`
},
) (*goneOutput, error) {
	cs, err := a.cfg.Admin.ReleaseNumber(ctx, who.Actor, in.Value, admin.Write{DryRun: in.DryRun})
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}

func (a *API) listPools(
	ctx context.Context, who caller, in *struct{ ListInput },
) (*listOutput[ExtensionPool], error) {
	pools, err := a.cfg.Admin.ListPools(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return short(in.ListInput, pools, poolView), nil
}

func (a *API) getPool(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[ExtensionPool], error) {
	p, err := a.cfg.Admin.Pool(ctx, who.Actor, pbx.PoolID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(p.Version, poolView(p)), nil
}

func (a *API) createPool(ctx context.Context, who caller, in *struct {
	CreateInput
	Body PoolInput
},
) (*writtenOutput[ExtensionPool], error) {
	p, cs, err := a.cfg.Admin.CreatePool(ctx, who.Actor, in.Body.PoolPatch, in.write("extension-pools", in.Body.PoolPatch))
	if err != nil {
		return nil, err
	}
	return written(cs, p.Version, poolView(p)), nil
}

func (a *API) updatePool(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body PoolInput
},
) (*writtenOutput[ExtensionPool], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	p, cs, err := a.cfg.Admin.UpdatePool(ctx, who.Actor, pbx.PoolID(in.ID), in.Body.PoolPatch, w)
	if err != nil {
		return nil, err
	}
	return written(cs, p.Version, poolView(p)), nil
}

func (a *API) deletePool(ctx context.Context, who caller, in *struct{ ChangeInput }) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.DeletePool(ctx, who.Actor, pbx.PoolID(in.ID), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}

// HoldInput says for whom the next free number is wanted.
type HoldInput struct {
	GroupID    int64 `json:"groupId,omitempty" doc:"Home group of the user to be made; its pool comes first"`
	LocationID int64 `json:"locationId,omitempty" doc:"Location of the user to be made; its pool comes next"`
}

func (a *API) holdNumber(ctx context.Context, who caller, in *struct{ Body HoldInput }) (*struct{ Body Hold }, error) {
	h, err := a.cfg.Admin.HoldNumber(ctx, who.Actor, pbx.GroupID(in.Body.GroupID), pbx.LocationID(in.Body.LocationID))
	if err != nil {
		return nil, err
	}
	v := Hold{
		HoldID: int64(h.ID), Number: h.Number, ExpiresAt: Time{h.ExpiresAt}, KeptSeconds: int64(h.Kept / time.Second),
		PoolID: int64(h.Pool),
	}
	if p, err := a.cfg.Admin.Pool(ctx, who.Actor, h.Pool); err == nil { // only its name is missing otherwise
		v.Pool = p.Name
	}
	return &struct{ Body Hold }{v}, nil
}

func (a *API) releaseHold(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{}, error) {
	return nil, a.cfg.Admin.ReleaseHold(ctx, who.Actor, pbx.HoldID(in.ID))
}
