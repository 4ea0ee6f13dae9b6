-- +goose Up
-- Who leaves, when, and who gets the calls.
CREATE TABLE leave (
    user_id         INTEGER PRIMARY KEY REFERENCES "user" DEFERRABLE INITIALLY DEFERRED,
    organization_id BIGINT  NOT NULL REFERENCES organization,
    leaves_on       BIGINT  NOT NULL,
    calls_to        BIGINT  REFERENCES "user" DEFERRABLE INITIALLY DEFERRED, -- NULL: nobody
    delete_after    BIGINT  NOT NULL, -- days; 0: never
    delete_at       BIGINT  NOT NULL, -- 0: never
    gone_at         BIGINT  NOT NULL, -- 0: not yet
    version         BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);
CREATE INDEX leave_due ON leave (organization_id, leaves_on, user_id);
CREATE INDEX leave_delete ON leave (organization_id, delete_at);
CREATE INDEX leave_calls_to ON leave (calls_to);

-- Aliases and former usernames that end by themselves.
CREATE INDEX dial_string_until ON dial_string (organization_id, until) WHERE until <> 0 AND kind IN ('alias', 'former_username');
