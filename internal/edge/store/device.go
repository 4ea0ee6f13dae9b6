package store

import (
	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

const (
	deviceColumns = "id, organization_id, kind, name, user_id, enabled, provisioning_profile_id, " +
		"emergency_location_id, emergency_address, version, created_at, updated_at"
	lineColumns       = "id, organization_id, device_id, position, user_id, label, sip_username, version"
	credentialColumns = "line_id, organization_id, ha1_md5, ha1_sha256, clear, changed_at, version"
)

var (
	putDevice     = upsert("device", "id", deviceColumns+", sort_name, search")
	putLine       = upsert("line", "id", lineColumns)
	putCredential = upsert("credential", "line_id", credentialColumns)
)

// Device reads one device.
func (t *tx) Device(id pbx.DeviceID) (pbx.Device, error) {
	return find(t, pbx.Ref{Kind: pbx.KindDevice, ID: int64(id)}, deviceFields,
		"SELECT "+deviceColumns+" FROM device WHERE id = $1", int64(id))
}

// DevicesOf reads the devices of a user, by id.
func (t *tx) DevicesOf(user pbx.UserID) ([]pbx.Device, error) {
	return collect(t, deviceFields, "SELECT "+deviceColumns+" FROM device WHERE user_id = $1 ORDER BY id", int64(user))
}

// EachDevice goes through the devices of all organizations.
func (t *tx) EachDevice(fn func(pbx.Device) error) error {
	return each(t, deviceFields, fn, "SELECT "+deviceColumns+" FROM device ORDER BY id")
}

// ListDevices lists devices.
func (t *tx) ListDevices(org pbx.OrganizationID, q admin.DeviceQuery) (admin.Page[pbx.Device], error) {
	l := listing[pbx.Device]{
		columns: deviceColumns, from: "device", sort: "sort_name", tie: "id", fields: deviceFields,
	}
	if q.Sort == "id" {
		l.sort = "id"
	}
	l.where.add("organization_id = ?", int64(org))
	if q.User != 0 {
		l.where.add("user_id = ?", int64(q.User))
	}
	if q.Home != 0 {
		l.where.add(`user_id IN (SELECT u.id FROM "user" u WHERE u.home_group_id = ?)`, int64(q.Home))
	}
	if q.Search != "" {
		if err := t.searchDevices(&l.where, q.Search); err != nil {
			return admin.Page[pbx.Device]{}, err
		}
	}
	return page(t, q.Query, l)
}

// searchDevices restricts a list to devices that are found by their own name or by their user.
func (t *tx) searchDevices(where *conditions, search string) error {
	device, like := t.s.dialect.contains("device_search", search)
	user, _ := t.s.dialect.contains("user_search", search)
	found := int64(few + 1)
	if !short(search) {
		var err error
		found, err = t.number(numbered("SELECT count(*) FROM (SELECT rowid FROM device_search WHERE "+device+
			" UNION ALL SELECT rowid FROM user_search WHERE "+user+" LIMIT ?) AS counted"), like, like, few+1)
		if err != nil {
			return err
		}
	}
	if found > few { // many match: going through the list finds a page soon
		where.add(`(search LIKE ? OR EXISTS (SELECT 1 FROM "user" u WHERE u.id = device.user_id AND u.search LIKE ?))`,
			pattern(search), pattern(search))
		return nil
	}
	where.add("id IN (SELECT rowid FROM device_search WHERE "+device+" UNION SELECT d.id FROM device d "+
		"WHERE d.user_id IN (SELECT rowid FROM user_search WHERE "+user+"))", like, like)
	return nil
}

// PutDevice stores a device.
func (t *tx) PutDevice(d pbx.Device) error {
	return t.put(putDevice, d.ID, int64(d.ID), int64(d.Organization), string(d.Kind), d.Name, nullID(d.User), d.Enabled, nullID(d.Profile),
		nullID(d.EmergencyLocation), d.EmergencyAddress, d.Version, millis(d.CreatedAt), millis(d.UpdatedAt), sortKey(d.Name),
		plainText.Replace(pbx.Fold(d.Name)))
}

// DeleteDevice deletes a device.
func (t *tx) DeleteDevice(id pbx.DeviceID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindDevice, ID: int64(id)}, "DELETE FROM device WHERE id = $1", int64(id))
}

// Line reads one line.
func (t *tx) Line(id pbx.LineID) (pbx.Line, error) {
	return find(t, pbx.Ref{Kind: pbx.KindLine, ID: int64(id)}, lineFields,
		"SELECT "+lineColumns+" FROM line WHERE id = $1", int64(id))
}

