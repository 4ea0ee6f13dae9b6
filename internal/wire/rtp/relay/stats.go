package relay

import (
	"net/netip"
	"sync/atomic"
	"time"
)

// legCounters is written by the shard and read by anyone.
type legCounters struct {
	received, receivedBytes atomic.Uint64
	sent, sentBytes         atomic.Uint64
	dropped, forged         atomic.Uint64
	lost, remoteLost        atomic.Uint64
	jitter, remoteJitter    atomic.Int64 // nanoseconds
	roundTrip               atomic.Int64
	heard                   atomic.Int64 // Unix nanoseconds
	remote                  atomic.Pointer[netip.AddrPort]
}

// Counts is what a leg has counted. Losses, jitter and the last sign of life are up to housekeeping old.
type Counts struct {
	Received, ReceivedBytes uint64
	Sent, SentBytes         uint64
	Dropped, Forged         uint64
	Lost, RemoteLost        uint64
	Jitter, RemoteJitter    time.Duration
	RoundTrip               time.Duration
	Heard                   time.Time
	Remote                  netip.AddrPort
}

// Counts reads the leg's counters; any goroutine may.
func (l *Leg) Counts() Counts {
	c := &l.counts
	out := Counts{
		Received: c.received.Load(), ReceivedBytes: c.receivedBytes.Load(),
		Sent: c.sent.Load(), SentBytes: c.sentBytes.Load(),
		Dropped: c.dropped.Load(), Forged: c.forged.Load(),
		Lost: c.lost.Load(), RemoteLost: c.remoteLost.Load(),
		Jitter:       time.Duration(c.jitter.Load()),
		RemoteJitter: time.Duration(c.remoteJitter.Load()),
		RoundTrip:    time.Duration(c.roundTrip.Load()),
	}
	if heard := c.heard.Load(); heard != 0 {
		out.Heard = time.Unix(0, heard)
	}
	if remote := c.remote.Load(); remote != nil {
		out.Remote = *remote
	}
	return out
}

// publish makes visible what is not counted by atomics on the way.
func (l *Leg) publish() {
	l.counts.lost.Store(l.lostBefore + l.in.Lost())
	if l.set.ClockRate > 0 {
		l.counts.jitter.Store(int64(l.in.Jitter()) * int64(time.Second) / int64(l.set.ClockRate))
	}
	if !l.heard.IsZero() {
		l.counts.heard.Store(l.heard.UnixNano())
	}
}
