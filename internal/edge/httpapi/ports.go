package httpapi

import (
	"context"
	"net/netip"
	"reflect"
	"time"

	"ringfence/internal/engine/admin"
	"ringfence/internal/engine/call"
	"ringfence/internal/pbx"
)

// Phones is where the registered phones are.
type Phones interface {
	// Of gives a user's bindings, live and dormant.
	Of(user pbx.UserID) []Phone
	// All gives every binding of an organization, in no order.
	All(org pbx.OrganizationID) []Phone
	// Notice says in words what is amiss with a device, empty for nothing.
	Notice(device pbx.DeviceID) string
	// Slowed tells from where a line is not heard for a while, because wrong passwords came from there (F4).
	Slowed(sipUsername string) []Slow
	// LetIn hears a line again at once.
	LetIn(sipUsername string)
}

// Slow is a source whose registrations wait.
type Slow struct {
	Source   netip.Prefix
	Failures int
	Until    time.Time
}

// Phone is one registered contact.
type Phone struct {
	pbx.Binding
	Live bool // its flow is open
}

// Calls is what goes on now.
type Calls interface {
	Live(org pbx.OrganizationID) []pbx.LiveCall
	// Hangup ends a call; pbx.NotFound when there is none of the number in the organization.
	Hangup(org pbx.OrganizationID, id pbx.CallID) error
	// Try tells where a call would go at this moment, and how routing came to that. Caller 0 is somebody. pbx.NotFound
	// when the caller is not of the organization, pbx.Unavailable where no calls are made.
	Try(org pbx.OrganizationID, caller pbx.UserID, dialled string) (call.Tried, error)
}

// RecordQuery asks for call records, the newest first.
type RecordQuery struct {
	admin.Query
	User     pbx.UserID // caller or callee
	From, To time.Time  // when it began; zero: open
}

// Records reads call records.
type Records interface {
	List(ctx context.Context, org pbx.OrganizationID, q RecordQuery) (admin.Page[pbx.CallRecord], error)
	Get(ctx context.Context, org pbx.OrganizationID, id pbx.CallID) (pbx.CallRecord, error)
}

// Machine is what the server knows about itself.
type Machine interface {
	// Ready is nil when requests and calls are served.
	Ready(ctx context.Context) error
	// Authority gives the certificate authority's certificate, nil when the certificate is somebody else's.
	Authority() []byte
	// Client gives the settings that work for a phone of the organization.
	Client(o pbx.Organization) ClientSettings
}

// ClientSettings is what a person types into a phone or softphone.
type ClientSettings struct {
	Domain        string `json:"domain" doc:"SIP domain, the part of the address after the @"`
	OutboundProxy string `json:"outboundProxy" doc:"Host name or address that the server is reached by"`
	Port          int    `json:"port"`
	Transport     string `json:"transport" enum:"tls,tcp,udp"`
	SRTP          string `json:"srtp" enum:"mandatory,optional"`
	CAURL         string `json:"caURL" doc:"Where the certificate authority's certificate is; empty for a public one"`
	CAFingerprint string `json:"caFingerprint" doc:"SHA-256 of that certificate"`
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
