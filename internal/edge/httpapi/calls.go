package httpapi

import (
	"context"
	"math"
	"net/http"
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// Party is one side of a call.
type Party struct {
	UserID   int64  `json:"userId,omitempty"`
	DeviceID int64  `json:"deviceId,omitempty"`
	Number   string `json:"number"`
	Name     string `json:"name"`
	Codec    string `json:"codec,omitempty"`
}

func partyView(p pbx.CallParty) Party {
	return Party{UserID: int64(p.User), DeviceID: int64(p.Device), Number: p.Number, Name: p.Name, Codec: p.Codec}
}

// CallSecurity says how each side of a call is protected.
type CallSecurity struct {
	Caller     string `json:"caller" enum:"none,sdes,dtls,zrtp" doc:"Media to the caller"`
	Callee     string `json:"callee" enum:"none,sdes,dtls,zrtp" doc:"Media to the callee"`
	Signalling string `json:"signalling" enum:"secure,caller,callee,none" doc:"Which sides signal over TLS"`
	Mode       string `json:"mode" enum:"terminated,zrtp" doc:"Whether the server ends the encryption, or ZRTP passes from end to end"`
}

func securityView(caller, callee pbx.CallParty, mode pbx.MediaMode) CallSecurity {
	v := CallSecurity{
		Caller: media(caller.Security), Callee: media(callee.Security), Mode: string(mode), Signalling: "none",
	}
	if mode == "" {
		v.Mode = string(pbx.ModeTerminated)
	}
	switch {
	case caller.Secure && callee.Secure:
		v.Signalling = "secure"
	case caller.Secure:
		v.Signalling = "caller"
	case callee.Secure:
		v.Signalling = "callee"
	}
	return v
}

func media(s pbx.MediaSecurity) string {
	if s == "" {
		return string(pbx.MediaNone)
	}
	return string(s)
}

// LiveCall is a call that goes on now.
type LiveCall struct {
	ID         int64        `json:"id"`
	State      string       `json:"state" enum:"trying,proceeding,early,confirmed,terminated"`
	Dialled    string       `json:"dialled"`
	StartedAt  Time         `json:"startedAt"`
	AnsweredAt Time         `json:"answeredAt,omitzero"`
	Caller     Party        `json:"caller"`
	Callee     Party        `json:"callee"`
	Security   CallSecurity `json:"security"`
	Quality    Quality      `json:"quality"`
}

// Quality is how the media is doing, the worse of both directions.
type Quality struct {
	JitterMs    float64 `json:"jitterMs"`
	LossPercent float64 `json:"lossPercent"`
	MOS         float64 `json:"mos"`
}

func liveCallView(c pbx.LiveCall) LiveCall {
	return LiveCall{
		ID: int64(c.ID), State: c.State, Dialled: c.Dialled, StartedAt: Time{c.StartedAt}, AnsweredAt: Time{c.AnsweredAt},
		Caller: partyView(c.Caller), Callee: partyView(c.Callee), Security: securityView(c.Caller, c.Callee, c.Mode),
		Quality: Quality{
			JitterMs:    round(float64(c.Quality.Jitter) / float64(time.Millisecond)),
			LossPercent: round(c.Quality.Loss * 100), MOS: round(c.Quality.MOS),
		},
	}
}

func round(v float64) float64 { return math.Round(v*100) / 100 }

// CallRecord is what a call left.
type CallRecord struct {
	ID              int64        `json:"id"`
	Dialled         string       `json:"dialled"`
	StartedAt       Time         `json:"startedAt"`
	AnsweredAt      Time         `json:"answeredAt,omitzero"`
	AnsweredBy      string       `json:"answeredBy,omitempty" enum:"phone,mailbox,server" doc:"Who took the call; left out where nobody did, and for calls from before this was noted"`
	EndedAt         Time         `json:"endedAt,omitzero"`
	DurationSeconds int64        `json:"durationSeconds" doc:"From answer to end"`
	Caller          Party        `json:"caller"`
	Callee          Party        `json:"callee"`
	EndReason       string       `json:"endReason"`
	SIPStatus       int          `json:"sipStatus"`
	Security        CallSecurity `json:"security"`
	Open            bool         `json:"open" doc:"The call has not ended yet"`
}

func callRecordView(r pbx.CallRecord) CallRecord {
	return CallRecord{
		ID: int64(r.ID), Dialled: r.Dialled, StartedAt: Time{r.StartedAt}, AnsweredAt: Time{r.AnsweredAt},
		AnsweredBy: string(r.AnsweredBy), EndedAt: Time{r.EndedAt}, DurationSeconds: int64(r.Duration().Round(time.Second).Seconds()),
		Caller: partyView(r.Caller), Callee: partyView(r.Callee), EndReason: string(r.EndReason), SIPStatus: r.SIPStatus,
		Security: securityView(r.Caller, r.Callee, r.Mode), Open: r.Open(),
	}
}

func (a *API) calls() {
	add(a, operation{
		id: "listCalls", method: http.MethodGet, path: "/calls", tag: "Calls",
		summary: "List the calls that go on now", permission: pbx.PermCallsRead,
	}, a.listCalls)
	add(a, operation{
		id: "hangUp", method: http.MethodDelete, path: "/calls/{id}", tag: "Calls",
		summary: "Hang a call up", permission: pbx.PermCallsWrite, status: http.StatusNoContent,
	}, a.hangUp)
	add(a, operation{
		id: "listCallRecords", method: http.MethodGet, path: "/call-records", tag: "Calls",
		summary: "List call records, the newest first", permission: pbx.PermRecordsRead,
	}, a.listCallRecords)
	add(a, operation{
		id: "getCallRecord", method: http.MethodGet, path: "/call-records/{id}", tag: "Calls",
		summary: "Read a call record", permission: pbx.PermRecordsRead,
	}, a.getCallRecord)
}

func (a *API) listCalls(_ context.Context, who caller, in *struct {
	ListInput
	User int64 `query:"user" doc:"Caller or callee"`
},
) (*listOutput[LiveCall], error) {
	live := a.cfg.Calls.Live(who.Organization)
	if user := pbx.UserID(in.User); user != 0 {
		live = slices.DeleteFunc(live, func(c pbx.LiveCall) bool { return c.Caller.User != user && c.Callee.User != user })
	}
	return short(in.ListInput, live, liveCallView), nil
}

func (a *API) hangUp(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{}, error) {
	a.log.InfoContext(ctx, "call hung up by an administrator", "call", in.ID, "actor", who.Name)
	return nil, a.cfg.Calls.Hangup(who.Organization, pbx.CallID(in.ID))
}

func (a *API) listCallRecords(ctx context.Context, who caller, in *struct {
	ListInput
	User int64     `query:"user" doc:"Caller or callee"`
	From time.Time `query:"from" doc:"Began at or after"`
	To   time.Time `query:"to" doc:"Began before"`
},
) (*listOutput[CallRecord], error) {
	p, err := a.cfg.Records.List(ctx, who.Organization, RecordQuery{
		Query: in.query(), User: pbx.UserID(in.User), From: in.From, To: in.To,
	})
	if err != nil {
		return nil, err
	}
	return page(p, callRecordView), nil
}

func (a *API) getCallRecord(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{ Body CallRecord }, error) {
	r, err := a.cfg.Records.Get(ctx, who.Organization, pbx.CallID(in.ID))
	if err != nil {
		return nil, err
	}
	return &struct{ Body CallRecord }{callRecordView(r)}, nil
}
