package presence

import (
	"context"

	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip/transport"
)

// Mailboxes knows what waits for whom. It may take its time: it is asked by workers.
type Mailboxes interface {
	// Waiting counts the messages of a user. An error of kind pbx.NotFound says that he has no mailbox.
	Waiting(ctx context.Context, u pbx.UserID) (pbx.Waiting, error)
}

// Flows is where the phones are. It is safe for concurrent use.
type Flows interface {
	// Flow returns the newest authenticated flow of a device (signalling 4).
	Flow(d pbx.DeviceID) (transport.Flow, bool)
	// Watch calls f, which must not block, each time a binding of the user becomes live, until stop is called.
	Watch(u pbx.UserID, f func()) (stop func())
}

// Directory knows what a number or name stands for: roster.Directory.
type Directory interface {
	Dial(value []byte) (roster.Target, bool)
	Organization() *roster.Organization
}
