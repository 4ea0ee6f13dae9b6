package vault

import (
	"strconv"

	"ringfence/internal/pbx"
)

// SecretRow names the row of a user's secret, to bind its value to.
func SecretRow(user pbx.UserID, name pbx.SecretName) string {
	return "user_secret/" + strconv.FormatInt(int64(user), 10) + "/" + string(name)
}

// HA1MD5Row names where a credential's MD5 HA1 is kept.
func HA1MD5Row(line pbx.LineID) string { return credentialRow(line) + "/ha1_md5" }

// HA1SHA256Row names where a credential's SHA-256 HA1 is kept.
func HA1SHA256Row(line pbx.LineID) string { return credentialRow(line) + "/ha1_sha256" }

func credentialRow(line pbx.LineID) string { return "credential/" + strconv.FormatInt(int64(line), 10) }

// NewCredential makes a line's credential from its SIP password.
func (v *Vault) NewCredential(l pbx.Line, realm string, password pbx.Secret) pbx.Credential {
	m, s := HA1(l.SIPUsername, realm, password)
	return pbx.Credential{
		Line: l.ID, Organization: l.Organization,
		HA1MD5: v.Seal(HA1MD5Row(l.ID), m[:]), HA1SHA256: v.Seal(HA1SHA256Row(l.ID), s[:]),
	}
}

// OpenCredential gives a credential's digest hashes.
func (v *Vault) OpenCredential(c pbx.Credential) (md5Hash [16]byte, sha256Hash [32]byte, err error) {
	m, err := v.Open(HA1MD5Row(c.Line), c.HA1MD5)
	if err != nil {
		return md5Hash, sha256Hash, err
	}
	s, err := v.Open(HA1SHA256Row(c.Line), c.HA1SHA256)
	if err != nil {
		return md5Hash, sha256Hash, err
	}
	if copy(md5Hash[:], m) != len(md5Hash) || copy(sha256Hash[:], s) != len(sha256Hash) {
		return md5Hash, sha256Hash, errDamaged
	}
	return md5Hash, sha256Hash, nil
}

// MailPasswordRow names where an organization's mail password is kept. It is bound to the server that it was typed for,
// so that no other is ever shown it.
func MailPasswordRow(org pbx.OrganizationID, host string) string {
	return "mail_password/" + strconv.FormatInt(int64(org), 10) + "/" + host
}

// JobRow names where the secret of a job is kept.
func JobRow(key string) string { return "job/" + key }
