package digest

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/wire/sip"
)

var (
	here  = netip.MustParseAddr("192.0.2.1")
	there = netip.MustParseAddr("192.0.2.2")
	uri   = []byte("sip:example.com")
	alice = NewHA1("alice", "example.com", "correct horse")
)

// RFC 7616 §3.9.1: the example, for both algorithms.
func TestTheExampleOfTheRFC(t *testing.T) {
	ha1 := NewHA1("Mufasa", "http-auth@example.org", "Circle of Life")
	for alg, want := range map[Algorithm]string{
		MD5:    "8ca523f5e9506fed4657c9700eebdbec",
		SHA256: "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
	} {
		a := answer{
			algorithm: alg, method: []byte("GET"), uri: []byte("/dir/index.html"),
			nonce: []byte("7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"), nc: []byte("00000001"),
			cnonce: []byte("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"), qop: []byte("auth"),
		}
		if got, _ := a.appendResponse(nil, nil, &ha1); string(got) != want {
			t.Errorf("%s: %s", alg, got)
		}
	}
}

func newServer(t testing.TB, cfg Config) *Server {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func challenge(t testing.TB, s *Server, alg Algorithm) Challenge {
	t.Helper()
	c, err := ParseChallenge(s.AppendChallenge(nil, alg, "example.com", here, false))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func credentials(t testing.TB, value []byte) *Credentials {
	t.Helper()
	c, err := ParseCredentials(value)
	if err != nil {
		t.Fatalf("%v: %s", err, value)
	}
	return &c
}

func check(source netip.Addr, ha1 *HA1) Check {
	return Check{Method: []byte("REGISTER"), URI: uri, Source: source, HA1: ha1}
}

func TestWhoAnswersAChallengeIsLetIn(t *testing.T) {
	s := newServer(t, Config{})
	for _, alg := range []Algorithm{MD5, SHA256} {
		client := &Client{Username: "alice", Password: "correct horse"}
		auth := client.AppendAuthorization(nil, challenge(t, s, alg), sip.REGISTER, uri)
		if r := s.Verify(credentials(t, auth), check(here, &alice)); r != Valid {
			t.Errorf("%s: %s", alg, r)
		}
	}
}

// Each row changes one thing about a right answer.
func TestWhatIsRefused(t *testing.T) {
	s := newServer(t, Config{})
	swap := func(from, to string) func(string) string {
		return func(v string) string { return strings.Replace(v, from, to, 1) }
	}
	for _, c := range []struct {
		name   string
		change func(string) string
		check  Check
		want   Result
	}{
		{"the password is another", nil, Check{HA1: ptr(NewHA1("alice", "example.com", "x"))}, Wrong},
		{"the user does not exist", nil, Check{HA1: nil}, Wrong},
		{"the method is another", nil, Check{HA1: &alice, Method: []byte("INVITE")}, Wrong},
		{"the user in the URI is another", nil, Check{HA1: &alice, URI: []byte("sip:900@example.com")}, Wrong},
		{"the host in the URI is another", nil, Check{HA1: &alice, URI: []byte("sip:example.net")}, Wrong},
		{"the URI has a parameter more", nil, Check{HA1: &alice, URI: []byte("sip:example.com;transport=tls")}, Valid},
		{"the source is another", nil, Check{HA1: &alice, Source: there}, Stale},
		{"qop was taken away", swap("qop=auth, ", ""), Check{HA1: &alice}, Wrong},
		{"qop is auth-int", swap("qop=auth", "qop=auth-int"), Check{HA1: &alice}, Wrong},
		{"nc was raised without a new response", swap("nc=00000001", "nc=00000002"), Check{HA1: &alice}, Wrong},
		{"nc is zero", swap("nc=00000001", "nc=00000000"), Check{HA1: &alice}, Wrong},
		{"nc is short", swap("nc=00000001", "nc=1"), Check{HA1: &alice}, Wrong},
		{"the algorithm is unknown", swap("algorithm=MD5", "algorithm=MD5-sess"), Check{HA1: &alice}, Wrong},
		{"the response is in capitals", func(v string) string {
			at := strings.Index(v, `response="`) + len(`response="`)
			return v[:at] + strings.ToUpper(v[at:at+32]) + v[at+32:]
		}, Check{HA1: &alice}, Valid},
	} {
		t.Run(c.name, func(t *testing.T) {
			client := &Client{Username: "alice", Password: "correct horse"}
			auth := string(client.AppendAuthorization(nil, challenge(t, s, MD5), sip.REGISTER, uri))
			if c.change != nil {
				auth = c.change(auth)
			}
			k := c.check
			if k.Method == nil {
				k.Method = []byte("REGISTER")
			}
			if k.URI == nil {
				k.URI = uri
			}
			if !k.Source.IsValid() {
				k.Source = here
			}
			if got := s.Verify(credentials(t, []byte(auth)), k); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
	if n := s.Remembered(); n != 2 {
		t.Errorf("%d nonces remembered, want only those of the valid answers", n)
	}
}

func ptr(h HA1) *HA1 { return &h }

func TestMalformedCredentials(t *testing.T) {
	for _, v := range []string{
		"", "Digest", "Basic Zm9v", `Digest username="a"`, `Digest username="a`,
		`Digest username="a", realm="r", nonce="n", uri="u", response="x", username="b"`,
		`Digest username="a", realm="r", nonce="n", uri="u", response="x", userhash=true`,
		`Digest username="a", realm="r", nonce="n", uri="u", response="x" y`,
		`Digest =`,
	} {
		if _, err := ParseCredentials([]byte(v)); err == nil {
			t.Errorf("accepted %q", v)
		}
	}
}

func TestRetransmissionsAreNoReplays(t *testing.T) {
	s := newServer(t, Config{})
	client := &Client{Username: "alice", Password: "correct horse"}
	ch := challenge(t, s, MD5)
	var sent [][]byte
	for range 40 {
		sent = append(sent, client.AppendAuthorization(nil, ch, sip.REGISTER, uri))
	}
	for _, step := range []struct {
		what string
		nc   int
		want Result
	}{
		{"first", 1, Valid},
		{"again", 1, Repeated},
		{"and again", 1, Repeated},
		{"second", 2, Valid},
		{"replay of the first", 1, Stale},
		{"fifth, two overtook", 5, Valid},
		{"the third comes late", 3, Valid},
		{"the third again", 3, Repeated},
		{"replay of the fifth", 5, Stale},
		{"the fortieth", 40, Valid},
		{"the fourth is too late", 4, Stale},
		{"the thirtieth comes late", 30, Valid},
	} {
		if got := s.Verify(credentials(t, sent[step.nc-1]), check(here, &alice)); got != step.want {
			t.Errorf("%s: %s, want %s", step.what, got, step.want)
		}
	}
	other := &Client{Username: "alice", Password: "correct horse"}
	auth := other.AppendAuthorization(nil, ch, sip.REGISTER, uri)
	if got := s.Verify(credentials(t, auth), check(here, &alice)); got != Stale {
		t.Errorf("another response under a used count: %s", got)
	}
}

func TestANonceGetsOld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{Life: 5 * time.Minute})
		client := &Client{Username: "alice", Password: "correct horse"}
		ch := challenge(t, s, SHA256)
		for _, step := range []struct {
			wait time.Duration
			want Result
		}{{0, Valid}, {4 * time.Minute, Valid}, {time.Minute + time.Second, Stale}, {time.Hour, Stale}} {
			pass(step.wait)
			auth := client.AppendAuthorization(nil, ch, sip.REGISTER, uri)
			if got := s.Verify(credentials(t, auth), check(here, &alice)); got != step.want {
				t.Errorf("after %v more: %s, want %s", step.wait, got, step.want)
			}
		}
		again := &Client{Username: "alice", Password: "correct horse"}
		auth := again.AppendAuthorization(nil, challenge(t, s, SHA256), sip.REGISTER, uri)
		if got := s.Verify(credentials(t, auth), check(here, &alice)); got != Valid {
			t.Errorf("a new challenge: %s", got)
		}
		if n := s.Remembered(); n > 2 {
			t.Errorf("%d nonces remembered", n)
		}
	})
}

func TestAnotherServersNonceIsStaleAndAWrongPasswordUnderItWrong(t *testing.T) {
	before, after := newServer(t, Config{}), newServer(t, Config{})
	for password, want := range map[string]Result{"correct horse": Stale, "guess": Wrong} {
		client := &Client{Username: "alice", Password: password}
		auth := client.AppendAuthorization(nil, challenge(t, before, MD5), sip.REGISTER, uri)
		if got := after.Verify(credentials(t, auth), check(here, &alice)); got != want {
			t.Errorf("%s: %s, want %s", password, got, want)
		}
	}
}

func TestServersWithOneKeyTrustEachOther(t *testing.T) {
	key := []byte("0123456789abcdef")
	a, b := newServer(t, Config{Key: slices.Clone(key)}), newServer(t, Config{Key: key})
	client := &Client{Username: "alice", Password: "correct horse"}
	auth := client.AppendAuthorization(nil, challenge(t, a, MD5), sip.REGISTER, uri)
	if got := b.Verify(credentials(t, auth), check(here, &alice)); got != Valid {
		t.Error(got)
	}
}

func TestMemoryIsBoundedAndWhatWasForgottenIsStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{MaxNonces: 160, Life: 640 * time.Second})
		first := credentials(t, (&Client{Username: "alice", Password: "correct horse"}).AppendAuthorization(
			nil, challenge(t, s, MD5), sip.REGISTER, uri))
		if got := s.Verify(first, check(here, &alice)); got != Valid {
			t.Fatal(got)
		}
		for range 600 {
			pass(time.Second / 4)
			c := &Client{Username: "alice", Password: "correct horse"}
			s.Verify(credentials(t, c.AppendAuthorization(nil, challenge(t, s, MD5), sip.REGISTER, uri)), check(here, &alice))
		}
		if n := s.Remembered(); n > 160 {
			t.Errorf("%d nonces remembered", n)
		}
		if got := s.Verify(first, check(here, &alice)); got != Stale {
			t.Errorf("a forgotten nonce: %s", got)
		}
	})
}

