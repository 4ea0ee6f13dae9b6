-- +goose Up
-- Room in each page for the next version of a user: as long as nothing changes that he is sorted or found by, his entries
-- in some ten indexes stay as they are.
ALTER TABLE "user" SET (fillfactor = 85);
