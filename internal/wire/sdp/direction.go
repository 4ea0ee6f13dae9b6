package sdp

// Direction is the way media flows, seen from the side whose description it stands in (RFC 8866 §6.7). The zero value is
// sendrecv, which is also what a description means that says nothing.
type Direction uint8

// The four directions.
const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

var directionNames = [...]string{SendRecv: "sendrecv", SendOnly: "sendonly", RecvOnly: "recvonly", Inactive: "inactive"}

// String is the attribute's name.
func (d Direction) String() string {
	if int(d) < len(directionNames) {
		return directionNames[d]
	}
	return "inactive"
}

// Sends tells whether the side that says so sends media.
func (d Direction) Sends() bool { return d == SendRecv || d == SendOnly }

// Receives tells whether the side that says so receives media.
func (d Direction) Receives() bool { return d == SendRecv || d == RecvOnly }

// Reverse is the same flow seen from the other side.
func (d Direction) Reverse() Direction {
	switch d {
	case SendOnly:
		return RecvOnly
	case RecvOnly:
		return SendOnly
	default:
		return d
	}
}

// Limit is the part of wanted that d allows when both are seen from the same side.
func (d Direction) Limit(wanted Direction) Direction {
	return directionOf(d.Sends() && wanted.Sends(), d.Receives() && wanted.Receives())
}

// AnswerDirection is what an answer says to an offer when the answerer would like wanted (RFC 3264 §6.1).
func AnswerDirection(offered, wanted Direction) Direction {
	return offered.Reverse().Limit(wanted)
}

func directionOf(sends, receives bool) Direction {
	switch {
	case sends && receives:
		return SendRecv
	case sends:
		return SendOnly
	case receives:
		return RecvOnly
	default:
		return Inactive
	}
}

func parseDirection(name string) (Direction, bool) {
	for d, n := range directionNames {
		if n == name {
			return Direction(d), true
		}
	}
	return 0, false
}
