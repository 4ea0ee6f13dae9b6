// Package mail hands letters to a mail server over SMTP (RFC 5321, submission as in RFC 6409): it fills notify.Post.
//
// The connection is protected as the settings say: STARTTLS that is required (RFC 3207), TLS from the first byte (RFC 8314), or
// none. Certificates are always checked. What people wrote reaches a header only through encoders that let no line end
// through. Nothing is logged here: what a server says goes back to whoever asked, passwords go to the server alone.
// A Post is safe for concurrent use; a connection belongs to one goroutine.
package mail

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"ringfence/internal/engine/notify"
	"ringfence/internal/pbx"
)

// timeout bounds the way to a server with its greeting and login, and each letter.
const timeout = 30 * time.Second

// tooLarge is what a server says to a mail that is larger than it takes (RFC 1870 §6.1).
const tooLarge = 552

// Post sends mail. Make one with New.
type Post struct {
	hello   string
	timeout time.Duration
	dial    func(ctx context.Context, network, address string) (net.Conn, error)
}

var _ notify.Post = (*Post)(nil)

// New makes a Post that greets servers with this machine's name.
func New() *Post {
	name, err := os.Hostname()
	if err != nil || !pbx.ValidHost(name) {
		name = "localhost"
	}
	return &Post{hello: name, timeout: timeout, dial: new(net.Dialer).DialContext}
}

// Open connects and logs in; *notify.Refusal.
func (p *Post) Open(ctx context.Context, s notify.Server) (notify.Connection, error) {
	c := &connection{}
	client, err := p.client(ctx, s, c)
	if err != nil {
		return nil, &notify.Refusal{Answer: err.Error(), OfServer: true, Cause: err}
	}
	c.client = client
	err = client.DialWithContext(ctx)
	if c.cut != nil {
		c.cut()
	}
	if err != nil {
		c.hangUp()
		return nil, &notify.Refusal{Answer: words(err), OfServer: true, Cause: err}
	}
	return c, nil
}

func (p *Post) client(ctx context.Context, s notify.Server, c *connection) (*mail.Client, error) {
	host := strings.Trim(s.Host, "[]")
	secure, err := tlsConfig(host, s.Authority)
	if err != nil {
		return nil, err
	}
	options := []mail.Option{
		mail.WithPort(s.Port), mail.WithTimeout(p.timeout), mail.WithHELO(p.hello), mail.WithTLSConfig(secure),
		mail.WithDialContextFunc(func(within context.Context, network, _ string) (net.Conn, error) {
			conn, err := p.connect(within, network, net.JoinHostPort(host, strconv.Itoa(s.Port)), s.TLS, secure, c)
			// The library's context ends with the dialling; greeting and login come after it.
			c.cut = context.AfterFunc(ctx, c.hangUp)
			return conn, err
		}),
	}
	switch s.TLS {
	case pbx.MailSTARTTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	case pbx.MailImplicit:
		options = append(options, mail.WithSSL())
	case pbx.MailPlain:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	default:
		return nil, fmt.Errorf("there is no protection %q", s.TLS)
	}
	if s.Username != "" {
		options = append(options, mail.WithUsername(s.Username), mail.WithPassword(s.Password.Reveal()),
			mail.WithOpportunisticSMTPAuth(logins(s.TLS)...))
	}
	return mail.NewClient(host, options...)
}

// logins are the ways to log in, the best first. In clear only where somebody said that no TLS is right.
func logins(t pbx.MailTLS) []mail.SMTPAuthType {
	if t == pbx.MailPlain {
		return []mail.SMTPAuthType{
			mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5, mail.SMTPAuthPlainNoEnc,
			mail.SMTPAuthLoginNoEnc,
		}
	}
	return []mail.SMTPAuthType{
		mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthPlain, mail.SMTPAuthLogin, mail.SMTPAuthCramMD5,
	}
}

func tlsConfig(host, authority string) (*tls.Config, error) {
	c := &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}
	if authority != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(authority)) {
			return nil, errors.New("the certificate authority of the mail server is not readable")
		}
	}
	return c, nil
}

