//go:build unix

package netx

import (
	"errors"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// tryConn is a TCP connection that writes without waiting. The closure handed to the runtime is made once, because
// making it for each write would allocate.
type tryConn struct {
	*tcpConn

	mu    sync.Mutex
	write func(fd uintptr) bool
	b     []byte
	n     int
	err   error
}

func wrapTCP(c *tcpConn) net.Conn {
	t := &tryConn{tcpConn: c}
	t.write = func(fd uintptr) bool {
		t.n, t.err = unix.Write(int(fd), t.b)
		return true // never wait for room
	}
	return t
}

// TryWrite implements TryWriter.
func (c *tryConn) TryWrite(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	written := 0
	for written < len(b) {
		c.b = b[written:]
		err := c.raw.Write(c.write)
		c.b = nil
		switch {
		case err != nil:
			return written, err
		case errors.Is(c.err, unix.EINTR):
			continue
		case errors.Is(c.err, unix.EAGAIN):
			return written, nil
		case c.err != nil:
			return written, &net.OpError{Op: "write", Net: "tcp", Addr: c.RemoteAddr(), Err: os.NewSyscallError("write", c.err)}
		}
		written += c.n
	}
	return written, nil
}
