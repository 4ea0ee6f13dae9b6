package event

import (
	"bytes"
	"errors"
	"strconv"
	"strings"

	"ringfence/internal/wire/sip"
)

// SummaryType is the media type of a message summary (RFC 3842 §5.1).
const SummaryType = "application/simple-message-summary"

// ErrSummary tells that text is no message summary.
var ErrSummary = errors.New("malformed message summary")

// Count is how many messages there are of one kind.
type Count struct{ New, Old uint32 }

// Summary is what a mailbox holds: the body of message-summary (RFC 3842 §5.2).
type Summary struct {
	Waiting bool   // there is something to be heard
	Account string // the URI that the messages are heard at; empty for none
	Voice   Count
	Urgent  Count // of Voice
}

// AppendTo appends the summary as text.
func (s Summary) AppendTo(b []byte) []byte {
	b = append(b, "Messages-Waiting: "...)
	if s.Waiting {
		b = append(b, "yes\r\n"...)
	} else {
		b = append(b, "no\r\n"...)
	}
	if s.Account != "" {
		// RFC 3842 §5.2: phones that have no code of their own for the mailbox dial it
		b = append(append(append(b, "Message-Account: "...), s.Account...), "\r\n"...)
	}
	b = s.Voice.appendTo(append(b, "Voice-Message: "...))
	b = s.Urgent.appendTo(append(b, " ("...))
	return append(b, ")\r\n"...)
}

func (c Count) appendTo(b []byte) []byte {
	b = strconv.AppendUint(b, uint64(c.New), 10)
	return strconv.AppendUint(append(b, '/'), uint64(c.Old), 10)
}

// ParseSummary reads a message summary. Other kinds of message than voice, and the headers of single messages, are passed
// over. The only error is ErrSummary.
func ParseSummary(b []byte) (Summary, error) {
	var s Summary
	first := true
	for len(b) > 0 {
		var line []byte
		line, b, _ = bytes.Cut(b, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 && !first {
			break // RFC 3842 §5.2: the headers of messages follow
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		name, value = bytes.TrimSpace(name), bytes.TrimSpace(value)
		if !ok || !sip.IsToken(name) {
			return Summary{}, ErrSummary
		}
		if first != sip.EqualFold(name, "messages-waiting") {
			return Summary{}, ErrSummary // RFC 3842 §5.2: it comes first, and once
		}
		first = false
		if !s.take(string(name), string(value)) {
			return Summary{}, ErrSummary
		}
	}
	if first {
		return Summary{}, ErrSummary
	}
	return s, nil
}

// take reads one line.
func (s *Summary) take(name, value string) bool {
	switch strings.ToLower(name) {
	case "messages-waiting":
		s.Waiting = strings.EqualFold(value, "yes")
		return s.Waiting || strings.EqualFold(value, "no")
	case "message-account":
		_, err := sip.ParseURI([]byte(value))
		s.Account = value
		return err == nil
	case "voice-message":
		voice, urgent, some := strings.Cut(value, "(")
		if some {
			var closed bool
			if urgent, closed = strings.CutSuffix(urgent, ")"); !closed || !s.Urgent.parse(urgent) {
				return false
			}
		}
		return s.Voice.parse(voice)
	}
	return true
}

func (c *Count) parse(s string) bool {
	fresh, old, ok := strings.Cut(s, "/")
	if !ok {
		return false
	}
	for into, text := range map[*uint32]string{&c.New: fresh, &c.Old: old} {
		n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
		if err != nil {
			return false
		}
		*into = uint32(n)
	}
	return true
}
