package store

import (
	"context"
	"database/sql"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// RecordQuery asks for call records, the newest first.
type RecordQuery struct {
	admin.Query            // Search looks through numbers and names
	User        pbx.UserID // caller or callee
	From, To    time.Time  // began at or after, began before; zero: no bound
}

// List lists call records.
func (r *Records) List(ctx context.Context, org pbx.OrganizationID, q RecordQuery) (admin.Page[pbx.CallRecord], error) {
	q.Sort, q.Desc = "startedAt", true
	if q.Limit <= 0 {
		q.Limit = admin.DefaultPageSize
	}
	q.Limit = min(q.Limit, admin.MaxPageSize)
	l := listing[pbx.CallRecord]{
		columns: recordColumns, from: "call_record", sort: "started_at", tie: "id", fields: recordFields,
	}
	l.where.add("organization_id = ?", int64(org))
	if q.User != 0 {
		l.where.add("(caller_user_id = ? OR callee_user_id = ?)", int64(q.User), int64(q.User))
	}
	if !q.From.IsZero() {
		l.where.add("started_at >= ?", millis(q.From))
	}
	if !q.To.IsZero() {
		l.where.add("started_at < ?", millis(q.To))
	}
	if search := pbx.Fold(q.Search); search != "" {
		l.where.add("search LIKE ?", pattern(search))
	}
	var p admin.Page[pbx.CallRecord]
	err := once(ctx, r.s.read, r.s.dialect.snapshot, func(snapshot *sql.Tx) error {
		var err error
		p, err = page(&tx{s: r.s, ctx: ctx, q: snapshot}, q.Query, l)
		return err
	})
	return p, r.s.fail("list call records", err)
}

// Get reads one call record; NotFound if the organization has none of that number.
func (r *Records) Get(ctx context.Context, org pbx.OrganizationID, id pbx.CallID) (pbx.CallRecord, error) {
	var v pbx.CallRecord
	row := r.s.read.QueryRowContext(ctx, "SELECT "+recordColumns+" FROM call_record WHERE id = $1 AND organization_id = $2",
		int64(id), int64(org))
	return v, r.s.fail("read call record", row.Scan(recordFields(&v)...))
}
