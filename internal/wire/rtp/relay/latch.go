package relay

import "net/netip"

// latchAfter is how many packets of one stream a plain leg wants from an address that was not signalled.
const latchAfter = 3

// candidate is an address that a plain leg might fix as its source.
type candidate struct {
	from netip.AddrPort
	ssrc uint32
	n    int
}

// admit tells whether a plain packet may pass, and fixes the source (signalling rule 23): the signalled address at once,
// another port or a translated address after a few packets of one stream if the IP is the signalled one or the signalling
// peer's, nothing else, and nothing more once it is fixed. Only signalling opens it again.
func (l *Leg) admit(from netip.AddrPort, ssrc uint32) bool {
	if l.locked {
		return from == l.remote.addr
	}
	if from == l.set.Remote {
		l.locked = true
		l.latch(from)
		return true
	}
	if !l.expects(from.Addr()) {
		return false
	}
	if l.candidate.from != from || l.candidate.ssrc != ssrc {
		l.candidate = candidate{from: from, ssrc: ssrc}
	}
	l.candidate.n++
	if l.candidate.n < latchAfter {
		return false
	}
	l.locked = true
	l.latch(from)
	return true
}

// expects tells whether plain packets may come from the IP at all.
func (l *Leg) expects(ip netip.Addr) bool {
	return ip == l.set.Remote.Addr() || l.set.Peer.IsValid() && ip == l.set.Peer
}

// latch makes the address the one that media goes to.
func (l *Leg) latch(from netip.AddrPort) {
	l.setRemote(l.endpoint(from))
	l.relay.counters.Latched.Add(1)
	l.tell(Event{Kind: Latched, Addr: from})
}

// reopen begins to learn anew: signalling named another address.
func (l *Leg) reopen(s Settings) {
	l.locked = false
	l.candidate = candidate{}
	if s.Remote != l.set.Remote || !l.configured {
		l.setRemote(l.endpoint(s.Remote))
		l.control = endpoint{}
	}
	l.zrtp.reopen()
}

func (l *Leg) setRemote(e endpoint) {
	l.remote = e
	l.counts.remote.Store(&e.addr)
}
