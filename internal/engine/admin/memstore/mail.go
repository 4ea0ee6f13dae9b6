package memstore

import "ringfence/internal/pbx"

func (t *tx) MailServer(org pbx.OrganizationID) (pbx.MailServer, error) {
	return get(t.db.mails, org, pbx.KindMailServer)
}

func (t *tx) MailPassword(org pbx.OrganizationID) (pbx.MailPassword, error) {
	return get(t.db.mailKeys, org, pbx.KindMailPassword)
}

func (t *tx) PutMailServer(m pbx.MailServer) error { put(t, t.db.mails, m.Organization, m); return nil }

func (t *tx) DeleteMailServer(org pbx.OrganizationID) error {
	return drop(t, t.db.mails, org, pbx.KindMailServer)
}

func (t *tx) PutMailPassword(m pbx.MailPassword) error {
	put(t, t.db.mailKeys, m.Organization, m)
	return nil
}

func (t *tx) DeleteMailPassword(org pbx.OrganizationID) error {
	return drop(t, t.db.mailKeys, org, pbx.KindMailPassword)
}
