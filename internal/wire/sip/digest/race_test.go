//go:build race

package digest

// raceEnabled tells tests that count allocations that pools forget at random under the race detector.
const raceEnabled = true
