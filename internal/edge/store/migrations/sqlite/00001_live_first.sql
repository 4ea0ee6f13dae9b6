-- +goose Up
CREATE TABLE binding (
    line_id         BIGINT  NOT NULL,
    instance        TEXT    NOT NULL,
    reg_id          BIGINT  NOT NULL,
    organization_id BIGINT  NOT NULL,
    user_id         BIGINT  NOT NULL,
    device_id       BIGINT  NOT NULL,
    sip_username    TEXT    NOT NULL,
    contact         TEXT    NOT NULL,
    path            TEXT    NOT NULL,
    call_id         TEXT    NOT NULL,
    cseq            BIGINT  NOT NULL,
    q               BIGINT  NOT NULL,
    user_agent      TEXT    NOT NULL,
    transport       TEXT    NOT NULL,
    local_address   TEXT    NOT NULL,
    remote_address  TEXT    NOT NULL,
    flow            BLOB    NOT NULL,
    node            TEXT    NOT NULL,
    registered_at   BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    expires_at      BIGINT  NOT NULL,
    PRIMARY KEY (line_id, instance, reg_id)
) WITHOUT ROWID;
CREATE INDEX binding_user ON binding (user_id);

CREATE TABLE call_record (
    id               INTEGER PRIMARY KEY,
    organization_id  BIGINT  NOT NULL,
    node             TEXT    NOT NULL,
    sip_call_id      TEXT    NOT NULL,
    dialled          TEXT    NOT NULL,
    caller_user_id   BIGINT  NOT NULL,
    caller_device_id BIGINT  NOT NULL,
    caller_number    TEXT    NOT NULL,
    caller_name      TEXT    NOT NULL,
    caller_security  TEXT    NOT NULL,
    caller_secure    BOOLEAN NOT NULL,
    caller_codec     TEXT    NOT NULL,
    callee_user_id   BIGINT  NOT NULL,
    callee_device_id BIGINT  NOT NULL,
    callee_number    TEXT    NOT NULL,
    callee_name      TEXT    NOT NULL,
    callee_security  TEXT    NOT NULL,
    callee_secure    BOOLEAN NOT NULL,
    callee_codec     TEXT    NOT NULL,
    started_at       BIGINT  NOT NULL,
    answered_at      BIGINT  NOT NULL, -- 0: never
    ended_at         BIGINT  NOT NULL, -- 0: open
    end_reason       TEXT    NOT NULL,
    sip_status       BIGINT  NOT NULL,
    mode             TEXT    NOT NULL,
    search           TEXT    NOT NULL -- numbers and names, folded
);
CREATE INDEX call_record_started ON call_record (organization_id, started_at, id);
CREATE INDEX call_record_caller ON call_record (caller_user_id, started_at, id);
CREATE INDEX call_record_callee ON call_record (callee_user_id, started_at, id);
CREATE INDEX call_record_open ON call_record (node) WHERE ended_at = 0;

-- When each node last said that it is alive: what ends with it ended then.
CREATE TABLE node_mark (
    node      TEXT   NOT NULL PRIMARY KEY,
    marked_at BIGINT NOT NULL
);

CREATE TABLE session (
    hash             BLOB   NOT NULL PRIMARY KEY, -- of the token, which the browser alone has
    user_id          BIGINT NOT NULL,
    organization_id  BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    seen_at          BIGINT NOT NULL,
    expires_at       BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    remote           TEXT   NOT NULL,
    user_agent       TEXT   NOT NULL
);
CREATE INDEX session_of_user ON session (user_id);
CREATE INDEX session_end ON session (expires_at);

-- At most one row: the set-up link that counts.
CREATE TABLE setup_token (
    id         BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    hash       BLOB   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
