package voicemail

import (
	"context"
	"time"

	"ringfence/internal/pbx"
)

// Left is who leaves a message, and for whom.
type Left struct {
	User         pbx.UserID // whose mailbox
	Caller       pbx.UserID // 0: nobody of ours
	Number, Name string     // the caller's; empty if withheld
	Call         pbx.CallID
}

// Deposit is a message that is being left. It ends with Commit or Discard; what a killed process leaves is nobody's
// message and is swept.
type Deposit struct {
	s    *Service
	box  Box
	left Left
	at   time.Time
	take *take
	err  error // what went wrong first
	done bool
}

// Begin opens a mailbox for a message. NotFound when there is no such mailbox, Exhausted when it is full, Unavailable when
// the disk does not take it.
func (s *Service) Begin(ctx context.Context, l Left) (*Deposit, error) {
	b, ok := s.Box(l.User)
	if !ok {
		return nil, errNoBox()
	}
	if err := s.room(ctx, b); err != nil {
		return nil, err
	}
	t, err := s.begin()
	if err != nil {
		s.log.ErrorContext(ctx, "a voice message can't be recorded", "user", int64(l.User), "error", err)
		return nil, err
	}
	return &Deposit{s: s, box: b, left: l, at: s.now(), take: t}, nil
}

// room is Exhausted when a mailbox is full.
func (s *Service) room(ctx context.Context, b Box) error {
	w, err := s.cfg.Store.Waiting(ctx, b.User)
	if err != nil {
		return err
	}
	if w.New+w.Saved >= b.MaxMessages {
		s.counters.Refused.Add(1)
		return errFull()
	}
	return nil
}

// Write appends what was said: samples of one channel at 8 kHz. What comes after the longest message is left out. After
// an error the message can't be completed; Unavailable.
func (d *Deposit) Write(samples []int16) error {
	if d.err != nil || d.done {
		return d.err
	}
	room := int(d.Remaining() * Rate / time.Second)
	d.err = d.take.write(samples[:min(len(samples), room)])
	return d.err
}

// Length is how long the message is by now.
func (d *Deposit) Length() time.Duration { return d.take.length() }

// Remaining is how much longer it may become.
func (d *Deposit) Remaining() time.Duration { return max(0, d.box.MaxLength-d.take.length()) }

// Commit completes the message: when it returns, it is on the disk and in the mailbox. After an error nothing is.
// Invalid when nothing was said, Unavailable.
func (d *Deposit) Commit(ctx context.Context) (pbx.VoiceMessage, error) {
	if d.done {
		return pbx.VoiceMessage{}, pbx.Errorf(pbx.Conflict, "This message is complete, or was given up.")
	}
	if d.err == nil && d.take.samples == 0 {
		d.err = pbx.Errorf(pbx.Invalid, "Nothing was recorded.")
	}
	if d.err != nil {
		d.Discard()
		return pbx.VoiceMessage{}, d.err
	}
	d.done = true
	m := pbx.VoiceMessage{
		Organization: d.box.Organization, User: d.left.User, State: pbx.MessageNew, Caller: d.left.Caller,
		Number: d.left.Number, Name: d.left.Name, Call: d.left.Call, LeftAt: d.at, Duration: d.take.length(),
		Blob: d.take.blob.Name(), Size: d.take.size(),
	}
	if err := d.take.commit(); err != nil {
		return pbx.VoiceMessage{}, err
	}
	ids, err := d.s.cfg.Store.AddMessages(ctx, m)
	if err != nil {
		d.s.forgetUnnamed(ctx, m.Blob)
		return pbx.VoiceMessage{}, err
	}
	m.ID = ids[0]
	d.s.counters.Left.Add(1)
	d.s.changed(m.Organization, m.User)
	return m, nil
}

// Discard gives the message up. After Commit it does nothing.
func (d *Deposit) Discard() {
	if d.done {
		return
	}
	d.done = true
	d.take.blob.Discard()
	d.s.counters.Given.Add(1)
}
