// Package roster is what the SIP plane knows about the organization: credentials, users, dial strings and the settings
// that decide a call. It never touches SQL when asked.
//
// Everything lies in copy-on-write shards behind atomic pointers: readers take no lock and get values that never change;
// one goroutine applies change sets and replaces only the shards they touch. Effective settings are computed from their
// layers when a line or user is asked for, and kept until a layer changes.
package roster

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/vault"
	"ringfence/internal/pbx"
)

// Line is a line as registrar and digest need it. It never changes: ask the Directory again.
type Line struct {
	ID           pbx.LineID
	Organization pbx.OrganizationID
	Device       pbx.DeviceID
	User         pbx.UserID
	SIPUsername  string
	HA1MD5       [16]byte
	HA1SHA256    [32]byte
	Security     pbx.Security // effective: secure or any
	ZRTP         bool         // effective: may agree on keys end to end
	MaxBindings  int          // 5 for Set up by hand, else 1
	Enabled      bool         // the device, its user, and that kind of user may register

	user   *userEntry // what it was computed from
	layers *layerSet
}

// User is a user as routing needs it. It never changes: ask the Directory again.
type User struct {
	ID           pbx.UserID
	Organization pbx.OrganizationID
	Number       string
	DisplayName  string
	Kind         pbx.UserKind
	Enabled      bool
	CallsTo      pbx.UserID      // of one who has left and is disabled: who gets the calls; 0: nobody (U14)
	Forwarding   *pbx.Forwarding // nil: calls go nowhere else
	Language     string          // effective
	TimeZone     string          // effective
	Security     pbx.Security    // effective
	ZRTP         bool
	Mailbox      bool // effective: takes the calls that he does not
	HoldMusic    bool // effective: whom he puts on hold hears music
	RingTime     time.Duration
	DormantWait  time.Duration // how long a call waits for a dormant phone (signalling 3)
	Lines        []*Line
	Aliases      []string

	layers *layerSet
}

// Target is what a dial string reaches.
type Target struct {
	Kind      pbx.DialKind
	User      pbx.UserID
	RingGroup pbx.RingGroupID
	Feature   pbx.Feature
	State     pbx.OutsideState // of an outside number
}

// Organization is the organization as the SIP plane needs it.
type Organization struct {
	ID        pbx.OrganizationID
	SIPDomain string
	Realm     string
	Names     []string // other names and addresses of the server that stand for the organization
	Digest    string   // md5, sha256 or both
	Country   string   // how numbers are dialled there
	Outside   string   // the digits before an outside number, empty for none
}

// Store is where the directory reads from: snapshots of what is stored.
type Store interface {
	View(ctx context.Context, fn func(admin.ReadTx) error) error
}

// Config is what a Directory is made from.
type Config struct {
	Store Store
	Vault *vault.Vault
	Log   *slog.Logger
}

// Directory answers the SIP plane. Make one with New and Load it before use; Apply then keeps it current.
type Directory struct {
	store Store
	vault *vault.Vault
	log   *slog.Logger

	organization atomic.Pointer[Organization]
	layers       atomic.Pointer[layerSet]
	lines        shards[string, *lineEntry]
	users        shards[pbx.UserID, *userEntry]
	dials        shards[string, Target]
	ringGroups   shards[pbx.RingGroupID, *pbx.RingGroup]
	applied      progress

	mu       sync.Mutex // one writer: Load, Apply and SetNames
	org      pbx.OrganizationID
	names    []string
	lineName map[pbx.LineID]string
}

// userEntry is what counts here of a user as stored, with what computes its settings. There is one for every user, so it
// holds nothing else.
type userEntry struct {
	id       pbx.UserID
	org      pbx.OrganizationID
	number   string
	shown    string
	kind     pbx.UserKind
	enabled  bool
	profile  pbx.ProfileID
	location pbx.LocationID
	groups   []pbx.GroupID
	callsTo  pbx.UserID      // since the user left
	forwards *pbx.Forwarding // nil for most
	settings []pbx.Setting   // at the user
	lines    []string        // SIP user names
	aliases  []string
	cached   atomic.Pointer[User]
}

// lineEntry is what counts here of a line and its device as stored, with what computes its settings.
type lineEntry struct {
	id        pbx.LineID
	org       pbx.OrganizationID
	device    pbx.DeviceID
	user      pbx.UserID
	name      string // SIP user name
	enabled   bool   // the device
	profile   pbx.ProfileID
	most      int // bindings
	ha1MD5    [16]byte
	ha1SHA256 [32]byte
	hasHA1    bool
	settings  []pbx.Setting // at the device
	cached    atomic.Pointer[Line]
}

