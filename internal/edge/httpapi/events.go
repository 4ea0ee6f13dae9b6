package httpapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"ringfence/internal/pbx"
)

const (
	eventBacklog = 256
	maxStreams   = 2000
	heartbeat    = 15 * time.Second
	eventWrite   = 10 * time.Second
)

// Event is something that open pages want to know. Data is written as JSON; Needs is the permission to see it.
type Event struct {
	Organization pbx.OrganizationID
	Name         string // change, registration, call, voicemail
	Needs        pbx.Permission
	Data         any

	// What a group administrator's page goes by: the user whom the event is about, what a change set did.
	User  pbx.UserID
	Items []pbx.ChangeItem

	For pbx.UserID // whose pages alone are told; 0: everybody's
}

// ChangeEvent tells that a change set was committed: which kinds, and single things while they are few.
type ChangeEvent struct {
	ChangeSet int64      `json:"changeSet"`
	Kinds     []string   `json:"kinds"`
	Things    []ThingRef `json:"things,omitempty"`
	Many      bool       `json:"many,omitempty" doc:"Too many things to name each"`
	Actor     string     `json:"actor,omitempty"`
}

// seenBy leaves to those who may not read the audit log only that something of a kind changed.
func (c ChangeEvent) seenBy(who caller) ChangeEvent {
	if !who.May(pbx.PermAuditRead) {
		c.Things, c.Actor = nil, ""
	}
	return c
}

// concerns reports whether an event is about anything that the page's user sees; of a change set that is only in part,
// the kinds of that part are kept (S4).
func (s *eventStream) concerns(e *Event) (bool, error) {
	if !s.who.Scoped() {
		return true, nil
	}
	ctx := s.request.Context()
	if c, ok := e.Data.(ChangeEvent); ok {
		items, err := s.api.cfg.Admin.SeenItems(ctx, s.who.Actor, e.Items)
		c.Kinds = []string{}
		for _, it := range items {
			if kind := string(it.Ref.Kind); !slices.Contains(c.Kinds, kind) {
				c.Kinds = append(c.Kinds, kind)
			}
		}
		e.Data = c
		return len(items) > 0, err
	}
	if e.User == 0 {
		return true, nil
	}
	seen, err := s.api.cfg.Admin.SeenUsers(ctx, s.who.Actor, e.User)
	return len(seen) > 0, err
}

// RegistrationEvent tells that a phone came or went.
type RegistrationEvent struct {
	UserID   int64 `json:"userId"`
	DeviceID int64 `json:"deviceId"`
	Online   bool  `json:"online" doc:"The user is reachable now"`
}

// CallEvent tells that a live call changed its state, or ended.
type CallEvent struct {
	ID    int64  `json:"id"`
	State string `json:"state"`
}

// VoicemailEvent tells the owner of a mailbox that something in it is no longer as it was.
type VoicemailEvent struct {
	UserID int64 `json:"userId"`
}

// Publish tells every open page that may see the event. It never waits.
func (a *API) Publish(e Event) { a.events.Publish(e) }

func (a *API) stream() {
	op := operation{
		id: "streamEvents", method: http.MethodGet, path: "/events", tag: "Events",
		summary: "Stream what happens (server-sent events): change, registration, call, voicemail, overflow", permission: pbx.PermSelf,
	}
	add(a, op, a.streamEvents)
}

func (a *API) streamEvents(_ context.Context, who caller, _ *struct{}) (*huma.StreamResponse, error) {
	if a.events.Subscribers() >= maxStreams {
		return nil, &pbx.Error{Kind: pbx.Unavailable, Text: "Too many pages are open.", RetryAfter: heartbeat}
	}
	return &huma.StreamResponse{Body: func(ctx huma.Context) { //nolint:contextcheck // the library hands it over again
		r, w := humago.Unwrap(ctx)
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Accel-Buffering", "no")
		a.counters.streams.Add(1)
		s := &eventStream{api: a, who: who, request: r, w: w, rc: http.NewResponseController(w)}
		if err := s.run(); err != nil {
			a.log.DebugContext(ctx.Context(), "event stream ended", "reason", err)
		}
	}}, nil
}

// eventStream is one open page.
type eventStream struct {
	api     *API
	who     caller
	request *http.Request
	w       io.Writer
	rc      *http.ResponseController
}

func (s *eventStream) run() error {
	sub := s.api.events.Subscribe(eventBacklog)
	defer sub.Close()
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	// The limits of a request that is read and answered do not fit one that stays open.
	if err := s.rc.SetReadDeadline(time.Time{}); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	if err := s.send("retry: 2000\n: open\n\n"); err != nil {
		return err
	}
	for {
		select {
		case <-s.request.Context().Done():
			return s.request.Context().Err()
		case <-beat.C:
			// A session or token that has ended, or lost a permission, ends its stream too.
			if err := s.renew(); err != nil {
				return err
			}
			if err := s.send(": alive\n\n"); err != nil {
				return err
			}
		case e := <-sub.C:
			if err := s.event(e); err != nil {
				return err
			}
			if sub.Lost() {
				if err := s.send("event: overflow\ndata: {}\n\n"); err != nil {
					return err
				}
			}
		}
	}
}

func (s *eventStream) renew() error {
	who, err := s.api.whoAsks(s.request, pbx.PermSelf)
	if err != nil {
		return err
	}
	s.who = who
	return nil
}

func (s *eventStream) event(e Event) error {
	if e.Organization != s.who.Organization || !s.who.May(e.Needs) || e.For != 0 && e.For != s.who.User {
		return nil
	}
	if concerned, err := s.concerns(&e); err != nil || !concerned {
		return err
	}
	if c, ok := e.Data.(ChangeEvent); ok {
		e.Data = c.seenBy(s.who)
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		return fmt.Errorf("encode event %s: %w", e.Name, err)
	}
	return s.send("event: " + e.Name + "\ndata: " + string(data) + "\n\n")
}

func (s *eventStream) send(text string) error {
	if err := s.rc.SetWriteDeadline(time.Now().Add(eventWrite)); err != nil {
		return fmt.Errorf("set deadline: %w", err)
	}
	if _, err := io.WriteString(s.w, text); err != nil {
		return fmt.Errorf("write event: %w", err)
	}
	if err := s.rc.Flush(); err != nil {
		return fmt.Errorf("flush event: %w", err)
	}
	// A deadline that passes between two writes would end an HTTP/2 stream all the same.
	if err := s.rc.SetWriteDeadline(time.Time{}); err != nil {
		return fmt.Errorf("clear deadline: %w", err)
	}
	return nil
}
