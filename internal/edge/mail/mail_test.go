package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"ringfence/internal/engine/notify"
	"ringfence/internal/pbx"
	"ringfence/test/smtpsink"
)

func certificate(t *testing.T, expired bool, names ...string) *tls.Certificate {
	t.Helper()
	c, err := smtpsink.Certificate(expired, names...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func sink(t *testing.T, cfg smtpsink.Config) *smtpsink.Sink {
	t.Helper()
	s, err := smtpsink.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func server(s *smtpsink.Sink, protect pbx.MailTLS, authority *tls.Certificate) notify.Server {
	v := notify.Server{MailServer: pbx.MailServer{Host: "127.0.0.1", Port: s.Port(), TLS: protect}}
	if authority != nil {
		v.Authority = smtpsink.PEM(authority)
	}
	return v
}

func letter(id string) notify.Letter {
	return notify.Letter{
		ID: id, At: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC), From: notify.Address{Name: "Böse, \"Acme\"", Email: "pbx@acme.test"},
		To: notify.Address{Name: "Ada", Email: "ada@acme.test"}, ReplyTo: notify.Address{Email: "it@acme.test"}, Language: "de",
		Subject: "Grüße", Text: "Hallo Ada\n\nhttps://x.test/welcome#abc\n", HTML: "<p>Hallo Ada</p>",
	}
}

func post(t *testing.T, s notify.Server, letters ...notify.Letter) ([]string, error) {
	t.Helper()
	c, err := New().Open(t.Context(), s)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var answers []string
	for _, l := range letters {
		a, err := c.Send(t.Context(), l)
		if err != nil {
			return answers, err
		}
		answers = append(answers, a)
	}
	return answers, nil
}

func refused(t *testing.T, err error, permanent, ofServer bool, words string) {
	t.Helper()
	r, ok := errors.AsType[*notify.Refusal](err)
	if !ok || r.Permanent != permanent || r.OfServer != ofServer || !strings.Contains(r.Answer, words) {
		t.Errorf("%#v, want permanent %v, of the server %v, %q", err, permanent, ofServer, words)
	}
}

func TestMailArrivesWholeOverEachProtection(t *testing.T) {
	cert := certificate(t, false)
	for _, test := range []struct {
		name    string
		sink    smtpsink.Config
		protect pbx.MailTLS
		tls     bool
	}{
		{"STARTTLS", smtpsink.Config{Certificate: cert}, pbx.MailSTARTTLS, true},
		{"TLS from the first byte", smtpsink.Config{Certificate: cert, Implicit: true}, pbx.MailImplicit, true},
		{"none", smtpsink.Config{}, pbx.MailPlain, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.sink.Username, test.sink.Password = "box", "a long secret"
			s := sink(t, test.sink)
			to := server(s, test.protect, cert)
			to.Username, to.Password = "box", pbx.NewSecret("a long secret")
			answers, err := post(t, to, letter("1"), letter("2"))
			if err != nil || len(answers) != 2 || !strings.Contains(answers[0], "OK") {
				t.Fatalf("%q, %v", answers, err)
			}
			m := s.Mails()[1]
			if m.TLS != test.tls || m.User != "box" || m.Connection != 1 || m.From != "pbx@acme.test" || m.To != "ada@acme.test" {
				t.Errorf("came from %s to %s, TLS %v, as %s, over connection %d", m.From, m.To, m.TLS, m.User, m.Connection)
			}
			h := m.Header()
			for name, want := range map[string]string{
				"From": "=?utf-8?b?QsO2c2UsICJBY21lIg==?= <pbx@acme.test>", "To": `"Ada" <ada@acme.test>`, "Reply-To": "<it@acme.test>",
				"Message-Id": "<2@acme.test>", "Date": "Mon, 30 Nov 2026 09:00:00 +0000", "Auto-Submitted": "auto-generated",
				"Content-Language": "de",
			} {
				if got := h.Get(name); got != want {
					t.Errorf("%s: %s, want %s", name, got, want)
				}
			}
			if m.Subject() != "Grüße" || m.Body("text/html") != "<p>Hallo Ada</p>" ||
				strings.ReplaceAll(m.Body("text/plain"), "\r\n", "\n") != "Hallo Ada\n\nhttps://x.test/welcome#abc\n" {
				t.Errorf("%q %q %q", m.Subject(), m.Body("text/plain"), m.Body("text/html"))
			}
			if m.Link() != "https://x.test/welcome#abc" {
				t.Errorf("link %q", m.Link())
			}
		})
	}
}

func TestWithoutTheProtectionNothingIsSent(t *testing.T) {
	good, old, other := certificate(t, false), certificate(t, true), certificate(t, false, "mail.elsewhere.test")
	for _, test := range []struct {
		name      string
		sink      smtpsink.Config
		protect   pbx.MailTLS
		authority *tls.Certificate
		words     string
	}{
		{"no STARTTLS offered", smtpsink.Config{}, pbx.MailSTARTTLS, nil, "does not support STARTTLS"},
		{"unknown authority", smtpsink.Config{Certificate: good}, pbx.MailSTARTTLS, nil, "unknown authority"},
		{"expired", smtpsink.Config{Certificate: old}, pbx.MailSTARTTLS, old, "expired"},
		{"another's name", smtpsink.Config{Certificate: other, Implicit: true}, pbx.MailImplicit, other, "certificate"},
		{"plain where TLS was said", smtpsink.Config{}, pbx.MailImplicit, nil, "tls"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := sink(t, test.sink)
			to := server(s, test.protect, test.authority)
			to.Username, to.Password = "box", pbx.NewSecret("a long secret")
			_, err := post(t, to, letter("1"))
			refused(t, err, false, true, test.words)
			if len(s.Mails()) != 0 {
				t.Error("it was sent")
			}
		})
	}
}

