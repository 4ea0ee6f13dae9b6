package event

import (
	"strings"
	"testing"
	"time"
)

func TestEvent(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        Type
		text        string // empty: the same as value
	}{
		{"a package", "message-summary", Type{Package: "message-summary"}, ""},
		{"a template", "presence.winfo", Type{Package: "presence.winfo"}, ""},
		{"an id", "dialog;id=17", Type{"dialog", "17"}, ""},
		{"an id among others", "dialog ; sla ; id = a.b", Type{"dialog", "a.b"}, "dialog;id=a.b"},
		{"a parameter that says nothing here", "dialog;call-id=x", Type{Package: "dialog"}, "dialog"},
		{"letters as they stand", "Message-Summary", Type{Package: "Message-Summary"}, ""},
	} {
		got, err := ParseType([]byte(c.value))
		text := c.text
		if text == "" {
			text = c.value
		}
		if err != nil || got != c.want || string(got.AppendTo(nil)) != text {
			t.Errorf("%s: %+v %v, printed %q", c.name, got, err, got.AppendTo(nil))
		}
	}
	for name, value := range map[string]string{
		"nothing": "", "only parameters": ";id=1", "two words": "message summary", "a slash": "a/b", "an empty id": "dialog;id=",
		"an id without value": "dialog;id", "a quoted id": `dialog;id="x"`, "an id twice": "dialog;id=1;id=2",
		"a parameter without name": "dialog;=1", "a list": "dialog, presence", "a long name": strings.Repeat("a", 65),
		"a long id": "dialog;id=" + strings.Repeat("a", 129),
	} {
		if got, err := ParseType([]byte(value)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestSubscriptionState(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        SubscriptionState
		text        string // empty: the same as value
	}{
		{"active", "active;expires=3600", SubscriptionState{Expires: time.Hour}, ""},
		{"pending", "pending;expires=5", SubscriptionState{Substate: SubstatePending, Expires: 5 * time.Second}, ""},
		{"over", "terminated;reason=timeout", SubscriptionState{Substate: SubstateTerminated, Reason: Timeout}, ""},
		{"come again", "terminated;reason=probation;retry-after=12", SubscriptionState{
			Substate: SubstateTerminated, Reason: Probation, RetryAfter: 12 * time.Second,
		}, ""},
		{"no reason", "terminated", SubscriptionState{Substate: SubstateTerminated}, ""},
		{"a reason of others", "terminated;reason=lunch", SubscriptionState{Substate: SubstateTerminated, Reason: "lunch"}, ""},
		{"any case, white space", "Terminated ; Reason = Rejected", SubscriptionState{
			Substate: SubstateTerminated, Reason: Rejected,
		}, "terminated;reason=rejected"},
		{"beyond all time", "active;expires=99999999999", SubscriptionState{Expires: maxTime * time.Second}, "active;expires=4294967295"},
	} {
		got, err := ParseSubscriptionState([]byte(c.value))
		text := c.text
		if text == "" {
			text = c.value
		}
		if err != nil || got != c.want || string(got.AppendTo(nil)) != text {
			t.Errorf("%s: %+v %v, printed %q", c.name, got, err, got.AppendTo(nil))
		}
	}
	for name, value := range map[string]string{
		"nothing": "", "a word of nobody": "waiting", "no number": "active;expires=soon", "a quoted reason": `terminated;reason="x y"`,
		"a parameter twice": "active;expires=1;expires=2", "a word behind it": "active now", "negative": "terminated;retry-after=-1",
	} {
		if got, err := ParseSubscriptionState([]byte(value)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if s := (SubscriptionState{Expires: 1500 * time.Millisecond}).AppendTo(nil); string(s) != "active;expires=2" {
		t.Errorf("%s: what is left is rounded up", s)
	}
}

func TestGrant(t *testing.T) {
	terms := Terms{Min: time.Minute, Default: time.Hour, Max: 2 * time.Hour}
	for _, c := range []struct {
		name  string
		n     uint32
		asked bool
		want  time.Duration
		ok    bool
	}{
		{"none named", 0, false, time.Hour, true},
		{"the end", 0, true, 0, true},
		{"too short", 59, true, 0, false},
		{"just long enough", 60, true, time.Minute, true},
		{"what is asked for", 1800, true, 30 * time.Minute, true},
		{"too long", 1 << 31, true, 2 * time.Hour, true},
	} {
		if got, ok := terms.Grant(c.n, c.asked); got != c.want || ok != c.ok {
			t.Errorf("%s: %v %t", c.name, got, ok)
		}
	}
}
