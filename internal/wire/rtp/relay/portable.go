package relay

import (
	"errors"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"ringfence/internal/support/netx"
)

// portable is the loop over a netx.Network: a goroutine for each socket hands datagrams to the shard by a channel. It waits
// on channels and timers only, so that it runs in virtual time.
type portable struct {
	network netx.Network
	packets chan *datagram
	free    chan *datagram
	awake   chan struct{}
	stopped chan struct{}
	readers sync.WaitGroup
}

type datagram struct {
	leg     *Leg
	control bool
	from    netip.AddrPort
	n       int
	b       [maxDatagram]byte
}

// queued is how many datagrams wait for the shard at most; what comes then waits in the sockets.
const queued = 256

func newPortable(n netx.Network) *portable {
	p := &portable{
		network: n,
		packets: make(chan *datagram, queued),
		free:    make(chan *datagram, queued),
		awake:   make(chan struct{}, 1),
		stopped: make(chan struct{}),
	}
	for range queued {
		p.free <- &datagram{}
	}
	return p
}

func (p *portable) bind(addr netip.AddrPort) (socket, error) {
	conn, err := p.network.ListenPacket(addr)
	if err != nil {
		return nil, err
	}
	return &portableSocket{loop: p, conn: conn}, nil
}

func (p *portable) run(s *shard) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		next, goesOn := s.turn(time.Now())
		if !goesOn {
			return
		}
		var due <-chan time.Time
		if !next.IsZero() {
			timer.Reset(time.Until(next))
			due = timer.C
		}
		select {
		case d := <-p.packets:
			p.take(s, d)
		case <-p.awake:
		case <-due:
		}
	}
}

// take gives the leg the datagram and what else has come meanwhile.
func (p *portable) take(s *shard, d *datagram) {
	now := time.Now()
	for {
		p.deliver(s, d, now)
		d.leg = nil
		p.free <- d
		select {
		case d = <-p.packets:
		default:
			return
		}
	}
}

func (p *portable) deliver(s *shard, d *datagram, now time.Time) {
	defer s.recovered()
	s.current = d.leg
	d.leg.receive(d.b[:d.n], d.from, d.control, now)
}

func (p *portable) wake() {
	select {
	case p.awake <- struct{}{}:
	default:
	}
}

func (p *portable) close() {
	close(p.stopped)
	p.readers.Wait()
}

type portableSocket struct {
	loop *portable
	conn netx.PacketConn
}

func (c *portableSocket) watch(l *Leg, control bool) error {
	c.loop.readers.Go(func() { c.read(l, control) })
	return nil
}

func (c *portableSocket) read(l *Leg, control bool) {
	for {
		var d *datagram
		select {
		case d = <-c.loop.free:
		case <-c.loop.stopped:
			return
		}
		n, from, err := c.conn.ReadFromUDPAddrPort(d.b[:maxDatagram-roomBehind])
		if err != nil {
			c.loop.free <- d
			return
		}
		d.leg, d.control, d.n, d.from = l, control, n, from
		select {
		case c.loop.packets <- d:
		case <-c.loop.stopped:
			return
		}
	}
}

func (c *portableSocket) send(b []byte, to *endpoint) error {
	_, err := c.conn.WriteToUDPAddrPort(b, to.addr)
	return err
}

func (c *portableSocket) close() { _ = c.conn.Close() } // what is lost is lost

func addressInUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
