package app

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestNothingRunsOnAfterServe(t *testing.T) {
	once := func() {
		r := start(t, testConfig(t, map[string]string{"data": t.TempDir()})) // where there is nothing yet
		b := r.owner()
		b.want(201, "POST", "/groups", object{"name": "Sales"})
		r.stop()
		b.http.CloseIdleConnections()
		for _, left := range []string{"ready.json", "admin.sock"} {
			if _, err := os.Stat(filepath.Join(r.cfg.Data, "run", left)); err == nil {
				t.Errorf("%s is left", left)
			}
		}
	}
	once() // what is made once and stays: pools, the resolver
	before := runtime.NumGoroutine()
	for range 3 {
		once()
	}
	eventually(t, "the goroutines have ended", func() bool { return runtime.NumGoroutine() <= before })
}

func TestDomainChangeIsInTheCertificateAtOnce(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	before := b.want(200, "GET", "/organization", nil)
	b.want(200, "PATCH", "/organization", object{"sipDomain": "phones.example.org"})
	rs, err := b.http.Get(r.ready.HTTP + "/healthz") // over the connection that is open
	if err != nil {
		t.Fatal(err)
	}
	rs.Body.Close()
	b.http.CloseIdleConnections()
	rs, err = b.http.Get(r.ready.HTTP + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	rs.Body.Close()
	if err := rs.TLS.PeerCertificates[0].VerifyHostname("phones.example.org"); err != nil {
		t.Error(err)
	}
	after := b.want(200, "GET", "/organization", nil)
	if after.str("realm") != before.str("realm") {
		t.Error("the realm changed: every credential would be void")
	}
}

func TestOwnCertificateIsServed(t *testing.T) {
	first := start(t, testConfig(t, nil))
	keys := dataDir{first.cfg.Data}
	cfg := testConfig(t, map[string]string{"tls-cert": keys.cert(), "tls-key": keys.key()})
	r := start(t, cfg)
	if _, err := os.Stat(dataDir{cfg.Data}.caCert()); err == nil {
		t.Error("an authority was made that nobody needs")
	}
	b := first.browser() // trusts the first server's authority
	b.running = r
	b.want(200, "GET", "/readyz", nil)
	b.want(404, "GET", "/ca.pem", nil)
	if strings.Contains(r.log.String(), "level=ERROR") {
		t.Error(r.log.String())
	}
}
