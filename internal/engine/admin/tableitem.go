package admin

import (
	"encoding/json"
	"fmt"
	"slices"

	"ringfence/internal/pbx"
)

// hidden reports whether the kind holds secrets that JSON does not show, so that its history can't bring it back.
func (t *table[K, V]) hidden() bool { return t.spec.secrets != nil }

func (t *table[K, V]) lookup(ref pbx.Ref) (K, error) {
	k, ok := t.spec.keyOf(ref)
	if !ok {
		return k, noSuch(t.spec.kind)
	}
	return k, nil
}

// item makes the change set's line about one thing; false when it is as it was.
func (t *table[K, V]) item(w *Work, ref pbx.Ref) (pbx.ChangeItem, bool, error) {
	k, err := t.lookup(ref)
	if err != nil {
		return pbx.ChangeItem{}, false, err
	}
	e := t.rows[k]
	it := pbx.ChangeItem{Ref: ref}
	var before, after map[string]json.RawMessage
	if e.before != nil {
		it.Name = t.spec.name(w, *e.before)
		if before, err = t.content(*e.before); err != nil {
			return it, false, err
		}
	}
	if e.now != nil {
		it.Name = t.spec.name(w, *e.now)
		if after, err = t.content(*e.now); err != nil {
			return it, false, err
		}
	}
	switch {
	case e.before == nil && e.now == nil:
		return it, false, nil
	case e.before == nil:
		it.Action = pbx.Created
	case e.now == nil:
		it.Action = pbx.Deleted
		if t.spec.version != nil {
			it.Version = *t.spec.version(e.before)
		}
	default:
		it.Action = pbx.Updated
		fields := differing(before, after)
		if len(fields) > 0 {
			fields = append(fields, t.spec.always...)
		}
		before, after = pick(before, fields), pick(after, fields)
		if err = withParts(before, e.partsBefore); err != nil {
			return it, false, err
		}
		if err = withParts(after, e.partsAfter); err != nil {
			return it, false, err
		}
		if len(before) == 0 && len(after) == 0 && !t.hidden() {
			return it, false, nil
		}
	}
	if e.now != nil && t.spec.version != nil {
		it.Version = *t.spec.version(e.now)
	}
	if it.Before, err = encode(before); err != nil {
		return it, false, err
	}
	it.After, err = encode(after)
	return it, true, err
}

func encode(m map[string]json.RawMessage) (json.RawMessage, error) {
	if m == nil {
		return nil, nil
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("encode change: %w", err)
	}
	return b, nil
}

func (t *table[K, V]) validate(w *Work) error {
	return t.written(func(_, now *V) error {
		if now == nil || t.spec.check == nil {
			return nil
		}
		return t.spec.check(w, *now)
	})
}

func (t *table[K, V]) references() (removed, added []pbx.Reference) {
	if t.spec.mention == nil {
		return nil, nil
	}
	_ = t.written(func(before, now *V) error { // the function below never fails
		var old, cur []pbx.Reference
		if before != nil {
			old = t.spec.mention(*before)
		}
		if now != nil {
			cur = t.spec.mention(*now)
		}
		for _, r := range old {
			if !slices.Contains(cur, r) {
				removed = append(removed, r)
			}
		}
		for _, r := range cur {
			if !slices.Contains(old, r) {
				added = append(added, r)
			}
		}
		return nil
	})
	return removed, added
}

func (t *table[K, V]) flushPuts(tx Tx) error {
	return t.written(func(_, now *V) error {
		if now == nil {
			return nil
		}
		return t.spec.put(tx, *now)
	})
}

func (t *table[K, V]) flushDrops(tx Tx, org pbx.OrganizationID) error {
	return t.written(func(before, now *V) error {
		if before == nil || now != nil {
			return nil
		}
		return t.spec.drop(tx, org, t.spec.key(*before))
	})
}

// trashRow is how a deleted thing waits: its JSON, and beside it the secrets as they were stored.
type trashRow struct {
	Kind    pbx.Kind        `json:"kind"`
	Thing   json.RawMessage `json:"thing"`
	Secrets [][]byte        `json:"secrets,omitempty"`
}

// stored packs a deleted thing whole, secrets as stored.
func (t *table[K, V]) stored(w *Work, ref pbx.Ref) (pbx.Trash, error) {
	k, err := t.lookup(ref)
	if err != nil {
		return pbx.Trash{}, err
	}
	v := *t.rows[k].before
	thing, err := json.Marshal(v)
	if err != nil {
		return pbx.Trash{}, fmt.Errorf("pack %s: %w", ref, err)
	}
	row := trashRow{Kind: t.spec.kind, Thing: thing}
	if t.spec.secrets != nil {
		for _, s := range t.spec.secrets(&v) {
			row.Secrets = append(row.Secrets, *s)
		}
	}
	b, err := json.Marshal(row)
	if err != nil {
		return pbx.Trash{}, fmt.Errorf("pack %s: %w", ref, err)
	}
	return pbx.Trash{
		Organization: w.org, Ref: ref, Name: t.spec.name(w, v), Row: b,
		DeletedAt: w.now, PurgeAt: w.now.AddDate(0, 0, pbx.TrashDays),
	}, nil
}

