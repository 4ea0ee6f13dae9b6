package sipserver

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// What RFC 4475 says an element answers to each of its messages, from a stranger who cannot authenticate: 401 where the
// request would be served otherwise, 0 where nothing may be answered.
func TestTortureMessagesOnTheWire(t *testing.T) {
	want := map[string]int{
		"wsinv": 481, "intmeth": 501, "esc01": 401, "escnull": 401, "esc02": 501, "lwsdisp": 401, "longreq": 401, "dblreq": 401,
		"semiuri": 401, "transports": 401, "mpart01": 405, "unreason": 0, "noreason": 0,
		"badinv01": 400, "clerr": 400, "ncl": 400, "scalar02": 400, "scalarlg": 0, "quotbal": 400, "ltgtruri": 400,
		"lwsruri": 400, "lwsstart": 400, "trws": 400, "escruri": 400, "baddate": 401, "regbadct": 400, "badaspec": 400,
		"baddn": 400, "badvers": 505, "mismatch01": 400, "mismatch02": 501, "bigcode": 0, "badbranch": 400, "insuf": 400,
		"unkscm": 416, "novelsc": 416, "unksm2": 400, "bext01": 420, "invut": 401, "regaut01": 401, "multi01": 400,
		"mcl01": 400, "bcast": 0, "zeromf": 401, "cparam01": 401, "cparam02": 401, "regescrt": 401, "sdp01": 406,
		"inv2543": 401,
	}
	files, err := filepath.Glob(filepath.Join("..", "..", "wire", "sip", "testdata", "torture", "*.dat"))
	if err != nil || len(files) != len(want) || len(want) != 49 {
		t.Fatalf("%d files, %d expectations, %v", len(files), len(want), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".dat")
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r := newRig(t, nil)
			defer r.close()
			got := 0
			if answers := r.arrive(newFlow(transport.UDP, mallory), text); len(answers) > 0 {
				got = answers[0]
			}
			if got != want[name] {
				t.Errorf("%d, want %d", got, want[name])
			}
		})
	}
}

// arrive does with a datagram what the transport does.
func (r *rig) arrive(f *flow, text []byte) []int {
	f.lenient = true
	m := sip.Acquire()
	defer m.Release()
	err := m.Parse(text)
	if err == nil {
		err = m.Validate()
	}
	var bad *sip.ParseError
	switch {
	case err == nil:
		r.layer.Message(f, m)
	case errors.As(err, &bad) && bad.Status != 0:
		r.layer.Malformed(f, m, bad)
	}
	return codes(f.take())
}

// Whom RFC 4475 lets in: the registrations that it wants to succeed do, and show what they must.
func TestTortureRegistrationsSucceed(t *testing.T) {
	for name, c := range map[string]struct{ contact, shown string }{
		"cparam01": {"sip:+19725552222@gw1.example.net;unknownparam", "<sip:+19725552222@gw1.example.net>"},
		"cparam02": {"<sip:+19725552222@gw1.example.net;unknownparam>", "<sip:+19725552222@gw1.example.net;unknownparam>"},
		"regescrt": {
			"<sip:user@example.com?Route=%3Csip:sip.example.com%3E>", "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>",
		},
	} {
		r := newRig(t, nil)
		defer r.close()
		m := r.authorized(newFlow(transport.UDP, alicePhone), client("alice"), "REGISTER", "alice", "m: "+c.contact)
		found := false
		for v := range m.All(sip.Contact) {
			shown, _, _ := strings.Cut(string(v), ">")
			found = found || shown+">" == c.shown
		}
		if m.StatusCode() != 200 || !found {
			t.Errorf("%s: %s", name, m.Raw())
		}
	}
}
