package registrar

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf8"
	"unique"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

const maxContacts = 8 // in one REGISTER

// Register carries out a REGISTER (RFC 3261 §10.3). It answers at once, or reports false and answers by the Answerer
// of the request, after the commit.
func (r *Registrar) Register(rq Request) (Answer, bool) {
	r.counters.Requests.Add(1)
	var want wanted
	if a := r.read(&rq, &want); a.Code != 0 {
		return r.refuse(a), true
	}
	if !want.star && want.n == 0 {
		r.counters.Fetches.Add(1)
		return r.accepted(&rq, &want), true
	}
	now := time.Now().UnixMilli()
	if r.group == nil {
		return r.registerInMemory(&rq, &want, now), true
	}
	r.registerInStore(&rq, &want, now)
	return Answer{}, false
}

// wanted is what a REGISTER asks for. Its views point into the message.
type wanted struct {
	callID   []byte
	cseq     uint32
	outbound bool // RFC 5626: some contact has a flow of its own
	star     bool
	n        int
	contacts [maxContacts]wantedContact
}

type wantedContact struct {
	uri, instance []byte
	parsed        sip.URI
	q, regID      uint16
	expires       time.Duration // zero: remove it
}

func (w *wanted) list() []wantedContact { return w.contacts[:w.n] }

// read reads what a REGISTER asks for; the answer tells what is wrong with it.
func (r *Registrar) read(rq *Request, w *wanted) Answer {
	m := rq.Msg
	w.callID = m.CallID()
	w.callID = w.callID[:min(len(w.callID), maxCallID)]
	w.cseq, _ = m.CSeq()
	outbound := m.HasToken(sip.Supported, "outbound")
	for v := range m.All(sip.Contact) {
		a, err := sip.ParseAddress(v)
		switch {
		case err != nil:
			return Answer{Code: 400, Reason: "Malformed Contact"}
		case a.Star:
			w.star = true
			continue
		case w.n == maxContacts:
			return Answer{Code: 403, Reason: "Too Many Contacts"}
		}
		if bad := r.readContact(rq, &a, outbound, &w.contacts[w.n]); bad.Code != 0 {
			return bad
		}
		w.outbound = w.outbound || w.contacts[w.n].regID != 0
		w.n++
	}
	if expires, ok := m.Uint(sip.Expires, 1); w.star && (w.n > 0 || !ok || expires != 0) {
		// RFC 3261 §10.3 step 6: "*" stands alone, with Expires: 0.
		return Answer{Code: 400, Reason: "Misplaced Star Contact"}
	}
	if w.outbound && m.Count(sip.Via) > 1 && !lastPathIsOutbound(m) {
		return Answer{Code: 439} // RFC 5626 §6: the proxy between us does not keep flows
	}
	return Answer{}
}

func lastPathIsOutbound(m *sip.Message) bool {
	found := false
	for v := range m.All(sip.Path) {
		a, err := sip.ParseAddress(v)
		if err != nil {
			return false
		}
		_, found = a.URI.Param("ob")
	}
	return found
}

func (r *Registrar) readContact(rq *Request, a *sip.Address, outbound bool, c *wantedContact) Answer {
	if !a.URI.IsSIP() || len(a.RawURI) > maxContact {
		return Answer{Code: 400, Reason: "Unusable Contact"}
	}
	c.uri, c.parsed, c.q = a.RawURI, a.URI, readQ(a)
	if v, ok := a.Param("+sip.instance"); ok {
		c.instance = sip.Unquote(v)
		if len(c.instance) > maxInstance || !utf8.Valid(c.instance) || bytes.ContainsAny(c.instance, "\x00\"\n\r\\") {
			return Answer{Code: 400, Reason: "Unusable Instance"}
		}
	}
	if v, ok := a.Param("reg-id"); ok && outbound && len(c.instance) > 0 {
		// RFC 5626 §6: without an instance, or without the option tag, reg-id says nothing.
		n, valid := sip.ParseUint(v, maxRegID)
		if !valid || n == 0 {
			return Answer{Code: 400, Reason: "Malformed reg-id"}
		}
		c.regID = uint16(n)
	}
	l := r.cfg.Limits
	longest := l.MaxExpires
	if rq.Flow.Kind() != transport.UDP && c.regID == 0 {
		longest = l.MaxConnExpires
	}
	asked := askedExpiry(rq.Msg, a)
	switch {
	case asked == 0:
	case asked < l.MinExpires && asked < time.Hour:
		return Answer{Code: 423, minExpires: l.MinExpires}
	default:
		c.expires = min(asked, longest)
	}
	return Answer{}
}

