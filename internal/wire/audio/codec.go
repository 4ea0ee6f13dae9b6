package audio

import (
	"strconv"
	"strings"
)

// Codec names an RTP payload format as SDP does (RFC 8866 §6.6). Two codecs with the same name, clock rate and channels
// are the same format; Params only says how its receiver likes it.
type Codec struct {
	Name      string // encoding name, compared without case
	ClockRate int    // RTP clock in hertz: 8000 for G.722 too (RFC 3551 §4.5.2)
	Channels  int    // 1 unless SDP says more
	Params    string // a=fmtp parameters, empty if none
}

// The formats that the server itself can encode and decode, in its order of preference.
var (
	G722 = Codec{Name: "G722", ClockRate: 8000, Channels: 1}
	PCMA = Codec{Name: "PCMA", ClockRate: 8000, Channels: 1}
	PCMU = Codec{Name: "PCMU", ClockRate: 8000, Channels: 1}
)

// Formats that pass through the server or that it reads, but that it never encodes.
var (
	Opus           = Codec{Name: "opus", ClockRate: 48000, Channels: 2}
	ComfortNoise   = Codec{Name: "CN", ClockRate: 8000, Channels: 1}
	TelephoneEvent = Codec{Name: "telephone-event", ClockRate: 8000, Channels: 1, Params: "0-16"}
)

// Same tells whether both are one payload format, whatever their parameters.
func (c Codec) Same(o Codec) bool {
	return c.ClockRate == o.ClockRate && c.Channels == o.Channels && strings.EqualFold(c.Name, o.Name)
}

// Coded tells whether the server can encode and decode the format.
func (c Codec) Coded() bool {
	return c.Same(G722) || c.Same(PCMA) || c.Same(PCMU)
}

// IsZero tells whether no codec is named.
func (c Codec) IsZero() bool { return c.Name == "" }

// Auxiliary tells whether the format only accompanies speech: telephone-event and comfort noise.
func (c Codec) Auxiliary() bool {
	return strings.EqualFold(c.Name, TelephoneEvent.Name) || strings.EqualFold(c.Name, ComfortNoise.Name)
}

// String prints the format as it stands in a=rtpmap.
func (c Codec) String() string {
	if c.IsZero() {
		return "none"
	}
	s := c.Name + "/" + strconv.Itoa(c.ClockRate)
	if c.Channels > 1 {
		s += "/" + strconv.Itoa(c.Channels)
	}
	return s
}
