package transport

import (
	"crypto/x509"
	"encoding/hex"
	"net/netip"

	"ringfence/internal/wire/sip"
)

// Kind is the transport protocol of a flow.
type Kind uint8

// The transports of RFC 3261 §18 and RFC 7118.
const (
	UDP Kind = iota + 1
	TCP
	TLS
	WS
	WSS
)

// String is the transport's name as a Via header writes it.
func (k Kind) String() string {
	switch k {
	case UDP:
		return "UDP"
	case TCP:
		return "TCP"
	case TLS:
		return "TLS"
	case WS:
		return "WS"
	case WSS:
		return "WSS"
	}
	return "unknown"
}

// Reliable says that the transport repeats lost packets itself, so that transactions need not.
func (k Kind) Reliable() bool { return k != UDP }

// Secure says that nobody between the two ends can read the messages.
func (k Kind) Secure() bool { return k == TLS || k == WSS }

// FlowID names a flow. It cannot be guessed: random for a connection, a keyed hash of both addresses for UDP.
type FlowID [16]byte

// String is the id in hexadecimal.
func (id FlowID) String() string { return hex.EncodeToString(id[:]) }

// Flow is what messages are sent on: a connection, or the pair of a local and a remote UDP address (RFC 5626 §3.1).
// A request is sent on a flow and never to an address alone. Flows are safe for concurrent use.
type Flow interface {
	// ID names the flow.
	ID() FlowID
	// Kind is the transport protocol.
	Kind() Kind
	// Local is our address of the flow.
	Local() netip.AddrPort
	// Remote is the peer's address.
	Remote() netip.AddrPort
	// ServerName is the name that the peer asked for in the TLS handshake (SNI), or empty.
	ServerName() string
	// PeerCertificates are the certificates that the peer presented in the TLS handshake, leaf first.
	PeerCertificates() []*x509.Certificate
	// Send sends one whole message; it is done with msg when it returns. It never waits for a slow peer: what the
	// peer does not take is queued, and a connection whose queue is full is closed. The error is ErrClosed,
	// ErrOverflow, ErrTooLarge or the system's.
	Send(msg []byte) error
	// Retain returns a flow that stays valid after the handler call in which this one was given. For a connection
	// that is the same flow.
	Retain() Flow
	// Closed says that nothing can be sent any more.
	Closed() bool
	// Close ends a connection; the reason goes to the log. A UDP flow has nothing to close.
	Close(reason string)
	// Identity is what SetIdentity stored: who authenticated on this connection. It is nil on UDP.
	Identity() any
	// SetIdentity stores who authenticated; the first one lifts the limits of strangers from the connection.
	SetIdentity(identity any)
}

// Handler receives what arrives. It is called on the reader goroutine of the socket or connection, in order of arrival,
// and must not block. A flow or message that is kept beyond the call must be retained or cloned.
type Handler interface {
	// Message is one valid message.
	Message(f Flow, m *sip.Message)
	// Malformed is one message that broke a rule whose violation is answered; err.Status is the status to answer.
	Malformed(f Flow, m *sip.Message, err *sip.ParseError)
	// FlowClosed is called once for each connection, after its last message.
	FlowClosed(f Flow)
}
