package store

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"ringfence/internal/engine/registrar"
	"ringfence/internal/pbx"
)

// Bindings is the registrar's memory: a BindingStore.
type Bindings struct{ s *Store }

// Bindings returns the store of bindings.
func (s *Store) Bindings() *Bindings { return &Bindings{s} }

var _ registrar.BindingStore = (*Bindings)(nil)

const bindingColumns = "line_id, instance, reg_id, organization_id, user_id, device_id, sip_username, contact, path, " +
	"call_id, cseq, q, user_agent, transport, local_address, remote_address, flow, node, registered_at, updated_at, " +
	"expires_at"

var (
	putBindings = batch{
		before: "INSERT INTO binding (" + bindingColumns + ") VALUES ",
		row:    placesFor(bindingColumns),
		after: " ON CONFLICT (line_id, instance, reg_id) DO UPDATE SET organization_id = excluded.organization_id, " +
			"user_id = excluded.user_id, device_id = excluded.device_id, sip_username = excluded.sip_username, " +
			"contact = excluded.contact, path = excluded.path, call_id = excluded.call_id, cseq = excluded.cseq, " +
			"q = excluded.q, user_agent = excluded.user_agent, transport = excluded.transport, " +
			"local_address = excluded.local_address, remote_address = excluded.remote_address, " +
			"flow = excluded.flow, node = excluded.node, registered_at = excluded.registered_at, " +
			"updated_at = excluded.updated_at, expires_at = excluded.expires_at",
	}
	// PostgreSQL needs to be told the types in a list of values that goes into no table.
	dropBindings = batch{
		before: "DELETE FROM binding WHERE (line_id, instance, reg_id) IN (VALUES ",
		row:    "(CAST(? AS BIGINT),?,CAST(? AS BIGINT))",
		after:  ")",
	}
)

// Commit stores all changes or none. Of several changes of one key the last counts.
func (b *Bindings) Commit(ctx context.Context, changes []registrar.BindingChange) error {
	var puts, drops []any
	for _, change := range lastOfEachKey(changes) {
		if change.Put == nil {
			drops = append(drops, int64(change.Key.Line), change.Key.Instance, change.Key.RegID)
			continue
		}
		args, err := bindingArgs(change.Key, change.Put)
		if err != nil {
			return b.s.fail("store bindings", err)
		}
		puts = append(puts, args...)
	}
	list, err := b.s.plan(ctx, nil, dropBindings, drops)
	if err == nil {
		list, err = b.s.plan(ctx, list, putBindings, puts)
	}
	if err == nil {
		err = b.s.commitLive(ctx, list)
	}
	return b.s.fail("store bindings", err)
}

// Load reads every binding, also those that have expired meanwhile, in the order of their keys. It ends with an error
// if the database fails.
func (b *Bindings) Load(ctx context.Context) iter.Seq2[pbx.Binding, error] {
	return func(yield func(pbx.Binding, error) bool) {
		rows, err := b.s.read.QueryContext(ctx, "SELECT "+bindingColumns+" FROM binding ORDER BY line_id, instance, reg_id")
		if err != nil {
			yield(pbx.Binding{}, b.s.fail("load bindings", err))
			return
		}
		defer func() { _ = rows.Close() }() // Err below says what went wrong
		for rows.Next() {
			var v pbx.Binding
			if err := rows.Scan(bindingFields(&v)...); err != nil {
				yield(v, b.s.fail("load bindings", err))
				return
			}
			if !yield(v, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(pbx.Binding{}, b.s.fail("load bindings", err))
		}
	}
}

// lastOfEachKey sorts by key, so that two nodes never wait for each other crosswise, and keeps the last change of each.
func lastOfEachKey(changes []registrar.BindingChange) []registrar.BindingChange {
	byKey := func(a, b registrar.BindingChange) int {
		return cmp.Or(cmp.Compare(a.Key.Line, b.Key.Line), cmp.Compare(a.Key.Instance, b.Key.Instance),
			cmp.Compare(a.Key.RegID, b.Key.RegID))
	}
	sorted := slices.Clone(changes)
	slices.SortStableFunc(sorted, byKey)
	kept := sorted[:0]
	for i, change := range sorted {
		if i+1 == len(sorted) || byKey(change, sorted[i+1]) != 0 {
			kept = append(kept, change)
		}
	}
	return kept
}

func bindingArgs(key pbx.BindingKey, v *pbx.Binding) ([]any, error) {
	path := "null" // as of most bindings
	if v.Path != nil {
		var err error
		if path, err = jsonText(v.Path); err != nil {
			return nil, err
		}
	}
	return []any{
		int64(key.Line), key.Instance, key.RegID, int64(v.Organization), int64(v.User), int64(v.Device),
		v.SIPUsername, v.Contact, path, v.CallID, int64(v.CSeq), v.Q, v.UserAgent, v.Transport, addrText(v.Local),
		addrText(v.Remote), v.Flow[:], v.Node, millis(v.RegisteredAt), millis(v.UpdatedAt), millis(v.ExpiresAt),
	}, nil
}

func bindingFields(v *pbx.Binding) []any {
	return []any{
		&v.Key.Line, &v.Key.Instance, &v.Key.RegID, &v.Organization, &v.User, &v.Device, &v.SIPUsername, &v.Contact,
		fromJSON{&v.Path},
		&v.CallID, &v.CSeq, &v.Q, &v.UserAgent, &v.Transport,
		addrPort{&v.Local},
		addrPort{&v.Remote},
		fixedBytes{v.Flow[:]},
		&v.Node,
		moment{&v.RegisteredAt},
		moment{&v.UpdatedAt},
		moment{&v.ExpiresAt},
	}
}
