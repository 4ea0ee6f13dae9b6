package media

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sdp"
	"ringfence/internal/wire/srtp"
)

func TestWhichOffersAreTaken(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	for name, c := range map[string]struct {
		offer    []byte
		options  []legOption
		err      error
		proto    string
		security pbx.MediaSecurity
	}{
		"SRTP": {
			offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1), nil, nil, sdp.SAVP, pbx.MediaSDES,
		},
		"SRTP with feedback": {
			offer("m=audio 4000 RTP/SAVPF 0", "a=crypto:1 "+key1), nil, nil, sdp.SAVPF, pbx.MediaSDES,
		},
		"plain RTP with keys counts as secure": {
			offer("m=audio 4000 RTP/AVP 0", "a=crypto:1 "+key1), nil, nil, sdp.AVP, pbx.MediaSDES,
		},
		"plain RTP": {
			offer("m=audio 4000 RTP/AVP 0"), nil, ErrNotAcceptable, "", "",
		},
		"plain RTP where less is allowed": {
			offer("m=audio 4000 RTP/AVP 0"), []legOption{anySecurity}, nil, sdp.AVP, pbx.MediaNone,
		},
		"keys on a plain flow": {
			offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1), []legOption{plainFlow}, ErrNotAcceptable, "", "",
		},
		"keys on a plain flow where less is allowed": {
			offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1), []legOption{plainFlow, anySecurity}, ErrNotAcceptable, "", "",
		},
		"optional keys on a plain flow where less is allowed": {
			offer("m=audio 4000 RTP/AVP 0", "a=crypto:1 "+key1), []legOption{plainFlow, anySecurity}, nil, sdp.AVP, pbx.MediaNone,
		},
		"SRTP without a key that is spoken": {
			offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 AES_CM_128_HMAC_SHA1_32 "+strings.Fields(key1)[1]), nil, ErrNotAcceptable, "", "",
		},
		"SRTP without keys where less is allowed": {
			offer("m=audio 4000 RTP/SAVP 0"), []legOption{anySecurity}, ErrNotAcceptable, "", "",
		},
		"DTLS": {
			offer("m=audio 4000 UDP/TLS/RTP/SAVPF 0", "a=fingerprint:sha-256 00", "a=setup:actpass"), nil, ErrNotAcceptable, "", "",
		},
		"video only": {
			offer("m=video 4000 RTP/SAVP 97", "a=rtpmap:97 VP8/90000", "a=crypto:1 "+key1), nil, ErrNotAcceptable, "", "",
		},
		"audio that is switched off": {
			offer("m=audio 0 RTP/SAVP 0", "a=crypto:1 "+key1), nil, ErrNotAcceptable, "", "",
		},
		"no speech": {
			offer("m=audio 4000 RTP/SAVP 101", "a=rtpmap:101 telephone-event/8000", "a=crypto:1 "+key1), nil, ErrNotAcceptable, "", "",
		},
		"no media": {offer()[:len(offer())-2], nil, ErrNotAcceptable, "", ""},
		"rubbish":  {[]byte("hello"), nil, ErrMalformed, "", ""},
		"no offer": {nil, nil, ErrMalformed, "", ""},
		"two lines": {
			offer("m=audio 4000 RTP/AVP 0", "m=audio 4002 RTP/SAVP 0", "a=crypto:1 "+key1),
			[]legOption{anySecurity},
			nil,
			sdp.SAVP, pbx.MediaSDES,
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLeg(t, e, c.options...)
			defer l.Close()
			p, err := l.ReceiveOffer(c.offer)
			if !errors.Is(err, c.err) {
				t.Fatalf("offer: %v", err)
			}
			if c.err != nil {
				if _, err = l.Answer(AnswerOptions{}); !errors.Is(err, ErrOrder) {
					t.Errorf("answer to a refused offer: %v", err)
				}
				return
			}
			body, err := l.Answer(AnswerOptions{})
			if err != nil {
				t.Fatal(err)
			}
			s := must(t, body)
			m := &s.Media[len(s.Media)-1]
			keys := len(m.All("crypto"))
			if m.Proto != c.proto || m.Port != l.Port() || l.Security() != c.security || keys != map[bool]int{true: 1}[p.Secure] {
				t.Errorf("answered %+v, %v", m, l.Security())
			}
		})
	}
}

