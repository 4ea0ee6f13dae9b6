package voicemail

import (
	"context"
	"io"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
)

// Store keeps messages and greetings. What is not there is pbx.NotFound.
type Store interface {
	MessageStore
	GreetingStore
	Keeper
	Teller
}

// MessageStore keeps the messages of all mailboxes.
type MessageStore interface {
	// AddMessages stores all of them or none, and returns their numbers in the same order. A later one has a higher number.
	AddMessages(ctx context.Context, messages ...pbx.VoiceMessage) ([]pbx.VoiceMessageID, error)
	Message(ctx context.Context, id pbx.VoiceMessageID) (pbx.VoiceMessage, error)
	// Messages gives those of a mailbox that are in one of the states, in the order in which they came.
	Messages(ctx context.Context, u pbx.UserID, states ...pbx.VoiceMessageState) ([]pbx.VoiceMessage, error)
	// MoveMessage stores state, heard and deleted of a message that is there.
	MoveMessage(ctx context.Context, m pbx.VoiceMessage) error
	Waiting(ctx context.Context, u pbx.UserID) (pbx.Waiting, error)
}

// GreetingStore keeps the greetings of all mailboxes, at most one of each kind.
type GreetingStore interface {
	// PutGreeting stores a greeting and returns the blob of the one before, empty if there was none.
	PutGreeting(ctx context.Context, org pbx.OrganizationID, g pbx.Greeting) (replaced string, err error)
	Greeting(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind) (pbx.Greeting, error)
	Greetings(ctx context.Context, u pbx.UserID) ([]pbx.Greeting, error)
	// DropGreeting removes a greeting and returns its blob.
	DropGreeting(ctx context.Context, u pbx.UserID, kind pbx.GreetingKind) (blob string, err error)
}

// Keeper is how mailboxes are looked after as a whole.
type Keeper interface {
	// Purge removes at most limit messages that were deleted before the time, and returns them.
	Purge(ctx context.Context, before time.Time, limit int) ([]pbx.VoiceMessage, error)
	// Owners lists at most limit users with a number above after who have messages or greetings, by number.
	Owners(ctx context.Context, after pbx.UserID, limit int) ([]Owner, error)
	// DropOwner removes all messages and greetings of a user, and returns their blobs.
	DropOwner(ctx context.Context, u pbx.UserID) (blobs []string, err error)
	// Blobs gives the blobs that messages and greetings have whose names begin with two digits.
	Blobs(ctx context.Context, prefix string) (map[string]bool, error)
	// Usage sums up what is in the mailboxes of some users; who has nothing is left out.
	Usage(ctx context.Context, users []pbx.UserID) (map[pbx.UserID]Usage, error)
}

// Teller remembers which messages nobody was told of yet.
type Teller interface {
	// Untold lists at most limit of them with a number above after, the oldest first.
	Untold(ctx context.Context, after pbx.VoiceMessageID, limit int) ([]pbx.VoiceMessage, error)
	Told(ctx context.Context, id pbx.VoiceMessageID) error
}

// Owner is whose mailbox something is in.
type Owner struct {
	Organization pbx.OrganizationID
	User         pbx.UserID
}

// Usage is how much is in a mailbox.
type Usage struct {
	New, Saved, Deleted int
	Octets              int64     // of all messages, also deleted ones
	NewestAt            time.Time // when the newest was left that is not deleted; zero: there is none
}

// Blobs keeps sounds, whole or not at all. What goes wrong with the disk is pbx.Unavailable, what is not there
// pbx.NotFound.
type Blobs interface {
	Create() (Blob, error)
	Open(name string) (io.ReadSeekCloser, int64, error)
	Remove(name string) error // one that is not there is removed already
	// Sweep removes what was last written before the time and is named by nobody, or was never made whole. Known gives
	// the names that begin with two digits.
	Sweep(ctx context.Context, before time.Time, known func(prefix string) (map[string]bool, error)) (int, error)
}

// Blob is a sound that is being written. It belongs to one goroutine and is there once Commit returned.
type Blob interface {
	io.Writer
	io.WriterAt // over what was written
	Name() string
	Commit() error
	Discard() // after Commit it does nothing
}

// Directory tells who somebody is and what counts for him. It is safe for concurrent use and reads nothing from a disk.
type Directory interface {
	User(id pbx.UserID) (*roster.User, bool)
	Effective(id pbx.UserID, key pbx.SettingKey) (pbx.Effective, bool)
	Dial(value []byte) (roster.Target, bool)
}

// People is where users and their PINs are stored.
type People interface {
	View(ctx context.Context, fn func(admin.ReadTx) error) error
}
