package dialog

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ringfence/internal/wire/sip"
)

// parse reads a message whose lines are given.
func parse(t *testing.T, lines ...string) *sip.Message {
	t.Helper()
	m := sip.Acquire()
	text := strings.Join(lines, "\r\n") + "\r\nContent-Length: 0\r\n\r\n"
	if err := m.Parse([]byte(text)); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return m
}

func invite(t *testing.T, more ...string) *sip.Message {
	t.Helper()
	return parse(t, append([]string{
		"INVITE sip:bob@example.org SIP/2.0", "Via: SIP/2.0/TCP 192.0.2.7;branch=z9hG4bK1",
		"From: \"Alice\" <sip:alice@example.org>;tag=a1", "To: <sip:bob@example.org>", "Call-ID: c1", "CSeq: 7 INVITE",
	}, more...)...)
}

func response(t *testing.T, code int, more ...string) *sip.Message {
	t.Helper()
	return parse(t, append([]string{
		fmt.Sprintf("SIP/2.0 %d X", code), "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1",
		"From: <sip:alice@example.org>;tag=ours", "To: <sip:bob@example.org>;tag=theirs", "Call-ID: c1", "CSeq: 1 INVITE",
	}, more...)...)
}

var via = Via{Transport: "TCP", SentBy: "192.0.2.1:5060", Branch: "z9hG4bKb"}

// text is what a builder has written, without the lines that every request has.
func text(b *sip.Builder) []string {
	b.End()
	var lines []string
	for _, l := range strings.Split(string(b.Bytes()), "\r\n") {
		if l != "" && !strings.HasPrefix(l, "Via") && !strings.HasPrefix(l, "Max-") && !strings.HasPrefix(l, "Content-") {
			lines = append(lines, l)
		}
	}
	return lines
}

func want(t *testing.T, got []string, lines ...string) {
	t.Helper()
	if !slices.Equal(got, lines) {
		t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(lines, "\n  "))
	}
}

func TestDialogOfAServer(t *testing.T) {
	m := invite(t, "Contact: <sip:alice@192.0.2.7;transport=tcp>", "Record-Route: <sip:p1;lr>, <sip:p2;lr>")
	d, err := FromInvite(m, "ours")
	if err != nil {
		t.Fatal(err)
	}
	if d.ID() != (ID{"c1", "ours", "a1"}) || d.OwnsCallID() || d.Target() != "sip:alice@192.0.2.7;transport=tcp" {
		t.Errorf("dialog %+v", d)
	}
	var b sip.Builder
	if seq := d.Request(&b, sip.BYE, via); seq != 1 || d.LocalSeq() != 1 {
		t.Errorf("CSeq %d", seq)
	}
	want(t, text(&b), "BYE sip:alice@192.0.2.7;transport=tcp SIP/2.0", "Route: <sip:p1;lr>", "Route: <sip:p2;lr>",
		"From: <sip:bob@example.org>;tag=ours", "To: \"Alice\" <sip:alice@example.org>;tag=a1", "Call-ID: c1", "CSeq: 1 BYE")
	if !strings.Contains(string(b.Bytes()), "Via: SIP/2.0/TCP 192.0.2.1:5060;branch=z9hG4bKb;rport") {
		t.Errorf("%s", b.Bytes())
	}
}

func TestDialogOfAClient(t *testing.T) {
	v := Invitation{
		CallID: "c1", LocalTag: "ours", Local: "\"Alice\" <sip:alice@example.org>", Remote: "<sip:bob@example.org>",
		Target: "sip:bob@192.0.2.8", Routes: []string{"<sip:edge;lr>"},
	}
	var b sip.Builder
	v.Request(&b, via, 69)
	want(t, text(&b), "INVITE sip:bob@192.0.2.8 SIP/2.0", "Route: <sip:edge;lr>",
		"From: \"Alice\" <sip:alice@example.org>;tag=ours", "To: <sip:bob@example.org>", "Call-ID: c1", "CSeq: 1 INVITE")
	d, err := v.Dialog(response(t, 180, "Contact: <sip:bob@192.0.2.8:9>", "Record-Route: <sip:p1;lr>", "Record-Route: <sip:p2;lr>"))
	if err != nil {
		t.Fatal(err)
	}
	d.Request(&b, sip.PRACK, via)
	want(t, text(&b), "PRACK sip:bob@192.0.2.8:9 SIP/2.0", "Route: <sip:p2;lr>", "Route: <sip:p1;lr>",
		"From: \"Alice\" <sip:alice@example.org>;tag=ours", "To: <sip:bob@example.org>;tag=theirs", "Call-ID: c1", "CSeq: 2 PRACK")

	// RFC 3261 §13.2.2.4: the 2xx brings the final route set
	if err = d.Update(response(t, 200, "Contact: <sip:bob@192.0.2.9>", "Record-Route: <sip:p3;lr>")); err != nil {
		t.Fatal(err)
	}
	d.On(Success)
	d.ACK(&b, 1, via)
	want(t, text(&b), "ACK sip:bob@192.0.2.9 SIP/2.0", "Route: <sip:p3;lr>",
		"From: \"Alice\" <sip:alice@example.org>;tag=ours", "To: <sip:bob@example.org>;tag=theirs", "Call-ID: c1", "CSeq: 1 ACK")
	if err = d.Update(response(t, 200, "Contact: <sip:x@192.0.2.10>", "Record-Route: <sip:p4;lr>")); err != nil || d.Target() != "sip:bob@192.0.2.9" {
		t.Errorf("a confirmed dialog changed its route set: %v, %s", err, d.Target())
	}
	if d.LocalSeq() != 2 || !d.OwnsCallID() {
		t.Errorf("CSeq %d, owner %t", d.LocalSeq(), d.OwnsCallID())
	}
}

