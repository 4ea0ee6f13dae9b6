package pbx

import (
	"slices"
	"time"
)

// EndReason says why a call ended; the set is closed (signalling 19).
type EndReason string

// The reasons.
const (
	EndCompletedCaller  EndReason = "completed_caller" // the caller hung up
	EndCompletedCallee  EndReason = "completed_callee"
	EndCancelled        EndReason = "cancelled"
	EndBusy             EndReason = "busy"
	EndNoAnswer         EndReason = "no_answer"
	EndDeclined         EndReason = "declined"
	EndUnreachable      EndReason = "unreachable"
	EndNotFound         EndReason = "not_found"
	EndForbidden        EndReason = "forbidden"
	EndNotAcceptable    EndReason = "not_acceptable"
	EndCallerVanished   EndReason = "caller_vanished"
	EndCalleeVanished   EndReason = "callee_vanished"
	EndFlowLost         EndReason = "flow_lost"
	EndSessionExpired   EndReason = "session_expired"
	EndAdminHangup      EndReason = "admin_hangup"
	EndZRTPNotConfirmed EndReason = "zrtp_not_confirmed"
	EndMaxForwards      EndReason = "max_forwards"
	EndForwardLoop      EndReason = "forward_loop" // sent on from user to user too often
	EndOverload         EndReason = "overload"
	EndServerRestart    EndReason = "server_restart"
	EndServerShutdown   EndReason = "server_shutdown"
	EndInternalError    EndReason = "internal_error"
)

// EndReasons lists all reasons.
func EndReasons() []EndReason {
	return []EndReason{
		EndCompletedCaller, EndCompletedCallee, EndCancelled, EndBusy, EndNoAnswer, EndDeclined, EndUnreachable,
		EndNotFound, EndForbidden, EndNotAcceptable, EndCallerVanished, EndCalleeVanished, EndFlowLost,
		EndSessionExpired, EndAdminHangup, EndZRTPNotConfirmed, EndMaxForwards, EndForwardLoop, EndOverload,
		EndServerRestart, EndServerShutdown, EndInternalError,
	}
}

// Valid reports whether r is one of the set.
func (r EndReason) Valid() bool { return slices.Contains(EndReasons(), r) }

// CallParty is one side of a call as its record keeps it.
type CallParty struct {
	User     UserID        `json:"userId,omitempty"`
	Device   DeviceID      `json:"deviceId,omitempty"`
	Number   string        `json:"number"`
	Name     string        `json:"name"`
	Security MediaSecurity `json:"security"`
	Secure   bool          `json:"secureSignalling"` // TLS or WSS to this side
	Codec    string        `json:"codec"`
}

// MediaMode is how a call's media passes (signalling 21).
type MediaMode string

// The modes.
const (
	ModeTerminated MediaMode = "terminated"
	ModeZRTP       MediaMode = "zrtp"
)

// AnsweredBy says who took a call.
type AnsweredBy string

// Who can take a call; empty where nobody did, and in records from before it was noted.
const (
	AnsweredByPhone   AnsweredBy = "phone"
	AnsweredByMailbox AnsweredBy = "mailbox" // a message may have been left
	AnsweredByServer  AnsweredBy = "server"  // a feature code
)

// CallRecord is what a call leaves: opened when it is answered or has failed, closed once.
type CallRecord struct {
	ID           CallID         `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Node         string         `json:"node"`
	SIPCallID    string         `json:"sipCallId"` // of the caller's leg
	Dialled      string         `json:"dialled"`
	Caller       CallParty      `json:"caller"`
	Callee       CallParty      `json:"callee"`
	StartedAt    time.Time      `json:"startedAt"`
	AnsweredAt   time.Time      `json:"answeredAt,omitzero"`
	AnsweredBy   AnsweredBy     `json:"answeredBy,omitempty"`
	EndedAt      time.Time      `json:"endedAt,omitzero"` // zero: open
	EndReason    EndReason      `json:"endReason,omitempty"`
	SIPStatus    int            `json:"sipStatus,omitempty"`
	Mode         MediaMode      `json:"mode"`
}

// Open reports whether the call has not ended yet.
func (r CallRecord) Open() bool { return r.EndedAt.IsZero() }

// Duration is the time from answer to end, 0 when it was never answered or is still open.
func (r CallRecord) Duration() time.Duration {
	if r.AnsweredAt.IsZero() || r.EndedAt.IsZero() {
		return 0
	}
	return r.EndedAt.Sub(r.AnsweredAt)
}

// LiveCall is a call that is going on.
type LiveCall struct {
	ID           CallID         `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	State        string         `json:"state"` // trying, proceeding, early, confirmed, terminated (RFC 4235)
	Dialled      string         `json:"dialled"`
	Caller       CallParty      `json:"caller"`
	Callee       CallParty      `json:"callee"`
	StartedAt    time.Time      `json:"startedAt"`
	AnsweredAt   time.Time      `json:"answeredAt,omitzero"`
	Mode         MediaMode      `json:"mode"`
	Quality      Quality        `json:"quality"`
}

// Quality is how the media of a live call is doing, the worse of both directions.
type Quality struct {
	Jitter time.Duration `json:"jitter"`
	Loss   float64       `json:"loss"` // 0 to 1
	MOS    float64       `json:"mos"`
}
