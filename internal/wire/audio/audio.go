// Package audio holds the speech codecs and signals that the server itself makes or reads: G.711 and G.722 (64 kbit/s),
// tones, resampling, WAV files and the Goertzel filter that tests listen with.
//
// Everything here is a pure function or a small state that one goroutine owns. Nothing allocates once it is set up, but what
// reads whole files. The package knows nothing of packets; Opus is passed through by others and never encoded.
package audio
