//go:build race

package srtp

// raceDetector tells that the race detector runs: under it a sync.Pool, which pion/srtp uses, loses things on purpose.
const raceDetector = true
