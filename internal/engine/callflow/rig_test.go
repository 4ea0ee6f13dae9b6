package callflow_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/callflow"
	"ringfence/internal/engine/prompt"
	"ringfence/internal/engine/roster"
	"ringfence/internal/engine/vault"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/engine/voicemail/memstore"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
)

// Who there is.
const (
	anna pbx.UserID = 1 + iota
	ben
	cleo // without a mailbox
)

// office is an organization with mailboxes, and what people do in them by phone.
type office struct {
	*testing.T
	*callflow.Voicemail
	boxes    *voicemail.Service
	store    *memstore.Store
	vault    *vault.Vault
	settings map[pbx.SettingKey]string // over the defaults, of everybody
	pins     map[pbx.UserID]string
	full     bool // the disk
}

// inOffice runs a test in virtual time.
func inOffice(t *testing.T, play func(o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v, err := vault.New([32]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		o := &office{
			T: t, store: new(memstore.Store), vault: v, settings: map[pbx.SettingKey]string{},
			pins: map[pbx.UserID]string{anna: "493817", ben: "602941"},
		}
		o.boxes = voicemail.New(voicemail.Config{
			Store: o.store, Blobs: disk{new(memstore.Blobs), o}, Directory: o, People: o, Vault: v,
			Log: slog.New(slog.DiscardHandler),
		})
		o.Voicemail = callflow.NewVoicemail(callflow.Config{Boxes: o.boxes, Voices: voices(), PINs: o})
		play(o)
	})
}

// disk is one that may be full.
type disk struct {
	voicemail.Blobs
	o *office
}

// Create fails once the disk is full.
func (d disk) Create() (voicemail.Blob, error) {
	if d.o.full {
		return nil, pbx.Errorf(pbx.Unavailable, "The disk is full.")
	}
	return d.Blobs.Create()
}

func (o *office) User(id pbx.UserID) (*roster.User, bool) {
	name, ok := map[pbx.UserID]string{anna: "Anna", ben: "Ben", cleo: "Cleo"}[id]
	return &roster.User{
		ID: id, Organization: 1, Number: string(rune('0'+id)) + "01", DisplayName: name, Kind: pbx.Person, Enabled: true,
		Language: "en", TimeZone: "Europe/Rome",
	}, ok
}

func (o *office) Effective(id pbx.UserID, key pbx.SettingKey) (pbx.Effective, bool) {
	spec, err := pbx.Spec(key)
	if err != nil {
		return pbx.Effective{}, false
	}
	value, ok := o.settings[key]
	if !ok {
		value = spec.Default
	}
	if id == cleo && key == pbx.PermissionVoicemail {
		value = "false"
	}
	return pbx.Effective{Value: value}, true
}

func (o *office) Dial(value []byte) (roster.Target, bool) {
	for _, u := range []pbx.UserID{anna, ben, cleo} {
		if x, _ := o.User(u); x.Number == string(value) {
			return roster.Target{Kind: pbx.DialExtension, User: u}, true
		}
	}
	return roster.Target{}, false
}

// people is where PINs are stored.
type people struct {
	admin.ReadTx
	o *office
}

func (o *office) View(_ context.Context, fn func(admin.ReadTx) error) error { return fn(people{o: o}) }

func (p people) UserSecret(u pbx.UserID, name pbx.SecretName) (pbx.UserSecret, error) {
	pin, ok := p.o.pins[u]
	if !ok || name != pbx.VoicemailPIN {
		return pbx.UserSecret{}, pbx.Errorf(pbx.NotFound, "There is no such secret.")
	}
	return pbx.UserSecret{
		User: u, Name: name, Scheme: pbx.SchemeHMAC, Value: p.o.vault.MAC(vault.SecretRow(u, name), pbx.NewSecret(pin)),
	}, nil
}

// ChangePIN implements callflow.PINs.
func (o *office) ChangePIN(_ context.Context, u pbx.UserID, pin pbx.Secret) error {
	if m := pbx.PINProblem(pin.Reveal()); m != "" {
		return pbx.Errorf(pbx.Invalid, m)
	}
	o.pins[u] = pin.Reveal()
	return nil
}

// leave puts a message into a mailbox: so many seconds of a tone.
func (o *office) leave(to pbx.UserID, number string, seconds int) pbx.VoiceMessage {
	o.Helper()
	d, err := o.boxes.Begin(o.Context(), voicemail.Left{User: to, Number: number})
	o.ok(err)
	o.ok(d.Write(speech(seconds)))
	m, err := d.Commit(o.Context())
	o.ok(err)
	return m
}

func (o *office) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// holds compares what is in a mailbox, one word for each message.
func (o *office) holds(u pbx.UserID, want string) {
	o.Helper()
	list, err := o.boxes.Messages(o.Context(), u, pbx.MessageNew, pbx.MessageSaved, pbx.MessageDeleted)
	o.ok(err)
	var got []string
	for _, m := range list {
		got = append(got, string(m.State)+":"+m.Number)
	}
	if s := strings.Join(got, " "); s != want {
		o.Errorf("the mailbox holds %q, want %q", s, want)
	}
}

// speech is what somebody says: a tone.
func speech(seconds int) []int16 {
	s := make([]int16, 8000*seconds)
	audio.Sine(s, 8000, 440, 8000, 0)
	return s
}

