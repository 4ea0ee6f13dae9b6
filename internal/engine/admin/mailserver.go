package admin

import (
	"context"
	"strings"
	"time"

	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

func mailServerSpec() spec[pbx.OrganizationID, pbx.MailServer] {
	return spec[pbx.OrganizationID, pbx.MailServer]{
		kind:  pbx.KindMailServer,
		key:   func(m pbx.MailServer) pbx.OrganizationID { return m.Organization },
		ref:   pbx.MailServer.Ref,
		keyOf: byID[pbx.OrganizationID](pbx.KindMailServer),
		org:   func(m pbx.MailServer) pbx.OrganizationID { return m.Organization },
		load: func(tx ReadTx, _ pbx.OrganizationID, k pbx.OrganizationID) (pbx.MailServer, error) {
			return tx.MailServer(k)
		},
		put:     Tx.PutMailServer,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.OrganizationID) error { return tx.DeleteMailServer(k) },
		name:    func(_ *Work, m pbx.MailServer) string { return m.Host },
		version: func(m *pbx.MailServer) *int64 { return &m.Version },
		times:   func(m *pbx.MailServer) (a, b *time.Time) { return &m.CreatedAt, &m.UpdatedAt },
		check:   func(_ *Work, m pbx.MailServer) error { return m.Validate() },
	}
}

func mailPasswordSpec() spec[pbx.OrganizationID, pbx.MailPassword] {
	return spec[pbx.OrganizationID, pbx.MailPassword]{
		kind:  pbx.KindMailPassword,
		key:   func(m pbx.MailPassword) pbx.OrganizationID { return m.Organization },
		ref:   pbx.MailPassword.Ref,
		keyOf: byID[pbx.OrganizationID](pbx.KindMailPassword),
		org:   func(m pbx.MailPassword) pbx.OrganizationID { return m.Organization },
		load: func(tx ReadTx, _ pbx.OrganizationID, k pbx.OrganizationID) (pbx.MailPassword, error) {
			return tx.MailPassword(k)
		},
		put:     Tx.PutMailPassword,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.OrganizationID) error { return tx.DeleteMailPassword(k) },
		name:    func(*Work, pbx.MailPassword) string { return "password" },
		version: func(m *pbx.MailPassword) *int64 { return &m.Version },
		times:   func(m *pbx.MailPassword) (a, b *time.Time) { return new(time.Time), &m.ChangedAt },
		root:    func(_ *Work, m pbx.MailPassword) pbx.Ref { return pbx.MailServer{Organization: m.Organization}.Ref() },
		secrets: func(m *pbx.MailPassword) []*pbx.Sealed { return []*pbx.Sealed{&m.Value} },
	}
}

// MailServerInput sets up the organization's mail as a whole; only the password may be left out.
type MailServerInput struct {
	Host       string
	Port       int
	TLS        pbx.MailTLS
	AllowPlain bool
	Authority  string
	Username   string
	Password   *pbx.Secret // nil: as it was; empty: none
	Sender     string
	SenderName string
	ReplyTo    string
	PageURL    string
}

// MailServerView is the mail server with what is known of its password. Without a server it is the zero value.
type MailServerView struct {
	pbx.MailServer
	PasswordSet bool
}

// Configured reports whether mail is set up.
func (v MailServerView) Configured() bool { return v.Host != "" }

// MailServer returns how the organization's mail goes out.
func (s *Service) MailServer(ctx context.Context, a Actor) (MailServerView, error) {
	var v MailServerView
	err := s.view(ctx, a, MailRead, func(w *Work) (err error) {
		v, err = w.mailServerView()
		return err
	})
	return v, err
}

func (w *Work) mailServerView() (MailServerView, error) {
	m, err := w.mails.get(w, w.org)
	if err != nil {
		return MailServerView{}, ignoreMissing(err)
	}
	_, err = w.mailKeys.get(w, w.org)
	return MailServerView{MailServer: m, PasswordSet: err == nil}, ignoreMissing(err)
}

// mailSetUp reports whether the organization can send mail.
func (w *Work) mailSetUp() (bool, error) {
	_, err := w.mails.get(w, w.org)
	return err == nil, ignoreMissing(err)
}

