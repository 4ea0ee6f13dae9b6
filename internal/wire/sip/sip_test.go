package sip

import (
	"net/netip"
	"strings"
	"testing"
)

const register = "REGISTER sip:example.com SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKnashds7;rport\r\n" +
	"Max-Forwards: 70\r\n" +
	"From: \"Alice\" <sip:alice@example.com>;tag=456248\r\n" +
	"To: <sip:alice@example.com>\r\n" +
	"Call-ID: 843817637684230@998sdasdh09\r\n" +
	"CSeq: 1826 REGISTER\r\n" +
	"Contact: <sip:alice@192.0.2.10;transport=udp>;q=0.7;+sip.instance=\"<urn:uuid:0>\", <sip:a@192.0.2.11>\r\n" +
	"Expires: 7200\r\n" +
	"Supported: path, outbound\r\n" +
	"Content-Length: 0\r\n\r\n"

var source = netip.MustParseAddrPort("192.0.2.77:4444")

func parse(t testing.TB, text string) *Message {
	t.Helper()
	m := new(Message)
	if err := m.Parse([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestViewsOfARegister(t *testing.T) {
	m := parse(t, register)
	from, _ := m.From()
	seq, method := m.CSeq()
	via, _ := m.Via()
	contact, _ := m.Contact()
	instance, _ := contact.Param("+sip.instance")
	expires, _ := m.Uint(Expires, 3600)
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"method", m.Method(), REGISTER},
		{"uri", string(m.RequestURI()), "sip:example.com"},
		{"display", string(from.DisplayName()), "Alice"},
		{"user", string(from.URI.User), "alice"},
		{"from tag", string(m.FromTag()), "456248"},
		{"to tag", string(m.ToTag()), ""},
		{"cseq", seq, uint32(1826)},
		{"cseq method", method, REGISTER},
		{"branch", string(via.Branch), "z9hG4bKnashds7"},
		{"rport", via.HasRPort, true},
		{"instance", string(Unquote(instance)), "<urn:uuid:0>"},
		{"contacts", m.Count(Contact), 2},
		{"outbound", m.HasToken(Supported, "OUTBOUND"), true},
		{"expires", expires, uint32(3600)},
		{"lookup", string(m.Lookup("max-forwards")), "70"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}

func TestAResponseTellsWhereTheRequestCameFrom(t *testing.T) {
	var b Builder
	b.ResponseTo(parse(t, register), 200, "", "", source)
	b.End()
	got := string(b.Bytes())
	want := "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bKnashds7;received=192.0.2.77;rport=4444\r\n"
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "To: <sip:alice@example.com>;tag=") {
		t.Errorf("%q", got)
	}
}

func TestParsingAndAnsweringDoNotAllocate(t *testing.T) {
	in, m, b := []byte(register), new(Message), new(Builder)
	n := testing.AllocsPerRun(200, func() {
		if m.Parse(in) != nil || m.Validate() != nil {
			t.Fatal("refused")
		}
		b.ResponseTo(m, 200, "", "", source)
		for v := range m.All(Contact) {
			b.HeaderBytes(Contact, v)
		}
		b.End()
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkParse(b *testing.B) {
	in, m := []byte(register), new(Message)
	b.ReportAllocs()
	for b.Loop() {
		if m.Parse(in) != nil || m.Validate() != nil {
			b.Fatal("refused")
		}
	}
}
