-- +goose Up
CREATE TABLE organization (
    id           BIGINT PRIMARY KEY,
    name         TEXT   NOT NULL,
    account_name TEXT COLLATE "C" NOT NULL UNIQUE,
    sip_domain   TEXT   NOT NULL,
    realm        TEXT   NOT NULL,
    country      TEXT   NOT NULL,
    language     TEXT   NOT NULL,
    time_zone    TEXT   NOT NULL,
    user_limit   BIGINT NOT NULL,
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);

-- The last id given to each kind of thing. Ids are never given twice.
CREATE TABLE id_counter (
    kind TEXT   NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

CREATE TABLE "group" (
    id                   BIGINT PRIMARY KEY,
    organization_id      BIGINT NOT NULL REFERENCES organization,
    name                 TEXT   NOT NULL,
    name_key             TEXT COLLATE "C" NOT NULL, -- folded
    sort_name            BYTEA NOT NULL, -- collated
    search               TEXT   NOT NULL,
    position             BIGINT NOT NULL,
    provisioning_profile TEXT   NOT NULL,
    street_address       TEXT   NOT NULL,
    city                 TEXT   NOT NULL,
    state                TEXT   NOT NULL,
    zip_code             TEXT   NOT NULL,
    country              TEXT   NOT NULL,
    contact_surname      TEXT   NOT NULL,
    contact_name         TEXT   NOT NULL,
    contact_role         TEXT   NOT NULL,
    phone                TEXT   NOT NULL,
    mobile               TEXT   NOT NULL,
    fax                  TEXT   NOT NULL,
    it_email             TEXT   NOT NULL,
    version              BIGINT NOT NULL,
    created_at           BIGINT NOT NULL,
    updated_at           BIGINT NOT NULL,
    UNIQUE (organization_id, name_key)
);
CREATE INDEX group_position ON "group" (organization_id, position, id);
CREATE INDEX group_sort_name ON "group" (organization_id, sort_name, id);

CREATE TABLE "user" (
    id                BIGINT PRIMARY KEY,
    organization_id   BIGINT  NOT NULL REFERENCES organization,
    kind              TEXT    NOT NULL,
    home_group_id     BIGINT  REFERENCES "group", -- NULL: operators have none
    further_groups    TEXT    NOT NULL, -- JSON; table membership finds them
    number            TEXT    NOT NULL,
    username          TEXT    NOT NULL,
    first_name        TEXT    NOT NULL,
    last_name         TEXT    NOT NULL,
    display_name      TEXT    NOT NULL,
    email             TEXT    NOT NULL,
    email_pending     TEXT    NOT NULL,
    enabled           BOOLEAN NOT NULL,
    disabled_at       BIGINT  NOT NULL,
    role              TEXT    NOT NULL,
    auth_account_name TEXT    NOT NULL,
    external_id       TEXT    NOT NULL,
    language          TEXT    NOT NULL,
    time_zone         TEXT    NOT NULL,
    job_title         TEXT    NOT NULL,
    department        TEXT    NOT NULL,
    mobile            TEXT    NOT NULL,
    fax               TEXT    NOT NULL,
    custom1           TEXT    NOT NULL,
    custom2           TEXT    NOT NULL,
    custom3           TEXT    NOT NULL,
    version           BIGINT  NOT NULL,
    created_at        BIGINT  NOT NULL,
    updated_at        BIGINT  NOT NULL,
    email_key         TEXT COLLATE "C" NOT NULL, -- folded
    sort_last_name    BYTEA NOT NULL, -- collated, as the other sort keys
    sort_first_name   BYTEA NOT NULL,
    sort_display_name BYTEA NOT NULL,
    sort_number       BYTEA NOT NULL,
    sort_username     BYTEA NOT NULL,
    sort_email        BYTEA NOT NULL,
    search            TEXT    NOT NULL -- what a search looks through, folded
);
CREATE INDEX user_home_group ON "user" (home_group_id);
CREATE INDEX user_role ON "user" (organization_id, role, id) WHERE role <> 'user';
CREATE INDEX user_kind ON "user" (organization_id, kind, id) WHERE kind <> 'person';
CREATE INDEX user_disabled ON "user" (organization_id, id) WHERE NOT enabled;
CREATE INDEX user_email ON "user" (organization_id, email_key, id) WHERE email_key <> '';
-- Lists leave operators out unless asked for them.
CREATE INDEX user_sort_last_name ON "user" (organization_id, sort_last_name, id) WHERE kind <> 'operator';
CREATE INDEX user_sort_first_name ON "user" (organization_id, sort_first_name, id) WHERE kind <> 'operator';
CREATE INDEX user_sort_display_name ON "user" (organization_id, sort_display_name, id) WHERE kind <> 'operator';
CREATE INDEX user_sort_number ON "user" (organization_id, sort_number, id) WHERE kind <> 'operator';
CREATE INDEX user_sort_username ON "user" (organization_id, sort_username, id) WHERE kind <> 'operator';
CREATE INDEX user_sort_email ON "user" (organization_id, sort_email, id) WHERE kind <> 'operator';
CREATE INDEX user_sort_created_at ON "user" (organization_id, created_at, id) WHERE kind <> 'operator';
CREATE INDEX user_sort_id ON "user" (organization_id, id) WHERE kind <> 'operator';

-- Who belongs to a group, as home or further.
CREATE TABLE membership (
    group_id BIGINT  NOT NULL REFERENCES "group",
    user_id  BIGINT  NOT NULL REFERENCES "user" ON DELETE CASCADE,
    home     BOOLEAN NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX membership_user ON membership (user_id);

-- Where users are searched: three characters and more by trigrams, fewer by how words begin.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TABLE user_search (
    rowid  BIGINT NOT NULL PRIMARY KEY REFERENCES "user" ON DELETE CASCADE, -- named as in SQLite
    search TEXT   NOT NULL
);
CREATE INDEX user_search_trigram ON user_search USING gin (search gin_trgm_ops);
-- +goose StatementBegin
CREATE FUNCTION user_search_put() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO user_search (rowid, search) VALUES (NEW.id, NEW.search)
        ON CONFLICT (rowid) DO UPDATE SET search = excluded.search;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER user_search_insert AFTER INSERT ON "user" FOR EACH ROW EXECUTE FUNCTION user_search_put();
CREATE TRIGGER user_search_update AFTER UPDATE OF search ON "user" FOR EACH ROW
    WHEN (OLD.search <> NEW.search) EXECUTE FUNCTION user_search_put();
CREATE TABLE user_initials (
    organization_id BIGINT NOT NULL,
    initials        TEXT COLLATE "C" NOT NULL, -- the first two characters of a word
    user_id         BIGINT NOT NULL REFERENCES "user" ON DELETE CASCADE,
    PRIMARY KEY (organization_id, initials, user_id)
);
CREATE INDEX user_initials_user ON user_initials (user_id);

CREATE TABLE user_secret (
    user_id         BIGINT NOT NULL REFERENCES "user" DEFERRABLE INITIALLY DEFERRED,
    name            TEXT   NOT NULL,
    organization_id BIGINT NOT NULL,
    scheme          TEXT   NOT NULL,
    value           BYTEA   NOT NULL,
    changed_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL,
    PRIMARY KEY (user_id, name)
);

CREATE TABLE device (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT  NOT NULL REFERENCES organization,
    kind            TEXT    NOT NULL,
    name            TEXT    NOT NULL,
    sort_name       BYTEA NOT NULL, -- collated
    search          TEXT    NOT NULL,
    user_id         BIGINT  REFERENCES "user" DEFERRABLE INITIALLY DEFERRED, -- NULL: spare
    enabled         BOOLEAN NOT NULL,
    version         BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);
CREATE INDEX device_user ON device (user_id);
CREATE INDEX device_sort_name ON device (organization_id, sort_name, id);
CREATE TABLE device_search (
    rowid  BIGINT NOT NULL PRIMARY KEY REFERENCES "device" ON DELETE CASCADE, -- named as in SQLite
    search TEXT   NOT NULL
);
CREATE INDEX device_search_trigram ON device_search USING gin (search gin_trgm_ops);
-- +goose StatementBegin
CREATE FUNCTION device_search_put() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO device_search (rowid, search) VALUES (NEW.id, NEW.search)
        ON CONFLICT (rowid) DO UPDATE SET search = excluded.search;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER device_search_insert AFTER INSERT ON "device" FOR EACH ROW EXECUTE FUNCTION device_search_put();
CREATE TRIGGER device_search_update AFTER UPDATE OF search ON "device" FOR EACH ROW
    WHEN (OLD.search <> NEW.search) EXECUTE FUNCTION device_search_put();

CREATE TABLE line (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organization,
    device_id       BIGINT NOT NULL REFERENCES device DEFERRABLE INITIALLY DEFERRED,
    position        BIGINT NOT NULL,
    user_id         BIGINT REFERENCES "user" DEFERRABLE INITIALLY DEFERRED, -- NULL: spare
    label           TEXT   NOT NULL,
    sip_username    TEXT   NOT NULL,
    version         BIGINT NOT NULL
);
CREATE INDEX line_device ON line (device_id, position);
CREATE INDEX line_user ON line (user_id);

CREATE TABLE credential (
    line_id         BIGINT NOT NULL PRIMARY KEY REFERENCES line DEFERRABLE INITIALLY DEFERRED,
    organization_id BIGINT NOT NULL,
    ha1_md5         BYTEA   NOT NULL,
    ha1_sha256      BYTEA   NOT NULL,
    clear           BYTEA   NOT NULL, -- empty unless a phone must be sent it
    changed_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);

-- Every SIP user name there ever was, with the line it belongs to for ever.
CREATE TABLE sip_username (
    organization_id BIGINT NOT NULL,
    value           TEXT COLLATE "C" NOT NULL,
    line_id         BIGINT NOT NULL,
    PRIMARY KEY (organization_id, value)
);

-- Everything that can be dialled or signed in with.
CREATE TABLE dial_string (
    organization_id BIGINT NOT NULL REFERENCES organization,
    value           TEXT COLLATE "C" NOT NULL, -- folded
    value_length    BIGINT NOT NULL, -- in bytes
    sort_value      BYTEA NOT NULL, -- collated
    kind            TEXT   NOT NULL,
    owner_kind      TEXT   NOT NULL,
    owner_id        BIGINT NOT NULL,
    owner_key       TEXT   NOT NULL,
    feature         TEXT   NOT NULL,
    was             TEXT   NOT NULL,
    until           BIGINT NOT NULL,
    hold_id         BIGINT NOT NULL,
    held_for        BIGINT NOT NULL,
    pool_id         BIGINT NOT NULL,
    PRIMARY KEY (organization_id, value)
);
CREATE INDEX dial_string_owner ON dial_string (organization_id, owner_kind, owner_id, value);
CREATE INDEX dial_string_sort_value ON dial_string (organization_id, sort_value, value);
CREATE INDEX dial_string_length ON dial_string (organization_id, value_length, value);
CREATE INDEX dial_string_hold ON dial_string (organization_id, until) WHERE kind = 'hold';

CREATE TABLE extension_pool (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT  NOT NULL REFERENCES organization,
    name            TEXT    NOT NULL,
    first           TEXT    NOT NULL,
    last            TEXT    NOT NULL,
    enabled         BOOLEAN NOT NULL,
    group_id        BIGINT  REFERENCES "group" DEFERRABLE INITIALLY DEFERRED, -- NULL: for everybody
    version         BIGINT  NOT NULL,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL
);
CREATE INDEX extension_pool_organization ON extension_pool (organization_id, id);
CREATE INDEX extension_pool_group ON extension_pool (group_id);

CREATE TABLE setting (
    organization_id BIGINT  NOT NULL, -- 0: the system
    level           TEXT COLLATE "C" NOT NULL,
    owner           BIGINT  NOT NULL,
    key             TEXT COLLATE "C" NOT NULL,
    value           TEXT    NOT NULL,
    locked          BOOLEAN NOT NULL,
    version         BIGINT  NOT NULL,
    PRIMARY KEY (organization_id, level, owner, key)
);
CREATE INDEX setting_by_key ON setting (organization_id, key);

CREATE TABLE token (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL REFERENCES organization,
    user_id         BIGINT NOT NULL REFERENCES "user" DEFERRABLE INITIALLY DEFERRED,
    name            TEXT   NOT NULL,
    hash            BYTEA   NOT NULL UNIQUE,
    scopes          TEXT   NOT NULL, -- JSON
    search          TEXT   NOT NULL,
    created_at      BIGINT NOT NULL,
    expires_at      BIGINT NOT NULL,
    version         BIGINT NOT NULL
);
CREATE INDEX token_user ON token (user_id, id);
CREATE INDEX token_organization ON token (organization_id, id);

-- Which thing mentions which other, in which field.
CREATE TABLE reference (
    organization_id BIGINT NOT NULL,
    from_kind       TEXT COLLATE "C" NOT NULL,
    from_id         BIGINT NOT NULL,
    from_key        TEXT COLLATE "C" NOT NULL,
    field           TEXT COLLATE "C" NOT NULL,
    to_kind         TEXT COLLATE "C" NOT NULL,
    to_id           BIGINT NOT NULL,
    to_key          TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (organization_id, from_kind, from_id, from_key, field, to_kind, to_id, to_key)
);
CREATE INDEX reference_to ON reference (organization_id, to_kind, to_id, to_key);

-- The number of the last change set: one row, taken last in each transaction, so that numbers come in commit order.
CREATE TABLE change_counter (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    last BIGINT NOT NULL
);
INSERT INTO change_counter (id, last) VALUES (1, 0);

CREATE TABLE change_set (
    id              BIGINT PRIMARY KEY,
    organization_id BIGINT NOT NULL,
    at              BIGINT NOT NULL,
    actor_kind      TEXT   NOT NULL,
    actor_user_id   BIGINT NOT NULL,
    actor_name      TEXT   NOT NULL,
    intent          TEXT   NOT NULL,
    summary         TEXT   NOT NULL,
    source          TEXT   NOT NULL,
    idempotency_key TEXT COLLATE "C" NOT NULL,
    fingerprint     TEXT   NOT NULL,
    subject_kind    TEXT   NOT NULL,
    subject_id      BIGINT NOT NULL,
    subject_key     TEXT   NOT NULL,
    undoes          BIGINT NOT NULL,
    items           BIGINT NOT NULL, -- how many
    search          TEXT   NOT NULL
);
CREATE INDEX change_set_organization ON change_set (organization_id, id);
CREATE INDEX change_set_actor ON change_set (organization_id, actor_user_id, id);
CREATE INDEX change_set_undoes ON change_set (undoes) WHERE undoes <> 0;
CREATE UNIQUE INDEX change_set_idempotency ON change_set (organization_id, actor_user_id, idempotency_key)
    WHERE idempotency_key <> '';

CREATE TABLE change_item (
    change_set_id   BIGINT NOT NULL REFERENCES change_set,
    ordinal         BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    thing_id        BIGINT NOT NULL,
    thing_key       TEXT COLLATE "C" NOT NULL,
    name            TEXT   NOT NULL,
    action          TEXT   NOT NULL,
    version         BIGINT NOT NULL,
    before          TEXT   NOT NULL, -- JSON or empty
    after           TEXT   NOT NULL, -- JSON or empty
    PRIMARY KEY (change_set_id, ordinal)
);
CREATE INDEX change_item_thing ON change_item (organization_id, kind, thing_id, thing_key, change_set_id);

-- Deleted things as they were stored. Only restore and purge read it.
CREATE TABLE trash (
    change_set_id   BIGINT NOT NULL REFERENCES change_set,
    ordinal         BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    thing_id        BIGINT NOT NULL,
    thing_key       TEXT COLLATE "C" NOT NULL,
    name            TEXT   NOT NULL,
    row_data        BYTEA   NOT NULL,
    deleted_at      BIGINT NOT NULL,
    purge_at        BIGINT NOT NULL,
    PRIMARY KEY (change_set_id, ordinal)
);
CREATE INDEX trash_thing ON trash (organization_id, kind, thing_id, thing_key);
CREATE INDEX trash_set ON trash (organization_id, change_set_id);
CREATE INDEX trash_purge ON trash (organization_id, purge_at);
