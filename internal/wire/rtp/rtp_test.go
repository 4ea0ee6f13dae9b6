package rtp

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestHeaders(t *testing.T) {
	plain := []byte{0x80, 0x88, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 'x', 'y'}
	for name, c := range map[string]struct {
		packet  []byte
		payload string
		ok      bool
	}{
		"plain":                {plain, "xy", true},
		"with padding":         {[]byte{0xa0, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 'x', 0, 2}, "x", true},
		"with a source":        {[]byte{0x81, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 9, 9, 9, 'x'}, "x", true},
		"with an extension":    {[]byte{0x90, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1, 1, 2, 3, 4, 'x'}, "x", true},
		"without payload":      {plain[:12], "", true},
		"too short":            {plain[:11], "", false},
		"another version":      {append([]byte{0x40}, plain[1:]...), "", false},
		"source cut off":       {[]byte{0x81, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9}, "", false},
		"extension cut off":    {[]byte{0x90, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1}, "", false},
		"extension too long":   {[]byte{0x90, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0xff, 0xff, 1}, "", false},
		"padding of nothing":   {[]byte{0xa0, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 'x', 0}, "", false},
		"padding that is more": {[]byte{0xa0, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 'x', 9}, "", false},
	} {
		h, ok := Parse(c.packet)
		if ok != c.ok || ok && string(c.packet[h.Begin:h.End]) != c.payload {
			t.Errorf("%s: %+v %v", name, h, ok)
		}
	}
	h, _ := Parse(plain)
	want := Header{Marker: true, Payload: 8, Sequence: 1, Timestamp: 2, SSRC: 3, Begin: 12, End: 14}
	if h != want {
		t.Errorf("header %+v", h)
	}
	b := make([]byte, 12)
	if h.Put(b); !bytes.Equal(b, plain[:12]) {
		t.Errorf("put %x", b)
	}
}