// layerSet is every setting above users, and the order of groups. It is replaced as a whole.
type layerSet struct {
	specs      map[pbx.SettingKey]pbx.SettingSpec // the catalogue, custom permissions included
	groupOrder []pbx.GroupID                      // of the groups that set anything, themselves or by their profile
	groups     map[pbx.GroupID][]pbx.Layer        // with those of the group's profile
	profiles   map[pbx.ProfileID][]pbx.Setting
	locations  map[pbx.LocationID][]pbx.Layer
	wider      []pbx.Layer // of the organization, then of the system
}

// New makes an empty directory.
func New(cfg Config) *Directory {
	d := &Directory{store: cfg.Store, vault: cfg.Vault, log: cfg.Log, lineName: map[pbx.LineID]string{}}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	d.layers.Store(&layerSet{})
	d.applied.init()
	return d
}

// SetNames says by which other names and addresses the server is known (signalling 7).
func (d *Directory) SetNames(names []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.names = slices.Clone(names)
	if o := d.organization.Load(); o != nil {
		with := *o
		with.Names = d.names
		d.organization.Store(&with)
	}
}

// Organization returns the organization, nil before it exists.
func (d *Directory) Organization() *Organization { return d.organization.Load() }

// Line finds a line by its SIP user name.
func (d *Directory) Line(sipUsername []byte) (*Line, bool) {
	e, ok := d.lines.getBytes(sipUsername)
	if !ok || !e.hasHA1 {
		return nil, false
	}
	return d.line(e), true
}

// User finds a user.
func (d *Directory) User(id pbx.UserID) (*User, bool) {
	e, ok := d.users.get(uint64(id), id)
	if !ok {
		return nil, false
	}
	return d.user(e), true
}

// RingGroup finds a ring group, which never changes: ask the Directory again.
func (d *Directory) RingGroup(id pbx.RingGroupID) (*pbx.RingGroup, bool) {
	return d.ringGroups.get(hashRingGroup(id), id)
}

// Dial finds what a dialled value reaches, whatever its case.
func (d *Directory) Dial(value []byte) (Target, bool) {
	var buf [64]byte
	if len(value) > len(buf) {
		return Target{}, false
	}
	low := buf[:len(value)]
	for i, c := range value {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	return d.dials.getBytes(low)
}

// line gives the line as it counts now, computed anew when its user or a layer changed.
func (d *Directory) line(e *lineEntry) *Line {
	layers := d.layers.Load()
	u, _ := d.users.get(uint64(e.user), e.user)
	if l := e.cached.Load(); l != nil && l.user == u && l.layers == layers {
		return l
	}
	l := &Line{
		ID: e.id, Organization: e.org, Device: e.device, User: e.user, SIPUsername: e.name,
		HA1MD5: e.ha1MD5, HA1SHA256: e.ha1SHA256, MaxBindings: e.most, user: u, layers: layers,
	}
	path := layers.devicePath(e, u)
	if u != nil {
		l.Enabled = e.enabled && u.enabled && u.kind.MayRegister()
	}
	l.Security = pbx.Security(layers.value(pbx.SettingSecurity, path))
	l.ZRTP = layers.value(pbx.SettingZRTP, path) == "true"
	e.cached.Store(l)
	return l
}

// user gives the user as it counts now.
func (d *Directory) user(e *userEntry) *User {
	layers := d.layers.Load()
	if u := e.cached.Load(); u != nil && u.layers == layers {
		return u
	}
	path := layers.path(e)
	u := &User{
		ID: e.id, Organization: e.org, Number: e.number, DisplayName: e.shown, Kind: e.kind, Enabled: e.enabled,
		Forwarding:  e.forwards,
		Language:    layers.value(pbx.SettingLanguage, path),
		TimeZone:    layers.value(pbx.SettingTimeZone, path),
		Security:    pbx.Security(layers.value(pbx.SettingSecurity, path)),
		ZRTP:        layers.value(pbx.SettingZRTP, path) == "true",
		Mailbox:     layers.value(pbx.PermissionVoicemail, path) == "true" && e.kind != pbx.Operator,
		HoldMusic:   layers.value(pbx.SettingHoldMusic, path) == "true",
		RingTime:    layers.duration(pbx.SettingRingTime, path),
		DormantWait: layers.duration(pbx.SettingDormantWait, path),
		Aliases:     e.aliases,
		layers:      layers,
	}
	if !u.Enabled {
		u.CallsTo = e.callsTo
	}
	for _, name := range e.lines {
		if l, ok := d.lines.get(hashString(name), name); ok && l.hasHA1 {
			u.Lines = append(u.Lines, d.line(l))
		}
	}
	e.cached.Store(u)
	return u
}
