package sdp

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrSyntax is wrapped by every error of Parse.
var ErrSyntax = errors.New("sdp syntax")

// Parse reads a description. It is strict about what a call depends on and about size, and tolerant of lone line feeds.
// RFC 8866 §5: deviation: lines may stand in any order within a section, which real telephones get wrong.
func Parse(b []byte) (*Session, error) {
	if len(b) > MaxSize {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrSyntax, MaxSize)
	}
	p := parser{s: &Session{}}
	for number := 1; len(b) > 0; number++ {
		line, rest, _ := bytes.Cut(b, []byte{'\n'})
		b = rest
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if len(line) == 0 && len(b) == 0 {
			break
		}
		if err := p.line(line); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrSyntax, number, err)
		}
	}
	if err := p.end(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	return p.s, nil
}

type parser struct {
	s     *Session
	m     *Media // nil in the session section
	lines int
	timed bool
}

func (p *parser) line(line []byte) error {
	if len(line) < 2 || line[1] != '=' {
		return errors.New("not a type and a value")
	}
	if len(line) > MaxLine {
		return fmt.Errorf("longer than %d bytes", MaxLine)
	}
	if bytes.IndexByte(line, 0) >= 0 || bytes.IndexByte(line, '\r') >= 0 || !utf8.Valid(line) {
		return errors.New("forbidden byte")
	}
	kind, value := line[0], string(line[2:])
	p.lines++
	// RFC 8866 §5: v=, o= and s= begin every description, in this order.
	if p.lines <= 3 {
		return p.opening(kind, value)
	}
	if p.m != nil {
		return p.mediaLine(kind, value)
	}
	return p.sessionLine(kind, value)
}

func (p *parser) opening(kind byte, value string) error {
	if kind != "vos"[p.lines-1] {
		return fmt.Errorf("%c= where %c= is due", kind, "vos"[p.lines-1])
	}
	switch kind {
	case 'v':
		if value != "0" {
			return errors.New("unknown version")
		}
	case 'o':
		return p.origin(value)
	case 's':
		p.s.Name = value
	}
	return nil
}

func (p *parser) sessionLine(kind byte, value string) (err error) {
	switch kind {
	case 'c':
		p.s.Connection, err = parseConnection(value)
	case 'b':
		p.s.Bandwidths, err = appendBandwidth(p.s.Bandwidths, value)
	case 'a':
		p.s.Attributes, err = appendAttribute(p.s.Attributes, value)
	case 't':
		p.timed = true
	case 'i', 'u', 'e', 'p', 'r', 'z', 'k':
	case 'm':
		return p.media(value)
	default:
		// RFC 8866 §5: a letter that is not understood makes the whole description unreadable.
		return fmt.Errorf("unknown type %q", kind)
	}
	return err
}

func (p *parser) mediaLine(kind byte, value string) (err error) {
	switch kind {
	case 'c':
		if p.m.Connection.IsZero() {
			p.m.Connection, err = parseConnection(value)
		}
	case 'b':
		p.m.Bandwidths, err = appendBandwidth(p.m.Bandwidths, value)
	case 'a':
		p.m.Attributes, err = appendAttribute(p.m.Attributes, value)
	case 'i', 'k':
	case 'm':
		return p.media(value)
	default:
		return fmt.Errorf("unknown type %q in a media section", kind)
	}
	return err
}

func (p *parser) end() error {
	switch {
	case p.lines < 3:
		return errors.New("ends before s=")
	case !p.timed:
		return errors.New("without t=")
	}
	for i := range p.s.Media {
		m := &p.s.Media[i]
		// RFC 8866 §5.7: each media line has an address of its own or the session's.
		if m.Port != 0 && p.s.ConnectionOf(m).IsZero() {
			return errors.New("media without c=")
		}
	}
	return nil
}

// origin reads "username id version IN IP4 address". Numbers too large for 64 bits are kept as the largest: nothing but
// the comparison with the last version depends on them.
func (p *parser) origin(value string) error {
	f := strings.Fields(value)
	if len(f) != 6 || f[3] != "IN" {
		return errors.New("malformed origin")
	}
	id, err := number(f[1])
	if err != nil {
		return err
	}
	version, err := number(f[2])
	if err != nil {
		return err
	}
	addr, err := parseAddress(f[4], f[5])
	if err != nil {
		return err
	}
	p.s.Origin = Origin{Username: f[0], SessionID: id, Version: version, Address: addr}
	return nil
}

func number(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return n, nil
	}
	if err != nil {
		return 0, errors.New("malformed number")
	}
	return n, nil
}

func parseConnection(value string) (Address, error) {
	f := strings.Fields(value)
	if len(f) != 3 || f[0] != "IN" {
		return Address{}, errors.New("malformed connection")
	}
	return parseAddress(f[1], f[2])
}

func parseAddress(kind, host string) (Address, error) {
	if kind != "IP4" && kind != "IP6" {
		return Address{}, errors.New("unknown address type")
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		if ip.Zone() != "" {
			return Address{}, errors.New("address with a zone")
		}
		return Address{Type: kind, Host: host}, nil
	}
	// A name, which nobody resolves: media is then learnt from where it comes. A slash means multicast, which is no call.
	if len(host) > 255 || !hostname(host) {
		return Address{}, errors.New("malformed address")
	}
	return Address{Type: kind, Host: host}, nil
}

func hostname(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return s != ""
}

func appendBandwidth(list []string, value string) ([]string, error) {
	kind, n, ok := strings.Cut(value, ":")
	if _, err := strconv.ParseUint(n, 10, 64); !ok || err != nil || !token(kind) {
		return nil, errors.New("malformed bandwidth")
	}
	if len(list) == MaxBandwidths {
		return nil, errors.New("too many bandwidths")
	}
	return append(list, value), nil
}

func appendAttribute(list []Attribute, value string) ([]Attribute, error) {
	name, rest, _ := strings.Cut(value, ":")
	if !token(name) {
		return nil, errors.New("malformed attribute")
	}
	if len(list) == MaxAttributes {
		return nil, errors.New("too many attributes")
	}
	return append(list, Attribute{Name: name, Value: rest}), nil
}

// media reads "type port[/count] proto format...".
func (p *parser) media(value string) error {
	f := strings.Fields(value)
	if len(f) < 4 {
		return errors.New("malformed media")
	}
	if len(f)-3 > MaxFormats {
		return errors.New("too many formats")
	}
	if len(p.s.Media) == MaxMedia {
		return errors.New("too many media lines")
	}
	port, count, counted := strings.Cut(f[1], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return errors.New("malformed port")
	}
	if counted {
		// RFC 8866 §5.14: several ports are for layered multicast; one is all that a call can use.
		if c, err := strconv.ParseUint(count, 10, 16); err != nil || c != 1 {
			return errors.New("more than one port")
		}
	}
	if !token(f[0]) {
		return errors.New("malformed media type")
	}
	for _, part := range strings.Split(f[2], "/") {
		if !token(part) {
			return errors.New("malformed protocol")
		}
	}
	p.s.Media = append(p.s.Media, Media{Type: f[0], Port: uint16(n), Proto: f[2], Formats: f[3:]})
	p.m = &p.s.Media[len(p.s.Media)-1]
	return nil
}

// token tells whether s is a token of RFC 8866 §9.
func token(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"(),/:;<=>?@[\\]", c) >= 0 {
			return false
		}
	}
	return s != ""
}
