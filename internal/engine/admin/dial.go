package admin

import (
	"strconv"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/e164"
)

// occupant returns what stands under a value, holds of forms included; false when it is free. A hold whose time is over
// and the hold mine do not count.
func (w *Work) occupant(value string, mine pbx.HoldID) (pbx.DialString, bool, error) {
	if e, ok := w.dials.rows[value]; ok && (e.now != nil || e.before != nil) {
		if e.now == nil {
			return pbx.DialString{}, false, nil
		}
		return *e.now, true, nil
	}
	d, err := w.tx.DialString(w.org, value)
	switch {
	case pbx.KindOf(err) == pbx.NotFound && err != nil:
		return pbx.DialString{}, false, nil
	case err != nil:
		return pbx.DialString{}, false, err
	case d.Kind == pbx.DialHold && (!d.Until.After(w.now) || mine != 0 && d.Hold == mine && d.HeldFor == w.actor.User):
		return pbx.DialString{}, false, nil
	}
	return d, true, nil
}

// claim gives a value to a thing; Invalid on the field with who holds it when it is not free.
func (w *Work) claim(field string, d pbx.DialString, mine pbx.HoldID) error {
	d.Organization = w.org
	taken, ok, err := w.occupant(d.Value, mine)
	if err != nil {
		return err
	}
	if ok && (taken.Owner != d.Owner || taken.Kind == pbx.DialHeld && !w.reviving(taken.Owner)) {
		return w.takenError(field, taken)
	}
	if ok && taken.Kind != d.Kind && taken.Kind != pbx.DialHeld && taken.Kind != pbx.DialFormer {
		msg := strconv.Quote(d.Value) + " is already the " + dialWords(taken.Kind) + " of this user."
		return fieldError(field, msg)
	}
	return w.dials.put(w, d)
}

// reviving reports whether the thing, for whom a value was held, is there (again).
func (w *Work) reviving(owner pbx.Ref) bool { return w.mustHave(owner) == nil }

// release frees a value if it is the owner's in that kind.
func (w *Work) release(value string, kind pbx.DialKind, owner pbx.Ref) error {
	d, err := w.dials.get(w, value)
	switch {
	case pbx.KindOf(err) == pbx.NotFound && err != nil:
		return nil
	case err != nil:
		return err
	case d.Kind != kind || d.Owner != owner:
		return nil
	}
	return w.dials.delete(w, value)
}

// takenError says who holds a value, and since X1: which number is free instead.
func (w *Work) takenError(field string, d pbx.DialString) error {
	o, err := w.occupancy(d.Value, 0)
	if err != nil {
		return err
	}
	return fieldError(field, o.Reason)
}

func fieldError(field, message string) error {
	return &pbx.Error{
		Kind: pbx.Invalid, Text: message, Fields: []pbx.FieldError{{Field: field, Message: message}},
	}
}

// occupancy tells in words who holds a value.
func (w *Work) occupancy(value string, mine pbx.HoldID) (Occupancy, error) {
	value = pbx.Fold(value)
	o := Occupancy{Value: value, State: NumberFree}
	reason := w.reserved(value)
	if reason == "" {
		var err error
		if reason, err = w.unusable(value); err != nil {
			return o, err
		}
	}
	if reason != "" {
		o.State, o.Reason = NumberReserved, reason
		return o, nil
	}
	d, ok, err := w.occupant(value, mine)
	if err != nil || !ok {
		return o, err
	}
	return w.describeDial(d)
}

// describeDial says whose a dial string is.
func (w *Work) describeDial(d pbx.DialString) (Occupancy, error) {
	seen, err := w.seesDial(d)
	if err != nil || !seen { // one namespace tells that a value is taken, never by whom
		return Occupancy{Value: d.Value, State: NumberTaken, Reason: strconv.Quote(d.Value) + " is taken."}, err
	}
	o := Occupancy{Value: d.Value, State: NumberTaken, Kind: d.Kind, Holder: d.Owner, Until: d.Until}
	q := strconv.Quote(d.Value)
	if d.Kind == pbx.DialOutside {
		return w.describeOutside(d)
	}
	if o.HolderName, err = w.holderName(d); err != nil {
		return o, err
	}
	switch d.Kind {
	case pbx.DialHold:
		o.State = NumberHeld
		o.Holder = pbx.User{ID: d.HeldFor}.Ref()
		o.Reason = "The number " + d.Value + " is kept for a form that " + someone(o.HolderName) + " has open."
	case pbx.DialHeld:
		o.State = NumberHeld
		o.Reason = q + " is held for " + someone(o.HolderName) + ", deleted."
		if t, err := w.tx.TrashOf(w.org, d.Owner); err == nil {
			o.Reason = q + " is held for " + t.Name + ", deleted " + t.DeletedAt.Format("2 January 2006") + "."
		}
	case pbx.DialFeature:
		o.State = NumberReserved
		o.HolderName = string(d.Feature)
		o.Reason = q + " is a feature code."
	case pbx.DialExtension, pbx.DialAlias, pbx.DialUsername, pbx.DialFormer, pbx.DialAuthName, pbx.DialOutside,
		pbx.DialRingGroup:
		o.Reason = q + " is the " + dialWords(d.Kind) + " of " + someone(o.HolderName) + "."
	}
	return o, nil
}

// describeOutside says where an outside number leads.
func (w *Work) describeOutside(d pbx.DialString) (Occupancy, error) {
	o := Occupancy{Value: d.Value, State: NumberTaken, Kind: d.Kind, Number: pbx.NumberID(d.Owner.ID)}
	n, err := w.OutsideNumber(o.Number)
	if err != nil {
		return o, ignoreMissing(err)
	}
	o.Holder = n.LeadsTo
	if o.HolderName, err = w.nameOf(n.LeadsTo); err != nil {
		return o, err
	}
	o.Reason = e164.Shown(d.Value) + " is an outside number of " + someone(o.HolderName) + "."
	if !n.Assigned() {
		o.Reason = e164.Shown(d.Value) + " is an outside number that leads nowhere yet."
	}
	return o, nil
}

func (w *Work) holderName(d pbx.DialString) (string, error) {
	switch {
	case d.Kind == pbx.DialHold:
		u, err := w.User(d.HeldFor)
		if err != nil && pbx.KindOf(err) != pbx.NotFound {
			return "", err
		}
		return u.Shown(), nil
	case d.Owner.Kind == pbx.KindUser:
		u, err := w.User(pbx.UserID(d.Owner.ID))
		switch {
		case err == nil:
			return u.Shown(), nil
		case pbx.KindOf(err) != pbx.NotFound:
			return "", err
		}
		t, err := w.tx.TrashOf(w.org, d.Owner)
		if err != nil && pbx.KindOf(err) != pbx.NotFound {
			return "", err
		}
		return t.Name, nil
	case d.Owner.Kind == pbx.KindRingGroup:
		return w.nameOf(d.Owner)
	}
	return "", nil
}

// someone is a name, or the word for one that is not known.
func someone(name string) string {
	if name == "" {
		return "somebody"
	}
	return name
}

func dialWords(k pbx.DialKind) string {
	switch k {
	case pbx.DialExtension:
		return "number"
	case pbx.DialAlias:
		return "alias"
	case pbx.DialUsername:
		return "username"
	case pbx.DialFormer:
		return "former username"
	case pbx.DialAuthName:
		return "auth account name"
	case pbx.DialOutside:
		return "outside number"
	case pbx.DialRingGroup:
		return "number"
	case pbx.DialFeature:
		return "feature code"
	case pbx.DialHold, pbx.DialHeld:
		return "held number"
	}
	return string(k)
}
