// Package relay moves RTP packets between the legs of calls (RFC 3550, RFC 3711, RFC 4733, RFC 5761). It knows RTP and SRTP,
// not calls: who is joined with whom, with which keys and formats, is posted to it.
//
// One goroutine, the shard, owns all sockets and legs. Others post commands to it and read counters by atomics; there is no
// lock and no allocation on a packet's way. On Linux the shard reads raw non-blocking sockets with epoll: it drains them,
// sleeps a millisecond, drains again, and blocks only when nothing came, because wake-ups cost more than packets. Elsewhere,
// and over an in-memory network, a goroutine per socket hands packets to the shard. Both run the same code from there on.
//
// Each leg has one port for its life and owns one outgoing stream: its own SSRC, sequence numbers and timestamps that go
// on over every change of what is sent, and RTCP that ends here.
package relay

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/support/netx"
)

// Errors of Open.
var (
	// ErrNoPorts says that every port is in use or resting.
	ErrNoPorts = errors.New("relay: no port free")
	// ErrClosed says that the relay is closed.
	ErrClosed = errors.New("relay: closed")
)

// Config says how a relay works. Zero durations take the default beside them.
type Config struct {
	PortFrom, PortTo uint16 // both included; RTP takes even ports, RTCP the next one

	// Network carries packets by the portable loop. Nil means the operating system's sockets.
	Network netx.Network

	PortRest  time.Duration // 30 s: how long a port rests after its leg
	Timeout   time.Duration // 60 s: how long a leg may hear nothing when it should
	ZRTPWait  time.Duration // 10 s: how long a verbatim pair may take to agree on keys
	RTCPEvery time.Duration // 5 s, varied by half on both sides (RFC 3550 §6.2)
	Log       *slog.Logger
}

func (c *Config) fill() {
	fill(&c.PortRest, 30*time.Second)
	fill(&c.Timeout, 60*time.Second)
	fill(&c.ZRTPWait, 10*time.Second)
	fill(&c.RTCPEvery, 5*time.Second)
	if c.Log == nil {
		c.Log = slog.Default()
	}
}

func fill(d *time.Duration, standard time.Duration) {
	if *d <= 0 {
		*d = standard
	}
}

// Relay owns the media ports of a node.
type Relay struct {
	cfg      Config
	ports    *ports
	shard    *shard
	counters Counters
}

// New starts a relay.
func New(cfg Config) (*Relay, error) {
	cfg.fill()
	p, err := newPorts(cfg.PortFrom, cfg.PortTo, cfg.PortRest)
	if err != nil {
		return nil, err
	}
	r := &Relay{cfg: cfg, ports: p}
	waits, err := newLoop(cfg.Network)
	if err != nil {
		return nil, err
	}
	r.shard = newShard(r, waits)
	go r.shard.run()
	return r, nil
}

// Close ends every leg and waits for the shard.
func (r *Relay) Close() {
	r.shard.stop()
	<-r.shard.done
}

// FreePorts is how many legs could be opened now.
func (r *Relay) FreePorts() int { return r.ports.free(time.Now()) }

// Counters are the relay's counters.
func (r *Relay) Counters() *Counters { return &r.counters }

// Open opens a leg on the address, which may be unspecified, on the next port that is free. The events function is called
// by the shard and must not block; nil drops events.
func (r *Relay) Open(addr netip.Addr, events func(Event)) (*Leg, error) {
	addr = addr.Unmap()
	for range maxBindAttempts {
		port, ok := r.ports.take(time.Now())
		if !ok {
			r.counters.OutOfPorts.Add(1)
			return nil, ErrNoPorts
		}
		l := newLeg(r, netip.AddrPortFrom(addr, port), events)
		err := l.bind()
		if err == nil {
			if !r.shard.post(func() { r.shard.add(l) }) {
				l.release()
				return nil, ErrClosed
			}
			r.counters.Legs.Add(1)
			return l, nil
		}
		if !addressInUse(err) {
			r.ports.putBack(port)
			return nil, fmt.Errorf("open media port %d: %w", port, err)
		}
		// Somebody else has the port: it rests as if it had been ours, and the next one is tried.
		r.counters.PortsBusy.Add(1)
		r.ports.rest(port, time.Now())
	}
	r.counters.OutOfPorts.Add(1)
	return nil, ErrNoPorts
}

const maxBindAttempts = 256

// Counters counts what the relay does; safe for concurrent use.
type Counters struct {
	Legs, OutOfPorts, PortsBusy    atomic.Uint64
	Received, Sent, Bytes          atomic.Uint64
	WrongSource, Replayed, Forged  atomic.Uint64
	Malformed, NoRoute, SendFailed atomic.Uint64
	Latched, Timeouts              atomic.Uint64
	ZRTPVerified, ZRTPFailed       atomic.Uint64
	Faults                         atomic.Uint64
}

