package netx

import (
	"net/netip"
	"time"
)

type protocol uint8

const (
	udp protocol = iota
	tcp
)

// NATOptions say what kind of NAT it is. The zero value maps each inner socket to one public port and lets only
// those in to whom the inner socket has sent (RFC 4787: endpoint-independent mapping, address and port-dependent
// filtering).
type NATOptions struct {
	Symmetric bool          // a new public port for each destination
	FullCone  bool          // whoever knows the port is let in
	Timeout   time.Duration // a UDP mapping is forgotten after so long without outgoing packets; never if zero
}

// NAT translates between a private network and the public one and changes every port.
type NAT struct {
	memory *Memory
	public netip.Addr
	opts   NATOptions
	inner  *realm
	next   uint16
	out    map[outKey]*mapping
	in     map[inKey]*mapping
}

type outKey struct {
	proto protocol
	inner netip.AddrPort
	peer  netip.AddrPort // only of a symmetric NAT
}

type inKey struct {
	proto protocol
	port  uint16
}

type mapping struct {
	key   outKey
	port  uint16
	peers map[netip.AddrPort]bool
	used  time.Time
}

// NAT adds a private network behind the given public address.
func (m *Memory) NAT(public netip.Addr, opts NATOptions) *NAT {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := &NAT{memory: m, public: public, opts: opts, next: 20000}
	n.inner = &realm{nat: n, hosts: make(map[netip.Addr]*Host)}
	n.forget()
	m.nats[public] = n
	return n
}

// Host is the host of that address on the private side.
func (n *NAT) Host(addr netip.Addr) *Host {
	n.memory.mu.Lock()
	defer n.memory.mu.Unlock()
	return n.inner.host(n.memory, addr)
}

// Rebind forgets all mappings, as a router that restarts does: sockets inside get new ports when they next send, and
// connections through it stand still for ever.
func (n *NAT) Rebind() {
	n.memory.mu.Lock()
	defer n.memory.mu.Unlock()
	n.forget()
	for c := range n.memory.conns {
		if n.inner.hosts[c.host] != nil && n.inner.hosts[c.peer.host] == nil {
			c.in.stalled, c.out.stalled = true, true
		}
	}
}

func (n *NAT) forget() {
	n.out, n.in = make(map[outKey]*mapping), make(map[inKey]*mapping)
}

// place is a port on a host.
type place struct {
	host *Host
	port uint16
}

// routeLocked finds where a packet goes and the source that the receiver sees; nil if it goes nowhere.
func (m *Memory) routeLocked(from *Host, proto protocol, source, target netip.AddrPort) (*place, netip.AddrPort) {
	if h := from.realm.hosts[target.Addr()]; h != nil {
		return &place{h, target.Port()}, source
	}
	if nat := from.realm.nat; nat != nil {
		source = nat.outward(proto, source, target)
	}
	if h := m.public.hosts[target.Addr()]; h != nil {
		return &place{h, target.Port()}, source
	}
	if nat := m.nats[target.Addr()]; nat != nil {
		return nat.inward(proto, source, target.Port()), source
	}
	return nil, source
}

// outward makes or renews the mapping of an inner socket and returns its public address.
func (n *NAT) outward(proto protocol, source, target netip.AddrPort) netip.AddrPort {
	key := outKey{proto: proto, inner: source}
	if n.opts.Symmetric {
		key.peer = target
	}
	p := n.out[key]
	if p == nil || n.expired(p) {
		if p != nil {
			delete(n.in, inKey{proto, p.port})
		}
		n.next++
		p = &mapping{key: key, port: n.next, peers: make(map[netip.AddrPort]bool)}
		n.out[key] = p
		n.in[inKey{proto, p.port}] = p
	}
	p.peers[target] = true
	p.used = time.Now()
	return netip.AddrPortFrom(n.public, p.port)
}

// inward finds the inner socket of a public port, if the sender may reach it.
func (n *NAT) inward(proto protocol, source netip.AddrPort, port uint16) *place {
	p := n.in[inKey{proto, port}]
	if p == nil || n.expired(p) || !n.opts.FullCone && !p.peers[source] {
		return nil
	}
	h := n.inner.hosts[p.key.inner.Addr()]
	if h == nil {
		return nil
	}
	return &place{h, p.key.inner.Port()}
}

func (n *NAT) expired(p *mapping) bool {
	return p.key.proto == udp && n.opts.Timeout > 0 && time.Since(p.used) > n.opts.Timeout
}
