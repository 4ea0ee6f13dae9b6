package digest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	mrand "math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// A nonce is 24 bytes: the second of its issue, 4 random bytes that make it unique, and 16 bytes of MAC over both and
// the source. The MAC is one AES block: for messages of exactly one block that is CBC-MAC, a sound MAC under a secret
// key, at a tenth of the cost of HMAC.
const (
	nonceBytes = 24
	nonceText  = 32 // base64 of it
)

// signer makes and checks nonces.
type signer struct {
	block cipher.Block
	pool  sync.Pool // of *[2][aes.BlockSize]byte: what the cipher works on must not move
}

func newSigner(key []byte) (*signer, error) {
	if len(key) == 0 {
		key = make([]byte, 32)
		_, _ = rand.Read(key) // never fails
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return &signer{block: block, pool: sync.Pool{New: func() any { return new([2][aes.BlockSize]byte) }}}, nil
}

// nonce is what an issued nonce tells.
type nonce struct {
	issued uint32 // Unix seconds
	unique uint32
	mac    [aes.BlockSize]byte
}

// appendNew appends a new nonce for the source.
func (s *signer) appendNew(dst []byte, now time.Time, source netip.Addr) []byte {
	n := nonce{issued: uint32(now.Unix()), unique: mrand.Uint32()}
	n.mac = s.sign(n, source)
	var raw [nonceBytes]byte
	binary.BigEndian.PutUint32(raw[:], n.issued)
	binary.BigEndian.PutUint32(raw[4:], n.unique)
	copy(raw[8:], n.mac[:])
	return base64.RawURLEncoding.AppendEncode(dst, raw[:])
}

// read takes a nonce apart and reports whether we issued it to the source.
func (s *signer) read(text []byte, source netip.Addr) (nonce, bool) {
	var raw [nonceBytes]byte
	if len(text) != nonceText {
		return nonce{}, false
	}
	if _, err := base64.RawURLEncoding.Decode(raw[:], text); err != nil {
		return nonce{}, false
	}
	n := nonce{issued: binary.BigEndian.Uint32(raw[:]), unique: binary.BigEndian.Uint32(raw[4:])}
	copy(n.mac[:], raw[8:])
	want := s.sign(n, source)
	return n, subtle.ConstantTimeCompare(want[:], n.mac[:]) == 1
}

func (s *signer) sign(n nonce, source netip.Addr) [aes.BlockSize]byte {
	buf := s.pool.Get().(*[2][aes.BlockSize]byte)
	in, out := &buf[0], &buf[1]
	binary.BigEndian.PutUint32(in[:], n.issued)
	binary.BigEndian.PutUint32(in[4:], n.unique)
	prefix := sourcePrefix(source)
	copy(in[8:], prefix[:])
	s.block.Encrypt(out[:], in[:])
	mac := *out
	s.pool.Put(buf)
	return mac
}

// sourcePrefix is what a nonce is bound to: an IPv4 address, or the /64 network of an IPv6 one. An IPv4 address takes
// the place of a network in ff00::/8, where no source can be.
func sourcePrefix(a netip.Addr) (p [8]byte) {
	a = a.Unmap()
	if a.Is4() {
		four := a.As4()
		copy(p[:], []byte{0xff, 0xff, 0xff, 0xff})
		copy(p[4:], four[:])
		return p
	}
	if a.IsValid() {
		sixteen := a.As16()
		copy(p[:], sixteen[:8])
	}
	return p
}
