package sip

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
)

// Each row is put into a valid request instead of its Subject.
func TestFramingIsStrict(t *testing.T) {
	many := strings.Repeat("X: y\r\n", MaxHeaders)
	for _, c := range []struct {
		name, lines string
		want        int
	}{
		{"nothing strange", "Subject: a\r\n", accepted},
		{"a bare LF", "Subject: a\nInjected: b\r\n", 400},
		{"a bare CR", "Subject: a\rInjected: b\r\n", 400},
		{"a bare NUL", "Subject: a\x00b\r\n", 400},
		{"a NUL in quotes that is no quoted pair", "Subject: \"\x00\"\r\n", 400},
		{"a quoted NUL", "Subject: \"\\\x00\"\r\n", accepted},
		{"a folded line", "Subject: a\r\n b\r\n\tc\r\n", accepted},
		{"no colon", "Subject\r\n", 400},
		{"no name", ": a\r\n", 400},
		{"a space in the name", "Sub ject: a\r\n", 400},
		{"a tab before the colon", "Subject\t: a\r\n", accepted},
		{"a control character in the name", "Sub\x01ject: a\r\n", 400},
		{"a second Content-Length", "Content-Length: 0\r\n", 400},
		{"a second Content-Length in its compact form", "l: 0\r\n", 400},
		{"a second Call-ID in its compact form", "i: other\r\n", 400},
		{"a second From", "f: <sip:b@h>;tag=x\r\n", 400},
		{"a second CSeq", "CSeq: 1826 REGISTER\r\n", 400},
		{"a second Max-Forwards", "Max-Forwards: 1\r\n", 400},
		{"a second Subject, which decides nothing", "Subject: a\r\ns: b\r\n", accepted},
		{"too many header fields", many, 400},
		{"too long a line", "Subject: " + strings.Repeat("x", MaxLine) + "\r\n", 400},
		{"too long a folded line", "Subject: " + strings.Repeat("x\r\n ", MaxLine/4) + "\r\n", 400},
		{"a line of the longest permitted length", "Subject: " + strings.Repeat("x", MaxLine-9) + "\r\n", accepted},
		{"too many Via", strings.Repeat("Via: SIP/2.0/UDP h, SIP/2.0/UDP h\r\n", MaxVia/2), 400},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := new(Message)
			err := m.Parse([]byte(strings.Replace(register, "Expires: 7200\r\n", c.lines, 1)))
			if err == nil {
				err = m.Validate()
			}
			if got := statusOf(err); got != c.want {
				t.Errorf("%d (%v), want %d", got, err, c.want)
			}
		})
	}
}

func statusOf(err error) int {
	var p *ParseError
	switch {
	case err == nil:
		return accepted
	case errors.As(err, &p) && p.Status != 0:
		return p.Status
	}
	return dropped
}

// Each row is a whole datagram that nobody should answer.
func TestWhatIsNotSIPIsDropped(t *testing.T) {
	big := strings.Replace(register, "Content-Length: 0\r\n\r\n", "\r\n"+strings.Repeat("x", MaxMessage), 1)
	for _, s := range []string{
		"", "\r\n\r\n", "\x00\x00", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "INVITE\r\n\r\n", "INVITE sip:a@h\r\n\r\n",
		"SIP/2.0 99 Low\r\n\r\n", "SIP/2.0 2000 Long\r\n\r\n", "SIP/2.0\r\n\r\n", "SIP/1.0 200 OK\r\n\r\n",
		strings.ReplaceAll(register, "\r\n", "\n"), "IN\x00VITE sip:a@h SIP/2.0\r\n\r\n",
		strings.Repeat("x", MaxLine+1), big, "REGISTER sip:h SIP/2.0\r\nTo: <sip:a@h>\r\n\r\n",
		strings.NewReplacer("REGISTER", "ACK", "Max-Forwards: 70", "Max-Forwards: x").Replace(register),
	} {
		m := new(Message)
		err := m.Parse([]byte(s))
		if err == nil {
			err = m.Validate()
		}
		if got := statusOf(err); got != dropped {
			t.Errorf("%.60q: %d", s, got)
		}
	}
}

func TestATruncatedDatagramIsAnsweredOrDropped(t *testing.T) {
	for n := range len(register) {
		m := new(Message)
		err := m.Parse([]byte(register)[:n])
		if err == nil {
			err = m.Validate()
		}
		if got := statusOf(err); got == accepted {
			t.Errorf("%d octets are accepted", n)
		}
	}
}

func TestCompactFormsAndCase(t *testing.T) {
	for h := OtherHeader + 1; h < headerCount; h++ {
		name := h.String()
		forms := []string{name, strings.ToUpper(name), strings.ToLower(name)}
		if c := headers[h].compact; c != 0 {
			forms = append(forms, string(c), strings.ToUpper(string(c)))
		}
		for _, f := range forms {
			if got := ParseHeaderID([]byte(f)); got != h {
				t.Errorf("%q is %q", f, got)
			}
		}
	}
	for _, s := range []string{"", "x-y", "Viaa", "z", "Call_ID"} {
		if got := ParseHeaderID([]byte(s)); got != OtherHeader {
			t.Errorf("%q is %q", s, got)
		}
	}
}

