package store

import (
	"context"
	"database/sql"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// ScrubHistory runs clean over what change sets tell that holds one of the texts. It reads the whole history of the
// organization, which is why only erasure does it.
func (t *tx) ScrubHistory(
	org pbx.OrganizationID, user pbx.UserID, texts []string, clean func(string) string,
) error {
	for _, text := range texts {
		if err := t.scrubSets(org, "%"+text+"%", clean); err != nil {
			return err
		}
		if err := t.scrubItems(org, "%"+text+"%", clean); err != nil {
			return err
		}
	}
	_, err := t.exec("UPDATE change_set SET actor_name = $1, search = intent WHERE organization_id = $2 "+
		"AND actor_user_id = $3", admin.Erased, int64(org), int64(user))
	return err
}

func (t *tx) scrubSets(org pbx.OrganizationID, like string, clean func(string) string) error {
	type told struct {
		id             pbx.ChangeSetID
		summary, actor string
	}
	sets, err := collect(t, func(v *told) []any { return []any{&v.id, &v.summary, &v.actor} },
		"SELECT id, summary, actor_name FROM change_set WHERE organization_id = $1 "+
			"AND (summary LIKE $2 OR actor_name LIKE $2)", int64(org), like)
	if err != nil {
		return err
	}
	for _, v := range sets {
		_, err := t.exec("UPDATE change_set SET summary = $1, actor_name = $2, search = intent WHERE id = $3",
			clean(v.summary), clean(v.actor), int64(v.id))
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) scrubItems(org pbx.OrganizationID, like string, clean func(string) string) error {
	type told struct {
		set, ordinal        int64
		name, before, after string
	}
	items, err := collect(t, func(v *told) []any {
		return []any{&v.set, &v.ordinal, &v.name, &v.before, &v.after}
	}, "SELECT change_set_id, ordinal, name, before, after FROM change_item WHERE organization_id = $1 "+
		"AND (name LIKE $2 OR before LIKE $2 OR after LIKE $2)", int64(org), like)
	if err != nil {
		return err
	}
	for _, v := range items {
		_, err := t.exec("UPDATE change_item SET name = $1, before = $2, after = $3 WHERE change_set_id = $4 AND ordinal = $5",
			clean(v.name), clean(v.before), clean(v.after), v.set, v.ordinal)
		if err != nil {
			return err
		}
		if _, err = t.exec("UPDATE change_set SET search = intent WHERE id = $1", v.set); err != nil {
			return err
		}
	}
	return nil
}

var _ admin.RecordEraser = (*Records)(nil)

// EraseUsers takes people out of call records and mailboxes: names and numbers go, that there was a call or message stays.
// What is in their own mailboxes goes, too; its sound is swept.
func (r *Records) EraseUsers(ctx context.Context, org pbx.OrganizationID, users []pbx.UserID) error {
	tx, err := r.s.live.BeginTx(ctx, nil)
	if err != nil {
		return r.s.fail("erase call records", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing to roll back
	for _, user := range users {
		if err := eraseUser(ctx, tx, org, user); err != nil {
			return r.s.fail("erase call records", err)
		}
		if err := eraseCaller(ctx, tx, org, user); err != nil {
			return r.s.fail("erase voice messages", err)
		}
	}
	return r.s.fail("erase call records", tx.Commit())
}

func eraseUser(ctx context.Context, tx *sql.Tx, org pbx.OrganizationID, user pbx.UserID) error {
	rows, err := tx.QueryContext(ctx, "SELECT "+recordColumns+" FROM call_record WHERE organization_id = $1 "+
		"AND (caller_user_id = $2 OR callee_user_id = $2)", int64(org), int64(user))
	records, err := scanAll(nil, rows, err, recordFields)
	if err != nil {
		return err
	}
	for _, v := range records {
		if v.Caller.User == user {
			v.Caller.Number, v.Caller.Name = "", admin.Erased
		}
		if v.Callee.User == user {
			v.Callee.Number, v.Callee.Name, v.Dialled = "", admin.Erased, ""
		}
		args := recordArgs(v)
		_, err := tx.ExecContext(ctx, "UPDATE call_record SET dialled = $1, caller_number = $2, caller_name = $3, "+
			"callee_number = $4, callee_name = $5, search = $6 WHERE id = $7", v.Dialled, v.Caller.Number, v.Caller.Name,
			v.Callee.Number, v.Callee.Name, args[len(args)-1], int64(v.ID))
		if err != nil {
			return err
		}
	}
	return nil
}

// eraseCaller takes a person out of the messages that he left, and empties his own mailbox.
func eraseCaller(ctx context.Context, tx *sql.Tx, org pbx.OrganizationID, user pbx.UserID) error {
	_, err := tx.ExecContext(ctx, "UPDATE voice_message SET number = '', name = $1 WHERE caller_id = $2 AND caller_id <> 0 "+
		"AND organization_id = $3", admin.Erased, int64(user), int64(org))
	if err != nil {
		return err
	}
	_, err = dropMailbox(ctx, tx, user)
	return err
}
