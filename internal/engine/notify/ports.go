package notify

import (
	"context"
	"errors"
	"io"
	"time"

	"ringfence/internal/pbx"
)

// Post is how mail leaves. What goes wrong is a *Refusal; anything else is a fault of ours.
type Post interface {
	// Open connects to a mail server, protects the connection as it says, and logs in.
	Open(ctx context.Context, s Server) (Connection, error)
}

// Connection is an open way to a mail server. It is used by one goroutine, for letter after letter.
type Connection interface {
	// Send hands a letter over and returns what the server said to it.
	Send(ctx context.Context, l Letter) (answer string, err error)
	Close()
}

// Mailboxes is where the voice messages are that mails tell of.
type Mailboxes interface {
	// Message gives a message of a user's mailbox; pbx.NotFound.
	Message(ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID) (pbx.VoiceMessage, error)
	// Sound opens what was said, a WAV file, and tells its size; pbx.NotFound.
	Sound(ctx context.Context, m pbx.VoiceMessage) (io.ReadSeekCloser, int64, error)
}

// Server is a mail server with what is needed to use it.
type Server struct {
	pbx.MailServer
	Password pbx.Secret
}

// Address is somebody's e-mail address with a name to show.
type Address struct{ Name, Email string }

// Letter is one mail to one person.
type Letter struct {
	ID                string // what makes the Message-ID unique; the same when it is sent again
	At                time.Time
	From, To, ReplyTo Address
	Language          string // BCP 47
	Subject           string
	Text, HTML        string
	Attached          []Attachment
}

// Attachment is a file that goes with a letter.
type Attachment struct {
	Name, Type string // Type is its media type
	Content    []byte
}

// Refusal is what a mail server, or the way to it, said against a letter.
type Refusal struct {
	Answer    string // the server's own words, or what went wrong before it could say any
	Permanent bool   // it will not go well another time
	OfServer  bool   // it concerns every letter to this server
	TooLarge  bool   // it may go well without what is attached
	Cause     error
}

// Error gives the answer.
func (r *Refusal) Error() string { return r.Answer }

// Unwrap returns the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

func refusal(err error) *Refusal {
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r
	}
	return &Refusal{Answer: err.Error(), OfServer: true, Cause: err}
}
