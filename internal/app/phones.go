package app

import (
	"context"

	"ringfence/internal/edge/httpapi"
	"ringfence/internal/edge/sipserver"
	"ringfence/internal/edge/store"
	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/call"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
)

// phones shows the API the registrar.
type phones struct {
	registrar *registrar.Registrar
	notices   func(pbx.DeviceID) string
	server    *sipserver.Server
}

// Of gives a user's bindings.
func (p phones) Of(u pbx.UserID) []httpapi.Phone {
	var out []httpapi.Phone
	for _, b := range p.registrar.Bindings(u) {
		out = append(out, httpapi.Phone{Binding: b.Binding, Live: b.Live})
	}
	return out
}

// All gives every binding of an organization.
func (p phones) All(org pbx.OrganizationID) []httpapi.Phone {
	var out []httpapi.Phone
	p.registrar.Each(func(b registrar.Binding) bool {
		if b.Organization == org {
			out = append(out, httpapi.Phone{Binding: b.Binding, Live: b.Live})
		}
		return true
	})
	return out
}

// Notice says what is amiss with a device.
func (p phones) Notice(d pbx.DeviceID) string { return p.notices(d) }

// Slowed tells from where a line is not heard for a while.
func (p phones) Slowed(sipUsername string) []httpapi.Slow {
	var out []httpapi.Slow
	for _, s := range p.server.Slowed(sipUsername) {
		out = append(out, httpapi.Slow(s))
	}
	return out
}

// LetIn hears a line again.
func (p phones) LetIn(sipUsername string) { p.server.LetIn(sipUsername) }

// calls shows the API the calls that go on.
type calls struct{ manager *call.Manager }

// Live gives the calls of an organization.
func (c calls) Live(org pbx.OrganizationID) []pbx.LiveCall {
	var out []pbx.LiveCall
	for _, l := range c.manager.Live() {
		if l.Organization == org {
			out = append(out, l)
		}
	}
	return out
}

// Hangup ends a call.
func (c calls) Hangup(org pbx.OrganizationID, id pbx.CallID) error {
	for _, l := range c.Live(org) {
		if l.ID == id && c.manager.Hangup(id, pbx.EndAdminHangup) {
			return nil
		}
	}
	return pbx.Errorf(pbx.NotFound, "This call is not going on any more.")
}

// Try tells where a call would go.
func (c calls) Try(org pbx.OrganizationID, caller pbx.UserID, dialled string) (call.Tried, error) {
	t, ok := c.manager.Try(org, caller, dialled)
	if !ok {
		return t, pbx.Errorf(pbx.NotFound, "There is no such user.")
	}
	return t, nil
}

// records shows the API the call records.
type records struct{ store *store.Records }

// List gives a page of them.
func (r records) List(
	ctx context.Context, org pbx.OrganizationID, q httpapi.RecordQuery,
) (admin.Page[pbx.CallRecord], error) {
	return r.store.List(ctx, org, store.RecordQuery(q))
}

// Get gives one.
func (r records) Get(ctx context.Context, org pbx.OrganizationID, id pbx.CallID) (pbx.CallRecord, error) {
	return r.store.Get(ctx, org, id)
}

// nobody stands for the telephone side in a process without one: the command line without a running server.
type nobody struct{}

// Of gives nothing.
func (nobody) Of(pbx.UserID) []httpapi.Phone { return nil }

// All gives nothing.
func (nobody) All(pbx.OrganizationID) []httpapi.Phone { return nil }

// Notice gives nothing.
func (nobody) Notice(pbx.DeviceID) string { return "" }

// Slowed gives nothing.
func (nobody) Slowed(string) []httpapi.Slow { return nil }

// LetIn does nothing.
func (nobody) LetIn(string) {}

// Live gives nothing.
func (nobody) Live(pbx.OrganizationID) []pbx.LiveCall { return nil }

// Hangup finds nothing.
func (nobody) Hangup(pbx.OrganizationID, pbx.CallID) error {
	return pbx.Errorf(pbx.NotFound, "This call is not going on.")
}

// Try can't tell: phones are known to the server alone.
func (nobody) Try(pbx.OrganizationID, pbx.UserID, string) (call.Tried, error) {
	return call.Tried{}, pbx.Errorf(pbx.Unavailable, "The server is not running, so no call goes anywhere.")
}

// personal stores what people change about themselves by dialling a code.
type personal struct {
	admin  *admin.Service
	roster *roster.Directory
}

// Forward has all calls of a user sent on, or no more.
func (p personal) Forward(ctx context.Context, u pbx.UserID, on bool, to pbx.UserID) error {
	off := !on
	patch := admin.ForwardingPatch{Paused: &off}
	if to != 0 {
		patch.To = map[pbx.ForwardWhen]admin.ForwardTo{pbx.ForwardAlways: {ID: to}}
	}
	if on && to == 0 {
		if who, ok := p.roster.User(u); !ok || who.Forwarding == nil || who.Forwarding.Always == 0 {
			return pbx.Errorf(pbx.Invalid, "There is nobody yet to whom calls would go.")
		}
	}
	return p.change(ctx, u, patch)
}

// DoNotDisturb switches it on or off.
func (p personal) DoNotDisturb(ctx context.Context, u pbx.UserID, on bool) error {
	return p.change(ctx, u, admin.ForwardingPatch{DoNotDisturb: &on})
}

func (p personal) change(ctx context.Context, u pbx.UserID, patch admin.ForwardingPatch) error {
	o := p.roster.Organization()
	if o == nil {
		return pbx.Errorf(pbx.Unavailable, "There is no organization.")
	}
	return p.admin.ForwardByPhone(ctx, o.ID, u, patch)
}
