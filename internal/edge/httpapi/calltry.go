package httpapi

import (
	"context"
	"net/http"
	"time"

	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
)

// TriedCall is where a call would go at this moment. It rings nobody.
type TriedCall struct {
	Dialled string      `json:"dialled" doc:"What was dialled, as the server understands it"`
	Outcome string      `json:"outcome" enum:"ring,wait,feature,refuse" doc:"wait: the caller hears ringing until a phone comes back"`
	Reason  string      `json:"reason,omitempty" doc:"With refuse: the end reason of the call's record"`
	Feature string      `json:"feature,omitempty" doc:"With feature: what the server itself does"`
	Callee  *UserName   `json:"callee,omitempty" doc:"Who is called in the end"`
	Seconds int64       `json:"seconds,omitempty" doc:"How long it would ring, or wait"`
	Steps   []TriedStep `json:"steps" nullable:"false" doc:"How routing came to that, in order"`
}

// TriedStep is one thing that routing found.
type TriedStep struct {
	Kind        string    `json:"kind" enum:"dialled,foreign,barred,holder,feature,nobody,kept,paused,ported,unassigned,left,disabled,rings,gone,insecure,switched_off,no_phone,waits"`
	Value       string    `json:"value,omitempty" doc:"With dialled: the number or name"`
	Holder      string    `json:"holder,omitempty" doc:"With holder and kept: which kind of entry in the numbering plan it is"`
	User        *UserName `json:"user,omitempty" doc:"Whom the step is about"`
	DeviceID    int64     `json:"deviceId,omitempty" doc:"With steps about a phone"`
	SIPUsername string    `json:"sipUsername,omitempty" doc:"With steps about a phone: the line it is registered on"`
}

func (a *API) callTries() {
	add(a, operation{
		id: "tryCall", method: http.MethodGet, path: "/calls/try", tag: "Calls",
		summary: "Tell where a call would go now, step by step, without making it", permission: pbx.PermCallsRead,
	}, a.tryCall)
}

type tryInput struct {
	Caller  int64  `query:"caller" minimum:"0" doc:"The user who calls; 0: somebody"`
	Dialled string `query:"dialled" required:"true" minLength:"1" maxLength:"256" doc:"A number, a name or an address"`
}

func (a *API) tryCall(_ context.Context, who caller, in *tryInput) (*struct{ Body TriedCall }, error) {
	plan, steps, err := a.cfg.Calls.Try(who.Organization, pbx.UserID(in.Caller), in.Dialled)
	if err != nil {
		return nil, err
	}
	return &struct{ Body TriedCall }{triedView(plan, steps)}, nil
}

func triedView(p route.Plan, steps []route.Step) TriedCall {
	v := TriedCall{Dialled: p.Dialled, Callee: triedParty(p.User), Steps: make([]TriedStep, len(steps))}
	switch p.Kind {
	case route.Ring:
		v.Outcome, v.Seconds = "ring", int64(p.User.RingTime/time.Second)
	case route.Await:
		v.Outcome, v.Seconds = "wait", int64(p.User.DormantWait/time.Second)
	case route.Feature:
		v.Outcome, v.Feature = "feature", string(p.Feature)
	case route.Refuse:
		v.Outcome, v.Reason = "refuse", string(p.Reason)
	}
	for i, s := range steps {
		v.Steps[i] = TriedStep{Kind: string(s.Kind), Value: s.Value, Holder: string(s.Holder), User: triedParty(s.User)}
		if s.Line != nil {
			v.Steps[i].DeviceID, v.Steps[i].SIPUsername = int64(s.Line.Device), s.Line.SIPUsername
		}
	}
	return v
}

func triedParty(u *roster.User) *UserName {
	if u == nil {
		return nil
	}
	return &UserName{ID: int64(u.ID), DisplayName: u.DisplayName, Number: u.Number}
}
