package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ringfence/internal/config"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
	"ringfence/internal/support/obs"
	"ringfence/internal/wire/audio"
	"ringfence/test/smtpsink"
)

// exchange is a server in which a test can leave messages as callers do.
type exchange struct {
	*running
	*server
	boss *browser
}

// newExchange starts a server on a data directory, which may have been used before.
func newExchange(t *testing.T, cfg config.Config) *exchange {
	t.Helper()
	o := &exchange{}
	o.running = startWith(t, cfg, func(ctx context.Context, cfg config.Config, around Surroundings) error {
		dir, err := openDataDir(cfg.Data)
		if err != nil {
			return err
		}
		unlock, err := dir.lock()
		if err != nil {
			return err
		}
		defer unlock()
		o.server = &server{
			cfg: cfg, out: around.Out, log: obs.NewLogger(around.Err, cfg.LogLevel), dir: dir, failed: make(chan error, 3),
		}
		work, end := context.WithCancel(context.WithoutCancel(ctx))
		o.server.end = end
		err = o.start(ctx, work, around)
		if err == nil {
			<-ctx.Done()
		}
		return errors.Join(err, o.server.stop(context.WithoutCancel(ctx)))
	})
	return o
}

// hire makes somebody with a token of his own.
func (o *exchange) hire(first string, group int64, more object) (*browser, int64) {
	o.t.Helper()
	in := object{"firstName": first, "lastName": "Berg", "groupId": group}
	for k, v := range more {
		in[k] = v
	}
	id := o.boss.want(201, "POST", "/users", in).num("id")
	b := o.browser()
	b.token = o.boss.want(201, "POST", "/tokens", object{"name": "all", "userId": id}).str("token")
	return b, id
}

func tone(d time.Duration) []int16 {
	samples := make([]int16, d*voicemail.Rate/time.Second)
	audio.Sine(samples, voicemail.Rate, 440, 8000, 0)
	return samples
}

func (o *exchange) leave(l voicemail.Left, d time.Duration) pbx.VoiceMessage {
	o.t.Helper()
	deposit, err := o.core.boxes.Begin(o.t.Context(), l)
	if err == nil {
		err = deposit.Write(tone(d))
	}
	if err != nil {
		o.t.Fatal(err)
	}
	m, err := deposit.Commit(o.t.Context())
	if err != nil {
		o.t.Fatal(err)
	}
	return m
}

