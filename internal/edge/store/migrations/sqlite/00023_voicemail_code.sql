-- +goose Up
-- The codes of the mailboxes, where they are free.
INSERT INTO dial_string (organization_id, value, value_length, sort_value, kind, owner_kind, owner_id, owner_key, feature, was, until,
    hold_id, held_for, pool_id)
SELECT id, '*97', 3, X'026c14f0000214ef14ed000000200020002000200020', 'feature', '', 0, '', 'voicemail', '', 0, 0, 0, 0 FROM organization WHERE true
ON CONFLICT DO NOTHING;
INSERT INTO dial_string (organization_id, value, value_length, sort_value, kind, owner_kind, owner_id, owner_key, feature, was, until,
    hold_id, held_for, pool_id)
SELECT id, '*98', 3, X'026c14f0000214ef14ee000000200020002000200020', 'feature', '', 0, '', 'voicemail_any', '', 0, 0, 0, 0 FROM organization WHERE true
ON CONFLICT DO NOTHING;
