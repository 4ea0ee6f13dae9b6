package admin

import (
	"context"
	"time"

	"ringfence/internal/pbx"
)

// Store opens transactions. A transaction is bound to the context it was opened with and ends with the function.
// Look-ups of one thing return pbx.NotFound when it is not there; lists are then empty.
type Store interface {
	// View runs fn over one consistent snapshot.
	View(ctx context.Context, fn func(ReadTx) error) error
	// Update locks the organization (0: none, at set-up) before fn reads, and commits when fn returns nil. On a
	// serialisation conflict fn runs again from the start, so it has no side effects outside tx. A violated uniqueness
	// is pbx.Conflict.
	Update(ctx context.Context, org pbx.OrganizationID, fn func(Tx) error) error
}

// ReadTx reads one snapshot. Inside Update it sees the transaction's own writes.
type ReadTx interface {
	OrganizationReader
	LocationReader
	ProfileReader
	PermissionReader
	GroupReader
	UserReader
	LeaveReader
	ForwardingReader
	PhotoReader
	DeviceReader
	DialReader
	OutsideReader
	RingGroupReader
	PoolReader
	SettingReader
	TokenReader
	MailReader
	ReferenceReader
	ChangeReader
	TrashReader
	Loader
}

// Tx also writes. Put inserts or replaces the whole row under its key and writes the version it is given; Delete of
// something that is not there is pbx.NotFound.
type Tx interface {
	ReadTx
	OrganizationWriter
	LocationWriter
	ProfileWriter
	PermissionWriter
	GroupWriter
	UserWriter
	LeaveWriter
	ForwardingWriter
	PhotoWriter
	DeviceWriter
	DialWriter
	OutsideWriter
	RingGroupWriter
	PoolWriter
	SettingWriter
	TokenWriter
	MailWriter
	ReferenceWriter
	ChangeWriter
	TrashWriter

	// NextIDs reserves n ids of a kind and returns the first. Ids are never given twice, also not after a deletion;
	// those of a transaction that failed may be. Kind also takes HoldIDs.
	NextIDs(kind pbx.Kind, n int) (int64, error)
}

// HoldIDs is the kind under which NextIDs counts holds.
const HoldIDs pbx.Kind = "hold"

// OrganizationReader reads organizations.
type OrganizationReader interface {
	Organization(id pbx.OrganizationID) (pbx.Organization, error)
	OrganizationByAccount(accountName string) (pbx.Organization, error)
	Organizations() ([]pbx.Organization, error) // by id
}

// OrganizationWriter writes organizations.
type OrganizationWriter interface {
	PutOrganization(o pbx.Organization) error
}

// LocationReader reads locations.
type LocationReader interface {
	Location(id pbx.LocationID) (pbx.Location, error)
	LocationByName(org pbx.OrganizationID, nameKey string) (pbx.Location, error)
	Locations(org pbx.OrganizationID) ([]pbx.Location, error) // by id
	ListLocations(org pbx.OrganizationID, q Query) (Page[LocationRow], error)
}

// LocationWriter writes locations. A location that is still mentioned can't be deleted.
type LocationWriter interface {
	PutLocation(l pbx.Location) error
	DeleteLocation(id pbx.LocationID) error
}

// ProfileReader reads provisioning profiles.
type ProfileReader interface {
	Profile(id pbx.ProfileID) (pbx.ProvisioningProfile, error)
	Profiles(org pbx.OrganizationID) ([]pbx.ProvisioningProfile, error) // by id
}

// ProfileWriter writes provisioning profiles. One that somebody has can't be deleted.
type ProfileWriter interface {
	PutProfile(p pbx.ProvisioningProfile) error
	DeleteProfile(id pbx.ProfileID) error
}

// PermissionReader reads custom permissions.
type PermissionReader interface {
	CustomPermission(id pbx.PermissionID) (pbx.CustomPermission, error)
	CustomPermissions(org pbx.OrganizationID) ([]pbx.CustomPermission, error) // by id
}

