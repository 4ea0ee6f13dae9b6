package main

func ringGroupResource() resource {
	return resource{
		noun: "ring-group", path: "/ring-groups", creates: true,
		columns: []column{
			{"ID", "id"},
			{"NUMBER", "number"},
			{"NAME", "name"},
			{"STRATEGY", "strategy"},
			{"SECONDS", "ringSeconds"},
			{"MEMBERS", "members"},
			{"THEN", "then"},
		},
		fields: []field{
			{"name", "name", text, "name"},
			{"number", "number", text, "number, empty for none"},
			{"strategy", "strategy", text, "all at once, inTurn or longestIdle"},
			{"members", "memberIds", numbers, "`IDS` of the users who are called, in order, comma between"},
			{"ring-seconds", "ringSeconds", number, "how long all of them ring, or each when it is one after the other"},
			{"skip-busy", "skipBusy", yesNo, "leave out who is on the phone"},
			{"then-user", "then", toUser, "`ID` of the user who gets calls that nobody takes, 0 for nobody"},
			{"then-ring-group", "then", toRingGroup, "`ID` of the ring group that gets calls that nobody takes, 0 for none"},
		},
		remove: []field{{"move-to", "answers", reroute, "`ID` of the ring group that takes its place, 0 for none"}},
	}
}
