package relay

import (
	"net/netip"
	"testing"
	"time"

	"ringfence/internal/wire/srtp"
)

// heard is how many packets of a the other leg got.
func heard(d *desk, a, b *Leg, v *speaker, from string, packets int) int {
	for range packets {
		d.give(a, v.next(), from)
	}
	return len(taken(b))
}

// Signalling rule 23 against RTP bleed: who is not expected is neither heard nor answered.
func TestPlainMediaComesFromTheExpectedPlaceOnly(t *testing.T) {
	d := newDesk(t)
	s := both("192.168.1.2:5000") // a phone behind NAT signals its private address
	s.Peer = netip.MustParseAddr("198.51.100.7")
	a, events := d.leg(s)
	b, _ := d.leg(both("10.0.0.3:5000"))
	Join(a, b, through(8, 8), through(8, 8))
	d.turn()
	phone, attacker := &speaker{ssrc: 1, seq: 1, payload: 8}, &speaker{ssrc: 66, seq: 1, payload: 8}
	for _, step := range []struct {
		name    string
		v       *speaker
		from    string
		packets int
		passed  int
	}{
		{"a stranger before", attacker, "203.0.113.66:9", 20, 0},
		{"two packets from the phone's address", phone, "198.51.100.7:31000", 2, 0},
		{"the same address with another stream", attacker, "198.51.100.7:31000", 1, 0},
		{"the phone, until three in a row", phone, "198.51.100.7:31000", 3, 1},
		{"the phone goes on", phone, "198.51.100.7:31000", 5, 5},
		{"a stranger after", attacker, "203.0.113.66:9", 20, 0},
		{"another port of the phone's address", attacker, "198.51.100.7:31001", 20, 0},
		{"the signalled address, which was not used", attacker, "192.168.1.2:5000", 20, 0},
	} {
		if n := heard(d, a, b, step.v, step.from, step.packets); n != step.passed {
			t.Errorf("%s: %d passed", step.name, n)
		}
	}
	want := netip.MustParseAddrPort("198.51.100.7:31000")
	if a.Counts().Remote != want || len(*events) != 1 || (*events)[0] != (Event{Kind: Latched, Addr: want}) {
		t.Errorf("remote %v, events %v", a.Counts().Remote, *events)
	}
	// Only signalling opens the leg again.
	a.Configure(s)
	d.turn()
	if n := heard(d, a, b, attacker, "198.51.100.7:31001", 5); n != 0 {
		t.Errorf("the same description opened the leg: %d", n)
	}
	s.Remote = netip.MustParseAddrPort("192.168.1.2:6000")
	a.Configure(s)
	d.turn()
	if n := heard(d, a, b, phone, "198.51.100.7:32000", 5); n != 3 {
		t.Errorf("after new signalling %d passed", n)
	}
}

func TestTheSignalledAddressPassesAtOnce(t *testing.T) {
	d := newDesk(t)
	a, _ := d.leg(both("10.0.0.2:5000"))
	b, _ := d.leg(both("10.0.0.3:5000"))
	Join(a, b, through(8, 8), through(8, 8))
	d.turn()
	if n := heard(d, a, b, &speaker{ssrc: 1, seq: 1, payload: 8}, "10.0.0.2:5000", 1); n != 1 {
		t.Errorf("%d passed", n)
	}
}

func TestNothingIsSentToGroupsOrNowhere(t *testing.T) {
	d := newDesk(t)
	for _, to := range []string{"224.0.0.5:5000", "0.0.0.0:5000", "[ff02::1]:5000", "10.0.0.2:0", "[2001:db8::1]:5000"} {
		l, _ := d.leg(both(to))
		l.Play(frames(1), 8, nil)
		d.pass(time.Second)
		if n := len(taken(l)); n != 0 {
			t.Errorf("%s: %d packets", to, n)
		}
		l.Close()
	}
}

