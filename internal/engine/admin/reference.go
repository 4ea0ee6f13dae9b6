package admin

import (
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// Way is what may become of a mention when the thing that it mentions goes (U7).
type Way string

// The ways.
const (
	WayReroute Way = "reroute" // it mentions another thing instead
	WayRemove  Way = "remove"  // it mentions nothing any more
	WayDelete  Way = "delete"  // the thing that mentions goes as well
)

// Rule says of one field that mentions things of a kind what may become of it when such a thing goes.
type Rule struct {
	Kind  pbx.Kind `json:"kind"`  // of the thing that has the field
	Field string   `json:"field"` // as its JSON names it
	To    pbx.Kind `json:"to"`
	Ways  []Way    `json:"ways"`            // none: the thing is a part of what it mentions and goes with it
	Usual Way      `json:"usual,omitempty"` // what happens when nobody says anything; empty: it must be said
}

func (r Rule) part() bool { return len(r.Ways) == 0 }

// mentioning is a Rule of one kind, with how it is carried out.
type mentioning[V any] struct {
	field string
	to    pbx.Kind
	ways  []Way
	usual Way
	back  bool                                   // a restore puts the field back where nobody changed it since
	set   func(v *V, gone, to pbx.Ref)           // to is zero for WayRemove
	drop  bool                                   // for WayRemove the thing itself goes: without the mention it says nothing
	leave func(w *Work, v V, gone pbx.Ref) error // how the thing goes, for WayDelete; nil: it is deleted
}

// part is the field of a thing that goes with what it mentions.
func part[V any](field string, to pbx.Kind) mentioning[V] { return mentioning[V]{field: field, to: to} }

func (t *table[K, V]) rules() []Rule {
	var out []Rule
	for _, m := range t.spec.fields {
		out = append(out, Rule{Kind: t.spec.kind, Field: m.field, To: m.to, Ways: m.ways, Usual: m.usual})
	}
	return out
}

// resolve carries out what was decided about a mention.
func (t *table[K, V]) resolve(w *Work, ref pbx.Reference, way Way, to pbx.Ref) error {
	k, err := t.lookup(ref.From)
	if err != nil {
		return err
	}
	v, err := t.get(w, k)
	if err != nil {
		return err
	}
	for _, m := range t.spec.fields {
		switch {
		case m.field != ref.Field || m.to != ref.To.Kind:
		case way == WayDelete && m.leave != nil:
			return m.leave(w, v, ref.To)
		case way == WayDelete, way == WayRemove && m.drop:
			return t.delete(w, k)
		default:
			m.set(&v, ref.To, to)
			return t.put(w, v)
		}
	}
	return nil
}

// comesBack reports whether a restore puts the field back.
func (t *table[K, V]) comesBack(field string, to pbx.Kind) bool {
	return slices.ContainsFunc(t.spec.fields, func(m mentioning[V]) bool {
		return m.field == field && m.to == to && m.back
	})
}

// stands reports whether the thing still mentions what the store says.
func (t *table[K, V]) stands(w *Work, ref pbx.Reference) (bool, error) {
	k, err := t.lookup(ref.From)
	if err != nil {
		return false, err
	}
	v, err := t.get(w, k)
	if err != nil {
		return false, ignoreMissing(err)
	}
	return t.spec.mention != nil && slices.Contains(t.spec.mention(v), ref), nil
}

// Rules lists every field of every kind that mentions another thing.
func Rules() []Rule { return newWork(nil, 0, Actor{}, time.Time{}).rules() }

// rules lists every field of every kind that mentions another thing.
func (w *Work) rules() []Rule {
	var out []Rule
	for _, t := range w.tables() {
		out = append(out, t.rules()...)
	}
	return out
}

func (w *Work) rule(r pbx.Reference) (Rule, bool) {
	t := w.table(r.From.Kind)
	if t == nil {
		return Rule{}, false
	}
	for _, rule := range t.rules() {
		if rule.Field == r.Field && rule.To == r.To.Kind {
			return rule, true
		}
	}
	return Rule{}, false
}

// removal is what goes in one change set, and who mentions it.
type removal struct {
	w         *Work
	going     map[pbx.Ref]bool // with their parts
	mentions  []mention
	asked     int // how many of them have no answer
	complaint *pbx.FieldError
}

// mention is one field that mentions what goes, and what was decided about it.
type mention struct {
	pbx.Reference
	rule Rule
	way  Way
	to   pbx.Ref
}

// removing finds out who mentions things that are to go, and takes the answers given. What goes as well by an answer is
// asked about in turn. Nothing is written.
func (w *Work) removing(r *Resolution, targets ...pbx.Ref) (*removal, error) {
	m := &removal{w: w, going: map[pbx.Ref]bool{}}
	for len(targets) > 0 {
		var all []pbx.Ref
		for _, t := range targets {
			if m.going[t] {
				continue
			}
			m.going[t] = true
			all = append(all, t)
			parts, err := w.partsGoing(t)
			if err != nil {
				return nil, err
			}
			for _, p := range parts {
				m.going[p] = true
			}
			all = append(all, parts...)
		}
		targets = nil
		for _, t := range all {
			also, err := m.ask(r, t)
			if err != nil {
				return nil, err
			}
			targets = append(targets, also...)
		}
	}
	m.mentions = slices.DeleteFunc(m.mentions, func(x mention) bool {
		gone := m.going[x.From] && x.way != WayDelete
		if gone && x.way == "" {
			m.asked--
		}
		return gone
	})
	return m, nil
}

// partsGoing names what goes with a thing without a question.
func (w *Work) partsGoing(t pbx.Ref) ([]pbx.Ref, error) {
	if t.Kind == pbx.KindOutsideNumber {
		n, err := w.OutsideNumber(pbx.NumberID(t.ID))
		return []pbx.Ref{n.DialString().Ref()}, err
	}
	if t.Kind != pbx.KindUser {
		return nil, nil
	}
	parts, err := w.partRefs(pbx.UserID(t.ID))
	if err != nil {
		return nil, err
	}
	out := make([]pbx.Ref, 0, len(parts))
	for p := range parts {
		out = append(out, p)
	}
	slices.SortFunc(out, compareRefs)
	return out, nil
}

// ask looks who mentions a thing, and what is to become of it; it returns what goes as well.
func (m *removal) ask(r *Resolution, gone pbx.Ref) ([]pbx.Ref, error) {
	if !mentionable(gone) {
		return nil, nil
	}
	refs, err := m.w.tx.ReferencesTo(m.w.org, gone)
	if err != nil {
		return nil, err
	}
	var also []pbx.Ref
	for _, ref := range refs {
		if m.going[ref.From] {
			continue
		}
		rule, ok := m.w.rule(ref)
		if !ok || rule.part() {
			continue // finish refuses to leave what has no rule
		}
		var stands bool
		if stands, err = m.w.table(ref.From.Kind).stands(m.w, ref); err != nil {
			return nil, err
		}
		if !stands {
			continue
		}
		x := mention{Reference: ref, rule: rule}
		if x.way, x.to, err = m.answer(r, ref, rule); err != nil {
			return nil, err
		}
		switch x.way {
		case "":
			m.asked++
		case WayDelete:
			also = append(also, ref.From)
		case WayRemove, WayReroute:
		}
		m.mentions = append(m.mentions, x)
	}
	return also, nil
}

// answer finds what was said about a mention: about this one, else about its field, its kind, or all; else what is usual.
func (m *removal) answer(r *Resolution, ref pbx.Reference, rule Rule) (Way, pbx.Ref, error) {
	seen, err := m.w.sees(ref.From)
	if err != nil {
		return "", pbx.Ref{}, err
	}
	if !seen && slices.Contains(rule.Ways, WayRemove) {
		return WayRemove, pbx.Ref{}, nil // nobody is asked about what does not exist for him
	}
	if a, ok := r.about(ref, rule); ok {
		if a.Way != WayReroute {
			return a.Way, pbx.Ref{}, nil
		}
		to := pbx.Ref{Kind: rule.To, ID: a.To}
		var ok bool
		var err error
		if rule.To == pbx.KindDialString {
			to, ok, err = m.w.shownInstead(ref.From, a.To)
			ok = ok && to != ref.To
		} else {
			ok, err = m.mayGoTo(ref, to)
		}
		if err != nil || ok {
			return a.Way, to, err
		}
		m.complaint = &pbx.FieldError{
			Field: "to", Message: "Choose another " + words(takesPlace(rule.To)) + " to take its place.",
		}
		return "", pbx.Ref{}, nil
	}
	return rule.Usual, pbx.Ref{}, nil
}

// mayGoTo reports whether a thing can take the place of another that goes.
func (m *removal) mayGoTo(ref pbx.Reference, to pbx.Ref) (bool, error) {
	if to == ref.To || to == ref.From || m.going[to] {
		return false, nil
	}
	if root, err := m.w.table(ref.From.Kind).rootOf(m.w, ref.From); err != nil || root == to {
		return false, ignoreMissing(err)
	}
	if to.Kind == pbx.KindUser {
		u, err := m.w.visible(pbx.UserID(to.ID))
		return err == nil && u.Kind != pbx.Operator, ignoreMissing(err)
	}
	err := m.w.mustHave(to)
	return err == nil, nil
}

// decide carries out what was answered; Conflict with the deletion where something is not answered.
func (m *removal) decide(d func() (Deletion, error)) error {
	for _, x := range m.mentions {
		if x.way == WayReroute && m.going[x.to] && m.complaint == nil { // it goes by another answer
			m.complaint = &pbx.FieldError{Field: "to", Message: "What takes its place goes as well."}
		}
	}
	if m.asked > 0 || m.complaint != nil {
		view, err := d()
		if err != nil {
			return err
		}
		e := &pbx.Error{
			Kind: pbx.Conflict, Text: "Other things refer to it: say what becomes of each of them.", Detail: &view,
		}
		if m.complaint != nil {
			e.Text, e.Fields = m.complaint.Message, []pbx.FieldError{*m.complaint}
		}
		return e
	}
	for _, x := range m.mentions {
		if x.way == WayDelete && !m.mayDelete(x) {
			continue
		}
		if err := m.w.table(x.From.Kind).resolve(m.w, x.Reference, x.way, x.to); err != nil {
			return err
		}
	}
	return nil
}

// mayDelete is false when the thing went already, because it mentioned several that go.
func (m *removal) mayDelete(x mention) bool { return m.w.mustHave(x.From) == nil }

// deletion shows who mentions what goes, where nothing else is to be told.
func (m *removal) deletion() (Deletion, error) {
	d := Deletion{Sample: []UserName{}, Removed: map[pbx.Kind]int{}}
	return d, m.show(&d)
}

// maxReferences is how many references a deletion names; it counts all.
const maxReferences = 500

// show says in words who mentions what goes.
func (m *removal) show(d *Deletion) error {
	d.References, d.Questions = []ReferenceView{}, []Question{}
	for _, x := range m.mentions {
		if seen, err := m.w.sees(x.From); err != nil || !seen {
			if err != nil {
				return err
			}
			continue
		}
		rule := x.rule
		rule.To = takesPlace(rule.To)
		i := slices.IndexFunc(d.Questions, func(q Question) bool {
			return q.Kind == rule.Kind && q.Field == rule.Field && q.To == rule.To
		})
		if i < 0 {
			i = len(d.Questions)
			d.Questions = append(d.Questions, Question{Rule: rule})
		}
		d.Questions[i].Count++
		if len(d.References) >= maxReferences {
			continue
		}
		v := ReferenceView{From: x.From, Field: x.Field, To: x.To}
		var err error
		if v.To.Kind == pbx.KindDialString {
			n, e := m.w.outsideByValue(v.To.Key)
			if e != nil {
				return e
			}
			v.To = n.Ref()
		}
		if v.Name, v.Of, err = m.w.told(x.From); err != nil {
			return err
		}
		if v.ToName, err = m.w.nameOf(v.To); err != nil {
			return err
		}
		d.References = append(d.References, v)
	}
	return nil
}

// takesPlace is the kind of thing that people choose for what is mentioned: of dial strings only outside numbers are.
func takesPlace(k pbx.Kind) pbx.Kind {
	if k == pbx.KindDialString {
		return pbx.KindOutsideNumber
	}
	return k
}

// told names a thing and, where it is a part, what it belongs to.
func (w *Work) told(r pbx.Ref) (string, pbx.Ref, error) {
	root, err := w.table(r.Kind).rootOf(w, r)
	if err != nil {
		return "", pbx.Ref{}, ignoreMissing(err)
	}
	name, err := w.nameOf(root)
	return name, root, err
}

func compareRefs(a, b pbx.Ref) int {
	switch {
	case a.Kind != b.Kind && a.Kind < b.Kind, a.Kind == b.Kind && a.ID < b.ID,
		a.Kind == b.Kind && a.ID == b.ID && a.Key < b.Key:
		return -1
	case a == b:
		return 0
	}
	return 1
}
