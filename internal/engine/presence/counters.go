package presence

import "sync/atomic"

// Counters count what subscriptions did.
type Counters struct {
	Subscribed    atomic.Uint64
	Refreshed     atomic.Uint64
	Unsubscribed  atomic.Uint64 // polls too
	Expired       atomic.Uint64
	Revoked       atomic.Uint64
	Refused       atomic.Uint64 // SUBSCRIBEs
	Limited       atomic.Uint64 // of those for want of room
	Notified      atomic.Uint64 // NOTIFYs sent
	Unchanged     atomic.Uint64 // NOTIFYs that were not needed
	NotifyRefused atomic.Uint64
	Unanswered    atomic.Uint64
	Stuck         atomic.Uint64 // NOTIFYs that had no flow to go on
	ReadFailed    atomic.Uint64
	Panics        atomic.Uint64
}

// Each calls f for each counter.
func (c *Counters) Each(f func(name, help string, v uint64)) {
	f("subscribed_total", "Subscriptions made.", c.Subscribed.Load())
	f("refreshed_total", "Subscriptions refreshed.", c.Refreshed.Load())
	f("unsubscribed_total", "Subscriptions ended by the phone, polls included.", c.Unsubscribed.Load())
	f("expired_total", "Subscriptions that were not refreshed in time.", c.Expired.Load())
	f("revoked_total", "Subscriptions ended by the server.", c.Revoked.Load())
	f("refused_total", "SUBSCRIBE requests refused.", c.Refused.Load())
	f("limited_total", "SUBSCRIBE requests refused because there are too many subscriptions or the server is stopping.", c.Limited.Load())
	f("notified_total", "NOTIFY requests sent.", c.Notified.Load())
	f("unchanged_total", "Changes that left the phone's picture as it was.", c.Unchanged.Load())
	f("notify_refused_total", "NOTIFY requests answered with a failure.", c.NotifyRefused.Load())
	f("notify_unanswered_total", "NOTIFY requests that got no answer.", c.Unanswered.Load())
	f("notify_stuck_total", "NOTIFY requests that waited for a phone to come back.", c.Stuck.Load())
	f("read_failed_total", "Failures to read what a subscription is about.", c.ReadFailed.Load())
	f("panics_total", "Panics, each of which ended one subscription at most.", c.Panics.Load())
}
