package interop

import (
	"fmt"
	"os"
	"testing"
	"time"

	"ringfence/test/interop/peer"
	"ringfence/test/smtpsink"
)

// Chromium walks what mail does: the server set up and tested, an invitation taken, a forgotten password, unsent mail.
func TestMailInTheBrowser(t *testing.T) {
	t.Parallel()
	const secret = "the mail servers own secret 77"
	cert, err := smtpsink.Certificate(false)
	if err != nil {
		t.Fatal(err)
	}
	sink, err := smtpsink.Start(smtpsink.Config{
		Certificate: cert, Username: "box", Password: secret,
		Rcpt: func(to string) error {
			if to == "gone@acme.test" {
				return smtpsink.Refuse(550, "No such mailbox here")
			}
			return nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sink.Close)
	s := start(t, peer.ServerConfig{})
	s.NewGroup(t, "Sales")
	b := startBrowser(t, "mail.mjs", map[string]string{
		"URL": s.Ready.HTTP, "PASSWORD": peer.OwnerPassword, "SCREENSHOTS": os.Getenv("RINGFENCE_SCREENSHOTS"),
		"PORT": fmt.Sprint(sink.Port()), "MAILPASSWORD": secret, "AUTHORITY": smtpsink.PEM(cert),
	})
	for i, to := range []string{"it@acme.test", "carla@acme.test", "carla@acme.test again"} {
		b.await(t, 180*time.Second, "MAIL-"+to, nil)
		m, ok := sink.Wait(i+1, 30*time.Second)
		if !ok || !m.TLS || m.User != "box" {
			t.Fatalf("mail %d for %s: %t, TLS %t, login %q", i+1, to, ok, m.TLS, m.User)
		}
		b.answer(t, m.Link())
	}
	b.await(t, 180*time.Second, "DONE", nil)
	b.ends(t, 60*time.Second)
	if n := len(sink.Mails()); n != 3 {
		t.Errorf("%d mails were taken, not 3", n)
	}
}
