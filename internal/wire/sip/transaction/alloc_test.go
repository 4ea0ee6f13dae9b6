package transaction_test

import (
	"crypto/x509"
	"net/netip"
	"testing"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// sink is a flow that leads nowhere.
type sink struct{ sent int }

func (*sink) ID() transport.FlowID                  { return transport.FlowID{} }
func (*sink) Kind() transport.Kind                  { return transport.UDP }
func (*sink) Local() netip.AddrPort                 { return bobAddr }
func (*sink) Remote() netip.AddrPort                { return aliceAddr }
func (*sink) ServerName() string                    { return "" }
func (*sink) PeerCertificates() []*x509.Certificate { return nil }
func (f *sink) Send([]byte) error                   { f.sent++; return nil }
func (f *sink) Retain() transport.Flow              { return f }
func (*sink) Closed() bool                          { return false }
func (*sink) Close(string)                          {}
func (*sink) Identity() any                         { return nil }
func (*sink) SetIdentity(any)                       {}

// refuser answers every request 401 without a transaction.
type refuser struct{}

func (refuser) Request(rq *transaction.Incoming) { _ = rq.Reply(401, "Unauthorized", nil) } // counted by the flow
func (refuser) FlowClosed(transport.Flow)        {}

// accepter answers every request 200 in a transaction.
type accepter struct{ msg []byte }

func (a *accepter) Request(rq *transaction.Incoming) {
	s, err := rq.Begin(a)
	if err == nil {
		_ = s.Respond(200, a.msg) // a sink takes everything
	}
}
func (*accepter) FlowClosed(transport.Flow)                   {}
func (*accepter) Cancelled(*transaction.Server, *sip.Message) {}
func (*accepter) Done(*transaction.Server, error)             {}

func TestStatelessAnswerDoesNotAllocate(t *testing.T) {
	if raceDetector {
		t.Log("pools forget on purpose under the race detector")
		return
	}
	l := transaction.New(transaction.Config{TU: refuser{}})
	defer l.Close()
	f, m, msg := &sink{}, sip.Acquire(), request(sip.REGISTER, "z9hG4bKa")
	defer m.Release()
	got := testing.AllocsPerRun(1000, func() {
		if err := m.Parse(msg); err != nil {
			t.Fatal(err)
		}
		l.Message(f, m)
	})
	if got != 0 || f.sent == 0 {
		t.Errorf("%v allocations for each of %d answers", got, f.sent)
	}
}

func BenchmarkServerTransaction(b *testing.B) {
	l := transaction.New(transaction.Config{
		TU: &accepter{msg: make([]byte, 400)}, Limits: transaction.Limits{Servers: 1 << 30, PerSource: 1 << 30},
	})
	defer l.Close()
	f, m := &sink{}, sip.Acquire()
	defer m.Release()
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Parse(request(sip.OPTIONS, sip.NewBranch())); err != nil {
			b.Fatal(err)
		}
		l.Message(f, m)
	}
}
