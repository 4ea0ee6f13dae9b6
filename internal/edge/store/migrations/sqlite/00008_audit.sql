-- +goose Up
-- What a change came by: the first word of its source.
ALTER TABLE change_set ADD COLUMN channel TEXT NOT NULL DEFAULT '';
UPDATE change_set SET channel = CASE WHEN instr(source, ' ') > 0 THEN substr(source, 1, instr(source, ' ') - 1)
    ELSE source END;
CREATE INDEX change_set_channel ON change_set (organization_id, channel, id);
CREATE INDEX change_set_intent ON change_set (organization_id, intent, id);
CREATE INDEX change_set_at ON change_set (organization_id, at, id);

-- Which kinds a change set touched, so that the changes of a rare kind are found as fast as those of a common one.
CREATE TABLE change_kind (
    organization_id BIGINT NOT NULL,
    kind            TEXT   NOT NULL,
    change_set_id   BIGINT NOT NULL REFERENCES change_set,
    PRIMARY KEY (organization_id, kind, change_set_id)
) WITHOUT ROWID;
INSERT INTO change_kind SELECT DISTINCT organization_id, kind, change_set_id FROM change_item;

CREATE VIRTUAL TABLE change_set_search USING fts5 (search, content = 'change_set', content_rowid = 'id',
    tokenize = 'trigram');
INSERT INTO change_set_search (rowid, search) SELECT id, search FROM change_set;
-- +goose StatementBegin
CREATE TRIGGER change_set_search_insert AFTER INSERT ON change_set BEGIN
    INSERT INTO change_set_search (rowid, search) VALUES (new.id, new.search);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER change_set_search_update AFTER UPDATE OF search ON change_set WHEN old.search <> new.search BEGIN
    INSERT INTO change_set_search (change_set_search, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO change_set_search (rowid, search) VALUES (new.id, new.search);
END;
-- +goose StatementEnd
