package storetest

import (
	"fmt"
	"testing"
	"time"

	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

// voiceMessage has every field filled.
func voiceMessage(n int, user pbx.UserID, state pbx.VoiceMessageState) pbx.VoiceMessage {
	m := pbx.VoiceMessage{
		Organization: org, User: user, State: state, Caller: 9, Number: "+390111", Name: "Ada É", Call: 1 << 50,
		ForwardedBy: 8, LeftAt: later(time.Duration(n) * time.Minute), Duration: 1500 * time.Millisecond,
		Blob: fmt.Sprintf("%032x", n), Size: 24044,
	}
	if state != pbx.MessageNew {
		m.HeardAt = later(time.Hour)
	}
	if state == pbx.MessageDeleted {
		m.DeletedAt = later(time.Duration(n) * time.Hour)
	}
	return m
}

// Mailboxes tests a voicemail.Store.
func Mailboxes(t *testing.T, open func(t *testing.T) voicemail.Store) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, s voicemail.Store)
	}{
		{"a message is kept whole", messageWhole},
		{"a mailbox is listed as it was filled", messagesListed},
		{"messages move and are counted", messagesMove},
		{"several messages are stored or none", messagesTogether},
		{"there is one greeting of each kind", greetingsKept},
		{"deleted messages are purged after their time", messagesPurged},
		{"a mailbox is emptied with all that is in it", ownersDropped},
		{"blobs are found by how their names begin", blobsNamed},
		{"mailboxes are summed up", usageSummed},
		{"each message is told of once", messagesTold},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, open(t)) })
	}
}

// leave stores messages and returns them with their numbers.
func leave(t *testing.T, s voicemail.Store, messages ...pbx.VoiceMessage) []pbx.VoiceMessage {
	t.Helper()
	ids := got[[]pbx.VoiceMessageID](t)(s.AddMessages(t.Context(), messages...))
	if len(ids) != len(messages) {
		t.Fatalf("%d numbers for %d messages", len(ids), len(messages))
	}
	for i, id := range ids {
		messages[i].ID = id
	}
	return messages
}

func messageWhole(t *testing.T, s voicemail.Store) {
	all := leave(t, s, voiceMessage(1, 1, pbx.MessageNew), voiceMessage(2, 1, pbx.MessageDeleted),
		pbx.VoiceMessage{Organization: org, User: 2, State: pbx.MessageNew, LeftAt: start(), Blob: "bare"})
	for _, m := range all {
		same(t, "stored", got[pbx.VoiceMessage](t)(s.Message(t.Context(), m.ID)), m)
	}
	_, err := s.Message(t.Context(), all[2].ID+1)
	wantKind(t, "a message that is not there", err, pbx.NotFound)
}

func messagesListed(t *testing.T, s voicemail.Store) {
	a := leave(t, s, voiceMessage(3, 1, pbx.MessageSaved), voiceMessage(1, 1, pbx.MessageNew))
	b := leave(t, s, voiceMessage(2, 2, pbx.MessageNew), voiceMessage(4, 1, pbx.MessageDeleted), voiceMessage(5, 1, pbx.MessageNew))
	list := func(u pbx.UserID, states ...pbx.VoiceMessageState) []pbx.VoiceMessage {
		t.Helper()
		return got[[]pbx.VoiceMessage](t)(s.Messages(t.Context(), u, states...))
	}
	same(t, "new ones", list(1, pbx.MessageNew), []pbx.VoiceMessage{a[1], b[2]})
	same(t, "new and saved ones", list(1, pbx.MessageNew, pbx.MessageSaved), []pbx.VoiceMessage{a[0], a[1], b[2]})
	same(t, "deleted ones", list(1, pbx.MessageDeleted), []pbx.VoiceMessage{b[1]})
	same(t, "of another", list(2, pbx.MessageNew, pbx.MessageSaved, pbx.MessageDeleted), []pbx.VoiceMessage{b[0]})
	same(t, "of nobody", list(7, pbx.MessageNew), nil)
	same(t, "in no state", list(1), nil)
}

