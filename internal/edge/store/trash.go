package store

import (
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const trashColumns = "change_set_id, organization_id, kind, thing_id, thing_key, name, row_data, deleted_at, purge_at"

var addTrash = batch{
	before: "INSERT INTO trash (" + trashColumns + ", ordinal) VALUES ", row: placesFor(trashColumns + ", ordinal"),
}

// Trash reads what a change set deleted, in the order in which it was stored.
func (t *tx) Trash(id pbx.ChangeSetID) ([]pbx.Trash, error) {
	return collect(t, trashFields,
		"SELECT "+trashColumns+" FROM trash WHERE change_set_id = $1 ORDER BY ordinal", int64(id))
}

// TrashOf finds a thing in the trash, the newest if it was deleted more than once.
func (t *tx) TrashOf(org pbx.OrganizationID, ref pbx.Ref) (pbx.Trash, error) {
	return find(t, ref, trashFields, "SELECT "+trashColumns+" FROM trash WHERE organization_id = $1 AND kind = $2 "+
		"AND thing_id = $3 AND thing_key = $4 ORDER BY change_set_id DESC LIMIT 1",
		int64(org), string(ref.Kind), ref.ID, ref.Key)
}

// ListDeletions lists the change sets that put things into the trash, the newest first.
func (t *tx) ListDeletions(org pbx.OrganizationID, q admin.Query) (admin.Page[pbx.Deletion], error) {
	l := listing[pbx.Deletion]{
		columns: "c.id, c.subject_kind, c.subject_id, c.subject_key, c.at, c.actor_name",
		from:    "change_set c", sort: "c.id", tie: "c.id",
		fields: func(d *pbx.Deletion) []any {
			return []any{
				&d.ChangeSet, &d.Subject.Kind, &d.Subject.ID, &d.Subject.Key, moment{&d.DeletedAt}, &d.DeletedBy,
			}
		},
	}
	l.where.add("c.organization_id = ?", int64(org))
	// A password alone waits there for an undo only.
	l.where.add("EXISTS (SELECT 1 FROM trash t WHERE t.organization_id = ? AND t.change_set_id = c.id "+
		"AND t.kind <> 'user_secret')", int64(org))
	if q.Search != "" {
		l.where.add("c.search LIKE ?", pattern(q.Search))
	}
	q.Desc = true
	p, err := page(t, q, l)
	if err != nil {
		return p, err
	}
	for i := range p.Items {
		if err := t.describeDeletion(&p.Items[i]); err != nil {
			return p, err
		}
	}
	return p, nil
}

// describeDeletion tells by name what went, what went with it and until when it can come back. When the change set was
// about something that stayed, it names the first thing.
func (t *tx) describeDeletion(d *pbx.Deletion) error {
	err := t.row(d.Subject, []any{&d.Name}, "SELECT name FROM trash WHERE change_set_id = $1 AND kind = $2 "+
		"AND thing_id = $3 AND thing_key = $4", int64(d.ChangeSet), string(d.Subject.Kind), d.Subject.ID, d.Subject.Key)
	if pbx.KindOf(err) == pbx.NotFound {
		err = t.row(d.Subject, []any{&d.Subject.Kind, &d.Subject.ID, &d.Subject.Key, &d.Name},
			"SELECT kind, thing_id, thing_key, name FROM trash WHERE change_set_id = $1 ORDER BY ordinal LIMIT 1",
			int64(d.ChangeSet))
	}
	if err != nil {
		return err
	}
	type pile struct {
		kind  pbx.Kind
		count int
		purge time.Time
	}
	piles, err := collect(t, func(p *pile) []any { return []any{&p.kind, &p.count, moment{&p.purge}} },
		"SELECT kind, count(*), min(purge_at) FROM trash WHERE change_set_id = $1 GROUP BY kind", int64(d.ChangeSet))
	d.With = make(map[pbx.Kind]int)
	for _, p := range piles {
		if p.kind == d.Subject.Kind {
			p.count-- // itself
		}
		if p.count > 0 {
			d.With[p.kind] = p.count
		}
		d.PurgeAt = p.purge
	}
	return err
}

// TrashDue finds deletions whose time to come back is over, the oldest first.
func (t *tx) TrashDue(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.ChangeSetID, error) {
	return collect(t, func(id *pbx.ChangeSetID) []any { return []any{id} }, "SELECT DISTINCT change_set_id FROM trash "+
		"WHERE organization_id = $1 AND purge_at <= $2 ORDER BY change_set_id LIMIT $3", int64(org), millis(at), limit)
}

// RemoveTrash empties what a change set put into the trash.
func (t *tx) RemoveTrash(id pbx.ChangeSetID) error {
	_, err := t.exec("DELETE FROM trash WHERE change_set_id = $1", int64(id))
	return err
}

func (t *tx) fillTrash(id pbx.ChangeSetID, trash []pbx.Trash) error {
	args := make([]any, 0, 10*len(trash))
	for i, v := range trash {
		args = append(args, int64(id), int64(v.Organization), string(v.Ref.Kind), v.Ref.ID, v.Ref.Key, v.Name, blob(v.Row),
			millis(v.DeletedAt), millis(v.PurgeAt), i)
	}
	return t.many(addTrash, args)
}

func trashFields(v *pbx.Trash) []any {
	return []any{
		&v.ChangeSet, &v.Organization, &v.Ref.Kind, &v.Ref.ID, &v.Ref.Key, &v.Name, &v.Row,
		moment{&v.DeletedAt},
		moment{&v.PurgeAt},
	}
}
