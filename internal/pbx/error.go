package pbx

import (
	"errors"
	"strings"
	"time"
)

// ErrorKind is the closed set of what can go wrong, as far as the one who asked needs to know.
type ErrorKind string

// The error kinds.
const (
	Invalid         ErrorKind = "invalid"         // the input is wrong; Fields says where
	NotFound        ErrorKind = "not_found"       // no such thing, or not for this actor
	Conflict        ErrorKind = "conflict"        // right in itself, but not as things are now
	Stale           ErrorKind = "stale"           // somebody else saved meanwhile; Detail is *StaleDetail
	Unauthenticated ErrorKind = "unauthenticated" // who is asking is not known
	Forbidden       ErrorKind = "forbidden"       // known, and not allowed
	Exhausted       ErrorKind = "exhausted"       // too much or too often; RetryAfter says when again
	Unavailable     ErrorKind = "unavailable"     // something needed is down
	Internal        ErrorKind = "internal"        // a fault of ours
)

// FieldError is a complaint about one field, worded for the form it stands beside.
type FieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error is an error with a kind, a text that is safe to show, and a cause that is logged and never sent.
type Error struct {
	Kind       ErrorKind
	Text       string
	Fields     []FieldError
	RetryAfter time.Duration // with Exhausted and Unavailable
	Detail     any           // what the page needs to go on: *StaleDetail, a deletion preview
	Cause      error
}

// StaleDetail lists what changed since the caller read the thing.
type StaleDetail struct {
	Version int64        `json:"version"`
	Fields  []StaleField `json:"fields"`
}

// StaleField is one field that somebody else changed meanwhile.
type StaleField struct {
	Field     string      `json:"field"`
	Theirs    any         `json:"theirs"`
	Yours     any         `json:"yours,omitempty"`
	ChangedBy string      `json:"changedBy"`
	ChangeSet ChangeSetID `json:"changeSet"`
}

// Error gives the shown text, the fields and the cause, for logs.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Text != "" {
		b.WriteString(e.Text)
	} else {
		b.WriteString(string(e.Kind))
	}
	for _, f := range e.Fields {
		b.WriteString("; " + f.Field + ": " + f.Message)
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is reports whether target is an Error of the same kind without a text, so that errors.Is(err, pbx.ErrNotFound) works.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Text == "" && t.Kind == e.Kind
}

// Sentinels to compare with errors.Is.
var (
	ErrNotFound  = &Error{Kind: NotFound}
	ErrConflict  = &Error{Kind: Conflict}
	ErrInvalid   = &Error{Kind: Invalid}
	ErrForbidden = &Error{Kind: Forbidden}
	ErrStale     = &Error{Kind: Stale}
)

// KindOf returns the kind of the first Error in err's chain, Internal when there is none.
func KindOf(err error) ErrorKind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// Errorf makes an error of a kind with a text that is safe to show.
func Errorf(kind ErrorKind, text string) *Error { return &Error{Kind: kind, Text: text} }

// Missing says that no such thing exists.
func Missing(r Ref) *Error { return &Error{Kind: NotFound, Text: "There is no " + r.String() + "."} }

// FieldErrors gathers complaints while a thing is validated.
type FieldErrors []FieldError

// Add appends a complaint about a field.
func (f *FieldErrors) Add(field, message string) {
	*f = append(*f, FieldError{Field: field, Message: message})
}

// Check appends a complaint unless ok.
func (f *FieldErrors) Check(ok bool, field, message string) {
	if !ok {
		f.Add(field, message)
	}
}

// Err returns an Invalid error holding the complaints, nil if there are none.
func (f FieldErrors) Err() error {
	if len(f) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Text: "Some fields need another value.", Fields: f}
}
