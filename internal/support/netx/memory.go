package netx

import (
	"container/heap"
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Link is how packets fare between two hosts. A connection knows delay only: what TCP loses it sends again.
type Link struct {
	Delay     time.Duration // each way
	Jitter    time.Duration // up to so much more; datagrams overtake each other by it
	Loss      float64       // share of datagrams lost
	Duplicate float64       // share of datagrams that arrive twice
	Reorder   float64       // share of datagrams held back so that later ones overtake them
}

// Packet is a datagram on its way, as a Filter sees it. The addresses are those of the sockets, before and behind any
// NAT.
type Packet struct {
	From, To netip.AddrPort
	Data     []byte
	N        int // the how manyeth from this host to that host, counted from 1
}

// Fate is what a Filter decides for one datagram.
type Fate struct {
	Drop   bool
	Copies int           // further copies
	Delay  time.Duration // on top of the link's
}

// Filter decides the fate of each datagram that the link let live. It must not use the network.
type Filter func(Packet) Fate

// Memory is a network in this process. Its hosts see each other directly; hosts behind a NAT see the others through it.
// Used as a Network itself, it is the host with whatever address is asked for, 127.0.0.1 if none is.
// In a synctest bubble it must be made inside the bubble.
type Memory struct {
	mu     sync.Mutex // no call leaves the package while it is held, except to the filter
	random *rand.Rand
	link   Link
	links  map[pair]Link
	cut    map[pair]bool
	counts map[pair]int
	filter Filter
	public *realm
	nats   map[netip.Addr]*NAT
	conns  map[*memConn]struct{} // the dialling ends
	queue  events
	seq    uint64
	timer  *time.Timer
	due    time.Time // when timer fires, zero if it does not
}

var _ Network = (*Memory)(nil)

// pair is two hosts, in the order of travel for counts, in ascending order for links.
type pair struct{ a, b netip.Addr }

func unordered(a, b netip.Addr) pair {
	if b.Less(a) {
		a, b = b, a
	}
	return pair{a, b}
}

// realm is one address space: the public one, or that behind a NAT.
type realm struct {
	nat   *NAT // nil for the public one
	hosts map[netip.Addr]*Host
}

// NewMemory makes a network whose links are all alike; seed makes its accidents repeatable.
func NewMemory(seed uint64, link Link) *Memory {
	return &Memory{
		random: rand.New(rand.NewPCG(seed, seed)),
		link:   link,
		links:  make(map[pair]Link),
		cut:    make(map[pair]bool),
		counts: make(map[pair]int),
		public: &realm{hosts: make(map[netip.Addr]*Host)},
		nats:   make(map[netip.Addr]*NAT),
		conns:  make(map[*memConn]struct{}),
	}
}

// Host is the host of that address on the public side; it is made when it is first asked for.
func (m *Memory) Host(addr netip.Addr) *Host {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.public.host(m, addr)
}

func (r *realm) host(m *Memory, addr netip.Addr) *Host {
	h := r.hosts[addr]
	if h == nil {
		h = &Host{
			memory: m, realm: r, addr: addr, nextPort: 49152,
			packets: make(map[uint16]*memPacketConn), listeners: make(map[uint16]*memListener),
		}
		r.hosts[addr] = h
	}
	return h
}

func (m *Memory) hostFor(addr netip.AddrPort) *Host {
	a := addr.Addr().Unmap()
	switch {
	case !a.IsValid() || a == netip.IPv4Unspecified():
		a = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case a.IsUnspecified():
		a = netip.IPv6Loopback()
	}
	return m.Host(a)
}

// ListenPacket opens a datagram socket on the host with that address.
func (m *Memory) ListenPacket(addr netip.AddrPort) (PacketConn, error) {
	return m.hostFor(addr).ListenPacket(addr)
}

// Listen opens a listener on the host with that address.
func (m *Memory) Listen(addr netip.AddrPort) (net.Listener, error) {
	return m.hostFor(addr).Listen(addr)
}

// Dial connects from 127.0.0.1.
func (m *Memory) Dial(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
	return m.hostFor(netip.AddrPort{}).Dial(ctx, addr)
}

// SetLink changes the link between two hosts, both ways.
func (m *Memory) SetLink(a, b netip.Addr, l Link) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.links[unordered(a, b)] = l
}

