package admin_test

import (
	"slices"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (r *rig) shown(level pbx.Level, owner int64) admin.SettingView {
	r.Helper()
	list, err := r.Settings(r.Context(), r.owner, level, owner)
	r.ok(err)
	i := slices.IndexFunc(list, func(v admin.SettingView) bool { return v.Spec.Key == pbx.SettingShownNumber })
	if i < 0 {
		r.Fatalf("no shown number at the %s", level)
	}
	return list[i]
}

func TestTheShownNumberIsOneOfThoseAssignedThere(t *testing.T) {
	r := newRig(t)
	sales, lab, rome := r.group("Sales").ID, r.group("Lab").ID, r.location("Rome").ID
	anna, bo := r.user("Anna", "Berg", sales).User.ID, r.user("Bo", "Ek", lab).User.ID
	ofAnna, ofBo, main := r.outside("+4533736501", anna), r.outside("+4533736502", bo), r.outside("+4533736500", 0)
	_, _, err := r.UpdateOutsideNumber(t.Context(), r.owner, main.ID, admin.OutsidePatch{Location: &rome}, admin.Write{})
	r.ok(err)
	for _, tt := range []struct {
		level pbx.Level
		owner int64
		may   []string
		not   string
	}{
		{pbx.LevelUser, int64(anna), []string{ofAnna.Value}, ofBo.Value},
		{pbx.LevelGroup, int64(sales), []string{ofAnna.Value}, ofBo.Value},
		{pbx.LevelLocation, int64(rome), []string{main.Value}, ofBo.Value},
		{pbx.LevelOrganization, int64(r.org), []string{main.Value, ofAnna.Value, ofBo.Value}, "+4533736509"},
	} {
		want := append([]string{pbx.ShownOwn, pbx.ShownWithheld}, tt.may...)
		if got := r.shown(tt.level, tt.owner).Spec.Choices; !slices.Equal(got, want) {
			t.Errorf("at the %s one chooses of %q, want %q", tt.level, got, want)
		}
		for _, value := range append(want, "+45 33 73 65 0"+tt.may[0][len(tt.may[0])-1:]) { // also with spaces
			r.ok(r.set(tt.level, tt.owner, pbx.SettingShownNumber, value))
		}
		if got := r.shown(tt.level, tt.owner).Own.Value; got != tt.may[0] {
			t.Errorf("at the %s stands %q", tt.level, got)
		}
		for _, value := range []string{tt.not, "reception", ""} {
			r.onField(r.set(tt.level, tt.owner, pbx.SettingShownNumber, value), "value", "")
		}
	}
	if got := r.shown(pbx.LevelUser, int64(bo)); got.Effective.Value != main.Value || got.EffectiveFrom.Level != pbx.LevelOrganization {
		t.Errorf("Bo shows %s from the %s", got.Effective.Value, got.EffectiveFrom.Level)
	}
	r.onField(r.set(pbx.LevelDevice, 1, pbx.SettingShownNumber, pbx.ShownOwn), "level", "")
}

func TestDeletingAShownNumberAsks(t *testing.T) {
	r := newRig(t)
	sales := r.group("Sales").ID
	anna := r.user("Anna", "Berg", sales).User.ID
	one, two := r.outside("+4533736501", anna), r.outside("+4533736502", anna)
	other := r.outside("+4533736503", 0)
	for level, owner := range map[pbx.Level]int64{pbx.LevelUser: int64(anna), pbx.LevelGroup: int64(sales)} {
		r.ok(r.set(level, owner, pbx.SettingShownNumber, one.Value))
	}
	remove := func(answers ...admin.Answer) (pbx.ChangeSet, error) {
		return r.DeleteOutsideNumber(t.Context(), r.owner, one.ID, &admin.Resolution{Answers: answers}, admin.Write{})
	}
	_, err := remove()
	if d := r.deletion(err); len(d.Questions) != 1 || d.Questions[0].Count != 2 || d.Questions[0].Kind != pbx.KindSetting ||
		d.Questions[0].To != pbx.KindOutsideNumber || d.References[0].To != one.Ref() || d.References[0].ToName != "+45 33 73 65 01" {
		t.Fatalf("asked %+v", d.Questions)
	}
	_, err = remove(admin.Answer{Way: admin.WayReroute, To: int64(other.ID)})
	r.refused(err, pbx.Conflict, "Choose another outside number") // it is not assigned there
	gone, err := remove(
		admin.Answer{Way: admin.WayRemove},
		admin.Answer{Kind: pbx.KindSetting, Key: pbx.SettingRefKey(pbx.LevelUser, int64(anna), pbx.SettingShownNumber), Way: admin.WayReroute, To: int64(two.ID)},
	)
	r.ok(err)
	if got := r.shown(pbx.LevelUser, int64(anna)); got.Effective.Value != two.Value {
		t.Errorf("in its place Anna shows %s", got.Effective.Value)
	}
	if got := r.shown(pbx.LevelGroup, int64(sales)); got.Own != nil {
		t.Errorf("the group still shows %s", got.Own.Value)
	}
	_, _, err = r.Undo(t.Context(), r.owner, gone.ID, nil, admin.Write{})
	r.ok(err)
	if u, g := r.shown(pbx.LevelUser, int64(anna)), r.shown(pbx.LevelGroup, int64(sales)); u.Effective.Value != one.Value || g.Own == nil {
		t.Errorf("after undo %s and %v", u.Effective.Value, g.Own)
	}
}

func TestWhoLosesANumberNoLongerShowsIt(t *testing.T) {
	r := newRig(t)
	sales := r.group("Sales").ID
	anna, bo := r.user("Anna", "Berg", sales).User.ID, r.user("Bo", "Ek", sales).User.ID
	n := r.outside("+4533736501", anna)
	r.ok(r.set(pbx.LevelUser, int64(anna), pbx.SettingShownNumber, n.Value))
	to := pbx.User{ID: bo}.Ref()
	_, moved, err := r.UpdateOutsideNumber(t.Context(), r.owner, n.ID, admin.OutsidePatch{LeadsTo: &to}, admin.Write{})
	r.ok(err)
	if got := r.shown(pbx.LevelUser, int64(anna)); got.Own != nil {
		t.Errorf("Anna shows a number of Bo: %s", got.Own.Value)
	}
	_, _, err = r.Undo(t.Context(), r.owner, moved.ID, nil, admin.Write{})
	r.ok(err)
	if got := r.shown(pbx.LevelUser, int64(anna)); got.Own == nil || got.Own.Value != n.Value {
		t.Errorf("after undo she shows %+v", got.Own)
	}
}
