package call

import (
	"context"
	"log/slog"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/audio"
)

// Personal is what people change about themselves by dialling a code. Calls wait for it on goroutines of their own.
type Personal interface {
	// Forward has all calls of a user sent on, or no more; to is 0 for whom he named last. It fails with Invalid if he
	// never named anybody.
	Forward(ctx context.Context, u pbx.UserID, on bool, to pbx.UserID) error
	// DoNotDisturb switches it on or off.
	DoNotDisturb(ctx context.Context, u pbx.UserID, on bool) error
}

const (
	personalLimit = 10 * time.Second // for a change to be stored
	refusedFor    = 2 * time.Second  // how long the tone of a refusal is played
)

// change carries out what the caller dialled a code for, and lets him hear whether it is done. It happens once in a call.
func (c *Call) change() {
	if c.changing {
		return
	}
	c.changing = true
	f, from, to := c.plan.Feature, c.from.User, c.plan.Behind
	c.m.actors.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), personalLimit)
		defer cancel()
		err := c.m.runStep(ctx, c.id, func(ctx context.Context) error { return c.m.carryOut(ctx, f, from, to) })
		c.post(event{kind: evChanged, more: changed{err}})
	})
}

// changed is how a change by a code went.
type changed struct{ err error }

func (m *Manager) carryOut(ctx context.Context, f pbx.Feature, from, to pbx.UserID) error {
	p := m.cfg.Personal
	switch f {
	case pbx.FeatureForwardOn, pbx.FeatureForwardOff:
		return p.Forward(ctx, from, f == pbx.FeatureForwardOn, to)
	case pbx.FeatureDNDOn, pbx.FeatureDNDOff:
		return p.DoNotDisturb(ctx, from, f == pbx.FeatureDNDOn)
	case pbx.FeatureEcho, pbx.FeatureVoicemail, pbx.FeatureAnyMailbox:
	}
	return pbx.Errorf(pbx.NotFound, "There is no such feature.")
}

// onChanged plays what tells the caller how it went, and ends the call.
func (c *Call) onChanged(r changed) {
	if c.phase != connected {
		return
	}
	sound := confirmation(c.plan.Feature)
	if r.err != nil {
		c.m.log.LogAttrs(context.Background(), slog.LevelInfo, "change by a feature code refused",
			slog.Int64("call", int64(c.id)), slog.String("feature", string(c.plan.Feature)), slog.Any("error", r.err))
		sound = audio.Samples(audio.Congestion(), refusedFor)
	}
	if err := c.a.media.Play(sound, func() { c.post(event{kind: evPlayed}) }); err != nil {
		c.end(usual(pbx.EndCompletedCallee)) // he hears nothing, and it is done all the same
	}
}

// confirmation is heard when a change is done: rising for what was switched on, falling for what was switched off.
func confirmation(f pbx.Feature) []int16 {
	first, second := 480.0, 620.0
	if f == pbx.FeatureForwardOff || f == pbx.FeatureDNDOff {
		first, second = second, first
	}
	const beep, pause = 150 * time.Millisecond, 60 * time.Millisecond
	cadence := audio.Tone{Name: "confirmation", Steps: []audio.Step{
		{For: 300 * time.Millisecond}, // until the phone has opened its loudspeaker
		{Hertz: [2]float64{first}, For: beep},
		{For: pause},
		{Hertz: [2]float64{second}, For: beep},
		{For: 200 * time.Millisecond},
	}}
	var whole time.Duration
	for _, s := range cadence.Steps {
		whole += s.For
	}
	return audio.Samples(cadence, whole)
}
