package admin

import (
	"strconv"

	"ringfence/internal/pbx"
)

// joinNamed adds the groups that a patch names; a name that nobody has becomes a group at the bottom of the order, in
// this very change set (U3).
func (w *Work) joinNamed(u *pbx.User, names []string) error {
	for _, name := range names {
		name = clean(name)
		g, err := w.groupByName(pbx.Fold(name))
		if err != nil && pbx.KindOf(err) != pbx.NotFound {
			return err
		}
		own, scoped := w.actor.scoped()
		if err != nil || scoped && g.ID != own { // what is not his does not exist for him (S4)
			if g, err = w.newGroup(name); err != nil {
				return err
			}
		}
		if g.ID != u.HomeGroup && !u.MemberOf(g.ID) {
			u.Groups = append(u.Groups, g.ID)
		}
	}
	tidyGroups(u)
	return nil
}

// newGroup makes a group of which only the name is known.
func (w *Work) newGroup(name string) (pbx.Group, error) {
	if !w.actor.May(pbx.PermGroupsWrite) {
		return pbx.Group{}, fieldError("groups", "There is no group "+strconv.Quote(name)+", and you can't make one.")
	}
	g, err := w.groupToWrite(0, 0, GroupPatch{})
	if err != nil {
		return g, err
	}
	g.Name = name
	if err := g.Validate(); err != nil {
		return g, fieldError("groups", strconv.Quote(name)+" can't be the name of a group.")
	}
	return g, w.groups.put(w, g)
}
