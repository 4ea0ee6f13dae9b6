package httpapi

import (
	"context"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

// audioTime bounds how long a browser may take to fetch a sound: it fetches as it plays.
const audioTime = 30 * time.Minute

// VoiceMessage is a message in one's own mailbox.
type VoiceMessage struct {
	ID              int64     `json:"id"`
	State           string    `json:"state" enum:"new,saved,deleted"`
	CallerID        int64     `json:"callerId,omitempty" doc:"The caller's account, if he has one"`
	Number          string    `json:"number" doc:"The caller's; empty if withheld"`
	Name            string    `json:"name"`
	CallID          int64     `json:"callId,omitempty" doc:"The call in which it was left"`
	ForwardedBy     *UserName `json:"forwardedBy,omitempty" doc:"Who put a copy here; without a name, somebody who is gone or whom you may not know of"`
	LeftAt          Time      `json:"leftAt"`
	DurationSeconds float64   `json:"durationSeconds"`
	HeardAt         Time      `json:"heardAt,omitzero"`
	DeletedAt       Time      `json:"deletedAt,omitzero"`
	GoneAt          Time      `json:"goneAt,omitzero" doc:"Until when a deleted one can be brought back"`
	Size            int64     `json:"size" doc:"Octets of the WAV file"`
}

func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*1000) / 1000 }

// voiceMessageView shows a message with those people whom its owner may know of.
func voiceMessageView(m pbx.VoiceMessage, seen map[pbx.UserID]admin.UserName) VoiceMessage {
	v := VoiceMessage{
		ID: int64(m.ID), State: string(m.State), CallerID: int64(seen[m.Caller].ID), Number: m.Number, Name: m.Name, CallID: int64(m.Call),
		LeftAt: Time{m.LeftAt}, DurationSeconds: seconds(m.Duration), HeardAt: Time{m.HeardAt}, DeletedAt: Time{m.DeletedAt},
		Size: m.Size,
	}
	if m.ForwardedBy != 0 {
		by := userName(seen[m.ForwardedBy])
		v.ForwardedBy = &by
	}
	if !m.DeletedAt.IsZero() {
		v.GoneAt = Time{m.DeletedAt.Add(pbx.KeepDeletedMessages)}
	}
	return v
}

// VoicemailBox is one's own mailbox in a few words.
type VoicemailBox struct {
	Mailbox          bool       `json:"mailbox" doc:"Callers reach it. Without, what is in it stays and can be listened to"`
	New              int        `json:"new"`
	Saved            int        `json:"saved"`
	MaxMessages      int        `json:"maxMessages" doc:"How many new and saved ones it holds"`
	Full             bool       `json:"full" doc:"Callers are told that it takes no more"`
	MaxLengthSeconds float64    `json:"maxLengthSeconds" doc:"How long a message may be"`
	Language         string     `json:"language" doc:"In which callers are spoken to"`
	AskPIN           bool       `json:"askPin" doc:"The PIN is asked also at one's own phone"`
	ChangePIN        bool       `json:"changePin" doc:"The PIN may be changed by phone"`
	Mail             string     `json:"mail" enum:"none,notice,audio" doc:"What is mailed of a new message"`
	Greetings        []Greeting `json:"greetings" nullable:"false" doc:"Those that are there"`
}

// Mailbox is how full somebody's mailbox is. What is in it, and from whom, is his alone.
type Mailbox struct {
	User        UserName `json:"user"`
	Mailbox     bool     `json:"mailbox" doc:"Callers reach it"`
	New         int      `json:"new"`
	Saved       int      `json:"saved"`
	Deleted     int      `json:"deleted" doc:"Can still be brought back, and take room on the disk"`
	MaxMessages int      `json:"maxMessages" doc:"How many new and saved ones it holds; 0: it has no mailbox, or no server runs"`
	Full        bool     `json:"full"`
	Size        int64    `json:"size" doc:"Octets of all messages"`
	NewestAt    Time     `json:"newestAt,omitzero" doc:"When the newest was left that is not deleted"`
}

