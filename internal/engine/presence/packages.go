package presence

import (
	"bytes"
	"context"
	"strings"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/event"
)

// AllowEvents lists the event packages, as the header field of that name does (RFC 6665 §4.4.4).
const AllowEvents = event.MessageSummary

// resource is what a subscription is about: whoever has the same is told the same.
type resource struct {
	pack string
	user pbx.UserID
}

// eventPackage is one kind of thing to be told about (RFC 6665 §5.4). A state is the body that tells it.
type eventPackage interface {
	name() string
	mime() string // of its bodies
	terms() event.Terms
	// find says what a SUBSCRIBE to a URI is about, or with which code it is refused. It does not wait.
	find(uri sip.URI, who Subscriber) (about resource, code int)
	// read returns the state. It may wait. An error of kind pbx.NotFound says that there is no such thing any more.
	read(ctx context.Context, about resource) ([]byte, error)
}

func (m *Manager) packageOf(name string) eventPackage {
	for _, p := range m.packages {
		if p.name() == name {
			return p
		}
	}
	return nil
}

// messageSummary tells a user what waits in his own mailbox (RFC 3842).
type messageSummary struct {
	mailboxes Mailboxes // nil: nobody has a message
	directory Directory
}

func (*messageSummary) name() string { return event.MessageSummary }
func (*messageSummary) mime() string { return event.SummaryType }

// RFC 3842 §3.4: an hour where none is named. A day or more would keep what a vanished phone leaves for as long.
func (*messageSummary) terms() event.Terms {
	return event.Terms{Min: time.Minute, Default: time.Hour, Max: 2 * time.Hour}
}

// maxName bounds the names and numbers that are looked up.
const maxName = 64

// find takes every way in which phones name their own mailbox: number, SIP user name or another name of the user, the code
// that is dialled for it, or the domain alone. What host stands behind it says nothing, as with registrations.
func (p *messageSummary) find(uri sip.URI, who Subscriber) (resource, int) {
	own := resource{pack: event.MessageSummary, user: who.User}
	name := uri.User
	if uri.IsTel() {
		name = uri.Opaque
	}
	name, _, _ = bytes.Cut(name, []byte(";")) // RFC 3261 §19.1.6: parameters of a number, such as phone-context
	if len(name) == 0 {
		return own, 0
	}
	if len(name) > 3*maxName {
		return resource{}, 404
	}
	name = sip.AppendUnescaped(nil, name)
	if strings.EqualFold(string(name), who.SIPUsername) {
		return own, 0
	}
	switch t, ok := p.directory.Dial(name); {
	case !ok:
		return resource{}, 404
	case t.Feature == pbx.FeatureVoicemail, t.User != 0 && t.User == who.User:
		return own, 0
	}
	return resource{}, 403 // security 4: what waits for somebody is his own affair
}

// read asks the mailbox.
func (p *messageSummary) read(ctx context.Context, about resource) ([]byte, error) {
	var w pbx.Waiting
	if p.mailboxes != nil {
		var err error
		if w, err = p.mailboxes.Waiting(ctx, about.user); err != nil {
			return nil, err //nolint:wrapcheck // its kind says what to do, and who logs it says what was read
		}
	}
	s := event.Summary{
		Waiting: w.New > 0, Account: p.account(),
		Voice: event.Count{New: uint32(max(w.New, 0)), Old: uint32(max(w.Saved, 0))},
	}
	return s.AppendTo(nil), nil
}

// account is the address at which a user hears his own mailbox: the code that a new organization has for it, while it is
// still that.
func (p *messageSummary) account() string {
	o := p.directory.Organization()
	if o == nil {
		return ""
	}
	for code, feature := range pbx.FeatureCodes() {
		if feature != pbx.FeatureVoicemail {
			continue
		}
		if t, ok := p.directory.Dial([]byte(code)); ok && t.Feature == feature {
			return string(append(append(sip.AppendEscapedUser([]byte("sip:"), code), '@'), o.SIPDomain...))
		}
	}
	return ""
}
