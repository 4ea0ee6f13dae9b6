package store

import (
	"encoding/json"
	"slices"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const (
	changeSetColumns = "id, organization_id, at, actor_kind, actor_user_id, actor_name, intent, summary, source, " +
		"idempotency_key, fingerprint, subject_kind, subject_id, subject_key, undoes, items"
	changeSetRead = "c.id, c.organization_id, c.at, c.actor_kind, c.actor_user_id, c.actor_name, c.intent, c.summary, " +
		"c.source, c.idempotency_key, c.fingerprint, c.subject_kind, c.subject_id, c.subject_key, c.undoes, c.items, " +
		// With + 0 PostgreSQL asks the index of undoes; else it may read all numbers from the last until one fits.
		"coalesce((SELECT max(later.id + 0) FROM change_set later WHERE later.undoes = c.id AND later.undoes <> 0), 0)"
	changeItemColumns = "change_set_id, ordinal, organization_id, kind, thing_id, thing_key, name, action, version, " +
		"before, after"
	changeItemRead = "change_set_id, kind, thing_id, thing_key, name, action, version, before, after"
)

var (
	addChangeSet = "INSERT INTO change_set (" + changeSetColumns + ", channel, search) VALUES " +
		numbered(placesFor(changeSetColumns+", channel, search"))
	addChangeItems = batch{
		before: "INSERT INTO change_item (" + changeItemColumns + ") VALUES ", row: placesFor(changeItemColumns),
	}
	addChangeKinds = batch{before: "INSERT INTO change_kind (organization_id, kind, change_set_id) VALUES ", row: "(?,?,?)"}
)

// ChangeSet reads one change set with all its items.
func (t *tx) ChangeSet(id pbx.ChangeSetID) (pbx.ChangeSet, error) {
	cs, err := find(t, changeSetRef(id), changeSetFields,
		"SELECT "+changeSetRead+" FROM change_set c WHERE c.id = $1", int64(id))
	if err != nil {
		return cs, err
	}
	sets := []pbx.ChangeSet{cs}
	err = t.items(sets, -1)
	return sets[0], err
}

// ChangeSetAlone reads one change set without its items.
func (t *tx) ChangeSetAlone(id pbx.ChangeSetID) (pbx.ChangeSet, error) {
	return find(t, changeSetRef(id), changeSetFields,
		"SELECT "+changeSetRead+" FROM change_set c WHERE c.id = $1", int64(id))
}

// ChangeItems reads some items of a change set.
func (t *tx) ChangeItems(id pbx.ChangeSetID, from, limit int) ([]pbx.ChangeItem, error) {
	rows, err := collect(t, changeItemFields, "SELECT "+changeItemRead+" FROM change_item WHERE change_set_id = $1 "+
		"AND ordinal >= $2 ORDER BY ordinal LIMIT $3", int64(id), from, limit)
	items := make([]pbx.ChangeItem, 0, len(rows))
	for _, r := range rows {
		items = append(items, r.item)
	}
	return items, err
}

// ChangeSetsAfter reads at most limit change sets of all organizations after a number, in order, with their items.
func (t *tx) ChangeSetsAfter(id pbx.ChangeSetID, limit int) ([]pbx.ChangeSet, error) {
	sets, err := collect(t, changeSetFields,
		"SELECT "+changeSetRead+" FROM change_set c WHERE c.id > $1 ORDER BY c.id LIMIT $2", int64(id), limit)
	if err != nil {
		return nil, err
	}
	return sets, t.items(sets, -1)
}

// LastChangeSet is the number of the newest change set, 0 when there is none.
func (t *tx) LastChangeSet() (pbx.ChangeSetID, error) {
	n, err := t.number("SELECT last FROM change_counter")
	return pbx.ChangeSetID(n), err
}

// History reads, in order, the change sets that touched a thing after a version, each with that one item.
func (t *tx) History(org pbx.OrganizationID, ref pbx.Ref, afterVersion int64) ([]pbx.ChangeSet, error) {
	const which = "i.organization_id = $1 AND i.kind = $2 AND i.thing_id = $3 AND i.thing_key = $4 AND i.version > $5"
	args := []any{int64(org), string(ref.Kind), ref.ID, ref.Key, afterVersion}
	sets, err := collect(t, changeSetFields, "SELECT "+changeSetRead+" FROM change_set c WHERE c.id IN "+
		"(SELECT i.change_set_id FROM change_item i WHERE "+which+") ORDER BY c.id", args...)
	if err != nil {
		return nil, err
	}
	items, err := collect(t, changeItemFields, "SELECT "+changeItemRead+" FROM change_item i WHERE "+which+
		" ORDER BY i.change_set_id, i.ordinal", args...)
	if err != nil {
		return nil, err
	}
	attach(sets, items)
	return sets, nil
}

// ChangeSetByKey finds the change set that an idempotency key was stored with.
func (t *tx) ChangeSetByKey(org pbx.OrganizationID, actor pbx.UserID, key string) (pbx.ChangeSet, error) {
	var id pbx.ChangeSetID
	err := t.row(pbx.Ref{Kind: "change_set", Key: key}, []any{&id}, "SELECT id FROM change_set WHERE organization_id = $1 "+
		"AND actor_user_id = $2 AND idempotency_key = $3 AND idempotency_key <> ''", int64(org), int64(actor), key)
	if err != nil {
		return pbx.ChangeSet{}, err
	}
	return t.ChangeSet(id)
}

// AppendChangeSet takes the next number and stores the change set, its items and what goes into the trash under it.
func (t *tx) AppendChangeSet(cs pbx.ChangeSet, trash []pbx.Trash) (pbx.ChangeSetID, error) {
	// What costs time comes first: from here to the commit, every other change set waits.
	if err := t.index(); err != nil {
		return 0, err
	}
	n, err := t.number("UPDATE change_counter SET last = last + 1 RETURNING last")
	if err != nil {
		return 0, err
	}
	cs.ID = pbx.ChangeSetID(n)
	_, err = t.exec(addChangeSet, n, int64(cs.Organization), millis(cs.At), string(cs.ActorKind), int64(cs.ActorUser),
		cs.ActorName, cs.Intent, cs.Summary, cs.Source, cs.IdempotencyKey, cs.Fingerprint, string(cs.Subject.Kind),
		cs.Subject.ID, cs.Subject.Key, int64(cs.Undoes), len(cs.Items), cs.Channel(),
		plainText.Replace(pbx.Fold(admin.ChangeSearchText(cs))))
	if err != nil {
		return 0, err
	}
	if err := t.addChangeKinds(cs); err != nil {
		return 0, err
	}
	args := make([]any, 0, 11*len(cs.Items))
	for i, item := range cs.Items {
		args = append(args, n, i, int64(cs.Organization), string(item.Ref.Kind), item.Ref.ID, item.Ref.Key, item.Name,
			string(item.Action), item.Version, string(item.Before), string(item.After))
	}
	if err := t.many(addChangeItems, args); err != nil {
		return 0, err
	}
	return cs.ID, t.fillTrash(cs.ID, trash)
}

// addChangeKinds notes which kinds a change set touched.
func (t *tx) addChangeKinds(cs pbx.ChangeSet) error {
	var args []any
	seen := map[pbx.Kind]bool{}
	for _, item := range cs.Items {
		if !seen[item.Ref.Kind] {
			seen[item.Ref.Kind] = true
			args = append(args, int64(cs.Organization), string(item.Ref.Kind), int64(cs.ID))
		}
	}
	return t.many(addChangeKinds, args)
}

// BlankHistory empties what change sets tell about a thing.
func (t *tx) BlankHistory(org pbx.OrganizationID, ref pbx.Ref) error {
	_, err := t.exec("UPDATE change_item SET name = '', before = '', after = '', "+
		"thing_key = CASE WHEN thing_id = 0 THEN '' ELSE thing_key END WHERE organization_id = $1 AND kind = $2 "+
		"AND thing_id = $3 AND thing_key = $4", int64(org), string(ref.Kind), ref.ID, ref.Key)
	if err != nil {
		return err
	}
	_, err = t.exec("UPDATE change_set SET search = intent WHERE organization_id = $1 AND subject_kind = $2 "+
		"AND subject_id = $3 AND subject_key = $4 AND id IN (SELECT change_set_id FROM change_item "+
		"WHERE organization_id = $1 AND kind = $2 AND thing_id = $3)", int64(org), string(ref.Kind), ref.ID, ref.Key)
	return err
}

// items reads the items of change sets: the first most of each, all if most is negative.
func (t *tx) items(sets []pbx.ChangeSet, most int) error {
	ids := make([]pbx.ChangeSetID, len(sets))
	for i, cs := range sets {
		ids[i] = cs.ID
	}
	for part := range slices.Chunk(ids, listMost) {
		list, args := in(part)
		text := "SELECT " + changeItemRead + " FROM change_item WHERE change_set_id IN " + list
		if most >= 0 {
			text, args = text+" AND ordinal < ?", append(args, most)
		}
		items, err := collect(t, changeItemFields, numbered(text+" ORDER BY change_set_id, ordinal"), args...)
		if err != nil {
			return err
		}
		attach(sets, items)
	}
	return nil
}

// changeItem is an item with the change set that it belongs to.
type changeItem struct {
	set  pbx.ChangeSetID
	item pbx.ChangeItem
}

func attach(sets []pbx.ChangeSet, items []changeItem) {
	at := make(map[pbx.ChangeSetID]int, len(sets))
	for i, cs := range sets {
		at[cs.ID] = i
	}
	for _, v := range items {
		cs := &sets[at[v.set]]
		cs.Items = append(cs.Items, v.item)
	}
}

func changeSetRef(id pbx.ChangeSetID) pbx.Ref { return pbx.Ref{Kind: "change_set", ID: int64(id)} }

func changeSetFields(c *pbx.ChangeSet) []any {
	return []any{
		&c.ID, &c.Organization,
		moment{&c.At},
		&c.ActorKind, &c.ActorUser, &c.ActorName, &c.Intent, &c.Summary, &c.Source,
		&c.IdempotencyKey, &c.Fingerprint, &c.Subject.Kind, &c.Subject.ID, &c.Subject.Key, &c.Undoes, &c.Count,
		&c.UndoneBy,
	}
}

func changeItemFields(v *changeItem) []any {
	return []any{
		&v.set, &v.item.Ref.Kind, &v.item.Ref.ID, &v.item.Ref.Key, &v.item.Name, &v.item.Action, &v.item.Version,
		rawJSON{&v.item.Before},
		rawJSON{&v.item.After},
	}
}

// rawJSON reads a stored JSON text as it is, nil for an empty one.
type rawJSON struct{ to *json.RawMessage }

// Scan implements sql.Scanner.
func (r rawJSON) Scan(v any) error {
	*r.to = nil
	if s, ok := v.(string); ok && s != "" {
		*r.to = json.RawMessage(s)
	}
	return nil
}
