package store

import (
	"context"
	"database/sql"
	"slices"
)

// statistic is what SQLite's planner believes of an index: how many rows there are, then how many of them on average are
// alike in its first column, in its first two, and so on (https://www.sqlite.org/fileformat2.html#stat1tab).
type statistic struct{ table, index, rows string }

// statistics describe the configuration of an organization with 100,000 users. They are the same in each database, so that
// the plans are too: those that were measured. Without them SQLite takes each index for equally good and likes to go
// through a whole table in the order of the result; measured again and again they would change plans at any time. The
// statement ANALYZE, which would overwrite them, is therefore never run. The index of a table without row ids that is
// named as the table is its primary key.
var statistics = []statistic{
	{"change_counter", "sqlite_autoindex_change_counter_1", "1 1"},
	{"change_item", "change_item", "2000000 2 1"},
	{"change_item", "change_item_thing", "2000000 2000000 100000 10 10 1"},
	{"change_kind", "change_kind", "1000000 1000000 50000 1"},
	{"change_set", "change_set_actor", "1000000 1000000 5000 1"},
	{"change_set", "change_set_at", "1000000 1000000 1 1"},
	{"change_set", "change_set_channel", "1000000 1000000 200000 1"},
	{"change_set", "change_set_idempotency", "100000 100000 5000 1"},
	{"change_set", "change_set_intent", "1000000 1000000 20000 1"},
	{"change_set", "change_set_organization", "1000000 1000000 1"},
	{"change_set", "change_set_undoes", "1000 1"},
	{"credential", "sqlite_autoindex_credential_1", "99500 1"},
	{"device", "device_emergency_location", "1000 100"},
	{"device", "device_provisioning_profile", "1000 100"},
	{"device", "device_sort_name", "99500 99500 10 1"},
	{"device", "device_user", "99500 1"},
	{"dial_block", "dial_block", "100 100 100 1"},
	{"dial_string", "dial_string", "220001 220001 1"},
	{"dial_string", "dial_string_hold", "100 100 1"},
	{"dial_string", "dial_string_length", "220001 220001 10001 1"},
	{"dial_string", "dial_string_owner", "220001 220001 110001 3 1"},
	{"dial_string", "dial_string_sort_value", "220001 220001 1 1"},
	{"dial_string", "dial_string_until", "1000 1000 2"},
	{"extension_pool", "extension_pool_group", "200 2"},
	{"extension_pool", "extension_pool_location", "20 2"},
	{"extension_pool", "extension_pool_organization", "200 200 1"},
	{"group", "group_position", "500 500 1 1"},
	{"group", "group_provisioning_profile", "500 500"},
	{"group", "group_sort_name", "500 500 1 1"},
	{"group", "sqlite_autoindex_group_1", "500 500 1"},
	{"id_counter", "sqlite_autoindex_id_counter_1", "8 1"},
	{"leave", "leave_calls_to", "1000 2"},
	{"leave", "leave_delete", "1000 1000 10"},
	{"leave", "leave_due", "1000 1000 10 1"},
	{"line", "line_device", "99500 1 1"},
	{"line", "line_user", "99500 1"},
	{"location", "location_sort_name", "200 200 1 1"},
	{"location", "sqlite_autoindex_location_1", "200 200 1"},
	{"mail_password", "sqlite_autoindex_mail_password_1", "1 1"},
	{"mail_server", "sqlite_autoindex_mail_server_1", "1 1"},
	{"membership", "membership", "120000 240 1"},
	{"membership", "membership_user", "120000 2"},
	{"organization", "sqlite_autoindex_organization_1", "1 1"},
	{"outside_number", "outside_number_leads_to", "20000 20000 5000 2 1"},
	{"outside_number", "outside_number_place", "20000 20000 100 1"},
	{"outside_number", "sqlite_autoindex_outside_number_1", "20000 20000 1"},
	{"permission", "sqlite_autoindex_permission_1", "20 20 1"},
	{"photo", "photo_used", "20000 20000 1"},
	{"photo", "sqlite_autoindex_photo_1", "20000 20000 1"},
	{"provisioning_profile", "sqlite_autoindex_provisioning_profile_1", "20 20 1"},
	{"reference", "reference", "519000 519000 129750 2 2 1 1 1 1"},
	{"reference", "reference_to", "519000 519000 103800 3 3"},
	{"ring_group", "ring_group_sort_name", "200 200 1 1"},
	{"ring_group", "sqlite_autoindex_ring_group_1", "200 200 1"},
	{"setting", "setting", "20000 20000 5000 10 1"},
	{"setting", "setting_by_key", "20000 20000 500"},
	{"sign_in", "sqlite_autoindex_sign_in_1", "100000 1"},
	{"sip_username", "sip_username", "99500 99500 1"},
	{"token", "sqlite_autoindex_token_1", "1000 1"},
	{"token", "token_organization", "1000 1000 1"},
	{"token", "token_user", "1000 5 1"},
	{"trash", "sqlite_autoindex_trash_1", "100000 20 1"},
	{"trash", "trash_purge", "100000 100000 20"},
	{"trash", "trash_set", "100000 100000 20"},
	{"trash", "trash_thing", "100000 100000 10000 2 2"},
	{"user", "user_disabled", "2000 2000 1"},
	{"user", "user_email", "98500 98500 1 1"},
	{"user", "user_emergency_location", "10000 2000"},
	{"user", "user_home_group", "100000 200"},
	{"user", "user_kind", "1500 1500 750 1"},
	{"user", "user_location", "100000 20000"},
	{"user", "user_managed", "10000 10000 1"},
	{"user", "user_photo", "20000 20000 1"},
	{"user", "user_provisioning_profile", "1000 100"},
	{"user", "user_role", "50 50 10 1"},
	{"user", "user_sort_created_at", "100000 100000 500 1"},
	{"user", "user_sort_display_name", "100000 100000 35 1"},
	{"user", "user_sort_email", "100000 100000 1 1"},
	{"user", "user_sort_first_name", "100000 100000 35 1"},
	{"user", "user_sort_id", "100000 100000 1"},
	{"user", "user_sort_last_name", "100000 100000 35 1"},
	{"user", "user_sort_number", "100000 100000 1 1"},
	{"user", "user_sort_username", "100000 100000 1 1"},
	{"user_initials", "user_initials", "588357 588357 1949 1"},
	{"user_initials", "user_initials_user", "588357 6"},
	{"user_secret", "sqlite_autoindex_user_secret_1", "200000 2 1"},
}

// setStatistics writes the planner's statistics unless they are there.
func setStatistics(ctx context.Context, db *sql.DB) error {
	// It analyses nothing, but makes the table and, later, reads it anew.
	const reload = "ANALYZE sqlite_schema"
	if _, err := db.ExecContext(ctx, reload); err != nil {
		return err
	}
	rows, err := db.QueryContext(ctx, "SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx")
	have, err := scanAll(nil, rows, err, func(s *statistic) []any { return []any{&s.table, &s.index, &s.rows} })
	if err != nil || slices.Equal(have, statistics) {
		return err
	}
	err = once(ctx, db, nil, func(tx *sql.Tx) error { return replaceStatistics(ctx, tx) })
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, reload)
	return err
}

func replaceStatistics(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM sqlite_stat1"); err != nil {
		return err
	}
	for _, s := range statistics {
		_, err := tx.ExecContext(ctx, "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)", s.table, s.index, s.rows)
		if err != nil {
			return err
		}
	}
	return nil
}
