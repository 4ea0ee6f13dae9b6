package voicemail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"ringfence/internal/engine/admin"
	adminmem "ringfence/internal/engine/admin/memstore"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/vault"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/engine/voicemail/memstore"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
)

const (
	anna = pbx.UserID(1)
	ben  = pbx.UserID(2)
	cleo = pbx.UserID(3)
)

// directory is who there is, with settings that differ from the catalogue's.
type directory struct {
	mu       sync.Mutex
	users    map[pbx.UserID]*roster.User
	settings map[pbx.UserID]map[pbx.SettingKey]string
}

func (d *directory) User(id pbx.UserID) (*roster.User, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, ok := d.users[id]
	return u, ok
}

func (d *directory) Effective(id pbx.UserID, key pbx.SettingKey) (pbx.Effective, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v, ok := d.settings[id][key]; ok {
		return pbx.Effective{Value: v}, true
	}
	spec, err := pbx.Spec(key)
	return pbx.Effective{Value: spec.Default}, err == nil
}

func (d *directory) Dial(value []byte) (roster.Target, bool) {
	switch string(value) {
	case "202":
		return roster.Target{Kind: pbx.DialExtension, User: ben}, true
	case "450":
		return roster.Target{Kind: pbx.DialRingGroup, RingGroup: 1}, true
	}
	return roster.Target{}, false
}

func (d *directory) set(u pbx.UserID, key pbx.SettingKey, value string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.settings[u] == nil {
		d.settings[u] = map[pbx.SettingKey]string{}
	}
	d.settings[u][key] = value
}

// rig is mailboxes in memory, with three users.
type rig struct {
	*testing.T
	*voicemail.Service
	store     *memstore.Store
	blobs     *memstore.Blobs
	directory *directory
	people    admin.Store
	vault     *vault.Vault
}

