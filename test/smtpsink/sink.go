// Package smtpsink is a mail server for tests: it takes mail and keeps it, with STARTTLS, TLS from the first byte or none, and
// can refuse, put off, hang or close as a test wants. It delivers nothing.
package smtpsink

import (
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Config says how the server behaves. Its functions may be nil.
type Config struct {
	Certificate *tls.Certificate // without one there is no TLS
	Implicit    bool             // TLS from the first byte instead of STARTTLS
	Username    string           // wanted at login; empty: no login
	Password    string
	Rcpt        func(to string) error    // an error refuses: see Refuse
	Data        func(m Mail) error       // asked after the mail has come
	Listen      string                   // 127.0.0.1:0 unless told
	OnMail      func(Mail)               // told of every mail that was taken
	Greeting    func(c *smtp.Conn) error // an error is what the connection is greeted with
}

// Mail is one that was taken.
type Mail struct {
	From, To   string
	Raw        []byte
	TLS        bool
	User       string // who was logged in
	Connection int    // the first is 1
}

// Sink is a running server. Make one with Start and Close it.
type Sink struct {
	Address string
	cfg     Config
	server  *smtp.Server
	done    chan struct{}

	mu          sync.Mutex
	mails       []Mail
	connections int
	numbers     map[string]int // of the connections, by where they came from
	came        chan struct{}  // closed and replaced with each mail
}

// Start listens and serves.
func Start(cfg Config) (*Sink, error) {
	if cfg.Listen == "" {
		cfg.Listen = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	s := &Sink{Address: l.Addr().String(), cfg: cfg, done: make(chan struct{}), came: make(chan struct{}), numbers: map[string]int{}}
	s.server = smtp.NewServer(smtp.BackendFunc(s.session))
	s.server.Domain = "sink.test"
	s.server.AllowInsecureAuth = cfg.Certificate == nil
	s.server.ReadTimeout, s.server.WriteTimeout = time.Minute, time.Minute
	s.server.MaxMessageBytes = 1 << 20
	s.server.ErrorLog = quiet{}
	if cfg.Certificate != nil {
		s.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cfg.Certificate}, MinVersion: tls.VersionTLS12}
		if cfg.Implicit {
			l = tls.NewListener(l, s.server.TLSConfig)
		}
	}
	go func() { defer close(s.done); _ = s.server.Serve(l) }()
	return s, nil
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// Close ends the server.
func (s *Sink) Close() {
	_ = s.server.Close()
	<-s.done
}

// Port is where it listens.
func (s *Sink) Port() int {
	_, port, _ := net.SplitHostPort(s.Address)
	n := 0
	_, _ = fmt.Sscan(port, &n)
	return n
}

// Mails gives what was taken so far.
func (s *Sink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Connections tells how many connections were opened.
func (s *Sink) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

// Wait returns the n-th mail, the first is 1, when it has come; false after the time.
func (s *Sink) Wait(n int, most time.Duration) (Mail, bool) {
	end := time.NewTimer(most)
	defer end.Stop()
	for {
		s.mu.Lock()
		mails, came := s.mails, s.came
		s.mu.Unlock()
		if len(mails) >= n {
			return mails[n-1], true
		}
		select {
		case <-came:
		case <-end.C:
			return Mail{}, false
		}
	}
}

// Refuse is an error that the server answers with.
func Refuse(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{code / 100, 1, 1}, Message: text}
}

// ErrHangUp as an answer closes the connection without a word.
var ErrHangUp = errors.New("hang up")

type session struct {
	sink *Sink
	conn *smtp.Conn
	mail Mail
	user string
}

func (s *Sink) session(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	from := c.Conn().RemoteAddr().String()
	if s.numbers[from] == 0 { // after STARTTLS there is another session over the same connection
		s.connections++
		s.numbers[from] = s.connections
	}
	n := s.numbers[from]
	s.mu.Unlock()
	if s.cfg.Greeting != nil {
		if err := s.cfg.Greeting(c); err != nil {
			return nil, err
		}
	}
	return &session{sink: s, conn: c, mail: Mail{Connection: n}}, nil
}

func (s *session) Reset()        { s.mail.From, s.mail.To = "", "" }
func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string {
	if s.sink.cfg.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != s.sink.cfg.Username || password != s.sink.cfg.Password {
			return smtp.ErrAuthFailed
		}
		s.user = username
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.sink.cfg.Username != "" && s.user == "" {
		return smtp.ErrAuthRequired
	}
	s.mail.From = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = to
	if s.sink.cfg.Rcpt != nil {
		return s.answer(s.sink.cfg.Rcpt(to))
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m := s.mail
	m.Raw, m.User = raw, s.user
	_, m.TLS = s.conn.TLSConnectionState()
	if s.sink.cfg.Data != nil {
		if err := s.sink.cfg.Data(m); err != nil {
			return s.answer(err)
		}
	}
	s.sink.mu.Lock()
	s.sink.mails = append(s.sink.mails, m)
	close(s.sink.came)
	s.sink.came = make(chan struct{})
	s.sink.mu.Unlock()
	if s.sink.cfg.OnMail != nil {
		s.sink.cfg.OnMail(m)
	}
	return nil
}

func (s *session) answer(err error) error {
	if errors.Is(err, ErrHangUp) {
		_ = s.conn.Conn().Close()
	}
	return err
}

// Header gives the mail's headers.
func (m Mail) Header() netmail.Header {
	msg, err := netmail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return nil
	}
	return msg.Header
}

// Subject gives the decoded subject.
func (m Mail) Subject() string {
	s, err := new(mime.WordDecoder).DecodeHeader(m.Header().Get("Subject"))
	if err != nil {
		return ""
	}
	return s
}

// Part is a piece of a mail, decoded.
type Part struct {
	Type string // media type with its parameters
	Name string // of an attached file; empty for text
	Body []byte
}

// Parts gives the pieces of the mail that hold no others, in their order.
func (m Mail) Parts() []Part {
	msg, err := netmail.ReadMessage(bytes.NewReader(m.Raw))
	if err != nil {
		return nil
	}
	return parts(textproto.MIMEHeader(msg.Header), msg.Body)
}

func parts(h textproto.MIMEHeader, body io.Reader) []Part {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		return nil
	}
	if !strings.HasPrefix(kind, "multipart/") {
		switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		p := Part{Type: h.Get("Content-Type")}
		if how, file, err := mime.ParseMediaType(h.Get("Content-Disposition")); err == nil && how == "attachment" {
			p.Name = file["filename"]
		}
		p.Body, _ = io.ReadAll(body)
		return []Part{p}
	}
	var out []Part
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextRawPart()
		if err != nil {
			return out
		}
		out = append(out, parts(p.Header, p)...)
	}
}

// Body gives the decoded body of a kind: text/plain or text/html.
func (m Mail) Body(kind string) string {
	for _, p := range m.Parts() {
		if strings.HasPrefix(p.Type, kind) && p.Name == "" {
			return string(p.Body)
		}
	}
	return ""
}

var link = regexp.MustCompile(`https://[^\s<>"]+#[A-Za-z0-9_-]+`)

// Link gives the link with a fragment that the plain text holds.
func (m Mail) Link() string { return link.FindString(m.Body("text/plain")) }

// PEM writes a certificate as text.
func PEM(c *tls.Certificate) string {
	var b bytes.Buffer
	for _, der := range c.Certificate {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: der})
	}
	return b.String()
}
