package pbx

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Level is where a setting's value stands (S1).
type Level string

// The levels, the narrowest first.
const (
	LevelDevice       Level = "device"
	LevelUser         Level = "user"
	LevelProfile      Level = "profile"
	LevelGroup        Level = "group"
	LevelLocation     Level = "location"
	LevelOrganization Level = "organization"
	LevelSystem       Level = "system"
	LevelKind         Level = "kind"    // what the kind of a user brings, never stored (U4)
	LevelDefault      Level = "default" // the catalogue's value, never stored
)

// SettingType says what values a setting takes.
type SettingType string

// The types.
const (
	TypeChoice   SettingType = "choice"
	TypeBool     SettingType = "bool"
	TypeInt      SettingType = "int"
	TypeDuration SettingType = "duration"
	TypeLanguage SettingType = "language"
	TypeTimeZone SettingType = "timeZone"
	TypeShown    SettingType = "shownNumber"
)

// SettingKey names a setting of the catalogue.
type SettingKey string

// The settings there are.
const (
	SettingSecurity      SettingKey = "call.security"
	SettingDormantWait   SettingKey = "call.dormantWait"
	SettingRingTime      SettingKey = "call.ringTime"
	SettingZRTP          SettingKey = "call.zrtp"
	SettingHoldMusic     SettingKey = "call.holdMusic"
	SettingDigest        SettingKey = "sip.digest"
	SettingAuthNameSign  SettingKey = "portal.authAccountName"
	SettingOutsidePrefix SettingKey = "dial.outsidePrefix"
	SettingShownNumber   SettingKey = "call.shownNumber"
	SettingLanguage      SettingKey = "region.language"
	SettingTimeZone      SettingKey = "region.timeZone"
)

// SettingSpec describes one setting of the catalogue.
type SettingSpec struct {
	Key     SettingKey  `json:"key"`
	Type    SettingType `json:"type"`
	Choices []string    `json:"choices,omitempty"`
	Min     int64       `json:"min,omitempty"` // TypeInt: the number; TypeDuration: milliseconds
	Max     int64       `json:"max,omitempty"`
	Default string      `json:"default"`
	Levels  []Level     `json:"levels"`           // where it may be set, the narrowest first
	Fields  []Level     `json:"fields,omitempty"` // of these, where it is a field of the thing itself: it can't be locked there
	Label   string      `json:"label"`
	Help    string      `json:"help"`
}

// NoPrefix is the value of SettingOutsidePrefix for outside numbers that are dialled as they are.
const NoPrefix = "none"

// What SettingShownNumber says in place of a number.
const (
	ShownOwn      = "own"      // the caller's own outside number, none where he has none
	ShownWithheld = "withheld" // none
)

// ShownWord reports whether a value of SettingShownNumber is a word and no number.
func ShownWord(value string) bool { return value == ShownOwn || value == ShownWithheld }

// Catalogue lists every setting.
func Catalogue() []SettingSpec { return slices.Clone(catalogue()) }

