package sip

// Method is a request method.
type Method uint8

// The methods of RFC 3261, 3262, 3311, 3428, 3515, 3903, 6086 and 6665. UnknownMethod is any other.
const (
	UnknownMethod Method = iota
	INVITE
	ACK
	BYE
	CANCEL
	REGISTER
	OPTIONS
	PRACK
	UPDATE
	INFO
	MESSAGE
	SUBSCRIBE
	NOTIFY
	REFER
	PUBLISH
)

var methodNames = [...]string{
	UnknownMethod: "UNKNOWN", INVITE: "INVITE", ACK: "ACK", BYE: "BYE", CANCEL: "CANCEL", REGISTER: "REGISTER",
	OPTIONS: "OPTIONS", PRACK: "PRACK", UPDATE: "UPDATE", INFO: "INFO", MESSAGE: "MESSAGE", SUBSCRIBE: "SUBSCRIBE",
	NOTIFY: "NOTIFY", REFER: "REFER", PUBLISH: "PUBLISH",
}

// String returns the method as it stands in a start line.
func (m Method) String() string {
	if int(m) < len(methodNames) {
		return methodNames[m]
	}
	return methodNames[UnknownMethod]
}

// ParseMethod returns the method of that name, UnknownMethod for any other.
func ParseMethod(b []byte) Method {
	// RFC 3261 §7.1: methods are case-sensitive.
	switch string(b) {
	case "INVITE":
		return INVITE
	case "ACK":
		return ACK
	case "BYE":
		return BYE
	case "CANCEL":
		return CANCEL
	case "REGISTER":
		return REGISTER
	case "OPTIONS":
		return OPTIONS
	case "PRACK":
		return PRACK
	case "UPDATE":
		return UPDATE
	case "INFO":
		return INFO
	case "MESSAGE":
		return MESSAGE
	case "SUBSCRIBE":
		return SUBSCRIBE
	case "NOTIFY":
		return NOTIFY
	case "REFER":
		return REFER
	case "PUBLISH":
		return PUBLISH
	}
	return UnknownMethod
}
