package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"

	"ringfence/internal/config"
	"ringfence/internal/edge/sipserver"
	"ringfence/internal/engine/call"
	"ringfence/internal/engine/media"
	"ringfence/internal/engine/presence"
	"ringfence/internal/engine/prompt"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/support/obs"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// telephone is the SIP plane: from the sockets to the calls.
type telephone struct {
	roster        *roster.Directory
	registrar     *registrar.Registrar
	calls         *call.Manager
	subscriptions *presence.Manager
	media         *media.Engine
	transport     *transport.Layer
	transactions  *transaction.Layer
	server        *sipserver.Server

	transportCounters    transport.Counters
	transactionCounters  transaction.Counters
	registrarCounters    registrar.Counters
	callCounters         call.Counters
	subscriptionCounters presence.Counters
	serverCounters       sipserver.Counters
}

// transactionUser hands to sipserver what the transaction layer, which must be there before it, receives. The server is
// set before the first listener is opened.
type transactionUser struct{ server *sipserver.Server }

// Request hands a request on.
func (t *transactionUser) Request(rq *transaction.Incoming) { t.server.Request(rq) }

// FlowClosed tells that a connection is gone.
func (t *transactionUser) FlowClosed(f transport.Flow) { t.server.FlowClosed(f) }

// bindings shows calls where the registrar knows phones to be.
type bindings struct{ registrar *registrar.Registrar }

// Bindings gives a user's bindings.
func (b bindings) Bindings(u pbx.UserID) []route.Binding {
	var out []route.Binding
	for _, r := range b.registrar.Bindings(u) {
		v := route.Binding{
			Line: r.Key.Line, Device: r.Device, Instance: r.Key.Instance, RegID: r.Key.RegID, Contact: r.Contact, Path: r.Path,
		}
		if flow, ok := r.FlowTo(); ok {
			v.Flow = flow
		}
		out = append(out, v)
	}
	return out
}

// Flow gives the newest authenticated flow of a device.
func (b bindings) Flow(d pbx.DeviceID) (transport.Flow, bool) { return b.registrar.Flow(d) }

// Watch tells when a binding of a user becomes live.
func (b bindings) Watch(u pbx.UserID, f func()) (stop func()) { return b.registrar.Watch(u, f) }

// newTelephone builds the SIP plane over the core; nothing listens yet.
func newTelephone(ctx context.Context, c *core, tlsConfig *tls.Config, node string) (*telephone, error) {
	log := c.log
	t := &telephone{roster: c.roster}
	err := t.roster.Load(ctx)
	if err != nil {
		return nil, err
	}
	t.media, err = media.New(media.Config{
		Network: c.around.Network, PortFrom: c.cfg.RTPPorts.From, PortTo: c.cfg.RTPPorts.To, Log: log.With("area", "media"),
	})
	if err != nil {
		return nil, err
	}
	user := &transactionUser{}
	t.transactions = transaction.New(transaction.Config{
		TU: user, Log: log.With("area", "transaction"), Counters: &t.transactionCounters,
	})
	t.transport = transport.New(transport.Config{
		Network: c.around.Network, Handler: t.transactions, TLS: tlsConfig, Log: log.With("area", "transport"), Counters: &t.transportCounters,
	})
	t.registrar = registrar.New(registrar.Config{
		Store: c.store.Bindings(), Flows: t.transport, Node: node, Log: log.With("area", "registrar"),
		Counters: &t.registrarCounters,
	})
	t.calls = call.New(call.Config{
		Transactions: t.transactions, Media: call.Engine(t.media), Bindings: bindings{t.registrar}, Directory: t.roster,
		Records: c.store.Records(), Personal: personal{c.admin, t.roster},
		Voicemail: c.mailboxSteps(t.roster, log), Music: prompt.Music(c.dir.prompts()),
		Node: node, Host: c.cfg.Domain, Advertise: c.cfg.Advertise, Product: product(),
		Log: log.With("area", "call"), Counters: &t.callCounters,
	})
	t.subscriptions = presence.New(presence.Config{ //nolint:contextcheck // it lives on after the start; Drain ends it
		Transactions: t.transactions, Flows: t.registrar, Directory: t.roster, Mailboxes: c.boxes, Host: c.cfg.Domain,
		Advertise: c.cfg.Advertise, Product: product(), Log: log.With("area", "presence"), Counters: &t.subscriptionCounters,
	})
	t.server = sipserver.New(sipserver.Config{
		Calls: t.calls, Registrar: t.registrar, Subscriptions: t.subscriptions, Directory: t.roster, Product: product(),
		Log: log.With("area", "sip"), Counters: &t.serverCounters,
	})
	user.server = t.server
	return t, nil
}

