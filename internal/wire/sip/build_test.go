package sip

import (
	"net/netip"
	"strings"
	"testing"
)

// Security 8: nothing that a value brings can end its line.
func TestNoValueEndsItsLine(t *testing.T) {
	evil := "x\r\nInjected: yes\n\r\x00"
	var b Builder
	b.Request(INVITE, []byte("sip:a@h\r\nInjected: yes"))
	b.Via("UDP", "h"+evil, evil)
	b.Header(Subject, evil)
	b.HeaderBytes(UserAgent, []byte(evil))
	b.HeaderNamed("X-"+evil, "left out")
	b.HeaderNamed("", "left out")
	b.HeaderNamed("X-Fine", evil)
	b.Address(From, `Eve" <sip:b@h>`+evil, []byte("sip:a@h> <"+evil), "tag"+evil)
	b.Open(Warning)
	b.Text(evil)
	b.TextBytes([]byte(evil))
	b.Close()
	b.CSeq(1, INVITE)
	b.End()
	head := string(b.Bytes())
	if strings.Contains(head, "\nInjected") || strings.Contains(head, "left out") || strings.Contains(head, "\x00") {
		t.Errorf("%q", head)
	}
	if n := strings.Count(head, "\r\n"); n != strings.Count(head, "\n") || n != strings.Count(head, "\r") || n != 10 {
		t.Errorf("%d lines: %q", n, head)
	}
	var r Builder
	r.Response(200, "fine"+evil)
	if strings.Count(string(r.Bytes()), "\n") != 1 {
		t.Errorf("%q", r.Bytes())
	}
}

func TestResponsesGoWhereRequestsCameFrom(t *testing.T) {
	for _, c := range []struct{ name, via, src, want string }{
		{"sent-by is the source", "SIP/2.0/UDP 192.0.2.1;branch=b", "192.0.2.1:9", "SIP/2.0/UDP 192.0.2.1;branch=b"},
		{
			"sent-by is another", "SIP/2.0/UDP 10.0.0.1;branch=b", "192.0.2.1:9",
			"SIP/2.0/UDP 10.0.0.1;branch=b;received=192.0.2.1",
		},
		{"sent-by is a name", "SIP/2.0/UDP phone;branch=b", "192.0.2.1:9", "SIP/2.0/UDP phone;branch=b;received=192.0.2.1"},
		{
			"rport is asked for", "SIP/2.0/UDP 192.0.2.1;rport;branch=b", "192.0.2.1:9",
			"SIP/2.0/UDP 192.0.2.1;branch=b;received=192.0.2.1;rport=9",
		},
		{
			"received is a lie", "SIP/2.0/UDP 192.0.2.1;received=6.6.6.6;rport=1;branch=b", "192.0.2.1:9",
			"SIP/2.0/UDP 192.0.2.1;branch=b;received=192.0.2.1;rport=9",
		},
		{"IPv6", "SIP/2.0/UDP [2001:db8::1];branch=b", "[2001:db8::1]:9", "SIP/2.0/UDP [2001:db8::1];branch=b"},
		{"IPv4 on an IPv6 socket", "SIP/2.0/UDP 192.0.2.1;branch=b", "[::ffff:192.0.2.1]:9", "SIP/2.0/UDP 192.0.2.1;branch=b"},
		{
			"the next hop stays", "SIP/2.0/UDP p;branch=b, SIP/2.0/UDP q;received=x", "192.0.2.1:9",
			"SIP/2.0/UDP p;branch=b;received=192.0.2.1, SIP/2.0/UDP q;received=x",
		},
		{"no source", "SIP/2.0/UDP phone;rport;branch=b", "", "SIP/2.0/UDP phone;rport;branch=b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse(t, strings.Replace(register, "SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKnashds7;rport", c.via, 1))
			var src netip.AddrPort
			if c.src != "" {
				src = netip.MustParseAddrPort(c.src)
			}
			var b Builder
			b.ResponseTo(m, 200, "", "", src)
			got, _, _ := strings.Cut(strings.TrimPrefix(string(b.Bytes()), "SIP/2.0 200 OK\r\nVia: "), "\r\n")
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestTagsOfResponses(t *testing.T) {
	tag := func(req *Message, code int, given string) string {
		var b Builder
		b.ResponseTo(req, code, "", given, source)
		b.End()
		m := new(Message)
		if err := m.Parse([]byte(string(b.Bytes()))); err != nil {
			t.Fatal(err)
		}
		return string(m.ToTag())
	}
	m, again := parse(t, register), parse(t, register)
	other := parse(t, strings.Replace(register, "1826", "1827", 1))
	tagged := parse(t, strings.Replace(register, "To: <sip:alice@example.com>", "To: <sip:alice@example.com>;tag=x", 1))
	if a := tag(m, 401, ""); len(a) != 16 || a != tag(again, 401, "") || a == tag(other, 401, "") {
		t.Error("RFC 3261 §8.2.7: the tag of a stateless response")
	}
	if tag(m, 100, "t") != "" || tag(m, 180, "t") != "t" || tag(tagged, 200, "t") != "x" {
		t.Error("RFC 3261 §8.2.6.2: the tag of a response")
	}
}

func TestTheRouteSetAndTimestampGoBack(t *testing.T) {
	const more = "Timestamp: 54\r\nRecord-Route: <sip:p;lr>, <sip:q;lr>\r\nRecord-Route: <sip:r;lr>"
	invite := strings.NewReplacer("REGISTER", "INVITE", "Expires: 7200", more).Replace(register)
	for code, want := range map[int][2]int{100: {0, 1}, 180: {3, 0}, 200: {3, 0}, 486: {0, 0}} {
		var b Builder
		b.ResponseTo(parse(t, invite), code, "", "x", source)
		b.End()
		m := new(Message)
		if err := m.Parse(b.Bytes()); err != nil {
			t.Fatal(err)
		}
		if got := [2]int{m.Count(RecordRoute), m.Count(Timestamp)}; got != want {
			t.Errorf("%d: %v, want %v", code, got, want)
		}
	}
}

func TestABodyIsFramed(t *testing.T) {
	var b Builder
	b.Request(MESSAGE, []byte("sip:a@h"))
	b.Body("text/plain", []byte("hi"))
	if n, err := Frame(append(b.Bytes(), "next"...)); err != nil || n != b.Len() {
		t.Error(n, err)
	}
}
