package interop

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"ringfence/internal/app"
	"ringfence/internal/config"
	"ringfence/test/interop/peer"
)

// clocked is a server in this process, whose administration has a clock that the test moves.
type clocked struct {
	url   string
	http  *http.Client
	ahead atomic.Int64
}

func startClocked(t *testing.T) *clocked {
	t.Helper()
	rtp := peer.FreePorts(t, 40)
	data := t.TempDir()
	flags := map[string]string{
		"data": data, "http": "127.0.0.1:0", "sip-tls": "127.0.0.1:0", "sip-tcp": "off", "sip-udp": "off",
		"rtp-ports": fmt.Sprintf("%d-%d", rtp, rtp+39),
	}
	if url := database(t); url != "" {
		flags["database"] = url
	}
	cfg, err := config.Load(config.Sources{Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	s := &clocked{}
	var out, log peer.Output
	ctx, end := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- app.Serve(ctx, cfg, app.Surroundings{
			Out: &out, Err: &log, Now: func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) },
		})
	}()
	t.Cleanup(func() {
		end()
		if err := <-done; err != nil {
			t.Errorf("the server did not end well: %v\n%s", err, log.String())
		}
	})
	within, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	m, err := out.Await(within, regexp.MustCompile(`(https://\S+)/setup#token=(\S+)`))
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	s.url = m[1]
	s.trust(t, filepath.Join(data, "ca.pem"))
	s.post(t, "/setup", map[string]any{
		"token": m[2], "firstName": "Olga", "lastName": "Owner", "username": "owner", "password": peer.OwnerPassword,
		"organizationName": "Acme", "country": "DE", "language": "en", "timeZone": "Europe/Berlin",
	})
	return s
}

func (s *clocked) trust(t *testing.T, file string) {
	t.Helper()
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	s.http = &http.Client{Jar: jar, Transport: transport, Timeout: 20 * time.Second}
}

// post writes as the owner and wants it to succeed.
func (s *clocked) post(t *testing.T, path string, in any) {
	t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := s.http.Post(s.url+"/api/v1"+path, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer rs.Body.Close()
	if text, _ := io.ReadAll(rs.Body); rs.StatusCode/100 != 2 {
		t.Fatalf("POST %s: %d %s", path, rs.StatusCode, text)
	}
}

// TestTwoFormsAreOfferedDifferentNumbersAndOneThatWaitsElevenMinutesIsTold is X1 in the browser: the ten minutes go by
// on the clocks of the server and of the page.
func TestTwoFormsAreOfferedDifferentNumbersAndOneThatWaitsElevenMinutesIsTold(t *testing.T) {
	t.Parallel()
	s := startClocked(t)
	s.post(t, "/groups", map[string]any{"name": "Sales"})
	s.post(t, "/users", map[string]any{
		"firstName": "Bea", "username": "bea", "groupId": 1, "role": "administrator", "portalPassword": peer.OwnerPassword,
	})
	b := startBrowser(t, "two-forms.mjs", map[string]string{
		"URL": s.url, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
	})
	for _, event := range []string{"WAITS", "AGAIN"} {
		b.await(t, 180*time.Second, event, nil)
		s.ahead.Add(int64(11 * time.Minute))
		b.answer(t, "moved")
	}
	b.await(t, 180*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)
}