// askedExpiry is the contact's own expiry, else that of the request, else an hour. What is no number is an hour too
// (RFC 3261 §10.2.1.1, §20.19).
func askedExpiry(m *sip.Message, a *sip.Address) time.Duration {
	n, ok := uint32(0), false
	if v, has := a.Param("expires"); has {
		n, ok = sip.ParseUint(v, 1<<31)
	} else {
		n, ok = m.Uint(sip.Expires, 1<<31)
	}
	if !ok {
		return time.Hour
	}
	return time.Duration(n) * time.Second
}

// readQ reads q as thousandths; what is malformed counts as not given.
func readQ(a *sip.Address) uint16 {
	v, ok := a.Param("q")
	if !ok || len(v) == 0 || len(v) > 5 || v[0] != '0' && v[0] != '1' || len(v) > 1 && v[1] != '.' {
		return noQ
	}
	q := uint16(v[0]-'0') * 1000
	for i, weight := 2, uint16(100); i < len(v); i, weight = i+1, weight/10 {
		if v[i] < '0' || v[i] > '9' {
			return noQ
		}
		q += uint16(v[i]-'0') * weight
	}
	return min(q, 1000)
}

func qText(q uint16) string {
	if q >= 1000 {
		return "1"
	}
	text := []byte{'0', '.', '0' + byte(q/100), '0' + byte(q/10%10), '0' + byte(q%10)}
	return string(text)
}

func (r *Registrar) accepted(rq *Request, w *wanted) Answer {
	return Answer{Code: 200, registrar: r, user: rq.Owner.User, line: rq.Owner.Line, outbound: w.outbound}
}

func (r *Registrar) refuse(a Answer) Answer {
	r.counters.Refused.Add(1)
	return a
}

func (r *Registrar) unavailable() Answer {
	r.counters.Unavailable.Add(1)
	// Jittered, so that the phones do not all come back at once.
	return Answer{Code: 503, retryAfter: time.Duration(5+rand.IntN(26)) * time.Second}
}

// matches reports whether the contact is for the binding: the same instance and reg-id, else the same URI.
func (c *wantedContact) matches(rec *record, line pbx.LineID) bool {
	if rec.line != line || rec.regID != c.regID {
		return false
	}
	if len(c.instance) > 0 || rec.instance() != "" {
		return string(c.instance) == rec.instance()
	}
	return c.sameURI(rec.contact())
}

// sameURI compares the contact with a stored one, as URIs (RFC 3261 §10.3).
func (c *wantedContact) sameURI(stored string) bool {
	if string(c.uri) == stored {
		return true
	}
	if certainlyOther(c.uri, stored) {
		return false
	}
	var room [maxContact]byte // ParseURI keeps views of it, and they end here
	other, err := sip.ParseURI(room[:copy(room[:], stored)])
	return err == nil && c.parsed.Equal(other)
}

// certainlyOther reports whether two URIs differ in what stands before their parameters, so that nobody needs to read
// them. Escapes may say the same in other words, so with them nothing is certain.
func certainlyOther(a []byte, b string) bool {
	if i := bytes.IndexAny(a, ";?"); i >= 0 {
		a = a[:i]
	}
	if i := strings.IndexAny(b, ";?"); i >= 0 {
		b = b[:i]
	}
	return !sip.EqualFold(a, b) && bytes.IndexByte(a, '%') < 0 && strings.IndexByte(b, '%') < 0
}

