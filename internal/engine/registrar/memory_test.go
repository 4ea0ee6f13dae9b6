package registrar

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// The goal is a whole server of 122 MB with 100,000 bindings; a collector that lets the heap double before it runs
// leaves half of that, and the rest of the server needs some.
func TestABindingIsSmall(t *testing.T) {
	const n, limit = 20_000, 460 // octets each
	r := New(Config{Flows: udpFlows{}})
	b := &bench{t: t, r: r}
	defer b.close()
	before := heap()
	for i := range n {
		owner := Owner{
			Organization: 1, User: pbx.UserID(i + 1), Device: pbx.DeviceID(i + 1), Line: pbx.LineID(i + 1),
			SIPUsername: "x", MaxBindings: 5,
		}
		remote := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 5060)
		m := new(sip.Message)
		text := fmt.Sprintf("REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKx\r\n"+
			"From: <sip:u%d@example.com>;tag=f\r\nTo: <sip:u%d@example.com>\r\nCall-ID: %032d@10.0.0.1\r\nCSeq: 1 REGISTER\r\n"+
			"Contact: <sip:u%d@%s;transport=udp>;+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-%012d>\"\r\n"+
			"User-Agent: Desk Phone T46U 108.86.0.20\r\n\r\n", remote, i, i, i, i, remote, i)
		if err := m.Parse([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if a, _ := r.Register(Request{Owner: owner, Flow: newFlow(transport.UDP, remote), Msg: m}); a.Code != 200 {
			t.Fatal(a)
		}
	}
	each := (heap() - before) / n
	t.Logf("%d octets a binding", each)
	if each > limit || r.Count() != n {
		t.Errorf("%d bindings of %d octets, want at most %d", r.Count(), each, limit)
	}
	runtime.KeepAlive(r)
}

func heap() uint64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}
