package admin

import (
	"slices"

	"ringfence/internal/pbx"
)

// maxShown is how many numbers the choice of the shown number offers; any other that is assigned may be written.
const maxShown = 500

// shownNumbers lists the outside numbers that may be shown for a place: those assigned to it or to what it contains (X6).
func (w *Work) shownNumbers(level pbx.Level, owner int64) ([]string, error) {
	var numbers []pbx.OutsideNumber
	switch level {
	case pbx.LevelOrganization:
		p, err := w.tx.ListOutsideNumbers(w.org, OutsideQuery{Query: Query{Sort: "value", Limit: maxShown}})
		if err != nil {
			return nil, err
		}
		numbers = p.Items
	case pbx.LevelLocation, pbx.LevelGroup, pbx.LevelUser:
		users, err := w.usersUnder(level, owner)
		if err != nil {
			return nil, err
		}
		ids := make([]int64, len(users))
		for i, u := range users {
			ids[i] = int64(u.ID)
		}
		if numbers, err = w.tx.OutsideNumbersToAll(w.org, pbx.KindUser, ids); err != nil {
			return nil, err
		}
		if level == pbx.LevelLocation {
			there, e := w.outsideAt(pbx.LocationID(owner))
			if e != nil {
				return nil, e
			}
			numbers = append(numbers, there...)
		}
	case pbx.LevelDevice, pbx.LevelProfile, pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	out := make([]string, 0, len(numbers))
	for _, n := range numbers {
		out = append(out, n.Value)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxShown)], nil
}

// outsideAt gives the outside numbers of a location.
func (w *Work) outsideAt(id pbx.LocationID) ([]pbx.OutsideNumber, error) {
	refs, err := w.stillMentioning(pbx.Location{ID: id}.Ref())
	if err != nil {
		return nil, err
	}
	var out []pbx.OutsideNumber
	for _, r := range refs {
		if r.From.Kind != pbx.KindOutsideNumber {
			continue
		}
		n, err := w.OutsideNumber(pbx.NumberID(r.From.ID))
		if err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// showable is Invalid unless the value is a number that may be shown at the place, or a word for what to show.
func (w *Work) showable(set pbx.Setting) error {
	if pbx.ShownWord(set.Value) {
		return nil
	}
	n, err := w.outsideByValue(set.Value)
	if ignoreMissing(err) != nil {
		return err
	}
	ok := err == nil && set.Level == pbx.LevelOrganization
	if err == nil && n.LeadsTo.Kind == pbx.KindUser {
		u, e := w.User(pbx.UserID(n.LeadsTo.ID))
		if ignoreMissing(e) != nil {
			return e
		}
		there := e == nil
		ok = ok || there && set.Level == pbx.LevelUser && int64(u.ID) == set.Owner ||
			there && set.Level == pbx.LevelGroup && u.MemberOf(pbx.GroupID(set.Owner)) ||
			there && set.Level == pbx.LevelLocation && int64(u.Location) == set.Owner
	}
	if ok || err == nil && set.Level == pbx.LevelLocation && int64(n.Location) == set.Owner {
		return nil
	}
	return fieldError("value", "This number is not assigned there. Choose one that is, own or withheld.")
}

// shownAsWritten reads the number of a setting in any notation; Invalid when it may not be shown there.
func (w *Work) shownAsWritten(set pbx.Setting) (string, error) {
	if !pbx.ShownWord(set.Value) {
		var err error
		if set.Value, err = w.outsideValue("value", set.Value); err != nil {
			return "", err
		}
	}
	return set.Value, w.showable(set)
}

// stillShown is Invalid when a value that was showable once no longer is: the number is gone, or somebody else's. That
// people leave a group or location takes the number from nobody.
func (w *Work) stillShown(set pbx.Setting) error {
	if set.Level == pbx.LevelUser {
		return w.showable(set)
	}
	set.Level = pbx.LevelOrganization
	return w.showable(set)
}

// tidyShown takes the shown numbers back that this work took from those they are shown for: an undo, a restore, a number
// that leads to somebody else now.
func (w *Work) tidyShown() error {
	touched := false
	written := func(s *pbx.Setting) bool { return s != nil && s.Key == pbx.SettingShownNumber }
	_ = w.settings.written(func(_, now *pbx.Setting) error { // the function never fails
		touched = touched || written(now)
		return nil
	})
	led := map[string]bool{}
	_ = w.outside.written(func(before, now *pbx.OutsideNumber) error { // likewise
		if before != nil && now != nil && before.LeadsTo != now.LeadsTo {
			led[now.Value] = true
		}
		return nil
	})
	if !touched && len(led) == 0 {
		return nil
	}
	base, err := w.tx.SettingsWith(w.org, pbx.SettingShownNumber)
	if err != nil {
		return err
	}
	for _, set := range w.settings.overlay(w, base, func(s pbx.Setting) bool { return s.Key == pbx.SettingShownNumber }) {
		k := settingKey{set.Level, set.Owner, set.Key}
		if _, mine := w.settings.rows[k]; !mine && !led[set.Value] {
			continue
		}
		err := w.stillShown(set)
		if err != nil && pbx.KindOf(err) == pbx.Invalid {
			err = w.settings.delete(w, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// showsNumber is the mention of the number that a setting shows.
func showsNumber(s pbx.Setting) []pbx.Reference {
	if s.Key != pbx.SettingShownNumber || pbx.ShownWord(s.Value) {
		return nil
	}
	to := pbx.DialString{Value: s.Value}.Ref()
	return []pbx.Reference{{Organization: s.Organization, From: s.Ref(), Field: "value", To: to}}
}

// shownInstead is the number that an answer names to be shown in the place of one that goes, where it may be shown.
func (w *Work) shownInstead(from pbx.Ref, id int64) (pbx.Ref, bool, error) {
	n, err := w.OutsideNumber(pbx.NumberID(id))
	if err != nil {
		return pbx.Ref{}, false, ignoreMissing(err)
	}
	level, owner, ok := pbx.SettingPlace(from.Key)
	if !ok {
		return pbx.Ref{}, false, nil
	}
	err = w.showable(pbx.Setting{Level: level, Owner: owner, Key: pbx.SettingShownNumber, Value: n.Value})
	if err != nil && pbx.KindOf(err) == pbx.Invalid {
		return pbx.Ref{}, false, nil
	}
	return n.DialString().Ref(), err == nil, err
}
