package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// RingGroup is a number behind which several people are called.
type RingGroup struct {
	ID             int64        `json:"id"`
	Name           string       `json:"name"`
	Number         string       `json:"number" doc:"Empty: reached by outside numbers and other ring groups only"`
	Strategy       string       `json:"strategy" enum:"all,inTurn,longestIdle" doc:"Everybody at once; one after the other as listed; or who has not been on the phone for the longest time first"`
	MemberIDs      []int64      `json:"memberIds" nullable:"false" doc:"Who is called, in order"`
	Members        []RingMember `json:"members" nullable:"false" doc:"The same, named"`
	RingSeconds    int          `json:"ringSeconds" doc:"How long all of them ring, or each when it is one after the other"`
	SkipBusy       bool         `json:"skipBusy" doc:"Who is on the phone is left out"`
	Then           *RingThen    `json:"then,omitempty" doc:"Who gets a call that nobody takes; left out: it ends"`
	OutsideNumbers []string     `json:"outsideNumbers" nullable:"false" doc:"The outside numbers that lead to it, as E.164"`
	Version        int64        `json:"version"`
	CreatedAt      Time         `json:"createdAt"`
	UpdatedAt      Time         `json:"updatedAt"`
}

// RingMember is somebody who is called.
type RingMember struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Number  string `json:"number"`
	Enabled bool   `json:"enabled" doc:"Who is disabled is not called"`
}

// RingThen is who gets a call that nobody takes.
type RingThen struct {
	Kind   string `json:"kind" enum:"user,ring_group"`
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Number string `json:"number"`
}

func ringGroupView(g admin.RingGroupView) RingGroup {
	v := RingGroup{
		ID: int64(g.ID), Name: g.Name, Number: g.Number, Strategy: string(g.Strategy), MemberIDs: make([]int64, len(g.Members)),
		Members: make([]RingMember, len(g.People)), RingSeconds: g.RingSeconds, SkipBusy: g.SkipBusy,
		OutsideNumbers: append([]string{}, g.Outside...), Version: g.Version, CreatedAt: Time{g.CreatedAt},
		UpdatedAt: Time{g.UpdatedAt},
	}
	for i, id := range g.Members {
		v.MemberIDs[i] = int64(id)
	}
	for i, m := range g.People {
		v.Members[i] = RingMember{ID: int64(m.ID), Name: m.DisplayName, Number: m.Number, Enabled: m.Enabled}
	}
	if !g.Then.IsZero() {
		v.Then = &RingThen{Kind: string(g.Then.Kind), ID: g.Then.ID, Name: g.ThenName, Number: g.ThenNumber}
	}
	return v
}

// RingGroupInput makes or changes a ring group. What is left out stays, or takes its default.
type RingGroupInput struct {
	Name        *string      `json:"name,omitempty" doc:"Unique"`
	Number      *string      `json:"number,omitempty" doc:"Empty: none"`
	Strategy    *string      `json:"strategy,omitempty" enum:"all,inTurn,longestIdle" doc:"all unless told"`
	MemberIDs   *[]int64     `json:"memberIds,omitempty" doc:"Who is called, in order, as a whole"`
	RingSeconds *int         `json:"ringSeconds,omitempty" doc:"5 to 300; 20 unless told"`
	SkipBusy    *bool        `json:"skipBusy,omitempty" doc:"true unless told"`
	Then        *HolderInput `json:"then,omitempty" doc:"Who gets a call that nobody takes: a user or a ring group; an empty object: nobody"`

	Fixed
	Members        any `json:"members,omitempty" readOnly:"true"`
	OutsideNumbers any `json:"outsideNumbers,omitempty" readOnly:"true"`
}

func (in RingGroupInput) patch() admin.RingGroupPatch {
	p := admin.RingGroupPatch{
		Name: in.Name, Number: in.Number, Strategy: (*pbx.RingStrategy)(in.Strategy), RingSeconds: in.RingSeconds,
		SkipBusy: in.SkipBusy,
	}
	if in.MemberIDs != nil {
		members := make([]pbx.UserID, len(*in.MemberIDs))
		for i, id := range *in.MemberIDs {
			members[i] = pbx.UserID(id)
		}
		p.Members = &members
	}
	if in.Then != nil {
		p.Then = in.Then.ref()
	}
	return p
}

