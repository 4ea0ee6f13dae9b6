package pbx

import (
	"encoding/json"
	"strings"
	"time"
)

// TrashDays is how long deleted things can come back (G7).
const TrashDays = 30

// ActorKind says who made a change.
type ActorKind string

// The kinds of actor.
const (
	ActorUser   ActorKind = "user"
	ActorToken  ActorKind = "token"
	ActorSystem ActorKind = "system" // the server itself: purge, set-up, the command line on its own machine
)

// ChangeAction says what happened to a thing in a change set.
type ChangeAction string

// The actions.
const (
	Created ChangeAction = "created"
	Updated ChangeAction = "updated"
	Deleted ChangeAction = "deleted"
)

// ChangeSet is one administrative write with everything it changed (F5). Its number order is commit order.
type ChangeSet struct {
	ID             ChangeSetID    `json:"id"` // 0 in a dry run
	Organization   OrganizationID `json:"organizationId"`
	At             time.Time      `json:"at"`
	ActorKind      ActorKind      `json:"actorKind"`
	ActorUser      UserID         `json:"actorUserId,omitempty"`
	ActorName      string         `json:"actorName"`
	Intent         string         `json:"intent"` // the use case: group.create, user.delete, ...
	Summary        string         `json:"summary"`
	Source         string         `json:"source"` // api, page, cli, set-up, and the address
	IdempotencyKey string         `json:"-"`      // unique per organization and actor, empty for none
	Fingerprint    string         `json:"-"`      // of the request that came with the idempotency key
	Subject        Ref            `json:"subject,omitzero"`
	SubjectName    string         `json:"-"` // filled when read: what people call it, or called it
	Undoes         ChangeSetID    `json:"undoes,omitempty"`
	UndoneBy       ChangeSetID    `json:"undoneBy,omitempty"` // filled when read
	Items          []ChangeItem   `json:"items"`
	Count          int            `json:"count"` // how many items there are, also when Items holds only some
	Replayed       bool           `json:"-"`     // the answer to an idempotency key that was used before; not stored
}

// Channel is what the change came by: the first word of its source.
func (c ChangeSet) Channel() string {
	by, _, _ := strings.Cut(c.Source, " ")
	return by
}

// ChangeItem is what happened to one thing. Before and After are JSON objects with secrets redacted: the whole thing
// when it was created or deleted, only the fields that differ when it was updated.
type ChangeItem struct {
	Ref     Ref             `json:"ref"`
	Name    string          `json:"name"` // what people call it
	Action  ChangeAction    `json:"action"`
	Version int64           `json:"version"` // after the change; 0 for kinds without
	Before  json.RawMessage `json:"before,omitempty"`
	After   json.RawMessage `json:"after,omitempty"`
}

// Trash is a deleted thing as it was stored, secrets included. Only restore and purge read it.
type Trash struct {
	ChangeSet    ChangeSetID
	Organization OrganizationID
	Ref          Ref
	Name         string
	Row          []byte // the admin package's own encoding
	DeletedAt    time.Time
	PurgeAt      time.Time
}

// Deletion is a line of Recently deleted: one change set that put things into the trash.
type Deletion struct {
	ChangeSet ChangeSetID  `json:"id"`
	Subject   Ref          `json:"subject"`
	Name      string       `json:"name"`
	With      map[Kind]int `json:"with"` // what went along, counted by kind
	DeletedAt time.Time    `json:"deletedAt"`
	DeletedBy string       `json:"deletedBy"`
	PurgeAt   time.Time    `json:"purgeAt"`
}
