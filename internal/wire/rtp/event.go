package rtp

import "encoding/binary"

// Event is the payload of a telephone-event packet (RFC 4733 §2.3).
type Event struct {
	Code     uint8
	End      bool
	Volume   uint8  // -dBm0
	Duration uint16 // in the stream's clock, since the packet's timestamp
}

const eventDigits = "0123456789*#ABCDF"

// ParseEvent reads a telephone-event payload.
func ParseEvent(payload []byte) (Event, bool) {
	if len(payload) < 4 {
		return Event{}, false
	}
	return Event{
		Code:     payload[0],
		End:      payload[1]&0x80 != 0,
		Volume:   payload[1] & 0x3f,
		Duration: binary.BigEndian.Uint16(payload[2:]),
	}, true
}

// Append appends the payload.
func (e Event) Append(b []byte) []byte {
	flags := e.Volume & 0x3f
	if e.End {
		flags |= 0x80
	}
	return binary.BigEndian.AppendUint16(append(b, e.Code, flags), e.Duration)
}

// Digit is the key that the event stands for: '0' to '9', '*', '#', 'A' to 'D' or 'F' for flash; 0 for other events.
func (e Event) Digit() byte {
	if int(e.Code) < len(eventDigits) {
		return eventDigits[e.Code]
	}
	return 0
}

// EventCode is the event of a key.
func EventCode(digit byte) (uint8, bool) {
	for i := range len(eventDigits) {
		if eventDigits[i] == digit {
			return uint8(i), true
		}
	}
	return 0, false
}