func TestTheClientChoosesWhatItSpeaks(t *testing.T) {
	values := [][]byte{
		[]byte(`Digest realm="r", nonce="a", algorithm=SHA-512-256, qop="auth"`),
		[]byte(`Basic realm="r"`),
		[]byte(`Digest realm="r", nonce="b", algorithm=SHA-256, qop="auth-int,auth"`),
		[]byte(`Digest realm="r", nonce="c", algorithm=MD5`),
	}
	c, ok := Choose(slices.Values(values))
	if !ok || string(c.Nonce) != "b" || c.Algorithm != SHA256 || !c.QOPAuth {
		t.Errorf("%+v", c)
	}
}

func TestVerifyingAndChallengingDoNotAllocate(t *testing.T) {
	s := newServer(t, Config{})
	ch := challenge(t, s, MD5)
	client := &Client{Username: "alice", Password: "correct horse"}
	auth := client.AppendAuthorization(nil, ch, sip.REGISTER, uri)
	buf := make([]byte, 0, 512)
	k := check(here, &alice)
	n := testing.AllocsPerRun(200, func() {
		buf = s.AppendChallenge(buf[:0], MD5, "example.com", here, false)
		c, err := ParseCredentials(auth)
		if r := s.Verify(&c, k); err != nil || r == Wrong {
			t.Fatal(err, r)
		}
	})
	if n != 0 && !raceEnabled {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkVerify(b *testing.B) {
	s := newServer(b, Config{})
	for _, alg := range []Algorithm{MD5, SHA256} {
		b.Run(alg.String(), func(b *testing.B) {
			client := &Client{Username: "alice", Password: "correct horse"}
			auth := client.AppendAuthorization(nil, challenge(b, s, alg), sip.REGISTER, uri)
			k := check(here, &alice)
			b.ReportAllocs()
			for b.Loop() {
				c, _ := ParseCredentials(auth)
				if s.Verify(&c, k) == Wrong {
					b.Fatal("wrong")
				}
			}
		})
	}
}

func FuzzCredentials(f *testing.F) {
	s := newServer(f, Config{})
	client := &Client{Username: `al"ice\`, Password: "x"}
	f.Add(client.AppendAuthorization(nil, challenge(f, s, MD5), sip.REGISTER, uri))
	f.Add([]byte(`Digest username="a\"b",realm=r,nonce="",uri="sip:a@b",response=0,nc=00000001,qop=auth,cnonce="" `))
	f.Add([]byte("Digest ,,a=b,\t, c = \"d\" "))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCredentials(b)
		if err != nil {
			return
		}
		if r := s.Verify(&c, check(here, &alice)); r != Wrong && !strings.Contains(string(b), "alice") {
			t.Errorf("%s: %q", r, b)
		}
	})
}

func FuzzChallenge(f *testing.F) {
	f.Add([]byte(`Digest realm="r", nonce="b", algorithm=SHA-256, qop="auth-int,auth", stale=TRUE, opaque=""`))
	f.Fuzz(func(t *testing.T, b []byte) {
		ch, err := ParseChallenge(b)
		if err != nil || ch.Algorithm == Unknown {
			return
		}
		auth := (&Client{Username: "alice", Password: "p"}).AppendAuthorization(nil, ch, sip.INVITE, uri)
		c, err := ParseCredentials(auth)
		if err != nil {
			t.Fatalf("own answer is malformed: %q", auth)
		}
		if want := cleaned(ch.Realm); string(c.Realm) != want {
			t.Errorf("realm %q became %q", ch.Realm, c.Realm)
		}
	})
}

func cleaned(b []byte) string {
	b = slices.Clone(b)
	for i, c := range b {
		if c == '\r' || c == '\n' || c == 0 {
			b[i] = ' '
		}
	}
	return string(b)
}

func ExampleClient() {
	client := &Client{Username: "alice", Password: "correct horse"}
	ch, _ := ParseChallenge([]byte(`Digest realm="example.com", nonce="n", qop="auth"`))
	auth := client.AppendAuthorization(nil, ch, sip.REGISTER, []byte("sip:example.com"))
	fmt.Println(string(auth[:60]))
	// Output: Digest username="alice", realm="example.com", nonce="n", uri
}

// pass lets virtual time pass.
func pass(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // virtual time
