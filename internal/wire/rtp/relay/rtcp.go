package relay

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"ringfence/internal/wire/rtp"
)

// reportState is what RTCP needs between reports.
type reportState struct {
	lastSR   uint32 // middle of the remote side's last sender report
	lastSRAt time.Time
	sentThen uint64 // packets sent when the last report went out
	started  bool   // something was sent: a BYE makes sense
}

// reportInterval varies the interval so that reports of many legs spread (RFC 3550 §6.3.1).
func (s *shard) reportInterval() time.Duration {
	base := s.relay.cfg.RTCPEvery
	return base/2 + time.Duration(rand.Int64N(int64(base)))
}

// rtcp takes what the remote side reports. RTCP ends here: each leg has its own (signalling rule 20).
func (l *Leg) rtcp(b []byte, from netip.AddrPort, onControl bool, now time.Time) {
	c := &l.relay.counters
	if l.receiver != nil {
		opened, err := l.receiver.UnprotectRTCP(b, now)
		if err != nil {
			l.counts.forged.Add(1)
			l.drop(&c.Forged)
			return
		}
		b = opened
	} else if !l.admitControl(from) {
		l.drop(&c.WrongSource)
		return
	}
	var r rtp.Reports
	if !rtp.ParseRTCP(b, l.out.ssrc, &r) {
		l.drop(&c.Malformed)
		return
	}
	if onControl && from != l.control.addr {
		l.control = l.endpoint(from)
	}
	l.heard, l.timedOut = now, false
	if r.HasInfo {
		l.reports.lastSR, l.reports.lastSRAt = rtp.MiddleNTP(r.Info.NTP), now
	}
	if r.HasBlock {
		l.remoteReport(&r.Block, now)
	}
}

// admitControl tells whether plain RTCP may come from the address: the signalled one, or the IP that media comes from.
func (l *Leg) admitControl(from netip.AddrPort) bool {
	if from == l.set.Control || from == l.remote.addr {
		return true
	}
	if l.locked {
		return from.Addr() == l.remote.addr.Addr()
	}
	return l.expects(from.Addr())
}

func (l *Leg) remoteReport(b *rtp.ReportBlock, now time.Time) {
	l.counts.remoteLost.Store(uint64(max(b.Lost, 0)))
	l.counts.remoteJitter.Store(int64(b.Jitter) * int64(time.Second) / int64(l.set.ClockRate))
	if b.LastSR == 0 {
		return
	}
	// RFC 3550 §6.4.1: the time since our report, less what the remote side kept it.
	trip := int32(rtp.MiddleNTP(rtp.NTP(now)) - b.LastSR - b.Delay)
	if trip >= 0 && trip < 10<<16 {
		l.counts.roundTrip.Store(int64(trip) * int64(time.Second) >> 16)
	}
}

// report sends what the leg has to say about both streams.
func (l *Leg) report(now time.Time) {
	l.reportDue = now.Add(l.shard.reportInterval())
	if !l.canReport() {
		return
	}
	b := l.compound(l.shard.scratch[:0], now)
	l.sendControl(b)
	l.reports.started = true
}

// canReport tells whether there is somebody to report to. On hold too: only an unspecified address stops RTCP
// (RFC 3264 §8.4).
func (l *Leg) canReport() bool {
	return l.configured && !l.set.Verbatim && l.controlTarget().valid()
}

func (l *Leg) controlTarget() *endpoint {
	if l.set.Mux {
		return &l.remote
	}
	return &l.control
}

func (l *Leg) compound(b []byte, now time.Time) []byte {
	var block *rtp.ReportBlock
	if l.in.Started {
		report := l.in.Report()
		if !l.reports.lastSRAt.IsZero() {
			report.LastSR = l.reports.lastSR
			report.Delay = uint32(now.Sub(l.reports.lastSRAt) << 16 / time.Second)
		}
		block = &report
	}
	sent := l.counts.sent.Load()
	if sent != l.reports.sentThen {
		b = rtp.AppendSR(b, l.out.ssrc, rtp.SenderInfo{
			NTP:       rtp.NTP(now),
			Timestamp: l.out.clock(l.set.ClockRate, now),
			Packets:   uint32(sent),
			Octets:    uint32(l.counts.sentBytes.Load()),
		}, block)
	} else {
		b = rtp.AppendRR(b, l.out.ssrc, block)
	}
	l.reports.sentThen = sent
	return rtp.AppendSDES(b, l.out.ssrc, l.cname)
}

func (l *Leg) sendControl(b []byte) {
	if l.sender != nil {
		protected, err := l.sender.ProtectRTCP(b)
		if err != nil {
			l.relay.counters.SendFailed.Add(1)
			return
		}
		b = protected
	}
	by := l.rtcpSocket
	if l.set.Mux {
		by = l.rtpSocket
	}
	if err := by.send(b, l.controlTarget()); err != nil {
		l.relay.counters.SendFailed.Add(1)
	}
}

// sayBye ends the leg's stream for the remote side, if it ever heard of it (RFC 3550 §6.3.7).
func (l *Leg) sayBye(now time.Time) {
	if !l.canReport() || !l.reports.started && l.counts.sent.Load() == 0 {
		return
	}
	b := l.compound(l.shard.scratch[:0], now)
	l.sendControl(rtp.AppendBYE(b, l.out.ssrc))
}

// keepHouse does what is due without a packet.
func (l *Leg) keepHouse(now time.Time) {
	if !now.Before(l.reportDue) {
		l.report(now)
	}
	l.checkHeard(now)
	l.checkZRTP(now)
	l.publish()
}

// checkHeard tells once of a leg that should hear its remote side and does not: only where both directions are agreed
// and somebody listens (signalling rule 23).
func (l *Leg) checkHeard(now time.Time) {
	if l.timedOut || l.sink == nil || !l.set.Send || !l.set.Receive {
		return
	}
	if now.Sub(l.heard) < l.relay.cfg.Timeout {
		return
	}
	l.timedOut = true
	l.relay.counters.Timeouts.Add(1)
	l.tell(Event{Kind: Timeout})
}
