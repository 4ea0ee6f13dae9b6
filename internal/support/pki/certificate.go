package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Certificate is the server's current certificate; TLS configurations ask it at every handshake.
type Certificate struct {
	// Fixed after construction.
	authority         *Authority // nil: the operator's own files
	keyFile, certFile string
	key               *ecdsa.PrivateKey

	current atomic.Pointer[tls.Certificate]

	mu       sync.Mutex // guards names and modified, and orders replacements
	names    Names
	modified time.Time
}

// Issue gives the authority's server certificate for the names: the one in the files while it fits, else a new one.
func (a *Authority) Issue(keyFile, certFile string, n Names, now time.Time) (*Certificate, error) {
	key, err := readKey(keyFile)
	if errors.Is(err, fs.ErrNotExist) {
		if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err == nil {
			err = writeKey(keyFile, key)
		}
	}
	if err != nil {
		return nil, err
	}
	c := &Certificate{authority: a, keyFile: keyFile, certFile: certFile, key: key}
	if old, missing := readCertificate(certFile); missing == nil && c.fits(old, n, now) {
		c.names = n
		c.set(old)
		return c, nil
	}
	_, err = c.Update(n, now)
	return c, err
}

// Load takes the operator's own certificate and key.
func Load(certFile, keyFile string) (*Certificate, error) {
	c := &Certificate{keyFile: keyFile, certFile: certFile}
	_, err := c.Update(Names{}, time.Time{})
	return c, err
}

// Update issues the certificate again when names changed or its end is near, or reads the operator's files again when
// they changed. It tells whether there is a new one. On an error the old one stays.
func (c *Certificate) Update(n Names, now time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.authority == nil {
		return c.reloadLocked()
	}
	if cur := c.current.Load(); cur != nil && c.names.equal(n) && c.fits(cur.Leaf, n, now) {
		return false, nil
	}
	der, err := c.authority.issue(c.key, n, now)
	if err != nil {
		return false, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return false, fmt.Errorf("issue server certificate: %w", err)
	}
	if err := writeFile(c.certFile, encodeCertificates(der, c.authority.cert.Raw), 0o644); err != nil {
		return false, err
	}
	c.names = n
	c.set(leaf)
	return true, nil
}

func (c *Certificate) reloadLocked() (bool, error) {
	st, err := os.Stat(c.certFile)
	if err != nil {
		return false, fmt.Errorf("server certificate: %w", err)
	}
	if c.current.Load() != nil && st.ModTime().Equal(c.modified) {
		return false, nil
	}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return false, fmt.Errorf("server certificate %s with key %s: %w", c.certFile, c.keyFile, err)
	}
	c.modified = st.ModTime()
	c.current.Store(&pair)
	return true, nil
}

// fits tells whether a certificate is ours, names exactly n, and has enough time left.
func (c *Certificate) fits(leaf *x509.Certificate, n Names, now time.Time) bool {
	have := Names{DNS: leaf.DNSNames}
	for _, ip := range leaf.IPAddresses {
		if a, ok := netip.AddrFromSlice(ip); ok {
			have.IPs = append(have.IPs, a.Unmap())
		}
	}
	return c.key.PublicKey.Equal(leaf.PublicKey) && leaf.CheckSignatureFrom(c.authority.cert) == nil &&
		have.equal(n) && now.After(leaf.NotBefore) && now.Add(renewBefore).Before(leaf.NotAfter)
}

func (c *Certificate) set(leaf *x509.Certificate) {
	c.current.Store(&tls.Certificate{
		Certificate: [][]byte{leaf.Raw, c.authority.cert.Raw}, PrivateKey: c.key, Leaf: leaf,
	})
}

// Config gives a TLS configuration that shows the current certificate at each handshake: TLS 1.2 with forward secrecy
// and authenticated encryption, or 1.3. The caller may change the copy.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// Leaf gives the current certificate.
func (c *Certificate) Leaf() *x509.Certificate { return c.current.Load().Leaf }

// Fingerprint gives the SHA-256 fingerprint of the current certificate, as browsers show it.
func (c *Certificate) Fingerprint() string { return Fingerprint(c.Leaf().Raw) }

// Own tells whether the own authority issued it.
func (c *Certificate) Own() bool { return c.authority != nil }
