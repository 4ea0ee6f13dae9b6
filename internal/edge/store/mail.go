package store

import "ringfence/internal/pbx"

const (
	mailServerColumns = "organization_id, host, port, tls, allow_plain, authority, username, sender, sender_name, " +
		"reply_to, page_url, version, created_at, updated_at"
	mailPasswordColumns = "organization_id, value, changed_at, version"
)

var (
	putMailServer   = upsert("mail_server", "organization_id", mailServerColumns)
	putMailPassword = upsert("mail_password", "organization_id", mailPasswordColumns)
)

// MailServer reads how the organization's mail goes out.
func (t *tx) MailServer(org pbx.OrganizationID) (pbx.MailServer, error) {
	return find(t, pbx.MailServer{Organization: org}.Ref(), mailServerFields,
		"SELECT "+mailServerColumns+" FROM mail_server WHERE organization_id = $1", int64(org))
}

// PutMailServer stores it.
func (t *tx) PutMailServer(m pbx.MailServer) error {
	return t.put(putMailServer, m.Ref(), int64(m.Organization), m.Host, m.Port, string(m.TLS), m.AllowPlain, m.Authority,
		m.Username, m.Sender, m.SenderName, m.ReplyTo, m.PageURL, m.Version, millis(m.CreatedAt), millis(m.UpdatedAt))
}

// DeleteMailServer deletes it.
func (t *tx) DeleteMailServer(org pbx.OrganizationID) error {
	return t.remove(pbx.MailServer{Organization: org}.Ref(), "DELETE FROM mail_server WHERE organization_id = $1", int64(org))
}

// MailPassword reads the sealed password of the organization's mail server.
func (t *tx) MailPassword(org pbx.OrganizationID) (pbx.MailPassword, error) {
	return find(t, pbx.MailPassword{Organization: org}.Ref(), mailPasswordFields,
		"SELECT "+mailPasswordColumns+" FROM mail_password WHERE organization_id = $1", int64(org))
}

// PutMailPassword stores it.
func (t *tx) PutMailPassword(m pbx.MailPassword) error {
	return t.put(putMailPassword, m.Ref(), int64(m.Organization), blob(m.Value), millis(m.ChangedAt), m.Version)
}

// DeleteMailPassword deletes it.
func (t *tx) DeleteMailPassword(org pbx.OrganizationID) error {
	return t.remove(pbx.MailPassword{Organization: org}.Ref(), "DELETE FROM mail_password WHERE organization_id = $1", int64(org))
}

func mailServerFields(m *pbx.MailServer) []any {
	return []any{
		&m.Organization, &m.Host, &m.Port, &m.TLS, &m.AllowPlain, &m.Authority, &m.Username, &m.Sender, &m.SenderName,
		&m.ReplyTo, &m.PageURL, &m.Version,
		moment{&m.CreatedAt},
		moment{&m.UpdatedAt},
	}
}

func mailPasswordFields(m *pbx.MailPassword) []any {
	return []any{&m.Organization, sealed{&m.Value}, moment{&m.ChangedAt}, &m.Version}
}