// PermissionWriter writes custom permissions.
type PermissionWriter interface {
	PutCustomPermission(p pbx.CustomPermission) error
	DeleteCustomPermission(id pbx.PermissionID) error
}

// GroupReader reads groups.
type GroupReader interface {
	Group(id pbx.GroupID) (pbx.Group, error)
	GroupByName(org pbx.OrganizationID, nameKey string) (pbx.Group, error)
	Groups(org pbx.OrganizationID) ([]pbx.Group, error) // in the group order, the top first
	GroupsAmong(ids []pbx.GroupID) ([]pbx.Group, error) // those there are, in the group order
	ListGroups(org pbx.OrganizationID, q GroupQuery) (Page[GroupRow], error)
}

// GroupWriter writes groups. A group that still has users can't be deleted.
type GroupWriter interface {
	PutGroup(g pbx.Group) error
	DeleteGroup(id pbx.GroupID) error
}

// UserReader reads users and, apart from them, their secrets.
type UserReader interface {
	User(id pbx.UserID) (pbx.User, error)
	Users(ids []pbx.UserID) ([]pbx.User, error)         // those there are, by id
	UsersHomedIn(group pbx.GroupID) ([]pbx.User, error) // by id
	UsersFurtherIn(group pbx.GroupID) ([]pbx.User, error)
	UsersWithRole(org pbx.OrganizationID, role pbx.Role) ([]pbx.User, error)
	UsersWithEmail(org pbx.OrganizationID, folded string, most int) ([]pbx.User, error)
	CountUsers(org pbx.OrganizationID) (int, error) // without operators
	ListUsers(org pbx.OrganizationID, q UserQuery) (Page[pbx.User], error)

	UserSecret(user pbx.UserID, name pbx.SecretName) (pbx.UserSecret, error)
	UserSecrets(user pbx.UserID) ([]pbx.UserSecret, error)

	// SignIns tells when users signed in last; who never did is left out.
	SignIns(ids []pbx.UserID) (map[pbx.UserID]time.Time, error)
}

// UserWriter writes users with their memberships, and their secrets. Deleting a user deletes neither its secrets nor
// anything else that belongs to it: the use case does, first.
type UserWriter interface {
	PutUser(u pbx.User) error
	DeleteUser(id pbx.UserID) error
	PutUserSecret(s pbx.UserSecret) error
	DeleteUserSecret(user pbx.UserID, name pbx.SecretName) error
}

// LeaveReader reads who leaves.
type LeaveReader interface {
	Leave(user pbx.UserID) (pbx.Leave, error)
	Leaves(org pbx.OrganizationID) ([]pbx.Leave, error) // by day
	// LeavesDue gives at most limit leaves whose day is reached and that were not carried out, or whose user is to be
	// deleted by the moment.
	LeavesDue(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.Leave, error)
}

// ForwardingReader reads where calls to users go on; NotFound for one who forwards nothing.
type ForwardingReader interface {
	Forwarding(user pbx.UserID) (pbx.Forwarding, error)
}

// ForwardingWriter writes it.
type ForwardingWriter interface {
	PutForwarding(f pbx.Forwarding) error
	DeleteForwarding(user pbx.UserID) error
}

// LeaveWriter writes who leaves.
type LeaveWriter interface {
	PutLeave(l pbx.Leave) error
	DeleteLeave(user pbx.UserID) error
}

// PhotoReader reads pictures of users, named by their hash.
type PhotoReader interface {
	Photo(org pbx.OrganizationID, hash string) ([]byte, error)
}

// PhotoWriter keeps pictures. They are no things of a change set: a user names one by its hash, and history by that.
type PhotoWriter interface {
	// PutPhoto stores a picture, or marks one that is there as used at the moment.
	PutPhoto(org pbx.OrganizationID, hash string, picture []byte, at time.Time) error
	// UsedPhoto marks a picture as used at the moment; one that is not there is no error.
	UsedPhoto(org pbx.OrganizationID, hash string, at time.Time) error
	// DropPhotos deletes pictures that no user has and that were not used since the moment.
	DropPhotos(org pbx.OrganizationID, since time.Time) error
	// DropPhoto deletes a picture unless a user has it.
	DropPhoto(org pbx.OrganizationID, hash string) error
}

