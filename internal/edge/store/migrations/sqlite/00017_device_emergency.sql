-- +goose Up
-- Where the emergency service is sent for a device: a location or a private address. NULL and empty: as for its user.
ALTER TABLE device ADD COLUMN emergency_location_id BIGINT REFERENCES location DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE device ADD COLUMN emergency_address TEXT NOT NULL DEFAULT '';
CREATE INDEX device_emergency_location ON device (emergency_location_id) WHERE emergency_location_id IS NOT NULL;
