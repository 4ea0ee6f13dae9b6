package sip

// HeaderID is a header field that this package knows by name.
type HeaderID uint8

// The known header fields. OtherHeader is any other; Message.Lookup finds it by name.
const (
	OtherHeader HeaderID = iota
	Via
	From
	To
	CallID
	CSeq
	Contact
	MaxForwards
	ContentLength
	ContentType
	Expires
	MinExpires
	Route
	RecordRoute
	Path
	ServiceRoute
	Supported
	Require
	ProxyRequire
	Unsupported
	Allow
	Accept
	Authorization
	WWWAuthenticate
	ProxyAuthorization
	ProxyAuthenticate
	AuthenticationInfo
	UserAgent
	Server
	Reason
	RetryAfter
	Warning
	SessionExpires
	MinSE
	RSeq
	RAck
	Event
	SubscriptionState
	AllowEvents
	ReferTo
	ReferredBy
	ReferSub
	Replaces
	Join
	PAssertedIdentity
	PPreferredIdentity
	RemotePartyID
	Privacy
	HistoryInfo
	Diversion
	Date
	Subject
	Timestamp
	Organization
	Priority
	ReplyTo
	AcceptEncoding
	AcceptLanguage
	ContentDisposition
	ContentEncoding
	ContentLanguage
	MIMEVersion
	AlertInfo
	CallInfo
	ErrorInfo
	InReplyTo
	FlowTimer
	RequestDisposition
	SIPETag
	SIPIfMatch
	AnswerMode
	Identity
	headerCount
)

type headerInfo struct {
	name    string
	compact byte // RFC 3261 §7.3.3: the one-letter form, zero if there is none
	list    bool // the grammar is a list separated by commas
	single  bool // a second one makes the message ambiguous
}

var headers = [headerCount]headerInfo{
	Via:                {name: "Via", compact: 'v', list: true},
	From:               {name: "From", compact: 'f', single: true},
	To:                 {name: "To", compact: 't', single: true},
	CallID:             {name: "Call-ID", compact: 'i', single: true},
	CSeq:               {name: "CSeq", single: true},
	Contact:            {name: "Contact", compact: 'm', list: true},
	MaxForwards:        {name: "Max-Forwards", single: true},
	ContentLength:      {name: "Content-Length", compact: 'l', single: true},
	ContentType:        {name: "Content-Type", compact: 'c', single: true},
	Expires:            {name: "Expires", single: true},
	MinExpires:         {name: "Min-Expires", single: true},
	Route:              {name: "Route", list: true},
	RecordRoute:        {name: "Record-Route", list: true},
	Path:               {name: "Path", list: true},
	ServiceRoute:       {name: "Service-Route", list: true},
	Supported:          {name: "Supported", compact: 'k', list: true},
	Require:            {name: "Require", list: true},
	ProxyRequire:       {name: "Proxy-Require", list: true},
	Unsupported:        {name: "Unsupported", list: true},
	Allow:              {name: "Allow", list: true},
	Accept:             {name: "Accept", list: true},
	Authorization:      {name: "Authorization"},
	WWWAuthenticate:    {name: "WWW-Authenticate"},
	ProxyAuthorization: {name: "Proxy-Authorization"},
	ProxyAuthenticate:  {name: "Proxy-Authenticate"},
	AuthenticationInfo: {name: "Authentication-Info"},
	UserAgent:          {name: "User-Agent"},
	Server:             {name: "Server"},
	Reason:             {name: "Reason", list: true},
	RetryAfter:         {name: "Retry-After"},
	Warning:            {name: "Warning", list: true},
	SessionExpires:     {name: "Session-Expires", compact: 'x', single: true},
	MinSE:              {name: "Min-SE", single: true},
	RSeq:               {name: "RSeq", single: true},
	RAck:               {name: "RAck", single: true},
	Event:              {name: "Event", compact: 'o', single: true},
	SubscriptionState:  {name: "Subscription-State", single: true},
	AllowEvents:        {name: "Allow-Events", compact: 'u', list: true},
	ReferTo:            {name: "Refer-To", compact: 'r', single: true},
	ReferredBy:         {name: "Referred-By", compact: 'b', single: true},
	ReferSub:           {name: "Refer-Sub", single: true},
	Replaces:           {name: "Replaces", single: true},
	Join:               {name: "Join", single: true},
	PAssertedIdentity:  {name: "P-Asserted-Identity", list: true},
	PPreferredIdentity: {name: "P-Preferred-Identity", list: true},
	RemotePartyID:      {name: "Remote-Party-ID", list: true},
	Privacy:            {name: "Privacy"},
	HistoryInfo:        {name: "History-Info", list: true},
	Diversion:          {name: "Diversion", list: true},
	Date:               {name: "Date"},
	Subject:            {name: "Subject", compact: 's'},
	Timestamp:          {name: "Timestamp"},
	Organization:       {name: "Organization"},
	Priority:           {name: "Priority"},
	ReplyTo:            {name: "Reply-To"},
	AcceptEncoding:     {name: "Accept-Encoding", list: true},
	AcceptLanguage:     {name: "Accept-Language", list: true},
	ContentDisposition: {name: "Content-Disposition", single: true},
	ContentEncoding:    {name: "Content-Encoding", compact: 'e', list: true},
	ContentLanguage:    {name: "Content-Language", list: true},
	MIMEVersion:        {name: "MIME-Version"},
	AlertInfo:          {name: "Alert-Info", list: true},
	CallInfo:           {name: "Call-Info", list: true},
	ErrorInfo:          {name: "Error-Info", list: true},
	InReplyTo:          {name: "In-Reply-To", list: true},
	FlowTimer:          {name: "Flow-Timer"},
	RequestDisposition: {name: "Request-Disposition", compact: 'd', list: true},
	SIPETag:            {name: "SIP-ETag"},
	SIPIfMatch:         {name: "SIP-If-Match"},
	AnswerMode:         {name: "Answer-Mode"},
	Identity:           {name: "Identity", compact: 'y', list: true},
}

// String returns the name as it is written on the wire; empty for OtherHeader.
func (h HeaderID) String() string {
	if h < headerCount {
		return headers[h].name
	}
	return ""
}

// List reports whether the grammar of the header field is a list separated by commas.
func (h HeaderID) List() bool { return h < headerCount && headers[h].list }

var (
	headerIndex  = indexHeaders()
	compactIndex = indexCompact()
)

const headerBuckets = 256

// indexHeaders makes a hash table of the names: buckets of identifiers, chosen by length and two letters.
func indexHeaders() (t [headerBuckets][]HeaderID) {
	for h := OtherHeader + 1; h < headerCount; h++ {
		k := nameHash([]byte(headers[h].name))
		t[k] = append(t[k], h)
	}
	return t
}

func indexCompact() (t [256]HeaderID) {
	for h := OtherHeader + 1; h < headerCount; h++ {
		if c := headers[h].compact; c != 0 {
			t[c] = h
			t[c-'a'+'A'] = h
		}
	}
	return t
}

func nameHash(b []byte) uint8 {
	n := len(b)
	return uint8(n)*37 + (b[0]|0x20)*11 + (b[n-1]|0x20)*5 + (b[n/2] | 0x20)
}

// ParseHeaderID returns the header field of that name, in long or compact form and in any case.
func ParseHeaderID(name []byte) HeaderID {
	switch len(name) {
	case 0:
		return OtherHeader
	case 1:
		return compactIndex[name[0]]
	}
	for _, h := range headerIndex[nameHash(name)] {
		if equalFold(name, headers[h].name) {
			return h
		}
	}
	return OtherHeader
}
