package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// ChangeSet is one administrative write.
type ChangeSet struct {
	ID       int64        `json:"id"`
	At       Time         `json:"at"`
	Actor    Actor        `json:"actor"`
	Intent   string       `json:"intent" doc:"The use case, such as group.create"`
	Summary  string       `json:"summary"`
	Source   string       `json:"source" doc:"What it came by, and from where"`
	Subject  *Subject     `json:"subject,omitempty" doc:"What the change was about"`
	Undoes   int64        `json:"undoes,omitempty"`
	UndoneBy int64        `json:"undoneBy,omitempty"`
	Items    []ChangeItem `json:"items" nullable:"false"`
	Count    int          `json:"count" doc:"How many items there are, also when only some are listed"`

	Names map[string]string `json:"names,omitempty" doc:"What fields mention by number, by name: field/number to name"`
}

// Subject is what a change was about.
type Subject struct {
	ThingRef
	Name string `json:"name" doc:"As it was called then; of a setting whose it is; empty once it was purged"`
}

// Actor is who made a change.
type Actor struct {
	Kind   string `json:"kind" enum:"user,token,system"`
	UserID int64  `json:"userId,omitempty"`
	Name   string `json:"name"`
}

// ChangeItem is what happened to one thing.
type ChangeItem struct {
	Kind   string         `json:"kind"`
	ID     int64          `json:"id"`
	Key    string         `json:"key,omitempty"`
	Name   string         `json:"name"`
	Action string         `json:"action" enum:"created,updated,deleted"`
	Before map[string]any `json:"before,omitempty"`
	After  map[string]any `json:"after,omitempty"`
}

func changeSetView(c pbx.ChangeSet) ChangeSet {
	v := ChangeSet{
		ID: int64(c.ID), At: Time{c.At}, Intent: c.Intent, Summary: c.Summary, Source: c.Source, Count: c.Count,
		Actor:  Actor{Kind: string(c.ActorKind), UserID: int64(c.ActorUser), Name: c.ActorName},
		Undoes: int64(c.Undoes), UndoneBy: int64(c.UndoneBy), Items: make([]ChangeItem, 0, len(c.Items)),
	}
	for _, i := range c.Items {
		v.Items = append(v.Items, changeItemView(i))
	}
	if r := c.Subject; !r.IsZero() {
		v.Subject = &Subject{ThingRef: ThingRef{Kind: string(r.Kind), ID: r.ID, Key: r.Key}, Name: c.SubjectName}
	}
	return v
}

func changeItemView(i pbx.ChangeItem) ChangeItem {
	return ChangeItem{
		Kind: string(i.Ref.Kind), ID: i.Ref.ID, Key: i.Ref.Key, Name: i.Name, Action: string(i.Action),
		Before: object(i.Before), After: object(i.After),
	}
}

func object(raw json.RawMessage) map[string]any {
	var m map[string]any
	_ = json.Unmarshal(raw, &m) // what is not an object is left out
	return m
}

func (a *API) audit() {
	add(a, operation{
		id: "listChanges", method: http.MethodGet, path: "/audit", tag: "Audit",
		summary: "List change sets, the newest first", permission: pbx.PermAuditRead,
	}, a.listChanges)
	add(a, operation{
		id: "exportChanges", method: http.MethodGet, path: "/audit/export", tag: "Audit",
		summary: "Write change sets as CSV, a line for each field that changed", permission: pbx.PermAuditRead,
	}, a.exportChanges)
	add(a, operation{
		id: "getChange", method: http.MethodGet, path: "/audit/{id}", tag: "Audit",
		summary: "Read a change set with its items, of a large one the first thousand", permission: pbx.PermAuditRead,
	}, a.getChange)
	add(a, operation{
		id: "listChangeItems", method: http.MethodGet, path: "/audit/{id}/items", tag: "Audit",
		summary: "List the items of a change set", permission: pbx.PermAuditRead,
	}, a.listChangeItems)
	add(a, operation{
		id: "undoChange", method: http.MethodPost, path: "/audit/{id}/undo", tag: "Audit",
		summary:    "Apply the inverse of a change set; what changed since is left unless ticked",
		permission: pbx.PermAuditUndo,
	}, a.undoChange)
}

// ChangeFilter says which change sets are asked for.
type ChangeFilter struct {
	Actor  int64     `query:"actor" doc:"Only changes by this user"`
	Kind   string    `query:"kind" maxLength:"40" doc:"Only changes of this kind of thing; with id or key, of this thing"`
	ID     int64     `query:"id"`
	Key    string    `query:"key" maxLength:"300"`
	Intent string    `query:"intent" maxLength:"60" doc:"Only this use case, such as group.create"`
	By     string    `query:"by" maxLength:"60" doc:"Only what came by this: page, api, cli"`
	From   time.Time `query:"from" doc:"At or after"`
	To     time.Time `query:"to" doc:"Before"`
}

