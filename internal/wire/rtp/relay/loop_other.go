//go:build !linux || (!amd64 && !arm64)

package relay

import "ringfence/internal/support/netx"

// newLoop makes the loop over the network, or over the operating system's own if it is nil.
func newLoop(n netx.Network) (loop, error) {
	if n == nil {
		n = netx.OS{}
	}
	return newPortable(n), nil
}