// SetMailServer sets up how the organization's mail goes out; Invalid with fields, Stale.
func (s *Service) SetMailServer(
	ctx context.Context, a Actor, in MailServerInput, wr Write,
) (MailServerView, pbx.ChangeSet, error) {
	var v MailServerView
	cs, err := s.Do(ctx, a, Intent{MailUpdate, wr}, func(w *Work) error {
		before, err := w.mails.get(w, w.org)
		if err = ignoreMissing(err); err != nil {
			return err
		}
		if before.Version != 0 {
			if err = w.fresh(before.Ref(), before.Version, wr.IfMatch, nil); err != nil {
				return err
			}
		}
		m := in.server(w.org)
		w.describe(m.Ref(), "Mail set up: "+m.Host)
		if err = m.Validate(); err != nil {
			return err
		}
		if err = w.mails.put(w, m); err != nil {
			return err
		}
		if err = s.setMailPassword(w, before, m, in.Password); err != nil {
			return err
		}
		v, err = w.mailServerView()
		return err
	})
	if err == nil && cs.Replayed {
		v, err = s.MailServer(ctx, a)
	}
	return v, cs, err
}

func (in MailServerInput) server(org pbx.OrganizationID) pbx.MailServer {
	m := pbx.MailServer{
		Organization: org, Host: in.Host, Port: in.Port, TLS: in.TLS, AllowPlain: in.AllowPlain && in.TLS == pbx.MailPlain,
		Authority: strings.TrimSpace(in.Authority), Username: in.Username, Sender: in.Sender, SenderName: in.SenderName,
		ReplyTo: in.ReplyTo, PageURL: strings.TrimRight(strings.TrimSpace(in.PageURL), "/"),
	}
	cleanAll(&m.Host, &m.Username, &m.Sender, &m.SenderName, &m.ReplyTo)
	m.Host = strings.ToLower(m.Host)
	return m
}

// maxMailPassword is how long the password of a mail server may be.
const maxMailPassword = 1000

// setMailPassword keeps the password with the login it belongs to. A password is never sent to another server than it
// was typed for: who changes the server types it again.
func (s *Service) setMailPassword(w *Work, before, m pbx.MailServer, given *pbx.Secret) error {
	_, err := w.mailKeys.get(w, w.org)
	has := err == nil
	if err = ignoreMissing(err); err != nil {
		return err
	}
	elsewhere := m.Host != before.Host || m.TLS == pbx.MailPlain && before.TLS != pbx.MailPlain
	remove := given == nil && (m.Username == "" || elsewhere) || given != nil && given.IsZero()
	if remove || m.Username == "" {
		if m.Username != "" {
			return fieldError("password", "Type the password of this login.")
		}
		if given != nil && !given.IsZero() {
			return fieldError("username", "A password needs the user name it belongs to.")
		}
		if has {
			return w.mailKeys.delete(w, w.org)
		}
		return nil
	}
	if given == nil {
		if !has {
			return fieldError("password", "Type the password of this login.")
		}
		return nil
	}
	if len(given.Reveal()) > maxMailPassword || strings.ContainsAny(given.Reveal(), "\r\n\x00") {
		return fieldError("password", "This can't be a password.")
	}
	p := pbx.MailPassword{Organization: w.org}
	if !w.dry {
		p.Value = s.vault.Seal(vault.MailPasswordRow(w.org, m.Host), []byte(given.Reveal()))
	}
	return w.mailKeys.put(w, p)
}

// RemoveMailServer ends sending mail; NotFound, Stale.
func (s *Service) RemoveMailServer(ctx context.Context, a Actor, wr Write) (pbx.ChangeSet, error) {
	return s.Do(ctx, a, Intent{MailUpdate, wr}, func(w *Work) error {
		m, err := w.mails.get(w, w.org)
		if err != nil {
			return err
		}
		if err = w.fresh(m.Ref(), m.Version, wr.IfMatch, nil); err != nil {
			return err
		}
		w.describe(m.Ref(), "Mail switched off")
		if _, err = w.mailKeys.get(w, w.org); err == nil {
			err = w.mailKeys.delete(w, w.org)
		}
		if err = ignoreMissing(err); err != nil {
			return err
		}
		return w.mails.delete(w, w.org)
	})
}
