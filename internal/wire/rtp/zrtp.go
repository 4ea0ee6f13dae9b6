package rtp

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"encoding/hex"
	"strings"
)

const (
	zrtpCookie   = 0x5a525450 // "ZRTP", RFC 6189 §5
	zrtpPreamble = 0x505a     // RFC 6189 §5.1
	zrtpHeader   = 12
	zrtpCRC      = 4
)

// ZRTPType is the type of a ZRTP message (RFC 6189 §5.1.1), as far as a relay must know it.
type ZRTPType uint8

// The messages in the order in which a key agreement runs.
const (
	ZRTPOther ZRTPType = iota
	ZRTPHello
	ZRTPCommit
	ZRTPConfirm1
	ZRTPConfirm2
	ZRTPConf2ACK
)

// ZRTPMessage is the message of a ZRTP packet: its type, and its bytes from the preamble on, without the checksum.
type ZRTPMessage struct {
	Type  ZRTPType
	Bytes []byte
}

// ParseZRTP reads a ZRTP packet (RFC 6189 §5). The checksum is not verified: it protects against noise, and what matters
// to a relay is proved by the Hello's hash.
func ParseZRTP(b []byte) (ZRTPMessage, bool) {
	if KindOf(b) != Keying || len(b) < zrtpHeader+12+zrtpCRC {
		return ZRTPMessage{}, false
	}
	m := b[zrtpHeader : len(b)-zrtpCRC]
	words := int(binary.BigEndian.Uint16(m[2:]))
	if binary.BigEndian.Uint16(m) != zrtpPreamble || 4*words > len(m) || words < 3 {
		return ZRTPMessage{}, false
	}
	return ZRTPMessage{Type: zrtpType(string(m[4:12])), Bytes: m[:4*words]}, true
}

func zrtpType(block string) ZRTPType {
	switch block {
	case "Hello   ":
		return ZRTPHello
	case "Commit  ":
		return ZRTPCommit
	case "Confirm1":
		return ZRTPConfirm1
	case "Confirm2":
		return ZRTPConfirm2
	case "Conf2ACK":
		return ZRTPConf2ACK
	default:
		return ZRTPOther
	}
}

// ZRTPHash is what a=zrtp-hash promises about the Hello message.
type ZRTPHash [sha256.Size]byte

// ParseZRTPHash reads the value of an a=zrtp-hash attribute: a version and 64 hexadecimal digits (RFC 6189 §8).
func ParseZRTPHash(value string) (ZRTPHash, bool) {
	version, digits, ok := strings.Cut(strings.TrimSpace(value), " ")
	digits = strings.TrimSpace(digits)
	if !ok || !strings.HasPrefix(version, "1.") || len(digits) != 2*sha256.Size {
		return ZRTPHash{}, false
	}
	var h ZRTPHash
	if _, err := hex.Decode(h[:], []byte(digits)); err != nil {
		return ZRTPHash{}, false
	}
	return h, true
}

// Verifies tells whether the message is the Hello that was promised.
func (h ZRTPHash) Verifies(m ZRTPMessage) bool {
	if m.Type != ZRTPHello {
		return false
	}
	sum := sha256.Sum256(m.Bytes)
	return subtle.ConstantTimeCompare(sum[:], h[:]) == 1
}
