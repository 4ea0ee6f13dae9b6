package media

import (
	"math"
	"net/netip"
	"time"
)

// Stats is what was counted until now; any goroutine may ask.
func (l *Leg) Stats() Stats {
	c := l.relay.Counts()
	s := Stats{
		Received: c.Received, Sent: c.Sent,
		ReceivedBytes: c.ReceivedBytes, SentBytes: c.SentBytes,
		Lost: c.Lost, Jitter: c.Jitter, RoundTrip: c.RoundTrip,
		RemoteLost: c.RemoteLost, RemoteJitter: c.RemoteJitter,
		Dropped: c.Dropped, Forged: c.Forged,
		Remote: c.Remote, LastHeard: c.Heard,
	}
	if c.Received > 0 {
		s.MOS = quality(float64(c.Lost)/float64(c.Lost+c.Received), c.Jitter, c.RoundTrip)
	}
	return s
}

// Remote is where media goes now; invalid if that is not known.
func (l *Leg) Remote() netip.AddrPort { return l.relay.Counts().Remote }

// quality estimates the mean opinion score after the E-model (ITU-T G.107 with the loss behaviour of G.711 from G.113):
// loss takes from the rating, and so does delay, in which a jitter buffer of twice the jitter is counted.
func quality(loss float64, jitter, roundTrip time.Duration) float64 {
	const (
		best        = 93.2
		robustness  = 25.1 // Bpl of G.711 with concealment
		talkerDelay = 177.3
	)
	delay := float64(roundTrip/2+2*jitter)/float64(time.Millisecond) + 20
	rating := best - 0.024*delay
	if delay > talkerDelay {
		rating -= 0.11 * (delay - talkerDelay)
	}
	rating -= 95 * loss * 100 / (loss*100 + robustness)
	switch {
	case rating <= 0:
		return 1
	case rating >= 100:
		return 4.5
	}
	mos := 1 + 0.035*rating + rating*(rating-60)*(100-rating)*7e-6
	return math.Max(1, math.Round(mos*100)/100)
}
