package notify

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/pbx"
)

// maxAttached is how many octets of sound go with a mail: with them it stays below the ten megabytes that mail servers
// commonly take, since a mail needs four octets for three.
const maxAttached = 7 << 20

// voicePage is where a user listens to his messages.
const voicePage = "/my/voicemail"

// VoiceMessage mails the owner of a mailbox that a message was left, as pbx.SettingVoicemailEmail says. It is none's fault
// when there is nobody to be told, or no way to. Exhausted when the outbox is full: then it is to be asked for again.
func (s *Service) VoiceMessage(ctx context.Context, m pbx.VoiceMessage, how string) error {
	if how == pbx.VoicemailMailNone || m.State == pbx.MessageDeleted {
		return nil
	}
	var u, by pbx.User
	err := s.cfg.Admin.View(ctx, func(tx admin.ReadTx) (err error) {
		if u, err = tx.User(m.User); err != nil {
			return err
		}
		if m.ForwardedBy != 0 {
			if by, err = tx.User(m.ForwardedBy); err != nil && pbx.KindOf(err) != pbx.NotFound {
				return err
			}
		}
		_, err = tx.MailServer(u.Organization)
		return err
	})
	if err != nil && pbx.KindOf(err) == pbx.NotFound || err == nil && u.Email == "" {
		return nil
	}
	if err != nil {
		return err
	}
	if !s.toMailbox.take(strconv.FormatInt(int64(u.ID), 10), s.now()) {
		s.counters.Dropped.Add(1)
		s.log.WarnContext(ctx, "no mail about a voice message: there were too many within the hour", "user", int64(u.ID))
		return nil
	}
	err = s.enqueue(ctx, order{
		kind: VoiceMessage, key: VoiceMessage + "/" + strconv.FormatInt(int64(m.ID), 10), user: u, to: u.Email, by: by.Shown(),
		parcel: parcel{Message: m.ID, Audio: how == pbx.VoicemailMailAudio},
	})
	if err != nil && pbx.KindOf(err) == pbx.Conflict {
		return nil // it waits there already
	}
	return err
}

// voice is what a mail tells of a voice message.
type voice struct {
	number, name string // the caller's; empty: withheld
	leftAt       time.Time
	length       string // minutes and seconds
	deleted      bool   // meanwhile
	tooLarge     bool   // to go with the mail
	attached     []Attachment
}

// caller is who left it, empty if that was withheld.
func (v voice) caller() string {
	switch {
	case v.name == "" || v.name == v.number:
		return v.number
	case v.number == "":
		return v.name
	}
	return v.name + " (" + v.number + ")"
}

// addVoice looks the message up when the mail is written, so that nothing of it waits in the outbox. Without attach its
// sound was too large for the mail server. NotFound when it is no more.
func (b *batch) addVoice(ctx context.Context, m *message, u pbx.UserID, p parcel, attach bool) error {
	v, err := b.cfg.Mailboxes.Message(ctx, u, p.Message)
	if err != nil {
		return err
	}
	m.link = voicePage
	m.voice = voice{
		number: v.Number, name: v.Name, leftAt: v.LeftAt, length: minutes(v.Duration), deleted: v.State == pbx.MessageDeleted,
		tooLarge: p.Audio && (v.Size > maxAttached || !attach),
	}
	if !p.Audio || m.voice.deleted || m.voice.tooLarge {
		return nil
	}
	f, _, err := b.cfg.Mailboxes.Sound(ctx, v)
	if err != nil && pbx.KindOf(err) == pbx.NotFound {
		return nil // the mail still tells that somebody called
	}
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	content, err := io.ReadAll(io.LimitReader(f, maxAttached))
	if err != nil {
		return fmt.Errorf("read voice message: %w", err)
	}
	m.voice.attached = []Attachment{{
		Name: "voice-message-" + v.LeftAt.UTC().Format("20060102-150405") + ".wav", Type: "audio/wav", Content: content,
	}}
	return nil
}

func minutes(d time.Duration) string {
	seconds := int(d.Round(time.Second) / time.Second)
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

func englishVoice(m message, hello, layout string) written {
	v := m.voice
	who := v.caller()
	if who == "" {
		who = "a withheld number"
	}
	told := "You have a voice message from " + who + ", left on " + m.local(v.leftAt, layout) + ". It lasts " + v.length + " minutes."
	if m.by != "" {
		told = m.by + " forwarded you a voice message from " + who + ", left on " + m.local(v.leftAt, layout) + ". It lasts " +
			v.length + " minutes."
	}
	w := written{subject: "Voice message from " + who, before: []string{hello, told}, button: "Open the mailbox"}
	switch {
	case v.deleted:
		w.before = append(w.before, "It was deleted in the meantime.")
	case v.tooLarge:
		w.before = append(w.before, "It is too long to be attached to a mail: listen to it on the page or at the phone.")
	case len(v.attached) > 0:
		w.before = append(w.before, "It is attached to this mail. In the mailbox it stays new until you listen to it there.")
	}
	return w
}

func germanVoice(m message, hello, layout string) written {
	v := m.voice
	who := v.caller()
	if who == "" {
		who = "einer unterdrückten Nummer"
	}
	told := "Sie haben eine Sprachnachricht von " + who + " vom " + m.local(v.leftAt, layout) + ". Sie dauert " + v.length + " Minuten."
	if m.by != "" {
		told = m.by + " hat Ihnen eine Sprachnachricht von " + who + " vom " + m.local(v.leftAt, layout) +
			" weitergeleitet. Sie dauert " + v.length + " Minuten."
	}
	w := written{subject: "Sprachnachricht von " + who, before: []string{hello, told}, button: "Mailbox öffnen"}
	switch {
	case v.deleted:
		w.before = append(w.before, "Sie wurde inzwischen gelöscht.")
	case v.tooLarge:
		w.before = append(w.before, "Für einen Anhang ist sie zu lang: hören Sie sie auf der Seite oder am Telefon an.")
	case len(v.attached) > 0:
		w.before = append(w.before, "Sie hängt an dieser Mail. In der Mailbox bleibt sie neu, bis Sie sie dort anhören.")
	}
	return w
}

func italianVoice(m message, hello, layout string) written {
	v := m.voice
	who := v.caller()
	if who == "" {
		who = "un numero nascosto"
	}
	told := "ha un messaggio vocale da " + who + ", lasciato il " + m.local(v.leftAt, layout) + ". Dura " + v.length + " minuti."
	if m.by != "" {
		told = m.by + " le ha inoltrato un messaggio vocale da " + who + ", lasciato il " + m.local(v.leftAt, layout) + ". Dura " +
			v.length + " minuti."
	}
	w := written{subject: "Messaggio vocale da " + who, before: []string{hello, told}, button: "Apra la casella"}
	switch {
	case v.deleted:
		w.before = append(w.before, "Nel frattempo è stato rimosso.")
	case v.tooLarge:
		w.before = append(w.before, "È troppo lungo per essere allegato: lo ascolti sulla pagina o al telefono.")
	case len(v.attached) > 0:
		w.before = append(w.before, "È allegato a questa e-mail. Nella casella resta nuovo finché non lo ascolta lì.")
	}
	return w
}