// upload sends a body that is no JSON.
func (b *browser) upload(path string, body io.Reader) answer {
	b.t.Helper()
	rq, err := http.NewRequestWithContext(b.t.Context(), http.MethodPut, b.ready.HTTP+"/api/v1"+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	rq.Header.Set("Content-Type", "audio/wav")
	rq.Header.Set("Authorization", "Bearer "+b.token)
	return b.carry(rq)
}

func texts(a answer, field string) string {
	var out []string
	items, _ := a.body["items"].([]any)
	for _, it := range items {
		o, _ := it.(object)
		out = append(out, fmt.Sprint(o[field]))
	}
	return strings.Join(out, " ")
}

func TestVoicemailOverTheAPI(t *testing.T) {
	cfg := testConfig(t, nil)
	o := newExchange(t, cfg)
	o.boss = o.owner()
	sales := o.boss.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, annaID := o.hire("Anna", sales, nil)
	ben, benID := o.hire("Ben", sales, object{"number": "202"})
	_, cleoID := o.hire("Cleo", sales, nil)
	told, others := anna.listen(), ben.listen()

	ours := o.leave(voicemail.Left{User: pbx.UserID(annaID), Caller: pbx.UserID(benID), Number: "202", Name: "Ben Berg"}, 2*time.Second)
	if name, data := told(); name != "voicemail" || data != fmt.Sprintf(`{"userId":%d}`, annaID) {
		t.Errorf("told %s %s", name, data)
	}
	second := o.leave(voicemail.Left{User: pbx.UserID(annaID), Number: "+390111", Name: "Stranger"}, 1500*time.Millisecond)
	one := fmt.Sprintf("/me/voicemail/%d", ours.ID)

	list := anna.want(200, "GET", "/me/voicemail", nil)
	if texts(list, "id") != fmt.Sprint(second.ID, " ", ours.ID) || texts(list, "durationSeconds") != "1.5 2" || list.num("total") != 2 {
		t.Errorf("list: %s", list.raw)
	}
	for query, want := range map[string]string{
		"?sort=leftAt": fmt.Sprint(ours.ID, " ", second.ID), "?q=strang": fmt.Sprint(second.ID), "?q=202": fmt.Sprint(ours.ID),
		"?limit=1&page=2": fmt.Sprint(ours.ID), "?state=saved": "", "?state=new&sort=-leftAt": fmt.Sprint(second.ID, " ", ours.ID),
	} {
		if a := anna.want(200, "GET", "/me/voicemail"+query, nil); texts(a, "id") != want {
			t.Errorf("%s: %s", query, a.raw)
		}
	}
	anna.want(422, "GET", "/me/voicemail?sort=name", nil)
	anna.want(422, "GET", "/me/voicemail?state=lost", nil)

	whole := anna.want(200, "GET", one+"/audio", nil)
	if len(whole.raw) != int(ours.Size) || whole.header.Get("Content-Type") != "audio/wav" ||
		whole.header.Get("Cache-Control") != "no-store" || whole.header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("%d octets, %v", len(whole.raw), whole.header)
	}
	part := anna.want(206, "GET", one+"/audio", nil, "Range", "bytes=44-")
	if part.raw != whole.raw[44:] || part.header.Get("Content-Range") != fmt.Sprintf("bytes 44-%d/%d", ours.Size-1, ours.Size) {
		t.Errorf("%d octets, %v", len(part.raw), part.header)
	}
	if part = anna.want(206, "GET", one+"/audio", nil, "Range", "bytes=100-199"); part.raw != whole.raw[100:200] {
		t.Errorf("%d octets", len(part.raw))
	}
	anna.want(416, "GET", one+"/audio", nil, "Range", "bytes=9999999-")
	if a := anna.want(200, "GET", "/me/voicemail/box", nil); a.num("new") != 2 || a.num("saved") != 0 || a.body["mailbox"] != true ||
		a.body["full"] != false || a.num("maxMessages") != 100 || a.num("maxLengthSeconds") != 180 || a.str("mail") != "audio" || a.str("language") != "de" {
		t.Errorf("box: %s", a.raw)
	}
	if a := anna.want(200, "PATCH", one, object{"state": "saved"}); a.str("state") != "saved" || a.str("heardAt") == "" {
		t.Errorf("saved: %s", a.raw)
	}
	anna.want(422, "PATCH", one, object{"state": "deleted"})
	anna.want(204, "DELETE", one, nil)
	if a := anna.want(200, "GET", "/me/voicemail?state=deleted", nil); texts(a, "id") != fmt.Sprint(ours.ID) || !strings.Contains(a.raw, "goneAt") {
		t.Errorf("deleted: %s", a.raw)
	}
	anna.want(409, "PATCH", one, object{"state": "new"})
	if a := anna.want(200, "POST", one+"/restore", nil); a.str("state") != "saved" {
		t.Errorf("restored: %s", a.raw)
	}
	for _, rq := range []struct {
		method, path string
		body         any
	}{
		{"GET", one, nil},
		{"GET", one + "/audio", nil},
		{"PATCH", one, object{"state": "new"}},
		{"DELETE", one, nil},
		{"POST", one + "/restore", nil},
		{"POST", one + "/forward", object{"userIds": []int64{cleoID}}},
	} {
		ben.want(404, rq.method, rq.path, rq.body)
		o.boss.want(404, rq.method, rq.path, rq.body) // it is nobody else's, not an owner's either
	}

	anna.want(422, "POST", one+"/forward", object{"numbers": []string{"777"}})
	anna.want(422, "POST", one+"/forward", object{"userIds": []int64{99999}})
	anna.want(422, "POST", one+"/forward", object{})
	anna.want(204, "POST", one+"/forward", object{"userIds": []int64{cleoID}, "numbers": []string{"202"}})
	if name, data := others(); name != "voicemail" || data != fmt.Sprintf(`{"userId":%d}`, benID) {
		t.Errorf("ben is told %s %s first", name, data)
	}
	got := ben.want(200, "GET", "/me/voicemail", nil)
	if by, _ := first(got)["forwardedBy"].(object); by["displayName"] != "Anna Berg" || texts(got, "number") != "202" {
		t.Errorf("forwarded: %s", got.raw)
	}

	if a := o.boss.want(200, "GET", "/voicemail?q=anna", nil); !strings.Contains(a.raw, `"new":1,"saved":1`) ||
		!strings.Contains(a.raw, `"maxMessages":100`) || strings.Contains(a.raw, "390111") || strings.Contains(a.raw, "Stranger") {
		t.Errorf("mailboxes: %s", a.raw)
	}
	elsewhere := o.boss.want(201, "POST", "/groups", object{"name": "Elsewhere"}).num("id")
	gina, _ := o.hire("Gina", elsewhere, object{"role": "group_administrator"})
	if a := gina.want(200, "GET", "/voicemail", nil); a.num("total") != 1 || strings.Contains(a.raw, "Anna") {
		t.Errorf("mailboxes of the group: %s", a.raw)
	}

	o.running.stop()
	o = newExchange(t, cfg)
	anna = &browser{running: o.running, http: anna.http, token: anna.token}
	if a := anna.want(200, "GET", "/me/voicemail", nil); texts(a, "id") != fmt.Sprint(second.ID, " ", ours.ID) || texts(a, "state") != "new saved" {
		t.Errorf("after a restart: %s", a.raw)
	}
	if a := anna.want(200, "GET", one+"/audio", nil); a.raw != whole.raw {
		t.Error("after a restart it sounds otherwise")
	}
}

