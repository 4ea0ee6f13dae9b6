package store

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// old is a database as an older version left it.
type old struct {
	*testing.T
	db *sql.DB
}

// before makes a database with the tables of the migrations up to a number, and lets a test write rows into it.
func before(t *testing.T, o Options, number int64, write func(o *old)) {
	t.Helper()
	at := func(driver, name, file string, d *dialect, then func(o *old)) {
		t.Helper()
		db, err := sql.Open(driver, name)
		if err != nil {
			t.Fatal(err)
		}
		db.SetMaxOpenConns(2) // one holds the lock of the migrations
		defer func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		}()
		provider, err := (&Store{dialect: d}).migrations(db, file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = provider.UpTo(t.Context(), number); err != nil {
			t.Fatal(err)
		}
		then(&old{t, db})
	}
	if o.URL != "" {
		at("pgx", o.URL, "", postgresDialect(), write)
		return
	}
	for file, then := range map[string]func(*old){liveFile: func(*old) {}, configFile: write} {
		path := filepath.Join(o.Dir, file)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		at("sqlite", sqliteName(path, "immediate", settings()...), file, sqliteDialect(), then)
	}
}

// put writes a row; columns that are not named are empty, and refer to nothing.
func (o *old) put(table string, named map[string]any) {
	o.Helper()
	var columns, places []string
	var values []any
	for _, c := range o.columns(table) {
		value, ok := named[c.Name()]
		switch kind := c.DatabaseTypeName(); {
		case ok:
		case kind == "TEXT":
			value = ""
		case strings.HasSuffix(c.Name(), "_id"):
		case kind == "BLOB" || kind == "BYTEA":
			value = []byte{}
		case kind == "BOOLEAN" || kind == "BOOL":
			value = false
		default:
			value = 0
		}
		columns, values = append(columns, `"`+c.Name()+`"`), append(values, value)
		places = append(places, "$"+strconv.Itoa(len(values)))
	}
	_, err := o.db.ExecContext(o.Context(),
		`INSERT INTO "`+table+`" (`+strings.Join(columns, ", ")+`) VALUES (`+strings.Join(places, ", ")+`)`, values...)
	if err != nil {
		o.Fatalf("%s: %v", table, err)
	}
}

func (o *old) columns(table string) []*sql.ColumnType {
	o.Helper()
	rows, err := o.db.QueryContext(o.Context(), `SELECT * FROM "`+table+`" LIMIT 0`)
	if err != nil {
		o.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // only read from
	types, err := rows.ColumnTypes()
	if err = errors.Join(err, rows.Err()); err != nil {
		o.Fatal(err)
	}
	return types
}

func (o *old) refer(org int, kind string, id int, field, to string, toID int) {
	o.Helper()
	o.put("reference", map[string]any{
		"organization_id": org, "from_kind": kind, "from_id": id, "field": field, "to_kind": to, "to_id": toID,
	})
}

// TestProfilesAreMadeForGroupsWrittenBeforeThem migrates rows of two organizations, from the first tables there were and
// from those before 00014, over that and all that follow.
func TestProfilesAreMadeForGroupsWrittenBeforeThem(t *testing.T) {
	for _, number := range []int64{2, 13} {
		t.Run("from "+strconv.FormatInt(number, 10), func(t *testing.T) {
			bareEngines(t, func(t *testing.T, o Options) {
				before(t, o, number, twoOrganizations)
				s := open(t, o)
				want, err := os.ReadFile(filepath.Join("testdata", "schema", s.dialect.migrations+".txt"))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), describe(t, s)); diff != "" {
					t.Errorf("the schema with rows differs from that without (-want +got):\n%s", diff)
				}
				if err := s.Check(t.Context()); err != nil {
					t.Error(err)
				}
				migratedProfiles(t, s)
			})
		})
	}
}

func twoOrganizations(o *old) {
	for id, name := range map[int]string{1: "acme", 7: "beta"} {
		o.put("organization", map[string]any{
			"id": id, "name": name, "account_name": name, "sip_domain": name + ".test", "realm": name, "country": "DK",
			"language": "en", "time_zone": "Europe/Copenhagen", "user_limit": 2000, "version": 3, "created_at": 1000 * id,
			"updated_at": 9000,
		})
	}
	for id, org := range map[int]int{1: 1, 2: 1, 4: 7} {
		name := map[int]string{1: "Sales", 2: "Night", 4: "Labor"}[id]
		o.put("group", map[string]any{
			"id": id, "organization_id": org, "name": name, "name_key": pbx.Fold(name), "position": id,
			"provisioning_profile": "default", "city": "Aarhus", "version": 5, "created_at": 2000, "updated_at": 3000,
		})
	}
	o.put("user", map[string]any{
		"id": 3, "organization_id": 1, "kind": "person", "home_group_id": 1, "further_groups": "[2]", "number": "201",
		"username": "anna", "first_name": "Anna", "display_name": "Anna", "enabled": true, "role": "user", "version": 8,
	})
	o.put("membership", map[string]any{"group_id": 1, "user_id": 3, "home": true})
	o.put("membership", map[string]any{"group_id": 2, "user_id": 3})
	o.put("device", map[string]any{
		"id": 2, "organization_id": 1, "kind": "by_hand", "name": "Set up by hand", "user_id": 3, "enabled": true, "version": 1,
	})
	o.refer(1, "user", 3, "groupId", "group", 1)
	o.refer(1, "user", 3, "groups", "group", 2)
	o.refer(1, "device", 2, "userId", "user", 3)
	for kind, last := range map[string]int{"organization": 7, "group": 4, "user": 3, "device": 2} {
		o.put("id_counter", map[string]any{"kind": kind, "last": last})
	}
}

