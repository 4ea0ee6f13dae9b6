package pbx

import (
	"strings"
	"time"
)

// The permissions that users have (S3) are settings. None is about internal calls: user to user is always allowed.
const (
	permissionPrefix = "permission."
	customPrefix     = permissionPrefix + "custom."
)

// CallClass is a kind of outside call that a permission allows.
type CallClass string

// The call classes.
const (
	CallLocal         CallClass = "local"
	CallNational      CallClass = "national"
	CallMobile        CallClass = "mobile"
	CallInternational CallClass = "international"
	CallPremium       CallClass = "premium"
	CallTollFree      CallClass = "tollFree"
	CallSatellite     CallClass = "satellite"
)

// Permission is the key of the setting that allows calls of the class.
func (c CallClass) Permission() SettingKey { return permissionPrefix + "call." + SettingKey(c) }

// CallClasses lists the call classes.
func CallClasses() []CallClass {
	return []CallClass{
		CallLocal, CallNational, CallMobile, CallInternational, CallPremium, CallTollFree, CallSatellite,
	}
}

// KindDefaults gives the values that count for users of a kind before those of the catalogue: a shared space calls nobody
// outside and has no mailbox unless somebody allows it (U4). They are the widest on a path.
func KindDefaults(k UserKind) []Layer {
	if k != Space {
		return nil
	}
	out := make([]Layer, 0, len(CallClasses())+1)
	deny := func(key SettingKey) {
		out = append(out, Layer{Setting: Setting{Level: LevelKind, Key: key, Value: "false"}, At: Place{Level: LevelKind}})
	}
	for _, c := range CallClasses() {
		deny(c.Permission())
	}
	deny(PermissionVoicemail)
	return out
}

// The permissions that are not about calls.
const (
	PermissionVoicemail            SettingKey = permissionPrefix + "voicemail"
	PermissionChangePIN            SettingKey = permissionPrefix + "changePin"
	PermissionWebSMS               SettingKey = permissionPrefix + "webSms"
	PermissionAddDevices           SettingKey = permissionPrefix + "addDevices"
	PermissionAddChargeableDevices SettingKey = permissionPrefix + "addChargeableDevices"
)

// IsPermission reports whether a setting is a permission.
func (k SettingKey) IsPermission() bool { return strings.HasPrefix(string(k), permissionPrefix) }

// Custom gives the key of the custom permission that a setting is; false for any other setting.
func (k SettingKey) Custom() (string, bool) { return strings.CutPrefix(string(k), customPrefix) }

// permissionSpecs lists the permissions of the catalogue. What can cost money without an end, or reach far, is closed
// unless somebody opens it.
func permissionSpecs(levels []Level) []SettingSpec {
	const laterCalls = " It counts for calls through gateways; there are none yet."
	allowed := func(key SettingKey, allowed bool, label, help string) SettingSpec {
		s := SettingSpec{Key: key, Type: TypeBool, Default: "false", Levels: levels, Label: label, Help: help}
		if allowed {
			s.Default = "true"
		}
		return s
	}
	call := func(c CallClass, ok bool, label, help string) SettingSpec {
		return allowed(c.Permission(), ok, label, help+laterCalls)
	}
	return []SettingSpec{
		call(CallLocal, true, "Local calls", "Calls to outside numbers of the own area."),
		call(CallNational, true, "National calls", "Calls to outside numbers of the own country."),
		call(CallMobile, true, "Calls to mobile phones", "Calls to mobile numbers of the own country."),
		call(CallInternational, false, "International calls", "Calls to other countries."),
		call(CallPremium, false, "Premium numbers", "Calls to numbers that cost more than a call."),
		call(CallTollFree, true, "Toll-free numbers", "Calls that cost the caller nothing."),
		call(CallSatellite, false, "Satellite phones", "Calls to satellite phones and other costly networks."),
		allowed(PermissionVoicemail, true, "Voicemail", "Has a mailbox, which takes the calls that nobody answers."),
		allowed(PermissionChangePIN, true, "Change the PIN by phone", "May choose another voicemail PIN at the phone."),
		allowed(PermissionWebSMS, false, "Web SMS", "May send text messages from the portal. It counts once messages can be sent."),
		allowed(PermissionAddDevices, false, "Add devices", "May add phones of his own in the portal. It counts once the portal can."),
		allowed(PermissionAddChargeableDevices, false, "Add chargeable devices",
			"May add phones that cost a monthly fee. It counts once the portal can."),
	}
}

// CustomPermission is a permission that administrators added, to be required by dial rules and features, never by an
// extension (S3).
type CustomPermission struct {
	ID           PermissionID   `json:"id"`
	Organization OrganizationID `json:"organizationId"`
	Key          string         `json:"key"` // set once
	Label        string         `json:"label"`
	Help         string         `json:"help"`
	Default      bool           `json:"default"` // whether who has no value of his own has it
	Version      int64          `json:"version"`
	CreatedAt    time.Time      `json:"createdAt"`
	UpdatedAt    time.Time      `json:"updatedAt"`
}

// Ref names the permission.
func (p CustomPermission) Ref() Ref { return Ref{Kind: KindPermission, ID: int64(p.ID)} }

// Setting is the key of the setting that grants the permission.
func (p CustomPermission) Setting() SettingKey { return customPrefix + SettingKey(p.Key) }

// Spec describes the setting that grants the permission.
func (p CustomPermission) Spec() SettingSpec {
	s := SettingSpec{
		Key: p.Setting(), Type: TypeBool, Default: "false", Label: p.Label, Help: p.Help,
		Levels: []Level{LevelUser, LevelProfile, LevelGroup, LevelLocation, LevelOrganization},
	}
	if p.Default {
		s.Default = "true"
	}
	return s
}

// Validate reports Invalid with the fields that need another value. Uniqueness is the store's.
func (p CustomPermission) Validate() error {
	var f FieldErrors
	f.Check(permissionKey(p.Key), "key", "Use 1 to 40 letters and digits, a letter first.")
	f.Check(Fold(p.Label) != "", "label", "The permission needs a name.")
	checkText(&f, "label", p.Label, 100)
	checkText(&f, "help", p.Help, 300)
	return f.Err()
}

func permissionKey(k string) bool {
	for i, c := range []byte(k) {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return k != "" && len(k) <= 40
}
