-- +goose Up
ALTER TABLE "user" ADD COLUMN street_address TEXT NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN city TEXT NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN zip_code TEXT NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN country TEXT NOT NULL DEFAULT '';
ALTER TABLE "user" ADD COLUMN photo TEXT NOT NULL DEFAULT ''; -- hash of the picture
ALTER TABLE "user" ADD COLUMN managed_by TEXT NOT NULL DEFAULT ''; -- the directory that keeps the user
CREATE INDEX user_photo ON "user" (organization_id, photo) WHERE photo <> '';
CREATE INDEX user_managed ON "user" (organization_id, id) WHERE managed_by <> '';

-- Pictures of users, by what they hold: history names them by their hash, and they stay as long as it may bring them back.
CREATE TABLE photo (
    organization_id BIGINT NOT NULL REFERENCES organization,
    hash            TEXT   NOT NULL,
    picture         BLOB   NOT NULL,
    used_at         BIGINT NOT NULL,
    PRIMARY KEY (organization_id, hash)
);
CREATE INDEX photo_used ON photo (organization_id, used_at);

-- When users signed in last. Who never did has no row. It is no part of what people decide, so no change set has it.
CREATE TABLE sign_in (
    user_id      BIGINT NOT NULL PRIMARY KEY,
    signed_in_at BIGINT NOT NULL
);
