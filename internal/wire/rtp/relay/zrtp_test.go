package relay

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// zrtp makes a ZRTP packet.
func zrtp(kind string, body string) []byte {
	m := append([]byte{0x50, 0x5a, 0, 0}, kind...)
	m = append(m, body...)
	for len(m)%4 != 0 {
		m = append(m, 0)
	}
	binary.BigEndian.PutUint16(m[2:], uint16(len(m)/4))
	b := append([]byte{0x10, 0, 0, 1, 'Z', 'R', 'T', 'P', 0, 0, 0, 5}, m...)
	return append(b, 0, 0, 0, 0)
}

func hello(name string) (packet []byte, hash [32]byte) {
	packet = zrtp("Hello   ", "1.10 "+name)
	return packet, sha256.Sum256(packet[12 : len(packet)-4])
}

type zrtpPair struct {
	d              *desk
	a, b           *Leg
	eventsA        *[]Event
	eventsB        *[]Event
	helloA, helloB []byte
}

const (
	phoneA = "198.51.100.1:7000"
	phoneB = "198.51.100.2:7000"
)

func newZRTPPair(t *testing.T) *zrtpPair {
	p := &zrtpPair{d: newDesk(t)}
	one, two := both("192.168.1.1:7000"), both("192.168.1.2:7000")
	one.Verbatim, two.Verbatim = true, true
	p.helloA, one.Hash = hello("a")
	p.helloB, two.Hash = hello("b")
	p.a, p.eventsA = p.d.leg(one)
	p.b, p.eventsB = p.d.leg(two)
	Join(p.a, p.b, NewRoute(), NewRoute())
	p.d.turn()
	return p
}

// agree runs the key agreement that A begins.
func (p *zrtpPair) agree() {
	p.d.give(p.a, p.helloA, phoneA)
	p.d.give(p.b, p.helloB, phoneB)
	p.d.give(p.b, zrtp("HelloACK", ""), phoneB)
	p.d.give(p.a, zrtp("Commit  ", "x"), phoneA)
	p.d.give(p.b, zrtp("DHPart1 ", "x"), phoneB)
	p.d.give(p.a, zrtp("DHPart2 ", "x"), phoneA)
	p.d.give(p.b, zrtp("Confirm1", "x"), phoneB)
	p.d.give(p.a, zrtp("Confirm2", "x"), phoneA)
	p.d.give(p.b, zrtp("Conf2ACK", ""), phoneB)
}

func has(events *[]Event, k EventKind) bool {
	for _, e := range *events {
		if e.Kind == k {
			return true
		}
	}
	return false
}

// Signalling rule 21: packets pass as they are, but nothing except key agreement before both phones confirmed it.
func TestAZRTPCallPassesVerbatimOnceConfirmed(t *testing.T) {
	p := newZRTPPair(t)
	v := &speaker{ssrc: 0xabcd, seq: 50000, timestamp: 7, payload: 96}
	speak := func(from string) int {
		p.d.give(p.a, v.next(), from)
		return len(taken(p.b))
	}
	if speak(phoneA) != 0 || speak("192.168.1.1:7000") != 0 {
		t.Error("media passed before any agreement")
	}
	p.d.give(p.a, p.helloA, phoneA)
	if sent := taken(p.b); len(sent) != 1 || !bytes.Equal(sent[0].b, p.helloA) ||
		sent[0].to != netip.MustParseAddrPort("192.168.1.2:7000") {
		t.Fatalf("the Hello was sent as %v", sent)
	}
	p.agree()
	taken(p.b)
	if !has(p.eventsA, ZRTPConfirmed) || !has(p.eventsB, ZRTPConfirmed) {
		t.Fatal("not confirmed")
	}
	want := v.next()
	p.d.give(p.a, want, phoneA)
	sent := taken(p.b)
	if len(sent) != 1 || !bytes.Equal(sent[0].b, want) || sent[0].to != netip.MustParseAddrPort(phoneB) {
		t.Errorf("sent %v", sent)
	}
	if speak("198.51.100.66:7000") != 0 {
		t.Error("a stranger's packet passed")
	}
	if p.d.pass(11 * time.Second); has(p.eventsA, ZRTPNotConfirmed) {
		t.Error("told of no agreement after one")
	}
	if len(takenControl(p.a)) != 0 || len(takenControl(p.b)) != 0 {
		t.Error("a verbatim leg spoke RTCP of its own")
	}
}

func TestAZRTPCallIsRefusedWithoutProperAgreement(t *testing.T) {
	for name, run := range map[string]func(*zrtpPair){
		"nothing at all": func(*zrtpPair) {},
		"a Hello that was not promised": func(p *zrtpPair) {
			p.helloB = zrtp("Hello   ", "1.10 someone else")
			p.agree()
		},
		"an acknowledgement alone": func(p *zrtpPair) {
			p.d.give(p.a, p.helloA, phoneA)
			p.d.give(p.b, p.helloB, phoneB)
			p.d.give(p.b, zrtp("Conf2ACK", ""), phoneB)
		},
		"both sides of one phone": func(p *zrtpPair) {
			p.d.give(p.a, p.helloA, phoneA)
			p.d.give(p.b, p.helloB, phoneB)
			for _, kind := range []string{"Commit  ", "Confirm1", "Confirm2", "Conf2ACK"} {
				p.d.give(p.b, zrtp(kind, "x"), phoneB)
			}
		},
		"an acknowledgement from elsewhere": func(p *zrtpPair) {
			p.d.give(p.a, p.helloA, phoneA)
			p.d.give(p.b, p.helloB, phoneB)
			p.d.give(p.a, zrtp("Commit  ", "x"), phoneA)
			p.d.give(p.b, zrtp("Confirm1", "x"), phoneB)
			p.d.give(p.a, zrtp("Confirm2", "x"), phoneA)
			p.d.give(p.b, zrtp("Conf2ACK", ""), "203.0.113.66:9")
		},
	} {
		p := newZRTPPair(t)
		run(p)
		taken(p.a)
		taken(p.b)
		v := &speaker{ssrc: 1, seq: 1, payload: 8}
		for range 10 {
			p.d.give(p.a, v.next(), phoneA)
			p.d.give(p.b, v.next(), phoneB)
		}
		if len(taken(p.a)) != 0 || len(taken(p.b)) != 0 {
			t.Errorf("%s: media passed", name)
		}
		if p.d.pass(9 * time.Second); has(p.eventsA, ZRTPNotConfirmed) {
			t.Errorf("%s: told too early", name)
		}
		p.d.pass(2 * time.Second)
		if !has(p.eventsA, ZRTPNotConfirmed) || !has(p.eventsB, ZRTPNotConfirmed) || has(p.eventsA, ZRTPConfirmed) {
			t.Errorf("%s: events %v and %v", name, *p.eventsA, *p.eventsB)
		}
	}
}

func TestTheFirstHelloFixesTheAddress(t *testing.T) {
	p := newZRTPPair(t)
	p.d.give(p.a, p.helloA, phoneA)
	p.d.give(p.a, p.helloA, "203.0.113.66:9") // overheard and repeated
	taken(p.a)
	p.d.give(p.b, p.helloB, phoneB)
	if sent := taken(p.a); len(sent) != 1 || sent[0].to != netip.MustParseAddrPort(phoneA) {
		t.Errorf("sent %v", sent)
	}
}
