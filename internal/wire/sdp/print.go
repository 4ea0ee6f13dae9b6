package sdp

import "strconv"

// Append appends the description's text to b.
func (s *Session) Append(b []byte) []byte {
	b = append(b, "v=0\r\no="...)
	b = append(b, orDash(s.Origin.Username)...)
	b = append(b, ' ')
	b = strconv.AppendUint(b, s.Origin.SessionID, 10)
	b = append(b, ' ')
	b = strconv.AppendUint(b, s.Origin.Version, 10)
	b = append(b, " IN "...)
	b = appendAddress(b, s.Origin.Address)
	b = append(b, "\r\ns="...)
	b = append(b, orDash(s.Name)...)
	b = append(b, "\r\n"...)
	b = appendConnection(b, s.Connection)
	b = appendLines(b, 'b', s.Bandwidths)
	b = append(b, "t=0 0\r\n"...)
	b = appendAttributes(b, s.Attributes)
	for i := range s.Media {
		b = s.Media[i].append(b)
	}
	return b
}

// String is the description's text.
func (s *Session) String() string { return string(s.Append(nil)) }

func (m *Media) append(b []byte) []byte {
	b = append(b, "m="...)
	b = append(b, m.Type...)
	b = append(b, ' ')
	b = strconv.AppendUint(b, uint64(m.Port), 10)
	b = append(b, ' ')
	b = append(b, m.Proto...)
	for _, f := range m.Formats {
		b = append(b, ' ')
		b = append(b, f...)
	}
	b = append(b, "\r\n"...)
	b = appendConnection(b, m.Connection)
	b = appendLines(b, 'b', m.Bandwidths)
	return appendAttributes(b, m.Attributes)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func appendAddress(b []byte, a Address) []byte {
	if a.IsZero() {
		return append(b, "IP4 0.0.0.0"...)
	}
	b = append(b, a.Type...)
	b = append(b, ' ')
	return append(b, a.Host...)
}

func appendConnection(b []byte, a Address) []byte {
	if a.IsZero() {
		return b
	}
	b = append(b, "c=IN "...)
	b = appendAddress(b, a)
	return append(b, "\r\n"...)
}

func appendLines(b []byte, kind byte, values []string) []byte {
	for _, v := range values {
		b = append(b, kind, '=')
		b = append(b, v...)
		b = append(b, "\r\n"...)
	}
	return b
}

func appendAttributes(b []byte, attributes []Attribute) []byte {
	for _, a := range attributes {
		b = append(b, "a="...)
		b = append(b, a.Name...)
		if a.Value != "" {
			b = append(b, ':')
			b = append(b, a.Value...)
		}
		b = append(b, "\r\n"...)
	}
	return b
}
