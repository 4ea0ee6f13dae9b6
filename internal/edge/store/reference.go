package store

import "ringfence/internal/pbx"

const referenceColumns = "organization_id, from_kind, from_id, from_key, field, to_kind, to_id, to_key"

var addReferences = batch{
	before: "INSERT INTO reference (" + referenceColumns + ") VALUES ",
	row:    placesFor(referenceColumns),
	after:  " ON CONFLICT DO NOTHING",
}

// ReferencesTo tells who mentions the thing.
func (t *tx) ReferencesTo(org pbx.OrganizationID, to pbx.Ref) ([]pbx.Reference, error) {
	return collect(t, referenceFields, "SELECT "+referenceColumns+" FROM reference WHERE organization_id = $1 "+
		"AND to_kind = $2 AND to_id = $3 AND to_key = $4 ORDER BY from_kind, from_id, from_key, field",
		int64(org), string(to.Kind), to.ID, to.Key)
}

// ReferencesFrom tells whom the thing mentions.
func (t *tx) ReferencesFrom(org pbx.OrganizationID, from pbx.Ref) ([]pbx.Reference, error) {
	return collect(t, referenceFields, "SELECT "+referenceColumns+" FROM reference WHERE organization_id = $1 "+
		"AND from_kind = $2 AND from_id = $3 AND from_key = $4 ORDER BY field, to_kind, to_id, to_key",
		int64(org), string(from.Kind), from.ID, from.Key)
}

// AddReferences notes who mentions whom; what is noted already stays.
func (t *tx) AddReferences(refs []pbx.Reference) error {
	args := make([]any, 0, 8*len(refs))
	for _, r := range refs {
		args = append(args, referenceArgs(r)...)
	}
	return t.many(addReferences, args)
}

// RemoveReferences forgets who mentions whom.
func (t *tx) RemoveReferences(refs []pbx.Reference) error {
	for _, r := range refs {
		_, err := t.exec("DELETE FROM reference WHERE organization_id = $1 AND from_kind = $2 AND from_id = $3 "+
			"AND from_key = $4 AND field = $5 AND to_kind = $6 AND to_id = $7 AND to_key = $8", referenceArgs(r)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func referenceArgs(r pbx.Reference) []any {
	return []any{
		int64(r.Organization), string(r.From.Kind), r.From.ID, r.From.Key, r.Field, string(r.To.Kind), r.To.ID, r.To.Key,
	}
}

func referenceFields(r *pbx.Reference) []any {
	return []any{
		&r.Organization, &r.From.Kind, &r.From.ID, &r.From.Key, &r.Field, &r.To.Kind, &r.To.ID, &r.To.Key,
	}
}
