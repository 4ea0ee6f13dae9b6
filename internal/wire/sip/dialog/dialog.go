// Package dialog keeps what RFC 3261 §12 calls a dialog, and the small machines that run inside one: reliable provisional
// responses (RFC 3262), session timers (RFC 4028) and the offer/answer exchange (RFC 3264).
//
// Everything here is pure: no clock, no goroutine, no I/O. The caller feeds messages and events in and carries out what
// comes back. A value belongs to one goroutine at a time.
package dialog

import (
	"errors"
	"slices"

	"ringfence/internal/wire/sip"
)

// What makes a message unfit to make a dialog.
var (
	ErrNoContact = errors.New("no usable Contact")
	ErrNoTag     = errors.New("no tag of the remote side")
	ErrRoutes    = errors.New("too many Record-Route values")
)

// maxRoutes bounds the route set: more hops than Max-Forwards lets pass in any sane network.
const maxRoutes = 16

// State is the state of a dialog.
type State uint8

// The dialog states of RFC 3261 §12.
const (
	Early State = iota
	Confirmed
	Terminated
	dialogStates
)

// Event is what moves a dialog from state to state.
type Event uint8

// The events of a dialog.
const (
	Success Event = iota // a 2xx to the INVITE was sent or received
	Failure              // a final response other than 2xx to the INVITE, or none at all
	Bye                  // a BYE was sent or received
	Gone                 // a request within the dialog was answered 481 or 408, or not at all
	dialogEvents
)

var dialogTable = [dialogStates][dialogEvents]State{
	// RFC 3261 §12.3: an early dialog ends with any final response but a 2xx; §15: also by BYE
	Early: {Success: Confirmed, Failure: Terminated, Bye: Terminated, Gone: Terminated},
	// RFC 3261 §14.1: a refused re-INVITE leaves the dialog; §12.2.1.2: 481, 408 and silence end it
	Confirmed:  {Success: Confirmed, Failure: Confirmed, Bye: Terminated, Gone: Terminated},
	Terminated: {Success: Terminated, Failure: Terminated, Bye: Terminated, Gone: Terminated},
}

// ID identifies a dialog at this end.
type ID struct {
	CallID    string
	LocalTag  string
	RemoteTag string
}

// Dialog is one end of a peer-to-peer relation between two user agents.
type Dialog struct {
	// fixed after construction
	id     ID
	uac    bool   // this end sent the INVITE, and so made the Call-ID
	local  string // From of requests we send, with its tag
	remote string // To of requests we send, with its tag

	state     State
	target    string // the remote target, a URI
	routes    []string
	localSeq  uint32
	remoteSeq uint32
	heard     bool // remoteSeq is set
}

// Invitation is what an INVITE outside of any dialog is made from (RFC 3261 §8.1.1). Routes are complete Route values,
// such as those of a Path.
type Invitation struct {
	CallID   string
	LocalTag string
	Local    string // From, without its tag
	Remote   string // To
	Target   string // Request-URI
	Routes   []string
	Seq      uint32 // of the last request; 0 before the first
}

// Via is what the top Via of a request says: the transport (UDP, TCP, TLS), where responses go, and the branch that
// names the transaction.
type Via struct {
	Transport string
	SentBy    string // host[:port]
	Branch    string
}

// Request begins the next INVITE of the invitation in b: start line, Via, Max-Forwards, Route, From, To, Call-ID, CSeq.
// The first has the first number; one that is tried again after a refusal the next.
func (v *Invitation) Request(b *sip.Builder, via Via, maxForwards int) {
	v.Seq++ // RFC 3261 §8.1.3.5: a new attempt has a higher CSeq
	b.Request(sip.INVITE, []byte(v.Target))
	b.Via(via.Transport, via.SentBy, via.Branch)
	b.Int(sip.MaxForwards, uint64(max(maxForwards, 0)))
	for _, r := range v.Routes {
		b.Header(sip.Route, r)
	}
	b.Open(sip.From)
	b.Text(v.Local)
	b.Text(";tag=")
	b.Text(v.LocalTag)
	b.Close()
	b.Header(sip.To, v.Remote)
	b.Header(sip.CallID, v.CallID)
	b.CSeq(v.Seq, sip.INVITE)
}

// Dialog makes the dialog that a 1xx with a tag or a 2xx to the invitation establishes (RFC 3261 §12.1.2). It fails with
// ErrNoTag or ErrRoutes.
func (v *Invitation) Dialog(resp *sip.Message) (*Dialog, error) {
	tag := resp.ToTag()
	if len(tag) == 0 {
		return nil, ErrNoTag
	}
	d := &Dialog{
		id:       ID{CallID: v.CallID, LocalTag: v.LocalTag, RemoteTag: string(tag)},
		uac:      true,
		local:    v.Local + ";tag=" + v.LocalTag,
		remote:   string(resp.Get(sip.To)),
		target:   v.Target, // RFC 3261 §12.1.2: deviation: a response without Contact is answered where the INVITE went
		localSeq: v.Seq,
	}
	return d, d.Update(resp)
}

