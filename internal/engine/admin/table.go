package admin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// spec says how one kind of thing is found, written, shown, checked and kept in the trash. Each kind has one.
type spec[K comparable, V any] struct {
	kind  pbx.Kind
	key   func(V) K
	ref   func(V) pbx.Ref
	keyOf func(pbx.Ref) (K, bool)
	org   func(V) pbx.OrganizationID
	load  func(ReadTx, pbx.OrganizationID, K) (V, error)
	put   func(Tx, V) error
	drop  func(Tx, pbx.OrganizationID, K) error
	name  func(*Work, V) string

	version func(*V) *int64                   // nil: the kind has none
	times   func(*V) (made, saved *time.Time) // nil: the kind keeps none
	check   func(*Work, V) error              // the thing as it is to be stored
	mention func(V) []pbx.Reference           // every field that mentions another thing
	fields  []mentioning[V]                   // what may become of each of them (U7)
	root    func(*Work, V) pbx.Ref            // the thing it is a part of; itself if none
	secrets func(*V) []*pbx.Sealed            // fields that JSON hides and the trash must keep
	always  []string                          // fields that a change shows though they stayed
	owner   func(V) pbx.Ref                   // whose it is, for kinds that are asked for by that: see overlayOf
	clone   func(V) V                         // for kinds with slices that a use case may change in place
}

// table overlays one kind's rows with what a Work wrote: it remembers how each was before.
type table[K comparable, V any] struct {
	spec  spec[K, V]
	rows  map[K]*entry[V]
	seen  map[K]*V // rows as the snapshot has them, read before; nil: not there
	order []K
	owned map[pbx.Ref][]int // by owner, places in order of the rows that were ever written as his
}

type entry[V any] struct {
	at     int // place in order
	before *V  // nil: was not there
	now    *V  // nil: is deleted

	// What a part of the thing changed from and to, when the part is stored elsewhere; shown with the thing.
	partsBefore, partsAfter map[string]any
}

// change is what the end of a change set sees of one thing.
type change struct {
	ref    pbx.Ref
	before bool
	now    bool
}

// anyTable is a table seen without its types.
type anyTable interface {
	kind() pbx.Kind
	changes() []change
	item(w *Work, ref pbx.Ref) (pbx.ChangeItem, bool, error)
	validate(w *Work) error
	references() (removed, added []pbx.Reference)
	rules() []Rule
	resolve(w *Work, ref pbx.Reference, way Way, to pbx.Ref) error
	comesBack(field string, to pbx.Kind) bool
	stands(w *Work, ref pbx.Reference) (bool, error)
	flushPuts(tx Tx) error
	flushDrops(tx Tx, org pbx.OrganizationID) error
	stored(w *Work, ref pbx.Ref) (pbx.Trash, error)
	unpack(row []byte, as map[string]json.RawMessage) (any, pbx.Ref, error)

	has(w *Work, ref pbx.Ref) (bool, error)
	fields(w *Work, ref pbx.Ref) (map[string]json.RawMessage, error)
	merge(w *Work, ref pbx.Ref, fields map[string]json.RawMessage) error
	insert(w *Work, whole json.RawMessage) error
	remove(w *Work, ref pbx.Ref) error
	rootOf(w *Work, ref pbx.Ref) (pbx.Ref, error)
	hidden() bool
}

func newTable[K comparable, V any](s spec[K, V]) *table[K, V] {
	return &table[K, V]{spec: s, rows: map[K]*entry[V]{}, seen: map[K]*V{}, owned: map[pbx.Ref][]int{}}
}

func (t *table[K, V]) kind() pbx.Kind { return t.spec.kind }

// base gives the row as the snapshot has it, read once; nil when it is not there or another organization's.
func (t *table[K, V]) base(w *Work, k K) (*V, error) {
	v, ok := t.seen[k]
	if !ok {
		read, err := t.spec.load(w.tx, w.org, k)
		switch {
		case pbx.KindOf(err) == pbx.NotFound:
		case err != nil:
			return nil, err
		case t.spec.org(read) == w.org: // another tenant's things do not exist
			v = &read
		}
		t.seen[k] = v
	}
	if v == nil {
		return nil, nil //nolint:nilnil // inside the overlay a missing row is an answer
	}
	out := *v
	if t.spec.clone != nil {
		out = t.spec.clone(out)
	}
	return &out, nil
}

