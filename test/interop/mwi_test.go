package interop

import (
	"testing"

	"ringfence/test/interop/peer"
)

// A real phone asks what waits for it: a baresip over TLS, and one over UDP, where each request shows its digest.
func TestAPhoneOfAnotherMakeIsToldWhatWaits(t *testing.T) {
	t.Parallel()
	s := start(t, peer.ServerConfig{})
	anna, ben := two(t, s, map[string]any{"security": "any"})
	for _, c := range []struct {
		who           peer.Account
		at, transport string
	}{{anna, s.Ready.SIPTLS, "tls"}, {ben, s.Ready.SIPUDP, "udp"}} {
		b := peer.StartBaresip(t, peer.BaresipConfig{
			User: c.who.SIPUsername, Password: c.who.Secrets.SIPPassword, Domain: c.who.Domain,
			Outbound: "sip:" + c.at + ";transport=" + c.transport, Transport: c.transport, Codecs: "pcma", Hz: 440,
			CAFile: s.CAFile(), DNS: peer.ServeDNS(t, [4]byte{127, 0, 0, 1}), MWI: true,
		})
		b.Registered(t)
		b.Waiting(t, 0, 0)
	}
}
