package media

import (
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/rtp/relay"
)

// Engine owns the media ports and the relay that moves packets. Its methods are safe for concurrent use.
type Engine struct {
	cfg      Config
	relay    *relay.Relay
	sessions atomic.Uint64 // the last session id given (RFC 8866 §5.2)
	counters Counters
}

// New makes an engine and starts its relay.
func New(cfg Config) (*Engine, error) {
	if cfg.PortFrom == 0 && cfg.PortTo == 0 {
		cfg.PortFrom, cfg.PortTo = 16384, 32767
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	r, err := relay.New(relay.Config{
		PortFrom: cfg.PortFrom,
		PortTo:   cfg.PortTo,
		Network:  cfg.Network,
		PortRest: cfg.PortRest,
		Timeout:  cfg.Timeout,
		ZRTPWait: cfg.ZRTPWait,
		Log:      cfg.Log,
	})
	if err != nil {
		return nil, fmt.Errorf("start media: %w", err)
	}
	e := &Engine{cfg: cfg, relay: r}
	e.counters.relay = r.Counters()
	e.sessions.Store(uint64(time.Now().Unix()) << 16)
	return e, nil
}

// Close ends all media at once and waits until the relay has stopped.
func (e *Engine) Close() { e.relay.Close() }

// FreePorts is how many legs could be opened now; resting ports are not free.
func (e *Engine) FreePorts() int { return e.relay.FreePorts() }

// Counters are what the engine and its relay have counted.
func (e *Engine) Counters() *Counters { return &e.counters }

// NewLeg opens a leg with a port that stays its own until Close. It fails with ErrNoPorts or ErrClosed.
func (e *Engine) NewLeg(cfg LegConfig) (*Leg, error) {
	if !cfg.Local.IsValid() || cfg.Local.IsUnspecified() && !cfg.Advertise.IsValid() {
		return nil, errors.New("media leg without an address that a phone could send to")
	}
	cfg.Local, cfg.Advertise = cfg.Local.Unmap(), cfg.Advertise.Unmap()
	cfg.SignallingPeer = cfg.SignallingPeer.Unmap()
	if cfg.Policy == pbx.SecurityInherited {
		cfg.Policy = pbx.Secure
	}
	l := &Leg{engine: e, cfg: cfg, session: e.sessions.Add(1)}
	port, err := e.relay.Open(cfg.Local, l.happened)
	switch {
	case errors.Is(err, relay.ErrNoPorts):
		return nil, ErrNoPorts
	case errors.Is(err, relay.ErrClosed):
		return nil, ErrClosed
	case err != nil:
		return nil, fmt.Errorf("open a media leg: %w", err)
	}
	l.relay = port
	l.payloads.reset()
	return l, nil
}
