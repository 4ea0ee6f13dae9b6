package storetest

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"ringfence/internal/engine/auth"
	"ringfence/internal/engine/call"
	"ringfence/internal/engine/registrar"
	"ringfence/internal/pbx"
)

// Bindings tests a registrar.BindingStore.
func Bindings(t *testing.T, open func(t *testing.T) registrar.BindingStore) {
	binding := func(line pbx.LineID, instance string, regID int) pbx.Binding {
		return pbx.Binding{
			Key: pbx.BindingKey{Line: line, Instance: instance, RegID: regID}, Organization: org, User: pbx.UserID(line),
			Device: pbx.DeviceID(line), SIPUsername: fmt.Sprint(200 + line), Contact: "sip:201@192.0.2.7:5060;ob",
			Path: []string{"<sip:p1;lr>", "<sip:p2;lr>"}, CallID: "c1", CSeq: 1<<32 - 1, Q: 500, UserAgent: "Phone/1.0 é",
			Transport: "udp", Local: netip.MustParseAddrPort("[2001:db8::1]:5060"),
			Remote: netip.MustParseAddrPort("192.0.2.7:40000"), Flow: [16]byte{1, 0, 255}, Node: "n1", RegisteredAt: start(),
			UpdatedAt: later(time.Minute), ExpiresAt: later(time.Hour),
		}
	}
	put := func(b pbx.Binding) registrar.BindingChange { return registrar.BindingChange{Key: b.Key, Put: &b} }
	drop := func(b pbx.Binding) registrar.BindingChange { return registrar.BindingChange{Key: b.Key} }
	load := func(t *testing.T, s registrar.BindingStore) map[pbx.BindingKey]pbx.Binding {
		t.Helper()
		all := make(map[pbx.BindingKey]pbx.Binding)
		for b, err := range s.Load(t.Context()) {
			must(t, err)
			all[b.Key] = b
		}
		return all
	}
	want := func(t *testing.T, what string, s registrar.BindingStore, bindings ...pbx.Binding) {
		t.Helper()
		all := make(map[pbx.BindingKey]pbx.Binding)
		for _, b := range bindings {
			all[b.Key] = b
		}
		same(t, what, load(t, s), all)
	}
	t.Run("a binding is kept whole", func(t *testing.T) {
		s := open(t)
		a, b := binding(1, "<urn:uuid:1>", 0), binding(1, "<urn:uuid:1>", 2)
		bare := pbx.Binding{Key: pbx.BindingKey{Line: 2, Instance: "contact:sip:x@y"}, ExpiresAt: start()}
		must(t, s.Commit(t.Context(), []registrar.BindingChange{put(a), put(b), put(bare)}))
		want(t, "stored", s, a, b, bare)
		a.Contact, a.ExpiresAt, a.Path, a.CSeq = "sip:new@192.0.2.8", later(2*time.Hour), nil, 7
		must(t, s.Commit(t.Context(), []registrar.BindingChange{put(a)}))
		want(t, "changed", s, a, b, bare)
	})
	t.Run("a change without a binding removes it", func(t *testing.T) {
		s := open(t)
		a, b := binding(1, "a", 0), binding(2, "a", 0)
		must(t, s.Commit(t.Context(), []registrar.BindingChange{put(a), put(b)}))
		must(t, s.Commit(t.Context(), []registrar.BindingChange{drop(a), drop(binding(9, "never", 0))}))
		want(t, "what is left", s, b)
		must(t, s.Commit(t.Context(), nil))
	})
	t.Run("hundreds of changes go in one commit", func(t *testing.T) {
		s := open(t)
		var changes []registrar.BindingChange
		var all []pbx.Binding
		for line := range pbx.LineID(700) {
			b := binding(line+1, "i", int(line%3))
			all = append(all, b)
			changes = append(changes, put(b))
		}
		must(t, s.Commit(t.Context(), changes))
		want(t, "stored", s, all...)
		changes = changes[:0]
		for _, b := range all[:333] {
			changes = append(changes, drop(b))
		}
		must(t, s.Commit(t.Context(), changes))
		want(t, "what is left", s, all[333:]...)
	})
	t.Run("a commit that is given up stores nothing or everything", func(t *testing.T) {
		s := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Commit(ctx, []registrar.BindingChange{put(binding(1, "a", 0))}); err == nil {
			t.Skip("this store does not wait for anything")
		}
		want(t, "stored", s)
	})
}

