package call

import (
	"strconv"

	"ringfence/internal/pbx"
)

// outcome is why and how a call ends.
type outcome struct {
	reason pbx.EndReason
	status int  // what the caller is answered, if he was not answered yet
	by     *leg // whose phone ended it, and so needs no BYE; nil: both get one
}

// usual is the outcome of a reason with its usual status.
func usual(r pbx.EndReason) outcome { return outcome{reason: r, status: statusOf(r)} }

// statusOf is the one table from the reason a call ends to the status its caller gets.
func statusOf(r pbx.EndReason) int {
	switch r {
	case pbx.EndCompletedCaller, pbx.EndCompletedCallee:
		return 200
	case pbx.EndCancelled:
		return 487
	case pbx.EndBusy:
		return 486
	case pbx.EndDeclined:
		return 603
	case pbx.EndNotFound:
		return 404
	case pbx.EndForbidden:
		return 403
	case pbx.EndNotAcceptable, pbx.EndZRTPNotConfirmed:
		return 488
	case pbx.EndMaxForwards:
		return 483
	case pbx.EndForwardLoop:
		return 482
	case pbx.EndOverload, pbx.EndServerShutdown, pbx.EndServerRestart:
		return 503
	case pbx.EndInternalError:
		return 500
	case pbx.EndCallerVanished:
		return 408
	case pbx.EndNoAnswer, pbx.EndUnreachable, pbx.EndCalleeVanished, pbx.EndFlowLost, pbx.EndSessionExpired,
		pbx.EndAdminHangup:
		return 480
	}
	return 480
}

// textOf is what a Reason header says of an end (RFC 3326).
func textOf(r pbx.EndReason) string {
	switch r {
	case pbx.EndAdminHangup:
		return "Ended by the administrator"
	case pbx.EndServerShutdown, pbx.EndServerRestart:
		return "Server is shutting down"
	case pbx.EndSessionExpired:
		return "Session expired"
	case pbx.EndCallerVanished, pbx.EndCalleeVanished, pbx.EndFlowLost:
		return "The other side has vanished"
	case pbx.EndNotAcceptable:
		return "Media not acceptable"
	case pbx.EndZRTPNotConfirmed:
		return "ZRTP was not confirmed"
	case pbx.EndOverload:
		return "Overload"
	case pbx.EndInternalError:
		return "Internal error"
	case pbx.EndNoAnswer:
		return "No answer"
	case pbx.EndForwardLoop:
		return "Forwarded in circles"
	case pbx.EndCompletedCaller, pbx.EndCompletedCallee, pbx.EndCancelled, pbx.EndBusy, pbx.EndDeclined,
		pbx.EndUnreachable, pbx.EndNotFound, pbx.EndForbidden, pbx.EndMaxForwards:
	}
	return ""
}

// elsewhere is the Reason that keeps a phone from noting a missed call (RFC 3326 §1).
const elsewhere = `SIP;cause=200;text="Call completed elsewhere"`

// reasonHeader is the Reason header of a BYE or CANCEL; empty for an ordinary end.
func reasonHeader(r pbx.EndReason) string {
	text := textOf(r)
	if text == "" {
		return ""
	}
	return "SIP;cause=" + strconv.Itoa(statusOf(r)) + `;text="` + text + `"`
}

// reasonOf is the one table from a callee's final response to the reason that a call ends for.
func reasonOf(status int) pbx.EndReason {
	switch status {
	case 486, 600:
		return pbx.EndBusy
	case 403, 603, 607, 608:
		return pbx.EndDeclined
	case 415, 488, 606:
		return pbx.EndNotAcceptable
	}
	return pbx.EndUnreachable
}

// callerStatus is the status that the caller gets for a target's final response.
func callerStatus(status int) int {
	switch status {
	case 486, 488, 600, 603, 606:
		return status
	}
	// RFC 3261 §16.7: what concerns only us and the phone (401, 3xx, 5xx, ...) is not passed on
	return statusOf(reasonOf(status))
}

// better chooses between two final responses (RFC 3261 §16.7 step 6); zero is none.
func better(a, b int) int {
	if a == 0 || rank(b) < rank(a) {
		return b
	}
	return a
}

// rank orders final responses: 6xx first, then the lowest class; within 4xx what tells the caller most.
func rank(status int) int {
	switch {
	case status >= 600:
		return 0
	case status == 486:
		return 1 // somebody is there
	case status == 488 || status == 415:
		return 2
	case status == 403:
		return 3
	case status >= 400 && status < 500 && status != 408 && status != 401 && status != 407:
		return 4
	case status == 408 || status == 401 || status == 407:
		return 5
	case status >= 300 && status < 400:
		return 6 // a redirection that is not followed
	}
	return 7
}
