// Package srtp keys and runs SRTP (RFC 3711, RFC 6188, RFC 7714): it reads and writes the keys that stand in session
// descriptions (RFC 4568) and protects and opens packets in place.
//
// A Sender belongs to one outgoing stream, a Receiver to what one remote side sends. Both are owned by one goroutine and do
// not allocate for packets of a known source. Authentication comes before any change of state. Which keys are acceptable
// where is the caller's business, and so are packets' sources and formats. The cryptography itself is pion/srtp's; its types
// stay inside.
package srtp

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"log/slog"

	pion "github.com/pion/srtp/v3"
)

// Suite is a crypto suite of RFC 4568 §6.2 and its successors.
type Suite uint8

// The suites that are spoken, in the order in which they are offered.
const (
	AESCM128     Suite = iota + 1 // AES_CM_128_HMAC_SHA1_80, RFC 4568
	AEADAES128                    // AEAD_AES_128_GCM, RFC 7714
	AESCM256                      // AES_256_CM_HMAC_SHA1_80, RFC 6188
	unknownSuite Suite = 0
)

// Suites are all suites in the order in which they are offered.
func Suites() []Suite { return []Suite{AESCM128, AEADAES128, AESCM256} }

// Overhead is the most that protecting a packet adds to it, key identifier apart: SRTCP's index and the longest tag.
const Overhead = 4 + 16

type suiteInfo struct {
	name      string
	key, salt int // bytes
	profile   pion.ProtectionProfile
}

var suites = [...]suiteInfo{
	AESCM128:   {"AES_CM_128_HMAC_SHA1_80", 16, 14, pion.ProtectionProfileAes128CmHmacSha1_80},
	AEADAES128: {"AEAD_AES_128_GCM", 16, 12, pion.ProtectionProfileAeadAes128Gcm},
	AESCM256:   {"AES_256_CM_HMAC_SHA1_80", 32, 14, pion.ProtectionProfileAes256CmHmacSha1_80},
}

// String is the suite's name in session descriptions.
func (s Suite) String() string {
	if s == unknownSuite || int(s) >= len(suites) {
		return "unknown"
	}
	return suites[s].name
}

func suiteNamed(name string) Suite {
	for _, s := range Suites() {
		if suites[s].name == name {
			return s
		}
	}
	return unknownSuite
}

// Key is a suite with its master key and salt. It never shows in logs or text.
type Key struct {
	suite  Suite
	secret string // master key and salt, as they stand in the description
	mki    string
}

// NewKey makes a random key.
func NewKey(s Suite) Key {
	secret := make([]byte, suites[s].key+suites[s].salt)
	_, _ = rand.Read(secret) // never fails: crypto/rand ends the program instead
	return Key{suite: s, secret: string(secret)}
}

// MakeKey makes a key of known secrets: master key followed by master salt.
func MakeKey(s Suite, secret []byte) (Key, error) {
	if s == unknownSuite || int(s) >= len(suites) || len(secret) != suites[s].key+suites[s].salt {
		return Key{}, errKeyLength
	}
	return Key{suite: s, secret: string(secret)}, nil
}

var errKeyLength = errors.New("srtp: key does not fit its suite")

// Suite is the key's suite.
func (k Key) Suite() Suite { return k.suite }

// IsZero tells whether there is no key.
func (k Key) IsZero() bool { return k.suite == unknownSuite }

// Equal tells whether both keys are the same.
func (k Key) Equal(o Key) bool {
	return k.suite == o.suite && k.mki == o.mki &&
		subtle.ConstantTimeCompare([]byte(k.secret), []byte(o.secret)) == 1
}

// String hides the key.
func (k Key) String() string { return "[" + k.suite.String() + " key]" }

// GoString hides the key.
func (k Key) GoString() string { return k.String() }

// LogValue hides the key.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

func (k Key) master() (key, salt []byte) {
	n := suites[k.suite].key
	return []byte(k.secret[:n]), []byte(k.secret[n:])
}

func (k Key) context(options ...pion.ContextOption) (*pion.Context, error) {
	if k.IsZero() {
		return nil, errKeyLength
	}
	if k.mki != "" {
		options = append(options, pion.MasterKeyIndicator([]byte(k.mki)))
	}
	key, salt := k.master()
	return pion.CreateContext(key, salt, suites[k.suite].profile, options...)
}