func TestListsAreSplit(t *testing.T) {
	m := parse(t, strings.Replace(register, "Supported: path, outbound\r\n",
		"Supported: path,,outbound ,\r\nk: timer\r\nSubject: a, b\r\nRoute: \"x, y\" <sip:a;b=c,d@h>, <sip:e@h>\r\n", 1))
	for h, want := range map[HeaderID][]string{
		Supported: {"path", "outbound", "timer"}, Subject: {"a, b"}, Route: {`"x, y" <sip:a;b=c,d@h>`, "<sip:e@h>"}, Date: nil,
	} {
		var got []string
		for v := range m.All(h) {
			got = append(got, string(v))
		}
		if !slices.Equal(got, want) || m.Count(h) != len(want) {
			t.Errorf("%s: %q", h, got)
		}
	}
	if string(m.Get(Route)) != `"x, y" <sip:a;b=c,d@h>` || m.Get(Date) != nil {
		t.Error("Get")
	}
	names := 0
	for range m.Headers() {
		names++
	}
	if names != 13 {
		t.Errorf("%d header fields", names)
	}
}

func TestACloneOutlivesItsOriginal(t *testing.T) {
	text := []byte(strings.Replace(register, "Content-Length: 0\r\n\r\n", "Content-Length: 4\r\n\r\nbody", 1))
	m := new(Message)
	if err := m.Parse(text); err != nil {
		t.Fatal(err)
	}
	c := m.Clone()
	defer c.Release()
	want := string(text)
	for i := range text {
		text[i] = 'x'
	}
	if string(c.Raw()) != want || string(c.Body()) != "body" || string(c.RequestURI()) != "sip:example.com" ||
		string(c.FromTag()) != "456248" || c.Method() != REGISTER {
		t.Errorf("%q", c.Raw())
	}
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		in   string
		want uint32
		ok   bool
	}{
		{"0", 0, true},
		{"3600", 3600, true},
		{"99999999999999999999999", 4000, true},
		{"60;x=y", 60, true},
		{"60 (a)", 60, true},
		{"", 0, false},
		{"-1", 0, false},
		{"1.5", 0, false},
		{"x", 0, false},
	} {
		if n, ok := ParseUint([]byte(c.in), 4000); n != c.want || ok != c.ok {
			t.Errorf("%q: %d %v", c.in, n, ok)
		}
	}
}

func TestAStreamIsFramedOctetByOctet(t *testing.T) {
	invite := strings.NewReplacer("REGISTER", "INVITE", "Content-Length: 0\r\n", "l :\r\n  4\r\n").Replace(register) + "body"
	for _, text := range []string{register, invite} {
		for n := range len(text) {
			if got, err := Frame([]byte(text)[:n]); got != 0 || err != nil {
				t.Fatalf("%d octets: %d %v", n, got, err)
			}
		}
		if got, err := Frame([]byte(text + "more")); got != len(text) || err != nil {
			t.Errorf("%d %v, want %d", got, err, len(text))
		}
	}
	for name, text := range map[string]string{
		"no length":    strings.Replace(register, "Content-Length: 0\r\n", "", 1),
		"two lengths":  strings.Replace(register, "Content-Length: 0\r\n", "Content-Length: 0\r\nl: 0\r\n", 1),
		"huge length":  strings.Replace(register, "Content-Length: 0", "Content-Length: 99999999999999999999", 1),
		"odd length":   strings.Replace(register, "Content-Length: 0", "Content-Length: 0x10", 1),
		"too large":    strings.Replace(register, "Content-Length: 0", "Content-Length: 65536", 1),
		"endless head": strings.Repeat("X", MaxMessage),
	} {
		if _, err := Frame([]byte(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestIdentifiersDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		for _, s := range []string{NewBranch(), NewTag(), NewCallID()} {
			if seen[s] || len(s) < 16 || !all([]byte(s), classToken) {
				t.Errorf("%q", s)
			}
			seen[s] = true
		}
	}
	if !strings.HasPrefix(NewBranch(), BranchCookie) {
		t.Error("branch")
	}
}

func TestMethodsAndReasons(t *testing.T) {
	for m := INVITE; m <= PUBLISH; m++ {
		if ParseMethod([]byte(m.String())) != m || ParseMethod(bytes.ToLower([]byte(m.String()))) != UnknownMethod {
			t.Error(m)
		}
	}
	for code, want := range map[int]string{200: "OK", 299: "OK", 404: "Not Found", 499: "Bad Request", 699: "Busy Everywhere"} {
		if got := StatusText(code); got != want {
			t.Errorf("%d: %s", code, got)
		}
	}
}
