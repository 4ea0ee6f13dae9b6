package notify

import (
	"context"
	"errors"
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
}

// Refusal is what a mail server, or the way to it, said against a letter.
type Refusal struct {
	Answer    string // the server's own words, or what went wrong before it could say any
	Permanent bool   // it will not go well another time
	OfServer  bool   // it concerns every letter to this server
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
