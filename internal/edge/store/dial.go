package store

import (
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const (
	dialColumns = "organization_id, value, kind, owner_kind, owner_id, owner_key, feature, was, until, hold_id, " +
		"held_for, pool_id"
	dialKey = "organization_id, value"
)

var putDialString = upsert("dial_string", dialKey, dialColumns+", value_length, sort_value")

// DialString reads one value of the numbering plan.
func (t *tx) DialString(org pbx.OrganizationID, value string) (pbx.DialString, error) {
	return find(t, dialRef(value), dialFields,
		"SELECT "+dialColumns+" FROM dial_string WHERE organization_id = $1 AND value = $2", int64(org), value)
}

// DialStringsOf reads what leads to the owner, by value.
func (t *tx) DialStringsOf(org pbx.OrganizationID, owner pbx.Ref) ([]pbx.DialString, error) {
	return collect(t, dialFields, "SELECT "+dialColumns+" FROM dial_string WHERE organization_id = $1 AND owner_kind = $2 "+
		"AND owner_id = $3 AND owner_key = $4 ORDER BY value", int64(org), string(owner.Kind), owner.ID, owner.Key)
}

// DialStringsOfAll reads what leads to many owners of one kind, by owner and value.
func (t *tx) DialStringsOfAll(org pbx.OrganizationID, kind pbx.Kind, ids []int64) ([]pbx.DialString, error) {
	return ofMany(t, ids, 3, dialFields, "SELECT "+dialColumns+" FROM dial_string WHERE organization_id = ? "+
		"AND owner_kind = ? AND owner_id IN @ ORDER BY owner_id, value", int64(org), string(kind))
}

// DialStringsBetween reads at most limit values of a range, all as long as its ends.
func (t *tx) DialStringsBetween(org pbx.OrganizationID, first, last string, limit int) ([]pbx.DialString, error) {
	return collect(t, dialFields, "SELECT "+dialColumns+" FROM dial_string WHERE organization_id = $1 "+
		"AND value_length = $2 AND value >= $3 AND value <= $4 ORDER BY value LIMIT $5",
		int64(org), len(first), first, last, limit)
}

// CountNumbersBetween counts the values of a range that are all digits and as long as its ends. Only blocks that the range
// covers in part are counted number by number, and holds, of which there are few.
func (t *tx) CountNumbersBetween(org pbx.OrganizationID, first, last string) (int, error) {
	lower, upper := admin.BlockOf(first), admin.BlockOf(last)
	if lower == upper { // or both empty: the numbers are too short for blocks
		return t.countNumbers(org, first, last, "")
	}
	const nines, noughts, noHold = "999", "000", " AND kind <> 'hold'"
	begin, err := t.countNumbers(org, first, lower+nines, noHold)
	if err != nil {
		return 0, err
	}
	end, err := t.countNumbers(org, upper+noughts, last, noHold)
	if err != nil {
		return 0, err
	}
	full, err := t.number("SELECT CAST(coalesce(sum(taken), 0) AS BIGINT) FROM dial_block WHERE organization_id = $1 "+
		"AND value_length = $2 AND block > $3 AND block < $4", int64(org), len(first), lower, upper)
	if err != nil {
		return 0, err
	}
	// What is done to length and value keeps SQLite from the indexes over them, which would go through the whole range.
	holds, err := t.number("SELECT count(*) FROM dial_string WHERE organization_id = $1 AND kind = 'hold' "+
		"AND value_length + 0 = $2 AND value || '' >= $3 AND value || '' <= $4"+allDigits, int64(org), len(first), first, last)
	return begin + end + int(full+holds), err
}

const allDigits = " AND trim(value, '0123456789') = ''"

func (t *tx) countNumbers(org pbx.OrganizationID, first, last, more string) (int, error) {
	n, err := t.number("SELECT count(*) FROM dial_string WHERE organization_id = $1 AND value_length = $2 AND value >= $3 "+
		"AND value <= $4"+allDigits+more, int64(org), len(first), first, last)
	return int(n), err
}

// DialBlocks reads how many numbers are taken in each block of a range. Triggers keep the counts.
func (t *tx) DialBlocks(org pbx.OrganizationID, first, last string) (map[string]int, error) {
	type count struct {
		block string
		taken int
	}
	rows, err := collect(t, func(c *count) []any { return []any{&c.block, &c.taken} },
		"SELECT block, taken FROM dial_block WHERE organization_id = $1 AND value_length = $2 AND block >= $3 AND block <= $4",
		int64(org), len(first), admin.BlockOf(first), admin.BlockOf(last))
	blocks := make(map[string]int, len(rows))
	for _, r := range rows {
		blocks[r.block] = r.taken
	}
	return blocks, err
}

// ListDialStrings lists the numbering plan.
func (t *tx) ListDialStrings(org pbx.OrganizationID, q admin.DialQuery) (admin.Page[pbx.DialString], error) {
	l := listing[pbx.DialString]{
		columns: dialColumns, from: "dial_string", sort: "sort_value", tie: "value", fields: dialFields,
	}
	l.where.add("organization_id = ?", int64(org))
	if len(q.Kinds) > 0 {
		var kinds conditions
		for _, kind := range q.Kinds {
			kinds.add("kind = ?", string(kind))
		}
		l.where.add("("+kinds.or()+")", kinds.args...)
	}
	if q.Home != 0 {
		l.where.add("(owner_kind = 'user' AND owner_id IN (SELECT user_id FROM membership WHERE group_id = ? AND home) "+
			"OR kind = 'hold' AND held_for = ?)", int64(q.Home), int64(q.HeldFor))
	}
	if q.Search != "" {
		l.where.add("value >= ? AND value <= ?", q.Search, initialsTo(q.Search))
	}
	return page(t, q.Query, l)
}

// Hold finds the dial string that a hold keeps.
func (t *tx) Hold(org pbx.OrganizationID, id pbx.HoldID) (pbx.DialString, error) {
	return find(t, pbx.Ref{Kind: admin.HoldIDs, ID: int64(id)}, dialFields, "SELECT "+dialColumns+
		" FROM dial_string WHERE organization_id = $1 AND kind = 'hold' AND hold_id = $2", int64(org), int64(id))
}

// HoldsLapsed reads the holds whose time was over at the moment.
func (t *tx) HoldsLapsed(org pbx.OrganizationID, at time.Time) ([]pbx.DialString, error) {
	return collect(t, dialFields, "SELECT "+dialColumns+" FROM dial_string WHERE organization_id = $1 "+
		"AND kind = 'hold' AND until <= $2 ORDER BY value", int64(org), millis(at))
}

// DialStringsEnding reads the aliases and former usernames whose time is over at the moment.
func (t *tx) DialStringsEnding(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.DialString, error) {
	return collect(t, dialFields, "SELECT "+dialColumns+" FROM dial_string WHERE organization_id = $1 "+
		"AND until <> 0 AND until <= $2 AND kind IN ('alias', 'former_username') ORDER BY value LIMIT $3",
		int64(org), millis(at), limit)
}

// EachDialString goes through the numbering plans of all organizations.
func (t *tx) EachDialString(fn func(pbx.DialString) error) error {
	return each(t, dialFields, fn, "SELECT "+dialColumns+" FROM dial_string ORDER BY "+dialKey)
}

// PutDialString stores a value in place of whatever stands there.
func (t *tx) PutDialString(d pbx.DialString) error {
	err := t.put(putDialString, [2]any{d.Organization, d.Value}, int64(d.Organization), d.Value, string(d.Kind),
		string(d.Owner.Kind), d.Owner.ID, d.Owner.Key, string(d.Feature), string(d.Was), millis(d.Until), int64(d.Hold),
		int64(d.HeldFor), int64(d.Pool), len(d.Value), sortKey(d.Value))
	t.waiting.dials = append(t.waiting.dials, d)
	t.unindexOwner(d)
	return err
}

// unindexReplaced notes whose aliases are about to be replaced.
func (t *tx) unindexReplaced(dials []pbx.DialString) error {
	values := make(map[pbx.OrganizationID][]any)
	for _, d := range dials {
		values[d.Organization] = append(values[d.Organization], d.Value)
	}
	for org, values := range values {
		before, err := collect(t, dialFields, numbered("SELECT "+dialColumns+" FROM dial_string "+
			"WHERE organization_id = ? AND value IN "+places(len(values))+" AND kind = 'alias'"),
			append([]any{int64(org)}, values...)...)
		if err != nil {
			return err
		}
		for _, d := range before {
			t.unindexOwner(d)
		}
	}
	return nil
}

// DeleteDialString frees a value.
func (t *tx) DeleteDialString(org pbx.OrganizationID, value string) error {
	before, err := t.DialString(org, value)
	if err != nil {
		return err
	}
	t.unindexOwner(before)
	return t.remove(dialRef(value), "DELETE FROM dial_string WHERE organization_id = $1 AND value = $2",
		int64(org), value)
}

// unindexOwner notes that the user whom a value leads to is found by other texts now.
func (t *tx) unindexOwner(d pbx.DialString) {
	if d.Owner.Kind == pbx.KindUser && d.Kind == pbx.DialAlias {
		t.unindex(pbx.UserID(d.Owner.ID), d.Organization)
	}
}

func dialRef(value string) pbx.Ref { return pbx.Ref{Kind: pbx.KindDialString, Key: value} }

func dialFields(d *pbx.DialString) []any {
	return []any{
		&d.Organization, &d.Value, &d.Kind, &d.Owner.Kind, &d.Owner.ID, &d.Owner.Key, &d.Feature, &d.Was,
		moment{&d.Until},
		&d.Hold, &d.HeldFor, &d.Pool,
	}
}
