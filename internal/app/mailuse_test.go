package app

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ringfence/test/smtpsink"
)

func (b *browser) person(first, last, email string, group int64) answer {
	b.t.Helper()
	return b.want(201, "POST", "/users", object{"firstName": first, "lastName": last, "email": email, "groupId": group})
}

func TestForgottenPasswordIsChosenAnewAndUnknownNamesLookTheSame(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	stranger := r.browser()
	if a := stranger.want(200, "GET", "/session/forgot", nil); a.body["available"] != false {
		t.Errorf("without mail: %s", a.raw)
	}
	s := b.withMail(smtpsink.Config{})
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna := b.person("Anna", "Berg", "anna@acme.test", group)
	b.want(200, "PATCH", "/users/"+id(anna), object{"language": "it"})
	if a := stranger.want(200, "GET", "/session/forgot", nil); a.body["available"] != true {
		t.Errorf("with mail: %s", a.raw)
	}
	known := stranger.want(204, "POST", "/session/forgot", object{"login": "anna.berg"})
	unknown := stranger.want(204, "POST", "/session/forgot", object{"login": "nobody.here"})
	if known.raw != unknown.raw {
		t.Errorf("%q and %q", known.raw, unknown.raw)
	}
	m := b.mailNumber(s, 1)
	if m.To != "anna@acme.test" || m.Subject() != "Scelga una nuova password" {
		t.Errorf("to %s: %s", m.To, m.Subject())
	}
	signedIn := r.browser()
	old := anna.body["secrets"].(map[string]any)["portalPassword"]
	signedIn.want(200, "POST", "/session", object{"login": "anna.berg", "password": old})
	reset := token(t, m, "/reset")
	stranger.want(200, "POST", "/session/link/password", object{"token": reset, "password": "seven bright lanterns"})
	signedIn.want(401, "GET", "/me", nil)
	stranger.want(401, "POST", "/session", object{"login": "anna.berg", "password": old})
	stranger.want(200, "POST", "/session", object{"login": "anna@acme.test", "password": "seven bright lanterns"})
	stranger.want(401, "POST", "/session/link/password", object{"token": reset, "password": "eight bright lanterns"})
	// One address is not flooded, and one source can't ask for ever.
	limited := false
	for i := range 12 {
		limited = limited || r.browser().do("POST", "/session/forgot", object{"login": "anna.berg", "organization": ""}).status == 429
		if limited && i < 3 {
			t.Errorf("limited after %d", i)
		}
	}
	if !limited {
		t.Error("one source may ask for ever")
	}
	// Three were heeded; a mail whose link another one replaced before it was sent is not sent at all.
	eventually(t, "what was asked is looked up and mailed", func() bool {
		return b.metric("ringfence_mail_dropped_total") == 6 &&
			b.metric("ringfence_mail_sent_total")+b.metric("ringfence_mail_ended_total") == 3
	})
	mails := s.Mails()
	if n := b.metric("ringfence_mail_sent_total"); len(mails) != n || n < 2 {
		t.Errorf("%d mails about a forgotten password within the hour, %d counted", len(mails), n)
	}
	last := token(t, mails[len(mails)-1], "/reset")
	stranger.want(200, "POST", "/session/link/password", object{"token": last, "password": "nine bright lanterns"})
	nowhere(t, r, map[string]string{"a used link": reset, "a chosen password": "seven bright lanterns"})
}

// metric reads a counter without labels.
func (b *browser) metric(name string) int {
	b.t.Helper()
	for line := range strings.Lines(b.want(200, "GET", "/metrics", nil).raw) {
		if v, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.Atoi(strings.TrimSpace(v))
			if err != nil {
				b.t.Fatalf("%s: %v", line, err)
			}
			return n
		}
	}
	b.t.Fatalf("no metric %s", name)
	return 0
}