// displaces reports whether the contact takes the place of another binding: the same instance with and without flows
// of its own, or the same contact that now tells its instance.
func (c *wantedContact) displaces(rec *record, line pbx.LineID) bool {
	if rec.line != line || c.expires == 0 {
		return false
	}
	if rec.instance() == "" {
		return len(c.instance) > 0 && c.sameURI(rec.contact())
	}
	return string(c.instance) == rec.instance() && (c.regID == 0) != (rec.regID == 0)
}

// verdict is what the bindings that exist say about a request.
type verdict uint8

const (
	proceed  verdict = iota
	repeated         // the request was carried out already
	outdated         // a later one was carried out already
)

// judgeLocked compares Call-ID and CSeq with those of the bindings that the request concerns.
//
// RFC 3261 §10.3 step 7: deviation: an equal CSeq is a retransmission and is answered with the bindings as they are,
// because the stateless answer to the first may have been lost (signalling 10).
func (s *shard) judgeLocked(rq *Request, w *wanted) verdict {
	concerned, equal := 0, 0
	for c := s.users[rq.Owner.User]; c != nil; c = c.next {
		if c.line != rq.Owner.Line || c.callID() != string(w.callID) || !w.concerns(c, rq.Owner.Line) {
			continue
		}
		concerned++
		switch {
		case c.cseq > w.cseq:
			return outdated
		case c.cseq == w.cseq:
			equal++
		}
	}
	if concerned > 0 && equal == concerned && !w.star {
		return repeated
	}
	return proceed
}

func (w *wanted) concerns(c *record, line pbx.LineID) bool {
	if w.star {
		return true
	}
	for i := range w.list() {
		if w.contacts[i].matches(c, line) {
			return true
		}
	}
	return false
}

// fill writes what a contact of a request says into a record.
func (r *Registrar) fill(c *record, rq *Request, w *wanted, k *wantedContact, now int64) {
	o := &rq.Owner
	c.user, c.line, c.device, c.organization, c.sipUsername = o.User, o.Line, o.Device, o.Organization, o.SIPUsername
	c.cseq, c.q, c.regID = w.cseq, k.q, k.regID
	if c.registered == 0 {
		c.registered = now
	}
	c.updated, c.expires = now, now+k.expires.Milliseconds()
	c.kind, c.local = rq.Flow.Kind(), r.locals.number(rq.Flow.Local())
	c.setRemote(rq.Flow.Remote())
	if agent := clean(rq.Msg.Get(sip.UserAgent), maxAgent); c.agent == (unique.Handle[string]{}) ||
		c.agent.Value() != string(agent) {
		c.agent = unique.Make(string(agent))
	}
	path := readPath(rq.Msg)
	if c.contact() == string(k.uri) && c.instance() == string(k.instance) && c.callID() == string(w.callID) &&
		c.path() == path {
		return
	}
	var room [512]byte // the text is made in one piece: one allocation
	text := append(append(append(append(room[:0], k.uri...), k.instance...), w.callID...), path...)
	c.setText(string(text), len(k.uri), len(k.instance), len(w.callID))
}

// readPath returns the Path values, each with a line feed behind it. What does not fit is not kept.
func readPath(m *sip.Message) string {
	if !m.Has(sip.Path) {
		return ""
	}
	var b strings.Builder
	for v := range m.All(sip.Path) {
		v = clean(v, maxPath)
		if b.Len()+len(v)+1 > maxPath {
			break
		}
		b.Write(v)
		b.WriteByte('\n')
	}
	return b.String()
}

// clean cuts text from outside and makes it valid UTF-8 without NUL and line feeds. It allocates only for what is not.
func clean(b []byte, limit int) []byte {
	if len(b) > limit {
		b = b[:limit]
		for len(b) > 0 && !utf8.Valid(b[max(0, len(b)-utf8.UTFMax):]) && limit-len(b) < utf8.UTFMax {
			b = b[:len(b)-1]
		}
	}
	if utf8.Valid(b) && !bytes.ContainsAny(b, "\x00\n\r") {
		return b
	}
	b = bytes.ToValidUTF8(b, []byte("?"))
	for i, c := range b {
		if c == 0 || c == '\n' || c == '\r' {
			b[i] = ' '
		}
	}
	return b[:min(len(b), limit)]
}
