package admin

import (
	"encoding/json"
	"fmt"
	"slices"

	"ringfence/internal/pbx"
)

// outsideNumber brings an outside number back. Whom it led to may be gone, and somebody may have added it anew.
func (b *revival) outsideNumber(n pbx.OutsideNumber) error {
	w := b.w
	by, taken, err := w.occupant(n.Value, 0)
	if err != nil {
		return err
	}
	if taken && by.Owner != n.Ref() {
		b.note("The outside number " + n.Value + " was added again since and was left out.")
		return nil
	}
	if n.Assigned() && w.mustHave(n.LeadsTo) != nil {
		n.LeadsTo = pbx.Ref{}
		b.note("The outside number " + n.Value + " leads nowhere: whom it led to is gone.")
	}
	if n.Location != 0 && w.mustHave(pbx.Location{ID: n.Location}.Ref()) != nil {
		n.Location = 0
		b.note("The outside number " + n.Value + " is no longer at a location that is gone.")
	}
	return w.touchLed([]pbx.Ref{n.LeadsTo}, func() error { return w.outside.revive(w, n) })
}

// outside lets the outside numbers lead again to the users and ring groups that came back, unless they lead elsewhere now.
func (b *revival) outside() error {
	w := b.w
	for _, it := range b.old.Items {
		if it.Ref.Kind != pbx.KindOutsideNumber || it.Action != pbx.Updated {
			continue
		}
		before, after, err := sides(it)
		if err != nil {
			return err
		}
		then, err := refIn(after["leadsTo"])
		if err != nil {
			return err
		}
		to, err := refIn(before["leadsTo"])
		if err != nil || !b.came(to) {
			continue
		}
		n, err := w.OutsideNumber(pbx.NumberID(it.Ref.ID))
		switch {
		case err != nil && pbx.KindOf(err) == pbx.NotFound:
			b.note("The outside number " + it.Name + " is gone.")
			continue
		case err != nil:
			return err
		case n.LeadsTo != then:
			b.note("The outside number " + n.Value + " leads elsewhere now.")
			continue
		}
		n.LeadsTo = to
		if err := w.putOutside(n); err != nil {
			return err
		}
	}
	return nil
}

// came reports whether a thing is among those that come back.
func (b *revival) came(r pbx.Ref) bool {
	return slices.ContainsFunc(b.trash, func(t pbx.Trash) bool { return t.Ref == r })
}

// refIn reads the name of a thing out of a history; none is the zero Ref.
func refIn(raw json.RawMessage) (pbx.Ref, error) {
	var r pbx.Ref
	if len(raw) == 0 {
		return r, nil
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("read reference: %w", err)
	}
	return r, nil
}