// RecordReader reads back what a RecordStore holds.
type RecordReader func(ctx context.Context) ([]pbx.CallRecord, error)

// Records tests a call.RecordStore. Open also gives a function that reads the records, in any order.
func Records(t *testing.T, open func(t *testing.T) (call.RecordStore, RecordReader)) {
	record := func(id pbx.CallID) pbx.CallRecord {
		return pbx.CallRecord{
			ID: id, Organization: org, Node: "n1", SIPCallID: "abc@example.test", Dialled: "202",
			Caller:    pbx.CallParty{User: 1, Device: 1, Number: "201", Name: "Ada", Security: pbx.MediaSDES, Secure: true, Codec: "G722"},
			Callee:    pbx.CallParty{User: 2, Device: 3, Number: "202", Name: "Bob", Security: pbx.MediaNone, Codec: "PCMA"},
			StartedAt: start(), AnsweredAt: later(5 * time.Second), AnsweredBy: pbx.AnsweredByMailbox, Mode: pbx.ModeTerminated,
		}
	}
	ended := func(r pbx.CallRecord, reason pbx.EndReason) pbx.CallRecord {
		r.EndedAt, r.EndReason, r.SIPStatus = later(time.Minute), reason, 200
		return r
	}
	opens := func(r pbx.CallRecord) call.RecordChange { return call.RecordChange{Record: r} }
	closes := func(r pbx.CallRecord) call.RecordChange { return call.RecordChange{Record: r, Close: true} }
	want := func(t *testing.T, what string, read RecordReader, records ...pbx.CallRecord) {
		t.Helper()
		list, err := read(t.Context())
		must(t, err)
		byID := func(list []pbx.CallRecord) map[pbx.CallID]pbx.CallRecord {
			m := make(map[pbx.CallID]pbx.CallRecord)
			for _, r := range list {
				m[r.ID] = r
			}
			return m
		}
		same(t, what, byID(list), byID(records))
		if len(list) != len(records) {
			t.Errorf("%s: %d records, want %d", what, len(list), len(records))
		}
	}
	t.Run("a record is opened, then closed once", func(t *testing.T) {
		s, read := open(t)
		r := record(1)
		must(t, s.Commit(t.Context(), []call.RecordChange{opens(r)}))
		want(t, "open", read, r)
		end := ended(r, pbx.EndCompletedCaller)
		end.Callee.Codec = "PCMU"
		must(t, s.Commit(t.Context(), []call.RecordChange{closes(end)}))
		want(t, "closed", read, end)
		must(t, s.Commit(t.Context(), []call.RecordChange{closes(ended(r, pbx.EndCompletedCallee)), opens(r)}))
		want(t, "closed again", read, end)
	})
	t.Run("opening twice changes nothing", func(t *testing.T) {
		s, read := open(t)
		must(t, s.Commit(t.Context(), []call.RecordChange{opens(record(1))}))
		again := record(1)
		again.Dialled = "999"
		must(t, s.Commit(t.Context(), []call.RecordChange{opens(again)}))
		want(t, "stored", read, record(1))
	})
	t.Run("a record may be closed without having been opened", func(t *testing.T) {
		s, read := open(t)
		busy := ended(record(1), pbx.EndBusy)
		busy.AnsweredAt, busy.SIPStatus = time.Time{}, 486
		must(t, s.Commit(t.Context(), []call.RecordChange{closes(busy)}))
		want(t, "stored", read, busy)
	})
	t.Run("hundreds open and close in one commit", func(t *testing.T) {
		s, read := open(t)
		var changes []call.RecordChange
		var all []pbx.CallRecord
		for id := range pbx.CallID(600) {
			r := record(id + 1<<50)
			changes = append(changes, opens(r))
			if id%2 == 0 {
				r = ended(r, pbx.EndNoAnswer)
				changes = append(changes, closes(r))
			}
			all = append(all, r)
		}
		must(t, s.Commit(t.Context(), changes))
		want(t, "stored", read, all...)
	})
	t.Run("what a node left open is closed", func(t *testing.T) {
		s, read := open(t)
		elsewhere, done, open1, fresh := record(1), ended(record(2), pbx.EndBusy), record(3), record(4)
		elsewhere.Node = "n2"
		fresh.StartedAt, fresh.AnsweredAt = later(10*time.Minute), time.Time{}
		must(t, s.Commit(t.Context(), []call.RecordChange{opens(elsewhere), closes(done), opens(open1), opens(fresh)}))
		n, err := s.CloseOpen(t.Context(), "n1", later(3*time.Minute), pbx.EndServerRestart)
		must(t, err)
		if n != 2 {
			t.Errorf("closed %d records, want 2", n)
		}
		open1.EndedAt, open1.EndReason = later(3*time.Minute), pbx.EndServerRestart
		fresh.EndedAt, fresh.EndReason = later(10*time.Minute), pbx.EndServerRestart // not before it began
		want(t, "closed", read, elsewhere, done, open1, fresh)
		n, err = s.CloseOpen(t.Context(), "n1", later(time.Hour), pbx.EndServerRestart)
		must(t, err)
		if n != 0 {
			t.Errorf("closed %d records again", n)
		}
	})
}

