package sip

import "testing"

// RFC 3261 §19.1.4: the examples of the RFC, and some of our own.
func TestURIEquality(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true},
		{"sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true},
		{"sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true},
		{"sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on", true},
		{
			"sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
			"sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com", true,
		},
		{
			"sip:alice@atlanta.com?subject=project%20x&priority=urgent",
			"sip:alice@atlanta.com?priority=urgent&subject=project%20x", true,
		},
		{"SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false},
		{"sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false},
		{"sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false},
		{"sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false},
		{"sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false},
		{"sip:a@h", "sips:a@h", false},
		{"sip:a:x@h", "sip:a@h", false},
		{"sip:h", "sip:a@h", false},
		{"sip:a%3Bb@h", "sip:a;b@h", false}, // an escaped reserved character is not the character
		{"tel:+1234", "TEL:+1234", true},
		{"tel:+1234", "tel:+1235", false},
	} {
		a, b := uri(t, c.a), uri(t, c.b)
		if a.Equal(b) != c.want || b.Equal(a) != c.want {
			t.Errorf("%s and %s: equal is %v", c.a, c.b, !c.want)
		}
	}
}

func uri(t testing.TB, s string) URI {
	t.Helper()
	u, err := ParseURI([]byte(s))
	if err != nil {
		t.Fatalf("%v: %s", err, s)
	}
	return u
}

func TestPartsOfAURI(t *testing.T) {
	u := uri(t, "sips:al%20ice:pw@[2001:db8::1]:5071;transport=tcp;lr?a=b")
	for what, v := range map[string][2]string{
		"scheme": {string(u.Scheme), "sips"}, "user": {string(u.User), "al%20ice"}, "password": {string(u.Password), "pw"},
		"host": {string(u.Host), "[2001:db8::1]"}, "params": {string(u.Params), ";transport=tcp;lr"},
		"headers": {string(u.Headers), "a=b"}, "text": {u.String(), "sips:al%20ice:pw@[2001:db8::1]:5071;transport=tcp;lr?a=b"},
	} {
		if v[0] != v[1] {
			t.Errorf("%s: %q, want %q", what, v[0], v[1])
		}
	}
	if a, ok := u.Addr(); !ok || a.String() != "2001:db8::1" || u.Port != 5071 {
		t.Error(a, u.Port)
	}
	if v, ok := u.Param("LR"); !ok || len(v) != 0 || v == nil {
		t.Error("lr")
	}
	if _, ok := uri(t, "sip:abc.example.com").Addr(); ok {
		t.Error("a name is an address")
	}
}

func TestWhatIsNoURI(t *testing.T) {
	for _, s := range []string{
		"", "sip", "sip:", ":a", "sip:@h", "sip:a@", "sip:a@h:", "sip:a@h:99999", "sip:a@h:x", "sip:a b@h", "sip:a@h;",
		"sip:a@h;=x", "sip:a@h;x=", "sip:a@h?", "sip:a@h?x", "sip:a@@h", "sip:a%4@h", "sip:a%zz@h", "sip:<a@h>", "sip:a@[::1",
		"sip:a@[x]", "sip:a@h;x=1;X=2", "sip:a@h;x;%78",
		"1sip:a@h", "sip:a@h\x00", "sip:a@h\r\n", "tel:", "http:", "isbn:a b", "sip:ü@h",
	} {
		if u, err := ParseURI([]byte(s)); err == nil {
			t.Errorf("%q is a URI: %+v", s, u)
		}
	}
}

// Quirk: many desk phones: "#" of a dialled feature code is not escaped.
func TestAHashInTheUserPart(t *testing.T) {
	if u := uri(t, "sip:#43@example.com"); string(u.User) != "#43" {
		t.Errorf("%q", u.User)
	}
	if got := string(AppendEscapedUser(nil, "#4 3@ü")); got != "%234%203%40%C3%BC" {
		t.Error(got)
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ in, display, uri, params string }{
		{"sip:a@h", "", "sip:a@h", ""},
		{"sip:a@h;tag=1", "", "sip:a@h", ";tag=1"},
		{"<sip:a@h;x>;tag=1", "", "sip:a@h;x", ";tag=1"},
		{`"A, \"B\"" <sip:a@h> ; tag = 1`, `A, "B"`, "sip:a@h", "; tag = 1"},
		{"A B<sip:a@h>", "A B", "sip:a@h", ""},
		{"José (Büro) <sip:a@h>", "José (Büro)", "sip:a@h", ""},
		{`"" <sip:a@h>`, "", "sip:a@h", ""},
		{`sip:a@h;x="<y>"`, "", "sip:a@h", `;x="<y>"`},
		{"<tel:+1>", "", "tel:+1", ""},
	} {
		a, err := ParseAddress([]byte(c.in))
		if err != nil || string(a.DisplayName()) != c.display || string(a.RawURI) != c.uri || string(a.Params) != c.params {
			t.Errorf("%q: %v %q %q %q", c.in, err, a.DisplayName(), a.RawURI, a.Params)
		}
	}
	for _, s := range []string{
		"", "A", `"A`, `"A" sip:a@h`, "<sip:a@h", "A, B <sip:a@h>", "sip:a@h,b", "sip:a@h?x=y", "<sip:a@h>x", "<sip:a@h>;",
		"<sip:a@h>;=1", `<sip:a@h>;x="y`, "< sip:a@h>", "<sip:a@h>;tag=1;Tag=2",
	} {
		if a, err := ParseAddress([]byte(s)); err == nil {
			t.Errorf("%q is an address: %+v", s, a)
		}
	}
}

func TestVias(t *testing.T) {
	v, err := ParseVia([]byte("SIP / 2.0 / TLS  [2001:db8::1] : 5071 ; branch = z9hG4bKx ;rport=7;received=192.0.2.1; alias"))
	if err != nil || string(v.Transport) != "TLS" || string(v.Host) != "[2001:db8::1]" || v.Port != 5071 ||
		string(v.Branch) != "z9hG4bKx" || !v.HasRPort || v.RPort != 7 || string(v.Received) != "192.0.2.1" {
		t.Errorf("%v %+v", err, v)
	}
	if _, ok := v.Param("alias"); !ok {
		t.Error("alias")
	}
	for _, s := range []string{
		"", "SIP/2.0", "SIP/2.0/UDP", "SIP/2.0/UDP ", "SIP/2.0/UDP h:", "SIP/2.0/UDP h:99999", "SIP/2.0/UDP h;",
		"SIP/2.0/UDP h;branch=", "SIP/2.0/UDP h;rport=x", "HTTP/2.0/UDP h", "SIP/2.0/UDP [::1", "SIP/2.0/U DP h",
		"SIP/2.0/UDP h;branch=a;branch=b",
	} {
		if v, err := ParseVia([]byte(s)); err == nil {
			t.Errorf("%q is a Via: %+v", s, v)
		}
	}
}
