package admin

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"ringfence/internal/pbx"
)

// ListChanges lists change sets, the last first (F5). Each carries at most ItemsShown items.
func (s *Service) ListChanges(ctx context.Context, a Actor, q ChangeQuery) (Page[pbx.ChangeSet], error) {
	var p Page[pbx.ChangeSet]
	if err := q.normalize(q.Sorts()); err != nil {
		return p, err
	}
	err := s.view(ctx, a, AuditList, func(w *Work) (err error) {
		if p, err = w.tx.ListChangeSets(w.org, q); err != nil {
			return err
		}
		for i := range p.Items {
			if err = w.nameSubject(&p.Items[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return p, err
}

// nameSubject says what a change set was about: as it was called then, else as it is called now.
func (w *Work) nameSubject(cs *pbx.ChangeSet) error {
	i := slices.IndexFunc(cs.Items, func(it pbx.ChangeItem) bool { return it.Ref == cs.Subject })
	if i >= 0 && cs.Subject.Kind != pbx.KindSetting {
		cs.SubjectName = cs.Items[i].Name
		return nil
	}
	about := cs.Subject
	if about.Kind == pbx.KindSetting { // whose it is
		level, owner, ok := pbx.SettingPlace(about.Key)
		if kind := kindAt(level); ok && kind != "" {
			about = pbx.Ref{Kind: kind, ID: owner}
		}
	}
	if about.IsZero() {
		return nil
	}
	var err error
	cs.SubjectName, err = w.formerName(about)
	return err
}

// kindAt is the kind of thing at which settings of a level are set; empty above all things.
func kindAt(level pbx.Level) pbx.Kind {
	switch level {
	case pbx.LevelUser:
		return pbx.KindUser
	case pbx.LevelDevice:
		return pbx.KindDevice
	case pbx.LevelGroup:
		return pbx.KindGroup
	case pbx.LevelLocation:
		return pbx.KindLocation
	case pbx.LevelProfile, pbx.LevelOrganization, pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	return ""
}

// MostItems is how many items of a change set are read at once; ChangeItems gives the others page by page.
const MostItems = 1000

// ChangeView is a change set with what its items mention by number, by name. The names' keys are field/number.
type ChangeView struct {
	pbx.ChangeSet
	Names map[string]string
}

// Change returns one change set with its first MostItems items; NotFound.
func (s *Service) Change(ctx context.Context, a Actor, id pbx.ChangeSetID) (ChangeView, error) {
	var v ChangeView
	err := s.view(ctx, a, AuditRead, func(w *Work) error {
		var err error
		if v.ChangeSet, err = w.changeSet(id); err != nil {
			return err
		}
		if v.Items, err = w.tx.ChangeItems(id, 0, MostItems); err != nil {
			return err
		}
		if err = w.nameSubject(&v.ChangeSet); err != nil {
			return err
		}
		v.Names, err = w.mentioned(v.Items)
		return err
	})
	return v, err
}

// ChangeItems returns a page of a change set's items, and by name what they mention; NotFound.
func (s *Service) ChangeItems(
	ctx context.Context, a Actor, id pbx.ChangeSetID, q Query,
) (Page[pbx.ChangeItem], map[string]string, error) {
	var p Page[pbx.ChangeItem]
	var names map[string]string
	if err := q.normalize([]string{"ordinal"}); err != nil {
		return p, nil, err
	}
	err := s.view(ctx, a, AuditRead, func(w *Work) error {
		cs, err := w.changeSet(id)
		if err != nil {
			return err
		}
		p.Total = cs.Count
		if p.Items, err = w.tx.ChangeItems(id, (q.Page-1)*q.Limit, q.Limit); err != nil {
			return err
		}
		names, err = w.mentioned(p.Items)
		return err
	})
	return p, names, err
}

// changeSet is a change set of the organization, without items; NotFound.
func (w *Work) changeSet(id pbx.ChangeSetID) (pbx.ChangeSet, error) {
	cs, err := w.tx.ChangeSetAlone(id)
	if err == nil && cs.Organization != w.org || err != nil && pbx.KindOf(err) == pbx.NotFound {
		return pbx.ChangeSet{}, pbx.Errorf(pbx.NotFound, "There is no change set "+strconv.FormatInt(int64(id), 10)+".")
	}
	return cs, err
}

// EachChange gives every change set that is asked for, the last first, each with all its items in pieces of at most
// MostItems: what does not fit one piece comes as the same change set again with the next items.
func (s *Service) EachChange(ctx context.Context, a Actor, q ChangeQuery, fn func(pbx.ChangeSet) error) error {
	q.Limit, q.Cursor, q.Page = MaxPageSize, "", 0
	for {
		p, err := s.ListChanges(ctx, a, q)
		if err != nil {
			return err
		}
		for _, cs := range p.Items {
			if err := s.inPieces(ctx, a, cs, fn); err != nil {
				return err
			}
		}
		if q.Cursor = p.Next; p.Next == "" {
			return nil
		}
	}
}

func (s *Service) inPieces(ctx context.Context, a Actor, cs pbx.ChangeSet, fn func(pbx.ChangeSet) error) error {
	for from := 0; ; {
		if err := fn(cs); err != nil {
			return err
		}
		if from += len(cs.Items); from >= cs.Count || len(cs.Items) == 0 {
			return nil
		}
		err := s.view(ctx, a, AuditRead, func(w *Work) (err error) {
			cs.Items, err = w.tx.ChangeItems(cs.ID, from, MostItems)
			return err
		})
		if err != nil {
			return err
		}
	}
}

// mentions says which kind of thing a field of any kind of thing names by number.
func mentions() map[string]pbx.Kind {
	return map[string]pbx.Kind{
		"groupId": pbx.KindGroup, "groups": pbx.KindGroup, "userId": pbx.KindUser, "heldFor": pbx.KindUser,
		"locationId": pbx.KindLocation, "emergencyLocationId": pbx.KindLocation, "deviceId": pbx.KindDevice,
		"lineId": pbx.KindLine, "pool": pbx.KindPool,
		"always": pbx.KindUser, "busy": pbx.KindUser, "noAnswer": pbx.KindUser, "offline": pbx.KindUser,
		"members": pbx.KindUser,
	}
}

// mentioned gives the names of what items mention by number, as they are now; what is gone is called what it was.
func (w *Work) mentioned(items []pbx.ChangeItem) (map[string]string, error) {
	names, kinds := map[string]string{}, mentions()
	for _, it := range items {
		for _, side := range []json.RawMessage{it.Before, it.After} {
			var fields map[string]json.RawMessage
			if len(side) == 0 || json.Unmarshal(side, &fields) != nil {
				continue
			}
			for f, raw := range fields {
				kind, ok := kinds[f]
				if !ok {
					continue
				}
				for _, id := range numbersIn(raw) {
					key := f + "/" + strconv.FormatInt(id, 10)
					if _, ok := names[key]; ok || id == 0 {
						continue
					}
					name, err := w.formerName(pbx.Ref{Kind: kind, ID: id})
					if err != nil {
						return nil, err
					}
					names[key] = name
				}
			}
		}
	}
	return names, nil
}

// numbersIn reads one number or several.
func numbersIn(raw json.RawMessage) []int64 {
	var one int64
	var many []int64
	if json.Unmarshal(raw, &one) == nil {
		return []int64{one}
	}
	if json.Unmarshal(raw, &many) == nil {
		return many
	}
	return nil
}

// formerName is what people call a thing, or called it while it was there.
func (w *Work) formerName(r pbx.Ref) (string, error) {
	name, err := w.nameOf(r)
	if name != "" || err != nil {
		return name, err
	}
	t, err := w.tx.TrashOf(w.org, r)
	return t.Name, ignoreMissing(err)
}

// ChangeSearchText is the text in which a change set is searched.
func ChangeSearchText(cs pbx.ChangeSet) string {
	text := cs.Summary + "\n" + cs.ActorName + "\n" + cs.Intent
	i := slices.IndexFunc(cs.Items, func(it pbx.ChangeItem) bool { return it.Ref == cs.Subject })
	if i >= 0 {
		text += "\n" + cs.Items[i].Name
	}
	return text
}
