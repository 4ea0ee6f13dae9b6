//go:build race

package sipserver

// raceEnabled tells tests that count allocations that pools forget at random under the race detector.
const raceEnabled = true
