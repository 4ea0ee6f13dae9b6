package pbx

import (
	"time"
)

// DefaultUserLimit is how many users an organization may create unless told otherwise (G3).
const DefaultUserLimit = 2000

// Organization is a tenant: own users, numbers and SIP domain.
type Organization struct {
	ID          OrganizationID `json:"id"`
	Name        string         `json:"name"`
	AccountName string         `json:"accountName"` // the third login field; shown only when there are two organizations
	SIPDomain   string         `json:"sipDomain"`
	Realm       string         `json:"realm"`    // set once: HA1 values depend on it
	Country     string         `json:"country"`  // ISO 3166-1 alpha-2
	Language    string         `json:"language"` // BCP 47
	TimeZone    string         `json:"timeZone"` // IANA
	UserLimit   int            `json:"userLimit"`
	Version     int64          `json:"version"`
	CreatedAt   time.Time      `json:"createdAt"`
	UpdatedAt   time.Time      `json:"updatedAt"`
}

// Ref names the organization.
func (o Organization) Ref() Ref { return Ref{Kind: KindOrganization, ID: int64(o.ID)} }

// Validate reports Invalid with the fields that need another value.
func (o Organization) Validate() error {
	var f FieldErrors
	f.Check(o.Name != "", "name", "The organization needs a name.")
	checkText(&f, "name", o.Name, 200)
	f.Check(validAccountName(o.AccountName), "accountName", "Use 1 to 40 lower-case letters, digits and hyphens.")
	f.Check(ValidHost(o.SIPDomain), "sipDomain", "This is not a host name or address.")
	f.Check(o.Realm != "" && len(o.Realm) <= 200 && printableASCII(o.Realm), "realm", "The realm must be plain text.")
	f.Check(validCountry(o.Country), "country", "Use the two letters of the country, such as IT.")
	f.Check(ValidLanguage(o.Language), "language", "Use a language such as en, de or it.")
	f.Check(ValidTimeZone(o.TimeZone), "timeZone", "There is no such time zone; write it like Europe/Rome.")
	f.Check(o.UserLimit >= 0 && o.UserLimit <= 1_000_000, "userLimit", "The limit is a number from 0 to 1000000.")
	return f.Err()
}