func messagesMove(t *testing.T, s voicemail.Store) {
	m := leave(t, s, voiceMessage(1, 1, pbx.MessageNew), voiceMessage(2, 1, pbx.MessageNew), voiceMessage(3, 1, pbx.MessageSaved),
		voiceMessage(4, 1, pbx.MessageDeleted), voiceMessage(5, 2, pbx.MessageNew))
	waiting := func(what string, u pbx.UserID, want pbx.Waiting) {
		t.Helper()
		same(t, what, got[pbx.Waiting](t)(s.Waiting(t.Context(), u)), want)
	}
	waiting("at first", 1, pbx.Waiting{New: 2, Saved: 1})
	moved := m[0]
	moved.State, moved.HeardAt = pbx.MessageSaved, later(2*time.Hour)
	must(t, s.MoveMessage(t.Context(), moved))
	same(t, "heard", got[pbx.VoiceMessage](t)(s.Message(t.Context(), moved.ID)), moved)
	waiting("when one was heard", 1, pbx.Waiting{New: 1, Saved: 2})
	moved.State, moved.DeletedAt = pbx.MessageDeleted, later(3*time.Hour)
	other := moved
	other.Number, other.Blob, other.User = "changed", "changed", 2
	must(t, s.MoveMessage(t.Context(), other))
	same(t, "deleted, and nothing else changed", got[pbx.VoiceMessage](t)(s.Message(t.Context(), moved.ID)), moved)
	waiting("when it was deleted", 1, pbx.Waiting{New: 1, Saved: 1})
	waiting("of another", 2, pbx.Waiting{New: 1})
	waiting("of nobody", 3, pbx.Waiting{})
	wantKind(t, "a message that is not there", s.MoveMessage(t.Context(), pbx.VoiceMessage{ID: 999}), pbx.NotFound)
}

func messagesTogether(t *testing.T, s voicemail.Store) {
	first := leave(t, s, voiceMessage(1, 1, pbx.MessageNew))
	later := leave(t, s, voiceMessage(2, 1, pbx.MessageNew), voiceMessage(3, 2, pbx.MessageNew))
	if later[0].ID <= first[0].ID || later[1].ID <= later[0].ID {
		t.Errorf("numbers %d, %d, %d", first[0].ID, later[0].ID, later[1].ID)
	}
	ids, err := s.AddMessages(t.Context())
	if err != nil || len(ids) != 0 {
		t.Errorf("none: %v, %v", ids, err)
	}
}

func greetingsKept(t *testing.T, s voicemail.Store) {
	g := pbx.Greeting{
		User: 1, Kind: pbx.GreetingStandard, RecordedAt: start(), Duration: 7250 * time.Millisecond, Blob: "aa01", Size: 116044,
	}
	busy := g
	busy.Kind, busy.Blob = pbx.GreetingBusy, "aa02"
	put := func(g pbx.Greeting, replaced string) {
		t.Helper()
		if was := got[string](t)(s.PutGreeting(t.Context(), org, g)); was != replaced {
			t.Errorf("it replaced %q, want %q", was, replaced)
		}
	}
	put(g, "")
	put(busy, "")
	g.Blob, g.RecordedAt = "aa03", later(time.Hour)
	put(g, "aa01")
	same(t, "one", got[pbx.Greeting](t)(s.Greeting(t.Context(), 1, pbx.GreetingStandard)), g)
	same(t, "all", got[[]pbx.Greeting](t)(s.Greetings(t.Context(), 1)), []pbx.Greeting{busy, g})
	same(t, "of another", got[[]pbx.Greeting](t)(s.Greetings(t.Context(), 2)), nil)
	if blob := got[string](t)(s.DropGreeting(t.Context(), 1, pbx.GreetingStandard)); blob != "aa03" {
		t.Errorf("its blob was %q", blob)
	}
	_, err := s.Greeting(t.Context(), 1, pbx.GreetingStandard)
	wantKind(t, "a greeting that was removed", err, pbx.NotFound)
	_, err = s.DropGreeting(t.Context(), 1, pbx.GreetingStandard)
	wantKind(t, "removing it again", err, pbx.NotFound)
}

func messagesPurged(t *testing.T, s voicemail.Store) {
	m := leave(t, s, voiceMessage(1, 1, pbx.MessageDeleted), voiceMessage(2, 1, pbx.MessageDeleted),
		voiceMessage(3, 2, pbx.MessageDeleted), voiceMessage(9, 1, pbx.MessageDeleted), voiceMessage(4, 1, pbx.MessageSaved))
	same(t, "the first", got[[]pbx.VoiceMessage](t)(s.Purge(t.Context(), later(4*time.Hour), 2)), m[:2])
	same(t, "the rest", got[[]pbx.VoiceMessage](t)(s.Purge(t.Context(), later(4*time.Hour), 2)), m[2:3])
	same(t, "no more", got[[]pbx.VoiceMessage](t)(s.Purge(t.Context(), later(4*time.Hour), 2)), nil)
	left := got[[]pbx.VoiceMessage](t)(s.Messages(t.Context(), 1, pbx.MessageSaved, pbx.MessageDeleted))
	same(t, "left", left, m[3:])
}

