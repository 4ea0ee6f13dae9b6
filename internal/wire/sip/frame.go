package sip

import (
	"bytes"
	"errors"
)

// Errors of Frame. After one the stream cannot be followed any more and must be closed.
var (
	ErrTooLarge      = errors.New("the message is too large")
	ErrContentLength = errors.New("the message has no usable Content-Length")
)

// Frame returns the length of the message at the start of a stream's bytes, zero if more is needed. CRLFs before it
// (RFC 5626 §3.5.1 pings) must have been taken away.
func Frame(b []byte) (int, error) {
	head := bytes.Index(b[:min(len(b), MaxMessage)], []byte("\r\n\r\n"))
	if head < 0 {
		if len(b) >= MaxMessage {
			return 0, ErrTooLarge
		}
		return 0, nil
	}
	n, err := contentLength(b[:head+2])
	if err != nil {
		return 0, err
	}
	total := head + 4 + n
	switch {
	case total > MaxMessage:
		return 0, ErrTooLarge
	case total > len(b):
		return 0, nil
	}
	return total, nil
}

// contentLength finds the one Content-Length of a header block.
func contentLength(b []byte) (int, error) {
	found, length := false, 0
	for len(b) > 0 {
		end := bytes.Index(b, crlf)
		line := b[:end]
		b = b[end+2:]
		for len(b) > 0 && isSpace(b[0]) {
			// RFC 3261 §7.3.1: a folded line; the length's value may stand on it.
			end = bytes.Index(b, crlf)
			line = line[:len(line)+2+end]
			b = b[end+2:]
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || ParseHeaderID(trim(name)) != ContentLength {
			continue
		}
		n, ok := parseUint(bytes.Trim(value, " \t\r\n"), MaxMessage)
		// RFC 3261 §18.3, §20.14: two lengths would let two readers see two different messages.
		if !ok || found {
			return 0, ErrContentLength
		}
		found, length = true, int(n)
	}
	if !found {
		return 0, ErrContentLength
	}
	return length, nil
}
