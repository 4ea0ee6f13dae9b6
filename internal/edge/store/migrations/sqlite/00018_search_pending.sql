-- +goose Up
-- Only PostgreSQL has such lists; the numbers of migrations are the same.
SELECT 1;