func (a *API) ringGroups() {
	add(a, operation{
		id: "listRingGroups", method: http.MethodGet, path: "/ring-groups", tag: "Ring groups",
		summary: "List the ring groups", permission: pbx.PermNumbersRead,
	}, a.listRingGroups)
	add(a, operation{
		id: "createRingGroup", method: http.MethodPost, path: "/ring-groups", tag: "Ring groups",
		summary: "Make a ring group", permission: pbx.PermPoolsWrite, status: http.StatusCreated,
	}, a.createRingGroup)
	add(a, operation{
		id: "getRingGroup", method: http.MethodGet, path: "/ring-groups/{id}", tag: "Ring groups",
		summary: "Read a ring group", permission: pbx.PermNumbersRead,
	}, a.getRingGroup)
	add(a, operation{
		id: "updateRingGroup", method: http.MethodPatch, path: "/ring-groups/{id}", tag: "Ring groups",
		summary: "Change a ring group; what is left out stays", permission: pbx.PermPoolsWrite,
	}, a.updateRingGroup)
	add(a, operation{
		id: "previewRingGroupDeletion", method: http.MethodGet, path: "/ring-groups/{id}/deletion", tag: "Ring groups",
		summary: "See what leads to a ring group", permission: pbx.PermPoolsWrite,
	}, a.previewRingGroupDeletion)
	add(a, operation{
		id: "deleteRingGroup", method: http.MethodDelete, path: "/ring-groups/{id}", tag: "Ring groups",
		summary:    "Delete a ring group; it can come back for 30 days. 409 with the deletion until what leads to it is resolved",
		permission: pbx.PermPoolsWrite, status: http.StatusNoContent,
	}, a.deleteRingGroup)
}

func (a *API) listRingGroups(ctx context.Context, who caller, in *struct{ ListInput }) (*listOutput[RingGroup], error) {
	p, err := a.cfg.Admin.ListRingGroups(ctx, who.Actor, in.query())
	if err != nil {
		return nil, err
	}
	return page(p, ringGroupView), nil
}

func (a *API) getRingGroup(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[RingGroup], error) {
	g, err := a.cfg.Admin.RingGroup(ctx, who.Actor, pbx.RingGroupID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(g.Version, ringGroupView(g)), nil
}

func (a *API) createRingGroup(ctx context.Context, who caller, in *struct {
	CreateInput
	Body RingGroupInput
},
) (*writtenOutput[RingGroup], error) {
	p := in.Body.patch()
	g, cs, err := a.cfg.Admin.CreateRingGroup(ctx, who.Actor, p, in.write("ring-groups", p))
	if err != nil {
		return nil, err
	}
	return written(cs, g.Version, ringGroupView(g)), nil
}

func (a *API) updateRingGroup(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body RingGroupInput
},
) (*writtenOutput[RingGroup], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	g, cs, err := a.cfg.Admin.UpdateRingGroup(ctx, who.Actor, pbx.RingGroupID(in.ID), in.Body.patch(), w)
	if err != nil {
		return nil, err
	}
	return written(cs, g.Version, ringGroupView(g)), nil
}

func (a *API) previewRingGroupDeletion(
	ctx context.Context, who caller, in *struct{ IDInput },
) (*struct{ Body Deletion }, error) {
	d, err := a.cfg.Admin.RingGroupDeletion(ctx, who.Actor, pbx.RingGroupID(in.ID))
	if err != nil {
		return nil, err
	}
	return &struct{ Body Deletion }{deletionView(d)}, nil
}

func (a *API) deleteRingGroup(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body *Removal
},
) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	cs, err := a.cfg.Admin.DeleteRingGroup(ctx, who.Actor, pbx.RingGroupID(in.ID), in.Body.answer(), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}