// DeviceReader reads devices, lines and credentials.
type DeviceReader interface {
	Device(id pbx.DeviceID) (pbx.Device, error)
	DevicesOf(user pbx.UserID) ([]pbx.Device, error) // by id
	ListDevices(org pbx.OrganizationID, q DeviceQuery) (Page[pbx.Device], error)

	Line(id pbx.LineID) (pbx.Line, error)
	LinesOfDevice(device pbx.DeviceID) ([]pbx.Line, error) // by position
	LinesOfUser(user pbx.UserID) ([]pbx.Line, error)       // by id
	Credential(line pbx.LineID) (pbx.Credential, error)
	// SIPUsername tells which line has or had the SIP user name, also one that is deleted.
	SIPUsername(org pbx.OrganizationID, value string) (pbx.LineID, error)
}

// DeviceWriter writes devices, lines and credentials.
type DeviceWriter interface {
	PutDevice(d pbx.Device) error
	DeleteDevice(id pbx.DeviceID) error
	PutLine(l pbx.Line) error
	DeleteLine(id pbx.LineID) error
	PutCredential(c pbx.Credential) error
	DeleteCredential(line pbx.LineID) error
	// ReserveSIPUsername gives a SIP user name to a line for ever; pbx.Conflict when another line has it.
	ReserveSIPUsername(org pbx.OrganizationID, value string, line pbx.LineID) error
}

// DialReader reads the numbering plan.
type DialReader interface {
	DialString(org pbx.OrganizationID, value string) (pbx.DialString, error)
	DialStringsOf(org pbx.OrganizationID, owner pbx.Ref) ([]pbx.DialString, error) // by value
	// DialStringsOfAll is DialStringsOf for many owners of one kind at once, by owner and value.
	DialStringsOfAll(org pbx.OrganizationID, kind pbx.Kind, ids []int64) ([]pbx.DialString, error)
	// DialStringsBetween gives at most limit values from first to last, both included, of exactly as many characters.
	DialStringsBetween(org pbx.OrganizationID, first, last string, limit int) ([]pbx.DialString, error)
	// CountNumbersBetween counts the values from first to last that are as long and all digits.
	CountNumbersBetween(org pbx.OrganizationID, first, last string) (int, error)
	// DialBlocks tells how many numbers of that length, holds aside, are in each block (BlockOf) from that of first to
	// that of last; blocks without any may be left out.
	DialBlocks(org pbx.OrganizationID, first, last string) (map[string]int, error)
	ListDialStrings(org pbx.OrganizationID, q DialQuery) (Page[pbx.DialString], error)
	// Hold finds the dial string of kind hold with the number of the hold.
	Hold(org pbx.OrganizationID, id pbx.HoldID) (pbx.DialString, error)
	// HoldsLapsed gives holds whose time was over at the moment.
	HoldsLapsed(org pbx.OrganizationID, at time.Time) ([]pbx.DialString, error)
	// DialStringsEnding gives at most limit aliases and former usernames whose time is over at the moment.
	DialStringsEnding(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.DialString, error)
}

// DialWriter writes the numbering plan. PutDialString replaces whatever stands under the value.
type DialWriter interface {
	PutDialString(d pbx.DialString) error
	DeleteDialString(org pbx.OrganizationID, value string) error
}

// OutsideReader reads outside numbers. That of a value is found by the dial string that it owns.
type OutsideReader interface {
	OutsideNumber(id pbx.NumberID) (pbx.OutsideNumber, error)
	OutsideNumbersTo(org pbx.OrganizationID, to pbx.Ref) ([]pbx.OutsideNumber, error) // by value
	// OutsideNumbersToAll is OutsideNumbersTo for many things of one kind at once, by thing and value.
	OutsideNumbersToAll(org pbx.OrganizationID, kind pbx.Kind, ids []int64) ([]pbx.OutsideNumber, error)
	ListOutsideNumbers(org pbx.OrganizationID, q OutsideQuery) (Page[pbx.OutsideNumber], error)
}