func (a *API) voicemail() {
	add(a, operation{
		id: "listMailboxes", method: http.MethodGet, path: "/voicemail", tag: "Voicemail",
		summary:    "List how full the accounts' mailboxes are, never what is in them; sorted as accounts are",
		permission: pbx.PermVoicemailRead,
	}, a.listMailboxes)
	add(a, operation{
		id: "getMyMailbox", method: http.MethodGet, path: "/me/voicemail/box", tag: "Voicemail",
		summary: "Read what one's own mailbox is like", permission: pbx.PermSelf,
	}, a.getMyMailbox)
	add(a, operation{
		id: "listMyVoicemail", method: http.MethodGet, path: "/me/voicemail", tag: "Voicemail",
		summary: "List one's own voice messages, the newest first unless sorted by leftAt", permission: pbx.PermSelf,
	}, a.listMyVoicemail)
	add(a, operation{
		id: "getMyVoicemail", method: http.MethodGet, path: "/me/voicemail/{id}", tag: "Voicemail",
		summary: "Read one's own voice message", permission: pbx.PermSelf,
	}, a.getMyVoicemail)
	add(a, operation{
		id: "listenToMyVoicemail", method: http.MethodGet, path: "/me/voicemail/{id}/audio", tag: "Voicemail",
		summary: "Listen to one's own voice message; ranges are served, and it stays new until its state is changed",
		gives:   wavType, permission: pbx.PermSelf,
	}, a.listenToMyVoicemail)
	add(a, operation{
		id: "updateMyVoicemail", method: http.MethodPatch, path: "/me/voicemail/{id}", tag: "Voicemail",
		summary: "Note that one's own voice message was heard, or was not", permission: pbx.PermSelfWrite,
	}, a.updateMyVoicemail)
	add(a, operation{
		id: "deleteMyVoicemail", method: http.MethodDelete, path: "/me/voicemail/{id}", tag: "Voicemail",
		summary: "Delete one's own voice message; it can be brought back for seven days", permission: pbx.PermSelfWrite,
		status: http.StatusNoContent,
	}, a.deleteMyVoicemail)
	add(a, operation{
		id: "restoreMyVoicemail", method: http.MethodPost, path: "/me/voicemail/{id}/restore", tag: "Voicemail",
		summary: "Bring one's own deleted voice message back", permission: pbx.PermSelfWrite,
	}, a.restoreMyVoicemail)
	add(a, operation{
		id: "forwardMyVoicemail", method: http.MethodPost, path: "/me/voicemail/{id}/forward", tag: "Voicemail",
		summary: "Put copies of one's own voice message into others' mailboxes", permission: pbx.PermSelfWrite,
		status: http.StatusNoContent,
	}, a.forwardMyVoicemail)
}

func (a *API) listMailboxes(ctx context.Context, who caller, in *struct {
	ListInput
	Group int64 `query:"group" minimum:"0" doc:"Home or further group"`
},
) (*listOutput[Mailbox], error) {
	if err := admin.Allow(who.Actor, admin.MailboxList); err != nil {
		return nil, err
	}
	p, err := a.cfg.Admin.ListUsers(ctx, who.Actor, admin.UserQuery{Query: in.query(), Group: pbx.GroupID(in.Group)})
	if err != nil {
		return nil, err
	}
	ids := make([]pbx.UserID, len(p.Items))
	for i, u := range p.Items {
		ids[i] = u.ID
	}
	usage, err := a.cfg.Voicemail.Usage(ctx, ids)
	if err != nil {
		return nil, err
	}
	return page(p, func(u admin.UserView) Mailbox { return a.mailboxView(u, usage[u.ID]) }), nil
}

func (a *API) mailboxView(u admin.UserView, in voicemail.Usage) Mailbox {
	box, ok := a.cfg.Voicemail.Box(u.ID)
	return Mailbox{
		User:    UserName{ID: int64(u.ID), Number: u.Number, DisplayName: u.Shown()},
		Mailbox: ok, New: in.New, Saved: in.Saved, Deleted: in.Deleted, MaxMessages: box.MaxMessages,
		Full: ok && in.New+in.Saved >= box.MaxMessages, Size: in.Octets, NewestAt: Time{in.NewestAt},
	}
}

