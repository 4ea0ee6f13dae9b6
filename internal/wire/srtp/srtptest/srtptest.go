// Package srtptest is a second, slow implementation of SRTP for tests: written from RFC 3711, RFC 6188 and RFC 7714 alone, with
// one explicit index for each packet, so that it shares no mistake with the one in use. It opens and makes packets; it has
// no replay window and guesses nothing.
package srtptest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"errors"
)

// Key is a master key and salt with what is derived from them. Make one with New.
type Key struct {
	master, salt []byte
	gcm          bool
	block        cipher.Block // of the session's encryption key
	aeadCipher   cipher.AEAD
	auth         []byte
	sessionSalt  []byte
}

// New derives a session's keys. The master key has 16 or 32 bytes and the salt 14, or 12 for GCM.
func New(master, salt []byte, gcm bool) Key {
	k := Key{master: master, salt: salt, gcm: gcm}
	k.auth, k.sessionSalt = k.derive(1, 20), k.derive(2, len(salt))
	k.block, _ = aes.NewCipher(k.derive(0, len(master))) // the length is the master key's
	k.aeadCipher, _ = cipher.NewGCM(k.block)             // AES has the right block size
	return k
}

// IsZero tells whether there is no key.
func (k Key) IsZero() bool { return k.master == nil }

// ErrAuth is a packet whose tag is wrong.
var ErrAuth = errors.New("srtptest: authentication failed")

const tagSize = 10

// derive is RFC 3711 §4.3.1 with a key derivation rate of zero.
func (k Key) derive(label byte, n int) []byte {
	x := make([]byte, 16)
	copy(x, k.salt) // RFC 7714 §11: a 96-bit salt is padded with zeros to 112 bits
	x[7] ^= label
	block, err := aes.NewCipher(k.master)
	if err != nil {
		panic(err) // a test with a key of the wrong size
	}
	out := make([]byte, n)
	cipher.NewCTR(block, x).XORKeyStream(out, out)
	return out
}

func headerSize(packet []byte) int {
	n := 12 + 4*int(packet[0]&15)
	if packet[0]&0x10 != 0 {
		n += 4 + 4*int(binary.BigEndian.Uint16(packet[n+2:]))
	}
	return n
}

// iv is RFC 3711 §4.1.1.
func (k Key) iv(ssrc uint32, index uint64) []byte {
	iv := make([]byte, 16)
	copy(iv, k.sessionSalt)
	for i := range 4 {
		iv[4+i] ^= byte(ssrc >> (24 - 8*i))
	}
	for i := range 6 {
		iv[8+i] ^= byte(index >> (40 - 8*i))
	}
	return iv
}

func (k Key) tag(packet []byte, roc uint32) []byte {
	mac := hmac.New(sha1.New, k.auth)
	mac.Write(packet)
	mac.Write(binary.BigEndian.AppendUint32(nil, roc))
	return mac.Sum(nil)[:tagSize]
}

func (k Key) stream(packet []byte, index uint64) cipher.Stream {
	return cipher.NewCTR(k.block, k.iv(binary.BigEndian.Uint32(packet[8:]), index))
}

// aead is RFC 7714 §8.1.
func (k Key) aead(packet []byte, roc uint32) (cipher.AEAD, []byte) {
	iv := make([]byte, 12)
	copy(iv[2:], packet[8:12])
	binary.BigEndian.PutUint32(iv[6:], roc)
	copy(iv[10:], packet[2:4])
	for i, b := range k.sessionSalt {
		iv[i] ^= b
	}
	return k.aeadCipher, iv
}

// Open opens an RTP packet whose roll-over counter is known.
func (k Key) Open(packet []byte, roc uint32) ([]byte, error) {
	h := headerSize(packet)
	out := append([]byte(nil), packet...)
	if k.gcm {
		gcm, iv := k.aead(packet, roc)
		plain, err := gcm.Open(out[:h:h], iv, packet[h:], packet[:h])
		if err != nil {
			return nil, ErrAuth
		}
		return plain, nil
	}
	end := len(packet) - tagSize
	if !hmac.Equal(k.tag(packet[:end], roc), packet[end:]) {
		return nil, ErrAuth
	}
	index := uint64(roc)<<16 | uint64(binary.BigEndian.Uint16(packet[2:]))
	k.stream(packet, index).XORKeyStream(out[h:end], out[h:end])
	return out[:end], nil
}

// Seal protects an RTP packet.
func (k Key) Seal(packet []byte, roc uint32) []byte {
	h := headerSize(packet)
	out := append([]byte(nil), packet...)
	if k.gcm {
		gcm, iv := k.aead(packet, roc)
		return gcm.Seal(out[:h], iv, packet[h:], packet[:h])
	}
	index := uint64(roc)<<16 | uint64(binary.BigEndian.Uint16(packet[2:]))
	k.stream(packet, index).XORKeyStream(out[h:], out[h:])
	return append(out, k.tag(out, roc)...)
}

// Stream follows one stream as RFC 3711 §3.3.1 tells a receiver to, for packets in order.
type Stream struct {
	Key     Key
	roc     uint32
	last    uint16
	started bool
}

// Open opens the next packet of the stream.
func (s *Stream) Open(packet []byte) ([]byte, error) {
	seq := binary.BigEndian.Uint16(packet[2:])
	roc := s.roc
	switch {
	case !s.started:
	case seq < s.last && s.last-seq > 1<<15:
		roc++
	case seq > s.last && seq-s.last > 1<<15:
		roc--
	}
	plain, err := s.Key.Open(packet, roc)
	if err == nil && (!s.started || int16(seq-s.last) > 0) {
		s.roc, s.last, s.started = roc, seq, true
	}
	return plain, err
}

// ROC is the roll-over counter of the newest packet.
func (s *Stream) ROC() uint32 { return s.roc }
