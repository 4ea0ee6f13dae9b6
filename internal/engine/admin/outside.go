package admin

import (
	"slices"
	"strconv"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/e164"
)

func outsideSpec() spec[pbx.NumberID, pbx.OutsideNumber] {
	return spec[pbx.NumberID, pbx.OutsideNumber]{
		kind:  pbx.KindOutsideNumber,
		key:   func(n pbx.OutsideNumber) pbx.NumberID { return n.ID },
		ref:   pbx.OutsideNumber.Ref,
		keyOf: byID[pbx.NumberID](pbx.KindOutsideNumber),
		org:   func(n pbx.OutsideNumber) pbx.OrganizationID { return n.Organization },
		load: func(tx ReadTx, _ pbx.OrganizationID, k pbx.NumberID) (pbx.OutsideNumber, error) {
			return tx.OutsideNumber(k)
		},
		put:     Tx.PutOutsideNumber,
		drop:    func(tx Tx, _ pbx.OrganizationID, k pbx.NumberID) error { return tx.DeleteOutsideNumber(k) },
		name:    func(_ *Work, n pbx.OutsideNumber) string { return e164.Shown(n.Value) },
		version: func(n *pbx.OutsideNumber) *int64 { return &n.Version },
		times:   func(n *pbx.OutsideNumber) (a, b *time.Time) { return &n.CreatedAt, &n.UpdatedAt },
		always:  []string{"value"},
		owner:   func(n pbx.OutsideNumber) pbx.Ref { return n.LeadsTo },
		check: func(w *Work, n pbx.OutsideNumber) error {
			if err := n.Validate(); err != nil {
				return err
			}
			if n.Location != 0 && w.mustHave(pbx.Location{ID: n.Location}.Ref()) != nil {
				return fieldError("locationId", "There is no such location.")
			}
			if !n.Assigned() {
				return nil
			}
			return w.mustHave(n.LeadsTo)
		},
		mention: func(n pbx.OutsideNumber) []pbx.Reference {
			var out []pbx.Reference
			if n.Assigned() {
				out = append(out, pbx.Reference{Organization: n.Organization, From: n.Ref(), Field: "leadsTo", To: n.LeadsTo})
			}
			if n.Location != 0 {
				to := pbx.Location{ID: n.Location}.Ref()
				out = append(out, pbx.Reference{Organization: n.Organization, From: n.Ref(), Field: "locationId", To: to})
			}
			return out
		},
		fields: []mentioning[pbx.OutsideNumber]{
			{
				field: "leadsTo", to: pbx.KindUser, ways: []Way{WayReroute, WayRemove}, // it comes back by revival.outside
				set: func(n *pbx.OutsideNumber, _, to pbx.Ref) { n.LeadsTo = to },
			},
			{
				field: "leadsTo", to: pbx.KindRingGroup, ways: []Way{WayReroute, WayRemove}, // the same
				set: func(n *pbx.OutsideNumber, _, to pbx.Ref) { n.LeadsTo = to },
			},
			{
				field: "locationId", to: pbx.KindLocation, ways: []Way{WayReroute, WayRemove}, back: true,
				set: func(n *pbx.OutsideNumber, _, to pbx.Ref) { n.Location = pbx.LocationID(to.ID) },
			},
		},
	}
}

// OutsideNumber returns an outside number; NotFound.
func (w *Work) OutsideNumber(id pbx.NumberID) (pbx.OutsideNumber, error) { return w.outside.get(w, id) }

// outsideByValue finds the outside number that has a value; NotFound.
func (w *Work) outsideByValue(value string) (pbx.OutsideNumber, error) {
	d, err := w.dials.get(w, value)
	if err != nil {
		return pbx.OutsideNumber{}, err
	}
	if d.Kind != pbx.DialOutside {
		return pbx.OutsideNumber{}, pbx.Missing(d.Ref())
	}
	return w.OutsideNumber(pbx.NumberID(d.Owner.ID))
}

// outsideTo gives the outside numbers that lead to a thing, by value.
func (w *Work) outsideTo(to pbx.Ref) ([]pbx.OutsideNumber, error) {
	base, err := w.tx.OutsideNumbersTo(w.org, to)
	if err != nil {
		return nil, err
	}
	out := w.outside.overlayOf(w, base, to)
	slices.SortFunc(out, byOutsideValue)
	return out, nil
}

