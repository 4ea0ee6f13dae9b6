package sip

import (
	"bytes"
	"slices"
	"testing"
)

func FuzzMessage(f *testing.F) {
	for _, c := range torture {
		f.Add(readTorture(f, c.file))
	}
	f.Add([]byte(register))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := slices.Clone(b)
		m := new(Message)
		err := m.Parse(b)
		if err == nil {
			err = m.Validate()
		}
		status := statusOf(err)
		if status > 0 {
			answerable(t, m, status)
		}
		if err != nil {
			return
		}
		again := new(Message)
		if e := again.Parse(in); e != nil {
			t.Fatalf("parsing is not repeatable: %v", e)
		}
		sameMessage(t, m, again)
		c := m.Clone()
		defer c.Release()
		sameMessage(t, m, c)
		if m.IsRequest() {
			sameDialog(t, m)
		}
		noBareLineEnds(t, m)
	})
}

func sameMessage(t *testing.T, a, b *Message) {
	t.Helper()
	sa, ma := a.CSeq()
	sb, mb := b.CSeq()
	if sa != sb || ma != mb || !bytes.Equal(a.CallID(), b.CallID()) || !bytes.Equal(a.FromTag(), b.FromTag()) ||
		!bytes.Equal(a.ToTag(), b.ToTag()) || !bytes.Equal(a.Body(), b.Body()) || a.Method() != b.Method() {
		t.Errorf("%q differs from %q", a.Raw(), b.Raw())
	}
	from, err := a.From()
	if err != nil || !bytes.Equal(from.Tag(), a.FromTag()) {
		t.Errorf("tag %q, want %q", a.FromTag(), from.Tag())
	}
}

// sameDialog checks that the response to an accepted request is a valid message of the same dialog.
func sameDialog(t *testing.T, m *Message) {
	t.Helper()
	if m.id == ACK || m.Count(Via) > 1 {
		return
	}
	var b Builder
	b.ResponseTo(m, 200, "", "tag", source)
	b.End()
	r := new(Message)
	if err := r.Parse(b.Bytes()); err != nil {
		t.Fatalf("%v: %q", err, b.Bytes())
	}
	if err := r.Validate(); err != nil {
		t.Fatalf("%v: %q", err, b.Bytes())
	}
	n, _ := m.CSeq()
	k, _ := r.CSeq()
	if n != k || !bytes.Equal(m.CallID(), r.CallID()) || !bytes.Equal(m.FromTag(), r.FromTag()) {
		t.Errorf("%q answers %q", r.Raw(), m.Raw())
	}
}

func noBareLineEnds(t *testing.T, m *Message) {
	t.Helper()
	for name, value := range m.Headers() {
		if bytes.ContainsAny(name, "\r\n\x00") || bytes.ContainsAny(value, "\r\n") {
			t.Errorf("%q: %q", name, value)
		}
	}
}

func FuzzURI(f *testing.F) {
	for _, s := range []string{
		"sip:alice:pw@example.com:5060;transport=tcp;lr?a=b&c=d", "tel:+1-2;ext=3", "sips:[::1]", "isbn:1", "sip:%41@h",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := ParseURI(b)
		if err != nil {
			return
		}
		text := u.AppendTo(nil)
		v, err := ParseURI(text)
		if err != nil {
			t.Fatalf("%q became %q: %v", b, text, err)
		}
		if !u.Equal(v) || !v.Equal(u) {
			t.Errorf("%q is not equal to itself, %q", b, text)
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{`"A \"B\"" <sip:a@h;x>;tag=1;y="z"`, "sip:a@h;tag=1", "A B <tel:+1>", "*", "<sip:h?a=b>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseAddress(b)
		if err != nil || a.Star {
			return
		}
		var out Builder
		out.Address(From, string(a.DisplayName()), a.RawURI, string(a.Tag()))
		line := bytes.TrimSuffix(bytes.TrimPrefix(out.Bytes(), []byte("From: ")), crlf)
		c, err := ParseAddress(line)
		if err != nil {
			t.Fatalf("%q became %q: %v", b, line, err)
		}
		if !bytes.Equal(c.RawURI, a.RawURI) || !bytes.Equal(c.Tag(), a.Tag()) {
			t.Errorf("%q became %q", b, line)
		}
	})
}

func FuzzVia(f *testing.F) {
	for _, s := range []string{"SIP/2.0/UDP h:5060;branch=z9hG4bKx;rport", "SIP / 2.0 / TLS [::1] : 5 ; received = 1.2.3.4"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ParseVia(b)
		if err != nil {
			return
		}
		var out Builder
		m := new(Message)
		if m.Parse([]byte("OPTIONS sip:h SIP/2.0\r\nVia: "+string(b)+"\r\n\r\n")) != nil || m.Count(Via) != 1 {
			return
		}
		out.vias(m, source)
		w, err := ParseVia(bytes.TrimSuffix(bytes.TrimPrefix(out.Bytes(), []byte("Via: ")), crlf))
		if err != nil {
			t.Fatalf("%q became %q: %v", b, out.Bytes(), err)
		}
		if !bytes.Equal(v.Branch, w.Branch) || !bytes.Equal(v.Host, w.Host) || v.Port != w.Port || v.HasRPort != w.HasRPort ||
			w.HasRPort && w.RPort != source.Port() {
			t.Errorf("%q became %q", b, out.Bytes())
		}
	})
}

func FuzzFrame(f *testing.F) {
	for _, c := range torture {
		f.Add(readTorture(f, c.file), 7)
	}
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		n, err := Frame(b)
		if n < 0 || n > len(b) || n > MaxMessage || err != nil && n != 0 {
			t.Fatal(n, err)
		}
		if n == 0 {
			return
		}
		if cut >= 0 && cut < n {
			if k, e := Frame(b[:cut]); k != 0 || e != nil {
				t.Errorf("%d of %d octets: %d %v", cut, n, k, e)
			}
		}
		// What a stream's reader cuts out and what the parser sees must be the same message.
		m := new(Message)
		if m.Parse(slices.Clone(b[:n])) == nil && len(m.Raw()) != n {
			t.Error("length")
		}
		if m.Parse(slices.Clone(b[:n])) == nil && len(m.Raw())-len(m.Body()) != bytes.Index(b, []byte("\r\n\r\n"))+4 {
			t.Errorf("the parser sees another body: %q", m.Body())
		}
	})
}
