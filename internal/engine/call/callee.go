package call

import (
	"bytes"
	"fmt"

	"ringfence/internal/engine/media"
	"ringfence/internal/engine/route"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
)

// maxBranches bounds the early dialogs of one INVITE.
const maxBranches = 8

// branch is one of the dialogs that an INVITE of ours may make.
type branch struct {
	dlg      *dialog.Dialog
	progress dialog.Progress // RFC 3262 §4: provisional responses are numbered per dialog
}

// newCallee makes the leg to a target, without sending anything yet.
func (c *Call) newCallee(t route.Target) *leg {
	u := t.User
	l := &leg{call: c, tag: sip.NewTag()}
	l.target = t
	l.party = party{
		user: u.ID, device: t.Device, line: t.Line, number: u.Number, name: u.DisplayName,
		security: t.Security, zrtp: t.ZRTP, music: u.HoldMusic,
	}
	l.wish = wishes{sends: true, receives: true}
	return l
}

// start sends the INVITE to the target's next flow; false if there is none left.
func (l *leg) start() bool {
	c := l.call
	for len(l.target.Bindings) > 0 {
		b := l.target.Bindings[0]
		l.target.Bindings = l.target.Bindings[1:]
		if b.Flow.Closed() {
			continue
		}
		c.m.index.remove(l)
		l.closeMedia()
		l.party.instance = b.Instance
		l.inv = dialog.Invitation{
			CallID: sip.NewCallID(), LocalTag: l.tag, Local: c.who, Remote: c.whom, Target: b.Contact,
			Routes: b.Path,
		}
		l.dlg, l.branches, l.offer, l.first = nil, nil, dialog.Offers{}, nil
		l.flow = b.Flow
		c.m.index.add(l, l.inv.CallID)
		l.setFlow(b.Flow)
		if err := l.openMedia(); err != nil {
			c.trace("media not opened", l, err)
			return false
		}
		if l.sendInvite() {
			return true
		}
	}
	return false
}

// sendInvite sends an INVITE of the leg's invitation.
func (l *leg) sendInvite() bool {
	c := l.call
	l.told = towards(c.a)
	opt := media.OfferOptions{Direction: l.told}
	switch {
	case c.zrtp:
		opt.ZRTP = c.offered.ZRTP
	case c.offered != nil:
		opt.Codecs = withDefaults(c.offered.Codecs)
	default:
		opt.Codecs = defaults()
	}
	body, err := l.media.Offer(opt)
	if err != nil {
		c.trace("no offer", l, err)
		return false
	}
	l.offer.On(dialog.SendOffer)
	b := &c.b
	l.inv.Request(b, via(l, l.flow), c.hops)
	b.Header(sip.Contact, l.contact)
	b.Header(sip.PAssertedIdentity, c.who) // RFC 3325 §5: our phones are the trust domain
	c.diverted(b)
	b.Header(sip.Allow, allowed)
	b.Header(sip.Supported, supported)
	l.askSession(b)
	if p := c.m.cfg.Product; p != "" {
		b.Header(sip.UserAgent, p)
	}
	b.Body(sdpType, body)
	o := &outbound{leg: l, method: sip.INVITE, purpose: toInvite, seq: l.inv.Seq}
	l.first = o
	if err := l.send(o); err != nil {
		o.ended = true
		c.trace("INVITE not sent", l, err)
		return false
	}
	c.timers.set(l, timerC, timerCLimit)
	return true
}

// branchOf finds the branch with the peer's tag, and makes it if it is new; nil if there are too many.
func (l *leg) branchOf(m *sip.Message) *branch {
	tag := m.ToTag()
	for _, x := range l.branches {
		if x.dlg.ID().RemoteTag == string(tag) {
			return x
		}
	}
	if len(l.branches) == maxBranches {
		return nil
	}
	d, err := l.inv.Dialog(m)
	if err != nil {
		l.call.trace("response makes no dialog", l, err)
		return nil
	}
	x := &branch{dlg: d}
	l.branches = append(l.branches, x)
	if l.dlg == nil {
		l.dlg = d
	}
	return x
}

