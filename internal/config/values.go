package config

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Address is where a listener stands: host:port, a bare port as ":port", or "off".
type Address string

// Off tells whether the listener is closed.
func (a Address) Off() bool { return a == "off" }

// UnmarshalText checks and takes an address.
func (a *Address) UnmarshalText(b []byte) error {
	s := strings.TrimSpace(string(b))
	if s == "off" {
		*a = "off"
		return nil
	}
	host, port, err := net.SplitHostPort(s)
	if err != nil {
		return fmt.Errorf("%q is not host:port, :port or off", s)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("port %q is not a number from 0 to 65535", port)
	}
	*a = Address(net.JoinHostPort(host, port))
	return nil
}

// PortRange is a range of UDP ports, both ends included.
type PortRange struct{ From, To uint16 }

// String gives the form in which it is typed.
func (r PortRange) String() string { return fmt.Sprintf("%d-%d", r.From, r.To) }

// UnmarshalText checks and takes FROM-TO.
func (r *PortRange) UnmarshalText(b []byte) error {
	from, to, ok := strings.Cut(strings.TrimSpace(string(b)), "-")
	lo, err1 := strconv.ParseUint(strings.TrimSpace(from), 10, 16)
	hi, err2 := strconv.ParseUint(strings.TrimSpace(to), 10, 16)
	switch {
	case !ok || err1 != nil || err2 != nil:
		return fmt.Errorf("%q is not FROM-TO, for example 20000-29999", b)
	case lo < 1024:
		return errors.New("media ports begin at 1024")
	case hi < lo+3:
		return errors.New("a call needs at least four media ports")
	}
	r.From, r.To = uint16(lo), uint16(hi)
	return nil
}
