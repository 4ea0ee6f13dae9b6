-- +goose Up
-- SQLite changes rows in place; the numbers of migrations are the same.
SELECT 1;
