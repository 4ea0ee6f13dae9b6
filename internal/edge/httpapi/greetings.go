package httpapi

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ringfence/internal/engine/voicemail"
	"ringfence/internal/pbx"
)

const (
	wavType = "audio/wav"

	greetingPath    = "/me/greetings/"
	greetingTime    = 5 * time.Minute            // to bring a greeting along
	maxGreetingBody = voicemail.MaxUpload + 1024 // so that it is the use case that says what is too large
)

// Greeting is what the callers of one's own mailbox hear first.
type Greeting struct {
	Kind            string  `json:"kind" enum:"standard,busy,away"`
	RecordedAt      Time    `json:"recordedAt"`
	DurationSeconds float64 `json:"durationSeconds"`
	Size            int64   `json:"size" doc:"Octets of the WAV file"`
}

func greetingView(g pbx.Greeting) Greeting {
	return Greeting{Kind: string(g.Kind), RecordedAt: Time{g.RecordedAt}, DurationSeconds: seconds(g.Duration), Size: g.Size}
}

// GreetingInput names one of the own greetings.
type GreetingInput struct {
	Kind string `path:"kind" enum:"standard,busy,away" doc:"standard: the usual one; busy: while one is on the phone; away: before all others"`
}

func (a *API) greetings() {
	add(a, operation{
		id: "getMyGreeting", method: http.MethodGet, path: greetingPath + "{kind}", tag: "Voicemail",
		summary: "Read what one of one's own greetings is like", permission: pbx.PermSelf,
	}, a.getMyGreeting)
	add(a, operation{
		id: "listenToMyGreeting", method: http.MethodGet, path: greetingPath + "{kind}/audio", tag: "Voicemail",
		summary: "Listen to one of one's own greetings; ranges are served", gives: wavType, permission: pbx.PermSelf,
	}, a.listenToMyGreeting)
	add(a, operation{
		id: "putMyGreeting", method: http.MethodPut, path: greetingPath + "{kind}", tag: "Voicemail",
		summary: "Store one of one's own greetings: a WAV file of at most two minutes and 30 MB, 16 bits, A-law or μ-law, " +
			"mono or stereo, 8 to 48 kHz",
		takes: wavType, permission: pbx.PermSelfWrite,
	}, a.putMyGreeting)
	add(a, operation{
		id: "deleteMyGreeting", method: http.MethodDelete, path: greetingPath + "{kind}", tag: "Voicemail",
		summary: "Delete one of one's own greetings", permission: pbx.PermSelfWrite, status: http.StatusNoContent,
	}, a.deleteMyGreeting)
}

func (a *API) getMyGreeting(ctx context.Context, who caller, in *GreetingInput) (*struct{ Body Greeting }, error) {
	g, ok, err := a.cfg.Voicemail.Greeting(ctx, who.User, pbx.GreetingKind(in.Kind))
	if err == nil && !ok {
		err = pbx.Errorf(pbx.NotFound, "There is no such greeting.")
	}
	if err != nil {
		return nil, err
	}
	return &struct{ Body Greeting }{greetingView(g)}, nil
}

func (a *API) listenToMyGreeting(_ context.Context, who caller, in *GreetingInput) (*huma.StreamResponse, error) {
	return a.sound(func(ctx context.Context) (io.ReadSeekCloser, int64, error) { //nolint:contextcheck // it is handed over again
		return a.cfg.Voicemail.GreetingSound(ctx, who.User, pbx.GreetingKind(in.Kind))
	}), nil
}

// greetingUpload is a greeting whose body is read as it comes.
type greetingUpload struct {
	GreetingInput
	body io.Reader
}

// Resolve keeps the body at hand, with time for it to arrive.
func (u *greetingUpload) Resolve(ctx huma.Context) []error {
	r, w := humago.Unwrap(ctx)
	until, rc := time.Now().Add(greetingTime), http.NewResponseController(w)
	_ = rc.SetReadDeadline(until) // where deadlines can't be moved, those of the server stand
	_ = rc.SetWriteDeadline(until.Add(writeDeadline))
	u.body = r.Body
	return nil
}

func (a *API) putMyGreeting(ctx context.Context, who caller, in *greetingUpload) (*struct{ Body Greeting }, error) {
	if err := a.cfg.Voicemail.UploadGreeting(ctx, who.User, pbx.GreetingKind(in.Kind), in.body); err != nil {
		return nil, err
	}
	return a.getMyGreeting(ctx, who, &in.GreetingInput)
}

func (a *API) deleteMyGreeting(ctx context.Context, who caller, in *GreetingInput) (*struct{}, error) {
	return nil, a.cfg.Voicemail.DeleteGreeting(ctx, who.User, pbx.GreetingKind(in.Kind))
}
