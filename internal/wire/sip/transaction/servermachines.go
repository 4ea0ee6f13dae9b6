package transaction

// inviteServer is the INVITE server transaction: RFC 3261 §17.2.1 with the state Accepted of RFC 6026 §7.1.
//
//nolint:gochecknoglobals // a constant table
var inviteServer = machine{name: "INVITE server", start: proceeding, table: [stateCount][eventCount]arrow{
	proceeding: {
		receivedRequest: {proceeding, does(resend), "RFC 3261 §17.2.1"},
		receivedACK:     {proceeding, does(ignore), "RFC 3261 §17.2.1"},
		send1xx:         {proceeding, does(respond), "RFC 3261 §17.2.1"},
		send2xx:         {accepted, does(respond, startL), "RFC 6026 §7.1"},
		sendFailure:     {completed, does(respond, startRepeat, startH), "RFC 3261 §17.2.1"},
		// The state stays, so that the INVITE is not taken for a new one when it comes again.
		transportError: {proceeding, does(noteFailure), "RFC 6026 §8.8"},
	},
	completed: {
		receivedRequest: {completed, does(resend), "RFC 3261 §17.2.1"},
		receivedACK:     {confirmed, does(stopRepeat, startI), "RFC 3261 §17.2.1"},
		send1xx:         {completed, does(refuse), "RFC 3261 §17.2.1"},
		send2xx:         {completed, does(refuse), "RFC 3261 §17.2.1"},
		sendFailure:     {completed, does(refuse), "RFC 3261 §17.2.1"},
		timerG:          {completed, does(resend, doubleRepeat), "RFC 3261 §17.2.1"},
		timerH:          {terminated, does(finishTimeout), "RFC 3261 §17.2.1"},
		transportError:  {completed, does(noteFailure), "RFC 6026 §8.8"},
	},
	confirmed: {
		receivedRequest: {confirmed, does(ignore), "RFC 3261 §17.2.1"},
		receivedACK:     {confirmed, does(ignore), "RFC 3261 §17.2.1"},
		send1xx:         {confirmed, does(refuse), "RFC 3261 §17.2.1"},
		send2xx:         {confirmed, does(refuse), "RFC 3261 §17.2.1"},
		sendFailure:     {confirmed, does(refuse), "RFC 3261 §17.2.1"},
		timerI:          {terminated, does(finish), "RFC 3261 §17.2.1"},
		transportError:  {confirmed, does(noteFailure), "RFC 6026 §8.8"},
	},
	accepted: {
		receivedRequest: {accepted, does(ignore), "RFC 6026 §7.1"}, // the user repeats the 2xx
		receivedACK:     {accepted, does(deliver), "RFC 6026 §7.1"},
		send1xx:         {accepted, does(refuse), "RFC 6026 §7.1"},
		send2xx:         {accepted, does(respond), "RFC 6026 §7.1"},
		sendFailure:     {accepted, does(refuse), "RFC 6026 §7.1"},
		timerL:          {terminated, does(finish), "RFC 6026 §7.1"},
		transportError:  {accepted, does(noteFailure), "RFC 6026 §8.8"},
	},
}}

// otherServer is the server transaction of every other method: RFC 3261 §17.2.2.
//
//nolint:gochecknoglobals // a constant table
var otherServer = machine{name: "non-INVITE server", start: trying, table: [stateCount][eventCount]arrow{
	trying: {
		receivedRequest: {trying, does(ignore), "RFC 3261 §17.2.2"},
		send1xx:         {proceeding, does(respond), "RFC 3261 §17.2.2"},
		send2xx:         {completed, does(respond, startJ), "RFC 3261 §17.2.2"},
		sendFailure:     {completed, does(respond, startJ), "RFC 3261 §17.2.2"},
		transportError:  {trying, does(noteFailure), "RFC 6026 §8.8"},
	},
	proceeding: {
		receivedRequest: {proceeding, does(resend), "RFC 3261 §17.2.2"},
		send1xx:         {proceeding, does(respond), "RFC 3261 §17.2.2"},
		send2xx:         {completed, does(respond, startJ), "RFC 3261 §17.2.2"},
		sendFailure:     {completed, does(respond, startJ), "RFC 3261 §17.2.2"},
		transportError:  {proceeding, does(noteFailure), "RFC 6026 §8.8"},
	},
	completed: {
		receivedRequest: {completed, does(resend), "RFC 3261 §17.2.2"},
		send1xx:         {completed, does(refuse), "RFC 3261 §17.2.2"},
		send2xx:         {completed, does(refuse), "RFC 3261 §17.2.2"},
		sendFailure:     {completed, does(refuse), "RFC 3261 §17.2.2"},
		timerJ:          {terminated, does(finish), "RFC 3261 §17.2.2"},
		transportError:  {completed, does(noteFailure), "RFC 6026 §8.8"},
	},
}}