// turn is what somebody hears, and what he does about it.
type turn struct {
	hears string // the prompts, "tone", "speech" or "?"; what a step plays one after the other without a key is one
	does  string // keys, "speaks", "speaks#", "silent", "hangs up"
}

// phone is a caller who follows a script. It implements callflow.Line.
type phone struct {
	o      *office
	script []turn
	heard  []string
	keys   string
	said   int  // seconds that he speaks once he is recorded
	gone   bool // he has hung up
	hangs  bool // as soon as he has spoken
}

// through lets a step run with a caller who follows the script.
func (o *office) through(script []turn, step func(ctx context.Context, l callflow.Line) error) error {
	o.Helper()
	p := &phone{o: o, script: script}
	err := step(o.Context(), p)
	if len(p.heard) > 0 {
		p.act(true)
	}
	if len(p.script) > 0 {
		o.Errorf("never heard %q", p.script[0].hears)
	}
	return err
}

// act is the caller's turn: something is asked of him.
func (p *phone) act(over bool) {
	p.o.Helper()
	heard := strings.Join(p.heard, " ")
	p.heard = nil
	if len(p.script) == 0 {
		p.o.Errorf("heard %q, after the end of the script", heard)
		p.gone = true
		return
	}
	t := p.script[0]
	p.script = p.script[1:]
	if t.hears != "?" && heard != t.hears {
		p.o.Errorf("heard %q, want %q", heard, t.hears)
	}
	if over {
		return
	}
	switch t.does {
	case "speaks":
		p.said = 2
	case "speaks#":
		p.said, p.keys = 2, "#"
	case "speaks, hangs up":
		p.said, p.hangs = 2, true
	case "hangs up":
		p.gone = true
	case "silent", "":
	default:
		p.keys += t.does
	}
}

// Play implements callflow.Line.
func (p *phone) Play(_ context.Context, samples []int16, stop string) (byte, error) {
	p.o.Helper()
	if p.gone {
		return 0, callflow.ErrGone
	}
	if stop != "" {
		for p.keys != "" {
			k := p.keys[0]
			p.keys = p.keys[1:]
			if strings.IndexByte(stop, k) >= 0 {
				return k, nil
			}
		}
	}
	p.heard = append(p.heard, words(samples)...)
	<-time.After(time.Duration(len(samples)) * time.Second / 8000)
	if stop == "" {
		return 0, nil
	}
	p.act(false)
	if p.gone {
		return 0, callflow.ErrGone
	}
	if k := p.keys; k != "" && strings.IndexByte(stop, k[0]) >= 0 {
		p.keys = k[1:]
		return k[0], nil
	}
	return 0, nil
}

// Key implements callflow.Line.
func (p *phone) Key(_ context.Context, wait time.Duration) (byte, error) {
	if p.gone {
		return 0, callflow.ErrGone
	}
	if k := p.keys; k != "" {
		p.keys = k[1:]
		return k[0], nil
	}
	<-time.After(wait)
	return 0, nil
}

// Record implements callflow.Line.
func (p *phone) Record(_ context.Context, stop string, quiet time.Duration, take func([]int16) bool) (byte, error) {
	p.o.Helper()
	p.act(false)
	if p.gone {
		return 0, callflow.ErrGone
	}
	all := append(speech(p.said), make([]int16, 8000)...)
	p.said = 0
	for piece := range slices.Chunk(all, 1600) {
		<-time.After(200 * time.Millisecond)
		if !take(piece) {
			return 0, nil
		}
	}
	if p.hangs {
		p.gone = true
		return 0, callflow.ErrGone
	}
	if k := p.keys; k != "" && strings.IndexByte(stop, k[0]) >= 0 {
		p.keys = k[1:]
		return k[0], nil
	}
	<-time.After(quiet)
	return 0, nil
}

// voices are made once: the words of a language take a while to read.
var voices = sync.OnceValue(func() *prompt.Voices { return prompt.New("") })

// dictionary is every prompt by its length; sounds of the same length are compared.
var dictionary = sync.OnceValue(func() map[int][]prompt.ID {
	texts, _ := prompt.Texts("en")
	v, out := voices().In("en"), map[int][]prompt.ID{}
	for _, t := range texts {
		id := prompt.ID(t.ID)
		out[len(v.Sound(id))] = append(out[len(v.Sound(id))], id)
	}
	return out
})

// words hears which prompts samples are made of.
func words(samples []int16) []string {
	if slices.Equal(samples[:min(len(samples), 100)], speech(1)[:min(len(samples), 100)]) && len(samples) >= 100 {
		return []string{"speech"}
	}
	if len(samples) == 3600 {
		return []string{"tone"}
	}
	var out []string
	v := voices().In("en")
	const pause = 480
	for len(samples) > 0 {
		best := prompt.ID("")
		for n, ids := range dictionary() {
			for _, id := range ids {
				if n <= len(samples) && n > len(v.Sound(best)) && slices.Equal(samples[:n], v.Sound(id)) {
					best = id
				}
			}
		}
		if best == "" {
			return append(out, "noise")
		}
		out = append(out, string(best))
		samples = samples[len(v.Sound(best)):]
		samples = samples[min(pause, len(samples)):]
	}
	return out
}
