// Package sip reads and writes SIP messages: start lines, header fields, URIs, addresses, Via, stream framing.
//
// RFC 3261 §7, §19, §20 and §25, RFC 3581, RFC 4475 as its corpus, RFC 5954 for IPv6 in URIs. A Message keeps offsets
// into one buffer and views a header field only when it is asked for: reading allocates nothing. A Builder appends to
// one buffer that it keeps. Framing is strict: a bare CR, LF or NUL, or a second of a header field that decides what a
// message means, is an error and no guess.
//
// It does not know transports, transactions, dialogs or what a request is for. A Message or Builder belongs to one
// goroutine at a time; the functions are safe for concurrent use.
package sip
