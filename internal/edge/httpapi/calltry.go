package httpapi

import (
	"context"
	"net/http"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
)

// TriedCall is where a call would go at this moment. It rings nobody.
type TriedCall struct {
	Dialled string `json:"dialled" doc:"What was dialled, as the server understands it"`
	TriedWay
}

// TriedWay is what becomes of a call.
type TriedWay struct {
	Outcome string         `json:"outcome" enum:"ring,wait,feature,voicemail,refuse" doc:"wait: the caller hears ringing until a phone comes back"`
	Reason  string         `json:"reason,omitempty" doc:"With refuse: the end reason of the call's record"`
	Feature string         `json:"feature,omitempty" doc:"With feature: what the server itself does"`
	Callee  *UserName      `json:"callee,omitempty" doc:"Who is called in the end"`
	Group   *RingGroupName `json:"group,omitempty" doc:"The ring group whose members are called in the end"`
	Seconds int64          `json:"seconds,omitempty" doc:"How long it would ring, or wait"`
	Steps   []TriedStep    `json:"steps" nullable:"false" doc:"How routing came to that, in order"`
	Then    []TriedNext    `json:"then" nullable:"false" doc:"Where the call would go on if it is not taken, by case"`
}

// TriedNext is where a call would go on in a case.
type TriedNext struct {
	When string `json:"when" enum:"busy,noAnswer,offline,notTaken" doc:"notTaken: nobody of the ring group took it, for whatever reason"`
	TriedWay
}

// TriedStep is one thing that routing found.
type TriedStep struct {
	Kind        string         `json:"kind" enum:"dialled,foreign,barred,holder,feature,nobody,kept,paused,ported,unassigned,left,disabled,rings,gone,insecure,switched_off,no_phone,waits,forwarded,dnd,ring_group,is_caller,on_phone,group_waits,not_taken,own_phone,voicemail,circle"`
	Value       string         `json:"value,omitempty" doc:"With dialled: the number or name"`
	Holder      string         `json:"holder,omitempty" doc:"With holder and kept: which kind of entry in the numbering plan it is"`
	User        *UserName      `json:"user,omitempty" doc:"Whom the step is about"`
	Group       *RingGroupName `json:"group,omitempty" doc:"The ring group that the step is about"`
	DeviceID    int64          `json:"deviceId,omitempty" doc:"With steps about a phone"`
	When        string         `json:"when,omitempty" enum:"always,busy,noAnswer,offline" doc:"With forwarded: in which case the user has calls sent on"`
	SIPUsername string         `json:"sipUsername,omitempty" doc:"With steps about a phone: the line it is registered on"`
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
	t, err := a.cfg.Calls.Try(who.Organization, pbx.UserID(in.Caller), in.Dialled)
	if err != nil {
		return nil, err
	}
	return &struct{ Body TriedCall }{TriedCall{Dialled: t.Plan.Dialled, TriedWay: triedWay(&t)}}, nil
}

func triedWay(t *call.Tried) TriedWay {
	p := &t.Plan
	v := TriedWay{
		Callee: triedParty(p.User), Group: triedGroup(p.Group), Seconds: int64(t.For / time.Second),
		Steps: make([]TriedStep, len(t.Steps)), Then: make([]TriedNext, len(t.Then)),
	}
	switch p.Kind {
	case route.Ring:
		v.Outcome = "ring"
	case route.Await:
		v.Outcome = "wait"
	case route.Feature:
		v.Outcome, v.Feature = "feature", string(p.Feature)
	case route.Voicemail:
		v.Outcome = "voicemail"
	case route.Refuse:
		v.Outcome, v.Reason = "refuse", string(p.Reason)
	}
	for i, s := range t.Steps {
		v.Steps[i] = TriedStep{
			Kind: string(s.Kind), Value: s.Value, Holder: string(s.Holder), User: triedParty(s.User), Group: triedGroup(s.Group),
			When: string(s.When),
		}
		if s.Line != nil {
			v.Steps[i].DeviceID, v.Steps[i].SIPUsername = int64(s.Line.Device), s.Line.SIPUsername
		}
	}
	for i := range t.Then {
		v.Then[i] = TriedNext{When: string(t.Then[i].When), TriedWay: triedWay(&t.Then[i].Tried)}
	}
	return v
}

func triedGroup(g *pbx.RingGroup) *RingGroupName {
	if g == nil {
		return nil
	}
	return &RingGroupName{ID: int64(g.ID), Name: g.Name, Number: g.Number}
}

func triedParty(u *roster.User) *UserName {
	if u == nil {
		return nil
	}
	return &UserName{ID: int64(u.ID), DisplayName: u.DisplayName, Number: u.Number}
}
