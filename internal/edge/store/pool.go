package store

import "ringfence/internal/pbx"

const poolColumns = "id, organization_id, name, first, last, enabled, group_id, location_id, version, created_at, updated_at"

var putPool = upsert("extension_pool", "id", poolColumns)

// Pool reads one extension pool.
func (t *tx) Pool(id pbx.PoolID) (pbx.ExtensionPool, error) {
	return find(t, pbx.Ref{Kind: pbx.KindPool, ID: int64(id)}, poolFields,
		"SELECT "+poolColumns+" FROM extension_pool WHERE id = $1", int64(id))
}

// Pools reads all extension pools of an organization, by id.
func (t *tx) Pools(org pbx.OrganizationID) ([]pbx.ExtensionPool, error) {
	return collect(t, poolFields,
		"SELECT "+poolColumns+" FROM extension_pool WHERE organization_id = $1 ORDER BY id", int64(org))
}

// PutPool stores an extension pool.
func (t *tx) PutPool(p pbx.ExtensionPool) error {
	return t.put(putPool, p.ID, int64(p.ID), int64(p.Organization), p.Name, p.First, p.Last, p.Enabled, nullID(p.Group), nullID(p.Location),
		p.Version, millis(p.CreatedAt), millis(p.UpdatedAt))
}

// DeletePool deletes an extension pool.
func (t *tx) DeletePool(id pbx.PoolID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindPool, ID: int64(id)}, "DELETE FROM extension_pool WHERE id = $1", int64(id))
}

func poolFields(p *pbx.ExtensionPool) []any {
	return []any{
		&p.ID, &p.Organization, &p.Name, &p.First, &p.Last, &p.Enabled,
		orZero[pbx.GroupID]{&p.Group},
		orZero[pbx.LocationID]{&p.Location},
		&p.Version,
		moment{&p.CreatedAt},
		moment{&p.UpdatedAt},
	}
}
