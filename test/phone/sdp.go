package phone

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ringfence/internal/wire/audio"
	"ringfence/internal/wire/srtp"
)

// description is what a phone reads in a session description: its first audio line.
type description struct {
	target    netip.AddrPort
	profile   string
	codecs    []numbered // in order
	cryptos   []string
	direction string
	others    []string // further m= lines, to be refused
}

// numbered is a codec with its payload number.
type numbered struct {
	number int
	codec  audio.Codec
}

//nolint:gochecknoglobals // a constant table
var wellKnown = map[int]audio.Codec{0: audio.PCMU, 8: audio.PCMA, 9: audio.G722}

// read reads a description; ok is false without an audio line.
func read(body []byte) (d description, ok bool) {
	d.direction = "sendrecv"
	host, section := "", ""
	port := 0
	var formats []string
	names := map[int]audio.Codec{}
	for line := range strings.SplitSeq(string(body), "\r\n") {
		kind, value, cut := strings.Cut(line, "=")
		if !cut {
			continue
		}
		if kind == "m" {
			fields := strings.Fields(value)
			section = "other"
			if len(fields) > 3 && fields[0] == "audio" && formats == nil {
				section, d.profile, formats = "audio", fields[2], fields[3:]
				port, _ = strconv.Atoi(fields[1])
			} else {
				d.others = append(d.others, value)
			}
			continue
		}
		if section == "other" {
			continue
		}
		switch name, attribute, _ := strings.Cut(value, ":"); {
		case kind == "c":
			if fields := strings.Fields(value); len(fields) == 3 {
				host = fields[2]
			}
		case kind != "a":
		case name == "rtpmap":
			number, codec := readFormat(attribute)
			names[number] = codec
		case name == "crypto":
			d.cryptos = append(d.cryptos, attribute)
		case name == "sendrecv", name == "sendonly", name == "recvonly", name == "inactive":
			d.direction = name
		}
	}
	for _, f := range formats {
		number, _ := strconv.Atoi(f)
		codec, named := names[number]
		if !named {
			codec = wellKnown[number]
		}
		d.codecs = append(d.codecs, numbered{number, codec})
	}
	addr, err := netip.ParseAddr(host)
	if err == nil && port > 0 {
		d.target = netip.AddrPortFrom(addr, uint16(port))
	}
	return d, formats != nil
}

// readFormat reads "8 PCMA/8000".
func readFormat(value string) (int, audio.Codec) {
	number, format, _ := strings.Cut(value, " ")
	parts := strings.Split(format, "/")
	n, _ := strconv.Atoi(number)
	c := audio.Codec{Name: parts[0], Channels: 1}
	if len(parts) > 1 {
		c.ClockRate, _ = strconv.Atoi(parts[1])
	}
	return n, c
}

func sends(direction string) bool { return direction == "sendrecv" || direction == "sendonly" }

// reverse is what an answer says to a direction at most.
func reverse(direction string) string {
	switch direction {
	case "sendonly":
		return "recvonly"
	case "recvonly":
		return "sendonly"
	}
	return direction
}

// narrow is the answer to an offered direction by one who wants another at most.
func narrow(offered, wanted string) string {
	send := sends(reverse(offered)) && sends(wanted)
	receive := sends(offered) && sends(reverse(wanted))
	switch {
	case send && receive:
		return "sendrecv"
	case send:
		return "sendonly"
	case receive:
		return "recvonly"
	}
	return "inactive"
}

// offer writes the phone's offer.
func (m *media) offer() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open()
	m.version++
	lines := m.head()
	var numbers []string
	var maps []string
	for i, c := range m.phone.cfg.Codecs {
		number := 96 + i
		for n, known := range wellKnown {
			if known.Same(c) {
				number = n
			}
		}
		numbers = append(numbers, strconv.Itoa(number))
		maps = append(maps, fmt.Sprintf("a=rtpmap:%d %s", number, c))
	}
	profile := "RTP/SAVP"
	if m.phone.cfg.Security != SDES {
		profile = "RTP/AVP"
	}
	lines = append(lines, fmt.Sprintf("m=audio %d %s %s 101", m.port(), profile, strings.Join(numbers, " ")))
	lines = append(lines, maps...)
	lines = append(lines, "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-16")
	if m.phone.cfg.Security != Plain {
		lines = append(lines, "a=crypto:"+srtp.Crypto{Tag: 1, Key: m.key}.String())
	}
	return text(append(lines, "a="+m.mine))
}

