package vault

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"math/big"

	"ringfence/internal/pbx"
)

// alphabet leaves out what looks alike on a small display: 0 O 1 l I.
const alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// NewSIPPassword makes a SIP secret: 20 random characters.
func NewSIPPassword() pbx.Secret { return pbx.NewSecret(random(alphabet, 20)) }

// NewPortalPassword makes a portal password: four groups of six random characters, 139 bits.
func NewPortalPassword() pbx.Secret {
	s := random(alphabet, 24)
	return pbx.NewSecret(s[:6] + "-" + s[6:12] + "-" + s[12:18] + "-" + s[18:])
}

// NewPIN makes a PIN of six digits that the policy accepts for a user with these numbers.
func NewPIN(numbers ...string) pbx.Secret {
	for {
		pin := random("0123456789", 6)
		if pbx.PINProblem(pin, numbers...) == "" {
			return pbx.NewSecret(pin)
		}
	}
}

// NewToken makes a token of 256 bits, written with the characters of an address.
func NewToken(prefix string) pbx.Secret {
	var b [32]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it ends the process instead
	return pbx.NewSecret(prefix + base64.RawURLEncoding.EncodeToString(b[:]))
}

// TokenHash is under which a token is stored: it has 256 bits, so a plain hash does.
func TokenHash(token pbx.Secret) [32]byte { return sha256.Sum256([]byte(token.Reveal())) }

// Letters makes n random lower-case letters.
func Letters(n int) string { return random("abcdefghijkmnpqrstuvwxyz", n) }

// HA1 gives the digest hashes of a SIP user name, realm and password.
func HA1(username, realm string, password pbx.Secret) (md5Hash [16]byte, sha256Hash [32]byte) {
	text := []byte(username + ":" + realm + ":" + password.Reveal())
	// RFC 7616 §3.4.2: HA1 by the algorithm's own hash; MD5 is what most phones still understand.
	return md5.Sum(text), sha256.Sum256(text)
}

func random(from string, n int) string {
	out := make([]byte, n)
	most := big.NewInt(int64(len(from)))
	for i := range out {
		x, _ := rand.Int(rand.Reader, most) // crypto/rand never fails: it ends the process instead
		out[i] = from[x.Int64()]
	}
	return string(out)
}
