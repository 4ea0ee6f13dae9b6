package roster_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// world is a plain model of S1, written without looking at how the engine does it: who is in which groups, in which
// order these are, who has which profile, and what is set where.
type world struct {
	order    []pbx.GroupID // the top first
	groupHas map[pbx.GroupID]pbx.ProfileID
	in       map[pbx.UserID][]pbx.GroupID
	where    map[pbx.UserID]pbx.LocationID
	userHas  map[pbx.UserID]pbx.ProfileID
	devHas   map[pbx.DeviceID]pbx.ProfileID
	owner    map[pbx.DeviceID]pbx.UserID
	stands   map[pbx.Place]stand // of the one setting the test is about
	spaces   map[pbx.UserID]bool // shared spaces, which have calls to outside closed before anybody says anything
	org      pbx.Place
	fallback string
}

type stand struct {
	value  string
	locked bool
}

// answer is a value with where it comes from.
type answer struct {
	value  string
	from   pbx.Place
	locked bool
}

// spot is one place on a path: what is set at the thing itself, and in the profile assigned to it.
type spot struct{ own, profile pbx.Place }

func at(l pbx.Level, id int64) pbx.Place { return pbx.Place{Level: l, Owner: id} }

// levels lists the path of a user or device level by level, the narrowest first; a level has many spots for groups.
func (w *world) levels(u pbx.UserID, d pbx.DeviceID) [][]spot {
	var out [][]spot
	if d != 0 {
		out = append(out, []spot{{at(pbx.LevelDevice, int64(d)), at(pbx.LevelProfile, int64(w.devHas[d]))}})
	}
	out = append(out, []spot{{at(pbx.LevelUser, int64(u)), at(pbx.LevelProfile, int64(w.userHas[u]))}})
	var groups []spot
	for _, g := range w.order {
		if slices.Contains(w.in[u], g) {
			groups = append(groups, spot{at(pbx.LevelGroup, int64(g)), at(pbx.LevelProfile, int64(w.groupHas[g]))})
		}
	}
	out = append(out, groups, []spot{{own: at(pbx.LevelLocation, int64(w.where[u]))}}, []spot{{own: w.org}})
	if w.spaces[u] {
		out = append(out, []spot{{own: at(pbx.LevelKind, 0)}})
	}
	return out
}

func (w *world) effective(levels [][]spot) answer {
	for _, level := range slices.Backward(levels) {
		for _, s := range level {
			for _, p := range []pbx.Place{s.profile, s.own} { // a profile's lock binds the place it is assigned to
				if x, ok := w.stands[p]; ok && x.locked {
					return answer{x.value, p, true}
				}
			}
		}
	}
	for _, level := range levels {
		for _, s := range level {
			for _, p := range []pbx.Place{s.own, s.profile} {
				if x, ok := w.stands[p]; ok {
					return answer{x.value, p, false}
				}
			}
		}
	}
	return answer{w.fallback, pbx.Place{Level: pbx.LevelDefault}, false}
}

// tree is the engine and the model side by side.
type tree struct {
	*rig
	world

	rand      *rand.Rand
	key       pbx.SettingKey
	users     []pbx.UserID
	devices   []pbx.DeviceID
	names     map[pbx.DeviceID]string
	profiles  []pbx.ProfileID
	locations []pbx.LocationID
}