func migratedProfiles(t *testing.T, s *Store) {
	t.Helper()
	err := s.Admin().View(t.Context(), func(tx admin.ReadTx) error {
		for org, groups := range map[pbx.OrganizationID][]pbx.GroupID{1: {1, 2}, 7: {4}} {
			profiles, err := tx.Profiles(org)
			if err != nil {
				return err
			}
			if len(profiles) != 1 || profiles[0].Name != "default" || profiles[0].Organization != org || profiles[0].Version != 1 {
				t.Fatalf("profiles of %d: %+v", org, profiles)
			}
			refs, err := tx.ReferencesTo(org, profiles[0].Ref())
			if err != nil {
				return err
			}
			if len(refs) != len(groups) {
				t.Errorf("%v refer to the profile of %d, want groups %v", refs, org, groups)
			}
			for i, id := range groups {
				g, err := tx.Group(id)
				if err != nil {
					return err
				}
				if g.Profile != profiles[0].ID || g.Version != 5 || g.City != "Aarhus" || int(id) != g.Position {
					t.Errorf("group %d: %+v", id, g)
				}
				from := pbx.Reference{Organization: org, From: g.Ref(), Field: "provisioningProfileId", To: profiles[0].Ref()}
				if i >= len(refs) || refs[i] != from {
					t.Errorf("%v, want %v", refs, from)
				}
			}
		}
		u, err := tx.User(3)
		if err != nil {
			return err
		}
		if u.Profile != 0 || u.HomeGroup != 1 || !u.MemberOf(2) || u.Version != 8 || u.Location != 0 {
			t.Errorf("user %+v", u)
		}
		d, err := tx.Device(2)
		if err == nil && (d.Profile != 0 || d.User != 3 || !d.Enabled) {
			t.Errorf("device %+v", d)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// A new profile's number follows those that were made.
	err = s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
		if id, err := tx.NextIDs(pbx.KindProfile, 1); err != nil || id != 8 {
			t.Errorf("the next profile is %d, %v", id, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFeatureCodesComeToOrganizationsThatWereThereBefore compares the codes that migrations add with those that a new
// organization starts with, down to how they are sorted.
func TestFeatureCodesComeToOrganizationsThatWereThereBefore(t *testing.T) {
	bareEngines(t, func(t *testing.T, o Options) {
		before(t, o, 19, func(o *old) {
			twoOrganizations(o)
			o.put("dial_string", map[string]any{"organization_id": 7, "value": "*97", "kind": "alias", "owner_kind": "user", "owner_id": 3, "hold_id": 0, "pool_id": 0})
		})
		s := open(t, o)
		sorted := func(code string) (key []byte) {
			t.Helper()
			row := s.read.QueryRowContext(t.Context(), "SELECT sort_value FROM dial_string WHERE organization_id = 1 AND value = $1", code)
			if err := row.Scan(&key); err != nil {
				t.Fatalf("%s: %v", code, err)
			}
			return key
		}
		for code, feature := range pbx.FeatureCodes() {
			if feature == pbx.FeatureEcho {
				continue // as old as organizations
			}
			key := sorted(code)
			err := s.Admin().Update(t.Context(), 1, func(tx admin.Tx) error {
				d, err := tx.DialString(1, code)
				if want := (pbx.DialString{Organization: 1, Value: code, Kind: pbx.DialFeature, Feature: feature}); err == nil && d != want {
					t.Errorf("%s: %+v", code, d)
				}
				return errors.Join(err, tx.PutDialString(d))
			})
			if err != nil {
				t.Fatal(err)
			}
			if again := sorted(code); !bytes.Equal(key, again) {
				t.Errorf("%s is sorted by %x, and by %x when it is written", code, key, again)
			}
		}
		err := s.Admin().View(t.Context(), func(tx admin.ReadTx) error {
			d, err := tx.DialString(7, "*97")
			if err == nil && d.Kind != pbx.DialAlias {
				t.Errorf("a code that was taken: %+v", d)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