// catalogue is made once: settings are looked up for each user of a list.
var catalogue = sync.OnceValue(func() []SettingSpec {
	phones := []Level{
		LevelDevice, LevelUser, LevelProfile, LevelGroup, LevelLocation, LevelOrganization, LevelSystem,
	}
	people := phones[1:]
	region := []Level{LevelUser, LevelProfile, LevelGroup, LevelLocation, LevelOrganization}
	fields := []Level{LevelUser, LevelLocation, LevelOrganization}
	return append([]SettingSpec{
		{
			Key: SettingSecurity, Type: TypeChoice, Choices: []string{string(Secure), string(AnySecurity)},
			Default: string(Secure), Levels: phones, Label: "Security of calls",
			Help: "secure asks for TLS signalling and SRTP or ZRTP media; any also lets a device register and call in the clear.",
		},
		{
			Key: SettingDormantWait, Type: TypeDuration, Min: 0, Max: 32_000, Default: "10s",
			Levels: people, Label: "Wait for a phone to return",
			Help: "How long a call rings on while the phone it is for has lost its connection and may come back.",
		},
		{
			Key: SettingRingTime, Type: TypeDuration, Min: 5_000, Max: 180_000, Default: "60s",
			Levels: people, Label: "Ring time",
			Help: "How long a phone rings before the call is given up as unanswered.",
		},
		{
			Key: SettingZRTP, Type: TypeBool, Default: "true", Levels: phones, Label: "ZRTP from end to end",
			Help: "Whether two ZRTP clients may agree on keys between themselves, so that the server can't listen.",
		},
		{
			Key: SettingHoldMusic, Type: TypeBool, Default: "true", Levels: people, Label: "Music on hold",
			Help: "Whether callers hear music while they are put on hold. Without it their phone is told, and is silent.",
		},
		{
			Key: SettingShownNumber, Type: TypeShown, Choices: []string{ShownOwn, ShownWithheld}, Default: ShownOwn,
			Levels: []Level{LevelUser, LevelGroup, LevelLocation, LevelOrganization}, Label: "Shown number",
			Help: "What who is called outside sees: a number that is assigned here, own for the caller's own outside number, or " +
				"withheld. It counts for calls through gateways; there are none yet.",
		},
		{
			Key: SettingDigest, Type: TypeChoice, Choices: []string{"md5", "sha256", "both"}, Default: "md5",
			Levels: []Level{LevelOrganization, LevelSystem}, Label: "Digest algorithm",
			Help: "Which challenges phones are sent. Some clients understand md5 only; over TLS it is safe.",
		},
		{
			Key: SettingAuthNameSign, Type: TypeBool, Default: "false", Levels: []Level{LevelOrganization, LevelSystem},
			Label: "Sign in by auth account name",
			Help:  "Whether the portal also accepts a user's auth account name as login.",
		},
		{
			Key: SettingOutsidePrefix, Type: TypeChoice, Default: NoPrefix,
			Choices: []string{NoPrefix, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
			Levels:  []Level{LevelOrganization}, Label: "Digit for an outside line",
			Help: "The digit that is dialled before an outside number, as 0 in 0 030 901820. No extension can begin with it.",
		},
		{
			Key: SettingLanguage, Type: TypeLanguage, Default: "en", Levels: region, Fields: fields, Label: "Language",
			Help: "The language of the page, of announcements and of mail.",
		},
		{
			Key: SettingTimeZone, Type: TypeTimeZone, Default: "UTC", Levels: region, Fields: fields, Label: "Time zone",
			Help: "In which times of day are shown and meant.",
		},
	}, append(voicemailSpecs(people), permissionSpecs(people)...)...)
})

// Spec finds a setting in the catalogue; NotFound when there is none.
func Spec(key SettingKey) (SettingSpec, error) {
	c := catalogue()
	i := slices.IndexFunc(c, func(s SettingSpec) bool { return s.Key == key })
	if i < 0 {
		return SettingSpec{}, Errorf(NotFound, "There is no setting "+strconv.Quote(string(key))+".")
	}
	return c[i], nil
}

// Problem says in words why value doesn't suit, empty if it does.
func (s SettingSpec) Problem(value string) string {
	switch s.Type {
	case TypeChoice:
		if !slices.Contains(s.Choices, value) {
			return "Choose one of " + strings.Join(s.Choices, ", ") + "."
		}
	case TypeBool:
		if value != "true" && value != "false" {
			return "Write true or false."
		}
	case TypeInt, TypeDuration:
		return s.outOfRange(value)
	case TypeLanguage:
		if !ValidLanguage(value) {
			return "Use a language such as en, de or it."
		}
	case TypeShown:
		if !ShownWord(value) && OutsideProblem(value) != "" {
			return "Write a number such as +4533736506, own or withheld."
		}
	case TypeTimeZone:
		if !ValidTimeZone(value) {
			return "There is no such time zone; write it like Europe/Rome."
		}
	}
	return ""
}

func (s SettingSpec) outOfRange(value string) string {
	if s.Type == TypeInt {
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < s.Min || n > s.Max {
			return "Write a number from " + strconv.FormatInt(s.Min, 10) + " to " + strconv.FormatInt(s.Max, 10) + "."
		}
		return ""
	}
	d, err := time.ParseDuration(value)
	if err != nil || d.Milliseconds() < s.Min || d.Milliseconds() > s.Max {
		least, most := time.Duration(s.Min)*time.Millisecond, time.Duration(s.Max)*time.Millisecond
		return "Write a time such as 10s, from " + least.String() + " to " + most.String() + "."
	}
	return ""
}

// Setting is a value stored at a level. Owner is the id of the group, user and so on; the organization's at that level.
type Setting struct {
	Organization OrganizationID `json:"organizationId"`
	Level        Level          `json:"level"`
	Owner        int64          `json:"owner"`
	Key          SettingKey     `json:"key"`
	Value        string         `json:"value"`
	Locked       bool           `json:"locked"`
	Version      int64          `json:"version"`
}

// Ref names the setting by level, owner and key.
func (s Setting) Ref() Ref {
	return Ref{Kind: KindSetting, Key: SettingRefKey(s.Level, s.Owner, s.Key)}
}

// SettingRefKey is the text key under which change sets name a setting.
func SettingRefKey(level Level, owner int64, key SettingKey) string {
	return string(level) + "/" + strconv.FormatInt(owner, 10) + "/" + string(key)
}

// SettingPlace reads level and owner back from such a key; false when it is none.
func SettingPlace(key string) (Level, int64, bool) {
	part := strings.SplitN(key, "/", 3)
	if len(part) < 3 {
		return "", 0, false
	}
	owner, err := strconv.ParseInt(part[1], 10, 64)
	return Level(part[0]), owner, err == nil
}
