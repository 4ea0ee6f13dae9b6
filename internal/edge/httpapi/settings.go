package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Setting is a setting as seen from one level.
type Setting struct {
	Key      string        `json:"key"`
	Value    string        `json:"value" doc:"The value that counts here"`
	Origin   string        `json:"origin" doc:"The level that it comes from; default: the catalogue; kind: what the kind of the user brings"`
	OriginID int64         `json:"originId,omitempty" doc:"Whose value it is at that level"`
	From     SettingOrigin `json:"from" doc:"Where the value comes from, by name"`
	Locked   bool          `json:"locked" doc:"The level it comes from locks it; unless that is this very one, it cannot be set here"`

	Own           *string       `json:"own,omitempty" doc:"The value set at this very level, also one that a lock overrides"`
	OwnLocked     bool          `json:"ownLocked,omitempty" doc:"This level locks it for those below"`
	OwnCounts     bool          `json:"ownCounts,omitempty" doc:"The value set here is the one that counts"`
	Inherited     string        `json:"inherited" doc:"What would count without a value of its own"`
	InheritedFrom SettingOrigin `json:"inheritedFrom"`
	Bound         bool          `json:"bound,omitempty" doc:"Something wider locks it: it cannot be set here"`

	Type     string   `json:"type" enum:"choice,bool,int,duration,language,timeZone,shownNumber"`
	Choices  []string `json:"choices,omitempty"`
	Min      int64    `json:"min,omitempty" doc:"Of a number; of a duration in milliseconds"`
	Max      int64    `json:"max,omitempty"`
	Default  string   `json:"default"`
	Lockable bool     `json:"lockable" doc:"It can be locked at this level"`
	Label    string   `json:"label"`
	Help     string   `json:"help"`
	Version  int64    `json:"version,omitempty"`
}

// SettingOrigin names where a value comes from.
type SettingOrigin struct {
	Level         string `json:"level"`
	ID            int64  `json:"id,omitempty"`
	Name          string `json:"name,omitempty"`
	AssignedLevel string `json:"assignedLevel,omitempty" doc:"Of a provisioning profile: the level it is assigned at"`
	AssignedID    int64  `json:"assignedId,omitempty"`
	AssignedName  string `json:"assignedName,omitempty"`
}

func originView(o admin.SettingOrigin) SettingOrigin {
	return SettingOrigin{
		Level: string(o.Level), ID: o.Owner, Name: o.Name, AssignedLevel: string(o.Assigned.Level),
		AssignedID: o.Assigned.Owner, AssignedName: o.AssignedName,
	}
}

func settingView(s admin.SettingView) Setting {
	v := Setting{
		Key: string(s.Spec.Key), Value: s.Effective.Value, Origin: string(s.Effective.Origin),
		OriginID: s.Effective.Owner, From: originView(s.EffectiveFrom), Locked: s.Effective.Locked,
		Inherited: s.Inherited.Value, InheritedFrom: originView(s.InheritedFrom), Bound: s.Inherited.Locked,
		Type: string(s.Spec.Type), Choices: s.Spec.Choices, Min: s.Spec.Min, Max: s.Spec.Max, Default: s.Spec.Default,
		Lockable: s.Lockable, Label: s.Spec.Label, Help: s.Spec.Help,
	}
	if s.Own != nil {
		v.Own, v.OwnLocked, v.Version = &s.Own.Value, s.Own.Locked, s.Own.Version
		v.OwnCounts = s.Effective.Origin == s.Own.Level && s.Effective.Owner == s.Own.Owner
	}
	return v
}

// Place is where a setting stands.
type Place struct {
	Level string `query:"level" enum:"device,user,group,profile,location,organization,system" doc:"organization unless told"`
	Owner int64  `query:"owner" minimum:"0" doc:"Id of the device, user, group, profile or location; not needed for the organization"`
}

func (p Place) at(who caller) (pbx.Level, int64) {
	level := pbx.Level(p.Level)
	if level == "" {
		level = pbx.LevelOrganization
	}
	if level == pbx.LevelOrganization && p.Owner == 0 {
		return level, int64(who.Organization)
	}
	return level, p.Owner
}

