package voicemail_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

func pass(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // virtual time

func TestDeletedMessagesComeBackUntilTheyArePurged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		first, second, kept := r.leave(anna), r.leave(anna), r.leave(anna)
		must(t, r.Delete(t.Context(), anna, first.ID))
		pass(time.Hour)
		must(t, r.Delete(t.Context(), anna, second.ID))
		pass(pbx.KeepDeletedMessages - time.Minute)
		must(t, r.Tidy(t.Context()))
		if got := r.ids(anna, pbx.MessageDeleted); !slices.Equal(got, []pbx.VoiceMessageID{second.ID}) {
			t.Errorf("deleted ones are %v", got)
		}
		must(t, r.Restore(t.Context(), anna, second.ID))
		pass(2 * time.Hour)
		must(t, r.Tidy(t.Context()))
		if got := r.ids(anna); !slices.Equal(got, []pbx.VoiceMessageID{second.ID, kept.ID}) || len(r.blobs.Names()) != 2 {
			t.Errorf("left are %v and %d recordings", got, len(r.blobs.Names()))
		}
		wantKind(t, "a purged one", r.Restore(t.Context(), anna, first.ID), pbx.NotFound)
	})
}

func TestMailboxesOfWhoIsGoneForGoodAreEmptied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.leave(anna)
		m := r.leave(ben)
		must(t, r.RecordGreeting(t.Context(), ben, pbx.GreetingAway, tone(time.Second)))
		r.leave(cleo)
		u := pbx.User{ID: ben, Organization: 1}
		change := func(fn func(tx admin.Tx) error) { t.Helper(); must(t, r.people.Update(t.Context(), 1, fn)) }
		var set pbx.ChangeSetID
		change(func(tx admin.Tx) (err error) {
			set, err = tx.AppendChangeSet(pbx.ChangeSet{Organization: 1}, []pbx.Trash{{
				Organization: 1, Ref: u.Ref(), Name: "Ben", Row: []byte("{}"), PurgeAt: time.Now().Add(30 * 24 * time.Hour),
			}})
			return errors.Join(err, tx.DeleteUser(ben))
		})
		pass(2 * time.Hour)
		must(t, r.Tidy(t.Context()))
		if n := len(r.ids(ben)); n != 1 {
			t.Errorf("in the trash he has %d messages", n)
		}
		if samples, err := r.Samples(t.Context(), m); err != nil || len(samples) != 8000 {
			t.Errorf("%d samples, %v", len(samples), err)
		}
		change(func(tx admin.Tx) error { return tx.RemoveTrash(set) })
		must(t, r.Tidy(t.Context())) // within the hour
		if n := len(r.ids(ben)); n != 1 {
			t.Errorf("it looked again too soon: he has %d messages", n)
		}
		pass(time.Hour)
		must(t, r.Tidy(t.Context()))
		if n, blobs := len(r.ids(ben)), len(r.blobs.Names()); n != 0 || blobs != 2 {
			t.Errorf("left are %d messages and %d recordings", n, blobs)
		}
		if len(r.ids(anna)) != 1 || len(r.ids(cleo)) != 1 {
			t.Error("others lost theirs")
		}
	})
}

func TestRecordingsThatNothingNamesAreSwept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.leave(anna)
		b, err := r.blobs.Create()
		must(t, err)
		must(t, b.Commit()) // and the process ends before its row is written
		must(t, r.Tidy(t.Context()))
		if len(r.blobs.Names()) != 2 {
			t.Error("it was swept at once")
		}
		pass(2 * time.Hour)
		must(t, r.Tidy(t.Context()))
		if len(r.blobs.Names()) != 1 || len(r.ids(anna)) != 1 || r.Counters().Swept.Load() != 1 {
			t.Errorf("left are %v", r.blobs.Names())
		}
	})
}

func TestEachMessageIsToldOfOnce(t *testing.T) {
	r := newRig(t)
	first, second, third := r.leave(anna), r.leave(ben), r.leave(cleo)
	r.directory.set(cleo, pbx.PermissionVoicemail, "false")
	var told []pbx.VoiceMessageID
	fault := errors.New("the outbox is full")
	tell := func(fail pbx.VoiceMessageID) func(context.Context, voicemail.Box, pbx.VoiceMessage) error {
		return func(_ context.Context, b voicemail.Box, m pbx.VoiceMessage) error {
			if m.ID == fail {
				return fault
			}
			if b.User != m.User || b.Mail != pbx.VoicemailMailAudio {
				t.Errorf("%+v for %+v", b, m)
			}
			told = append(told, m.ID)
			return nil
		}
	}
	if err := r.Announce(t.Context(), tell(first.ID)); !errors.Is(err, fault) {
		t.Errorf("%v", err)
	}
	must(t, r.Announce(t.Context(), tell(0)))
	must(t, r.Announce(t.Context(), tell(0)))
	if !slices.Equal(told, []pbx.VoiceMessageID{second.ID, first.ID}) {
		t.Errorf("told of %v; the third, %d, is of nobody who has a mailbox", told, third.ID)
	}
}

func TestMailboxesAreSummedUp(t *testing.T) {
	r := newRig(t)
	m := r.leave(anna)
	r.leave(anna)
	must(t, r.Delete(t.Context(), anna, m.ID))
	usage, err := r.Usage(t.Context(), []pbx.UserID{anna, ben})
	if u := usage[anna]; err != nil || len(usage) != 1 || u.New != 1 || u.Deleted != 1 || u.Octets != 32088 || u.NewestAt.IsZero() {
		t.Errorf("%+v, %v", usage, err)
	}
}