func (a *API) getMyMailbox(ctx context.Context, who caller, _ *struct{}) (*struct{ Body VoicemailBox }, error) {
	waiting, err := a.cfg.Voicemail.Waiting(ctx, who.User)
	if err != nil {
		return nil, err
	}
	list, err := a.cfg.Voicemail.Greetings(ctx, who.User)
	if err != nil {
		return nil, err
	}
	box, ok := a.cfg.Voicemail.Box(who.User)
	v := VoicemailBox{
		Mailbox: ok, New: waiting.New, Saved: waiting.Saved, MaxMessages: box.MaxMessages,
		Full: ok && waiting.New+waiting.Saved >= box.MaxMessages, MaxLengthSeconds: seconds(box.MaxLength), Language: box.Language,
		AskPIN: box.AskPIN, ChangePIN: box.ChangePIN, Mail: pbx.VoicemailMailNone, Greetings: make([]Greeting, len(list)),
	}
	if ok {
		v.Mail = box.Mail
	}
	for i, g := range list {
		v.Greetings[i] = greetingView(g)
	}
	return &struct{ Body VoicemailBox }{v}, nil
}

// MyVoicemailInput narrows the list of one's own messages.
type MyVoicemailInput struct {
	ListInput
	State string `query:"state" enum:"new,saved,deleted" doc:"Left out: new and saved ones"`
}

func (a *API) listMyVoicemail(
	ctx context.Context, who caller, in *MyVoicemailInput,
) (*listOutput[VoiceMessage], error) {
	var states []pbx.VoiceMessageState
	if in.State != "" {
		states = append(states, pbx.VoiceMessageState(in.State))
	}
	list, err := a.cfg.Voicemail.Messages(ctx, who.User, states...)
	if err != nil {
		return nil, err
	}
	switch in.Sort {
	case "", "-leftAt":
		slices.Reverse(list)
	case "leftAt":
	default:
		return nil, &pbx.Error{Kind: pbx.Invalid, Text: "This list can't be sorted like that.", Fields: []pbx.FieldError{
			{Field: "sort", Message: "Sort by one of leftAt."},
		}}
	}
	if q := pbx.Fold(in.Q); q != "" {
		list = slices.DeleteFunc(list, func(m pbx.VoiceMessage) bool {
			return !strings.Contains(pbx.Fold(m.Name), q) && !strings.Contains(pbx.Fold(m.Number), q)
		})
	}
	seen, err := a.peopleOf(ctx, who, list...)
	if err != nil {
		return nil, err
	}
	return short(in.ListInput, list, func(m pbx.VoiceMessage) VoiceMessage { return voiceMessageView(m, seen) }), nil
}

// peopleOf names who left and who forwarded messages, as far as their owner may know of them.
func (a *API) peopleOf(
	ctx context.Context, who caller, list ...pbx.VoiceMessage,
) (map[pbx.UserID]admin.UserName, error) {
	var ids []pbx.UserID
	for _, m := range list {
		for _, u := range []pbx.UserID{m.Caller, m.ForwardedBy} {
			if u != 0 && !slices.Contains(ids, u) {
				ids = append(ids, u)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil //nolint:nilnil // nobody of ours
	}
	return a.cfg.Admin.SeenUsers(ctx, who.Actor, ids...)
}

func (a *API) getMyVoicemail(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{ Body VoiceMessage }, error) {
	m, err := a.cfg.Voicemail.Message(ctx, who.User, pbx.VoiceMessageID(in.ID))
	if err != nil {
		return nil, err
	}
	seen, err := a.peopleOf(ctx, who, m)
	if err != nil {
		return nil, err
	}
	return &struct{ Body VoiceMessage }{voiceMessageView(m, seen)}, nil
}

func (a *API) listenToMyVoicemail(ctx context.Context, who caller, in *struct{ IDInput }) (*huma.StreamResponse, error) {
	m, err := a.cfg.Voicemail.Message(ctx, who.User, pbx.VoiceMessageID(in.ID))
	if err != nil {
		return nil, err
	}
	return a.sound(func(ctx context.Context) (io.ReadSeekCloser, int64, error) { //nolint:contextcheck // it is handed over again
		return a.cfg.Voicemail.Sound(ctx, m)
	}), nil
}

// sound sends a WAV file, or the range of it that is asked for. It is opened when it is sent, so that it is always closed.
func (a *API) sound(open func(context.Context) (io.ReadSeekCloser, int64, error)) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		f, _, err := open(r.Context())
		if err != nil {
			a.answer(r.Context(), w, err)
			return
		}
		defer func() { _ = f.Close() }() // it was only read
		if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(audioTime)); err != nil {
			a.log.DebugContext(r.Context(), "sound without a deadline of its own", "reason", err)
		}
		w.Header().Set("Content-Type", wavType)
		http.ServeContent(w, r, "", time.Time{}, f)
	}}
}

