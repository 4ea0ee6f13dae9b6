package pbx

import (
	"crypto/x509"
	"encoding/pem"
	"net/netip"
	"net/url"
	"strings"
	"time"
)

// MailTLS says how the connection to the mail server is protected.
type MailTLS string

// The ways. Certificates are always checked.
const (
	MailSTARTTLS MailTLS = "starttls" // required: without it nothing is sent
	MailImplicit MailTLS = "implicit" // TLS from the first byte
	MailPlain    MailTLS = "none"     // for a mail server on this very machine, or where it was said
)

// MailServer is through which server the organization's mail goes out (A8). Its password is a thing of its own.
type MailServer struct {
	Organization OrganizationID `json:"organizationId"`
	Host         string         `json:"host"`
	Port         int            `json:"port"`
	TLS          MailTLS        `json:"tls"`
	AllowPlain   bool           `json:"allowPlain"` // somebody said that no TLS is right also beyond this machine
	Authority    string         `json:"authority"`  // PEM of the server's own certificate authority; empty: public ones
	Username     string         `json:"username"`   // empty: no login
	Sender       string         `json:"sender"`
	SenderName   string         `json:"senderName"` // empty: the organization's name
	ReplyTo      string         `json:"replyTo"`
	PageURL      string         `json:"pageUrl"` // where links lead to; empty: the address the server knows of itself
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Ref names the mail server by its organization.
func (m MailServer) Ref() Ref { return Ref{Kind: KindMailServer, ID: int64(m.Organization)} }

// maxAuthority is how long the PEM of a mail server's authority may be.
const maxAuthority = 32 << 10

// Validate reports Invalid with the fields that need another value.
func (m MailServer) Validate() error {
	var f FieldErrors
	f.Check(ValidHost(m.Host), "host", "This is not a host name or address.")
	f.Check(m.Port > 0 && m.Port < 65536, "port", "A port is a number from 1 to 65535; mail servers mostly use 587 or 465.")
	switch m.TLS {
	case MailSTARTTLS, MailImplicit:
	case MailPlain:
		f.Check(m.AllowPlain || loopback(m.Host), "tls",
			"Without TLS everybody on the way can read the mail and the password: say that this is meant.")
	default:
		f.Add("tls", "Choose starttls, implicit or none.")
	}
	f.Check(m.Authority == "" || validAuthority(m.Authority), "authority", "This is not a certificate in PEM form.")
	checkText(&f, "username", m.Username, 254)
	f.Check(ValidEmail(m.Sender), "sender", "The address that mail comes from is needed.")
	checkText(&f, "senderName", m.SenderName, 100)
	f.Check(m.ReplyTo == "" || ValidEmail(m.ReplyTo), "replyTo", "This is not an e-mail address.")
	f.Check(m.PageURL == "" || validPageURL(m.PageURL), "pageUrl", "Write it like https://phone.example.org.")
	return f.Err()
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback()
}

func validAuthority(text string) bool {
	if len(text) > maxAuthority {
		return false
	}
	rest, n := []byte(text), 0
	for {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			return n > 0 && strings.TrimSpace(string(rest)) == ""
		}
		if block.Type != "CERTIFICATE" {
			return false
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return false
		}
		n++
	}
}

func validPageURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= 300 && u.Scheme == "https" && u.Host != "" && u.User == nil && u.RawQuery == "" &&
		u.Fragment == "" && ValidHost(u.Hostname())
}

// MailPassword is what the server proves itself with to its mail server. Value is sealed.
type MailPassword struct {
	Organization OrganizationID `json:"organizationId"`
	Value        Sealed         `json:"value"`
	ChangedAt    time.Time      `json:"changedAt"`
	Version      int64          `json:"version"`
}

// Ref names the password by its organization.
func (m MailPassword) Ref() Ref { return Ref{Kind: KindMailPassword, ID: int64(m.Organization)} }

// LinkPurpose is what a one-time link may be used for, and for nothing else.
type LinkPurpose string

// The purposes. A user has at most one link of each: a newer one ends the one before.
const (
	LinkInvitation LinkPurpose = "invitation" // choose the first password (U9)
	LinkReset      LinkPurpose = "reset"      // choose another password (P4)
	LinkEmail      LinkPurpose = "email"      // confirm a changed e-mail address (U11)
)

// OneTimeLink is the permission that a link carries. The link itself is with the person only; Hash is SHA-256 of it.
type OneTimeLink struct {
	Hash         [32]byte
	Purpose      LinkPurpose
	User         UserID
	Organization OrganizationID
	Email        string // the address it was sent to
	CreatedAt    time.Time
	ExpiresAt    time.Time
}