func TestTheAnswerToLinphone(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "wire", "sdp", "testdata", "linphone-zrtp.sdp"))
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	l := newLeg(t, e, anySecurity)
	p, err := l.ReceiveOffer(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Codecs) != 6 || p.Codecs[0].String() != "opus/48000/2" || p.Codecs[5].Name != "G729" || p.ZRTP == nil || p.ZRTPOnly {
		t.Errorf("proposal %+v", p)
	}
	body, err := l.Answer(AnswerOptions{Prefer: []audio.Codec{audio.G722, {Name: "OPUS", ClockRate: 48000, Channels: 2, Params: "useinbandfec=1"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(strings.ReplaceAll(`v=0
o=- ID 1 IN IP4 10.0.0.1
s=-
c=IN IP4 10.0.0.1
t=0 0
m=audio 4000 RTP/AVP 96 101
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:101 telephone-event/48000
a=fmtp:101 0-16
a=ptime:20
a=sendrecv
m=video 0 RTP/AVP 97
`, "\n", "\r\n"), "ID", strings.Fields(string(body))[2])
	if string(body) != want {
		t.Errorf("answered\n%s", body)
	}
	again, err := l.Answer(AnswerOptions{Prefer: []audio.Codec{audio.PCMU}})
	if err != nil || !bytes.Equal(again, body) {
		t.Errorf("a second answer differs: %v\n%s", err, again)
	}
}

func TestTheOffersKeyOrderAndTagAreKept(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	for want, lines := range map[string][]string{
		"7 AEAD_AES_128_GCM":        {"a=crypto:1 F8_128_HMAC_SHA1_80 inline:x", "a=crypto:7 " + keyGCM, "a=crypto:8 " + key1},
		"9 AES_CM_128_HMAC_SHA1_80": {"a=crypto:3 " + key1 + " UNENCRYPTED_SRTCP", "a=crypto:9 " + key1, "a=crypto:7 " + keyGCM},
	} {
		l := newLeg(t, e)
		body := answerTo(t, l, offer(append([]string{"m=audio 4000 RTP/SAVP 0"}, lines...)...), AnswerOptions{})
		m := must(t, body).Media[0]
		keys := m.All("crypto")
		if len(keys) != 1 || !strings.HasPrefix(keys[0], want+" ") || strings.Contains(keys[0], strings.Fields(key1)[1]) {
			t.Errorf("answered %v", keys)
		}
	}
}

func TestOurOffer(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	for name, c := range map[string]struct {
		options []legOption
		err     error
		proto   string
		keys    int
	}{
		"secure":                             {nil, nil, sdp.SAVP, 3},
		"less is allowed":                    {[]legOption{anySecurity}, nil, sdp.AVP, 3},
		"less is allowed, plain flow":        {[]legOption{anySecurity, plainFlow}, nil, sdp.AVP, 0},
		"a secure phone on a plain flow":     {[]legOption{plainFlow}, ErrNotAcceptable, "", 0},
		"no policy, which is the secure one": {[]legOption{func(c *LegConfig) { c.Policy = "" }}, nil, sdp.SAVP, 3},
	} {
		l := newLeg(t, e, c.options...)
		body, err := l.Offer(OfferOptions{Codecs: []audio.Codec{audio.Opus, audio.PCMA}})
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil {
			continue
		}
		m := must(t, body).Media[0]
		seen := map[string]bool{}
		for i, value := range m.All("crypto") {
			k, err := srtp.ParseCrypto(value)
			if err != nil || k.Tag != i+1 || k.Key.Suite() != srtp.Suites()[i] {
				t.Errorf("%s: key %d: %v", name, i, err)
			}
			seen[strings.Fields(value)[2]] = true
		}
		if m.Proto != c.proto || len(seen) != c.keys {
			t.Errorf("%s: %s with %d keys", name, m.Proto, len(seen))
		}
		if got := strings.Join(m.Formats, " "); got != "96 8 97 101" {
			t.Errorf("%s: formats %s", name, got)
		}
	}
}

func TestAnswersToOurOffer(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	for name, c := range map[string]struct {
		options  []legOption
		answer   []byte
		err      error
		security pbx.MediaSecurity
		codec    audio.Codec
	}{
		"a key for the second line": {
			nil, offer("m=audio 5000 RTP/SAVP 8", "a=crypto:2 "+keyGCM), nil, pbx.MediaSDES, audio.PCMA,
		},
		"a key for a line that was not offered": {
			nil, offer("m=audio 5000 RTP/SAVP 8", "a=crypto:4 "+keyGCM), ErrNotAcceptable, "", audio.Codec{},
		},
		"a key of another suite than the tag's": {
			nil, offer("m=audio 5000 RTP/SAVP 8", "a=crypto:1 "+keyGCM), ErrNotAcceptable, "", audio.Codec{},
		},
		"no key": {
			nil, offer("m=audio 5000 RTP/SAVP 8"), ErrNotAcceptable, "", audio.Codec{},
		},
		"plain": {
			nil, offer("m=audio 5000 RTP/AVP 8"), ErrNotAcceptable, "", audio.Codec{},
		},
		"plain where less is allowed": {
			[]legOption{anySecurity}, offer("m=audio 5000 RTP/AVP 8"), nil, pbx.MediaNone, audio.PCMA,
		},
		"keys where less is allowed": {
			[]legOption{anySecurity}, offer("m=audio 5000 RTP/AVP 0", "a=crypto:1 "+key1), nil, pbx.MediaSDES, audio.PCMU,
		},
		"another number for a format": {
			nil, offer("m=audio 5000 RTP/SAVP 110", "a=rtpmap:110 PCMU/8000", "a=crypto:1 "+key1), nil, pbx.MediaSDES, audio.PCMU,
		},
		"a format that was not offered": {
			nil, offer("m=audio 5000 RTP/SAVP 18", "a=crypto:1 "+key1), ErrNotAcceptable, "", audio.Codec{},
		},
		"audio refused": {
			nil, offer("m=audio 0 RTP/SAVP 0"), ErrNotAcceptable, "", audio.Codec{},
		},
		"more lines than offered": {
			nil, offer("m=audio 5000 RTP/SAVP 8", "a=crypto:1 "+key1, "m=video 0 RTP/AVP 97"), ErrMalformed, "", audio.Codec{},
		},
		"rubbish": {nil, []byte("x"), ErrMalformed, "", audio.Codec{}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLeg(t, e, c.options...)
			defer l.Close()
			if _, err := l.Offer(OfferOptions{}); err != nil {
				t.Fatal(err)
			}
			r, err := l.ReceiveAnswer(c.answer)
			is(t, "answer", err, c.err)
			if err != nil {
				// The offer is still open: a better answer may come.
				if _, err := l.ReceiveAnswer(offer("m=audio 5000 RTP/SAVP 8", "a=crypto:1 "+key1)); err != nil {
					t.Errorf("a better answer: %v", err)
				}
				return
			}
			if !r.Codec.Same(c.codec) || r.Security != c.security || l.Security() != c.security {
				t.Errorf("result %+v", r)
			}
		})
	}
}

func TestHoldAndResumeFromBothSides(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	l := newLeg(t, e)
	reoffer := func(attribute string) *sdp.Session {
		t.Helper()
		return must(t, answerTo(t, l, offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1, attribute), AnswerOptions{}))
	}
	first := reoffer("a=sendrecv")
	for _, step := range []struct {
		theirs string
		ours   sdp.Direction
		onHold bool
	}{
		{"a=sendonly", sdp.RecvOnly, true},
		{"a=inactive", sdp.Inactive, true},
		{"a=recvonly", sdp.SendOnly, false},
		{"a=sendrecv", sdp.SendRecv, false},
	} {
		s := reoffer(step.theirs)
		if s.DirectionOf(&s.Media[0]) != step.ours || l.Direction() != step.ours || l.RemoteOnHold() != step.onHold {
			t.Errorf("%s: %v, held %v", step.theirs, l.Direction(), l.RemoteOnHold())
		}
		if s.Media[0].All("crypto")[0] != first.Media[0].All("crypto")[0] || s.Media[0].Port != first.Media[0].Port {
			t.Errorf("%s: our key or port changed", step.theirs)
		}
	}
	// RFC 3264 §8: the version grows by one with each change, and not without.
	last := must(t, l.LocalDescription())
	if last.Origin.Version != first.Origin.Version+4 {
		t.Errorf("version %d after %d", last.Origin.Version, first.Origin.Version)
	}
	if s := reoffer("a=sendrecv"); s.Origin != last.Origin {
		t.Errorf("an equal description has origin %+v after %+v", s.Origin, last.Origin)
	}
	// Held by us.
	body, err := l.Offer(OfferOptions{Direction: sdp.SendOnly})
	if err != nil {
		t.Fatal(err)
	}
	s := must(t, body)
	if keys := s.Media[0].All("crypto"); len(keys) != 1 || keys[0] != first.Media[0].All("crypto")[0] {
		t.Errorf("offered keys %v", keys)
	}
	r, err := l.ReceiveAnswer(offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1, "a=recvonly"))
	if err != nil || r.Direction != sdp.SendOnly || r.OnHold {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestGlareAndRollback(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	l := newLeg(t, e)
	good := offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1)
	answerTo(t, l, good, AnswerOptions{})
	before := l.LocalDescription()
	if _, err := l.Offer(OfferOptions{Codecs: []audio.Codec{audio.PCMA}}); err != nil {
		t.Fatal(err)
	}
	_, err := l.ReceiveOffer(good)
	is(t, "an offer while ours is open", err, ErrOrder)
	l.Rollback()
	if !l.Codec().Same(audio.PCMU) || !bytes.Equal(l.LocalDescription(), before) {
		t.Errorf("after a refused offer: %v", l.Codec())
	}
	_, err = l.ReceiveAnswer(good)
	is(t, "an answer after the end of the offer", err, ErrOrder)
	if _, err = l.ReceiveOffer(good); err != nil {
		t.Errorf("an offer after rollback: %v", err)
	}
	_, err = l.Offer(OfferOptions{})
	is(t, "an offer while theirs is open", err, ErrOrder)
	_, err = l.ReceiveOffer(offer())
	is(t, "a second offer", err, ErrOrder)
	l.Rollback()
	_, err = l.ReceiveOffer(offer("m=audio 4000 RTP/AVP 0"))
	is(t, "a later offer without keys", err, ErrNotAcceptable)
	if l.Security() != pbx.MediaSDES {
		t.Error("a refused offer took the keys away")
	}
}

func TestASecondForkAnswersAgain(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	l := newLeg(t, e)
	is(t, "nothing to reopen", l.Reopen(), ErrOrder)
	if _, err := l.Offer(OfferOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := l.ReceiveAnswer(offer("m=audio 5000 RTP/SAVP 0", "a=crypto:1 "+key1)); err != nil {
		t.Fatal(err)
	}
	if err := l.Reopen(); err != nil {
		t.Fatal(err)
	}
	r, err := l.ReceiveAnswer(offer("m=audio 6000 RTP/SAVP 8", "a=crypto:2 "+keyGCM))
	if err != nil || !r.Codec.Same(audio.PCMA) || l.agreed.remote.Port() != 6000 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestTheAddressInDescriptions(t *testing.T) {
	e := newEngine(t, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	l := newLeg(t, e, func(c *LegConfig) { c.Advertise = serverIP.Next() })
	body, err := l.Offer(OfferOptions{})
	if err != nil || !strings.Contains(string(body), "c=IN IP4 10.0.0.2\r\n") {
		t.Errorf("%v\n%s", err, body)
	}
	if _, err := e.NewLeg(LegConfig{}); err == nil {
		t.Error("a leg without an address")
	}
}

func FuzzReceiveOffer(f *testing.F) {
	f.Add(offer("m=audio 4000 RTP/SAVP 0", "a=crypto:1 "+key1), false)
	f.Add(offer("m=video 1 RTP/AVP 97", "m=audio 4000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000", hash), true)
	text, err := os.ReadFile(filepath.Join("..", "..", "wire", "sdp", "testdata", "linphone-zrtp.sdp"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, true)
	e := newEngine(f, netx.NewMemory(1, netx.Link{}))
	defer e.Close()
	port := newLeg(f, e) // one port for all
	f.Fuzz(func(t *testing.T, b []byte, less bool) {
		l := &Leg{engine: e, relay: port.relay, session: 1}
		l.cfg = LegConfig{Local: serverIP, SecureTransport: true, Policy: pbx.Secure}
		if less {
			anySecurity(&l.cfg)
		}
		p, err := l.ReceiveOffer(b)
		if err != nil {
			return
		}
		body, err := l.Answer(AnswerOptions{})
		if err != nil {
			return
		}
		ours, theirs := must(t, body), must(t, b)
		if len(ours.Media) != len(theirs.Media) {
			t.Errorf("%d lines for %d", len(ours.Media), len(theirs.Media))
		}
		keys := 0
		for i := range ours.Media {
			keys += len(ours.Media[i].All("crypto"))
		}
		if p.ZRTPOnly || !less && keys != 1 {
			t.Errorf("answered without protection:\n%s", body)
		}
	})
}
