//go:build !race

package app

import "testing"

// TestWhoeverIsDeletedEveryNumberIsCalledAndEndsSomewhereSaid deletes a user to whom outside numbers lead and all else
// that can refer to a user does, with each choice, and calls every number that is or was in the plan: at once, after the
// day on which somebody else leaves, after a restore, and when the names are free and somebody else's.
func TestWhoeverIsDeletedEveryNumberIsCalledAndEndsSomewhereSaid(t *testing.T) {
	cfg := officeConfig(t)
	for how, remove := range goes {
		for choice, answers := range choices() {
			t.Run(how+", "+choice, func(t *testing.T) {
				inOffice(t, cfg, func(o *office) { deleteAndCall(newStory(o), answers, remove) })
			})
		}
	}
}
