// Package rtp reads and writes RTP and RTCP packets (RFC 3550), telephone events (RFC 4733) and recognises ZRTP
// (RFC 6189). It works on the bytes of packets, allocates nothing and keeps no state but a Source's reception statistics,
// which one goroutine owns. It knows no sockets and no encryption.
package rtp

import "encoding/binary"

// HeaderSize is the size of a header without contributing sources and extension.
const HeaderSize = 12

const version = 2 << 6

// Header is what a packet says about itself.
type Header struct {
	Marker    bool
	Payload   uint8
	Sequence  uint16
	Timestamp uint32
	SSRC      uint32
	Begin     int // where the payload begins
	End       int // where it ends; padding follows
}

// Parse reads a packet's header and checks that it fits the packet (RFC 3550 §5.1).
func Parse(b []byte) (Header, bool) {
	if len(b) < HeaderSize || b[0]&0xc0 != version {
		return Header{}, false
	}
	h := Header{
		Marker:    b[1]&0x80 != 0,
		Payload:   b[1] & 0x7f,
		Sequence:  binary.BigEndian.Uint16(b[2:]),
		Timestamp: binary.BigEndian.Uint32(b[4:]),
		SSRC:      binary.BigEndian.Uint32(b[8:]),
		Begin:     HeaderSize + 4*int(b[0]&0x0f),
		End:       len(b),
	}
	if b[0]&0x10 != 0 {
		if len(b) < h.Begin+4 {
			return Header{}, false
		}
		h.Begin += 4 + 4*int(binary.BigEndian.Uint16(b[h.Begin+2:]))
	}
	if b[0]&0x20 != 0 {
		padding := int(b[len(b)-1])
		if padding == 0 {
			return Header{}, false
		}
		h.End -= padding
	}
	return h, h.Begin <= h.End
}

// Put writes a plain header of HeaderSize bytes.
func (h *Header) Put(b []byte) {
	_ = b[HeaderSize-1]
	b[0] = version
	b[1] = h.Payload & 0x7f
	if h.Marker {
		b[1] |= 0x80
	}
	binary.BigEndian.PutUint16(b[2:], h.Sequence)
	binary.BigEndian.PutUint32(b[4:], h.Timestamp)
	binary.BigEndian.PutUint32(b[8:], h.SSRC)
}

// SSRC is the source of a packet that was not yet opened; 0 if it is too short.
func SSRC(b []byte) uint32 {
	if len(b) < HeaderSize {
		return 0
	}
	return binary.BigEndian.Uint32(b[8:])
}

// Kind is what a datagram on a media port is.
type Kind uint8

// The kinds of datagrams.
const (
	Unknown Kind = iota
	Media
	Control // RTCP
	Keying  // ZRTP
	STUN
)

// KindOf tells the kind of a datagram by its first bytes (RFC 7983 §7, RFC 5761 §4).
func KindOf(b []byte) Kind {
	switch {
	case len(b) < 8:
		return Unknown
	case b[0] <= 3:
		return STUN
	case b[0]&0xc0 == version:
		// RFC 5761 §4: RTCP packet types 192 to 223 are where RTP would have payload types 64 to 95 with a marker.
		if b[1] >= 192 && b[1] <= 223 {
			return Control
		}
		return Media
	case b[0]&0xf0 == 0x10 && binary.BigEndian.Uint32(b[4:]) == zrtpCookie:
		return Keying
	default:
		return Unknown
	}
}
