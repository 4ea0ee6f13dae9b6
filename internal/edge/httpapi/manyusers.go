package httpapi

import (
	"context"
	"encoding/json"
	"net/http"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

func (a *API) manyUsers() {
	add(a, operation{
		id: "setAdministrator", method: http.MethodPut, path: "/users/{id}/administrator", tag: "Users",
		summary: "Give somebody the administration, or take it", permission: pbx.PermRolesWrite,
	}, a.setAdministrator)
	add(a, operation{
		id: "changeUsers", method: http.MethodPost, path: "/users/bulk", tag: "Users",
		summary: "Change many users in one change set, all or none", permission: pbx.PermUsersWrite,
	}, a.changeUsers)
	add(a, operation{
		id: "createUsers", method: http.MethodPost, path: "/users/several", tag: "Users",
		summary:    "Make several users from lines of text, all or none; numbers come from the pool",
		permission: pbx.PermUsersWrite,
	}, a.createUsers)
}

func (a *API) setAdministrator(ctx context.Context, who caller, in *struct {
	ChangeInput
	Body struct {
		Administrator bool   `json:"administrator"`
		Password      string `json:"password,omitempty" maxLength:"256" doc:"One's own, where a page asks; tokens need none"`
	}
},
) (*writtenOutput[User], error) {
	w, err := in.write()
	if err != nil {
		return nil, err
	}
	switch {
	case who.cookie.IsZero(): // a token has its scopes
	case in.Body.Password == "":
		return nil, passwordNeeded(ctx)
	default:
		if err = a.passwordAgain(ctx, who, in.Body.Password); err != nil {
			return nil, err
		}
	}
	u, cs, err := a.cfg.Admin.SetAdministrator(ctx, who.Actor, pbx.UserID(in.ID), in.Body.Administrator, w)
	if err != nil {
		return nil, err
	}
	return written(cs, u.Version, a.userView(u)), nil
}

// named adds to what tells requests apart the groups that a patch names.
func named(what any, p admin.UserPatch) any {
	return struct {
		What  any
		Names []string
	}{what, p.NewGroups}
}

// BulkInput is what becomes of chosen users. Of changes, only fields that many can share are taken.
type BulkInput struct {
	IDs          []int64      `json:"ids" nullable:"false" minItems:"1" maxItems:"10000"`
	Changes      *UserInput   `json:"changes,omitempty" doc:"Fields that all of them get; groups replaces their further groups"`
	AddGroups    *GroupChoice `json:"addGroups,omitempty" doc:"Further groups that they get, by id, or by name to make one"`
	RemoveGroups *GroupChoice `json:"removeGroups,omitempty" doc:"Further groups that they leave, by id"`
}

func (in BulkInput) edit() admin.BulkEdit {
	b := admin.BulkEdit{}
	for _, id := range in.IDs {
		b.Users = append(b.Users, pbx.UserID(id))
	}
	if in.Changes != nil {
		b.Patch = in.Changes.patch()
	}
	if in.AddGroups != nil {
		b.AddGroups = in.AddGroups.ids
		b.Patch.NewGroups = append(b.Patch.NewGroups, in.AddGroups.names...)
	}
	if in.RemoveGroups != nil {
		b.RemoveGroups = in.RemoveGroups.ids
	}
	return b
}

// BulkResult says what changed, or would.
type BulkResult struct {
	Chosen  int        `json:"chosen"`
	Changed int        `json:"changed"`
	Refused int        `json:"refused" doc:"In a dry run: how many would be refused, and with them all"`
	Users   []BulkUser `json:"users" nullable:"false" doc:"The refused first, then the changed; at most 500"`
}

// BulkUser is one of the chosen users who changes, or can't.
type BulkUser struct {
	UserName
	Changes []BulkField `json:"changes" nullable:"false"`
	Problem string      `json:"problem,omitempty"`
}

// BulkField is a field from and to; groups stand there by name.
type BulkField struct {
	Field string `json:"field"`
	From  any    `json:"from"`
	To    any    `json:"to"`
}

func (a *API) changeUsers(ctx context.Context, who caller, in *struct {
	CreateInput
	Body BulkInput
},
) (*doneOutput[BulkResult], error) {
	edit := in.Body.edit()
	if edit.Patch.Role != nil && !in.DryRun {
		if err := a.grave(ctx, who); err != nil {
			return nil, err
		}
	}
	r, cs, err := a.cfg.Admin.BulkUsers(ctx, who.Actor, edit, in.write("users/bulk", named(edit, edit.Patch)))
	if err != nil {
		return nil, err
	}
	v := BulkResult{Chosen: r.Chosen, Changed: r.Changed, Refused: r.Refused, Users: make([]BulkUser, 0, len(r.Users))}
	for _, u := range r.Users {
		b := BulkUser{
			UserName: UserName{ID: int64(u.ID), Number: u.Number, DisplayName: u.DisplayName}, Problem: u.Problem,
			Changes: make([]BulkField, 0, len(u.Fields)),
		}
		for _, f := range u.Fields {
			b.Changes = append(b.Changes, BulkField{Field: f.Field, From: value(f.From), To: value(f.To)})
		}
		v.Users = append(v.Users, b)
	}
	return &doneOutput[BulkResult]{changedBy(cs), v}, nil
}

// value is a field of a change as JSON says it.
func value(raw json.RawMessage) any {
	var v any
	_ = json.Unmarshal(raw, &v) // what the engine wrote can be read
	return v
}

// SeveralInput makes several users: from text, or from rows as a preview answered them.
type SeveralInput struct {
	Text   string         `json:"text,omitempty" maxLength:"200000" doc:"A person a line: first name, last name, e-mail, number"`
	Rows   []SeveralEntry `json:"rows,omitempty" maxItems:"500" doc:"Instead of text"`
	Common *UserInput     `json:"common,omitempty" doc:"What all of them get, such as groupId"`
}

// SeveralEntry is a person to be made.
type SeveralEntry struct {
	FirstName string `json:"firstName,omitempty" maxLength:"200"`
	LastName  string `json:"lastName,omitempty" maxLength:"200"`
	Email     string `json:"email,omitempty" maxLength:"254"`
	Number    string `json:"number,omitempty" maxLength:"64" doc:"Left out: the next free one"`
}

func (in SeveralInput) people() []pbx.PersonLine {
	if in.Rows == nil {
		return pbx.People(in.Text)
	}
	out := make([]pbx.PersonLine, len(in.Rows))
	for i, r := range in.Rows {
		out[i] = pbx.PersonLine(r)
	}
	return out
}

// SeveralResult is what was made, or would be, in the order given.
type SeveralResult struct {
	Rows         []SeveralRow `json:"rows" nullable:"false"`
	Refused      int          `json:"refused" doc:"In a dry run: how many would be refused, and with them all"`
	SecretsShown bool         `json:"secretsShown,omitempty" doc:"The Idempotency-Key was used before; secrets were shown then"`
}

// SeveralRow is one of them.
type SeveralRow struct {
	FirstName string         `json:"firstName"`
	LastName  string         `json:"lastName"`
	Email     string         `json:"email"`
	Number    string         `json:"number" doc:"The one given, or the one dealt"`
	Username  string         `json:"username"`
	Problems  []FieldProblem `json:"problems" nullable:"false" doc:"What keeps it from being made"`
	Card      *UserCard      `json:"card,omitempty" doc:"With its secrets, once it is made"`
}

func (a *API) createUsers(ctx context.Context, who caller, in *struct {
	CreateInput
	Body SeveralInput
},
) (*doneOutput[SeveralResult], error) {
	several := admin.SeveralInput{People: in.Body.people()}
	if in.Body.Common != nil {
		several.Common = in.Body.Common.patch()
		if err := a.roleAsked(ctx, who, pbx.RoleUser, several.Common.Role); err != nil {
			return nil, err
		}
	}
	r, cs, err := a.cfg.Admin.CreateSeveral(ctx, who.Actor, several, in.write("users/several", named(several, several.Common)))
	if err != nil {
		return nil, err
	}
	v := SeveralResult{Rows: make([]SeveralRow, 0, len(r.Rows)), Refused: r.Refused, SecretsShown: r.Shown}
	within, err := a.cfg.Admin.OwnOrganization(ctx, who.Actor)
	if err != nil {
		return nil, err
	}
	for _, row := range r.Rows {
		s := SeveralRow{
			FirstName: row.FirstName, LastName: row.LastName, Email: row.Email, Number: row.Number, Username: row.Username,
			Problems: make([]FieldProblem, 0, len(row.Problems)),
		}
		for _, p := range row.Problems {
			s.Problems = append(s.Problems, FieldProblem(p))
		}
		if cs.ID != 0 && row.ID != 0 {
			card, err := a.userCard(ctx, who, admin.UserResult{User: row.View, Secrets: row.Secrets, Within: within})
			if err != nil {
				return nil, err
			}
			if several.Common.Invite && !cs.Replayed {
				a.inviteNew(ctx, who, &card)
			}
			s.Card = &card
		}
		v.Rows = append(v.Rows, s)
	}
	return &doneOutput[SeveralResult]{changedBy(cs), v}, nil
}
