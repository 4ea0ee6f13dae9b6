package prompt

import (
	"strconv"
	"time"
)

// The prompts that sentences are made of.
const (
	and      ID = "and"
	moreThan ID = "more_than"
	today    ID = "today"
	before   ID = "yesterday"
	at       ID = "at"
	clock    ID = "clock"
	clockAnd ID = "clock_and"
	plus     ID = "plus"
	star     ID = "star"
)

// pause is the silence between two prompts, in samples.
const pause = 8000 * 60 / 1000

// Say joins prompts to one sound. Each call gives samples of the caller's own.
func (v *Voice) Say(ids ...ID) []int16 {
	var out []int16
	for i, id := range ids {
		if i > 0 {
			out = append(out, make([]int16, pause)...)
		}
		out = append(out, v.Sound(id)...)
	}
	return out
}

// Count says how many there are: none and one have words of their own, as languages want it.
func Count(n int, none, one, many ID) []ID {
	switch {
	case n == 0:
		return []ID{none}
	case n == 1:
		return []ID{one}
	case n > maxNumber:
		return []ID{moreThan, number(maxNumber), many}
	}
	return []ID{number(n), many}
}

// Number says a number, those above a hundred as that they are.
func Number(n int) []ID {
	if n > maxNumber {
		return []ID{moreThan, number(maxNumber)}
	}
	return []ID{number(n)}
}

// maxDigits bounds how many digits are read out.
const maxDigits = 20

// Digits reads a number digit by digit; what is no digit is left out.
func Digits(s string) []ID {
	var out []ID
	for _, c := range []byte(s) {
		switch {
		case len(out) == maxDigits:
			return out
		case c >= '0' && c <= '9':
			out = append(out, number(int(c-'0')))
		case c == '+':
			out = append(out, plus)
		case c == '*':
			out = append(out, star)
		}
	}
	return out
}

// When says when something was, in the zone that both times are in: today, yesterday, on a day of the last week, or on a date;
// and the time of day by 24 hours.
func When(t, now time.Time) []ID {
	var out []ID
	switch days := daysBetween(t, now); {
	case days == 0:
		out = []ID{today}
	case days == 1:
		out = []ID{before}
	case days > 1 && days < 7:
		out = []ID{ID("weekday_" + strconv.Itoa(int(t.Weekday())))}
	default:
		out = []ID{ID("day_" + strconv.Itoa(t.Day())), ID("month_" + strconv.Itoa(int(t.Month())))}
	}
	out = append(out, at, number(t.Hour()))
	if t.Minute() == 0 {
		return append(out, clock)
	}
	return append(out, clockAnd, number(t.Minute()))
}

// daysBetween counts midnights, whatever the clocks did in between.
func daysBetween(t, now time.Time) int {
	day := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC) }
	return int(day(now).Sub(day(t)) / (24 * time.Hour))
}

// And joins two parts of a sentence.
func And(a, b []ID) []ID { return append(append(append([]ID(nil), a...), and), b...) }
