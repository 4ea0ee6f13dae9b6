package call_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"ringfence/internal/pbx"
	"ringfence/internal/support/netx"
	"ringfence/internal/wire/sip"
	"ringfence/internal/wire/sip/transport"
)

// certificate makes the server's certificate, and the roots that trust it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{domain}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(10, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}},
	}, roots
}

// secured is a description whose audio is SRTP.
func secured(p *phone, version int, formats, direction string) string {
	var key [30]byte
	_, _ = rand.Read(key[:]) // never fails
	s := strings.Replace(sessionVersion(p, version, formats, direction), "RTP/AVP", "RTP/SAVP", 1)
	return s + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + base64.StdEncoding.EncodeToString(key[:]) + "\r\n"
}

func (w *world) securePair(devices int) (alice *phone, bobs []*phone) {
	alice, bobs = pair(w, devices, transport.TLS)
	for _, u := range w.dir.users {
		for _, l := range u.Lines {
			l.Security, l.ZRTP = pbx.Secure, true
		}
	}
	return alice, bobs
}

func (w *world) contains(m *sip.Message, text string, want bool) {
	w.Helper()
	if strings.Contains(string(m.Body()), text) != want {
		w.Errorf("%s: %q is there: %t; want %t\n%s", title(m), text, !want, want, m.Body())
	}
}

func TestSecureCall(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := w.securePair(1)
		bob := bobs[0]
		a := alice.dial("202", secured(alice, 1, "8 0", ""))
		b := bob.ringing()
		w.contains(b.invite, "RTP/SAVP 8", true)
		w.contains(b.invite, "AEAD_AES_128_GCM", true)
		w.has(b.invite, sip.Contact, "<sip:pbx.test:5061;transport=tls>") // the name the phone has verified
		b.respond(200, secured(bob, 1, "8", ""))
		bob.take("ACK")
		ok := a.learn(alice.take("200 INVITE"))
		w.contains(ok, "a=crypto:1 AES_CM_128_HMAC_SHA1_80", true)
		a.ack("")
		a.request(sip.INVITE, secured(alice, 2, "8", "sendonly")) // on hold, with a new key
		w.wantMedia(alice.take("200 INVITE"), "8", "recvonly")
		a.ack("")
		m := bob.take("INVITE")
		w.contains(m, "RTP/SAVP", true)
		b.respondTo(m, 200, secured(bob, 2, "8", "recvonly"))
		bob.take("ACK")
		a.request(sip.INVITE, secured(alice, 3, "8", "")) // and again a new one
		alice.take("200 INVITE")
		a.ack("")
		m = bob.take("INVITE")
		b.respondTo(m, 200, secured(bob, 3, "8", ""))
		bob.take("ACK")
		w.wait(0)
		finish(w, a, b)
		r := w.want(pbx.EndCompletedCaller, 200, true)
		if r.Caller.Security != pbx.MediaSDES || r.Callee.Security != pbx.MediaSDES || !r.Caller.Secure || !r.Callee.Secure ||
			r.Mode != pbx.ModeTerminated {
			t.Errorf("record %+v", r)
		}
	})
}

func TestSecureAndPlainPhones(t *testing.T) {
	run(t, options{}, func(w *world) {
		w.dir.user(1, "Alice", 1).Lines[0].Security = pbx.Secure
		w.dir.user(2, "Bob", 1)
		alice := w.phone("alice", 10, transport.TLS).registered()
		bob := w.phone("bob", 20, transport.UDP).registered()
		a := alice.dial("202", secured(alice, 1, "8", ""))
		b := bob.ringing()
		w.contains(b.invite, "RTP/AVP", true)
		w.contains(b.invite, "crypto", false) // rule 22: no keys on a plain flow
		b.respond(200, session(bob, "8", ""))
		bob.take("ACK")
		a.learn(alice.take("200 INVITE"))
		a.ack("")
		finish(w, a, b)
		r := w.want(pbx.EndCompletedCaller, 200, true)
		if r.Caller.Security != pbx.MediaSDES || r.Callee.Security != pbx.MediaNone || !r.Caller.Secure || r.Callee.Secure {
			t.Errorf("record %+v", r)
		}

		b = bob.dial("201", session(bob, "8", ""))
		a = alice.ringing()
		w.contains(a.invite, "RTP/SAVP", true)
		a.respond(200, session(alice, "8", "")) // insecure: not accepted
		alice.take("ACK")
		w.has(a.reply("BYE", 200, ""), sip.Reason, "")
		b.refused(bob.take("488 INVITE"))
		w.want(pbx.EndNotAcceptable, 488, false)
	})
}

