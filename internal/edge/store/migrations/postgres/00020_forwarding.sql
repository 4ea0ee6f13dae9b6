-- +goose Up
-- Where calls to a user go on. A user id of 0 is nobody; who is named is a reference.
CREATE TABLE forwarding (
    user_id         BIGINT PRIMARY KEY REFERENCES "user" DEFERRABLE INITIALLY DEFERRED,
    organization_id BIGINT  NOT NULL REFERENCES organization,
    do_not_disturb  BOOLEAN NOT NULL,
    paused          BOOLEAN NOT NULL,
    always          BIGINT  NOT NULL,
    busy            BIGINT  NOT NULL,
    no_answer       BIGINT  NOT NULL,
    offline         BIGINT  NOT NULL,
    version         BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);

-- The codes by which phones change it, where they are free.
INSERT INTO dial_string (organization_id, value, value_length, sort_value, kind, owner_kind, owner_id, owner_key, feature, was, until,
    hold_id, held_for, pool_id)
SELECT id, '*72', 3, '\x026c14f0000214ed14e8000000200020002000200020'::bytea, 'feature', '', 0, '', 'forward_on', '', 0, 0, 0, 0 FROM organization WHERE true
ON CONFLICT DO NOTHING;
INSERT INTO dial_string (organization_id, value, value_length, sort_value, kind, owner_kind, owner_id, owner_key, feature, was, until,
    hold_id, held_for, pool_id)
SELECT id, '*73', 3, '\x026c14f0000214ed14e9000000200020002000200020'::bytea, 'feature', '', 0, '', 'forward_off', '', 0, 0, 0, 0 FROM organization WHERE true
ON CONFLICT DO NOTHING;
INSERT INTO dial_string (organization_id, value, value_length, sort_value, kind, owner_kind, owner_id, owner_key, feature, was, until,
    hold_id, held_for, pool_id)
SELECT id, '*78', 3, '\x026c14f0000214ed14ee000000200020002000200020'::bytea, 'feature', '', 0, '', 'dnd_on', '', 0, 0, 0, 0 FROM organization WHERE true
ON CONFLICT DO NOTHING;
INSERT INTO dial_string (organization_id, value, value_length, sort_value, kind, owner_kind, owner_id, owner_key, feature, was, until,
    hold_id, held_for, pool_id)
SELECT id, '*79', 3, '\x026c14f0000214ed14ef000000200020002000200020'::bytea, 'feature', '', 0, '', 'dnd_off', '', 0, 0, 0, 0 FROM organization WHERE true
ON CONFLICT DO NOTHING;