func (m *media) head() []string {
	family := "IP4"
	if m.phone.cfg.Local.Is6() {
		family = "IP6"
	}
	return []string{
		"v=0", fmt.Sprintf("o=- %d %d IN %s %s", m.session, m.version, family, m.phone.cfg.Local), "s=-",
		fmt.Sprintf("c=IN %s %s", family, m.phone.cfg.Local), "t=0 0",
	}
}

func (m *media) port() uint16 {
	if m.conn == nil {
		return 0
	}
	return m.conn.LocalAddr().Port()
}

func text(lines []string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

// receive takes an offer; false refuses it with 488.
func (m *media) receive(body []byte) bool {
	d, ok := read(body)
	if !ok {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, n := range d.codecs {
		for _, c := range m.phone.cfg.Codecs {
			if n.codec.Same(c) {
				return m.agree(&d, n)
			}
		}
	}
	return false
}

// agree settles on a codec and keys; the lock is held.
func (m *media) agree(d *description, n numbered) bool {
	crypto, keyed := srtp.Choose(d.cryptos)
	wanted := m.phone.cfg.Security
	secure := keyed && wanted != Plain
	if wanted == SDES && !keyed || wanted == Plain && d.profile == "RTP/SAVP" {
		return false
	}
	if secure {
		if m.key.Suite() != crypto.Key.Suite() {
			m.key = srtp.NewKey(crypto.Key.Suite())
		}
		m.tag = crypto.Tag
		if !m.rekey(crypto.Key) {
			return false
		}
	}
	m.theirs, m.secure = d, secure
	if !m.codec.Same(n.codec) {
		m.codec = n.codec
		m.encoder, _ = audio.NewEncoder(n.codec)
		m.decoder, _ = audio.NewDecoder(n.codec)
		m.heard = nil
	}
	m.payload = uint8(n.number)
	m.target = d.target
	return true
}

// rekey makes both directions use the agreed keys; the lock is held.
func (m *media) rekey(theirs srtp.Key) bool {
	var err error
	if m.sender == nil || !m.sender.Key().Equal(m.key) {
		if m.sender, err = srtp.NewSender(m.key); err != nil {
			return false
		}
	}
	if m.receiver == nil || m.receiver.Key().Suite() != theirs.Suite() {
		m.receiver, err = srtp.NewReceiver(theirs)
	} else {
		err = m.receiver.Rekey(theirs, time.Now())
	}
	return err == nil
}

// accept takes the answer to our offer.
func (m *media) accept(body []byte) {
	d, ok := read(body)
	if !ok || len(d.codecs) == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.agree(&d, d.codecs[0])
}

// answer takes an offer and writes the answer.
func (m *media) answer(body []byte) []byte {
	if !m.receive(body) {
		return nil
	}
	return m.description(true)
}

// description is the answer to the offer received last, or an offer.
func (m *media) description(answer bool) []byte {
	if !answer {
		return m.offer()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.open()
	m.version++
	lines := append(m.head(), fmt.Sprintf("m=audio %d %s %d", m.port(), m.theirs.profile, m.payload),
		fmt.Sprintf("a=rtpmap:%d %s", m.payload, m.codec))
	if m.secure {
		lines = append(lines, "a=crypto:"+srtp.Crypto{Tag: m.tag, Key: m.key}.String())
	}
	lines = append(lines, "a="+narrow(m.theirs.direction, m.mine))
	for _, other := range m.theirs.others {
		fields := strings.Fields(other)
		if len(fields) > 2 {
			fields[1] = "0" // RFC 3264 §6: refused
			lines = append(lines, "m="+strings.Join(fields, " "))
		}
	}
	return text(lines)
}

// held is whether the other side does not want to hear us.
func (m *media) held() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.theirs != nil && (m.theirs.direction == "sendonly" || m.theirs.direction == "inactive")
}
