// Package phone is scripted SIP telephones for tests, so that a test reads as its story:
//
//	alice, bob := phone.New(t, aliceConfig), phone.New(t, bobConfig)
//	alice.Register()
//	bob.Register()
//	call := alice.Invite("202")
//	ringing := bob.Incoming()
//	ringing.Ring()
//	call.WaitRinging()
//	ringing.Answer()
//	call.WaitAnswered()
//	call.SendTone(440)
//	ringing.WaitHears(440)
//	call.Hangup()
//	ringing.WaitEnded()
//
// A phone works on the machine's network and on one in memory, there also in virtual time. It uses the wire ring's
// messages, transports and transactions, but keeps dialogs and session descriptions by code of its own, so that it does not
// share the mistakes of the server that it tests. What does not happen within Config.Patience fails the test.
//
// The methods belong to the test's goroutine.
package phone

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"sync"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/digest"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// Reporter is told what failed; a *testing.T is one. Fatalf does not return.
type Reporter interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// Security is how a phone protects its media.
type Security uint8

// The kinds of media protection. The zero value is what a secure phone does.
const (
	SDES        Security = iota // RTP/SAVP with a=crypto
	OfferedSDES                 // RTP/AVP with a=crypto: secure if the other side takes it
	Plain                       // RTP/AVP
)

// Config is what a phone is set up with.
type Config struct {
	Name          string // in failures: alice
	Network       netx.Network
	Local         netip.Addr     // the phone's own address
	Server        netip.AddrPort // where it sends everything: the outbound proxy
	Transport     transport.Kind // TLS if zero
	ServerName    string         // the name that the server's certificate must have
	Roots         *x509.CertPool // who may sign that certificate
	Domain        string         // the host part of addresses
	Username      string         // of the SIP account
	Password      string
	User          string        // the user part of From and Contact; Username if empty
	Display       string        // the display name in From
	Expires       time.Duration // asked for in REGISTER; 300 s if zero
	ContactParams string        // added to Contact in REGISTER: ;+sip.instance="<urn:uuid:...>"
	Security      Security
	Codecs        []audio.Codec // PCMA and PCMU if empty
	Reliable      bool          // 100rel (RFC 3262)
	Session       time.Duration // Session-Expires to ask for (RFC 4028); none if zero
	Tone          float64       // hertz, sent in every call; silence if zero
	Patience      time.Duration // 10 s if zero
}

func (c Config) withDefaults() Config {
	if c.Network == nil {
		c.Network = netx.OS{}
	}
	if !c.Local.IsValid() {
		c.Local = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	if c.Transport == 0 {
		c.Transport = transport.TLS
	}
	if c.User == "" {
		c.User = c.Username
	}
	if c.Name == "" {
		c.Name = c.User
	}
	if c.Expires == 0 {
		c.Expires = 300 * time.Second
	}
	if len(c.Codecs) == 0 {
		c.Codecs = []audio.Codec{audio.PCMA, audio.PCMU}
	}
	if c.Patience == 0 {
		c.Patience = 10 * time.Second
	}
	return c
}

// Phone is one telephone.
type Phone struct {
	cfg    Config
	report Reporter
	dialer *dialer

	transport *transport.Layer
	layer     *transaction.Layer
	local     netip.AddrPort // where the phone hears UDP

	mu       sync.Mutex
	changed  chan struct{} // closed, and made anew, whenever anything changes
	flow     transport.Flow
	vanished bool
	messages []Message
	calls    map[string]*Call // by Call-ID and our tag
	subs     map[string]*Subscription
	waiting  []*Call // incoming ones that the test has not asked for yet
	register registration
	auth     digest.Client
	plan     plan
}

// New sets a phone up. Close it at the end of the test.
func New(report Reporter, cfg Config) *Phone {
	p := &Phone{
		cfg: cfg.withDefaults(), report: report, changed: make(chan struct{}), calls: make(map[string]*Call),
		subs: make(map[string]*Subscription), register: registration{callID: sip.NewCallID(), tag: sip.NewTag()},
	}
	p.auth = digest.Client{Username: cfg.Username, Password: cfg.Password}
	p.start()
	return p
}

// start opens the phone's sockets.
func (p *Phone) start() {
	p.report.Helper()
	p.dialer = &dialer{Network: p.cfg.Network}
	p.layer = transaction.New(transaction.Config{TU: user{p}})
	p.transport = transport.New(transport.Config{
		Network: p.dialer, Handler: spy{p},
		ClientTLS: &tls.Config{RootCAs: p.cfg.Roots, MinVersion: tls.VersionTLS12},
		// A phone under test stays however long it is silent.
		Limits: transport.Limits{Idle: 24 * time.Hour, IdleStranger: 24 * time.Hour, FirstMessage: 24 * time.Hour},
	})
	p.local = netip.AddrPortFrom(p.cfg.Local, 0)
	if p.cfg.Transport == transport.UDP {
		local, err := p.transport.ListenUDP(p.local)
		p.must(err, "open a UDP socket")
		p.local = local
	}
}

// Close takes the phone off the network without a word to anybody.
func (p *Phone) Close() {
	p.mu.Lock()
	calls := make([]*Call, 0, len(p.calls))
	for _, c := range p.calls {
		calls = append(calls, c)
	}
	p.vanished = true
	p.mu.Unlock()
	for _, c := range calls {
		c.stop()
	}
	p.transport.Close()
	p.layer.Close()
}

// Vanish makes the phone stop: it sends nothing any more, neither answers nor media, and closes nothing.
func (p *Phone) Vanish() {
	p.update(func() { p.vanished = true })
	p.layer.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		c.media.mute()
	}
}

// Reboot takes the phone off the network and switches it on again. It has forgotten its calls and is not registered.
func (p *Phone) Reboot() {
	p.Close()
	p.mu.Lock()
	p.calls, p.waiting, p.flow, p.vanished = make(map[string]*Call), nil, nil, false
	p.subs = make(map[string]*Subscription)
	p.register = registration{callID: sip.NewCallID(), tag: sip.NewTag()}
	p.mu.Unlock()
	p.start()
}

// ResetConnection resets the phone's connection to the server, as a router that restarts does. The calls go on; Register
// opens a new connection.
func (p *Phone) ResetConnection() {
	p.report.Helper()
	p.must(p.dialer.reset(), "reset the connection")
	p.await("the end of the connection", func() bool { return p.flow == nil || p.flow.Closed() })
}

// connect gives the flow to the server, a new one if the old has ended.
func (p *Phone) connect() (transport.Flow, error) {
	p.mu.Lock()
	f := p.flow
	p.mu.Unlock()
	if f != nil && !f.Closed() {
		return f, nil
	}
	ctx, cancel := p.patience()
	defer cancel()
	f, err := p.transport.Dial(ctx, p.cfg.Transport, p.cfg.Server, transport.DialOptions{
		Local: p.local, ServerName: p.cfg.ServerName,
	})
	if err != nil {
		return nil, err
	}
	p.update(func() {
		p.flow = f
		if p.cfg.Transport != transport.UDP {
			p.local = f.Local()
		}
	})
	return f, nil
}

// connected is connect, and fails the test if there is no connection to be had.
func (p *Phone) connected() transport.Flow {
	p.report.Helper()
	f, err := p.connect()
	p.must(err, "connect to the server")
	return f
}

// dialer remembers the last connection, so that it can be reset.
type dialer struct {
	netx.Network

	mu   sync.Mutex
	last net.Conn
}

func (d *dialer) reset() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last == nil {
		return net.ErrClosed
	}
	return netx.Reset(d.last)
}
