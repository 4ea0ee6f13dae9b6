-- +goose Up
CREATE TABLE mail_server (
    organization_id BIGINT  NOT NULL PRIMARY KEY REFERENCES organization,
    host            TEXT    NOT NULL,
    port            BIGINT  NOT NULL,
    tls             TEXT    NOT NULL,
    allow_plain     BOOLEAN NOT NULL,
    authority       TEXT    NOT NULL, -- PEM
    username        TEXT    NOT NULL,
    sender          TEXT    NOT NULL,
    sender_name     TEXT    NOT NULL,
    reply_to        TEXT    NOT NULL,
    page_url        TEXT    NOT NULL,
    version         BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);

CREATE TABLE mail_password (
    organization_id BIGINT NOT NULL PRIMARY KEY REFERENCES organization,
    value           BYTEA   NOT NULL, -- sealed
    changed_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);
