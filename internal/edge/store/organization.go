package store

import "ringfence/internal/pbx"

const organizationColumns = "id, name, account_name, sip_domain, realm, country, language, time_zone, user_limit, " +
	"version, created_at, updated_at"

var putOrganization = upsert("organization", "id", organizationColumns)

// Organization reads one organization.
func (t *tx) Organization(id pbx.OrganizationID) (pbx.Organization, error) {
	return find(t, pbx.Ref{Kind: pbx.KindOrganization, ID: int64(id)}, organizationFields,
		"SELECT "+organizationColumns+" FROM organization WHERE id = $1", int64(id))
}

// OrganizationByAccount finds an organization by its account name.
func (t *tx) OrganizationByAccount(accountName string) (pbx.Organization, error) {
	return find(t, pbx.Ref{Kind: pbx.KindOrganization, Key: accountName}, organizationFields,
		"SELECT "+organizationColumns+" FROM organization WHERE account_name = $1", accountName)
}

// Organizations reads all organizations, by id.
func (t *tx) Organizations() ([]pbx.Organization, error) {
	return collect(t, organizationFields, "SELECT "+organizationColumns+" FROM organization ORDER BY id")
}

// PutOrganization stores an organization.
func (t *tx) PutOrganization(o pbx.Organization) error {
	return t.put(putOrganization, o.ID, int64(o.ID), o.Name, o.AccountName, o.SIPDomain, o.Realm, o.Country, o.Language,
		o.TimeZone, o.UserLimit, o.Version, millis(o.CreatedAt), millis(o.UpdatedAt))
}

func organizationFields(o *pbx.Organization) []any {
	return []any{
		&o.ID, &o.Name, &o.AccountName, &o.SIPDomain, &o.Realm, &o.Country, &o.Language, &o.TimeZone, &o.UserLimit,
		&o.Version,
		moment{&o.CreatedAt},
		moment{&o.UpdatedAt},
	}
}