func byOutsideValue(a, b pbx.OutsideNumber) int {
	switch {
	case a.Value < b.Value:
		return -1
	case a.Value > b.Value:
		return 1
	}
	return 0
}

// outsideValues gives the outside numbers of a user as E.164, sorted.
func (w *Work) outsideValues(id pbx.UserID) ([]string, error) {
	numbers, err := w.outsideTo(pbx.User{ID: id}.Ref())
	out := make([]string, 0, len(numbers))
	for _, n := range numbers {
		out = append(out, n.Value)
	}
	return out, err
}

// addOutside makes an outside number and gives it its place in the plan; Invalid on the field when that is taken.
func (w *Work) addOutside(field string, n pbx.OutsideNumber) (pbx.OutsideNumber, error) {
	id, err := w.ids(pbx.KindOutsideNumber, 1)
	if err != nil {
		return n, err
	}
	n.ID, n.Organization = pbx.NumberID(id), w.org
	if n.State == "" {
		n.State = pbx.OutsideActive
	}
	if err = w.claim(field, n.DialString(), 0); err != nil {
		return n, err
	}
	if err = w.putOutside(n); err != nil {
		return n, err
	}
	return w.OutsideNumber(n.ID)
}

// putOutside writes an outside number. Whoever it leads to, or led to, sees it in his own form and so gets a new version.
func (w *Work) putOutside(n pbx.OutsideNumber) error {
	was := pbx.Ref{}
	if old, err := w.OutsideNumber(n.ID); err == nil {
		was = old.LeadsTo
	}
	if was == n.LeadsTo {
		return w.outside.put(w, n)
	}
	return w.touchLed([]pbx.Ref{was, n.LeadsTo}, func() error { return w.outside.put(w, n) })
}

// touchLed runs a change of what leads to some users, and notes in each user what became of his outside numbers.
func (w *Work) touchLed(refs []pbx.Ref, change func() error) error {
	before := map[pbx.UserID][]string{}
	for _, r := range refs {
		if r.Kind != pbx.KindUser || w.mustHave(r) != nil {
			continue
		}
		list, err := w.outsideValues(pbx.UserID(r.ID))
		if err != nil {
			return err
		}
		before[pbx.UserID(r.ID)] = list
	}
	if err := change(); err != nil {
		return err
	}
	for _, r := range refs {
		id := pbx.UserID(r.ID)
		from, ok := before[id]
		if !ok || r.Kind != pbx.KindUser {
			continue
		}
		to, err := w.outsideValues(id)
		if err != nil {
			return err
		}
		if slices.Equal(from, to) {
			continue
		}
		if err := w.users.touch(w, id, "outsideNumbers", from, to); err != nil {
			return err
		}
	}
	return nil
}

// removeOutside deletes an outside number and frees its place in the plan.
func (w *Work) removeOutside(n pbx.OutsideNumber) error {
	if err := w.release(n.Value, pbx.DialOutside, n.Ref()); err != nil {
		return err
	}
	return w.touchLed([]pbx.Ref{n.LeadsTo}, func() error { return w.outside.delete(w, n.ID) })
}

// unassignOutside leaves the outside numbers that lead to a thing without an aim.
func (w *Work) unassignOutside(to pbx.Ref) error {
	numbers, err := w.outsideTo(to)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		n.LeadsTo = pbx.Ref{}
		if err := w.outside.put(w, n); err != nil {
			return err
		}
	}
	return nil
}

// planOutside keeps the plan in step with the outside numbers that were written, also by undo, restore and the answers to
// a deletion: who went leaves his place, who came takes it, and users get a new version with what leads to them.
func (w *Work) planOutside() error {
	if err := w.tellLed(); err != nil {
		return err
	}
	err := w.outside.written(func(before, now *pbx.OutsideNumber) error {
		if before == nil || now != nil {
			return nil
		}
		return w.release(before.Value, pbx.DialOutside, before.Ref())
	})
	if err != nil {
		return err
	}
	return w.outside.written(func(_, now *pbx.OutsideNumber) error {
		if now == nil {
			return nil
		}
		return w.claim("value", now.DialString(), 0)
	})
}

