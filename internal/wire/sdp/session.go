// Package sdp reads and writes session descriptions (RFC 8866) and holds the rules of the offer/answer model (RFC 3264)
// as pure functions and one small state machine.
//
// It keeps what a telephone call needs: origin, connection, bandwidth, attributes and media. Lines that only describe a
// session to people (i=, u=, e=, p=) and its schedule (t=, r=, z=) are checked and dropped. It decides nothing: which
// keys, codecs and addresses are acceptable is the caller's business. Nothing here keeps state between calls, so everything
// is safe for concurrent use as long as a value is.
package sdp

import (
	"net/netip"
	"strconv"
	"strings"
)

// Limits on what a stranger may send; anything larger is malformed.
const (
	MaxSize       = 32 << 10 // bytes in a description
	MaxLine       = 2 << 10  // bytes in a line
	MaxMedia      = 16       // m= lines
	MaxAttributes = 256      // a= lines in one section
	MaxFormats    = 64       // formats of one m= line
	MaxBandwidths = 8        // b= lines in one section
)

// Session is a session description.
type Session struct {
	Origin     Origin
	Name       string
	Connection Address
	Bandwidths []string
	Attributes []Attribute
	Media      []Media
}

// Origin is the o= line (RFC 8866 §5.2).
type Origin struct {
	Username  string
	SessionID uint64
	Version   uint64
	Address   Address
}

// Address is the address part of o= and c= lines. The zero value is no address.
type Address struct {
	Type string // IP4 or IP6
	Host string
}

// AddressOf is the address of an IP.
func AddressOf(ip netip.Addr) Address {
	ip = ip.Unmap().WithZone("")
	switch {
	case !ip.IsValid():
		return Address{}
	case ip.Is4():
		return Address{Type: "IP4", Host: ip.String()}
	default:
		return Address{Type: "IP6", Host: ip.String()}
	}
}

// IsZero tells whether there is no address.
func (a Address) IsZero() bool { return a.Host == "" }

// IP is the address, or the zero Addr if it is a host name or cannot be used to send to.
func (a Address) IP() netip.Addr {
	ip, err := netip.ParseAddr(a.Host)
	if err != nil || ip.Zone() != "" {
		return netip.Addr{}
	}
	return ip.Unmap()
}

// Attribute is an a= line: a flag if Value is empty.
type Attribute struct {
	Name  string
	Value string
}

// Media is an m= line and what belongs to it.
type Media struct {
	Type       string // audio, video, image...
	Port       uint16 // 0: refused or switched off
	Proto      string // RTP/AVP...
	Formats    []string
	Connection Address
	Bandwidths []string
	Attributes []Attribute
}

// The RTP profiles of an m= line.
const (
	AVP       = "RTP/AVP"           // RFC 3551
	AVPF      = "RTP/AVPF"          // RFC 4585
	SAVP      = "RTP/SAVP"          // RFC 3711
	SAVPF     = "RTP/SAVPF"         // RFC 5124
	DTLSSAVP  = "UDP/TLS/RTP/SAVP"  // RFC 5764
	DTLSSAVPF = "UDP/TLS/RTP/SAVPF" // RFC 5764
)

// Plain tells whether the profile is RTP without required encryption.
func (m *Media) Plain() bool { return m.Proto == AVP || m.Proto == AVPF }

// Secure tells whether the profile is SRTP keyed in the description.
func (m *Media) Secure() bool { return m.Proto == SAVP || m.Proto == SAVPF }

// Attribute is the value of the section's first attribute of that name.
func (m *Media) Attribute(name string) (string, bool) { return find(m.Attributes, name) }

// All are the values of every attribute of that name, in order.
func (m *Media) All(name string) []string {
	var values []string
	for _, a := range m.Attributes {
		if a.Name == name {
			values = append(values, a.Value)
		}
	}
	return values
}

// Attribute is the value of the session's first attribute of that name.
func (s *Session) Attribute(name string) (string, bool) { return find(s.Attributes, name) }

func find(attributes []Attribute, name string) (string, bool) {
	for _, a := range attributes {
		if a.Name == name {
			return a.Value, true
		}
	}
	return "", false
}

// ConnectionOf is the address at which the media is received: its own c= line or the session's.
func (s *Session) ConnectionOf(m *Media) Address {
	if !m.Connection.IsZero() {
		return m.Connection
	}
	return s.Connection
}

// DirectionOf is the media's direction: its own, the session's, or sendrecv (RFC 8866 §6.7). An unspecified address is the
// old way to put the other side on hold (RFC 3264 §8.4): nothing may be sent to it.
func (s *Session) DirectionOf(m *Media) Direction {
	d, ok := directionIn(m.Attributes)
	if !ok {
		d, _ = directionIn(s.Attributes)
	}
	if ip := s.ConnectionOf(m).IP(); ip.IsValid() && ip.IsUnspecified() {
		d = d.Limit(SendOnly)
	}
	return d
}

