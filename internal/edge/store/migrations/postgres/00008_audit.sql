-- +goose Up
-- What a change came by: the first word of its source.
ALTER TABLE change_set ADD COLUMN channel TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE change_set SET channel = split_part(source, ' ', 1);
CREATE INDEX change_set_channel ON change_set (organization_id, channel, id);
CREATE INDEX change_set_intent ON change_set (organization_id, intent, id);
CREATE INDEX change_set_at ON change_set (organization_id, at, id);

-- Which kinds a change set touched, so that the changes of a rare kind are found as fast as those of a common one.
CREATE TABLE change_kind (
    organization_id BIGINT NOT NULL,
    kind            TEXT COLLATE "C" NOT NULL,
    change_set_id   BIGINT NOT NULL REFERENCES change_set,
    PRIMARY KEY (organization_id, kind, change_set_id)
);
INSERT INTO change_kind SELECT DISTINCT organization_id, kind, change_set_id FROM change_item;

CREATE TABLE change_set_search (
    rowid  BIGINT NOT NULL PRIMARY KEY REFERENCES change_set ON DELETE CASCADE, -- named as in SQLite
    search TEXT   NOT NULL
);
CREATE INDEX change_set_search_trigram ON change_set_search USING gin (search gin_trgm_ops);
INSERT INTO change_set_search (rowid, search) SELECT id, search FROM change_set;
-- +goose StatementBegin
CREATE FUNCTION change_set_search_put() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_set_search (rowid, search) VALUES (NEW.id, NEW.search)
        ON CONFLICT (rowid) DO UPDATE SET search = excluded.search;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER change_set_search_insert AFTER INSERT ON change_set FOR EACH ROW EXECUTE FUNCTION change_set_search_put();
CREATE TRIGGER change_set_search_update AFTER UPDATE OF search ON change_set FOR EACH ROW
    WHEN (OLD.search <> NEW.search) EXECUTE FUNCTION change_set_search_put();
