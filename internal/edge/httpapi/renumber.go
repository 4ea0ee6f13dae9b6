package httpapi

import (
	"context"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// RenumberInput says which accounts get which numbers: one of rule, changes and file.
type RenumberInput struct {
	Rule      string         `json:"rule,omitempty" maxLength:"100" doc:"2xx -> 52xx: the x are taken over" example:"2xx -> 52xx"`
	Changes   []NumberChange `json:"changes,omitempty" maxItems:"10000"`
	File      string         `json:"file,omitempty" maxLength:"600000" doc:"Text with an old and a new number in each line, comma between"`
	KeepUntil string         `json:"keepUntil,omitempty" maxLength:"40" doc:"A day until which the old numbers reach the accounts too"`
}

// NumberChange is one number and what it becomes.
type NumberChange struct {
	Old string `json:"old" maxLength:"64"`
	New string `json:"new" maxLength:"64"`
}

// Renumbered is what becomes of one number.
type Renumbered struct {
	User      UserName `json:"user"`
	Old       string   `json:"old"`
	New       string   `json:"new"`
	KeptUntil Time     `json:"keptUntil,omitzero" doc:"Until then the old number reaches the account too"`
	Note      string   `json:"note,omitempty"`
	Problem   string   `json:"problem,omitempty" doc:"Why it can't be; only in a dry run, else it is an error"`
}

// RenumberResult is what became, or in a dry run would become, of each number.
type RenumberResult struct {
	Items    []Renumbered `json:"items" nullable:"false"`
	Problems int          `json:"problems" doc:"How many can't be"`
}

// Renaming is what a new name brings with it, and what is offered beside it.
type Renaming struct {
	User     User      `json:"user"`
	Follows  []Follows `json:"follows" nullable:"false" doc:"What changes by itself"`
	Username string    `json:"username,omitempty" doc:"Offered"`
	Email    string    `json:"email,omitempty" doc:"Offered"`
	Alias    string    `json:"alias,omitempty" doc:"Offered"`
}

// Follows is a field that another name changes by itself.
type Follows struct {
	Field string `json:"field" enum:"displayName,callerName"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// RenameInput gives a user another name. What is left out stays.
type RenameInput struct {
	FirstName   *string `json:"firstName,omitempty"`
	LastName    *string `json:"lastName,omitempty"`
	DisplayName *string `json:"displayName,omitempty"`
	Username    *string `json:"username,omitempty"`
	Email       *string `json:"email,omitempty"`
	Alias       *string `json:"alias,omitempty" doc:"One more alias"`
	FormerDays  *int    `json:"formerDays,omitempty" minimum:"0" maximum:"3650" doc:"How long the old username signs in; 90 unless told"`
}

// HandOverInput is the person to whom an account goes. Without a username one is made.
type HandOverInput struct {
	FirstName   string `json:"firstName,omitempty"`
	LastName    string `json:"lastName,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	Username    string `json:"username,omitempty"`
	Email       string `json:"email,omitempty"`
}

func (a *API) renumbering() {
	add(a, operation{
		id: "renumber", method: http.MethodPost, path: "/users/renumber", tag: "Users",
		summary:    "Give accounts other numbers, singly, by rule or by a list, all or none; a dry run shows each",
		permission: pbx.PermUsersWrite,
	}, a.renumber)
	add(a, operation{
		id: "renameUser", method: http.MethodPost, path: "/users/{id}/rename", tag: "Users",
		summary:    "Give a user another name; a dry run tells what follows and what is offered",
		permission: pbx.PermUsersWrite,
	}, a.renameUser)
	add(a, operation{
		id: "handOver", method: http.MethodPost, path: "/users/{id}/hand-over", tag: "Users",
		summary:    "Give an account with its number to another person: secrets are made anew and answered once",
		permission: pbx.PermUsersWrite,
	}, a.handOver)
}

func (a *API) renumber(ctx context.Context, who caller, in *struct {
	CreateInput
	Body RenumberInput
},
) (*doneOutput[RenumberResult], error) {
	r := admin.RenumberInput{Rule: in.Body.Rule}
	for _, c := range in.Body.Changes {
		r.Changes = append(r.Changes, admin.NumberChange{Old: c.Old, New: c.New})
	}
	var err error
	if in.Body.File != "" {
		if r.Changes, err = admin.ReadRenumbering(in.Body.File); err != nil {
			return nil, err
		}
	}
	if in.Body.KeepUntil != "" {
		zone, zoneErr := a.zone(ctx, who)
		if zoneErr != nil {
			return nil, zoneErr
		}
		if r.KeepUntil, err = dayOrMoment("keepUntil", in.Body.KeepUntil, zone); err != nil {
			return nil, err
		}
	}
	rows, cs, err := a.cfg.Admin.Renumber(ctx, who.Actor, r, in.write("users/renumber", in.Body))
	if err != nil {
		return nil, err
	}
	out := RenumberResult{Items: make([]Renumbered, 0, len(rows))}
	for _, row := range rows {
		out.Items = append(out.Items, Renumbered{
			User: userName(row.User), Old: row.Old, New: row.New, KeptUntil: Time{row.KeptUntil}, Note: row.Note,
			Problem: row.Problem,
		})
		if row.Problem != "" {
			out.Problems++
		}
	}
	return &doneOutput[RenumberResult]{changedBy(cs), out}, nil
}

func (a *API) renameUser(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body RenameInput
},
) (*writtenOutput[Renaming], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	r, cs, err := a.cfg.Admin.Rename(ctx, who.Actor, pbx.UserID(in.ID), admin.RenameInput(in.Body), w)
	if err != nil {
		return nil, err
	}
	v := Renaming{
		User: a.userView(r.User), Follows: make([]Follows, 0, len(r.Follows)), Username: r.Username, Email: r.Email,
		Alias: r.Alias,
	}
	for _, f := range r.Follows {
		v.Follows = append(v.Follows, Follows(f))
	}
	return written(cs, r.User.Version, v), nil
}

func (a *API) handOver(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body HandOverInput
},
) (*writtenOutput[UserCard], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	r, cs, err := a.cfg.Admin.HandOver(ctx, who.Actor, pbx.UserID(in.ID), admin.HandOverInput(in.Body), w)
	if err != nil {
		return nil, err
	}
	card, err := a.userCard(ctx, who, r)
	return written(cs, r.User.Version, card), err
}