func newTree(t *testing.T, seed uint64, key pbx.SettingKey, fallback string) *tree {
	t.Helper()
	r := newRig(t)
	v := &tree{rig: r, rand: rand.New(rand.NewPCG(seed, 7)), key: key, names: map[pbx.DeviceID]string{}}
	v.world = world{
		groupHas: map[pbx.GroupID]pbx.ProfileID{}, in: map[pbx.UserID][]pbx.GroupID{}, where: map[pbx.UserID]pbx.LocationID{},
		userHas: map[pbx.UserID]pbx.ProfileID{}, devHas: map[pbx.DeviceID]pbx.ProfileID{},
		owner: map[pbx.DeviceID]pbx.UserID{}, stands: map[pbx.Place]stand{},
		org: at(pbx.LevelOrganization, int64(r.org)), fallback: fallback, spaces: map[pbx.UserID]bool{},
	}
	for _, class := range []string{"local", "national", "mobile", "international", "premium", "tollFree", "satellite"} {
		if key == pbx.SettingKey("permission.call."+class) {
			v.stands[at(pbx.LevelKind, 0)] = stand{"false", false}
		}
	}
	if key == "permission.voicemail" {
		v.stands[at(pbx.LevelKind, 0)] = stand{"false", false}
	}
	v.profiles = []pbx.ProfileID{1}
	for i := range 2 {
		p, _, err := r.CreateProfile(t.Context(), r.actor, admin.ProfilePatch{Name: p("P" + strconv.Itoa(i))}, admin.Write{})
		r.ok(err)
		v.profiles = append(v.profiles, p.ID)
	}
	for i := range 2 {
		l, _, err := r.CreateLocation(t.Context(), r.actor, admin.LocationPatch{Name: p("L" + strconv.Itoa(i))}, admin.Write{})
		r.ok(err)
		v.locations = append(v.locations, l.ID)
	}
	for i := range 4 {
		id := r.group("G" + strconv.Itoa(i))
		v.order, v.groupHas[id] = append(v.order, id), 1
	}
	for i := range 4 {
		home := v.order[v.rand.IntN(4)]
		u := r.user("U"+strconv.Itoa(i), home).User.ID
		v.users, v.in[u] = append(v.users, u), []pbx.GroupID{home}
		list, err := r.ListDevices(t.Context(), r.actor, admin.DeviceQuery{User: u})
		r.ok(err)
		d := list.Items[0]
		v.devices, v.owner[d.ID], v.names[d.ID] = append(v.devices, d.ID), u, d.Lines[0].SIPUsername
	}
	return v
}

func (v *tree) profile() pbx.ProfileID {
	return append([]pbx.ProfileID{0}, v.profiles...)[v.rand.IntN(len(v.profiles)+1)]
}

// rearrange changes who is where, and in which order groups are.
func (v *tree) rearrange() {
	v.Helper()
	u := v.users[v.rand.IntN(len(v.users))]
	switch v.rand.IntN(6) {
	case 5:
		kind := pbx.Space
		if v.spaces[u] {
			kind = pbx.Person
		}
		_, _, err := v.UpdateUser(v.Context(), v.actor, u, admin.UserPatch{Kind: &kind, DisplayName: p("U")}, admin.Write{})
		v.ok(err)
		v.spaces[u] = kind == pbx.Space
	case 0:
		from, to := v.rand.IntN(len(v.order)), v.rand.IntN(len(v.order))
		g := v.order[from]
		_, _, err := v.UpdateGroup(v.Context(), v.actor, g, admin.GroupPatch{Position: p(to + 1)}, admin.Write{})
		v.ok(err)
		v.order = slices.Insert(slices.Delete(v.order, from, from+1), to, g)
	case 1:
		g, has := v.order[v.rand.IntN(len(v.order))], v.profiles[v.rand.IntN(len(v.profiles))]
		_, _, err := v.UpdateGroup(v.Context(), v.actor, g, admin.GroupPatch{Profile: &has}, admin.Write{})
		v.ok(err)
		v.groupHas[g] = has
	case 2:
		groups := slices.Clone(v.order)
		v.rand.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
		groups = groups[:1+v.rand.IntN(3)]
		_, _, err := v.UpdateUser(v.Context(), v.actor, u, admin.UserPatch{
			HomeGroup: &groups[0], Groups: p(slices.Clone(groups[1:])),
		}, admin.Write{})
		v.ok(err)
		v.in[u] = groups
	case 3:
		has, l := v.profile(), append([]pbx.LocationID{0}, v.locations...)[v.rand.IntN(3)]
		_, _, err := v.UpdateUser(v.Context(), v.actor, u, admin.UserPatch{Profile: &has, Location: &l}, admin.Write{})
		v.ok(err)
		v.userHas[u], v.where[u] = has, l
	default:
		d, has := v.devices[v.rand.IntN(len(v.devices))], v.profile()
		_, _, err := v.UpdateDevice(v.Context(), v.actor, d, admin.DevicePatch{Profile: &has}, admin.Write{})
		v.ok(err)
		v.devHas[d] = has
	}
}

