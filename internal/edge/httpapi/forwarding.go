package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Forwarding is where calls to a user go instead of his phones, or after them.
type Forwarding struct {
	UserID       int64           `json:"userId"`
	DoNotDisturb bool            `json:"doNotDisturb" doc:"His phones don't ring; callers are told that he is busy"`
	Paused       bool            `json:"paused" doc:"What is said in always does not count now"`
	Always       *ForwardTo      `json:"always,omitempty" doc:"Who gets all calls; left out: nobody"`
	Busy         *ForwardTo      `json:"busy,omitempty" doc:"Who gets calls while he is busy, declines, or does not want to be disturbed"`
	NoAnswer     *ForwardTo      `json:"noAnswer,omitempty" doc:"Who gets calls that nobody has answered"`
	Offline      *ForwardTo      `json:"offline,omitempty" doc:"Who gets calls while no phone can be reached"`
	Hidden       []string        `json:"hidden" nullable:"false" doc:"Cases in which somebody gets the calls whom you may not know of"`
	RingGroups   []RingGroupName `json:"ringGroups" nullable:"false" doc:"The ring groups of which he is a member, by name"`
	Voicemail    bool            `json:"voicemail" doc:"Where a case names nobody, his mailbox takes the call"`
	Version      int64           `json:"version" doc:"0: nothing was ever set"`
}

// RingGroupName is a ring group in a few words.
type RingGroupName struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Number string `json:"number" doc:"Empty: none"`
}

// ForwardTo is who gets calls.
type ForwardTo struct {
	ID          int64  `json:"id,omitempty" minimum:"0" doc:"The user; when it is set, the number is not looked at"`
	Number      string `json:"number,omitempty" maxLength:"128" doc:"A number, alias or username of the user"`
	DisplayName string `json:"displayName,omitempty" doc:"Read only"`
}

// ForwardingInput changes a forwarding. What is left out stays; an empty object is nobody.
type ForwardingInput struct {
	DoNotDisturb *bool      `json:"doNotDisturb,omitempty"`
	Paused       *bool      `json:"paused,omitempty" doc:"What is said in always does not count now"`
	Always       *ForwardTo `json:"always,omitempty"`
	Busy         *ForwardTo `json:"busy,omitempty"`
	NoAnswer     *ForwardTo `json:"noAnswer,omitempty"`
	Offline      *ForwardTo `json:"offline,omitempty"`
	UserID       any        `json:"userId,omitempty" readOnly:"true"`
	Hidden       any        `json:"hidden,omitempty" readOnly:"true"`
	RingGroups   any        `json:"ringGroups,omitempty" readOnly:"true"`
	Voicemail    any        `json:"voicemail,omitempty" readOnly:"true"`
	Version      any        `json:"version,omitempty" readOnly:"true"`
}

func (in *ForwardingInput) patch() admin.ForwardingPatch {
	p := admin.ForwardingPatch{
		DoNotDisturb: in.DoNotDisturb, Paused: in.Paused, To: map[pbx.ForwardWhen]admin.ForwardTo{},
	}
	for when, to := range map[pbx.ForwardWhen]*ForwardTo{
		pbx.ForwardAlways: in.Always, pbx.ForwardBusy: in.Busy, pbx.ForwardNoAnswer: in.NoAnswer,
		pbx.ForwardOffline: in.Offline,
	} {
		if to != nil {
			p.To[when] = admin.ForwardTo{ID: pbx.UserID(to.ID), Number: to.Number}
		}
	}
	return p
}

func forwardingView(f admin.ForwardingView) Forwarding {
	to := func(when pbx.ForwardWhen) *ForwardTo {
		u, ok := f.To[when]
		if !ok {
			return nil
		}
		return &ForwardTo{ID: int64(u.ID), Number: u.Number, DisplayName: u.DisplayName}
	}
	hidden := make([]string, len(f.Hidden))
	for i, when := range f.Hidden {
		hidden[i] = string(when)
	}
	groups := make([]RingGroupName, len(f.RingGroups))
	for i, g := range f.RingGroups {
		groups[i] = RingGroupName{ID: int64(g.ID), Name: g.Name, Number: g.Number}
	}
	return Forwarding{
		Hidden: hidden, RingGroups: groups, UserID: int64(f.User), DoNotDisturb: f.DoNotDisturb, Paused: f.Paused,
		Voicemail: f.Voicemail, Always: to(pbx.ForwardAlways),
		Busy: to(pbx.ForwardBusy), NoAnswer: to(pbx.ForwardNoAnswer), Offline: to(pbx.ForwardOffline), Version: f.Version,
	}
}

func (a *API) forwardings() {
	add(a, operation{
		id: "getForwarding", method: http.MethodGet, path: "/users/{id}/forwarding", tag: "Users",
		summary: "Read where calls to a user go on", permission: pbx.PermUsersRead,
	}, a.getForwarding)
	add(a, operation{
		id: "updateForwarding", method: http.MethodPatch, path: "/users/{id}/forwarding", tag: "Users",
		summary: "Change where calls to a user go on, or that he is not disturbed", permission: pbx.PermUsersWrite,
	}, a.updateForwarding)
	add(a, operation{
		id: "getMyForwarding", method: http.MethodGet, path: "/me/forwarding", tag: "Session",
		summary: "Read where one's own calls go on", permission: pbx.PermSelf,
	}, a.getMyForwarding)
	add(a, operation{
		id: "updateMyForwarding", method: http.MethodPatch, path: "/me/forwarding", tag: "Session",
		summary: "Change where one's own calls go on, or that one is not disturbed", permission: pbx.PermSelfWrite,
	}, a.updateMyForwarding)
}

func (a *API) getForwarding(ctx context.Context, who caller, in *struct{ IDInput }) (*oneOutput[Forwarding], error) {
	f, err := a.cfg.Admin.Forwarding(ctx, who.Actor, pbx.UserID(in.ID))
	if err != nil {
		return nil, err
	}
	return one(f.Version, forwardingView(f)), nil
}

func (a *API) updateForwarding(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body ForwardingInput
},
) (*writtenOutput[Forwarding], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	f, cs, err := a.cfg.Admin.SetForwarding(ctx, who.Actor, pbx.UserID(in.ID), in.Body.patch(), w)
	if err != nil {
		return nil, err
	}
	return written(cs, f.Version, forwardingView(f)), nil
}

func (a *API) getMyForwarding(ctx context.Context, who caller, _ *struct{}) (*oneOutput[Forwarding], error) {
	f, err := a.cfg.Admin.MyForwarding(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	return one(f.Version, forwardingView(f)), nil
}

func (a *API) updateMyForwarding(ctx context.Context, who caller, in *struct {
	WriteInput
	IfMatch string `header:"If-Match" maxLength:"50"`
	Body    ForwardingInput
},
) (*writtenOutput[Forwarding], error) {
	seen, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	f, cs, err := a.cfg.Admin.SetMyForwarding(
		ctx, who.Actor, in.Body.patch(), admin.Write{DryRun: in.DryRun, IfMatch: seen},
	)
	if err != nil {
		return nil, err
	}
	return written(cs, f.Version, forwardingView(f)), nil
}
