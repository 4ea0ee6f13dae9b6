package sip

import (
	"testing"

	gosip "github.com/emiago/sipgo/sip"
)

// Another implementation reads the same out of what both accept.
func TestAnotherParserAgrees(t *testing.T) {
	texts := map[string]string{"register": register}
	for _, c := range torture {
		if c.want == accepted {
			texts[c.file] = string(readTorture(t, c.file))
		}
	}
	compared := 0
	for name, text := range texts {
		theirs, err := gosip.NewParser().ParseSIP([]byte(text))
		if err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		ours := new(Message)
		if err := ours.Parse([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if theirs.From() == nil || theirs.To() == nil || theirs.CallID() == nil || theirs.CSeq() == nil {
			continue
		}
		compared++
		from, _ := ours.From()
		to, _ := ours.To()
		seq, _ := ours.CSeq()
		tag, _ := theirs.From().Params.Get("tag")
		for what, pair := range map[string][2]string{
			"From host": {string(from.URI.Host), theirs.From().Address.Host},
			"To host":   {string(to.URI.Host), theirs.To().Address.Host},
			"From tag":  {string(ours.FromTag()), tag},
			"Call-ID":   {string(ours.CallID()), theirs.CallID().Value()},
		} {
			if pair[0] != pair[1] && name != "unksm2" && name != "wsinv" {
				t.Errorf("%s: %s is %q here and %q there", name, what, pair[0], pair[1])
			}
		}
		if seq != theirs.CSeq().SeqNo {
			t.Errorf("%s: CSeq %d here and %d there", name, seq, theirs.CSeq().SeqNo)
		}
	}
	if compared < 20 {
		t.Errorf("only %d messages compared", compared)
	}
}