// on applies an event to a callee's leg.
func (l *leg) on(e calleeEvent) calleeAction {
	s := calleeTable[l.state][e]
	l.state = s.next
	return s.action
}

// onInviteResponse is a response to the INVITE that makes the leg.
func (l *leg) onInviteResponse(o *outbound, m *sip.Message) {
	code := m.StatusCode()
	switch {
	case o != l.first:
		return // of an attempt that was given up
	case code == 100 || code < 200 && len(m.ToTag()) == 0:
		l.on(gotProvisional)
		l.call.timers.set(l, timerC, timerCLimit)
	case code < 200:
		l.onProvisional(o, m)
	case code < 300:
		l.onSuccess(o, m)
	default:
		o.ended = true
		l.onFailure(m, code)
	}
}

// onProvisional is a 1xx that makes or belongs to an early dialog.
func (l *leg) onProvisional(o *outbound, m *sip.Message) {
	x := l.branchOf(m)
	if x == nil {
		return
	}
	firm := false
	if rseq, ok := m.Uint(sip.RSeq, 1<<32-1); ok && m.HasToken(sip.Require, "100rel") {
		if !x.progress.Receive(rseq) {
			return
		}
		firm = true
		_ = x.dlg.Update(m) // a target that can't be used keeps the old one
		l.acknowledgeProvisional(x.dlg, o, rseq)
	}
	if l.on(gotEarly) != calleeRing {
		return
	}
	code := m.StatusCode()
	l.call.timers.set(l, timerC, timerCLimit) // RFC 3261 §16.7 step 2
	l.rung = l.rung || code == 180
	l.allows.update = l.allows.update || m.HasToken(sip.Allow, "UPDATE")
	if has, ok := isSDP(m); has && ok && x.dlg == l.dlg {
		if err := l.takeAnswer(m.Body(), firm); err != nil {
			l.call.trace("early answer not accepted", l, err)
		}
	}
	l.call.progress(l)
}

// acknowledgeProvisional sends the PRACK of a reliable provisional response (RFC 3262 §4).
func (l *leg) acknowledgeProvisional(d *dialog.Dialog, o *outbound, rseq uint32) {
	b := &l.call.b
	p := &outbound{leg: l, method: sip.PRACK, purpose: toAcknowledge}
	p.seq = d.Request(b, sip.PRACK, via(l, l.flow))
	b.Open(sip.RAck)
	b.Number(uint64(rseq))
	b.Text(" ")
	b.Number(uint64(o.seq))
	b.Text(" INVITE")
	b.Close()
	b.End()
	if err := l.send(p); err != nil {
		l.call.trace("PRACK not sent", l, err)
	}
}

// errNoAnswer is a message without the answer that it had to bring.
var errNoAnswer = fmt.Errorf("%w: no answer to our offer", media.ErrNotAcceptable)

// takeAnswer takes the phone's answer to our first offer. firm: it came in a reliable response and is final; else a
// later one may replace it, for phones that answer differently in the 200, and for forks behind the phone's address.
func (l *leg) takeAnswer(body []byte, firm bool) error {
	if l.offer.Agreed() {
		return nil // RFC 3261 §13.2.1: what follows the answer is ignored
	}
	if l.heard && !bytes.Equal(body, l.answered) {
		if err := l.media.Reopen(); err != nil {
			return err
		}
		l.heard = false
	}
	if !l.heard {
		res, err := l.media.ReceiveAnswer(body)
		if err != nil {
			return err
		}
		l.heard, l.result = true, res
		l.answered = bytes.Clone(body)
		l.heardAnswer(l.told, res.Direction)
	}
	if firm {
		l.offer.On(dialog.ReceiveAnswer)
	}
	return nil
}

