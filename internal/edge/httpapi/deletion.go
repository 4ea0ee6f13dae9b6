package httpapi

import (
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Deletion shows what a deletion would do, and asks what becomes of whatever refers to what goes.
type Deletion struct {
	User            *UserName       `json:"user,omitempty" doc:"When one user goes"`
	Accounts        int             `json:"accounts" doc:"Users that go, or whose home group goes"`
	Sample          []UserName      `json:"sample" nullable:"false" doc:"The first of them"`
	References      []ReferenceView `json:"references" nullable:"false" doc:"At most 500; questions count all"`
	Questions       []Question      `json:"questions" nullable:"false" doc:"One for each field that refers to what goes"`
	Removed         map[string]int  `json:"removed" doc:"What would go, counted by kind"`
	NameMustBeTyped bool            `json:"nameMustBeTyped"`
}

// UserName is a user in a few words.
type UserName struct {
	ID          int64  `json:"id"`
	Number      string `json:"number"`
	DisplayName string `json:"displayName"`
}

// ReferenceView says what refers to a thing that goes.
type ReferenceView struct {
	Kind   string `json:"kind"`
	ID     int64  `json:"id"`
	Key    string `json:"key,omitempty" doc:"Where the thing has no number"`
	Name   string `json:"name"`
	OfKind string `json:"ofKind,omitempty" doc:"What the thing is a part of, or itself: where a link leads"`
	OfID   int64  `json:"ofId,omitempty"`
	Field  string `json:"field"`
	ToKind string `json:"toKind" doc:"What it refers to"`
	ToID   int64  `json:"toId"`
	ToName string `json:"toName"`
}

// Question asks what becomes of one field that refers to what goes.
type Question struct {
	Kind  string   `json:"kind"`
	Field string   `json:"field"`
	To    string   `json:"to" doc:"The kind of thing that can take the place, with reroute"`
	Ways  []string `json:"ways" nullable:"false" enum:"reroute,remove,delete"`
	Usual string   `json:"usual,omitempty" doc:"What happens without an answer; left out: an answer is needed"`
	Count int      `json:"count"`
}

func deletionView(d admin.Deletion) Deletion {
	v := Deletion{
		Accounts: d.Accounts, Sample: make([]UserName, 0, len(d.Sample)), Removed: countsView(d.Removed),
		References: make([]ReferenceView, 0, len(d.References)), Questions: make([]Question, 0, len(d.Questions)),
		NameMustBeTyped: d.NameMustBeTyped,
	}
	if d.User != nil {
		name := userName(*d.User)
		v.User = &name
	}
	for _, u := range d.Sample {
		v.Sample = append(v.Sample, userName(u))
	}
	for _, r := range d.References {
		v.References = append(v.References, ReferenceView{
			Kind: string(r.From.Kind), ID: r.From.ID, Key: r.From.Key, Name: r.Name, OfKind: string(r.Of.Kind),
			OfID: r.Of.ID, Field: r.Field, ToKind: string(r.To.Kind), ToID: r.To.ID, ToName: r.ToName,
		})
	}
	for _, q := range d.Questions {
		view := Question{
			Kind: string(q.Kind), Field: q.Field, To: string(q.To), Usual: string(q.Usual), Count: q.Count,
			Ways: make([]string, 0, len(q.Ways)),
		}
		for _, way := range q.Ways {
			view.Ways = append(view.Ways, string(way))
		}
		v.Questions = append(v.Questions, view)
	}
	return v
}

func userName(u admin.UserName) UserName {
	return UserName{ID: int64(u.ID), Number: u.Number, DisplayName: u.DisplayName}
}

func countsView(counts map[pbx.Kind]int) map[string]int {
	out := make(map[string]int, len(counts))
	for k, n := range counts {
		out[string(k)] = n
	}
	return out
}

// Resolution answers what becomes of a group's accounts, and of whatever refers to what goes.
type Resolution struct {
	Accounts    string   `json:"accounts,omitempty" enum:"delete,move"`
	MoveTo      int64    `json:"moveTo,omitempty" doc:"With move: the group that they go to"`
	ConfirmName string   `json:"confirmName,omitempty" maxLength:"200" doc:"The group's name, typed, where nameMustBeTyped says so"`
	Answers     []Answer `json:"answers,omitempty" maxItems:"10000"`
}

// Answer says what becomes of references. Without id it is for all of the kind and field; without these for all there are.
// The narrowest answer counts.
type Answer struct {
	Kind  string `json:"kind,omitempty" maxLength:"50"`
	Field string `json:"field,omitempty" maxLength:"50"`
	ID    int64  `json:"id,omitempty"`
	Key   string `json:"key,omitempty" maxLength:"200"`
	Way   string `json:"way" enum:"reroute,remove,delete"`
	To    int64  `json:"to,omitempty" doc:"With reroute: the id of the thing that takes the place"`
}

// Removal is the optional body of a DELETE: the resolution itself, or under its own name.
type Removal struct {
	Resolution
	Under *Resolution `json:"resolution,omitempty"`
}

func (r *Removal) answer() *admin.Resolution {
	if r == nil {
		return nil
	}
	if r.Under != nil {
		return r.Under.answer()
	}
	return r.Resolution.answer()
}

func (r *Resolution) answer() *admin.Resolution {
	if r == nil || r.Accounts == "" && r.MoveTo == 0 && r.ConfirmName == "" && len(r.Answers) == 0 {
		return nil
	}
	out := &admin.Resolution{Accounts: r.Accounts, MoveTo: pbx.GroupID(r.MoveTo), ConfirmName: r.ConfirmName}
	for _, a := range r.Answers {
		out.Answers = append(out.Answers, admin.Answer{
			Kind: pbx.Kind(a.Kind), Field: a.Field, ID: a.ID, Key: a.Key, Way: admin.Way(a.Way), To: a.To,
		})
	}
	return out
}
