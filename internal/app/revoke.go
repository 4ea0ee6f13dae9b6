package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"time"

	"ringfence/internal/engine/auth"
	"ringfence/internal/engine/call"
	"ringfence/internal/engine/presence"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/event"
)

// revoker ends what a change set took the right from: bindings, sessions, calls, subscriptions. It runs after the roster has taken the
// change, so that a phone that comes back at once is refused.
type revoker struct {
	registrar     *registrar.Registrar
	calls         *call.Manager
	subscriptions *presence.Manager
	auth          *auth.Service
	roster        *roster.Directory
	log           *slog.Logger
}

// apply looks at each thing that changed.
func (r *revoker) apply(ctx context.Context, cs pbx.ChangeSet) error {
	r.endCalls(ctx, cs)
	policy, lines := false, map[pbx.LineID]bool{}
	for _, item := range cs.Items {
		switch item.Ref.Kind {
		case pbx.KindUser:
			if err := r.user(ctx, item); err != nil {
				return err
			}
			policy = policy || touched(item, "groupId", "groups", "locationId", "provisioningProfileId")
		case pbx.KindDevice:
			r.device(item)
			policy = policy || touched(item, "provisioningProfileId")
		case pbx.KindLine, pbx.KindCredential:
			// Whoever registered with a secret that is no longer right must do so again.
			if item.Action != pbx.Created {
				lines[pbx.LineID(item.Ref.ID)] = true
			}
		case pbx.KindUserSecret:
			if err := r.secret(ctx, item, cs.At); err != nil {
				return err
			}
		case pbx.KindSetting, pbx.KindGroup, pbx.KindLocation, pbx.KindProfile:
			policy = true
		case pbx.KindOrganization, pbx.KindDialString, pbx.KindOutsideNumber, pbx.KindRingGroup, pbx.KindPool, pbx.KindToken, pbx.KindPermission,
			pbx.KindLeave, pbx.KindForwarding, pbx.KindMailServer, pbx.KindMailPassword:
		}
	}
	if len(lines) > 0 || policy {
		// RFC 6665 §4.1.3: the phone comes again at once, with the secret or the transport that counts now
		r.subscriptions.EndWhere(func(s presence.Subscriber, secure bool) bool {
			return lines[s.Line] || policy && !secure && r.needsTLS(s.SIPUsername)
		}, event.Deactivated)
		r.dropWhere(func(b registrar.Binding) bool {
			return lines[b.Key.Line] || policy && r.insecure(b)
		})
	}
	return nil
}

// secret ends what was opened with an old portal password, and the links to choose one. What was opened since is by the new
// one.
func (r *revoker) secret(ctx context.Context, item pbx.ChangeItem, at time.Time) error {
	if item.Action == pbx.Created || item.Ref.Key != string(pbx.PortalPassword) {
		return nil
	}
	user := pbx.UserID(item.Ref.ID)
	if err := r.auth.LogoutBefore(ctx, user, at); err != nil {
		return err
	}
	return r.auth.EndLinks(ctx, user, pbx.LinkInvitation, pbx.LinkReset)
}

// byeTime is how long phones may take to answer the BYE before their connections are closed.
const byeTime = 500 * time.Millisecond

// endCalls ends the calls of who was deleted, and lets their phones hear of it while they are still connected.
func (r *revoker) endCalls(ctx context.Context, cs pbx.ChangeSet) {
	users, devices := map[pbx.UserID]bool{}, map[pbx.DeviceID]bool{}
	for _, item := range cs.Items {
		if item.Action != pbx.Deleted {
			continue
		}
		if item.Ref.Kind == pbx.KindUser {
			users[pbx.UserID(item.Ref.ID)] = true
		}
		if item.Ref.Kind == pbx.KindDevice {
			devices[pbx.DeviceID(item.Ref.ID)] = true
		}
	}
	concerned := func(l pbx.LiveCall) bool {
		return users[l.Caller.User] || users[l.Callee.User] || devices[l.Caller.Device] || devices[l.Callee.Device]
	}
	live := slices.DeleteFunc(r.calls.Live(), func(l pbx.LiveCall) bool { return !concerned(l) })
	for _, l := range live {
		r.calls.Hangup(l.ID, pbx.EndAdminHangup)
	}
	if len(live) == 0 {
		return
	}
	within, cancel := context.WithTimeout(ctx, byeTime)
	defer cancel()
	tick := time.NewTicker(byeTime / 25)
	defer tick.Stop()
	for slices.ContainsFunc(r.calls.Live(), concerned) {
		select {
		case <-within.Done():
			return
		case <-tick.C:
		}
	}
}