func secureLeg(d *desk) (*Leg, *[]Event, *speaker) {
	mine, theirs := key(srtp.AESCM128)
	s := both("192.168.1.2:5000")
	s.SendKey, s.ReceiveKey = mine, mine
	l, events := d.leg(s)
	return l, events, &speaker{ssrc: 1, seq: 1, payload: 8, key: theirs}
}

// Signalling rule 23 for SRTP: only a packet that authenticates moves the leg.
func TestSecureMediaMovesOnlyWithAuthenticPackets(t *testing.T) {
	d := newDesk(t)
	a, _, phone := secureLeg(d)
	b, _ := d.leg(both("10.0.0.3:5000"))
	Join(a, b, through(8, 8), through(8, 8))
	d.turn()
	remote := func(what, want string) {
		t.Helper()
		if got := a.Counts().Remote; got != netip.MustParseAddrPort(want) {
			t.Errorf("%s: media goes to %v", what, got)
		}
	}
	remote("at first", "192.168.1.2:5000")
	first := phone.next()
	d.give(a, first, "198.51.100.7:31000")
	remote("after an authentic packet", "198.51.100.7:31000")

	d.give(a, first, "203.0.113.66:9")
	remote("after a replayed packet", "198.51.100.7:31000")

	forged := phone.next()
	kept := append([]byte(nil), forged...)
	forged[14] ^= 1
	d.give(a, forged, "203.0.113.66:9")
	for i := range 100 {
		plain := speaker{ssrc: uint32(i), seq: uint16(i * 600), payload: 8}
		d.give(a, append(plain.next(), make([]byte, 10)...), "203.0.113.66:9")
	}
	remote("after forged packets", "198.51.100.7:31000")
	if n := len(taken(b)); n != 1 {
		t.Errorf("%d packets passed", n)
	}

	late := phone.next()
	d.give(a, phone.next(), "100.64.3.3:40000")
	remote("after the phone moved", "100.64.3.3:40000")
	d.give(a, late, "198.51.100.7:31000")
	d.give(a, kept, "198.51.100.7:31000")
	remote("after late packets from where it was", "100.64.3.3:40000")
	if n := len(taken(b)); n != 3 {
		t.Errorf("%d packets passed after the move", n)
	}
	if c := a.Counts(); c.Forged != 102 {
		t.Errorf("%d forged", c.Forged)
	}
}

func TestAPhoneMayChangeItsKeyOnHold(t *testing.T) {
	d := newDesk(t)
	a, _, phone := secureLeg(d)
	b, _ := d.leg(both("10.0.0.3:5000"))
	Join(a, b, through(8, 8), through(8, 8))
	d.turn()
	phone.seq = 65530
	if n := heard(d, a, b, phone, "192.168.1.2:5000", 20); n != 20 {
		t.Fatalf("%d heard before", n)
	}
	// Held with the same key: the counter goes on, though the stream pauses.
	held := a.set
	held.Send = false
	a.Configure(held)
	d.turn()
	held.Send = true
	a.Configure(held)
	d.turn()
	if n := heard(d, a, b, phone, "192.168.1.2:5000", 20); n != 20 {
		t.Errorf("%d heard with the same key", n)
	}
	// Held with a new key: it begins at zero, and the old one is heard for a moment.
	fresh, theirs := key(srtp.AEADAES128)
	rekeyed := held
	rekeyed.ReceiveKey = fresh
	late := phone.next()
	a.Configure(rekeyed)
	d.turn()
	again := &speaker{ssrc: 1, seq: phone.seq, timestamp: phone.timestamp, payload: 8, key: theirs}
	if n := heard(d, a, b, again, "192.168.1.2:5000", 20); n != 20 {
		t.Errorf("%d heard with a new key", n)
	}
	d.give(a, late, "192.168.1.2:5000")
	if n := len(taken(b)); n != 1 {
		t.Errorf("%d heard of the old key", n)
	}
	d.now = d.now.Add(srtp.Overlap)
	if n := heard(d, a, b, phone, "192.168.1.2:5000", 5); n != 0 {
		t.Errorf("%d heard of the old key, too late", n)
	}
}