func TestChangedEMailWaitsForItsLink(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna := b.person("Anna", "Berg", "anna@acme.test", group)
	path := "/users/" + id(anna)
	if a := b.want(200, "PATCH", path, object{"email": "a@acme.test"}); a.str("email") != "a@acme.test" || a.str("emailPending") != "" {
		t.Errorf("without mail it counts at once: %s", a.raw)
	}
	s := b.withMail(smtpsink.Config{})
	a := b.want(200, "PATCH", path, object{"email": "anna.berg@acme.test"})
	if a.str("email") != "a@acme.test" || a.str("emailPending") != "anna.berg@acme.test" {
		t.Errorf("changed: %s", a.raw)
	}
	mails := map[string]smtpsink.Mail{}
	for n := range 2 {
		m := b.mailNumber(s, n+1)
		mails[m.To] = m
	}
	confirm, notice := mails["anna.berg@acme.test"], mails["a@acme.test"]
	if confirm.Link() == "" || notice.Link() != "" || !strings.Contains(notice.Body("text/plain"), "anna.berg@acme.test") {
		t.Errorf("mails: %v", mails)
	}
	first := token(t, confirm, "/confirm")
	stranger := r.browser()
	stranger.want(401, "POST", "/session/link/password", object{"token": first, "password": "seven bright lanterns"})
	b.want(200, "PATCH", path, b.want(200, "GET", path, nil).body) // what was read and sent back changes nothing
	b.want(204, "POST", path+"/email-confirmation", nil)
	second := token(t, b.mailNumber(s, 3), "/confirm")
	stranger.want(401, "POST", "/session/link/email", object{"token": first})
	stranger.want(200, "POST", "/session/link/email", object{"token": second})
	stranger.want(401, "POST", "/session/link/email", object{"token": second})
	if a := b.want(200, "GET", path, nil); a.str("email") != "anna.berg@acme.test" || a.str("emailPending") != "" {
		t.Errorf("confirmed: %s", a.raw)
	}
	b.want(409, "POST", path+"/email-confirmation", nil)

	// An administrator may confirm it himself; the log of changes says so, and the old address is told.
	a = b.want(200, "PATCH", path, object{"email": "berg@acme.test", "emailConfirmed": true})
	if a.str("email") != "berg@acme.test" || a.str("emailPending") != "" {
		t.Errorf("confirmed by the owner: %s", a.raw)
	}
	if log := b.want(200, "GET", "/audit", nil); !strings.Contains(log.raw, "the e-mail address was confirmed by Olga Owner") {
		t.Errorf("audit: %.600s", log.raw)
	}
	if m := b.mailNumber(s, 4); m.To != "anna.berg@acme.test" || m.Subject() != "Ihre E-Mail-Adresse wurde geändert" {
		t.Errorf("to %s: %s", m.To, m.Subject())
	}
	// Another address entered meanwhile makes the link of the one before void.
	b.want(200, "PATCH", path, object{"email": "x@acme.test"})
	void := token(t, mailTo(t, b, s, "x@acme.test"), "/confirm")
	b.want(200, "PATCH", path, object{"email": "y@acme.test"})
	stranger.want(401, "POST", "/session/link/email", object{"token": void})
	b.want(200, "PATCH", path, object{"email": "berg@acme.test", "emailConfirmed": true})
	if a := b.want(200, "GET", path, nil); a.str("email") != "berg@acme.test" || a.str("emailPending") != "" {
		t.Errorf("kept: %s", a.raw)
	}
}

func mailTo(t *testing.T, b *browser, s *smtpsink.Sink, to string) smtpsink.Mail {
	t.Helper()
	for n := 1; ; n++ {
		if m := b.mailNumber(s, n); m.To == to && m.Link() != "" {
			return m
		}
	}
}

func TestUnsentMailIsListedTriedAgainAndDropped(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	var refuse atomic.Bool
	refuse.Store(true)
	s := b.withMail(smtpsink.Config{Rcpt: func(to string) error {
		switch {
		case !refuse.Load():
			return nil
		case strings.HasPrefix(to, "grey"):
			return smtpsink.Refuse(451, "Greylisted, come back")
		}
		return smtpsink.Refuse(550, "No such user here")
	}})
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	b.want(200, "POST", "/mail/test", object{"to": "grey@acme.test"})
	invite := func(first, email string) {
		b.want(201, "POST", "/users", object{"firstName": first, "groupId": group, "email": email, "invite": true})
	}
	invite("Grey", "grey@acme.test")
	invite("Gone", "gone@acme.test")
	invite("Drop", "drop@acme.test")
	var items map[string]map[string]any
	eventually(t, "all were tried", func() bool {
		items = map[string]map[string]any{}
		for _, i := range b.want(200, "GET", "/mail/outbox", nil).body["items"].([]any) {
			m := i.(map[string]any)
			items[m["to"].(string)] = m
		}
		return len(items) == 3 && items["grey@acme.test"]["answer"] != "" && items["gone@acme.test"]["state"] == "failed" &&
			items["drop@acme.test"]["state"] == "failed"
	})
	grey := items["grey@acme.test"]
	if grey["state"] != "waiting" || !strings.Contains(grey["answer"].(string), "451 4.1.1 Greylisted, come back") || grey["nextAt"] == nil {
		t.Errorf("put off: %v", grey)
	}
	if a := items["gone@acme.test"]["answer"]; !strings.Contains(a.(string), "550 5.1.1 No such user here") {
		t.Errorf("refused: %v", a)
	}
	if a := b.want(200, "GET", "/mail", nil); a.num("failed") != 2 || a.body["passwordSet"] != true || strings.Contains(a.raw, smtpPassword) {
		t.Errorf("mail: %s", a.raw)
	}
	refuse.Store(false)
	of := func(to string) string { return fmt.Sprintf("/mail/outbox/%.0f", items[to]["id"]) }
	b.want(204, "DELETE", of("drop@acme.test"), nil)
	b.want(404, "POST", of("drop@acme.test")+"/retry", nil)
	b.want(204, "POST", of("gone@acme.test")+"/retry", nil)
	b.want(204, "POST", of("grey@acme.test")+"/retry", nil)
	b.mailNumber(s, 2)
	eventually(t, "nothing is left", func() bool { return b.want(200, "GET", "/mail/outbox", nil).num("total") == 0 })
	for _, m := range s.Mails() {
		if m.To == "drop@acme.test" {
			t.Error("a dropped mail was sent")
		}
	}
}

