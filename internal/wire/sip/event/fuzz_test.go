package event

import (
	"strings"
	"testing"
)

// What is read from a header field is printed so that it is read as the same, on one line.
func FuzzHeaders(f *testing.F) {
	for _, v := range []string{
		"message-summary", "dialog;id=17;sla", "active;expires=3600", "terminated;reason=probation;retry-after=12", "pending", ";", "a;b=\"c;d\"",
	} {
		f.Add([]byte(v))
	}
	f.Fuzz(func(t *testing.T, v []byte) {
		if kind, err := ParseType(v); err == nil {
			text := kind.AppendTo(nil)
			if again, err := ParseType(text); err != nil || again != kind || strings.ContainsAny(string(text), "\r\n\x00 ") {
				t.Errorf("%q is printed %q and read as %+v, %v", v, text, again, err)
			}
		}
		if s, err := ParseSubscriptionState(v); err == nil {
			if s.Substate == SubstateTerminated {
				s.Expires = 0 // says nothing there
			} else {
				s.Reason, s.RetryAfter = "", 0
			}
			text := s.AppendTo(nil)
			if again, err := ParseSubscriptionState(text); err != nil || again != s || strings.ContainsAny(string(text), "\r\n\x00 ") {
				t.Errorf("%q is printed %q and read as %+v, %v", v, text, again, err)
			}
		}
	})
}

func FuzzSummary(f *testing.F) {
	f.Add([]byte("Messages-Waiting: yes\r\nMessage-Account: sip:*97@pbx.test\r\nVoice-Message: 2/8 (0/0)\r\n"))
	f.Add([]byte("Messages-Waiting: no\r\n\r\nTo: <x>\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseSummary(b)
		if err != nil {
			return
		}
		text := s.AppendTo(nil)
		if again, err := ParseSummary(text); err != nil || again != s {
			t.Errorf("%q is printed %q and read as %+v, %v", b, text, again, err)
		}
	})
}
