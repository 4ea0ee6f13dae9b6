package phone_test

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
	"ringfence/test/phone"
)

// registrar is the least that a phone can register with.
type registrar struct {
	t      *testing.T
	digest *digest.Server
	ha1    digest.HA1
	flows  chan transport.Flow // each that a phone registered on
	closed chan transport.Flow
}

func (r *registrar) FlowClosed(f transport.Flow) { r.closed <- f }

func (r *registrar) Request(rq *transaction.Incoming) {
	m := rq.Msg
	source := rq.Flow.Remote().Addr()
	c, err := digest.ParseCredentials(m.Get(sip.Authorization))
	if err == nil {
		result := r.digest.Verify(&c, digest.Check{
			Method: m.MethodName(), URI: m.RequestURI(), Source: source, HA1: &r.ha1,
		})
		if result == digest.Valid {
			r.flows <- rq.Flow.Retain()
			_ = rq.Reply(200, "", func(b *sip.Builder) {
				b.HeaderBytes(sip.Contact, append(bytes.Clone(m.Get(sip.Contact)), ";expires=120"...))
			})
			return
		}
	}
	_ = rq.Reply(401, "", func(b *sip.Builder) {
		b.HeaderBytes(sip.WWWAuthenticate, r.digest.AppendChallenge(nil, digest.SHA256, "example.org", source, false))
	})
}

func TestRegisterOverAConnectionThatIsReset(t *testing.T) {
	d, err := digest.New(digest.Config{})
	if err != nil {
		t.Fatal(err)
	}
	r := &registrar{
		t: t, digest: d, ha1: digest.NewHA1("alice", "example.org", "secret"),
		flows: make(chan transport.Flow, 9), closed: make(chan transport.Flow, 9),
	}
	layer := transaction.New(transaction.Config{TU: r})
	server := transport.New(transport.Config{Handler: layer})
	defer layer.Close()
	defer server.Close()
	addr, err := server.ListenTCP(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	cfg := phone.Config{
		Username: "alice", Password: "secret", Domain: "example.org", Server: addr, Transport: transport.TCP,
	}
	alice := phone.New(t, cfg)
	defer alice.Close()
	alice.Register()
	if alice.Granted() != 120*time.Second {
		t.Errorf("granted %s", alice.Granted())
	}
	first := <-r.flows
	alice.ResetConnection()
	alice.Register()
	second := <-r.flows
	// The server may read the reset only after the second REGISTER: they come on two connections.
	if ended := <-r.closed; ended.ID() != first.ID() || second.ID() == first.ID() {
		t.Error("the phone registered on the connection that was reset")
	}
	alice.Unregister()
	cfg.Password = "wrong"
	mallory := phone.New(t, cfg)
	defer mallory.Close()
	if code := mallory.TryRegister(); code != 401 {
		t.Errorf("a wrong password was answered %d", code)
	}
}
