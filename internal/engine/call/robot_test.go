package call_test

import (
	"net/netip"
	"time"

	"ringfence/internal/engine/route"
	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// plan is how a robot behaves. What is zero does not happen.
type plan struct {
	ring    time.Duration // 180 so long after the INVITE
	early   bool          // with a description: 183
	answer  time.Duration // 200
	refuse  time.Duration // code
	code    int
	cancel  time.Duration // so long after its own INVITE
	hangUp  time.Duration // so long after the call was established
	hold    time.Duration // re-INVITE so long after that
	noACK   bool
	vanish  time.Duration // stops talking SIP so long after the INVITE
	deaf    bool          // never answers at all
	delayed bool          // INVITE without offer
}

// robot is a phone with a transaction layer that follows its plan for one call after the other. All it does happens on
// one goroutine.
type robot struct {
	*phone
	plan  plan
	layer *transaction.Layer
	tasks chan func()
	d     *dialog
	in    *transaction.Server
	out   *transaction.Client
	up    bool
	code  int  // of the final response to its last INVITE
	over  bool // the call has ended, in whatever way
}

func newRobot(w *world, device pbx.DeviceID, kind transport.Kind, p plan) *robot {
	w.Helper()
	w.hosts++
	r := &robot{plan: p, tasks: make(chan func(), 1000)}
	r.phone = &phone{
		w: w, name: "robot", device: device, kind: kind,
		addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{198, 52, byte(w.hosts >> 8), byte(w.hosts)}), 5060),
	}
	r.instance = r.addr.String()
	r.layer = transaction.New(transaction.Config{TU: r})
	r.phone.layer = transport.New(transport.Config{Network: w.net.Host(r.addr.Addr()), Handler: r.layer})
	if _, err := r.phone.layer.ListenUDP(r.addr); err != nil {
		w.Fatal(err)
	}
	r.connect()
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case f := <-r.tasks:
				f()
			case <-stop:
				return
			}
		}
	}()
	w.closers = append(w.closers, func() {
		r.phone.layer.Close()
		r.layer.Close()
		close(stop)
		<-ended
	})
	return r
}

func (r *robot) after(d time.Duration, f func()) {
	if d <= 0 {
		r.post(f)
		return
	}
	time.AfterFunc(d, func() { r.post(f) })
}

func (r *robot) post(f func()) {
	select {
	case r.tasks <- f:
	default:
		r.w.Error("a robot has too much to do")
	}
}

func (r *robot) client(m sip.Method, b *sip.Builder) *transaction.Client {
	c, err := r.layer.Send(r.flow, m, b.Bytes(), r)
	if err != nil {
		return nil
	}
	return c
}

// register makes the robot's binding known.
func (r *robot) register() {
	r.w.Helper()
	f, ok := r.w.transport.UDPFlow(serverAddr, r.addr)
	if !ok {
		r.w.Fatal("no flow to the robot")
	}
	r.w.bindings.put(r.w.dir.devices[r.device], route.Binding{
		Line: pbx.LineID(r.device), Device: r.device, Instance: r.instance, Contact: "sip:robot@" + r.addr.String(), Flow: f,
	})
}

// call begins a call; it is over when over is set.
func (r *robot) call(to string) {
	r.post(func() {
		r.code, r.over, r.up = 0, false, false
		r.d = &dialog{
			p: r.phone, callID: sip.NewCallID(), target: "sip:" + to + "@" + domain, tag: sip.NewTag(),
			remote: "<sip:" + to + "@" + domain + ">", seq: 1, branch: sip.NewBranch(),
		}
		r.d.local = "<sip:x@" + domain + ">;tag=" + r.d.tag
		var b sip.Builder
		r.d.begin(&b, sip.INVITE, 1, r.d.branch)
		if r.plan.delayed {
			b.End()
		} else {
			b.Body("application/sdp", []byte(session(r.phone, "8 0", "")))
		}
		r.out = r.client(sip.INVITE, &b)
		out := r.out
		if r.plan.cancel > 0 && out != nil {
			r.after(r.plan.cancel, func() { _ = out.Cancel() })
		}
		if r.plan.vanish > 0 {
			r.after(r.plan.vanish, r.vanish)
		}
	})
}

// vanish cuts the robot off.
func (r *robot) vanish() { r.w.net.Cut(r.addr.Addr(), serverAddr.Addr()) }

// reset brings the robot back, for the next call.
func (r *robot) reset() {
	r.w.net.Restore(r.addr.Addr(), serverAddr.Addr())
	r.post(func() {
		if r.in != nil && !r.up {
			r.answer(r.in, r.d.invite, 487, "")
		}
		if r.out != nil && r.code == 0 {
			_ = r.out.Cancel() // else its transaction would wait for ever
		}
		r.d, r.in, r.out = nil, nil, nil
	})
}

// Response implements transaction.ClientEvents.
func (r *robot) Response(c *transaction.Client, m *sip.Message) {
	x := m.Clone()
	r.post(func() { r.response(c, x) })
}