// unpack reads what stored packed, with the fields that as gives in place of those packed.
func (t *table[K, V]) unpack(b []byte, as map[string]json.RawMessage) (any, pbx.Ref, error) {
	var row trashRow
	if err := json.Unmarshal(b, &row); err != nil {
		return nil, pbx.Ref{}, fmt.Errorf("unpack %s: %w", t.spec.kind, err)
	}
	var v V
	if err := json.Unmarshal(row.Thing, &v); err != nil {
		return nil, pbx.Ref{}, fmt.Errorf("unpack %s: %w", t.spec.kind, err)
	}
	if t.spec.secrets != nil {
		fields := t.spec.secrets(&v)
		if len(fields) != len(row.Secrets) {
			return nil, pbx.Ref{}, fmt.Errorf("unpack %s: %d secrets", t.spec.kind, len(row.Secrets))
		}
		for i, f := range fields {
			*f = row.Secrets[i]
		}
	}
	if len(as) > 0 && !t.hidden() {
		now, err := t.content(v)
		if err != nil {
			return nil, pbx.Ref{}, err
		}
		for f := range now {
			if _, ok := as[f]; !ok {
				as[f] = nil // it was empty then
			}
		}
		if v, err = t.merged(v, as); err != nil {
			return nil, pbx.Ref{}, err
		}
	}
	return v, t.spec.ref(v), nil
}

func (t *table[K, V]) has(w *Work, ref pbx.Ref) (bool, error) {
	k, ok := t.spec.keyOf(ref)
	if !ok {
		return false, nil // blanked by a purge
	}
	_, err := t.get(w, k)
	return err == nil, ignoreMissing(err)
}

// fields gives a thing's fields as the change set shows them.
func (t *table[K, V]) fields(w *Work, ref pbx.Ref) (map[string]json.RawMessage, error) {
	k, err := t.lookup(ref)
	if err != nil {
		return nil, err
	}
	v, err := t.get(w, k)
	if err != nil {
		return nil, err
	}
	return t.content(v)
}

// merge sets some of a thing's fields.
func (t *table[K, V]) merge(w *Work, ref pbx.Ref, fields map[string]json.RawMessage) error {
	k, err := t.lookup(ref)
	if err != nil {
		return err
	}
	v, err := t.get(w, k)
	if err != nil {
		return err
	}
	merged, err := t.merged(v, fields)
	if err != nil {
		return err
	}
	return t.put(w, merged)
}

// merged is v with some fields set. A field that was absent before, because it was empty, is given as null.
func (t *table[K, V]) merged(v V, fields map[string]json.RawMessage) (V, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return v, fmt.Errorf("encode %s: %w", t.spec.kind, err)
	}
	var m map[string]json.RawMessage
	if err = json.Unmarshal(b, &m); err != nil {
		return v, fmt.Errorf("decode %s: %w", t.spec.kind, err)
	}
	for f, x := range fields {
		if x == nil {
			delete(m, f)
			continue
		}
		m[f] = x
	}
	if b, err = json.Marshal(m); err != nil {
		return v, fmt.Errorf("encode %s: %w", t.spec.kind, err)
	}
	var out V
	if err := json.Unmarshal(b, &out); err != nil {
		return v, fmt.Errorf("decode %s: %w", t.spec.kind, err)
	}
	if t.spec.secrets != nil { // JSON lost them
		from, to := t.spec.secrets(&v), t.spec.secrets(&out)
		for i := range from {
			*to[i] = *from[i]
		}
	}
	return out, nil
}

// insert puts a thing back as its history shows it.
func (t *table[K, V]) insert(w *Work, whole json.RawMessage) error {
	var v V
	if err := json.Unmarshal(whole, &v); err != nil {
		return fmt.Errorf("decode %s: %w", t.spec.kind, err)
	}
	if t.spec.org(v) != w.org {
		return &pbx.Error{Kind: pbx.NotFound, Text: "There is no such thing."}
	}
	return t.put(w, v)
}

func (t *table[K, V]) remove(w *Work, ref pbx.Ref) error {
	k, err := t.lookup(ref)
	if err != nil {
		return err
	}
	return t.delete(w, k)
}

func (t *table[K, V]) rootOf(w *Work, ref pbx.Ref) (pbx.Ref, error) {
	k, err := t.lookup(ref)
	if err != nil {
		return pbx.Ref{}, err
	}
	v, err := t.get(w, k)
	if err != nil {
		return pbx.Ref{}, err
	}
	if t.spec.root == nil {
		return ref, nil
	}
	return t.spec.root(w, v), nil
}
