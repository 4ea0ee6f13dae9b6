package call

import (
	"errors"

	"ringfence/internal/engine/media"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
)

// begin is the call's first step: who calls, whom, and can the caller's media be accepted.
func (c *Call) begin() {
	a, rq := c.a, c.a.invite.req
	a.setFlow(a.flow)
	c.describe(rq, a.flow)
	c.publish(Began)
	d, err := dialog.FromInvite(rq, a.tag)
	if err != nil {
		c.end(outcome{reason: pbx.EndNotAcceptable, status: 400})
		return
	}
	a.dlg = d
	hops, ok := rq.MaxForwards()
	if ok && hops == 0 {
		c.end(usual(pbx.EndMaxForwards)) // RFC 3261 §16.3
		return
	}
	if c.hops = hops - 1; !ok {
		c.hops = 70 // RFC 3261 §8.1.1.6
	}
	if _, fit := isSDP(rq); !fit {
		c.end(outcome{reason: pbx.EndNotAcceptable, status: 415})
		return
	}
	user, ok := c.m.cfg.Directory.User(c.from.User)
	if !ok { // deleted this moment
		c.end(usual(pbx.EndForbidden))
		return
	}
	a.know(user, c.from.Line)
	a.party.instance = instanceOf(rq)
	c.plan = c.decide()
	c.describeCallee()
	if c.plan.Kind == route.Refuse {
		c.end(usual(c.plan.Reason))
		return
	}
	if c.openCaller(rq) {
		c.follow()
	}
}

// instanceOf is how the registrar names the phone that sent a request, if it is registered.
func instanceOf(rq *sip.Message) string {
	a, err := rq.Contact()
	if err != nil {
		return ""
	}
	if v, ok := a.Param("+sip.instance"); ok {
		return string(sip.Unquote(v))
	}
	return "contact:" + string(a.RawURI)
}

// know notes who is at the other end of the leg.
func (l *leg) know(u *roster.User, line pbx.LineID) {
	l.party.user, l.party.line = u.ID, line
	l.party.number, l.party.name, l.party.music = u.Number, u.DisplayName, u.HoldMusic
	l.party.security = pbx.Secure
	for _, x := range u.Lines {
		if x.ID == line {
			l.party.security, l.party.zrtp = x.Security, x.ZRTP
		}
	}
}

func (c *Call) decide() route.Plan {
	return route.Decide(c.query(), c.m.snapshot(nil))
}

// openCaller opens the caller's media and judges his offer; false if the call has ended.
func (c *Call) openCaller(rq *sip.Message) bool {
	a := c.a
	a.reliable.begin(rq, a.invite.seq)
	a.allows.update = rq.HasToken(sip.Allow, "UPDATE")
	a.wish = wishes{sends: true, receives: true}
	if err := a.openMedia(); err != nil {
		c.end(mediaOutcome(err))
		return false
	}
	if len(rq.Body()) == 0 {
		return true // rule 15: the offer will be ours
	}
	a.offer.On(dialog.ReceiveOffer)
	p, err := a.media.ReceiveOffer(rq.Body())
	if err != nil {
		c.end(mediaOutcome(err))
		return false
	}
	c.offered = p
	a.heardOffer(p.Direction)
	return true
}

// zrtpFits tells whether the call may run in ZRTP mode: one phone, and both sides' policy (rule 21).
func (c *Call) zrtpFits() bool {
	return len(c.plan.Targets) == 1 && c.plan.Targets[0].ZRTP && c.a.party.zrtp
}

// mediaOutcome is how a call ends whose media can't be opened or agreed on.
func mediaOutcome(err error) outcome {
	switch {
	case errors.Is(err, media.ErrMalformed):
		return outcome{reason: pbx.EndNotAcceptable, status: 400}
	case errors.Is(err, media.ErrNotAcceptable), errors.Is(err, media.ErrIncompatible):
		return usual(pbx.EndNotAcceptable)
	case errors.Is(err, media.ErrNoPorts):
		return usual(pbx.EndOverload)
	}
	return usual(pbx.EndInternalError)
}

// openMedia opens the leg's port at the local address of its flow (signalling 8).
func (l *leg) openMedia() error {
	post := l.call.post
	m, err := l.call.m.cfg.Media.NewLeg(media.LegConfig{
		Local:           l.flow.Local().Addr(),
		Advertise:       l.call.m.self.Advertised(l.flow),
		SignallingPeer:  l.flow.Remote().Addr(),
		SecureTransport: l.flow.Kind().Secure(),
		Policy:          l.party.security,
		Events: func(e media.Event) {
			if e.Kind == media.DTMF {
				l.call.keysOf(l, e)
			}
			if e.Kind == media.Timeout || e.Kind == media.ZRTPConfirmed || e.Kind == media.ZRTPNotConfirmed {
				post(event{kind: evMedia, leg: l, media: e.Kind})
			}
		},
	})
	if err == nil {
		l.media = m
	}
	return err
}