func TestSecurePhoneOffersPlainMedia(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, _ := w.securePair(1)
		a := alice.dial("202", session(alice, "8", ""))
		w.has(a.refused(alice.take("488 INVITE")), sip.Warning, `399 ringfence "SRTP required"`)
		w.want(pbx.EndNotAcceptable, 488, false)
	})
}

func TestSecureDeviceIsNotCalledOverAPlainFlow(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, _ := pair(w, 1, transport.UDP)
		w.dir.users[2].Lines[0].Security = pbx.Secure // after it registered
		a := alice.dial("202", session(alice, "8", ""))
		a.refused(alice.take("480 INVITE"))
		w.want(pbx.EndUnreachable, 480, false)
	})
}

func TestDelayedOfferIsSecure(t *testing.T) {
	run(t, options{}, func(w *world) {
		alice, bobs := w.securePair(1)
		a := alice.dial("202", "")
		b := bobs[0].ringing()
		b.respond(200, secured(bobs[0], 1, "8", ""))
		bobs[0].take("ACK")
		w.contains(a.learn(alice.take("200 INVITE")), "RTP/SAVP", true)
		a.ack(session(alice, "8", "")) // an insecure answer
		a.reply("BYE", 200, "")
		b.reply("BYE", 200, "")
		w.want(pbx.EndNotAcceptable, 200, true)
	})
}

func zrtpMessage(kind, body string) []byte {
	m := append([]byte{0x50, 0x5a, 0, 0}, kind+body...)
	binary.BigEndian.PutUint16(m[2:], uint16(len(m)/4))
	b := append([]byte{0x10, 0, 0, 1, 'Z', 'R', 'T', 'P', 0, 0, 0, 5}, m...)
	return append(b, 0, 0, 0, 0)
}

// zrtp is a description that promises a Hello.
func zrtp(p *phone, hello []byte) string {
	sum := sha256.Sum256(hello[12 : len(hello)-4])
	return session(p, "96", "") + "a=zrtp-hash:1.10 " + hex.EncodeToString(sum[:]) + "\r\n"
}

// mediaOf opens the phone's media socket and tells where its side of the call is.
func (p *phone) mediaOf(m *sip.Message) (netx.PacketConn, netip.AddrPort) {
	p.w.Helper()
	c, err := p.w.net.Host(p.addr.Addr()).ListenPacket(netip.AddrPortFrom(p.addr.Addr(), 40000))
	if err != nil {
		p.w.Fatal(err)
	}
	p.w.closers = append(p.w.closers, func() { _ = c.Close() })
	_, rest, _ := strings.Cut(string(m.Body()), "m=audio ")
	port, _, _ := strings.Cut(rest, " ")
	return c, netip.MustParseAddrPort(serverAddr.Addr().String() + ":" + port)
}

func TestZRTPMode(t *testing.T) {
	helloA, helloB := zrtpMessage("Hello   ", "x..."), zrtpMessage("Hello   ", "y...")
	for _, spoken := range []bool{true, false} {
		name := map[bool]string{true: "confirmed", false: "signalled and never spoken"}[spoken]
		t.Run(name, func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, bobs := w.securePair(1)
				bob := bobs[0]
				a := alice.dial("202", zrtp(alice, helloA))
				b := bob.ringing()
				w.contains(b.invite, "a=zrtp-hash:1.10 ", true)
				b.respond(180, "")
				alice.take("180 INVITE")
				b.respond(200, zrtp(bob, helloB))
				bob.take("ACK")
				ok := a.learn(alice.take("200 INVITE"))
				w.contains(ok, zrtp(bob, helloB)[strings.Index(zrtp(bob, helloB), "a=zrtp-hash"):], true)
				a.ack("")
				w.wait(0)
				if r := w.only(); r.Mode != pbx.ModeTerminated || r.Caller.Security != pbx.MediaNone {
					t.Errorf("said before it is true: %+v", r)
				}
				if !spoken {
					w.wait(10*time.Second + 100*time.Millisecond)
					w.has(a.reply("BYE", 200, ""), sip.Reason, "ZRTP was not confirmed")
					b.reply("BYE", 200, "")
					r := w.want(pbx.EndZRTPNotConfirmed, 200, true)
					if r.Mode != pbx.ModeTerminated || r.Caller.Security != pbx.MediaNone {
						t.Errorf("record %+v", r)
					}
					return
				}
				x, toX := alice.mediaOf(ok)
				y, toY := bob.mediaOf(b.invite)
				say := func(c netx.PacketConn, to netip.AddrPort, msg []byte) {
					_, _ = c.WriteToUDPAddrPort(msg, to)
					w.wait(10 * time.Millisecond)
				}
				say(x, toX, helloA)
				say(y, toY, helloB)
				for i, kind := range []string{"Commit  ", "DHPart1 ", "DHPart2 ", "Confirm1", "Confirm2", "Conf2ACK"} {
					if i%2 == 0 {
						say(x, toX, zrtpMessage(kind, "...."))
					} else {
						say(y, toY, zrtpMessage(kind, "...."))
					}
				}
				if r := w.only(); r.Mode != pbx.ModeZRTP || r.Caller.Security != pbx.MediaZRTP {
					t.Errorf("live call %+v", r)
				}
				a.request(sip.INVITE, strings.Replace(zrtp(alice, helloA), "a=zrtp", "a=sendonly\r\na=zrtp", 1))
				w.wantMedia(alice.take("200 INVITE"), "96", "recvonly")
				a.ack("")
				m := bob.take("INVITE")
				w.wantMedia(m, "96", "sendonly")
				b.respondTo(m, 200, strings.Replace(zrtp(bob, helloB), "a=zrtp", "a=recvonly\r\na=zrtp", 1))
				bob.take("ACK")
				w.wait(0)
				finish(w, a, b)
				if r := w.want(pbx.EndCompletedCaller, 200, true); r.Mode != pbx.ModeZRTP || r.Callee.Security != pbx.MediaZRTP {
					t.Errorf("record %+v", r)
				}
			})
		})
	}
}

