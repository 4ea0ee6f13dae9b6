package sip

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// verdict is what RFC 4475 says must happen to a message, as far as the parser has a say: accepted (0), answered with a
// status, or dropped.
const (
	accepted = 0
	dropped  = -1
)

// RFC 4475: deviation: none. Where it leaves a choice, what is refused here is what it calls reasonable to refuse.
var torture = []struct {
	file, section string
	want          int
	check         func(t *testing.T, m *Message)
}{
	{"wsinv", "3.1.1.1", accepted, checkTortuousINVITE},
	{"intmeth", "3.1.1.2", accepted, func(t *testing.T, m *Message) {
		to, _ := m.To()
		from, _ := m.From()
		v, _ := from.Param("fromParam''~+*_!.-%")
		equal(t, "method", m.MethodName(), "!interesting-Method0123456789_*+`.%indeed'~")
		equal(t, "display", to.DisplayName(), "BEL:\a NUL:\x00 DEL:\x7f")
		equal(t, "user", to.URI.User, "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
		equal(t, "from display", from.Display, "token1~` token2'+_ token3*%!.-")
		equal(t, "parameter", Unquote(v), "работающий")
		equal(t, "tag", m.FromTag(), "_token~1'+`*%!-.")
		equal(t, "Call-ID", m.CallID(), "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{")
		equal(t, "extension", m.Lookup("extensionHeader-!.%*+_`'~"), "\ufeff大停電")
	}},
	{"esc01", "3.1.1.3", accepted, func(t *testing.T, m *Message) {
		u, _ := ParseURI(m.RequestURI())
		to, _ := m.To()
		c, _ := m.Contact()
		plain, _ := ParseURI([]byte("sip:user@example.com"))
		other, _ := ParseURI([]byte("sip:caller@host5.example.net;lr;name=valueA"))
		equal(t, "user", AppendUnescaped(nil, u.User), "sips:user@example.com")
		if !to.URI.Equal(plain) {
			t.Error("escaped letters are other letters")
		}
		if c.URI.Equal(other) {
			t.Error("unescaped twice")
		}
	}},
	{"escnull", "3.1.1.4", accepted, func(t *testing.T, m *Message) {
		to, _ := m.To()
		equal(t, "user", AppendUnescaped(nil, to.URI.User), "null-\x00-null")
		var contacts []URI
		for v := range m.All(Contact) {
			a, _ := ParseAddress(v)
			contacts = append(contacts, a.URI)
		}
		if len(contacts) != 2 || contacts[0].Equal(contacts[1]) {
			t.Error("not two different contacts")
		}
	}},
	{"esc02", "3.1.1.5", accepted, func(t *testing.T, m *Message) {
		if m.Method() != UnknownMethod || m.Count(Contact) != 2 {
			t.Error(m.Method(), m.Count(Contact))
		}
		from, _ := m.From()
		equal(t, "display", from.DisplayName(), "%Z%45")
	}},
	{"lwsdisp", "3.1.1.6", accepted, func(t *testing.T, m *Message) {
		from, _ := m.From()
		equal(t, "display", from.Display, "caller")
		equal(t, "URI", from.RawURI, "sip:caller@example.com")
	}},
	{"longreq", "3.1.1.7", accepted, func(t *testing.T, m *Message) {
		if m.Count(Via) != 34 || len(m.FromTag()) != 2+150+3 {
			t.Error(m.Count(Via), len(m.FromTag()))
		}
	}},
	{"dblreq", "3.1.1.8", accepted, func(t *testing.T, m *Message) {
		if m.Method() != REGISTER || len(m.Body()) != 0 || m.Count(Via) != 1 {
			t.Errorf("%s, body %q", m.Method(), m.Body())
		}
	}},
	{"semiuri", "3.1.1.9", accepted, func(t *testing.T, m *Message) {
		u, _ := ParseURI(m.RequestURI())
		equal(t, "user", AppendUnescaped(nil, u.User), "user;par=u@example.net")
		if m.Count(Accept) != 6 {
			t.Error(m.Count(Accept))
		}
	}},
	{"transports", "3.1.1.10", accepted, func(t *testing.T, m *Message) {
		var got []string
		for v := range m.All(Via) {
			hop, _ := ParseVia(v)
			got = append(got, string(hop.Transport))
		}
		equal(t, "transports", []byte(strings.Join(got, " ")), "UDP SCTP TLS UNKNOWN TCP")
	}},
	{"mpart01", "3.1.1.11", accepted, func(t *testing.T, m *Message) {
		if len(m.Body()) != 553 || strings.Count(string(m.Body()), "7a9cbec02ceef655") != 3 {
			t.Errorf("%d octets", len(m.Body()))
		}
	}},
	{"unreason", "3.1.1.12", accepted, func(t *testing.T, m *Message) {
		equal(t, "reason", m.ReasonPhrase(), "= 2**3 * 5**2 но сто девяносто девять - простое")
	}},
	{"noreason", "3.1.1.13", accepted, func(t *testing.T, m *Message) {
		equal(t, "reason", m.ReasonPhrase(), "")
	}},
	{"badinv01", "3.1.2.1", 400, nil},
	{"clerr", "3.1.2.2", 400, nil},
	{"ncl", "3.1.2.3", 400, nil},
	{"scalar02", "3.1.2.4", 400, nil},
	{"scalarlg", "3.1.2.5", dropped, nil},
	{"quotbal", "3.1.2.6", 400, nil},
	{"ltgtruri", "3.1.2.7", 400, nil},
	{"lwsruri", "3.1.2.8", 400, nil},
	{"lwsstart", "3.1.2.9", 400, nil},
	{"trws", "3.1.2.10", 400, nil},
	{"escruri", "3.1.2.11", 400, nil},
	{"baddate", "3.1.2.12", accepted, nil}, // nobody here reads Date
	{"regbadct", "3.1.2.13", 400, nil},
	{"badaspec", "3.1.2.14", 400, nil},
	{"baddn", "3.1.2.15", 400, nil},
	{"badvers", "3.1.2.16", 505, nil},
	{"mismatch01", "3.1.2.17", 400, nil},
	{"mismatch02", "3.1.2.18", 501, nil},
	{"bigcode", "3.1.2.19", dropped, nil},
	{"badbranch", "3.2.1", 400, nil},
	{"insuf", "3.3.1", 400, nil},
	// What follows is well formed, but for its framing; what a server answers is tested where it is answered.
	{"unkscm", "3.3.2", accepted, nil},
	{"novelsc", "3.3.3", accepted, nil},
	{"unksm2", "3.3.4", accepted, nil},
	{"bext01", "3.3.5", accepted, func(t *testing.T, m *Message) {
		if m.Count(Require) != 2 || !m.HasToken(Require, "nothingSupportsThisEither") {
			t.Error("Require")
		}
	}},
	{"invut", "3.3.6", accepted, nil},
	{"regaut01", "3.3.7", accepted, nil},
	{"multi01", "3.3.8", 400, nil},
	{"mcl01", "3.3.9", 400, nil},
	{"bcast", "3.3.10", dropped, nil},
	{"zeromf", "3.3.11", accepted, func(t *testing.T, m *Message) {
		if n, ok := m.MaxForwards(); n != 0 || !ok {
			t.Error(n, ok)
		}
	}},
	{"cparam01", "3.3.12", accepted, func(t *testing.T, m *Message) {
		c, _ := m.Contact()
		_, inHeader := c.Param("unknownparam")
		_, inURI := c.URI.Param("unknownparam")
		if !inHeader || inURI {
			t.Error("whose parameter is it?")
		}
	}},
	{"cparam02", "3.3.13", accepted, func(t *testing.T, m *Message) {
		c, _ := m.Contact()
		equal(t, "contact", c.RawURI, "sip:+19725552222@gw1.example.net;unknownparam")
		if _, inURI := c.URI.Param("unknownparam"); !inURI {
			t.Error("whose parameter is it?")
		}
	}},
	{"regescrt", "3.3.14", accepted, func(t *testing.T, m *Message) {
		c, _ := m.Contact()
		equal(t, "headers", c.URI.Headers, "Route=%3Csip:sip.example.com%3E")
	}},
	{"sdp01", "3.3.15", accepted, nil},
	{"inv2543", "3.4.1", accepted, func(t *testing.T, m *Message) {
		via, _ := m.Via()
		if m.FromTag() != nil || via.Branch != nil || !strings.HasSuffix(string(m.Body()), "RTP/AVP 0\r\n") {
			t.Errorf("%q", m.Body())
		}
	}},
}

func checkTortuousINVITE(t *testing.T, m *Message) {
	seq, method := m.CSeq()
	hops, _ := m.MaxForwards()
	via, _ := m.Via()
	contact, _ := m.Contact()
	q, _ := contact.Param("q")
	p, _ := contact.Param("newparam")
	from, _ := m.From()
	if seq != 9 || method != INVITE || hops != 68 || m.Count(Via) != 3 || len(m.Body()) != 150 {
		t.Error(seq, method, hops, m.Count(Via), len(m.Body()))
	}
	equal(t, "branch", via.Branch, "390skdjuw")
	equal(t, "host", via.Host, "192.0.2.2")
	equal(t, "to tag", m.ToTag(), "1918181833n")
	equal(t, "from tag", m.FromTag(), "98asjd8")
	equal(t, "from", from.DisplayName(), `J Rosenberg \"`)
	equal(t, "display", contact.DisplayName(), `Quoted string ""`)
	equal(t, "q", q, "0.33")
	equal(t, "newparam", p, "newvalue")
	equal(t, "subject", m.Get(Subject), "")
	equal(t, "unknown", m.Lookup("UnknownHeaderWithUnusualValue"), ";;,,;;,;")
	if m.Get(Subject) == nil {
		t.Error("the empty subject is lost")
	}
}

func equal(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if string(got) != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestTorture(t *testing.T) {
	if len(torture) != 49 {
		t.Errorf("%d messages, not 49", len(torture))
	}
	for _, c := range torture {
		t.Run(c.file, func(t *testing.T) {
			m := new(Message)
			err := m.Parse(readTorture(t, c.file))
			if err == nil {
				err = m.Validate()
			}
			got := accepted
			if p, ok := err.(*ParseError); ok { //nolint:errorlint // that is what Parse promises
				if got = p.Status; got == 0 {
					got = dropped
				}
			}
			if got != c.want {
				t.Fatalf("RFC 4475 §%s: %d (%v), want %d", c.section, got, err, c.want)
			}
			if c.check != nil {
				c.check(t, m)
			}
			if got > 0 {
				answerable(t, m, got)
			}
		})
	}
}

// answerable checks that the refusal itself is a well-formed response, as far as the request had what it needs.
func answerable(t *testing.T, m *Message, code int) {
	t.Helper()
	var b Builder
	b.ResponseTo(m, code, "", "", source)
	b.End()
	r := new(Message)
	if err := r.Parse(b.Bytes()); err != nil {
		t.Fatalf("%v: %q", err, b.Bytes())
	}
	if r.StatusCode() != code || !r.Has(Via) || r.Has(CSeq) != m.Has(CSeq) {
		t.Errorf("%q", r.Raw())
	}
}

func readTorture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "torture", name+".dat"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// On a stream, what the RFC says about framing: wait for the rest, or close.
func TestTortureOnAStream(t *testing.T) {
	for _, c := range []struct {
		file string
		n    int
		err  error
	}{
		{"clerr", 0, nil},
		{"ncl", 0, ErrContentLength},
		{"mcl01", 0, ErrContentLength},
		{"inv2543", 0, ErrContentLength},
		{"dblreq", 300, nil},
		{"wsinv", 1001, nil},
	} {
		b := readTorture(t, c.file)
		n, err := Frame(b)
		if n != c.n || err != c.err { //nolint:errorlint // sentinels
			t.Errorf("%s: %d %v, want %d %v", c.file, n, err, c.n, c.err)
		}
	}
}
