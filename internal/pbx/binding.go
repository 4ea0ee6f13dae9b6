package pbx

import (
	"net/netip"
	"time"
)

// BindingKey identifies a binding: one per instance and reg-id of a line, and without an instance one per contact.
type BindingKey struct {
	Line     LineID `json:"lineId"`
	Instance string `json:"instance"` // +sip.instance, else "contact:" and the contact's URI
	RegID    int    `json:"regId"`    // 0: without outbound
}

// Binding is where a line of a user can be reached.
type Binding struct {
	Key          BindingKey     `json:"key"`
	Organization OrganizationID `json:"organizationId"`
	User         UserID         `json:"userId"`
	Device       DeviceID       `json:"deviceId"`
	SIPUsername  string         `json:"sipUsername"`
	Contact      string         `json:"contact"`
	Path         []string       `json:"path"`
	CallID       string         `json:"callId"`
	CSeq         uint32         `json:"cseq"`
	Q            int            `json:"q"` // thousandths, 1000 is the highest
	UserAgent    string         `json:"userAgent"`
	Transport    string         `json:"transport"` // udp, tcp, tls, ws, wss
	Local        netip.AddrPort `json:"local"`
	Remote       netip.AddrPort `json:"remote"`
	Flow         [16]byte       `json:"-"`
	Node         string         `json:"node"`
	RegisteredAt time.Time      `json:"registeredAt"` // when it came into being
	UpdatedAt    time.Time      `json:"updatedAt"`    // the last REGISTER
	ExpiresAt    time.Time      `json:"expiresAt"`
}
