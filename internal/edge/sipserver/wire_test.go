package sipserver

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

var (
	serverAddr = netip.MustParseAddrPort("192.0.2.1:5060")
	phoneAddr  = netip.MustParseAddrPort("192.0.2.7:5060")
)

// site is the whole way of a registration over a network in memory: transport, transactions, server, registrar.
type site struct {
	registrar *registrar.Registrar
	server    *Server
}

func newSite(t *testing.T, network netx.Network, store registrar.BindingStore) *site {
	t.Helper()
	s := &site{}
	user := &tu{}
	layer := transaction.New(transaction.Config{TU: user})
	wire := transport.New(transport.Config{Network: network, Handler: layer})
	s.registrar = registrar.New(registrar.Config{Store: store, Flows: wire})
	user.server = New(Config{Calls: &calls{delivery: call.NoDialog}, Registrar: s.registrar, Directory: newDirectory()})
	s.server = user.server
	if _, err := wire.ListenUDP(serverAddr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		wire.Close()
		layer.Close()
		if err := s.registrar.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return s
}

// telephone registers as a user agent client does: it repeats what is not answered and answers challenges.
type telephone struct {
	t     *testing.T
	layer *transaction.Layer
	wire  *transport.Layer
	auth  *digest.Client
	cseq  int

	mu   sync.Mutex
	last *sip.Message
	got  []int
}

func newTelephone(t *testing.T, network netx.Network) *telephone {
	t.Helper()
	p := &telephone{t: t, auth: client("alice")}
	p.layer = transaction.New(transaction.Config{TU: p})
	p.wire = transport.New(transport.Config{Network: network, Handler: p.layer})
	if _, err := p.wire.ListenUDP(phoneAddr); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.wire.Close()
		p.layer.Close()
	})
	return p
}

func (p *telephone) Request(*transaction.Incoming) {}
func (p *telephone) FlowClosed(transport.Flow)     {}

func (p *telephone) Response(_ *transaction.Client, m *sip.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.got = append(p.got, m.StatusCode())
	p.last = m.Clone()
}

func (p *telephone) Done(_ *transaction.Client, err error) {
	if err != nil {
		p.t.Errorf("the registration ended with %v", err)
	}
}

// register makes one registration, challenge included, and returns the codes that came.
func (p *telephone) register() []int {
	p.got, p.last = nil, nil
	authorization := ""
	for range 2 {
		p.cseq++
		var b sip.Builder
		b.Request(sip.REGISTER, []byte("sip:example.com"))
		b.Via("UDP", phoneAddr.String(), sip.NewBranch())
		b.Int(sip.MaxForwards, 70)
		b.Address(sip.From, "", []byte("sip:alice@example.com"), "t")
		b.Address(sip.To, "", []byte("sip:alice@example.com"), "")
		b.Header(sip.CallID, "one")
		b.CSeq(uint32(p.cseq), sip.REGISTER)
		b.Header(sip.Contact, "<sip:alice@"+phoneAddr.String()+">")
		if authorization != "" {
			b.Header(sip.Authorization, authorization)
		}
		b.End()
		f, err := p.wire.Dial(p.t.Context(), transport.UDP, serverAddr, transport.DialOptions{})
		if err != nil {
			p.t.Fatal(err)
		}
		if _, err := p.layer.Send(f, sip.REGISTER, slices.Clone(b.Bytes()), p); err != nil {
			p.t.Fatal(err)
		}
		pass(40 * time.Second) // longer than a transaction lives
		p.mu.Lock()
		last := p.last
		p.mu.Unlock()
		if last == nil || last.StatusCode() != 401 {
			break
		}
		ch, _ := digest.Choose(last.All(sip.WWWAuthenticate))
		authorization = string(p.auth.AppendAuthorization(nil, ch, sip.REGISTER, []byte("sip:example.com")))
	}
	return p.got
}

// Issue: REGISTER with every first 200 lost and with a 700 ms commit.
func TestRegisteringOverABadNetwork(t *testing.T) {
	for _, c := range []struct {
		name   string
		commit time.Duration
		filter func() netx.Filter
	}{
		{"all is well", 0, nil},
		{"every first 200 is lost", 5 * time.Millisecond, func() netx.Filter { return loseFirst("SIP/2.0 200") }},
		{"the commit takes 700 ms", 700 * time.Millisecond, nil},
		{"both", 700 * time.Millisecond, func() netx.Filter { return loseFirst("SIP/2.0 200") }},
		{"every first challenge is lost", 0, func() netx.Filter { return loseFirst("SIP/2.0 401") }},
		{"every first request is lost", 0, func() netx.Filter { return loseFirst("REGISTER") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				network := netx.NewMemory(1, netx.Link{Delay: 10 * time.Millisecond})
				if c.filter != nil {
					network.SetFilter(c.filter())
				}
				s := newSite(t, network, slowStore{c.commit})
				p := newTelephone(t, network)
				for i := range 5 {
					if got := p.register(); !slices.Equal(got, []int{401, 200}) {
						t.Fatalf("registration %d: %v", i, got)
					}
				}
				list := s.registrar.Bindings(100)
				if len(list) != 1 || int(list[0].CSeq) != p.cseq || list[0].Remote != phoneAddr {
					t.Errorf("%+v", list)
				}
				if n := s.server.counters.WrongDigest.Load(); n != 0 {
					t.Errorf("%d wrong digests", n)
				}
			})
		})
	}
}

// loseFirst loses the first datagram of each transaction that begins like that.
func loseFirst(prefix string) netx.Filter {
	seen := map[string]bool{}
	return func(p netx.Packet) netx.Fate {
		text := string(p.Data)
		if !strings.HasPrefix(text, prefix) {
			return netx.Fate{}
		}
		_, rest, _ := strings.Cut(text, "branch=")
		branch, _, _ := strings.Cut(rest, ";")
		key := fmt.Sprint(p.From, branch)
		lost := !seen[key]
		seen[key] = true
		return netx.Fate{Drop: lost}
	}
}