// Each calls fn for every counter.
func (c *Counters) Each(fn func(name, help string, v uint64)) {
	for _, k := range []struct {
		name, help string
		v          *atomic.Uint64
	}{
		{"media_legs_total", "Media legs opened.", &c.Legs},
		{"media_out_of_ports_total", "Legs refused because every media port was taken.", &c.OutOfPorts},
		{"media_ports_busy_total", "Media ports found taken by another program.", &c.PortsBusy},
		{"media_packets_received_total", "RTP packets accepted.", &c.Received},
		{"media_packets_sent_total", "RTP packets sent.", &c.Sent},
		{"media_bytes_received_total", "RTP payload accepted.", &c.Bytes},
		{"media_wrong_source_total", "Packets dropped because they came from elsewhere.", &c.WrongSource},
		{"media_replayed_total", "Packets dropped as duplicates or replays.", &c.Replayed},
		{"media_forged_total", "Packets dropped because they did not authenticate.", &c.Forged},
		{"media_malformed_total", "Datagrams dropped as unreadable.", &c.Malformed},
		{"media_no_route_total", "Packets dropped because nobody was to hear them.", &c.NoRoute},
		{"media_send_failed_total", "Packets the system did not take.", &c.SendFailed},
		{"media_latched_total", "Times a leg learnt where its peer is.", &c.Latched},
		{"media_timeouts_total", "Legs that heard nothing for too long.", &c.Timeouts},
		{"media_zrtp_verified_total", "Calls on which both phones confirmed ZRTP.", &c.ZRTPVerified},
		{"media_zrtp_failed_total", "Legs on which ZRTP was not confirmed in time.", &c.ZRTPFailed},
		{"media_faults_total", "Legs ended by a fault of the relay.", &c.Faults},
	} {
		fn(k.name, k.help, k.v.Load())
	}
}

// shard is the one goroutine that owns legs.
type shard struct {
	relay *Relay
	loop  loop
	done  chan struct{}

	mu       sync.Mutex
	commands []func() // guarded by mu
	closed   bool     // guarded by mu

	// Owned by the shard's goroutine.
	legs    []*Leg
	current *Leg   // the one at work
	playing []*Leg // those with a player
	spare   []func()
	due     time.Time // when something is to be done without a packet
	scratch [maxDatagram]byte
}

func newShard(r *Relay, l loop) *shard {
	return &shard{relay: r, loop: l, done: make(chan struct{})}
}

// loop is how a shard waits for packets and time. Its run calls the shard's turn between packets until that says stop.
type loop interface {
	// bind opens a socket; any goroutine may call it.
	bind(addr netip.AddrPort) (socket, error)
	// run reads the sockets that were watched until turn returns false.
	run(s *shard)
	// wake makes run call turn soon; any goroutine may call it.
	wake()
	// close frees what the loop itself holds, after run.
	close()
}

// socket is one bound datagram socket. The shard owns it once it is watched.
type socket interface {
	// watch hands what arrives to the leg.
	watch(l *Leg, control bool) error
	// send sends one datagram without waiting; a full buffer loses it.
	send(b []byte, to *endpoint) error
	// close closes the socket.
	close()
}

func (s *shard) run() {
	defer close(s.done)
	s.loop.run(s)
	s.loop.close()
}

// post hands the shard a command. It tells whether the shard will carry it out.
func (s *shard) post(command func()) bool {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return false
	}
	s.commands = append(s.commands, command)
	s.mu.Unlock()
	s.loop.wake()
	return true
}

func (s *shard) stop() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.loop.wake()
}

// turn carries out commands and what is due. It returns when it must be called again at the latest (zero: only for a
// command), and whether the shard goes on.
func (s *shard) turn(now time.Time) (time.Time, bool) {
	if !s.carryOut() {
		for len(s.legs) > 0 {
			s.remove(s.legs[0], now)
		}
		return time.Time{}, false
	}
	if len(s.legs) == 0 {
		return time.Time{}, true
	}
	if !now.Before(s.due) {
		s.due = now.Add(housekeeping)
		s.keepHouse(now)
	}
	next := s.due
	if due := s.play(now); !due.IsZero() && due.Before(next) {
		next = due
	}
	return next, true
}

func (s *shard) keepHouse(now time.Time) {
	defer s.recovered()
	for i := len(s.legs) - 1; i >= 0; i-- {
		s.current = s.legs[i]
		s.current.keepHouse(now)
	}
}

// housekeeping is how often reports, time-outs and statistics are looked at.
const housekeeping = 200 * time.Millisecond

func (s *shard) carryOut() bool {
	s.mu.Lock()
	commands, closed := s.commands, s.closed
	s.commands = s.spare[:0]
	s.mu.Unlock()
	for i, c := range commands {
		s.carry(c)
		commands[i] = nil
	}
	s.spare = commands
	return !closed
}

func (s *shard) carry(command func()) {
	defer s.recovered()
	s.current = nil
	command()
}

// idle tells whether no command waits.
func (s *shard) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.commands) == 0 && !s.closed
}

// recovered is deferred around everything the shard does: a fault of ours ends the leg that met it, not the calls of
// everybody else.
func (s *shard) recovered() {
	fault := recover()
	if fault == nil {
		return
	}
	s.relay.counters.Faults.Add(1)
	s.relay.cfg.Log.Error("media leg ended by a fault", "fault", fault, "stack", string(debug.Stack()))
	if l := s.current; l != nil {
		s.current = nil
		s.remove(l, time.Now())
	}
}

func (s *shard) add(l *Leg) {
	now := time.Now()
	if err := l.watch(); err != nil {
		s.relay.cfg.Log.Error("media port cannot be watched", "port", l.local.Port(), "error", err)
	}
	l.place = len(s.legs)
	s.legs = append(s.legs, l)
	l.reportDue = now.Add(s.reportInterval())
	if len(s.legs) == 1 {
		s.due = now.Add(housekeeping)
	}
}

// remove ends a leg; a second time it does nothing.
func (s *shard) remove(l *Leg, now time.Time) {
	if l.gone {
		return
	}
	l.gone = true
	l.disconnect()
	l.stopListening()
	for _, other := range s.legs {
		if other.sink == l {
			other.sink, other.route = nil, nil
		}
	}
	l.sayBye(now)
	l.publish()
	last := len(s.legs) - 1
	s.legs[l.place] = s.legs[last]
	s.legs[l.place].place = l.place
	s.legs[last] = nil
	s.legs = s.legs[:last]
	l.release()
}
