package registrar

import (
	"net/netip"
	"strings"
	"sync"
	"time"
	"unique"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transport"
)

// What a binding keeps of text from outside; longer identities are refused, longer descriptions cut.
const (
	maxContact  = 1024
	maxInstance = 255
	maxCallID   = 255
	maxAgent    = 128
	maxPath     = 2048
	maxRegID    = 1<<16 - 1
)

const noQ = 1001 // no q was given: it counts as 1.0

// record is a binding as it lies in memory: small, because there may be a hundred thousand. Guarded by its shard.
type record struct {
	next         *record // of the same user
	user         pbx.UserID
	line         pbx.LineID
	device       pbx.DeviceID
	organization pbx.OrganizationID
	sipUsername  string         // the roster's own string
	text         string         // contact, instance, Call-ID and path, one behind the other
	flow         transport.Flow // of a live connection
	agent        unique.Handle[string]
	registered   int64 // Unix milliseconds, as the other times
	updated      int64
	expires      int64
	cseq         uint32
	contactEnd   uint16
	instanceEnd  uint16
	callIDEnd    uint16
	q            uint16 // thousandths, noQ without
	regID        uint16
	local        uint16 // in addresses
	remotePort   uint16
	kind         transport.Kind
	remote       [16]byte
}

func (c *record) contact() string  { return c.text[:c.contactEnd] }
func (c *record) instance() string { return c.text[c.contactEnd:c.instanceEnd] }
func (c *record) callID() string   { return c.text[c.instanceEnd:c.callIDEnd] }
func (c *record) path() string     { return c.text[c.callIDEnd:] } // each value ends with a line feed

// setText takes contact, instance, Call-ID and path in one piece, and the lengths of the first three.
func (c *record) setText(text string, contact, instance, callID int) {
	c.text = text
	c.contactEnd = uint16(contact)
	c.instanceEnd = c.contactEnd + uint16(instance)
	c.callIDEnd = c.instanceEnd + uint16(callID)
}

// shareText takes over the text of another record of the binding, in case that nothing of it changes.
func (c *record) shareText(o *record) {
	c.text, c.contactEnd, c.instanceEnd, c.callIDEnd = o.text, o.contactEnd, o.instanceEnd, o.callIDEnd
}

func (c *record) key() pbx.BindingKey {
	k := pbx.BindingKey{Line: c.line, Instance: c.instance(), RegID: int(c.regID)}
	if k.Instance == "" {
		k.Instance = withoutInstance + c.contact()
	}
	return k
}

// withoutInstance begins the key of a binding that has no +sip.instance.
const withoutInstance = "contact:"

// same reports whether two records are for the same binding: instance and reg-id, else the contact.
func (c *record) same(o *record) bool {
	if c.line != o.line || c.regID != o.regID || c.instance() != o.instance() {
		return false
	}
	return c.instance() != "" || c.contact() == o.contact()
}

func (c *record) live(now int64) bool {
	return c.expires > now && (c.kind == transport.UDP || c.flow != nil && !c.flow.Closed())
}

func (c *record) remoteAddr() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(c.remote).Unmap(), c.remotePort)
}

func (c *record) setRemote(a netip.AddrPort) {
	c.remote, c.remotePort = a.Addr().As16(), a.Port()
}

// addresses are our own addresses that flows ended at: few, so a record keeps a number.
type addresses struct {
	mu   sync.RWMutex
	list []netip.AddrPort
}

func (a *addresses) number(addr netip.AddrPort) uint16 {
	a.mu.RLock()
	for i, x := range a.list {
		if x == addr {
			a.mu.RUnlock()
			return uint16(i)
		}
	}
	a.mu.RUnlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, x := range a.list {
		if x == addr {
			return uint16(i)
		}
	}
	if len(a.list) == 0 {
		a.list = append(a.list, netip.AddrPort{}) // number 0: unknown, any socket
	}
	if len(a.list) > 1<<16-1 {
		return 0
	}
	a.list = append(a.list, addr)
	return uint16(len(a.list) - 1)
}

