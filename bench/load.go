package main

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// load is one closed loop of registrations: each worker has one registration outstanding, which is a REGISTER without
// credentials, its 401, a REGISTER with digest, its 200.
type load struct {
	target   string
	tls      *tls.Config // nil: UDP
	realm    string
	user     func(i int) (name, password string)
	workers  int
	total    int
	users    int
	deadline time.Duration
}

// result is what one run of a load gave.
type result struct {
	OK, Failed, Retransmissions int
	Wall                        time.Duration
	P50, P99                    time.Duration
}

func (r result) rate() float64 { return float64(r.OK) / r.Wall.Seconds() }

type counters struct {
	next, ok, failed, again atomic.Int64
}

// run makes the registrations and returns when all are done or the deadline has passed.
func (l load) run(ctx context.Context) (result, error) {
	ctx, cancel := context.WithTimeout(ctx, l.deadline)
	defer cancel()
	var (
		c         counters
		mu        sync.Mutex
		latencies []time.Duration
		wg        sync.WaitGroup
		firstErr  error
	)
	began := time.Now()
	for w := range l.workers {
		wg.Go(func() {
			mine, err := l.worker(ctx, w, &c)
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, mine...)
			if err != nil && firstErr == nil {
				firstErr = err
			}
		})
	}
	wg.Wait()
	slices.Sort(latencies)
	r := result{
		OK: int(c.ok.Load()), Failed: int(c.failed.Load()), Retransmissions: int(c.again.Load()), Wall: time.Since(began),
		P50: quantile(latencies, 0.5), P99: quantile(latencies, 0.99),
	}
	if firstErr == nil && ctx.Err() != nil {
		firstErr = errors.New("the load did not end within its deadline")
	}
	return r, firstErr
}

func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(q*float64(len(sorted)-1))]
}

// worker is one phone-like loop on one socket.
func (l load) worker(ctx context.Context, id int, c *counters) ([]time.Duration, error) {
	p, err := l.dial(ctx)
	if err != nil {
		return nil, err
	}
	defer p.conn.Close()
	var took []time.Duration
	for n := 1; ctx.Err() == nil; n++ {
		i := int(c.next.Add(1)) - 1
		if i >= l.total {
			return took, nil
		}
		name, password := l.user(i % l.users)
		callID := fmt.Sprintf("%x-%x-%x", started, id, n)
		start := time.Now()
		switch err := l.register(p, name, password, callID, c); {
		case err == nil:
			c.ok.Add(1)
			took = append(took, time.Since(start))
		case errors.Is(err, errRefused):
			c.failed.Add(1)
		default:
			return took, err
		}
	}
	return took, nil
}

var (
	started    = time.Now().UnixNano()
	errRefused = errors.New("refused")
)

// phone is one socket with its buffers.
type phone struct {
	conn net.Conn
	kind string
	out  []byte
	in   []byte
}

func (l load) dial(ctx context.Context) (*phone, error) {
	p := &phone{in: make([]byte, 8192), kind: "UDP"}
	var err error
	if l.tls == nil {
		p.conn, err = (&net.Dialer{}).DialContext(ctx, "udp", l.target)
	} else {
		p.kind = "TLS"
		p.conn, err = (&tls.Dialer{Config: l.tls}).DialContext(ctx, "tcp", l.target)
	}
	return p, err
}

func (l load) register(p *phone, name, password, callID string, c *counters) error {
	p.build(l.realm, name, callID, 1, nil)
	answer, err := p.exchange(c)
	if err != nil {
		return err
	}
	if status(answer) != "401" {
		return errRefused
	}
	nonce := between(answer, `nonce="`, `"`)
	p.build(l.realm, name, callID, 2, credentials(l.realm, name, password, nonce))
	answer, err = p.exchange(c)
	if err != nil {
		return err
	}
	if status(answer) != "200" {
		return errRefused
	}
	return nil
}

// build writes a REGISTER into p.out.
func (p *phone) build(realm, name, callID string, cseq int, authorization []byte) {
	local := p.conn.LocalAddr().String()
	b := p.out[:0]
	b = fmt.Appendf(b, "REGISTER sip:%s SIP/2.0\r\nVia: SIP/2.0/%s %s;branch=z9hG4bK-%s-%d;rport\r\n", realm, p.kind,
		local, callID, cseq)
	b = fmt.Appendf(b, "From: <sip:%s@%s>;tag=%s\r\nTo: <sip:%s@%s>\r\nCall-ID: %s\r\nCSeq: %d REGISTER\r\n", name,
		realm, callID, name, realm, callID, cseq)
	b = fmt.Appendf(b, "Contact: <sip:%s@%s;transport=%s>\r\n", name, local, p.kind)
	b = append(b, authorization...)
	b = append(b, "Max-Forwards: 70\r\nExpires: 3600\r\nUser-Agent: bench\r\n"...)
	b = append(b, "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS\r\nContent-Length: 0\r\n\r\n"...)
	p.out = b
}

func credentials(realm, name, password string, nonce []byte) []byte {
	ha1 := md5hex(name, realm, password)
	ha2 := md5hex("REGISTER", "sip:"+realm)
	response := md5hex(ha1, string(nonce), "00000001", "abcdef01", "auth", ha2)
	return fmt.Appendf(nil, `Authorization: Digest username="%s",realm="%s",nonce="%s",uri="sip:%s",qop=auth,`+
		`nc=00000001,cnonce="abcdef01",response="%s",algorithm=MD5`+"\r\n", name, realm, nonce, realm, response)
}

// exchange sends p.out and waits for the answer; over UDP it sends again as RFC 3261 §17.1.2.2 does (timer E).
func (p *phone) exchange(c *counters) ([]byte, error) {
	wait := 500 * time.Millisecond
	for try := range 7 {
		if try > 0 {
			c.again.Add(1)
		}
		if _, err := p.conn.Write(p.out); err != nil {
			return nil, err
		}
		for p.kind == "UDP" {
			if err := p.conn.SetReadDeadline(time.Now().Add(wait)); err != nil {
				return nil, err
			}
			n, err := p.conn.Read(p.in)
			if err != nil {
				break
			}
			if bytes.Contains(p.in[:n], branch(p.out)) {
				return p.in[:n], nil
			}
		}
		if p.kind != "UDP" {
			return p.readStream()
		}
		wait = min(2*wait, 4*time.Second)
	}
	return nil, errors.New("no answer")
}

func branch(msg []byte) []byte { return between(msg, "branch=", ";") }

// readStream reads one message without a body.
func (p *phone) readStream() ([]byte, error) {
	if err := p.conn.SetReadDeadline(time.Now().Add(32 * time.Second)); err != nil {
		return nil, err
	}
	for have := 0; ; {
		n, err := p.conn.Read(p.in[have:])
		if err != nil {
			return nil, err
		}
		have += n
		if bytes.HasSuffix(p.in[:have], []byte("\r\n\r\n")) {
			return p.in[:have], nil
		}
	}
}

func status(answer []byte) string {
	if len(answer) < 12 {
		return ""
	}
	return string(answer[8:11])
}

func between(b []byte, from, to string) []byte {
	_, rest, ok := bytes.Cut(b, []byte(from))
	if !ok {
		return nil
	}
	in, _, _ := bytes.Cut(rest, []byte(to))
	return in
}

func md5hex(parts ...string) string {
	h := md5.New()
	for i, s := range parts {
		if i > 0 {
			h.Write([]byte{':'})
		}
		h.Write([]byte(s))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func userName(i int) string { return "u" + strconv.Itoa(i) }
