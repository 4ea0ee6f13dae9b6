-- +goose Up
-- A number behind which several people are called. Its number stands in dial_string, which it owns; who is named is a reference.
CREATE TABLE ring_group (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT  NOT NULL REFERENCES organization,
    name            TEXT    NOT NULL,
    name_key        TEXT COLLATE "C" NOT NULL, -- folded
    sort_name       BYTEA   NOT NULL, -- collated
    number          TEXT    NOT NULL, -- empty: none
    sort_number     BYTEA   NOT NULL,
    search          TEXT    NOT NULL, -- folded
    strategy        TEXT    NOT NULL,
    members         TEXT    NOT NULL, -- JSON
    ring_seconds    BIGINT  NOT NULL,
    skip_busy       BOOLEAN NOT NULL,
    then_kind       TEXT    NOT NULL, -- empty: nobody
    then_id         BIGINT  NOT NULL,
    version         BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    UNIQUE (organization_id, name_key)
);
CREATE INDEX ring_group_sort_name ON ring_group (organization_id, sort_name, id);