func (a *addresses) at(i uint16) netip.AddrPort {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if int(i) >= len(a.list) {
		return netip.AddrPort{}
	}
	return a.list[i]
}

// Binding is a snapshot of one binding.
type Binding struct {
	pbx.Binding
	Live bool // requests can be sent on its flow

	flow  transport.Flow
	flows Flows
}

// FlowTo returns the flow that requests to the binding are sent on; false if it is dormant.
func (b Binding) FlowTo() (transport.Flow, bool) {
	if !b.Live {
		return nil, false
	}
	if b.flow != nil {
		return b.flow, !b.flow.Closed()
	}
	if b.flows == nil {
		return nil, false
	}
	if f, ok := b.flows.UDPFlow(b.Local, b.Remote); ok {
		return f, true
	}
	// The socket it came to is gone, after a change of ports for instance: any other is better than none.
	return b.flows.UDPFlow(netip.AddrPort{}, b.Remote)
}

// snapshot copies a record out of its shard.
func (r *Registrar) snapshot(c *record, now int64) Binding {
	b := Binding{Live: c.live(now), flow: c.flow, flows: r.cfg.Flows}
	r.export(c, &b.Binding)
	return b
}

// export writes a record as the row that is stored and shown.
func (r *Registrar) export(c *record, b *pbx.Binding) {
	*b = pbx.Binding{
		Key: c.key(), Organization: c.organization, User: c.user, Device: c.device, SIPUsername: c.sipUsername,
		Contact: c.contact(), CallID: c.callID(), CSeq: c.cseq, Q: int(c.q), UserAgent: agentText(c.agent),
		Transport: strings.ToLower(c.kind.String()), Local: r.locals.at(c.local), Remote: c.remoteAddr(),
		Node: r.cfg.Node, RegisteredAt: time.UnixMilli(c.registered).UTC(),
		UpdatedAt: time.UnixMilli(c.updated).UTC(), ExpiresAt: time.UnixMilli(c.expires).UTC(),
	}
	if b.Q == noQ {
		b.Q = 1000
	}
	if c.flow != nil {
		b.Flow = c.flow.ID()
	}
	if p := c.path(); p != "" {
		b.Path = strings.Split(strings.TrimSuffix(p, "\n"), "\n")
	}
}

func agentText(h unique.Handle[string]) string {
	if h == (unique.Handle[string]{}) {
		return ""
	}
	return h.Value()
}

// fromStored makes a record of a stored row; false if the row cannot be one of ours.
func (r *Registrar) fromStored(b *pbx.Binding) (*record, bool) {
	instance := b.Key.Instance
	if strings.HasPrefix(instance, withoutInstance) {
		instance = ""
	}
	path := ""
	if len(b.Path) > 0 {
		path = strings.Join(b.Path, "\n") + "\n"
	}
	kind := kindNamed(b.Transport)
	if kind == 0 || !b.Remote.IsValid() || len(b.Contact) > maxContact || len(instance) > maxInstance ||
		len(b.CallID) > maxCallID || len(path) > maxPath || b.Key.RegID < 0 || b.Key.RegID > maxRegID ||
		b.Q < 0 || b.Q > noQ {
		return nil, false
	}
	c := &record{
		user: b.User, line: b.Key.Line, device: b.Device, organization: b.Organization, sipUsername: b.SIPUsername,
		agent: unique.Make(b.UserAgent), registered: b.RegisteredAt.UnixMilli(), updated: b.UpdatedAt.UnixMilli(),
		expires: b.ExpiresAt.UnixMilli(), cseq: b.CSeq, q: uint16(b.Q), regID: uint16(b.Key.RegID),
		local: r.locals.number(b.Local), kind: kind,
	}
	c.setRemote(b.Remote)
	c.setText(b.Contact+instance+b.CallID+path, len(b.Contact), len(instance), len(b.CallID))
	return c, true
}

func kindNamed(s string) transport.Kind {
	for k := transport.UDP; k <= transport.WSS; k++ {
		if strings.EqualFold(k.String(), s) {
			return k
		}
	}
	return 0
}