// FromInvite makes the dialog that our answer with the tag to an INVITE establishes (RFC 3261 §12.1.1). It fails with
// ErrNoContact or ErrRoutes.
func FromInvite(req *sip.Message, localTag string) (*Dialog, error) {
	seq, _ := req.CSeq()
	d := &Dialog{
		id:        ID{CallID: string(req.CallID()), LocalTag: localTag, RemoteTag: string(req.FromTag())},
		local:     string(req.Get(sip.To)) + ";tag=" + localTag,
		remote:    string(req.Get(sip.From)),
		remoteSeq: seq,
		heard:     true,
	}
	routes, err := recordRoute(req)
	if err != nil {
		return nil, err
	}
	d.routes = routes // RFC 3261 §12.1.1: in the order of the request
	if !d.RefreshTarget(req) {
		return nil, ErrNoContact
	}
	return d, nil
}

// FromSubscribe makes the dialog that our answer with the tag to a SUBSCRIBE establishes. It has no early state: there is
// nothing to wait for. It fails with ErrNoContact or ErrRoutes.
func FromSubscribe(req *sip.Message, localTag string) (*Dialog, error) {
	d, err := FromInvite(req, localTag) // RFC 6665 §4.4.1: as an INVITE does
	if err != nil {
		return nil, err
	}
	d.state = Confirmed
	return d, nil
}

// Update takes route set and remote target from a response to the INVITE that established the dialog; those of the 2xx
// replace those of a provisional response. It fails with ErrRoutes.
func (d *Dialog) Update(resp *sip.Message) error {
	if d.state != Early {
		return nil // RFC 3261 §12.2: within a dialog only the remote target may change
	}
	routes, err := recordRoute(resp)
	if err != nil {
		return err
	}
	slices.Reverse(routes) // RFC 3261 §12.1.2: in reverse order of the response
	// RFC 3261 §13.2.2.4: the route set is computed anew from the 2xx
	d.routes = routes
	d.RefreshTarget(resp)
	return nil
}

func recordRoute(m *sip.Message) ([]string, error) {
	var routes []string
	for v := range m.All(sip.RecordRoute) {
		if len(routes) == maxRoutes {
			return nil, ErrRoutes
		}
		routes = append(routes, string(v))
	}
	return routes, nil
}

// RefreshTarget takes the remote target from the Contact of a target refresh request or its 2xx (RFC 3261 §12.2). It
// reports whether there was a usable one.
func (d *Dialog) RefreshTarget(m *sip.Message) bool {
	a, err := m.Contact()
	if err != nil || a.Star || !a.URI.IsSIP() {
		return false
	}
	if string(a.RawURI) != d.target {
		d.target = string(a.RawURI)
	}
	return true
}

// ID identifies the dialog.
func (d *Dialog) ID() ID { return d.id }

// State is the dialog's state.
func (d *Dialog) State() State { return d.state }

// OwnsCallID reports whether this end made the Call-ID (RFC 3261 §14.1).
func (d *Dialog) OwnsCallID() bool { return d.uac }

// Target is the remote target.
func (d *Dialog) Target() string { return d.target }

// LocalSeq is the CSeq number of the last request sent.
func (d *Dialog) LocalSeq() uint32 { return d.localSeq }

// On applies an event and returns the new state.
func (d *Dialog) On(e Event) State {
	d.state = dialogTable[d.state][e]
	return d.state
}

// Accept judges the order of a request that came within the dialog. One that is older than another already seen is
// answered 500.
func (d *Dialog) Accept(m *sip.Message) bool {
	seq, method := m.CSeq()
	if method == sip.ACK || method == sip.CANCEL {
		return true // RFC 3261 §12.2.2: these carry the number of the request they belong to
	}
	if d.heard && seq <= d.remoteSeq {
		return false // RFC 3261 §12.2.2: lower is out of order; an equal one that is no repetition is no better
	}
	d.heard, d.remoteSeq = true, seq
	return true
}

// Request begins the next request of this method within the dialog: start line, Via, Max-Forwards, Route, From, To,
// Call-ID, CSeq. It returns the CSeq number.
func (d *Dialog) Request(b *sip.Builder, m sip.Method, via Via) uint32 {
	d.localSeq++ // RFC 3261 §12.2.1.1: strictly increasing, without gaps
	d.begin(b, m, via, d.localSeq)
	return d.localSeq
}

// ACK begins the ACK of a 2xx to the INVITE with this CSeq number (RFC 3261 §13.2.2.4).
func (d *Dialog) ACK(b *sip.Builder, seq uint32, via Via) { d.begin(b, sip.ACK, via, seq) }

const maxForwards = 70 // RFC 3261 §8.1.1.6

func (d *Dialog) begin(b *sip.Builder, m sip.Method, via Via, seq uint32) {
	target, routes, last := d.target, d.routes, ""
	if len(routes) > 0 {
		if first, strict := strictRoute(routes[0]); strict {
			// RFC 3261 §12.2.1.1: a strict router becomes the Request-URI, and the target the last Route
			last = "<" + target + ">"
			target, routes = first, routes[1:]
		}
	}
	b.Request(m, []byte(target))
	b.Via(via.Transport, via.SentBy, via.Branch)
	b.Int(sip.MaxForwards, maxForwards)
	for _, r := range routes {
		b.Header(sip.Route, r)
	}
	if last != "" {
		b.Header(sip.Route, last)
	}
	b.Header(sip.From, d.local)
	b.Header(sip.To, d.remote)
	b.Header(sip.CallID, d.id.CallID)
	b.CSeq(seq, m)
}

// strictRoute reports whether a Route value lacks the lr parameter, and its URI.
func strictRoute(route string) (uri string, strict bool) {
	a, err := sip.ParseAddress([]byte(route))
	if err != nil {
		return "", false
	}
	if _, lr := a.URI.Param("lr"); lr {
		return "", false
	}
	return string(a.RawURI), true
}
