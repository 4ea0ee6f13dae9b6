//go:build race

package call_test

// raceEnabled tells the test of many calls to make fewer: the race detector needs no thousands.
const raceEnabled = true