// follow carries the plan out.
func (c *Call) follow() {
	switch c.plan.Kind {
	case route.Ring:
		c.step(targetsFound)
		c.fork()
	case route.Await:
		c.step(nobodyHome)
		c.await()
	case route.Feature, route.Voicemail:
		c.serve()
	case route.Refuse:
		c.end(usual(c.plan.Reason))
	}
}

// await rings the caller until a dormant phone returns (signalling 3).
func (c *Call) await() {
	c.timers.set(nil, phoneReturn, c.m.waitsFor(&c.plan))
	c.watch = c.watchPhones()
	c.ring(180)
	c.onPhone() // one may have returned before the watch began
}

// watchPhones tells the actor when a phone of whom the plan reaches comes back.
func (c *Call) watchPhones() (stop func()) {
	watch := c.m.cfg.Bindings.Watch
	if c.plan.Group == nil {
		return watch(c.plan.User.ID, c.phoneSeen)
	}
	stops := make([]func(), len(c.plan.Left))
	for i, id := range c.plan.Left {
		stops[i] = watch(id, c.phoneSeen)
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
	}
}

// phoneSeen tells the actor that a binding became live.
func (c *Call) phoneSeen() { c.post(event{kind: evPhone}) }

// onPhone is a phone that has come back: what waits for it goes on.
func (c *Call) onPhone() {
	for l := range c.legs() {
		if l.lost && l.findFlow() {
			l.flowFound()
		}
	}
	if c.phase != awaiting {
		return
	}
	plan := route.Again(c.query(), c.plan, c.m.snapshot(nil))
	if plan.Kind == route.Ring {
		c.sendOn(plan) // to his phone, or on if he forwards calls by now
	}
}

func (c *Call) stopWatch() {
	if c.watch != nil {
		c.watch()
		c.watch = nil
	}
}

// onCaller applies an event to the caller's leg and carries the action out.
func (c *Call) onCaller(e callerEvent) callerAction {
	s := callerTable[c.a.state][e]
	c.a.state = s.next
	switch s.action {
	case callerCancel:
		c.refuseCaller(usual(pbx.EndCancelled))
		c.end(outcome{reason: pbx.EndCancelled, status: 487, by: c.a})
	case callerGone:
		reason := pbx.EndCallerVanished
		if e == gotLost {
			reason = pbx.EndFlowLost
		}
		c.end(usual(reason))
	case callerIgnore, callerRing, callerAnswer, callerRefuse, callerByeOK, callerByeEarly, callerByeLate,
		callerHangUp, callerACK: // the one who raised the event goes on with the action
	}
	return s.action
}

// refuseCaller sends the INVITE's final response.
func (c *Call) refuseCaller(o outcome) {
	in := c.a.invite
	if in == nil {
		return
	}
	c.a.reliable.end(c.a)
	c.a.respond(in, o.status, func(b *sip.Builder) {
		switch o.status {
		case 415:
			b.Header(sip.Accept, sdpType) // RFC 3261 §21.4.13
		case 488:
			b.Header(sip.Warning, c.warning())
		case 503:
			retryAfter(b)
		}
		if h := reasonHeader(o.reason); h != "" {
			b.Header(sip.Reason, h)
		}
	})
	c.dropInvite()
}

// warning says what the caller's media lacks.
func (c *Call) warning() string {
	text := "No common codec"
	switch {
	case c.a.party.security == pbx.AnySecurity:
	case !c.a.flow.Kind().Secure():
		text = "TLS and SRTP required"
	case c.offered == nil:
		text = "SRTP required"
	case c.offered.ZRTPOnly:
		text = "ZRTP is possible between two phones only" // rule 21
	}
	return `399 ringfence "` + text + `"` // RFC 3261 §20.43
}

// dropInvite lets go of the INVITE: its final response was sent.
func (c *Call) dropInvite() {
	if in := c.a.invite; in != nil {
		c.a.invite = nil
		in.req.Release()
		in.req = nil
	}
}

// defaults are the codecs that the server speaks itself, in its order (rule 15).
func defaults() []audio.Codec { return []audio.Codec{audio.G722, audio.PCMA, audio.PCMU} }

// withDefaults is first, and then what the server speaks.
func withDefaults(first []audio.Codec) []audio.Codec {
	list := append([]audio.Codec(nil), first...)
next:
	for _, d := range defaults() {
		for _, x := range first {
			if x.Same(d) {
				continue next
			}
		}
		list = append(list, d)
	}
	return list
}
