package sdp

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.ReplaceAll(string(b), "\n", "\r\n"))
}

func parse(t *testing.T, text string) *Session {
	t.Helper()
	s, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRealOffersPrintAsTheyWere(t *testing.T) {
	for _, name := range []string{"baresip-srtp-mand.sdp", "linphone-zrtp.sdp", "desk-phone-hold.sdp"} {
		text := read(t, name)
		s, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := s.String(); got != string(text) {
			// What only describes the schedule is printed in its plainest form; these offers have nothing else.
			t.Errorf("%s printed as\n%s", name, got)
		}
	}
}

func TestWhatBaresipOffers(t *testing.T) {
	s, err := Parse(read(t, "baresip-srtp-mand.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	m := &s.Media[0]
	want := []Format{
		{Payload: 96, Name: "opus", ClockRate: 48000, Channels: 2, Params: "stereo=1;sprop-stereo=1"},
		{Payload: 9, Name: "G722", ClockRate: 8000, Channels: 1},
		{Payload: 0, Name: "PCMU", ClockRate: 8000, Channels: 1},
		{Payload: 8, Name: "PCMA", ClockRate: 8000, Channels: 1},
		{Payload: 101, Name: "telephone-event", ClockRate: 8000, Channels: 1, Params: "0-15"},
	}
	if got := m.RTPFormats(); !reflect.DeepEqual(got, want) {
		t.Errorf("formats %+v", got)
	}
	if !m.Secure() || m.Plain() || len(m.All("crypto")) != 2 || m.RTCPMux() || s.DirectionOf(m) != SendRecv {
		t.Errorf("line %+v", m)
	}
	if ip, port := s.RTCPOf(m); port != 12045 || ip != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("rtcp %v %d", ip, port)
	}
}

func TestWhatADeskPhoneMeansByHold(t *testing.T) {
	s, err := Parse(read(t, "desk-phone-hold.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	m := &s.Media[0]
	if d := s.DirectionOf(m); d != SendOnly {
		t.Errorf("direction %v", d)
	}
	if ip, port := s.RTCPOf(m); port != 11781 || ip != netip.MustParseAddr("10.20.30.41") {
		t.Errorf("rtcp %v %d", ip, port)
	}
	if got := len(m.RTPFormats()); got != 4 {
		t.Errorf("%d formats", got)
	}
}

func TestStaticFormatsNeedNoRTPMap(t *testing.T) {
	s := parse(t, "v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nc=IN IP4 10.0.0.1\nt=0 0\nm=audio 4000 RTP/AVP 0 8 9 18 13 77 96\n"+
		"a=rtpmap:96 broken\na=fmtp:18 annexb=no\n")
	var names []string
	for _, f := range s.Media[0].RTPFormats() {
		names = append(names, f.Name+f.Params)
	}
	if got := strings.Join(names, " "); got != "PCMU PCMA G722 G729annexb=no CN" {
		t.Errorf("formats %q", got)
	}
}

const head = "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\n"

func TestWhatIsMalformed(t *testing.T) {
	long := strings.Repeat("x", MaxLine)
	for name, text := range map[string]string{
		"nothing":                  "",
		"another version":          "v=1\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\n",
		"origin missing":           "v=0\r\ns=-\r\nt=0 0\r\n",
		"origin too short":         "v=0\r\no=- 1 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\n",
		"origin with letters":      "v=0\r\no=- a 1 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\n",
		"no time":                  head + "c=IN IP4 10.0.0.1\r\n",
		"media without connection": head + "t=0 0\r\nm=audio 4000 RTP/AVP 0\r\n",
		"unknown letter":           head + "t=0 0\r\nx=1\r\n",
		"time inside media":        head + "c=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\nt=0 0\r\n",
		"no equals sign":           head + "t 0 0\r\n",
		"an empty line":            head + "\r\nt=0 0\r\n",
		"a null byte":              head + "t=0 0\r\na=x:\x00\r\n",
		"a lone carriage return":   head + "t=0 0\r\na=x:\ry\r\n",
		"bytes that are no text":   head + "t=0 0\r\na=x:\xff\r\n",
		"port out of range":        head + "c=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 70000 RTP/AVP 0\r\n",
		"several ports":            head + "c=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000/2 RTP/AVP 0\r\n",
		"no formats":               head + "c=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP\r\n",
		"multicast with a scope":   head + "c=IN IP4 224.2.1.1/127\r\nt=0 0\r\n",
		"an unknown network":       head + "c=ATM IP4 10.0.0.1\r\nt=0 0\r\n",
		"an address with a zone":   head + "c=IN IP6 fe80::1%eth0\r\nt=0 0\r\n",
		"a line that is too long":  head + "t=0 0\r\na=" + long + "\r\n",
		"too many media":           head + "c=IN IP4 10.0.0.1\r\nt=0 0\r\n" + strings.Repeat("m=audio 0 RTP/AVP 0\r\n", MaxMedia+1),
		"too many attributes":      head + "t=0 0\r\n" + strings.Repeat("a=x\r\n", MaxAttributes+1),
		"too many formats":         head + "t=0 0\r\nm=audio 0 RTP/AVP" + strings.Repeat(" 0", MaxFormats+1) + "\r\n",
		"too large":                head + "t=0 0\r\n" + strings.Repeat("a=x:"+long[:1000]+"\r\n", 40),
		"bandwidth without number": head + "b=AS:\r\nt=0 0\r\n",
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrSyntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsTolerated(t *testing.T) {
	for name, text := range map[string]string{
		"line feeds alone":             "v=0\no=- 1 1 IN IP4 10.0.0.1\ns=-\nt=0 0\n",
		"no line end at the end":       head + "t=0 0",
		"an empty name":                "v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=\r\nt=0 0\r\n",
		"bandwidth before connection":  head + "b=AS:64\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n",
		"a version larger than 64 bit": "v=0\r\no=- 1 99999999999999999999999 IN IP4 10.0.0.1\r\ns=-\r\nt=0 0\r\n",
		"a host name":                  head + "c=IN IP4 phone.example.com\r\nt=0 0\r\n",
		"lines for people":             head + "i=x\r\nu=y\r\ne=z\r\np=1\r\nt=0 0\r\nr=1 2 3\r\nz=0 0\r\nk=prompt\r\n",
		"one port, counted":            head + "c=IN IP4 10.0.0.1\r\nt=0 0\r\nm=audio 4000/1 RTP/AVP 0\r\n",
	} {
		if _, err := Parse([]byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryStateAndEvent(t *testing.T) {
	type row struct {
		to  State
		err error
	}
	table := map[State]map[Event]row{
		Stable: {
			SendOffer: {LocalOffer, nil}, ReceiveOffer: {RemoteOffer, nil}, SendAnswer: {Stable, ErrNoOffer},
			ReceiveAnswer: {Stable, ErrNoOffer}, Rollback: {Stable, nil}, Reopen: {LocalOffer, nil},
		},
		LocalOffer: {
			SendOffer: {LocalOffer, ErrGlare}, ReceiveOffer: {LocalOffer, ErrGlare}, SendAnswer: {LocalOffer, ErrNoOffer},
			ReceiveAnswer: {Stable, nil}, Rollback: {Stable, nil}, Reopen: {LocalOffer, ErrGlare},
		},
		RemoteOffer: {
			SendOffer: {RemoteOffer, ErrGlare}, ReceiveOffer: {RemoteOffer, ErrGlare}, SendAnswer: {Stable, nil},
			ReceiveAnswer: {RemoteOffer, ErrNoOffer}, Rollback: {Stable, nil}, Reopen: {RemoteOffer, ErrGlare},
		},
	}
	for from, events := range table {
		for event, want := range events {
			if to, err := Next(from, event); to != want.to || !errors.Is(err, want.err) {
				t.Errorf("%v and event %d: %v, %v", from, event, to, err)
			}
		}
	}
}

func TestAnswerDirections(t *testing.T) {
	for _, c := range []struct{ offered, wanted, answer Direction }{
		{SendRecv, SendRecv, SendRecv},
		{SendOnly, SendRecv, RecvOnly},
		{RecvOnly, SendRecv, SendOnly},
		{Inactive, SendRecv, Inactive},
		{SendRecv, SendOnly, SendOnly},
		{SendOnly, SendOnly, Inactive},
		{RecvOnly, SendOnly, SendOnly},
		{SendRecv, Inactive, Inactive},
	} {
		if got := AnswerDirection(c.offered, c.wanted); got != c.answer {
			t.Errorf("%v offered, %v wanted: %v", c.offered, c.wanted, got)
		}
	}
}

func TestARefusedLineStaysInItsPlace(t *testing.T) {
	m := Media{Type: "video", Port: 9078, Proto: "RTP/AVP", Formats: []string{"97"}, Attributes: []Attribute{{"rtpmap", "97 VP8/90000"}}}
	s := Session{Connection: Address{"IP4", "10.0.0.1"}, Media: []Media{Refuse(&m)}}
	if !strings.HasSuffix(s.String(), "m=video 0 RTP/AVP 97\r\n") {
		t.Errorf("printed %s", s.String())
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"baresip-srtp-mand.sdp", "linphone-zrtp.sdp", "desk-phone-hold.sdp"} {
		f.Add(read(f, name))
	}
	f.Add([]byte(head + "t=0 0\r\nm=audio 0 RTP/AVP 0\r\na=rtcp:9 IN IP6 ::1\r\na=sendonly\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			return
		}
		for i := range s.Media {
			m := &s.Media[i]
			m.RTPFormats()
			s.RTCPOf(m)
			s.DirectionOf(m)
		}
		printed := s.String()
		again, err := Parse([]byte(printed))
		if err != nil {
			t.Fatalf("own print is malformed: %v\n%s", err, printed)
		}
		if second := again.String(); second != printed {
			t.Fatalf("printed differently:\n%s\n%s", printed, second)
		}
	})
}