func TestGreetingsOverTheAPI(t *testing.T) {
	o := newExchange(t, testConfig(t, nil))
	o.boss = o.owner()
	sales := o.boss.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, annaID := o.hire("Anna", sales, nil)
	wav := func(rate int, d time.Duration) *bytes.Buffer {
		var b bytes.Buffer
		samples := make([]int16, int(d.Seconds()*float64(rate)))
		audio.Sine(samples, rate, 440, 8000, 0)
		if err := audio.WriteWAV(&b, rate, samples); err != nil {
			t.Fatal(err)
		}
		return &b
	}
	anna.want(404, "GET", "/me/greetings/standard", nil)
	anna.want(404, "GET", "/me/greetings/standard/audio", nil)
	if a := anna.upload("/me/greetings/standard", wav(48000, 100*time.Second)); a.status != 200 || a.num("durationSeconds") != 100 {
		t.Fatalf("uploaded: %d %s", a.status, a.raw) // 9.6 MB: more than other requests may bring along
	}
	sound := anna.want(200, "GET", "/me/greetings/standard/audio", nil)
	if len(sound.raw) != 44+2*800_000 || sound.header.Get("Content-Type") != "audio/wav" {
		t.Errorf("%d octets, %v", len(sound.raw), sound.header)
	}
	anna.want(206, "GET", "/me/greetings/standard/audio", nil, "Range", "bytes=0-99")
	if a := anna.want(200, "GET", "/me/voicemail/box", nil); !strings.Contains(a.raw, `"kind":"standard"`) {
		t.Errorf("box: %s", a.raw)
	}
	for _, test := range []struct {
		path, says string
		body       io.Reader
		status     int
	}{
		{"/me/greetings/standard", "not a WAV file", strings.NewReader("OggS, and what else is in it"), 422},
		{"/me/greetings/busy", "two minutes", wav(8000, 121*time.Second), 422},
		{"/me/greetings/birthday", "", wav(8000, time.Second), 422},
		{"/me/greetings/away", "larger than 30 MB", io.MultiReader(
			strings.NewReader(wav(8000, 0).String()[:12]+"LIST\x00\x00\xff\x7f"), io.LimitReader(zeros{}, 32<<20)), 422},
	} {
		if a := anna.upload(test.path, test.body); a.status != test.status || !strings.Contains(a.raw, test.says) {
			t.Errorf("%s: %d %s", test.path, a.status, a.raw)
		}
	}
	anna.want(204, "DELETE", "/me/greetings/standard", nil)
	anna.want(404, "DELETE", "/me/greetings/standard", nil)
	o.boss.want(200, "PATCH", fmt.Sprintf("/settings?level=user&owner=%d", annaID), object{"values": []object{{"key": "permission.voicemail", "value": "false"}}})
	if a := anna.want(200, "GET", "/me/voicemail/box", nil); a.body["mailbox"] != false || a.str("mail") != "none" {
		t.Errorf("box: %s", a.raw)
	}
	if a := anna.upload("/me/greetings/standard", wav(8000, time.Second)); a.status != 404 {
		t.Errorf("without a mailbox: %d %s", a.status, a.raw)
	}
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestADeletedUsersMailboxComesBackAndAnErasedOnesDoesNot(t *testing.T) {
	o := newExchange(t, testConfig(t, nil))
	o.boss = o.owner()
	sales := o.boss.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	_, annaID := o.hire("Anna", sales, nil)
	ben, benID := o.hire("Ben", sales, nil)
	m := o.leave(voicemail.Left{User: pbx.UserID(annaID), Number: "202"}, time.Second)
	o.leave(voicemail.Left{User: pbx.UserID(benID), Caller: pbx.UserID(annaID), Number: "201", Name: "Anna Berg"}, time.Second)
	remove := func() string {
		t.Helper()
		return o.boss.want(204, "DELETE", fmt.Sprintf("/users/%d", annaID), nil).header.Get("Ringfence-Change-Set")
	}
	gone := remove()
	if _, err := o.core.boxes.Begin(t.Context(), voicemail.Left{User: pbx.UserID(annaID)}); pbx.KindOf(err) != pbx.NotFound {
		t.Errorf("a deleted user takes messages: %v", err)
	}
	if err := o.core.boxes.Tidy(t.Context()); err != nil {
		t.Error(err)
	}
	o.boss.want(200, "POST", "/deleted/"+gone+"/restore", nil)
	if list, err := o.core.boxes.Messages(t.Context(), pbx.UserID(annaID)); err != nil || len(list) != 1 || list[0] != m {
		t.Errorf("came back: %v, %v", list, err)
	}
	gone = remove()
	o.boss.want(204, "POST", "/deleted/"+gone+"/erase", object{"confirmName": "Anna Berg"})
	if named, err := o.core.store.Mailboxes().Blobs(t.Context(), m.Blob[:2]); err != nil || named[m.Blob] {
		t.Errorf("her message is still there: %v, %v", named, err)
	}
	if a := ben.want(200, "GET", "/me/voicemail", nil); strings.Contains(a.raw, "Anna") || texts(a, "number") != "" || texts(a, "name") != "erased" {
		t.Errorf("what she left: %s", a.raw)
	}
	path := filepath.Join(o.running.cfg.Data, "blobs", m.Blob[:2], m.Blob)
	old := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	// The next sweep is due in an hour; this one is another server's.
	if _, err := sweep(t, o); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the recording of an erased message: %v", err)
	}
}

