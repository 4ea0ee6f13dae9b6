package audio

// ITU-T G.711: eight bits a sample, in two logarithmic forms. Both directions are table look-ups.
var (
	pcmuDecode = decodeTable(decodePCMU)
	pcmaDecode = decodeTable(decodePCMA)
	pcmuEncode = encodeTable(encodePCMU)
	pcmaEncode = encodeTable(encodePCMA)
)

func decodeTable(decode func(byte) int16) *[256]int16 {
	var t [256]int16
	for i := range t {
		t[i] = decode(byte(i))
	}
	return &t
}

// encodeTable is indexed by the upper 14 bits of a sample, which is all that either form resolves.
func encodeTable(encode func(int16) byte) *[1 << 14]byte {
	var t [1 << 14]byte
	for i := range t {
		t[i] = encode(int16(uint16(i) << 2))
	}
	return &t
}

// EncodePCMU appends μ-law octets for samples at 8 kHz.
func EncodePCMU(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = append(dst, pcmuEncode[uint16(s)>>2])
	}
	return dst
}

// EncodePCMA appends A-law octets for samples at 8 kHz.
func EncodePCMA(dst []byte, samples []int16) []byte {
	for _, s := range samples {
		dst = append(dst, pcmaEncode[uint16(s)>>2])
	}
	return dst
}

// DecodePCMU appends samples at 8 kHz for μ-law octets.
func DecodePCMU(dst []int16, octets []byte) []int16 {
	for _, b := range octets {
		dst = append(dst, pcmuDecode[b])
	}
	return dst
}

// DecodePCMA appends samples at 8 kHz for A-law octets.
func DecodePCMA(dst []int16, octets []byte) []int16 {
	for _, b := range octets {
		dst = append(dst, pcmaDecode[b])
	}
	return dst
}

const muBias = 0x84 // what makes the μ-law segments powers of two

func decodePCMU(b byte) int16 {
	b = ^b
	magnitude := (int32(b&0x0f)<<3 + muBias) << (b >> 4 & 7)
	magnitude -= muBias
	if b&0x80 != 0 {
		return int16(-magnitude)
	}
	return int16(magnitude)
}

func encodePCMU(s int16) byte {
	const clip = 32635
	sign, v := byte(0), int32(s)
	if v < 0 {
		sign, v = 0x80, -v
	}
	v = min(v, clip) + muBias
	segment := byte(0)
	for v>>(segment+8) != 0 {
		segment++
	}
	return ^(sign | segment<<4 | byte(v>>(segment+3))&0x0f)
}

func decodePCMA(b byte) int16 {
	b ^= 0x55
	v := int32(b&0x0f)<<4 + 8
	if segment := b >> 4 & 7; segment > 0 {
		v = (v + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return int16(-v)
	}
	return int16(v)
}

func encodePCMA(s int16) byte {
	sign, v := byte(0x80), int32(s)
	if v < 0 {
		sign, v = 0, -v-1
	}
	segment := byte(0)
	for v>>(segment+8) != 0 {
		segment++
	}
	code := segment << 4
	if segment == 0 {
		code |= byte(v>>4) & 0x0f
	} else {
		code |= byte(v>>(segment+3)) & 0x0f
	}
	return (sign | code) ^ 0x55
}
