package store

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ringfence/internal/engine/call"
	"ringfence/internal/pbx"
)

// Records keeps call records: a RecordStore.
type Records struct{ s *Store }

// Records returns the store of call records.
func (s *Store) Records() *Records { return &Records{s} }

var _ call.RecordStore = (*Records)(nil)

const recordColumns = "id, organization_id, node, sip_call_id, dialled, " +
	"caller_user_id, caller_device_id, caller_number, caller_name, caller_security, caller_secure, caller_codec, " +
	"callee_user_id, callee_device_id, callee_number, callee_name, callee_security, callee_secure, callee_codec, " +
	"started_at, answered_at, answered_by, ended_at, end_reason, sip_status, mode"

// putRecords opens and closes: a record that is closed stays as it is.
var putRecords = batch{
	before: "INSERT INTO call_record (" + recordColumns + ", search) VALUES ",
	row:    placesFor(recordColumns + ", search"),
	after: " ON CONFLICT (id) DO UPDATE SET dialled = excluded.dialled, " +
		"caller_user_id = excluded.caller_user_id, caller_device_id = excluded.caller_device_id, " +
		"caller_number = excluded.caller_number, caller_name = excluded.caller_name, " +
		"caller_security = excluded.caller_security, caller_secure = excluded.caller_secure, " +
		"caller_codec = excluded.caller_codec, callee_user_id = excluded.callee_user_id, " +
		"callee_device_id = excluded.callee_device_id, callee_number = excluded.callee_number, " +
		"callee_name = excluded.callee_name, callee_security = excluded.callee_security, " +
		"callee_secure = excluded.callee_secure, callee_codec = excluded.callee_codec, " +
		"answered_at = excluded.answered_at, answered_by = excluded.answered_by, ended_at = excluded.ended_at, end_reason = excluded.end_reason, " +
		"sip_status = excluded.sip_status, mode = excluded.mode, search = excluded.search " +
		"WHERE call_record.ended_at = 0 AND excluded.ended_at > 0",
}

// Commit opens and closes records, all or none. A change whose record has an end closes it, whether or not it was
// opened before; a record that is closed already is not touched, so that a change may be repeated.
func (r *Records) Commit(ctx context.Context, changes []call.RecordChange) error {
	var args []any
	for _, v := range recordsToStore(changes) {
		args = append(args, recordArgs(v)...)
	}
	list, err := r.s.plan(ctx, nil, putRecords, args)
	if err == nil {
		err = r.s.commitLive(ctx, list)
	}
	return r.s.fail("store call records", err)
}

// MarkAlive notes that a node lives, and its calls with it: should it be killed, its calls ended here.
func (r *Records) MarkAlive(ctx context.Context, node string, at time.Time) error {
	_, err := r.s.live.ExecContext(ctx, "INSERT INTO node_mark (node, marked_at) VALUES ($1, $2) "+
		"ON CONFLICT (node) DO UPDATE SET marked_at = excluded.marked_at", node, millis(at))
	return r.s.fail("mark node alive", err)
}

// CloseOpen closes the records that a node left open, and returns how many there were. They ended when the node was
// last seen alive, or, if it never was, at the given time; never before they began or were answered.
func (r *Records) CloseOpen(ctx context.Context, node string, at time.Time, reason pbx.EndReason) (int, error) {
	result, err := r.s.live.ExecContext(ctx, "UPDATE call_record SET end_reason = $1, ended_at = CASE "+
		"WHEN started_at >= mark.at AND started_at >= answered_at THEN started_at "+
		"WHEN answered_at >= mark.at THEN answered_at ELSE mark.at END "+
		"FROM (SELECT coalesce(max(marked_at), $2) AS at FROM node_mark WHERE node = $3 AND marked_at <= $2) AS mark "+
		"WHERE call_record.node = $3 AND call_record.ended_at = 0",
		string(reason), millis(at), node)
	if err != nil {
		return 0, r.s.fail("close open call records", err)
	}
	n, err := result.RowsAffected()
	return int(n), r.s.fail("close open call records", err)
}

// recordsToStore leaves one state of each record: the one that closes it, else the last.
func recordsToStore(changes []call.RecordChange) []pbx.CallRecord {
	sorted := make([]pbx.CallRecord, 0, len(changes))
	for _, change := range changes {
		sorted = append(sorted, change.Record)
	}
	slices.SortStableFunc(sorted, func(a, b pbx.CallRecord) int { return cmp.Compare(a.ID, b.ID) })
	kept := sorted[:0]
	for _, v := range sorted {
		if last := len(kept) - 1; last >= 0 && kept[last].ID == v.ID {
			if kept[last].Open() {
				kept[last] = v
			}
			continue
		}
		kept = append(kept, v)
	}
	return kept
}

func recordArgs(v pbx.CallRecord) []any {
	args := make([]any, 0, 27)
	args = append(args, int64(v.ID), int64(v.Organization), v.Node, v.SIPCallID, v.Dialled)
	args = append(args, partyArgs(v.Caller)...)
	args = append(args, partyArgs(v.Callee)...)
	search := pbx.Fold(v.Dialled) + "\n" + pbx.Fold(v.Caller.Number) + "\n" + pbx.Fold(v.Caller.Name) + "\n" +
		pbx.Fold(v.Callee.Number) + "\n" + pbx.Fold(v.Callee.Name)
	return append(args, millis(v.StartedAt), millis(v.AnsweredAt), string(v.AnsweredBy), millis(v.EndedAt), string(v.EndReason), v.SIPStatus,
		string(v.Mode), plainText.Replace(search))
}

func partyArgs(p pbx.CallParty) []any {
	return []any{int64(p.User), int64(p.Device), p.Number, p.Name, string(p.Security), p.Secure, p.Codec}
}

func recordFields(v *pbx.CallRecord) []any {
	fields := []any{&v.ID, &v.Organization, &v.Node, &v.SIPCallID, &v.Dialled}
	fields = append(fields, partyFields(&v.Caller)...)
	fields = append(fields, partyFields(&v.Callee)...)
	return append(fields, moment{&v.StartedAt}, moment{&v.AnsweredAt}, &v.AnsweredBy, moment{&v.EndedAt}, &v.EndReason, &v.SIPStatus,
		&v.Mode)
}

func partyFields(p *pbx.CallParty) []any {
	return []any{&p.User, &p.Device, &p.Number, &p.Name, &p.Security, &p.Secure, &p.Codec}
}
