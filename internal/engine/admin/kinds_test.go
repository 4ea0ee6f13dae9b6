package admin

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"ringfence/internal/pbx"
)

func TestEveryKindHasATableInTheOrderOfKinds(t *testing.T) {
	w := newWork(nil, 1, Actor{}, time.Time{})
	var have []pbx.Kind
	for _, tb := range w.tables() {
		have = append(have, tb.kind())
	}
	want := pbx.Kinds()
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("tables of %v, kinds %v", have, want)
	}
}

// TestEveryFieldThatMentionsAnotherThingIsRegistered fails for a kind that gets a new field with the id of something
// else and does not say that it refers to it.
func TestEveryFieldThatMentionsAnotherThingIsRegistered(t *testing.T) {
	things := map[reflect.Type]pbx.Kind{
		reflect.TypeFor[pbx.GroupID](): pbx.KindGroup, reflect.TypeFor[pbx.UserID](): pbx.KindUser,
		reflect.TypeFor[pbx.DeviceID](): pbx.KindDevice, reflect.TypeFor[pbx.LineID](): pbx.KindLine,
		reflect.TypeFor[pbx.ProfileID](): pbx.KindProfile, reflect.TypeFor[pbx.PermissionID](): pbx.KindPermission,
		reflect.TypeFor[pbx.LocationID](): pbx.KindLocation, reflect.TypeFor[pbx.PoolID](): pbx.KindPool, reflect.TypeFor[pbx.TokenID](): pbx.KindToken,
		reflect.TypeFor[pbx.NumberID](): pbx.KindOutsideNumber, reflect.TypeFor[pbx.RingGroupID](): pbx.KindRingGroup,
	}
	// A part is found by what it is a part of, and goes with it; a hold lasts ten minutes.
	parts := []string{
		"ProvisioningProfile.ID", "CustomPermission.ID", "Location.ID", "Group.ID", "User.ID", "Device.ID", "Line.ID",
		"ExtensionPool.ID", "Token.ID", "Leave.User", "Forwarding.User", "OutsideNumber.ID",
		"RingGroup.ID",
		"Credential.Line", "UserSecret.User", "DialString.HeldFor", "DialString.Pool",
	}
	w := newWork(nil, 1, Actor{}, time.Time{})
	check := func(name string, v reflect.Value, mentions func() []pbx.Reference) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			typ, many := f.Type, f.Type.Kind() == reflect.Slice
			if many {
				typ = typ.Elem()
			}
			kind, ok := things[typ]
			if !ok || slices.Contains(parts, name+"."+f.Name) {
				continue
			}
			id := reflect.ValueOf(77).Convert(typ)
			if many {
				v.Field(i).Set(reflect.Append(v.Field(i), id))
			} else {
				v.Field(i).Set(id)
			}
			field, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			at := slices.IndexFunc(mentions(), func(r pbx.Reference) bool {
				return r.Field == field && r.To == pbx.Ref{Kind: kind, ID: 77}
			})
			if at < 0 {
				t.Errorf("%s.%s mentions a %s and is not registered", name, f.Name, kind)
			} else if _, ok := w.rule(mentions()[at]); !ok {
				t.Errorf("nothing says what becomes of %s.%s when the %s goes", name, f.Name, kind)
			}
		}
	}
	inspect(w.locs, check)
	inspect(w.profiles, check)
	inspect(w.perms, check)
	inspect(w.groups, check)
	inspect(w.users, check)
	inspect(w.leaves, check)
	inspect(w.forwards, check)
	inspect(w.devices, check)
	inspect(w.lines, check)
	inspect(w.creds, check)
	inspect(w.secrets, check)
	inspect(w.pools, check)
	inspect(w.ringGroups, check)
	inspect(w.outside, check)
	inspect(w.dials, check)
	inspect(w.settings, check)
	inspect(w.tokens, check)
	inspect(w.mails, check)
	inspect(w.mailKeys, check)
}

// TestEveryRuleCanBeCarriedOut fails for a field with a choice that does nothing.
func TestEveryRuleCanBeCarriedOut(t *testing.T) {
	w := newWork(nil, 1, Actor{}, time.Time{})
	for _, r := range w.rules() {
		if !mentionable(pbx.Ref{Kind: r.To, Key: "+"}) {
			t.Errorf("%s.%s mentions a %s, of which nobody asks who mentions it", r.Kind, r.Field, r.To)
		}
		if r.Usual != "" && !slices.Contains(r.Ways, r.Usual) {
			t.Errorf("%s.%s: %s is usual and can't be chosen", r.Kind, r.Field, r.Usual)
		}
	}
}

func inspect[K comparable, V any](tb *table[K, V], check func(string, reflect.Value, func() []pbx.Reference)) {
	v := new(V)
	check(reflect.TypeFor[V]().Name(), reflect.ValueOf(v).Elem(), func() []pbx.Reference {
		if tb.spec.mention == nil {
			return nil
		}
		return tb.spec.mention(*v)
	})
}

func TestTheTrashKeepsSecretsAndTheHistoryDoesNot(t *testing.T) {
	w := newWork(nil, 1, Actor{}, time.Time{})
	c := pbx.Credential{Line: 7, Organization: 1, HA1MD5: pbx.Sealed("md5-bytes"), HA1SHA256: pbx.Sealed("sha-bytes"), Version: 3}
	w.creds.rows[7] = &entry[pbx.Credential]{before: &c}
	w.creds.order = append(w.creds.order, 7)
	row, err := w.creds.stored(w, c.Ref())
	if err != nil {
		t.Fatal(err)
	}
	v, ref, err := w.creds.unpack(row.Row, nil)
	if err != nil || ref != c.Ref() || !reflect.DeepEqual(v, c) {
		t.Errorf("unpacked %#v, %v", v, err)
	}
	it, changed, err := w.creds.item(w, c.Ref())
	if err != nil || !changed {
		t.Fatal(err)
	}
	b, err := json.Marshal(it)
	if err != nil || strings.Contains(string(b), "bytes") || !strings.Contains(string(b), "redacted") {
		t.Errorf("history %s, %v", b, err)
	}
}
