package presence_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/engine/presence"
	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/event"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// Whatever phones, mailboxes and the network do: NOTIFYs come one at a time and in order, in the end everybody who is
// subscribed knows the last state, and then nothing is left.
func TestRandomPhones(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, presence.Limits{PerDevice: 5, PerUser: 8}, transaction.Limits{})
				defer w.close()
				c := &crowd{world: w, rand: rand.New(rand.NewPCG(seed, 1))}
				if seed%2 == 0 {
					c.link = netx.Link{Delay: 20 * time.Millisecond, Loss: 0.1, Duplicate: 0.05}
				}
				c.play()
			})
		})
	}
}

// crowd is phones that do anything.
type crowd struct {
	*world
	rand   *rand.Rand
	link   netx.Link
	phones []*phone
	subs   []*subscription
}

func (c *crowd) play() {
	kinds := []transport.Kind{transport.UDP, transport.TCP}
	for i := range pbx.DeviceID(12) {
		c.phones = append(c.phones, c.phone(10*(1+i%4)+i/4, kinds[c.rand.IntN(2)]).register())
	}
	for _, p := range c.phones {
		c.net.SetLink(p.addr.Addr(), serverAddr.Addr(), c.link)
	}
	for range 400 {
		c.step()
		c.wait(time.Duration(c.rand.IntN(3000)) * time.Millisecond)
	}
	for _, p := range c.phones {
		c.net.SetLink(p.addr.Addr(), serverAddr.Addr(), netx.Link{})
		p.answers(200)
		if p.flow.Closed() {
			p.connect()
		}
		p.sendRegister()
	}
	c.mailboxes.behave(0, nil)
	c.wait(2 * time.Minute)
	for u := range pbx.UserID(4) {
		c.put(u+1, 100+int(u), 7)
	}
	c.wait(time.Minute)
	c.check()
	c.wait(2*time.Hour + time.Minute)
	c.wantCount(0)
	if s, n := c.layer.Len(); s != 0 || n != 0 {
		c.Errorf("%d server and %d client transactions are left", s, n)
	}
	if n := c.flows.watchers(); n != 0 {
		c.Errorf("%d watches are left", n)
	}
	if n := c.counters.Panics.Load(); n != 0 {
		c.Errorf("%d panics", n)
	}
}

// step lets one thing happen.
func (c *crowd) step() {
	p := c.phones[c.rand.IntN(len(c.phones))]
	if p.flow.Closed() {
		p.connect()
		p.sendRegister()
		return
	}
	switch c.rand.IntN(12) {
	case 0, 1:
		c.subs = append(c.subs, p.subscribe("sip:"+domain, fmt.Sprintf("Expires: %d", c.rand.IntN(3)*600)))
	case 2, 3, 4:
		if len(c.subs) == 0 {
			return
		}
		s := c.subs[c.rand.IntN(len(c.subs))]
		if s.flow.Closed() || !s.learn() {
			return
		}
		s.again(fmt.Sprintf("Expires: %d", c.rand.IntN(4)*300))
	case 5, 6, 7, 8:
		c.put(pbx.UserID(1+c.rand.IntN(4)), c.rand.IntN(5), c.rand.IntN(5))
	case 9:
		if p.kind == transport.TCP {
			p.flow.Close("test")
		}
	case 10:
		p.answers([]int{200, 200, 200, 200, 500, 481, 0}[c.rand.IntN(7)])
	case 11:
		c.mailboxes.behave(time.Duration(c.rand.IntN(3))*time.Second, nil)
	}
}

// check looks at what every phone heard.
func (c *crowd) check() {
	synctest.Wait()
	for _, p := range c.phones {
		p.mu.Lock()
		last := map[string]*sip.Message{}
		for _, m := range p.got {
			if !m.IsRequest() {
				continue
			}
			id := string(m.CallID())
			if before := last[id]; before != nil {
				a, _ := before.CSeq()
				b, _ := m.CSeq()
				if b < a || b == a && string(m.Raw()) != string(before.Raw()) {
					c.Errorf("device %d: NOTIFY %d after %d", p.device, b, a)
				}
				if strings.HasPrefix(string(before.Get(sip.SubscriptionState)), "terminated") && b != a {
					c.Errorf("device %d was told more after the last NOTIFY", p.device)
				}
			}
			last[id] = m
		}
		p.mu.Unlock()
		for _, m := range last {
			state, err := event.ParseSubscriptionState(m.Get(sip.SubscriptionState))
			if err != nil || state.Substate != event.SubstateActive {
				continue
			}
			if _, ok := c.manager.Owner(within(m)); !ok {
				continue // it was refused, or not answered
			}
			s, err := event.ParseSummary(m.Body())
			if want := uint32(100 + p.device/10 - 1); err != nil || s.Voice.New != want {
				c.Errorf("device %d knows of %d messages, not of %d:\n%s", p.device, s.Voice.New, want, m.Raw())
			}
		}
	}
}

// within is a request within the dialog of a NOTIFY.
func within(notify *sip.Message) *sip.Message {
	var b sip.Builder
	b.Request(sip.SUBSCRIBE, []byte("sip:x"))
	b.Via("UDP", "x", sip.NewBranch())
	b.HeaderBytes(sip.From, notify.Get(sip.To))
	b.HeaderBytes(sip.To, notify.Get(sip.From))
	b.HeaderBytes(sip.CallID, notify.CallID())
	b.CSeq(1, sip.SUBSCRIBE)
	b.End()
	m := new(sip.Message)
	if err := m.Parse(b.Bytes()); err != nil {
		panic(err)
	}
	return m
}
