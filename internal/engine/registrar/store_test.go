package registrar

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

var (
	errStoreDown = &pbx.Error{Kind: pbx.Unavailable, Text: "down"}
	errBadRow    = &pbx.Error{Kind: pbx.Internal, Text: "bad row"}
)

func TestAStoreThatFailsRowByRow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := func(c BindingChange) bool { return c.Put != nil && strings.Contains(c.Put.Contact, "bad") }
		store := &memory{delay: 10 * time.Millisecond, fail: func(list []BindingChange) error {
			if slices.ContainsFunc(list, bad) {
				return errBadRow
			}
			return nil
		}}
		b := newBench(t, store)
		defer b.close()
		var sent []*answers
		for i, contact := range []string{"sip:0@p", "sip:1@p", "sip:bad@p", "sip:3@p"} {
			b.owner.User, b.owner.Line = pbx.UserID(10+i), pbx.LineID(100+i)
			sent = append(sent, b.send(newFlow(transport.UDP, phone), "Contact: <"+contact+">"))
		}
		pass(time.Second)
		var codes []int
		for _, a := range sent {
			codes = append(codes, a.all()[0].Code)
		}
		if !slices.Equal(codes, []int{200, 200, 500, 200}) {
			t.Errorf("%v", codes)
		}
		if len(b.r.Bindings(12)) != 0 || len(b.r.Bindings(13)) != 1 {
			t.Error("memory does not agree with the answers")
		}
	})
}

func TestWhileTheStoreIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{delay: time.Millisecond}
		b := newBench(t, store)
		defer b.close()
		f := newFlow(transport.UDP, phone)
		b.ask(f, "Contact: <sip:a@p>", "Expires: 600")
		tls := newFlow(transport.TLS, phone)
		store.setFail(func([]BindingChange) error { return errStoreDown })
		register := func(f transport.Flow, headers ...string) (int, []string) {
			a := b.send(f, headers...)
			pass(10 * time.Millisecond)
			return a.all()[0].Code, contacts(t, a.all()[0], a.req)
		}
		for range 3 {
			pass(time.Minute)
			code, got := register(f, "Contact: <sip:a@p>", "Expires: 600")
			if code != 200 || !slices.Equal(got, []string{"<sip:a@p>;expires=120"}) {
				t.Errorf("refresh: %d %q", code, got)
			}
			a := b.send(tls, "Contact: <sip:new@p>", "Call-ID: c2")
			pass(10 * time.Millisecond)
			m := render(t, a.all()[0], a.req)
			if n, ok := m.Uint(sip.RetryAfter, 100); m.StatusCode() != 503 || !ok || n < 5 || n > 30 {
				t.Errorf("new binding: %s", m.Raw())
			}
		}
		stored := store.row(b.r.Bindings(7)[0].Key).UpdatedAt
		store.setFail(nil)
		pass(10 * time.Second)
		if got := store.row(b.r.Bindings(7)[0].Key); !got.UpdatedAt.After(stored) {
			t.Error("what was answered from memory is not written when the store is back")
		}
		if code, got := register(tls, "Contact: <sip:new@p>", "Call-ID: c2"); code != 200 || len(got) != 2 {
			t.Errorf("after the store is back: %d %q", code, got)
		}
		if got := store.contacts(); !slices.Equal(got, []string{"sip:a@p", "sip:new@p"}) {
			t.Errorf("stored: %q", got)
		}
	})
}

func TestAStoreThatHangsAnswersEveryoneWithinOneTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &hanging{}
		b := newBench(t, store)
		var sent []*answers
		for i := range 1000 {
			b.owner.User, b.owner.Line = pbx.UserID(10+i), pbx.LineID(100+i)
			sent = append(sent, b.send(newFlow(transport.UDP, phone), "Contact: <sip:a@p>"))
		}
		pass(11 * time.Second)
		for _, a := range sent {
			if list := a.all(); len(list) != 1 || list[0].Code != 503 {
				t.Fatalf("%+v", list)
			}
		}
		b.close()
	})
}

type hanging struct{}

func (*hanging) Load(context.Context) iter.Seq2[pbx.Binding, error] {
	return func(func(pbx.Binding, error) bool) {}
}

func (*hanging) Commit(ctx context.Context, _ []BindingChange) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestRevocationTakesBindingsConnectionsAndPendingChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{delay: 100 * time.Millisecond}
		b := newBench(t, store)
		defer b.close()
		f := newFlow(transport.TLS, phone)
		b.send(f, "Contact: <sip:a@p>"+instance)
		pass(time.Second)
		pending := b.send(newFlow(transport.UDP, phone), "Contact: <sip:b@p>", "Call-ID: c2")
		b.r.DropUser(7)
		if b.r.Count() != 0 || !f.closed {
			t.Error("not revoked at once")
		}
		pass(time.Second)
		if list := pending.all(); len(list) != 1 || list[0].Code != 403 {
			t.Errorf("pending: %+v", list)
		}
		if b.r.Count() != 0 || len(store.contacts()) != 0 {
			t.Errorf("%d in memory, stored %q", b.r.Count(), store.contacts())
		}
	})
}

func TestARevokedDeviceDoesNotRegister(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &memory{delay: 100 * time.Millisecond}
		b := newBench(t, store)
		defer b.close()
		pending := b.send(newFlow(transport.UDP, phone), "Contact: <sip:b@p>")
		b.r.DropDevice(70)
		pass(time.Second)
		if list := pending.all(); len(list) != 1 || list[0].Code != 403 || len(store.contacts()) != 0 {
			t.Errorf("%+v, stored %q", list, store.contacts())
		}
		if code, _ := b.ask(newFlow(transport.UDP, phone), "Contact: <sip:b@p>"); code != 200 {
			t.Errorf("restored: %d", code)
		}
		b.r.DropLine(7, 700)
		if b.r.Count() != 0 {
			t.Error("the line's binding stays")
		}
	})
}

func TestTextFromOutsideIsCutAndClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"plain", "plain"},
		{"grün", "grün"},
		{"a\x00b\nc", "a b c"},
		{"bad\xff!", "bad?!"},
		{strings.Repeat("ü", 100), strings.Repeat("ü", 10)},
		{strings.Repeat("x", 19) + "ü", strings.Repeat("x", 19)},
	} {
		if got := string(clean([]byte(c.in), 20)); got != c.want {
			t.Errorf("%q became %q", c.in, got)
		}
	}
}

func TestARefreshInMemoryDoesNotAllocate(t *testing.T) {
	b := newBench(t, nil)
	defer b.close()
	f := newFlow(transport.UDP, phone)
	m := b.message("Contact: <sip:a@p>"+instance, "User-Agent: Phone 1", "CSeq: 1000 REGISTER")
	rq := Request{Owner: b.owner, Flow: f, Msg: m}
	b.r.Register(rq)
	var cseq uint32 = 1000
	n := testing.AllocsPerRun(200, func() {
		cseq++
		strconv.AppendUint(m.Get(sip.CSeq)[:0], uint64(cseq), 10) // four digits, in place
		if a, _ := b.r.Register(rq); a.Code != 200 {
			t.Fatal(a)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestErrorsThatConcernTheWholeStore(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{errStoreDown, true},
		{fmt.Errorf("commit: %w", errStoreDown), true},
		{context.DeadlineExceeded, true},
		{errBadRow, false},
		{errors.New("odd"), false},
	} {
		if unavailable(c.err) != c.want {
			t.Errorf("%v", c.err)
		}
	}
}