// LinesOfDevice reads the lines of a device, by position.
func (t *tx) LinesOfDevice(device pbx.DeviceID) ([]pbx.Line, error) {
	return collect(t, lineFields,
		"SELECT "+lineColumns+" FROM line WHERE device_id = $1 ORDER BY position, id", int64(device))
}

// LinesOfUser reads the lines of a user, by id.
func (t *tx) LinesOfUser(user pbx.UserID) ([]pbx.Line, error) {
	return collect(t, lineFields, "SELECT "+lineColumns+" FROM line WHERE user_id = $1 ORDER BY id", int64(user))
}

// EachLine goes through the lines of all organizations.
func (t *tx) EachLine(fn func(pbx.Line) error) error {
	return each(t, lineFields, fn, "SELECT "+lineColumns+" FROM line ORDER BY id")
}

// PutLine stores a line.
func (t *tx) PutLine(l pbx.Line) error {
	return t.put(putLine, l.ID, int64(l.ID), int64(l.Organization), int64(l.Device), l.Position, nullID(l.User), l.Label,
		l.SIPUsername, l.Version)
}

// DeleteLine deletes a line.
func (t *tx) DeleteLine(id pbx.LineID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindLine, ID: int64(id)}, "DELETE FROM line WHERE id = $1", int64(id))
}

// Credential reads what a line proves itself with.
func (t *tx) Credential(line pbx.LineID) (pbx.Credential, error) {
	return find(t, pbx.Ref{Kind: pbx.KindCredential, ID: int64(line)}, credentialFields,
		"SELECT "+credentialColumns+" FROM credential WHERE line_id = $1", int64(line))
}

// EachCredential goes through the credentials of all organizations.
func (t *tx) EachCredential(fn func(pbx.Credential) error) error {
	return each(t, credentialFields, fn, "SELECT "+credentialColumns+" FROM credential ORDER BY line_id")
}

// PutCredential stores a credential.
func (t *tx) PutCredential(c pbx.Credential) error {
	return t.put(putCredential, c.Line, int64(c.Line), int64(c.Organization), blob(c.HA1MD5), blob(c.HA1SHA256),
		blob(c.Clear), millis(c.ChangedAt), c.Version)
}

// DeleteCredential deletes a credential.
func (t *tx) DeleteCredential(line pbx.LineID) error {
	return t.remove(pbx.Ref{Kind: pbx.KindCredential, ID: int64(line)}, "DELETE FROM credential WHERE line_id = $1",
		int64(line))
}

// SIPUsername tells which line has or had a SIP user name.
func (t *tx) SIPUsername(org pbx.OrganizationID, value string) (pbx.LineID, error) {
	var line pbx.LineID
	err := t.row(pbx.Ref{Kind: pbx.KindLine, Key: value}, []any{&line},
		"SELECT line_id FROM sip_username WHERE organization_id = $1 AND value = $2", int64(org), value)
	return line, err
}

// ReserveSIPUsername gives a SIP user name to a line for ever; Conflict if another line has it.
func (t *tx) ReserveSIPUsername(org pbx.OrganizationID, value string, line pbx.LineID) error {
	_, err := t.exec("INSERT INTO sip_username (organization_id, value, line_id) VALUES ($1, $2, $3) "+
		"ON CONFLICT DO NOTHING", int64(org), value, int64(line))
	if err != nil {
		return err
	}
	owner, err := t.SIPUsername(org, value)
	if err == nil && owner != line {
		return pbx.Errorf(pbx.Conflict, "This SIP user name belongs to another line.")
	}
	return err
}

func deviceFields(d *pbx.Device) []any {
	return []any{
		&d.ID, &d.Organization, &d.Kind, &d.Name,
		orZero[pbx.UserID]{&d.User},
		&d.Enabled,
		orZero[pbx.ProfileID]{&d.Profile},
		orZero[pbx.LocationID]{&d.EmergencyLocation},
		&d.EmergencyAddress,
		&d.Version,
		moment{&d.CreatedAt},
		moment{&d.UpdatedAt},
	}
}

func lineFields(l *pbx.Line) []any {
	return []any{
		&l.ID, &l.Organization, &l.Device, &l.Position, orZero[pbx.UserID]{&l.User}, &l.Label, &l.SIPUsername, &l.Version,
	}
}

func credentialFields(c *pbx.Credential) []any {
	return []any{
		&c.Line, &c.Organization,
		sealed{&c.HA1MD5},
		sealed{&c.HA1SHA256},
		sealed{&c.Clear},
		moment{&c.ChangedAt},
		&c.Version,
	}
}
