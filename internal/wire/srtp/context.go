package srtp

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/pion/rtp"
	pion "github.com/pion/srtp/v3"
)

// Overlap is how long a replaced key is still accepted: packets sent before the change arrive after it.
const Overlap = 2 * time.Second

const (
	window     = 128 // packets that may arrive late
	maxSources = 64  // SSRCs of one key; the remote side, which authenticates, has one or a few
	maxPacket  = 2048
)

// Errors of opening packets.
var (
	// ErrTooManySources says that a remote side used more SSRCs under one key than any telephone does.
	ErrTooManySources = errors.New("srtp: too many sources under one key")
	// ErrTooShort is a packet without room for its header.
	ErrTooShort = errors.New("srtp: packet too short")
)

// Sender protects one outgoing stream.
type Sender struct {
	key    Key
	ctx    *pion.Context
	header rtp.Header
}

// NewSender makes a sender. Its roll-over counter starts at 0, so that the stream's first sequence number should be low.
func NewSender(k Key) (*Sender, error) {
	ctx, err := k.context()
	if err != nil {
		return nil, err
	}
	return &Sender{key: k, ctx: ctx}, nil
}

// Key is the sender's key.
func (s *Sender) Key() Key { return s.key }

// ProtectRTP encrypts the packet in place and returns it longer by the tag. The packet's capacity must exceed its length
// by Overhead and the key's identifier, or a copy is made.
func (s *Sender) ProtectRTP(packet []byte) ([]byte, error) {
	return s.ctx.EncryptRTP(packet, packet, &s.header)
}

// ProtectRTCP does the same for a compound RTCP packet.
func (s *Sender) ProtectRTCP(packet []byte) ([]byte, error) {
	return s.ctx.EncryptRTCP(packet, packet, nil)
}

// Receiver opens what one remote side sends.
type Receiver struct {
	current receiving
	old     receiving // accepted until oldUntil
	until   time.Time
	scratch []byte // a packet's copy while two keys are tried, because a failed GCM attempt destroys its input
	header  rtp.Header
}

// receiving is one key's context with the sources it has seen.
type receiving struct {
	key     Key
	ctx     *pion.Context
	sources [maxSources]uint32
	known   int
}

// NewReceiver makes a receiver.
func NewReceiver(k Key) (*Receiver, error) {
	r := &Receiver{}
	ctx, err := receiverContext(k)
	if err != nil {
		return nil, err
	}
	r.current.key, r.current.ctx = k, ctx
	return r, nil
}

func receiverContext(k Key) (*pion.Context, error) {
	return k.context(pion.SRTPReplayProtection(window), pion.SRTCPReplayProtection(window))
}

// Key is the key in use.
func (r *Receiver) Key() Key { return r.current.key }

// Rekey changes the key. The same key goes on with its roll-over counters (RFC 3711 §3.3.1: the index belongs to the key
// and the source, not to the session description); a new one starts at 0 while the old is accepted for Overlap.
func (r *Receiver) Rekey(k Key, now time.Time) error {
	if r.current.key.Equal(k) {
		return nil
	}
	if r.old.ctx != nil && r.old.key.Equal(k) && now.Before(r.until) {
		r.current, r.old = r.old, r.current
		r.until = now.Add(Overlap)
		return nil
	}
	ctx, err := receiverContext(k)
	if err != nil {
		return err
	}
	r.old, r.until = r.current, now.Add(Overlap)
	r.current = receiving{key: k, ctx: ctx}
	if r.scratch == nil {
		r.scratch = make([]byte, maxPacket)
	}
	return nil
}

// UnprotectRTP authenticates and decrypts the packet in place. Replayed, forged and too old packets fail and change
// nothing.
func (r *Receiver) UnprotectRTP(packet []byte, now time.Time) ([]byte, error) {
	if len(packet) < 12 {
		return nil, ErrTooShort
	}
	ssrc := binary.BigEndian.Uint32(packet[8:])
	if !r.overlapping(now) {
		return r.current.rtp(packet, ssrc, &r.header)
	}
	copied := r.scratch[:copy(r.scratch, packet)]
	out, err := r.current.rtp(packet, ssrc, &r.header)
	if err == nil {
		return out, nil
	}
	return r.old.rtp(packet[:copy(packet, copied)], ssrc, &r.header)
}

// UnprotectRTCP does the same for a compound RTCP packet.
func (r *Receiver) UnprotectRTCP(packet []byte, now time.Time) ([]byte, error) {
	if len(packet) < 8 {
		return nil, ErrTooShort
	}
	ssrc := binary.BigEndian.Uint32(packet[4:])
	if !r.overlapping(now) {
		return r.current.rtcp(packet, ssrc)
	}
	copied := r.scratch[:copy(r.scratch, packet)]
	out, err := r.current.rtcp(packet, ssrc)
	if err == nil {
		return out, nil
	}
	return r.old.rtcp(packet[:copy(packet, copied)], ssrc)
}

func (r *Receiver) overlapping(now time.Time) bool {
	if r.old.ctx == nil {
		return false
	}
	if now.Before(r.until) {
		return true
	}
	r.old = receiving{}
	return false
}

func (c *receiving) rtp(packet []byte, ssrc uint32, header *rtp.Header) ([]byte, error) {
	known, err := c.room(ssrc)
	if err != nil {
		return nil, err
	}
	out, err := c.ctx.DecryptRTP(packet, packet, header)
	if err == nil && !known {
		c.remember(ssrc)
	}
	return out, err
}

func (c *receiving) rtcp(packet []byte, ssrc uint32) ([]byte, error) {
	known, err := c.room(ssrc)
	if err != nil {
		return nil, err
	}
	out, err := c.ctx.DecryptRTCP(packet, packet, nil)
	if err == nil && !known {
		c.remember(ssrc)
	}
	return out, err
}

// room tells whether the source is known, and fails if it is not and no more may be.
func (c *receiving) room(ssrc uint32) (known bool, err error) {
	if c.knows(ssrc) {
		return true, nil
	}
	if c.known == maxSources {
		return false, ErrTooManySources
	}
	return false, nil
}

// remember is for a source that authenticated.
func (c *receiving) remember(ssrc uint32) {
	c.sources[c.known] = ssrc
	c.known++
}

// knows looks for the source; the latest is the likeliest.
func (c *receiving) knows(ssrc uint32) bool {
	for i := c.known - 1; i >= 0; i-- {
		if c.sources[i] == ssrc {
			return true
		}
	}
	return false
}
