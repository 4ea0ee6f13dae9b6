//go:build linux && (amd64 || arm64)

package relay

import (
	"fmt"
	"net/netip"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"ringfence/internal/support/netx"
)

// newLoop makes the loop over raw sockets, or the portable one if a network is given.
func newLoop(n netx.Network) (loop, error) {
	if n != nil {
		return newPortable(n), nil
	}
	return newEpoll()
}

const (
	// pace is how long the loop sleeps between drains while packets come: each wake-up costs more than a packet, and 20 ms
	// speech does not notice a millisecond. The sleep is the only one in the system.
	pace = time.Millisecond
	// emptyDrains is after how many drains that found nothing the loop blocks.
	emptyDrains = 2
	// drainRounds bounds how long one drain may keep the loop from its other duties.
	drainRounds = 8
	// expedited is the DSCP of speech, EF (RFC 3246), where IP headers carry it.
	expedited = 46 << 2
	// socketBuffer asks for room for some seconds of speech.
	socketBuffer = 64 << 10
)

// epoll is the loop over raw non-blocking sockets. Everything but bind and wake belongs to the shard's goroutine.
type epoll struct {
	fd      int
	alarm   int // eventfd
	blocked atomic.Bool

	sockets []*rawSocket // by token; 0 is the alarm
	tokens  []int32      // free ones
	events  [256]unix.EpollEvent
	from    [28]byte
	size    uint32
	b       [maxDatagram]byte
}

func newEpoll() (*epoll, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("media loop: %w", err)
	}
	alarm, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		_ = unix.Close(fd) // nothing was done with it
		return nil, fmt.Errorf("media loop: %w", err)
	}
	err = unix.EpollCtl(fd, unix.EPOLL_CTL_ADD, alarm, &unix.EpollEvent{Events: unix.EPOLLIN})
	if err != nil {
		_, _ = unix.Close(fd), unix.Close(alarm) // nothing was done with them
		return nil, fmt.Errorf("media loop: %w", err)
	}
	return &epoll{fd: fd, alarm: alarm, sockets: []*rawSocket{nil}}, nil
}

func (e *epoll) run(s *shard) {
	for empty := 0; ; {
		next, goesOn := s.turn(time.Now())
		switch {
		case !goesOn:
			return
		case e.drain(s) > 0:
			empty = 0
			time.Sleep(pace) //nolint:forbidigo // the relay's pacing, the only sleep there is
		case empty < emptyDrains:
			empty++
			time.Sleep(pace) //nolint:forbidigo // the relay's pacing, the only sleep there is
		default:
			e.block(s, next)
		}
	}
}

// drain reads every packet that has come, one from each socket in a round.
func (e *epoll) drain(s *shard) (packets int) {
	defer s.recovered()
	for range drainRounds {
		// The call returns at once, so that telling the scheduler about it would only cost.
		n, _, errno := unix.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(e.fd),
			uintptr(unsafe.Pointer(&e.events[0])), //nolint:gosec // the kernel writes within the array
			uintptr(len(e.events)), 0, 0, 0)
		if errno != 0 || n == 0 {
			return packets
		}
		now := time.Now()
		for i := range e.events[:n] {
			token := e.events[i].Fd
			if token == 0 {
				e.silence()
				continue
			}
			if c := e.sockets[token]; c != nil && e.read(s, c, now) {
				packets++
			}
		}
	}
	return packets
}

func (e *epoll) read(s *shard, c *rawSocket, now time.Time) bool {
	e.size = uint32(len(e.from))
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(c.fd),
		uintptr(unsafe.Pointer(&e.b[0])), //nolint:gosec // the kernel writes within the array
		maxDatagram-roomBehind, unix.MSG_DONTWAIT|unix.MSG_TRUNC,
		uintptr(unsafe.Pointer(&e.from[0])), //nolint:gosec // the kernel writes within the array
		uintptr(unsafe.Pointer(&e.size)))    //nolint:gosec // a number that the kernel changes
	if errno != 0 {
		return false
	}
	if n > maxDatagram-roomBehind {
		s.relay.counters.Malformed.Add(1)
		return true
	}
	s.current = c.leg
	c.leg.receive(e.b[:n], addressIn(&e.from), c.control, now)
	return true
}

// block waits for a packet, a command or the time.
func (e *epoll) block(s *shard, until time.Time) {
	timeout := -1
	if !until.IsZero() {
		left := time.Until(until)
		if left <= 0 {
			return
		}
		timeout = int((left + time.Millisecond - 1) / time.Millisecond)
	}
	// The flag is set before the commands are looked at, and a command is posted before the flag is: one of both sees it.
	e.blocked.Store(true)
	if !s.idle() {
		e.blocked.Store(false)
		return
	}
	_, _ = unix.EpollWait(e.fd, e.events[:1], timeout) // what was found is found again by the next drain
	e.blocked.Store(false)
}

func (e *epoll) wake() {
	if e.blocked.Load() {
		_, _ = unix.Write(e.alarm, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // a full counter wakes too
	}
}

func (e *epoll) silence() {
	var count [8]byte
	_, _ = unix.Read(e.alarm, count[:]) // only resets the counter
}

func (e *epoll) close() {
	_, _ = unix.Close(e.fd), unix.Close(e.alarm) // nobody uses them any more
}

// rawSocket is a datagram socket without the runtime's poller.
type rawSocket struct {
	loop    *epoll
	fd      int
	token   int32 // 0: not watched
	leg     *Leg
	control bool
}

func (e *epoll) bind(addr netip.AddrPort) (socket, error) {
	family := unix.AF_INET6
	if addr.Addr().Is4() {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	var to unix.Sockaddr = &unix.SockaddrInet6{Port: int(addr.Port()), Addr: addr.Addr().As16()}
	if family == unix.AF_INET {
		to = &unix.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, expedited) // best effort
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, expedited) // best effort
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, socketBuffer) // best effort
	if err := unix.Bind(fd, to); err != nil {
		_ = unix.Close(fd) // nothing was done with it
		return nil, os.NewSyscallError("bind", err)
	}
	return &rawSocket{loop: e, fd: fd}, nil
}

func (c *rawSocket) watch(l *Leg, control bool) error {
	e := c.loop
	token := int32(len(e.sockets))
	if n := len(e.tokens); n > 0 {
		token, e.tokens = e.tokens[n-1], e.tokens[:n-1]
	} else {
		e.sockets = append(e.sockets, nil)
	}
	err := unix.EpollCtl(e.fd, unix.EPOLL_CTL_ADD, c.fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: token})
	if err != nil {
		e.tokens = append(e.tokens, token)
		return os.NewSyscallError("epoll_ctl", err)
	}
	c.leg, c.control, c.token = l, control, token
	e.sockets[token] = c
	return nil
}

func (c *rawSocket) send(b []byte, to *endpoint) error {
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(c.fd),
		uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), //nolint:gosec // the kernel only reads
		unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL,
		uintptr(unsafe.Pointer(&to.raw[0])), uintptr(to.size)) //nolint:gosec // the kernel only reads
	if errno != 0 {
		return errno
	}
	return nil
}

func (c *rawSocket) close() {
	if c.token != 0 {
		c.loop.sockets[c.token] = nil
		c.loop.tokens = append(c.loop.tokens, c.token)
		c.token = 0
	}
	_ = unix.Close(c.fd) // what is lost is lost; closing takes it from epoll too
}