func ownersDropped(t *testing.T, s voicemail.Store) {
	m := leave(t, s, voiceMessage(1, 5, pbx.MessageNew), voiceMessage(2, 5, pbx.MessageDeleted), voiceMessage(3, 3, pbx.MessageNew))
	for _, g := range []pbx.Greeting{
		{User: 5, Kind: pbx.GreetingAway, Blob: "ab01"},
		{User: 4, Kind: pbx.GreetingBusy, Blob: "ab02"},
	} {
		got[string](t)(s.PutGreeting(t.Context(), org, g))
	}
	owners := func(after pbx.UserID, limit int) []voicemail.Owner {
		t.Helper()
		return got[[]voicemail.Owner](t)(s.Owners(t.Context(), after, limit))
	}
	same(t, "the first", owners(0, 2), []voicemail.Owner{{Organization: org, User: 3}, {Organization: org, User: 4}})
	same(t, "the rest", owners(4, 2), []voicemail.Owner{{Organization: org, User: 5}})
	blobs := got[[]string](t)(s.DropOwner(t.Context(), 5))
	found := map[string]bool{}
	for _, b := range blobs {
		found[b] = true
	}
	same(t, "what had been in it", found, map[string]bool{m[0].Blob: true, m[1].Blob: true, "ab01": true})
	same(t, "who is left", owners(0, 9), []voicemail.Owner{{Organization: org, User: 3}, {Organization: org, User: 4}})
	same(t, "again", got[[]string](t)(s.DropOwner(t.Context(), 5)), nil)
}

func blobsNamed(t *testing.T, s voicemail.Store) {
	names := []string{"a0" + fmt.Sprintf("%030x", 1), "a0ffffffffffffffffffffffffffffff", "a1" + fmt.Sprintf("%030x", 0)}
	for i, name := range names {
		m := voiceMessage(i, 1, pbx.MessageNew)
		m.Blob = name
		leave(t, s, m)
	}
	got[string](t)(s.PutGreeting(t.Context(), org, pbx.Greeting{User: 1, Kind: pbx.GreetingBusy, Blob: "a0ab"}))
	same(t, "a0", got[map[string]bool](t)(s.Blobs(t.Context(), "a0")), map[string]bool{names[0]: true, names[1]: true, "a0ab": true})
	same(t, "ff", got[map[string]bool](t)(s.Blobs(t.Context(), "ff")), map[string]bool{})
}

func usageSummed(t *testing.T, s voicemail.Store) {
	leave(t, s, voiceMessage(1, 1, pbx.MessageNew), voiceMessage(2, 1, pbx.MessageNew), voiceMessage(3, 1, pbx.MessageSaved),
		voiceMessage(4, 1, pbx.MessageDeleted), voiceMessage(5, 2, pbx.MessageDeleted), voiceMessage(6, 3, pbx.MessageNew))
	same(t, "summed up", got[map[pbx.UserID]voicemail.Usage](t)(s.Usage(t.Context(), []pbx.UserID{1, 2, 7})),
		map[pbx.UserID]voicemail.Usage{
			1: {New: 2, Saved: 1, Deleted: 1, Octets: 4 * 24044, NewestAt: later(3 * time.Minute)},
			2: {Deleted: 1, Octets: 24044},
		})
	same(t, "of nobody", got[map[pbx.UserID]voicemail.Usage](t)(s.Usage(t.Context(), nil)), map[pbx.UserID]voicemail.Usage{})
}

func messagesTold(t *testing.T, s voicemail.Store) {
	m := leave(t, s, voiceMessage(1, 1, pbx.MessageNew), voiceMessage(2, 2, pbx.MessageNew), voiceMessage(3, 1, pbx.MessageDeleted))
	untold := func(after pbx.VoiceMessageID, limit int) []pbx.VoiceMessage {
		t.Helper()
		return got[[]pbx.VoiceMessage](t)(s.Untold(t.Context(), after, limit))
	}
	same(t, "at first", untold(0, 2), m[:2])
	same(t, "behind the first", untold(m[0].ID, 9), m[1:])
	must(t, s.Told(t.Context(), m[1].ID))
	same(t, "after one", untold(0, 9), []pbx.VoiceMessage{m[0], m[2]})
	must(t, s.Told(t.Context(), m[1].ID+100))
}