func TestSeveralAreInvitedAtOnce(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	s := b.withMail(smtpsink.Config{})
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	rows := []object{
		{"firstName": "Anna", "lastName": "Berg", "email": "anna@acme.test"},
		{"firstName": "Bob", "lastName": "Roth", "email": "bob@acme.test"},
	}
	a := b.want(200, "POST", "/users/several", object{"rows": rows, "common": object{"groupId": group, "invite": true}})
	if strings.Count(a.raw, `"invited":true`) != 2 || strings.Contains(a.raw, "portalPassword") {
		t.Errorf("made: %.600s", a.raw)
	}
	for _, to := range []string{"anna@acme.test", "bob@acme.test"} {
		r.browser().want(200, "POST", "/session/link", object{"token": token(t, mailTo(t, b, s, to), "/welcome")})
	}
}

func TestTestMailTellsTheServersWords(t *testing.T) {
	r := start(t, testConfig(t, nil))
	b := r.owner()
	b.want(409, "POST", "/mail/test", object{"to": "olga@acme.test"})
	s := b.withMail(smtpsink.Config{})
	b.want(422, "POST", "/mail/test", object{"to": "nobody"})
	a := b.want(200, "POST", "/mail/test", object{"to": "olga@acme.test"})
	if a.body["sent"] != true || !strings.Contains(a.str("answer"), "OK") || len(s.Mails()) != 1 {
		t.Errorf("sent: %s", a.raw)
	}
	now := b.want(200, "GET", "/mail", nil)
	in := func(change object) object {
		v := object{
			"host": "127.0.0.1", "port": s.Port(), "tls": "starttls", "authority": now.str("authority"),
			"username": "box", "sender": "pbx@acme.test",
		}
		for k, x := range change {
			v[k] = x
		}
		return v
	}
	// Whoever lets another server have the password types it again.
	b.want(422, "PUT", "/mail", in(object{"host": "localhost"}))
	b.want(422, "PUT", "/mail", in(object{"tls": "none"}))
	b.want(422, "PUT", "/mail", in(object{"tls": "none", "host": "mail.acme.test", "username": "", "password": ""}))
	b.want(412, "PUT", "/mail", in(object{"senderName": "Phones"}), "If-Match", `"77"`)
	b.want(200, "PUT", "/mail", in(object{"senderName": "Phones"}), "If-Match", now.header.Get("ETag"))
	b.want(200, "PUT", "/mail", in(object{"password": "another password 8"}))
	a = b.want(200, "POST", "/mail/test", object{"to": "olga@acme.test"})
	if a.body["sent"] != false || !strings.Contains(a.str("answer"), "535 5.7.8 Authentication failed") {
		t.Errorf("wrong password: %s", a.raw)
	}
	b.want(200, "PUT", "/mail", in(object{"port": 1}))
	a = b.want(200, "POST", "/mail/test", object{"to": "olga@acme.test"})
	if a.body["sent"] != false || !strings.Contains(a.str("answer"), "refused") {
		t.Errorf("nobody there: %s", a.raw)
	}
	for _, log := range []string{b.want(200, "GET", "/audit", nil).raw, b.want(200, "GET", "/mail", nil).raw} {
		if strings.Contains(log, smtpPassword) || strings.Contains(log, "another password 8") {
			t.Error("a password is shown")
		}
	}
	b.want(http.StatusNoContent, "DELETE", "/mail", nil)
	b.want(409, "POST", "/mail/test", object{"to": "olga@acme.test"})
}

func TestMailThatWaitsSurvivesARestart(t *testing.T) {
	cfg := testConfig(t, nil)
	r := start(t, cfg)
	b := r.owner()
	var up atomic.Bool
	s := b.withMail(smtpsink.Config{Rcpt: func(string) error {
		if up.Load() {
			return nil
		}
		return smtpsink.Refuse(451, "not now")
	}})
	group := b.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	b.want(201, "POST", "/users", object{"firstName": "Anna", "groupId": group, "email": "anna@acme.test", "invite": true})
	eventually(t, "it was tried", func() bool {
		return strings.Contains(b.want(200, "GET", "/mail/outbox", nil).raw, "not now")
	})
	r.stop()
	up.Store(true)
	again := start(t, cfg)
	b2 := again.browser()
	b2.want(200, "POST", "/session", object{"login": "olga", "password": ownerPassword})
	items := b2.want(200, "GET", "/mail/outbox", nil).body["items"].([]any)
	if len(items) != 1 {
		t.Fatalf("%d mails after the restart", len(items))
	}
	b2.want(204, "POST", fmt.Sprintf("/mail/outbox/%.0f/retry", items[0].(map[string]any)["id"]), nil)
	m, ok := s.Wait(1, 20*time.Second)
	if !ok {
		t.Fatal("it was not sent")
	}
	again.browser().want(200, "POST", "/session/link", object{"token": token(t, m, "/welcome")})
}
