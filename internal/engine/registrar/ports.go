package registrar

import (
	"context"
	"iter"
	"net/netip"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// BindingStore keeps bindings over a restart. An error of kind pbx.Unavailable says that the store as a whole is down;
// any other concerns a row.
type BindingStore interface {
	// Load reads every binding, also those that have expired.
	Load(ctx context.Context) iter.Seq2[pbx.Binding, error]
	// Commit stores all changes or none. Each key comes once.
	Commit(ctx context.Context, changes []BindingChange) error
}

// BindingChange puts or deletes the row of a key.
type BindingChange struct {
	Key pbx.BindingKey
	Put *pbx.Binding // nil: delete
}

// Flows makes the flow to a UDP address: transport.Layer.
type Flows interface {
	UDPFlow(local, remote netip.AddrPort) (transport.Flow, bool)
}

// Owner is the authenticated line that registers.
type Owner struct {
	Organization pbx.OrganizationID
	User         pbx.UserID
	Device       pbx.DeviceID
	Line         pbx.LineID
	SIPUsername  string
	MaxBindings  int // different instances at a time
}

// Request is one REGISTER of an authenticated line. Flow and Msg are valid during the call of Register only.
type Request struct {
	Owner Owner
	Flow  transport.Flow
	Msg   *sip.Message
	Later Later // how to answer when the store must be asked first; nil only if there is no store
}

// Later keeps what is needed of a request whose answer comes later.
type Later interface {
	// Defer is called at most once, during Register. The Answerer it returns is called once, perhaps on another
	// goroutine.
	Defer() Answerer
}

// Answerer sends the answer of a REGISTER.
type Answerer interface {
	Answer(a Answer)
}
