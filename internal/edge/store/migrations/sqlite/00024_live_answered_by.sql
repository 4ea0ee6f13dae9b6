-- +goose Up
-- Who took the call: phone, mailbox or server; empty where nobody did, and in records from before.
ALTER TABLE call_record ADD COLUMN answered_by TEXT NOT NULL DEFAULT '';