// tellLed notes in each user what became of his outside numbers.
func (w *Work) tellLed() error {
	led := map[int64]bool{}
	each := func(before, now *pbx.OutsideNumber, fn func(user int64, value string, come bool)) {
		var was, is pbx.Ref
		if before != nil {
			was = before.LeadsTo
		}
		if now != nil {
			is = now.LeadsTo
		}
		if was == is {
			return
		}
		if was.Kind == pbx.KindUser {
			fn(was.ID, before.Value, false)
		}
		if is.Kind == pbx.KindUser {
			fn(is.ID, now.Value, true)
		}
	}
	_ = w.outside.written(func(before, now *pbx.OutsideNumber) error { // the function never fails
		each(before, now, func(user int64, _ string, _ bool) { led[user] = true })
		return nil
	})
	if len(led) == 0 {
		return nil
	}
	had, err := w.outsideOfMany(led)
	if err != nil {
		return err
	}
	has := map[int64][]string{}
	for id, list := range had {
		has[id] = slices.Clone(list)
	}
	_ = w.outside.written(func(before, now *pbx.OutsideNumber) error { // the function never fails
		each(before, now, func(user int64, value string, come bool) {
			if has[user] = withoutValue(has[user], value); come {
				has[user] = append(has[user], value)
			}
		})
		return nil
	})
	return w.touchMany(had, has)
}

func withoutValue(list []string, value string) []string {
	return slices.DeleteFunc(list, func(v string) bool { return v == value })
}

// maxOutsideOfUser is how many outside numbers one user may have.
const maxOutsideOfUser = 100

// setOutside makes the given outside numbers, in any notation, those that lead to a user: missing ones are added to the
// plan, those left out lead nowhere then.
func (w *Work) setOutside(u pbx.User, field string, given []string) error {
	before, err := w.outsideValues(u.ID)
	if err != nil {
		return err
	}
	want, err := w.readOutside(field, given)
	if err != nil {
		return err
	}
	if slices.Equal(before, want) {
		return nil
	}
	if _, ok := w.actor.scoped(); ok {
		return fieldError(field, "Outside numbers are given by an administrator.")
	}
	if len(want) > maxOutsideOfUser {
		return fieldError(field, "A user has at most "+strconv.Itoa(maxOutsideOfUser)+" outside numbers.")
	}
	return w.touchLed([]pbx.Ref{u.Ref()}, func() error {
		for _, v := range before {
			if slices.Contains(want, v) {
				continue
			}
			n, err := w.outsideByValue(v)
			if err != nil {
				return err
			}
			n.LeadsTo = pbx.Ref{}
			if err := w.outside.put(w, n); err != nil {
				return err
			}
		}
		for _, v := range want {
			if slices.Contains(before, v) {
				continue
			}
			if err := w.leadOutside(field, v, u); err != nil {
				return err
			}
		}
		return nil
	})
}

// leadOutside lets a value lead to a user: one that is new is added, one that led nowhere is taken, another's is refused.
func (w *Work) leadOutside(field, value string, u pbx.User) error {
	n, err := w.outsideByValue(value)
	switch {
	case pbx.KindOf(err) == pbx.NotFound && err != nil:
		_, err = w.addOutside(field, pbx.OutsideNumber{Value: value, LeadsTo: u.Ref()})
		return err
	case err != nil:
		return err
	case n.Assigned() && n.LeadsTo != u.Ref():
		return w.takenError(field, n.DialString())
	}
	n.LeadsTo = u.Ref()
	return w.outside.put(w, n)
}

// readOutside reads outside numbers as typed; sorted, each once.
func (w *Work) readOutside(field string, given []string) ([]string, error) {
	out := make([]string, 0, len(given))
	for _, typed := range given {
		v, err := w.outsideValue(field, typed)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// outsideValue reads an outside number as typed in the organization's country; Invalid when it is none.
func (w *Work) outsideValue(field, typed string) (string, error) {
	o, err := w.Organization()
	if err != nil {
		return "", err
	}
	v, ok := e164.Plausible(typed, o.Country)
	if !ok || pbx.OutsideProblem(v) != "" {
		return "", fieldError(field, strconv.Quote(clean(typed))+
			" is not a number of the public network. Write it with its country, such as +45 33 73 65 06.")
	}
	return v, nil
}
