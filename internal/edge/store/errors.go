package store

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"ringfence/internal/pbx"
)

// retryAfter is what a caller is told while the database is away.
const retryAfter = 5 * time.Second

// lineError is an error that is already the one line an operator should read.
type lineError string

// Error returns the line.
func (e lineError) Error() string { return string(e) }

// damagedError says that a file can't be read as a database.
type damagedError struct {
	path  string
	cause error
}

func damaged(path string, cause error) error { return &damagedError{path, cause} }

// Error says what to do.
func (e *damagedError) Error() string {
	return fmt.Sprintf("the database %s is damaged (%v): nothing was changed; restore a backup with ringfence restore FILE",
		e.path, e.cause)
}

// Unwrap returns what was found.
func (e *damagedError) Unwrap() error { return e.cause }

// refuse puts into one line what kept a database from being opened, and what to do about it.
func (s *Store) refuse(where string, err error) error {
	var line lineError
	var broken *damagedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &line), errors.As(err, &broken):
		return err
	}
	say := func(advice string) error { return &openError{fmt.Sprintf(advice, where), err} }
	switch s.dialect.classify(err) {
	case faultDamaged:
		return damaged(where, err)
	case faultRetry:
		return say("%s is in use by another program: stop that one first")
	case faultFull:
		return say("the disk that holds %s is full: free some space and start again")
	case faultReadOnly:
		return say("%s cannot be written: give this user the right to write it")
	case faultDown, faultTimeout:
		return say("%s does not answer: see that it runs, that address, user and password are right, and start again")
	case faultUnknown, faultUnique, faultReference, faultCancelled:
	}
	return say("cannot open %s")
}

// openError says in one line what to do, and then why.
type openError struct {
	advice string
	cause  error
}

// Error gives one line, however many its cause has.
func (e *openError) Error() string {
	return e.advice + ": " + strings.Join(strings.Fields(e.cause.Error()), " ")
}

// Unwrap returns the cause.
func (e *openError) Unwrap() error { return e.cause }

// fail gives a database error the kind and the text that the one who asked may see. It leaves errors alone that have
// them already.
func (s *Store) fail(attempt string, err error) error {
	if err == nil {
		return nil
	}
	var known *pbx.Error
	if errors.As(err, &known) {
		return err
	}
	cause := fmt.Errorf("%s: %w", attempt, err)
	if errors.Is(err, sql.ErrNoRows) {
		return &pbx.Error{Kind: pbx.NotFound, Text: "There is no such thing.", Cause: cause}
	}
	switch s.dialect.classify(err) {
	case faultUnique:
		return &pbx.Error{Kind: pbx.Conflict, Text: "This is taken already.", Cause: cause}
	case faultReference:
		return &pbx.Error{
			Kind: pbx.Conflict, Text: "Something still refers to this, or what it refers to is gone.",
			Cause: cause,
		}
	case faultRetry:
		return unavailable("The database is busy; try again.", cause)
	case faultFull:
		return unavailable("The database's disk is full; free some space.", cause)
	case faultReadOnly:
		return unavailable("The database can't be written.", cause)
	case faultTimeout:
		return unavailable("The database took too long; try again.", cause)
	case faultDown:
		return unavailable("The database can't be reached.", cause)
	case faultDamaged:
		return unavailable("The database is damaged; restore a backup.", cause)
	case faultCancelled, faultUnknown:
	}
	return cause
}

func unavailable(text string, cause error) *pbx.Error {
	return &pbx.Error{Kind: pbx.Unavailable, Text: text, RetryAfter: retryAfter, Cause: cause}
}