func (f ChangeFilter) changes(q admin.Query) admin.ChangeQuery {
	out := admin.ChangeQuery{
		Query: q, Actor: pbx.UserID(f.Actor), Kind: pbx.Kind(f.Kind), Intent: f.Intent, Channel: f.By, From: f.From, To: f.To,
	}
	if f.ID != 0 || f.Key != "" {
		out.Ref = pbx.Ref{Kind: pbx.Kind(f.Kind), ID: f.ID, Key: f.Key}
		out.Kind = "" // its history holds what is about it, too
	}
	return out
}

func (a *API) listChanges(ctx context.Context, who caller, in *struct {
	ListInput
	ChangeFilter
},
) (*listOutput[ChangeSet], error) {
	p, err := a.cfg.Admin.ListChanges(ctx, who.Actor, in.changes(in.query()))
	if err != nil {
		return nil, err
	}
	return page(p, changeSetView), nil
}

func (a *API) getChange(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{ Body ChangeSet }, error) {
	c, err := a.cfg.Admin.Change(ctx, who.Actor, pbx.ChangeSetID(in.ID))
	if err != nil {
		return nil, err
	}
	v := changeSetView(c.ChangeSet)
	v.Names = c.Names
	return &struct{ Body ChangeSet }{v}, nil
}

// ChangeItems is one page of a change set's items.
type ChangeItems struct {
	List[ChangeItem]
	Names map[string]string `json:"names" doc:"What fields mention by number, by name: field/number to name"`
}

func (a *API) listChangeItems(ctx context.Context, who caller, in *struct {
	IDInput
	Limit int `query:"limit" minimum:"0" maximum:"500" doc:"Items on a page, 50 unless told"`
	Page  int `query:"page" minimum:"0" doc:"Page number from 1"`
},
) (*struct{ Body ChangeItems }, error) {
	q := admin.Query{Limit: in.Limit, Page: in.Page}
	p, names, err := a.cfg.Admin.ChangeItems(ctx, who.Actor, pbx.ChangeSetID(in.ID), q)
	if err != nil {
		return nil, err
	}
	return &struct{ Body ChangeItems }{ChangeItems{List: page(p, changeItemView).Body, Names: names}}, nil
}

// UndoInput ticks things that changed since and are to be undone all the same.
type UndoInput struct {
	Overwrite []ThingRef `json:"overwrite,omitempty" maxItems:"10000"`
}

// ThingRef names one thing.
type ThingRef struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id,omitempty"`
	Key  string `json:"key,omitempty"`
}

// Undone tells what an undo left alone.
type Undone struct {
	ChangeSet int64          `json:"changeSet"`
	Left      []UndoConflict `json:"left" nullable:"false"`
	Notes     []string       `json:"notes" nullable:"false"`
}

// UndoConflict is a thing that changed since, and was left as it is.
type UndoConflict struct {
	ThingRef
	Name      string   `json:"name"`
	Fields    []string `json:"fields" nullable:"false"`
	ChangedBy string   `json:"changedBy"`
	ChangeSet int64    `json:"changeSet"`
	Reason    string   `json:"reason"`
}

func (a *API) undoChange(ctx context.Context, who caller, in *struct {
	IDInput
	WriteInput
	Body *UndoInput
},
) (*doneOutput[Undone], error) {
	var overwrite []pbx.Ref
	if in.Body != nil {
		for _, r := range in.Body.Overwrite {
			overwrite = append(overwrite, pbx.Ref{Kind: pbx.Kind(r.Kind), ID: r.ID, Key: r.Key})
		}
	}
	u, cs, err := a.cfg.Admin.Undo(ctx, who.Actor, pbx.ChangeSetID(in.ID), overwrite, admin.Write{DryRun: in.DryRun})
	if err != nil {
		return nil, err
	}
	return &doneOutput[Undone]{changedBy(cs), undoneView(u, cs)}, nil
}

func undoneView(u admin.Undone, cs pbx.ChangeSet) Undone {
	v := Undone{
		ChangeSet: int64(cs.ID), Left: make([]UndoConflict, 0, len(u.Left)), Notes: append([]string{}, u.Notes...),
	}
	for _, l := range u.Left {
		v.Left = append(v.Left, UndoConflict{
			ThingRef: ThingRef{Kind: string(l.Ref.Kind), ID: l.Ref.ID, Key: l.Ref.Key}, Name: l.Name,
			Fields: append([]string{}, l.Fields...), ChangedBy: l.ChangedBy, ChangeSet: int64(l.ChangeSet), Reason: l.Reason,
		})
	}
	return v
}
