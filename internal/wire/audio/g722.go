package audio

// ITU-T G.722 at 64 kbit/s: two bands of sub-band ADPCM, six bits for the lower and two for the upper, one octet for two
// samples at 16 kHz. The arithmetic and the tables are those of the recommendation; names follow it.

// Tables of the recommendation's quantizers.
var (
	// quantize6 holds the decision levels of the lower band's six-bit quantizer.
	quantize6 = [31]int32{
		0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339,
		1458, 1612, 1765, 1980, 2195, 2557, 2919, 1 << 30,
	}
	// inverse6 and inverse4 give back a lower-band difference from six bits, or from the upper four of them.
	inverse6 = [64]int32{
		-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856,
		-7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
		24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456,
		4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
	}
	inverse4 = [16]int32{
		0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0,
	}
	inverse2 = [4]int32{-7408, -1616, 7408, 1616}
	// scale4 and scale2 move the logarithmic step size, by the four or two bits that were sent.
	scale4 = [16]int32{-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60}
	scale2 = [4]int32{798, -214, 798, -214}
	// antilog is the fraction of the step size.
	antilog = [32]int32{
		2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025, 3091,
		3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
	}
	// mirror holds one half of the quadrature mirror filter's coefficients.
	mirror = [12]int32{3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11}
)

const (
	lowerLimit = 18432 // of the logarithmic step size in the lower band
	upperLimit = 22528
)

// band is the adaptive predictor of one band: two poles, six zeros.
type band struct {
	step     int32 // linear step size (DET)
	logStep  int32 // its logarithm (NB)
	estimate int32 // predicted signal (S)
	zeros    int32 // the zeros' part of it (SZ)
	r        [2]int32
	p        [2]int32 // signs of the last partial reconstructions
	a        [2]int32
	d        [6]int32
	b        [6]int32
}

// G722Encoder is the state of one outgoing stream. Make one with NewG722Encoder.
type G722Encoder struct {
	lower, upper band
	history      [24]int32
}

// G722Decoder is the state of one incoming stream. Make one with NewG722Decoder.
type G722Decoder struct {
	lower, upper band
	history      [24]int32
}

// NewG722Encoder makes an encoder as the recommendation resets it.
func NewG722Encoder() *G722Encoder {
	return &G722Encoder{lower: band{step: 32}, upper: band{step: 8}}
}

// NewG722Decoder makes a decoder as the recommendation resets it.
func NewG722Decoder() *G722Decoder {
	return &G722Decoder{lower: band{step: 32}, upper: band{step: 8}}
}

// Encode appends one octet for each two samples at 16 kHz; an odd last sample is left out.
func (e *G722Encoder) Encode(dst []byte, samples []int16) []byte {
	for ; len(samples) >= 2; samples = samples[2:] {
		low, high := e.split(int32(samples[0]), int32(samples[1]))
		six := e.lower.quantizeLow(saturate(low - e.lower.estimate))
		e.lower.adaptLow(six >> 2)
		two := e.upper.quantizeHigh(saturate(high - e.upper.estimate))
		e.upper.adaptHigh(two)
		dst = append(dst, byte(two<<6|six))
	}
	return dst
}

// Decode appends two samples at 16 kHz for each octet.
func (d *G722Decoder) Decode(dst []int16, octets []byte) []int16 {
	for _, o := range octets {
		six, two := int32(o&0x3f), int32(o>>6)
		low := clip15(d.lower.estimate + d.lower.step*inverse6[six]>>15)
		d.lower.adaptLow(six >> 2)
		high := clip15(d.upper.estimate + d.upper.step*inverse2[two]>>15)
		d.upper.adaptHigh(two)
		first, second := d.join(low, high)
		dst = append(dst, first, second)
	}
	return dst
}

// split is the transmit quadrature mirror filter: two samples in, one of each band out.
func (e *G722Encoder) split(first, second int32) (low, high int32) {
	copy(e.history[:], e.history[2:])
	e.history[22], e.history[23] = first, second
	var even, odd int32
	for i, c := range mirror {
		odd += e.history[2*i] * c
		even += e.history[2*i+1] * mirror[11-i]
	}
	return (even + odd) >> 14, (even - odd) >> 14
}