// SetFilter lets f decide over each datagram; nil lets all pass.
func (m *Memory) SetFilter(f Filter) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.filter = f
}

// Cut makes everything between two hosts vanish: datagrams are lost, connections stand still.
func (m *Memory) Cut(a, b netip.Addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut[unordered(a, b)] = true
}

// Restore mends a link that was cut; connections go on where they stood.
func (m *Memory) Restore(a, b netip.Addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.cut, unordered(a, b))
	for c := range m.conns {
		if unordered(c.host, c.peer.host) == unordered(a, b) {
			m.release(c.out)
			m.release(c.peer.out)
		}
	}
}

// Reset resets all connections between two hosts: both ends see it at once.
func (m *Memory) Reset(a, b netip.Addr) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for c := range m.conns {
		if unordered(c.host, c.peer.host) == unordered(a, b) {
			m.resetLocked(c)
		}
	}
}

func (m *Memory) linkLocked(a, b netip.Addr) Link {
	if l, ok := m.links[unordered(a, b)]; ok {
		return l
	}
	return m.link
}

// send carries one datagram. Whatever happens to it, the sender does not learn.
func (m *Memory) send(from *memPacketConn, data []byte, remote netip.AddrPort) {
	m.mu.Lock()
	defer m.mu.Unlock()
	to, source := m.routeLocked(from.host, udp, from.local, remote)
	if to == nil {
		return
	}
	target := to.host.packets[to.port]
	a, b := from.host.addr, to.host.addr
	m.counts[pair{a, b}]++
	if target == nil || m.cut[unordered(a, b)] {
		return
	}
	link := m.linkLocked(a, b)
	if m.random.Float64() < link.Loss {
		return
	}
	packet := Packet{From: from.local, To: netip.AddrPortFrom(b, to.port), Data: data, N: m.counts[pair{a, b}]}
	fate := Fate{}
	if m.filter != nil {
		fate = m.filter(packet)
	}
	if fate.Drop {
		return
	}
	copies := 1 + fate.Copies
	if m.random.Float64() < link.Duplicate {
		copies++
	}
	for range copies {
		delay := link.Delay + fate.Delay
		if link.Jitter > 0 {
			delay += time.Duration(m.random.Int64N(int64(link.Jitter)))
		}
		if m.random.Float64() < link.Reorder {
			delay += link.Delay + 10*time.Millisecond
		}
		d := datagram{data: append([]byte(nil), data...), remote: source}
		m.after(delay, func() { target.put(d) })
	}
}

// after runs fn under the lock, now or later. What is due at the same instant runs in the order of asking.
func (m *Memory) after(delay time.Duration, fn func()) {
	if delay <= 0 {
		fn()
		return
	}
	m.at(time.Now().Add(delay), fn)
}

func (m *Memory) at(t time.Time, fn func()) {
	m.seq++
	heap.Push(&m.queue, event{at: t, seq: m.seq, run: fn})
	m.arm()
}

func (m *Memory) arm() {
	if len(m.queue) == 0 || !m.due.IsZero() && !m.queue[0].at.Before(m.due) {
		return
	}
	if m.timer != nil {
		m.timer.Stop()
	}
	m.due = m.queue[0].at
	m.timer = time.AfterFunc(time.Until(m.due), m.run)
}

func (m *Memory) run() {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for len(m.queue) > 0 && !m.queue[0].at.After(now) {
		heap.Pop(&m.queue).(event).run() //nolint:forcetypeassert // the heap holds nothing else
	}
	m.due = time.Time{}
	m.arm()
}

type event struct {
	at  time.Time
	seq uint64
	run func()
}

type events []event

func (q events) Len() int { return len(q) }

func (q events) Less(i, j int) bool {
	return q[i].at.Before(q[j].at) || q[i].at.Equal(q[j].at) && q[i].seq < q[j].seq
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(event)) } //nolint:forcetypeassert // see run

func (q *events) Pop() any {
	old := *q
	last := old[len(old)-1]
	old[len(old)-1] = event{}
	*q = old[:len(old)-1]
	return last
}
