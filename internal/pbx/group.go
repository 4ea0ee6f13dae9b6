package pbx

import "time"

// Group is the home of users, a layer of settings, and an address book (G1, G6).
type Group struct {
	ID             GroupID        `json:"id"`
	Organization   OrganizationID `json:"organizationId"`
	Name           string         `json:"name"`
	Position       int            `json:"position"` // place in the group order, 1 is the top (S1)
	Profile        ProfileID      `json:"provisioningProfileId"`
	StreetAddress  string         `json:"streetAddress"`
	City           string         `json:"city"`
	State          string         `json:"state"`
	ZIPCode        string         `json:"zipCode"`
	Country        string         `json:"country"`
	ContactSurname string         `json:"contactSurname"`
	ContactName    string         `json:"contactName"`
	ContactRole    string         `json:"contactRole"`
	Phone          string         `json:"phone"`
	Mobile         string         `json:"mobile"`
	Fax            string         `json:"fax"`
	ITEmail        string         `json:"itEmail"`
	Version        int64          `json:"version"`
	CreatedAt      time.Time      `json:"createdAt"`
	UpdatedAt      time.Time      `json:"updatedAt"`
}

// Ref names the group.
func (g Group) Ref() Ref { return Ref{Kind: KindGroup, ID: int64(g.ID)} }

// NameKey is the folded name, unique in the organization.
func (g Group) NameKey() string { return Fold(g.Name) }

// Validate reports Invalid with the fields that need another value. Uniqueness is the store's.
func (g Group) Validate() error {
	var f FieldErrors
	f.Check(Fold(g.Name) != "", "name", "The group needs a name.")
	checkText(&f, "name", g.Name, 100)
	for _, t := range []struct{ field, value string }{
		{"streetAddress", g.StreetAddress},
		{"city", g.City},
		{"state", g.State},
		{"zipCode", g.ZIPCode},
		{"country", g.Country},
		{"contactSurname", g.ContactSurname},
		{"contactName", g.ContactName},
		{"contactRole", g.ContactRole},
		{"phone", g.Phone},
		{"mobile", g.Mobile},
		{"fax", g.Fax},
	} {
		checkText(&f, t.field, t.value, 200)
	}
	f.Check(g.ITEmail == "" || ValidEmail(g.ITEmail), "itEmail", "This is not an e-mail address.")
	return f.Err()
}