// SessionStore is what keeps logins and the set-up token.
type SessionStore interface {
	auth.SessionStore
	auth.SetupStore
}

// Sessions tests an auth.SessionStore and auth.SetupStore.
func Sessions(t *testing.T, open func(t *testing.T) SessionStore) {
	session := func(n byte, user pbx.UserID, seen time.Duration) pbx.Session {
		return pbx.Session{
			Hash: [32]byte{n, 0, 255}, User: user, Organization: org, CreatedAt: start(), SeenAt: later(seen),
			ExpiresAt: later(seen + time.Hour), AuthenticatedAt: start(), Remote: netip.MustParseAddr("192.0.2.1"),
			UserAgent: "Browser",
		}
	}
	t.Run("sessions", func(t *testing.T) {
		s, ctx := open(t), t.Context()
		first, second, third := session(1, 1, time.Minute), session(2, 1, time.Hour), session(3, 2, 0)
		third.Remote = netip.Addr{}
		for _, v := range []pbx.Session{first, second, third} {
			must(t, s.PutSession(ctx, v))
		}
		same(t, "one", got[pbx.Session](t)(s.Session(ctx, third.Hash)), third)
		same(t, "of a user", got[[]pbx.Session](t)(s.SessionsOf(ctx, 1)), []pbx.Session{second, first})
		first.SeenAt, first.AuthenticatedAt = later(2*time.Hour), later(2*time.Hour)
		must(t, s.PutSession(ctx, first))
		same(t, "seen again", got[[]pbx.Session](t)(s.SessionsOf(ctx, 1)), []pbx.Session{first, second})
		same(t, "expired", got[int](t)(s.DeleteSessionsExpired(ctx, third.ExpiresAt)), 1)
		_, err := s.Session(ctx, third.Hash)
		wantKind(t, "expired session", err, pbx.NotFound)
		must(t, s.DeleteSession(ctx, first.Hash))
		same(t, "after logout", got[[]pbx.Session](t)(s.SessionsOf(ctx, 1)), []pbx.Session{second})
		newer := session(4, 1, 0)
		newer.CreatedAt = later(time.Minute)
		must(t, s.PutSession(ctx, newer))
		must(t, s.DeleteSessionsBefore(ctx, 1, later(time.Minute)))
		same(t, "after a logout of the older ones", got[[]pbx.Session](t)(s.SessionsOf(ctx, 1)), []pbx.Session{newer})
		must(t, s.DeleteSessionsOf(ctx, 1))
		same(t, "after logout everywhere", got[[]pbx.Session](t)(s.SessionsOf(ctx, 1)), []pbx.Session(nil))
	})
	t.Run("set-up token", func(t *testing.T) {
		s, ctx := open(t), t.Context()
		_, err := s.SetupToken(ctx)
		wantKind(t, "before there is one", err, pbx.NotFound)
		token := pbx.SetupToken{Hash: [32]byte{1}, CreatedAt: start(), ExpiresAt: later(24 * time.Hour)}
		must(t, s.PutSetupToken(ctx, token))
		token.Hash = [32]byte{2}
		must(t, s.PutSetupToken(ctx, token))
		same(t, "the last one counts", got[pbx.SetupToken](t)(s.SetupToken(ctx)), token)
		must(t, s.DeleteSetupToken(ctx))
		_, err = s.SetupToken(ctx)
		wantKind(t, "after it is used", err, pbx.NotFound)
	})
}
