package audio

// Encoder turns samples at its rate into a format's payload.
type Encoder interface {
	// Encode appends the samples' payload.
	Encode(dst []byte, samples []int16) []byte
}

// Decoder turns a format's payload into samples at its rate.
type Decoder interface {
	// Decode appends the payload's samples.
	Decode(dst []int16, payload []byte) []int16
}

type (
	encodeFunc func([]byte, []int16) []byte
	decodeFunc func([]int16, []byte) []int16
)

func (f encodeFunc) Encode(dst []byte, samples []int16) []byte { return f(dst, samples) }

func (f decodeFunc) Decode(dst []int16, payload []byte) []int16 { return f(dst, payload) }

// narrowEncoder codes G.722 from 8 kHz.
type narrowEncoder struct {
	up   Upsampler
	g722 *G722Encoder
	wide [2 * maxSamples]int16
}

func (e *narrowEncoder) Encode(dst []byte, samples []int16) []byte {
	samples = samples[:min(len(samples), maxSamples)]
	return e.g722.Encode(dst, e.up.Up(e.wide[:0], samples))
}

// narrowDecoder decodes G.722 to 8 kHz.
type narrowDecoder struct {
	down Downsampler
	g722 *G722Decoder
	wide [2 * maxSamples]int16
}

func (d *narrowDecoder) Decode(dst []int16, payload []byte) []int16 {
	payload = payload[:min(len(payload), maxSamples)]
	return d.down.Down(dst, d.g722.Decode(d.wide[:0], payload))
}

// NewEncoder makes an encoder of samples at 8 kHz. It fails for formats that the server does not encode.
func NewEncoder(c Codec) (Encoder, bool) {
	switch {
	case c.Same(PCMU):
		return encodeFunc(EncodePCMU), true
	case c.Same(PCMA):
		return encodeFunc(EncodePCMA), true
	case c.Same(G722):
		return &narrowEncoder{g722: NewG722Encoder()}, true
	default:
		return nil, false
	}
}

// NewDecoder makes a decoder to samples at 8 kHz. It fails for formats that the server does not decode.
func NewDecoder(c Codec) (Decoder, bool) {
	switch {
	case c.Same(PCMU):
		return decodeFunc(DecodePCMU), true
	case c.Same(PCMA):
		return decodeFunc(DecodePCMA), true
	case c.Same(G722):
		return &narrowDecoder{g722: NewG722Decoder()}, true
	default:
		return nil, false
	}
}

// Transcoder turns one format's payload into another's: both take one byte for each eighth of a millisecond, so that
// packets keep their length and their timestamps.
type Transcoder struct {
	from    Decoder
	to      Encoder
	samples [maxSamples]int16
}

// maxSamples is how much of a packet is coded: more than any telephone sends in one.
const maxSamples = 1600

// NewTranscoder makes a transcoder of one direction. It fails if the server does not know both formats.
func NewTranscoder(from, to Codec) (*Transcoder, bool) {
	d, ok := NewDecoder(from)
	if !ok {
		return nil, false
	}
	e, ok := NewEncoder(to)
	if !ok {
		return nil, false
	}
	return &Transcoder{from: d, to: e}, true
}

// Convert appends the payload in the other format.
func (t *Transcoder) Convert(dst, payload []byte) []byte {
	payload = payload[:min(len(payload), maxSamples)]
	return t.to.Encode(dst, t.from.Decode(t.samples[:0], payload))
}
