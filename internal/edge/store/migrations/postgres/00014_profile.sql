-- +goose Up
CREATE TABLE provisioning_profile (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organization,
    name            TEXT   NOT NULL,
    name_key        TEXT COLLATE "C" NOT NULL, -- folded
    text            TEXT   NOT NULL,
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (organization_id, name_key)
);

-- Every organization has the profile default; its number is free to be the organization's, as the first there are.
INSERT INTO provisioning_profile (id, organization_id, name, name_key, text, version, created_at, updated_at)
    SELECT id, id, 'default', 'default', '', 1, created_at, created_at FROM organization;
INSERT INTO id_counter (kind, last)
    SELECT 'provisioning_profile', max(id) FROM organization HAVING max(id) IS NOT NULL;

-- Who has which profile. NULL: for a group none, for a user or device the inherited one.
ALTER TABLE "group" ADD COLUMN provisioning_profile_id BIGINT REFERENCES provisioning_profile DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE "user" ADD COLUMN provisioning_profile_id BIGINT REFERENCES provisioning_profile DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE device ADD COLUMN provisioning_profile_id BIGINT REFERENCES provisioning_profile DEFERRABLE INITIALLY DEFERRED;
UPDATE "group" SET provisioning_profile_id = organization_id;
-- A table whose rows wait to be checked can't be altered.
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE "group" DROP COLUMN provisioning_profile;
INSERT INTO reference (organization_id, from_kind, from_id, from_key, field, to_kind, to_id, to_key)
    SELECT organization_id, 'group', id, '', 'provisioningProfileId', 'provisioning_profile', provisioning_profile_id, ''
    FROM "group";
CREATE INDEX group_provisioning_profile ON "group" (provisioning_profile_id);
CREATE INDEX user_provisioning_profile ON "user" (provisioning_profile_id) WHERE provisioning_profile_id IS NOT NULL;
CREATE INDEX device_provisioning_profile ON device (provisioning_profile_id) WHERE provisioning_profile_id IS NOT NULL;

-- Permissions that administrators added.
CREATE TABLE permission (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT  NOT NULL REFERENCES organization,
    key             TEXT COLLATE "C" NOT NULL,
    label           TEXT    NOT NULL,
    help            TEXT    NOT NULL,
    allowed         BOOLEAN NOT NULL, -- by default
    version         BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    UNIQUE (organization_id, key)
);