// saw takes rows that were read together, so that they are not read again one by one.
func (t *table[K, V]) saw(w *Work, rows []V) {
	for _, v := range rows {
		k := t.spec.key(v)
		if _, ok := t.seen[k]; ok || t.spec.org(v) != w.org {
			continue
		}
		if t.spec.clone != nil {
			v = t.spec.clone(v)
		}
		t.seen[k] = &v
	}
}

// get returns the row as the Work sees it.
func (t *table[K, V]) get(w *Work, k K) (V, error) {
	e, ok := t.rows[k]
	var v *V
	if ok {
		v = e.now
	} else {
		var err error
		if v, err = t.base(w, k); err != nil {
			var zero V
			return zero, err
		}
	}
	if v == nil {
		var zero V
		return zero, noSuch(t.spec.kind)
	}
	return *v, nil
}

// put writes the row. What is written unchanged leaves no trace; else the version is one more than before.
func (t *table[K, V]) put(w *Work, v V) error {
	k := t.spec.key(v)
	e, err := t.entry(w, k)
	if err != nil {
		return err
	}
	if e.before != nil && e.partsAfter == nil && t.same(*e.before, v) {
		e.now = e.before
		return nil
	}
	t.stamp(w, e.before, &v)
	t.set(e, &v)
	return nil
}

// set makes v what the row is now.
func (t *table[K, V]) set(e *entry[V], v *V) {
	e.now = v
	if t.spec.owner == nil || v == nil {
		return
	}
	owner := t.spec.owner(*v)
	places := t.owned[owner]
	if n := len(places); n == 0 || places[n-1] != e.at {
		t.owned[owner] = append(places, e.at)
	}
}

// add takes a row in that was not looked at before.
func (t *table[K, V]) add(k K, before *V) *entry[V] {
	e := &entry[V]{at: len(t.order), before: before}
	t.rows[k] = e
	t.order = append(t.order, k)
	t.set(e, before)
	return e
}

// touch gives the row a new version though its own fields stay, because a part of it changed from and to what is given.
func (t *table[K, V]) touch(w *Work, k K, part string, from, to any) error {
	e, err := t.entry(w, k)
	if err != nil {
		return err
	}
	if e.now == nil || e.before == nil {
		return nil // made or gone in this very change set: nothing to compare with
	}
	if e.partsAfter == nil {
		e.partsBefore, e.partsAfter = map[string]any{}, map[string]any{}
	}
	if _, ok := e.partsBefore[part]; !ok {
		e.partsBefore[part] = from
	}
	e.partsAfter[part] = to
	v := *e.now
	t.stamp(w, e.before, &v)
	e.now = &v
	return nil
}

// revive writes a row that comes back from the trash: its version goes on, but for secrets, which are what they were.
func (t *table[K, V]) revive(w *Work, v V) error {
	e, err := t.entry(w, t.spec.key(v))
	if err != nil {
		return err
	}
	if t.spec.version != nil && !t.hidden() {
		*t.spec.version(&v)++
	}
	if t.spec.times != nil && !t.hidden() {
		if _, saved := t.spec.times(&v); saved != nil {
			*saved = w.now
		}
	}
	t.set(e, &v)
	return nil
}

func (t *table[K, V]) delete(w *Work, k K) error {
	e, err := t.entry(w, k)
	if err != nil {
		return err
	}
	if e.now == nil {
		return noSuch(t.spec.kind)
	}
	e.now = nil
	return nil
}

// know takes rows that were read together, so that they are not read again one by one.
func (t *table[K, V]) know(w *Work, rows []V) {
	for _, v := range rows {
		k := t.spec.key(v)
		if _, ok := t.rows[k]; ok || t.spec.org(v) != w.org {
			continue
		}
		t.add(k, &v)
	}
}

func (t *table[K, V]) entry(w *Work, k K) (*entry[V], error) {
	if e, ok := t.rows[k]; ok {
		return e, nil
	}
	b, err := t.base(w, k)
	if err != nil {
		return nil, err
	}
	return t.add(k, b), nil
}

func (t *table[K, V]) stamp(w *Work, before, v *V) {
	if t.spec.version != nil {
		n := int64(1)
		if before != nil {
			n = *t.spec.version(before) + 1
		}
		*t.spec.version(v) = n
	}
	if t.spec.times == nil {
		return
	}
	made, saved := t.spec.times(v)
	if before == nil {
		*made = w.now
	} else {
		m, _ := t.spec.times(before)
		*made = *m
	}
	if saved != nil {
		*saved = w.now
	}
}