func TestKindsOfDatagrams(t *testing.T) {
	for name, c := range map[string]struct {
		first []byte
		kind  Kind
	}{
		"RTP":               {[]byte{0x80, 0x08}, Media},
		"RTP with a marker": {[]byte{0x80, 0x88}, Media},
		"sender report":     {[]byte{0x80, 200}, Control},
		"feedback":          {[]byte{0x81, 206}, Control},
		"STUN":              {[]byte{0, 1}, STUN},
		"DTLS":              {[]byte{22, 0xfe}, Unknown},
		"almost ZRTP":       {[]byte{0x10, 0}, Unknown},
	} {
		if got := KindOf(append(c.first, make([]byte, 20)...)); got != c.kind {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := KindOf([]byte{0x80}); got != Unknown {
		t.Errorf("a short one: %v", got)
	}
	if got := KindOf([]byte("\x10\x00\x00\x01ZRTP\x00\x00\x00\x01")); got != Keying {
		t.Errorf("ZRTP: %v", got)
	}
}

func TestReceptionFollowsWrapsAndDropsDuplicates(t *testing.T) {
	var s Source
	begin, v := s.Update(65530)
	if v != Restarted {
		t.Fatal(v)
	}
	for i := 1; i < 20; i++ {
		index, v := s.Update(uint16(65530 + i))
		if v != Accepted || index != begin+uint64(i) || !s.Newest(index) {
			t.Fatalf("packet %d: %d %v", i, index-begin, v)
		}
	}
	if _, v := s.Update(65535); v != Duplicate {
		t.Errorf("a duplicate: %v", v)
	}
	if _, v := s.Update(20); v != Accepted || s.Lost() != 6 {
		t.Errorf("a gap: %v, %d lost", v, s.Lost())
	}
	if index, v := s.Update(15); v != Accepted || s.Newest(index) || s.Lost() != 5 {
		t.Errorf("a late one: %v, %d lost", v, s.Lost())
	}
	b := s.Report()
	if b.Highest != 20+1<<16 || b.Lost != 5 || b.Fraction != uint8(5*256/27) {
		t.Errorf("report %+v", b)
	}
}

func TestAJumpNeedsTwoPackets(t *testing.T) {
	var s Source
	first, _ := s.Update(100)
	if _, v := s.Update(20000); v != Strayed {
		t.Errorf("one stray: %v", v)
	}
	if index, v := s.Update(101); v != Accepted || index != first+1 {
		t.Errorf("the stream goes on: %v", v)
	}
	s.Update(20000)
	if _, v := s.Update(20001); v != Restarted || s.Received != 1 {
		t.Errorf("two in sequence: %v", v)
	}
}

func TestJitterGrowsWithUnevenArrivals(t *testing.T) {
	var even, uneven Source
	for i := range uint32(200) {
		even.Arrived(i*160, 5000+i*160)
		uneven.Arrived(i*160, 5000+i*160+80*(i%2))
	}
	if even.Jitter() != 0 || uneven.Jitter() < 70 || uneven.Jitter() > 80 {
		t.Errorf("jitter %d and %d", even.Jitter(), uneven.Jitter())
	}
}

func TestReportsAreReadAsTheyWereWritten(t *testing.T) {
	at := time.Date(2026, 11, 23, 1, 2, 3, 500e6, time.UTC)
	info := SenderInfo{NTP: NTP(at), Timestamp: 77, Packets: 10, Octets: 1600}
	block := ReportBlock{SSRC: 9, Fraction: 3, Lost: -2, Highest: 1 << 17, Jitter: 5, LastSR: 6, Delay: 7}
	b := AppendSR(nil, 4, info, &block)
	b = AppendSDES(b, 4, "abc")
	b = AppendBYE(b, 4)
	if len(b)%4 != 0 {
		t.Fatalf("%d bytes", len(b))
	}
	var r Reports
	if !ParseRTCP(b, 9, &r) {
		t.Fatal("unreadable")
	}
	if r.Sender != 4 || !r.HasInfo || r.Info != info || !r.HasBlock || r.Block != block || !r.Bye ||
		string(r.CName[:r.CNameBytes]) != "abc" {
		t.Errorf("read %+v", r)
	}
	if !ParseRTCP(AppendSDES(AppendRR(nil, 4, nil), 4, strings.Repeat("x", 300)), 9, &r) || r.HasInfo || r.HasBlock {
		t.Errorf("receiver report: %+v", r)
	}
	if info.NTP>>32 != 2208988800+uint64(at.Unix()) || uint32(info.NTP) != 1<<31 {
		t.Errorf("NTP %x", info.NTP)
	}
}

func TestWhatIsNoRTCP(t *testing.T) {
	good := AppendRR(nil, 4, &ReportBlock{SSRC: 9})
	var r Reports
	for name, b := range map[string][]byte{
		"nothing":                    nil,
		"a description first":        AppendSDES(nil, 4, "x"),
		"a length beyond the packet": append(bytes.Clone(good[:3]), append([]byte{200}, good[4:]...)...),
		"more blocks than bytes":     append([]byte{0x9f}, good[1:]...),
		"rubbish behind":             append(bytes.Clone(good), 0x80, 200),
		"another version":            append([]byte{0x41}, good[1:]...),
	} {
		if ParseRTCP(b, 9, &r) {
			t.Errorf("%s was read: %+v", name, r)
		}
	}
}

func TestTelephoneEvents(t *testing.T) {
	e := Event{Code: 11, End: true, Volume: 10, Duration: 800}
	b := e.Append(nil)
	got, ok := ParseEvent(b)
	if !ok || got != e || got.Digit() != '#' {
		t.Errorf("%+v %v", got, ok)
	}
	if _, ok := ParseEvent(b[:3]); ok {
		t.Error("a short one was read")
	}
	for _, d := range []byte("0123456789*#ABCDF") {
		code, ok := EventCode(d)
		if !ok || (Event{Code: code}).Digit() != d {
			t.Errorf("key %c", d)
		}
	}
	if (Event{Code: 70}).Digit() != 0 {
		t.Error("an event that is no key became one")
	}
}

// zrtpPacket makes a ZRTP packet of a message type block and its body.
func zrtpPacket(kind string, body []byte) []byte {
	m := append([]byte{0x50, 0x5a, 0, 0}, kind...)
	m = append(m, body...)
	binary.BigEndian.PutUint16(m[2:], uint16(len(m)/4))
	b := append([]byte{0x10, 0, 0, 1, 'Z', 'R', 'T', 'P', 0, 0, 0, 5}, m...)
	return append(b, 0, 0, 0, 0)
}

func TestTheHelloThatWasPromised(t *testing.T) {
	hello := zrtpPacket("Hello   ", make([]byte, 88))
	sum := sha256.Sum256(hello[12 : len(hello)-4])
	promised, ok := ParseZRTPHash("1.10 " + hex.EncodeToString(sum[:]))
	if !ok {
		t.Fatal("hash not read")
	}
	m, ok := ParseZRTP(hello)
	if !ok || m.Type != ZRTPHello || !promised.Verifies(m) {
		t.Errorf("hello: %v %v", m.Type, ok)
	}
	hello[40] ^= 1
	if m, _ = ParseZRTP(hello); promised.Verifies(m) {
		t.Error("a changed Hello was verified")
	}
	if m, ok = ParseZRTP(zrtpPacket("Conf2ACK", nil)); !ok || m.Type != ZRTPConf2ACK {
		t.Errorf("Conf2ACK: %v %v", m.Type, ok)
	}
	for name, value := range map[string]string{
		"no version": strings.Repeat("0", 64), "short": "1.10 00", "no hex": "1.10 " + strings.Repeat("x", 64), "empty": "",
		"another version": "2.00 " + strings.Repeat("0", 64),
	} {
		if _, ok := ParseZRTPHash(value); ok {
			t.Errorf("%s: read", name)
		}
	}
}

func FuzzDatagram(f *testing.F) {
	f.Add([]byte{0x90, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xbe, 0xde, 0, 1, 1, 2, 3, 4, 'x'})
	f.Add(AppendSDES(AppendSR(nil, 4, SenderInfo{}, &ReportBlock{SSRC: 9}), 4, "abc"))
	f.Add(zrtpPacket("Hello   ", make([]byte, 88)))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, ok := Parse(b); ok && (h.Begin > h.End || h.End > len(b)) {
			t.Errorf("payload %d to %d of %d", h.Begin, h.End, len(b))
		}
		var r, again Reports
		if ParseRTCP(b, 9, &r) && (!ParseRTCP(b, 9, &again) || !reflect.DeepEqual(r, again)) {
			t.Error("read differently")
		}
		if m, ok := ParseZRTP(b); ok && len(m.Bytes) > len(b) {
			t.Error("message beyond its packet")
		}
		ParseEvent(b)
		KindOf(b)
	})
}