func (a *API) settings() {
	add(a, operation{
		id: "listSettings", method: http.MethodGet, path: "/settings", tag: "Settings",
		summary: "List the settings that can be set at a level", permission: pbx.PermSettingsRead,
	}, a.listSettings)
	add(a, operation{
		id: "putSettings", method: http.MethodPatch, path: "/settings", tag: "Settings",
		summary:    "Set and reset values at a level, all or nothing; a dry run tells for whom what would change",
		permission: pbx.PermSettingsWrite,
	}, a.putSettings)
	add(a, operation{
		id: "putSetting", method: http.MethodPut, path: "/settings/{key}", tag: "Settings",
		summary: "Set a value at a level", permission: pbx.PermSettingsWrite,
	}, a.putSetting)
	add(a, operation{
		id: "resetSetting", method: http.MethodDelete, path: "/settings/{key}", tag: "Settings",
		summary: "Return to the inherited value", permission: pbx.PermSettingsWrite,
		status: http.StatusNoContent,
	}, a.resetSetting)
	add(a, operation{
		id: "getSettingReach", method: http.MethodGet, path: "/settings/{key}/reach", tag: "Settings",
		summary: "Tell for whom the value at a level counts, and who has another", permission: pbx.PermSettingsRead,
	}, a.settingReach)
	add(a, operation{
		id: "resetSettingBelow", method: http.MethodPost, path: "/settings/{key}/reset-below", tag: "Settings",
		summary: "Take the values that users and devices below have of their own", permission: pbx.PermSettingsWrite,
	}, a.resetBelow)
}

func (a *API) listSettings(ctx context.Context, who caller, in *struct {
	ListInput
	Place
},
) (*listOutput[Setting], error) {
	level, owner := in.at(who)
	list, err := a.cfg.Admin.Settings(ctx, who.Actor, level, owner)
	if err != nil {
		return nil, err
	}
	return short(in.ListInput, list, settingView), nil
}

// SettingInput is a value and whether it binds the levels below.
type SettingInput struct {
	Value  string `json:"value" maxLength:"1000"`
	Locked bool   `json:"locked,omitempty"`
}

func (a *API) putSetting(ctx context.Context, who caller, in *struct {
	Place
	WriteInput
	Key     string `path:"key" maxLength:"100"`
	IfMatch string `header:"If-Match" maxLength:"50"`
	Body    SettingInput
},
) (*writtenOutput[Setting], error) {
	v, err := ifMatch(in.IfMatch)
	if err != nil {
		return nil, err
	}
	level, owner := in.at(who)
	s, cs, err := a.cfg.Admin.PutSetting(ctx, who.Actor, pbx.Setting{
		Organization: who.Organization, Level: level, Owner: owner, Key: pbx.SettingKey(in.Key),
		Value: in.Body.Value, Locked: in.Body.Locked,
	}, admin.Write{DryRun: in.DryRun, IfMatch: v})
	if err != nil {
		return nil, err
	}
	view := settingView(s)
	return written(cs, view.Version, view), nil
}

func (a *API) resetSetting(ctx context.Context, who caller, in *struct {
	Place
	WriteInput
	Key string `path:"key" maxLength:"100"`
},
) (*goneOutput, error) {
	level, owner := in.at(who)
	w := admin.Write{DryRun: in.DryRun}
	cs, err := a.cfg.Admin.ResetSetting(ctx, who.Actor, level, owner, pbx.SettingKey(in.Key), w)
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}

// SettingChange sets a value, or returns it to the inherited one.
type SettingChange struct {
	Key     string  `json:"key" maxLength:"100"`
	Value   *string `json:"value" maxLength:"1000" nullable:"true" doc:"null returns to the inherited value"`
	Locked  bool    `json:"locked,omitempty"`
	Version int64   `json:"version,omitempty" doc:"As it was read; 412 when somebody changed it since"`
}

// SettingsInput is what changes at a level.
type SettingsInput struct {
	Values []SettingChange `json:"values" nullable:"false" minItems:"1" maxItems:"200"`
}

// SettingsChanged is what became of the settings; of a dry run also for whom what would change.
type SettingsChanged struct {
	Settings []Setting       `json:"settings" nullable:"false"`
	Effects  *SettingEffects `json:"effects,omitempty"`
}

// SettingEffects tells for whom a change of settings changes what.
type SettingEffects struct {
	Under   int             `json:"under" doc:"Users whom values at this level can reach"`
	Users   int             `json:"users" doc:"Of these, those for whom something changes"`
	Changes []SettingEffect `json:"changes" nullable:"false"`
	More    int             `json:"more,omitempty" doc:"Changes that are not listed"`
}

// SettingEffect is a value that changes for a user.
type SettingEffect struct {
	User UserName `json:"user"`
	Key  string   `json:"key"`
	From string   `json:"from"`
	To   string   `json:"to"`
}