// user: a disabled one has no registrations and no sessions, and calls go on (F6); a deleted one has nothing.
func (r *revoker) user(ctx context.Context, item pbx.ChangeItem) error {
	id := pbx.UserID(item.Ref.ID)
	deleted := item.Action == pbx.Deleted
	if !deleted && !disabled(item) && !touched(item, "role", "kind") {
		return nil
	}
	if deleted || disabled(item) || touched(item, "kind") {
		r.subscriptions.EndForUser(id, event.Rejected) // while the phones are connected
	}
	switch {
	case !deleted && disabled(item) && r.speaks(id):
		r.registrar.UnbindUser(id)
	case deleted || disabled(item) || touched(item, "kind"):
		r.registrar.DropUser(id)
	}
	if deleted || disabled(item) {
		if err := r.auth.EndLinks(ctx, id); err != nil {
			return err
		}
		return r.auth.LogoutAll(ctx, id)
	}
	return nil
}

// speaks tells whether a call of the user goes on.
func (r *revoker) speaks(id pbx.UserID) bool {
	return slices.ContainsFunc(r.calls.Live(), func(l pbx.LiveCall) bool { return l.Caller.User == id || l.Callee.User == id })
}

func (r *revoker) device(item pbx.ChangeItem) {
	id := pbx.DeviceID(item.Ref.ID)
	switch {
	case item.Action == pbx.Deleted || disabled(item):
		r.subscriptions.EndForDevice(id, event.Rejected)
		r.registrar.DropDevice(id)
	case touched(item, "userId") && item.Action == pbx.Updated:
		r.subscriptions.EndForDevice(id, event.Deactivated) // what it is told from now on is the new user's
		r.registrar.DropDevice(id)
	}
}

// insecure tells whether a binding is over a plain transport that the policy no longer allows.
func (r *revoker) insecure(b registrar.Binding) bool {
	if b.Transport == "tls" || b.Transport == "wss" {
		return false
	}
	return r.needsTLS(b.SIPUsername)
}

// needsTLS tells whether a line may not be heard over a plain transport.
func (r *revoker) needsTLS(sipUsername string) bool {
	l, ok := r.roster.Line([]byte(sipUsername))
	return !ok || !l.Enabled || l.Security == pbx.Secure
}

func (r *revoker) dropWhere(wrong func(registrar.Binding) bool) {
	type key struct {
		user pbx.UserID
		line pbx.LineID
	}
	drop := map[key]bool{}
	r.registrar.Each(func(b registrar.Binding) bool {
		if wrong(b) {
			drop[key{b.User, b.Key.Line}] = true
		}
		return true
	})
	for k := range drop {
		r.registrar.DropLine(k.user, k.line)
	}
	if len(drop) > 0 {
		r.log.Info("registrations ended by a change", "lines", len(drop))
	}
}

// fields reads the fields that an item says differ.
func fields(raw json.RawMessage) map[string]any {
	var m map[string]any
	_ = json.Unmarshal(raw, &m) // what is no object has no fields
	return m
}

func disabled(item pbx.ChangeItem) bool {
	enabled, ok := fields(item.After)["enabled"].(bool)
	return ok && !enabled && item.Action == pbx.Updated
}

func touched(item pbx.ChangeItem, names ...string) bool {
	after := fields(item.After)
	for _, n := range names {
		if _, ok := after[n]; ok {
			return true
		}
	}
	return false
}
