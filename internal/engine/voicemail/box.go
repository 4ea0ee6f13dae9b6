package voicemail

import (
	"strconv"
	"time"

	"ringfence/internal/pbx"
)

// Box is somebody's mailbox as it counts now.
type Box struct {
	Organization pbx.OrganizationID
	User         pbx.UserID
	Number       string
	Language     string
	TimeZone     *time.Location
	AskPIN       bool // also at his own phone (V2)
	ChangePIN    bool // he may choose another PIN by phone
	MaxLength    time.Duration
	MaxMessages  int
	Mail         string // pbx.VoicemailMailNone and its like
}

// Box gives the mailbox of a user; false when he has none: he is disabled, an operator, or not permitted to.
func (s *Service) Box(u pbx.UserID) (Box, bool) {
	user, ok := s.cfg.Directory.User(u)
	if !ok || !user.Enabled || user.Kind == pbx.Operator || !s.permitted(u, pbx.PermissionVoicemail) {
		return Box{}, false
	}
	b := Box{
		Organization: user.Organization, User: u, Number: user.Number, Language: user.Language, TimeZone: time.UTC,
		AskPIN:    s.permitted(u, pbx.SettingVoicemailAskPIN),
		ChangePIN: s.permitted(u, pbx.PermissionChangePIN),
		Mail:      s.value(u, pbx.SettingVoicemailEmail),
	}
	// What is stored was checked; a value that can't be read counts as the least.
	if zone, err := time.LoadLocation(user.TimeZone); err == nil {
		b.TimeZone = zone
	}
	b.MaxLength, _ = time.ParseDuration(s.value(u, pbx.SettingVoicemailLength))
	b.MaxMessages, _ = strconv.Atoi(s.value(u, pbx.SettingVoicemailMessages))
	return b, true
}

func (s *Service) permitted(u pbx.UserID, key pbx.SettingKey) bool { return s.value(u, key) == "true" }

func (s *Service) value(u pbx.UserID, key pbx.SettingKey) string {
	v, _ := s.cfg.Directory.Effective(u, key)
	return v.Value
}

// Dialled finds whom a number, alias or username leads to, if he has a mailbox.
func (s *Service) Dialled(number string) (pbx.UserID, bool) {
	t, ok := s.cfg.Directory.Dial([]byte(number))
	if !ok || t.User == 0 {
		return 0, false
	}
	switch t.Kind {
	case pbx.DialExtension, pbx.DialAlias, pbx.DialUsername:
		_, ok = s.Box(t.User)
		return t.User, ok
	default:
		return 0, false
	}
}

func errNoBox() error { return pbx.Errorf(pbx.NotFound, "There is no such mailbox.") }

func errFull() error { return pbx.Errorf(pbx.Exhausted, "The mailbox is full.") }

func errNoMessage() error { return pbx.Errorf(pbx.NotFound, "There is no such voice message.") }

func errNoGreeting() error { return pbx.Errorf(pbx.NotFound, "There is no such greeting.") }
