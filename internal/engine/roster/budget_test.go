package roster_test

import (
	"context"
	"encoding/json"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// many is a store of so many users, each with a device, a line and two names, answering as an index would.
type many struct {
	admin.ReadTx

	users int
	cred  func(pbx.LineID) pbx.Credential
}

func (m *many) View(_ context.Context, fn func(admin.ReadTx) error) error { return fn(m) }

func (m *many) LastChangeSet() (pbx.ChangeSetID, error) { return 1, nil }
func (m *many) Organizations() ([]pbx.Organization, error) {
	return []pbx.Organization{{ID: 1, SIPDomain: "x", Realm: "x"}}, nil
}

func (m *many) Organization(pbx.OrganizationID) (pbx.Organization, error) {
	return pbx.Organization{ID: 1, SIPDomain: "x", Realm: "x"}, nil
}

func (m *many) CustomPermissions(pbx.OrganizationID) ([]pbx.CustomPermission, error) { return nil, nil }

func (m *many) Profiles(pbx.OrganizationID) ([]pbx.ProvisioningProfile, error) { return nil, nil }

func (m *many) Locations(pbx.OrganizationID) ([]pbx.Location, error) { return nil, nil }

func (m *many) EachOutsideNumber(func(pbx.OutsideNumber) error) error { return nil }
func (m *many) Groups(pbx.OrganizationID) ([]pbx.Group, error)        { return nil, nil }

func (m *many) SettingsAt(pbx.OrganizationID, pbx.Level, int64) ([]pbx.Setting, error) {
	return nil, nil
}

func number(id int64) string { return strconv.FormatInt(100_000+id, 10) }

func (m *many) User(id pbx.UserID) (pbx.User, error) {
	return pbx.User{
		ID: id, Organization: 1, Kind: pbx.Person, HomeGroup: 1, Number: number(int64(id)), Enabled: true,
		FirstName: "Anna", LastName: "Berg", Username: "anna" + number(int64(id)),
	}, nil
}

func (m *many) Device(id pbx.DeviceID) (pbx.Device, error) {
	return pbx.Device{ID: id, Organization: 1, Kind: pbx.ByHand, User: pbx.UserID(id), Enabled: true}, nil
}

func (m *many) Line(id pbx.LineID) (pbx.Line, error) {
	return pbx.Line{
		ID: id, Organization: 1, Device: pbx.DeviceID(id), Position: 1, User: pbx.UserID(id), SIPUsername: number(int64(id)),
	}, nil
}

func (m *many) Credential(id pbx.LineID) (pbx.Credential, error) { return m.cred(id), nil }

func (m *many) LinesOfUser(id pbx.UserID) ([]pbx.Line, error) {
	l, err := m.Line(pbx.LineID(id))
	return []pbx.Line{l}, err
}

func (m *many) dials(id pbx.UserID) []pbx.DialString {
	n, owner := number(int64(id)), pbx.User{ID: id}.Ref()
	return []pbx.DialString{
		{Organization: 1, Value: n, Kind: pbx.DialExtension, Owner: owner},
		{Organization: 1, Value: "anna" + n, Kind: pbx.DialUsername, Owner: owner},
	}
}

func (m *many) DialStringsOf(_ pbx.OrganizationID, r pbx.Ref) ([]pbx.DialString, error) {
	return m.dials(pbx.UserID(r.ID)), nil
}

func (m *many) DialString(_ pbx.OrganizationID, v string) (pbx.DialString, error) {
	return pbx.DialString{Organization: 1, Value: v, Kind: pbx.DialExtension, Owner: pbx.User{ID: 7}.Ref()}, nil
}

func each[V any](m *many, of func(int64) V, fn func(V) error) error {
	for id := int64(1); id <= int64(m.users); id++ {
		if err := fn(of(id)); err != nil {
			return err
		}
	}
	return nil
}

func (m *many) EachUser(fn func(pbx.User) error) error {
	return each(m, func(id int64) pbx.User { u, _ := m.User(pbx.UserID(id)); return u }, fn)
}

func (m *many) EachDevice(fn func(pbx.Device) error) error {
	return each(m, func(id int64) pbx.Device { d, _ := m.Device(pbx.DeviceID(id)); return d }, fn)
}

func (m *many) EachLine(fn func(pbx.Line) error) error {
	return each(m, func(id int64) pbx.Line { l, _ := m.Line(pbx.LineID(id)); return l }, fn)
}

func (m *many) EachCredential(fn func(pbx.Credential) error) error {
	return each(m, func(id int64) pbx.Credential { return m.cred(pbx.LineID(id)) }, fn)
}

func (m *many) Leave(id pbx.UserID) (pbx.Leave, error) {
	return pbx.Leave{}, pbx.Missing(pbx.Leave{User: id}.Ref())
}
func (m *many) EachLeave(func(pbx.Leave) error) error { return nil }

func (m *many) Forwarding(id pbx.UserID) (pbx.Forwarding, error) {
	return pbx.Forwarding{}, pbx.Missing(pbx.Forwarding{User: id}.Ref())
}
func (m *many) EachForwarding(func(pbx.Forwarding) error) error { return nil }

func (m *many) EachRingGroup(func(pbx.RingGroup) error) error { return nil }

func (m *many) EachSetting(func(pbx.Setting) error) error { return nil }

func (m *many) EachDialString(fn func(pbx.DialString) error) error {
	return each(m, func(id int64) []pbx.DialString { return m.dials(pbx.UserID(id)) }, func(list []pbx.DialString) error {
		for _, d := range list {
			if err := fn(d); err != nil {
				return err
			}
		}
		return nil
	})
}

func loaded(t testing.TB, users int) *roster.Directory {
	t.Helper()
	v, err := vault.New([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	m := &many{users: users, cred: func(id pbx.LineID) pbx.Credential {
		return v.NewCredential(pbx.Line{ID: id, SIPUsername: number(int64(id))}, "x", pbx.NewSecret("x"))
	}}
	d := roster.New(roster.Config{Store: m, Vault: v})
	start := time.Now()
	if err := d.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("loaded %d users in %v", users, time.Since(start))
	return d
}

// edit is the change set of a user who was renumbered and renamed.
func edit(id int64) pbx.ChangeSet {
	owner := json.RawMessage(`{"owner":{"kind":"user","id":` + strconv.FormatInt(id, 10) + `}}`)
	return pbx.ChangeSet{ID: 2, Organization: 1, Items: []pbx.ChangeItem{
		{Ref: pbx.User{ID: pbx.UserID(id)}.Ref(), Action: pbx.Updated},
		{Ref: pbx.Ref{Kind: pbx.KindDialString, Key: number(id)}, Action: pbx.Created, After: owner},
		{Ref: pbx.Ref{Kind: pbx.KindDialString, Key: "old"}, Action: pbx.Deleted, Before: owner},
	}}
}

func TestOneEditAmongAHundredThousandUsersIsCheap(t *testing.T) {
	d := loaded(t, 100_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const edits = 50
	for i := range int64(edits) {
		if err := d.Apply(t.Context(), edit(i*997+1)); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	perEdit := (after.TotalAlloc - before.TotalAlloc) / edits
	t.Logf("%d bytes of garbage an edit", perEdit)
	if perEdit > 1<<20 {
		t.Errorf("one edit makes %d bytes of garbage, at most 1 MiB is allowed", perEdit)
	}
}

func BenchmarkOneEditAmongAHundredThousandUsers(b *testing.B) {
	d := loaded(b, 100_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := d.Apply(b.Context(), edit(int64(i%100_000)+1)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLine(b *testing.B) {
	d := loaded(b, 100_000)
	name := []byte(number(500))
	b.ReportAllocs()
	for b.Loop() {
		d.Line(name)
	}
}

func TestReadersAndTheWriterDontMeet(t *testing.T) {
	d := loaded(t, 500)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := int64(0); ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				id := i%500 + 1
				l, ok := d.Line([]byte(number(id)))
				if !ok || l.User != pbx.UserID(id) || !l.Enabled {
					t.Errorf("line %d: %+v", id, l)
					return
				}
				if u, ok := d.User(pbx.UserID(id)); !ok || len(u.Lines) != 1 {
					t.Errorf("user %d: %+v", id, u)
					return
				}
			}
		})
	}
	for i := range int64(500) {
		if err := d.Apply(t.Context(), edit(i+1)); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
}
