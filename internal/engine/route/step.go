package route

import (
	"ringfence/internal/engine/roster"
	"ringfence/internal/pbx"
)

// StepKind names one thing that routing found on its way to a plan.
type StepKind string

// The kinds of step.
const (
	StepDialled     StepKind = "dialled"      // what was dialled, as the server understands it
	StepForeign     StepKind = "foreign"      // an address that is not the organization's
	StepBarred      StepKind = "barred"       // the caller's account is disabled
	StepHolder      StepKind = "holder"       // whose number or name that is
	StepFeature     StepKind = "feature"      // a code that the server answers itself
	StepNobody      StepKind = "nobody"       // nothing in the numbering plan
	StepKept        StepKind = "kept"         // in the plan, but no calls lead there
	StepPaused      StepKind = "paused"       // an outside number that takes no calls for a while
	StepPorted      StepKind = "ported"       // an outside number that went to another carrier
	StepUnassigned  StepKind = "unassigned"   // an outside number that leads to nobody
	StepLeft        StepKind = "left"         // User has left; calls go on to who took them over
	StepDisabled    StepKind = "disabled"     // User's account is disabled
	StepRings       StepKind = "rings"        // the phone on Line rings
	StepOwnPhone    StepKind = "own_phone"    // the phone that calls does not ring
	StepGone        StepKind = "gone"         // the phone on Line has lost its connection
	StepInsecure    StepKind = "insecure"     // the phone on Line is registered without the encryption that is demanded of it
	StepSwitchedOff StepKind = "switched_off" // Line may not be used
	StepNoPhone     StepKind = "no_phone"     // no phone of User is registered
	StepWaits       StepKind = "waits"        // the call waits for a phone of User to come back
	StepForwarded   StepKind = "forwarded"    // User has calls sent on, in the case When
	StepDND         StepKind = "dnd"          // User does not want to be disturbed
	StepRingGroup   StepKind = "ring_group"   // Group is called
	StepIsCaller    StepKind = "is_caller"    // User calls himself, as a member of the group
	StepOnPhone     StepKind = "on_phone"     // User is on the phone, and the group leaves such members out
	StepGroupWaits  StepKind = "group_waits"  // the call waits for a phone of a member of Group to come back
	StepNotTaken    StepKind = "not_taken"    // nobody of Group takes the call: it goes on
	StepVoicemail   StepKind = "voicemail"    // User does not take the call: his mailbox does
	StepCircle      StepKind = "circle"       // the call was sent on too often: it goes in circles
)

// Step is one thing that routing found, for whoever asks why (R5).
type Step struct {
	Kind   StepKind
	Value  string          // of StepDialled
	Holder pbx.DialKind    // of StepHolder and StepKept
	User   *roster.User    // whom the step is about, nil if nobody
	Group  *pbx.RingGroup  // which ring group the step is about, nil if none
	Line   *roster.Line    // of the steps about a phone
	When   pbx.ForwardWhen // of StepForwarded
}

// tell hands a step to whoever asks; calls ask for none.
func (s *Snapshot) tell(step Step) {
	if s.Tell != nil {
		s.Tell(step)
	}
}