func TestWhatTheServerSaysIsToldInItsWords(t *testing.T) {
	for _, test := range []struct {
		name      string
		sink      smtpsink.Config
		permanent bool
		ofServer  bool
		words     string
	}{
		{
			"no such user",
			smtpsink.Config{Rcpt: func(string) error { return smtpsink.Refuse(550, "No such user here") }},
			true, false, "550 5.1.1 No such user here",
		},
		{
			"greylisted",
			smtpsink.Config{Rcpt: func(string) error { return smtpsink.Refuse(451, "Greylisted, come back") }},
			false, false, "451 4.1.1 Greylisted, come back",
		},
		{
			"refused at the end",
			smtpsink.Config{Data: func(smtpsink.Mail) error { return smtpsink.Refuse(554, "Looks like spam") }},
			true, false, "Looks like spam",
		},
		{
			"closed in the middle",
			smtpsink.Config{Data: func(smtpsink.Mail) error { return smtpsink.ErrHangUp }},
			false, true, "",
		},
		{"wrong password", smtpsink.Config{Username: "box", Password: "another secret"}, false, true, "535 5.7.8 Authentication failed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			to := server(sink(t, test.sink), pbx.MailPlain, nil)

			if test.sink.Username != "" {
				to.Username, to.Password = "box", pbx.NewSecret("a long secret")
			}
			_, err := post(t, to, letter("1"))
			refused(t, err, test.permanent, test.ofServer, test.words)
			if err != nil && strings.Contains(err.Error(), "affected") {
				t.Errorf("the library's own words: %v", err)
			}
			if err != nil && (strings.Contains(err.Error(), "a long secret") || strings.Contains(err.Error(), "ada@")) {
				t.Errorf("a secret or an address: %v", err)
			}
		})
	}
}

