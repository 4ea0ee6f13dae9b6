package pbx

import "time"

// DeviceKind says what a device is.
type DeviceKind string

// The kinds of device.
const (
	// ByHand is the device Set up by hand that every person and space has from the start (D1).
	ByHand DeviceKind = "byHand"
)

// MaxBindings is how many bindings a line of such a device may have at once (signalling 2).
func (k DeviceKind) MaxBindings() int {
	if k == ByHand {
		return 5
	}
	return 1
}

// Device is anything that registers or rings. It has one or more lines.
type Device struct {
	ID           DeviceID       `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Kind         DeviceKind     `json:"kind"`
	Name         string         `json:"name"`
	User         UserID         `json:"userId"` // 0: spare
	Enabled      bool           `json:"enabled"`
	Profile      ProfileID      `json:"provisioningProfileId"` // 0: that of the user and groups
	// Where the emergency service is sent for this device (L2): a location or a private address; neither: as for its user.
	EmergencyLocation LocationID `json:"emergencyLocationId"`
	EmergencyAddress  string     `json:"emergencyAddress"`
	Version           int64      `json:"version"`
	CreatedAt         time.Time  `json:"createdAt"`
	UpdatedAt         time.Time  `json:"updatedAt"`
}

// Ref names the device.
func (d Device) Ref() Ref { return Ref{Kind: KindDevice, ID: int64(d.ID)} }

// Validate reports Invalid with the fields that need another value.
func (d Device) Validate() error {
	var f FieldErrors
	f.Check(d.Kind == ByHand, "kind", "There is no such kind of device.")
	f.Check(Fold(d.Name) != "", "name", "The device needs a name.")
	checkText(&f, "name", d.Name, 100)
	checkText(&f, "emergencyAddress", d.EmergencyAddress, 200)
	checkEmergency(&f, d.EmergencyLocation, d.EmergencyAddress)
	return f.Err()
}

// Line is one address on a device: it registers with its own SIP user name for its user's address-of-record.
type Line struct {
	ID           LineID         `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Device       DeviceID       `json:"deviceId"`
	Position     int            `json:"position"`
	User         UserID         `json:"userId"` // 0: spare
	Label        string         `json:"label"`
	SIPUsername  string         `json:"sipUsername"` // unique, never reused, never changes by itself
	Version      int64          `json:"version"`
}

// Ref names the line.
func (l Line) Ref() Ref { return Ref{Kind: KindLine, ID: int64(l.ID)} }

// Security is the policy for signalling and media (C4).
type Security string

// The policies. The empty one is inherited.
const (
	SecurityInherited Security = ""
	Secure            Security = "secure" // TLS signalling, SRTP or ZRTP media
	AnySecurity       Security = "any"
)

// MediaSecurity is how a leg's media is protected.
type MediaSecurity string

// The ways.
const (
	MediaNone MediaSecurity = "none"
	MediaSDES MediaSecurity = "sdes"
	MediaDTLS MediaSecurity = "dtls"
	MediaZRTP MediaSecurity = "zrtp"
)