func (a *API) putSettings(ctx context.Context, who caller, in *struct {
	Place
	WriteInput
	Body SettingsInput
},
) (*doneOutput[SettingsChanged], error) {
	level, owner := in.at(who)
	var changes []admin.SettingChange
	for _, c := range in.Body.Values {
		changes = append(changes, admin.SettingChange{
			Key: pbx.SettingKey(c.Key), Value: c.Value, Locked: c.Locked, Seen: c.Version,
		})
	}
	r, cs, err := a.cfg.Admin.PutSettings(ctx, who.Actor, level, owner, changes, admin.Write{DryRun: in.DryRun})
	if err != nil {
		return nil, err
	}
	out := SettingsChanged{Settings: []Setting{}}
	for _, s := range r.Settings {
		out.Settings = append(out.Settings, settingView(s))
	}
	if in.DryRun {
		e := &SettingEffects{Under: r.Effects.Under, Users: r.Effects.Users, More: r.Effects.More, Changes: []SettingEffect{}}
		for _, c := range r.Effects.Changes {
			e.Changes = append(e.Changes, SettingEffect{User: userName(c.User), Key: string(c.Key), From: c.From, To: c.To})
		}
		out.Effects = e
	}
	return &doneOutput[SettingsChanged]{Changed: changedBy(cs), Body: out}, nil
}

// SettingReach tells for whom the value at a level counts.
type SettingReach struct {
	Users     int                `json:"users" doc:"Users whom a value at this level can reach"`
	Applies   int                `json:"applies" doc:"Of these, those for whom the value of this level counts"`
	Own       []SettingOwn       `json:"own" nullable:"false" doc:"Who below has a value of his own; at most 100 are named"`
	OwnCount  int                `json:"ownCount"`
	Elsewhere []SettingElsewhere `json:"elsewhere" nullable:"false" doc:"Where the others' value comes from"`
}

// SettingOwn is a value that a user below has himself, or a device of his.
type SettingOwn struct {
	User       UserName `json:"user"`
	DeviceID   int64    `json:"deviceId,omitempty"`
	DeviceName string   `json:"deviceName,omitempty"`
	Value      string   `json:"value"`
	Counts     bool     `json:"counts" doc:"No lock holds it back"`
}

// SettingElsewhere is how many users have the value of another place.
type SettingElsewhere struct {
	Level string `json:"level"`
	ID    int64  `json:"id,omitempty"`
	Name  string `json:"name,omitempty"`
	Users int    `json:"users"`
}

func (a *API) settingReach(ctx context.Context, who caller, in *struct {
	Place
	Key string `path:"key" maxLength:"100"`
},
) (*struct{ Body SettingReach }, error) {
	level, owner := in.at(who)
	r, err := a.cfg.Admin.SettingReach(ctx, who.Actor, level, owner, pbx.SettingKey(in.Key))
	if err != nil {
		return nil, err
	}
	v := SettingReach{
		Users: r.Users, Applies: r.Applies, OwnCount: r.OwnCount, Own: []SettingOwn{}, Elsewhere: []SettingElsewhere{},
	}
	for _, o := range r.Own {
		v.Own = append(v.Own, SettingOwn{
			User: userName(o.User), DeviceID: int64(o.Device), DeviceName: o.DeviceName, Value: o.Value, Counts: o.Counts,
		})
	}
	for _, e := range r.Elsewhere {
		v.Elsewhere = append(v.Elsewhere, SettingElsewhere{Level: string(e.Level), ID: e.Owner, Name: e.Name, Users: e.Users})
	}
	return &struct{ Body SettingReach }{v}, nil
}

// ResetBelowInput may name whose values are taken; without it everybody's below.
type ResetBelowInput struct {
	Users []int64 `json:"users,omitempty" maxItems:"10000"`
}

// ResetBelowDone says how many values were taken.
type ResetBelowDone struct {
	Reset int `json:"reset"`
}

func (a *API) resetBelow(ctx context.Context, who caller, in *struct {
	Place
	WriteInput
	Key  string `path:"key" maxLength:"100"`
	Body *ResetBelowInput
},
) (*doneOutput[ResetBelowDone], error) {
	level, owner := in.at(who)
	var only []pbx.UserID
	if in.Body != nil {
		for _, id := range in.Body.Users {
			only = append(only, pbx.UserID(id))
		}
	}
	w := admin.Write{DryRun: in.DryRun}
	n, cs, err := a.cfg.Admin.ResetBelow(ctx, who.Actor, level, owner, pbx.SettingKey(in.Key), only, w)
	if err != nil {
		return nil, err
	}
	return &doneOutput[ResetBelowDone]{Changed: changedBy(cs), Body: ResetBelowDone{Reset: n}}, nil
}
