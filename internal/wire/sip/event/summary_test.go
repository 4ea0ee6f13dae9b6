package event

import "testing"

// Golden bodies: what the state is, and what goes over the wire.
func TestSummary(t *testing.T) {
	for name, c := range map[string]struct {
		summary Summary
		body    string
	}{
		"an empty mailbox": {Summary{}, "Messages-Waiting: no\r\nVoice-Message: 0/0 (0/0)\r\n"},
		"messages wait": {
			Summary{Waiting: true, Account: "sip:*97@pbx.test", Voice: Count{2, 8}},
			"Messages-Waiting: yes\r\nMessage-Account: sip:*97@pbx.test\r\nVoice-Message: 2/8 (0/0)\r\n",
		},
		"only old ones": {
			Summary{Account: "sip:*97@pbx.test", Voice: Count{0, 3}},
			"Messages-Waiting: no\r\nMessage-Account: sip:*97@pbx.test\r\nVoice-Message: 0/3 (0/0)\r\n",
		},
		"urgent ones": {
			Summary{Waiting: true, Voice: Count{4, 1}, Urgent: Count{1, 1}},
			"Messages-Waiting: yes\r\nVoice-Message: 4/1 (1/1)\r\n",
		},
		"as many as there can be": {
			Summary{Waiting: true, Voice: Count{1<<32 - 1, 1<<32 - 1}},
			"Messages-Waiting: yes\r\nVoice-Message: 4294967295/4294967295 (0/0)\r\n",
		},
	} {
		if got := string(c.summary.AppendTo(nil)); got != c.body {
			t.Errorf("%s: %q", name, got)
		}
		if got, err := ParseSummary([]byte(c.body)); err != nil || got != c.summary {
			t.Errorf("%s: read back as %+v, %v", name, got, err)
		}
	}
}

func TestSummariesOfOthers(t *testing.T) {
	// RFC 3842 §4 shows the headers of single messages, and other classes than voice.
	got, err := ParseSummary([]byte("Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\n" +
		"Voice-Message: 4/8 (1/2)\r\nVideo-Message: 0/2\r\n\r\nTo: <alice@atlanta.example.com>\r\nUrgent: yes\r\n"))
	want := Summary{Waiting: true, Account: "sip:alice@vmail.example.com", Voice: Count{4, 8}, Urgent: Count{1, 2}}
	if err != nil || got != want {
		t.Errorf("%+v %v", got, err)
	}
	if got, err = ParseSummary([]byte("messages-waiting : NO\nvoice-message: 0 / 1\n")); err != nil || got.Waiting || got.Voice.Old != 1 {
		t.Errorf("%+v %v", got, err)
	}
	for name, body := range map[string]string{
		"nothing": "", "a blank line first": "\r\nMessages-Waiting: no\r\n", "no status": "Voice-Message: 1/2\r\n",
		"the status twice": "Messages-Waiting: no\r\nMessages-Waiting: no\r\n", "neither yes nor no": "Messages-Waiting: perhaps\r\n",
		"no colon": "Messages-Waiting: no\r\nVoice\r\n", "one number": "Messages-Waiting: no\r\nVoice-Message: 1\r\n",
		"no number": "Messages-Waiting: no\r\nVoice-Message: a/b\r\n", "too many": "Messages-Waiting: no\r\nVoice-Message: 4294967296/0\r\n",
		"open brackets": "Messages-Waiting: no\r\nVoice-Message: 1/2 (1/2\r\n", "an account that is none": "Messages-Waiting: no\r\nMessage-Account: x\r\n",
	} {
		if got, err := ParseSummary([]byte(body)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
