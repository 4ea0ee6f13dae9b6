package pbx

import (
	"net/netip"
	"strings"
	"time"
)

// maxNetworks is how many networks one location may have.
const maxNetworks = 50

// Location is an office (L1): where users, pools and devices are, and what an emergency call from there says.
type Location struct {
	ID            LocationID     `json:"id"`
	Organization  OrganizationID `json:"organizationId"`
	Name          string         `json:"name"`
	StreetAddress string         `json:"streetAddress"`
	City          string         `json:"city"`
	State         string         `json:"state"`
	ZIPCode       string         `json:"zipCode"`
	Country       string         `json:"country"`
	Phone         string         `json:"phone"`
	Fax           string         `json:"fax"`
	Language      string         `json:"language"` // empty: inherited
	TimeZone      string         `json:"timeZone"` // empty: inherited
	Networks      []string       `json:"networks"` // CIDR, canonical, ascending

	// The emergency identity: what a call to an emergency number from here carries.
	EmergencyNumber  string `json:"emergencyNumber"`  // shown to the emergency service, which calls it back
	EmergencyAddress string `json:"emergencyAddress"` // one line; empty: the address above
	EmergencyNote    string `json:"emergencyNote"`    // floor, entrance, who opens

	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Ref names the location.
func (l Location) Ref() Ref { return Ref{Kind: KindLocation, ID: int64(l.ID)} }

// NameKey is the folded name, unique in the organization.
func (l Location) NameKey() string { return Fold(l.Name) }

// Validate reports Invalid with the fields that need another value. Uniqueness is the store's.
func (l Location) Validate() error {
	var f FieldErrors
	f.Check(Fold(l.Name) != "", "name", "The location needs a name.")
	checkText(&f, "name", l.Name, 100)
	for _, t := range []struct{ field, value string }{
		{"streetAddress", l.StreetAddress},
		{"city", l.City},
		{"state", l.State},
		{"zipCode", l.ZIPCode},
		{"country", l.Country},
		{"phone", l.Phone},
		{"fax", l.Fax},
		{"emergencyAddress", l.EmergencyAddress},
		{"emergencyNote", l.EmergencyNote},
	} {
		checkText(&f, t.field, t.value, 200)
	}
	f.Check(l.Language == "" || ValidLanguage(l.Language), "language", "Use a language such as en, de or it.")
	f.Check(l.TimeZone == "" || ValidTimeZone(l.TimeZone), "timeZone",
		"There is no such time zone; write it like Europe/Rome.")
	if m := callerNumberProblem(l.EmergencyNumber); m != "" {
		f.Add("emergencyNumber", m)
	}
	f.Check(len(l.Networks) <= maxNetworks, "networks", "A location has at most 50 networks.")
	for _, n := range l.Networks {
		if _, err := netip.ParsePrefix(n); err != nil {
			f.Add("networks", "Write a network like 192.0.2.0/24 or 2001:db8::/48.")
			break
		}
	}
	return f.Err()
}

// EmergencyLine is the address that an emergency call from here carries, in one line.
func (l Location) EmergencyLine() string {
	if l.EmergencyAddress != "" {
		return l.EmergencyAddress
	}
	var parts []string
	for _, p := range []string{l.StreetAddress, strings.TrimSpace(l.ZIPCode + " " + l.City), l.State, l.Country} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// CanonicalNetwork is a network as it is kept: host bits cleared, an address alone as the network of just it. Text that
// is no network stays as it is, for Validate to refuse.
func CanonicalNetwork(text string) string {
	if p, err := netip.ParsePrefix(text); err == nil {
		if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
		}
		return p.Masked().String()
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()).String()
	}
	return text
}

// callerNumberProblem says in words why a number can't be shown to the called, empty if it can or is empty.
func callerNumberProblem(n string) string {
	digits := n
	if len(n) > 0 && n[0] == '+' {
		digits = n[1:]
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return "Write digits only, with a + before an international number."
		}
	}
	if n != "" && (len(digits) < 2 || len(digits) > 15) {
		return "A number has 2 to 15 digits."
	}
	return ""
}
