package memstore

import (
	"cmp"
	"slices"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// change reads a change set with some of its items and who undid it.
func (t *tx) change(id pbx.ChangeSetID, keep func(pbx.ChangeItem) bool) pbx.ChangeSet {
	cs := t.db.changes[id-1]
	items := make([]pbx.ChangeItem, 0, len(cs.Items))
	for _, it := range cs.Items {
		if keep(it) {
			items = append(items, it)
		}
	}
	cs.Items = items
	for _, other := range t.db.changes[id:] {
		if other.Undoes == id {
			cs.UndoneBy = other.ID
		}
	}
	return cs
}

func all(pbx.ChangeItem) bool { return true }

func (t *tx) ChangeSet(id pbx.ChangeSetID) (pbx.ChangeSet, error) {
	if id < 1 || int(id) > len(t.db.changes) {
		return pbx.ChangeSet{}, missing("change_set")
	}
	return t.change(id, all), nil
}

func (t *tx) ChangeSetAlone(id pbx.ChangeSetID) (pbx.ChangeSet, error) {
	cs, err := t.ChangeSet(id)
	cs.Items = nil
	return cs, err
}

func (t *tx) ChangeItems(id pbx.ChangeSetID, from, limit int) ([]pbx.ChangeItem, error) {
	cs, err := t.ChangeSet(id)
	from = min(from, len(cs.Items))
	return cs.Items[from:min(from+limit, len(cs.Items))], err
}

func (t *tx) ChangeSetsAfter(id pbx.ChangeSetID, limit int) ([]pbx.ChangeSet, error) {
	var out []pbx.ChangeSet
	for n := id + 1; int(n) <= len(t.db.changes) && len(out) < limit; n++ {
		out = append(out, t.change(n, all))
	}
	return out, nil
}

func (t *tx) LastChangeSet() (pbx.ChangeSetID, error) { return pbx.ChangeSetID(len(t.db.changes)), nil }

func (t *tx) History(org pbx.OrganizationID, ref pbx.Ref, after int64) ([]pbx.ChangeSet, error) {
	var out []pbx.ChangeSet
	for i := range t.db.changes {
		id := pbx.ChangeSetID(i + 1)
		cs := t.change(id, func(it pbx.ChangeItem) bool { return it.Ref == ref && it.Version > after })
		if cs.Organization == org && len(cs.Items) > 0 {
			out = append(out, cs)
		}
	}
	return out, nil
}

func (t *tx) ChangeSetByKey(org pbx.OrganizationID, actor pbx.UserID, key string) (pbx.ChangeSet, error) {
	for _, cs := range t.db.changes {
		if cs.Organization == org && cs.ActorUser == actor && cs.IdempotencyKey == key && key != "" {
			return t.change(cs.ID, all), nil
		}
	}
	return pbx.ChangeSet{}, missing("change_set")
}

func (t *tx) AppendChangeSet(cs pbx.ChangeSet, trash []pbx.Trash) (pbx.ChangeSetID, error) {
	if cs.IdempotencyKey != "" {
		if _, err := t.ChangeSetByKey(cs.Organization, cs.ActorUser, cs.IdempotencyKey); err == nil {
			return 0, conflict("The idempotency key was used before.")
		}
	}
	n := len(t.db.changes)
	t.undo = append(t.undo, func() { t.db.changes = t.db.changes[:n] })
	cs.ID = pbx.ChangeSetID(n + 1)
	cs.Items = slices.Clone(cs.Items)
	t.db.changes = append(t.db.changes, cs)
	if len(trash) == 0 {
		return cs.ID, nil
	}
	rows := slices.Clone(trash)
	for i := range rows {
		rows[i].ChangeSet = cs.ID
	}
	put(t, t.db.trash, cs.ID, rows)
	return cs.ID, nil
}

func (t *tx) BlankHistory(org pbx.OrganizationID, ref pbx.Ref) error {
	for i, cs := range t.db.changes {
		if cs.Organization != org || !slices.ContainsFunc(cs.Items, func(it pbx.ChangeItem) bool { return it.Ref == ref }) {
			continue
		}
		old := cs.Items
		t.undo = append(t.undo, func() { t.db.changes[i].Items = old })
		items := slices.Clone(old)
		for j := range items {
			if items[j].Ref == ref {
				items[j].Name, items[j].Before, items[j].After = "", nil, nil
				if ref.ID == 0 {
					items[j].Ref.Key = ""
				}
			}
		}
		t.db.changes[i].Items = items
	}
	return nil
}

func (t *tx) ScrubHistory(
	org pbx.OrganizationID, user pbx.UserID, _ []string, clean func(string) string,
) error {
	for i, cs := range t.db.changes {
		if cs.Organization != org {
			continue
		}
		t.undo = append(t.undo, func() { t.db.changes[i] = cs })
		next := cs
		next.Summary, next.ActorName = clean(cs.Summary), clean(cs.ActorName)
		if cs.ActorUser == user {
			next.ActorName = admin.Erased
		}
		next.Items = slices.Clone(cs.Items)
		for j, it := range next.Items {
			next.Items[j].Name = clean(it.Name)
			next.Items[j].Before = []byte(clean(string(it.Before)))
			next.Items[j].After = []byte(clean(string(it.After)))
			if len(it.Before) == 0 {
				next.Items[j].Before = nil
			}
			if len(it.After) == 0 {
				next.Items[j].After = nil
			}
		}
		t.db.changes[i] = next
	}
	return nil
}

func (t *tx) Trash(id pbx.ChangeSetID) ([]pbx.Trash, error) {
	return slices.Clone(t.db.trash[id]), nil
}

func (t *tx) TrashOf(org pbx.OrganizationID, ref pbx.Ref) (pbx.Trash, error) {
	var found pbx.Trash
	for _, rows := range t.db.trash {
		for _, r := range rows {
			if r.Organization == org && r.Ref == ref && r.ChangeSet > found.ChangeSet {
				found = r
			}
		}
	}
	if found.ChangeSet == 0 {
		return found, missing("trash")
	}
	return found, nil
}

func (t *tx) TrashDue(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.ChangeSetID, error) {
	var out []pbx.ChangeSetID
	for id, rows := range t.db.trash {
		if len(rows) > 0 && rows[0].Organization == org && !rows[0].PurgeAt.After(at) {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out[:min(limit, len(out))], nil
}

func (t *tx) RemoveTrash(id pbx.ChangeSetID) error {
	if _, ok := t.db.trash[id]; !ok {
		return nil
	}
	return drop(t, t.db.trash, id, "trash")
}

func (t *tx) ListDeletions(org pbx.OrganizationID, q admin.Query) (admin.Page[pbx.Deletion], error) {
	var out []pbx.Deletion
	for id, rows := range t.db.trash {
		secretsOnly := !slices.ContainsFunc(rows, func(r pbx.Trash) bool { return r.Ref.Kind != pbx.KindUserSecret })
		if secretsOnly || rows[0].Organization != org {
			continue
		}
		cs := t.db.changes[id-1]
		d := pbx.Deletion{
			ChangeSet: id, Subject: cs.Subject, With: map[pbx.Kind]int{}, DeletedAt: rows[0].DeletedAt,
			DeletedBy: cs.ActorName, PurgeAt: rows[0].PurgeAt,
		}
		for _, r := range rows {
			if r.Ref == cs.Subject {
				d.Name = r.Name
			} else {
				d.With[r.Ref.Kind]++
			}
		}
		if d.Name == "" { // the change set was about something else: name the first thing
			d.Subject, d.Name = rows[0].Ref, rows[0].Name
			if d.With[rows[0].Ref.Kind]--; d.With[rows[0].Ref.Kind] == 0 {
				delete(d.With, rows[0].Ref.Kind)
			}
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b pbx.Deletion) int { return cmp.Compare(b.ChangeSet, a.ChangeSet) })
	return page(out, q, func(d pbx.Deletion) string { return descending(int64(d.ChangeSet)) }), nil
}

func (t *tx) ListChangeSets(org pbx.OrganizationID, q admin.ChangeQuery) (admin.Page[pbx.ChangeSet], error) {
	var out []pbx.ChangeSet
	for i := range slices.Backward(t.db.changes) {
		cs := t.change(pbx.ChangeSetID(i+1), all)
		switch {
		case cs.Organization != org, q.Actor != 0 && cs.ActorUser != q.Actor:
			continue
		case !q.Ref.IsZero() &&
			!slices.ContainsFunc(cs.Items, func(it pbx.ChangeItem) bool { return admin.About(q.Ref, it.Ref) }):
			continue
		case q.Kind != "" && !slices.ContainsFunc(cs.Items, func(it pbx.ChangeItem) bool { return it.Ref.Kind == q.Kind }):
			continue
		case q.Intent != "" && cs.Intent != q.Intent, q.Channel != "" && cs.Channel() != q.Channel,
			!q.From.IsZero() && cs.At.Before(q.From), !q.To.IsZero() && !cs.At.Before(q.To):
			continue
		case q.Search != "" && !changeMatches(cs, q.Search):
			continue
		}
		cs.Items = cs.Items[:min(len(cs.Items), admin.ItemsShown)]
		out = append(out, cs)
	}
	return page(out, q.Query, func(cs pbx.ChangeSet) string { return descending(int64(cs.ID)) }), nil
}
