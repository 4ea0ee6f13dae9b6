package srtp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Crypto is one a=crypto line (RFC 4568 §4) that can be used.
type Crypto struct {
	Tag int
	Key Key
}

// Errors of ParseCrypto.
var (
	// ErrSyntax is a line that cannot be read.
	ErrSyntax = errors.New("crypto attribute syntax")
	// ErrUnsupported is a line that can be read and is not spoken: another suite, several keys, session parameters that
	// weaken or change the protection.
	ErrUnsupported = errors.New("crypto attribute not supported")
)

const (
	maxLine = 512
	maxMKI  = 16
)

// ParseCrypto reads the value of an a=crypto attribute.
func ParseCrypto(value string) (Crypto, error) {
	if len(value) > maxLine {
		return Crypto{}, fmt.Errorf("%w: too long", ErrSyntax)
	}
	fields := strings.Fields(value)
	if len(fields) < 3 {
		return Crypto{}, fmt.Errorf("%w: tag, suite and key are needed", ErrSyntax)
	}
	// RFC 4568 §9.1: a tag has one to nine digits.
	tag, err := strconv.ParseUint(fields[0], 10, 32)
	if err != nil || len(fields[0]) > 9 {
		return Crypto{}, fmt.Errorf("%w: tag", ErrSyntax)
	}
	suite := suiteNamed(fields[1])
	if suite == unknownSuite {
		return Crypto{}, fmt.Errorf("%w: suite", ErrUnsupported)
	}
	key, err := parseInline(suite, fields[2])
	if err != nil {
		return Crypto{}, err
	}
	for _, p := range fields[3:] {
		if err := sessionParameter(p); err != nil {
			return Crypto{}, err
		}
	}
	return Crypto{Tag: int(tag), Key: key}, nil
}

// parseInline reads "inline:key||salt[|lifetime][|MKI:length]" (RFC 4568 §6.1).
func parseInline(suite Suite, text string) (Key, error) {
	if strings.Contains(text, ";") {
		// RFC 4568 §6.1: several keys of one line are told apart by MKI; no telephone needs them.
		return Key{}, fmt.Errorf("%w: several keys", ErrUnsupported)
	}
	method, info, ok := strings.Cut(text, ":")
	if !ok || !strings.EqualFold(method, "inline") {
		return Key{}, fmt.Errorf("%w: key method", ErrUnsupported)
	}
	parts := strings.Split(info, "|")
	if len(parts) > 3 {
		return Key{}, fmt.Errorf("%w: key", ErrSyntax)
	}
	secret, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(parts[0], "="))
	if err != nil {
		return Key{}, fmt.Errorf("%w: key is not base64", ErrSyntax)
	}
	key, err := MakeKey(suite, secret)
	if err != nil {
		return Key{}, fmt.Errorf("%w: key length", ErrSyntax)
	}
	for i, part := range parts[1:] {
		if !strings.Contains(part, ":") {
			// RFC 4568 §6.1: deviation: the lifetime, which comes before an MKI, is ignored: re-keying mid-call breaks
			// more telephones than the limit, which no call reaches, protects.
			if i != 0 || !lifetime(part) {
				return Key{}, fmt.Errorf("%w: lifetime", ErrSyntax)
			}
			continue
		}
		if key.mki != "" {
			return Key{}, fmt.Errorf("%w: two MKIs", ErrSyntax)
		}
		if key.mki, err = parseMKI(part); err != nil {
			return Key{}, err
		}
	}
	return key, nil
}

// lifetime tells whether text is a number of packets: a decimal or a power of two.
func lifetime(text string) bool {
	text = strings.TrimPrefix(text, "2^")
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

func parseMKI(text string) (string, error) {
	value, length, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(length, 10, 8)
	if err != nil || n == 0 || n > 128 {
		return "", fmt.Errorf("%w: MKI length", ErrSyntax)
	}
	if n > maxMKI {
		return "", fmt.Errorf("%w: MKI length", ErrUnsupported)
	}
	v, err := strconv.ParseUint(value, 10, 64)
	if err != nil || n < 8 && v >= 1<<(8*n) {
		return "", fmt.Errorf("%w: MKI", ErrSyntax)
	}
	mki := make([]byte, n)
	for i := len(mki) - 1; i >= 0 && v > 0; i-- {
		mki[i] = byte(v)
		v >>= 8
	}
	return string(mki), nil
}

// sessionParameter accepts what does not change the protection and refuses the rest.
func sessionParameter(p string) error {
	// RFC 4568 §6.3.7: a parameter that begins with "-" may be ignored by who does not know it.
	if strings.HasPrefix(p, "-") || strings.HasPrefix(p, "WSH=") {
		return nil
	}
	return fmt.Errorf("%w: session parameter", ErrUnsupported)
}

// Choose is the first usable line in the offerer's order (RFC 4568 §5.1.2); one with an MKI only if there is no other.
func Choose(values []string) (Crypto, bool) {
	var identified Crypto
	for _, v := range values {
		c, err := ParseCrypto(v)
		switch {
		case err != nil:
		case c.Key.mki == "":
			return c, true
		case identified.Key.IsZero():
			identified = c
		}
	}
	return identified, !identified.Key.IsZero()
}

// String prints the value of an a=crypto attribute. It contains the key.
func (c Crypto) String() string {
	secret := base64.StdEncoding.EncodeToString([]byte(c.Key.secret))
	text := strconv.Itoa(c.Tag) + " " + c.Key.suite.String() + " inline:" + secret
	if c.Key.mki == "" {
		return text
	}
	var v uint64
	for i := range len(c.Key.mki) {
		v = v<<8 | uint64(c.Key.mki[i])
	}
	return text + "|" + strconv.FormatUint(v, 10) + ":" + strconv.Itoa(len(c.Key.mki))
}

// WithMKI is the key, identified in packets as o is: an answer to a line with an MKI carries one too (RFC 4568 §5.1.2).
func (k Key) WithMKI(o Key) Key {
	k.mki = o.mki
	return k
}
