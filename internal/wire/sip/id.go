package sip

import "crypto/rand"

// NewBranch returns a new branch for a Via.
func NewBranch() string {
	// RFC 3261 §8.1.1.7: unique across space and time, with the cookie in front.
	return BranchCookie + rand.Text()
}

// NewTag returns a new tag for From or To.
func NewTag() string {
	// RFC 3261 §19.3: at least 32 random bits.
	return rand.Text()[:16]
}

// NewCallID returns a new Call-ID. It tells nothing about this machine.
func NewCallID() string { return rand.Text() }
