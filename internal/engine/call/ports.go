package call

import (
	"context"
	"time"

	"ringfence/internal/engine/media"
	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/sip/transport"
)

// Bindings is where the users' phones are. It is safe for concurrent use.
type Bindings interface {
	// Bindings returns the live and dormant bindings of a user.
	Bindings(u pbx.UserID) []route.Binding
	// Flow returns the newest authenticated flow of a device (signalling 4).
	Flow(d pbx.DeviceID) (transport.Flow, bool)
	// Watch calls f, which must not block, each time a binding of the user becomes live, until stop is called.
	Watch(u pbx.UserID, f func()) (stop func())
}

// RecordChange opens or closes a record. Record is complete either way.
type RecordChange struct {
	Record pbx.CallRecord
	// Close: a row of this id is closed if it is still open, and inserted closed if there is none. Otherwise the row is
	// inserted open, unless there is one.
	Close bool
}

// RecordStore keeps call records.
type RecordStore interface {
	// Commit stores all changes or none.
	Commit(ctx context.Context, changes []RecordChange) error
	// CloseOpen closes the records that a node left open, and returns how many.
	CloseOpen(ctx context.Context, node string, at time.Time, reason pbx.EndReason) (int, error)
}

// Media makes legs and joins them; closing one takes it from its bridge. Engine adapts engine/media to it.
type Media interface {
	NewLeg(media.LegConfig) (MediaLeg, error)
	Bridge(a, b MediaLeg) error
}

// MediaLeg is the media of one leg.
type MediaLeg interface {
	Negotiator
	Listener
	Meter
	Close()
}

// Negotiator agrees on session descriptions with the phone of a leg.
type Negotiator interface {
	ReceiveOffer(body []byte) (*media.Proposal, error)
	Answer(media.AnswerOptions) ([]byte, error)
	Offer(media.OfferOptions) ([]byte, error)
	ReceiveAnswer(body []byte) (*media.Result, error)
	Reopen() error
	Rollback()
}

// Listener is what the phone of a leg hears when it is not bridged, who hears it, and where its media may come from.
type Listener interface {
	Echo() error
	PlayTone(t audio.Tone) error
	Play(samples []int16, done func()) error
	Repeat(samples []int16) error
	Silence()
	Record(sink func(samples []int16)) error
	StopRecording()
	Disconnect()
	Moved(f transport.Flow)
}

// Meter tells how the media of a leg is doing.
type Meter interface {
	Codec() audio.Codec
	Codecs() []audio.Codec
	Direction() sdp.Direction
	Security() pbx.MediaSecurity
	Stats() media.Stats
}

// Engine adapts the media engine to the port of calls.
func Engine(e *media.Engine) Media { return engine{e} }

type engine struct{ e *media.Engine }

type engineLeg struct{ *media.Leg }

func (l engineLeg) Moved(f transport.Flow) { l.Leg.Moved(f.Remote().Addr(), f.Kind().Secure()) }

func (e engine) NewLeg(cfg media.LegConfig) (MediaLeg, error) {
	l, err := e.e.NewLeg(cfg)
	if err != nil {
		return nil, err
	}
	return engineLeg{l}, nil
}

func (e engine) Bridge(a, b MediaLeg) error {
	x, okX := a.(engineLeg)
	y, okY := b.(engineLeg)
	if !okX || !okY {
		return media.ErrClosed
	}
	return e.e.Bridge(x.Leg, y.Leg)
}
