package transaction

// inviteClient is the INVITE client transaction: RFC 3261 §17.1.1.2 with the state Accepted of RFC 6026 §7.2.
//
//nolint:gochecknoglobals // a constant table
var inviteClient = machine{name: "INVITE client", start: calling, table: [stateCount][eventCount]arrow{
	calling: {
		received1xx:     {proceeding, does(stopRepeat, stopEnd, deliver), "RFC 3261 §17.1.1.2"},
		received2xx:     {accepted, does(stopRepeat, startM, deliver), "RFC 6026 §7.2"},
		receivedFailure: {completed, does(stopRepeat, acknowledge, startD, deliver), "RFC 3261 §17.1.1.2"},
		timerA:          {calling, does(resend, doubleRepeat), "RFC 3261 §17.1.1.2"},
		timerB:          {terminated, does(finishTimeout), "RFC 3261 §17.1.1.2"},
		transportError:  {terminated, does(finishTransport), "RFC 3261 §17.1.4"},
	},
	proceeding: {
		received1xx:     {proceeding, does(deliver), "RFC 3261 §17.1.1.2"},
		received2xx:     {accepted, does(startM, deliver), "RFC 6026 §7.2"},
		receivedFailure: {completed, does(acknowledge, startD, deliver), "RFC 3261 §17.1.1.2"},
		timerX:          {terminated, does(finishTimeout), "RFC 3261 §9.1"},
		transportError:  {terminated, does(finishTransport), "RFC 3261 §17.1.4"},
	},
	completed: {
		received1xx:     {completed, does(ignore), "RFC 3261 §17.1.1.2"},
		received2xx:     {completed, does(ignore), "RFC 6026 §7.2"},
		receivedFailure: {completed, does(acknowledgeAgain), "RFC 3261 §17.1.1.2"},
		timerD:          {terminated, does(finish), "RFC 3261 §17.1.1.2"},
		transportError:  {terminated, does(finishTransport), "RFC 3261 §17.1.1.2"},
	},
	accepted: {
		received1xx:     {accepted, does(ignore), "RFC 6026 §7.2"},
		received2xx:     {accepted, does(deliver), "RFC 6026 §7.2"},
		receivedFailure: {accepted, does(ignore), "RFC 6026 §7.2"},
		timerM:          {terminated, does(finish), "RFC 6026 §7.2"},
		transportError:  {terminated, does(finish), "RFC 3261 §17.1.4"}, // nothing more can come
	},
}}

// otherClient is the client transaction of every other method: RFC 3261 §17.1.2.2.
//
//nolint:gochecknoglobals // a constant table
var otherClient = machine{name: "non-INVITE client", start: trying, table: [stateCount][eventCount]arrow{
	trying: {
		received1xx:     {proceeding, does(deliver), "RFC 3261 §17.1.2.2"},
		received2xx:     {completed, does(stopRepeat, startK, deliver), "RFC 3261 §17.1.2.2"},
		receivedFailure: {completed, does(stopRepeat, startK, deliver), "RFC 3261 §17.1.2.2"},
		timerE:          {trying, does(resend, doubleRepeat), "RFC 3261 §17.1.2.2"},
		timerF:          {terminated, does(finishTimeout), "RFC 3261 §17.1.2.2"},
		transportError:  {terminated, does(finishTransport), "RFC 3261 §17.1.4"},
	},
	proceeding: {
		received1xx:     {proceeding, does(deliver), "RFC 3261 §17.1.2.2"},
		received2xx:     {completed, does(stopRepeat, startK, deliver), "RFC 3261 §17.1.2.2"},
		receivedFailure: {completed, does(stopRepeat, startK, deliver), "RFC 3261 §17.1.2.2"},
		timerE:          {proceeding, does(resend, slowRepeat), "RFC 3261 §17.1.2.2"},
		timerF:          {terminated, does(finishTimeout), "RFC 3261 §17.1.2.2"},
		transportError:  {terminated, does(finishTransport), "RFC 3261 §17.1.4"},
	},
	completed: {
		received1xx:     {completed, does(ignore), "RFC 3261 §17.1.2.2"},
		received2xx:     {completed, does(ignore), "RFC 3261 §17.1.2.2"},
		receivedFailure: {completed, does(ignore), "RFC 3261 §17.1.2.2"},
		timerK:          {terminated, does(finish), "RFC 3261 §17.1.2.2"},
		transportError:  {terminated, does(finish), "RFC 3261 §17.1.4"}, // nothing more can come
	},
}}