// atDevices tells whether the setting may be set at a device.
func (v *tree) atDevices() bool {
	spec, err := pbx.Spec(v.key)
	v.ok(err)
	return slices.Contains(spec.Levels, pbx.LevelDevice)
}

// places lists where the setting may be set.
func (v *tree) places() []pbx.Place {
	out := []pbx.Place{v.world.org}
	for _, g := range v.order {
		out = append(out, at(pbx.LevelGroup, int64(g)))
	}
	for _, u := range v.users {
		out = append(out, at(pbx.LevelUser, int64(u)))
	}
	if v.atDevices() {
		for _, d := range v.devices {
			out = append(out, at(pbx.LevelDevice, int64(d)))
		}
	}
	for _, x := range v.profiles {
		out = append(out, at(pbx.LevelProfile, int64(x)))
	}
	for _, l := range v.locations {
		out = append(out, at(pbx.LevelLocation, int64(l)))
	}
	return out
}

// around is the path as seen from a place, for the lock that may bind it.
func (v *tree) around(where pbx.Place) [][]spot {
	org := []spot{{own: v.world.org}}
	switch where.Level {
	case pbx.LevelDevice:
		return v.levels(v.owner[pbx.DeviceID(where.Owner)], pbx.DeviceID(where.Owner))
	case pbx.LevelUser:
		return v.levels(pbx.UserID(where.Owner), 0)
	case pbx.LevelGroup:
		return [][]spot{{{where, at(pbx.LevelProfile, int64(v.groupHas[pbx.GroupID(where.Owner)]))}}, org}
	case pbx.LevelLocation, pbx.LevelProfile:
		return [][]spot{{{own: where}}, org}
	case pbx.LevelOrganization, pbx.LevelSystem, pbx.LevelKind, pbx.LevelDefault:
	}
	return [][]spot{org}
}

// change sets or resets a value somewhere, and expects to be refused just where the model says it is locked.
func (v *tree) change() {
	v.Helper()
	all := v.places()
	where := all[v.rand.IntN(len(all))]
	if v.rand.IntN(3) == 0 {
		_, err := v.ResetSetting(v.Context(), v.actor, where.Level, where.Owner, v.key, admin.Write{})
		v.ok(err)
		delete(v.stands, where)
		return
	}
	kept, had := v.stands[where]
	delete(v.stands, where)
	bound := v.effective(v.around(where)).locked
	if had {
		v.stands[where] = kept
	}
	in := stand{strconv.FormatBool(v.rand.IntN(2) == 0), v.rand.IntN(4) == 0}
	_, _, err := v.PutSetting(v.Context(), v.actor, pbx.Setting{
		Level: where.Level, Owner: where.Owner, Key: v.key, Value: in.value, Locked: in.locked,
	}, admin.Write{})
	switch {
	case bound && pbx.KindOf(err) == pbx.Conflict && err != nil:
	case bound || err != nil:
		v.Fatalf("set %v at %v, which is locked: %v; got %v", in, where, bound, err)
	default:
		v.stands[where] = in
	}
}

// view is what the API and so the page say about a place.
func (v *tree) view(where pbx.Place) answer {
	v.Helper()
	views, err := v.Settings(v.Context(), v.actor, where.Level, where.Owner)
	v.ok(err)
	for _, s := range views {
		if s.Spec.Key != v.key {
			continue
		}
		own, has := v.stands[where]
		if has != (s.Own != nil) || has && (s.Own.Value != own.value || s.Own.Locked != own.locked) {
			v.Fatalf("own value at %v: %+v, want %v %v", where, s.Own, own, has)
		}
		return answerOf(s.Effective)
	}
	v.Fatalf("%s is not listed at %v", v.key, where)
	return answer{}
}

func answerOf(e pbx.Effective) answer {
	return answer{e.Value, pbx.Place{Level: e.Origin, Owner: e.Owner}, e.Locked}
}