// connect opens the connection and keeps hold of it, so that it can be cut when the caller gives up.
func (p *Post) connect(
	ctx context.Context, network, address string, protect pbx.MailTLS, secure *tls.Config, c *connection,
) (net.Conn, error) {
	conn, err := p.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	c.conn = conn
	if protect != pbx.MailImplicit {
		return conn, nil
	}
	t := tls.Client(conn, secure)
	if err := t.HandshakeContext(ctx); err != nil {
		_ = conn.Close() // what kept it from opening says more
		return nil, err
	}
	return t, nil
}

// connection is an open way to a server.
type connection struct {
	client *mail.Client
	conn   net.Conn
	cut    func() bool // ends the watch over the caller's context while the connection is opened
}

// Send hands a letter over; *notify.Refusal.
func (c *connection) Send(ctx context.Context, l notify.Letter) (string, error) {
	m, err := compose(l)
	if err != nil {
		return "", &notify.Refusal{Answer: err.Error(), Permanent: true, Cause: err}
	}
	stop := context.AfterFunc(ctx, c.hangUp)
	defer stop()
	err = c.client.Send(m)
	if m.IsDelivered() { // also when the connection broke right after it
		return words(errors.New(m.ServerResponse())), nil
	}
	if err == nil {
		err = errors.New("the server did not say that it took the mail")
	}
	r := &notify.Refusal{Answer: words(err), Cause: err}
	if said, ok := errors.AsType[*mail.SendError](err); ok && said.ErrorCode() != 0 {
		r.Permanent = said.ErrorCode() >= 500
		r.TooLarge = said.ErrorCode() == tooLarge
		return "", r
	}
	r.OfServer = true // the connection, not the letter
	return "", r
}

// Close says goodbye.
func (c *connection) Close() {
	_ = c.client.Close() // every letter was answered before
	c.hangUp()
}

func (c *connection) hangUp() {
	if c.conn != nil {
		_ = c.conn.Close() // it may be closed already
	}
}

// compose makes the message with its headers.
func compose(l notify.Letter) (*mail.Msg, error) {
	m := mail.NewMsg(mail.WithNoDefaultUserAgent(), mail.WithCharset(mail.CharsetUTF8), mail.WithEncoding(mail.EncodingQP))
	_, domain, _ := strings.Cut(l.From.Email, "@")
	for _, a := range []struct {
		header  mail.AddrHeader
		address notify.Address
	}{{mail.HeaderFrom, l.From}, {mail.HeaderTo, l.To}, {mail.HeaderReplyTo, l.ReplyTo}} {
		if a.address.Email == "" && a.header == mail.HeaderReplyTo {
			continue
		}
		if !pbx.ValidEmail(a.address.Email) {
			return nil, fmt.Errorf("%s is not an e-mail address", strconv.Quote(a.address.Email))
		}
		m.SetAddrHeaderFromMailAddress(a.header, &netmail.Address{Name: oneLine(a.address.Name), Address: a.address.Email})
	}
	m.Subject(oneLine(l.Subject))
	m.SetDateWithValue(l.At)
	m.SetMessageIDWithValue(oneLine(l.ID) + "@" + domain)
	// RFC 3834 §5: so that no out-of-office answer comes back.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetGenHeader("Content-Language", oneLine(l.Language))
	m.SetBodyString(mail.TypeTextPlain, l.Text)
	m.AddAlternativeString(mail.TypeTextHTML, l.HTML)
	for _, a := range l.Attached {
		err := m.AttachReader(oneLine(a.Name), bytes.NewReader(a.Content), mail.WithFileContentType(mail.ContentType(oneLine(a.Type))))
		if err != nil {
			return nil, fmt.Errorf("attach a file: %w", err)
		}
	}
	return m, nil
}

// oneLine is text that can stand in a header: without line ends and other control characters.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// words is what a server said, or what went wrong on the way, without what the library adds of our own.
func words(err error) string {
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		return strings.TrimSpace(strconv.Itoa(said.Code) + " " + oneLine(said.Msg))
	}
	text, _, _ := strings.Cut(err.Error(), ", affected ")
	// "sending SMTP RCPT TO command: 550 "5.1.1 No such user""
	if _, said, ok := strings.Cut(text, ": "); ok && len(said) > 4 && said[3] == ' ' {
		if plain, unquoted := strconv.Unquote(said[4:]); unquoted == nil {
			text = said[:4] + plain
		}
	}
	return strings.TrimSpace(oneLine(text))
}