func directionIn(attributes []Attribute) (Direction, bool) {
	for _, a := range attributes {
		if d, ok := parseDirection(a.Name); ok && a.Value == "" {
			return d, true
		}
	}
	return SendRecv, false
}

// Format is one payload format of an RTP media line.
type Format struct {
	Payload   uint8
	Name      string
	ClockRate int
	Channels  int
	Params    string // a=fmtp
}

// static are the payload types that need no a=rtpmap (RFC 3551 §6) as far as telephones use them.
var static = map[uint8]Format{
	0:  {Payload: 0, Name: "PCMU", ClockRate: 8000, Channels: 1},
	3:  {Payload: 3, Name: "GSM", ClockRate: 8000, Channels: 1},
	4:  {Payload: 4, Name: "G723", ClockRate: 8000, Channels: 1},
	8:  {Payload: 8, Name: "PCMA", ClockRate: 8000, Channels: 1},
	9:  {Payload: 9, Name: "G722", ClockRate: 8000, Channels: 1},
	13: {Payload: 13, Name: "CN", ClockRate: 8000, Channels: 1},
	18: {Payload: 18, Name: "G729", ClockRate: 8000, Channels: 1},
}

// StaticPayload is the payload type fixed for a format, if there is one.
func StaticPayload(name string, clockRate, channels int) (uint8, bool) {
	for pt, f := range static {
		if strings.EqualFold(f.Name, name) && f.ClockRate == clockRate && f.Channels == channels {
			return pt, true
		}
	}
	return 0, false
}

// RTPFormats are the formats of an RTP media line that can be understood, in order; the others are left out.
func (m *Media) RTPFormats() []Format {
	formats := make([]Format, 0, len(m.Formats))
	for _, text := range m.Formats {
		pt, err := strconv.ParseUint(text, 10, 7)
		if err != nil {
			continue
		}
		f, ok := m.format(uint8(pt), text)
		if ok && !hasPayload(formats, f.Payload) {
			formats = append(formats, f)
		}
	}
	return formats
}

func hasPayload(formats []Format, pt uint8) bool {
	for _, f := range formats {
		if f.Payload == pt {
			return true
		}
	}
	return false
}

func (m *Media) format(pt uint8, text string) (Format, bool) {
	f, ok := static[pt]
	for _, a := range m.Attributes {
		number, rest, found := strings.Cut(a.Value, " ")
		if !found || number != text {
			continue
		}
		switch a.Name {
		case "rtpmap":
			var mapped Format
			if mapped, ok = parseRTPMap(pt, rest); !ok {
				return Format{}, false
			}
			mapped.Params = f.Params
			f = mapped
		case "fmtp":
			f.Params = strings.TrimSpace(rest)
		}
	}
	return f, ok
}

// parseRTPMap reads "name/rate" or "name/rate/channels" (RFC 8866 §6.6).
func parseRTPMap(pt uint8, text string) (Format, bool) {
	parts := strings.Split(strings.TrimSpace(text), "/")
	if len(parts) < 2 || len(parts) > 3 || !token(parts[0]) {
		return Format{}, false
	}
	rate, err := strconv.ParseUint(parts[1], 10, 20)
	if err != nil || rate == 0 {
		return Format{}, false
	}
	f := Format{Payload: pt, Name: parts[0], ClockRate: int(rate), Channels: 1}
	if len(parts) == 3 {
		channels, err := strconv.ParseUint(parts[2], 10, 4)
		if err != nil || channels == 0 {
			return Format{}, false
		}
		f.Channels = int(channels)
	}
	return f, true
}

// RTCPMux tells whether RTCP may share the media's port (RFC 5761 §5.1.1).
func (m *Media) RTCPMux() bool {
	_, ok := m.Attribute("rtcp-mux")
	return ok
}

// RTCPOf is where the media's RTCP is received when it has a port of its own: a=rtcp (RFC 3605 §2.1), else the next port.
// The port is 0 if there is none.
func (s *Session) RTCPOf(m *Media) (netip.Addr, uint16) {
	ip := s.ConnectionOf(m).IP()
	value, ok := m.Attribute("rtcp")
	if !ok {
		if m.Port == 0 || m.Port == 65535 {
			return ip, 0
		}
		return ip, m.Port + 1
	}
	fields := strings.Fields(value)
	if len(fields) == 0 {
		return ip, 0
	}
	port, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil {
		return ip, 0
	}
	if len(fields) == 4 && fields[1] == "IN" {
		if own := (Address{Type: fields[2], Host: fields[3]}).IP(); own.IsValid() {
			ip = own
		}
	}
	return ip, uint16(port)
}
