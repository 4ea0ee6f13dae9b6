package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Deleted is a line of Recently deleted.
type Deleted struct {
	ID        int64          `json:"id" doc:"Number of the change set that deleted it"`
	Kind      string         `json:"kind"`
	ObjectID  int64          `json:"objectId"`
	Name      string         `json:"name"`
	With      map[string]int `json:"with" doc:"What went along, counted by kind"`
	DeletedAt Time           `json:"deletedAt"`
	DeletedBy string         `json:"deletedBy"`
	PurgeAt   Time           `json:"purgeAt"`
}

// Restored tells what came back otherwise than it was.
type Restored struct {
	ChangeSet int64    `json:"changeSet"`
	Kind      string   `json:"kind"`
	ObjectID  int64    `json:"objectId"`
	Name      string   `json:"name"`
	Notes     []string `json:"notes" nullable:"false"`
}

func deletedView(d pbx.Deletion) Deleted {
	return Deleted{
		ID: int64(d.ChangeSet), Kind: string(d.Subject.Kind), ObjectID: d.Subject.ID, Name: d.Name,
		With: plural(d.With), DeletedAt: Time{d.DeletedAt}, DeletedBy: d.DeletedBy, PurgeAt: Time{d.PurgeAt},
	}
}

// plural names counts the way a person lists them: users, devices.
func plural(counts map[pbx.Kind]int) map[string]int {
	out := make(map[string]int, len(counts))
	for k, n := range counts {
		out[string(k)+"s"] = n
	}
	return out
}

func (a *API) deleted() {
	add(a, operation{
		id: "listDeleted", method: http.MethodGet, path: "/deleted", tag: "Deleted",
		summary: "List what can be restored", permission: pbx.PermDeletedRead,
	}, a.listDeleted)
	add(a, operation{
		id: "restore", method: http.MethodPost, path: "/deleted/{id}/restore", tag: "Deleted",
		summary: "Bring back what a change set deleted", permission: pbx.PermDeletedWrite,
	}, a.restore)
	add(a, operation{
		id: "erase", method: http.MethodPost, path: "/deleted/{id}/erase", tag: "Deleted",
		summary:    "End it for good, and take its people out of the audit log and call records; only an owner may",
		permission: pbx.PermDeletedWrite, status: http.StatusNoContent,
	}, a.erase)
}

// EraseInput confirms that something is ended for good.
type EraseInput struct {
	ConfirmName string `json:"confirmName" maxLength:"200" doc:"The name, typed"`
}

func (a *API) erase(ctx context.Context, who caller, in *struct {
	IDInput
	WriteInput
	Body EraseInput
},
) (*goneOutput, error) {
	cs, err := a.cfg.Admin.Erase(ctx, who.Actor, pbx.ChangeSetID(in.ID), in.Body.ConfirmName, admin.Write{DryRun: in.DryRun})
	if err != nil {
		return nil, err
	}
	return gone(cs), nil
}

func (a *API) listDeleted(ctx context.Context, who caller, in *struct{ ListInput }) (*listOutput[Deleted], error) {
	p, err := a.cfg.Admin.ListDeleted(ctx, who.Actor, in.query())
	if err != nil {
		return nil, err
	}
	return page(p, deletedView), nil
}

func (a *API) restore(ctx context.Context, who caller, in *struct {
	IDInput
	WriteInput
	Numbers string `query:"numbers" enum:"next" doc:"next: give the next free number where the former one is taken; left out: 409 with a proposal"`
},
) (*doneOutput[Restored], error) {
	r, cs, err := a.cfg.Admin.Restore(ctx, who.Actor, pbx.ChangeSetID(in.ID), admin.RestoreNumbers(in.Numbers),
		admin.Write{DryRun: in.DryRun})
	if err != nil {
		return nil, err
	}
	return &doneOutput[Restored]{changedBy(cs), Restored{
		ChangeSet: int64(cs.ID), Kind: string(r.Subject.Kind), ObjectID: r.Subject.ID, Name: r.Name,
		Notes: append([]string{}, r.Notes...),
	}}, nil
}