func TestZRTPModeIsRefused(t *testing.T) {
	hello := zrtpMessage("Hello   ", "x...")
	tests := []struct {
		name    string
		number  string
		prepare func(w *world, bobs []*phone)
	}{
		{"two phones", "202", func(*world, []*phone) {}},
		{"a server application", "*43", func(*world, []*phone) {}},
		{"the callee's policy", "202", func(w *world, bobs []*phone) {
			w.bindings.users[2] = w.bindings.users[2][:1]
			for _, l := range w.dir.users[2].Lines {
				l.ZRTP = false
			}
		}},
		{"the caller's policy", "202", func(w *world, bobs []*phone) {
			w.bindings.users[2] = w.bindings.users[2][:1]
			w.dir.users[1].Lines[0].ZRTP = false
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run(t, options{}, func(w *world) {
				alice, bobs := w.securePair(2)
				synctest.Wait()
				tt.prepare(w, bobs)
				a := alice.dial(tt.number, zrtp(alice, hello))
				w.has(a.refused(alice.take("488 INVITE")), sip.Warning, "399")
				w.want(pbx.EndNotAcceptable, 488, false)
			})
		})
	}
}

func TestCalleeAnswersZRTPWithout(t *testing.T) {
	hello := zrtpMessage("Hello   ", "x...")
	t.Run("the caller can do without", func(t *testing.T) {
		run(t, options{}, func(w *world) {
			alice, bobs := pair(w, 1, transport.TLS)
			bob := bobs[0]
			for _, u := range w.dir.users {
				u.Lines[0].ZRTP = true
			}
			a := alice.dial("202", strings.Replace(zrtp(alice, hello), "RTP/AVP 96", "RTP/AVP 96 8", 1))
			b := bob.ringing()
			w.contains(b.invite, "zrtp-hash", true)
			b.respond(200, session(bob, "8", ""))
			bob.take("ACK")
			m := bob.take("INVITE")
			w.contains(m, "zrtp-hash", false)
			b.respondTo(m, 200, sessionVersion(bob, 2, "8", ""))
			bob.take("ACK")
			w.contains(a.learn(alice.take("200 INVITE")), "zrtp-hash", false)
			a.ack("")
			finish(w, a, b)
		})
	})
	t.Run("the caller can't", func(t *testing.T) {
		run(t, options{}, func(w *world) {
			alice, bobs := w.securePair(1)
			a := alice.dial("202", zrtp(alice, hello))
			b := bobs[0].ringing()
			b.respond(200, secured(bobs[0], 1, "8", ""))
			bobs[0].take("ACK")
			b.reply("BYE", 200, "")
			a.refused(alice.take("488 INVITE"))
			w.want(pbx.EndNotAcceptable, 488, false)
		})
	})
	t.Run("neither will do", func(t *testing.T) {
		run(t, options{}, func(w *world) {
			alice, bobs := pair(w, 1, transport.TLS)
			for _, u := range w.dir.users {
				u.Lines[0].ZRTP = true
			}
			a := alice.dial("202", strings.Replace(zrtp(alice, hello), "RTP/AVP 96", "RTP/AVP 96 8", 1))
			b := bobs[0].ringing()
			b.respond(200, session(bobs[0], "8", ""))
			bobs[0].take("ACK")
			b.reply("INVITE", 488, "")
			bobs[0].take("ACK")
			b.reply("BYE", 200, "")
			a.refused(alice.take("488 INVITE"))
			w.want(pbx.EndNotAcceptable, 488, false)
		})
	})
}
