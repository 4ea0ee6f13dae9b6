package peer

import (
	"net"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// ServeDNS answers A queries for any name below "test." with addr, so that phones can reach the server by name.
// Everything else gets an empty answer. It returns the server's address.
func ServeDNS(tb testing.TB, addr [4]byte) string {
	tb.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if answer := answerDNS(buf[:n], addr); answer != nil {
				_, _ = conn.WriteTo(answer, from) // a lost answer is asked for again
			}
		}
	}()
	return conn.LocalAddr().String()
}

func answerDNS(query []byte, addr [4]byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Authoritative, m.RecursionAvailable = true, true, true
	m.Answers, m.Authorities, m.Additionals = nil, nil, nil
	q := m.Questions[0]
	if q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
			Body:   &dnsmessage.AResource{A: addr},
		}}
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}