func TestAfterARefusalTheNextLetterGoesOverTheSameConnection(t *testing.T) {
	s := sink(t, smtpsink.Config{Rcpt: func(to string) error {
		if strings.HasPrefix(to, "nobody") {
			return smtpsink.Refuse(550, "No such user")
		}
		return nil
	}})
	c, err := New().Open(t.Context(), server(s, pbx.MailPlain, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	bad := letter("1")
	bad.To.Email = "nobody@acme.test"
	_, err = c.Send(t.Context(), bad)
	refused(t, err, true, false, "550")
	if _, err := c.Send(t.Context(), letter("2")); err != nil || s.Connections() != 1 || len(s.Mails()) != 1 {
		t.Errorf("%v, %d connections, %d mails", err, s.Connections(), len(s.Mails()))
	}
}

func TestAServerThatHangsOrClosesIsGivenUp(t *testing.T) {
	listen := func(serve func(net.Conn)) *net.TCPAddr {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				serve(c)
			}
		}()
		return l.Addr().(*net.TCPAddr)
	}
	open := func(ctx context.Context, port int, wait time.Duration) error {
		p := New()
		p.timeout = wait
		c, err := p.Open(ctx, notify.Server{MailServer: pbx.MailServer{Host: "127.0.0.1", Port: port, TLS: pbx.MailPlain}})
		if err == nil {
			c.Close()
		}
		return err
	}
	silent := listen(func(c net.Conn) { t.Cleanup(func() { c.Close() }) }).Port
	refused(t, open(t.Context(), silent, 50*time.Millisecond), false, true, "timeout")
	refused(t, open(t.Context(), listen(func(c net.Conn) { c.Close() }).Port, time.Minute), false, true, "")
	babbling := listen(func(c net.Conn) {
		_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
		c.Close()
	}).Port
	refused(t, open(t.Context(), babbling, time.Minute), false, true, "")
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	refused(t, open(t.Context(), gone.Addr().(*net.TCPAddr).Port, time.Minute), false, true, "refused")
	within, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	refused(t, open(within, silent, time.Hour), false, true, "")
}

func TestAStopCutsALetterThatHangs(t *testing.T) {
	began := make(chan struct{})
	s := sink(t, smtpsink.Config{Rcpt: func(string) error { close(began); <-t.Context().Done(); return smtpsink.ErrHangUp }})
	c, err := New().Open(t.Context(), server(s, pbx.MailPlain, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	_, err = c.Send(ctx, letter("1"))
	refused(t, err, false, true, "")
}

func TestNothingThatPeopleWriteBecomesAHeader(t *testing.T) {
	s := sink(t, smtpsink.Config{})
	l := letter("1\r\nBcc: x@evil.test")
	l.Subject = "Hello\r\nBcc: victim@evil.test\r\n\r\nbody"
	l.From.Name = "Acme\" <x@evil.test>\r\nBcc: victim@evil.test"
	l.To.Name = "Ada\nX-Evil: 1"
	l.Language = "de\r\nX-Evil: 1"
	l.Text = "one\r\n.\r\nMAIL FROM:<x@evil.test>\r\n"
	if _, err := post(t, server(s, pbx.MailPlain, nil), l); err != nil {
		t.Fatal(err)
	}
	m := s.Mails()[0]
	h := m.Header()
	if len(s.Mails()) != 1 || m.To != "ada@acme.test" || h.Get("Bcc") != "" || h.Get("X-Evil") != "" {
		t.Errorf("%d mails, headers %v", len(s.Mails()), h)
	}
	if !strings.Contains(m.Body("text/plain"), "MAIL FROM:<x@evil.test>") {
		t.Errorf("the text was cut: %q", m.Body("text/plain"))
	}
	l = letter("2")
	l.To.Email = "ada@acme.test>\r\nRCPT TO:<x@evil.test"
	_, err := post(t, server(s, pbx.MailPlain, nil), l)
	refused(t, err, true, false, "not an e-mail address")
}

func TestFilesGoWithAMail(t *testing.T) {
	s := sink(t, smtpsink.Config{})
	l := letter("voice_message/7")
	sound := bytes.Repeat([]byte{0, 255, 13, 10, '.', 7}, 100_000)
	l.Attached = []notify.Attachment{{Name: "voice\r\nBcc: x@y.test message.wav", Type: "audio/wav", Content: sound}}
	if _, err := post(t, server(s, pbx.MailPlain, nil), l); err != nil {
		t.Fatal(err)
	}
	m, _ := s.Wait(1, time.Second)
	parts := m.Parts()
	if len(parts) != 3 || m.Header().Get("Bcc") != "" {
		t.Fatalf("%d parts", len(parts))
	}
	p := parts[2]
	if !strings.HasPrefix(p.Type, "audio/wav") || p.Name != "voice  Bcc_ x@y.test message.wav" || !bytes.Equal(p.Body, sound) {
		t.Errorf("attached is %q, %s, %d octets", p.Name, p.Type, len(p.Body))
	}
	if strings.ReplaceAll(m.Body("text/plain"), "\r\n", "\n") != l.Text || m.Body("text/html") != l.HTML {
		t.Errorf("text %q, HTML %q", m.Body("text/plain"), m.Body("text/html"))
	}
}