// listen opens the SIP listeners, after the bindings are in memory.
func (t *telephone) listen(ctx context.Context, cfg config.Config) (r Ready, err error) {
	if err := t.registrar.Load(ctx); err != nil {
		return r, err
	}
	if err := t.calls.Start(ctx); err != nil {
		return r, err
	}
	for _, l := range []struct {
		flag   string
		at     config.Address
		listen func(netip.AddrPort) (netip.AddrPort, error)
		into   *string
	}{
		{"sip-udp", cfg.SIPUDP, t.transport.ListenUDP, &r.SIPUDP},
		{"sip-tcp", cfg.SIPTCP, t.transport.ListenTCP, &r.SIPTCP},
		{"sip-tls", cfg.SIPTLS, t.transport.ListenTLS, &r.SIPTLS},
	} {
		if l.at.Off() {
			continue
		}
		at, err := resolve(ctx, l.flag, l.at)
		if err != nil {
			return r, err
		}
		bound, err := l.listen(at)
		if err != nil {
			return r, cannotListen(l.flag, at, err)
		}
		*l.into = reachable(bound)
	}
	return r, nil
}

// stop tells subscribers, ends calls with BYE, keeps what is pending, and closes everything.
func (t *telephone) stop(ctx context.Context, log *slog.Logger) error {
	t.server.Drain()
	t.transport.Drain()
	t.subscriptions.Drain(ctx)
	err := t.calls.Drain(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		log.WarnContext(ctx, "a phone did not answer its BYE in time", "error", err)
		err = nil
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
	defer cancel()
	err = errors.Join(err, t.registrar.Close(keep))
	t.transport.Close()
	t.transactions.Close()
	t.media.Close()
	return err
}

// notice says what is amiss with a device.
func (t *telephone) notice(d pbx.DeviceID) string {
	n, ok := t.server.Notice(d)
	if !ok || n.Kind != sipserver.TLSRequired {
		return ""
	}
	return fmt.Sprintf("It tried to register over %s from %s at %s and was refused: its security asks for TLS.",
		n.Transport, n.Source, n.At.UTC().Format("2006-01-02 15:04:05 UTC"))
}

// measure adds the counters of the SIP plane to the metrics.
func (t *telephone) measure(m *obs.Metrics) {
	m.Count("transport", &t.transportCounters)
	m.Count("transaction", &t.transactionCounters)
	m.Count("registrar", &t.registrarCounters)
	m.Count("call", &t.callCounters)
	m.Count("presence", &t.subscriptionCounters)
	m.Count("sip", &t.serverCounters)
	m.Count("media", t.media.Counters())
	m.Gauge("bindings", "Registered contacts, dormant ones included.", func() float64 {
		return float64(t.registrar.Count())
	})
	m.Gauge("subscriptions", "Event subscriptions.", func() float64 { return float64(t.subscriptions.Count()) })
	m.Gauge("calls_live", "Calls that go on now.", func() float64 { return float64(len(t.calls.Live())) })
	m.Gauge("sip_connections", "Open SIP connections.", func() float64 { return float64(t.transport.Connections()) })
	m.Gauge("media_ports_free", "Media ports that a leg could take now.", func() float64 {
		return float64(t.media.FreePorts())
	})
}
