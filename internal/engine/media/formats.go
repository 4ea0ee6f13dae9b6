package media

import (
	"strings"

	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/sdp"
)

// eventFormat is the telephone-event format at a clock rate, which follows the speech format's (RFC 4733 §2.1).
func eventFormat(rate int) audio.Codec {
	c := audio.TelephoneEvent
	c.ClockRate = rate
	return c
}

// formatsOf are the formats of a media line, in its order.
func formatsOf(m *sdp.Media) []format {
	list := m.RTPFormats()
	out := make([]format, 0, len(list))
	for _, f := range list {
		out = append(out, format{f.Payload, audio.Codec{
			Name: f.Name, ClockRate: f.ClockRate, Channels: f.Channels, Params: f.Params,
		}})
	}
	return out
}

// speech are the formats that carry speech.
func speech(formats []format) []audio.Codec {
	var out []audio.Codec
	for _, f := range formats {
		if !accompanies(f.codec) {
			out = append(out, f.codec)
		}
	}
	return out
}

// accompanies tells whether a format is none that a call could consist of: events, noise, redundancy and error correction.
func accompanies(c audio.Codec) bool {
	if c.Auxiliary() {
		return true
	}
	switch strings.ToLower(c.Name) {
	case "red", "ulpfec", "flexfec", "rtx", "t140", "cn":
		return true
	}
	return false
}

func find(formats []format, c audio.Codec) (format, bool) {
	for _, f := range formats {
		if f.codec.Same(c) {
			return f, true
		}
	}
	return format{}, false
}

// choose is the speech format of an answer (rule 15): the first preferred one that was offered, else the first offered one
// that the server encodes.
func choose(offered []format, prefer []audio.Codec) (format, bool) {
	for _, c := range prefer {
		if f, ok := find(offered, c); ok && !accompanies(c) {
			f.codec.Params = c.Params
			return f, true
		}
	}
	for _, f := range offered {
		if f.codec.Coded() {
			f.codec.Params = ""
			return f, true
		}
	}
	return format{}, false
}

// payloads remembers which number means which format on a leg: RFC 3264 §8.3.2 forbids to give a number another meaning.
type payloads struct {
	known [128]audio.Codec
}

const (
	firstDynamic = 96
	eventPayload = 101 // what telephones expect, though it is not fixed
)

func (p *payloads) reset() { *p = payloads{} }

// keep remembers numbers that were agreed.
func (p *payloads) keep(formats []format) {
	for _, f := range formats {
		p.known[f.payload] = f.codec
	}
}

// number is the format's number on the leg: the one it had, its fixed one, or a free one.
func (p *payloads) number(c audio.Codec) (uint8, bool) {
	for n, known := range p.known {
		if !known.IsZero() && known.Same(c) {
			return uint8(n), true
		}
	}
	if n, ok := sdp.StaticPayload(c.Name, c.ClockRate, c.Channels); ok && p.known[n].IsZero() {
		p.known[n] = c
		return n, true
	}
	if c.Same(audio.TelephoneEvent) && p.known[eventPayload].IsZero() {
		p.known[eventPayload] = c
		return eventPayload, true
	}
	for n := firstDynamic; n < len(p.known); n++ {
		if n != eventPayload && p.known[n].IsZero() {
			p.known[n] = c
			return uint8(n), true
		}
	}
	return 0, false
}

func line(formats []format) sdp.Media {
	m := sdp.Media{Type: "audio"}
	for _, f := range formats {
		m.AddFormat(sdp.Format{
			Payload: f.payload, Name: f.codec.Name, ClockRate: f.codec.ClockRate, Channels: f.codec.Channels, Params: f.codec.Params,
		})
	}
	return m
}
