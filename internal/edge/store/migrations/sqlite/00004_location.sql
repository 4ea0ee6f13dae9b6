-- +goose Up
CREATE TABLE location (
    id                INTEGER PRIMARY KEY,
    organization_id   BIGINT NOT NULL REFERENCES organization,
    name              TEXT   NOT NULL,
    name_key          TEXT   NOT NULL, -- folded
    sort_name         BLOB  NOT NULL, -- collated
    search            TEXT   NOT NULL,
    street_address    TEXT   NOT NULL,
    city              TEXT   NOT NULL,
    state             TEXT   NOT NULL,
    zip_code          TEXT   NOT NULL,
    country           TEXT   NOT NULL,
    phone             TEXT   NOT NULL,
    fax               TEXT   NOT NULL,
    language          TEXT   NOT NULL,
    time_zone         TEXT   NOT NULL,
    networks          TEXT   NOT NULL, -- JSON
    emergency_number  TEXT   NOT NULL,
    emergency_address TEXT   NOT NULL,
    emergency_note    TEXT   NOT NULL,
    version           BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL,
    UNIQUE (organization_id, name_key)
);
CREATE INDEX location_sort_name ON location (organization_id, sort_name, id);

-- Where a user is, and where the emergency service is sent for him: a location or a private address. NULL: none.
ALTER TABLE "user" ADD COLUMN location_id BIGINT REFERENCES location DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "user" ADD COLUMN emergency_location_id BIGINT REFERENCES location DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "user" ADD COLUMN emergency_address TEXT NOT NULL DEFAULT '';
CREATE INDEX user_location ON "user" (location_id) WHERE location_id IS NOT NULL;
CREATE INDEX user_emergency_location ON "user" (emergency_location_id) WHERE emergency_location_id IS NOT NULL;

ALTER TABLE extension_pool ADD COLUMN location_id BIGINT REFERENCES location DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX extension_pool_location ON extension_pool (location_id) WHERE location_id IS NOT NULL;
