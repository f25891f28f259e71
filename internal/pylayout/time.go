package pylayout

import "time"

// AppendAsctime appends t as Python's asctime, in t's own location and with the
// milliseconds cut, not rounded: 2026-11-22 11:57:00,123.
func AppendAsctime(dst []byte, t time.Time) []byte {
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return t.AppendFormat(dst, "2006-01-02 15:04:05,000")
	}
	// AppendFormat gives the same and takes four times as long, which would be
	// most of the time that a line takes.
	hour, minute, second := t.Clock()
	dst = appendPadded(dst, year, 4)
	dst = appendPadded(append(dst, '-'), int(month), 2)
	dst = appendPadded(append(dst, '-'), day, 2)
	dst = appendPadded(append(dst, ' '), hour, 2)
	dst = appendPadded(append(dst, ':'), minute, 2)
	dst = appendPadded(append(dst, ':'), second, 2)
	return appendPadded(append(dst, ','), t.Nanosecond()/int(time.Millisecond), 3)
}

// appendPadded appends n with leading zeros. n is not negative and has at most
// the number of digits, which is at most 4.
func appendPadded(dst []byte, n, digits int) []byte {
	dst = append(dst, "0000"[:digits]...)
	for i := len(dst) - 1; n > 0; i-- {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}

// Created returns the seconds from 1970 to t: the field created. As in Python,
// the float is good for microseconds, not for nanoseconds.
func Created(t time.Time) float64 {
	return float64(t.UnixNano()) / float64(time.Second)
}

// Msecs returns the whole milliseconds of t's second: the field msecs. Python
// 3.13 does the same; before, Python takes them from the float of created, and
// a time within 240 ns after a whole millisecond can print one millisecond less.
func Msecs(t time.Time) float64 {
	return float64(t.Nanosecond() / int(time.Millisecond))
}

// RelativeCreated returns the milliseconds from start, when logging was set up,
// to t: the field relativeCreated. Python subtracts two floats of seconds, so
// its digits after the microseconds are noise.
func RelativeCreated(t, start time.Time) float64 {
	return float64(t.Sub(start)) / float64(time.Millisecond)
}
