package call

import (
	"bytes"

	"ringfence/internal/engine/media"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/transport"
)

// party is who is at the other end of a leg.
type party struct {
	user     pbx.UserID
	device   pbx.DeviceID
	line     pbx.LineID
	number   string
	name     string
	security pbx.Security
	zrtp     bool
	music    bool   // whom he puts on hold hears music
	instance string // of the binding that was called; empty for callers
}

// wishes is what a phone wants of its media, as far as it has said so.
type wishes struct{ sends, receives bool }

// leg is our side of one dialog. All but the first group belongs to the actor.
type leg struct {
	// fixed before anybody else sees the leg
	call   *Call
	caller bool
	tag    string // our tag
	party  party

	state   legState
	flow    transport.Flow
	sentBy  string // host[:port] of ours on that flow
	contact string // our Contact on that flow

	dlg   *dialog.Dialog // nil until there is one
	offer dialog.Offers
	media MediaLeg
	wish  wishes
	told  sdp.Direction // the direction of our last description

	answer  answerSide
	session sessionSide
	todo    todo
	out     *outbound     // the re-INVITE or UPDATE of ours that is pending
	bye     *outbound     // our BYE
	why     string        // its Reason
	retries int           // of the change that is being tried
	glaring bool          // after a 491 or 500: no new offer for a while
	moving  bool          // a request was tried again on another flow
	tried   sdp.Direction // what the last re-INVITE for the other leg's sake offered
	settled bool          // the phone has answered that
	recoded bool          // the codecs were negotiated anew for the other leg's sake
	allows  struct{ update bool }
	lost    bool   // no flow: what is to do waits
	hears   bool   // music
	unwatch func() // ends that wait

	callerSide
	calleeSide
}

// callerSide is what only the caller's leg has.
type callerSide struct {
	invite   *inbound // the INVITE until its final response
	reliable reliableSide
}

// calleeSide is what only a callee's leg has.
type calleeSide struct {
	target   route.Target // whose Bindings are those not tried yet
	inv      dialog.Invitation
	first    *outbound // the INVITE
	branches []*branch // the dialogs that the INVITE has made
	rung     bool      // 180 has come
	heard    bool      // the answer to our offer was taken
	answered []byte    // that answer
	result   *media.Result
}

// todo is what is to be done within the dialog as soon as it can be.
type todo struct {
	bye     bool
	refresh bool
	modify  bool // a re-INVITE with what the other leg needs
	codecs  bool // the re-INVITE must bring the other leg's codecs
	reason  string
}

func (t todo) any() bool { return t.bye || t.refresh || t.modify }

// setFlow makes f the flow of the leg. Requests are sent on it from now on.
func (l *leg) setFlow(f transport.Flow) {
	m := l.call.m
	if l.flow != nil {
		m.index.detach(l)
	}
	l.flow = f
	if l.lost {
		l.endWatch()
		l.call.timers.stop(l, flowReturn)
	}
	l.sentBy = m.sentBy(f)
	l.contact = transport.Contact(f, l.sentBy)
	m.index.moved(l, f)
	if l.media != nil {
		l.media.Moved(f)
	}
}

// findFlow gives the flow for the next request: that of the dialog, else the device's newest (signalling 4).
func (l *leg) findFlow() bool {
	if !l.flow.Closed() {
		return true
	}
	f, ok := l.otherFlow()
	if ok {
		l.setFlow(f)
	}
	return ok
}

// otherFlow looks for a live flow of the leg's phone: the same instance, else the device's newest.
func (l *leg) otherFlow() (transport.Flow, bool) {
	b := l.call.m.cfg.Bindings
	if l.party.instance != "" {
		for _, x := range b.Bindings(l.party.user) {
			if x.Line == l.party.line && x.Instance == l.party.instance && x.Flow != nil && !x.Flow.Closed() {
				return x.Flow, l.fits(x.Flow)
			}
		}
	}
	f, ok := b.Flow(l.party.device)
	if !ok || f.Closed() || f.ID() == l.flow.ID() {
		return nil, false
	}
	return f, l.fits(f)
}

// fits tells whether the leg may use the flow: what was encrypted stays so.
func (l *leg) fits(f transport.Flow) bool {
	return f.Kind().Secure() || !l.flow.Kind().Secure()
}

// dialogOf finds the dialog of a request by the peer's tag.
func (l *leg) dialogOf(tag []byte) *dialog.Dialog {
	if l.dlg != nil && l.dlg.ID().RemoteTag == string(tag) {
		return l.dlg
	}
	for _, x := range l.branches {
		if x.dlg.ID().RemoteTag == string(tag) {
			return x.dlg
		}
	}
	return nil
}

// respond answers a request of the leg's dialog without a body.
func (l *leg) respond(in *inbound, code int, add func(*sip.Builder)) {
	l.respondBody(in, code, add, nil)
}

