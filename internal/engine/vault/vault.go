// Package vault keeps secrets: it seals what must be read again, hashes what need not be, and makes new ones.
//
// What it gives back is bound to the row it is stored in, so that one row's value is worthless in another, and to a key
// that lies outside the database, so that a stolen database alone gives nothing away. A Vault is safe for concurrent use.
package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"ringfence/internal/pbx"
)

// Costs of argon2id: 19 MiB and two passes, about 25 ms of one core.
const (
	argonMemory = 19 << 10 // KiB
	argonPasses = 2
	argonSalt   = 16
	argonKey    = 32
)

// hashesAtOnce bounds the memory that hashing takes, whoever asks for it.
const hashesAtOnce = 2

const (
	formatSealed byte = 1
	formatArgon  byte = 1
)

// errDamaged says that a stored value can't be opened: it was moved from its row, altered, or sealed with another key.
var errDamaged = errors.New("sealed value does not belong to this row and key")

// Vault seals and hashes. Make one with New.
type Vault struct {
	aead   cipher.AEAD
	macKey []byte
	slots  chan struct{}
}

// New makes a vault from the master key.
func New(master [32]byte) (*Vault, error) {
	sealKey, err := hkdf.Key(sha256.New, master[:], nil, "ringfence seal v1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the sealing key: %w", err)
	}
	macKey, err := hkdf.Key(sha256.New, master[:], nil, "ringfence mac v1", 32)
	if err != nil {
		return nil, fmt.Errorf("derive the hashing key: %w", err)
	}
	block, err := aes.NewCipher(sealKey)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("make the cipher: %w", err)
	}
	return &Vault{aead: aead, macKey: macKey, slots: make(chan struct{}, hashesAtOnce)}, nil
}

// Seal encrypts a value for its row.
func (v *Vault) Seal(row string, plain []byte) pbx.Sealed {
	out := make([]byte, 1+v.aead.NonceSize(), 1+v.aead.NonceSize()+len(plain)+v.aead.Overhead())
	out[0] = formatSealed
	_, _ = rand.Read(out[1:])                            // crypto/rand never fails: it ends the process instead
	return v.aead.Seal(out, out[1:], plain, []byte(row)) //nolint:gosec // the nonce is random, made on the line above
}

// Open decrypts a value from its row.
func (v *Vault) Open(row string, sealed pbx.Sealed) ([]byte, error) {
	n := 1 + v.aead.NonceSize()
	if len(sealed) < n || sealed[0] != formatSealed {
		return nil, errDamaged
	}
	plain, err := v.aead.Open(nil, sealed[1:n], sealed[n:], []byte(row))
	if err != nil {
		return nil, errDamaged
	}
	return plain, nil
}

// MAC is the keyed hash of a secret in its row. It is for secrets that nobody could guess even with the key, and for
// PINs, whose guard is the limit of tries.
func (v *Vault) MAC(row string, secret pbx.Secret) pbx.Sealed {
	h := hmac.New(sha256.New, v.macKey)
	h.Write([]byte(row))
	h.Write([]byte{0})
	h.Write([]byte(secret.Reveal()))
	return h.Sum(nil)
}

// Stretched is argon2id of what a person chose, ready to be sealed for its row.
type Stretched []byte

// String hides it from logs.
func (Stretched) String() string { return "redacted" }

// Stretch makes argon2id of what a person chose. At most two run at once; it waits for its turn until ctx ends, then the
// error is Unavailable.
func (v *Vault) Stretch(ctx context.Context, secret pbx.Secret) (Stretched, error) {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // crypto/rand never fails: it ends the process instead
	key, err := v.argon(ctx, secret, salt)
	if err != nil {
		return nil, err
	}
	plain := append([]byte{formatArgon}, salt...)
	return append(plain, key...), nil
}

// SealStretched binds a stretched secret to its row.
func (v *Vault) SealStretched(row string, s Stretched) pbx.Sealed { return v.Seal(row, s) }

// Verify tells whether secret is what the stored value was made from. It always does the work of one argon2id, whatever
// the scheme, also for a stored value of nil, so that its time tells nothing.
func (v *Vault) Verify(ctx context.Context, row string, scheme pbx.SecretScheme, stored pbx.Sealed,
	secret pbx.Secret,
) (bool, error) {
	var salt, want []byte
	if scheme == pbx.SchemeArgon2 && len(stored) > 0 {
		plain, err := v.Open(row, stored)
		if err != nil {
			return false, err
		}
		if len(plain) != 1+argonSalt+argonKey || plain[0] != formatArgon {
			return false, errDamaged
		}
		salt, want = plain[1:1+argonSalt], plain[1+argonSalt:]
	} else {
		salt = make([]byte, argonSalt)
	}
	got, err := v.argon(ctx, secret, salt)
	if err != nil {
		return false, err
	}
	switch {
	case len(stored) == 0:
		return false, nil
	case scheme == pbx.SchemeArgon2:
		return subtle.ConstantTimeCompare(got, want) == 1, nil
	case scheme == pbx.SchemeHMAC:
		return v.VerifyMAC(row, stored, secret), nil
	}
	return false, errDamaged
}

// VerifyMAC tells whether secret is what MAC made the stored value from.
func (v *Vault) VerifyMAC(row string, stored pbx.Sealed, secret pbx.Secret) bool {
	return hmac.Equal(v.MAC(row, secret), stored)
}

func (v *Vault) argon(ctx context.Context, secret pbx.Secret, salt []byte) ([]byte, error) {
	select {
	case v.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, &pbx.Error{Kind: pbx.Unavailable, Text: "The server is busy; try again.", Cause: ctx.Err()}
	}
	defer func() { <-v.slots }()
	// The same text may be typed composed or not, as the keyboard has it.
	text := norm.NFC.String(secret.Reveal())
	return argon2.IDKey([]byte(text), salt, argonPasses, argonMemory, 1, argonKey), nil
}
