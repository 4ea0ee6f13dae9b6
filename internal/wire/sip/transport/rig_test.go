package transport_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

var (
	serverAddr = netip.MustParseAddrPort("192.0.2.1:5060")
	serverTLS  = netip.MustParseAddrPort("192.0.2.1:5061")
	peerAddr   = netip.MustParseAddr("192.0.2.2")
)

// recorder is a handler that notes everything and answers requests with 200.
type recorder struct {
	mu     sync.Mutex
	notes  []string
	flows  []transport.Flow
	handle func(f transport.Flow, m *sip.Message)
}

func (r *recorder) note(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, fmt.Sprintf(format, args...))
}

func (r *recorder) Message(f transport.Flow, m *sip.Message) {
	r.note("%s %s", m.Method(), m.CallID())
	r.mu.Lock()
	r.flows = append(r.flows, f.Retain())
	handle := r.handle
	r.mu.Unlock()
	if handle != nil {
		handle(f, m)
	}
	if m.IsRequest() {
		reply(f, m, 200)
	}
}

func (r *recorder) Malformed(f transport.Flow, m *sip.Message, err *sip.ParseError) {
	r.note("malformed %d", err.Status)
	reply(f, m, err.Status)
}

func (r *recorder) FlowClosed(transport.Flow) { r.note("closed") }

func reply(f transport.Flow, m *sip.Message, code int) {
	var b sip.Builder
	b.ResponseTo(m, code, "", "tag", f.Remote())
	b.End()
	_ = f.Send(b.Bytes()) // the test sees what arrives
}

func (r *recorder) expect(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.notes, want) {
		t.Errorf("noted %q, want %q", r.notes, want)
	}
}

func (r *recorder) count(what string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, note := range r.notes {
		if strings.HasPrefix(note, what) {
			n++
		}
	}
	return n
}

func (r *recorder) flow(i int) transport.Flow {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.flows[i]
}

// options is a request; size is filled up with a body.
func options(id string, size int) []byte {
	var b sip.Builder
	b.Request(sip.OPTIONS, []byte("sip:server.example.org"))
	b.Via("UDP", "192.0.2.2:5060", "z9hG4bK"+id)
	b.Header(sip.From, "<sip:alice@example.org>;tag=a")
	b.Header(sip.To, "<sip:bob@example.org>")
	b.Header(sip.CallID, id)
	b.CSeq(1, sip.OPTIONS)
	if size > 0 {
		b.Body("text/plain", make([]byte, size))
	} else {
		b.End()
	}
	return b.Bytes()
}

// rig is a server layer on a network in memory.
type rig struct {
	*testing.T
	net    *netx.Memory
	peer   *netx.Host
	server *transport.Layer
	seen   *recorder
	roots  *x509.CertPool
}

func inBubble(t *testing.T, limits transport.Limits, play func(r *rig)) {
	t.Helper()
	config, roots := certificate(t)
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, net: netx.NewMemory(1, netx.Link{}), seen: &recorder{}, roots: roots}
		r.peer = r.net.Host(peerAddr)
		r.server = transport.New(transport.Config{
			Network: r.net.Host(serverAddr.Addr()), Handler: r.seen, TLS: config, Limits: limits,
		})
		for _, listen := range []func() (netip.AddrPort, error){
			func() (netip.AddrPort, error) { return r.server.ListenUDP(serverAddr) },
			func() (netip.AddrPort, error) { return r.server.ListenTCP(serverAddr) },
			func() (netip.AddrPort, error) { return r.server.ListenTLS(serverTLS) },
		} {
			if _, err := listen(); err != nil {
				t.Fatal(err)
			}
		}
		play(r)
		r.server.Close()
		if n := r.server.Connections(); n != 0 {
			t.Errorf("%d connections are left", n)
		}
	})
}

func (r *rig) dial() net.Conn {
	r.Helper()
	c, err := r.peer.Dial(r.Context(), serverAddr)
	if err != nil {
		r.Fatal(err)
	}
	synctest.Wait()
	return c
}

func (r *rig) write(c net.Conn, b []byte) {
	r.Helper()
	if _, err := c.Write(b); err != nil {
		r.Fatal(err)
	}
	synctest.Wait()
}

func (r *rig) wait(d time.Duration) {
	time.Sleep(d) //nolint:forbidigo // virtual time
	synctest.Wait()
}

// read is what arrives within a second.
func read(t *testing.T, c net.Conn) string {
	t.Helper()
	var b strings.Builder
	buf := make([]byte, 4096)
	_ = c.SetReadDeadline(time.Now().Add(time.Second))
	for {
		n, err := c.Read(buf)
		b.Write(buf[:n])
		if err != nil {
			return b.String()
		}
	}
}

// certificate makes a server certificate for "pbx.example.org" that signs itself.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "pbx.example.org"},
		DNSNames:  []string{"pbx.example.org"},
		NotBefore: time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{
		MinVersion:   tls.VersionTLS12,
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
		ClientAuth:   tls.RequestClientCert,
	}, roots
}
