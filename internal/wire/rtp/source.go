package rtp

import "math/bits"

// Limits within which a stream is the same one (RFC 3550 §A.1).
const (
	maxDropout  = 3000
	maxMisorder = 64 // also the window within which duplicates are known
)

// Verdict is what a Source thinks of a packet.
type Verdict uint8

// The verdicts.
const (
	Accepted  Verdict = iota
	Restarted         // the stream begins again: everything derived from its numbers does too
	Duplicate         // seen already
	Strayed           // too far from the stream; if the next packet follows it, the stream restarts
)

// Source keeps the reception statistics of one stream (RFC 3550 §6.4.1, §A.1, §A.3, §A.8). The zero value waits for the
// first packet.
type Source struct {
	SSRC     uint32
	Started  bool
	Received uint64

	base, highest uint64 // sequence numbers extended by their cycles; the first cycle is 1, so that misorder has room
	seen          uint64 // bit i: highest-i was received
	stray         uint32 // 1<<16 | the sequence number after one that strayed

	transit                      int32
	transitKnown                 bool
	jitter                       uint32 // scaled by 16
	expectedBefore, receivedThen uint64 // at the last report
}

// Update takes a packet into account. It returns the sequence number extended by its cycles, which grows by one from each
// packet of the stream to the next as they were sent.
func (s *Source) Update(sequence uint16) (index uint64, v Verdict) {
	if !s.Started {
		return s.restart(sequence), Restarted
	}
	delta := int16(sequence - uint16(s.highest))
	switch {
	case delta > 0 && int(delta) <= maxDropout:
		s.highest += uint64(delta)
		s.seen = s.seen<<uint(delta) | 1 // a shift of 64 or more clears it
		index = s.highest
	case delta <= 0 && int(delta) > -maxMisorder:
		bit := uint64(1) << uint(-delta)
		index = s.highest - uint64(-int64(delta))
		if s.seen&bit != 0 {
			return index, Duplicate
		}
		s.seen |= bit
		// Sent before the first one that arrived: the stream began earlier.
		s.base = min(s.base, index)
	default:
		// RFC 3550 §A.1: two packets in sequence make a restart, one is a stray.
		if s.stray == 1<<16|uint32(sequence) {
			return s.restart(sequence), Restarted
		}
		s.stray = 1<<16 | uint32(sequence+1)
		return 0, Strayed
	}
	s.stray = 0
	s.Received++
	return index, Accepted
}

func (s *Source) restart(sequence uint16) uint64 {
	*s = Source{SSRC: s.SSRC, Started: true, Received: 1, jitter: s.jitter}
	s.highest = 1<<16 | uint64(sequence)
	s.base, s.seen = s.highest, 1
	return s.highest
}

// Newest tells whether the index is the highest so far.
func (s *Source) Newest(index uint64) bool { return index == s.highest }

// Arrived updates the jitter with a packet's timestamp and its arrival, both in the stream's clock (RFC 3550 §A.8).
func (s *Source) Arrived(timestamp, arrival uint32) {
	transit := int32(arrival - timestamp)
	if !s.transitKnown {
		s.transit, s.transitKnown = transit, true
		return
	}
	d := transit - s.transit
	s.transit = transit
	if d < 0 {
		d = -d
	}
	s.jitter += uint32(d) - (s.jitter+8)>>4
}

// ForgetTransit makes the next packet begin a new comparison: the sender's clock made a jump.
func (s *Source) ForgetTransit() { s.transitKnown = false }

// Jitter is the interarrival jitter in the stream's clock.
func (s *Source) Jitter() uint32 { return s.jitter >> 4 }

// Lost is how many packets were sent and never came.
func (s *Source) Lost() uint64 {
	if expected := s.expected(); expected > s.Received {
		return expected - s.Received
	}
	return 0
}

func (s *Source) expected() uint64 {
	if !s.Started {
		return 0
	}
	return s.highest - s.base + 1
}

// Report fills in a report block about the stream and begins the next interval.
func (s *Source) Report() ReportBlock {
	expected, received := s.expected(), s.Received
	interval, got := expected-s.expectedBefore, received-s.receivedThen
	s.expectedBefore, s.receivedThen = expected, received
	b := ReportBlock{SSRC: s.SSRC, Highest: uint32(s.highest) - 1<<16, Jitter: s.Jitter()}
	b.Lost = int32(min(s.Lost(), 1<<23-1))
	if interval > got && interval > 0 {
		b.Fraction = uint8(min((interval-got)<<8/interval, 255))
	}
	return b
}

// Gap is how many packets are missing among the last 64.
func (s *Source) Gap() int {
	n := int(min(s.expected(), 64))
	return n - bits.OnesCount64(s.seen)
}
