//go:build !race

package transaction_test

const raceDetector = false
