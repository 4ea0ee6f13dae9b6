// Package pki is the server's own certificate authority and the certificate that it shows.
//
// An Authority (ECDSA P-256) is made at first start and signs one server certificate, which names everything the
// machine is reached by. When those names change, the certificate is issued again and swapped without a restart; its
// key stays, so that a phone that pinned it goes on. A certificate given by the operator takes the place of both.
// Private keys are in files that only their owner can read. A Certificate is safe for concurrent use.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const (
	authorityLife = 20 * 365 * 24 * time.Hour
	// leafLife stays under the 398 days that clients of the web accept (and the 825 that Apple's accept of a private
	// authority).
	leafLife = 397 * 24 * time.Hour
	// renewBefore is how long before its end a certificate is issued again.
	renewBefore = 60 * 24 * time.Hour
	// backdate forgives phones whose clock is behind.
	backdate = 24 * time.Hour
)

// Authority is the own certificate authority.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// OpenAuthority reads the authority from its key and certificate files, or makes both when neither exists. One without
// the other is an error that says what to do: phones trust the old one.
func OpenAuthority(keyFile, certFile string, now time.Time) (*Authority, error) {
	key, keyErr := readKey(keyFile)
	cert, certErr := readCertificate(certFile)
	switch {
	case keyErr == nil && certErr == nil:
		if !key.PublicKey.Equal(cert.PublicKey) {
			return nil, fmt.Errorf("%s and %s do not belong together: put both back from a backup", keyFile, certFile)
		}
		return &Authority{cert: cert, key: key}, nil
	case errors.Is(keyErr, fs.ErrNotExist) && errors.Is(certErr, fs.ErrNotExist):
		return makeAuthority(keyFile, certFile, now)
	case keyErr != nil:
		return nil, fmt.Errorf("certificate authority: %w: put the file back from a backup, or remove %s and %s "+
			"to start a new authority that every phone must be told to trust", keyErr, keyFile, certFile)
	default:
		return nil, fmt.Errorf("certificate authority: %w: put the file back from a backup", certErr)
	}
}

func makeAuthority(keyFile, certFile string, now time.Time) (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make authority key: %w", err)
	}
	serial := newSerial()
	id := sha256.Sum256(serial.Bytes())
	template := &x509.Certificate{
		SerialNumber: serial,
		// A name of its own keeps two installations apart in one phone's trust store.
		Subject:               pkix.Name{CommonName: "Ringfence authority " + hex.EncodeToString(id[:4]), Organization: []string{"Ringfence"}},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(authorityLife),
		IsCA:                  true,
		MaxPathLenZero:        true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make authority certificate: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make authority certificate: %w", err)
	}
	if err := writeKey(keyFile, key); err != nil {
		return nil, err
	}
	return &Authority{cert: cert, key: key}, writeFile(certFile, encodeCertificates(der), 0o644)
}

// PEM gives the authority's certificate, for phones and browsers to trust.
func (a *Authority) PEM() []byte { return encodeCertificates(a.cert.Raw) }

// Fingerprint gives the SHA-256 fingerprint of the authority's certificate.
func (a *Authority) Fingerprint() string { return Fingerprint(a.cert.Raw) }

// issue signs a certificate for the names with the given key.
func (a *Authority) issue(key *ecdsa.PrivateKey, n Names, now time.Time) ([]byte, error) {
	template := &x509.Certificate{
		SerialNumber: newSerial(),
		Subject:      pkix.Name{CommonName: n.first(), Organization: []string{"Ringfence"}},
		NotBefore:    now.Add(-backdate),
		NotAfter:     now.Add(leafLife),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		DNSNames:     n.DNS,
		IPAddresses:  n.netIPs(),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return nil, fmt.Errorf("issue server certificate: %w", err)
	}
	return der, nil
}

// Fingerprint is the SHA-256 of a DER certificate the way people compare it: AB:CD:...
func Fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	pairs := make([]string, len(sum))
	for i, b := range sum {
		pairs[i] = fmt.Sprintf("%02X", b)
	}
	return strings.Join(pairs, ":")
}

func newSerial() *big.Int {
	var b [16]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails: it ends the process instead
	b[0] &= 0x7f           // RFC 5280 §4.1.2.2: positive, at most 20 octets
	b[0] |= 0x40
	return new(big.Int).SetBytes(b[:])
}

func encodeCertificates(ders ...[]byte) []byte {
	var out []byte
	for _, der := range ders {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return out
}

func readKey(path string) (*ecdsa.PrivateKey, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("%s is damaged", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s is not an ECDSA key", path)
	}
	return ec, nil
}

func writeKey(path string, key *ecdsa.PrivateKey) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("write key: %w", err)
	}
	return writeFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

func readCertificate(path string) (*x509.Certificate, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read certificate: %w", err)
	}
	block, _ := pem.Decode(b)
	if block == nil {
		return nil, fmt.Errorf("%s is damaged", path)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", path, err)
	}
	return cert, nil
}

// writeFile makes the file whole or not at all.
func writeFile(path string, b []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".pki-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone after the rename
	_, err = f.Write(b)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}
