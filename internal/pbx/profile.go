package pbx

import "time"

// DefaultProfile is the provisioning profile that always exists.
const DefaultProfile = "default"

// maxProfileText bounds a profile's own text for phones, in bytes.
const maxProfileText = 64 << 10

// ProvisioningProfile is a named bundle of settings and phone text, assigned to groups and overridable on a user or
// device. Its values are settings at its own level; they count where it is assigned, below that place's own (S1).
type ProvisioningProfile struct {
	ID           ProfileID      `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Name         string         `json:"name"`
	Text         string         `json:"text"` // added to what phones are sent
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Ref names the profile.
func (p ProvisioningProfile) Ref() Ref { return Ref{Kind: KindProfile, ID: int64(p.ID)} }

// NameKey is the folded name, unique in the organization.
func (p ProvisioningProfile) NameKey() string { return Fold(p.Name) }

// IsDefault reports whether it is the profile that always exists.
func (p ProvisioningProfile) IsDefault() bool { return p.NameKey() == DefaultProfile }

// Validate reports Invalid with the fields that need another value. Uniqueness is the store's.
func (p ProvisioningProfile) Validate() error {
	var f FieldErrors
	f.Check(Fold(p.Name) != "", "name", "The profile needs a name.")
	checkText(&f, "name", p.Name, 100)
	f.Check(len(p.Text) <= maxProfileText, "text", "The text has at most 65536 bytes.")
	f.Check(plainLines(p.Text), "text", "The text holds characters that are no text.")
	return f.Err()
}
