-- +goose Up
-- How many numbers are taken, holds aside, of those that differ only in the last three digits. The next free number of a
-- large pool is found by stepping over full blocks.
CREATE TABLE dial_block (
    organization_id BIGINT NOT NULL REFERENCES organization,
    value_length    BIGINT NOT NULL,
    block           TEXT   NOT NULL, -- the digits but the last three
    taken           BIGINT NOT NULL,
    PRIMARY KEY (organization_id, value_length, block)
) WITHOUT ROWID;

INSERT INTO dial_block
SELECT organization_id, value_length, substr(value, 1, value_length - 3), count(*) FROM dial_string
WHERE kind <> 'hold' AND value_length > 3 AND value NOT GLOB '*[^0-9]*'
GROUP BY 1, 2, 3;

-- +goose StatementBegin
CREATE TRIGGER dial_block_insert AFTER INSERT ON dial_string
WHEN NEW.kind <> 'hold' AND NEW.value_length > 3 AND NEW.value NOT GLOB '*[^0-9]*'
BEGIN
    INSERT INTO dial_block VALUES (NEW.organization_id, NEW.value_length, substr(NEW.value, 1, NEW.value_length - 3), 1)
    ON CONFLICT (organization_id, value_length, block) DO UPDATE SET taken = taken + 1;
END;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE TRIGGER dial_block_delete AFTER DELETE ON dial_string
WHEN OLD.kind <> 'hold' AND OLD.value_length > 3 AND OLD.value NOT GLOB '*[^0-9]*'
BEGIN
    UPDATE dial_block SET taken = taken - 1 WHERE organization_id = OLD.organization_id
    AND value_length = OLD.value_length AND block = substr(OLD.value, 1, OLD.value_length - 3);
END;
-- +goose StatementEnd

-- A value keeps its place in the plan when its kind changes; only what was or becomes a hold counts anew.
-- +goose StatementBegin
CREATE TRIGGER dial_block_update AFTER UPDATE ON dial_string
WHEN (OLD.kind = 'hold') <> (NEW.kind = 'hold') AND NEW.value_length > 3 AND NEW.value NOT GLOB '*[^0-9]*'
BEGIN
    INSERT INTO dial_block VALUES (NEW.organization_id, NEW.value_length, substr(NEW.value, 1, NEW.value_length - 3), 1)
    ON CONFLICT (organization_id, value_length, block)
    DO UPDATE SET taken = taken + CASE WHEN NEW.kind = 'hold' THEN -1 ELSE 1 END;
END;
-- +goose StatementEnd