// VoiceMessageInput changes a voice message.
type VoiceMessageInput struct {
	State string `json:"state" enum:"new,saved"`
}

func (a *API) updateMyVoicemail(ctx context.Context, who caller, in *struct {
	IDInput
	Body VoiceMessageInput
},
) (*struct{ Body VoiceMessage }, error) {
	change := a.cfg.Voicemail.Save
	if in.Body.State == string(pbx.MessageNew) {
		change = a.cfg.Voicemail.MarkNew
	}
	if err := change(ctx, who.User, pbx.VoiceMessageID(in.ID)); err != nil {
		return nil, err
	}
	return a.getMyVoicemail(ctx, who, &struct{ IDInput }{in.IDInput})
}

func (a *API) deleteMyVoicemail(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{}, error) {
	return nil, a.cfg.Voicemail.Delete(ctx, who.User, pbx.VoiceMessageID(in.ID))
}

func (a *API) restoreMyVoicemail(ctx context.Context, who caller, in *struct{ IDInput }) (*struct{ Body VoiceMessage }, error) {
	if err := a.cfg.Voicemail.Restore(ctx, who.User, pbx.VoiceMessageID(in.ID)); err != nil {
		return nil, err
	}
	return a.getMyVoicemail(ctx, who, in)
}

// ForwardVoicemail says into whose mailboxes copies go.
type ForwardVoicemail struct {
	UserIDs []int64  `json:"userIds,omitempty" maxItems:"20" doc:"Accounts"`
	Numbers []string `json:"numbers,omitempty" maxItems:"20" doc:"Numbers, aliases or usernames of accounts, instead or besides"`
}

func (a *API) forwardMyVoicemail(ctx context.Context, who caller, in *struct {
	IDInput
	Body ForwardVoicemail
},
) (*struct{}, error) {
	to, err := a.receivers(ctx, who, in.Body)
	if err != nil {
		return nil, err
	}
	return nil, a.cfg.Voicemail.Forward(ctx, who.User, pbx.VoiceMessageID(in.ID), to)
}

// receivers are who gets copies: whom one sees, by id, and whomever one could call, by number.
func (a *API) receivers(ctx context.Context, who caller, in ForwardVoicemail) ([]pbx.UserID, error) {
	var f pbx.FieldErrors
	var to []pbx.UserID
	for _, id := range in.UserIDs {
		to = append(to, pbx.UserID(id))
	}
	if len(to) > 0 && who.Scoped() {
		seen, err := a.cfg.Admin.SeenUsers(ctx, who.Actor, to...)
		if err != nil {
			return nil, err
		}
		f.Check(!slices.ContainsFunc(to, func(u pbx.UserID) bool { return seen[u].ID == 0 }), "userIds", "One of them has no mailbox.")
	}
	for _, number := range in.Numbers {
		u, ok := a.cfg.Voicemail.Dialled(number)
		f.Check(ok, "numbers", "Nobody with a mailbox is reached by "+number+".")
		to = append(to, u)
	}
	return to, f.Err()
}