// compare asks everybody who can say what counts, for everyone.
func (v *tree) compare() {
	v.Helper()
	v.follow()
	for _, u := range v.users {
		want := v.effective(v.levels(u, 0))
		if got := v.view(at(pbx.LevelUser, int64(u))); got != want {
			v.Fatalf("the API says %+v of user %d, the model %+v", got, u, want)
		}
		e, ok := v.Effective(u, v.key)
		if got := answerOf(e); !ok || got != want {
			v.Fatalf("calls use %+v for user %d, the model says %+v", got, u, want)
		}
		if d, _ := v.Directory.User(u); v.key == pbx.SettingZRTP && strconv.FormatBool(d.ZRTP) != want.value {
			v.Fatalf("the call path has ZRTP %v for user %d, the model %+v", d.ZRTP, u, want)
		}
	}
	for _, d := range v.devices {
		want := v.effective(v.levels(v.owner[d], d))
		if v.atDevices() {
			if got := v.view(at(pbx.LevelDevice, int64(d))); got != want {
				v.Fatalf("the API says %+v of device %d, the model %+v", got, d, want)
			}
		}
		e, ok := v.EffectiveOf(v.names[d], v.key)
		if got := answerOf(e); !ok || got != want {
			v.Fatalf("calls use %+v for device %d, the model says %+v", got, d, want)
		}
		if l, _ := v.Line([]byte(v.names[d])); v.key == pbx.SettingZRTP && strconv.FormatBool(l.ZRTP) != want.value {
			v.Fatalf("the call path has ZRTP %v for device %d, the model %+v", l.ZRTP, d, want)
		}
	}
	for _, where := range v.places() {
		if got, want := v.view(where), v.effective(v.around(where)); got != want {
			v.Fatalf("the API says %+v at %v, the model %+v", got, where, want)
		}
	}
}

// TestEffectsAndReachFollowTheModel compares previews and reach with what the model makes of the same change.
func TestEffectsAndReachFollowTheModel(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			key := []pbx.SettingKey{pbx.SettingZRTP, pbx.CallNational.Permission()}[seed%2]
			v := newTree(t, seed+100, key, "true")
			for range 40 {
				v.rearrange()
				v.change()
				v.preview()
				v.reach()
			}
		})
	}
}

func (v *tree) preview() {
	v.Helper()
	all := v.places()
	where := all[v.rand.IntN(len(all))]
	was := map[pbx.UserID]answer{}
	for _, u := range v.users {
		was[u] = v.effective(v.levels(u, 0))
	}
	in := stand{strconv.FormatBool(v.rand.IntN(2) == 0), v.rand.IntN(3) == 0}
	r, _, err := v.PutSettings(v.Context(), v.actor, where.Level, where.Owner, []admin.SettingChange{{
		Key: v.key, Value: &in.value, Locked: in.locked,
	}}, admin.Write{DryRun: true})
	if err != nil {
		return // locked: change tests it
	}
	kept, had := v.stands[where]
	v.stands[where] = in
	want := map[pbx.UserID][2]string{}
	for _, u := range v.users {
		if is := v.effective(v.levels(u, 0)); is.value != was[u].value {
			want[u] = [2]string{was[u].value, is.value}
		}
	}
	delete(v.stands, where)
	if had {
		v.stands[where] = kept
	}
	if r.Effects.Users != len(want) || len(r.Effects.Changes) != len(want) {
		v.Fatalf("preview %+v, want %v", r.Effects, want)
	}
	for _, c := range r.Effects.Changes {
		if want[c.User.ID] != [2]string{c.From, c.To} {
			v.Fatalf("preview %+v, want %v", c, want[c.User.ID])
		}
	}
}

func (v *tree) reach() {
	v.Helper()
	for _, g := range v.order {
		r, err := v.SettingReach(v.Context(), v.actor, pbx.LevelGroup, int64(g), v.key)
		v.ok(err)
		users, applies, own := 0, 0, 0
		for _, u := range v.users {
			if !slices.Contains(v.in[u], g) {
				continue
			}
			users++
			if v.effective(v.levels(u, 0)).from == at(pbx.LevelGroup, int64(g)) {
				applies++
			}
			if _, ok := v.stands[at(pbx.LevelUser, int64(u))]; ok {
				own++
			}
		}
		for d, u := range v.owner {
			if _, ok := v.stands[at(pbx.LevelDevice, int64(d))]; ok && slices.Contains(v.in[u], g) {
				own++
			}
		}
		if r.Users != users || r.Applies != applies || r.OwnCount != own || len(r.Own) != own {
			v.Fatalf("reach of group %d: %+v, want %d of %d, %d own", g, r, applies, users, own)
		}
	}
}
