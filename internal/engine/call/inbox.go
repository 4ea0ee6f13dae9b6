package call

import (
	"sync/atomic"

	"ringfence/internal/engine/media"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/dialog"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// eventKind says what an event of the inbox tells.
type eventKind uint8

const (
	evRequest   eventKind = iota // a request within a dialog: leg, in, msg; more: the flow, if it is another
	evACK                        // an ACK: leg, msg
	evCancelled                  // the INVITE's transaction got a CANCEL: in
	evInEnded                    // a server transaction failed: in
	evResponse                   // a response: out, msg
	evOutEnded                   // a client transaction failed: out; more: the error
	evMedia                      // leg, media
	evFlowLost                   // the leg's connection is closed: leg; more: the flow
	evPhone                      // a binding became live
	evChanged                    // more: how a change by a feature code went
	evPlayed                     // what was played to the caller is over
	evVerb                       // more: what a step asks for
	evStepOver                   // more: how a step ended
	evHangUp                     // more: an order
	evEndFor                     // more: an order
)

// event is what others tell the actor. It owns msg. It is small, as each call has room for many.
type event struct {
	kind  eventKind
	media media.EventKind
	leg   *leg
	msg   *sip.Message
	in    *inbound
	out   *outbound
	more  any
}

// order ends a call, or the calls of a user or device.
type order struct {
	reason pbx.EndReason
	user   pbx.UserID
	device pbx.DeviceID
}

func (e *event) release() {
	if e.msg != nil {
		e.msg.Release()
		e.msg = nil
	}
}

// post hands an event to the actor. It never waits: a call whose inbox is full ends with overload.
func (c *Call) post(e event) {
	select {
	case c.inbox <- e:
		if c.done.Load() {
			c.sweep() // the actor may have looked for the last time before
		}
	default:
		c.overflow.Store(true)
		c.m.counters.InboxFull.Add(1)
		e.refuse()
	}
}

// sweep answers what nobody will handle any more. Any goroutine may call it.
func (c *Call) sweep() {
	for {
		select {
		case e := <-c.inbox:
			e.refuse()
		default:
			return
		}
	}
}

// refuse answers an event's request statelessly, so that its transaction does not wait for ever.
func (e *event) refuse() {
	if e.kind == evRequest {
		var b sip.Builder
		// RFC 3261 §12.2.2: a request that matches no dialog
		b.ResponseTo(e.msg, 481, "", "", e.in.tx.Flow().Remote())
		b.End()
		_ = e.in.tx.Respond(481, b.Bytes()) // the flow may be gone, and so is the call
	}
	e.release()
}

// inbound is a server transaction of a call; it tells the actor what happens to it.
type inbound struct {
	leg    *leg
	tx     *transaction.Server
	method sip.Method
	seq    uint32
	req    *sip.Message // kept while responses are to be built
}

// Cancelled implements transaction.ServerEvents.
func (in *inbound) Cancelled(_ *transaction.Server, _ *sip.Message) {
	in.leg.call.post(event{kind: evCancelled, in: in})
}

// Done implements transaction.ServerEvents.
func (in *inbound) Done(_ *transaction.Server, err error) {
	if err != nil && in.method == sip.INVITE {
		in.leg.call.post(event{kind: evInEnded, in: in})
	}
}

// purpose says what a request of ours is for.
type purpose uint8

const (
	toInvite      purpose = iota // the INVITE that makes the leg
	toModify                     // a re-INVITE with an offer
	toRefresh                    // an UPDATE or re-INVITE that refreshes the session
	toEnd                        // a BYE
	toDrop                       // a BYE to a dialog that nobody wants
	toAcknowledge                // a PRACK
)

// outbound is a client transaction of a call; it tells the actor what happens to it.
type outbound struct {
	leg     *leg
	method  sip.Method
	purpose purpose
	seq     uint32
	client  *transaction.Client // owned by the actor
	ended   bool                // owned by the actor: no final response is awaited any more
	offered bool                // owned by the actor: it carried an offer

	ack atomic.Pointer[ackSent]
}

// ackSent is the ACK of a 2xx, kept to be sent again, and those of other 2xx to the same INVITE.
type ackSent struct {
	tag  string
	flow transport.Flow
	msg  []byte
	next *ackSent
}

// Response implements transaction.ClientEvents.
func (o *outbound) Response(_ *transaction.Client, m *sip.Message) {
	if o.method == sip.INVITE && m.StatusCode()/100 == 2 {
		for a := o.ack.Load(); a != nil; a = a.next {
			if string(m.ToTag()) == a.tag {
				// RFC 3261 §13.2.2.4: the ACK is sent again for each repeated 2xx, also when the call has ended
				_ = a.flow.Send(a.msg) // the peer repeats its 2xx if this one is lost
				return
			}
		}
	}
	o.leg.call.post(event{kind: evResponse, out: o, msg: m.Clone()})
}

// Done implements transaction.ClientEvents.
func (o *outbound) Done(_ *transaction.Client, err error) {
	if err != nil {
		o.leg.call.post(event{kind: evOutEnded, out: o, more: err})
	}
}

// via is what the top Via of a request on a flow says.
func via(l *leg, f transport.Flow) dialog.Via {
	return dialog.Via{Transport: f.Kind().String(), SentBy: l.sentBy, Branch: sip.NewBranch()}
}
