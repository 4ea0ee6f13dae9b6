package call

import (
	"cmp"
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/support/commit"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// maxText bounds text from outside in a record.
const maxText = 128

// describe begins the record with what the INVITE tells.
func (c *Call) describe(rq *sip.Message, f transport.Flow) {
	r := &c.record
	r.ID, r.Node, r.StartedAt, r.Mode = c.id, c.m.cfg.Node, c.started, pbx.ModeTerminated
	r.SIPCallID = cleanText(string(rq.CallID()), maxText)
	if u, err := sip.ParseURI(rq.RequestURI()); err == nil {
		r.Dialled = cleanText(string(u.User)+string(u.Opaque), maxText)
	}
	if o := c.m.cfg.Directory.Organization(); o != nil {
		r.Organization = o.ID
		c.domain = o.SIPDomain
	}
	r.Caller = pbx.CallParty{
		User: c.from.User, Device: c.from.Device, Secure: f.Kind().Secure(), Security: pbx.MediaNone,
	}
	r.Callee.Security = pbx.MediaNone
	if u, ok := c.m.cfg.Directory.User(c.from.User); ok {
		r.Caller.Number, r.Caller.Name = u.Number, u.DisplayName
		c.who = identity(u.Number, u.DisplayName, c.domain)
	}
}

// cleanText makes text from outside fit for a record: valid, without control characters, cut (signalling 11).
func cleanText(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s[:min(len(s), limit)], ""))
	return s
}

// describeCallee notes whom the plan reaches.
func (c *Call) describeCallee() {
	r := &c.record
	r.Dialled = cleanText(c.plan.Dialled, maxText)
	r.Callee.Number = r.Dialled
	r.Callee.User, r.Callee.Name = 0, ""
	switch u, g := c.plan.User, c.plan.Group; {
	case u != nil:
		r.Callee.User, r.Callee.Number, r.Callee.Name = u.ID, u.Number, u.DisplayName
		c.whom = identity(u.Number, u.DisplayName, c.domain)
	case g != nil:
		r.Callee.Number, r.Callee.Name = cmp.Or(g.Number, r.Dialled), g.Name
		c.whom = c.groupIdentity(g)
	}
	if c.plan.Kind == route.Feature {
		r.Callee.Name = featureName(c.plan.Feature)
	}
}

// answeringParty is who takes the call.
func (c *Call) answeringParty() pbx.AnsweredBy {
	switch {
	case c.winner != nil:
		return pbx.AnsweredByPhone
	case c.plan.Kind == route.Voicemail:
		return pbx.AnsweredByMailbox
	}
	return pbx.AnsweredByServer
}

// featureName is what records call a server application.
func featureName(f pbx.Feature) string {
	switch f {
	case pbx.FeatureEcho:
		return "Echo test"
	case pbx.FeatureForwardOn:
		return "Forwarding on"
	case pbx.FeatureForwardOff:
		return "Forwarding off"
	case pbx.FeatureDNDOn:
		return "Do not disturb on"
	case pbx.FeatureDNDOff:
		return "Do not disturb off"
	case pbx.FeatureVoicemail, pbx.FeatureAnyMailbox:
		return "Voicemail"
	}
	return string(f)
}

// describeMedia notes how the media is protected, as far as it is known.
func (c *Call) describeMedia() {
	r := &c.record
	describeLeg(&r.Caller, c.a)
	if c.winner != nil {
		describeLeg(&r.Callee, c.winner)
	}
	if c.zrtp && r.Caller.Security == pbx.MediaZRTP {
		r.Mode = pbx.ModeZRTP // rule 21: said only when both phones have confirmed it
	}
}

func describeLeg(p *pbx.CallParty, l *leg) {
	if l.media == nil || !l.talks() {
		return
	}
	p.Security = l.media.Security()
	if k := l.media.Codec(); !k.IsZero() {
		p.Codec = k.Name
	}
}

// openRecord hands the record of an answered call over.
func (c *Call) openRecord() {
	c.describeMedia()
	c.m.counters.Answered.Add(1)
	c.m.records.submit(RecordChange{Record: c.record})
}

// closeRecord hands over how the call ended. It does so once.
func (c *Call) closeRecord(o outcome) {
	if c.closed {
		return
	}
	r := &c.record
	c.describeMedia()
	c.closed = true
	r.EndReason, r.EndedAt, r.SIPStatus = o.reason, time.Now(), o.status
	if !r.AnsweredAt.IsZero() {
		r.SIPStatus = 200
	}
	c.m.records.submit(RecordChange{Record: *r, Close: true})
	c.ended(r)
	c.publish(Ended)
	c.live.Store(nil)
	c.step(recordGiven)
}

// recorder hands records to the store, many at a time, and keeps those that the store did not take.
type recorder struct {
	group    *commit.Group[pbx.CallID, RecordChange]
	counters *Counters
	log      *slog.Logger

	mu      sync.Mutex
	failed  []RecordChange
	retry   *time.Timer
	closing bool
}

const (
	maxFailed   = 10_000
	retryRecord = 5 * time.Second
)

func newRecorder(store RecordStore, counters *Counters, log *slog.Logger) *recorder {
	r := &recorder{counters: counters, log: log}
	r.group = commit.New(commit.Config[pbx.CallID, RecordChange]{
		Key:   func(v RecordChange) pbx.CallID { return v.Record.ID },
		Store: store.Commit,
		Done:  r.done,
		Unavailable: func(err error) bool {
			return pbx.KindOf(err) == pbx.Unavailable
		},
	})
	return r
}

// submit never waits.
func (r *recorder) submit(v RecordChange) {
	if err := r.group.Submit(v); err != nil {
		r.counters.RecordsLost.Add(1)
		r.log.LogAttrs(context.Background(), slog.LevelError, "call record lost",
			slog.Int64("call", int64(v.Record.ID)), slog.Any("error", err))
	}
}

// done runs on the committer's goroutine.
func (r *recorder) done(v RecordChange, err error) {
	if err == nil {
		r.counters.Records.Add(1)
		return
	}
	r.counters.RecordsFailed.Add(1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.failed) >= maxFailed || r.closing || pbx.KindOf(err) != pbx.Unavailable {
		r.counters.RecordsLost.Add(1)
		r.log.LogAttrs(context.Background(), slog.LevelError, "call record lost",
			slog.Int64("call", int64(v.Record.ID)), slog.Any("error", err))
		return
	}
	r.failed = append(r.failed, v)
	if r.retry == nil {
		r.retry = time.AfterFunc(retryRecord, r.again)
	}
}

// again submits what the store did not take. Order within a call is kept: what closes it comes last.
func (r *recorder) again() {
	r.mu.Lock()
	list := r.failed
	r.failed, r.retry = nil, nil
	r.mu.Unlock()
	for _, v := range list {
		r.submit(v)
	}
}

// close stores what is left.
func (r *recorder) close(ctx context.Context) error {
	r.mu.Lock()
	if r.retry != nil {
		r.retry.Stop()
		r.retry = nil
	}
	r.mu.Unlock()
	r.again() //nolint:contextcheck // a record is written even if nobody waits any more
	r.mu.Lock()
	r.closing = true
	r.mu.Unlock()
	return r.group.Close(ctx)
}