func TestInvitationTriedAgain(t *testing.T) {
	v := Invitation{CallID: "c1", LocalTag: "ours", Local: "<sip:a>", Remote: "<sip:b>", Target: "sip:b"}
	var b sip.Builder
	v.Request(&b, via, 70)
	v.Request(&b, via, 70)
	if got := text(&b); got[len(got)-1] != "CSeq: 2 INVITE" || v.Seq != 2 {
		t.Errorf("%v", got)
	}
}

func TestStrictRouter(t *testing.T) {
	m := invite(t, "Contact: <sip:alice@192.0.2.7>", "Record-Route: <sip:old@192.0.2.50>, <sip:p2;lr>")
	d, err := FromInvite(m, "ours")
	if err != nil {
		t.Fatal(err)
	}
	var b sip.Builder
	d.Request(&b, sip.OPTIONS, via)
	got := text(&b)
	want(t, got[:3], "OPTIONS sip:old@192.0.2.50 SIP/2.0", "Route: <sip:p2;lr>", "Route: <sip:alice@192.0.2.7>")
}

func TestWhatMakesNoDialog(t *testing.T) {
	many := strings.Repeat("<sip:p;lr>, ", 17)
	v := Invitation{CallID: "c1", LocalTag: "ours", Local: "<sip:a>", Remote: "<sip:b>", Target: "sip:b"}
	noTag := parse(t, "SIP/2.0 180 X", "Via: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK1", "From: <sip:a>;tag=ours", "To: <sip:b>",
		"Call-ID: c1", "CSeq: 1 INVITE")
	tests := []struct {
		name string
		make func() error
		want error
	}{
		{"an INVITE without Contact", func() error { _, err := FromInvite(invite(t), "x"); return err }, ErrNoContact},
		{"a Contact that is no SIP URI", func() error {
			_, err := FromInvite(invite(t, "Contact: <tel:+1>"), "x")
			return err
		}, ErrNoContact},
		{"too many routes in a request", func() error {
			_, err := FromInvite(invite(t, "Contact: <sip:a@b>", "Record-Route: "+many), "x")
			return err
		}, ErrRoutes},
		{"too many routes in a response", func() error {
			_, err := v.Dialog(response(t, 200, "Contact: <sip:a@b>", "Record-Route: "+many))
			return err
		}, ErrRoutes},
		{"a response without tag", func() error { _, err := v.Dialog(noTag); return err }, ErrNoTag},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.make(); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

func TestOrderOfRequests(t *testing.T) {
	d, err := FromInvite(invite(t, "Contact: <sip:a@b>"), "ours")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		cseq string
		want bool
	}{
		{"8 BYE", true},
		{"8 BYE", false},
		{"7 INFO", false},
		{"20 INFO", true},
		{"7 ACK", true},
		{"21 UPDATE", true},
		{"20 ACK", true},
		{"2147483647 BYE", true},
		{"1 BYE", false},
	} {
		m := parse(t, x.cseq[strings.IndexByte(x.cseq, ' ')+1:]+" sip:x SIP/2.0", "CSeq: "+x.cseq)
		if got := d.Accept(m); got != x.want {
			t.Errorf("CSeq %s: %t, want %t", x.cseq, got, x.want)
		}
	}
}

func TestRefreshTarget(t *testing.T) {
	d, err := FromInvite(invite(t, "Contact: <sip:a@b>"), "ours")
	if err != nil {
		t.Fatal(err)
	}
	if !d.RefreshTarget(invite(t, "Contact: <sip:a@c:99>")) || d.Target() != "sip:a@c:99" {
		t.Errorf("target %s", d.Target())
	}
	if d.RefreshTarget(invite(t)) || d.RefreshTarget(invite(t, "Contact: *")) || d.Target() != "sip:a@c:99" {
		t.Errorf("target %s", d.Target())
	}
}

func TestResponseWithoutContactGoesWhereTheInviteWent(t *testing.T) {
	v := Invitation{CallID: "c1", LocalTag: "ours", Local: "<sip:a>", Remote: "<sip:b>", Target: "sip:b@phone"}
	d, err := v.Dialog(response(t, 200))
	if err != nil || d.Target() != "sip:b@phone" {
		t.Errorf("%v, %+v", err, d)
	}
}

func TestFromSubscribe(t *testing.T) {
	d, err := FromSubscribe(invite(t, "Contact: <sip:a@b>"), "ours")
	if err != nil || d.State() != Confirmed || d.ID().LocalTag != "ours" || d.Target() != "sip:a@b" {
		t.Errorf("%+v %v", d, err)
	}
	if _, err := FromSubscribe(invite(t), "ours"); !errors.Is(err, ErrNoContact) {
		t.Errorf("%v", err)
	}
}
