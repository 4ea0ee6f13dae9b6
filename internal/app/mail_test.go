package app

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringfence/test/smtpsink"
)

const smtpPassword = "the mail servers own secret 77"

func mailSink(t *testing.T, cfg smtpsink.Config) *smtpsink.Sink {
	t.Helper()
	s, err := smtpsink.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// withMail sets mail up over STARTTLS with a login.
func (b *browser) withMail(cfg smtpsink.Config) *smtpsink.Sink {
	b.t.Helper()
	cert, err := smtpsink.Certificate(false)
	if err != nil {
		b.t.Fatal(err)
	}
	cfg.Certificate, cfg.Username, cfg.Password = cert, "box", smtpPassword
	s := mailSink(b.t, cfg)
	b.want(http.StatusOK, "PUT", "/mail", object{
		"host": "127.0.0.1", "port": s.Port(), "tls": "starttls", "authority": smtpsink.PEM(cert), "username": "box",
		"password": smtpPassword, "sender": "pbx@acme.test", "senderName": "Acme Telefon", "replyTo": "it@acme.test",
	})
	return s
}

func (b *browser) mailNumber(s *smtpsink.Sink, n int) smtpsink.Mail {
	b.t.Helper()
	m, ok := s.Wait(n, 20*time.Second)
	if !ok {
		b.t.Fatalf("mail %d does not come; outbox: %s\n%s", n, b.do("GET", "/mail/outbox", nil).raw, b.log)
	}
	return m
}

func token(t *testing.T, m smtpsink.Mail, path string) string {
	t.Helper()
	_, token, ok := strings.Cut(m.Link(), path+"#")
	if !ok {
		t.Fatalf("no link to %s in: %s", path, m.Body("text/plain"))
	}
	return token
}

func TestInvitationLeadsToAPasswordOnce(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Vertrieb"}).num("id")
	anna := object{"firstName": "Anna", "lastName": "Berg", "groupId": group, "email": "anna@acme.test", "invite": true}
	if a := b.want(409, "POST", "/users", anna); !strings.Contains(a.str("detail"), "card") {
		t.Errorf("without mail: %s", a.raw)
	}
	s := b.withMail(smtpsink.Config{})
	if a := b.want(200, "GET", "/me", nil); a.body["organization"].(map[string]any)["mailSetUp"] != true {
		t.Errorf("the page is not told that mail is set up: %s", a.raw)
	}
	card := b.want(201, "POST", "/users", anna)
	if card.body["invited"] != true || card.body["secrets"].(map[string]any)["portalPassword"] != nil {
		t.Errorf("card: %s", card.raw)
	}
	m := b.mailNumber(s, 1)
	if m.To != "anna@acme.test" || !m.TLS || m.User != "box" || m.Subject() != "Ihr Telefon bei Acme" {
		t.Errorf("came to %s, TLS %v, login %q: %s", m.To, m.TLS, m.User, m.Subject())
	}
	invitation := token(t, m, "/welcome")
	if !strings.HasPrefix(m.Link(), r.ready.HTTP) {
		t.Errorf("the link leads to %s, the page is %s", m.Link(), r.ready.HTTP)
	}

	person := r.browser()
	chosen := object{"token": invitation, "password": "seven bright lanterns"}
	person.want(401, "POST", "/session", object{"login": "anna.berg", "password": "seven bright lanterns"})
	view := person.want(200, "POST", "/session/link", object{"token": invitation})
	if view.str("username") != "anna.berg" || view.str("purpose") != "invitation" || view.str("sipUsername") == "" {
		t.Errorf("link: %s", view.raw)
	}
	person.want(422, "POST", "/session/link/password", object{"token": invitation, "password": "anna.berganna.berg"})
	person.want(401, "POST", "/session/link/email", object{"token": invitation})
	person.want(200, "POST", "/session/link/password", chosen)
	person.want(200, "POST", "/session", object{"login": "anna.berg", "password": "seven bright lanterns"})
	person.want(200, "GET", "/me", nil)
	person.want(401, "POST", "/session/link/password", chosen)
	person.want(401, "POST", "/session/link", object{"token": invitation})

	// Again: the newer link ends the one before, and a disabled user's link is dead.
	b.want(204, "POST", "/users/"+id(card)+"/invitation", nil)
	second := token(t, b.mailNumber(s, 2), "/welcome")
	b.want(204, "POST", "/users/"+id(card)+"/invitation", nil)
	third := token(t, b.mailNumber(s, 3), "/welcome")
	person.want(401, "POST", "/session/link", object{"token": second})
	person.want(200, "POST", "/session/link", object{"token": third})
	b.want(200, "PATCH", "/users/"+id(card), object{"enabled": false})
	b.want(200, "PATCH", "/users/"+id(card), object{"enabled": true})
	person.want(401, "POST", "/session/link", object{"token": third})

	r.stop()
	nowhere(t, r, map[string]string{
		"the password of the mail server": smtpPassword, "a used link": invitation, "a dead link": second,
		"another dead link": third, "a chosen password": "seven bright lanterns",
	})
}

func id(a answer) string { return fmt.Sprint(a.num("id")) }

// nowhere looks for secrets in every file of the data directory, among them the database with its log of changes, and in the
// server's log.
func nowhere(t *testing.T, r *running, secrets map[string]string) {
	t.Helper()
	for name, secret := range secrets {
		if strings.Contains(r.log.String(), secret) {
			t.Errorf("%s is in the log", name)
		}
	}
	files := 0
	err := filepath.WalkDir(r.cfg.Data, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		files++
		for name, secret := range secrets {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%s is in %s", name, filepath.Base(path))
			}
		}
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("%d files read, %v", files, err)
	}
}
