package pbx

import "testing"

func TestEffectiveValue(t *testing.T) {
	spec, err := Spec(SettingSecurity)
	if err != nil {
		t.Fatal(err)
	}
	at := func(l Level, owner int64, value string, locked bool) Layer {
		return Layer{Setting{Level: l, Owner: owner, Key: SettingSecurity, Value: value, Locked: locked}, Place{l, owner}}
	}
	profile := func(l Level, owner int64, value string, locked bool) Layer {
		return Layer{Setting{Level: LevelProfile, Owner: 9, Key: SettingSecurity, Value: value, Locked: locked}, Place{l, owner}}
	}
	tests := []struct {
		name   string
		layers []Layer
		want   Effective
	}{
		{"nothing set", nil, Effective{Value: "secure", Origin: LevelDefault}},
		{
			"the narrowest wins",
			[]Layer{at(LevelDevice, 1, "any", false), at(LevelUser, 2, "secure", false)},
			Effective{Value: "any", Origin: LevelDevice, Owner: 1},
		},
		{
			"the topmost group wins",
			[]Layer{at(LevelGroup, 5, "any", false), at(LevelGroup, 3, "secure", false)},
			Effective{Value: "any", Origin: LevelGroup, Owner: 5},
		},
		{
			"a lock wins over what is narrower",
			[]Layer{at(LevelUser, 2, "any", false), at(LevelOrganization, 1, "secure", true)},
			Effective{Value: "secure", Origin: LevelOrganization, Owner: 1, Locked: true},
		},
		{
			"the widest lock wins",
			[]Layer{at(LevelUser, 2, "any", true), at(LevelGroup, 3, "any", true), at(LevelSystem, 0, "secure", true)},
			Effective{Value: "secure", Origin: LevelSystem, Locked: true},
		},
		{
			"among groups the topmost locking one",
			[]Layer{at(LevelGroup, 3, "any", false), at(LevelGroup, 4, "secure", true), at(LevelGroup, 5, "any", true)},
			Effective{Value: "secure", Origin: LevelGroup, Owner: 4, Locked: true},
		},
		{
			"a lock below does not bind what is wider",
			[]Layer{at(LevelUser, 2, "any", true), at(LevelOrganization, 1, "secure", false)},
			Effective{Value: "any", Origin: LevelUser, Owner: 2, Locked: true},
		},
		{
			"a group's profile counts below the group's own value",
			[]Layer{at(LevelGroup, 3, "any", false), profile(LevelGroup, 3, "secure", false)},
			Effective{Value: "any", Origin: LevelGroup, Owner: 3},
		},
		{
			"the profile of the topmost group wins over the next group's own value",
			[]Layer{profile(LevelGroup, 3, "any", false), at(LevelGroup, 4, "secure", false)},
			Effective{Value: "any", Origin: LevelProfile, Owner: 9},
		},
		{
			"a profile's lock binds the place it is assigned to",
			[]Layer{at(LevelGroup, 3, "any", true), profile(LevelGroup, 3, "secure", true), at(LevelGroup, 4, "any", true)},
			Effective{Value: "secure", Origin: LevelProfile, Owner: 9, Locked: true},
		},
		{
			"a lock of a user's profile is narrower than one of a group",
			[]Layer{profile(LevelUser, 2, "any", true), at(LevelGroup, 4, "secure", true)},
			Effective{Value: "secure", Origin: LevelGroup, Owner: 4, Locked: true},
		},
		{
			"other keys do not count",
			[]Layer{{Setting: Setting{Level: LevelUser, Key: SettingZRTP, Value: "false", Locked: true}}},
			Effective{Value: "secure", Origin: LevelDefault},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Key = SettingSecurity
			got := EffectiveValue(spec, tt.layers)
			got.At = Place{}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestTheCatalogueIsConsistent(t *testing.T) {
	seen := map[SettingKey]bool{}
	for _, s := range Catalogue() {
		if seen[s.Key] {
			t.Errorf("%s stands twice", s.Key)
		}
		seen[s.Key] = true
		if m := s.Problem(s.Default); m != "" {
			t.Errorf("%s: the default is refused: %s", s.Key, m)
		}
		if len(s.Levels) == 0 || s.Label == "" || s.Help == "" {
			t.Errorf("%s lacks levels, label or help", s.Key)
		}
		if m := s.Problem("no such value"); m == "" {
			t.Errorf("%s takes anything", s.Key)
		}
	}
	if _, err := Spec("no.such"); KindOf(err) != NotFound {
		t.Errorf("got %v", err)
	}
}
