//go:build !race

package srtp

// raceDetector tells that the race detector runs.
const raceDetector = false