// same compares what people can change, and secrets as stored.
func (t *table[K, V]) same(a, b V) bool {
	if t.spec.secrets != nil {
		x, y := t.spec.secrets(&a), t.spec.secrets(&b)
		for i := range x {
			if !bytes.Equal(*x[i], *y[i]) {
				return false
			}
		}
	}
	fa, err := t.content(a)
	if err != nil {
		return false
	}
	fb, err := t.content(b)
	return err == nil && len(differing(fa, fb)) == 0
}

// content is a thing's JSON fields, secrets redacted, without what the change set itself keeps.
func (t *table[K, V]) content(v V) (map[string]json.RawMessage, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", t.spec.kind, err)
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("encode %s: %w", t.spec.kind, err)
	}
	for _, f := range []string{"version", "createdAt", "updatedAt"} {
		delete(m, f)
	}
	return m, nil
}

// overlay merges rows read from the snapshot with what the Work wrote and keeps those that match, in place.
func (t *table[K, V]) overlay(w *Work, base []V, match func(V) bool) []V {
	out := base[:0]
	if out == nil {
		out = []V{} // JSON writes a list
	}
	for _, v := range base {
		if _, ok := t.rows[t.spec.key(v)]; !ok && t.spec.org(v) == w.org && match(v) {
			out = append(out, v)
		}
	}
	for _, k := range t.order {
		if e := t.rows[k]; e.now != nil && match(*e.now) {
			out = append(out, *e.now)
		}
	}
	return out
}

// overlayOf is overlay for the rows of one owner. It looks at no others, so that a work with many owners takes no time
// that grows with their square.
func (t *table[K, V]) overlayOf(w *Work, base []V, owner pbx.Ref) []V {
	out := base[:0]
	if out == nil {
		out = []V{} // JSON writes a list
	}
	for _, v := range base {
		if _, ok := t.rows[t.spec.key(v)]; !ok && t.spec.org(v) == w.org && t.spec.owner(v) == owner {
			out = append(out, v)
		}
	}
	places := slices.Clone(t.owned[owner])
	slices.Sort(places)
	for _, at := range slices.Compact(places) {
		if e := t.rows[t.order[at]]; e.now != nil && t.spec.owner(*e.now) == owner {
			out = append(out, *e.now)
		}
	}
	return out
}

// written gives, in the order of the first write, the rows as they are now.
func (t *table[K, V]) written(fn func(before, now *V) error) error {
	for _, k := range t.order {
		if e := t.rows[k]; e.before != e.now {
			if err := fn(e.before, e.now); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *table[K, V]) changes() []change {
	var out []change
	for _, k := range t.order {
		e := t.rows[k]
		if e.before == e.now {
			continue
		}
		v := e.now
		if v == nil {
			v = e.before
		}
		out = append(out, change{ref: t.spec.ref(*v), before: e.before != nil, now: e.now != nil})
	}
	return out
}

// differing lists the fields that are not equal, sorted.
func differing(a, b map[string]json.RawMessage) []string {
	var out []string
	for f, x := range a {
		if !bytes.Equal(x, b[f]) {
			out = append(out, f)
		}
	}
	for f := range b {
		if _, ok := a[f]; !ok {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// pick keeps some fields.
func pick(m map[string]json.RawMessage, fields []string) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(fields))
	for _, f := range fields {
		if v, ok := m[f]; ok {
			out[f] = v
		}
	}
	return out
}

// withParts adds what parts stored elsewhere changed from or to.
func withParts(m map[string]json.RawMessage, parts map[string]any) error {
	for _, k := range slices.Sorted(maps.Keys(parts)) {
		b, err := json.Marshal(parts[k])
		if err != nil {
			return fmt.Errorf("encode %s: %w", k, err)
		}
		m[k] = b
	}
	return nil
}

// words is a kind as people say it.
func words(k pbx.Kind) string {
	switch k {
	case pbx.KindDialString:
		return "number or name"
	case pbx.KindPool:
		return "extension pool"
	case pbx.KindOutsideNumber:
		return "outside number"
	case pbx.KindRingGroup:
		return "ring group"
	case pbx.KindUserSecret:
		return "password"
	case pbx.KindLeave:
		return "leave"
	case pbx.KindForwarding:
		return "forwarding"
	case pbx.KindProfile:
		return "provisioning profile"
	case pbx.KindMailServer:
		return "mail server"
	case pbx.KindMailPassword:
		return "password of the mail server"
	case pbx.KindOrganization, pbx.KindLocation, pbx.KindPermission, pbx.KindGroup, pbx.KindUser, pbx.KindDevice, pbx.KindLine, pbx.KindCredential,
		pbx.KindSetting, pbx.KindToken:
		return string(k)
	}
	return string(k)
}