// OutsideWriter writes outside numbers. A value is unique in its organization.
type OutsideWriter interface {
	PutOutsideNumber(n pbx.OutsideNumber) error
	DeleteOutsideNumber(id pbx.NumberID) error
}

// RingGroupReader reads ring groups. Who mentions a user or a ring group is a reference.
type RingGroupReader interface {
	RingGroup(id pbx.RingGroupID) (pbx.RingGroup, error)
	RingGroupByName(org pbx.OrganizationID, nameKey string) (pbx.RingGroup, error)
	ListRingGroups(org pbx.OrganizationID, q Query) (Page[pbx.RingGroup], error)
}

// RingGroupWriter writes ring groups.
type RingGroupWriter interface {
	PutRingGroup(g pbx.RingGroup) error
	DeleteRingGroup(id pbx.RingGroupID) error
}

// PoolReader reads extension pools.
type PoolReader interface {
	Pool(id pbx.PoolID) (pbx.ExtensionPool, error)
	Pools(org pbx.OrganizationID) ([]pbx.ExtensionPool, error) // by id
}

// PoolWriter writes extension pools.
type PoolWriter interface {
	PutPool(p pbx.ExtensionPool) error
	DeletePool(id pbx.PoolID) error
}

// SettingReader reads settings. Those of the system level belong to organization 0.
type SettingReader interface {
	Setting(org pbx.OrganizationID, level pbx.Level, owner int64, key pbx.SettingKey) (pbx.Setting, error)
	SettingsAt(org pbx.OrganizationID, level pbx.Level, owner int64) ([]pbx.Setting, error) // by key
	// SettingsAtAll is SettingsAt for many places at once, those of each by key. The system's belong to no organization.
	SettingsAtAll(org pbx.OrganizationID, at []pbx.Place) ([]pbx.Setting, error)
	// SettingsWith gives every stored value of one key in the organization.
	SettingsWith(org pbx.OrganizationID, key pbx.SettingKey) ([]pbx.Setting, error)
}

// SettingWriter writes settings.
type SettingWriter interface {
	PutSetting(s pbx.Setting) error
	DeleteSetting(org pbx.OrganizationID, level pbx.Level, owner int64, key pbx.SettingKey) error
}

// TokenReader reads API tokens.
type TokenReader interface {
	Token(id pbx.TokenID) (pbx.Token, error)
	TokenByHash(hash []byte) (pbx.Token, error)
	TokensOf(user pbx.UserID) ([]pbx.Token, error) // by id
	ListTokens(org pbx.OrganizationID, q Query) (Page[pbx.Token], error)
}

// TokenWriter writes API tokens.
type TokenWriter interface {
	PutToken(t pbx.Token) error
	DeleteToken(id pbx.TokenID) error
}

// MailReader reads how an organization's mail goes out.
type MailReader interface {
	MailServer(org pbx.OrganizationID) (pbx.MailServer, error)
	MailPassword(org pbx.OrganizationID) (pbx.MailPassword, error)
}

// MailWriter writes it.
type MailWriter interface {
	PutMailServer(m pbx.MailServer) error
	DeleteMailServer(org pbx.OrganizationID) error
	PutMailPassword(m pbx.MailPassword) error
	DeleteMailPassword(org pbx.OrganizationID) error
}

// ReferenceReader asks who mentions whom.
type ReferenceReader interface {
	ReferencesTo(org pbx.OrganizationID, to pbx.Ref) ([]pbx.Reference, error)
	ReferencesFrom(org pbx.OrganizationID, from pbx.Ref) ([]pbx.Reference, error)
}

// ReferenceWriter keeps references.
type ReferenceWriter interface {
	AddReferences(refs []pbx.Reference) error
	RemoveReferences(refs []pbx.Reference) error
}

