package dialog

import "time"

// Refresher is who refreshes a session (RFC 4028 §2).
type Refresher uint8

// The refreshers. NoRefresher means that the session has no timer.
const (
	NoRefresher Refresher = iota
	WeRefresh
	PeerRefreshes
)

// MinSessionExpires is the least interval that may be asked of anyone.
//
// RFC 4028 §4: below 90 s the refreshes would be mere load.
const MinSessionExpires = 90 * time.Second

// SessionPolicy is what this side wants of session timers.
type SessionPolicy struct {
	Interval time.Duration // asked for where the peer names none: 30 min in the RFC's recommendation
	Min      time.Duration // the least accepted, at least MinSessionExpires
}

// SessionOffer is what a request or a 2xx response says of session timers.
type SessionOffer struct {
	Supported bool          // the peer lists the option tag timer
	Expires   time.Duration // Session-Expires; zero if absent
	Refresher RefresherRole // its refresher parameter
	MinSE     time.Duration // Min-SE; zero if absent
}

// RefresherRole is the refresher parameter, whose words name the roles in the transaction, not in the dialog.
type RefresherRole uint8

// The refresher parameter's values.
const (
	RefresherUnset RefresherRole = iota
	RefresherUAC
	RefresherUAS
)

func (r RefresherRole) String() string {
	switch r {
	case RefresherUAC:
		return "uac"
	case RefresherUAS:
		return "uas"
	case RefresherUnset:
	}
	return ""
}

// SessionAnswer is what the server of a request decides about its session timer.
type SessionAnswer struct {
	TooSmall bool          // refuse with 422 and Min-SE
	MinSE    time.Duration // for the 422
	Interval time.Duration // Session-Expires of the 2xx; zero: none is sent
	Role     RefresherRole // its refresher parameter
	Require  bool          // the 2xx carries Require: timer
	Who      Refresher
}

// AnswerSession decides as the server of an INVITE or UPDATE (RFC 4028 §9).
func AnswerSession(o SessionOffer, p SessionPolicy) SessionAnswer {
	least := max(p.Min, MinSessionExpires)
	if o.Expires > 0 && o.Expires < least {
		if o.Supported {
			return SessionAnswer{TooSmall: true, MinSE: least} // RFC 4028 §9: 422 only to who knows it
		}
		o.Expires = least // RFC 4028 §8.2: what a proxy inserted is raised for a caller that knows no timers
	}
	interval := o.Expires
	if interval == 0 || interval > p.Interval {
		interval = max(p.Interval, o.MinSE) // RFC 4028 §9: may be lowered, never below the request's Min-SE
	}
	if !o.Supported {
		// RFC 4028 §9: the server refreshes where the client can't; no Require towards who does not know it
		return SessionAnswer{Interval: interval, Role: RefresherUAS, Who: WeRefresh}
	}
	if o.Refresher == RefresherUAS {
		return SessionAnswer{Interval: interval, Role: RefresherUAS, Require: true, Who: WeRefresh}
	}
	// RFC 4028 §9, table 2: uac asked for, or the choice is ours: who knows the path to us refreshes, and keeps its
	// own NAT open by that
	return SessionAnswer{Interval: interval, Role: RefresherUAC, Require: true, Who: PeerRefreshes}
}

// SessionResult is what the client of a request learns from the 2xx.
type SessionResult struct {
	Interval time.Duration
	Who      Refresher
}

// AcceptSession reads the 2xx to a request of ours that asked for the interval (RFC 4028 §7.2).
func AcceptSession(o SessionOffer, asked time.Duration) SessionResult {
	if o.Expires == 0 {
		// RFC 4028 §7.2: the server knows no timers; the client may still refresh, and does, to notice its end
		return SessionResult{Interval: asked, Who: WeRefresh}
	}
	interval := max(o.Expires, MinSessionExpires)
	if o.Refresher == RefresherUAS {
		return SessionResult{Interval: interval, Who: PeerRefreshes}
	}
	return SessionResult{Interval: interval, Who: WeRefresh}
}

// RetrySession returns the interval to ask for after a 422 with this Min-SE; false if it asks for nothing more.
func RetrySession(asked, minSE time.Duration) (time.Duration, bool) {
	// RFC 4028 §7.3: the request is tried again with at least the Min-SE of the 422; a day is beyond all reason
	if minSE <= asked || minSE > 24*time.Hour {
		return 0, false
	}
	return minSE, true
}

// SessionWait is the time until something is due after a refresh: half the interval for the refresher's next
// request, and nearly all of it for the other side's patience.
func SessionWait(r SessionResult) time.Duration {
	switch r.Who {
	case WeRefresh:
		return r.Interval / 2 // RFC 4028 §7.2: half is recommended
	case PeerRefreshes:
		// RFC 4028 §10: BYE before the end, by a third of the interval or 32 s, whichever is less
		return r.Interval - min(32*time.Second, r.Interval/3)
	case NoRefresher:
	}
	return 0
}