// sweep tidies as a server does that was started just now.
func sweep(t *testing.T, o *exchange) (*voicemail.Service, error) {
	t.Helper()
	s := voicemail.New(voicemail.Config{
		Store: o.core.store.Mailboxes(), Blobs: newBlobs(o.dir), Directory: o.core.roster, People: o.core.admin, Vault: o.core.vault,
	})
	return s, s.Tidy(t.Context())
}

func TestVoiceMessagesAreMailed(t *testing.T) {
	o := newExchange(t, testConfig(t, nil))
	o.boss = o.owner()
	sales := o.boss.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	_, annaID := o.hire("Anna", sales, object{"email": "anna@acme.test", "language": "en", "timeZone": "America/New_York"})
	ben, benID := o.hire("Ben", sales, object{"email": "ben@acme.test"})
	_, cleoID := o.hire("Cleo", sales, object{"email": "cleo@acme.test", "language": "it"})
	_, dariaID := o.hire("Daria", sales, nil) // has no address
	for user, how := range map[int64]string{cleoID: "notice"} {
		o.boss.want(200, "PATCH", fmt.Sprintf("/settings?level=user&owner=%d", user), object{"values": []object{{"key": "voicemail.email", "value": how}}})
	}
	o.leave(voicemail.Left{User: pbx.UserID(annaID), Number: "199"}, time.Second) // before mail is set up: told of to nobody
	eventually(t, "the first message was told of", func() bool {
		list, err := o.core.store.Mailboxes().Untold(t.Context(), 0, 9)
		return err == nil && len(list) == 0
	})
	s := o.boss.withMail(smtpsink.Config{})
	first := o.leave(voicemail.Left{User: pbx.UserID(annaID), Caller: pbx.UserID(benID), Number: "202", Name: "Ben Berg"}, 25*time.Second)
	m := o.boss.mailNumber(s, 1)
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	text := m.Body("text/plain")
	if m.To != "anna@acme.test" || m.Subject() != "Voice message from Ben Berg (202)" || !strings.Contains(text, "It lasts 0:25 minutes.") ||
		!strings.Contains(text, first.LeftAt.In(zone).Format("2 January 2006, 15:04 (MST)")) ||
		!strings.Contains(text, o.ready.HTTP+"/my/voicemail") || !strings.Contains(text, "It is attached to this mail.") {
		t.Errorf("%s: %s\n%s", m.To, m.Subject(), text)
	}
	parts := m.Parts()
	if len(parts) != 3 || !strings.HasPrefix(parts[2].Name, "voice-message-20") || !strings.HasSuffix(parts[2].Name, ".wav") ||
		!strings.HasPrefix(parts[2].Type, "audio/wav") || int64(len(parts[2].Body)) != first.Size {
		t.Fatalf("%d parts", len(parts))
	}
	if sound, err := audio.ReadWAV(bytes.NewReader(parts[2].Body), audio.WAVLimits{Octets: 1 << 30, Length: time.Hour}); err != nil ||
		len(sound.Samples) != 25*8000 {
		t.Errorf("%d samples, %v", len(sound.Samples), err)
	}
	o.leave(voicemail.Left{User: pbx.UserID(dariaID), Number: "202"}, time.Second)
	o.leave(voicemail.Left{User: pbx.UserID(cleoID)}, time.Second)
	m = o.boss.mailNumber(s, 2)
	if m.To != "cleo@acme.test" || m.Subject() != "Messaggio vocale da un numero nascosto" || len(m.Parts()) != 2 ||
		strings.Contains(m.Body("text/plain"), "allegato") {
		t.Errorf("%s: %s\n%s", m.To, m.Subject(), m.Body("text/plain"))
	}
	if err = o.core.boxes.Forward(t.Context(), pbx.UserID(annaID), first.ID, []pbx.UserID{pbx.UserID(benID)}); err != nil {
		t.Fatal(err)
	}
	m = o.boss.mailNumber(s, 3)
	if m.To != "ben@acme.test" || m.Subject() != "Sprachnachricht von Ben Berg (202)" ||
		!strings.Contains(m.Body("text/plain"), "Anna Berg hat Ihnen eine Sprachnachricht") || len(m.Parts()) != 3 {
		t.Errorf("%s: %s\n%s", m.To, m.Subject(), m.Body("text/plain"))
	}
	_ = ben
}

