-- +goose Up
-- New entries of a trigram index wait in a list that each search goes through: after many changes a search would take a
-- hundred milliseconds until the list is put in order. 64 KB take less than one.
ALTER INDEX user_search_trigram SET (gin_pending_list_limit = 64);
ALTER INDEX device_search_trigram SET (gin_pending_list_limit = 64);
ALTER INDEX change_set_search_trigram SET (gin_pending_list_limit = 64);
