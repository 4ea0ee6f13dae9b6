package transport_test

import (
	"net/netip"
	"testing"

	"ringfence/internal/wire/sip/transport"
)

// ways is a flow of which only the ends count.
type ways struct {
	transport.Flow
	kind          transport.Kind
	local, remote string
	asked         string
}

func (w ways) Kind() transport.Kind   { return w.kind }
func (w ways) Local() netip.AddrPort  { return netip.MustParseAddrPort(w.local) }
func (w ways) Remote() netip.AddrPort { return netip.MustParseAddrPort(w.remote) }
func (w ways) ServerName() string     { return w.asked }

// Signalling 7 and 8.
func TestWhatWeCallOurselves(t *testing.T) {
	const inside, outside = "10.0.0.9:40000", "203.0.113.7:40000"
	public := netip.MustParseAddr("198.51.100.1")
	for _, c := range []struct {
		name            string
		self            transport.Self
		flow            ways
		domain          string
		sentBy, contact string
	}{
		{
			"our address",
			transport.Self{},
			ways{kind: transport.UDP, local: "192.0.2.1:5060", remote: outside},
			"pbx.test",
			"192.0.2.1:5060", "<sip:192.0.2.1:5060>",
		},
		{
			"IPv6",
			transport.Self{},
			ways{kind: transport.TCP, local: "[2001:db8::1]:5060", remote: outside},
			"pbx.test",
			"[2001:db8::1]:5060", "<sip:[2001:db8::1]:5060;transport=tcp>",
		},
		{
			"IPv4 on a socket of both",
			transport.Self{},
			ways{kind: transport.UDP, local: "[::ffff:192.0.2.1]:5060", remote: outside},
			"",
			"192.0.2.1:5060", "<sip:192.0.2.1:5060>",
		},
		{
			"advertised to who is outside",
			transport.Self{Advertise: public},
			ways{kind: transport.UDP, local: "10.0.0.1:5060", remote: outside},
			"",
			"198.51.100.1:5060", "<sip:198.51.100.1:5060>",
		},
		{
			"not to who is inside",
			transport.Self{Advertise: public},
			ways{kind: transport.UDP, local: "10.0.0.1:5060", remote: inside},
			"",
			"10.0.0.1:5060", "<sip:10.0.0.1:5060>",
		},
		{
			"nor for a public one",
			transport.Self{Advertise: public},
			ways{kind: transport.UDP, local: "192.0.2.1:5060", remote: outside},
			"",
			"192.0.2.1:5060", "<sip:192.0.2.1:5060>",
		},
		{
			"the name that was asked for",
			transport.Self{Host: "other.test"},
			ways{kind: transport.TLS, local: "192.0.2.1:5061", remote: outside, asked: "sip.test"},
			"pbx.test",
			"sip.test:5061", "<sip:sip.test:5061;transport=tls>",
		},
		{
			"the name of the host",
			transport.Self{Host: "other.test"},
			ways{kind: transport.TLS, local: "192.0.2.1:5061", remote: outside},
			"pbx.test",
			"other.test:5061", "<sip:other.test:5061;transport=tls>",
		},
		{
			"the domain",
			transport.Self{},
			ways{kind: transport.TLS, local: "192.0.2.1:5061", remote: outside},
			"pbx.test",
			"pbx.test:5061", "<sip:pbx.test:5061;transport=tls>",
		},
		{
			"a host that is an address",
			transport.Self{Host: "2001:db8::2"},
			ways{kind: transport.TLS, local: "192.0.2.1:5061", remote: outside},
			"",
			"[2001:db8::2]:5061", "<sip:[2001:db8::2]:5061;transport=tls>",
		},
		{
			"no name at all",
			transport.Self{},
			ways{kind: transport.TLS, local: "192.0.2.1:5061", remote: outside},
			"",
			"192.0.2.1:5061", "<sip:192.0.2.1:5061;transport=tls>",
		},
	} {
		sentBy := c.self.SentBy(c.flow, c.domain)
		if contact := transport.Contact(c.flow, sentBy); sentBy != c.sentBy || contact != c.contact {
			t.Errorf("%s: %s, %s", c.name, sentBy, contact)
		}
	}
}
