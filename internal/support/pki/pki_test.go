package pki

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type files struct{ caKey, caCert, key, cert string }

func place(t *testing.T) files {
	d := t.TempDir()
	return files{filepath.Join(d, "ca.key"), filepath.Join(d, "ca.pem"), filepath.Join(d, "s.key"), filepath.Join(d, "s.pem")}
}

func issue(t *testing.T, f files, now time.Time, names ...string) (*Authority, *Certificate) {
	t.Helper()
	a, err := OpenAuthority(f.caKey, f.caCert, now)
	if err != nil {
		t.Fatal(err)
	}
	var n Names
	n.Add(names...)
	c, err := a.Issue(f.key, f.cert, n, now)
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

// verify shakes hands over a pipe the way a phone does that trusts only the authority.
func verify(t *testing.T, a *Authority, c *Certificate, name string) error {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(a.PEM())
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	go func() {
		_ = tls.Server(server, c.Config()).HandshakeContext(t.Context()) // the client's verdict counts
		server.Close()
	}()
	return tls.Client(client, &tls.Config{RootCAs: roots, ServerName: name, MinVersion: tls.VersionTLS12}).
		HandshakeContext(t.Context())
}

func TestClientsThatTrustTheAuthorityAcceptEveryName(t *testing.T) {
	a, c := issue(t, place(t), time.Now(), "pbx.example.org", "192.0.2.7", "2001:db8::7")
	for _, name := range []string{"pbx.example.org", "192.0.2.7", "2001:db8::7"} {
		if err := verify(t, a, c, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := verify(t, a, c, "other.example.org"); err == nil {
		t.Error("a name that is not ours was accepted")
	}
}

func TestChangedNamesAreServedWithoutRestartAndTheKeyStays(t *testing.T) {
	a, c := issue(t, place(t), time.Now(), "one.example.org")
	cfg, before := c.Config(), c.Leaf()
	var n Names
	n.Add("one.example.org", "two.example.org")
	changed, err := c.Update(n, time.Now())
	if err != nil || !changed {
		t.Fatalf("changed %v, %v", changed, err)
	}
	got, err := cfg.GetCertificate(nil)
	if err != nil || got.Leaf.VerifyHostname("two.example.org") != nil {
		t.Errorf("the old configuration does not show the new name: %v", err)
	}
	if string(got.Leaf.RawSubjectPublicKeyInfo) != string(before.RawSubjectPublicKeyInfo) {
		t.Error("the key changed")
	}
	if err := verify(t, a, c, "two.example.org"); err != nil {
		t.Error(err)
	}
	if changed, err := c.Update(n, time.Now()); err != nil || changed {
		t.Errorf("issued again for nothing: %v %v", changed, err)
	}
}

func TestSecondStartShowsTheSameCertificate(t *testing.T) {
	f := place(t)
	a1, c1 := issue(t, f, time.Now(), "a.example.org")
	a2, c2 := issue(t, f, time.Now(), "a.example.org")
	if a1.Fingerprint() != a2.Fingerprint() || c1.Fingerprint() != c2.Fingerprint() {
		t.Error("restart changes the certificate")
	}
	_, c3 := issue(t, f, time.Now().Add(leafLife-renewBefore+time.Hour), "a.example.org")
	if c3.Fingerprint() == c1.Fingerprint() {
		t.Error("a certificate near its end is kept")
	}
}

func TestKeysAreForTheirOwnerOnly(t *testing.T) {
	f := place(t)
	issue(t, f, time.Now(), "a")
	for _, path := range []string{f.caKey, f.key} {
		st, err := os.Stat(path)
		if err != nil || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", path, st.Mode(), err)
		}
	}
}

func TestHalfAnAuthorityIsNotReplaced(t *testing.T) {
	f := place(t)
	issue(t, f, time.Now(), "a")
	if err := os.Remove(f.caKey); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenAuthority(f.caKey, f.caCert, time.Now()); err == nil || !strings.Contains(err.Error(), "backup") {
		t.Errorf("got %v", err)
	}
}

func TestOwnFilesAreReadAgainWhenTheyChange(t *testing.T) {
	f, g := place(t), place(t)
	_, first := issue(t, f, time.Now(), "a")
	_, second := issue(t, g, time.Now(), "b")
	c, err := Load(f.cert, f.key)
	if err != nil || c.Fingerprint() != first.Fingerprint() || c.Own() {
		t.Fatal(err)
	}
	for from, to := range map[string]string{g.cert: f.cert, g.key: f.key} {
		b, err := os.ReadFile(from)
		if err != nil || os.WriteFile(to, b, 0o600) != nil {
			t.Fatal(err)
		}
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(f.cert, later, later); err != nil {
		t.Fatal(err)
	}
	if changed, err := c.Update(Names{}, time.Now()); err != nil || !changed || c.Fingerprint() != second.Fingerprint() {
		t.Errorf("changed %v, %v", changed, err)
	}
	if _, err := Load("/nowhere.pem", f.key); err == nil {
		t.Error("a missing certificate was taken")
	}
}

func TestNamesLeaveOutWhatCannotStandInACertificate(t *testing.T) {
	var n Names
	n.Add("PBX.Example.org.", "pbx.example.org", "", "a b", "0.0.0.0", "[::1]", "fe80::1%eth0", "x..y")
	if got := strings.Join(n.All(), " "); got != "pbx.example.org ::1 fe80::1" {
		t.Error(got)
	}
	if m := MachineNames(); len(m.DNS) == 0 || len(m.IPs) < 2 {
		t.Error(m)
	}
}
