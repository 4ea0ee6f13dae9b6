package rtp

import (
	"encoding/binary"
	"time"
)

// The RTCP packet types that are understood (RFC 3550 §12.1).
const (
	typeSR   = 200
	typeRR   = 201
	typeSDES = 202
	typeBYE  = 203
)

// ReportBlock tells a sender how its stream arrives (RFC 3550 §6.4.1).
type ReportBlock struct {
	SSRC     uint32
	Fraction uint8 // lost since the last report, of 256
	Lost     int32 // lost in all
	Highest  uint32
	Jitter   uint32
	LastSR   uint32 // middle of the NTP time of the last sender report
	Delay    uint32 // since then, in 1/65536 s
}

// SenderInfo is what a sender report tells about its stream.
type SenderInfo struct {
	NTP       uint64
	Timestamp uint32
	Packets   uint32
	Octets    uint32
}

// NTP is a wall-clock time as RTCP writes it: seconds since 1900 and their fraction.
func NTP(t time.Time) uint64 {
	const since1900 = 2208988800
	seconds := uint64(t.Unix()) + since1900
	fraction := uint64(t.Nanosecond()) << 32 / uint64(time.Second)
	return seconds<<32 | fraction
}

// MiddleNTP is the part of an NTP time that report blocks repeat.
func MiddleNTP(ntp uint64) uint32 { return uint32(ntp >> 16) }

// AppendSR appends a sender report with one block, or none if block is nil.
func AppendSR(b []byte, ssrc uint32, info SenderInfo, block *ReportBlock) []byte {
	b = appendRTCPHeader(b, typeSR, countOf(block), 6+6*countOf(block))
	b = binary.BigEndian.AppendUint32(b, ssrc)
	b = binary.BigEndian.AppendUint64(b, info.NTP)
	b = binary.BigEndian.AppendUint32(b, info.Timestamp)
	b = binary.BigEndian.AppendUint32(b, info.Packets)
	b = binary.BigEndian.AppendUint32(b, info.Octets)
	return appendBlock(b, block)
}

// AppendRR appends a receiver report with one block, or none if block is nil.
func AppendRR(b []byte, ssrc uint32, block *ReportBlock) []byte {
	b = appendRTCPHeader(b, typeRR, countOf(block), 1+6*countOf(block))
	b = binary.BigEndian.AppendUint32(b, ssrc)
	return appendBlock(b, block)
}

// AppendSDES appends a source description with the canonical name, which RFC 3550 §6.1 wants in every compound packet.
func AppendSDES(b []byte, ssrc uint32, cname string) []byte {
	if len(cname) > 255 {
		cname = cname[:255]
	}
	// RFC 3550 §6.5: items end with a null octet and pad to the next word.
	item := 2 + len(cname) + 1
	words := (4 + item + 3) / 4
	b = appendRTCPHeader(b, typeSDES, 1, words)
	b = binary.BigEndian.AppendUint32(b, ssrc)
	b = append(b, 1, byte(len(cname)))
	b = append(b, cname...)
	for range 4*words - 4 - 2 - len(cname) {
		b = append(b, 0)
	}
	return b
}

// AppendBYE appends the packet that ends a stream.
func AppendBYE(b []byte, ssrc uint32) []byte {
	b = appendRTCPHeader(b, typeBYE, 1, 1)
	return binary.BigEndian.AppendUint32(b, ssrc)
}

func appendRTCPHeader(b []byte, kind uint8, count, words int) []byte {
	b = append(b, version|byte(count), kind)
	return binary.BigEndian.AppendUint16(b, uint16(words))
}

func countOf(block *ReportBlock) int {
	if block == nil {
		return 0
	}
	return 1
}

func appendBlock(b []byte, r *ReportBlock) []byte {
	if r == nil {
		return b
	}
	b = binary.BigEndian.AppendUint32(b, r.SSRC)
	b = binary.BigEndian.AppendUint32(b, uint32(r.Fraction)<<24|uint32(r.Lost)&0xffffff)
	b = binary.BigEndian.AppendUint32(b, r.Highest)
	b = binary.BigEndian.AppendUint32(b, r.Jitter)
	b = binary.BigEndian.AppendUint32(b, r.LastSR)
	return binary.BigEndian.AppendUint32(b, r.Delay)
}

// Reports is what a compound packet says.
type Reports struct {
	Sender     uint32      // SSRC of who reports
	HasInfo    bool        // Info is set: it was a sender report
	Info       SenderInfo  //
	HasBlock   bool        // Block is set: it tells about our stream
	Block      ReportBlock //
	Bye        bool        // it ends a stream
	CName      [32]byte    // the first bytes of the canonical name
	CNameBytes int
}

// ParseRTCP reads a compound packet and what it says about the stream with the given SSRC. It checks the form that
// RFC 3550 §A.2 asks for: a report first, lengths that add up.
func ParseRTCP(b []byte, about uint32, r *Reports) bool {
	*r = Reports{}
	if len(b) < 8 || b[1] != typeSR && b[1] != typeRR {
		return false
	}
	for first := true; len(b) > 0; first = false {
		if len(b) < 4 || b[0]&0xc0 != version {
			return false
		}
		size := 4 + 4*int(binary.BigEndian.Uint16(b[2:]))
		if size > len(b) {
			return false
		}
		if !r.packet(b[:size], about, first) {
			return false
		}
		b = b[size:]
	}
	return true
}

func (r *Reports) packet(b []byte, about uint32, first bool) bool {
	count := int(b[0] & 0x1f)
	switch b[1] {
	case typeSR:
		if len(b) < 28+24*count {
			return false
		}
		if first {
			r.Sender = binary.BigEndian.Uint32(b[4:])
			r.HasInfo = true
			r.Info = SenderInfo{
				NTP:       binary.BigEndian.Uint64(b[8:]),
				Timestamp: binary.BigEndian.Uint32(b[16:]),
				Packets:   binary.BigEndian.Uint32(b[20:]),
				Octets:    binary.BigEndian.Uint32(b[24:]),
			}
		}
		r.blocks(b[28:], count, about)
	case typeRR:
		if len(b) < 8+24*count {
			return false
		}
		if first {
			r.Sender = binary.BigEndian.Uint32(b[4:])
		}
		r.blocks(b[8:], count, about)
	case typeSDES:
		if count > 0 && len(b) >= 10 && b[8] == 1 && len(b) >= 10+int(b[9]) {
			r.CNameBytes = copy(r.CName[:], b[10:10+int(b[9])])
		}
	case typeBYE:
		r.Bye = true
	}
	return true
}

func (r *Reports) blocks(b []byte, count int, about uint32) {
	for range count {
		if binary.BigEndian.Uint32(b) == about {
			lost := binary.BigEndian.Uint32(b[4:])
			r.HasBlock = true
			r.Block = ReportBlock{
				SSRC:     about,
				Fraction: uint8(lost >> 24),
				Lost:     int32(lost<<8) >> 8,
				Highest:  binary.BigEndian.Uint32(b[8:]),
				Jitter:   binary.BigEndian.Uint32(b[12:]),
				LastSR:   binary.BigEndian.Uint32(b[16:]),
				Delay:    binary.BigEndian.Uint32(b[20:]),
			}
		}
		b = b[24:]
	}
}
