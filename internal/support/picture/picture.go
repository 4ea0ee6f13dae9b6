// Package picture makes small square photos of pictures that strangers send: JPEG, PNG and WebP are decoded, cut to a
// square, made smaller and written anew as JPEG, so that nothing of the file itself is kept. It is safe for concurrent
// use.
package picture

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	_ "image/png" // decoder
	"strings"

	xdraw "golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // decoder
)

// Limits of what is read and written.
const (
	Side      = 256        // pixels of a side
	MaxPixels = 16_000_000 // a larger picture is refused before it is decoded
	MaxBytes  = 1 << 20
	quality   = 85
)

// Errors that Square answers with.
var (
	ErrFormat = errors.New("not a JPEG, PNG or WebP picture")
	ErrLarge  = errors.New("the picture is too large")
)

// one picture is decoded at a time: each takes memory of its size.
var one = make(chan struct{}, 1)

// Square decodes a picture and gives the middle of it as a small square JPEG; ErrFormat, ErrLarge.
func Square(data []byte) ([]byte, error) {
	if len(data) > MaxBytes {
		return nil, ErrLarge
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || !strings.Contains("jpeg png webp", format) || size.Width < 1 || size.Height < 1 {
		return nil, ErrFormat
	}
	if size.Width > MaxPixels/size.Height {
		return nil, ErrLarge
	}
	one <- struct{}{}
	defer func() { <-one }()
	whole, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, ErrFormat
	}
	small := shrink(whole)
	if format == "jpeg" {
		small = upright(small, orientation(data))
	}
	var out bytes.Buffer
	err = jpeg.Encode(&out, small, &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}

// shrink cuts the middle square and makes it as small as photos are, on white where it is transparent.
func shrink(from image.Image) *image.RGBA {
	b := from.Bounds()
	side := min(b.Dx(), b.Dy())
	at := image.Pt(b.Min.X+(b.Dx()-side)/2, b.Min.Y+(b.Dy()-side)/2)
	to := image.NewRGBA(image.Rect(0, 0, min(side, Side), min(side, Side)))
	draw.Draw(to, to.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	xdraw.CatmullRom.Scale(to, to.Bounds(), from, image.Rectangle{Min: at, Max: at.Add(image.Pt(side, side))}, draw.Over, nil)
	return to
}

// upright turns a square the way its camera was held, by the EXIF orientation.
func upright(from *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return from
	}
	n := from.Bounds().Dx() - 1
	to := image.NewRGBA(from.Bounds())
	for y := 0; y <= n; y++ {
		for x := 0; x <= n; x++ {
			sx, sy := x, y
			switch orientation {
			case 2:
				sx = n - x
			case 3:
				sx, sy = n-x, n-y
			case 4:
				sy = n - y
			case 5:
				sx, sy = y, x
			case 6:
				sx, sy = y, n-x
			case 7:
				sx, sy = n-y, n-x
			case 8:
				sx, sy = n-y, x
			}
			to.SetRGBA(x, y, from.RGBAAt(sx, sy))
		}
	}
	return to
}
