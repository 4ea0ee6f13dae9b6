-- +goose Up
-- How many numbers are taken, holds aside, of those that differ only in the last three digits. The next free number of a
-- large pool is found by stepping over full blocks.
CREATE TABLE dial_block (
    organization_id BIGINT NOT NULL REFERENCES organization,
    value_length    BIGINT NOT NULL,
    block           TEXT COLLATE "C" NOT NULL, -- the digits but the last three
    taken           BIGINT NOT NULL,
    PRIMARY KEY (organization_id, value_length, block)
);

INSERT INTO dial_block
SELECT organization_id, value_length, substr(value, 1, value_length::int - 3), count(*) FROM dial_string
WHERE kind <> 'hold' AND value_length > 3 AND value !~ '[^0-9]'
GROUP BY 1, 2, 3;

-- Once per statement, not per row: a load writes hundreds of numbers of one block with one.
-- +goose StatementBegin
CREATE FUNCTION dial_block_insert() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dial_block AS b
    SELECT organization_id, value_length, substr(value, 1, value_length::int - 3), count(*) FROM added
    WHERE kind <> 'hold' AND value_length > 3 AND value !~ '[^0-9]'
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (organization_id, value_length, block) DO UPDATE SET taken = b.taken + excluded.taken;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION dial_block_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE dial_block b SET taken = b.taken - r.n FROM (
        SELECT organization_id, value_length, substr(value, 1, value_length::int - 3) AS block, count(*) AS n FROM removed
        WHERE kind <> 'hold' AND value_length > 3 AND value !~ '[^0-9]'
        GROUP BY 1, 2, 3
    ) r WHERE b.organization_id = r.organization_id AND b.value_length = r.value_length AND b.block = r.block;
    RETURN NULL;
END $$;
-- +goose StatementEnd

-- A value keeps its place in the plan when its kind changes; only what was or becomes a hold counts anew.
-- +goose StatementBegin
CREATE FUNCTION dial_block_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO dial_block AS b
    SELECT n.organization_id, n.value_length, substr(n.value, 1, n.value_length::int - 3),
        sum(CASE WHEN n.kind = 'hold' THEN -1 ELSE 1 END)
    FROM added n JOIN removed o ON o.organization_id = n.organization_id AND o.value = n.value
    WHERE (o.kind = 'hold') <> (n.kind = 'hold') AND n.value_length > 3 AND n.value !~ '[^0-9]'
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (organization_id, value_length, block) DO UPDATE SET taken = b.taken + excluded.taken;
    RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TRIGGER dial_block_insert AFTER INSERT ON dial_string
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION dial_block_insert();
CREATE TRIGGER dial_block_delete AFTER DELETE ON dial_string
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION dial_block_delete();
CREATE TRIGGER dial_block_update AFTER UPDATE ON dial_string
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION dial_block_update();