// respondBody answers a request of the leg's dialog. What it returns is valid until the builder is used again.
func (l *leg) respondBody(in *inbound, code int, add func(*sip.Builder), body []byte) []byte {
	b := &l.call.b
	b.ResponseTo(in.req, code, "", l.tag, in.tx.Flow().Remote())
	l.ownHeaders(b, in.method, code)
	if add != nil {
		add(b)
	}
	if body != nil {
		b.Body(sdpType, body)
	} else {
		b.End()
	}
	if err := in.tx.Respond(code, b.Bytes()); err != nil {
		l.call.trace("response not sent", l, err)
	}
	return b.Bytes()
}

// ownHeaders writes what every response of ours of its kind has.
func (l *leg) ownHeaders(b *sip.Builder, method sip.Method, code int) {
	refreshes := method == sip.INVITE || method == sip.UPDATE
	if refreshes && code > 100 && code < 300 {
		b.Header(sip.Contact, l.contact) // RFC 3261 §12.1.1, RFC 3311 §5.2
		if l.caller && l.invite != nil && l.call.whom != "" {
			b.Header(sip.PAssertedIdentity, l.call.whom) // RFC 3325 §5: who rings or answers
		}
	}
	if code >= 200 && (refreshes || method == sip.OPTIONS) || code == 405 {
		b.Header(sip.Allow, allowed) // RFC 3261 §8.2.1
	}
	if code/100 == 2 && (refreshes || method == sip.OPTIONS) {
		b.Header(sip.Supported, supported)
	}
	if p := l.call.m.cfg.Product; p != "" {
		b.Header(sip.Server, p)
	}
}

// send starts a client transaction of the leg's dialog with what stands in the call's builder.
func (l *leg) send(o *outbound) error {
	client, err := l.call.m.cfg.Transactions.Send(l.flow, o.method, l.call.b.Bytes(), o)
	o.client = client
	return err
}

// begin starts a request within the leg's dialog.
func (l *leg) begin(method sip.Method, p purpose) *outbound {
	o := &outbound{leg: l, method: method, purpose: p}
	o.seq = l.dlg.Request(&l.call.b, method, via(l, l.flow))
	if method == sip.INVITE || method == sip.UPDATE {
		l.call.b.Header(sip.Contact, l.contact)
		l.call.b.Header(sip.Allow, allowed)
		l.call.b.Header(sip.Supported, supported)
	}
	if ua := l.call.m.cfg.Product; ua != "" {
		l.call.b.Header(sip.UserAgent, ua)
	}
	return o
}

// acknowledge sends the ACK of a 2xx and keeps it for repeated ones.
func (l *leg) acknowledge(o *outbound, d *dialog.Dialog) {
	b := &l.call.b
	d.ACK(b, o.seq, via(l, l.flow))
	b.End()
	a := &ackSent{tag: d.ID().RemoteTag, flow: l.flow, msg: bytes.Clone(b.Bytes()), next: o.ack.Load()}
	o.ack.Store(a)
	if err := l.flow.Send(a.msg); err != nil {
		l.call.trace("ACK not sent", l, err)
	}
}

// other is the leg that this one is joined with, nil if there is none.
func (l *leg) other() *leg {
	c := l.call
	if l.caller {
		return c.winner
	}
	if l == c.winner {
		return c.a
	}
	return nil
}

// heardOffer notes what the phone wants from its own offer.
func (l *leg) heardOffer(d sdp.Direction) { l.wish = wishes{d.Sends(), d.Receives()} }

// heardAnswer notes what the phone wants from its answer to an offer of direction told: an answer tells only about what
// was offered. agreed is seen from us.
func (l *leg) heardAnswer(told, agreed sdp.Direction) {
	if told.Sends() {
		l.wish.receives = agreed.Sends()
	}
	if told.Receives() {
		l.wish.sends = agreed.Receives()
	}
}

// towards is the direction to state to the leg that is joined with o: as if nothing had happened while it hears music.
func (l *leg) towards(o *leg) sdp.Direction {
	if o != nil && l.entertained(o) {
		return sdp.SendRecv
	}
	return towards(o)
}

// towards is the direction to state to a leg, seen from us: we send what the other phone sends, and receive what it
// wants to hear (rule 14: hold is passed on as direction where there is no music).
func towards(o *leg) sdp.Direction {
	if o == nil {
		return sdp.SendRecv
	}
	return directionOf(o.wish.sends, o.wish.receives)
}

func directionOf(sends, receives bool) sdp.Direction {
	switch {
	case sends && receives:
		return sdp.SendRecv
	case sends:
		return sdp.SendOnly
	case receives:
		return sdp.RecvOnly
	}
	return sdp.Inactive
}
