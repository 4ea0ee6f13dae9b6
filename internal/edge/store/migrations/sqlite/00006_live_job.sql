-- +goose Up
-- What the server has yet to do by itself. What is done is no more.
CREATE TABLE job (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    organization_id BIGINT  NOT NULL,
    queue           TEXT NOT NULL,
    kind            TEXT    NOT NULL,
    key             TEXT NOT NULL UNIQUE,
    user_id         BIGINT  NOT NULL, -- 0: nobody
    goes_to         TEXT    NOT NULL,
    asked_by        TEXT    NOT NULL,
    data            TEXT    NOT NULL, -- JSON, without secrets
    secret          BLOB    NOT NULL, -- sealed, bound to the key
    state           TEXT NOT NULL,
    attempts        BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    due_at          BIGINT  NOT NULL,
    give_up_at      BIGINT  NOT NULL,
    last_at         BIGINT  NOT NULL, -- 0: never tried
    last_answer     TEXT    NOT NULL,
    lease           TEXT    NOT NULL, -- of whoever works on it
    lease_until     BIGINT  NOT NULL  -- 0: nobody does
);
CREATE INDEX job_due ON job (queue, state, due_at, id);
CREATE INDEX job_organization ON job (organization_id, queue, id);
CREATE INDEX job_user ON job (user_id);

-- Links that were sent to people and work once; at most one of each purpose for a user.
CREATE TABLE one_time_link (
    user_id         BIGINT NOT NULL,
    purpose         TEXT NOT NULL,
    hash            BLOB   NOT NULL UNIQUE, -- of what the link carries, which its receiver alone has
    organization_id BIGINT NOT NULL,
    email           TEXT   NOT NULL, -- where it was sent
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    PRIMARY KEY (user_id, purpose)
);
CREATE INDEX one_time_link_end ON one_time_link (expires_at);
