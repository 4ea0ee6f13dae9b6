package pbx

import (
	"strings"
	"time"
)

// VoiceMessageID identifies a message in a mailbox.
type VoiceMessageID int64

// VoiceMessageState is where a message is in its mailbox.
type VoiceMessageState string

// The states.
const (
	MessageNew     VoiceMessageState = "new"
	MessageSaved   VoiceMessageState = "saved"   // it was heard
	MessageDeleted VoiceMessageState = "deleted" // comes back until it is purged
)

// Valid reports whether s is one of the states.
func (s VoiceMessageState) Valid() bool {
	return s == MessageNew || s == MessageSaved || s == MessageDeleted
}

// KeepDeletedMessages is how long a deleted message can be brought back.
const KeepDeletedMessages = 7 * 24 * time.Hour

// VoiceMessage is what a caller left in the mailbox of a user. It is never part of a change set. Its sound is a blob: a WAV
// of one channel, 8 kHz, 16 bits.
type VoiceMessage struct {
	ID           VoiceMessageID    `json:"id"`
	Organization OrganizationID    `json:"organizationId"`
	User         UserID            `json:"userId"` // whose mailbox it is in
	State        VoiceMessageState `json:"state"`
	Caller       UserID            `json:"callerId,omitempty"` // 0: nobody of ours
	Number       string            `json:"number"`             // the caller's, empty if withheld
	Name         string            `json:"name"`
	Call         CallID            `json:"callId,omitempty"`      // in which it was left
	ForwardedBy  UserID            `json:"forwardedBy,omitempty"` // who put a copy here, 0: nobody
	LeftAt       time.Time         `json:"leftAt"`
	Duration     time.Duration     `json:"duration"`
	HeardAt      time.Time         `json:"heardAt,omitzero"`
	DeletedAt    time.Time         `json:"deletedAt,omitzero"`
	Blob         string            `json:"-"`
	Size         int64             `json:"size"` // bytes of the blob
}

// GreetingKind says when a greeting is heard.
type GreetingKind string

// The kinds of greeting.
const (
	GreetingStandard GreetingKind = "standard" // in place of the server's own words
	GreetingBusy     GreetingKind = "busy"     // when the user is on the phone
	GreetingAway     GreetingKind = "away"     // before all others, until it is taken away
)

// GreetingKinds lists the kinds.
func GreetingKinds() []GreetingKind {
	return []GreetingKind{GreetingStandard, GreetingBusy, GreetingAway}
}

// Greeting is what the callers of a mailbox hear first. Its sound is a blob as a message's is.
type Greeting struct {
	User       UserID        `json:"userId"`
	Kind       GreetingKind  `json:"kind"`
	RecordedAt time.Time     `json:"recordedAt"`
	Duration   time.Duration `json:"duration"`
	Blob       string        `json:"-"`
	Size       int64         `json:"size"`
}

// MaxGreeting is how long a greeting may be.
const MaxGreeting = 2 * time.Minute

// Waiting is how many messages wait in a mailbox; what was deleted does not count (RFC 3842).
type Waiting struct {
	New   int `json:"new"`
	Saved int `json:"saved"`
}

// The settings of mailboxes.
const (
	SettingVoicemailEmail    SettingKey = "voicemail.email"
	SettingVoicemailAskPIN   SettingKey = "voicemail.askPin"
	SettingVoicemailMessages SettingKey = "voicemail.maxMessages"
	SettingVoicemailLength   SettingKey = "voicemail.maxLength"
)

// What SettingVoicemailEmail says.
const (
	VoicemailMailNone   = "none"
	VoicemailMailNotice = "notice" // that there is a message, without its sound
	VoicemailMailAudio  = "audio"
)

// voicemailSpecs lists the settings of mailboxes; whether there is one is PermissionVoicemail.
func voicemailSpecs(levels []Level) []SettingSpec {
	return []SettingSpec{
		{
			Key: SettingVoicemailEmail, Type: TypeChoice, Default: VoicemailMailAudio, Levels: levels,
			Choices: []string{VoicemailMailNone, VoicemailMailNotice, VoicemailMailAudio}, Label: "Mail for a voice message",
			Help: "Whether a new voice message is told by mail: audio attaches it, notice only says that it is there.",
		},
		{
			Key: SettingVoicemailAskPIN, Type: TypeBool, Default: "true", Levels: levels,
			Label: "Ask for the PIN at the own phone",
			Help:  "Whether the mailbox asks for its PIN also when it is called from a phone of its owner.",
		},
		{
			Key: SettingVoicemailMessages, Type: TypeInt, Min: 1, Max: 1000, Default: "100", Levels: levels,
			Label: "Most messages", Help: "How many messages a mailbox holds. When it is full, callers are told so.",
		},
		{
			Key: SettingVoicemailLength, Type: TypeDuration, Min: 10_000, Max: 600_000, Default: "3m", Levels: levels,
			Label: "Longest message", Help: "After how long the recording of a message ends by itself.",
		},
	}
}

// ValidBlob reports whether name can be a blob's: 32 hexadecimal digits.
func ValidBlob(name string) bool {
	return len(name) == 32 && strings.Trim(name, "0123456789abcdef") == ""
}
