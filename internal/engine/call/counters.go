package call

import (
	"strings"
	"sync/atomic"

	"ringfence/internal/pbx"
)

// Counters count what calls did.
type Counters struct {
	Calls         atomic.Uint64 // calls made
	Refused       atomic.Uint64 // INVITEs refused for want of room
	Answered      atomic.Uint64
	SentOn        atomic.Uint64 // attempts that ended with the call being sent on to somebody else
	Retransmits   atomic.Uint64 // repeated 2xx and reliable provisional responses
	Dropped       atomic.Uint64 // answers that came after another, or after the caller gave up
	InboxFull     atomic.Uint64
	Panics        atomic.Uint64
	Lingered      atomic.Uint64 // ended calls that were cut off while something was outstanding
	Records       atomic.Uint64 // changes of records stored
	RecordsFailed atomic.Uint64 // attempts to store one that failed
	RecordsLost   atomic.Uint64 // given up
	RecordingsCut atomic.Uint64 // pieces of what callers said that nobody could take in time

	ends [32]atomic.Uint64 // by reason, in the order of pbx.EndReasons
}

// reasons is the closed set of what ends a call.
var reasons = pbx.EndReasons()

func (c *Counters) end(r pbx.EndReason) {
	for i, x := range reasons {
		if x == r {
			c.ends[i].Add(1)
		}
	}
}

// Each calls f for each counter.
func (c *Counters) Each(f func(name, help string, v uint64)) {
	f("calls_total", "Calls made.", c.Calls.Load())
	f("calls_refused_total", "INVITEs refused because there are too many calls or the server is stopping.", c.Refused.Load())
	f("calls_answered_total", "Calls answered.", c.Answered.Load())
	f("calls_sent_on_total", "Calls sent on to somebody else, as nobody took them.", c.SentOn.Load())
	f("call_retransmits_total", "Repeated 2xx and reliable provisional responses.", c.Retransmits.Load())
	f("call_dropped_answers_total", "Answers acknowledged and ended at once.", c.Dropped.Load())
	f("call_inbox_full_total", "Events lost because a call's inbox was full.", c.InboxFull.Load())
	f("call_panics_total", "Panics, each of which ended one call.", c.Panics.Load())
	f("call_lingered_total", "Ended calls cut off while a transaction was outstanding.", c.Lingered.Load())
	f("call_records_total", "Changes of call records stored.", c.Records.Load())
	f("call_records_failed_total", "Attempts to store a change of a call record that failed.", c.RecordsFailed.Load())
	f("call_recording_pieces_lost_total", "Fifths of a second of recordings lost, as they could not be stored fast enough.",
		c.RecordingsCut.Load())
	f("call_records_lost_total", "Changes of call records given up.", c.RecordsLost.Load())
	for i, r := range reasons {
		f("calls_ended_"+string(r)+"_total", "Calls ended: "+strings.ReplaceAll(string(r), "_", " ")+".", c.ends[i].Load())
	}
}