// onSuccess is a 2xx to the INVITE.
func (l *leg) onSuccess(o *outbound, m *sip.Message) {
	o.ended = true
	x := l.branchOf(m)
	if x == nil {
		return
	}
	e := gotSuccess
	if l.state == confirmed && x.dlg != l.dlg {
		e = gotFork
	}
	_ = x.dlg.Update(m) // without a Contact requests go where the INVITE went
	switch l.on(e) {
	case calleeConnect:
		l.dlg = x.dlg
		x.dlg.On(dialog.Success)
		l.acknowledge(o, x.dlg)
		l.allows.update = m.HasToken(sip.Allow, "UPDATE")
		l.connect(m)
	case calleeDrop:
		x.dlg.On(dialog.Success)
		l.acknowledge(o, x.dlg)
		l.dropBranch(x.dlg)
	case calleeIgnore, calleeRing, calleeFail, calleeCancel, calleeHangUp, calleeByeOK, calleeByeGone, calleeByeLate:
	}
}

// connect judges the answer of a phone that picked up.
func (l *leg) connect(m *sip.Message) {
	c := l.call
	has, ok := isSDP(m)
	var err error
	switch {
	case has && ok:
		err = l.takeAnswer(m.Body(), true)
	case !l.heard:
		err = errNoAnswer
	default:
		l.offer.On(dialog.ReceiveAnswer) // the 183's answer stands
	}
	if err != nil && c.zrtp && !c.offered.ZRTPOnly {
		l.fallBack()
		return
	}
	if err != nil {
		c.trace("answer not accepted", l, err)
		l.release(reasonHeader(mediaOutcome(media.ErrNotAcceptable).reason))
		c.failed(l, 488)
		return
	}
	l.acceptSession(m)
	c.answeredBy(l)
}

// fallBack leaves ZRTP mode: the phone answered without it, and the caller may do without. The phone gets another offer
// before the caller is answered.
func (l *leg) fallBack() {
	c := l.call
	c.zrtp = false
	l.offer.On(dialog.OfferRefused)
	l.media.Rollback()
	l.sendOffer(media.OfferOptions{Direction: towards(c.a), Codecs: withDefaults(c.offered.Codecs)}, toModify)
}

// dropBranch ends a dialog that nobody wants: an answer after the call was answered elsewhere or given up.
func (l *leg) dropBranch(d *dialog.Dialog) {
	b := &l.call.b
	o := &outbound{leg: l, method: sip.BYE, purpose: toDrop}
	o.seq = d.Request(b, sip.BYE, via(l, l.flow))
	if l.call.winner != nil {
		b.Header(sip.Reason, elsewhere)
	}
	b.End()
	d.On(dialog.Bye)
	l.call.m.counters.Dropped.Add(1)
	if err := l.send(o); err != nil {
		l.call.trace("BYE not sent", l, err)
	}
}

// onFailure is a final response other than 2xx.
func (l *leg) onFailure(m *sip.Message, code int) {
	if code == 422 && l.retrySession(m) && l.sendInvite() {
		return // RFC 4028 §7.3
	}
	if l.on(gotFailure) == calleeFail {
		if code == 430 && l.nextFlow() {
			return // RFC 5626 §11.5: flow failed
		}
		if code/100 == 3 && l.call.deflected(m) {
			return
		}
		l.call.failed(l, code)
	}
}

// nextFlow tries the next flow of the same phone, as long as the last one brought nothing (RFC 5626 §6).
func (l *leg) nextFlow() bool {
	if l.rung || l.heard || !l.call.phase.live() {
		return false
	}
	l.state = trying
	if l.start() {
		return true
	}
	l.state = terminated
	return false
}

// release ends the leg from our side: CANCEL or BYE. reason is a Reason header, or empty.
func (l *leg) release(reason string) {
	switch l.on(releaseCallee) {
	case calleeCancel:
		if l.first == nil || l.first.client == nil || l.first.ended {
			return
		}
		if err := l.first.client.CancelBecause(reason); err != nil {
			l.call.trace("CANCEL not sent", l, err)
		}
	case calleeHangUp:
		l.todo.bye, l.todo.reason = true, reason
		l.pump()
	case calleeIgnore, calleeRing, calleeConnect, calleeDrop, calleeFail, calleeByeOK, calleeByeGone, calleeByeLate:
	}
}

// closeMedia frees the leg's port.
func (l *leg) closeMedia() {
	if l.media != nil {
		l.media.Close()
		l.media = nil
	}
	l.heard, l.result, l.answered = false, nil, nil
	l.told = sdp.SendRecv
}
