//go:build !unix

package netx

import "net"

// wrapTCP leaves the connection as it is: this system has no write that does not wait.
func wrapTCP(c *tcpConn) net.Conn { return c.TCPConn }
