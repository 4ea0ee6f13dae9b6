package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"testing"
)

// halves is a picture that is red on the left and blue on the right.
func halves(w, h int) *image.RGBA {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func pngOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPictureBecomesASmallSquareJPEG(t *testing.T) {
	for _, size := range []image.Point{{800, 300}, {300, 800}, {40, 60}, {256, 256}, {1, 1}} {
		out, err := Square(pngOf(t, halves(size.X, size.Y)))
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		want := min(size.X, size.Y, Side)
		if b := m.Bounds(); b.Dx() != want || b.Dy() != want {
			t.Errorf("%v became %v", size, b)
		}
	}
}

// turned is a JPEG that says how its camera was held.
func turned(t *testing.T, how uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, halves(64, 64), &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	tiff := append([]byte("MM\x00*\x00\x00\x00\x08\x00\x01"), 0x01, 0x12, 0, 3, 0, 0, 0, 1)
	tiff = binary.BigEndian.AppendUint16(tiff, how)
	tiff = append(tiff, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(body)+2))
	return append(append(append([]byte{0xff, 0xd8}, segment...), body...), b.Bytes()[2:]...)
}

func TestAPhotoStandsUpright(t *testing.T) {
	at := map[string]image.Point{"left": {4, 32}, "right": {60, 32}, "top": {32, 4}, "bottom": {32, 60}}
	for how, red := range map[uint16]string{1: "left", 2: "right", 3: "right", 6: "top", 8: "bottom"} {
		out, err := Square(turned(t, how))
		if err != nil {
			t.Fatal(err)
		}
		m, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		r, _, b, _ := m.At(at[red].X, at[red].Y).RGBA()
		if r < 0xc000 || b > 0x4000 {
			t.Errorf("orientation %d: %s is not red", how, red)
		}
	}
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	header := pngOf(t, halves(2, 2))
	huge := bytes.Clone(header)
	binary.BigEndian.PutUint32(huge[16:], 60_000)
	binary.BigEndian.PutUint32(huge[20:], 60_000)
	for name, data := range map[string][]byte{
		"nothing": nil, "text": []byte("<svg onload=alert(1)>"), "gif": []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00"),
		"cut": header[:40], "bomb": huge, "long": append(header, make([]byte, MaxBytes)...),
	} {
		if out, err := Square(data); err == nil {
			t.Errorf("%s gives %d bytes", name, len(out))
		}
	}
}

func FuzzSquare(f *testing.F) {
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8 "))
	f.Fuzz(func(_ *testing.T, data []byte) {
		if out, err := Square(data); err == nil && len(out) == 0 {
			panic("no picture and no error")
		}
	})
}
