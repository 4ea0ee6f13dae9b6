// Package media steers the media of calls: it negotiates each leg's session description (RFC 3264, RFC 4568), joins legs
// in bridges, plays tones and reports what happened. Packets themselves are moved by wire/rtp/relay.
//
// It implements rules 8, 15 and 20 to 24 of docs/signalling.md. It does not know SIP dialogs, transactions or who may call
// whom. Concurrency: the methods of a Leg, and Bridge and Unbridge for its legs, are called by one goroutine at a time
// (the call's actor that owns the leg); Stats, FreePorts and the counters may be read by any. Nothing here blocks or does
// I/O that can wait. Events come from the media goroutine and must be handed on at once.
package media

import (
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sdp"
)

// What negotiation and bridging can refuse. They are matched with errors.Is.
var (
	// ErrMalformed is a description that cannot be read: 400.
	ErrMalformed = errors.New("malformed session description")
	// ErrNotAcceptable is a description that can be read but not accepted: 488.
	ErrNotAcceptable = errors.New("session description not acceptable")
	// ErrOrder is an offer or answer that does not fit the state of the negotiation: 491 for a remote offer.
	ErrOrder = errors.New("offer and answer out of order")
	// ErrNoPorts says that every media port is in use or resting.
	ErrNoPorts = errors.New("no media port free")
	// ErrIncompatible says that two legs speak formats that cannot be passed or transcoded into each other.
	ErrIncompatible = errors.New("codecs cannot be joined")
	// ErrClosed says that the leg or the engine is closed.
	ErrClosed = errors.New("media closed")
)

// Config says how the engine works. Zero fields take the default beside them.
type Config struct {
	PortFrom uint16 // 16384
	PortTo   uint16 // 32767, included

	// Network carries the packets by the portable loop. Nil means the operating system's own sockets: on Linux raw ones
	// with epoll, elsewhere the portable loop over netx.OS.
	Network netx.Network

	PortRest time.Duration // 30 s: how long a port rests after its leg is closed
	Timeout  time.Duration // 60 s: how long a leg that should hear something may hear nothing
	ZRTPWait time.Duration // 10 s: how long a ZRTP leg waits for both phones to agree
	Log      *slog.Logger  // slog.Default()
}

// LegConfig says what is fixed for a leg's whole life.
type LegConfig struct {
	Local           netip.Addr   // local address of the signalling flow: the leg's address in SDP (rule 8)
	Advertise       netip.Addr   // stands in SDP instead when valid (server private, peer not)
	SignallingPeer  netip.Addr   // where plain media may come from besides the address in SDP
	SecureTransport bool         // keys may stand in SDP only then (rule 22)
	Policy          pbx.Security // pbx.Secure: plain media refused

	// Events hears what happens on the leg, on the media goroutine. It must not block. Nil drops events.
	Events func(Event)
}

// EventKind says what an Event tells.
type EventKind uint8

// The kinds of events.
const (
	Latched          EventKind = iota + 1 // the leg's media comes from Event.Addr and goes there
	Timeout                               // nothing was heard for Config.Timeout though it should have been
	ZRTPConfirmed                         // both phones agreed on keys; media passes
	ZRTPNotConfirmed                      // they did not within Config.ZRTPWait
	DTMF                                  // one key, told once: Event.Digit
)

// Event tells what happened on a leg.
type Event struct {
	Kind  EventKind
	Leg   *Leg
	Addr  netip.AddrPort // Latched
	Digit byte           // DTMF: '0'..'9', '*', '#', 'A'..'D', 'F' for flash
}

// Proposal is the remote side's offer, read and found acceptable. Nothing runs on it until Answer.
type Proposal struct {
	Codecs    []audio.Codec // speech formats in the offerer's order, telephone-event and comfort noise left out
	Direction sdp.Direction // as the offerer says
	OnHold    bool          // the offerer does not want to hear
	Secure    bool          // SDES keys that will be used

	// ZRTP is set when the offer carries a=zrtp-hash: what the other leg is offered in ZRTP mode (rule 21).
	ZRTP *ZRTPMedia
	// ZRTPOnly says that the offer can be answered in ZRTP mode only: if that is not possible, the call is refused with 488.
	ZRTPOnly bool
}

// ZRTPMedia is one side's media line with its formats and attributes, verbatim, for the leg on the other side.
type ZRTPMedia struct {
	media sdp.Media
}

// AnswerOptions says what we would like to answer.
type AnswerOptions struct {
	Prefer    []audio.Codec // the first that was offered is taken; then the offerer's order among what we can encode
	Direction sdp.Direction // what we would like, seen from us; limited by the offer
	ZRTP      *ZRTPMedia    // answer in ZRTP mode with what the other phone answered
}

// OfferOptions says what we offer.
type OfferOptions struct {
	Codecs       []audio.Codec // in order; telephone-event is added. Empty: what is running, else G.722, PCMA, PCMU
	Direction    sdp.Direction // seen from us
	ComfortNoise bool          // offer comfort noise too
	ZRTP         *ZRTPMedia    // offer in ZRTP mode what the other phone offered
}

// Result is what an answer brought.
type Result struct {
	Codec     audio.Codec // the speech format that is sent
	Codecs    []audio.Codec
	Direction sdp.Direction // seen from us
	OnHold    bool          // the remote side does not want to hear
	Security  pbx.MediaSecurity
	ZRTP      *ZRTPMedia // set in ZRTP mode: what the caller is answered
}

// Stats is what a leg has counted so far.
type Stats struct {
	Received, Sent           uint64 // RTP packets
	ReceivedBytes, SentBytes uint64 // RTP payload
	Lost                     uint64 // packets the remote sent that never came
	Jitter                   time.Duration
	RoundTrip                time.Duration // from RTCP, zero if unknown
	RemoteLost               uint64        // what the remote says it lost, from RTCP
	RemoteJitter             time.Duration // from RTCP
	MOS                      float64       // estimated quality of what we hear, 1 to 4.5; 0 before anything came
	Dropped                  uint64        // packets refused: wrong source, replayed, forged, unknown format
	Forged                   uint64        // of these, the ones that did not authenticate
	Remote                   netip.AddrPort
	LastHeard                time.Time
}
