package httpapi

import (
	"context"
	"net/http"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Leave is the plan of a user who leaves.
type Leave struct {
	UserID          int64     `json:"userId"`
	User            UserName  `json:"user"`
	On              Time      `json:"on"`
	CallsTo         *UserName `json:"callsTo,omitempty" doc:"Who gets the calls; left out: callers hear that nobody is there"`
	DeleteAfterDays int       `json:"deleteAfterDays" doc:"0: never"`
	DeleteAt        Time      `json:"deleteAt,omitzero"`
	GoneAt          Time      `json:"goneAt,omitzero" doc:"When it was carried out; left out: not yet"`
	Version         int64     `json:"version"`
	CreatedAt       Time      `json:"createdAt"`
	UpdatedAt       Time      `json:"updatedAt"`
}

func leaveView(l admin.LeaveView) Leave {
	v := Leave{
		UserID: int64(l.Leave.User), User: userName(l.User), On: Time{l.On}, DeleteAfterDays: l.DeleteAfter,
		DeleteAt: Time{l.DeleteAt}, GoneAt: Time{l.GoneAt}, Version: l.Version, CreatedAt: Time{l.CreatedAt},
		UpdatedAt: Time{l.UpdatedAt},
	}
	if l.CallsTo != nil {
		name := userName(*l.CallsTo)
		v.CallsTo = &name
	}
	return v
}

// LeaveInput plans a leave. What is left out stays, or is: now, nobody, 90 days.
type LeaveInput struct {
	On              string `json:"on,omitempty" maxLength:"40" doc:"A day, which begins in the organization's time zone, or a moment"`
	CallsTo         *int64 `json:"callsTo,omitempty" minimum:"0" doc:"Id of the user who gets the calls; 0: nobody"`
	DeleteAfterDays *int   `json:"deleteAfterDays,omitempty" minimum:"0" maximum:"3650" doc:"0: never"`
}

func (in LeaveInput) patch(zone *time.Location) (admin.LeavePatch, error) {
	p := admin.LeavePatch{DeleteAfter: in.DeleteAfterDays}
	if in.CallsTo != nil {
		id := pbx.UserID(*in.CallsTo)
		p.CallsTo = &id
	}
	if in.On != "" {
		on, err := dayOrMoment("on", in.On, zone)
		if err != nil {
			return p, err
		}
		p.On = &on
	}
	return p, nil
}

// dayOrMoment reads 2026-05-31, which begins in the zone, or a moment of RFC 3339.
func dayOrMoment(field, text string, zone *time.Location) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		const msg = "Write a day like 2026-05-31."
		return t, &pbx.Error{
			Kind: pbx.Invalid, Text: msg, Fields: []pbx.FieldError{{Field: field, Message: msg}}, Cause: err,
		}
	}
	return t, nil
}

// zone is the organization's time zone.
func (a *API) zone(ctx context.Context, who caller) (*time.Location, error) {
	o, err := a.cfg.Admin.OwnOrganization(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(o.TimeZone)
	if err != nil {
		return time.UTC, nil //nolint:nilerr // an organization without a zone lives in UTC
	}
	return zone, nil
}

func (a *API) leaves() {
	add(a, operation{
		id: "listLeaves", method: http.MethodGet, path: "/leaves", tag: "Users",
		summary: "List who leaves or has left, by day", permission: pbx.PermUsersRead,
	}, a.listLeaves)
	add(a, operation{
		id: "getLeave", method: http.MethodGet, path: "/users/{id}/leave", tag: "Users",
		summary: "Read when a user leaves; 404 when he does not", permission: pbx.PermUsersRead,
	}, a.getLeave)
	add(a, operation{
		id: "planLeave", method: http.MethodPut, path: "/users/{id}/leave", tag: "Users",
		summary:    "Say when a user leaves, who gets the calls, and when the account is deleted",
		permission: pbx.PermUsersWrite,
	}, a.planLeave)
	add(a, operation{
		id: "comeBack", method: http.MethodDelete, path: "/users/{id}/leave", tag: "Users",
		summary: "The user stays, or comes back: the account is enabled again", permission: pbx.PermUsersWrite,
		status: http.StatusNoContent,
	}, a.comeBack)
}

func (a *API) listLeaves(ctx context.Context, who caller, in *struct{ ListInput }) (*listOutput[Leave], error) {
	list, err := a.cfg.Admin.ListLeaves(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return short(in.ListInput, list, leaveView), nil
}

func (a *API) getLeave(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[Leave], error) {
	l, err := a.cfg.Admin.Leave(ctx, who.Actor, pbx.UserID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(l.Version, leaveView(l)), nil
}

func (a *API) planLeave(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body LeaveInput
},
) (*writtenOutput[Leave], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	zone, err := a.zone(ctx, who)
	if err != nil {
		return nil, err
	}
	p, err := in.Body.patch(zone)
	if err != nil {
		return nil, err
	}
	l, cs, err := a.cfg.Admin.PlanLeave(ctx, who.Actor, pbx.UserID(in.ID), p, w)
	if err != nil {
		return nil, err
	}
	return written(cs, l.Version, leaveView(l)), nil
}

func (a *API) comeBack(ctx context.Context, who caller, in *struct{ ChangeInput }) (*goneOutput, error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	_, cs, err := a.cfg.Admin.ComeBack(ctx, who.Actor, pbx.UserID(in.ID), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}
