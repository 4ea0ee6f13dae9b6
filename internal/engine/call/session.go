package call

import (
	"bytes"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
)

// sessionSide is a leg's session timer (RFC 4028).
type sessionSide struct {
	asked  time.Duration // Session-Expires of our requests
	minSE  time.Duration // what a 422 taught us
	result dialog.SessionResult
	late   bool // our refresh failed: the next time-out ends the session
}

// maxSession bounds the times of headers: a day.
const maxSession = 24 * 60 * 60

// sessionOffer reads what a message says of session timers.
func sessionOffer(m *sip.Message) dialog.SessionOffer {
	o := dialog.SessionOffer{
		Supported: m.HasToken(sip.Supported, "timer") || m.HasToken(sip.Require, "timer"),
	}
	if n, ok := m.Uint(sip.MinSE, maxSession); ok {
		o.MinSE = time.Duration(n) * time.Second
	}
	n, ok := m.Uint(sip.SessionExpires, maxSession)
	if !ok {
		return o
	}
	o.Expires = time.Duration(n) * time.Second
	v := m.Get(sip.SessionExpires)
	if i := bytes.IndexByte(v, ';'); i >= 0 {
		switch who, _ := sip.Param(v[i:], "refresher"); string(bytes.ToLower(who)) {
		case "uac":
			o.Refresher = dialog.RefresherUAC
		case "uas":
			o.Refresher = dialog.RefresherUAS
		}
	}
	return o
}

// answerSession writes the session timer into a 2xx to an INVITE or UPDATE of the peer, and starts it.
func (l *leg) answerSession(b *sip.Builder, o dialog.SessionOffer) {
	a := dialog.AnswerSession(o, l.call.m.policy)
	b.Open(sip.SessionExpires)
	b.Number(uint64(a.Interval.Seconds()))
	b.Text(";refresher=")
	b.Text(a.Role.String())
	b.Close()
	if a.Require {
		b.Header(sip.Require, "timer") // RFC 4028 §9: the peer is the refresher, or at least knows of it
	}
	l.startSession(dialog.SessionResult{Interval: a.Interval, Who: a.Who})
}

// askSession writes the session timer into an INVITE or UPDATE of ours.
func (l *leg) askSession(b *sip.Builder) {
	s := &l.session
	if s.asked == 0 {
		s.asked = l.call.m.policy.Interval
	}
	b.Open(sip.SessionExpires)
	b.Number(uint64(s.asked.Seconds()))
	switch s.result.Who {
	case dialog.WeRefresh:
		b.Text(";refresher=uac") // RFC 4028 §7.4: a refresh keeps the roles
	case dialog.PeerRefreshes:
		b.Text(";refresher=uas")
	case dialog.NoRefresher: // RFC 4028 §7.1: the first request leaves the choice to the server
	}
	b.Close()
	b.Int(sip.MinSE, uint64(max(s.minSE, dialog.MinSessionExpires).Seconds()))
}

// acceptSession takes the session timer from the 2xx to a request of ours.
func (l *leg) acceptSession(m *sip.Message) {
	l.startSession(dialog.AcceptSession(sessionOffer(m), l.session.asked))
}

func (l *leg) startSession(r dialog.SessionResult) {
	if l.state != confirmed {
		return
	}
	l.session.result, l.session.asked, l.session.late = r, r.Interval, false
	l.call.timers.set(l, session, dialog.SessionWait(r))
}

// sessionDue is the time for our refresh, or the end of the peer's.
func (l *leg) sessionDue() {
	if l.session.result.Who != dialog.WeRefresh || l.session.late {
		l.call.end(usual(pbx.EndSessionExpired)) // RFC 4028 §10
		return
	}
	// what remains until the session expires is there for the refresh and its repetitions
	l.session.late = true
	l.call.timers.set(l, session, l.session.result.Interval/2)
	l.todo.refresh = true
	l.pump()
}
