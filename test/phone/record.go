package phone

import (
	"fmt"
	"time"

	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// Message is one that the phone heard.
type Message struct {
	At    time.Time
	Title string // "INVITE", or "180 INVITE" for a response
	Raw   string
}

// String is the title with the time of day.
func (m Message) String() string { return m.At.Format("15:04:05.000 ") + m.Title }

// Header is the first value of a header field, empty if there is none.
func (m Message) Header(h sip.HeaderID) string {
	parsed := sip.Acquire()
	defer parsed.Release()
	if parsed.Parse([]byte(m.Raw)) != nil {
		return ""
	}
	return string(parsed.Get(h))
}

// Body is the message's body.
func (m Message) Body() string {
	parsed := sip.Acquire()
	defer parsed.Release()
	if parsed.Parse([]byte(m.Raw)) != nil {
		return ""
	}
	return string(parsed.Body())
}

func title(m *sip.Message) string {
	if m.IsRequest() {
		return string(m.MethodName())
	}
	return fmt.Sprintf("%d %s", m.StatusCode(), m.Method())
}

// Messages are all messages that the phone has heard, in order, repeated ones included.
func (p *Phone) Messages() []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Message(nil), p.messages...)
}

// Heard are the messages with this title: "INVITE", "200 REGISTER".
func (p *Phone) Heard(title string) []Message {
	var all []Message
	for _, m := range p.Messages() {
		if m.Title == title {
			all = append(all, m)
		}
	}
	return all
}

// WaitHeard waits until the phone has heard n messages with this title and returns the last.
func (p *Phone) WaitHeard(title string, n int) Message {
	p.report.Helper()
	var last Message
	p.await(fmt.Sprintf("message %d of %s", n, title), func() bool {
		count := 0
		for _, m := range p.messages {
			if m.Title == title {
				count, last = count+1, m
			}
		}
		return count >= n
	})
	return last
}

// Forget clears the list of messages and the calls that have ended.
func (p *Phone) Forget() {
	var over []*Call
	p.update(func() {
		p.messages = nil
		p.waiting = nil
		for key, c := range p.calls {
			if c.state == ended {
				over = append(over, c)
				delete(p.calls, key)
			}
		}
	})
	for _, c := range over {
		c.stop()
	}
}

// spy notes each message before the transaction layer gets it. A phone that has vanished notes and does no more.
type spy struct{ *Phone }

func (s spy) note(m *sip.Message, what string) bool {
	heard := Message{At: time.Now(), Title: what, Raw: string(m.Raw())}
	vanished := false
	s.update(func() {
		s.messages = append(s.messages, heard)
		vanished = s.vanished
	})
	return !vanished
}

func (s spy) Message(f transport.Flow, m *sip.Message) {
	if s.note(m, title(m)) {
		s.layer.Message(f, m)
	}
}

func (s spy) Malformed(f transport.Flow, m *sip.Message, err *sip.ParseError) {
	if s.note(m, "malformed "+title(m)) {
		s.layer.Malformed(f, m, err)
	}
}

func (s spy) FlowClosed(f transport.Flow) { s.layer.FlowClosed(f) }