// join is the receive quadrature mirror filter.
func (d *G722Decoder) join(low, high int32) (first, second int16) {
	copy(d.history[:], d.history[2:])
	d.history[22], d.history[23] = low+high, low-high
	var a, b int32
	for i, c := range mirror {
		b += d.history[2*i] * c
		a += d.history[2*i+1] * mirror[11-i]
	}
	return int16(saturate(a >> 11)), int16(saturate(b >> 11))
}

func (b *band) quantizeLow(difference int32) int32 {
	magnitude := difference
	if difference < 0 {
		magnitude = -(difference + 1)
	}
	level := int32(1)
	for ; level < 30; level++ {
		if magnitude < quantize6[level]*b.step>>12 {
			break
		}
	}
	if difference < 0 {
		if level < 3 { // the two smallest negative codes stand apart from the others
			return 64 - level
		}
		return 34 - level
	}
	return 62 - level
}

func (b *band) quantizeHigh(difference int32) int32 {
	const decision = 564
	magnitude := difference
	if difference < 0 {
		magnitude = -(difference + 1)
	}
	small := magnitude < decision*b.step>>12
	switch {
	case difference < 0 && small:
		return 1
	case difference < 0:
		return 0
	case small:
		return 3
	default:
		return 2
	}
}

// adaptLow moves the lower band on by the upper four bits of its code.
func (b *band) adaptLow(four int32) {
	difference := b.step * inverse4[four] >> 15
	b.logStep = min(max(b.logStep*127>>7+scale4[four], 0), lowerLimit)
	b.step = stepSize(b.logStep, 8)
	b.predict(difference)
}

// adaptHigh moves the upper band on by its two bits.
func (b *band) adaptHigh(two int32) {
	difference := b.step * inverse2[two] >> 15
	b.logStep = min(max(b.logStep*127>>7+scale2[two], 0), upperLimit)
	b.step = stepSize(b.logStep, 10)
	b.predict(difference)
}

// stepSize is the antilogarithm of the step size.
func stepSize(logStep, base int32) int32 {
	fraction := antilog[logStep>>6&31]
	shift := base - logStep>>11
	if shift < 0 {
		return fraction << -shift << 2
	}
	return fraction >> shift << 2
}

// predict adapts poles and zeros to the quantized difference and makes the next estimate.
func (b *band) predict(difference int32) {
	reconstructed := saturate(b.estimate + difference)
	partial := saturate(b.zeros + difference)
	b.adaptPoles(partial)
	b.adaptZeros(difference)
	b.r[1], b.r[0] = b.r[0], reconstructed
	b.p[1], b.p[0] = b.p[0], partial
	poles := saturate(b.a[0]*saturate(2*b.r[0])>>15 + b.a[1]*saturate(2*b.r[1])>>15)
	b.zeros = 0
	for i := range b.b {
		b.zeros += b.b[i] * saturate(2*b.d[i]) >> 15
	}
	b.zeros = saturate(b.zeros)
	b.estimate = saturate(poles + b.zeros)
}

func (b *band) adaptPoles(partial int32) {
	same := func(x, y int32) bool { return x>>15 == y>>15 }
	slope := saturate(b.a[0] << 2)
	if same(partial, b.p[0]) {
		slope = -slope
	}
	slope = min(slope, 32767)
	second := slope>>7 - 128
	if same(partial, b.p[1]) {
		second = slope>>7 + 128
	}
	second += b.a[1] * 32512 >> 15
	second = min(max(second, -12288), 12288)
	first := b.a[0]*32640>>15 - 192
	if same(partial, b.p[0]) {
		first = b.a[0]*32640>>15 + 192
	}
	limit := saturate(15360 - second)
	b.a[0], b.a[1] = min(max(first, -limit), limit), second
}

func (b *band) adaptZeros(difference int32) {
	gain := int32(128)
	if difference == 0 {
		gain = 0
	}
	for i := range b.b {
		move := -gain
		if difference>>15 == b.d[i]>>15 {
			move = gain
		}
		b.b[i] = saturate(b.b[i]*32640>>15 + move)
	}
	copy(b.d[1:], b.d[:5])
	b.d[0] = difference
}

// saturate limits to 16 bits.
func saturate(v int32) int32 { return min(max(v, -32768), 32767) }

// clip15 limits a band's output to 15 bits, so that the sum of both fits 16.
func clip15(v int32) int32 { return min(max(v, -16384), 16383) }
