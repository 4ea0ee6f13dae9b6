package admin_test

import (
	"context"
	"strings"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// erased remembers who was to be erased from call records.
type erased []pbx.UserID

func (e *erased) EraseUsers(_ context.Context, _ pbx.OrganizationID, users []pbx.UserID) error {
	*e = append(*e, users...)
	return nil
}

func TestErasedIsSomebodyOfWhomNothingIsTold(t *testing.T) {
	r := newRig(t)
	var records erased
	r.Service = admin.New(admin.Config{Store: r.store, Vault: r.vault, Records: &records})
	g := r.group("Sales")
	a := r.numbered("Anneliese", "201", g.ID, "anneliese")
	r.numbered("Ben", "202", g.ID)
	_, _, err := r.UpdateUser(t.Context(), r.owner, a.ID, admin.UserPatch{Email: p("anneliese@example.com")}, admin.Write{})
	r.ok(err)
	// Something of somebody else tells of her too.
	_, _, err = r.UpdateGroup(t.Context(), r.owner, g.ID, admin.GroupPatch{
		ContactName: p("Anneliese Berg"), ITEmail: p("anneliese@example.com"),
	}, admin.Write{})
	r.ok(err)
	cs, err := r.DeleteUser(t.Context(), r.owner, a.ID, nil, admin.Write{})
	r.ok(err)
	adm := r.owner
	adm.Role = pbx.RoleAdministrator
	_, err = r.Erase(t.Context(), adm, cs.ID, "Anneliese Berg", admin.Write{})
	r.refused(err, pbx.Forbidden, "owner")
	_, err = r.Erase(t.Context(), r.owner, cs.ID, "Anneliese", admin.Write{})
	r.onField(err, "confirmName", "Type Anneliese Berg")
	_, err = r.Erase(t.Context(), r.owner, cs.ID, "anneliese berg", admin.Write{})
	r.ok(err)
	all, err := r.ListChanges(t.Context(), r.owner, admin.ChangeQuery{Query: admin.Query{Limit: 500}})
	r.ok(err)
	text := jsonText(all)
	for _, told := range []string{"Anneliese", "anneliese"} {
		if strings.Contains(text, told) {
			t.Errorf("the audit log still tells of %s", told)
		}
	}
	if !strings.Contains(text, "Ben") || len(records) != 1 || records[0] != a.ID {
		t.Errorf("too much or too little was erased: %v", records)
	}
	if o := r.occupancy("201"); o.State != admin.NumberFree {
		t.Errorf("the number is %+v", o)
	}
	_, err = r.Erase(t.Context(), r.owner, cs.ID, "Anneliese Berg", admin.Write{})
	r.refused(err, pbx.NotFound, "nothing to restore")
}
