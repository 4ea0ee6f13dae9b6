-- +goose Up
-- Numbers of the public telephone network. Each has its place in dial_string, which it owns.
CREATE TABLE outside_number (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organization,
    value           TEXT COLLATE "C" NOT NULL, -- E.164
    leads_to_kind   TEXT   NOT NULL, -- empty: not assigned
    leads_to_id     BIGINT NOT NULL,
    location_id     BIGINT NOT NULL, -- 0: none
    state           TEXT   NOT NULL,
    note            TEXT   NOT NULL,
    sort_place      BYTEA   NOT NULL, -- those not assigned first, then by value
    search          TEXT   NOT NULL, -- folded
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (organization_id, value)
);
CREATE INDEX outside_number_leads_to ON outside_number (organization_id, leads_to_kind, leads_to_id, value);
CREATE INDEX outside_number_place ON outside_number (organization_id, sort_place, id);
