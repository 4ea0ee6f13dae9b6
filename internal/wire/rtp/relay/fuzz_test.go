package relay

import (
	"net/netip"
	"testing"

	"ringfence/internal/wire/rtp"
	"ringfence/internal/wire/srtp"
)

// FuzzReceive gives a leg of each kind whatever a stranger, or a phone that went mad, could send.
func FuzzReceive(f *testing.F) {
	v := speaker{ssrc: 1, seq: 1, payload: 8}
	h, _ := hello("a")
	f.Add(v.next(), uint8(0), true)
	f.Add(h, uint8(2), true)
	f.Add(rtp.AppendSDES(rtp.AppendRR(nil, 7, &rtp.ReportBlock{SSRC: 7, LastSR: 5}), 7, "x"), uint8(1), false)
	f.Add(rtp.Event{Code: 5, End: true}.Append(v.next()), uint8(0), true)
	f.Fuzz(func(t *testing.T, b []byte, kind uint8, expected bool) {
		d := newDesk(t)
		s := both("10.0.0.2:5000")
		s.AddEvent(101)
		switch kind % 3 {
		case 1:
			s.SendKey, _ = key(srtp.AEADAES128)
			s.ReceiveKey = s.SendKey
		case 2:
			s.Verbatim = true
		}
		a, _ := d.leg(s)
		other, _ := d.leg(s)
		Join(a, other, through(8, 8, 101, 101), through(8, 8))
		d.turn()
		a.zrtp.confirmed, a.zrtp.verified, a.locked = kind%2 == 0, true, kind%2 == 0
		from := "10.0.0.2:5000"
		if !expected {
			from = "203.0.113.66:9"
		}
		for _, control := range []bool{false, true} {
			buffer := make([]byte, min(len(b), maxDatagram-roomBehind), maxDatagram)
			copy(buffer, b)
			a.receive(buffer, netip.MustParseAddrPort(from), control, d.now)
		}
		d.turn()
		if c := a.Counts(); c.ReceivedBytes > uint64(2*len(b)) || other.Counts().SentBytes > uint64(2*len(b)) {
			t.Errorf("counted %+v of %d bytes", c, len(b))
		}
		if !expected && len(taken(other)) != 0 {
			t.Error("a stranger's packet passed")
		}
	})
}
