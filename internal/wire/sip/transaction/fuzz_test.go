package transaction_test

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transaction"
	"ringfence/internal/wire/sip/transport"
)

// chaos is a user that does what a string of bytes says.
type chaos struct {
	t       *testing.T
	script  []byte
	mu      sync.Mutex
	servers map[*transaction.Server][]byte // those that are not done, with their request
	clients map[*transaction.Client]bool
}

func (c *chaos) next() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.script) == 0 {
		return 0
	}
	b := c.script[0]
	c.script = c.script[1:]
	return int(b)
}

func (c *chaos) more() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.script) > 0
}

func (c *chaos) Request(rq *transaction.Incoming) {
	if m := rq.Msg.Method(); m == sip.ACK {
		return
	}
	switch c.next() % 4 {
	case 0: // no answer at all
	case 1:
		_ = rq.Reply(401, "", nil) // the flow may be closed
	default:
		raw := append([]byte(nil), rq.Msg.Raw()...)
		s, err := rq.Begin(c)
		if err != nil {
			return
		}
		c.mu.Lock()
		c.servers[s] = raw
		c.mu.Unlock()
	}
}

func (c *chaos) FlowClosed(transport.Flow)                      {}
func (c *chaos) Cancelled(*transaction.Server, *sip.Message)    {}
func (c *chaos) Response(_ *transaction.Client, m *sip.Message) { _ = m.StatusCode() }

func (c *chaos) Done(s *transaction.Server, _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.servers[s]; !ok {
		c.t.Error("a server transaction ended twice")
	}
	delete(c.servers, s)
}

type chaosClient struct{ *chaos }

func (c chaosClient) Done(cl *transaction.Client, _ error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clients[cl] {
		c.t.Error("a client transaction ended twice")
	}
	c.clients[cl] = true
}

// answer lets one of the open server transactions respond.
func (c *chaos) answer(code int) {
	c.mu.Lock()
	var s *transaction.Server
	var raw []byte
	for s, raw = range c.servers {
		break
	}
	c.mu.Unlock()
	if s == nil {
		return
	}
	m := sip.Acquire()
	defer m.Release()
	if err := m.Parse(append([]byte(nil), raw...)); err != nil {
		c.t.Fatal(err)
	}
	var b sip.Builder
	b.ResponseTo(m, code, "", "", s.Flow().Remote())
	b.End()
	_ = s.Respond(code, b.Bytes()) // refused after a final response
}

// play runs a script of chaos between two ends and checks that nothing is left of it.
func play(t *testing.T, script []byte) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := netx.NewMemory(1, netx.Link{Delay: 5 * time.Millisecond})
		a := &chaos{t: t, script: script, servers: map[*transaction.Server][]byte{}, clients: map[*transaction.Client]bool{}}
		layers, transports := [2]*transaction.Layer{}, [2]*transport.Layer{}
		addrs := []int{0, 1}
		for i := range addrs {
			layers[i] = transaction.New(transaction.Config{TU: a})
			host := network.Host(aliceAddr.Addr())
			if i == 1 {
				host = network.Host(bobAddr.Addr())
			}
			transports[i] = transport.New(transport.Config{Network: host, Handler: layers[i]})
			if _, err := transports[i].ListenUDP(aliceAddr); err != nil {
				t.Fatal(err)
			}
			if _, err := transports[i].ListenTCP(aliceAddr); err != nil {
				t.Fatal(err)
			}
		}
		var flows []transport.Flow
		for _, kind := range []transport.Kind{transport.UDP, transport.TCP} {
			f, err := transports[0].Dial(t.Context(), kind, bobAddr, transport.DialOptions{})
			if err != nil {
				t.Fatal(err)
			}
			flows = append(flows, f)
		}
		methods := []sip.Method{sip.INVITE, sip.OPTIONS, sip.BYE, sip.INVITE, sip.CANCEL, sip.ACK}
		started := []*transaction.Client{}
		for a.more() {
			f := flows[a.next()%2]
			method := methods[a.next()%len(methods)]
			branch := "z9hG4bK" + strconv.Itoa(a.next()%6)
			switch a.next() % 8 {
			case 0, 1:
				if c, err := layers[0].Send(f, method, request(method, branch), chaosClient{a}); err == nil {
					started = append(started, c)
				}
			case 2:
				_ = f.Send(request(method, branch)) // by hand: a stray request, ACK or CANCEL
			case 3:
				a.answer(100 + a.next()%2*80)
			case 4:
				a.answer(200)
			case 5:
				a.answer(300 + a.next()%4*100)
			case 6:
				if len(started) > 0 {
					_ = started[a.next()%len(started)].Cancel() // refused for other methods
				}
			case 7:
				if a.next()%16 == 0 {
					network.Reset(aliceAddr.Addr(), bobAddr.Addr())
				}
				cut := a.next() % 3
				network.SetFilter(func(p netx.Packet) netx.Fate { return netx.Fate{Drop: cut != 0 && p.N%3 == cut} })
			}
			time.Sleep(time.Duration(a.next()) * 20 * time.Millisecond) //nolint:forbidigo // virtual time
		}
		network.SetFilter(nil)
		// The users finish what they began; after that the timers must end everything.
		for range 1000 {
			a.answer(500)
			for _, c := range started {
				_ = c.Cancel() // refused for other methods
			}
			time.Sleep(200 * time.Millisecond) //nolint:forbidigo // virtual time
		}
		synctest.Wait()
		for i, l := range layers {
			if s, c := l.Len(); s != 0 || c != 0 {
				t.Errorf("end %d keeps %d server and %d client transactions", i, s, c)
			}
			if n := transports[i].Counters().Panics.Load() + l.Counters().Panics.Load(); n != 0 {
				t.Errorf("%d panics", n)
			}
		}
		for _, c := range started {
			if !a.clients[c] {
				t.Errorf("a client transaction never ended")
			}
		}
		if len(a.servers) != 0 {
			t.Errorf("%d server transactions never ended", len(a.servers))
		}
		if testing.Verbose() {
			for _, l := range layers {
				l.Counters().Each(func(name, _ string, v uint64) { t.Log(name, v) })
			}
		}
		for i := range layers {
			transports[i].Close()
			layers[i].Close()
		}
	})
}

// TestChaosLeavesNothing plays many scripts and compares the number of goroutines before and after.
func TestChaosLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	random := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		script := make([]byte, 600)
		for i := range script {
			script[i] = byte(random.IntN(256))
		}
		play(t, script)
	}
	// A goroutine that has returned is counted until the scheduler has put it away.
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond) //nolint:forbidigo // waits for the scheduler
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// FuzzLayer lets requests, responses, losses and resets come in any order.
func FuzzLayer(f *testing.F) {
	f.Add([]byte("invite me and cancel me"))
	f.Add([]byte{0, 0, 1, 0, 200, 0, 0, 1, 4, 10, 0, 0, 1, 5, 1, 7})
	f.Fuzz(func(t *testing.T, script []byte) { play(t, script[:min(len(script), 400)]) })
}
