// Package memstore is an admin.Store in memory: hand-written, for tests in virtual time and under the same conformance
// suite as the real stores.
//
// One writer at a time; readers wait for it and it for them, so that a snapshot is simply the state between two writes.
// A transaction that fails is rolled back by undoing its writes in reverse.
package memstore

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// Store holds everything in maps. Make one with New.
type Store struct {
	// Online tells which users have a binding, for the filter of the user list; nil: nobody.
	Online func(pbx.UserID) bool
	// SignedIn tells when users signed in last; nil: nobody ever did.
	SignedIn map[pbx.UserID]time.Time

	mu sync.RWMutex
	db tables
}

type dialKey struct {
	org   pbx.OrganizationID
	value string
}

type secretKey struct {
	user pbx.UserID
	name pbx.SecretName
}

type settingKey struct {
	org   pbx.OrganizationID
	level pbx.Level
	owner int64
	key   pbx.SettingKey
}

type tables struct {
	organizations map[pbx.OrganizationID]pbx.Organization
	locations     map[pbx.LocationID]pbx.Location
	profiles      map[pbx.ProfileID]pbx.ProvisioningProfile
	permissions   map[pbx.PermissionID]pbx.CustomPermission
	groups        map[pbx.GroupID]pbx.Group
	users         map[pbx.UserID]pbx.User
	leaves        map[pbx.UserID]pbx.Leave
	forwardings   map[pbx.UserID]pbx.Forwarding
	secrets       map[secretKey]pbx.UserSecret
	photos        map[photoKey]photo
	devices       map[pbx.DeviceID]pbx.Device
	lines         map[pbx.LineID]pbx.Line
	credentials   map[pbx.LineID]pbx.Credential
	sipNames      map[dialKey]pbx.LineID
	dials         map[dialKey]pbx.DialString
	outside       map[pbx.NumberID]pbx.OutsideNumber
	ringGroups    map[pbx.RingGroupID]pbx.RingGroup
	pools         map[pbx.PoolID]pbx.ExtensionPool
	settings      map[settingKey]pbx.Setting
	tokens        map[pbx.TokenID]pbx.Token
	mails         map[pbx.OrganizationID]pbx.MailServer
	mailKeys      map[pbx.OrganizationID]pbx.MailPassword
	references    map[pbx.Reference]bool
	changes       []pbx.ChangeSet // index is number - 1
	trash         map[pbx.ChangeSetID][]pbx.Trash
	lastID        map[pbx.Kind]int64
}

// New makes an empty store.
func New() *Store {
	return &Store{db: tables{
		organizations: map[pbx.OrganizationID]pbx.Organization{},
		locations:     map[pbx.LocationID]pbx.Location{},
		profiles:      map[pbx.ProfileID]pbx.ProvisioningProfile{},
		permissions:   map[pbx.PermissionID]pbx.CustomPermission{},
		groups:        map[pbx.GroupID]pbx.Group{},
		users:         map[pbx.UserID]pbx.User{},
		leaves:        map[pbx.UserID]pbx.Leave{},
		forwardings:   map[pbx.UserID]pbx.Forwarding{},
		secrets:       map[secretKey]pbx.UserSecret{},
		photos:        map[photoKey]photo{},
		devices:       map[pbx.DeviceID]pbx.Device{},
		lines:         map[pbx.LineID]pbx.Line{},
		credentials:   map[pbx.LineID]pbx.Credential{},
		sipNames:      map[dialKey]pbx.LineID{},
		dials:         map[dialKey]pbx.DialString{},
		outside:       map[pbx.NumberID]pbx.OutsideNumber{},
		ringGroups:    map[pbx.RingGroupID]pbx.RingGroup{},
		pools:         map[pbx.PoolID]pbx.ExtensionPool{},
		settings:      map[settingKey]pbx.Setting{},
		tokens:        map[pbx.TokenID]pbx.Token{},
		mails:         map[pbx.OrganizationID]pbx.MailServer{},
		mailKeys:      map[pbx.OrganizationID]pbx.MailPassword{},
		references:    map[pbx.Reference]bool{},
		trash:         map[pbx.ChangeSetID][]pbx.Trash{},
		lastID:        map[pbx.Kind]int64{},
	}}
}

var _ admin.Store = (*Store)(nil)

// View runs fn over the state as it is.
func (s *Store) View(ctx context.Context, fn func(admin.ReadTx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return fn(&tx{store: s, db: &s.db})
}

// Update runs fn alone and rolls its writes back when it fails.
func (s *Store) Update(ctx context.Context, _ pbx.OrganizationID, fn func(admin.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &tx{store: s, db: &s.db}
	done := false
	defer func() {
		if !done {
			t.rollback()
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	done = ctx.Err() == nil
	return ctx.Err()
}

// tx reads and writes the maps; it is alone while it writes.
type tx struct {
	store *Store
	db    *tables
	undo  []func()
}

func (t *tx) rollback() {
	for _, f := range slices.Backward(t.undo) {
		f()
	}
}

// put writes a row and remembers how to take it back.
func put[K comparable, V any](t *tx, m map[K]V, k K, v V) {
	old, ok := m[k]
	t.undo = append(t.undo, func() {
		if ok {
			m[k] = old
		} else {
			delete(m, k)
		}
	})
	m[k] = v
}

// drop deletes a row and remembers how to take it back; NotFound.
func drop[K comparable, V any](t *tx, m map[K]V, k K, kind pbx.Kind) error {
	old, ok := m[k]
	if !ok {
		return missing(kind)
	}
	t.undo = append(t.undo, func() { m[k] = old })
	delete(m, k)
	return nil
}

func missing(kind pbx.Kind) error {
	return pbx.Errorf(pbx.NotFound, "There is no such "+string(kind)+".")
}

func conflict(text string) error { return pbx.Errorf(pbx.Conflict, text) }

// get finds a row; NotFound.
func get[K comparable, V any](m map[K]V, k K, kind pbx.Kind) (V, error) {
	v, ok := m[k]
	if !ok {
		return v, missing(kind)
	}
	return v, nil
}

// where gives the rows that match, sorted.
func where[K comparable, V any](m map[K]V, match func(V) bool, order func(a, b V) int) []V {
	var out []V
	for v := range maps.Values(m) {
		if match(v) {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, order)
	return out
}

// NextIDs reserves ids.
func (t *tx) NextIDs(kind pbx.Kind, n int) (int64, error) {
	first := t.db.lastID[kind] + 1
	put(t, t.db.lastID, kind, first+int64(n)-1)
	return first, nil
}