func (r *robot) response(c *transaction.Client, m *sip.Message) {
	defer m.Release()
	if c.Method() != sip.INVITE || m.StatusCode() < 200 || r.d == nil || string(m.CallID()) != r.d.callID {
		return
	}
	if r.code == 0 {
		r.code = m.StatusCode()
	}
	if m.StatusCode() >= 300 {
		r.over = r.over || !r.up
		return
	}
	seq, _ := m.CSeq()
	r.d.learn(m)
	r.d.last = nil
	if !r.plan.noACK {
		body := ""
		if r.plan.delayed && seq == 1 {
			body = session(r.phone, "8", "")
		}
		var b sip.Builder
		r.d.begin(&b, sip.ACK, seq, sip.NewBranch())
		if body == "" {
			b.End()
		} else {
			b.Body("application/sdp", []byte(body))
		}
		_ = r.flow.Send(b.Bytes())
	}
	if !r.up {
		r.up = true
		r.established()
	}
}

func (r *robot) established() {
	d := r.d
	if r.plan.hangUp > 0 {
		r.after(r.plan.hangUp, func() { r.request(d, sip.BYE, "") })
	}
	if r.plan.hold > 0 {
		r.after(r.plan.hold, func() { r.request(d, sip.INVITE, sessionVersion(r.phone, 2, "8", "sendonly")) })
	}
}

func (r *robot) request(d *dialog, m sip.Method, body string) {
	if r.d != d || r.over {
		return
	}
	var b sip.Builder
	d.seq++
	d.begin(&b, m, d.seq, sip.NewBranch())
	if body == "" {
		b.End()
	} else {
		b.Body("application/sdp", []byte(body))
	}
	if m == sip.BYE {
		r.over = true
	}
	r.client(m, &b)
}

// Done implements transaction.ClientEvents.
func (r *robot) Done(_ *transaction.Client, _ error) {}

// FlowClosed implements transaction.TU.
func (r *robot) FlowClosed(transport.Flow) {}

// server is the owner of a robot's server transactions.
type server struct{ r *robot }

func (s server) Cancelled(tx *transaction.Server, _ *sip.Message) {
	s.r.post(func() {
		if s.r.in == tx && s.r.d != nil && !s.r.up {
			s.r.answer(tx, s.r.d.invite, 487, "")
			s.r.over = true
		}
	})
}

func (server) Done(*transaction.Server, error) {}

// Request implements transaction.TU.
func (r *robot) Request(rq *transaction.Incoming) {
	if rq.Msg.Method() == sip.ACK {
		return
	}
	x := rq.Msg.Clone()
	if r.plan.deaf {
		return
	}
	tx, err := rq.Begin(server{r})
	if err != nil {
		return
	}
	r.post(func() { r.requested(tx, x) })
}

func (r *robot) requested(tx *transaction.Server, m *sip.Message) {
	switch {
	case m.Method() == sip.INVITE && m.ToTag() == nil:
		r.invited(tx, m)
	case r.d == nil || string(m.CallID()) != r.d.callID:
		r.answer(tx, m, 481, "")
	case m.Method() == sip.INVITE:
		answer := "recvonly"
		if _, dir := format(m); dir == "sendrecv" {
			answer = "sendrecv"
		} else if dir == "inactive" {
			answer = "inactive"
		}
		r.answer(tx, m, 200, sessionVersion(r.phone, 3, "8", answer))
	default:
		r.over = r.over || m.Method() == sip.BYE
		r.answer(tx, m, 200, "")
	}
}

// invited follows the plan of a callee.
func (r *robot) invited(tx *transaction.Server, m *sip.Message) {
	d := r.dialogOf(m)
	d.seq = 1000
	r.d, r.in, r.up, r.over = d, tx, false, false
	at := func(delay time.Duration, f func()) {
		if delay > 0 {
			r.after(delay, func() {
				if r.d == d && !r.over {
					f()
				}
			})
		}
	}
	at(r.plan.ring, func() {
		if r.up {
			return
		}
		if r.plan.early {
			r.answer(tx, m, 183, session(r.phone, "8", ""))
		} else {
			r.answer(tx, m, 180, "")
		}
	})
	at(r.plan.refuse, func() { r.answer(tx, m, r.plan.code, "") })
	at(r.plan.answer, func() {
		r.up = true
		r.answer(tx, m, 200, session(r.phone, "8", ""))
		r.repeat(tx, d, m, 500*time.Millisecond)
		r.established()
	})
	at(r.plan.vanish, r.vanish)
}

// repeat sends the 2xx again for a while.
func (r *robot) repeat(tx *transaction.Server, d *dialog, m *sip.Message, delay time.Duration) {
	if delay > 20*time.Second {
		return
	}
	r.after(delay, func() {
		if r.d == d && !r.over {
			r.answer(tx, m, 200, session(r.phone, "8", ""))
			r.repeat(tx, d, m, 2*delay)
		}
	})
}

func (r *robot) answer(tx *transaction.Server, m *sip.Message, code int, body string) {
	tag := ""
	if r.d != nil {
		tag = r.d.tag
	}
	var b sip.Builder
	b.ResponseTo(m, code, "", tag, netip.AddrPort{})
	if code < 300 && m.Method() != sip.BYE {
		b.Header(sip.Contact, r.contact())
	}
	if body == "" {
		b.End()
	} else {
		b.Body("application/sdp", []byte(body))
	}
	_ = tx.Respond(code, b.Bytes())
}