func TestAVoiceMessageThatWasDeletedOrIsTooLongIsMailedWithoutItsSound(t *testing.T) {
	o := newExchange(t, testConfig(t, nil))
	o.boss = o.owner()
	sales := o.boss.want(201, "POST", "/groups", object{"name": "Sales"}).num("id")
	anna, annaID := o.hire("Anna", sales, object{"email": "anna@acme.test", "language": "en"})
	o.boss.want(200, "PATCH", fmt.Sprintf("/settings?level=user&owner=%d", annaID), object{"values": []object{{"key": "voicemail.maxLength", "value": "10m"}}})
	up := make(chan struct{})
	s := o.boss.withMail(smtpsink.Config{Rcpt: func(string) error {
		select {
		case <-up:
			return nil
		default:
			return smtpsink.Refuse(451, "not now")
		}
	}})
	m := o.leave(voicemail.Left{User: pbx.UserID(annaID), Number: "202"}, time.Second)
	var waiting answer
	eventually(t, "it was refused once", func() bool {
		waiting = o.boss.want(200, "GET", "/mail/outbox", nil)
		return strings.Contains(waiting.raw, "451")
	})
	if texts(waiting, "kind") != "voice_message" {
		t.Errorf("outbox: %s", waiting.raw)
	}
	anna.want(204, "DELETE", fmt.Sprintf("/me/voicemail/%d", m.ID), nil)
	close(up)
	o.boss.want(204, "POST", fmt.Sprintf("/mail/outbox/%s/retry", texts(waiting, "id")), nil)
	got := o.boss.mailNumber(s, 1)
	if len(got.Parts()) != 2 || !strings.Contains(got.Body("text/plain"), "It was deleted in the meantime.") {
		t.Errorf("%d parts: %s", len(got.Parts()), got.Body("text/plain"))
	}
	for n, long := range []time.Duration{9 * time.Minute, time.Minute} { // the second for this mail server, which takes a megabyte
		o.leave(voicemail.Left{User: pbx.UserID(annaID), Number: "202"}, long)
		got = o.boss.mailNumber(s, n+2)
		if len(got.Parts()) != 2 || !strings.Contains(got.Body("text/plain"), "It is too long to be attached to a mail") {
			t.Errorf("%d parts: %s", len(got.Parts()), got.Body("text/plain"))
		}
	}
}