// ChangeReader reads change sets.
type ChangeReader interface {
	ChangeSet(id pbx.ChangeSetID) (pbx.ChangeSet, error)      // with all items
	ChangeSetAlone(id pbx.ChangeSetID) (pbx.ChangeSet, error) // without items
	// ChangeItems gives at most limit items of a change set, in order, from the one with the ordinal, counted from 0.
	ChangeItems(id pbx.ChangeSetID, from, limit int) ([]pbx.ChangeItem, error)
	// ChangeSetsAfter gives at most limit change sets of all organizations after the number, in order, with items.
	ChangeSetsAfter(id pbx.ChangeSetID, limit int) ([]pbx.ChangeSet, error)
	LastChangeSet() (pbx.ChangeSetID, error) // 0 when there is none
	// ListChangeSets gives them newest first, each with at most ItemsShown items.
	ListChangeSets(org pbx.OrganizationID, q ChangeQuery) (Page[pbx.ChangeSet], error)
	// History gives, in order, the change sets that touched the thing after the version, each with that one item.
	History(org pbx.OrganizationID, ref pbx.Ref, afterVersion int64) ([]pbx.ChangeSet, error)
	// ChangeSetByKey finds the change set an idempotency key was stored with.
	ChangeSetByKey(org pbx.OrganizationID, actor pbx.UserID, key string) (pbx.ChangeSet, error)
}

// ItemsShown is how many items a listed change set carries; Count tells the rest.
const ItemsShown = 100

// ChangeWriter stores change sets.
type ChangeWriter interface {
	// AppendChangeSet takes the next number, as the transaction's last write, and stores the change set and what it put
	// into the trash under it.
	AppendChangeSet(cs pbx.ChangeSet, trash []pbx.Trash) (pbx.ChangeSetID, error)
	// BlankHistory empties before, after and name of every item about the thing, for purge and erasure; where the thing
	// has no number, its key, which is a name, is emptied too. Change sets about it are no longer found by its name.
	BlankHistory(org pbx.OrganizationID, ref pbx.Ref) error
	// ScrubHistory runs clean over whatever change sets tell in names, values and summaries that holds one of the texts,
	// for erasure; what the user did is by somebody erased, whom no search finds.
	ScrubHistory(org pbx.OrganizationID, user pbx.UserID, texts []string, clean func(string) string) error
}

// TrashReader reads what was deleted.
type TrashReader interface {
	Trash(id pbx.ChangeSetID) ([]pbx.Trash, error) // in the order in which it was stored
	// TrashOf finds the thing in the trash, wherever it lies.
	TrashOf(org pbx.OrganizationID, ref pbx.Ref) (pbx.Trash, error)
	// ListDeletions gives the newest first, and none of which only secrets lie in the trash: those wait for an undo.
	ListDeletions(org pbx.OrganizationID, q Query) (Page[pbx.Deletion], error)
	TrashDue(org pbx.OrganizationID, at time.Time, limit int) ([]pbx.ChangeSetID, error) // purge time reached
}

// TrashWriter empties the trash.
type TrashWriter interface {
	RemoveTrash(id pbx.ChangeSetID) error
}

// Loader goes through everything there is, of all organizations, for whoever keeps it in memory. An error of fn ends it.
type Loader interface {
	EachLocation(fn func(pbx.Location) error) error
	EachGroup(fn func(pbx.Group) error) error
	EachUser(fn func(pbx.User) error) error
	EachLeave(fn func(pbx.Leave) error) error
	EachForwarding(fn func(pbx.Forwarding) error) error
	EachDevice(fn func(pbx.Device) error) error
	EachLine(fn func(pbx.Line) error) error
	EachCredential(fn func(pbx.Credential) error) error
	EachDialString(fn func(pbx.DialString) error) error
	EachOutsideNumber(fn func(pbx.OutsideNumber) error) error
	EachRingGroup(fn func(pbx.RingGroup) error) error
	EachSetting(fn func(pbx.Setting) error) error
}
