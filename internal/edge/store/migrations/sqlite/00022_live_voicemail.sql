-- +goose Up
-- What callers left in mailboxes. The sounds are files beside the database, which the rows name.
CREATE TABLE voice_message (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT  NOT NULL,
    user_id         BIGINT  NOT NULL, -- whose mailbox
    state           TEXT    NOT NULL,
    caller_id       BIGINT  NOT NULL, -- 0: nobody of ours
    number          TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    call_id         BIGINT  NOT NULL, -- 0: unknown
    forwarded_by    BIGINT  NOT NULL, -- 0: nobody
    left_at         BIGINT  NOT NULL,
    duration        BIGINT  NOT NULL, -- milliseconds
    heard_at        BIGINT  NOT NULL, -- 0: not yet
    deleted_at      BIGINT  NOT NULL, -- 0: it is not
    blob            TEXT    NOT NULL UNIQUE,
    size            BIGINT  NOT NULL, -- octets of the blob
    told            BOOLEAN NOT NULL  -- whoever is to be told of it was
);
CREATE INDEX voice_message_user ON voice_message (user_id, state, id);
CREATE INDEX voice_message_caller ON voice_message (caller_id) WHERE caller_id <> 0;
CREATE INDEX voice_message_deleted ON voice_message (deleted_at, id) WHERE deleted_at <> 0;
CREATE INDEX voice_message_untold ON voice_message (id) WHERE NOT told;

-- What callers of mailboxes hear first.
CREATE TABLE greeting (
    user_id         BIGINT  NOT NULL,
    kind            TEXT    NOT NULL,
    organization_id BIGINT  NOT NULL,
    recorded_at     BIGINT  NOT NULL,
    duration        BIGINT  NOT NULL, -- milliseconds
    blob            TEXT    NOT NULL UNIQUE,
    size            BIGINT  NOT NULL,
    PRIMARY KEY (user_id, kind)
);