func newRig(t *testing.T, change ...func(*voicemail.Config)) *rig {
	t.Helper()
	v, err := vault.New([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		T: t, store: &memstore.Store{}, blobs: &memstore.Blobs{}, people: adminmem.New(), vault: v,
		directory: &directory{users: map[pbx.UserID]*roster.User{}, settings: map[pbx.UserID]map[pbx.SettingKey]string{}},
	}
	for _, id := range []pbx.UserID{anna, ben, cleo} {
		r.directory.users[id] = &roster.User{
			ID: id, Organization: 1, Kind: pbx.Person, Enabled: true, Language: "de", TimeZone: "Europe/Rome",
		}
	}
	err = r.people.Update(t.Context(), 0, func(tx admin.Tx) error {
		err := tx.PutOrganization(pbx.Organization{ID: 1, Name: "Acme", AccountName: "acme"})
		for _, id := range []pbx.UserID{anna, ben, cleo} {
			err = errors.Join(err, tx.PutUser(pbx.User{ID: id, Organization: 1, Kind: pbx.Person, Username: string(rune('a' + id))}))
		}
		return errors.Join(err, tx.PutUserSecret(pbx.UserSecret{
			User: anna, Organization: 1, Name: pbx.VoicemailPIN, Scheme: pbx.SchemeHMAC,
			Value: v.MAC(vault.SecretRow(anna, pbx.VoicemailPIN), pbx.NewSecret("904713")),
		}))
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := voicemail.Config{Store: r.store, Blobs: r.blobs, Directory: r.directory, People: r.people, Vault: v}
	for _, c := range change {
		c(&cfg)
	}
	r.Service = voicemail.New(cfg)
	return r
}

func tone(d time.Duration) []int16 {
	samples := make([]int16, d*voicemail.Rate/time.Second)
	audio.Sine(samples, voicemail.Rate, 440, 8000, 0)
	return samples
}

// leave leaves a message of a second.
func (r *rig) leave(u pbx.UserID) pbx.VoiceMessage {
	r.Helper()
	d, err := r.Begin(r.Context(), voicemail.Left{User: u, Caller: ben, Number: "202", Name: "Ben", Call: 7})
	if err != nil {
		r.Fatal(err)
	}
	for part := range slices.Chunk(tone(time.Second), 160) {
		if err = d.Write(part); err != nil {
			r.Fatal(err)
		}
	}
	m, err := d.Commit(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return m
}

func (r *rig) ids(u pbx.UserID, states ...pbx.VoiceMessageState) []pbx.VoiceMessageID {
	r.Helper()
	list, err := r.Messages(r.Context(), u, states...)
	if err != nil {
		r.Fatal(err)
	}
	out := []pbx.VoiceMessageID{}
	for _, m := range list {
		out = append(out, m.ID)
	}
	return out
}

func wantKind(t *testing.T, what string, err error, kind pbx.ErrorKind) {
	t.Helper()
	if err == nil || pbx.KindOf(err) != kind {
		t.Errorf("%s: %v, want %s", what, err, kind)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhoHasAMailbox(t *testing.T) {
	r := newRig(t)
	b, ok := r.Box(anna)
	want := voicemail.Box{
		Organization: 1, User: anna, Language: "de", TimeZone: b.TimeZone, AskPIN: true, ChangePIN: true,
		MaxLength: 3 * time.Minute, MaxMessages: 100, Mail: pbx.VoicemailMailAudio,
	}
	if !ok || b != want || b.TimeZone.String() != "Europe/Rome" {
		t.Errorf("%+v", b)
	}
	r.directory.set(anna, pbx.SettingVoicemailAskPIN, "false")
	r.directory.set(anna, pbx.PermissionChangePIN, "false")
	r.directory.set(anna, pbx.SettingVoicemailLength, "30s")
	r.directory.set(anna, pbx.SettingVoicemailMessages, "5")
	if b, _ = r.Box(anna); b.AskPIN || b.ChangePIN || b.MaxLength != 30*time.Second || b.MaxMessages != 5 {
		t.Errorf("with settings of her own: %+v", b)
	}
	r.directory.set(anna, pbx.PermissionVoicemail, "false")
	r.directory.users[ben].Enabled = false
	r.directory.users[cleo].Kind = pbx.Operator
	for _, u := range []pbx.UserID{anna, ben, cleo, 99} {
		if _, ok = r.Box(u); ok {
			t.Errorf("user %d has a mailbox", u)
		}
		_, err := r.Begin(t.Context(), voicemail.Left{User: u})
		wantKind(t, "leaving a message", err, pbx.NotFound)
	}
}

func TestAMessageIsLeftAndHeard(t *testing.T) {
	r := newRig(t)
	sub := r.Changed.Subscribe(9)
	defer sub.Close()
	m := r.leave(anna)
	if (<-sub.C) != (voicemail.Change{Organization: 1, User: anna}) {
		t.Error("who was told of another mailbox")
	}
	if m.State != pbx.MessageNew || m.Duration != time.Second || m.Size != 16044 || m.Caller != ben || m.Number != "202" ||
		m.Name != "Ben" || m.Call != 7 || m.LeftAt.IsZero() || !pbx.ValidBlob(m.Blob) {
		t.Errorf("%+v", m)
	}
	samples, err := r.Samples(t.Context(), m)
	if err != nil || !slices.Equal(samples, tone(time.Second)) {
		t.Errorf("%d samples, %v", len(samples), err)
	}
	f, size, err := r.Sound(t.Context(), m)
	must(t, err)
	whole, err := io.ReadAll(f)
	sound, wrong := audio.ReadWAV(bytes.NewReader(whole), audio.WAVLimits{Octets: size, Length: time.Minute})
	if err != nil || wrong != nil || size != m.Size || sound.Rate != 8000 || len(sound.Samples) != 8000 {
		t.Errorf("a file of %d octets, %d Hz, %v, %v", size, sound.Rate, err, wrong)
	}
	if w, _ := r.Waiting(t.Context(), anna); w != (pbx.Waiting{New: 1}) {
		t.Errorf("waiting %+v", w)
	}
	must(t, r.Save(t.Context(), anna, m.ID))
	must(t, r.Save(t.Context(), anna, m.ID))
	if got, _ := r.Message(t.Context(), anna, m.ID); got.State != pbx.MessageSaved || got.HeardAt.IsZero() {
		t.Errorf("heard: %+v", got)
	}
	must(t, r.Delete(t.Context(), anna, m.ID))
	if len(r.ids(anna)) != 0 || len(r.ids(anna, pbx.MessageDeleted)) != 1 {
		t.Error("it was not deleted")
	}
	wantKind(t, "saving a deleted one", r.Save(t.Context(), anna, m.ID), pbx.Conflict)
	wantKind(t, "marking it as new", r.MarkNew(t.Context(), anna, m.ID), pbx.Conflict)
	must(t, r.Restore(t.Context(), anna, m.ID))
	if got, _ := r.Message(t.Context(), anna, m.ID); got.State != pbx.MessageSaved || !got.DeletedAt.IsZero() {
		t.Errorf("restored: %+v", got)
	}
	must(t, r.MarkNew(t.Context(), anna, m.ID))
	if got, _ := r.Message(t.Context(), anna, m.ID); got.State != pbx.MessageNew || !got.HeardAt.IsZero() {
		t.Errorf("marked as new: %+v", got)
	}
	for n := 0; n < 4; n++ { // saving twice changed nothing the second time
		<-sub.C
	}
	select {
	case <-sub.C:
		t.Error("somebody was told that nothing changed")
	default:
	}
}

func TestAnothersMessageIsNotThere(t *testing.T) {
	r := newRig(t)
	m := r.leave(anna)
	_, err := r.Message(t.Context(), ben, m.ID)
	wantKind(t, "reading", err, pbx.NotFound)
	for what, do := range map[string]func(context.Context, pbx.UserID, pbx.VoiceMessageID) error{
		"saving": r.Save, "marking": r.MarkNew, "deleting": r.Delete, "restoring": r.Restore,
		"forwarding": func(ctx context.Context, u pbx.UserID, id pbx.VoiceMessageID) error {
			return r.Forward(ctx, u, id, []pbx.UserID{cleo})
		},
	} {
		wantKind(t, what, do(t.Context(), ben, m.ID), pbx.NotFound)
		wantKind(t, what+" what is not there", do(t.Context(), anna, m.ID+1), pbx.NotFound)
	}
	if got, _ := r.Message(t.Context(), anna, m.ID); got.State != pbx.MessageNew {
		t.Errorf("%+v", got)
	}
}

func TestAFullMailboxTakesNoMore(t *testing.T) {
	r := newRig(t)
	r.directory.set(anna, pbx.SettingVoicemailMessages, "2")
	m := r.leave(anna)
	must(t, r.Save(t.Context(), anna, m.ID))
	r.leave(anna)
	_, err := r.Begin(t.Context(), voicemail.Left{User: anna})
	wantKind(t, "a third", err, pbx.Exhausted)
	other := r.leave(ben)
	wantKind(t, "forwarding there", r.Forward(t.Context(), ben, other.ID, []pbx.UserID{cleo, anna}), pbx.Conflict)
	if len(r.ids(cleo)) != 0 || len(r.blobs.Names()) != 3 {
		t.Error("some of it was forwarded")
	}
	must(t, r.Delete(t.Context(), anna, m.ID))
	r.leave(anna)
	must(t, r.Restore(t.Context(), anna, m.ID)) // what was there comes back all the same
}

func TestAMessageEndsAtItsLongest(t *testing.T) {
	r := newRig(t)
	r.directory.set(anna, pbx.SettingVoicemailLength, "10s")
	d, err := r.Begin(t.Context(), voicemail.Left{User: anna})
	must(t, err)
	for range 3 {
		must(t, d.Write(tone(4*time.Second)))
	}
	if d.Length() != 10*time.Second || d.Remaining() != 0 {
		t.Errorf("%v, %v remain", d.Length(), d.Remaining())
	}
	m, err := d.Commit(t.Context())
	if err != nil || m.Duration != 10*time.Second {
		t.Errorf("%v, %v", m.Duration, err)
	}
	_, err = d.Commit(t.Context())
	wantKind(t, "completing it twice", err, pbx.Conflict)
	d.Discard()
	if len(r.ids(anna)) != 1 {
		t.Error("giving up what is complete changed something")
	}
}

func TestWhatIsNotCompleteIsNoMessage(t *testing.T) {
	r := newRig(t)
	begin := func() *voicemail.Deposit {
		t.Helper()
		d, err := r.Begin(t.Context(), voicemail.Left{User: anna})
		must(t, err)
		return d
	}
	d := begin()
	must(t, d.Write(tone(time.Second)))
	d.Discard()
	_, err := begin().Commit(t.Context())
	wantKind(t, "nothing was said", err, pbx.Invalid)

	full := &pbx.Error{Kind: pbx.Unavailable, Text: "The disk is full; free some space."}
	failing := false
	r.blobs.Fail = func() error {
		if failing {
			return full
		}
		return nil
	}
	d = begin()
	must(t, d.Write(tone(time.Second)))
	failing = true
	var wrong error
	for i := 0; i < 30 && wrong == nil; i++ {
		wrong = d.Write(tone(time.Second))
	}
	wantKind(t, "the disk is full", wrong, pbx.Unavailable)
	_, err = d.Commit(t.Context())
	wantKind(t, "completing it", err, pbx.Unavailable)
	_, err = r.Begin(t.Context(), voicemail.Left{User: anna})
	wantKind(t, "beginning another", err, pbx.Unavailable)
	failing = false

	d = begin()
	must(t, d.Write(tone(time.Second)))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err = d.Commit(ended); err == nil {
		t.Error("the row was stored after its time")
	}
	if len(r.ids(anna)) != 0 || len(r.blobs.Names()) != 0 {
		t.Errorf("left: %v, %v", r.ids(anna), r.blobs.Names())
	}
}

func TestMessagesAreForwarded(t *testing.T) {
	r := newRig(t)
	m := r.leave(anna)
	must(t, r.Save(t.Context(), anna, m.ID))
	must(t, r.Forward(t.Context(), anna, m.ID, []pbx.UserID{cleo, ben, cleo}))
	for _, u := range []pbx.UserID{ben, cleo} {
		list, err := r.Messages(t.Context(), u)
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		c := list[0]
		want := m
		want.ID, want.User, want.ForwardedBy, want.Blob = c.ID, u, anna, c.Blob
		if c != want || c.Blob == m.Blob {
			t.Errorf("%+v, want %+v", c, want)
		}
		must(t, r.Delete(t.Context(), anna, m.ID)) // the copy is its own
		samples, err := r.Samples(t.Context(), c)
		if err != nil || len(samples) != 8000 {
			t.Errorf("%d samples, %v", len(samples), err)
		}
		must(t, r.Restore(t.Context(), anna, m.ID))
	}
	wantKind(t, "to nobody", r.Forward(t.Context(), anna, m.ID, nil), pbx.Invalid)
	wantKind(t, "to herself", r.Forward(t.Context(), anna, m.ID, []pbx.UserID{ben, anna}), pbx.Invalid)
	wantKind(t, "to a stranger", r.Forward(t.Context(), anna, m.ID, []pbx.UserID{ben, 99}), pbx.Invalid)
	r.directory.users[cleo].Organization = 2
	wantKind(t, "to another organization", r.Forward(t.Context(), anna, m.ID, []pbx.UserID{cleo}), pbx.Invalid)
	if n := len(r.ids(ben)); n != 1 {
		t.Errorf("ben has %d messages", n)
	}
	if u, ok := r.Dialled("202"); !ok || u != ben {
		t.Errorf("202 is %d", u)
	}
	for _, number := range []string{"450", "299"} {
		if u, ok := r.Dialled(number); ok {
			t.Errorf("%s is %d", number, u)
		}
	}
}
