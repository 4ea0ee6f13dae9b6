package voicemail

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"ringfence/internal/pbx"
)

// MostForwarded is to how many mailboxes a message can be forwarded at once.
const MostForwarded = 20

// Messages gives the messages of a mailbox that are in one of the states, all but deleted ones if none is named, in the
// order in which they came.
func (s *Service) Messages(
	ctx context.Context, u pbx.UserID, states ...pbx.VoiceMessageState,
) ([]pbx.VoiceMessage, error) {
	if len(states) == 0 {
		states = []pbx.VoiceMessageState{pbx.MessageNew, pbx.MessageSaved}
	}
	return s.cfg.Store.Messages(ctx, u, states...)
}

// Message gives one message of a mailbox; NotFound.
func (s *Service) Message(ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID) (pbx.VoiceMessage, error) {
	m, err := s.cfg.Store.Message(ctx, id)
	if err == nil && m.User != u || err != nil && pbx.KindOf(err) == pbx.NotFound {
		return pbx.VoiceMessage{}, errNoMessage()
	}
	return m, err
}

// Sound opens what was said, a WAV file, and tells its size; NotFound, Unavailable.
func (s *Service) Sound(ctx context.Context, m pbx.VoiceMessage) (io.ReadSeekCloser, int64, error) {
	f, size, err := s.cfg.Blobs.Open(m.Blob)
	if err != nil {
		s.log.ErrorContext(ctx, "the recording of a voice message can't be opened", "message", int64(m.ID), "error", err)
	}
	return f, size, err
}

// Samples gives what was said, one channel at 8 kHz; NotFound, Unavailable.
func (s *Service) Samples(ctx context.Context, m pbx.VoiceMessage) ([]int16, error) {
	samples, err := s.samples(m.Blob, m.Duration+time.Second)
	if err != nil {
		s.log.ErrorContext(ctx, "the recording of a voice message can't be read", "message", int64(m.ID), "error", err)
	}
	return samples, err
}

// Waiting counts what waits in a mailbox.
func (s *Service) Waiting(ctx context.Context, u pbx.UserID) (pbx.Waiting, error) {
	return s.cfg.Store.Waiting(ctx, u)
}

// Save notes that a message was heard and keeps it; NotFound, Conflict when it is deleted.
func (s *Service) Save(ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID) error {
	return s.move(ctx, u, id, func(m *pbx.VoiceMessage) error {
		if m.State == pbx.MessageNew {
			m.State, m.HeardAt = pbx.MessageSaved, s.now()
		}
		return kept(*m)
	})
}

// MarkNew makes a message as if it had not been heard; NotFound, Conflict when it is deleted.
func (s *Service) MarkNew(ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID) error {
	return s.move(ctx, u, id, func(m *pbx.VoiceMessage) error {
		if m.State == pbx.MessageSaved {
			m.State, m.HeardAt = pbx.MessageNew, time.Time{}
		}
		return kept(*m)
	})
}

func kept(m pbx.VoiceMessage) error {
	if m.State == pbx.MessageDeleted {
		return pbx.Errorf(pbx.Conflict, "This message is deleted: bring it back first.")
	}
	return nil
}

// Delete deletes a message; it can be brought back for pbx.KeepDeletedMessages. NotFound.
func (s *Service) Delete(ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID) error {
	return s.move(ctx, u, id, func(m *pbx.VoiceMessage) error {
		if m.State != pbx.MessageDeleted {
			m.State, m.DeletedAt = pbx.MessageDeleted, s.now()
		}
		return nil
	})
}

// Restore brings a deleted message back as it was, also into a mailbox that is full meanwhile; NotFound.
func (s *Service) Restore(ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID) error {
	return s.move(ctx, u, id, func(m *pbx.VoiceMessage) error {
		if m.State != pbx.MessageDeleted {
			return nil
		}
		m.State, m.DeletedAt = pbx.MessageNew, time.Time{}
		if !m.HeardAt.IsZero() {
			m.State = pbx.MessageSaved
		}
		return nil
	})
}

func (s *Service) move(
	ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID, change func(*pbx.VoiceMessage) error,
) error {
	before, err := s.Message(ctx, u, id)
	if err != nil {
		return err
	}
	m := before
	if err := change(&m); err != nil || m == before {
		return err
	}
	if err := s.cfg.Store.MoveMessage(ctx, m); err != nil {
		return err
	}
	s.changed(m.Organization, m.User)
	return nil
}

// Forward puts a copy of a message into other mailboxes, into all of them or none. NotFound, Conflict when the message is
// deleted or a mailbox is full, Invalid when somebody has no mailbox or it is his own, Unavailable.
func (s *Service) Forward(ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID, to []pbx.UserID) error {
	m, err := s.Message(ctx, u, id)
	if err == nil {
		err = kept(m)
	}
	if err != nil {
		return err
	}
	to = slices.Compact(slices.Sorted(slices.Values(to)))
	if err = s.mayForward(ctx, m, to); err != nil {
		return err
	}
	copies := make([]pbx.VoiceMessage, 0, len(to))
	for _, receiver := range to {
		c := m
		c.ID, c.User, c.State, c.HeardAt, c.ForwardedBy = 0, receiver, pbx.MessageNew, time.Time{}, u
		if c.Blob, err = s.copyBlob(m.Blob); err != nil {
			break
		}
		copies = append(copies, c)
	}
	if err == nil {
		_, err = s.cfg.Store.AddMessages(ctx, copies...)
	}
	for _, c := range copies {
		if err != nil {
			s.forgetUnnamed(ctx, c.Blob)
			continue
		}
		s.changed(c.Organization, c.User)
	}
	return err
}

func (s *Service) mayForward(ctx context.Context, m pbx.VoiceMessage, to []pbx.UserID) error {
	if len(to) == 0 || len(to) > MostForwarded {
		return beside("userIds", "Name 1 to 20 people.")
	}
	for _, receiver := range to {
		b, ok := s.Box(receiver)
		switch {
		case receiver == m.User:
			return beside("userIds", "This is your own mailbox.")
		case !ok || b.Organization != m.Organization:
			return beside("userIds", "One of them has no mailbox.")
		}
		if err := s.room(ctx, b); pbx.KindOf(err) == pbx.Exhausted {
			return pbx.Errorf(pbx.Conflict, "The mailbox of one of them is full.")
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) copyBlob(name string) (string, error) {
	from, _, err := s.cfg.Blobs.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = from.Close() }() // it was only read
	to, err := s.cfg.Blobs.Create()
	if err != nil {
		return "", err
	}
	if _, err = io.Copy(to, from); err != nil {
		to.Discard()
		return "", fmt.Errorf("copy recording: %w", err)
	}
	return to.Name(), to.Commit()
}

func beside(field, text string) error {
	return &pbx.Error{Kind: pbx.Invalid, Text: text, Fields: []pbx.FieldError{{Field: field, Message: text}}}
}
